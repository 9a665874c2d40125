"""Records that live inside others: what is closed, archived or not active takes nothing more in."""

from collections.abc import Iterator

from envfactory_assets.synthesis.actions import amounts, memberships
from envfactory_assets.synthesis.actions.family import Bound, Records
from envfactory_assets.synthesis.actions.standing import Held, gone_when, sealed_when
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.route import stem_of_parameter


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """A create that says into which record it puts another, where that says when it is closed."""
    belongs = tool.entity.thing.rpartition("_")[2] in lexicon().membership_words  # who may see a record may always be said
    joins = any(isinstance(bound, TypedEffect) for bound in memberships.beside(tool, records))
    draws = any(True for _ in amounts.beside(tool, records))  # what takes an amount of another is not merely put into it
    if tool.family != "create" or belongs or joins or draws:
        return
    around = list(_around(tool, records))
    if len(around) == 1:
        field, sealed = around[0]
        yield TypedEffect(_family(tool.entity), within=field.name, barred=sealed, taker=field.target)


def _around(tool: ToolPlan, records: Records) -> Iterator[tuple[FieldPlan, Held]]:
    """The fields that name what a new record lies in: those of the path, else those that are called so."""
    told = [(a, a.field) for a in tool.arguments if a.field is not None and a.field.kind == "ref" and a.field.target in records]
    others = [(a, f) for a, f in told if f.target != tool.entity.name]
    by_path = [f for a, f in others if a.required and f"{{{a.wire}}}" in tool.operation.path]
    called = [f for a, f in others if a.required and stem_of_parameter(f.wire).rpartition("_")[2] in lexicon().holder_words]
    for field in by_path or called:
        holder = records[str(field.target)]
        if sealed := gone_when(holder) if _is_said(tool.entity) else sealed_when(holder):
            yield field, sealed


def _is_said(entity: EntityPlan) -> bool:
    """Whether a record tells something of the one it lies in, which may be over then: a comment, what happened to an order."""
    return entity.thing.rpartition("_")[2] in lexicon().said_words | lexicon().history_words


def _family(entity: EntityPlan) -> str:
    """What making such a record inside another is: messages are sent, versions follow one another, anything else is put in."""
    thing = entity.thing.rpartition("_")[2]
    if thing in lexicon().sent_words:
        return "send"
    return "new_version" if thing in lexicon().version_words else "add_member"
