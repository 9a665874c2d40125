"""Kinds of conversation beyond the plain one: each module makes one of an executed draft, or finds that the draft has no room for it.

Modules:
    draft: the conversation while it is being made. drawing: which kinds a chain is tried as.
    describing: records that words can tell apart. moving: tools that take a record from one state to another.
    declining: no tool for a wish (missing_tool); a wish that the service refuses (impossible), after which another is taken (recovery).
    handing_over: a wish whose tool is the user's own (user_side).
    changing: what was just done is changed again (change_of_mind). looking_back: an earlier result answers (follow_up).
    computing: an answer worked out from a look-up (computed). spreading: one wish that means each of several records (expansion).
    clarifying: a request from which something is held back until the assistant asks (missing_information, ambiguous); it is made
        when the requests are written.
"""

from collections.abc import Callable, Sequence

from envfactory_assets.dialogue.kinds.changing import change_of_mind
from envfactory_assets.dialogue.kinds.clarifying import missing_information
from envfactory_assets.dialogue.kinds.computing import computed
from envfactory_assets.dialogue.kinds.declining import impossible, missing_tool, recovery
from envfactory_assets.dialogue.kinds.draft import Draft
from envfactory_assets.dialogue.kinds.drawing import kinds_to_try
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


def made_as(draft: Draft, kinds: Sequence[Kind]) -> Kind:
    """Turn a draft into the first of some kinds that it has room for, or leave it plain."""
    return next((kind for kind in kinds if kind not in MAKERS or MAKERS[kind](draft)), "plain")


__all__ = ["Draft", "kinds_to_try", "made_as"]
