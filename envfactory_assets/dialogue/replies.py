"""What the assistant says at the end of a turn: real values from results only, no internal ids."""

import re
from collections import Counter
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.facts import asked_value, row_facts, row_name, row_sign, spoken, value_of
from envfactory_assets.dialogue.forms import act_of, entity_of
from envfactory_assets.dialogue.known import changed_fields, thing_shown
from envfactory_assets.dialogue.phrases import fill, join, plain
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import FieldSpec, ToolSpec, TrajectoryStep

_MOST_ROWS = 4
MOST_OF_TEXTS = 2  # facts of what is itself a text
_NO_PLAIN_WORD = ':,"0123456789'  # signs of what tells more of a record than in what state it is
MOST_SHOWN = 2  # fewer of several records are not told by themselves
_PLURAL = re.compile(r"[^su]s$")
_COUNT = re.compile(r"[^a-zA-Z]*( pieces?)?")  # what is no more than a number
_LABELLED = re.compile(r"^[a-z ]+: (?=[A-Z][^,;:()]*$)")  # "customer: " of the one order for Bluecrest Dairy
_VALUE_AFTER = re.compile(r"(?<=[a-z]): (?=[^\s\"]+$|[\d.,]+ [A-Z]{3}$)")  # "price: 12" of one among several
_OF_A_TIME = re.compile(r"[a-z]+(?: [a-z]+)? \d{1,2} [A-Z][a-z]+ \d{4}")
_BARE_DATE = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")
_BARE_AMOUNT = re.compile(r"[\d.,]+(?: [A-Z]{3})?")
_IN_WORDS = re.compile(r"[a-z][a-z -]*")
_OPENED = re.compile(r"^(?:All done|Done|All set)[,:] ")
_YEAR = re.compile(r"\b\d{4}\b")
ASKING = 0.65
_TOLD_AFTER = 2
_ASKED_TYPES = {"text", "money", "integer", "number", "date", "datetime", "enum"}


def asked_field(calls: list[TrajectoryStep], services: Services, rng: Random) -> str | None:
    """What a user might want to know of the record that the last of some calls gives: a field's wire name; None for all of it."""
    step = calls[-1]
    tool = services.tool(step.env_id, step.tool)
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    if not is_read(tool) or tool.returns.many or not rows:
        return None
    thing = thing_shown(step, services)
    changed = changed_fields([call for call in calls[:-1] if call.requestor == "agent"], thing) if thing is not None else None
    if changed is None and rng.random() > ASKING:  # of what was just changed nobody wants to see all
        return None
    entity = services.entity(step.env_id, tool.returns.entity)
    said = [value for call in calls for value in call.arguments.values() if value is not None]
    told = [
        f.wire for f in (entity.fields if entity else ()) if rows[0].get(f.wire) not in said and can_be_asked(f, rows[0], step, services)
    ]
    told = [wire for wire in told if changed is None or not (wire in changed or fields.is_state(wire))]
    told = [wire for wire in told if fields.happened(wire) is None] or told
    return rng.choice(told) if told else None


def can_be_asked(field: FieldSpec, row: dict[str, Any], step: TrajectoryStep, services: Services) -> bool:
    """Whether people would ask for a field of a record that a call gave."""
    if lexicon.is_label(field.wire) or lexicon.is_prose(field.wire) or field.type not in _ASKED_TYPES:
        return False
    if _is_one_of_several(field, row) or (fields.is_state(field.wire) and not field.enum) or _says_itself(field, row.get(field.wire)):
        return False
    if _is_of_nothing(field, services.tool(step.env_id, step.tool).returns.entity or ""):
        return False
    if lexicon.last_word(field.wire) in lexicon.words("fields")["unasked"]:
        return False
    if fields.counted_noun(field.wire) == lexicon.plural(lexicon.noun(services.tool(step.env_id, step.tool).returns.entity or "")):
        return False  # how many messages a message has
    own = fields.entry_for(lexicon.words("fields")["asked"]["by_field"], field.wire) or fields.counted_noun(field.wire)
    if own is None and _PLURAL.search(fields.noun_of(field.wire)):
        return False  # "the tags is"
    if not fields.is_noun(field.wire) and fields.happened(field.wire) is None:
        return False
    if isinstance(row.get(field.wire), bool) or fields.is_code(field.wire, row.get(field.wire)):
        return False
    if isinstance(row.get(field.wire), int | float) and fields.happened(field.wire) is not None:
        return False  # how much of it was paid, not when
    tool = services.tool(step.env_id, step.tool)
    meant = {services.meant_entity(step.env_id, parameter) for parameter in tool.parameters} - {None}
    if meant and tool.returns.entity not in meant:
        return False  # what is shown is something of the thing that is named
    known = fields.is_familiar(field.wire) or (fields.counted_noun(field.wire) and isinstance(row.get(field.wire), int))
    value = row.get(field.wire)
    told_badly = field.enum and value_of(field, value, row) != spoken(value, field)
    if told_badly or str(value).lower() in lexicon.words("vocabulary")["no_adjectives"]:
        return False  # its own words are no answer
    return bool(known) and bool(row_facts(row, step.env_id, tool.returns.entity, services, only=frozenset({field.wire})))


def _is_of_nothing(field: FieldSpec, entity: str) -> bool:
    """Whether things of a kind have no such thing as a field says: nobody was created on a day, and days off are no amount."""
    created = fields.happened(field.wire) == "created" and lexicon.is_person(entity)
    return created or (lexicon.split_name(field.wire) == ("amount",) and not lexicon.has_amounts(entity))


def _is_one_of_several(field: FieldSpec, row: dict[str, Any]) -> bool:
    """Whether a record holds several values of one kind, this one not called by the plain word: a daily price beside the price.

    So is a state that people would call a status where the record has a status too.
    """
    last, noun = fields.keys_of(field.wire)[-1], fields.noun_of(field.wire)
    if any(name != field.wire and fields.noun_of(name) == noun for name in row) and not fields.is_called_so(field.wire):
        return True
    others = [name for name in row if name != field.wire and fields.keys_of(name)[-1] == last and fields.is_familiar(name)]
    return bool(others) and fields.keys_of(field.wire)[0] != last


def _says_itself(field: FieldSpec, value: Any) -> bool:
    """Whether an answer says no more than what was asked for: the training status is training."""
    return isinstance(value, str) and bool(field.enum) and value.lower() in lexicon.split_name(field.wire)


def reply_to(wishes: list[TrajectoryStep], asked: list[str | None], services: Services, rng: Random) -> str:
    """The closing message of a turn, from the results of its wishes; for each, the field that was asked for, if one was."""
    sentences = []
    for step, wanted in zip(wishes, asked, strict=True):
        tool = services.tool(step.env_id, step.tool)
        if wanted is not None:
            sentences.append(_answer(step, tool, wanted, services, rng, alone=len(wishes) == 1))
        else:
            sentences.append(_told(step, tool, services, rng) if is_read(tool) else _done(step, tool, services, rng))
    return " ".join([*sentences[:1], *map(_going_on, sentences[1:])])


def _going_on(sentence: str) -> str:
    """A sentence after another one of the same message, which is not opened anew: ``Done, the copy is there``."""
    bare = _OPENED.sub("", sentence)
    return bare[:1].upper() + bare[1:]


def most_told(rows: int) -> int:
    """How many of some records are told by themselves: nobody leaves out a single one."""
    return rows if rows <= _MOST_ROWS + 1 else _MOST_ROWS


def asked_frames(wire: str, *, counts: bool) -> dict[str, list[str]]:
    """How a field is asked for and told."""
    lists = lexicon.words("fields")["asked"]
    own = None if lexicon.is_qualified(wire) else fields.entry_for(lists["by_field"], wire)
    found: dict[str, list[str]] = lists["counted"] if counts else own or lists["other"]
    return found


def _answer(step: TrajectoryStep, tool: ToolSpec, wire: str, services: Services, rng: Random, *, alone: bool) -> str:
    field = services.field(step.env_id, tool.returns.entity, wire)
    row = rows_in(step.result, tool.returns)[0][1]
    return _told(step, tool, services, rng) if field is None else told_value(field, row, tool.returns.entity, rng, alone=alone)


def told_value(field: FieldSpec, row: dict[str, Any], entity: str | None, rng: Random, *, alone: bool = True) -> str:
    """The answer to a question for one field of a record of a kind; beside other answers it says of what it is."""
    wire = field.wire
    counted = fields.counted(wire, row[wire]) if isinstance(row[wire], int) else None
    value, dated = asked_value(field, row[wire], row)
    noun = counted or lexicon.without_owner(fields.noun_of(wire), entity)
    frames = asked_frames(wire, counts=counted is not None)["tell"]
    frame = rng.choice([frame for frame in frames if not (value.startswith('"') and frame.startswith("It's"))] or frames)
    frame = frame.replace("created", lexicon.creating(entity or "")) if fields.happened(wire) == "created" else frame
    if not alone:
        frame = _of_the(lexicon.noun(entity or "record"), frame, counts=counted is not None)
    return fill(f"{frame}.", v=value, d=dated, field=noun).text


def _of_the(noun: str, frame: str, *, counts: bool) -> str:
    """An answer that says what it is about: "The price of the article is 12", and not "That's 12"."""
    if counts:
        return f"The {noun} has {{v}} {{field}}"
    if frame.startswith(("That's ", "It's ")):
        return f"The {{field}} of the {noun} is {{v}}"
    head, is_told, rest = frame.partition(" is ")
    if frame.startswith("The ") and is_told:
        return f"{head} of the {noun} is {rest}"
    return f"The {noun}{frame.removeprefix('It')}" if frame.startswith("It ") else frame


def _told(step: TrajectoryStep, tool: ToolSpec, services: Services, rng: Random) -> str:
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    entity = tool.returns.entity or entity_of(tool)
    noun = lexicon.noun(entity or "result")
    if not tool.returns.many:
        return _one(rows[0] if rows else {}, step, entity, noun, services)
    if not rows:
        chosen = any(p.role in {"filter", "search"} and p.name in step.arguments for p in tool.parameters)
        return f"There are no {'such ' if chosen else ''}{lexicon.plural(noun)}."
    shown = told_of_each(step, services)
    entries = noun if lexicon.plural(noun) != noun or noun.endswith("s") else f"{noun} entry"
    count = f"{len(rows)} {entries if len(rows) == 1 else lexicon.plural(entries)}"
    verb = "is" if len(rows) == 1 else "are"
    opening = rng.choice([f"I found {count}", f"There {verb} {count}", f"Here {verb} the {count}" if len(rows) > 1 else f"I see {count}"])
    if len(shown) == 1:
        name, facts = _parts(rows[0], step, entity, services)
        shown = [_as_one(name, facts) if name else _VALUE_AFTER.sub(" ", _LABELLED.sub("", shown[0]))]
    if (label := _shared_label(shown)) is not None:
        opening, shown = f"{opening}, with these {lexicon.plural(label)}", [text.removeprefix(f"{label}: ") for text in shown]
    elif len(rows) > 1:
        worded = {_listed(row, step, entity, services): _as_one(*_parts(row, step, entity, services)) for row in rows[: len(shown)]}
        shown = _as_ones([worded.get(text, text) for text in shown])
    divider = "; " if any("," in text for text in shown) else ", "
    listed = join([plain(text) for text in shown], comma=divider, last=f"{divider.rstrip()} and " if divider == "; " else " and ").text
    return f"{opening}: {listed}." if shown else f"{opening}."


def _as_ones(texts: list[str]) -> list[str]:
    """Records in a list, where others are told as "one from 4 May": "a pending one", and not "pending" alone."""
    ones = any(text.startswith(("one ", "a ", "an ")) for text in texts)
    return [f"{lexicon.a(text)} one" if ones and _IN_WORDS.fullmatch(text) and lexicon.is_adjective(text) else text for text in texts]


def told_of_each(step: TrajectoryStep, services: Services) -> list[str]:
    """What is told of the first of several records; nothing where it would be told of few of them, since a part would be no list."""
    tool = services.tool(step.env_id, step.tool)
    entity = tool.returns.entity or entity_of(tool)
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    shown = [text for row in rows[: most_told(len(rows))] if (text := _listed(row, step, entity, services))]
    if len(set(shown)) < len(shown) and not all(lexicon.is_adjective(text) for text in shown):
        return []  # "capacity: 80, capacity: 80", "user and user"
    return _together(shown, len(rows)) if len(shown) >= min(len(rows), MOST_SHOWN) else []


def said_of_all(step: TrajectoryStep, services: Services) -> tuple[Any, ...]:
    """What was said of every record that a call gives; a bound is no record's own value."""
    bounds = {p.name for p in services.tool(step.env_id, step.tool).parameters if p.operator in {"ge", "le", "contains"}}
    return tuple(value for name, value in step.arguments.items() if name not in bounds)


def _together(texts: list[str], rows: int) -> list[str]:
    """What is told of records, where the same words are told of several: "2 active and 1 suspended", "all active"."""
    alike = Counter(texts)
    if len(alike) == len(texts) or any(sign in text for text in alike for sign in _NO_PLAIN_WORD):
        return [*texts, f"{rows - len(texts)} more"] if rows > len(texts) else texts
    if len(texts) < rows:
        return []
    return [f"{number} {text}" for text, number in alike.items()] if len(alike) > 1 else [f"all {texts[0]}"]


def _shared_label(texts: list[str]) -> str | None:
    """What all of some texts begin with, where it is what one field is called: "price" of "price: 12, price: 15 and 3 more"."""
    labels = {text.partition(": ")[0] for text in texts if not text.endswith(" more")}
    label = labels.pop() if len(labels) == 1 and len(texts) > 1 else ""
    plain_label = label.replace(" ", "").isalpha() and all(text.endswith(" more") or text.startswith(f"{label}: ") for text in texts)
    return label if plain_label and not any("," in text or "(" in text for text in texts) else None


def _listed(row: dict[str, Any], step: TrajectoryStep, entity: str | None, services: Services) -> str:
    """One of several records in a few words; nothing where there is only a number of nothing."""
    name, facts = _parts(row, step, entity, services)
    return f"{name} ({', '.join(facts)})" if name and facts else name or ", ".join(facts)


def _as_one(name: str | None, facts: list[str]) -> str:
    """One of several records as it stands in a list: by its name, else as "a pending one (due 3 June)" or "one due 3 June"."""
    facts = [_VALUE_AFTER.sub(" ", text) for text in facts]
    if name is None and facts and facts[0].startswith('"'):
        name, *facts = facts
    if name or not facts:
        return f"{name} ({', '.join(facts)})" if name and facts else name or ""
    if _BARE_DATE.match(facts[0]) or _BARE_AMOUNT.fullmatch(facts[0]):
        head, rest = f"one {'from' if _BARE_DATE.match(facts[0]) else 'of'} {facts[0]}", facts[1:]
    elif len(facts) > 1 and facts[0].isalpha() and lexicon.is_adjective(facts[0]):
        head, rest = f"{lexicon.a(facts[0])} one", facts[1:]
    else:
        dated = next((text for text in facts if _OF_A_TIME.match(text)), None)
        if dated is None:
            return ", ".join(facts)
        head, rest = f"one {dated}", [text for text in facts if text != dated]
    head = head.replace("one starts ", "one starting ").replace("one ends ", "one ending ").replace("one expires ", "one expiring ")
    return f"{head} ({', '.join(rest)})" if rest else head


def _parts(row: dict[str, Any], step: TrajectoryStep, entity: str | None, services: Services) -> tuple[str | None, list[str]]:
    """What one of several records is called, and what is told of it."""
    name = row_name(row, step.env_id, entity, services)
    known = said_of_all(step, services)
    written = lexicon.last_word(lexicon.noun(entity or "")) in lexicon.words("vocabulary")["texts"]
    most, undated = (1, True) if name else (3, False)
    if name is None and not written and (sign := row_sign(row, step.env_id, entity, services)) is not None:
        name, known = sign, (*known, sign)
    states = not any(fields.is_state(argument) for argument in step.arguments)  # "active payments: a pending one"
    prose = name is None and written
    facts = row_facts(row, step.env_id, entity, services, most=most, known=known, prose=prose, undated=undated, states=states)
    if written:
        facts = sorted(facts, key=lambda text: not text.startswith('"'))[:MOST_OF_TEXTS]
    is_amount = lexicon.last_word(lexicon.noun(entity or "")) in lexicon.words("vocabulary")["known_by_amount"]
    if (
        not (name or written)
        and len(facts) == 1
        and _YEAR.search(facts[0])
        and (kind := _kind_told(row, step, entity, services)) is not None
    ):
        facts = [kind, *facts]
    if not name and all(_COUNT.fullmatch(text) for text in facts) and not is_amount:
        return None, []  # a number of nothing
    return name, facts


def _kind_told(row: dict[str, Any], step: TrajectoryStep, entity: str | None, services: Services) -> str | None:
    """What kind of thing a record without a name is, in one word: ``dinner`` of a meal."""
    found, kinds = services.entity(step.env_id, entity), lexicon.words("vocabulary")["adjective_kinds"]
    words = [
        lexicon.enum_words(str(row[f.wire]))
        for f in (found.fields if found else ())
        if f.enum and lexicon.last_word(f.wire) in kinds and isinstance(row.get(f.wire), str)
    ]
    return next((word for word in words if word.isalpha() and word.islower()), None)


def _one(row: dict[str, Any], step: TrajectoryStep, entity: str | None, noun: str, services: Services) -> str:
    name = row_name(row, step.env_id, entity, services)
    sign = row_sign(row, step.env_id, entity, services) if name is None else None
    facts = row_facts(row, step.env_id, entity, services, known=(*step.arguments.values(), sign))
    facts = [text for place, text in enumerate(facts) if not (text.startswith('"') and any(t.startswith('"') for t in facts[:place]))]
    head = f"{noun} {sign}" if sign is not None else _thing(name, noun, entity)
    if not facts:
        return f"Here is {head}."
    return f"{head[:1].upper()}{head[1:]}: {', '.join(facts)}." if name else f"Here is the {noun}: {', '.join(facts)}."


def _thing(name: str | None, noun: str, entity: str | None) -> str:
    if name is None:
        return f"the {noun}"
    return name if lexicon.is_person(entity or "") else f'the {noun} "{name}"'


def _done(step: TrajectoryStep, tool: ToolSpec, services: Services, rng: Random) -> str:
    entity = entity_of(tool)
    noun = lexicon.noun(entity or "record")
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    row = rows[0] if rows and tool.returns.entity == entity else {}
    name = _renamed_to(step, tool, entity) or row_name(row, step.env_id, entity, services)
    act = lexicon.words("acts")["acts"][act_of(tool)]
    own = next((some["done"] for some in act.get("done_of", ()) if lexicon.last_word(noun) in some["nouns"]), act["done"])
    frame = str(rng.choice(own))
    obj = f"the {noun} {name}" if name is not None and lexicon.is_person(entity or "") else _thing(name, noun, entity)
    sentence = fill(frame, obj=plain(obj)).text
    told = _TOLD_AFTER if act_of(tool) in {"create", "update", "reserve", "reschedule"} and row else 0
    facts = row_facts(row, step.env_id, entity, services, most=told, only=_brought(step, tool, entity, services), prose=False, undated=True)
    return f"{sentence} ({', '.join(facts)})." if facts else f"{sentence}."


def _renamed_to(step: TrajectoryStep, tool: ToolSpec, entity: str | None) -> str | None:
    """What a thing is called from now on, by the one who said so; None for people, of whose name a part may have changed."""
    if not any(effect.family == "update" for effect in tool.effects) or lexicon.is_person(entity or ""):
        return None
    said = {origin.argument for origin in step.argument_origins if origin.kind == "said"}
    labels = [p.name for p in tool.parameters if p.name in said and lexicon.is_label(p.name, entity) and not lexicon.is_prose(p.name)]
    named = [step.arguments[name] for name in labels if isinstance(step.arguments.get(name), str)]
    return str(named[0]) if len(named) == 1 and labels[0] != "description" else None


def _brought(step: TrajectoryStep, tool: ToolSpec, entity: str | None, services: Services) -> frozenset[str]:
    """The fields that the user gave values for, and that people speak of."""
    said = {origin.argument for origin in step.argument_origins if origin.kind == "said"}
    given = {parameter.field or parameter.name for parameter in tool.parameters if parameter.name in said}
    found = services.entity(step.env_id, entity)
    return frozenset(f.wire for f in (found.fields if found else ()) if {f.name, f.wire} & given and fields.is_familiar(f.wire))


def listing(names: list[str]) -> str:
    """Names as an English list."""
    return join([plain(name) for name in names]).text
