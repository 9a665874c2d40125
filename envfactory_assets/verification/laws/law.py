"""What every law of a typed effect says."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.records import EffectSpec, EnvironmentSpec, ParameterSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.steps import stored_row

Row = dict[str, Any]


@dataclass(frozen=True)
class Try:
    """One call of a tool on one row: the state, the row before and after, and the value that was given."""

    state: State
    row: Row
    value: Any = None
    after: Row = field(default_factory=dict)


class Law(ABC):
    """What must hold of one typed effect of one tool.

    Args:
        spec: the environment as published.
        effect: the effect with its slots.
        given: the argument that says what becomes of the field, when there is one.
        alone: whether the tool can be called with nothing else to change.
    """

    makes = False  # whether there is another row afterwards
    removes = False  # whether the row is gone afterwards
    refusals = frozenset({"precondition_failed", "conflict"})  # the errors that say that it is forbidden

    def __init__(self, spec: EnvironmentSpec, effect: EffectSpec, given: ParameterSpec | None, *, alone: bool = True) -> None:
        self.spec = spec
        self.effect = effect
        self.entity = str(effect.entity)
        self.field = str(effect.field)
        self.given = given
        self.alone = alone

    @abstractmethod
    def forbids(self, call: Try) -> bool:
        """Whether the state forbids to call the tool on a row with this value."""

    @abstractmethod
    def done(self, call: Try) -> bool:
        """Whether a call that succeeded did what it says."""

    @abstractmethod
    def worth_trying(self, call: Try) -> Iterator[Any]:
        """Values to call the tool with on a row, some of which the state forbids."""

    def situation(self, call: Try) -> Hashable | None:  # noqa: ARG002 - most laws look at the whole row
        """What a call is like, where calls that are alike need not all be tried."""
        return None

    def along(self, call: Try) -> dict[str, Any]:  # noqa: ARG002 - most values stand alone
        """What other fields must hold beside a value."""
        return {}

    @property
    def target(self) -> str | None:
        """The entity that the field refers to."""
        return self._referred(self.field)

    def others(self, state: State) -> list[Any]:
        """The keys of the records that the field refers to."""
        return [row[self.spec.entity(self.target).key] for row in rows_of(self.spec, state, self.target)] if self.target else []

    def guarded(self, call: Try) -> bool:
        """Whether the record is over, or what would take it in takes nothing more."""
        if holds(call.row, self.effect.unless):
            return True
        taker = stored_row(self.spec, call.state, self.target, call.value) if self.target and self.effect.barred else None
        return taker is not None and holds(taker, self.effect.barred)

    def _referred(self, name: str) -> str | None:
        return next((field.ref for field in self.spec.entity(self.entity).fields if field.name == name), None)


def holds(row: Row, values: Mapping[str, Sequence[Any]]) -> bool:
    """Whether one of some fields of a row has one of the values named for it."""
    return any(row.get(name) in held for name, held in values.items())
