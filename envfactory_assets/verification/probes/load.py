"""Catches environments that refuse good states, or take broken ones that a later call would stumble over."""

from collections.abc import Iterator
from typing import Any

import orjson

from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.records import EntitySpec
from envfactory_assets.verification.caller import State, rows_of, unknown_key
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.parts import bare, steps_of
from envfactory_assets.verification.subject import Subject


def probe(subject: Subject) -> Iterator[Observation]:
    """The empty state and every scenario load; states broken in one place are refused."""
    yield _loads(subject, "empty state", subject.environment.empty_state())
    for index, state in enumerate(subject.states):
        yield _loads(subject, f"scenario {index}", state)
    if subject.states:
        fullest = max(subject.states, key=lambda state: sum(map(len, state["tables"].values())))
        for what, broken in _broken(subject, fullest):
            error = _error(subject, broken)
            refused = isinstance(error, ScenarioError)
            yield Observation(f"refuses {what}", refused, {"state": None if refused else broken, "error": repr(error) if error else None})


def _loads(subject: Subject, name: str, state: State) -> Observation:
    error = _error(subject, state)
    return Observation(name, error is None, {"error": str(error), "state": state} if error else {})


def _error(subject: Subject, state: State) -> Exception | None:
    try:
        subject.start(state)
    except Exception as error:  # noqa: BLE001 - whatever a broken state brings up is what is looked for
        return error
    return None


def _copy(state: State) -> State:
    copied: State = orjson.loads(orjson.dumps(state))
    return copied


def _broken(subject: Subject, state: State) -> Iterator[tuple[str, State]]:
    without_clock = _copy(state)
    del without_clock["now"]
    yield "a state without now", without_clock
    stray = _copy(state)
    stray["tables"]["no_such_table"] = []
    yield "an unknown table", stray
    for entity in subject.spec.entities:
        if state["tables"].get(entity.table):
            yield from _broken_rows(subject, entity, state)


def _broken_rows(subject: Subject, entity: EntitySpec, state: State) -> Iterator[tuple[str, State]]:
    def changed() -> tuple[State, list[dict[str, object]]]:
        fresh = _copy(state)
        return fresh, fresh["tables"][entity.table]

    fresh, rows = changed()
    del rows[0][entity.key]
    yield f"{entity.name} without its key", fresh
    fresh, rows = changed()
    rows[0][entity.key] = {"broken": True}
    yield f"{entity.name} with a key of the wrong type", fresh
    fresh, rows = changed()
    rows.append(dict(rows[0]))
    yield f"{entity.name} with a key that occurs twice", fresh
    for choice in (field for field in entity.fields if field.type == "enum"):
        fresh, rows = changed()
        rows[0][choice.name] = "no such choice"
        yield f"{entity.name} with a {choice.name} that is no choice", fresh
    for reference in (field for field in entity.fields if field.type == "ref"):
        fresh, rows = changed()
        target = subject.spec.entity(str(reference.ref))
        rows[0][reference.name] = unknown_key([row[target.key] for row in rows_of(subject.spec, state, target.name)])
        yield f"{entity.name} with a dangling {reference.name}", fresh
    for part in (field for field in entity.fields if field.inner_refs):
        for place, name in zip(part.inner_paths, part.inner_refs, strict=False):
            key = subject.spec.entity(name).key
            unknown = unknown_key([row[key] for row in rows_of(subject.spec, state, name)])
            fresh, rows = changed()
            if any(_put(row.get(part.name), steps_of(place), unknown) for row in rows):
                yield f"{entity.name} with a dangling {place}", fresh


def _put(value: Any, steps: list[str], key: Any) -> bool:
    """Put a key where a path inside a value leads; False when it leads nowhere."""
    if isinstance(value, list):
        return any(_put(part, steps, key) for part in value)
    name = next((each for each in value if bare(each) == steps[0]), None) if isinstance(value, dict) and steps else None
    if name is None or value[name] is None:
        return False
    if len(steps) > 1:
        return _put(value[name], steps[1:], key)
    value[name] = [key] if isinstance(value[name], list) else key
    return True
