"""Whether a form can be put into words that people use at all: what has no word for it, what would be said twice, what says nothing."""

import re
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.reference import EXTREMES
from envfactory_assets.dialogue.relations import can_stand_for
from envfactory_assets.dialogue.roughly import ROUGHLY
from envfactory_assets.dialogue.saying import is_reason
from envfactory_assets.dialogue.services import Services, is_read

MOST_NARROWED = 2  # ways in which a set of records is narrowed after its noun
_INDEX = re.compile(r"\[\d+\]")
_IDS = {"id", "ids"}
_STEM = 5  # letters that an act and what is said by it share: "expire what expires on Friday"


def unsayable(form: Form, services: Services) -> str | None:
    """Why no words would do for a form; None when some may."""
    return (
        _unknown_thing(form)
        or _unknown_field(form, services)
        or _related(form, services)
        or _private(form, services)
        or _empty_filter(form)
        or _said_twice(form)
        or _two_states(form)
        or _crowded(form, services)
        or _same_again(form)
        or _borrowed(form, services)
        or _empty_change(form, services)
        or _nameless(form, services)
        or _renamed(form)
    )


def _unknown_thing(form: Form) -> str | None:
    entities = {e for e in (*(i["entity"] for i in form["intents"]), *(r["entity"] for r in form["referents"])) if e}
    strange = [entity for entity in sorted(entities) if not lexicon.is_plain_english(lexicon.noun(entity))]
    return f"people have no word for a {strange[0]}" if strange else None


def _unknown_field(form: Form, services: Services) -> str | None:
    changed = {(intent["id"], "value") for intent in form["intents"] if intent["act"] == "update"}
    for predicate in form["predicates"]:
        name = predicate["path"].split(".")[-1] if predicate["path"] and not predicate["path"].endswith("]") else predicate["field"]
        if not name:
            continue
        if isinstance(predicate["value"], int | float) and lexicon.last_word(name) in _IDS:
            return f"{name} is a number of the service's own"
        if predicate["role"] == "value" and _is_counted_by_machines(name, predicate["value"]):
            return f"nobody sets {name} to {predicate['value']}"
        if predicate["role"] == "value" and predicate.get("enum") and not fields.is_noun(name):
            return f"nobody chooses {name}"
        if predicate["role"] == "value" and _is_lonely(predicate, name):
            return f"nobody gives one of the {name}"
        if predicate["role"] != "referent" and not fields.is_sayable(name):
            return f"people have no words for {name}"
        if (predicate["intent"], predicate["role"]) in changed and (not fields.is_noun(name) or is_reason(name)):
            return f"people have no noun for {name}"
    for entry in form["arguments"]:
        referent = next((r for r in form["referents"] if r["id"] == entry.get("referent")), None)
        if (
            referent is not None
            and _is_by_relation(entry, referent, services)
            and not (is_named(form, referent) or _can_be_first(form, entry, referent))
        ):
            return f"the {entry['leaf']} of a {lexicon.noun(referent['entity'])} that is described at length"
    return None


def _empty_filter(form: Form) -> str | None:
    """Things narrowed to what they are anyway: the rentals that are rented."""
    for predicate in form["predicates"]:
        said = predicate.get("enum") and predicate["role"] != "value"
        if said and lexicon.says_what_it_is(predicate["value"], predicate["entity"] or ""):
            return f"every {lexicon.noun(predicate['entity'] or 'thing')} is {predicate['value']!r}"
    return None


def _private(form: Form, services: Services) -> str | None:
    """What nobody asks of a person whom something else stands for: the birthday of the customer of a payment."""
    known = set(lexicon.words("relations")["asked_of_people"])
    for intent in form["intents"]:
        asked, person = intent.get("asked"), lexicon.is_person(intent["entity"] or "")
        if not asked or not person or not known.isdisjoint(fields.keys_of(asked)):
            continue
        referents = {r["id"]: r for r in form["referents"]}
        for entry in form["arguments"]:
            referent = referents.get(entry.get("referent", ""))
            if entry["call_id"] == intent["call_ids"][-1] and referent is not None and not _is_itself(entry, referent, services):
                return f"nobody asks the {intent['asked']} of somebody behind a {lexicon.noun(referent['entity'])}"
    return None


def _is_lonely(predicate: dict[str, Any], name: str) -> bool:
    """Whether a value is a list of one where people would name several."""
    one = (isinstance(predicate["value"], list) and len(predicate["value"]) == 1) or str(predicate["path"]).endswith("]")
    last = lexicon.last_word(_INDEX.sub("", name) or predicate["parameter"])
    return one and last.endswith("s") and last not in lexicon.words("fields")["lists_of_one"]


def _said_twice(form: Form) -> str | None:
    """What describes a record and is also looked for, or asked for."""
    marks = [p for p in form["predicates"] if p["role"] == "referent" and p["field"]]
    fixed = {p["field"] for p in marks if p["op"] in {"on", "eq", ROUGHLY}}
    names = " ".join(str(p["value"]) for p in marks if lexicon.is_label(p["field"])).casefold()
    asked = {(intent["entity"], intent["asked"]) for intent in form["intents"] if intent.get("asked")}
    for predicate in form["predicates"]:
        if predicate["op"] in {"le", "ge"} and predicate["field"] in fixed:
            return f"{predicate['field']} is bounded and is said outright"
        if predicate["op"] == "contains" and str(predicate["value"]).casefold() in names:
            return f"{predicate['value']!r} is looked for and is in the name already"
    for intent in form["intents"]:
        own = [p for p in marks if p["intent"] == intent["id"] and fields.keys_of(p["field"])[-1][:_STEM] == intent["act"][:_STEM]]
        if own:
            return f"what is to {intent['act']} is described by its {own[0]['field']}"
    wanted = {field for _, field in asked}
    told = [p["field"] for p in marks if (p["entity"], lexicon.last_word(p["field"])) in {(e, lexicon.last_word(f)) for e, f in asked}]
    told += [p["field"] for p in form["predicates"] if p["op"] in {"le", "ge"} and p["field"] in wanted]
    counted = {entity for entity, field in asked if fields.is_money(field)}
    told += [p["field"] for p in marks if p["entity"] in counted and fields.is_money(p["field"])]  # what comes to so much comes to what
    return f"{told[0]} is asked for and is said already" if told else None


def _two_states(form: Form) -> str | None:
    """A record that is described by two states: the settled refund that is processing."""
    states = set(lexicon.words("vocabulary")["adjective_states"])
    by_id = {p.get("id"): p for p in form["predicates"]}
    for referent in form["referents"]:
        looked_for = [e for e in form["arguments"] if e["call_id"] == referent["scope"]]
        said = {*referent["predicates"], *(p for entry in looked_for for p in entry.get("predicates", ()))}
        own = [by_id[p] for p in said if p in by_id and (by_id[p]["enum"] or by_id[p]["role"] == "referent")]
        if sum(p["op"] in {"eq", "overdue"} and lexicon.last_word(p["field"] or p["parameter"] or "") in states for p in own) > 1:
            return f"the {lexicon.noun(referent['entity'])} is in two states at once"
    return None


def _crowded(form: Form, services: Services) -> str | None:
    """A set of records that is narrowed in more ways than a phrase can hold, and a word looked for where the record is named anyway."""
    wishes = {intent["call_ids"][-1]: intent for intent in form["intents"]}
    for call_id in dict.fromkeys(entry["call_id"] for entry in form["arguments"]):
        own = [entry for entry in form["arguments"] if entry["call_id"] == call_id]
        named = {p for entry in own for p in entry.get("predicates", ())}
        filters = [p for p in form["predicates"] if p["role"] == "filter" and p["id"] in named]
        serving = call_id not in wishes
        if serving and len(filters) == 1 and (filters[0]["op"] in {"contains", "le", "ge"} or _reaches_somebody(filters[0])):
            return f"{filters[0]['value']!r} is looked for on the way to a thing that is named"
        if serving and any(_is_of_the_moment(p) for p in filters) and _is_looked_at(form, call_id, services):
            return "a time is given for what is only looked at"
        if serving and any(_is_roundabout(form, entry, services) for entry in own):
            return "a thing is named by what something else belongs to"
        intent = wishes.get(call_id)
        if serving or intent is None or not is_read(services.tool(intent["env_id"], intent["tool"])):
            continue
        happened = {fields.happened(p["field"] or p["parameter"]) for p in filters if not p["enum"]} - {None}
        if any(p["enum"] and lexicon.enum_words(str(p["value"])) in happened for p in filters):
            return "a state is said, and when it came to be"
        behind = [p for p in filters if not (p["enum"] and p["op"] == "eq") and not isinstance(p["value"], bool)]
        days = [p for p in behind if p["type"] in {"date", "datetime"}]
        narrowed = len(behind) - (len(days) > 1) + sum(bool(entry.get("referent")) for entry in own)
        if narrowed > MOST_NARROWED:
            return "too much is said of what is looked for"
    return _nested(form)


def _reaches_somebody(predicate: dict[str, Any]) -> bool:
    """Whether a look-up is told how somebody is reached."""
    return lexicon.last_word(predicate["field"] or predicate["parameter"] or "") in lexicon.words("relations")["contact_data"]


def _is_of_the_moment(predicate: dict[str, Any]) -> bool:
    """Whether a look-up is told when something is to be, or for how long."""
    lists = lexicon.words("arguments")["bounds"]
    return predicate["type"] in {"date", "datetime"} or lexicon.last_word(predicate["parameter"] or "") in lists["duration"]["of"]


def _is_looked_at(form: Form, call_id: str, services: Services) -> bool:
    """Whether the wish that a call serves is a look-up too."""
    intent = next((i for i in form["intents"] if call_id in i["call_ids"]), None)
    return intent is not None and is_read(services.tool(intent["env_id"], intent["tool"]))


def _is_roundabout(form: Form, entry: dict[str, Any], services: Services) -> bool:
    """Whether what a look-up on the way is given is meant through another record."""
    referent = next((r for r in form["referents"] if r["id"] == entry.get("referent")), None)
    return referent is not None and _is_by_relation(entry, referent, services)


def _nested(form: Form) -> str | None:
    """A thing described by where it is, itself meant for something that is described too: the track in the playlist for the party."""
    referents = {r["id"]: r for r in form["referents"]}
    spoken = {name: r for name, r in referents.items() if r["scope"] != "handled"}
    wishes = {intent["call_ids"][-1] for intent in form["intents"]}
    for entry in form["arguments"]:
        referent = spoken.get(entry.get("referent", ""))
        if referent is None or entry["call_id"] not in wishes or referent["scope"] != referent["source"]:
            continue
        inner = any(e["call_id"] == referent["source"] and e.get("referent") in spoken for e in form["arguments"])
        beside = any(e["call_id"] == entry["call_id"] and e.get("referent") not in {None, referent["id"]} for e in form["arguments"])
        if inner and beside:
            return f"the {lexicon.noun(referent['entity'])} of one thing is meant for another"
    return None


def _empty_change(form: Form, services: Services) -> str | None:
    for intent in form["intents"]:
        wish = [entry for entry in form["arguments"] if entry["call_id"] == intent["call_ids"][-1]]
        own = {p.get("id") for p in form["predicates"] if p["call_id"] == intent["call_ids"][-1]}
        said = [e for e in wish if own & set(e.get("predicates") or ()) or e.get("referent") or e["origin"] == "earlier_turn"]
        named = lexicon.split_name(intent["tool"])[0] in lexicon.words("acts")["adding"]
        changes = intent["act"] == "update" and not is_read(services.tool(intent["env_id"], intent["tool"]))
        spoken_of = {r["id"] for r in form["referents"] if r["scope"] == "handled"}
        values = [e for e in said if e.get("predicates") and not e.get("referent")]
        if changes and not named and not values and any(e.get("referent") in spoken_of for e in said):
            return "a thing is tied to another that goes without its name"
        held = [e for e in said if e.get("referent") and _is_plain_value(e, form, services)]
        if changes and held:
            return "a thing is changed to what another one has"
        if changes and not named and len(said) < 2:  # the thing, and what it becomes
            return f"nothing is said of what {intent['tool']} should change"
    return None


def _is_plain_value(entry: dict[str, Any], form: Form, services: Services) -> bool:
    """Whether an argument is a plain value that stands in a record, and no record."""
    referent = next(r for r in form["referents"] if r["id"] == entry["referent"])
    return not _is_itself(entry, referent, services) and not _is_by_relation(entry, referent, services)


def _nameless(form: Form, services: Services) -> str | None:
    """Something made without a name although it could be given one."""
    for intent in form["intents"]:
        tool = services.tool(intent["env_id"], intent["tool"])
        if intent["act"] != "create" or is_read(tool):
            continue
        given = {entry["parameter"] for entry in form["arguments"] if entry["call_id"] == intent["call_ids"][-1]}
        made = services.entity(intent["env_id"], intent["entity"])
        named = {f.wire for f in (made.fields if made else ()) if f.type == "text" and _is_name(f.wire, intent["entity"])}
        known = {p.name for p in tool.parameters if p.role == "value" and _is_name(p.name, intent["entity"])}
        texts = lexicon.words("vocabulary")["texts"]
        told = {p["field"] or p["parameter"] for p in form["predicates"] if p["call_id"] == intent["call_ids"][-1] and p["role"] == "value"}
        if told and all(map(lexicon.is_prose, told)) and lexicon.last_word(lexicon.noun(intent["entity"] or "")) not in texts:
            return f"{lexicon.a(lexicon.noun(intent['entity'] or 'thing'))} is made with a description alone"
        if all(map(fields.is_state, told)) and _is_bare(form, intent, services):
            return f"nothing is said of a new {lexicon.noun(intent['entity'] or 'thing')} but where it is"
        if not known & given and (known or named or lexicon.is_person(intent["entity"] or "")):
            return f"{lexicon.a(lexicon.noun(intent['entity'] or 'thing'))} is made without a name"
    return None


def _is_bare(form: Form, intent: dict[str, Any], services: Services) -> bool:
    """Whether nothing is known of a new thing but what it is in."""
    tool = services.tool(intent["env_id"], intent["tool"])
    taken = {e["parameter"] for e in form["arguments"] if e["call_id"] == intent["call_ids"][-1] and e.get("referent")}
    meant = [services.meant_entity(intent["env_id"], p) for p in tool.parameters if p.name in taken]
    held = [entity for entity in meant if entity is not None]
    return all(
        lexicon.is_container(entity) or lexicon.last_word(lexicon.noun(entity)) in lexicon.words("acts")["filled"] for entity in held
    )


def _is_name(name: str, entity: str | None) -> bool:
    """Whether a field holds what a thing is called, or a part of it."""
    own = lexicon.is_label(name, entity) or lexicon.is_part_of_a_name(name)
    return (
        own and not lexicon.is_prose(name) and lexicon.last_word(name) in {"name", "title", "subject", "summary", "firstname", "lastname"}
    )


def _is_by_relation(entry: dict[str, Any], referent: dict[str, Any], services: Services) -> bool:
    """Whether an argument is another record, named through the one described: the room of the booking."""
    key = services.key_field(referent["env_id"], referent["entity"])
    field = services.field(referent["env_id"], referent["entity"], entry["leaf"])
    return key is not None and entry["leaf"] != key.wire and field is not None and field.ref is not None


def _can_be_first(form: Form, entry: dict[str, Any], referent: dict[str, Any]) -> bool:
    """Whether a request may open with a thing, and mean another by it: "I'm looking at the order from May 3. Who is its buyer?"."""
    return not lexicon.is_person(referent["entity"]) and bool(form["intents"]) and entry["call_id"] == form["intents"][0]["call_ids"][-1]


def is_named(form: Form, referent: dict[str, Any]) -> bool:
    """Whether a record is named, spoken of before, or an extreme: what is said in a breath."""
    predicates = [p for p in form["predicates"] if p["id"] in referent["predicates"]]
    short = [
        p
        for p in predicates
        if p["op"] in {"handled", "only", *EXTREMES} or lexicon.is_label(p["field"] or "", p["entity"]) or lexicon.is_sign(p["field"] or "")
    ]
    return len(short) == len(predicates) == 1


def _related(form: Form, services: Services) -> str | None:
    """Things that are meant by what they belong to: two of them in one wish, to change them, or by a link that nobody speaks of."""
    referents = {r["id"]: r for r in form["referents"]}
    for intent in form["intents"]:
        wish = services.tool(intent["env_id"], intent["tool"])
        related = set()
        for entry in form["arguments"]:
            referent = referents.get(entry.get("referent", ""))
            if referent is None or entry["call_id"] not in intent["call_ids"] or _is_itself(entry, referent, services):
                continue
            related.add((referent["id"], entry["leaf"]))
            held = (referent["env_id"], referent["entity"], entry["leaf"])
            if _is_by_relation(entry, referent, services) and not can_stand_for(services, *held, wish):
                return f"nobody means a thing by the {entry['leaf']} of a {lexicon.noun(referent['entity'])}"
        if len(related) > 1 and not all(leaf in _taken() for _, leaf in related):
            return "two things are meant by what they belong to"
    return None


def _is_itself(entry: dict[str, Any], referent: dict[str, Any], services: Services) -> bool:
    """Whether an argument is the record described, by its key."""
    key = services.key_field(referent["env_id"], referent["entity"])
    return key is None or entry["leaf"] == key.wire


def _taken() -> list[str]:
    return [name for alike in lexicon.words("relations")["taken_over"] for name in alike]


def _same_again(form: Form) -> str | None:
    """A thing that is changed to what the request says it is."""
    for predicate in form["predicates"]:
        for mark in form["predicates"]:
            alike = (mark["intent"], mark["field"], mark["value"]) == (predicate["intent"], predicate["field"], predicate["value"])
            if (
                predicate["role"] == "value"
                and mark["role"] == "referent"
                and mark["field"]
                and alike
                and mark["entity"] == predicate["entity"]
            ):
                return f"{mark['field']} is {mark['value']!r} already"
    return None


def _borrowed(form: Form, services: Services) -> str | None:
    """A value taken over from another record in a field that nobody speaks of: "with the same execute as the transfer"."""
    for entry in form["arguments"]:
        referent = next((r for r in form["referents"] if r["id"] == entry.get("referent")), None)
        wish = next((i for i in form["intents"] if entry["call_id"] == i["call_ids"][-1]), None)
        if referent is None or wish is None:
            continue
        key = services.key_field(referent["env_id"], referent["entity"])
        parameter = services.parameter(wish["env_id"], wish["tool"], entry["parameter"])
        means = parameter is not None and services.meant_entity(wish["env_id"], parameter) is not None
        known = fields.is_familiar(entry["leaf"]) or fields.is_dated(entry["leaf"]) or lexicon.is_label(entry["leaf"])
        if key is not None and entry["leaf"] != key.wire and not means and not known:
            return f"nobody speaks of the {entry['leaf']} of a {lexicon.noun(referent['entity'])}"
    return None


def _renamed(form: Form) -> str | None:
    """A person who is given somebody else's name, and two fields that go by one name."""
    for intent in form["intents"]:
        own = [p for p in form["predicates"] if p["intent"] == intent["id"] and p["role"] == "value"]
        if intent["act"] == "update" and lexicon.is_person(intent["entity"] or ""):
            named = [p["field"] for p in own if p["field"] and (lexicon.is_label(p["field"], intent["entity"]) or _is_first(p["field"]))]
            if named:
                return f"nobody gives a {lexicon.noun(intent['entity'])} another {lexicon.field_words(named[0])}"
        names = [str(p["value"]) for p in own if p["field"] and fields.noun_of(p["field"]).endswith("name")]
        if any(name != other and name in other.split() for name in names for other in names):
            return "a name and a part of it"
        written = [p["path"].rpartition(".")[2] or p["field"] or "" for p in own]
        nouns = [lexicon.last_word(name) for name in written if lexicon.is_prose(name)]
        nouns += [fields.noun_of(p["field"]) for p in own if p["field"] and not p["path"] and not lexicon.is_prose(p["field"])]
        if twice := [noun for place, noun in enumerate(nouns) if noun in nouns[:place]]:
            return f"two values are called {twice[0]}"
    return None


def _is_first(name: str) -> bool:
    """Whether a field holds the part of a person's name that stays for life."""
    return lexicon.is_part_of_a_name(name) and set(lexicon.split_name(name)).isdisjoint(lexicon.words("vocabulary")["family_names"])


def _is_counted_by_machines(name: str, value: Any) -> bool:
    """Whether a number is one that only machines count to, such as the size of a file."""
    large = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= fields.MOST_COUNTED
    return large and not fields.is_money(name)
