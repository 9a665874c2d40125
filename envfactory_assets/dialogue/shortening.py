"""The beginning of a conversation: what is kept when a later turn cannot be put into words that can be proved."""

from envfactory_assets.dialogue.brief import user_brief
from envfactory_assets.dialogue.services import Services
from envfactory_assets.records import Kind, RawTrajectory, RawTurn, TrajectoryStep

_MARKS = ("declined", "hands_over", "each", "computed", "answered_by")


def beginning(
    trajectory: RawTrajectory, steps: list[TrajectoryStep], count: int, services: Services
) -> tuple[RawTrajectory, list[TrajectoryStep]]:
    """A conversation's first turns with their calls. What was made for a turn that is gone goes with it: its kind, its withheld tools."""
    turns = trajectory.turns[:count]
    own = [step for step in steps if step.turn < count]
    unmade = [TrajectoryStep.model_validate(step) for turn in turns for step in turn.form.get("unmade", ())]
    kind = _kind(trajectory.kind, turns, own)
    changes = {
        "turns": turns,
        "turn_count": len(turns),
        "step_count": len(own),
        "kind": kind,
        "withheld_tools": trajectory.withheld_tools if kind == trajectory.kind else [],
        "user_brief": user_brief(turns, {step.call_id: step for step in [*own, *unmade]}, services),
    }
    return trajectory.model_copy(update=changes), own


def _kind(kind: Kind, turns: list[RawTurn], steps: list[TrajectoryStep]) -> Kind:
    """The kind of conversation that is left."""
    if kind == "cross_environment":
        return kind if len({step.env_id for step in steps}) > 1 else "plain"
    intents = [intent for turn in turns for intent in turn.form["intents"]]
    if kind == "change_of_mind":
        return kind if any(intent.get("lead") == "second_thoughts" for intent in intents) else "plain"
    if kind in {"plain", "missing_information", "ambiguous"}:
        return kind
    return kind if any(intent.get(mark) for intent in intents for mark in _MARKS) else "plain"
