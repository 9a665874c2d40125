"""What a simulated user may know of a conversation."""

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.explicit import wish_words
from envfactory_assets.dialogue.facts import row_facts, row_name, spoken
from envfactory_assets.dialogue.forms import entity_of
from envfactory_assets.dialogue.replies import listing
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import CalibratedTurn, RawTurn, TrajectoryStep, UserBrief


def user_brief(turns: list[RawTurn], steps: dict[str, TrajectoryStep], services: Services) -> UserBrief:
    """The brief of a conversation: goals, the values the user brings, what only the service knows.

    Args:
        turns: the turns, every value spelled out.
        steps: the calls they name, those that are only worked out among them.
        services: the environments of the conversation.
    """
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
        facts_unknown=list(dict.fromkeys([*unknown, *_open_questions(turns)])),
        told_when_asked=list(dict.fromkeys(asked)),
        stop_when=_end(goal, turns, services),
    )


def clarified_brief(brief: UserBrief, turns: list[CalibratedTurn]) -> UserBrief:
    """The brief with what the user says only when asked, in the words of the conversation."""
    told = [exchange.answer for turn in turns for exchange in turn.exchanges]
    return brief.model_copy(update={"told_when_asked": list(dict.fromkeys([*brief.told_when_asked, *told]))}) if told else brief


def _open_questions(turns: list[RawTurn]) -> list[str]:
    """What the user wants to be told."""
    found = []
    for turn in turns:
        for intent in turn.form["intents"]:
            noun = lexicon.noun(intent["entity"] or "record")
            question = intent.get("computed")
            if question is not None:
                field = fields.noun_of(question["field"]) if question["field"] else ""
                found.append(f"{_SOUGHT[question['op']]} {field} of the {lexicon.plural(noun)}".replace("  ", " "))
            elif intent["asked"]:
                found.append(f"the {fields.noun_of(intent['asked'])} of the {noun}")
    return found


_SOUGHT = {
    "count": "the number",
    "sum": "the total",
    "min": "which is the first by the",
    "max": "which is the last by the",
    "difference": "how far apart the highest and the lowest are in the",
}


def _end(goal: str, turns: list[RawTurn], services: Services) -> str:
    """When the user is done: all is done, or the assistant has said why something cannot be."""
    refused = [intent for turn in turns for intent in turn.form["intents"] if intent.get("declined")]
    deeds = [wish_words(services.tool(intent["env_id"], intent["tool"])) for intent in refused]
    if not deeds:
        return f"The assistant has done what was asked: {goal}."
    return f"The assistant has done what was asked ({goal}), or has said why it cannot {listing(list(dict.fromkeys(deeds)))}."


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
            return [f'I mean the {noun} "{name}".' if name else f"I mean this {noun}: {listing(facts)}."] if name or facts else []
    return []
