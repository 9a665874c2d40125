"""Kinds of conversation beyond the plain one: each module makes one of an executed draft, or finds that the draft has no room for it.

Modules:
    draft: the conversation while it is being made. drawing: which kind a chain is tried as.
    describing: records that words can tell apart. moving: tools that take a record from one state to another.
    declining: no tool for a wish (missing_tool); a wish that the service refuses (impossible), after which another is taken (recovery).
    handing_over: a wish whose tool is the user's own (user_side).
    changing: what was just done is changed again (change_of_mind). looking_back: an earlier result answers (follow_up).
    computing: an answer worked out from a look-up (computed). spreading: one wish that means each of several records (expansion).
    clarifying: a request from which something is held back until the assistant asks (missing_information, ambiguous); it is made
        when the requests are written.
"""

from collections.abc import Callable, Mapping

from envfactory_assets.dialogue.kinds.changing import change_of_mind
from envfactory_assets.dialogue.kinds.clarifying import missing_information
from envfactory_assets.dialogue.kinds.computing import computed
from envfactory_assets.dialogue.kinds.declining import impossible, missing_tool, recovery
from envfactory_assets.dialogue.kinds.draft import Draft
from envfactory_assets.dialogue.kinds.drawing import drawn_kind
from envfactory_assets.dialogue.kinds.handing_over import user_side
from envfactory_assets.dialogue.kinds.looking_back import follow_up
from envfactory_assets.dialogue.kinds.spreading import expansion
from envfactory_assets.records import Kind

MAKERS: dict[Kind, Callable[[Draft], bool]] = {
    "missing_information": missing_information,
    "missing_tool": missing_tool,
    "impossible": impossible,
    "recovery": recovery,
    "change_of_mind": change_of_mind,
    "follow_up": follow_up,
    "computed": computed,
    "expansion": expansion,
    "user_side": user_side,
}
"""What a draft is turned into a kind by; it leaves a draft that has no room for the kind as it was and says so."""

_SELDOM_FIT: tuple[Kind, ...] = ("missing_information", "user_side", "change_of_mind", "expansion")


def made_as(draft: Draft, kind: Kind, shares: Mapping[str, float]) -> Kind:
    """Turn a draft into a kind, or into one of those that few chains have room for, or leave it plain."""
    if kind not in MAKERS:
        return kind
    spare = [name for name in _SELDOM_FIT if name != kind and shares.get(name, 0.0) > 0]
    draft.rng.shuffle(spare)
    return next((name for name in (kind, *spare) if MAKERS[name](draft)), "plain")


__all__ = ["Draft", "drawn_kind", "made_as"]
