"""Nothing of a document is silently dropped: whatever an environment does not use is in the ledger with a reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.records import Resource, ResourceLedgerEntry
from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import EnvironmentPlan
from envfactory_assets.synthesis.rules import fitting_plan, write_candidate
from envfactory_assets_tests.synthesis.documents import TEXT, bookshop, operation, record, ref, resource
from envfactory_assets_tests.taking import bundled_resources


def escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")


def properties_below(schema: Any, pointer: str) -> Iterator[str]:
    """Every property written out in a schema; references are not followed."""
    if isinstance(schema, list):
        for index, member in enumerate(schema):
            yield from properties_below(member, f"{pointer}/{index}")
    elif isinstance(schema, dict):
        for key, inner in (schema.get("properties") or {}).items():
            yield f"{pointer}/properties/{escaped(key)}"
            yield from properties_below(inner, f"{pointer}/properties/{escaped(key)}")
        for word in ("items", "additionalProperties", "anyOf", "oneOf", "allOf"):
            if isinstance(schema.get(word), dict | list):
                yield from properties_below(schema[word], f"{pointer}/{word}")


def pointers_of(document: dict[str, Any], left: frozenset[str] = frozenset()) -> Iterator[str]:
    """Every operation, parameter and property of a document, those of operations left out covered by their own entries."""
    for each in document["operations"]:
        yield each["pointer"]
        if each["pointer"] in left:
            continue
        yield from (parameter["pointer"] for parameter in each.get("parameters") or ())
        for side in ("request", "response"):
            yield from properties_below(each.get(side), f"{each['pointer']}/{side}")
    for name, schema in (document.get("schemas") or {}).items():
        yield from properties_below(schema, f"/schemas/{escaped(name)}")


def words_in_use(plan: EnvironmentPlan) -> set[str]:
    """Every name of the document that the environment has: of fields, arguments and what wraps a record."""
    found: set[str] = {"attributes"}
    for entity in plan.entities:
        for each in (entity.key, *entity.fields):
            found |= {each.wire, each.source, *(name for f in (each.part.fields if each.part else ()) for name in (f.wire, f.source))}
    for tool in plan.tools:
        payloads = [payload for payload in (tool.asked, tool.answered) if payload]
        found |= {argument.wire for argument in tool.arguments} | {tool.cursor or ""}
        found |= {wrapper.rpartition("/")[2] for payload in payloads for wrapper in payload.wrappers}
    return {snake(name) for name in found if name}


def outer(pointer: str) -> Iterator[str]:
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]


def dropped(made: Resource) -> list[str]:
    """What is neither used nor covered by an entry."""
    ledger = {entry.pointer for entry in write_candidate(made).of(ResourceLedgerEntry)}
    plan, _ = fitting_plan(infer_meaning(ApiDocument.model_validate(made.document)), made)
    used = {tool.operation.pointer for tool in plan.tools} | {a.pointer for tool in plan.tools for a in tool.arguments}
    words = words_in_use(plan)
    return [
        pointer
        for pointer in pointers_of(made.document, frozenset(ledger))
        if not any(each in ledger for each in outer(pointer)) and pointer not in used and snake(pointer.rpartition("/")[2]) not in words
    ]


BUNDLED = ("asana", "stripe", "gitea", "google_calendar", "box", "magento", "spotify", "xero_accounting", "digitalocean", "osf", "traccar")


@pytest.fixture(scope="module")
def chosen() -> dict[str, Resource]:
    return {resource.resource_id: resource for resource in bundled_resources() if resource.resource_id in BUNDLED}


@pytest.mark.parametrize("name", BUNDLED)
def test_every_operation_parameter_and_field_is_used_or_in_the_ledger(chosen, name):
    assert dropped(chosen[name]) == []


@pytest.mark.parametrize("name", BUNDLED)
def test_an_entry_names_a_place_of_the_document_once_and_says_why(chosen, name):
    made = chosen[name]
    entries = write_candidate(made).of(ResourceLedgerEntry)
    places = {*pointers_of(made.document), *(f"/schemas/{escaped(name)}" for name in made.document["schemas"])}
    assert len({entry.pointer for entry in entries}) == len(entries)
    assert all(entry.reason for entry in entries)
    assert [entry.pointer for entry in entries if entry.pointer not in places] == []


def test_the_ledger_of_a_small_document_is_known_in_full():
    schema = record(
        ("id",), id=TEXT, title=TEXT, customer_id=TEXT, payload={"type": "object"}, owner=record(("id",), id=TEXT, mood=TEXT), etag=TEXT
    )
    listed = record(data={"type": "array", "items": ref("Order")}, total_pages={"type": "integer"})
    api = bookshop(
        operation("GET", "/weather", query={"city": TEXT}, response=record(city=TEXT, degrees={"type": "number"})),
        operation("GET", "/orders/{id}/lines", response=listed),
        Order=schema,
        NewOrder=record(("customer_id", "title"), customer_id=TEXT, title=TEXT, coupon=TEXT),
        Forgotten=record(id=TEXT),
    )
    found = {entry.pointer for entry in write_candidate(resource(api)).of(ResourceLedgerEntry)}
    assert found == {
        "/paths/~1weather/get",
        "/paths/~1orders~1{id}~1lines/get",
        "/paths/~1orders/get/parameters/min_total",
        "/schemas/Order/properties/payload",
        "/schemas/Order/properties/etag",
        "/schemas/Order/properties/owner/properties/mood",
        "/schemas/NewOrder/properties/coupon",
        "/schemas/Forgotten",
    }
