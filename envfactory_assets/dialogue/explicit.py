"""Raw requests: one plain sentence a call, every value and id spelled out."""

import re
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.forms import act_of, entity_of, leaves
from envfactory_assets.dialogue.phrases import Phrase, fill, join, plain, said
from envfactory_assets.dialogue.services import Services
from envfactory_assets.records import ToolSpec, TrajectoryStep

_ANY_KEY = frozenset({"id", "ids", "key", "keys", "name", "names", "parent", "uuid", "code"})


def explicit_request(form: dict[str, Any], steps: list[TrajectoryStep], services: Services, rng: Random) -> Phrase:
    """The request of a turn, all said literally."""
    sentences = [_sentence(form, step, services, rng) for step in steps]
    return join(sentences, comma=" ", last=" ")


def literal(value: Any) -> str:
    """A value as it stands in the arguments."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(literal(item) for item in value)
    return str(value)


def _sentence(form: dict[str, Any], step: TrajectoryStep, services: Services, rng: Random) -> Phrase:
    tool = services.tool(step.env_id, step.tool)
    act = lexicon.words("acts")["acts"][act_of(tool)]
    noun = lexicon.noun(entity_of(tool) or lexicon.split_name(step.tool)[-1])
    target = next((p for p in tool.parameters if p.role in {"key", "reference"} and p.name in step.arguments), None)
    key = _value(form, step, target.name) if target else None
    kind = lexicon.noun(target.entity) if target and target.entity else noun
    new = plain(f"a new {noun}")
    thing = plain(f"{kind} ") + key if key is not None else new
    slots: dict[str, Phrase | str] = {"obj": thing, "new": new, "many": lexicon.plural(noun), "to": ""}
    frames = [frame for frame in act["say"] if "{to}" not in frame] or [f"{lexicon.split_name(step.tool)[0]} {{obj}}"]
    verb = fill(rng.choice(frames[:3]), **slots).capitalised()
    skip = target.name if target is not None and target.name in _named(verb, form, step, target.name) else None
    rest = [_with(form, step, name, _meant(step, name, services)) for name in step.arguments if name != skip and _is_said(form, step, name)]
    return verb + " with " + join(rest) + "." if rest else verb + "."


def _named(verb: Phrase, form: dict[str, Any], step: TrajectoryStep, name: str) -> set[str]:
    """The argument's name, when the verb phrase already says it."""
    return {name} if set(_predicates(form, step, name)) & verb.said() else set()


def _predicates(form: dict[str, Any], step: TrajectoryStep, name: str) -> list[str]:
    found = [e for e in form["arguments"] if (e["call_id"], e["parameter"]) == (step.call_id, name)]
    return list(found[0].get("predicates", [])) if found else []


def _is_said(form: dict[str, Any], step: TrajectoryStep, name: str) -> bool:
    return bool(_predicates(form, step, name))


def _value(form: dict[str, Any], step: TrajectoryStep, name: str) -> Phrase:
    spoken = [
        said(literal(value), predicate)
        for (_, value), predicate in zip(leaves(step.arguments[name]), _predicates(form, step, name), strict=False)
    ]
    return join(spoken) if spoken else plain(literal(step.arguments[name]))


def _meant(step: TrajectoryStep, name: str, services: Services) -> str:
    """What an argument is called: by the kind of record it means where its own name says only that it is a key."""
    parameter = services.parameter(step.env_id, step.tool, name)
    entity = services.meant_entity(step.env_id, parameter) if parameter is not None else None
    return entity if entity is not None and lexicon.last_word(name) == name.lower() and name.lower() in _ANY_KEY else name


def _with(form: dict[str, Any], step: TrajectoryStep, name: str, called: str) -> Phrase:
    pairs = list(zip(leaves(step.arguments[name]), _predicates(form, step, name), strict=False))
    return join([fill("{field} {v}", field=_field(called, path), v=said(literal(value), predicate)) for (path, value), predicate in pairs])


def _field(name: str, path: str) -> str:
    words = lexicon.field_words(name)
    leaf = "".join(part for part in path.replace("]", "").split("[")[0].split(".")[-1:] if part)
    return f"{words} {lexicon.field_words(leaf)}" if leaf else words


def wish_words(tool: ToolSpec) -> str:
    """What a wish is about in a few words: ``cancel a stay``, ``look at tasks``."""
    act = act_of(tool)
    noun = lexicon.noun(_object_of(tool, act) or "record")
    if act in {"list", "search"}:
        return f"see {lexicon.plural(noun)}"
    known = lexicon.words("acts")["acts"][act].get("wish")
    if known:
        return str(known)
    frames = [str(frame) for frame in lexicon.words("acts")["acts"][act]["say"]]
    frame = next((frame for frame in frames if "{to}" not in frame), re.sub(r" (to|into|with|from) \{to\}|\{to\} ", "", frames[0]))
    return fill(frame, obj=lexicon.a(noun), new=lexicon.a(f"new {noun}"), many=lexicon.plural(noun)).text


def _object_of(tool: ToolSpec, act: str) -> str | None:
    """The kind of record that a tool is about: what is borrowed is the one thing that it refers to, and not the loan that it makes."""
    referred = {parameter.entity for parameter in tool.parameters if parameter.role == "reference"}
    makes = any(effect.family == "create" for effect in tool.effects)
    return referred.pop() if makes and len(referred) == 1 and act in lexicon.words("acts")["on_reference"] else entity_of(tool)
