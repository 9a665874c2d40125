"""Comparing what the rules understand of a document with what a careful reader wrote down about it.

What is labelled: every record type that an operation makes, reads, lists, changes or deletes, ``key: null`` when nothing names one record,
and the caller's own record where others name it or it can be changed; as key what paths and arguments take, spelt as answers show it, else
as the argument; as links the properties, of answers and of what is sent, that hold the key of such a record or the record, not those
nested deeper; and ``(path)`` to every record around a list or a making that no property of the record leads to, be there one or many.
One record type under several words is one.

A label is matched one to one: an inferred record type with a labelled one by noun, else by a name that either side gives as right too.
Names are compared without spelling style and number (``orderItems`` is order_item); names of properties without style only. What is
inferred about a record type that no reader saw is wrong. Three things are not held against the rules: a list whose parameters search
and select at once may be called a list or a search; and a filter on the key that a property holds may be written with the property
(``customer``) or with the key inside it (``customer.id``). Whether a text is met whole or in part stands in a document's prose alone,
so ``eq`` and ``contains`` count as one operator, and so do ``contains`` and ``search`` of a parameter that is called a search; ``any_of``,
``ge`` and ``le`` must be exact.
"""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from envfactory_assets.corpus.formats.reading import read_document
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.meaning import Meaning, infer_meaning
from envfactory_assets.synthesis.names import noun, snake

LABELLED = Path(__file__).with_name("labelled")
FOLDERS = ("tuned", "untouched", "fresh")
READS_MANY = {"list", "search"}


@dataclass
class Count:
    """How many of one kind of fact were right, how many were inferred, and how many a reader saw."""

    right: int = 0
    inferred: int = 0
    labelled: int = 0

    def __add__(self, other: "Count") -> "Count":
        return Count(self.right + other.right, self.inferred + other.inferred, self.labelled + other.labelled)

    @property
    def precision(self) -> float:
        return self.right / self.inferred if self.inferred else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.labelled if self.labelled else 1.0

    @property
    def f1(self) -> float:
        total = self.inferred + self.labelled
        return 2 * self.right / total if total else 1.0


KINDS = ("entities", "keys", "links", "envelopes", "filters", "effects")


@dataclass
class Score:
    """The counts of one document, or of several, and what was wrong in words."""

    counts: dict[str, Count] = field(default_factory=lambda: {kind: Count() for kind in KINDS})
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Score") -> "Score":
        return Score({kind: self.counts[kind] + other.counts[kind] for kind in KINDS}, [*self.wrong, *other.wrong])


def score_folder(folder: str) -> dict[str, Score]:
    """The score of every document of a folder of labels, by name."""
    found = {}
    for labels in sorted((LABELLED / folder).glob("*.yaml")):
        document = next(path for path in sorted(labels.parent.glob(f"{labels.stem}.*")) if path.suffix != ".yaml")
        meaning = infer_meaning(read_document(document.read_bytes(), name=document.name))
        found[labels.stem] = score(meaning, yaml.safe_load(labels.read_text(encoding="utf-8")))
    return found


def total(scores: dict[str, Score]) -> Score:
    """All documents together: every fact counts once, wherever it stands."""
    return sum(scores.values(), Score())


def score(meaning: Meaning, labels: dict[str, Any]) -> Score:
    """Compare one document's meaning with its labels."""
    entities = labels.get("entities") or {}
    matched = _match(meaning, entities)
    made = Score()
    _compare(made, "entities", {matched.get(e.thing, f"?{e.thing}") for e in meaning.entities}, set(entities))
    keys = {(matched[e.thing], snake(e.key.wire)) for e in meaning.entities if e.thing in matched}
    _compare(made, "keys", keys, {(name, snake(str(label["key"] or ""))) for name, label in entities.items()})
    links = {(matched.get(k.entity, f"?{k.entity}"), _property(k.wire), matched.get(k.target, f"?{k.target}")) for k in meaning.links}
    said = {
        (*_owner(str(source)), str(target))
        for source, targets in (labels.get("links") or {}).items()
        for target in (targets if isinstance(targets, list) else [targets])
    }
    _compare(made, "links", links, said)
    envelopes = {(each.operation_id, each.wire) for each in meaning.envelopes}
    _compare(made, "envelopes", envelopes, {(str(k), str(v)) for k, v in (labels.get("envelopes") or {}).items()})
    _compare(made, "filters", _filters(meaning), _labelled_filters(labels))
    _compare_effects(made, meaning, labels["effects"], matched)
    return made


def _match(meaning: Meaning, entities: dict[str, Any]) -> dict[str, str]:
    """Inferred noun -> labelled noun."""
    matched: dict[str, str] = {}
    own = {name: {_name(name)} for name in entities}
    wide = {name: {_name(name), *(_name(other) for other in (label or {}).get("also") or ())} for name, label in entities.items()}
    for labels, with_schemas in ((own, False), (wide, False), (wide, True)):
        for entity in meaning.entities:
            names = {_name(entity.thing), *(map(_name, sorted(entity.schema_names)) if with_schemas else ())}
            if entity.thing in matched:
                continue
            free = [name for name in labels if name not in matched.values() and labels[name] & names]
            if free:
                matched[entity.thing] = free[0]
    return matched


def _name(name: str) -> str:
    return noun(name).replace("_", "")


def _property(wire: str) -> str:
    return wire if wire.startswith("(") else ".".join(snake(part) for part in wire.split("."))


def _owner(source: str) -> tuple[str, str]:
    entity, _, wire = source.partition(".")
    return entity, _property(wire)


def _filters(meaning: Meaning) -> set[tuple[str, ...]]:
    return {_filter(each.operation_id, each.parameter, each.wire, each.operator) for each in meaning.filters}


def _labelled_filters(labels: dict[str, Any]) -> set[tuple[str, ...]]:
    return {
        _filter(operation, wire, str(said.get("field") or ""), str(said["operator"]))
        for operation, parameters in (labels.get("filters") or {}).items()
        for wire, said in (parameters or {}).items()
    }


def _filter(operation: str, parameter: str, wire: str, operator: str) -> tuple[str, ...]:
    """One filter as it is compared."""
    if operator == "search" or (operator == "contains" and snake(parameter) in lexicon().search_parameters):
        return (operation, parameter, "search")
    return (operation, parameter, _held(wire), "eq" if operator == "contains" else operator)


def _held(wire: str) -> str:
    """A property, or the one whose inner key is meant."""
    head, _, inner = wire.partition(".")
    return snake(head) if snake(inner) in {"", "id", "gid", "key", "uuid"} else _property(wire)


def _compare_effects(made: Score, meaning: Meaning, labels: dict[str, Any], matched: dict[str, str]) -> None:
    bound = {effect.operation_id: (effect.family, matched.get(effect.entity, f"?{effect.entity}")) for effect in meaning.effects}
    for operation, (family, entity) in bound.items():
        label = labels[operation]
        families = READS_MANY if label["effect"] in READS_MANY else {label["effect"]}
        if family in families and entity == label.get("entity"):
            made.counts["effects"].right += 1
        else:
            made.wrong.append(f"effects: {operation} is {label['effect']} {label.get('entity', '')}, not {family} {entity}")
    made.counts["effects"].inferred = len(bound)
    wanted = {operation for operation, label in labels.items() if label["effect"] != "none"}
    made.counts["effects"].labelled = len(wanted)
    made.wrong += [f"effects: {o} is {labels[o]['effect']} {labels[o].get('entity', '')}, not bound" for o in sorted(wanted - bound.keys())]


def _compare(made: Score, kind: str, inferred: set[Any], labelled: set[Any]) -> None:
    made.counts[kind] = Count(len(inferred & labelled), len(inferred), len(labelled))
    made.wrong += [f"{kind}: missing {item}" for item in sorted(labelled - inferred)]
    made.wrong += [f"{kind}: not so {item}" for item in sorted(inferred - labelled)]


def unlabelled_operations(meaning: Meaning, labels: dict[str, Any]) -> Counter[str]:
    """Operations of the document without a label, and labels without an operation."""
    present = {operation.operation_id for operation in meaning.document.operations}
    return Counter(dict.fromkeys(present ^ set(labels["effects"]), 1))
