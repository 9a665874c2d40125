"""Realisation: a turn's form as a request that a person would write."""

import re
from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.deeds import MOST_INSIDE, Deeds
from envfactory_assets.dialogue.forms import Form
from envfactory_assets.dialogue.nouns import Nouns
from envfactory_assets.dialogue.persona import Persona
from envfactory_assets.dialogue.phrases import Phrase, fill, join, plain
from envfactory_assets.dialogue.replies import asked_frames
from envfactory_assets.dialogue.sayable import is_named
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.dialogue.thread import Surroundings, Thread
from envfactory_assets.records import Split, ToolSpec, TrajectoryStep

_SHOWN = re.compile(r"(see|me) \{many\}")

WORDS_A_WISH = 8  # on average, and for each predicate
WORDS_A_PREDICATE = 4
MOST_ENCLOSED = 12  # words of a verb phrase after which a sentence may still go on


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
        self._speaker = Speaker(services, form["intents"][0]["env_id"], now, self._style, split, rng)
        self._nouns = Nouns(services, steps, form, thread.turn, self._speaker, rng)
        self._deeds = Deeds(services, steps, form, self._nouns, self._speaker, split, rng)
        self._now = now

    def request(self) -> Phrase:
        """The whole request; it says every predicate of the form, or the form cannot be said this way."""
        intents = self._form["intents"]
        usual = WORDS_A_WISH * len(intents) + WORDS_A_PREDICATE * len(self._form["predicates"])
        marked = intents[0].get("lead")
        topic = self._topic(intents[0]) if not marked else None
        if marked:
            lead = [text for text in [self.choose(lexicon.words("kinds")[marked])] if text]
        else:
            alone = not any(p["intent"] == intents[0]["id"] for p in self._form["predicates"])
            thing = intents[0]["entity"] if topic is None or not self._thread.turn else None  # one topic is enough
            again, several = self._is_again(intents[0]), len(intents) > 1
            room = self._wanted_words - usual
            lead = self._surroundings.before(intents[0]["act"], thing, room, alone=alone, again=again, several=several)
        if topic is not None:
            lead = [text for text in lead if not text.endswith(("&", ":"))]
        wishes = [self._sentence(intent, place, led=place > 0 or bool(lead) or topic is not None) for place, intent in enumerate(intents)]
        core = sum(len(wish.text.split()) for wish in wishes)
        joins = lexicon.kept_for(self._split, lexicon.words("sentences")["joins"])
        used = {word.strip(",:").lower() for text in lead for word in text.split()[:2]}
        text = self._led(lead, topic + " " + wishes[0] if topic is not None else wishes[0])
        for wish in wishes[1:]:
            glue = self._rng.choice([glue for glue in joins if glue.split()[0].strip(",").lower() not in used] or joins)
            text = text + self._joined(glue, wish)
        return self._ended(text, core + sum(len(part.split()) for part in lead))

    def _topic(self, intent: dict[str, Any]) -> Phrase | None:
        """The named thing that another one is meant by, as a sentence before the wish."""
        lists = lexicon.words("sentences")
        for entry in self._nouns.entries(intent["call_ids"][-1]):
            if not self._nouns.is_related(entry):
                continue
            referent = self._nouns.referents[entry["referent"]]
            if self._rng.random() < lists["topic_chance"][is_named(self._form, referent)]:
                return fill(self.choose(lists["topics"]), np=self._nouns.in_full(referent["id"]))
        return None

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
        if self._thread.is_last and room > 2 and self._rng.random() < 0.5:
            return text + " " + self._surroundings.closing()
        if (
            room > 5
            and len(self._form["intents"]) == 1
            and not self._form["intents"][0].get("lead")
            and self._rng.random() < self._explains
        ):
            intent = self._form["intents"][-1]
            narrowed = any(predicate["intent"] == intent["id"] for predicate in self._form["predicates"])
            reason = self._surroundings.reason(intent, again=self._is_again(intent), narrowed=narrowed)
            several = any(intent.get("each") for intent in self._form["intents"]) and "it" in reason.replace("'", " ").lower().split()
            return text if several or not reason else text + " " + reason
        return text

    def _is_again(self, intent: dict[str, Any]) -> bool:
        """Whether a wish is about what was spoken of before."""
        return any(p["op"] == "handled" and p["intent"] == intent["id"] for p in self._form["predicates"])

    def choose(self, options: list[str]) -> str:
        """One of some frames, of those that the conversation's split may use."""
        return self._rng.choice(lexicon.kept_for(self._split, options))

    @staticmethod
    def _joined(lead: str, sentence: Phrase) -> Phrase:
        return plain(lead.removesuffix("&")) + sentence.lowered() if lead.endswith("&") else plain(lead) + sentence

    def _sentence(self, intent: dict[str, Any], place: int, *, led: bool) -> Phrase:
        self._speaker = Speaker(self._services, intent["env_id"], self._now, self._style, self._split, self._rng)
        self._nouns.speaker = self._deeds.speaker = self._speaker
        self._nouns.wish = intent["id"]
        self._deeds.apart = []
        wish = self._steps[intent["call_ids"][-1]]
        tool = self._services.tool(wish.env_id, wish.tool)
        act = self._act(intent)
        if intent.get("computed"):
            return self._computed(intent["computed"], wish)
        question = is_read(tool) and act.get("ask") and place == 0 and self._rng.random() < (0.7 if intent.get("asked") else 0.45)
        if question:
            return self._question(act["ask"], wish, tool, intent.get("asked")).capitalised()
        do = self._wish(intent, wish, tool, act)
        if place:
            return self._with_details(do.capitalised() + ".")
        return self._with_details(fill(self._frame(do, led=led, looking=is_read(tool)), do=do).capitalised())

    def _with_details(self, sentence: Phrase) -> Phrase:
        """A sentence, and after it what was kept for one of its own."""
        if not self._deeds.apart:
            return sentence
        frame = self.choose(lexicon.words("sentences")["details"])
        return sentence + " " + fill(frame, clauses=join(self._deeds.apart))

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
        return self._wish(intent, wish, self._services.tool(wish.env_id, wish.tool), self._act(intent))

    def _act(self, intent: dict[str, Any]) -> dict[str, Any]:
        """How people ask for the deed: of people in ways of their own, and in those of the field where one is asked for."""
        act: dict[str, Any] = lexicon.words("acts")["acts"][intent["act"]]
        of_people = {way: act[f"{way}_people"] for way in ("say", "ask") if f"{way}_people" in act}
        return act | (of_people if lexicon.is_person(intent["entity"] or "") else {}) | self._asked(intent)

    def _computed(self, question: dict[str, Any], wish: TrajectoryStep) -> Phrase:
        """A question whose answer is worked out from a set of records."""
        op, wire = question["op"], question["field"]
        named = self._nouns.many(wish.call_id, article=False)
        mine = "my" in self._nouns.with_article(wish.call_id, named).pieces[0][0]
        frame = self.choose(lexicon.words("kinds")["computed"]["extreme" if op in {"min", "max"} else op]["ask"])
        noun = fields.noun_of(wire) if wire else ""
        slots = {
            "field": noun,
            "fields": lexicon.plural(noun) if noun else "",
            "extreme": lexicon.superlative(wire, op) if op in {"min", "max"} else "",
        }
        return fill(frame, bare=named, many=plain("my " if mine else "the ") + named, **slots).capitalised()

    @staticmethod
    def _asked(intent: dict[str, Any]) -> dict[str, list[str]]:
        """The frames for the one field that is asked for."""
        wire = intent.get("asked")
        if wire is None:
            return {}
        counted = fields.counted_noun(wire)
        frames = asked_frames(wire, counts=counted is not None)
        if fields.happened(wire) == "created":
            done = lexicon.creating(intent["entity"] or "")
            frames = {way: [frame.replace("created", done) for frame in found] for way, found in frames.items()}
        noun = counted or lexicon.without_owner(fields.noun_of(wire), intent["entity"])
        plural = noun == lexicon.plural(noun) and counted is None
        fitting = {way: [f for f in frames[way] if not (plural and "{field}" in f and "'s" in f)] for way in ("ask", "say")}
        return {way: [frame.replace("{field}", noun) for frame in found] for way, found in fitting.items()}

    def _frame(self, do: Phrase, *, led: bool, looking: bool) -> str:
        """A sentence around a verb phrase: what is done for "me" is asked for, not wished, and nobody has to look."""
        lists = lexicon.words("sentences")
        register = lists["registers"][self._register]
        wishing = "me" not in do.text.split() and self._rng.random() < 0.4
        frames = lexicon.kept_for(self._split, register["wishing" if wishing else "asking"])
        if looking:
            frames = [frame for frame in frames if frame not in lists["duties"]] or frames
        unled = [*lists["interjections"], *lists["elliptic"]]
        if not self._thread.turn:
            frames = [frame for frame in frames if frame.split(" ")[0] not in lists["later"]]
        fitting = [frame for frame in frames if not (led and frame.split(" ")[0].strip(",:") in unled)]
        if do.text.endswith('"') or len(do.text.split()) > MOST_ENCLOSED:
            fitting = [frame for frame in fitting if frame.endswith(("{do}.", "{do}?", "{Do}.", ", please."))]
        if do.text.endswith(('?"', '!"')):
            fitting = [frame for frame in fitting if not frame.endswith("?")]
        if "my" in do.text.split():
            fitting = [frame for frame in fitting if not frame.startswith("We ")] or fitting
        if "me" in do.text.split():
            fitting = [frame for frame in fitting if " me " not in frame]
        return self._rng.choice(fitting or ["{Do}."])

    def _question(self, frames: list[str], wish: TrajectoryStep, tool: ToolSpec, asked: str | None) -> Phrase:
        if "{many}" in frames[0]:
            frames = lexicon.of_number(frames, tool.returns.entity)
            frame = self.choose(self._still_open(frames, tool))
            named = self._nouns.many(wish.call_id, article=False)
            if len(named.text.split()) > MOST_INSIDE and not frame.endswith("{many}?"):
                long = lexicon.of_number(lexicon.words("sentences")["long_questions"], tool.returns.entity)
                frame = self.choose(self._still_open(long, tool))
            return fill(frame, many=self._nouns.with_article(wish.call_id, named) if _SHOWN.search(frame) else named)
        obj, used = self._deeds.object(wish, tool)
        whole = obj + self._deeds.rest(wish, used)
        if asked is not None and whole.text == lexicon.words("acts")["own_record"]:
            return plain(self.choose(lexicon.words("fields")["asked"]["own"]["ask"]).replace("{field}", fields.noun_of(asked)))
        return self._deeds.about(self._deeds.fitting(frames, whole), whole)

    def _still_open(self, frames: list[str], tool: ToolSpec) -> list[str]:
        """The questions for a set that make sense here: nobody asks whether there are things of which one was just made or shown."""
        before = self._thread.before
        if before is None or before.entity != tool.returns.entity:
            return frames
        return [frame for frame in frames if frame not in lexicon.words("sentences")["whether"]]

    def _wish(self, intent: dict[str, Any], wish: TrajectoryStep, tool: ToolSpec, act: dict[str, Any]) -> Phrase:
        search = self._search_first(intent, wish)
        do = self._deeds.verb_phrase(intent, wish, tool, act, one=search is not None)
        if search is None:
            return do
        return fill(self.choose(lexicon.words("sentences")["searches"]), find=search, do=do)

    def _search_first(self, intent: dict[str, Any], wish: TrajectoryStep) -> Phrase | None:
        """The look-up as a clause of its own, when there is much to say about it."""
        for call_id in intent["call_ids"][:-1]:
            said_of_it = [p for entry in self._nouns.entries(call_id) for p in entry.get("predicates", [])]
            meant = [r for r in self._form["referents"] if r["source"] == call_id and r["scope"] == call_id]
            unique = len(meant) == 1 and any(e.get("referent") == meant[0]["id"] for e in self._nouns.entries(wish.call_id))
            if len(said_of_it) >= 2 and unique and not set(said_of_it) & self._nouns.spoken:
                verbs = [frame for frame in lexicon.words("acts")["acts"]["search"]["say"] if " any " not in frame]
                return fill(self.choose(verbs), many=self._nouns.many(call_id, article=False))
        return None
