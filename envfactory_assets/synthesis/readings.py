"""The operations of a document with the records that their schemas carry."""

from dataclasses import dataclass

from envfactory_assets.corpus.document import JsonSchema, Parameter
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.route import Route
from envfactory_assets.synthesis.schemas import Payload, Schemas
from envfactory_assets.synthesis.sought import as_sought

_WRITING = {"POST", "PUT", "PATCH"}
_FEWEST_SENT = 2


@dataclass
class Reading:
    """A route with the records its schemas carry."""

    route: Route
    response: Payload | None
    request: Payload | None
    part: str | None = None  # updates: the field of the record that the path names

    @property
    def pointer(self) -> str:
        """Where the operation is."""
        return self.route.operation.pointer


def read_payloads(routes: list[Route], schemas: Schemas) -> list[Reading]:
    """Find the record in each route's response and request."""
    found = []
    for route in as_sought(routes, schemas):
        operation = route.operation
        listing = route.deed in {"list", "search"}
        response = schemas.payload(operation.response, route.thing, listing=listing, pointer=f"{operation.pointer}/response")
        if listing and route.named and (response is None or not response.many):
            response = schemas.listed_keys(operation.response, f"{operation.pointer}/response") or response
        request = None
        if route.deed in {"create", "update", "delete", "act"}:
            request = schemas.payload(
                operation.request or _body_of(route), route.thing, listing=False, pointer=f"{operation.pointer}/request"
            )
        found.append(Reading(route, response, request))
    return found


def _body_of(route: Route) -> JsonSchema | None:
    """The body of a tool-list call, whose arguments are parameters, or what a service without bodies is sent beside the path."""
    body = [p for p in route.operation.parameters if p.place == "body" and p.name != route.key]
    if not body and not route.named and route.operation.method in _WRITING:
        body = [p for p in route.operation.parameters if _is_sent(p) and p.name != route.key]
        named = any(snake(p.name) == "id" for p in body)  # what is there already
        body = body if len(body) >= _FEWEST_SENT and not (named and route.deed == "create") else []
    if not body:
        return None
    return {"type": "object", "properties": {p.name: p.schema_ for p in body}, "required": [p.name for p in body if p.required]}


def _is_sent(parameter: Parameter) -> bool:
    """Whether a parameter beside the path may be a part of a record, and not of how calls are made."""
    name, said = parameter.name, words(parameter.name)
    of_calls = parameter.place == "header" and (name.istitle() or "-" in name)
    aside = snake(name) in lexicon().shaping_parameters | lexicon().page_parameters | lexicon().page_sizes
    return parameter.place in {"query", "header"} and not of_calls and not aside and not set(said) & lexicon().secret_words
