"""What a simulated user may know of a conversation: all that is needed to play the user, and nothing of what only the service knows."""

from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.explicit import wish_words
from envfactory_assets.dialogue.facts import row_facts, row_name, spoken
from envfactory_assets.dialogue.forms import entity_of
from envfactory_assets.dialogue.replies import listing
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import CalibratedTurn, RawTurn, TrajectoryStep, UserBrief

Steps = dict[str, TrajectoryStep]


def user_brief(turns: list[RawTurn], steps: Steps, services: Services) -> UserBrief:
    """The brief of a conversation: its wishes in order, the values the user brings, what only the service knows.

    Args:
        turns: the turns, every value spelled out.
        steps: the calls they name, those that are only worked out among them.
        services: the environments of the conversation.
    """
    intents = [intent for turn in turns for intent in turn.form["intents"]]
    goal = _purpose([steps[intent["call_ids"][-1]] for intent in intents], services)
    known, unknown, asked = [], [], []
    for intent in intents:
        for step in [steps[call_id] for call_id in intent["call_ids"]]:
            known += _values(step, services)
            for origin in step.argument_origins:
                parameter = services.parameter(step.env_id, step.tool, origin.argument)
                if origin.kind == "observed" and origin.call_id and parameter is not None:
                    noun = lexicon.noun(parameter.entity) if parameter.entity else lexicon.field_words(origin.argument)
                    unknown.append(f"the service's own identifier of the {noun}")
                    asked += [f"I mean {thing}." for thing in _described(steps[origin.call_id], origin.path or "", services, intent)]
        unknown += _sought(intent)
    agenda = [_item(intent, steps, services) for intent in intents]
    return UserBrief(
        goal=f"{goal[:1].upper()}{goal[1:]}. One after the other: {'; '.join(f'{n}. {item}' for n, item in enumerate(agenda, start=1))}.",
        facts_known=list(dict.fromkeys(known)),
        facts_unknown=list(dict.fromkeys(unknown)),
        told_when_asked=list(dict.fromkeys(asked)),
        stop_when=_end(intents, services),
    )


def clarified_brief(brief: UserBrief, turns: list[CalibratedTurn], steps: Steps, services: Services) -> UserBrief:
    """The brief with what the user says only when asked, in the words of the conversation; it is not volunteered."""
    told = [exchange.answer for turn in turns for exchange in turn.exchanges]
    if not told:
        return brief
    kept = set()
    for turn in turns:
        held = {span.predicate for span in turn.spans if span.exchange is not None}
        stated = [predicate for predicate in turn.form["predicates"] if predicate["id"] in held and predicate["role"] != "referent"]
        kept |= {text for p in stated for text in _values(steps[p["call_id"]], services, only=p["parameter"])}
    goal = brief.goal
    for text in sorted(kept):
        goal = goal.replace(f" ({text})", "").replace(f", {text}", "").replace(f"({text}, ", "(")
    return brief.model_copy(
        update={
            "goal": goal,
            "facts_known": [fact for fact in brief.facts_known if fact not in kept],
            "told_when_asked": list(dict.fromkeys([*brief.told_when_asked, *told])),
        }
    )


def _values(step: TrajectoryStep, services: Services, only: str | None = None) -> list[str]:
    """The values that the user brings to a call, each with what it is: ``due date: 3 June 2026``."""
    found = []
    for origin in step.argument_origins:
        if origin.kind == "said" and only in {None, origin.argument}:
            parameter = services.parameter(step.env_id, step.tool, origin.argument)
            field = services.set_field(step.env_id, parameter) if parameter else None
            found.append(f"{lexicon.field_words(origin.argument)}: {spoken(step.arguments[origin.argument], field)}")
    return found


def _item(intent: dict[str, Any], steps: Steps, services: Services) -> str:
    """One wish in a few words, with the record it is about and the values for it."""
    own = [steps[call_id] for call_id in intent["call_ids"]]
    step = own[-1]
    sought = _sought(intent)
    deed = f"find out {sought[0]}" if sought else wish_words(services.tool(step.env_id, step.tool))
    things: list[str] = []
    if intent.get("each"):
        value = " ".join(lexicon.split_name(str(intent["each"]["value"])))
        things.append(f"each that is {value}")
    else:
        for origin in step.argument_origins:
            if origin.kind == "observed" and origin.call_id:
                things += _described(steps[origin.call_id], origin.path or "", services, intent)
    details = [*dict.fromkeys(things), *dict.fromkeys(value for call in own for value in _values(call, services))]
    text = f"{deed} ({', '.join(details)})" if details else deed
    if intent.get("lead") == "second_thoughts":
        return f"change your mind: {text}"
    if intent.get("declined"):
        return f"{text}, which may turn out not to be possible"
    return f"{text}, which you do yourself when asked to" if intent.get("hands_over") else text


def _sought(intent: dict[str, Any]) -> list[str]:
    """What the user wants to be told."""
    noun = lexicon.noun(intent["entity"] or "record")
    question = intent.get("computed")
    if question is not None:
        wire = question["field"]
        way = "extreme" if question["op"] in {"min", "max"} else question["op"]
        extreme = lexicon.superlative(wire, question["op"]) if way == "extreme" else ""
        sought = str(lexicon.words("kinds")["computed"][way]["sought"])
        words = sought.format(field=fields.noun_of(wire) if wire else "", extreme=extreme)
        return [f"{words} of the {lexicon.plural(noun)}"]
    return [f"the {fields.noun_of(intent['asked'])} of the {noun}"] if intent["asked"] else []


def _end(intents: list[dict[str, Any]], services: Services) -> str:
    """When the user is done: all is done, or the assistant has said why something cannot be."""
    refused = [intent for intent in intents if intent.get("declined")]
    deeds = [wish_words(services.tool(intent["env_id"], intent["tool"])) for intent in refused]
    if not deeds:
        return "The assistant has done all that was asked and has told what you wanted to know."
    return f"The assistant has done all that was asked, or has said why it cannot {listing(list(dict.fromkeys(deeds)))}."


def _purpose(wishes: list[TrajectoryStep], services: Services) -> str:
    """What the conversation is for: the things it is about."""
    tools = [services.tool(step.env_id, step.tool) for step in wishes]
    things = listing(list(dict.fromkeys(lexicon.plural(lexicon.noun(entity_of(tool) or "record")) for tool in tools)))
    return f"find out where my {things} stand" if all(is_read(tool) for tool in tools) else f"get my {things} in order"


def _described(step: TrajectoryStep, path: str, services: Services, intent: dict[str, Any]) -> list[str]:
    """The record that a path into a result leads to, as people would name it, without what the user wants to be told of it."""
    returns = services.tool(step.env_id, step.tool).returns
    for record, shown in rows_in(step.result, returns):
        if path.startswith(record):
            row = {name: value for name, value in shown.items() if name not in {intent["asked"], intent.get("hides")}}
            name = row_name(row, step.env_id, returns.entity, services)
            noun = lexicon.noun(returns.entity or "record")
            facts = row_facts(row, step.env_id, returns.entity, services, most=3)
            return [f'the {noun} "{name}"' if name else f"the {noun} that is {listing(facts)}"] if name or facts else []
    return []
