"""Small documents for the tests of synthesis."""

from typing import Any

from envfactory_assets.corpus.document import ApiDocument, Operation, Parameter
from envfactory_assets.records import EnvironmentCandidate, EnvironmentSpec, Produced, Resource
from envfactory_assets.synthesis.rules import write_candidate
from envfactory_assets_tests.taking import CATALOGUED

TEXT = {"type": "string"}
FLAG = {"type": "boolean"}
WHOLE = {"type": "integer"}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/schemas/{name}"}


def many(name: str) -> dict[str, Any]:
    return {"type": "array", "items": ref(name)}


def record(required: tuple[str, ...] = (), **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required)}


def operation(method: str, path: str, *, name: str = "", query: dict[str, Any] | None = None, **parts: Any) -> Operation:
    """An operation whose path parameters are read off its path."""
    pointer = f"/paths/{path.replace('/', '~1')}/{method.lower()}"
    inside = [piece.strip("{}") for piece in path.replace(":", "/").split("/") if piece.startswith("{")]
    parameters = [Parameter(name=p, place="path", required=True, schema_=TEXT, pointer=f"{pointer}/parameters/{p}") for p in inside]
    parameters += [Parameter(name=n, place="query", schema_=s, pointer=f"{pointer}/parameters/{n}") for n, s in (query or {}).items()]
    return Operation(
        operation_id=name or f"{method} {path}", method=method, path=path, pointer=pointer, parameters=tuple(parameters), **parts
    )


def document(*operations: Operation, **schemas: dict[str, Any]) -> ApiDocument:
    return ApiDocument(kind="openapi", title="Bookshop API", version="1", provider="example.org", operations=operations, schemas=schemas)


def resource(api: ApiDocument, resource_id: str = "bookshop") -> Resource:
    return Resource(
        domain="commerce",
        resource_id=resource_id,
        provider=api.provider,
        kind=api.kind,
        title=api.title,
        version=api.version,
        source_uri="test",
        license="test",
        content_sha256="ab" * 32,
        operation_count=len(api.operations),
        **CATALOGUED,
        document=api.model_dump(mode="json", by_alias=True),
    )


def written(api: ApiDocument) -> tuple[Produced, EnvironmentCandidate, EnvironmentSpec]:
    """What the rules make of a document that they can use."""
    produced = write_candidate(resource(api))
    (candidate,) = produced.of(EnvironmentCandidate)
    return produced, candidate, EnvironmentSpec.model_validate(candidate.spec)


def bookshop(*more: Operation, **changed: dict[str, Any]) -> ApiDocument:
    """Customers and their orders; an order has a life."""
    schemas = {
        "Customer": record(("id", "name"), id=TEXT, name=TEXT, email={"type": "string", "format": "email"}),
        "Order": record(
            ("id", "status"),
            id=TEXT,
            customer_id=TEXT,
            title=TEXT,
            status={"type": "string", "enum": ["draft", "placed", "shipped", "cancelled"]},
            total={"type": "number"},
            created_at={"type": "string", "format": "date-time"},
        ),
        "NewOrder": record(("customer_id", "title"), customer_id=TEXT, title=TEXT, total={"type": "number"}),
        "NewCustomer": record(("name",), name=TEXT, email=TEXT),
    } | changed
    plain = (
        operation("GET", "/customers", response={"type": "array", "items": ref("Customer")}),
        operation("POST", "/customers", request=ref("NewCustomer"), response=ref("Customer")),
        operation("GET", "/customers/{id}", response=ref("Customer")),
        operation(
            "GET",
            "/orders",
            query={"status": TEXT, "customer_id": TEXT, "min_total": {"type": "number"}, "limit": {"type": "integer"}},
            response={"type": "object", "properties": {"data": {"type": "array", "items": ref("Order")}}},
        ),
        operation("POST", "/orders", request=ref("NewOrder"), response=ref("Order")),
        operation("GET", "/orders/{id}", response=ref("Order")),
        operation("PATCH", "/orders/{id}", request=ref("NewOrder"), response=ref("Order")),
        operation("DELETE", "/orders/{id}"),
        operation("POST", "/orders/{id}/cancel", response=ref("Order")),
    )
    return document(*plain, *more, **schemas)
