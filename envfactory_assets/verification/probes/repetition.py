"""Catches actions that can be done twice: released again, added twice, marked anew."""

from collections.abc import Iterator

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject

_ONCE = frozenset({"release", "add_member", "remove_member", "mark", "assign", "unassign", "set_preference", "transition"})
_STEPS = 6


def probe(subject: Subject) -> Iterator[Observation]:
    """The same call made again right away is refused or changes nothing; tools that take an amount may go on."""
    for tool in subject.spec.tools:
        steps = subject.successes(tool)[:_STEPS]
        if steps and _is_once(tool):
            again = next((found for step in steps if (found := _again(subject, step))), None)
            yield Observation(tool.name, again is None, again or {"calls_repeated": len(steps)})


def _is_once(tool: ToolSpec) -> bool:
    families = {effect.family for effect in tool.effects}
    amounts = [p for p in tool.parameters if p.type in {"number", "integer"} and p.role not in {"key", "reference"}]
    return bool(families & _ONCE) and "create" not in families and not amounts


def _again(subject: Subject, step: Step) -> dict[str, object] | None:
    episode = subject.start(step.after)
    if not subject.call(episode, step.tool, step.arguments).ok:
        return None
    changes = subject.diff(step.after, subject.state(episode))
    return {**subject.evidence(step), "changes_when_repeated": changes} if changes else None
