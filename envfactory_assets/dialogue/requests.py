"""Realisation: a turn's form as a request that a person would write."""

import re
from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.nouns import Nouns
from envfactory_assets.dialogue.persona import Persona
from envfactory_assets.dialogue.phrases import Phrase, fill, join, plain
from envfactory_assets.dialogue.replies import asked_frames
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.dialogue.thread import Surroundings, Thread
from envfactory_assets.records import Split, ToolSpec, TrajectoryStep

_PARTICLE = re.compile(r"(me|up|off|out|down|back|away|in|on|over|through|live|yes) \{obj\}")
_SHOWN = re.compile(r"(see|me) \{many\}")
_OF_IT = re.compile(r"the ([\w' -]+) (?:of|for) \{obj\}")

WORDS_A_WISH = 8  # on average, and for each predicate
WORDS_A_PREDICATE = 4
MOST_INSIDE = 3  # words of a set that may stand inside a frame
MOST_ENCLOSED = 12  # words of a verb phrase after which a sentence may still go on
AMOUNTS = frozenset({"amount", "total", "sum"})
KEPT_APART = 0.75  # how often what has no short words of its own gets a sentence of its own


class Realiser:
    """Makes one version of a turn's request."""

    def __init__(
        self,
        services: Services,
        steps: dict[str, TrajectoryStep],
        form: Form,
        *,
        thread: Thread,
        now: datetime,
        persona: Persona,
        wanted_words: float,
        split: Split,
        rng: Random,
    ) -> None:
        self._services = services
        self._steps = steps
        self._form = form
        self._wanted_words = wanted_words
        self._register = persona.register
        self._thread = thread
        self._surroundings = Surroundings(persona, thread, split, rng)
        self._explains = persona.explains
        self._split = split
        self._rng = rng
        self._style = persona.dates(rng)
        self._speaker = Speaker(services, form["intents"][0]["env_id"], now, self._style, rng)
        self._nouns = Nouns(services, steps, form, thread.turn, self._speaker, rng)
        self._apart: list[Phrase] = []  # what is left to say of a wish, for a sentence of its own
        self._now = now

    def request(self) -> Phrase:
        """The whole request; it says every predicate of the form, or the form cannot be said this way."""
        intents = self._form["intents"]
        usual = WORDS_A_WISH * len(intents) + WORDS_A_PREDICATE * len(self._form["predicates"])
        marked = intents[0].get("lead")
        if marked:
            lead = [text for text in [self._choose(lexicon.words("kinds")[marked])] if text]
        else:
            lead = self._surroundings.before(intents[0]["act"], intents[0]["entity"], self._wanted_words - usual)
        wishes = [self._sentence(intent, place, led=place > 0 or bool(lead)) for place, intent in enumerate(intents)]
        core = sum(len(wish.text.split()) for wish in wishes)
        joins = lexicon.kept_for(self._split, lexicon.words("sentences")["joins"])
        used = {word.strip(",:").lower() for text in lead for word in text.split()[:2]}
        text = self._led(lead, wishes[0])
        for wish in wishes[1:]:
            glue = self._rng.choice([glue for glue in joins if glue.split()[0].strip(",").lower() not in used] or joins)
            text = text + self._joined(glue, wish)
        return self._ended(text, core + sum(len(part.split()) for part in lead))

    def _led(self, lead: list[str], wish: Phrase) -> Phrase:
        """A request after what comes before it."""
        text = plain(" ".join(lead).removesuffix("&") + (" " if lead and not lead[-1].endswith("&") else ""))
        if not lead:
            return wish
        lowered = lead[-1].endswith(("&", ":"))
        first = wish.text.split(" ", 1)[0].strip(",:")
        lists = lexicon.words("sentences")
        if lead[-1].endswith("&") and first in {*lists["interjections"], *lists["elliptic"]}:
            text = plain(" ".join(lead[:-1]) + (" " if len(lead) > 1 else ""))
            return text + wish
        return text + (wish.lowered() if lowered else wish)

    def _ended(self, text: Phrase, words: int) -> Phrase:
        """A request with what comes after it: what it is for, or that it is the last."""
        room = self._wanted_words - words
        act = self._form["intents"][-1]["act"]
        if self._thread.is_last and room > 2 and self._rng.random() < 0.5:
            return text + " " + self._surroundings.closing()
        if room > 5 and len(self._form["intents"]) == 1 and self._rng.random() < self._explains:
            return text + " " + self._surroundings.reason(act)
        return text

    def _choose(self, options: list[str]) -> str:
        return self._rng.choice(lexicon.kept_for(self._split, options))

    @staticmethod
    def _joined(lead: str, sentence: Phrase) -> Phrase:
        return plain(lead.removesuffix("&")) + sentence.lowered() if lead.endswith("&") else plain(lead) + sentence

    def _sentence(self, intent: dict[str, Any], place: int, *, led: bool) -> Phrase:
        self._speaker = Speaker(self._services, intent["env_id"], self._now, self._style, self._rng)
        self._nouns.speaker = self._speaker
        self._apart = []
        wish = self._steps[intent["call_ids"][-1]]
        tool = self._services.tool(wish.env_id, wish.tool)
        act = lexicon.words("acts")["acts"][intent["act"]]
        asked = self._asked(intent)
        act = act | asked
        if intent.get("computed"):
            return self._computed(intent["computed"], wish)
        question = is_read(tool) and act.get("ask") and place == 0 and self._rng.random() < (0.7 if asked else 0.45)
        if question:
            return self._question(self._choose(act["ask"]), wish, tool).capitalised()
        do = self._wish(intent, wish, tool, act)
        if place:
            return self._with_details(do.capitalised() + ".")
        return self._with_details(fill(self._frame(do, led=led), do=do).capitalised())

    def _with_details(self, sentence: Phrase) -> Phrase:
        """A sentence, and after it what was kept for one of its own."""
        if not self._apart:
            return sentence
        frame = self._choose(lexicon.words("sentences")["details"])
        return sentence + " " + fill(frame, clauses=join(self._apart))

    def value_words(self, predicate: dict[str, Any]) -> Phrase:
        """A value by itself."""
        return Phrase(((self._speaker.value(predicate), (predicate["id"],)),))

    def value_kind(self, predicate: dict[str, Any]) -> str:
        """The type by which a value is worded."""
        return self._speaker.kind(predicate)

    def thing(self, referent: str, held: set[str]) -> Phrase:
        """A record by itself, in the words of some predicates only."""
        self._nouns.spoken |= {p["id"] for p in self._form["predicates"]} - held
        return self._nouns.of_referent(referent)

    def deed(self, intent: dict[str, Any]) -> Phrase:
        """A wish as a verb phrase, where others have been said before."""
        wish = self._steps[intent["call_ids"][-1]]
        self._nouns.mention({p["id"] for p in self._form["predicates"] if p["intent"] != intent["id"]})
        return self._wish(
            intent, wish, self._services.tool(wish.env_id, wish.tool), lexicon.words("acts")["acts"][intent["act"]] | self._asked(intent)
        )

    def _computed(self, question: dict[str, Any], wish: TrajectoryStep) -> Phrase:
        """A question whose answer is worked out from a set of records."""
        op, wire = question["op"], question["field"]
        named = self._nouns.many(wish.call_id, article=False)
        mine = "my" in self._nouns.with_article(wish.call_id, named).pieces[0][0]
        frame = self._choose(lexicon.words("kinds")["computed"]["extreme" if op in {"min", "max"} else op]["ask"])
        slots = {"field": fields.noun_of(wire) if wire else "", "extreme": lexicon.superlative(wire, op) if op in {"min", "max"} else ""}
        return fill(frame, bare=named, many=plain("my " if mine else "the ") + named, **slots).capitalised()

    @staticmethod
    def _asked(intent: dict[str, Any]) -> dict[str, list[str]]:
        """The frames for the one field that is asked for."""
        wire = intent.get("asked")
        if wire is None:
            return {}
        counted = fields.counted_noun(wire)
        frames = asked_frames(wire, counts=counted is not None)
        noun = counted or fields.noun_of(wire)
        plural = noun == lexicon.plural(noun) and counted is None
        fitting = {way: [f for f in frames[way] if not (plural and "{field}" in f and "'s" in f)] for way in ("ask", "say")}
        return {way: [frame.replace("{field}", noun) for frame in found] for way, found in fitting.items()}

    def _frame(self, do: Phrase, *, led: bool) -> str:
        """A sentence around a verb phrase: what is done for "me" is asked for, not wished."""
        lists = lexicon.words("sentences")
        register = lists["registers"][self._register]
        wishing = "me" not in do.text.split() and self._rng.random() < 0.4
        frames = lexicon.kept_for(self._split, register["wishing" if wishing else "asking"])
        unled = [*lists["interjections"], *lists["elliptic"]]
        if not self._thread.turn:
            frames = [frame for frame in frames if frame.split(" ")[0] not in lists["later"]]
        fitting = [frame for frame in frames if not (led and frame.split(" ")[0].strip(",:") in unled)]
        if do.text.endswith('"') or len(do.text.split()) > MOST_ENCLOSED:
            fitting = [frame for frame in fitting if frame.endswith(("{do}.", "{do}?", "{Do}.", ", please."))]
        if "me" in do.text.split():
            fitting = [frame for frame in fitting if " me " not in frame]
        return self._rng.choice(fitting or ["{Do}."])

    def _question(self, frame: str, wish: TrajectoryStep, tool: ToolSpec) -> Phrase:
        if "{many}" in frame:
            named = self._nouns.many(wish.call_id, article=False)
            if len(named.text.split()) > MOST_INSIDE and not frame.endswith("{many}?"):
                frame = self._rng.choice(lexicon.words("sentences")["long_questions"])
            return fill(frame, many=self._nouns.with_article(wish.call_id, named) if _SHOWN.search(frame) else named)
        obj, used = self._object(wish, tool)
        return self._about(frame, obj + self._rest(wish, used))

    @staticmethod
    def _about(frame: str, obj: Phrase) -> Phrase:
        """A frame around a thing: ``what's the price of it`` is ``what's its price``."""
        if obj.text == "it" and (match := _OF_IT.search(frame)):
            its = Phrase((("its", obj.pieces[0][1]),))
            return fill(frame.replace(match.group(), f"{{its}} {match.group(1)}"), its=its, obj=obj)
        return fill(frame, obj=obj)

    def _wish(self, intent: dict[str, Any], wish: TrajectoryStep, tool: ToolSpec, act: dict[str, Any]) -> Phrase:
        search = self._search_first(intent, wish)
        do = self._verb_phrase(intent, wish, tool, act, one=search is not None)
        if search is None:
            return do
        return fill(self._choose(lexicon.words("sentences")["searches"]), find=search, do=do)

    def _search_first(self, intent: dict[str, Any], wish: TrajectoryStep) -> Phrase | None:
        """The look-up as a clause of its own, when there is much to say about it."""
        for call_id in intent["call_ids"][:-1]:
            said_of_it = [p for entry in self._nouns.entries(call_id) for p in entry.get("predicates", [])]
            meant = [r for r in self._form["referents"] if r["source"] == call_id and r["scope"] == call_id]
            unique = len(meant) == 1 and any(e.get("referent") == meant[0]["id"] for e in self._nouns.entries(wish.call_id))
            if len(said_of_it) >= 2 and unique and not set(said_of_it) & self._nouns.spoken:
                verbs = [frame for frame in lexicon.words("acts")["acts"]["search"]["say"] if " any " not in frame]
                return fill(self._choose(verbs), many=self._nouns.many(call_id, article=False))
        return None

    def _verb_phrase(self, intent: dict[str, Any], wish: TrajectoryStep, tool: ToolSpec, act: dict[str, Any], *, one: bool) -> Phrase:
        if is_read(tool) and tool.returns.many:
            named = self._nouns.many(wish.call_id, article=False)
            frames = [frame for frame in act["say"] if frame.endswith("{many}")] if len(named.text.split()) > MOST_INSIDE else act["say"]
            frame = self._choose(frames)
            article = "tell me which" not in frame and "any {many}" not in frame
            return fill(frame, many=self._nouns.with_article(wish.call_id, named) if article else named)
        obj, used = self._object(wish, tool, one=one)
        self._speaker.moves = used is not None and intent["act"] in lexicon.words("acts")["to_a_moment"]
        if intent["asked"]:
            return self._about(self._choose(act["say"]), obj + self._rest(wish, used))
        changes = self._unsaid(wish) if intent["act"] == "update" else []
        changes = [p for p in changes if p["role"] == "value" and p["parameter"] != used]
        if changes:
            self._nouns.spoken |= {predicate["id"] for predicate in changes}
            return self._speaker.changes(changes, obj) + self._rest(wish, used)
        words = lexicon.split_name(intent["tool"])
        if intent["act"] == "update" and used is not None and words[0] in lexicon.words("acts")["adding"] and len(words) > 1:
            return plain(f"add {lexicon.a(' '.join(words[1:]))} to ") + obj + self._rest(wish, used)
        if intent["act"] == "update" and (moved := self._relinked(wish, obj, used)) is not None:
            return moved
        if (
            used is not None
            and intent["act"] in lexicon.words("acts")["to_a_moment"]
            and (moved := self._moved(wish, act, obj, used)) is not None
        ):
            return moved
        to = self._second(wish, used) if any("{to}" in frame for frame in act["say"]) else None
        if to is None and "alone" in act:
            whole = lexicon.noun(intent["entity"] or "list").split(" ")[0]
            return fill(self._choose(act["alone"]), obj=obj, whole=whole) + self._rest(wish, used)
        if used is None and act.get("traded") and (traded := self._traded(wish, act)) is not None:
            return traded
        if used is None and "say_new" in act:
            return plain(self._choose(act["say_new"])) + self._rest(wish, used)
        frames = [frame for frame in act["say"] if ("{to}" in frame) == (to is not None)]
        if (counted := self._of_amount(wish, act, obj, used, to)) is not None:
            return counted
        if len(obj.text.split()) > 5:
            frames = [frame for frame in frames if frame.endswith("}")] or frames
        if obj.text == "it":
            frames = [frame for frame in frames if not _PARTICLE.search(frame)] or frames
        frame = self._choose(frames or [str(act["say"][0]).split(" to {to}")[0].split(" into {to}")[0].split(" with {to}")[0]])
        slots: dict[str, Phrase | str] = {"obj": obj, "new": obj, "to": to[0] if to else ""}
        return fill(frame, **slots) + self._rest(wish, *([used, to[1]] if to else [used]))

    def _of_amount(
        self, wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str | None, to: tuple[Phrase, str] | None
    ) -> Phrase | None:
        """A wish that is about a sum: ``send 20 from the savings account to the joint one``, ``refund 20 on the payment``."""
        frames = act.get("say_amount" if to is not None else "say_sum", ())
        amount = next((p for p in self._unsaid(wish) if self._speaker.is_amount(p)), None)
        taken = next((e for e in self._nouns.entries(wish.call_id) if self._is_taken_amount(e)), None)
        if not frames or used is None or (amount is None and taken is None):
            return None
        if amount is not None:
            self._nouns.spoken.add(amount["id"])
            of, own = Phrase(((self._speaker.value(amount), (amount["id"],)),)), None
        else:
            of, own = plain("the amount of ") + self._nouns.of_referent(taken["referent"]), taken["parameter"]
        to_whom = to[0] if to is not None else ""
        return fill(self._choose(list(frames)), amount=of, obj=obj, to=to_whom) + self._rest(wish, used, own, to[1] if to else None)

    def _is_taken_amount(self, entry: dict[str, Any]) -> bool:
        """Whether an argument is a sum that stands in another record."""
        return bool(entry.get("referent")) and lexicon.last_word(entry["leaf"]) in AMOUNTS and self._nouns.is_value(entry)

    def _traded(self, wish: TrajectoryStep, act: dict[str, Any]) -> Phrase | None:
        """Something bought or sold, not the record of it: ``buy 3 of the security``."""
        things = [e for e in self._nouns.entries(wish.call_id) if e.get("referent") and not self._nouns.is_value(e)]
        thing = next((e for e in reversed(things) if not lexicon.is_holder(self._nouns.referents[e["referent"]]["entity"])), None)
        if thing is None:
            return None
        count = next((p for p in self._unsaid(wish) if lexicon.last_word(self._speaker.name_of(p)) in {"quantity", "qty", "shares"}), None)
        obj = self._nouns.of_entry(thing)
        if count is None:
            return fill(self._choose(act["say"]), obj=obj) + self._rest(wish, thing["parameter"])
        self._nouns.spoken.add(count["id"])
        number = Phrase(((self._speaker.value(count), (count["id"],)),))
        return fill(self._choose(act["say_many"]), n=number, obj=obj) + self._rest(wish, thing["parameter"])

    def _moved(self, wish: TrajectoryStep, act: dict[str, Any], obj: Phrase, used: str | None) -> Phrase | None:
        """A thing put to another time: ``move the meeting to Friday at 3 pm``."""
        times = [p for p in self._unsaid(wish) if self._speaker.kind(p) in {"date", "datetime"}]
        if len(times) != 1:
            return None
        self._nouns.spoken.add(times[0]["id"])
        frame = self._choose(act.get("to_moment") or lexicon.words("acts")["to_a_moment_say"])
        return fill(frame, obj=obj, v=Phrase(((self._speaker.value(times[0]), (times[0]["id"],)),))) + self._rest(wish, used)

    def _relinked(self, wish: TrajectoryStep, obj: Phrase, used: str | None) -> Phrase | None:
        """An update that only ties a thing to another one: ``change its location to the Amber depot``."""
        own = {e.get("referent") for e in self._nouns.entries(wish.call_id) if e["parameter"] == used}
        for entry in self._nouns.entries(wish.call_id):
            if used and entry.get("referent") and entry["referent"] not in own and not self._nouns.is_value(entry):
                what = self._speaker.part_of(obj, lexicon.field_words(entry["parameter"]))
                frame = self._rng.choice(lexicon.words("arguments")["changes"]["link"])
                return fill(frame, what=what, v=self._nouns.of_entry(entry)) + self._rest(wish, used, entry["parameter"])
        return None

    def _object(self, wish: TrajectoryStep, tool: ToolSpec, *, one: bool = False) -> tuple[Phrase, str | None]:
        """What the wish is done to, and the argument that names it; a new thing when none does."""
        entity = next((e.entity for e in tool.effects if e.entity), None) or tool.returns.entity
        chosen = self._object_entry(wish, tool, entity)
        if chosen is None:
            return self._new(wish, tool, entity or "record"), None
        if chosen.get("referent"):
            if one and self._nouns.referents[chosen["referent"]]["source"] in {c for i in self._form["intents"] for c in i["call_ids"]}:
                return self._nouns.of_referent(chosen["referent"], one=True), chosen["parameter"]
            return self._nouns.of_entry(chosen), chosen["parameter"]
        return self._known(wish, chosen, entity), chosen["parameter"]

    def _object_entry(self, wish: TrajectoryStep, tool: ToolSpec, entity: str | None) -> dict[str, Any] | None:
        entries = {e["parameter"]: e for e in self._nouns.entries(wish.call_id) if e.get("referent") or e.get("predicates")}
        by_role = [p for role in ("key", "reference") for p in tool.parameters if p.role == role and p.name in entries]
        creates = any(effect.family == "create" for effect in tool.effects)
        act = next((i["act"] for i in self._form["intents"] if i["call_ids"][-1] == wish.call_id), "")
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
            return plain(f"the {noun}")
        phrase = plain(lexicon.a(f"new {noun}") if tool.effects and tool.effects[0].family == "create" else lexicon.a(noun))
        label = next(
            (
                p
                for p in self._unsaid(wish)
                if lexicon.is_label(self._speaker.name_of(p)) and not lexicon.is_prose(self._speaker.name_of(p))
            ),
            None,
        )
        if label is not None:
            self._nouns.spoken.add(label["id"])
            phrase = phrase + " " + self._speaker.detail(label)
        return phrase

    def _second(self, wish: TrajectoryStep, used: str | None) -> tuple[Phrase, str] | None:
        """The other thing an act involves: whom it is assigned to, where it is moved."""
        for entry in self._nouns.entries(wish.call_id):
            if entry.get("referent") and entry["parameter"] != used and not self._nouns.is_value(entry):
                return self._nouns.of_entry(entry), entry["parameter"]
        return None

    def _unsaid(self, wish: TrajectoryStep) -> list[dict[str, Any]]:
        found = [self._nouns.predicates[p] for entry in self._nouns.entries(wish.call_id) for p in entry.get("predicates", [])]
        return [predicate for predicate in found if predicate["id"] not in self._nouns.spoken]

    def _rest(self, wish: TrajectoryStep, *used: str | None) -> Phrase:
        """What is left to say of a wish: where it belongs, and its details."""
        rest = Phrase()
        done = {e.get("referent") for e in self._nouns.entries(wish.call_id) if e["parameter"] in used}
        tool = self._services.tool(wish.env_id, wish.tool)
        noun = lexicon.noun(next((e.entity for e in tool.effects if e.entity), None) or tool.returns.entity or "record")
        for entry in self._nouns.entries(wish.call_id):
            if entry["parameter"] in used or not entry.get("referent") or entry["referent"] in done:
                continue
            if self._nouns.is_value(entry):
                alike = [e for e in self._nouns.entries(wish.call_id) if e.get("referent") == entry["referent"] and self._nouns.is_value(e)]
                done.add(entry["referent"])
                rest = (
                    rest + " " + self._speaker.same([e["leaf"] for e in alike if e["parameter"] not in used], self._nouns.of_entry(entry))
                )
                continue
            entity = self._nouns.referents[entry["referent"]]["entity"]
            rest = rest + " " + self._speaker.role(entry["parameter"], self._nouns.of_entry(entry), noun, entity)
        stretches, waiting = self._nouns.stretches(self._unsaid(wish))
        for phrase in stretches:
            rest = rest + " " + phrase
        self._nouns.spoken |= {predicate["id"] for predicate in waiting}
        apart = [] if is_read(tool) else self._for_later(waiting)
        self._apart = [self._speaker.clause(predicate) for predicate in apart]
        return rest + self._speaker.details([predicate for predicate in waiting if predicate not in apart])

    def _for_later(self, waiting: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The details of a wish that get a sentence of their own: those without short words, and what is too much for one breath."""
        plain_values = [p for p in waiting if not isinstance(p["value"], bool)]
        clumsy = [p for p in plain_values if not self._speaker.has_own_words(p) or self._speaker.is_amount(p)]
        apart = clumsy if self._rng.random() < KEPT_APART else []
        handy = [p for p in plain_values if p not in clumsy]
        if len(handy) + (0 if apart else len(clumsy)) > 1 and self._rng.random() < KEPT_APART:
            apart = [*handy[self._rng.choice([0, 1]) :], *apart] if apart else plain_values[1:]
        return apart
