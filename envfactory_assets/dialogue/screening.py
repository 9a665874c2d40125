"""What no natural request may contain: internal ids, tool names, and what people have no words for."""

import re
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.services import Services, is_read

_OPAQUE = re.compile(r"(?<![\w@./-])(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]{8,}(?![\w@])")


def internal_ids(services: Services, states: dict[str, Any]) -> frozenset[str]:
    """Every internal id in some states. Bare small numbers are left out: a text may hold them for other reasons."""
    found: set[str] = set()
    for env_id, spec in services.specs.items():
        for entity in spec.entities:
            for row in states[env_id]["tables"].get(entity.table, []):
                value = row.get(entity.key)
                if value is not None and lexicon.is_internal(entity, value) and not (str(value).isdigit() and len(str(value)) < 5):
                    found.add(str(value))
    return frozenset(found)


def leaks(text: str, services: Services, ids: frozenset[str]) -> str | None:
    """The internal id or tool name that a request contains, if any."""
    opaque = _OPAQUE.search(text)
    if opaque:
        found: str = opaque.group()
        return found
    tokens: set[str] = {*re.findall(r"[\w\-:/@.]+", text), *re.findall(r"\w+", text)}
    for token in sorted(tokens | {token.rstrip(".:") for token in tokens}):
        if token in ids:
            return token
    names = {str(tool.name) for spec in services.specs.values() for tool in spec.tools if len(lexicon.split_name(tool.name)) > 1}
    written = [name for name in sorted(names) if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)]
    return next(iter(written), None)


def unsayable(form: Form, services: Services) -> str | None:
    """Why no words would do for a form: it has a thing or a field that people have no word for, or changes nothing; None when some may."""
    for entity in sorted({e for e in (*(i["entity"] for i in form["intents"]), *(r["entity"] for r in form["referents"])) if e}):
        if not lexicon.is_plain_english(lexicon.noun(entity)):
            return f"people have no word for a {entity}"
    changed = {(intent["id"], "value") for intent in form["intents"] if intent["act"] == "update"}
    labels = [p for p in form["predicates"] if p["role"] == "referent" and lexicon.is_label(p["field"] or "")]
    fixed = {p["field"] for p in form["predicates"] if p["role"] == "referent" and p["op"] in {"on", "eq"} and p["field"]}
    names = " ".join(str(p["value"]) for p in labels).casefold()
    for predicate in form["predicates"]:
        name = predicate["path"].split(".")[-1] if predicate["path"] and not predicate["path"].endswith("]") else predicate["field"]
        if name and isinstance(predicate["value"], int | float) and lexicon.split_name(name)[-1:] in {("id",), ("ids",)}:
            return f"{name} is a number of the service's own"
        if predicate["role"] != "referent" and name and not fields.is_sayable(name):
            return f"people have no words for {name}"
        if name and (predicate["intent"], predicate["role"]) in changed and not fields.is_noun(name):
            return f"people have no noun for {name}"
        if predicate["op"] in {"le", "ge"} and predicate["field"] in fixed:
            return f"{predicate['field']} is bounded and is said outright"
        if predicate["op"] == "contains" and str(predicate["value"]).casefold() in names:
            return f"{predicate['value']!r} is looked for and is in the name already"
    for entry in form["arguments"]:
        referent = next((r for r in form["referents"] if r["id"] == entry.get("referent")), None)
        if referent is not None and _by_its_own_name(entry, referent, services) and not _is_short_noun(entry["leaf"]):
            return f"people have no words for {entry['leaf']}"
    for intent in form["intents"]:
        wish = [entry for entry in form["arguments"] if entry["call_id"] == intent["call_ids"][-1]]
        said = [e for e in wish if e.get("predicates") or e.get("referent") or e["origin"] == "earlier_turn"]
        named = lexicon.split_name(intent["tool"])[0] in lexicon.words("acts")["adding"]
        if intent["act"] == "update" and not named and len(said) < 2 and not is_read(services.tool(intent["env_id"], intent["tool"])):
            return f"nothing is said of what {intent['tool']} should change"
    return None


def _is_short_noun(name: str) -> bool:
    own = lexicon.split_name(name)[-1] not in lexicon.words("vocabulary")["no_noun_ends_in"]
    return own and fields.is_noun(name) and len(fields.noun_of(name).split()) <= fields.MOST_WORDS


def _by_its_own_name(entry: dict[str, Any], referent: dict[str, Any], services: Services) -> bool:
    """Whether a value of a record can be named by its field only: ``the reviewer of the paper``, where the reviewer is a user."""
    key = services.key_field(referent["env_id"], referent["entity"])
    if key is None or entry["leaf"] == key.wire:
        return False
    field = services.field(referent["env_id"], referent["entity"], entry["leaf"])
    return field is None or field.ref is None or field.ref == referent["entity"]
