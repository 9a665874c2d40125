"""Laws of belonging: what lies where, who holds what, who is a member of what."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.verification.laws.law import Law, Try, holds
from envfactory_assets.verification.steps import stored_row

_FEW = 3


class Given(Law):
    """A record is given to another: not to the one that has it, nor against what guards it."""

    def forbids(self, call: Try) -> bool:
        if call.row[self.field] == call.value:
            return self.alone
        return self.guarded(call)

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        present, others = call.row[self.field], self.others(call.state)
        yield from [present] if present is not None else []
        yield from [key for key in others if key != present][:_FEW]
        yield from [key for key in others[_FEW + 1 :] if self.guarded(Try(call.state, {}, key))][:1]
        yield from [] if self.target else ["somebody.else"]


class Move(Given):
    """Nothing is moved into itself or into what lies below it, nor out of what it stays within."""

    def forbids(self, call: Try) -> bool:
        if super().forbids(call):
            return True
        if call.row[self.field] == call.value:
            return False
        return self._leaves(call) or (self.target == self.entity and self._is_below(call))

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield from [call.row[self.spec.entity(self.entity).key]] if self.target == self.entity else []
        yield from super().worth_trying(call)

    def _is_below(self, call: Try) -> bool:
        key, parent, seen = call.row[self.spec.entity(self.entity).key], call.value, set()
        while parent is not None and parent not in seen:
            if parent == key:
                return True
            seen.add(parent)
            parent = (stored_row(self.spec, call.state, self.entity, parent) or {}).get(self.field)
        return False

    def _leaves(self, call: Try) -> bool:
        around = self.effect.within
        if around is None or self.target is None:
            return False
        there = (stored_row(self.spec, call.state, self.target, call.value) or {}).get(around)
        return call.row[around] is not None and there is not None and call.row[around] != there


class Enter(Law):
    """A member is in a list once."""

    def forbids(self, call: Try) -> bool:
        return call.value in (call.row[self.field] or []) or self.guarded(call)

    def done(self, call: Try) -> bool:
        return sorted(call.after[self.field], key=str) == sorted([*(call.row[self.field] or []), call.value], key=str)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        inside = call.row[self.field] or []
        yield from inside[:_FEW]
        yield from [key for key in self.others(call.state) if key not in inside][:_FEW]
        yield from [] if self.target else ["amber", "birch"]


class Leave(Enter):
    """Only a member leaves a list."""

    def forbids(self, call: Try) -> bool:
        return call.value not in (call.row[self.field] or []) or holds(call.row, self.effect.unless)

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == [each for each in call.row[self.field] if each != call.value])


class Unassign(Law):
    """Nothing is taken from nobody."""

    def forbids(self, call: Try) -> bool:
        return call.row[self.field] is None or holds(call.row, self.effect.unless)

    def done(self, call: Try) -> bool:
        return call.after[self.field] is None

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield call.value
