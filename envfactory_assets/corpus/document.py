"""The typed intermediate form that every adapter reads a document into."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from envfactory_assets.corpus.naming import UniqueNames

DocumentKind = Literal["openapi", "google_discovery", "mcp_tools", "tool_list", "python_sketch"]
ParameterPlace = Literal["path", "query", "header", "body"]
JsonSchema = dict[str, Any]
"""A JSON Schema. Shared definitions are referred to as ``{"$ref": "#/schemas/Name"}``; no other reference occurs."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Parameter(_Part):
    """One named argument outside the body, or one body argument of a tool list."""

    name: str
    place: ParameterPlace
    required: bool = False
    schema_: JsonSchema = Field(default_factory=dict, alias="schema")
    description: str | None = None
    pointer: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Paging(_Part):
    """How a list comes in pages, where the format itself says so."""

    parameters: tuple[str, ...] = ()  # that choose the page or its size
    items: str | None = None  # property of the response that holds the list
    next_result: str | None = None  # property of the response that leads to the next page


class Conditions(_Part):
    """What the description of an operation says must be so before it is done."""

    states: tuple[str, ...] = ()  # of the record, in words
    refused: tuple[str, ...] = ()  # states in which, and kinds of which, it is not done, as the description spells them
    flags: dict[str, bool] = Field(default_factory=dict)  # of the record, by name
    required: tuple[str, ...] = ()  # of the request, by name
    dated: bool = False  # whether it is possible until a day that the record tells
    begun: bool = False  # whether it is refused once what the record tells of has begun
    idle: bool = False  # whether it is done also where there is nothing to change, or to make
    sparse: bool = False  # whether null and an empty text leave a field as it is
    again: bool = False  # whether it is done again after every change
    others: bool = False  # whether the states of other records follow the one that it sets
    same: tuple[str, ...] = ()  # what both records that it is about must belong to, in words


class Operation(_Part):
    """One thing the service can do."""

    operation_id: str
    method: str  # upper case HTTP verb; "CALL" for tool lists and sketches
    path: str  # template with {parameters}; "" for tool lists and sketches
    pointer: str  # JSON pointer into the original document
    parameters: tuple[Parameter, ...] = ()
    request: JsonSchema | None = None  # schema of the body
    response: JsonSchema | None = None  # schema of the first successful response
    tags: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    examples: tuple[Any, ...] = ()
    description: str | None = None
    states_named: tuple[str, ...] = ()  # the states that its description speaks of, in snake case
    conditions: Conditions | None = None
    life: dict[str, Any] | None = None  # what its description says of which states lead where, as ``lives.Life`` has it
    setters: tuple[str, ...] = ()  # of an update: the properties that operations of their own set too, where several do
    paging: Paging | None = None
    read_only: bool | None = None  # where the document says whether it changes anything
    destructive: bool | None = None  # where the document says whether it takes away or overwrites


def with_unique_ids(operations: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations, those whose id occurred before with a number after it."""
    names = UniqueNames()
    named = ((operation, names.take(operation.operation_id)) for operation in operations)
    return tuple(o if given == o.operation_id else o.model_copy(update={"operation_id": given}) for o, given in named)


class ApiDocument(_Part):
    """What a service says about itself."""

    kind: DocumentKind
    title: str
    version: str
    provider: str
    operations: tuple[Operation, ...]
    schemas: dict[str, JsonSchema] = Field(default_factory=dict)
    description: str | None = None
    license: str | None = None  # as the document itself states it
    categories: tuple[str, ...] = ()  # what a directory of documents files it under


class Provenance(_Part):
    """Where a document came from."""

    source_uri: str
    license: str
    content_sha256: str  # of the original document's bytes
    retrieved: str  # ISO date; empty when unknown
