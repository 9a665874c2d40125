"""Requests from which something is held back until the assistant asks: a value, which of several records, what else to take."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.facts import row_name
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.kinds.draft import Draft
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.phrases import Phrase, fill
from envfactory_assets.dialogue.reference import EXTREMES, Attribute, holds
from envfactory_assets.dialogue.requests import Realiser
from envfactory_assets.dialogue.services import Services
from envfactory_assets.records import Exchange, ParameterSpec, TrajectoryStep

_MOST_OPTIONS = 3
_FEWEST = 2  # records that fit what is said too vaguely
_BARE = "asked"  # the id of a predicate that only names the kind of thing meant

MakeRealiser = Callable[[Form], Realiser]
Referent = dict[str, Any]
Predicate = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A turn of which some is said in answer to a question."""

    form: Form  # what the request says
    answered: frozenset[str]  # the predicates that the answer says
    after_calls: int
    question: str
    answer: Phrase

    def exchange(self) -> Exchange:
        """What is stored of it."""
        return Exchange(after_calls=self.after_calls, question=self.question, answer=self.answer.text)


def _without(form: Form, held: set[str], **changes: Any) -> Form:
    """A form that does not say some predicates."""
    entries = [
        entry | {"predicates": [p for p in entry["predicates"] if p not in held]} if entry.get("predicates") else entry
        for entry in form["arguments"]
    ]
    return form | {"predicates": [p for p in form["predicates"] if p["id"] not in held], "arguments": entries} | changes


def hold_value(form: Form, steps: dict[str, TrajectoryStep], services: Services, realise: MakeRealiser, rng: Random) -> Held | None:
    """Leave a value unsaid that a tool demands; None when the turn has none that could be asked for."""
    predicates = {p["id"]: p for p in form["predicates"]}
    open_ones: list[dict[str, Any]] = []
    wishes = {intent["call_ids"][-1] for intent in form["intents"]}  # what a look-up on the way takes nobody would ask back for
    for entry in [entry for entry in form["arguments"] if entry["call_id"] in wishes]:
        step = steps[entry["call_id"]]
        parameter = services.parameter(step.env_id, step.tool, entry["parameter"])
        stated = entry.get("predicates") or []
        if parameter is None or len(stated) != 1 or entry["origin"] != "said":
            continue
        predicate = predicates[stated[0]]
        if not predicate["path"] and _can_be_asked(predicate["value"], parameter, step.env_id, services):
            open_ones.append(predicate)
    changing = {intent["id"] for intent in form["intents"] if intent["act"] == "update"}
    values = [p["intent"] for p in form["predicates"] if p["role"] == "value"]
    open_ones = [p for p in open_ones if p["intent"] not in changing or values.count(p["intent"]) > 1]  # "adjust it" says nothing
    open_ones = [p for p in open_ones if p["intent"] == form["intents"][-1]["id"]]  # the question is taken to be about what was said last
    if not open_ones:
        return None
    predicate = rng.choice(open_ones)
    realiser: Realiser = realise(form)
    value = realiser.value_words(predicate)
    answer = fill(realiser.choose(lexicon.words("kinds")["tell_value"]), v=value)
    answer = answer if value.text.startswith('"') else answer.capitalised()
    return Held(_without(form, {predicate["id"]}), frozenset({predicate["id"]}), 0, _value_question(predicate, realiser, rng), answer)


def _can_be_asked(value: Any, parameter: ParameterSpec, env_id: str, services: Services) -> bool:
    """Whether a tool demands a value that people can be asked for."""
    plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    lists = {*lexicon.words("kinds")["asked_back"], *lexicon.words("vocabulary")["labels"], *lexicon.words("vocabulary")["prose"]}
    known = fields.is_familiar(parameter.name) or lexicon.last_word(parameter.name) in lists
    known = known and parameter.role != "search"  # nobody says "look for events" and waits to be asked for which
    return parameter.required and plain and known and services.meant_entity(env_id, parameter) is None


def missing_information(draft: Draft) -> bool:
    """Whether some wish of a draft takes a value that could be held back; which one is settled when the requests are written."""
    for call in draft.calls():
        said = {origin.argument for origin in call.origins if origin.kind == "said"}
        for name in sorted(said):
            parameter = draft.services.parameter(call.env_id, call.tool, name)
            if parameter is not None and _can_be_asked(call.arguments.get(name), parameter, call.env_id, draft.services):
                return True
    return False


def _value_question(predicate: dict[str, Any], realiser: Realiser, rng: Random) -> str:
    lists = lexicon.words("kinds")["ask_value"]
    name = predicate["field"] or predicate["parameter"]
    kind = realiser.value_kind(predicate)
    if lexicon.is_prose(name):
        way = "prose"
    elif lexicon.is_label(name) and lexicon.last_word(name) in {"name", "title", "label", "subject"} and len(lexicon.split_name(name)) == 1:
        way = "label"
    else:
        way = "date" if kind in {"date", "datetime"} else "number" if kind in {"money", "integer", "number"} else "text"
    return fill(rng.choice(lists[way]), field=fields.noun_of(name)).text


def hold_reference(
    form: Form,
    call_ids: list[str],
    steps: dict[str, TrajectoryStep],
    observer: Observer,
    services: Services,
    realise: MakeRealiser,
    rng: Random,
    could_be: Callable[[Referent, list[dict[str, Any]]], bool],
) -> Held | None:
    """Describe a record too vaguely, so that several fit; None when the turn describes none, or nothing else is of its kind.

    Args:
        form: the turn's form.
        call_ids: its calls.
        steps: all calls of the conversation.
        observer: what the caller sees.
        services: the environments of the conversation.
        realise: puts a form into words.
        rng: decides between ways that are equally good.
        could_be: whether the service would grant the wish for one of some other records; else there is no question.
    """
    predicates = {p["id"]: p for p in form["predicates"]}
    shuffled = [r for r in form["referents"] if r["scope"] == "all" and not r.get("many") and _is_alone(form, r)]
    rng.shuffle(shuffled)
    for referent in shuffled:
        own = [predicates[p] for p in referent["predicates"]]
        key = services.key_field(referent["env_id"], referent["entity"])
        if key is None or any(p["op"] in {"only", "handled"} for p in own) or not _is_acted_on(form, referent, key.wire, steps, services):
            continue
        rows = observer.visible(referent["env_id"], referent["entity"])
        kept, fitting = _vaguer(own, rows)
        if any(lexicon.is_label(p["field"] or "") for p in kept):
            continue  # it is named, whatever else goes by that name
        names = _options(fitting, referent, key.wire, services, rng)
        if (
            len(fitting) < _FEWEST
            or names is None
            or not could_be(referent, [row for row in fitting if str(row.get(key.wire)) != referent["key"]])
        ):
            continue
        held = {p["id"] for p in own} - {p["id"] for p in kept}
        answering = form | {"referents": _said_of(form, referent, sorted(held))}
        realiser: Realiser = realise(answering)
        thing = realiser.thing(referent["id"], held)
        if thing.said() != held:
            continue
        answer = fill(realiser.choose(lexicon.words("kinds")["tell_which"]), np=thing).capitalised()
        question = _which(lexicon.noun(referent["entity"]), names, len(fitting), rng)
        source = steps.get(referent["source"])
        before = call_ids.index(source.call_id) + 1 if source is not None and source.call_id in call_ids else 0
        return Held(_vague(form, referent, own[0], kept, held), frozenset(held), before, question, answer)
    return None


def _is_alone(form: Form, referent: Referent) -> bool:
    """Whether nothing else in a request is about a record of the same kind: else "the article" would be the one just named."""
    kind = (referent["env_id"], referent["entity"])
    wishes = [intent for intent in form["intents"] if (intent["env_id"], intent["entity"]) == kind]
    return len(wishes) < _FEWEST and not any((r["env_id"], r["entity"]) == kind for r in form["referents"] if r is not referent)


def _said_of(form: Form, referent: Referent, predicates: list[str]) -> list[Referent]:
    """The referents of a form, one of them described by some predicates only."""
    return [other if other is not referent else other | {"predicates": predicates} for other in form["referents"]]


def _vague(form: Form, referent: Referent, first: Predicate, kept: list[Predicate], held: set[str]) -> Form:
    """A form that describes a record by what is kept of its predicates; by nothing but its kind when none is."""
    said = _said_of(form, referent, [p["id"] for p in kept] or [_BARE])
    request = _without(form, held, referents=[other | {"vague": True} if other["id"] == referent["id"] else other for other in said])
    if not kept:
        request["predicates"] = [*request["predicates"], first | {"id": _BARE, "op": "only", "field": "", "value": None}]
    return request


def _is_acted_on(form: Form, referent: Referent, key: str, steps: dict[str, TrajectoryStep], services: Services) -> bool:
    """Whether a wish is about a record itself, not about what it belongs to or what it is narrowed by; new values are for one in mind."""
    wishes = {intent["call_ids"][-1] for intent in form["intents"] if intent["act"] != "update" and intent["entity"] == referent["entity"]}
    own = [entry for entry in form["arguments"] if entry.get("referent") == referent["id"]]
    for entry in own:
        step = steps[entry["call_id"]]
        parameter = services.parameter(step.env_id, step.tool, entry["parameter"])
        if entry["leaf"] != key or step.call_id not in wishes or parameter is None or parameter.role not in {"key", "reference"}:
            return False
    return bool(own)


def _vaguer(own: list[dict[str, Any]], rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The predicates that may still be said, and the records that fit them: at least two."""
    for kept in ([own[:1]] if len(own) > 1 and own[0]["op"] not in EXTREMES else []) + [[]]:
        fitting = [row for row in rows if all(holds(row, _attribute(p), rows) for p in kept)]
        if len(fitting) >= _FEWEST:
            return kept, fitting
    return [], rows


def _attribute(predicate: dict[str, Any]) -> Attribute:
    return predicate["field"], predicate["op"], predicate["value"]


def _options(rows: list[dict[str, Any]], referent: dict[str, Any], key: str, services: Services, rng: Random) -> list[str] | None:
    """Names of some of the records, the one meant among them; nothing when there are many, None when one of few has no name."""
    if len(rows) > _MOST_OPTIONS:
        return []
    names = [row_name(row, referent["env_id"], referent["entity"], services) for row in rows]
    known = [name for name in names if name]
    if len(known) < len(rows) or len(set(known)) < len(known) or not any(str(row.get(key)) == referent["key"] for row in rows):
        return None
    rng.shuffle(known)
    return known


def _which(noun: str, names: list[str], count: int, rng: Random) -> str:
    lists = lexicon.words("kinds")["ask_which"]
    if not names:
        return fill(rng.choice(lists["counted"]), count=str(count), many=lexicon.plural(noun)).text
    options = f"{', '.join(names[:-1])} or {names[-1]}"
    return fill(rng.choice(lists["listed"]), noun=noun, options=options).text


def hold_wish(form: Form, exchange: Exchange, realise: MakeRealiser) -> Held | None:
    """Say the last wish of a turn in answer to what the assistant asked after the one before."""
    last = form["intents"][-1]
    answered = {p["id"] for p in form["predicates"] if p["intent"] == last["id"]}
    realiser: Realiser = realise(form)
    do = realiser.deed(last)
    if do.said() != answered:
        return None
    frames = "tell_done" if any(intent.get("hands_over") for intent in form["intents"]) else "tell_else"
    answer = fill(realiser.choose(lexicon.words("kinds")[frames]), do=do)
    request = _without(form, answered, intents=form["intents"][:-1])
    request["arguments"] = [entry for entry in request["arguments"] if entry["call_id"] not in last["call_ids"]]
    request["referents"] = [r for r in form["referents"] if not answered & set(r["predicates"])]
    return Held(request, frozenset(answered), exchange.after_calls, exchange.question, answer)
