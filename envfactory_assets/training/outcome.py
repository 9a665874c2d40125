"""Where an attempt ended, compared with where it should have: row by row, ids minted on the way renamed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from envfactory_assets.environments import Environment
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


def compare(start: State, gold: State, final: State, environments: Mapping[str, type[Environment]]) -> Outcome:
    """Compare a final state with the gold one, both reached from the same start."""
    wanted = reached = changed = spoiled = 0
    same = True
    pairs: Pairs = {}
    for env_id, cls in environments.items():
        side = _Comparison(start[env_id], gold[env_id], final[env_id], cls)
        pairs[env_id] = side.pairs
        same = same and side.equivalent
        wanted += len(side.wanted)
        reached += len(side.reached())
        changed += len(side.changed)
        spoiled += len(side.changed - side.wanted)
    return Outcome(
        equivalent=same,
        reached_share=reached / wanted if wanted else 0.0,
        spoiled_share=spoiled / changed if changed else 0.0,
        pairs=pairs,
    )


class _Comparison:
    """One environment's start, gold and final rows under the gold names."""

    def __init__(self, start: dict[str, Any], gold: dict[str, Any], final: dict[str, Any], environment: type[Environment]) -> None:
        self._entities = environment.plan.entities
        self._gold = _rows(gold, environment)
        started, self._final = _rows(start, environment), _rows(final, environment)
        self.wanted, self.changed = _changed(started, self._gold), _changed(started, self._final)
        self.equivalent = not self.wanted and start["me"] == final["me"]
        self.pairs: dict[Name, Name] = {}
        if not self.changed:
            return
        self._ours, self._theirs = minted_since(start, final, environment), minted_since(start, gold, environment)
        exact = renaming(final, gold, start, environment)
        self.equivalent = exact is not None
        self.pairs = exact if exact is not None else self._paired(self._final)
        if self._ours:
            self._final = {self._gold_name(name): self._renamed(row, name) for name, row in self._final.items()}
            self.changed = _changed(started, self._final)

    def reached(self) -> set[Name]:
        """The wanted rows that are as they should be."""
        return {name for name in self.wanted if self._final.get(name) == self._gold.get(name)}

    def _paired(self, ended: dict[Name, Row]) -> dict[Name, Name]:
        """Pair minted rows of one entity: equal ones first, then the most alike, each in the order they were made."""
        pairs: dict[Name, Name] = {}
        for least in (1.0, 0.0):
            for gold_name in (name for name in self._gold if name in self._theirs and name not in pairs.values()):
                free = [name for name in ended if name in self._ours and name not in pairs and name[0] == gold_name[0]]
                likeness = {name: self._likeness(ended[name], gold_name, pairs) for name in free}
                best = max(free, key=lambda name: likeness[name], default=None)
                if best is not None and likeness[best] >= least:
                    pairs[best] = gold_name
        return pairs

    def _likeness(self, row: Row, gold_name: Name, pairs: dict[Name, Name]) -> float:
        """The share of equal fields; a reference to a minted row that is not paired yet may mean any other such row."""
        entity = self._entities[gold_name[0]]
        mine = renamed_row(row, entity, lambda n: pairs.get(n, ("", "minted"))[1] if n in self._ours else n[1])
        paired = set(pairs.values())
        other = renamed_row(self._gold[gold_name], entity, lambda n: "minted" if n in self._theirs and n not in paired else n[1])
        fields = [field for field in mine if field != entity.entity_layout.key]
        return sum(mine[field] == other.get(field) for field in fields) / len(fields) if fields else 1.0

    def _gold_name(self, name: Name) -> Name:
        """A row's gold name; one that stands for no gold row gets a name no gold row has."""
        unpaired = name in self._ours and name not in self.pairs
        return (name[0], f"unpaired {name[1]}") if unpaired else self.pairs.get(name, name)

    def _renamed(self, row: Row, name: Name) -> Row:
        return renamed_row(row, self._entities[name[0]], lambda n: self._gold_name(n)[1])


def _rows(state: dict[str, Any], environment: type[Environment]) -> dict[Name, Row]:
    return {
        (entity.__name__, row[entity.entity_layout.key]): {
            field: value for field, value in row.items() if field not in entity.entity_layout.volatile
        }
        for table, entity in environment.plan.tables.items()
        for row in state["tables"].get(table, [])
    }


def _changed(before: dict[Name, Row], after: dict[Name, Row]) -> set[Name]:
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
