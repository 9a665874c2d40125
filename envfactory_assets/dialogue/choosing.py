"""Which record of a listing a call takes: one that people can name, and the same one through the whole conversation."""

from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.calls import Binding
from envfactory_assets.dialogue.paths import inside
from envfactory_assets.dialogue.reference import describe_row
from envfactory_assets.dialogue.services import Services, rows_in
from envfactory_assets.records import ArgumentOrigin, EntitySpec

STEADY_TRIES = 4  # so long the row taken before is taken again


class RowChooser:
    """Chooses rows for the calls of one conversation."""

    def __init__(self, services: Services, rng: Random) -> None:
        self._services = services
        self._rng = rng
        self._meant: dict[str, int] = {}  # the row of a look-up, by its call, that the whole conversation is about
        self._ranks: dict[str, list[int]] = {}  # of the rows of a look-up, by its call

    def tried(self, sources: set[int], binding: Binding, attempt: int) -> dict[int, list[int]]:
        """For each source, its rows in the order in which they are tried: those that people can name come first."""
        orders = {}
        for source in sorted(sources):
            made = binding.made.get(source)
            if made is None:
                continue
            tool = self._services.tool(made.env_id, made.tool)
            rows = [row for _, row in rows_in(made.result, tool.returns)]
            ranks = self._ranks_of(made.call_id, rows, self._services.entity(made.env_id, tool.returns.entity))
            order = sorted(range(len(rows)), key=lambda place: (ranks[place], self._rng.random()))
            if tool.returns.many:
                order = [place for place in order if ranks[place] < 2]
            recent = [place for place in order if was_used(rows[place], binding)]
            if recent and self._rng.random() < 0.35:
                order = recent + [place for place in order if place not in recent]
            turned = attempt % max(1, len(order))
            order = order[turned:] + order[:turned]
            meant = self._meant.get(made.call_id)
            if meant is not None and attempt < STEADY_TRIES:
                order = [meant, *(place for place in order if place != meant)]
            orders[source] = order
        return orders

    def remember(self, origins: list[ArgumentOrigin], binding: Binding) -> None:
        """Keep which row of a look-up was taken: steps that share a source and a list mean the same row of it."""
        calls = {made.call_id: made for made in binding.calls}
        for origin in origins:
            made = calls.get(origin.call_id or "")
            if made is None or origin.path is None:
                continue
            paths = [path for path, _ in rows_in(made.result, self._services.tool(made.env_id, made.tool).returns)]
            place = next((number for number, path in enumerate(paths) if inside(origin.path, path)), None)
            if place is not None:
                self._meant.setdefault(made.call_id, place)

    def _ranks_of(self, call_id: str, rows: list[dict[str, Any]], entity: EntitySpec | None) -> list[int]:
        if call_id not in self._ranks:
            self._ranks[call_id] = [self._naming_rank(rows, place, entity) for place in range(len(rows))]
        return self._ranks[call_id]

    def _naming_rank(self, rows: list[dict[str, Any]], place: int, entity: EntitySpec | None) -> int:
        """How well words tell a row from the others: 0 by its name, 1 by other marks, 2 not at all."""
        row = rows[place]
        named = [name for name, value in row.items() if isinstance(value, str) and lexicon.is_label(name) and not lexicon.is_prose(name)]
        if any(sum(other.get(name) == row[name] for other in rows) == 1 for name in named):
            return 0
        others = [other for number, other in enumerate(rows) if number != place]
        marks = describe_row(row, others, entity, self._rng) if entity is not None else None
        return 1 if marks is not None and all(fields.is_familiar(name) or not name for name, _, _ in marks) else 2


def was_used(row: dict[str, Any], binding: Binding) -> bool:
    """Whether the last calls were given something of a row."""
    used = [value for made in binding.calls[-3:] for value in made.arguments.values() if isinstance(value, str)]
    return any(value in used for value in row.values() if isinstance(value, str) and len(value) < 40)
