"""Where an attempt ended, compared with where it should have: row by row, ids minted on the way renamed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from envfactory_assets.environments import Entity, Environment
from envfactory_assets.environments.equivalence import Name, Row, minted_since, renamed_row, renaming
from envfactory_assets.environments.state import State

Pairs = dict[str, dict[Name, Name]]
"""By environment: rows the attempt minted, and the gold rows they stand for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How far a final state is from the gold state."""

    equivalent: bool
    reached_share: float  # of the rows that should change: those that are as they should be
    spoiled_share: float  # of the rows that were changed: those that should not have been
    pairs: Pairs


class Target:
    """The state that should be reached, and what any attempt is compared with: worked out once a task."""

    def __init__(self, start: State, gold: State, environments: Mapping[str, type[Environment]]) -> None:
        self._sides = {env_id: _Side(start[env_id], gold[env_id], cls) for env_id, cls in environments.items()}

    def compare(self, final: State) -> Outcome:
        """Compare a final state with the gold one, both reached from the same start."""
        found = {env_id: _Comparison(side, final[env_id]) for env_id, side in self._sides.items()}
        wanted = sum(len(side.wanted) for side in self._sides.values())
        changed = sum(len(each.changed) for each in found.values())
        return Outcome(
            equivalent=all(each.equivalent for each in found.values()),
            reached_share=sum(each.reached() for each in found.values()) / wanted if wanted else 0.0,
            spoiled_share=sum(each.spoiled() for each in found.values()) / changed if changed else 0.0,
            pairs={env_id: each.pairs for env_id, each in found.items()},
        )


class _Side:
    """One environment's start and gold rows."""

    def __init__(self, start: dict[str, Any], gold: dict[str, Any], environment: type[Environment]) -> None:
        self.environment = environment
        self.entities = environment.plan.entities
        self.start, self.gold = start, gold
        self._tables = {table: _rows_of(start, table, entity) for table, entity in environment.plan.tables.items()}
        self.started, self.rows = self.rows_of(start), self.rows_of(gold)
        self.wanted = _changed(self.started, self.rows)

    def rows_of(self, state: dict[str, Any]) -> dict[Name, Row]:
        """The rows of a state; those of a table that is the start's very own are known."""
        found: dict[Name, Row] = {}
        for table, entity in self.environment.plan.tables.items():
            unwritten = state["tables"].get(table) is self.start["tables"].get(table)
            found |= self._tables[table] if unwritten else _rows_of(state, table, entity)
        return found

    @cached_property
    def minted(self) -> set[Name]:
        """The gold rows that the start does not have."""
        return minted_since(self.start, self.gold, self.environment)


class _Comparison:
    """One environment's final rows under the gold names, beside those that should be."""

    def __init__(self, side: _Side, final: dict[str, Any]) -> None:
        self._side = side
        self.pairs: dict[Name, Name] = {}
        self.equivalent = not side.wanted and side.start["me"] == final["me"]
        self._final = side.started if final == side.start else side.rows if final == side.gold else side.rows_of(final)
        self.changed = set() if self._final is side.started else _changed(side.started, self._final)
        if self._final is side.rows:
            self.equivalent, self.pairs = True, {name: name for name in side.minted}
        if not self.changed or self._final is side.rows:
            return
        self._ours = minted_since(side.start, final, side.environment)
        exact = renaming(final, side.gold, side.start, side.environment)
        self.equivalent = exact is not None
        self.pairs = exact if exact is not None else self._paired(self._final)
        if self._ours:
            self._final = {self._gold_name(name): self._renamed(row, name) for name, row in self._final.items()}
            self.changed = _changed(side.started, self._final)

    def reached(self) -> int:
        """How many of the wanted rows are as they should be."""
        return sum(self._final.get(name) == self._side.rows.get(name) for name in self._side.wanted)

    def spoiled(self) -> int:
        """How many rows were changed that should not have been."""
        return len(self.changed - self._side.wanted)

    def _paired(self, ended: dict[Name, Row]) -> dict[Name, Name]:
        """Pair minted rows of one entity: equal ones first, then the most alike, each in the order they were made."""
        pairs: dict[Name, Name] = {}
        for least in (1.0, 0.0):
            for gold_name in (name for name in self._side.rows if name in self._side.minted and name not in pairs.values()):
                free = [name for name in ended if name in self._ours and name not in pairs and name[0] == gold_name[0]]
                likeness = {name: self._likeness(ended[name], gold_name, pairs) for name in free}
                best = max(free, key=lambda name: likeness[name], default=None)
                if best is not None and likeness[best] >= least:
                    pairs[best] = gold_name
        return pairs

    def _likeness(self, row: Row, gold_name: Name, pairs: dict[Name, Name]) -> float:
        """The share of equal fields; a reference to a minted row that is not paired yet may mean any other such row."""
        entity = self._side.entities[gold_name[0]]
        mine = renamed_row(row, entity, lambda n: pairs.get(n, ("", "minted"))[1] if n in self._ours else n[1])
        paired = set(pairs.values())
        other = renamed_row(self._side.rows[gold_name], entity, lambda n: "minted" if n in self._side.minted and n not in paired else n[1])
        fields = [field for field in mine if field != entity.entity_layout.key]
        return sum(mine[field] == other.get(field) for field in fields) / len(fields) if fields else 1.0

    def _gold_name(self, name: Name) -> Name:
        """A row's gold name; one that stands for no gold row gets a name no gold row has."""
        unpaired = name in self._ours and name not in self.pairs
        return (name[0], f"unpaired {name[1]}") if unpaired else self.pairs.get(name, name)

    def _renamed(self, row: Row, name: Name) -> Row:
        return renamed_row(row, self._side.entities[name[0]], lambda n: self._gold_name(n)[1])


def _rows_of(state: dict[str, Any], table: str, entity: type[Entity]) -> dict[Name, Row]:
    layout = entity.entity_layout
    return {
        (entity.__name__, row[layout.key]): {field: value for field, value in row.items() if field not in layout.volatile}
        for row in state["tables"].get(table, [])
    }


def _changed(before: dict[Name, Row], after: dict[Name, Row]) -> set[Name]:
    return {
        name for name in before.keys() | after.keys() if before.get(name) is not after.get(name) and before.get(name) != after.get(name)
    }
