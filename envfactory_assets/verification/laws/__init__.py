"""What must hold of each typed effect, told from its slots and the states on both sides alone.

A law knows which calls the state forbids, what a call that succeeds must have done, and which values are worth trying. It is written from
the meaning of the family, not from the code that implements it.
"""

from envfactory_assets.records import EffectSpec, EnvironmentSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.laws.amounts import Draw, GiveBack
from envfactory_assets.verification.laws.copying import Copy
from envfactory_assets.verification.laws.deletion import Restriction, restricting
from envfactory_assets.verification.laws.law import Law, Try, holds
from envfactory_assets.verification.laws.places import Enter, Given, Leave, Move, Unassign
from envfactory_assets.verification.laws.states import Flag, Lifecycle, Schedule, Since, Span

__all__ = ["Law", "Restriction", "Try", "holds", "law_of"]

_LAWS: dict[str, type[Law]] = {
    "transition": Lifecycle,
    "schedule": Schedule,
    "reschedule": Schedule,
    "move": Move,
    "add_member": Enter,
    "remove_member": Leave,
    "assign": Given,
    "unassign": Unassign,
    "reserve": Draw,
    "capture": Draw,
    "refund": Draw,
    "release": GiveBack,
    "copy": Copy,
}


def law_of(spec: EnvironmentSpec, tool: ToolSpec, effect: EffectSpec) -> Law | None:
    """The law of an effect; None when its slots do not say enough, or another probe looks at it."""
    if effect.family == "delete" and effect.entity is not None:
        held = [field for _, field in restricting(spec, effect.entity) if field.on_delete != "cascade" and field.grounding != "assumed"]
        return Restriction(spec, effect, None) if held else None
    kind = next((field.type for field in spec.entity(effect.entity).fields if field.name == effect.field), "") if effect.entity else ""
    flag = Since if kind in {"date", "datetime"} else Flag
    made = flag if effect.family in {"transition", "mark"} and not effect.moves else Span if effect.past else _LAWS.get(effect.family)
    if (
        made is None
        or effect.field is None
        or effect.entity is None
        or effect.sources
        or (effect.within and effect.family not in {"move", "copy"})
    ):
        return None
    if issubclass(made, Draw) and made is Draw and not effect.limit:
        return None
    given = _given(tool, effect, made)
    untold = made is Unassign or (made is Flag and isinstance(effect.target, bool))
    needed = [p for p in tool.parameters if p.required and p.role == "value" and p is not given]
    return None if given is None and not untold else made(spec, effect, given, alone=not needed)


def _given(tool: ToolSpec, effect: EffectSpec, made: type[Law]) -> ParameterSpec | None:
    """The argument that says what becomes of the field."""
    named = next((p for p in tool.parameters if p.field == effect.field and p.role in {"value", "reference"}), None)
    if named is not None or made in {Lifecycle, Flag, Since, Schedule, Span, Copy}:
        return named
    if issubclass(made, Draw):
        return next((p for p in tool.parameters if p.type in {"integer", "number"} and p.role not in {"key", "page"}), None)
    others = [p for p in tool.parameters if p.role in {"reference", "key"} and (p.type != "array" or made in {Enter, Leave})]
    own = next((p for p in others if p.entity == effect.entity and p.type != "array"), None)
    told = next((p for p in others if p is not own), None)
    texts = [p for p in tool.parameters if p.required and p.role == "other"]
    return texts[0] if told is None and made in {Enter, Leave} and len(texts) == 1 else told
