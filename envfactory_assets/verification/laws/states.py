"""Laws of what moves in time: statuses, flags and schedules."""

from collections.abc import Hashable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from envfactory_assets.records import ParameterSpec
from envfactory_assets.verification.laws.law import Law, Try


class Lifecycle(Law):
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

    def situation(self, call: Try) -> Hashable:
        return call.row[self.field], call.value


class Flag(Law):
    """What is so already is not made so again."""

    def forbids(self, call: Try) -> bool:
        current = call.row[self.field]  # of a flag that was never set either value may be told
        settled = current == call.value if self.given else bool(current) == self._wanted(call)
        return (self.alone and settled) or (self.guarded(call) and not (self.given and settled))

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field]) == self._wanted(call)

    def worth_trying(self, call: Try) -> Iterator[Any]:  # noqa: ARG002 - any value, from any row
        yield from (True, False) if self.given else (self.effect.target,)

    def situation(self, call: Try) -> Hashable:
        return call.row[self.field], call.value

    def _wanted(self, call: Try) -> bool:
        return bool(call.value if self.given else self.effect.target)


class Since(Law):
    """What is closed, archived or the like since a moment is not made so again."""

    def forbids(self, call: Try) -> bool:
        return call.row[self.field] is not None

    def done(self, call: Try) -> bool:
        return _moment(call.after[self.field]) == _moment(call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        moment = _moment(call.state["now"]) - timedelta(days=1)
        yield moment.date().isoformat() if self.given and self.given.type == "date" else moment.isoformat().replace("+00:00", "Z")


class Schedule(Law):
    """A new time lies ahead; what is rescheduled and has begun stays when it was."""

    def forbids(self, call: Try) -> bool:
        now = _moment(call.state["now"])
        was = call.row.get(self.field)
        unchanged = was is not None and _moment(was) == _moment(call.value)
        begun = self.effect.family == "reschedule" and not self.effect.anew and was is not None and _before(was, now)
        return not unchanged and (_before(call.value, now) or begun or self.guarded(call))

    def done(self, call: Try) -> bool:
        return _moment(call.after[self.field]) == _moment(call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        now = _moment(call.state["now"])
        ends = call.row.get(self.effect.until or "")
        ahead = min(now + timedelta(days=40), _moment(ends) - timedelta(days=1)) if ends else now + timedelta(days=40)
        for moment in (now - timedelta(days=40), *((ahead,) if ahead > now + timedelta(days=1) else ())):
            yield _written(moment, self.given)

    def situation(self, call: Try) -> Hashable:
        now, was = _moment(call.state["now"]), call.row.get(self.field)
        return was is None or _before(was, now), was is None, _before(call.value, now), self.guarded(call)

    def along(self, call: Try) -> dict[str, Any]:
        if self.effect.until is None or call.row:
            return {}
        return {self.effect.until: _written(_moment(call.value) + timedelta(days=2), self.given)}


class Span(Law):
    """What is given a time ends after it starts, whenever that is."""

    refusals = Law.refusals | {"invalid_argument"}

    def forbids(self, call: Try) -> bool:
        was = call.row.get(self.field)
        unchanged = was is not None and _moment(was) == _moment(call.value)
        return not unchanged and (_moment(call.value) > self._end(call) or self.guarded(call))

    def done(self, call: Try) -> bool:
        return _moment(call.after[self.field]) == _moment(call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        if not call.row or call.row.get(str(self.effect.until)) is not None:
            yield from (_written(self._end(call) + timedelta(days=days), self.given) for days in (-20, 20))

    def situation(self, call: Try) -> Hashable:
        return call.row.get(self.field) is None, _moment(call.value) > self._end(call), self.guarded(call)

    def along(self, call: Try) -> dict[str, Any]:
        return {str(self.effect.until): _written(self._end(call), self.given)}

    def _end(self, call: Try) -> datetime:
        """When the record ends: what is made here does in sixty days."""
        ends = call.row.get(str(self.effect.until))
        return _moment(ends) if ends else _moment(call.state["now"]) + timedelta(days=60)


def _written(moment: datetime, given: ParameterSpec | None) -> str:
    whole_day = given is not None and given.type == "date"
    return moment.date().isoformat() if whole_day else moment.isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _before(value: str, now: datetime) -> bool:
    """Whether a time has passed; a day has when it is over."""
    return _moment(value).date() < now.date() if len(value) == len("2026-01-01") else _moment(value) < now
