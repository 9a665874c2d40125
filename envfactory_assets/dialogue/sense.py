"""Whether a wish makes sense after those before it: what has just been told, undone or set already is not asked for."""

from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.facts import fact, row_facts
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.replies import MOST_ROWS, told_of_each
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import TrajectoryStep, canonical_json

Thing = tuple[str, str, str]
Made = tuple[dict[str, Any], TrajectoryStep]  # a wish, and the call that it is for

_DELIBERATE = ("declined", "answered_by", "computed", "each", "lead")  # marks of wishes that a kind of conversation made on purpose


def senseless(form: Form, earlier: list[Form], steps: dict[str, TrajectoryStep], services: Services) -> str | None:
    """Why nobody would wish this at this point of a conversation; None when somebody might.

    Args:
        form: the turn's form.
        earlier: the forms of the turns before it.
        steps: all calls of the conversation.
        services: its environments.
    """
    made = [(intent, steps[intent["call_ids"][-1]]) for before in earlier for intent in before["intents"]]
    for intent in form["intents"]:
        wish = steps[intent["call_ids"][-1]]
        plain = not any(intent.get(mark) for mark in _DELIBERATE)
        if intent.get("asked") and _was_told(made, intent["asked"], wish, services):
            return f"the {intent['asked']} was told before"
        known = intent.get("asked") and (
            _is_known(made, intent["asked"], wish, services) or _was_listed(made, intent["asked"], wish, services)
        )
        if known or (intent.get("asked") and _was_said(intent, earlier)):
            return f"the {intent['asked']} is known before it is asked for"
        if (intent.get("computed") or {}).get("op") == "count" and _is_told(wish, [step for _, step in made], services):
            return "what was listed is counted"
        if plain and (reason := _senseless_after(made, intent, wish, services)):
            return reason
        if (plain or intent.get("declined") == "missing_tool") and (reason := _undone(made, intent, wish, services)):
            return reason
        made.append((intent, wish))
    return _stale(form)


def _was_told(made: list[Made], asked: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether the same was asked of the same thing before, with the same answer."""
    for other, step in made:
        same = (step.tool, canonical_json(step.arguments)) == (wish.tool, canonical_json(wish.arguments))
        if same and other.get("asked") == asked and step.call_id != wish.call_id:
            answers = [[row.get(asked) for _, row in rows_in(s.result, services.tool(s.env_id, s.tool).returns)] for s in (step, wish)]
            if answers[0] == answers[1]:
                return True
    return False


def _was_said(intent: dict[str, Any], earlier: list[Form]) -> bool:
    """Whether a thing was described before by what is asked of it now."""
    marks = (p for form in earlier for p in form["predicates"] if p["role"] == "referent")
    return any((p["entity"], p["field"]) == (intent["entity"], intent["asked"]) for p in marks)


def _senseless_after(made: list[Made], intent: dict[str, Any], wish: TrajectoryStep, services: Services) -> str | None:
    """Why nobody would have a wish after others; None when somebody might."""
    if _is_told(wish, [step for _, step in made], services) or _is_set(intent["act"], wish, services):
        return f"nobody asks for what {intent['tool']} does here: it is so already"
    if not intent.get("asked") and _tells_nothing(wish, services):
        return f"{intent['tool']} shows nothing that could be told"
    if not intent.get("asked") and _tells_no_more(made, wish, services):
        return f"{intent['tool']} shows what a list has told"
    if intent["act"] in {"create", "update"} and _names_in(wish, services) & {
        name for _, step in made for name in _names_in(step, services)
    }:
        return f"two things of one name are made by {intent['tool']}"
    if intent["act"] == "update" and any(_fields_set(step) & _fields_set(wish) for _, step in made):
        return f"what was set before is set again by {intent['tool']}"
    if intent["act"] == "create" and any(_is_made_again(step, wish) for _, step in made):
        return f"the same is made again by {intent['tool']}"
    if intent["act"] in lexicon.words("acts")["ends"] and _touched(made, services) & _about(wish, services):
        return f"what was worked on is removed by {intent['tool']}"
    return None


def _undone(made: list[Made], intent: dict[str, Any], wish: TrajectoryStep, services: Services) -> str | None:
    """Why nobody would wish for what undoes the wish before it, or is for what is deleted; None when somebody might."""
    about = _about(wish, services)
    if any({other["act"], intent["act"]} in _opposites() for other, step in made[-1:] if _about(step, services) & about):
        return f"what has just been done is undone by {intent['tool']}"
    deleted = [other["act"] for other, step in made if other["act"] == "delete" and step.state_diff and _about(step, services) & about]
    if deleted and intent["act"] != "restore":
        return f"what is deleted is wanted by {intent['tool']}"
    return None


def _is_told(wish: TrajectoryStep, made: list[TrajectoryStep], services: Services) -> bool:
    """Whether the same look-up was made before, and told the same."""
    if not is_read(services.tool(wish.env_id, wish.tool)):
        return False
    own = (wish.env_id, wish.tool, canonical_json(wish.arguments), canonical_json(wish.result))
    shown = _shown(wish, services)
    if not wish.arguments and any(not s.arguments and s.tool != wish.tool and _lists_alike(s, wish, services) for s in made):
        return True  # all users, and all users by another look-up
    return any(
        (step.env_id, step.tool, canonical_json(step.arguments), canonical_json(step.result)) == own
        or (shown is not None and _shown(step, services) == shown)
        for step in made
    )


def _lists_alike(step: TrajectoryStep, wish: TrajectoryStep, services: Services) -> bool:
    """Whether two look-ups list records of one kind."""
    tools = [services.tool(each.env_id, each.tool) for each in (step, wish)]
    alike = step.env_id == wish.env_id and tools[0].returns.entity == tools[1].returns.entity
    return alike and all(is_read(tool) and tool.returns.many for tool in tools)


def _shown(step: TrajectoryStep, services: Services) -> tuple[str, str | None, str] | None:
    """The several records that a look-up gave, whichever it was; None for another call and for none."""
    tool = services.tool(step.env_id, step.tool)
    rows = [row for _, row in rows_in(step.result, tool.returns)] if is_read(tool) and tool.returns.many else []
    return (step.env_id, tool.returns.entity, canonical_json(rows)) if rows else None


def _tells_nothing(wish: TrajectoryStep, services: Services) -> bool:
    """Whether a look-up gives nothing to answer with: no fact of one record, of several no more than how many they are."""
    tool = services.tool(wish.env_id, wish.tool)
    rows = rows_in(wish.result, tool.returns)
    if not is_read(tool) or wish.error is not None or not rows:
        return False
    if tool.returns.many:
        return not told_of_each(wish, services)
    return not row_facts(rows[0][1], wish.env_id, tool.returns.entity, services, known=tuple(wish.arguments.values()))


def _tells_no_more(made: list[Made], wish: TrajectoryStep, services: Services) -> bool:
    """Whether a list has told all that a look-up of one record could tell."""
    tool = services.tool(wish.env_id, wish.tool)
    listed = _listed_as(made, wish, services)
    if not listed or not is_read(tool):
        return False
    row = rows_in(wish.result, tool.returns)[0][1]
    facts = row_facts(row, wish.env_id, tool.returns.entity, services, known=tuple(wish.arguments.values()))
    return any(all(told in text for told in facts) for text in listed)


def _is_known(made: list[Made], asked: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether somebody knows a field from having made or set it."""
    entity = services.tool(wish.env_id, wish.tool).returns.entity
    field = services.field(wish.env_id, entity, asked)
    about = _about(wish, services)
    for _, step in made:
        for change in (step.state_diff or ()) if step.requestor == "agent" else ():
            thing = (str(change["env_id"]), str(change["entity"]), str(change["key"]))
            changed = change.get("change") == "created" or change.get("field") in {asked, field.name if field else None}
            if thing in about and changed:
                return True
    return False


def _was_listed(made: list[Made], asked: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether a reply that told of several records has told a field of this one."""
    returns = services.tool(wish.env_id, wish.tool).returns
    field = services.field(wish.env_id, returns.entity, asked)
    rows = [row for _, row in rows_in(wish.result, returns)]
    if field is None or not rows or rows[0].get(asked) is None:
        return False
    told = fact(field, rows[0][asked], rows[0])
    return any(told in text for text in _listed_as(made, wish, services))


def _listed_as(made: list[Made], wish: TrajectoryStep, services: Services) -> list[str]:
    """What replies that told of several records have told of the one that a look-up gives."""
    returns = services.tool(wish.env_id, wish.tool).returns
    key = services.key_field(wish.env_id, returns.entity or "")
    rows = [row for _, row in rows_in(wish.result, returns)]
    found = []
    for other, step in made if key is not None and rows and not returns.many else ():
        tool = services.tool(step.env_id, step.tool)
        if other.get("computed") or (step.env_id, tool.returns.entity) != (wish.env_id, returns.entity) or not tool.returns.many:
            continue
        keys = [row.get(key.wire) for _, row in rows_in(step.result, tool.returns)] if key is not None else []
        texts = told_of_each(step, services)[:MOST_ROWS]
        place = keys.index(rows[0].get(key.wire)) if key is not None and rows[0].get(key.wire) in keys else len(texts)
        found += texts[place : place + 1] if len(keys) >= len(texts) else []
    return found


def _is_set(act: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether an update sets some field to what it is already."""
    if act != "update" or not wish.state_diff:
        return False
    changed = {str(change.get("field")) for change in wish.state_diff}
    said = {origin.argument for origin in wish.argument_origins if origin.kind == "said"}
    for parameter in services.tool(wish.env_id, wish.tool).parameters:
        field = services.set_field(wish.env_id, parameter)
        if parameter.name in said and parameter.role == "value" and field is not None and not {field.name, field.wire} & changed:
            return True
    return False


def _about(step: TrajectoryStep, services: Services) -> set[Thing]:
    """The records a call was given the keys of, and what it made."""
    found = set()
    for parameter in services.tool(step.env_id, step.tool).parameters:
        entity, value = services.meant_entity(step.env_id, parameter), step.arguments.get(parameter.name)
        if entity is not None and isinstance(value, str | int):
            found.add((step.env_id, entity, str(value)))
    return found | {
        (str(change["env_id"]), str(change["entity"]), str(change["key"]))
        for change in step.state_diff or ()
        if change.get("change") == "created"
    }


def _names_in(step: TrajectoryStep, services: Services) -> set[tuple[str, str]]:
    """What a call that makes or renames something calls it."""
    tool = services.tool(step.env_id, step.tool)
    if not any(effect.family in {"create", "update"} for effect in tool.effects):
        return set()
    entity = next((effect.entity for effect in tool.effects if effect.entity), None)
    named = (p.name for p in tool.parameters if lexicon.is_label(p.name, entity) and not lexicon.is_prose(p.name))
    return {(str(entity), str(step.arguments[name])) for name in named if isinstance(step.arguments.get(name), str)}


def _fields_set(step: TrajectoryStep) -> set[tuple[str, str, str, str]]:
    """The fields that a call changed to what the user said, with their records."""
    said = {origin.argument for origin in step.argument_origins if origin.kind == "said"}
    given = [step.arguments[name] for name in said if name in step.arguments]
    return {
        (str(change["env_id"]), str(change["entity"]), str(change["key"]), str(change["field"]))
        for change in step.state_diff or ()
        if change.get("field") is not None and change.get("after") in given
    }


def _is_made_again(step: TrajectoryStep, wish: TrajectoryStep) -> bool:
    """Whether a call makes a thing of which nothing is told that was not told of an earlier one."""
    return (step.env_id, step.tool, canonical_json(step.arguments)) == (wish.env_id, wish.tool, canonical_json(wish.arguments))


def _touched(made: list[Made], services: Services) -> set[Thing]:
    """The records that wishes have changed."""
    return {thing for _, step in made if step.state_diff for thing in _about(step, services)}


def _opposites() -> list[set[str]]:
    return [set(pair) for pair in lexicon.words("acts")["opposites"]]


def _stale(form: Form) -> str | None:
    """A record that one wish of a turn renames, and another still calls by its old name."""
    for predicate in form["predicates"]:
        if predicate["role"] != "value" or not lexicon.is_label(predicate["field"] or "", predicate["entity"]):
            continue
        used = {e.get("referent") for e in form["arguments"] if e["call_id"] == predicate["call_id"]}
        again = [e for e in form["arguments"] if e.get("referent") in used - {None} and e["call_id"] != predicate["call_id"]]
        own: list[str] = next((i["call_ids"] for i in form["intents"] if predicate["call_id"] in i["call_ids"]), [])
        if any(entry["call_id"] not in own for entry in again):
            return f"the {lexicon.noun(predicate['entity'] or 'thing')} has another name by then"
    return None
