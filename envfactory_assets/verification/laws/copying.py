"""The law of copies."""

from collections.abc import Hashable, Iterator
from typing import Any

from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.laws.law import Law, Try


class Copy(Law):
    """A copy is as its original but for what it is told, and its name is free."""

    makes = True

    def forbids(self, call: Try) -> bool:
        others = rows_of(self.spec, call.state, self.entity)
        return any(row[self.field] == call.value and self._place(row) == self._place(call.row) for row in others)

    def done(self, call: Try) -> bool:
        return bool(call.after[self.field] == call.value)

    def worth_trying(self, call: Try) -> Iterator[Any]:
        yield call.row[self.field] or "Copied"
        yield f"{call.row[self.field]} once more"

    def _place(self, row: dict[str, Any]) -> Any:
        return row[self.effect.within] if self.effect.within else None

    def situation(self, call: Try) -> Hashable:
        return self.forbids(call)
