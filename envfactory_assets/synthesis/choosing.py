"""What the parameters of every list of a document choose records by, and which part of a list they ask for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from envfactory_assets.corpus.document import Operation
from envfactory_assets.corpus.prose import said_by
from envfactory_assets.records.base import Grounding
from envfactory_assets.synthesis.effects import criteria_of, list_parameters
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.parameters import Operator, read_parameters
from envfactory_assets.synthesis.plan import EntityPlan
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.schemas import Schemas

_FEWEST_CALLS = 6
_Pairs = Sequence[tuple[Reading, EntityPlan]]


@dataclass(frozen=True)
class Filter:
    """A parameter of a list that chooses which records come back."""

    operation_id: str
    parameter: str
    wire: str  # of the property, dotted inside objects; empty when the record shows none
    operator: Operator
    pointer: str
    grounding: Grounding


@dataclass(frozen=True)
class Paging:
    """A parameter that says which part of a list comes back."""

    operation_id: str
    parameter: str
    role: Literal["page", "size"]
    pointer: str


def selections(pairs: _Pairs, schemas: Schemas) -> tuple[list[Filter], list[Paging]]:
    """What the parameters of every list select and page by."""
    filters: list[Filter] = []
    paging: list[Paging] = []
    everywhere, along = _everywhere(pairs), _shown_along(pairs)
    for reading, entity in pairs:
        if reading.route.deed not in {"list", "search"}:
            continue
        name = reading.route.operation.operation_id
        asked = (p for p in (*list_parameters(reading, schemas), *criteria_of(reading, schemas)) if p.name not in everywhere)
        asked = (p for p in asked if p.name not in along or said_by(p).role == "filter")
        for found in read_parameters(asked, entity):
            parameter = found.parameter
            if found.operator is not None:
                same = found.operator == "eq" and parameter.name == found.wire
                known: Grounding = "declared" if same else "inferred" if found.wire or found.role == "search" else "assumed"
                filters.append(Filter(name, parameter.name, found.wire, found.operator, parameter.pointer, known))
            elif found.role in {"page", "size"}:
                paging.append(Paging(name, parameter.name, "page" if found.role == "page" else "size", parameter.pointer))
    return filters, paging


def _everywhere(pairs: _Pairs) -> frozenset[str]:
    """The parameters that every operation takes, also those that choose nothing: they say who calls."""
    asked = [{p.name for p in reading.route.operation.parameters if p.place != "path"} for reading, _ in pairs]
    changing = any(reading.route.deed in {"create", "update", "delete"} for reading, _ in pairs)
    return frozenset(set.intersection(*asked)) if len(asked) >= _FEWEST_CALLS and changing else frozenset()


def _takes_pages(operation: Operation) -> bool:
    """Whether what reads one record takes pages as its list does: where it answers the same, it tells nothing of what only shows."""
    return any(snake(p.name) in lexicon().page_sizes for p in operation.parameters if p.place == "query")


def _shown_along(pairs: _Pairs) -> frozenset[str]:
    """The parameters that what reads a single record takes as well: they choose what is shown of it."""
    reads = [r.route.operation for r, _ in pairs if r.route.deed == "get" and r.route.key and not r.route.named]
    listed = [r.route.operation.response for r, _ in pairs if r.route.deed in {"list", "search"} and r.route.operation.response]
    reads = [operation for operation in reads if not (_takes_pages(operation) and operation.response in listed)]
    asked = {p.name for operation in reads for p in operation.parameters if p.place == "query" and not p.required}
    choosing = {"date", "time", "filter", "filters", *lexicon().state_words, *lexicon().lower_bounds, *lexicon().upper_bounds}
    shown = {snake(wire) for _, entity in pairs for wire in entity.spelt()} - {"locale", "lang", "language", "fields"}
    keys = {"id", "ids"}
    return frozenset(
        name for name in asked if not set(words(name)) & choosing and not keys & set(words(name)[-1:]) and snake(name) not in shown
    )
