"""What a simulated user may know of a conversation."""

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.explicit import wish_words
from envfactory_assets.dialogue.facts import row_facts, row_name, spoken
from envfactory_assets.dialogue.forms import entity_of
from envfactory_assets.dialogue.replies import listing
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import RawTurn, TrajectoryStep, UserBrief


def user_brief(turns: list[RawTurn], steps: dict[str, TrajectoryStep], services: Services) -> UserBrief:
    """The brief of a conversation: goals, the values the user brings, what only the service knows."""
    wishes = [steps[intent["call_ids"][-1]] for turn in turns for intent in turn.form["intents"]]
    goal = _purpose(wishes, services)
    known, unknown, asked = [], [], []
    for step in steps.values():
        for origin in step.argument_origins:
            parameter = services.parameter(step.env_id, step.tool, origin.argument)
            words = lexicon.field_words(origin.argument)
            if origin.kind == "said":
                field = services.set_field(step.env_id, parameter) if parameter else None
                known.append(f"{words}: {spoken(step.arguments[origin.argument], field)}")
            elif origin.kind == "observed" and origin.call_id and parameter is not None:
                noun = lexicon.noun(parameter.entity) if parameter.entity else words
                unknown.append(f"the service's own identifier of the {noun}")
                asked += _described(steps[origin.call_id], origin.path or "", services)
    return UserBrief(
        goal=f"{goal[:1].upper()}{goal[1:]}.",
        facts_known=list(dict.fromkeys(known)),
        facts_unknown=list(dict.fromkeys(unknown)),
        told_when_asked=list(dict.fromkeys(asked)),
        stop_when=f"The assistant has done what was asked: {goal}.",
    )


def _purpose(wishes: list[TrajectoryStep], services: Services) -> str:
    """What the conversation is for: the things it is about, and what is wanted of each kind."""
    by_noun: dict[str, list[str]] = {}
    changing = False
    for step in wishes:
        tool = services.tool(step.env_id, step.tool)
        noun = lexicon.plural(lexicon.noun(entity_of(tool) or "record"))
        by_noun.setdefault(noun, []).append(wish_words(tool))
        changing = changing or not is_read(tool)
    things = listing(list(by_noun))
    deeds = listing(list(dict.fromkeys(deed for found in by_noun.values() for deed in found)))
    return f"get my {things} in order: {deeds}" if changing else f"find out where my {things} stand: {deeds}"


def _described(step: TrajectoryStep, path: str, services: Services) -> list[str]:
    returns = services.tool(step.env_id, step.tool).returns
    for record, row in rows_in(step.result, returns):
        if path.startswith(record):
            name = row_name(row, step.env_id, returns.entity, services)
            noun = lexicon.noun(returns.entity or "record")
            facts = row_facts(row, step.env_id, returns.entity, services, most=3)
            return [f'I mean the {noun} "{name}".' if name else f"I mean the {noun} with {listing(facts)}."] if name or facts else []
    return []
