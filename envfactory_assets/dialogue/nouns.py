"""Noun phrases: how a record that is meant, a record to be made and a set of records are put into words."""

from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.arguments import Speaker
from envfactory_assets.dialogue.facts import row_name
from envfactory_assets.dialogue.forms import Form, entity_of
from envfactory_assets.dialogue.known import is_of_one, kinds_before
from envfactory_assets.dialogue.phrases import Phrase, fill, join, plain, said
from envfactory_assets.dialogue.reference import EXTREMES
from envfactory_assets.dialogue.relations import link_words
from envfactory_assets.dialogue.services import Services, rows_in
from envfactory_assets.records import TrajectoryStep

SAID_TO_BE_THE_ONLY_ONE = 0.4
MOST_BEFORE = 24  # letters of a name that stands before what it names


class Nouns:
    """Noun phrases of one turn. What was said once is not said again."""

    def __init__(self, services: Services, steps: dict[str, TrajectoryStep], form: Form, turn: int, speaker: Speaker, rng: Random) -> None:
        self._services = services
        self._steps = steps
        self._form = form
        self._turn = turn
        self.speaker = speaker
        self._rng = rng
        self.predicates = {p["id"]: p for p in form["predicates"]}
        self.referents = {r["id"]: r for r in form["referents"]}
        self.spoken: set[str] = set()
        self._named: set[str] = set()
        self._pronouns = 0
        self.wish: str | None = None  # the intent that is being put into words; None for the last
        self.amid = False  # whether what is named stands after another thing, where it is no "it" and no bare name

    def mention(self, predicates: set[str]) -> None:
        """Take some predicates as said, and the records that they describe as named."""
        self.spoken |= predicates
        self._named |= {name for name, referent in self.referents.items() if set(referent["predicates"]) <= predicates}

    def entries(self, call_id: str) -> list[dict[str, Any]]:
        """How the arguments of one call can be known."""
        return [entry for entry in self._form["arguments"] if entry["call_id"] == call_id]

    def meant(self, entry: dict[str, Any]) -> str:
        """The kind of record that an argument is, also where it is meant by another."""
        step = self._steps[entry["call_id"]]
        parameter = self._services.parameter(step.env_id, step.tool, entry["parameter"])
        found = self._services.meant_entity(step.env_id, parameter) if parameter is not None else None
        return found or str(self.referents[entry["referent"]]["entity"])

    def of_entry(self, entry: dict[str, Any], also: tuple[str, ...] = ()) -> Phrase:
        """What an argument means: the record itself, something it belongs to, or a value it has; its noun may say more predicates."""
        referent = self.referents[entry["referent"]]
        step = self._steps[entry["call_id"]]
        parameter = self._services.parameter(step.env_id, step.tool, entry["parameter"])
        key = self._services.key_field(referent["env_id"], referent["entity"])
        own = key is None or entry["leaf"] == key.wire or self.speaker.is_moment(entry["leaf"])
        amid, self.amid = self.amid, self.amid and own  # "for its project", not "for it"; "when that booking starts", not "when it starts"
        inner = self.in_full(referent["id"]) if self.amid else self.of_referent(referent["id"])
        self.amid = amid
        if key is None or entry["leaf"] == key.wire:
            return inner
        meant = self._services.meant_entity(step.env_id, parameter) if parameter else None
        if meant is None:
            return inner
        noun, link = link_words(entry["leaf"], meant) or (lexicon.noun(meant), "of")
        again = inner.text.startswith(("that same ", "the same "))
        if again and self.wish not in {None, self._form["intents"][0]["id"]}:  # another wish stands between it and what it takes up
            return Phrase(((f"that {lexicon.noun(referent['entity'])}'s", inner.pieces[0][1]),)) + " " + said(noun, *also)
        if again or inner.text in {"it", "that one"}:
            whose = "their" if lexicon.is_person(referent["entity"]) else "its"
            return Phrase(((whose, inner.pieces[0][1]),)) + " " + said(noun, *also)
        if inner.text.startswith("that ") and not inner.text.endswith("s"):
            return inner + "'s " + said(noun, *also)
        if lexicon.is_person(referent["entity"]) and inner.said() and not inner.text.startswith(("the ", "that ", '"')):
            return inner + "'s " + said(noun, *also)
        return plain("the ") + said(noun, *also) + f" {link} " + self._with_noun(inner, referent)

    @staticmethod
    def _with_noun(named: Phrase, referent: dict[str, Any]) -> Phrase:
        """A name in quotation marks with what it is the name of: ``the file "Notes"``."""
        return plain(f"the {lexicon.noun(referent['entity'])} ") + named if named.text.startswith('"') else named

    def in_full(self, identity: str) -> Phrase:
        """A record that is meant, with what kind of thing it is."""
        return self._with_noun(self.of_referent(identity), self.referents[identity])

    def is_related(self, entry: dict[str, Any]) -> bool:
        """Whether an argument is meant by another record, which this request names."""
        referent = self.referents.get(entry.get("referent", ""))
        if referent is None or self._is_key(entry) or self.is_value(entry) or lexicon.is_person(referent["entity"]):
            return False
        return not any(self.predicates[p]["op"] in {"handled", "only"} for p in referent["predicates"])

    def is_value(self, entry: dict[str, Any]) -> bool:
        """Whether an observed argument is a plain value of a record, not a record."""
        step = self._steps[entry["call_id"]]
        parameter = self._services.parameter(step.env_id, step.tool, entry["parameter"])
        referent = self.referents[entry["referent"]]
        key = self._services.key_field(referent["env_id"], referent["entity"])
        return (
            key is not None
            and entry["leaf"] != key.wire
            and (parameter is None or self._services.meant_entity(step.env_id, parameter) is None)
        )

    def of_referent(self, identity: str, *, one: bool = False) -> Phrase:
        """A record that is meant; mentioned again it is "it"."""
        referent = self.referents[identity]
        noun = lexicon.noun(referent["entity"])
        predicates = [self.predicates[p] for p in referent["predicates"]]
        if identity in self._named:
            return self._again(predicates, noun)
        self._named.add(identity)
        self.spoken |= {p["id"] for p in predicates}
        if referent.get("many"):
            return self._each(referent, predicates[0], noun)
        if predicates[0]["op"] == "handled":
            return self._pronoun(predicates[0], noun, referent["entity"])
        passing = self._passing(referent, predicates)
        if passing is not None:
            return passing
        context = self._context(referent, identity)
        return self._described(predicates, referent, noun, context, one=one)

    def _each(self, referent: dict[str, Any], predicate: dict[str, Any], noun: str) -> Phrase:
        """Several records that are meant together: ``both of the pending orders``."""
        count = sum(entry.get("referent") == referent["id"] for entry in self._form["arguments"])
        adjective = self.speaker.adjective(predicate, noun) or lexicon.enum_words(str(predicate["value"]))
        named = said(adjective, predicate["id"]) + f" {lexicon.plural(noun)}"
        frame = self._rng.choice(lexicon.words("kinds")["each"]["two" if count == 2 else "more"])
        return fill(frame, many=named, count=lexicon.words("vocabulary")["counts"][count])

    def _again(self, predicates: list[dict[str, Any]], noun: str) -> Phrase:
        """A record that this request has named: by its name in a later sentence, else "it"."""
        now = self.wish or self._form["intents"][-1]["id"]
        later = len(self._form["intents"]) > 1 and any(p["intent"] != now for p in predicates)
        label = next((p for p in predicates if lexicon.is_label(p["field"] or "") and isinstance(p["value"], str)), None)
        if later and label is not None and sum(lexicon.noun(other["entity"]) == noun for other in self.referents.values()) > 1:
            return plain(f"the {noun} {self.speaker.value(label)}")
        return plain("it" if not (later or self.amid) and (len(self.referents) == 1 or not self._pronouns) else f"that {noun}")

    def _is_central(self, entity: str, turn: int) -> bool:
        """Whether the talk was last about a thing of this kind: only then is it "it"."""
        before = [c for intent in self._form["intents"] for c in intent["call_ids"]] if turn == self._turn else None
        steps = [s for s in self._steps.values() if (s.call_id in before if before is not None else s.turn == turn)]
        own = self._form["intents"][-1]["call_ids"] if turn == self._turn else []
        last = max((s for s in steps if s.call_id not in own), key=lambda s: s.step, default=None)
        if last is None:
            return True
        return entity_of(self._services.tool(last.env_id, last.tool)) == entity

    def _passing(self, referent: dict[str, Any], predicates: list[dict[str, Any]]) -> Phrase | None:
        """The record that a look-up of one gives, in the words for what it was asked for: ``the owner of the blue car``."""
        source = self._steps[referent["source"]]
        if referent["scope"] != source.call_id or self._services.tool(source.env_id, source.tool).returns.many:
            return None
        asked = [e for e in self.entries(source.call_id) if e.get("referent") and e["referent"] != referent["id"]]
        keyed = next((e for e in asked if not self.is_value(e) and not self._is_key(e)), None)
        return self.of_entry(keyed, also=tuple(p["id"] for p in predicates)) if keyed else None

    def _is_key(self, entry: dict[str, Any]) -> bool:
        referent = self.referents[entry["referent"]]
        key = self._services.key_field(referent["env_id"], referent["entity"])
        return key is not None and key.wire == entry["leaf"]

    def _pronoun(self, predicate: dict[str, Any], noun: str, entity: str) -> Phrase:
        self._pronouns += 1
        if predicate["value"] == self._turn - 1 and predicate["intent"] != self._form["intents"][0]["id"]:
            words = [f"the {noun} from before", f"the {noun} from earlier"]  # this request has been about something else in between
        elif predicate["value"] >= self._turn - 1 and (
            self.amid or self._pronouns > 1 or lexicon.is_person(entity) or not self._is_central(entity, predicate["value"])
        ):
            words = [f"that {noun}", f"the same {noun}"]
        elif predicate["value"] < self._turn - 1:
            words = [f"the {noun} from earlier", f"the {noun} from before", f"the {noun} we talked about"]
        elif predicate["value"] == self._turn:
            words = ["it", f"that {noun}", "it"]
        else:
            words = ["it", f"that {noun}", f"that same {noun}", "that one"]
        return said(self._rng.choice(words), predicate["id"])

    def _described(
        self, predicates: list[dict[str, Any]], referent: dict[str, Any], noun: str, context: tuple[Phrase, Phrase], *, one: bool
    ) -> Phrase:
        label = next(
            (
                p
                for p in predicates
                if p["op"] == "eq"
                and (lexicon.is_label(p["field"], referent["entity"]) or fields.noun_of(p["field"]) == noun)
                and not lexicon.is_prose(p["field"])
                and isinstance(p["value"], str)
                and not p["enum"]
            ),
            None,
        )
        before, after = context
        head = "one" if one else noun
        adjectives, marks = self._around(predicates, label, noun)
        pre = join(adjectives, comma=" ", last=" ") + (" " if adjectives else "") + before
        if label is None and not (before.text or after.text or one) and self._is_the_only_one(predicates, referent, marks):
            pre = plain("only ") + pre
        if len(predicates) == 1 and marks and self._is_own_number(predicates[0]) and not one:
            return plain(f"{noun} ") + said(self.speaker.value(predicates[0]), predicates[0]["id"]) + after
        if len(predicates) == 1 and self._is_address(predicates[0], referent) and not (one or before.text):
            return said(str(predicates[0]["value"]), predicates[0]["id"]) + after
        listed = [mark for mark in marks if mark.text.startswith("with ")]
        post = Phrase()
        for place, mark in enumerate(marks):
            both = place > 0 and _is_clause(mark) and _is_clause(marks[place - 1])
            post = post + (" and " if both or mark in listed[1:] else " ") + (mark.without("with ") if mark in listed[1:] else mark)
        if label is not None:
            return self._labelled(label, referent, head, pre, post + after)
        if predicates[0]["op"] == "only":
            article = "my " if self._is_mine(referent) and not referent.get("vague") else "the "
            return plain(article) + pre + said(noun, predicates[0]["id"]) + post + after
        return plain("the ") + pre + head + post + after

    def _is_address(self, predicate: dict[str, Any], referent: dict[str, Any]) -> bool:
        """Whether somebody is meant by an address, which stands for them: ``issues for mara@example.com``."""
        value = predicate["value"]
        return predicate["op"] == "eq" and lexicon.is_person(referent["entity"]) and isinstance(value, str) and "@" in value

    def _is_own_number(self, predicate: dict[str, Any]) -> bool:
        """Whether a thing is called by its number: ``room 12``, not ``customer +44 20 7946``."""
        *before, last = lexicon.split_name(self.speaker.name_of(predicate)) or ("",)
        return (
            last == "number"
            and set(before).isdisjoint(lexicon.words("vocabulary")["lines"])
            and not str(predicate["value"]).startswith("+")
        )

    def _around(self, predicates: list[dict[str, Any]], label: dict[str, Any] | None, noun: str) -> tuple[list[Phrase], list[Phrase]]:
        """What is said of a record besides its name: before its noun, and after it."""
        adjectives: list[Phrase] = []
        marks: list[Phrase] = []
        for predicate in predicates:
            if predicate is label:
                continue
            if predicate["op"] in EXTREMES:
                words = said(self.speaker.extreme(predicate), predicate["id"])
                if words.text.startswith("that "):
                    marks.append(words)
                else:
                    adjectives.insert(0, words)
            elif predicate["op"] == "only":
                continue
            elif (adjective := self.speaker.before_noun(predicate, noun)) is not None:
                adjectives.append(adjective)
            else:
                marks.append(self.speaker.attribute(predicate))
        return adjectives, marks

    def _is_the_only_one(self, predicates: list[dict[str, Any]], referent: dict[str, Any], marks: list[Phrase]) -> bool:
        """Whether a record is said to be the only one in its state, now and then: ``the only overdue invoice``."""
        states = all(p["op"] == "overdue" or (p["op"] == "eq" and p["value"] is not True) for p in predicates)
        return (
            referent["scope"] == "all"
            and not marks
            and states
            and not referent.get("vague")
            and self._rng.random() < SAID_TO_BE_THE_ONLY_ONE
        )

    def _labelled(self, label: dict[str, Any], referent: dict[str, Any], noun: str, pre: Phrase, post: Phrase) -> Phrase:
        """A record by its name."""
        name = str(label["value"])
        whole = self._whole_name(referent) if lexicon.is_part_of_a_name(label["field"] or "") else None
        quoted = said(whole if whole and name in whole else self.speaker.value(label), label["id"])
        bare = not quoted.text.startswith('"')
        if noun == "one":
            return plain("the ") + pre + "one called " + quoted + post
        if lexicon.is_person(referent["entity"]) and bare:
            return (pre + quoted if not pre.text else plain("the ") + pre + noun + " " + quoted) + post
        if lexicon.is_person(referent["entity"]):  # whom a user name stands for
            return plain("the ") + pre + f"{noun} " + quoted + post
        if name.lower().startswith(("the ", "a ", "an ")) and not pre.text:
            return self._rng.choice([quoted + post, plain(f"the {noun} called ") + quoted + post])
        if pre.text and name.lower().endswith(noun.lower()):
            return plain("the ") + pre + quoted + post
        if name.lower().startswith(f"{noun.lower()} "):
            return plain("the ") + pre + quoted + post if pre.text else quoted + post
        short = len(name) <= MOST_BEFORE and "'" not in name  # "the Nordic map", not "the Imani's Lyon map"
        ways = [plain("the ") + pre + quoted + f" {noun}" + post] if short else []
        ways.append(plain("the ") + pre + f"{noun} " + quoted + post)
        ways.append(plain("the ") + pre + f"{noun} called " + quoted + post)
        if not (pre.text or post.text or bare or kinds_before(self._turn, self._steps, self._services).keys() - {referent["entity"]}):
            ways.append(quoted)  # else it would be one of what was spoken of
        if name.lower().endswith(noun.lower()) and not pre.text:
            return quoted + post if bare is False else plain("the ") + quoted + post
        return self._rng.choice(ways)

    def _whole_name(self, referent: dict[str, Any]) -> str | None:
        """What somebody is called whose family name alone tells them from others."""
        step = self._steps[referent["source"]]
        key = self._services.key_field(referent["env_id"], referent["entity"])
        rows = [row for _, row in rows_in(step.result, self._services.tool(step.env_id, step.tool).returns)]
        own = next((row for row in rows if key is not None and str(row.get(key.wire)) == referent["key"]), None)
        return row_name(own, referent["env_id"], referent["entity"], self._services) if own is not None else None

    def _is_mine(self, referent: dict[str, Any]) -> bool:
        entity = self._services.entity(referent["env_id"], referent["entity"])
        return entity is not None and any(field.type == "caller" for field in entity.fields)

    def _context(self, referent: dict[str, Any], identity: str) -> tuple[Phrase, Phrase]:
        """What the look-up that shows a record was asked for: before the noun and after it."""
        before, after = Phrase(), Phrase()
        source = self._steps[referent["source"]]
        if source.turn != self._turn:
            return before, after
        noun, amid = lexicon.noun(referent["entity"]), self.amid
        for entry in self.entries(source.call_id):
            if entry.get("referent") and entry["referent"] not in self._named | {identity} and not self.is_value(entry):
                self.amid = True
                role = self.speaker.role(entry["parameter"], self.of_entry(entry), noun, self.meant(entry))
                self.amid = amid
                people = lexicon.is_person(referent["entity"]) and role.text.startswith("of ")
                after = after + " " + (plain("from ") + role.without("of ") if people else role)
        pre, post = self.filters(source.call_id)
        return before + pre, after + post

    def filters(self, call_id: str) -> tuple[Phrase, Phrase]:
        """What a look-up was asked for and has not been said yet: before the noun and after it."""
        pre, post = Phrase(), Phrase()
        waiting = [self.predicates[p] for entry in self.entries(call_id) for p in entry.get("predicates", []) if p not in self.spoken]
        stretch, waiting = self.stretches(waiting)
        kinds = lexicon.words("vocabulary")["adjective_kinds"]  # "active savings accounts"
        waiting.sort(key=lambda p: lexicon.last_word(self.speaker.name_of(p)) in kinds)
        for predicate in waiting:
            self.spoken.add(predicate["id"])
            adjective = self.speaker.before_noun(predicate, lexicon.noun(predicate["entity"] or ""))
            if adjective is not None:
                pre = pre + adjective + " "
            else:
                detail = self.speaker.detail(predicate | {"in_names": self._stands_in_names(predicate, call_id)})
                again = detail.text.startswith("with ") and " with " in post.text
                post = post + (" and " if again else " ") + (detail.without("with ") if again else detail)
        for phrase in stretch:
            post = post + " " + phrase
        return pre, post

    def _stands_in_names(self, predicate: dict[str, Any], call_id: str) -> bool:
        """Whether all that a look-up found is called by what was looked for."""
        step = self._steps[call_id]
        returns = self._services.tool(step.env_id, step.tool).returns
        names = [row_name(row, step.env_id, returns.entity, self._services) for _, row in rows_in(step.result, returns)]
        return all(name is not None and str(predicate["value"]).casefold() in name.casefold() for name in names)

    def stretches(self, predicates: list[dict[str, Any]]) -> tuple[list[Phrase], list[dict[str, Any]]]:
        """Pairs of dates said as one stretch, and the predicates that are left."""
        for first in predicates:
            for last in predicates:
                if first is last:
                    continue
                phrase = self.speaker.between(first, last)
                if phrase is None and self._dated(first) and self._dated(last):
                    phrase = self.speaker.stretch(first, last)
                if phrase is not None:
                    self.spoken |= {first["id"], last["id"]}
                    return [phrase], [p for p in predicates if p not in (first, last)]
        return [], predicates

    def _dated(self, predicate: dict[str, Any]) -> bool:
        return self.speaker.kind(predicate) in {"date", "datetime"}

    def many(self, call_id: str, *, article: bool) -> Phrase:
        """The set of records that a look-up asks for."""
        step = self._steps[call_id]
        tool = self._services.tool(step.env_id, step.tool)
        entity = tool.returns.entity or (tool.effects[0].entity if tool.effects else None) or "result"
        noun = lexicon.noun(entity)
        after, amid = Phrase(), self.amid
        self.amid = True
        for entry in self.entries(call_id):
            if entry.get("referent") and self.is_value(entry):
                after = after + " " + self.speaker.same([entry["leaf"]], self.of_entry(entry), entry["parameter"])
            elif entry.get("referent"):
                after = after + " " + self.speaker.role(entry["parameter"], self.of_entry(entry), noun, self.meant(entry))
        self.amid = amid
        pre, post = self.filters(call_id)
        dated = post.text.startswith((" from ", " until ", " up to ", " between ")) and not any(sign.isdigit() for sign in post.text[:12])
        dated = dated and not after.text.startswith(" of ")
        dated = dated or post.text.startswith((" with the status ", " marked as "))  # of "waiting for Mara" the waiting is no state
        named = pre + lexicon.sought(tool.name, entity) + (after + post if dated else post + after)  # what marks a thing stands next to it
        return self.with_article(call_id, named) if article else named

    def with_article(self, call_id: str, named: Phrase) -> Phrase:
        """A set of records as the caller's own, or as all there are."""
        step = self._steps[call_id]
        tool = self._services.tool(step.env_id, step.tool)
        entity = tool.returns.entity or (tool.effects[0].entity if tool.effects else None) or "result"
        mine = self._is_mine({"env_id": step.env_id, "entity": entity}) and is_of_one(step, entity, self._services)
        leads = ["my ", "all my "] if mine else ["the ", "all the ", "all "]
        narrowed = len(named.text.split()) > len(lexicon.noun(entity).split())
        if not narrowed and kinds_before(self._turn, self._steps, self._services).get(entity):  # all of those of which some were listed
            leads = leads[1:]
        lead = self._rng.choice(leads)
        return plain("my " if lead == "all my " and narrowed else "the " if lead == "all " and narrowed else lead) + named


def _is_clause(mark: Phrase) -> bool:
    """Whether a mark begins with a participle: ``created on 3 June``."""
    return mark.text.split(" ", 1)[0].endswith(("ed", "ing"))
