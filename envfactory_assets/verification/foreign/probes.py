"""Probes of foreign modules, beside those of our own that look at calls and states only.

What a tool reads, takes and is about is inferred from names; so a probe here accepts any typed refusal where one of ours insists on a kind.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import orjson

from envfactory_assets.environments.errors import ScenarioError
from envfactory_assets.environments.foreign import AnyEpisode, ForeignEnvironment, ForeignEpisode
from envfactory_assets.records import ParameterSpec, ToolSpec
from envfactory_assets.verification.always import FITS, RESOLVES
from envfactory_assets.verification.caller import State, plain_schema, rows_of, unknown_key
from envfactory_assets.verification.observation import Observation, Probe
from envfactory_assets.verification.probes import (
    acceptance,
    atomicity,
    inputs,
    invariants,
    isolation,
    purity,
    reachability,
    round_trip,
)
from envfactory_assets.verification.steps import Step, is_read
from envfactory_assets.verification.subject import Subject

_LONG = 50_000
_HOSTILE: dict[str, tuple[Any, ...]] = {
    "string": ("", " ", "\x00", "a" * _LONG, "%s{}{0.__class__}", "' OR 1=1 --", "../../etc/passwd", "🦊\u202e", "[](.*"),
    "integer": (0, -1, 2**62, -(2**62)),
    "number": (0, -0.01, 1e300, -1e300),
    "array": ([], [None] * 3, [{}] * 2000),
    "object": ({}, {"": None}, {"__class__": 1, "a" * 5000: []}),
    "boolean": (True, False),
}


def load_probe(subject: Subject) -> Iterator[Observation]:
    """Every scenario loads; what is no scenario is refused, and the episode goes on as it was."""
    for index, state in enumerate(subject.states):
        error = _load_error(subject, state)
        yield Observation(f"scenario {index}", error is None, {"error": error, "state": state} if error else {})
    if subject.states:
        fullest = max(subject.states, key=lambda state: sum(map(len, state["tables"].values())))
        if _load_error(subject, fullest) is None:
            yield from _refuses_broken(subject, fullest)


def _refuses_broken(subject: Subject, state: State) -> Iterator[Observation]:
    for what, broken in _broken(subject, state):
        episode = subject.start(state)
        error = None
        try:
            episode.reset({subject.env_id: broken})
        except ScenarioError as refusal:
            error = str(refusal)
        untouched = error is not None and subject.state(episode) == state
        yield Observation(f"refuses {what}", untouched, {"error": error} if untouched else {"error": error, "scenario": broken})


def _broken(subject: Subject, state: State) -> Iterator[tuple[str, dict[str, Any]]]:
    """Scenarios in the module's own shape, each with one row that is none or has a field of the wrong type."""
    environment = subject.environment
    if not isinstance(environment, ForeignEnvironment):
        return
    for name, table in environment.layout.tables.items():
        if state["tables"][name]:
            for what, row in (("text where a row belongs", "no row"), ("a row without fields", {})):
                whole = environment.layout.scenario(_copied(state))
                rows = whole[name]
                rows[next(iter(rows)) if isinstance(rows, dict) else 0] = row
                if row or table.row.get("required"):
                    yield f"{name} with {what}", whole
    whole = environment.layout.scenario(_copied(state))
    for name in environment.layout.tables:
        yield f"{name} that is a number", {**whole, name: 7}


def _load_error(subject: Subject, state: State) -> str | None:
    try:
        subject.start(state)
    except ScenarioError as error:
        return str(error)
    return None


def _copied(state: State) -> State:
    copied: State = orjson.loads(orjson.dumps(state))
    return copied


def unknown_ids_probe(subject: Subject) -> Iterator[Observation]:
    """A call that works, with one id replaced by an unknown one, is refused and changes nothing; a reading tool may also find nothing."""
    for tool in subject.spec.tools:
        step = subject.witness(tool)
        for parameter in tool.parameters:
            if step is not None and parameter.entity and parameter.role in {"key", "reference"} and parameter.name in step.arguments:
                yield _refuses_unknown(subject, tool, parameter, step)


def _refuses_unknown(subject: Subject, tool: ToolSpec, parameter: ParameterSpec, step: Step) -> Observation:
    entity = subject.spec.entity(str(parameter.entity))
    keys = [row.get(entity.key) for row in rows_of(subject.spec, step.before, entity.name)]
    unknown = unknown_key(keys)
    arguments = {**step.arguments, parameter.name: [unknown] if parameter.type == "array" else unknown}
    episode = subject.start(step.before)
    result = subject.call(episode, tool, arguments)
    refused = result.error is not None and result.defect is None
    passed = (refused or (result.ok and is_read(tool) and _found_nothing(tool, result.value, keys, arguments))) and subject.state(
        episode
    ) == step.before
    said = {"code": result.error.code, "message": result.error.message} if result.error else {"result": result.value}
    return Observation(
        f"{tool.name}.{parameter.name}", passed, {"arguments": arguments, **said, **({} if passed else {"state": step.before})}
    )


def _found_nothing(tool: ToolSpec, value: Any, keys: list[Any], arguments: dict[str, Any]) -> bool:
    """A list or search names no known row; any other reading tool says nothing but zeros, blanks and its own arguments."""
    said = list(_leaves(value))
    if tool.returns.many:
        return not set(map(str, keys)) & set(map(str, said))
    return all(not leaf or leaf in list(_leaves(arguments)) for leaf in said)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield value


def hostile_probe(subject: Subject) -> Iterator[Observation]:
    """Values of the right type that no one means get a plain answer: a value or a typed refusal, not a mistake of the module."""
    for tool in subject.spec.tools:
        step = subject.witness(tool)
        if step is not None and tool.parameters:
            yield _answers_hostile(subject, tool, step)


def _answers_hostile(subject: Subject, tool: ToolSpec, step: Step) -> Observation:
    episode = subject.start(step.before)
    tried = 0
    for parameter in tool.parameters:
        schema = plain_schema(tool.input_schema["properties"].get(parameter.name, {}))
        for value in () if schema.get("enum") else _HOSTILE.get(str(schema.get("type", "string")), ()):
            arguments = {**step.arguments, parameter.name: value}
            before = subject.state(episode)
            result = subject.call(episode, tool, arguments)
            tried += 1
            shown = {"argument": parameter.name, "value": repr(value)[:80]}
            if result.defect is not None:
                return Observation(tool.name, False, {**shown, "state": before, "defect": result.defect})
            if not result.ok and subject.state(episode) != before:
                return Observation(tool.name, False, {**shown, "state": before, "what": "the refusal changed the state"})
            if _load_error(subject, subject.state(episode)):
                return Observation(tool.name, False, {**shown, "state": before, "what": "the state reached does not load again"})
    return Observation(tool.name, True, {"values": tried})


def isolation_probe(subject: Subject) -> Iterator[Observation]:
    """Two interleaved episodes answer as each does alone; so do two objects in one module, or it keeps something outside them."""
    yield from isolation.probe(subject)
    environment = subject.environment
    if subject.walks and isinstance(environment, ForeignEnvironment) and environment.has_class:
        yield _objects(subject, environment)


def _objects(subject: Subject, environment: ForeignEnvironment) -> Observation:
    """The walk that changes most, made by two objects at once: each answers as one alone did."""
    walk = max(subject.walks, key=lambda walk: sum(step.before != step.after for step in walk.steps))
    left = ForeignEpisode({subject.env_id: environment})
    left.reset({subject.env_id: walk.start})
    right = ForeignEpisode({subject.env_id: environment}, beside=left)
    try:
        right.reset({subject.env_id: walk.start})
    except ScenarioError as error:
        return Observation("objects of one module", False, {"error": str(error)})
    for step in walk.steps:
        for episode in (left, right):
            difference = _difference(subject, episode, step)
            if difference is not None:
                return Observation("objects of one module", False, difference)
    return Observation("objects of one module", True, {"calls": 2 * len(walk.steps)})


def _difference(subject: Subject, episode: AnyEpisode, step: Step) -> dict[str, Any] | None:
    result = subject.call(episode, step.tool, step.arguments)
    if result.content == step.result.content and subject.state(episode) == step.after:
        return None
    what = "what the module keeps outside its object is shared by all objects"
    return {**subject.evidence(step), "what": what, "result_beside_another": result.content}


def reachability_probe(subject: Subject) -> Iterator[Observation]:
    """As for ours; but what an argument is about is told by names only, so a tool that was not made to succeed is a warning."""
    for seen in reachability.probe(subject):
        unexamined = {} if seen.passed else {"what": "It never succeeded, so it was hardly examined."}
        yield replace(seen, severity="warning", evidence={**unexamined, **seen.evidence})


def purity_probe(subject: Subject) -> Iterator[Observation]:
    """As for ours; that a tool reads is what its name tells whoever calls it."""
    for seen in purity.probe(subject):
        told = {} if seen.passed else {"what": "By its name the tool only reads, and it changes the state."}
        yield replace(seen, evidence={**told, **seen.evidence})


def acceptance_probe(subject: Subject) -> Iterator[Observation]:
    """As for ours; but signatures of this shape seldom say what an object or a list must hold, so a refused argument is a warning."""
    for seen in acceptance.probe(subject):
        yield replace(seen, severity="warning")


def invariants_probe(subject: Subject) -> Iterator[Observation]:
    """As for ours; but which field refers to what is told by names only, so a reference to nothing is a warning."""
    for seen in invariants.probe(subject):
        yield replace(seen, severity="warning") if seen.subject in {RESOLVES, FITS} else seen


FOREIGN_PROBES: dict[str, Probe] = {
    "reachability": reachability_probe,
    "invariants": invariants_probe,
    "purity": purity_probe,
    "atomicity": atomicity.probe,
    "unknown_ids": unknown_ids_probe,
    "inputs": inputs.probe,
    "hostile_inputs": hostile_probe,
    "acceptance": acceptance_probe,
    "round_trip": round_trip.probe,
    "isolation": isolation_probe,
}
"""By name, in the order they run, after the module was loaded."""
