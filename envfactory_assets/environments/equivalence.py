"""Whether two states mean the same: equal up to a renaming of the ids that were minted since a common start.

The renaming is found by colour refinement: each minted row starts with the colour of its entity and is recoloured by its contents and by
the rows that refer to it, until nothing tells more rows apart. Rows that still share a colour are paired in order, then told apart by
trial. Whatever renaming comes out is applied and the states are compared literally, so a positive answer never rests on the colours.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.state import Environments, State
from envfactory_assets.records.base import canonical_json, content_hash

Row = dict[str, Any]
Name = tuple[str, str | int]  # entity, key
Colours = dict[Name, str]


def equivalent(a: State, b: State, start: State | None, environments: Environments) -> bool:
    """Whether two states mean the same.

    Ids above the start's counters were minted since: they may differ by a bijection, references included. Clock, counters, the order of
    rows and volatile fields do not count.

    Args:
        a: states of an episode.
        b: states of the same environments.
        start: what both began from; without it only ids that occur on one side count as minted.
        environments: the classes by id.
    """
    return all(
        renaming(a[env_id], b[env_id], start[env_id] if start is not None else None, cls) is not None
        for env_id, cls in environments.items()
    )


def renaming(a: dict[str, Any], b: dict[str, Any], start: dict[str, Any] | None, environment: type[Environment]) -> dict[Name, Name] | None:
    """The bijection from the minted rows of ``a`` to those of ``b`` under which the states are equal, or None."""
    if a["me"] != b["me"]:
        return None
    left, right = _Side(a, environment), _Side(b, environment)
    if start is not None:
        left.minted, right.minted = minted_since(start, a, environment), minted_since(start, b, environment)
    else:
        left.minted, right.minted = left.rows.keys() - right.rows.keys(), right.rows.keys() - left.rows.keys()
    if left.rows.keys() - left.minted != right.rows.keys() - right.minted:
        return None
    return _match(left, right, dict.fromkeys(left.minted_in_order(), ""), dict.fromkeys(right.minted_in_order(), ""))


def minted_since(start: dict[str, Any], state: dict[str, Any], environment: type[Environment]) -> set[Name]:
    """The rows of a state whose ids were minted after a start."""
    found: set[Name] = set()
    for table, entity in environment.plan.tables.items():
        name = entity.__name__
        first, last = start["counters"].get(name, 0), state["counters"].get(name, 0)
        fresh = {entity.entity_layout.mint(count) for count in range(first + 1, last + 1)}
        if not fresh:
            continue
        known = {row[entity.entity_layout.key] for row in start["tables"].get(table, [])}
        found |= {
            (name, row[entity.entity_layout.key])
            for row in state["tables"].get(table, [])
            if row[entity.entity_layout.key] in fresh - known
        }
    return found


class _Side:
    """One state, by row."""

    def __init__(self, state: dict[str, Any], environment: type[Environment]) -> None:
        self.entities = environment.plan.entities
        self.rows: dict[Name, Row] = {}
        self.minted: set[Name] = set()
        self.referrers: dict[Name, list[tuple[str, Name]]] = {}
        self.targets: dict[Name, list[Name]] = {}
        for table, entity in environment.plan.tables.items():
            layout = entity.entity_layout
            for row in state["tables"].get(table, []):
                name = (entity.__name__, row[layout.key])
                self.rows[name] = {field: value for field, value in row.items() if field not in layout.volatile}
                for reference in layout.refs:
                    for key in reference.keys_in(row):
                        target = (reference.target.name, key)
                        self.referrers.setdefault(target, []).append((".".join(reference.path), name))
                        self.targets.setdefault(name, []).append(target)

    def minted_in_order(self) -> list[Name]:
        return [name for name in self.rows if name in self.minted]

    def renamed(self, name: Name, names: Callable[[Name], Any]) -> Row:
        return renamed_row(self.rows[name], self.entities[name[0]], names)

    def linked(self, name: Name) -> bool:
        """Whether a row and another minted row refer to one another: only then does it matter which of several alike it is."""
        neighbours = [*self.targets.get(name, []), *(referrer for _, referrer in self.referrers.get(name, []))]
        return any(neighbour in self.minted for neighbour in neighbours)

    def coloured(self, name: Name, colours: Colours) -> Row:
        """A row with every minted id replaced by its colour."""
        return self.renamed(name, lambda other: self._called(other, colours))

    def refined(self, colours: Colours) -> Colours:
        """One step: a colour is made of the row's contents and of what refers to it."""
        return {
            name: content_hash(
                [
                    colours[name],
                    name[0],
                    self.coloured(name, colours),
                    sorted(canonical_json([path, self._called(other, colours)]) for path, other in self.referrers.get(name, [])),
                ]
            )
            for name in colours
        }

    def _called(self, name: Name, colours: Colours) -> list[Any]:
        return ["minted", colours[name]] if name in self.minted else ["fixed", *name]


def renamed_row(row: Row, entity: type[Entity], names: Callable[[Name], Any]) -> Row:
    """A row with its key and its references renamed; it shares with the row what holds no reference."""
    copy = dict(row)
    layout = entity.entity_layout
    for nested in {reference.path[0] for reference in layout.refs if len(reference.path) > 1} & row.keys():
        copy[nested] = deepcopy(row[nested])
    copy[layout.key] = names((entity.__name__, row[layout.key]))
    for reference in layout.refs:
        for holder in _holders(copy, reference.path[:-1]):
            last, target = reference.path[-1], reference.target.name
            held = holder.get(last)
            if isinstance(held, list):
                holder[last] = [names((target, key)) for key in held]
            elif held is not None:
                holder[last] = names((target, held))
    return copy


def _holders(row: Row, path: tuple[str, ...]) -> Iterator[Row]:
    if not path:
        yield row
        return
    inner = row.get(path[0])
    for part in inner if isinstance(inner, list) else [inner] if inner is not None else []:
        yield from _holders(part, path[1:])


def _match(left: _Side, right: _Side, ours: Colours, theirs: Colours) -> dict[Name, Name] | None:
    ours, theirs = _stable(left, right, ours, theirs)
    if Counter(ours.values()) != Counter(theirs.values()) or not _fixed_rows_agree(left, right, ours, theirs):
        return None
    pairs = _paired(ours, theirs)
    if _equal_under(left, right, pairs):
        return pairs
    alike = Counter(colour for name, colour in ours.items() if left.linked(name))
    shared = sorted(colour for colour, count in alike.items() if count > 1)
    if not shared:
        return None
    chosen = next(name for name, colour in ours.items() if colour == shared[0])
    for candidate in [name for name, colour in theirs.items() if colour == shared[0]]:
        found = _match(left, right, ours | {chosen: "chosen"}, theirs | {candidate: "chosen"})
        if found is not None:
            return found
    return None


def _fixed_rows_agree(left: _Side, right: _Side, ours: Colours, theirs: Colours) -> bool:
    return all(
        (row == right.rows[name] and not left.linked(name) and not right.linked(name))
        or left.coloured(name, ours) == right.coloured(name, theirs)
        for name, row in left.rows.items()
        if name not in left.minted
    )


def _paired(ours: Colours, theirs: Colours) -> dict[Name, Name]:
    """Rows of one colour paired in the order they were added: right unless such rows refer to one another."""
    waiting: dict[str, list[Name]] = {}
    for name, colour in reversed(theirs.items()):
        waiting.setdefault(colour, []).append(name)
    return {name: waiting[colour].pop() for name, colour in ours.items()}


def _stable(left: _Side, right: _Side, ours: Colours, theirs: Colours) -> tuple[Colours, Colours]:
    while True:
        kinds = len({*ours.values(), *theirs.values()})
        finer, there = left.refined(ours), right.refined(theirs)
        if len({*finer.values(), *there.values()}) == kinds:
            return finer, there
        ours, theirs = finer, there


def _equal_under(left: _Side, right: _Side, pairs: dict[Name, Name]) -> bool:
    def called(name: Name) -> Any:
        return pairs.get(name, name)[1]

    return all(left.renamed(name, called) == right.rows[pairs.get(name, name)] for name in left.rows)
