"""Annotations of fields and arguments, and the aliases a module needs for them."""

import re
from dataclasses import dataclass, field
from typing import Any

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.patterns import fits, is_plain
from envfactory_assets.environments.fields import KeyStyle
from envfactory_assets.environments.naming import wire_name
from envfactory_assets.synthesis.fields import enum_of
from envfactory_assets.synthesis.layout import quoted
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.moments import spelling_of
from envfactory_assets.synthesis.names import Naming, pascal, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan
from envfactory_assets.synthesis.seeding.lexicon import lexicon as words_for_values

_HEX = re.compile(r"^[0-9a-f]{24,40}$")
_DIGITS = re.compile(r"^[1-9]\d{5,18}$")
_UUID = re.compile(r"^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$")
_UUID_LENGTH = 36
_CODE = 40  # characters of a code at most
_STORED = 2**15 - 1  # bounds from here on are those of a number's type
_LEAD = re.compile(r"\^?\(*(?:\[([A-Za-z])[^]]*\]|([A-Za-z]{1,12}))([-_]?)")  # what ids of a pattern begin with
_MOMENT = re.compile(r"(\\d|0-9\])\{4\}\)?-")  # in patterns of days and moments, which the clock writes
_FEW = 9  # places of a list that has few
_SIZE = re.compile(r"\{(\d+)")
_SHOWN = 60  # characters of a pattern that a module states: a line holds no longer one beside a field's name
_SAMPLE = re.compile(r"(?!.*\b(?:string|samples?|examples?|test|foo|bar|null|undefined|none)\b|.*\.\.)\w[\w .:/@+&-]{1,39}", re.IGNORECASE)
_TRIED = 20  # ids of a template, before it is believed to fit a pattern
_FEWEST_PLACES = 6  # in which ids differ
_PREFIXED = re.compile(r"^([a-z]{2,12}_)([A-Za-z0-9]{8,32})$")
_PLAIN = {
    "text": "Text",
    "money": "Money",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "date": "date",
    "datetime": "datetime",
    "caller": "Caller",
}


@dataclass
class Annotations:
    """Writes annotations for one module and remembers what it must import and define."""

    naming: Naming
    imports: set[str] = field(default_factory=set)  # names used, wherever they come from
    enums: dict[str, tuple[str, ...]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()  # names of classes
    voice: int = 0  # how the environment words its descriptions
    shadowed: frozenset[str] = frozenset()  # of date and datetime, those a field is named like: imported under another name

    def of(self, plan: FieldPlan, owner: str, defined: set[str] | None = None, *, inner: bool = False) -> str:
        """The annotation of a field of an entity or part.

        Args:
            plan: the field.
            owner: class name it belongs to, for the name of an enum.
            defined: classes that stand above; None when all do.
            inner: whether the owner is a value object.
        """
        match plan.kind:
            case "enum":
                return self.enum(plan, owner)
            case "ref":
                return self._reference(plan, defined)
            case "refs":
                return f"list[{self._reference(plan, defined, inner=inner)}]"
            case "texts":
                return self._sized(f"list[{self.item(plan, owner)}]", plan.schema)
            case "part" | "parts":
                name = plan.part.name if plan.part else ""
                return self._sized(f"list[{name}]", plan.schema) if plan.kind == "parts" else name
            case "datetime":
                return self._moment(plan, stamped=defined is not None and not inner)
            case "text" if _limits(plan.schema, plan.name):
                return self._text(plan.schema, plan.name)
            case "integer" | "number" if bounds := _bounds(plan.schema):
                self.imports |= {"Annotated", "Field"}
                return f"Annotated[{_PLAIN[plan.kind]}, Field({bounds})]"
            case "text" if plan.unique and defined is not None:
                self.imports |= {"Annotated", "Text", "Unique"}
                return "Annotated[Text, Unique()]"
            case "money" if plan.sums and defined is not None:
                self.imports |= {"Annotated", "Money", "SumOf"}
                own = [f"own={quoted(plan.sum_else)}"] if plan.sum_else else []
                return f"Annotated[Money, SumOf({', '.join([*map(quoted, plan.sums), *own])})]"
            case kind:
                return self.use(_PLAIN[kind])

    def argument(self, plan: FieldPlan, owner: str) -> str:
        """The annotation of an argument that sets or filters a field."""
        return self.use("datetime") if plan.kind == "datetime" else self.of(plan, owner)

    def item(self, plan: FieldPlan, owner: str) -> str:
        """The annotation of an argument that is a value of a field, or one of those that a field lists."""
        match plan.kind:
            case "texts":
                return self.enum(plan, owner) if plan.enum else self._text(plan.schema.get("items", {}), plan.name)
            case "refs":
                return self._reference(plan, None)
            case _:
                return self.argument(plan, owner)

    def enum(self, plan: FieldPlan, owner: str) -> str:
        """The alias of an enum; one alias for equal values of fields whose names end alike."""
        self.imports.add("Literal")
        last = words(plan.name)[-1]
        same = next((name for name, values in self.enums.items() if values == plan.enum and words(name)[-1] == last), None)
        if same is not None:
            return same
        spellings = [_joined(owner, plan.name), *(f"{pascal(f'{owner}_{plan.name}')}{number or ''}" for number in (0, *range(2, 99)))]
        name = next(name for name in spellings if name not in self.taken | self.enums.keys())
        self.enums[name] = plan.enum
        return name

    def key(self, entity: EntityPlan) -> str:
        """The annotation of an entity's key, in the service's own id style."""
        if entity.integer_key:
            self.imports |= {"Annotated", "KeyStyle"}
            return "Annotated[int, KeyStyle()]"
        style = key_style(entity)
        if not style:
            return self.use("Key")
        self.imports |= {"Annotated", "KeyStyle"}
        return f"Annotated[str, KeyStyle({quoted(style)})]"

    def _moment(self, plan: FieldPlan, *, stamped: bool) -> str:
        """The annotation of a moment, written as the document writes it."""
        stamps = {"Created": lexicon().created_fields, "Updated": lexicon().updated_fields}
        plain = self.use(next((name for name, fields in stamps.items() if stamped and plan.name in fields), "datetime"))
        form = spelling_of(plan.schema)
        if form is None:
            return plain
        self.imports |= {"Annotated", "Spelling"}
        return f"Annotated[{plain}, Spelling({quoted(form)})]"

    def _text(self, schema: JsonSchema, name: str) -> str:
        """The annotation of a text; of a code with what the document admits of it."""
        limits = _limits(schema, name)
        if not limits:
            return self.use("Text")
        self.imports |= {"Annotated", "Field"}
        return f"Annotated[str, Field({limits})]"

    def _sized(self, listed: str, schema: JsonSchema) -> str:
        """The annotation of a list that has few places."""
        most = schema.get("maxItems")
        if not isinstance(most, int) or not 0 < most <= _FEW:
            return listed
        self.imports |= {"Annotated", "Field"}
        return f"Annotated[{listed}, Field(max_length={most})]"

    def _reference(self, plan: FieldPlan, defined: set[str] | None, *, inner: bool = False) -> str:
        self.imports.add("Ref")
        shown = plan.target if defined is None or plan.target in defined else f'"{plan.target}"'
        rule = "cascade" if plan.nested else "set_null" if plan.kind == "refs" and not inner else None
        if rule is None or defined is None:
            return f"Ref[{shown}]"
        self.imports |= {"Annotated", "OnDelete"}
        return f'Annotated[Ref[{shown}], OnDelete("{rule}")]'

    def use(self, name: str) -> str:
        """A name as the module has it, imported where that is needed."""
        if name[0].isupper() or name in {"date", "datetime"}:
            self.imports.add(name)
        return f"{name}_type" if name in self.shadowed else name

    def alias(self, name: str, wire: str) -> str | None:
        """The wire name to declare, when the style does not give it."""
        return wire if wire_name(name, self.naming) != wire else None


def bounds_of(schema: JsonSchema) -> tuple[Any, Any]:
    """The least and the most that a document admits of a number, by its bounds or by the numbers that it lists."""
    listed = [value for value in schema.get("enum") or () if isinstance(value, int | float) and not isinstance(value, bool)]
    return (min(listed), max(listed)) if listed else (schema.get("minimum"), schema.get("maximum"))


def _bounds(schema: JsonSchema) -> str:
    """The same as arguments of ``Field``, but for what its storage alone sets."""
    least, most = bounds_of(schema)
    found = [(word, bound) for word, bound in (("ge", least), ("le", most)) if isinstance(bound, int | float) and abs(bound) < _STORED]
    return ", ".join(f"{word}={bound:g}" for word, bound in found)


def _limits(schema: JsonSchema, name: str) -> str:
    """What a document admits of a code, as arguments of ``Field``: its pattern, how long it may be, and what it may be if no name tells."""
    longest, shortest, pattern = _longest(schema), schema.get("minLength"), schema.get("pattern")
    found = [f"min_length={shortest}"] if isinstance(shortest, int) and 1 < shortest <= (longest or _CODE) else []
    found += [f"max_length={longest}"] if longest else []
    if isinstance(pattern, str) and not _MOMENT.search(pattern) and len(shown := quoted(pattern)) <= _SHOWN and is_plain(pattern):
        found.append(f"pattern={shown}")
    elif samples := _samples(schema, name):
        found.append(f"examples=[{', '.join(map(quoted, samples))}]")
    return ", ".join(found)


def _samples(schema: JsonSchema, name: str) -> tuple[str, ...]:
    """A few values of a text of many choices, or of one whose name says nothing of what it holds."""
    given = enum_of(schema) or tuple(text for text in schema.get("examples") or () if isinstance(text, str) and _SAMPLE.fullmatch(text))
    if not given or (not schema.get("enum") and words_for_values().knows(name)):
        return ()
    kept = [text for place, text in enumerate(given) if sum(len(other) + 4 for other in given[: place + 1]) <= _SHOWN]
    return tuple(kept)


def _longest(schema: JsonSchema) -> int | None:
    """How long a text may be, where that makes it a code and not a text."""
    most = schema.get("maxLength")
    return int(most) if isinstance(most, int | float) and 0 < most <= _CODE else None


def _joined(owner: str, name: str) -> str:
    """A class name made of an owner's and a field's, without the words in which one ends and the other begins."""
    first, second = words(owner), words(name)
    overlap = next((n for n in range(min(len(first), len(second)), 0, -1) if first[-n:] == second[:n]), 0)
    if overlap == len(second):  # the status of a status
        overlap = 0
    return pascal("_".join((*first, *second[overlap:])))


def key_style(entity: EntityPlan) -> str:
    """A template of ids like the document's own; empty when it shows none."""
    schema = entity.key.schema
    if schema.get("format") == "uuid" or words(entity.key.wire)[-1:] == ("uuid",) or schema.get("minLength") == _UUID_LENGTH:
        return "{uuid}"
    samples = [schema.get("default"), schema.get("example"), *(schema.get("examples") or ())]
    for sample in (s for s in samples if isinstance(s, str)):
        if _UUID.match(sample):
            return "{uuid}"
        if _DIGITS.match(sample):
            return f"{{digits:{len(sample)}}}"
        if _HEX.match(sample):
            return f"{{hex:{len(sample)}}}"
        if match := _PREFIXED.match(sample):
            return f"{match[1]}{{base62:{len(match[2])}}}"
    if words(entity.key.wire)[-1:] == ("gid",):
        return "{digits:16}"
    if isinstance(pattern := schema.get("pattern"), str) and (found := _style_of(pattern, entity.name)):
        return found
    shortest = schema.get("minLength")
    if isinstance(shortest, int) and _FEWEST_PLACES < shortest <= _CODE:
        return f"{entity.name[:1].upper()}{{digits:{shortest - 1}}}"
    if words(entity.key.wire)[-1:] == ("sid",):
        return entity.name[:2].upper() + "{hex:32}"
    return ""


def _style_of(pattern: str, name: str) -> str:
    """A template of ids that fit a document's pattern; empty when none of the usual ones does."""
    lead = _LEAD.match(pattern)
    starts = dict.fromkeys(["", *([f"{lead[1] or lead[2]}{mark}" for mark in (lead[3], "-", "_")] if lead else [])])
    sizes = sorted({int(size) for size in _SIZE.findall(pattern) if int(size) >= _FEWEST_PLACES})
    sized = [f"{{{letters}:{size}}}" for size in sizes for letters in ("digits", "hex", "base62")]
    ends = [*sized, "{digits:8}", "{n}", "{hex:12}", "{uuid}"]
    fitting = (f"{start}{end}" for end in ends for start in starts)
    return next((s for s in fitting if all(fits(pattern, str(KeyStyle(s).mint(name, n, False))) for n in range(1, _TRIED))), "")
