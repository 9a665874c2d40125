"""Catches new ids of another style than the ids there are."""

import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

from envfactory_assets.records import EntitySpec
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.parts import inside
from envfactory_assets.verification.steps import Step, is_read, made_rows
from envfactory_assets.verification.subject import Subject

_FEW = 3
_STEPS = 6
_LETTERS = (
    re.compile(r"[0-9]+"),
    re.compile(r"[0-9a-f-]+"),
    re.compile(r"[0-9A-F-]+"),
    re.compile(r"[0-9A-Z]+"),
    re.compile(r"[0-9A-Za-z]+"),
)
_NUMBERED = re.compile(r"(.*?)(\d+)")


def probe(subject: Subject) -> Iterator[Observation]:
    """A new id begins as those of its kind begin and is made of the same letters."""
    made: dict[str, list[tuple[Step, Any]]] = {}
    for tool in subject.spec.tools:
        done = () if is_read(tool) else chain(subject.successes(tool), (each for each in subject.trials_of(tool) if each.result.ok))
        for step in islice(done, _STEPS):
            for entity in subject.spec.entities:
                made.setdefault(entity.name, []).extend((step, row[entity.key]) for row in made_rows(subject.spec, step, entity.name))
    for entity in subject.spec.entities:
        steps = made.get(entity.name, [])
        odd = next((step for step, key in steps if not _fits(key, _keys(subject, entity, step)) and not _given(step, key)), None)
        if steps:
            yield Observation(entity.name, odd is None, subject.evidence(odd) if odd else {"made": len(steps)}, severity="warning")


def _given(step: Step, key: Any) -> bool:
    """Whether the caller chose the key."""
    return str(key) in map(str, inside(step.arguments))


def _keys(subject: Subject, entity: EntitySpec, step: Step) -> set[Any]:
    return {row[entity.key] for row in rows_of(subject.spec, step.before, entity.name)}


def _fits(key: Any, known: set[Any]) -> bool:
    """Whether a key is of the style that all known ones are of."""
    if len(known) < _FEW:
        return True
    if not all(isinstance(each, str) for each in (key, *known)):
        return isinstance(key, type(next(iter(known))))
    for letters in _LETTERS:
        if all(letters.fullmatch(each) for each in known):
            if not letters.fullmatch(key):
                return False
            break
    numbered = [_NUMBERED.fullmatch(each) for each in known]
    if not all(numbered) or len({match[1] for match in numbered if match}) > 1:
        return True
    new = _NUMBERED.fullmatch(key)
    return new is not None and new[1] == next(match[1] for match in numbered if match)
