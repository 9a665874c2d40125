"""Which records calls are about: what they give, and what they have made or changed."""

from collections.abc import Mapping

from envfactory_assets.dialogue.services import Services, rows_in
from envfactory_assets.records import TrajectoryStep

Thing = tuple[str, str, str]  # env_id, entity, key


def changed_fields(calls: list[TrajectoryStep], thing: Thing) -> set[str] | None:
    """The fields of a record that some calls have changed; None where none of them made or changed it."""
    changes = [
        change for call in calls for change in call.state_diff or () if _thing(change["env_id"], change["entity"], change["key"]) == thing
    ]
    return {str(change.get("field")) for change in changes} if changes else None


def thing_shown(step: TrajectoryStep, services: Services) -> Thing | None:
    """The one record that a call gives; None where it gives several."""
    many = services.tool(step.env_id, step.tool).returns.many
    return None if many else next(iter(things_shown(step, services)), None)


def things_shown(step: TrajectoryStep, services: Services) -> list[Thing]:
    """The records that a call gives, in their order."""
    returns = services.tool(step.env_id, step.tool).returns
    key = services.key_field(step.env_id, returns.entity) if returns.entity else None
    if key is None or returns.entity is None:
        return []
    return [_thing(step.env_id, returns.entity, row.get(key.wire)) for _, row in rows_in(step.result, returns)]


def things_changed(step: TrajectoryStep, services: Services) -> set[Thing]:
    """The records that a call is there to make or to change, and did."""
    meant = {effect.entity for effect in services.tool(step.env_id, step.tool).effects}
    return {_thing(c["env_id"], c["entity"], c["key"]) for c in step.state_diff or () if c["entity"] in meant}


def _thing(env_id: object, entity: object, key: object) -> Thing:
    return str(env_id), str(entity), str(key)


def kinds_before(turn: int, steps: Mapping[str, TrajectoryStep], services: Services) -> dict[str, bool]:
    """The kinds of records that the turns before one were about, each with whether several were listed."""
    found: dict[str, bool] = {}
    for step in (step for step in steps.values() if step.turn < turn):
        tool = services.tool(step.env_id, step.tool)
        kind = tool.returns.entity or (tool.effects[0].entity if tool.effects else None)
        if kind is not None:
            found[kind] = tool.returns.many or found.get(kind, False)
    return found


def is_of_one(step: TrajectoryStep, entity: str, services: Services) -> bool:
    """Whether all that a list gives is somebody's own, as far as it says whose it is: what several have is not all "mine"."""
    found = services.entity(step.env_id, entity)
    wires = [field.wire for field in found.fields if field.type == "caller"] if found else []
    rows = [row for _, row in rows_in(step.result, services.tool(step.env_id, step.tool).returns)]
    return all(len({str(row.get(wire)) for row in rows}) <= 1 for wire in wires)
