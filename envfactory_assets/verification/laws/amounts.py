"""Laws of amounts: what is taken, and what is given back."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.verification.laws.law import Law, Row, Try


class Draw(Law):
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


class GiveBack(Draw):
    """Never more is given back than was taken."""

    def forbids(self, call: Try) -> bool:
        return bool(call.value <= 0 or call.value > self._taken(call.row) + 1e-9)

    def done(self, call: Try) -> bool:
        return bool(abs(self._taken(call.row) - self._taken(call.after) - call.value) < 1e-6)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield from (self._taken(call.row) + 1, *((self._taken(call.row),) if self._taken(call.row) > 0 else ()))
