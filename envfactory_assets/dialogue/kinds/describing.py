"""Records that words can tell from all others that the caller sees."""

from dataclasses import dataclass
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.reference import describe_row
from envfactory_assets.dialogue.services import Services, rows_in
from envfactory_assets.records import ToolSpec


@dataclass(frozen=True, slots=True)
class Seen:
    """A record in the result of a look-up."""

    path: str
    row: dict[str, Any]
    key: Any


def telling_rows(
    services: Services, observer: Observer, env_id: str, tool: ToolSpec, result: Any, rng: Random, *, but: str | None = None
) -> list[Seen]:
    """The records in a look-up's result that words can single out, without using one of their fields, in random order."""
    entity = services.entity(env_id, tool.returns.entity)
    key = services.key_field(env_id, tool.returns.entity or "")
    if entity is None or key is None:
        return []
    everything = observer.visible(env_id, entity.name)
    found = []
    for path, row in rows_in(result, tool.returns):
        own = {name: value for name, value in row.items() if name != but}
        others = [other for other in everything if other.get(key.wire) != row.get(key.wire)]
        if row.get(key.wire) is None or not others:
            continue
        marks = describe_row(own, others, entity, rng)
        if marks and all(fields.is_familiar(name) for name, _, _ in marks):
            found.append(Seen(path, row, row[key.wire]))
    rng.shuffle(found)
    return found
