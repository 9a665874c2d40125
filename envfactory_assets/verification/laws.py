"""What must hold of each typed effect, told from its slots and the states on both sides alone.

A law knows which calls the state forbids, what a call that succeeds must have done, and which values are worth trying. It is written from
the meaning of the family, not from the code that implements it.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from envfactory_assets.records import EffectSpec, EntitySpec, EnvironmentSpec, FieldSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.steps import stored_row

Row = dict[str, Any]
_FEW = 3


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

    removes = False  # whether the row is gone afterwards
    makes = False  # whether there is another row afterwards

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

    def along(self, value: Any) -> dict[str, Any]:  # noqa: ARG002 - most values stand alone
        """What other fields of a new record must hold beside a value."""
        return {}

    def _others(self, state: State) -> list[Any]:
        """The keys of the records that the field refers to."""
        target = next((field.ref for field in self.spec.entity(self.entity).fields if field.name == self.field), None)
        return [row[self.spec.entity(target).key] for row in rows_of(self.spec, state, target)] if target else []


class _Restriction(Law):
    """What is still referred to by a record that stays is not deleted."""

    removes = True

    def forbids(self, call: Try) -> bool:
        gone = [(self.entity, call.row[self.spec.entity(self.entity).key])]  # grows on the way
        held: list[tuple[str, Any]] = []
        for name, key in gone:
            for other, place in restricting(self.spec, name):
                pointing = [row for row in rows_of(self.spec, call.state, other.name) if key in _several(row.get(place.name))]
                found = [(other.name, row[other.key]) for row in pointing]
                held += found if place.on_delete == "restrict" else []
                gone += [each for each in found if place.on_delete == "cascade" and each not in gone]
        return any(place not in gone for place in held)

    def done(self, call: Try) -> bool:
        return not call.after

    def worth_trying(self, call: Try) -> Iterator[Any]:  # noqa: ARG002 - nothing is told but which
        yield None


def restricting(spec: EnvironmentSpec, entity: str) -> Iterator[tuple[EntitySpec, FieldSpec]]:
    """The fields that refer to an entity and go with it, or forbid that it goes."""
    for other in spec.entities:
        yield from ((other, field) for field in other.fields if field.ref == entity and field.on_delete in {"restrict", "cascade"})


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class _Lifecycle(Law):
    """A status goes only where its present value allows, and not to where it is."""

    def forbids(self, call: Try) -> bool:
        current = call.row[self.field]
        if current is None or call.value == current:
            return self.alone and call.value == current
        return call.value not in self.effect.moves.get(current, ())

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:  # noqa: ARG002 - any value, from any row
        yield from sorted({value for start, ends in self.effect.moves.items() for value in (start, *ends)})


class _Flag(Law):
    """What is so already is not made so again."""

    def forbids(self, call: Try) -> bool:
        return self.alone and bool(call.row[self.field]) == self._wanted(call)

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field]) == self._wanted(call)

    def worth_trying(self, call: Try) -> Iterator[Any]:  # noqa: ARG002 - any value, from any row
        yield from (True, False) if self.given else (self.effect.target,)

    def _wanted(self, call: Try) -> bool:
        return bool(call.value if self.given else self.effect.target)


class _Since(Law):
    """What is closed, archived or the like since a moment is not made so again."""

    def forbids(self, call: Try) -> bool:
        return call.row[self.field] is not None

    def done(self, call: Try) -> bool:
        return _moment(call.after[self.field]) == _moment(call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        moment = _moment(call.state["now"]) - timedelta(days=1)
        yield moment.date().isoformat() if self.given and self.given.type == "date" else moment.isoformat().replace("+00:00", "Z")


class _Schedule(Law):
    """A new time lies ahead; what is rescheduled and has begun stays when it was."""

    def forbids(self, call: Try) -> bool:
        now = _moment(call.state["now"])
        was = call.row.get(self.field)
        unchanged = was is not None and _moment(was) == _moment(call.value)
        begun = self.effect.family == "reschedule" and was is not None and _before(was, now)
        return not unchanged and (_before(call.value, now) or begun)

    def done(self, call: Try) -> bool:
        return _moment(call.after[self.field]) == _moment(call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        now = _moment(call.state["now"])
        ends = call.row.get(self.effect.until or "")
        ahead = min(now + timedelta(days=40), _moment(ends) - timedelta(days=1)) if ends else now + timedelta(days=40)
        for moment in (now - timedelta(days=40), *((ahead,) if ahead > now + timedelta(days=1) else ())):
            yield self._written(moment)

    def along(self, value: Any) -> dict[str, Any]:
        return {self.effect.until: self._written(_moment(value) + timedelta(days=2))} if self.effect.until else {}

    def _written(self, moment: datetime) -> str:
        whole_day = self.given is not None and self.given.type == "date"
        return moment.date().isoformat() if whole_day else moment.isoformat().replace("+00:00", "Z")


class _Move(Law):
    """Nothing is moved into itself or into what lies below it."""

    def forbids(self, call: Try) -> bool:
        key, parent, seen = call.row[self.spec.entity(self.entity).key], call.value, set()
        while parent is not None and parent not in seen:
            if parent == key:
                return True
            seen.add(parent)
            parent = (stored_row(self.spec, call.state, self.entity, parent) or {}).get(self.field)
        return False

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield call.row[self.spec.entity(self.entity).key]
        yield from self._others(call.state)[:_FEW]


class _Copy(Law):
    """A copy is as its original but for what it is told, and its name is free."""

    makes = True

    def forbids(self, call: Try) -> bool:
        return any(row[self.field] == call.value for row in rows_of(self.spec, call.state, self.entity))

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield call.row[self.field] or "Copied"
        yield f"{call.row[self.field]} once more"


class _Enter(Law):
    """A member is in a list once."""

    def forbids(self, call: Try) -> bool:
        return call.value in (call.row[self.field] or [])

    def done(self, call: Try) -> bool:
        return sorted(call.after[self.field], key=str) == sorted([*(call.row[self.field] or []), call.value], key=str)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        inside = call.row[self.field] or []
        yield from inside[:_FEW]
        yield from [key for key in self._others(call.state) if key not in inside][:_FEW]


class _Leave(_Enter):
    """Only a member leaves a list."""

    def forbids(self, call: Try) -> bool:
        return call.value not in (call.row[self.field] or [])

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == [each for each in call.row[self.field] if each != call.value])


class _Assign(Law):
    """Nothing is given to whom it belongs to already."""

    def forbids(self, call: Try) -> bool:
        return bool(call.row[self.field] == call.value)

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        if call.row[self.field] is not None:
            yield call.row[self.field]
        yield from [key for key in self._others(call.state) if key != call.row[self.field]][:1]


class _Unassign(Law):
    """Nothing is taken from nobody."""

    def forbids(self, call: Try) -> bool:
        return call.row[self.field] is None

    def done(self, call: Try) -> bool:
        return call.after[self.field] is None

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield call.value


class _Draw(Law):
    """Never more is taken than the limit allows."""

    def forbids(self, call: Try) -> bool:
        return bool(call.value <= 0 or self._taken(call.row) + call.value > self._limit(call) + 1e-9)

    def done(self, call: Try) -> bool:
        return bool(abs(self._taken(call.after) - self._taken(call.row) - call.value) < 1e-6)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        left = self._limit(call) - self._taken(call.row)
        yield from (left + 1, *((left,) if left > 0 else ()))

    def _taken(self, row: Row) -> Any:
        return row[self.field] or 0

    def _limit(self, call: Try) -> Any:
        return call.row[str(self.effect.limit)] or 0


class _GiveBack(_Draw):
    """Never more is given back than was taken."""

    def forbids(self, call: Try) -> bool:
        return bool(call.value <= 0 or call.value > self._taken(call.row) + 1e-9)

    def done(self, call: Try) -> bool:
        return bool(abs(self._taken(call.row) - self._taken(call.after) - call.value) < 1e-6)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield from (self._taken(call.row) + 1, *((self._taken(call.row),) if self._taken(call.row) > 0 else ()))


_LAWS: dict[str, type[Law]] = {
    "transition": _Lifecycle,
    "schedule": _Schedule,
    "reschedule": _Schedule,
    "move": _Move,
    "copy": _Copy,
    "add_member": _Enter,
    "remove_member": _Leave,
    "assign": _Assign,
    "unassign": _Unassign,
    "reserve": _Draw,
    "capture": _Draw,
    "refund": _Draw,
    "release": _GiveBack,
}


def law_of(spec: EnvironmentSpec, tool: ToolSpec, effect: EffectSpec) -> Law | None:
    """The law of an effect; None when its slots do not say enough, or another probe looks at it."""
    if effect.family == "delete" and effect.entity is not None:
        held = [field for _, field in restricting(spec, effect.entity) if field.on_delete == "restrict" and field.grounding != "assumed"]
        return _Restriction(spec, effect, None) if held else None
    kind = next((field.type for field in spec.entity(effect.entity).fields if field.name == effect.field), "") if effect.entity else ""
    flag = _Since if kind in {"date", "datetime"} else _Flag
    made = flag if effect.family in {"transition", "mark"} and not effect.moves else _LAWS.get(effect.family)
    if made is None or effect.field is None or effect.entity is None or effect.sources or effect.within:
        return None
    if issubclass(made, _Draw) and made is _Draw and not effect.limit:
        return None
    given = _given(tool, effect, made)
    untold = made is _Unassign or (made is _Flag and isinstance(effect.target, bool))
    needed = [p for p in tool.parameters if p.required and p.role == "value" and p is not given]
    return None if given is None and not untold else made(spec, effect, given, alone=not needed)


def _given(tool: ToolSpec, effect: EffectSpec, made: type[Law]) -> ParameterSpec | None:
    """The argument that says what becomes of the field."""
    named = next((p for p in tool.parameters if p.field == effect.field and p.role in {"value", "reference"}), None)
    if named is not None or made in {_Lifecycle, _Flag, _Since, _Schedule, _Copy}:
        return named
    if issubclass(made, _Draw):
        return next((p for p in tool.parameters if p.type in {"integer", "number"} and p.role not in {"key", "page"}), None)
    others = [p for p in tool.parameters if p.role in {"reference", "key"} and p.type != "array"]
    own = next((p for p in others if p.entity == effect.entity), None)
    return next((p for p in others if p is not own), None)


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _before(value: str, now: datetime) -> bool:
    """Whether a time has passed; a day has when it is over."""
    return _moment(value).date() < now.date() if len(value) == len("2026-01-01") else _moment(value) < now
