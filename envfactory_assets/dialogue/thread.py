"""What holds a conversation together: why somebody asks now, how a turn takes up the one before, and how the talk ends.

What is said here carries no predicate: it holds no value but what the assistant has just told, and nothing an agent would act upon.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.facts import asked_value
from envfactory_assets.dialogue.persona import Persona
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.records import RawTrajectory, Split, TrajectoryStep


@dataclass(frozen=True, slots=True)
class Wish:
    """What was wanted of the turn before, and what came of it."""

    act: str
    entity: str
    count: int | None = None  # of the records listed
    told: str | None = None  # the value that was asked for


@dataclass(frozen=True, slots=True)
class Thread:
    """Where in the conversation a turn stands."""

    turn: int
    is_last: bool
    before: Wish | None  # the last wish of the turn before, when it was granted


def thread_at(trajectory: RawTrajectory, turn: int, steps: dict[str, TrajectoryStep], services: Services) -> Thread:
    """The place of a turn in its conversation."""
    last = turn == len(trajectory.turns) - 1
    if turn == 0:
        return Thread(turn, last, None)
    intents = trajectory.turns[turn - 1].form["intents"]
    unusual = intents and any(intents[-1].get(mark) for mark in ("declined", "computed", "each"))
    granted = intents and not unusual and not any(steps[call].error for call in intents[-1]["call_ids"] if call in steps)
    return Thread(turn, last, _wish(intents[-1], steps, services) if granted else None)


def _wish(intent: dict[str, Any], steps: dict[str, TrajectoryStep], services: Services) -> Wish | None:
    step = steps.get(intent["call_ids"][-1])
    if step is None or not intent["entity"]:
        return None
    tool = services.tool(step.env_id, step.tool)
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    asked = str(intent.get("asked") or "")
    field = services.field(step.env_id, tool.returns.entity, asked) if asked else None
    told = _in_short(asked_value(field, rows[0][asked], rows[0])[0]) if field and rows and rows[0].get(asked) is not None else None
    count = len(rows) if is_read(tool) and tool.returns.many else None
    return Wish(intent["act"], intent["entity"], count, told)


def _in_short(told: str) -> str:
    """A value as one takes it up: of a moment the day and the month."""
    dated = _MOMENT.fullmatch(told)
    return dated.group(1) if dated is not None else told


_MOMENT = re.compile(r"(\d{1,2} [A-Z][a-z]+) \d{4}(, .*)?")
_IT = re.compile(r"\bit\b", re.IGNORECASE)


def _opening_word(text: str) -> str:
    word = text.split(" ", 1)[0].strip(",.").lower()
    return "okay" if word == "ok" else word


def _is_written(entity: str | None) -> bool:
    """Whether things of a kind are texts, such as comments."""
    return lexicon.last_word(lexicon.noun(entity or "")) in lexicon.words("vocabulary")["texts"]


class Surroundings:
    """Draws what stands around the wishes of one request."""

    def __init__(self, persona: Persona, thread: Thread, split: Split, rng: Random) -> None:
        self._persona = persona
        self._thread = thread
        self._split = split
        self._rng = rng
        self._lists = lexicon.words("threads")

    def _choose(self, options: list[str]) -> str:
        return self._rng.choice(lexicon.kept_for(self._split, options))

    def _drawn(self, options: list[str]) -> list[str]:
        return [self._choose(options)] if options else []

    def before(
        self, act: str, entity: str | None, room: float, *, alone: bool = False, again: bool = False, several: bool = False
    ) -> list[str]:
        """What comes before the wishes, given for how many words there is room; the last may end in ``&``.

        Args:
            act: the first wish's act.
            entity: the kind of thing it is about.
            room: for how many words there is room.
            alone: whether the request names no record.
            again: whether it is about what was spoken of before.
            several: whether it holds more than one wish.
        """
        own = act == "checkout" or (act == "get" and alone and lexicon.is_person(entity or ""))  # "my account": nothing of "the students"
        thing = lexicon.noun(entity) if entity and not own else ""
        if self._thread.turn == 0:
            return self._opening(act, thing, entity or "", room)
        related = again or self._is_of_one_kind(thing)
        lead = self._reaction(related=related) if self._rng.random() < self._persona.reacts else []
        if lead and lead[-1].endswith(("&", ":")):
            return lead
        said = sum(len(text.split()) for text in lead)
        if room - said > 2 or self._rng.random() < 0.25:
            opened = {_opening_word(text) for text in lead}
            lead += [text for text in self._linked(thing, again=again, several=several) if _opening_word(text) not in opened]
        return lead

    def _opening(self, act: str, thing: str, entity: str, room: float) -> list[str]:
        lead = [self._choose(self._lists["greetings"][self._persona.register])] if self._persona.greets else []
        if thing and (room > 6 or self._rng.random() < self._persona.explains * 0.6):
            lead += self._occasion(act, thing, entity)
        return lead

    def _occasion(self, act: str, thing: str, entity: str) -> list[str]:
        """Why the person asks just now, where there is something to say."""
        lists = lexicon.words("occasions")
        sides = (self._persona.side, "both")
        last = thing.rsplit(" ", maxsplit=1)[-1]
        fitting = [
            topic for topic in lists["topics"].values() if {last, thing} & set(topic["nouns"]) and self._persona.domain in topic["domains"]
        ]
        topics = [line for topic in fitting for side in sides for line in topic.get(side, ())]
        about_people = self.group(act) == "remove" and lexicon.is_person(entity)
        deeds = [] if about_people else lists["acts"].get(self.group(act), [])  # nobody is cleared away
        options = topics if topics and self._rng.random() < 0.75 else deeds if self._rng.random() < 0.6 else []
        options = options or topics or lists["domains"].get(self._persona.domain) or deeds
        if lexicon.is_person(entity):
            options = [line for line in options if "{thing" not in line]  # nobody brings people up to date
        if lexicon.plural(thing) == thing:
            options = [line for line in options if "{thing}" not in line] or topics or deeds  # of some things there is not one
        return [line.replace("{things}", lexicon.plural(thing)).replace("{thing}", thing) for line in self._drawn(options)]

    def group(self, act: str) -> str:
        """The kind of wish an act is, by the word list."""
        return str(self._lists["groups"].get(act, "change"))

    def _reaction(self, *, related: bool) -> list[str]:
        """Taking up what was just done or told; ``related``: the next wish is about the same kind of thing."""
        before = self._thread.before
        if before is None:
            return []
        if before.told is not None and not before.told.startswith('"') and self._rng.random() < 0.6:
            frames = lexicon.kept_for(self._split, self._lists["told"])
            if not (" " in before.told or before.told.isalpha()):
                frames = [frame for frame in frames if "{V}" not in frame]  # an address does not begin with a capital
            frame = self._rng.choice(frames)
            upper = before.told[:1].upper() + before.told[1:]
            return [frame.replace("{v}", before.told).replace("{V}", upper)]
        if before.count is not None and self._rng.random() < 0.65:
            return [self._counted(before)]
        group = self.group(before.act)
        if group in {"list", "get"}:
            return [self._choose(self._lists["seen"])] if self._rng.random() < 0.4 else [self._thanked()]
        if self._rng.random() < 0.35:
            return [self._thanked()]
        plain = _is_written(before.entity) or lexicon.is_person(before.entity) or not related  # no comment is "set up", nobody "gone"
        own = () if plain else self._lists["after"].get(group, ())
        frames = [*own, *self._lists["after"]["any"]]
        return [self._choose(frames).replace("{thing}", lexicon.noun(before.entity))]

    def _thanked(self) -> str:
        return self._choose(self._lists["thanks"][self._persona.register])

    def _counted(self, before: Wish) -> str:
        """Taking up how many there were."""
        number = before.count or 0
        counts = lexicon.words("vocabulary")["counts"]
        kind = "none" if number == 0 else "one" if number == 1 else "few" if number < len(counts) else "many"
        words = counts[number] if number < len(counts) else ""
        things = lexicon.plural(lexicon.noun(before.entity))
        frames = self._lists["listed"][kind]
        if things == lexicon.noun(before.entity):
            frames = [frame for frame in frames if "{things}" not in frame] or frames  # of some things there is no "three"
        frame = self._choose(frames)
        return frame.replace("{n}", words).replace("{N}", words.capitalize()).replace("{things}", things)

    def _linked(self, thing: str, *, again: bool, several: bool) -> list[str]:
        """How the next wish follows on: nothing is announced as the only thing left where it is not, nor as something else."""
        if self._thread.is_last and self._rng.random() < 0.5:
            return [self._choose([line for line in self._lists["closing_before"] if not several or line not in self._lists["for_one"]])]
        if again and not self._is_of_one_kind(thing):
            return [self._choose(self._lists["returning"])]
        same = self._is_of_one_kind(thing)
        frames = self._lists["staying"] if same else self._lists["switching"] if self._moves_on() else self._lists["adding"]
        frames = frames if thing else [frame for frame in frames if "{things}" not in frame]
        return [self._choose(frames).replace("{things}", lexicon.plural(thing))]

    def _is_of_one_kind(self, thing: str) -> bool:
        """Whether the last wish was about a thing of the same kind."""
        return self._thread.before is not None and lexicon.noun(self._thread.before.entity) == thing

    def _moves_on(self) -> bool:
        """Whether it is said that the talk comes to something else; not where it is not known what it was about."""
        return self._thread.before is not None and self._rng.random() < 0.6

    def reason(self, intent: dict[str, Any], *, again: bool, narrowed: bool = False) -> str:
        """What a wish is for, as a sentence after it, or nothing.

        Args:
            intent: the wish.
            again: whether it is about what was spoken of before.
            narrowed: whether it says which of the things there are.
        """
        before = self._thread.before
        group = "ask" if intent.get("asked") or intent.get("computed") else self.group(intent["act"])
        if group == "update" and again and before is not None and before.entity == intent["entity"] and self.group(before.act) == "create":
            group = "complete"
        lines = self._lists["reasons"][group]
        if group in {"ask", "get"} and (again or intent.get("computed") or (before is not None and before.entity == intent["entity"])):
            lines = [line for line in lines if line not in self._lists["unremembered"]]  # it was spoken of only just now
        if group == "create" and _is_written(intent["entity"]):
            lines = self._lists["of_texts"]  # nobody fills in the rest of a comment
        if group == "list" and (narrowed or lexicon.is_person(intent["entity"] or "")):
            lines = [line for line in lines if line not in self._lists["of_things"]]
        if group not in {"ask", "list"} and lexicon.is_person(intent["entity"] or ""):
            lines = [line for line in lines if not _IT.search(line)] if group != "remove" else []  # a person is no "it", nor clutter
        return "".join(self._drawn(lines))

    def closing(self) -> str:
        """How the last request ends."""
        return self._choose(self._lists["closing_after"][self._persona.register])
