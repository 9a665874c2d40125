"""The logical form of a turn: what is wanted (intents), what is said about it (predicates) and which records are meant (referents).

A form is plain JSON, stored with the turn:
    intents     [{id, act, family, entity, env_id, tool, call_ids, asked}]   the last call is the wish, those before it serve it; asked is
                                                                             the one field that the user wants to know, if it is one;
                                                                             kinds of conversation add what MARKS names
    predicates  [{id, intent, role, call_id, parameter, path, entity, field, op, value}]   role: value, filter, referent
    referents   [{id, env_id, entity, key, scope, source, predicates}]       scope: "all" or the call whose result is meant
    arguments   [{call_id, parameter, origin, predicates | referent + leaf | turn}]        how every gold argument can be known
    unmade      [{call_id, env_id, tool}]                                    calls that are worked out and not made: see MARKS

Marks of an intent: declined (missing_tool: its calls are not made; impossible: the last one is refused), hides (the field that no
description may use, because it is the answer), answered_by (the earlier call whose result tells what is asked; no call is made),
computed ({op, field, answer}: what is worked out from the look-up), each ({field, value}: the wish means every record with this value),
hands_over (the last call is the user's own), lead (the list of words that open the request).
"""

from itertools import pairwise
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.records import ParameterSpec, ToolSpec, TrajectoryStep

Form = dict[str, Any]
MARKS = ("asked", "declined", "hides", "answered_by", "computed", "each", "hands_over", "lead")


def act_of(tool: ToolSpec) -> str:
    """The act in the lexicon that a tool performs."""
    acts = lexicon.words("acts")
    effect = next((e for e in tool.effects if e.family not in {"get", "list", "search"}), tool.effects[0] if tool.effects else None)
    family = effect.family if effect else "get"
    parts = lexicon.split_name(tool.name)
    if family in acts["plain_families"]:
        return family
    pairs = [f"{first}_{second}" for first, second in pairwise(parts)]
    own = set(lexicon.split_name(entity_of(tool) or ""))  # of "issue_submit", the issue is what is submitted
    verbs = {act: act for act in (*pairs, parts[0]) if act in acts["acts"] and act not in own}
    verbs |= {verb: act for verb, act in acts["verbs"].items() if verb not in own}
    found = [str(verbs[verb]) for verb in (*pairs[:1], parts[0], *pairs[1:], parts[-1], *parts[1:-1]) if verb in verbs]
    goal = acts["targets"].get(str(effect.target).lower()) if effect is not None and effect.target else None
    meant = str(goal) if goal in found[1:] else None  # ``transferCancel`` cancels a transfer
    named = meant or next(iter(found), None)
    if named is not None and (family not in acts["precise_families"] or named in acts["precise_families"][family]):
        return named
    if family in acts["acts"]:
        return family
    if effect is not None and effect.target and str(effect.target).lower() in acts["targets"]:
        return str(acts["targets"][str(effect.target).lower()])
    family = str(acts["families"].get(family, family))
    return family if family in acts["acts"] else "update"


def new_form() -> Form:
    """A form that says nothing yet."""
    return {"intents": [], "predicates": [], "referents": [], "arguments": [], "unmade": []}


def add_intent(form: Form, steps: list[TrajectoryStep], services: Services) -> str:
    """Add a wish with its calls; returns its id."""
    wish = steps[-1]
    tool = services.tool(wish.env_id, wish.tool)
    intent = f"i{len(form['intents']) + 1}"
    form["intents"].append(
        {
            "id": intent,
            "act": act_of(tool),
            "family": tool.effects[0].family if tool.effects else "get",
            "entity": entity_of(tool),
            "env_id": wish.env_id,
            "tool": wish.tool,
            "call_ids": [step.call_id for step in steps],
            "asked": None,
        }
    )
    return intent


def entity_of(tool: ToolSpec) -> str | None:
    """The kind of thing a tool is about."""
    named = next((effect.entity for effect in tool.effects if effect.entity), None)
    return named or tool.returns.entity


def add_predicate(form: Form, **fields: Any) -> str:
    """Add a predicate; returns its id, which is unique in the turn."""
    identity = f"p{len(form['predicates']) + 1}"
    blank: dict[str, Any] = dict.fromkeys(("intent", "call_id", "parameter", "entity", "field", "value"))
    blank |= {"role": "value", "path": "", "op": "eq", "enum": False, "type": ""}
    form["predicates"].append({"id": identity, **blank, **fields})
    return identity


def leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """The scalars (and lists of scalars) in an argument, with their paths: what can be said one by one."""
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, f"{path}.{name}" if path else name)]
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return [leaf for place, inner in enumerate(value) for leaf in leaves(inner, f"{path}[{place}]")]
    return [(path, value)]


def say_value(form: Form, intent: str, step: TrajectoryStep, parameter: ParameterSpec, services: Services) -> list[str]:
    """Add the predicates that state an argument's value, one for each of its scalars."""
    field = services.set_field(step.env_id, parameter)
    role = "filter" if parameter.role in {"filter", "search"} or is_read(services.tool(step.env_id, step.tool)) else "value"
    return [
        add_predicate(
            form,
            intent=intent,
            role=role,
            call_id=step.call_id,
            parameter=parameter.name,
            path=path,
            entity=parameter.entity,
            field=field.wire if field else parameter.name,
            op=parameter.operator or "eq",
            value=value,
            enum=bool(parameter.enum) and not path,
            type="" if path else parameter.type,
        )
        for path, value in leaves(step.arguments[parameter.name])
    ]


def raw_form(wishes: list[list[TrajectoryStep]], services: Services) -> Form:
    """The form of a turn whose request spells out every value."""
    form = new_form()
    for steps in wishes:
        intent = add_intent(form, steps, services)
        for step in steps:
            for origin in step.argument_origins:
                entry: dict[str, Any] = {"call_id": step.call_id, "parameter": origin.argument, "origin": origin.kind}
                parameter = services.parameter(step.env_id, step.tool, origin.argument)
                if parameter is not None and origin.kind in {"said", "observed"}:
                    entry |= {"origin": "said", "predicates": say_value(form, intent, step, parameter, services)}
                form["arguments"].append(entry)
    return form
