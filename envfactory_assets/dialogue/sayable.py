"""Whether a form can be put into words that people use at all: what has no word for it, what would be said twice, what says nothing."""

from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.services import Services, is_read

_IDS = {"id", "ids"}


def unsayable(form: Form, services: Services) -> str | None:
    """Why no words would do for a form; None when some may."""
    return _unknown_thing(form) or _unknown_field(form, services) or _said_twice(form) or _empty_change(form, services)


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
        if predicate["role"] != "referent" and not fields.is_sayable(name):
            return f"people have no words for {name}"
        if (predicate["intent"], predicate["role"]) in changed and not fields.is_noun(name):
            return f"people have no noun for {name}"
    for entry in form["arguments"]:
        referent = next((r for r in form["referents"] if r["id"] == entry.get("referent")), None)
        if referent is not None and _by_its_own_name(entry, referent, services) and not _is_short_noun(entry["leaf"]):
            return f"people have no words for {entry['leaf']}"
    return None


def _said_twice(form: Form) -> str | None:
    """What describes a record and is also looked for, or asked for."""
    marks = [p for p in form["predicates"] if p["role"] == "referent" and p["field"]]
    fixed = {p["field"] for p in marks if p["op"] in {"on", "eq"}}
    names = " ".join(str(p["value"]) for p in marks if lexicon.is_label(p["field"])).casefold()
    asked = {(intent["entity"], intent["asked"]) for intent in form["intents"] if intent.get("asked")}
    for predicate in form["predicates"]:
        if predicate["op"] in {"le", "ge"} and predicate["field"] in fixed:
            return f"{predicate['field']} is bounded and is said outright"
        if predicate["op"] == "contains" and str(predicate["value"]).casefold() in names:
            return f"{predicate['value']!r} is looked for and is in the name already"
    wanted = {field for _, field in asked}
    told = [p["field"] for p in marks if (p["entity"], lexicon.last_word(p["field"])) in {(e, lexicon.last_word(f)) for e, f in asked}]
    told += [p["field"] for p in form["predicates"] if p["op"] in {"le", "ge"} and p["field"] in wanted]
    return f"{told[0]} is asked for and is said already" if told else None


def _empty_change(form: Form, services: Services) -> str | None:
    for intent in form["intents"]:
        wish = [entry for entry in form["arguments"] if entry["call_id"] == intent["call_ids"][-1]]
        said = [e for e in wish if e.get("predicates") or e.get("referent") or e["origin"] == "earlier_turn"]
        named = lexicon.split_name(intent["tool"])[0] in lexicon.words("acts")["adding"]
        changes = intent["act"] == "update" and not is_read(services.tool(intent["env_id"], intent["tool"]))
        if changes and not named and len(said) < 2:  # the thing, and what it becomes
            return f"nothing is said of what {intent['tool']} should change"
    return None


def _is_short_noun(name: str) -> bool:
    own = lexicon.last_word(name) not in lexicon.words("vocabulary")["no_noun_ends_in"]
    return own and fields.is_noun(name) and len(fields.noun_of(name).split()) <= fields.MOST_WORDS


def _by_its_own_name(entry: dict[str, Any], referent: dict[str, Any], services: Services) -> bool:
    """Whether a value of a record can be named by its field only: ``the reviewer of the paper``, where the reviewer is a user."""
    key = services.key_field(referent["env_id"], referent["entity"])
    if key is None or entry["leaf"] == key.wire:
        return False
    field = services.field(referent["env_id"], referent["entity"], entry["leaf"])
    return field is None or field.ref is None or field.ref == referent["entity"]
