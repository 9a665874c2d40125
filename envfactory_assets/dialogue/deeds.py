"""Verb phrases: what is wished for in the base form, with its objects, its new values and where it belongs."""

import re
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.nouns import Nouns
from envfactory_assets.dialogue.phrases import Phrase, fill, plain
from envfactory_assets.dialogue.saying import is_reason
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.dialogue.wording import currency_words
from envfactory_assets.records import Split, ToolSpec, TrajectoryStep

_PARTICLE = re.compile(r"(me|up|off|out|down|back|away|in|on|over|through|live|yes) \{obj\}")
_OF_IT = re.compile(r"the ([\w' -]+) (?:of|for) \{obj\}")

_WRITING = {"create", "update", "send", "copy", "new_version"}  # families of what puts a text into a thing

MOST_INSIDE = 2  # words of a set that may stand inside a frame
MOST_BEFORE_PARTICLE = 5  # words of a thing after which a verb's particle may still come
KEPT_APART = 0.75  # how often what has no short words of its own gets a sentence of its own


class Deeds:
    """Puts the wishes of one turn into verb phrases.

    Attributes:
        speaker: says values; the sentence at hand decides which.
        apart: what is left to say of the last wish, for a sentence of its own.
    """

    def __init__(
        self, services: Services, steps: dict[str, TrajectoryStep], form: Form, nouns: Nouns, speaker: Speaker, split: Split, rng: Random
    ) -> None:
        self._services = services
        self._steps = steps
        self._form = form
        self._nouns = nouns
        self.speaker = speaker
        self._split = split
        self._rng = rng
        self.apart: list[Phrase] = []

    def _choose(self, options: list[str]) -> str:
        return self._rng.choice(lexicon.kept_for(self._split, options))

    def fitting(self, frames: list[str], obj: Phrase) -> str:
        """A frame that a thing fits into: what takes many words to say comes last."""
        if len(obj.text.split()) > MOST_BEFORE_PARTICLE:
            frames = [frame for frame in frames if frame.rstrip("?.").endswith("{obj}")] or frames
        return self._choose(frames)

    @staticmethod
    def about(frame: str, obj: Phrase) -> Phrase:
        """A frame around a thing: ``what's the price of it`` is ``what's its price``."""
        if obj.text == "it" and (match := _OF_IT.search(frame)):
            its = Phrase((("its", obj.pieces[0][1]),))
            return fill(frame.replace(match.group(), f"{{its}} {match.group(1)}"), its=its, obj=obj)
        return fill(frame, obj=obj)

    def verb_phrase(self, intent: dict[str, Any], wish: TrajectoryStep, tool: ToolSpec, act: dict[str, Any], *, one: bool) -> Phrase:
        """The wish in the base form; what is better said on its own is kept in ``apart``. ``one``: it is one of those just looked for."""
        if is_read(tool) and tool.returns.many:
            named = self._nouns.many(wish.call_id, article=False)
            frames = lexicon.of_number(act["say"], tool.returns.entity)
            if len(named.text.split()) > MOST_INSIDE:
                frames = [frame for frame in frames if frame.endswith("{many}")]
            frame = self._choose(frames)
            article = "which {many}" not in frame and "any {many}" not in frame
            return fill(frame, many=self._nouns.with_article(wish.call_id, named) if article else named)
        self.speaker.paid_in = self._paid_in(wish) if intent["act"] != "update" else None
        obj, used = self.object(wish, tool, one=one)
        self.speaker.notes = used is not None and not any(effect.family in _WRITING for effect in tool.effects)
        self.speaker.into = used is not None and intent["act"] in lexicon.words("acts")["putting"]
        self.speaker.moves = used is not None and intent["act"] in lexicon.words("acts")["to_a_moment"]
        if intent["asked"]:
            whole = obj + self.rest(wish, used)
            if whole.text == lexicon.words("acts")["own_record"]:
                own_frames = lexicon.words("fields")["asked"]["own"]["say"]
                return plain(self._choose(own_frames).replace("{field}", fields.noun_of(intent["asked"])))
            return self.about(self.fitting(act["say"], whole), whole)
        own = self._changed(intent, wish, obj, used) if intent["act"] == "update" else None
        if own is None and self.speaker.moves:
            own = self._moved(wish, act, obj, used)
        return own if own is not None else self._plainly(intent, wish, act, obj, used)

    def _paid_in(self, wish: TrajectoryStep) -> tuple[str, str] | None:
        """The currency that is told with the one amount of a wish; it is said with the amount."""
        told = [p for p in self._unsaid(wish) if p["role"] == "value"]
        currencies = [p for p in told if lexicon.last_word(self.speaker.name_of(p)) == "currency" and not p["path"]]
        if len(currencies) != 1 or sum(self.speaker.is_sum(p) for p in told) != 1 or currency_words(str(currencies[0]["value"]), 2) is None:
            return None
        self._nouns.spoken.add(currencies[0]["id"])
        return str(currencies[0]["value"]), currencies[0]["id"]

    def _changed(self, intent: dict[str, Any], wish: TrajectoryStep, obj: Phrase, used: str | None) -> Phrase | None:
        """A change, in the words for what is changed: ``rename it to Spring``, ``add a bag to the booking``."""
        changes = [p for p in self._unsaid(wish) if p["role"] == "value" and p["parameter"] != used]
        if changes:
            self._nouns.spoken |= {predicate["id"] for predicate in changes}
            return self.speaker.changes(changes, obj) + self.rest(wish, used)
        words = lexicon.split_name(intent["tool"])
        if used is not None and words[0] in lexicon.words("acts")["adding"] and len(words) > 1:
            return plain(f"add {lexicon.a(' '.join(words[1:]))} to ") + obj + self.rest(wish, used)
        return self._relinked(wish, obj, used)

    def _plainly(self, intent: dict[str, Any], wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str | None) -> Phrase:
        """A wish in one of the frames of its act."""
        to = self._second(wish, used) if any("{to}" in frame for frame in act["say"]) else None
        if (
            to is not None
            and intent["act"] in lexicon.words("acts")["into_sets"]
            and self._is_member(self._kind_of(wish, used), self._kind_of(wish, to[1]))
        ):
            (obj, used), to = (to[0], to[1]), (obj, str(used))
        if to is None and "alone" in act:
            return self._alone(intent, wish, act, obj) + self.rest(wish, used)
        if used is None and act.get("traded") and (traded := self._traded(wish, act)) is not None:
            return traded
        if "say_of" in act:
            kind = lexicon.last_word(lexicon.noun(self._kind_of(wish, used) or intent["entity"] or ""))
            fitting = [some for some in act["say_of"] if kind in some["nouns"]]
            own = [frame for some in fitting for frame in some["say"]]
            placed = self._second(wish, used) if "into" in act and used is not None else None
            if placed is not None and (not own or self._is_a_pile(wish, placed[1])):
                return fill(self._choose(act["into"]), obj=obj, to=placed[0]) + self.rest(wish, used, placed[1])
            act = act | {"say": own if any(some.get("only") for some in fitting) else [*act["say"], *own]}
        if used is None and "say_new" in act:
            return plain(self._choose(act["say_new"])) + self.rest(wish, used)
        if (counted := self._of_amount(wish, act, obj, used, to)) is not None:
            return counted
        frames = [frame for frame in act["say"] if ("{to}" in frame) == (to is not None)]
        if len(obj.text.split()) > MOST_BEFORE_PARTICLE:
            frames = [frame for frame in frames if frame.endswith("}")] or frames
        if obj.text == "it":
            frames = [frame for frame in frames if not _PARTICLE.search(frame)] or frames
        rest = self.rest(wish, *([used, to[1]] if to else [used]))
        if used is None and not rest.text and not obj.said():
            frames = [*frames, *act.get("say_bare", ())]
        frame = self._choose(frames or [str(act["say"][0]).split(" to {to}")[0].split(" into {to}")[0].split(" with {to}")[0]])
        if used is not None and "say_named" in act and rest.text.startswith((" called ", " named ")):
            frame = self._choose(act["say_named"])
            rest = plain(" and call it ") + rest.without(" ").without("called ").without("named ")
        slots: dict[str, Phrase | str] = {"obj": obj, "new": obj, "to": to[0] if to else ""}
        return fill(frame, **slots) + rest

    def _alone(self, intent: dict[str, Any], wish: TrajectoryStep, act: dict[str, Any], obj: Phrase) -> Phrase:
        """A thing put into something that goes without saying: ``add rice to the shopping list``."""
        first = lexicon.noun(intent["entity"] or "list").split(" ")[0]
        whole = str(lexicon.words("acts")["wholes"].get(first, first))
        named = " ".join(lexicon.split_name(wish.tool)).partition(" into ")[2]
        whole = named if named and not whole.endswith(named) else whole  # what the tool says itself: "put into basket"
        frame = self._choose(act["alone"])
        return fill(frame.replace(" into ", " on ") if whole.endswith("list") else frame, obj=obj, whole=whole)

    def _of_amount(
        self, wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str | None, to: tuple[Phrase, str] | None
    ) -> Phrase | None:
        """A wish that is about a sum: ``send 20 from the savings account to the joint one``, ``refund 20 on the payment``."""
        frames = act.get("say_amount" if to is not None else "say_sum", ())
        amount = next((p for p in self._unsaid(wish) if self.speaker.is_amount(p)), None)
        taken = next((e for e in self._nouns.entries(wish.call_id) if self._is_taken_amount(e)), None)
        of: Phrase
        own: str | None = None
        if not frames or used is None:
            return None
        if amount is not None:
            self._nouns.spoken.add(amount["id"])
            of = self.speaker.spoken(amount)
        elif taken is None:
            return self._of_no_amount_yet(wish, act, obj, used)
        else:
            of, own = plain("the amount of ") + self._nouns.of_referent(taken["referent"]), str(taken["parameter"])
        to_whom = to[0] if to is not None else ""
        return fill(self._choose(list(frames)), amount=of, obj=obj, to=to_whom) + self.rest(wish, used, own, to[1] if to else None)

    def _of_no_amount_yet(self, wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str) -> Phrase | None:
        """A wish about a sum that is not said: ``make a payment on the invoice``, which may come to less than all of it."""
        amounts = lexicon.words("arguments")["bounds"]["amount"]["of"]
        if "say_unsummed" not in act or not any(lexicon.last_word(name) in amounts for name in wish.arguments):
            return None
        return fill(self._choose(act["say_unsummed"]), obj=obj) + self.rest(wish, used)

    def _is_taken_amount(self, entry: dict[str, Any]) -> bool:
        """Whether an argument is a sum that stands in another record."""
        amounts = lexicon.words("arguments")["bounds"]["amount"]["of"]
        return bool(entry.get("referent")) and lexicon.last_word(entry["leaf"]) in amounts and self._nouns.is_value(entry)

    def _traded(self, wish: TrajectoryStep, act: dict[str, Any]) -> Phrase | None:
        """Something bought or sold, not the record of it: ``buy 3 of the security``."""
        things = [e for e in self._nouns.entries(wish.call_id) if e.get("referent") and not self._nouns.is_value(e)]
        thing = next((e for e in reversed(things) if not lexicon.is_holder(self._nouns.referents[e["referent"]]["entity"])), None)
        if thing is None:
            return None
        count = next((p for p in self._unsaid(wish) if lexicon.last_word(self.speaker.name_of(p)) in {"quantity", "qty", "shares"}), None)
        obj = self._nouns.of_entry(thing)
        if count is None:
            return fill(self._choose(act["say"]), obj=obj) + self.rest(wish, thing["parameter"])
        self._nouns.spoken.add(count["id"])
        number = Phrase(((self.speaker.value(count), (count["id"],)),))
        return fill(self._choose(act["say_many"]), n=number, obj=obj) + self.rest(wish, thing["parameter"])

    def _moved(self, wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str | None) -> Phrase | None:
        """A thing put to another time: ``move the meeting to Friday at 3 pm``."""
        times = [p for p in self._unsaid(wish) if self.speaker.kind(p) in {"date", "datetime"}]
        if len(times) != 1:
            return None
        self._nouns.spoken.add(times[0]["id"])
        frame = self._choose(act.get("to_moment") or lexicon.words("acts")["to_a_moment_say"])
        return fill(frame, obj=obj, v=Phrase(((self.speaker.value(times[0]), (times[0]["id"],)),))) + self.rest(wish, used)

    def _relinked(self, wish: TrajectoryStep, obj: Phrase, used: str | None) -> Phrase | None:
        """An update that only ties a thing to another one: ``change its location to the Amber depot``."""
        own = {e.get("referent") for e in self._nouns.entries(wish.call_id) if e["parameter"] == used}
        for entry in self._nouns.entries(wish.call_id):
            if used and entry.get("referent") and entry["referent"] not in own and not self._nouns.is_value(entry):
                what = self.speaker.part_of(obj, lexicon.field_words(entry["parameter"]))
                into = lexicon.is_container(self._kind_of(wish, entry["parameter"]) or "")
                frame = self._rng.choice(lexicon.words("arguments")["changes"]["into" if into else "link"])
                return fill(frame, obj=obj, what=what, v=self._nouns.of_entry(entry)) + self.rest(wish, used, entry["parameter"])
        return None

    def object(self, wish: TrajectoryStep, tool: ToolSpec, *, one: bool = False) -> tuple[Phrase, str | None]:
        """What the wish is done to, and the argument that names it; a new thing when none does."""
        entity = next((e.entity for e in tool.effects if e.entity), None) or tool.returns.entity
        chosen = self._object_entry(wish, tool, entity)
        if chosen is None:
            return self._new(wish, tool, entity or "record"), None
        if chosen.get("referent"):
            if one and self._nouns.referents[chosen["referent"]]["source"] in {c for i in self._form["intents"] for c in i["call_ids"]}:
                return self._nouns.of_referent(chosen["referent"], one=True), chosen["parameter"]
            return self._shown_of(wish, tool, chosen, self._nouns.of_entry(chosen)), chosen["parameter"]
        return self._shown_of(wish, tool, chosen, self._known(wish, chosen, entity)), chosen["parameter"]

    def _shown_of(self, wish: TrajectoryStep, tool: ToolSpec, entry: dict[str, Any], named: Phrase) -> Phrase:
        """What is shown, or copied, of the record that is named, where that is something else: the shift for a team."""
        parameter = self._services.parameter(wish.env_id, wish.tool, entry["parameter"])
        meant = self._services.meant_entity(wish.env_id, parameter) if parameter is not None else None
        shown = tool.returns.entity
        if shown is None or meant in {None, shown}:
            return named
        if tool.returns.many and any(effect.family == "copy" for effect in tool.effects):
            return self.speaker.part_of(named, lexicon.plural(lexicon.noun(shown)))
        if not is_read(tool) or tool.returns.many:
            return named
        return plain(f"the {lexicon.noun(shown)} for ") + named

    def _object_entry(self, wish: TrajectoryStep, tool: ToolSpec, entity: str | None) -> dict[str, Any] | None:
        entries = {e["parameter"]: e for e in self._nouns.entries(wish.call_id) if e.get("referent") or e.get("predicates")}
        by_role = [p for role in ("key", "reference") for p in tool.parameters if p.role == role and p.name in entries]
        act = next((i["act"] for i in self._form["intents"] if i["call_ids"][-1] == wish.call_id), "")
        precise = lexicon.words("acts")["precise_families"]["create"]  # who borrows a book makes no loan
        creates = any(effect.family == "create" for effect in tool.effects) and act not in precise
        for parameter in by_role:
            own = self._services.meant_entity(wish.env_id, parameter) == entity
            if not creates and (parameter.role == "key" or own or act in lexicon.words("acts")["on_reference"]):
                return entries[parameter.name]
        if by_role and not creates and not any(p.role == "value" and p.name in wish.arguments for p in tool.parameters):
            return entries[by_role[0].name]
        return None

    def _known(self, wish: TrajectoryStep, entry: dict[str, Any], entity: str | None) -> Phrase:
        """A thing by the identifier that people use for it."""
        predicate = self._nouns.predicates[entry["predicates"][0]]
        self._nouns.spoken.add(predicate["id"])
        value = fill("{v}", v=Phrase(((str(predicate["value"]), (predicate["id"],)),)))
        parameter = self._services.parameter(wish.env_id, wish.tool, entry["parameter"])
        meant = self._services.meant_entity(wish.env_id, parameter) if parameter else None
        return plain(f"{lexicon.noun(meant or entity or 'record')} ") + value

    def _new(self, wish: TrajectoryStep, tool: ToolSpec, entity: str) -> Phrase:
        noun = lexicon.noun(entity)
        if is_read(tool):
            return plain(str(lexicon.words("acts")["own_record"]) if lexicon.is_person(entity) else f"the {noun}")
        phrase = plain(lexicon.a(f"new {noun}") if tool.effects and tool.effects[0].family == "create" else lexicon.a(noun))
        if (kind := self._kind_said(wish, noun)) is not None:  # "a new external payment"
            phrase = plain(phrase.text.removesuffix(noun)) + kind + f" {noun}"
        label = next(
            (
                p
                for p in self._unsaid(wish)
                if not lexicon.is_part_of_a_name(self.speaker.name_of(p))
                and lexicon.is_label(self.speaker.name_of(p), entity)
                and not lexicon.is_prose(self.speaker.name_of(p))
            ),
            None,
        )
        if label is not None:
            self._nouns.spoken.add(label["id"])
            phrase = phrase + " " + self.speaker.detail(label)
        return phrase

    def _kind_said(self, wish: TrajectoryStep, noun: str) -> Phrase | None:
        """What kind of thing is made, as an adjective."""
        kinds = lexicon.words("vocabulary")["kinds_of_new"]
        for predicate in self._unsaid(wish):
            if lexicon.last_word(self.speaker.name_of(predicate)) in kinds and not predicate["path"]:
                named = self.speaker.before_noun(predicate, noun)
                if named is not None and named.text.isalpha() and named.text.islower():
                    self._nouns.spoken.add(predicate["id"])
                    return named
        return None

    def _second(self, wish: TrajectoryStep, used: str | None) -> tuple[Phrase, str] | None:
        """The other thing an act involves: whom it is assigned to, where it is moved."""
        for entry in self._nouns.entries(wish.call_id):
            if entry.get("referent") and entry["parameter"] != used and not self._nouns.is_value(entry):
                return self._nouns.of_entry(entry), entry["parameter"]
        return None

    @staticmethod
    def _is_member(kind: str | None, other: str | None) -> bool:
        """Whether things of a kind are in the sets that the other kind is: somebody is put into a group, not the group into somebody."""
        if kind is None or other is None or lexicon.is_person(other):
            return False
        return lexicon.is_person(kind) or (lexicon.is_container(other) and not lexicon.is_container(kind))

    def _is_a_pile(self, wish: TrajectoryStep, parameter: str) -> bool:
        """Whether an argument means something that work is put into: a ticket goes into a sprint, nobody books it there."""
        return lexicon.last_word(self._kind_of(wish, parameter) or "") in lexicon.words("acts")["piles"]

    def _kind_of(self, wish: TrajectoryStep, used: str | None) -> str | None:
        """What kind of record an argument means."""
        entry = next((e for e in self._nouns.entries(wish.call_id) if e["parameter"] == used and e.get("referent")), None)
        return str(self._nouns.referents[entry["referent"]]["entity"]) if entry is not None else None

    def _unsaid(self, wish: TrajectoryStep) -> list[dict[str, Any]]:
        found = [self._nouns.predicates[p] for entry in self._nouns.entries(wish.call_id) for p in entry.get("predicates", [])]
        return [predicate for predicate in found if predicate["id"] not in self._nouns.spoken]

    def rest(self, wish: TrajectoryStep, *used: str | None) -> Phrase:
        """What is left to say of a wish: where it belongs, and its details."""
        rest = Phrase()
        self._nouns.amid = True
        done = {e.get("referent") for e in self._nouns.entries(wish.call_id) if e["parameter"] in used}
        tool = self._services.tool(wish.env_id, wish.tool)
        noun = lexicon.noun(next((e.entity for e in tool.effects if e.entity), None) or tool.returns.entity or "record")
        for entry in self._nouns.entries(wish.call_id):
            if entry["parameter"] in used or not entry.get("referent") or entry["referent"] in done:
                continue
            if self._nouns.is_value(entry):
                alike = [e for e in self._nouns.entries(wish.call_id) if e.get("referent") == entry["referent"] and self._nouns.is_value(e)]
                done.add(entry["referent"])
                leaves = [e["leaf"] for e in alike if e["parameter"] not in used]
                rest = rest + " " + self.speaker.same(leaves, self._nouns.of_entry(entry), entry["parameter"])
                continue
            rest = rest + " " + self.speaker.role(entry["parameter"], self._nouns.of_entry(entry), noun, self._nouns.meant(entry))
        self._nouns.amid = False
        unsaid = self._unsaid(wish)
        if (whole := self.speaker.whole_name(unsaid)) is not None:
            rest = whole + rest
            self._nouns.spoken |= whole.said()
            unsaid = self._unsaid(wish)
        stretches, waiting = self._nouns.stretches(unsaid)
        for phrase in stretches:
            rest = rest + " " + phrase
        self._nouns.spoken |= {predicate["id"] for predicate in waiting}
        there = bool(used) and used[0] is not None  # "the room on Friday titled Budget": the title is not the room's
        apart = [] if is_read(tool) else self._for_later(waiting, crowded=bool(rest.text), there=there)
        self.apart = [self.speaker.clause(predicate) for predicate in apart]
        return rest + self.speaker.details([predicate for predicate in waiting if predicate not in apart])

    def _for_later(self, waiting: list[dict[str, Any]], *, crowded: bool, there: bool) -> list[dict[str, Any]]:
        """The details of a wish that get a sentence of their own: those without short words, and what is too much for one breath."""
        plain_values = [
            p
            for p in waiting
            if not isinstance(p["value"], bool) and not (is_reason(self.speaker.name_of(p)) and self.speaker.kind(p) != "enum")
        ]
        clumsy = [p for p in plain_values if not self.speaker.has_own_words(p) or self.speaker.is_amount(p)]
        apart = clumsy if self._rng.random() < KEPT_APART else []
        if crowded:  # "a refund for the invoice of 70" could mean either
            apart = apart or [p for p in clumsy if self.speaker.is_amount(p)]
        if len(plain_values) > 1 or crowded:  # what a text says, and what a thing that is there is called, come after the rest
            late = [
                p
                for p in plain_values
                if lexicon.is_prose(self.speaker.name_of(p)) or ((crowded or there) and lexicon.is_label(self.speaker.name_of(p)))
            ]
            apart = [*apart, *(p for p in late if p not in apart)]
        if crowded and not apart:
            apart = plain_values[1:] or [p for p in plain_values if fields.is_state(self.speaker.name_of(p))]
        handy = [p for p in plain_values if p not in [*clumsy, *apart]]
        if len(handy) + (0 if apart else len(clumsy)) > 1 and self._rng.random() < KEPT_APART:
            apart = [*handy[self._rng.choice([0, 1]) :], *apart] if apart else plain_values[1:]
        return [p for p in plain_values if p in apart]
