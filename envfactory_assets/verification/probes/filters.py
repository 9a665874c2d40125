"""Catches filters that do nothing, keep the wrong rows, or lose right ones."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from envfactory_assets.environments.foreign import AnyEpisode
from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.caller import State, plain_schema, rows_of
from envfactory_assets.verification.choosing import given, relations
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.steps import Step, is_read, required_only, returned_rows
from envfactory_assets.verification.subject import Subject
from envfactory_assets.verification.vocabulary import leaves_bound_open

_VALUES = 5
_WORDS = 12
_FEW = 4
_MOSTLY = 1.5
_PAGES = 40
_LARGE = 1000
SIZE = re.compile("limit|size|count|per|max", re.IGNORECASE)
_DOWN = re.compile("^-|desc(ending)?$", re.IGNORECASE)


def probe(subject: Subject) -> Iterator[Observation]:
    """For each filter: all rows it returns satisfy it, and all rows of the unfiltered list that satisfy it are returned."""
    for tool in subject.spec.tools:
        witness = subject.witness(tool)
        if witness is None or not is_read(tool) or not tool.returns.many or tool.returns.entity is None:
            continue
        for parameter in tool.parameters:
            if parameter.role == "search":
                yield _search(subject, tool, parameter, witness)
                yield from _searched_fields(subject, tool, parameter, witness)
            elif parameter.role == "sort" and parameter.enum:
                yield _order(subject, tool, parameter, witness)
            elif (
                parameter.operator
                and parameter.field
                and parameter.entity in {tool.returns.entity, None} | _referred(subject, tool, parameter)
            ):
                yield _filter(subject, tool, parameter, witness)
                if parameter.operator in {"ge", "le"} and leaves_bound_open(parameter.name):
                    yield from _bound(subject, tool, parameter, witness)


def _referred(subject: Subject, tool: ToolSpec, parameter: ParameterSpec) -> set[str | None]:
    """A reference filter names the entity it points to, and filters by a field of the returned one."""
    fields = {field.name for field in subject.spec.entity(str(tool.returns.entity)).fields}
    return {parameter.entity} if parameter.role == "reference" and parameter.field in fields else set()


def _filter(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Observation:
    name = f"{tool.name}.{parameter.name}"
    working = tried = 0
    for state in [witness.before, *subject.states[:3]]:
        episode = subject.start(state)
        base = {key: value for key, value in required_only(tool, witness.arguments).items() if key != parameter.name}
        unfiltered = None if parameter.required or _has_default(tool, parameter) else _all_rows(subject, episode, tool, base)
        stored = {row[_key(subject, tool)]: row for row in rows_of(subject.spec, state, str(tool.returns.entity))}
        for value in _values(parameter, stored.values()):
            filtered = _all_rows(subject, episode, tool, {**base, parameter.name: value})
            if filtered is None:
                continue
            tried += 1
            wrong = _wrong_rows(parameter, value, filtered, unfiltered, stored)
            if wrong:
                return Observation(name, False, {"state": state, "tool": tool.name, "arguments": {**base, parameter.name: value}, **wrong})
            working += bool(filtered) and (unfiltered is None or len(filtered) < len(unfiltered))
    return Observation(name, True, {"values": tried, "discriminating": working}, tally={"working_filters": 1 if working else 0})


def _bound(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Iterator[Observation]:
    """A filter that is published as "at least" or "at most" takes in its bound, whatever its name says: if not, callers are told wrong."""
    optional = not (parameter.required or _has_default(tool, parameter))
    for state, base in _asked_for_most(subject, tool, witness) if optional else ():
        episode = subject.start(state)
        unfiltered = _all_rows(subject, episode, tool, base) or {}
        stored = {row[_key(subject, tool)]: row.get(str(parameter.field)) for row in rows_of(subject.spec, state, str(tool.returns.entity))}
        for value in dict.fromkeys(stored[key] for key in unfiltered if isinstance(stored.get(key), str | int | float)):
            arguments = {**base, parameter.name: value[:10] if parameter.type == "date" and isinstance(value, str) else value}
            if arguments[parameter.name] != value:
                return  # a day of a moment: what lies on the bound is not told
            found = _all_rows(subject, episode, tool, arguments)
            if found is None:
                continue
            lost = [key for key in unfiltered if stored.get(key) == value and key not in found]
            evidence = {"state": state, "arguments": arguments, "lost": lost} if lost else {}
            yield Observation(f"{tool.name}.{parameter.name}: takes in its bound", not lost, evidence, severity="warning")
            break


def _asked_for_most(subject: Subject, tool: ToolSpec, witness: Step) -> Iterator[tuple[State, dict[str, Any]]]:
    """States, each with the required arguments that ask for most rows."""
    yield witness.before, required_only(tool, witness.arguments)
    needed = [p for p in tool.parameters if p.required and p.role != "page"]
    for state in subject.states[:3]:
        rows = rows_of(subject.spec, state, str(tool.returns.entity))
        ways = relations(subject.spec, tool, needed[0]) if len(needed) == 1 else []
        yield from ((state, given(needed[0], value)) for way in ways for value, _ in islice(way.asked(state, rows), 1))
        if not needed:
            yield state, {}


def _search(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Observation:
    """Every row found holds every word of the text, and rows that hold it are found; a text that nothing holds finds nothing."""
    name = f"{tool.name}.{parameter.name}"
    asked = {key: value for key, value in required_only(tool, witness.arguments).items() if key != parameter.name}
    working = 0
    base = asked
    looked = _Looked([field.name for field in subject.spec.entity(str(tool.returns.entity)).fields if field.type == "text"])
    for state in [witness.before, *subject.states[:3]]:
        episode = subject.start(state)
        stored = {row[_key(subject, tool)]: row for row in rows_of(subject.spec, state, str(tool.returns.entity))}
        base = next((each for each in _bases(tool, parameter, asked, stored.values()) if _all_rows(subject, episode, tool, each)), asked)
        answers: dict[str, set[Any]] = {}
        for text in (*_search_words(stored.values()), "zzqxjw nothing"):
            arguments = {**base, parameter.name: text}
            found = answers[text] = set(_all_rows(subject, episode, tool, arguments) or ())
            stray = [key for key in found & stored.keys() if not all(word in _text(stored[key]) for word in text.casefold().split())]
            if stray:
                return Observation(name, False, {"state": state, "arguments": arguments, "stray": min(stray, key=str)})
        looked.add(state, answers, stored)
        working += sum(0 < len(found) < len(stored) for found in answers.values())
    lost = looked.lost()
    if not looked.found and looked.asked:
        evidence = {"what": "it never finds anything", "state": looked.asked[0], "arguments": {**base, parameter.name: looked.asked[1]}}
        return Observation(name, False, evidence, severity=unless_told_otherwise(tool))
    if lost is not None:
        evidence = {"state": lost[0], "arguments": {**base, parameter.name: lost[1]}, "lost": lost[2]}
        return Observation(name, False, evidence, severity="warning")
    return Observation(name, True, {"discriminating": working}, tally={"working_filters": 1 if working else 0})


def _bases(tool: ToolSpec, parameter: ParameterSpec, asked: dict[str, Any], rows: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What else a search needs to be told: as the witness told it, then as some row has it: nothing is found where nothing is shown."""
    needed = [p for p in tool.parameters if p.required and p.field and p.name != parameter.name]
    yield asked
    for row in islice(rows, _FEW) if needed else ():
        held = {p.name: row[str(p.field)] for p in needed if row.get(str(p.field)) is not None}
        days = {p.name: str(held[p.name])[:10] for p in needed if p.type == "date" and p.name in held}
        yield asked | held | days


def _searched_fields(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Iterator[Observation]:
    """A field in which a search looks finds each row by a word of it; the search of a resource looks in every text."""
    entity = subject.spec.entity(str(tool.returns.entity))
    base = {key: value for key, value in required_only(tool, witness.arguments).items() if key != parameter.name}
    state = max(subject.states, key=lambda each: len(rows_of(subject.spec, each, entity.name)), default=witness.before)
    episode = subject.start(state)
    visible = _all_rows(subject, episode, tool, base) or {}
    stored = [row for row in rows_of(subject.spec, state, entity.name) if row[entity.key] in visible]
    for name in (field.name for field in entity.fields if field.type == "text"):
        rows = [row for row in stored if isinstance(row.get(name), str)]
        for row in rows[:: max(1, len(rows) // _FEW)][:_FEW]:
            word = max(re.findall(r"\w{3,}", row[name]), key=len, default=None)
            if word is not None:
                arguments = {**base, parameter.name: word}
                found = row[entity.key] in (_all_rows(subject, episode, tool, arguments) or {})
                evidence = {"state": state, "arguments": arguments, "row": row[entity.key]}
                yield Observation(f"{tool.name}.{parameter.name}: finds by {name}", found, evidence, severity=unless_told_otherwise(tool))


class _Looked:
    """In which fields a search looks, told from what it finds."""

    def __init__(self, texts: list[str]) -> None:
        self.texts = texts  # the fields that are surely looked at, if any is
        self.hits: Counter[str] = Counter()
        self.missed: dict[str, list[tuple[State, str, Any]]] = {}
        self.asked: tuple[State, str] | None = None  # first, of what some row holds
        self.found = False

    def add(self, state: State, answers: dict[str, set[Any]], stored: dict[Any, dict[str, Any]]) -> None:
        """Count, by field, rows that hold a text there: those found, and those that only other texts find."""
        visible = set().union(*answers.values()) & stored.keys()
        self.found = self.found or any(answers.values())
        held = (
            text
            for text in answers
            if any(text.casefold() in str(row.get(name)).casefold() for row in stored.values() for name in self.texts)
        )
        self.asked = self.asked or next(((state, text) for text in held), None)
        for text, found in answers.items():
            for key in sorted(visible, key=str):
                for name, value in stored[key].items():
                    if isinstance(value, str) and text.casefold() in value.casefold():
                        self.hits[name] += key in found
                        self.missed.setdefault(name, []).extend([] if key in found else [(state, text, key)])

    def lost(self) -> tuple[State, str, Any] | None:
        """A text and a row that holds it where the search mostly looks, and that it does not find."""
        return next((cases[0] for name, cases in self.missed.items() if cases and self.hits[name] > _MOSTLY * len(cases)), None)


def _order(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, witness: Step) -> Observation:
    """The rows come in the order of the field that a value names, and none is lost by it."""
    name = f"{tool.name}.{parameter.name}"
    base = {key: value for key, value in required_only(tool, witness.arguments).items() if key != parameter.name}
    for state in [witness.before, *subject.states[:2]]:
        episode = subject.start(state)
        stored = {row[_key(subject, tool)]: row for row in rows_of(subject.spec, state, str(tool.returns.entity))}
        unordered = _all_rows(subject, episode, tool, base)
        for choice in parameter.enum:
            arguments = {**base, parameter.name: [choice] if parameter.type == "array" else choice}
            found = _all_rows(subject, episode, tool, arguments)
            field = _named_field(subject, tool, choice)
            if found is None or unordered is None or field is None:
                continue
            values = [stored[key].get(field) for key in found if key in stored]
            kept = [value.casefold() if isinstance(value, str) else value for value in values if value is not None]
            if set(found) != set(unordered) or kept != sorted(kept, reverse=_DOWN.search(choice) is not None):
                return Observation(name, False, {"state": state, "arguments": arguments, "field": field, "values": values})
    return Observation(name, True, {"choices": len(parameter.enum)}, tally={"working_filters": 0})


def _named_field(subject: Subject, tool: ToolSpec, choice: str) -> str | None:
    """The field of the returned records that a choice names in full; None when it names none for certain."""
    stem = re.sub(r"[^a-z]", "", re.sub(r"[_: .]?(asc|desc)(ending)?$", "", choice, flags=re.IGNORECASE).lower())
    fields = subject.spec.entity(str(tool.returns.entity)).fields
    return next((f.name for f in fields if f.type not in {"list", "object"} and re.sub(r"[^a-z]", "", f.name.lower()) == stem), None)


def _search_words(rows: Any) -> list[str]:
    words = sorted(
        {word for row in rows for value in row.values() if isinstance(value, str) for word in re.findall(r"[A-Za-z]{4,}", value)}
    )
    return words[:: max(1, len(words) // _WORDS)]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(_text(item) for item in value.values())
    if isinstance(value, list):
        return " ".join(map(_text, value))
    return str(value).casefold()


def _wrong_rows(
    parameter: ParameterSpec, value: Any, filtered: dict[Any, Any], unfiltered: dict[Any, Any] | None, stored: dict[Any, dict[str, Any]]
) -> dict[str, Any]:
    def verdict(key: Any) -> bool | None:
        row = stored.get(key)
        return None if row is None else _satisfies(row.get(str(parameter.field)), parameter, value)

    stray = [key for key in filtered if verdict(key) is False]
    lost = [key for key in unfiltered or () if key not in filtered and verdict(key) is True]
    return {"stray": stray, "lost": lost} if stray or lost else {}


def _satisfies(stored: Any, parameter: ParameterSpec, value: Any) -> bool | None:
    """Whether a stored value meets a filter; None when the filter's meaning leaves it open."""
    if stored is None:
        return False
    if isinstance(stored, list):
        wanted = value if isinstance(value, list) else [value]
        return all(item in stored for item in wanted)
    if isinstance(value, list):
        return stored in value
    if isinstance(stored, str) and isinstance(value, str) and parameter.type in {"date", "datetime"}:
        width = min(len(stored), len(value))
        if len(stored) != len(value) and stored[:width] == value[:width]:
            return None
        stored, value = stored[:width], value[:width]
    if parameter.operator == "contains":
        return str(value).casefold() in str(stored).casefold()
    if parameter.operator == "eq":
        return bool(stored == value)
    if stored == value and leaves_bound_open(parameter.name):
        return None
    return bool(stored >= value) if parameter.operator == "ge" else bool(stored <= value)


def _values(parameter: ParameterSpec, rows: Any) -> list[Any]:
    """Values worth filtering by: spread over those stored."""
    found = [row.get(str(parameter.field)) for row in rows]
    flat = {item for value in found for item in (value if isinstance(value, list) else [value]) if isinstance(item, str | int | float)}
    values = sorted(flat, key=lambda item: (str(type(item)), item))
    picked = [*values[:: max(1, len(values) // _VALUES)], *(choice for choice in parameter.enum if choice not in values)]
    if parameter.type == "date":
        picked = list(dict.fromkeys(str(value)[:10] for value in picked))
    return [[value] if parameter.type == "array" else value for value in picked]


def _has_default(tool: ToolSpec, parameter: ParameterSpec) -> bool:
    schema = tool.input_schema["properties"].get(parameter.name, {})
    return schema.get("default", plain_schema(schema).get("default")) is not None


def _key(subject: Subject, tool: ToolSpec) -> str:
    return subject.spec.entity(str(tool.returns.entity)).key


def _all_rows(subject: Subject, episode: AnyEpisode, tool: ToolSpec, arguments: dict[str, Any]) -> dict[Any, dict[str, Any]] | None:
    """All pages of a list by key, or None when it is refused."""
    entity = subject.spec.entity(str(tool.returns.entity))
    wire = next(field.wire for field in entity.fields if field.name == entity.key)
    rows: dict[Any, dict[str, Any]] = {}
    paging = _paging(tool)
    for _ in range(_PAGES):
        result = subject.call(episode, tool, {**arguments, **paging})
        if not result.ok:
            return rows or None
        rows.update({row[wire]: row for row in returned_rows(tool, result.value) if wire in row})
        following = result.value.get(tool.returns.cursor) if tool.returns.cursor and isinstance(result.value, dict) else None
        cursor = next((p.name for p in tool.parameters if p.role == "page" and p.type in {"string", "text"}), None)
        if following is None or cursor is None:
            break
        paging[cursor] = following
    return rows


def _paging(tool: ToolSpec) -> dict[str, Any]:
    """The largest page that may be asked for, where no cursor leads to the next one."""
    if tool.returns.cursor:
        return {}
    sizes = [p.name for p in tool.parameters if p.role == "page" and p.type == "integer" and SIZE.search(p.name)]
    return {name: largest(tool, name) for name in sizes[:1]}


def largest(tool: ToolSpec, parameter: str) -> int:
    """The largest page that may be asked for."""
    return int(plain_schema(tool.input_schema["properties"][parameter]).get("maximum", _LARGE))


def listed_keys(subject: Subject, state: State, tool: ToolSpec) -> set[Any] | None:
    """The keys a list shows without filters, or None when it is refused."""
    rows = _all_rows(subject, subject.start(state), tool, {})
    return None if rows is None else set(rows)
