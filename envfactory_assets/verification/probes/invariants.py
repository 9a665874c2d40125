"""Catches calls that break the state or the module: defects inside tools, states that no longer load, references to nothing."""

from collections.abc import Iterator

from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.records import FieldSpec
from envfactory_assets.verification.caller import State
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step, Walk
from envfactory_assets.verification.subject import Subject

_LOAD_EVERY = 8


def probe(subject: Subject) -> Iterator[Observation]:
    """Along every walk no tool fails by its own defect, each state loads again, and every reference resolves."""
    for tool in subject.spec.tools:
        steps = list(subject.steps(tool))
        broken = next((step for step in steps if step.result.defect), None)
        yield Observation(
            tool.name, broken is None, {**subject.evidence(broken), "defect": broken.result.defect} if broken else {"calls": len(steps)}
        )
    for walk in subject.walks:
        yield _states_load(subject, walk)
        doubles = list(_doubles(subject, walk.steps[-1].after))
        yield Observation("unique values", not doubles, {**subject.evidence(walk.steps[-1]), "doubles": doubles} if doubles else {})
        dangling = list(_dangling(subject, walk.steps[-1].after))
        yield Observation(
            "references resolve", not dangling, {**subject.evidence(walk.steps[-1]), "dangling": dangling} if dangling else {}
        )


def _states_load(subject: Subject, walk: Walk) -> Observation:
    for step in (*walk.steps[::_LOAD_EVERY], walk.steps[-1]):
        error = _load_error(subject, step)
        if error is not None:
            return Observation("reached states load", False, {**subject.evidence(step), "load_error": error})
    return Observation("reached states load", True)


def _load_error(subject: Subject, step: Step) -> str | None:
    try:
        subject.start(step.after)
    except ScenarioError as error:
        return str(error)
    return None


def _doubles(subject: Subject, state: State) -> Iterator[str]:
    """Values that two rows have, of fields by which they are told apart."""
    for entity in subject.spec.entities:
        for field in (field for field in entity.fields if field.unique):
            values = [row[field.name] for row in state["tables"][entity.table] if row[field.name] is not None]
            yield from (f"{entity.name}.{field.name}: {value!r}" for value in sorted(set(values)) if values.count(value) > 1)


def _dangling(subject: Subject, state: State) -> Iterator[str]:
    for entity in subject.spec.entities:
        for field in entity.fields:
            if field.ref:
                known = {row[subject.spec.entity(field.ref).key] for row in state["tables"][subject.spec.entity(field.ref).table]}
                for row in state["tables"][entity.table]:
                    yield from (f"{entity.name}.{field.name} -> {key!r}" for key in _keys(row, field) if key not in known)


def _keys(row: dict[str, object], field: FieldSpec) -> list[object]:
    value = row.get(field.name)
    return value if isinstance(value, list) else [] if value is None else [value]
