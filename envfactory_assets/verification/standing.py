"""States in which one row stands otherwise: closed, archived, not active."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments import ScenarioError
from envfactory_assets.verification.caller import State
from envfactory_assets.verification.steps import stored_row

if TYPE_CHECKING:
    from envfactory_assets.verification.subject import Subject


def standing(subject: "Subject", state: State, entity: str, key: Any, values: Mapping[str, Sequence[Any]]) -> Iterator[State]:
    """The state with a row in each of some values, one after the other, as far as the environment takes them.

    Args:
        subject: the environment.
        state: the state to change a copy of.
        entity: of the row.
        key: of the row.
        values: by field, the values to stand in.
    """
    for name, held in values.items():
        for value in held:
            changed = deepcopy(state)
            row = stored_row(subject.spec, changed, entity, key)
            if row is None:
                return
            row[name] = value
            try:
                subject.start(changed)
            except ScenarioError:
                continue
            yield changed
