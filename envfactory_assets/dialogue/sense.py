"""Whether a wish makes sense after those before it: what has just been told, undone or set already is not asked for."""

from collections.abc import Collection
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.again import shows_what_is_known, was_shown
from envfactory_assets.dialogue.asking import ends_it
from envfactory_assets.dialogue.facts import fact, row_facts, row_name
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.known import things_changed
from envfactory_assets.dialogue.replies import most_told, said_of_all, told_of_each
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
    before_it = len(made)
    for intent in form["intents"]:
        wish = steps[intent["call_ids"][-1]]
        plain = not any(intent.get(mark) for mark in _DELIBERATE)
        if intent.get("asked") and _was_told(made, intent["asked"], wish, services):
            return f"the {intent['asked']} was told before"
        known = intent.get("asked") and (
            _is_known(made, intent["asked"], wish, services)
            or _was_listed(made, intent["asked"], wish, services)
            or was_shown(made, intent["asked"], wish, services)
        )
        if known or (intent.get("asked") and _was_said(intent, earlier)):
            return f"the {intent['asked']} is known before it is asked for"
        if (intent.get("computed") or {}).get("op") == "count" and any(_lists_alike(step, wish, services) for _, step in made):
            return "what was listed is counted"
        if reason := _untold(intent, wish, form, services):
            return reason
        if intent.get("each") and intent["act"] in lexicon.words("acts")["ends"] and _is_among(intent, made, steps, services):
            return f"what was worked on is removed by {intent['tool']}"
        if plain and (reason := _senseless_after(made, intent, wish, services)):
            return reason
        if (plain or intent.get("declined") == "missing_tool") and (reason := _undone(made, intent, wish, services)):
            return reason
        if intent["act"] in {"update", "reschedule", "move"} and _fresh(made[before_it:]) & _about(wish, services):
            return f"what is made is changed in the same breath by {intent['tool']}"
        if intent.get("declined") == "missing_tool" and intent["act"] == "update" and _takes_back(made, wish, services):
            return f"what was just made would be taken back by {intent['tool']}"
        made.append((intent, wish))
    return _stale(form)


def _was_told(made: list[Made], asked: str, wish: TrajectoryStep, services: Services) -> bool:
    """Whether the same was asked of the same thing before, with the same answer."""
    for other, step in made:
        same = (step.tool, canonical_json(step.arguments)) == (wish.tool, canonical_json(wish.arguments))
        if same and other.get("asked") == asked and step.call_id != wish.call_id:
            answers = [[row.get(asked) for _, row in rows_in(s.result, services.tool(s.env_id, s.tool).returns)] for s in (step, wish)]
            if answers[0] == answers[1] or wish.result is None:  # what is only worked out is what was seen
                return True
    return False


def _was_said(intent: dict[str, Any], earlier: list[Form]) -> bool:
    """Whether a thing was described before by what is asked of it now."""
    marks = (p for form in earlier for p in form["predicates"] if p["role"] == "referent")
    return any((p["entity"], p["field"]) == (intent["entity"], intent["asked"]) for p in marks)


def _untold(intent: dict[str, Any], wish: TrajectoryStep, form: Form, services: Services) -> str | None:
    """Why what a look-up gives is no answer: it says what was said, or not what was looked for; None when it is one."""
    marks = {p["field"] for p in form["predicates"] if p["intent"] == intent["id"] and p["role"] == "referent" and p["field"]}
    whole = not any(intent.get(mark) for mark in (*_DELIBERATE, "asked"))
    if whole and marks and not services.tool(wish.env_id, wish.tool).returns.many and _tells_nothing(wish, services, marks):
        return f"{intent['tool']} shows no more than was said"
    if not intent.get("declined") and (word := _unnamed(wish, services)) is not None:
        return f"{word!r} is looked for and stands in no name of what {intent['tool']} finds"
    return None


def _unnamed(wish: TrajectoryStep, services: Services) -> str | None:
    """The word that was looked for, where something found is not called by it, so that nobody would see why it was found."""
    tool = services.tool(wish.env_id, wish.tool)
    entity = tool.returns.entity
    if not is_read(tool) or not tool.returns.many or lexicon.last_word(lexicon.noun(entity or "")) in lexicon.words("vocabulary")["texts"]:
        return None
    looked_for = [
        str(wish.arguments[p.name])
        for p in tool.parameters
        if p.name in wish.arguments and (p.role == "search" or (p.operator == "contains" and lexicon.is_label(p.name, entity)))
    ]
    names = [(row_name(row, wish.env_id, entity, services) or "").casefold() for _, row in rows_in(wish.result, tool.returns)]
    return next((word for word in looked_for if any(word.casefold() not in name for name in names)), None)


def _is_still_empty(made: list[Made], wish: TrajectoryStep, services: Services) -> bool:
    """Whether a list of what lies in a thing that was only just made has nothing yet, as everybody knows."""
    returns = services.tool(wish.env_id, wish.tool).returns
    return returns.many and not rows_in(wish.result, returns) and bool(_fresh(made) & _about(wish, services))


def _senseless_after(made: list[Made], intent: dict[str, Any], wish: TrajectoryStep, services: Services) -> str | None:
    """Why nobody would have a wish after others; None when somebody might."""
    if _is_told(wish, [step for _, step in made], services) or _is_set(intent["act"], wish, services):
        return f"nobody asks for what {intent['tool']} does here: it is so already"
    if not intent.get("asked") and (_tells_nothing(wish, services) or _is_still_empty(made, wish, services)):
        return f"{intent['tool']} shows nothing that could be told"
    known = _tells_no_more(made, wish, services) or shows_what_is_known(made, wish, services) or _lists_again(made, wish, services)
    if not intent.get("asked") and known:
        return f"{intent['tool']} shows what is known by then"
    if intent["act"] == "update" and _takes_back(made, wish, services):
        return f"what was just made is taken back by {intent['tool']}"
    names = {name for _, step in made for _, name in _names_in(step, services)}
    if intent["act"] in {"create", "update"} and any(name in names for _, name in _names_in(wish, services)):
        return f"two things of one name are made by {intent['tool']}"
    if intent["act"] == "update" and any(_fields_set(step) & _fields_set(wish) for _, step in made):
        return f"what was set before is set again by {intent['tool']}"
    if intent["act"] == "update" and any(_states_set(step) & _states_set(wish) for _, step in made):
        return f"what was done is set otherwise by {intent['tool']}"
    again = any(other["act"] == intent["act"] and _is_made_again(step, wish) for other, step in made)
    if again and intent["act"] not in lexicon.words("acts")["repeated"]:
        return f"the same is made again by {intent['tool']}"
    if any(_is_ended(step, wish, services) for other, step in made if other["act"] in lexicon.words("acts")["endings"]):
        return f"what was ended is made anew by {intent['tool']}"
    if intent["act"] in lexicon.words("acts")["ends"] and _touched(made, services) & _about(wish, services):
        return f"what was worked on is removed by {intent['tool']}"
    if intent["act"] in lexicon.words("acts")["put_away"] and _fresh(made) & _about(wish, services):
        return f"what was only just made is put away by {intent['tool']}"
    return None


def _is_among(intent: dict[str, Any], made: list[Made], steps: dict[str, TrajectoryStep], services: Services) -> bool:
    """Whether something that wishes have changed is among the several things of another wish."""
    return any(_about(steps[call_id], services) & _touched(made, services) for call_id in intent["call_ids"])


def _undone(made: list[Made], intent: dict[str, Any], wish: TrajectoryStep, services: Services) -> str | None:
    """Why nobody would wish for what undoes the wish before it, or is for what is deleted; None when somebody might."""
    about = _about(wish, services)
    worked_on = [(other["act"], _about(step, services).union(things_changed(step, services))) for other, step in made if step.state_diff]
    if any({act, intent["act"]} in _opposites() for act, things in worked_on if things & about):
        return f"what has just been done is undone by {intent['tool']}"
    over = lexicon.words("acts")["over"]
    changes = intent["act"] in {"update", "reschedule", "move", "add_member", "get"}
    done = [step for other, step in made if changes and other["act"] in over and step.state_diff and _about(step, services) & about]
    if any(intent["act"] != "get" or step.requestor == "agent" for step in done):  # what the user did is looked at
        return f"what is over is changed, or asked for, by {intent['tool']}"
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
    if not wish.arguments and any(not s.arguments and _lists_alike(s, wish, services) and _as_many(s, wish, services) for s in made):
        return True  # all users, and all users by another look-up, or again where only a name has changed
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


def _lists_again(made: list[Made], wish: TrajectoryStep, services: Services) -> bool:
    """Whether what is listed of something was listed of it by another call: the caller's bookings of a room, then all of them."""
    return any(_lists_alike(step, wish, services) and step.arguments == wish.arguments != {} for _, step in made)


def _as_many(step: TrajectoryStep, wish: TrajectoryStep, services: Services) -> bool:
    """Whether two look-ups give as many records, or are different ones."""
    counts = [len(rows_in(each.result, services.tool(each.env_id, each.tool).returns)) for each in (step, wish)]
    return step.tool != wish.tool or counts[0] == counts[1]


def _shown(step: TrajectoryStep, services: Services) -> tuple[str, str | None, str] | None:
    """The several records that a look-up gave, whichever it was; None for another call and for none."""
    tool = services.tool(step.env_id, step.tool)
    rows = [row for _, row in rows_in(step.result, tool.returns)] if is_read(tool) and tool.returns.many else []
    return (step.env_id, tool.returns.entity, canonical_json(rows)) if rows else None


def _tells_nothing(wish: TrajectoryStep, services: Services, said: Collection[str] = ()) -> bool:
    """Whether a look-up gives nothing to answer with: no fact of one record, of several no more than how many they are."""
    tool = services.tool(wish.env_id, wish.tool)
    rows = rows_in(wish.result, tool.returns)
    if not is_read(tool) or wish.error is not None or not rows:
        return False
    if tool.returns.many:
        return not told_of_each(wish, services)
    untold = frozenset(rows[0][1].keys() - set(said)) if said else None
    return not row_facts(rows[0][1], wish.env_id, tool.returns.entity, services, known=tuple(wish.arguments.values()), only=untold)


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
    told = fact(field, rows[0][asked], rows[0], returns.entity)
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
        texts = told_of_each(step, services)[: most_told(len(keys))]
        place = keys.index(rows[0].get(key.wire)) if key is not None and rows[0].get(key.wire) in keys else len(texts)
        said = ", ".join(lexicon.enum_words(str(value)) for value in said_of_all(step, services))
        found += [f"{text}, {said}" for text in texts[place : place + 1]] if len(keys) >= len(texts) else []
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
    """The fields that a call changed, or made, to what the user said, with their records."""
    said = {origin.argument for origin in step.argument_origins if origin.kind == "said"}
    given = [step.arguments[name] for name in said if name in step.arguments]
    found = set()
    for change in step.state_diff or ():
        made = change.get("change") == "created"
        held = change["after"].items() if made else [(change.get("field"), change.get("after"))]
        thing = (str(change["env_id"]), str(change["entity"]), str(change["key"]))
        found |= {(*thing, str(name)) for name, value in held if name is not None and value in given and not isinstance(value, bool)}
    return found


def _states_set(step: TrajectoryStep) -> set[tuple[str, str, str, str]]:
    """The states that a call brought records into, whatever it is called: what was paid is no draft any more."""
    changes = [change for change in step.state_diff or () if change.get("field") and fields.is_state(str(change["field"]))]
    return {(str(c["env_id"]), str(c["entity"]), str(c["key"]), str(c["field"])) for c in changes}


def _is_made_again(step: TrajectoryStep, wish: TrajectoryStep) -> bool:
    """Whether a call does what an earlier one has done: it makes a thing of which nothing else is told, or puts it where it is."""
    return bool(wish.state_diff) and (step.env_id, step.tool, canonical_json(step.arguments)) == (
        wish.env_id,
        wish.tool,
        canonical_json(wish.arguments),
    )


def _is_ended(step: TrajectoryStep, wish: TrajectoryStep, services: Services) -> bool:
    """Whether a call makes a record like one that an earlier call has ended: of one name, or for the same others."""
    for made in (change for change in wish.state_diff or () if change.get("change") == "created"):
        entity = services.entity(str(made["env_id"]), str(made["entity"]))
        if entity is None:
            continue
        refers = [f for f in entity.fields if f.type in {"ref", "caller"} or f.ref is not None]
        named = [f for f in entity.fields if f.type == "text" and lexicon.is_label(f.wire, entity.name) and not lexicon.is_prose(f.wire)]
        for old in _ended(step, str(made["env_id"]), entity.name, services):
            alike = [f for f in [*refers, *named] if f.name != entity.key and made["after"].get(f.name) not in (None, "", [])]
            told = [old.get(f.name, old.get(f.wire)) == made["after"].get(f.name) for f in alike]
            own = [same for f, same in zip(alike, told, strict=True) if f.type != "caller"]
            if own and (all(told) or any(same for f, same in zip(alike, told, strict=True) if f in named)):
                return True
    return False


def _ended(step: TrajectoryStep, env_id: str, entity: str, services: Services) -> list[dict[str, Any]]:
    """The records of a kind that a call has deleted, or shows as it has left them."""
    gone = [c["before"] for c in step.state_diff or () if c.get("change") == "deleted" and (c["env_id"], c["entity"]) == (env_id, entity)]
    returns = services.tool(step.env_id, step.tool).returns
    shown = [row for _, row in rows_in(step.result, returns)] if (step.env_id, returns.entity) == (env_id, entity) else []
    return [*gone, *shown]


def _takes_back(made: list[Made], wish: TrajectoryStep, services: Services) -> bool:
    """Whether something that the talk has made is switched off or renamed, or what it was about is ended by changing its state."""
    about = _about(wish, services)
    if any(ends_it(name, value) for name, value in wish.arguments.items()) and _touched(made, services) & about:
        return True
    later = set(lexicon.words("values")["not_at_first"])
    off = any(value is False or (fields.is_state(name) and str(value).lower() in later) for name, value in wish.arguments.items())
    return bool(_fresh(made) & about) and (off or bool(_names_in(wish, services)))


def _fresh(made: list[Made]) -> set[Thing]:
    """The records that wishes have made."""
    changes = [change for _, step in made for change in step.state_diff or () if change.get("change") == "created"]
    return {(str(change["env_id"]), str(change["entity"]), str(change["key"])) for change in changes}


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
