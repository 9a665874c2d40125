"""Records that stay as they are: the states in which the document says that nothing of one is changed, whatever an update sets."""

from dataclasses import replace

from envfactory_assets.synthesis.actions.family import Bound, Unbound
from envfactory_assets.synthesis.actions.standing import Held
from envfactory_assets.synthesis.actions.states import told_of
from envfactory_assets.synthesis.plan import ToolPlan


def frozen_when(tool: ToolPlan) -> Held:
    """In which values of its states the record of an update is not changed."""
    states = [f for f in tool.entity.fields if f.kind == "enum" and f.grounding == "declared"] if tool.family == "update" else []
    kept = ((state.name, told_of(state, tool).keeps(state.enum), len(state.enum)) for state in states)
    return tuple((name, shut) for name, shut, count in kept if 0 < len(shut) < count)


def with_frozen(bound: Bound, tool: ToolPlan) -> Bound:
    """An effect that is also refused in the states in which the record stays as it is."""
    shut = dict(frozen_when(tool))
    if isinstance(bound, Unbound) or not shut or bound.entity or bound.field in shut:
        return bound
    told = dict(bound.unless)
    merged = {name: tuple(dict.fromkeys((*told.get(name, ()), *shut.get(name, ())))) for name in (*told, *shut)}
    return replace(bound, unless=tuple(merged.items()))
