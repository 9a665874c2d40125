"""Which record of a listing a call takes: one that people can name, and the same one through the whole conversation."""

from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.calls import Binding, MadeCall
from envfactory_assets.dialogue.paths import inside
from envfactory_assets.dialogue.reference import describe_row
from envfactory_assets.dialogue.services import Services, rows_in
from envfactory_assets.records import ArgumentOrigin, EntitySpec

BY_NAME, BY_SHORT_MARK, BY_MARKS, NAMELESS = range(4)
TAKEN_UP = 0.35  # how often records used shortly before come first
STEADY_TRIES = 4  # so long the row taken before is taken again


class RowChooser:
    """Chooses rows for the calls of one conversation."""

    def __init__(self, services: Services, rng: Random) -> None:
        self._services = services
        self._rng = rng
        self.meant: dict[str, int] = {}  # the row of a look-up, by its call, that the whole conversation is about
        self._ranks: dict[str, list[tuple[int, float]]] = {}  # of the rows of a look-up, by its call; the second breaks ties
        self._taken_up: dict[str, bool] = {}  # whether records used shortly before come first, by call

    def tried(self, sources: set[int], binding: Binding, attempt: int) -> dict[int, list[int]]:
        """For each source, its rows in the order in which they are tried: those that people can name come first."""
        orders = {}
        for source in sorted(sources):
            made = binding.made.get(source)
            if made is None:
                continue
            order = self._order(made)
            if self._taken_up.setdefault(made.call_id, self._rng.random() < TAKEN_UP):
                rows = [row for _, row in rows_in(made.result, self._services.tool(made.env_id, made.tool).returns)]
                recent = [place for place in order if was_used(rows[place], binding)]
                order = recent + [place for place in order if place not in recent]
            turned = attempt % max(1, len(order))
            order = order[turned:] + order[:turned]
            meant = self.meant.get(made.call_id)
            if meant is not None and attempt < STEADY_TRIES:
                order = [meant, *(place for place in order if place != meant)]
            orders[source] = order
        return orders

    def told(self, made: MadeCall, *, shortly: bool = False) -> list[str]:
        """The paths of the records in a result that words can tell from the others (in a breath), the best to name first."""
        returns = self._services.tool(made.env_id, made.tool).returns
        paths = [path for path, _ in rows_in(made.result, returns)]
        order = self._order(made)
        return [paths[place] for place in order if not (shortly and returns.many) or self._ranks[made.call_id][place][0] <= BY_SHORT_MARK]

    def go_back(self, meant: dict[str, int], standing: set[str]) -> None:
        """Forget the calls that no longer stand, and take for meant what was meant before them."""
        self.meant = dict(meant)
        self._ranks = {call_id: ranks for call_id, ranks in self._ranks.items() if call_id in standing}
        self._taken_up = {call_id: taken for call_id, taken in self._taken_up.items() if call_id in standing}

    def _order(self, made: MadeCall) -> list[int]:
        tool = self._services.tool(made.env_id, made.tool)
        if made.call_id not in self._ranks:
            rows = [row for _, row in rows_in(made.result, tool.returns)]
            ranks = naming_ranks(rows, self._services.entity(made.env_id, tool.returns.entity), self._rng)
            self._ranks[made.call_id] = [(rank, self._rng.random()) for rank in ranks]
        found = self._ranks[made.call_id]
        order = sorted(range(len(found)), key=lambda place: found[place])
        return [place for place in order if found[place][0] < NAMELESS or not tool.returns.many]

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
                self.meant.setdefault(made.call_id, place)


def naming_ranks(rows: list[dict[str, Any]], entity: EntitySpec | None, rng: Random) -> Iterator[int]:
    """How well words tell each row from the others: by its name, by one short mark, by other marks, ``NAMELESS``."""
    labels = [{name: value for name, value in row.items() if isinstance(value, str) and _is_name(name, value, entity)} for row in rows]
    times = Counter(item for own in labels for item in own.items())
    for place, own in enumerate(labels):
        yield BY_NAME if any(times[item] == 1 for item in own.items()) else _marked(rows, place, entity, rng)


def _is_name(field: str, text: str, entity: EntitySpec | None) -> bool:
    """Whether a text is what a thing is called; one that bears a person's name is not known by it."""
    kind = entity.name if entity is not None else ""
    own = lexicon.is_label(field, kind) and not lexicon.is_prose(field)
    return own and (lexicon.is_person(kind) or not lexicon.is_name_of_a_person(text))


def _marked(rows: list[dict[str, Any]], place: int, entity: EntitySpec | None, rng: Random) -> int:
    others = [other for number, other in enumerate(rows) if number != place]
    marks = describe_row(rows[place], others, entity, rng) if entity is not None else None
    if marks is None or not all(not name or fields.is_familiar(name) or lexicon.is_sign(name) for name, _, _ in marks):
        return NAMELESS
    short = len(marks) == 1 and (marks[0][1] in {"min", "max"} or lexicon.is_sign(marks[0][0]))
    return BY_SHORT_MARK if short or not marks else BY_MARKS


def was_used(row: dict[str, Any], binding: Binding) -> bool:
    """Whether the last calls were given something of a row."""
    used = [value for made in binding.calls[-3:] for value in made.arguments.values() if isinstance(value, str)]
    return any(value in used for value in row.values() if isinstance(value, str) and len(value) < 40)
