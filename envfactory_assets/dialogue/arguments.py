"""How single values and attributes are said: phrases for filters, details and distinguishing marks."""

import re

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.asking import ends
from envfactory_assets.dialogue.phrases import Phrase, fill, join, plain, said
from envfactory_assets.dialogue.saying import Predicate, Sayer, is_reason

_OWN = re.compile(r"[a-z]+(ed|ing|id)\b|valid|good|kept|held")  # a frame that begins with what is done to a thing
_NAMING = {"called", "named", "titled", "labelled"}
_STEM = 4  # letters that words of one family share
_FIRST = {"of": 0, "priced": 0, "in": 1}  # what stands next to the noun
_OF_SOMEBODY = {"from", "by", "to", "going", "at", "for"}
_NUMBERS = {"money", "integer", "number"}


class Speaker(Sayer):
    """Words for predicates, at one moment."""

    def detail(self, predicate: Predicate) -> Phrase:
        """A value after the thing it belongs to: ``due on 3 June``, ``with a budget of 500``."""
        kind, name = self.kind(predicate), self.name_of(predicate)
        if isinstance(predicate["value"], bool):
            if predicate["role"] == "filter" and fields.quality(name):
                return self._being(predicate, name, "that are")
            frames = self._lists["by_type"]["boolean"]["true" if predicate["value"] else "false"]
            return said(fill(self._choose(frames), field=lexicon.field_words(name)).text, predicate["id"])
        if predicate["role"] == "filter" and predicate["op"] in self._lists["bounds"]:
            return self._bound(predicate, kind, name)
        frames = self._detail_frames(predicate, kind, name)
        if predicate["role"] == "filter" and any("field}" in frame for frame in frames):
            frames = self._lists["attributes"].get(kind, frames)
        phrase = self._filled(predicate, frames)
        self._named = self._named or phrase.text.split(" ")[0] in _NAMING
        return phrase

    def _detail_frames(self, predicate: Predicate, kind: str, name: str) -> list[str]:
        """The frames that fit a value, by its field's name, else by its type."""
        frames = self._own_frames(predicate, kind, name)
        coded = any(character.isdigit() for character in str(predicate["value"]))
        if not fields.is_familiar(name) and "_".join(lexicon.split_name(name)) not in self._lists["by_field"] and kind in _NUMBERS:
            frames = []
        if coded and frames and frames[0].startswith("in "):
            frames = []
        if not frames and kind in {"date", "datetime"}:
            frames = self._dated_frames(name)
        if not frames and kind in _NUMBERS and re.search(r"[^su]s$", lexicon.field_words(name)):
            frames = self._lists["counted"]
        if not frames and kind in _NUMBERS and lexicon.last_word(name) in lexicon.words("vocabulary")["drop_suffixes"]:
            frames = self._lists["numbered"]
        if frames and self._named and str(frames[0]).split(" ")[0] in _NAMING:
            frames = []
        dated = kind in {"date", "datetime"}
        if dated or not any("{d}" in frame for frame in frames):
            return [str(frame) for frame in frames or self._lists["by_type"].get(kind, self._lists["by_type"]["text"])]
        return [str(frame) for frame in self._lists["by_type"]["text"]]

    def _own_frames(self, predicate: Predicate, kind: str, name: str) -> list[str]:
        """The frames for a field of this name; none where its last word alone would say something else."""
        if self.notes and lexicon.is_prose(name) and not is_reason(name):
            return list(self._lists["notes_on_acts"])
        if (frames := self._frames_of_filters(predicate, kind, name)) is not None:
            return frames
        if lexicon.is_prose(name) and fields.noun_of(name) == lexicon.last_word(lexicon.noun(predicate["entity"] or "")):
            return list(self._lists["own_text"])
        of_things = fields.entry_for(self._lists["of_things"], name)
        if of_things and lexicon.last_word(lexicon.noun(predicate["entity"] or "")) in of_things["nouns"]:
            return list(of_things["mark" if predicate["role"] == "referent" else "value"])
        if is_reason(name):
            return list(self._lists["reasons"]["clause" if kind != "enum" and " " in str(predicate["value"]) else "word"])
        if (whose := lexicon.whose_name(name, predicate["entity"])) is not None:
            return list(self._lists["of_a_buyer" if whose in lexicon.words("vocabulary")["buyers"] else "of_another"])
        if (frames := self._frames_of_people(predicate, name)) is not None:
            return frames
        if kind in {"text", *_NUMBERS} and lexicon.is_qualified(name, predicate["entity"]):
            return []
        if lexicon.last_word(name) == "currency" and not lexicon.has_amounts(predicate["entity"] or ""):
            return []
        worded = kind == "enum" or not any(key in self._lists["enum_only"] for key in lexicon.name_keys(name))
        found = self._frames("by_field", name) if worded and not self._is_no_money(predicate) else []
        no_frames = _OF_SOMEBODY if kind == "enum" else ()  # a choice is no place and nobody
        found = [frame for frame in found if frame.split(" ", 1)[0] not in no_frames]
        return [frame for frame in found if frame != "{d}"] if predicate["role"] == "value" else found

    def _frames_of_filters(self, predicate: Predicate, kind: str, name: str) -> list[str] | None:
        """The frames for what things are looked for by, where it is said otherwise than what they have; None for the rest."""
        own = fields.entry_for(self._lists["filters"], name) if predicate["role"] == "filter" and predicate["op"] in {None, "eq"} else None
        if own and kind == "enum":
            return [frame.replace("{d}", "{v}") for frame in own]
        if own and (kind in {"date", "datetime"} or not any("{d}" in frame for frame in own)):
            return list(own)
        free = self._lists["free_when"]
        if predicate["role"] != "referent" and kind in {"date", "datetime"} and self.field_of(predicate) is None:
            return next((list(free[way]) for way, names in free["names"].items() if set(names) & set(lexicon.name_keys(name))), None)
        return None

    def _frames_of_people(self, predicate: Predicate, name: str) -> list[str] | None:
        """The frames for what somebody is called or does, where it is no name of the record; None for other fields."""
        person = lexicon.is_person(predicate["entity"] or "")
        if predicate["role"] == "filter" and lexicon.is_part_of_a_name(name) and not person:
            return list(self._lists["under_a_name"])
        return list(self._lists["of_a_person"]) if person and lexicon.is_title(name) else None

    def has_own_words(self, predicate: Predicate) -> bool:
        """Whether people have short words for a value after its thing: ``due on Friday``, not ``with 3 as the level``."""
        frames = self._detail_frames(predicate, self.kind(predicate), self.name_of(predicate))
        return not predicate["path"] and not any("field}" in frame for frame in frames)

    def clause(self, predicate: Predicate) -> Phrase:
        """A value as a wish of its own, in the base form: ``call it Spring``, ``set the level to 3``."""
        kind, name = self.kind(predicate), self.name_of(predicate)
        lists = self._lists["clauses"]
        if kind == "text" and predicate["path"] and str(predicate["value"]).islower():
            kind = "enum"  # a choice inside a larger value
        worded = kind == "enum" or not any(key in self._lists["enum_only"] for key in lexicon.name_keys(name))
        known = next((key for key in lexicon.name_keys(name) if key in lists["by_field"]), None)
        if kind in _NUMBERS and (known != "_".join(lexicon.split_name(name)) or self._is_no_money(predicate)):
            known = None  # a total amount is not the amount
        frames: list[str] = lists["by_field"][known] if known and worded else []
        dated = kind in {"date", "datetime"}
        if predicate["path"] or (not dated and any("{d}" in frame for frame in frames)):
            frames = []
        if self.notes and lexicon.is_prose(name) and not is_reason(name):
            frames = lists["notes"]
        elif lexicon.is_prose(name) and fields.noun_of(name) == lexicon.last_word(lexicon.noun(predicate["entity"] or "")):
            frames = lists["own_text"]
        partly = lexicon.is_part_of_a_name(name) or lexicon.is_person(predicate["entity"] or "")
        partly = partly or lexicon.whose_name(name, predicate["entity"]) is not None
        if partly and any(" it " in frame for frame in frames):
            frames = []  # a person is not an "it", and a family name is not the whole name
        return self._filled(predicate, [str(frame) for frame in frames or lists["by_type"].get(kind, lists["by_type"]["text"])])

    def _is_no_money(self, predicate: Predicate) -> bool:
        """Whether an amount is of something else than money: a request for time off is none "of 8"."""
        return self.is_amount(predicate) and not lexicon.has_amounts(predicate["entity"] or "")

    @staticmethod
    def _dated_frames(name: str) -> list[str]:
        """How a moment that something happened is said: ``deleted on 3 June``."""
        participle = fields.happened(name)
        return [f"{participle} {{d}}"] if participle else []

    def details(self, predicates: list[Predicate]) -> Phrase:
        """Several values after the thing they belong to; what begins with "with" is said as one list."""
        flags = [p for p in predicates if p["role"] == "value" and isinstance(p["value"], bool) and fields.flag(self.name_of(p))]
        ordered = sorted((p for p in predicates if p not in flags), key=lambda p: lexicon.is_prose(self.name_of(p)))
        ordered.sort(key=lambda p: ends(self.name_of(p)))
        phrases = [self.detail(predicate) for predicate in ordered]
        listed = [phrase for phrase in phrases if phrase.text.startswith("with ")]
        joined = Phrase()
        times = {id(phrase) for predicate, phrase in zip(ordered, phrases, strict=True) if self.kind(predicate) in {"date", "datetime"}}
        phrases.sort(key=lambda phrase: _FIRST.get(phrase.text.split(" ", 1)[0], len(_FIRST)))
        dated = False
        for phrase in phrases:
            if phrase not in listed:
                joined = joined + (" and " if dated and id(phrase) in times else " ") + phrase
                dated = id(phrase) in times
        bare = [phrase if place == 0 else phrase.without("with ") for place, phrase in enumerate(listed)]
        whole = joined + " " + join(bare) if bare else joined
        for predicate in flags:
            whole = whole + self._made(predicate)
        return whole

    def whole_name(self, predicates: list[Predicate]) -> Phrase | None:
        """The first and the last name of somebody who is put in, as one: ``named Yuki Sato``."""
        held = {"_".join(lexicon.split_name(self.name_of(p))): p for p in predicates if p["role"] == "value" and not p["path"]}
        for pair in lexicon.words("vocabulary")["halves_of_names"]:
            if all(half in held for half in pair):
                first, last = (said(self.value(held[half]), held[half]["id"]) for half in pair)
                return plain(" ") + fill(self._choose(self._lists["by_field"]["name"]), v=first + " " + last)
        return None

    @staticmethod
    def _being(predicate: Predicate, name: str, verb: str) -> Phrase:
        """A yes-no field as a relative clause: ``that are not archived``."""
        words = fields.quality(name) or lexicon.field_words(name)
        if verb == "that are" and name in lexicon.words("fields")["flag_nouns"]:
            words = lexicon.plural(words)
        return plain(f"{verb} ") + said(words if predicate["value"] else f"not {words}", predicate["id"])

    def _made(self, predicate: Predicate) -> Phrase:
        """A yes-no field of a new thing: ``make it public``, ``without making it public``."""
        words = fields.flag(self.name_of(predicate)) or ""
        if predicate["value"]:
            return plain(" and make it ") + said(words, predicate["id"])
        return plain(" ") + said(f"without making it {words}", predicate["id"])

    def _bound(self, predicate: Predicate, kind: str, name: str) -> Phrase:
        bounds = self._lists["bounds"]
        if predicate["op"] == "contains" and (searched := self._frames("by_field", predicate["parameter"])):
            searched = searched if searched[0].startswith("mentioning") else self._lists["by_field"]["query"]
            of_names = [frame for frame in searched if "mention" not in frame and "in it" not in frame]
            of_texts = [frame for frame in searched if frame not in of_names]
            person = lexicon.is_person(predicate["entity"] or "")
            return self._filled(predicate, (of_names if person else searched if predicate.get("in_names") else of_texts) or searched)
        if recent := self.recent(predicate):
            return self._of_late(predicate, name, self._choose(recent))
        own = bounds.get(fields.keys_of(name)[-1]) if kind in {"date", "datetime"} else None
        if own and predicate["op"] in own:
            return self._filled(predicate, own[predicate["op"]])
        happened = [part for part in lexicon.split_name(name) if part in bounds["participles"]]
        if predicate["op"] in bounds["happened"] and happened and kind in {"date", "datetime"}:
            frame = fill(self._choose(bounds["happened"][predicate["op"]]), participle=happened[0], v=plain("{v}")).text
            return self._filled(predicate, [frame])
        money: dict[str, list[str]] = next(
            (bounds[way] for way in ("duration", "rate", "amount") if lexicon.last_word(name) in bounds[way]["of"]), {}
        )
        if predicate["op"] in money:
            return self._filled(predicate, money[predicate["op"]])
        if lexicon.last_word(name) == "year" and predicate["op"] in bounds["year"]:
            return self._filled(predicate, bounds["year"][predicate["op"]])
        if kind in {"date", "datetime"} and fields.keys_of(name)[-1] in bounds["plain_days"] and "plain" in bounds[predicate["op"]]:
            return self._filled(predicate, bounds[predicate["op"]]["plain"])
        noun = fields.noun_of(name)
        counts = fields.counted_noun(name) is not None or (noun.endswith("s") and lexicon.plural(noun) == noun)
        if kind in _NUMBERS and counts and predicate["op"] in bounds["counted"]:
            return self._filled(predicate, bounds["counted"][predicate["op"]])
        by_kind = bounds[predicate["op"]]
        frames = by_kind.get("date" if kind in {"date", "datetime"} else "number" if kind in _NUMBERS else "text") or next(
            iter(by_kind.values())
        )
        return self._filled(predicate, frames)

    def _of_late(self, predicate: Predicate, name: str, words: str) -> Phrase:
        """A lower bound that is so many days ago: ``created in the last two weeks``."""
        lists = self._lists["bounds"]["recent"]
        done = next((part for part in lexicon.split_name(name) if part in self._lists["bounds"]["participles"]), None)
        days = fields.keys_of(name)[-1] in self._lists["bounds"]["plain_days"]
        frame = self._choose(lists["happened" if done else "plain" if days else "date"])
        done = lexicon.creating(predicate["entity"] or "") if done == "created" else done
        return fill(frame, v=said(words, predicate["id"]), participle=done or "", a_field=lexicon.a(fields.noun_of(name)))

    def attribute(self, predicate: Predicate) -> Phrase:
        """What tells a record from others, after its noun."""
        kind, name = self.kind(predicate), self.name_of(predicate)
        if kind in {"date", "datetime"}:
            own = self._frames("by_field", name)
            frames = [frame for frame in own if "{d}" in frame] or self._dated_frames(name)
            frames = frames or [frame for frame in own if _OWN.match(frame)] or self._lists["attributes"]["date"]
            frames = [self._as_over(frame) for frame in frames] if self._is_over(predicate) else frames
        elif isinstance(predicate["value"], bool) and fields.quality(name):
            return self._being(predicate, name, "that is")
        elif isinstance(predicate["value"], bool):
            frames = self._lists["attributes"]["boolean"]["true" if predicate["value"] else "false"]
            return said(fill(self._choose(frames), field=lexicon.field_words(name)).text, predicate["id"])
        elif kind == "enum":
            states = lexicon.last_word(name) in lexicon.words("vocabulary")["adjective_states"]
            frames = self._lists["attributes"]["state" if states else "enum"]
            if not lexicon.is_adjective(lexicon.enum_words(str(predicate["value"]))):
                frames = [frame for frame in frames if not frame.startswith("that is ")]  # "the one that is error"
        else:
            frames = self._detail_frames(predicate, kind, name)
            frames = frames if not any("field}" in frame for frame in frames) else self._lists["attributes"].get(kind, frames)
        return self._filled(predicate, frames)

    def _as_over(self, frame: str) -> str:
        """A frame of something that has happened: what left is not leaving."""
        first, _, rest = frame.partition(" ")
        past = self._lists["in_the_past"].get(first)
        return f"{past} {rest}" if past is not None else frame

    def before_noun(self, predicate: Predicate, noun: str) -> Phrase | None:
        """The attribute before a noun, with what it says: of ``high-priority`` only ``high`` is the value."""
        word = self.adjective(predicate, noun)
        if word is None:
            return None
        name = lexicon.last_word(self.name_of(predicate))
        if not word.endswith(f"-{name}"):
            return said(word, predicate["id"])
        value = word.removesuffix(f"-{name}")
        return plain(f"{name}-") + said(value, predicate["id"]) if value.isdigit() else said(value, predicate["id"]) + f"-{name}"

    def adjective(self, predicate: Predicate, noun: str) -> str | None:
        """The attribute before a noun, where that is natural: ``booked``, ``high-priority``; not ``enrolled enrolments``."""
        word = self._adjective(predicate)
        return None if word and noun and noun.startswith(word[:_STEM]) else word

    def _adjective(self, predicate: Predicate) -> str | None:
        if predicate["op"] == "overdue":
            return "overdue"
        name, vocabulary = lexicon.last_word(self.name_of(predicate)), lexicon.words("vocabulary")
        if predicate["value"] is True:
            bare = lexicon.field_words(self.name_of(predicate)).removeprefix("is ").removeprefix("has ")
            known = (bare.endswith("ed") and bare not in vocabulary["after_the_noun"]) or bare in vocabulary["adjective_booleans"]
            return bare if " " not in bare and known else None
        if self.kind(predicate) != "enum" or predicate["op"] != "eq" or isinstance(predicate["value"], list):
            return None
        word = lexicon.enum_words(str(predicate["value"]))
        if " " in word or word in vocabulary["no_adjectives"]:
            return None
        if name in vocabulary["adjective_states"] and not lexicon.is_adjective(word):
            return None
        if name in vocabulary["compound_fields"]:
            return word if any(sign.isdigit() for sign in word) else f"{word}-{name}"
        return word if name in vocabulary["adjective_fields"] else None

    def extreme(self, predicate: Predicate) -> str:
        """``cheapest``, ``earliest``, ``most recent``."""
        return lexicon.superlative(self.name_of(predicate), predicate["op"])

    def is_amount(self, predicate: Predicate) -> bool:
        """Whether a value is how much money something is about."""
        return self.kind(predicate) in _NUMBERS and lexicon.last_word(self.name_of(predicate)) in self._lists["bounds"]["amount"]["of"]

    def changes(self, predicates: list[Predicate], obj: Phrase) -> Phrase:
        """Setting fields of a thing: ``rename it to Spring``, ``change its due date to Friday and the priority to high``."""
        lists = self._lists["changes"]
        first, *others = sorted(predicates, key=lambda p: (isinstance(p["value"], bool), lexicon.is_prose(self.name_of(p))))
        kind, name = self.kind(first), self.name_of(first)
        words = self.words_of(first)
        noun = lexicon.without_owner(fields.noun_of(name), first["entity"]) if not first["path"] else words
        change = self._change_kind(first, kind, name)
        if change == "label" and lexicon.last_word(name) == "name":
            noun = "name"  # and not the "slice name" of a chart
        slots: dict[str, Phrase | str] = {"obj": obj, "what": self.part_of(obj, noun)}
        if isinstance(first["value"], bool) and (flag := fields.flag(name)):
            return self._flagged(first, flag, obj) + self._further(others)
        if isinstance(first["value"], bool):
            way = "on" if first["value"] else "off"
            return said(f"{self._rng.choice(['turn', 'switch'])} {words} {way}", first["id"]) + " for " + obj + self._further(others)
        frames = lists["several" if others else change]
        return fill(self._choose(frames), v=said(self.value(first), first["id"]), **slots) + self._further(others)

    def _flagged(self, predicate: Predicate, flag: str, obj: Phrase) -> Phrase:
        """A yes-no field of a thing there is: ``make it public``, ``make sure it is no longer public``."""
        if predicate["value"]:
            return plain("make ") + obj + " " + said(flag, predicate["id"])
        return plain("make sure ") + obj + " is " + said(f"{self._rng.choice(['not', 'no longer'])} {flag}", predicate["id"])

    @staticmethod
    def part_of(obj: Phrase, words: str) -> Phrase:
        """A field of a thing: ``its due date``, ``the due date of the task``."""
        if obj.text == "it":
            return Phrase((("its", obj.pieces[0][1]),)) + f" {words}"
        return plain(f"the {words} of ") + obj

    @staticmethod
    def _change_kind(predicate: Predicate, kind: str, name: str) -> str:
        rank = lexicon.label_rank(name, predicate["entity"])
        if rank is not None and rank % 20 < 6 and isinstance(predicate["value"], str):
            return "label"
        if lexicon.is_prose(name):
            return "prose"
        if kind == "enum" and fields.is_state(name) and lexicon.is_adjective(lexicon.enum_words(str(predicate["value"]))):
            return "state"
        return "date" if kind in {"date", "datetime"} else "number" if kind in _NUMBERS else "text"

    def _further(self, predicates: list[Predicate]) -> Phrase:
        """More fields changed in the same breath."""
        more = []
        flags = [p for p in predicates if isinstance(p["value"], bool) and fields.flag(self.name_of(p))]
        for predicate in [p for p in predicates if p not in flags]:
            words = self.words_of(predicate)
            if not predicate["path"]:
                words = lexicon.without_owner(fields.noun_of(self.name_of(predicate)), predicate["entity"])
            if isinstance(predicate["value"], bool):
                more.append(said(f"turn {words} {'on' if predicate['value'] else 'off'}", predicate["id"]))
            else:
                more.append(plain(f"the {words} to ") + said(self.value(predicate), predicate["id"]))
        whole = plain(", " if len(more) > 1 else " and ") + join(more) if more else Phrase()
        for predicate in flags:
            whole = whole + self._made(predicate)
        return whole

    def stretch(self, first: Predicate, last: Predicate) -> Phrase | None:
        """Two dates as one stretch, when their fields go together."""
        names = [lexicon.name_keys(self.name_of(p)) for p in (first, last)]
        for start, end in self._lists["ranges"]["pairs"]:
            if start in names[0] and end in names[1]:
                v1, v2 = (said(self.value(p), p["id"]) for p in (first, last))
                return fill(self._choose(self._lists["ranges"]["moved" if self.moves else "say"]), v1=v1, v2=v2)
        return None

    def between(self, first: Predicate, last: Predicate) -> Phrase | None:
        """A lower and an upper bound of one field said together: ``with an amount between 30 and 110``."""
        if (first["op"], last["op"]) != ("ge", "le") or not first["field"] or first["field"] != last["field"]:
            return None
        words, happened = fields.noun_of(self.name_of(first)), fields.happened(self.name_of(first))
        happened = lexicon.creating(first["entity"] or "") if happened == "created" else happened
        v1, v2 = (said(self.value(p), p["id"]) for p in (first, last))
        if happened and self.kind(first) in {"date", "datetime"}:
            return fill(self._choose(self._lists["bounds"]["happened"]["between"]), participle=happened, v1=v1, v2=v2)
        if fields.keys_of(self.name_of(first))[-1] in self._lists["bounds"]["plain_days"]:
            return fill(self._choose(self._lists["bounds"]["days"]), v1=v1, v2=v2)
        return fill(self._choose(self._lists["bounds"]["between"]), a_field=lexicon.a(words), v1=v1, v2=v2)

    def role(self, parameter: str, np: Phrase, noun: str, entity: str) -> Phrase:
        """Another thing that a wish involves: ``for Mara``, ``in the Website project``."""
        for key in lexicon.name_keys(parameter):
            if key in self._lists["roles"]:
                return fill(self._choose(self._lists["roles"][key]), np=np)
        link = lexicon.words("vocabulary")["links"].get(noun.rsplit(" ", maxsplit=1)[-1])
        if lexicon.is_person(entity) and link in {"of", "in", "on"}:
            link = "for"
        if self.into:
            link = "into" if lexicon.is_container(entity) else link or "to"
        return plain(f"{link or ('in' if lexicon.is_container(entity) else 'for')} ") + np

    def is_moment(self, wire: str) -> bool:
        """Whether a field is said by what happens then."""
        return fields.without_time(wire) in self._lists["same_time"]["verbs"]

    def same(self, wires: list[str], np: Phrase, parameter: str = "") -> Phrase:
        """Values taken over from another record; a time by what happens then: ``starting when the flight lands``."""
        when = self._lists["same_time"]
        verb = when["verbs"].get(fields.without_time(wires[0])) if len(wires) == 1 else None
        begins = when["frames"].get(fields.without_time(parameter)) if parameter else None
        if verb is not None and begins is not None:
            return fill(self._choose(begins), np=np, verb=verb)
        frames = self._lists["same_again" if np.text == "it" else "same"]
        return fill(self._choose(frames), field=join([plain(fields.noun_of(wire)) for wire in wires]), np=np)
