"""What the talk has just made, changed or told of is not looked at again."""

from typing import Any

from envfactory_assets.dialogue.facts import fact, row_facts
from envfactory_assets.dialogue.known import things_changed, things_shown
from envfactory_assets.dialogue.replies import most_told, told_of_each
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import TrajectoryStep

Made = tuple[dict[str, Any], TrajectoryStep]  # a wish, and the call that it is for


def shows_what_is_known(made: list[Made], wish: TrajectoryStep, services: Services) -> bool:
    """Whether a look-up would tell of nothing but what the talk has made, changed or told of.

    Of one record a list tells little, so that it may be looked at still; what a list is about to tell may have been told by others.
    """
    tool = services.tool(wish.env_id, wish.tool)
    shown = things_shown(wish, services)
    found = shown[: most_told(len(shown))]
    if not is_read(tool) or not found:
        return False
    known = {thing for _, step in made for thing in things_changed(step, services)}
    for intent, step in made:
        many = services.tool(step.env_id, step.tool).returns.many
        if _is_look(step, services) and not (intent.get("asked") or intent.get("computed")) and (tool.returns.many or not many):
            told = things_shown(step, services) if not many or told_of_each(step, services) else []
            known |= set(told[: most_told(len(told))])
    return known.issuperset(found)


def was_shown(made: list[Made], asked: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether a reply that told of the whole record has told the field that is asked for."""
    returns = services.tool(wish.env_id, wish.tool).returns
    field, rows = services.field(wish.env_id, returns.entity, asked), rows_in(wish.result, returns)
    if field is None or not rows or rows[0][1].get(asked) is None:
        return False
    told = fact(field, rows[0][1][asked], rows[0][1], returns.entity)
    whole = [
        step
        for intent, step in made
        if not intent.get("asked") and _is_look(step, services) and things_shown(step, services) == things_shown(wish, services)
    ]
    shown = [(rows_in(step.result, services.tool(step.env_id, step.tool).returns)[0][1], step) for step in whole]
    return any(told in row_facts(row, step.env_id, returns.entity, services, known=tuple(step.arguments.values())) for row, step in shown)


def _is_look(step: TrajectoryStep, services: Services) -> bool:
    return step.error is None and is_read(services.tool(step.env_id, step.tool))
