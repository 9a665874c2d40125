"""Which optional parameters a chain uses: what a filter narrows, what an update changes, a few details of what is made."""

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

from envfactory_assets.bundled import read_yaml
from envfactory_assets.graph.drafts import Instance
from envfactory_assets.graph.model import has_family, is_caller, is_write, meant_entity, subject, summed
from envfactory_assets.graph.once import once
from envfactory_assets.records import EnvironmentSpec, ParameterSpec, ToolSpec

MOST_DETAILS = 3
MOST_SAID = 5  # values a person says for one call without being asked for them one by one
MOST_FILTERS = 2
LABEL = 0.9  # how often a thing that is made is given its name
DETAIL = 0.3  # how often each optional detail of a write is said
FILTER = 0.4  # how often each filter of a question is used
LOOK_UP_FILTER = 0.35  # the same for a look-up that serves a later step


def optional_details(spec: EnvironmentSpec, tool: ToolSpec, rng: Random, *, given: Instance | None = None) -> tuple[str, ...]:
    """Optional parameters for a step that is wanted for itself.

    Args:
        spec: the environment.
        tool: the tool of the step.
        rng: where choices come from.
        given: a record the step is to take; an optional parameter may be the one that takes it.
    """
    said = _optional(spec, tool)
    keyed = [name for name, entity in said.keyed if given is not None and entity == given.entity][:1]
    if not is_write(tool):
        return (*keyed, *[name for name, weight in said.sayable if rng.random() < FILTER * weight][:MOST_FILTERS])
    chosen = [name for name, weight in said.spoken if rng.random() < weight][:MOST_DETAILS]
    if not chosen and said.empty_without:
        weights = [weight for _, weight in said.instead]
        chosen = [(said.instead[0] if said.makes else rng.choices(said.instead, weights)[0])[0]] if said.instead else []
    return (*keyed, *chosen)


@dataclass(frozen=True)
class _Optional:
    """The optional parameters of a tool, each with a weight.

    Attributes:
        keyed: those that take a key, with the entity it names.
        sayable: those that a person would state, the most natural first.
        spoken: of a write the same, labels first, with how often each is said.
        empty_without: whether the write asks for nothing when none of them is said.
        instead: what is said then.
        makes: whether the write acts on no record that is there.
    """

    keyed: list[tuple[str, str]]
    sayable: list[tuple[str, float]]
    spoken: list[tuple[str, float]]
    empty_without: bool
    instead: list[tuple[str, float]]
    makes: bool


@once
def _optional(spec: EnvironmentSpec, tool: ToolSpec) -> _Optional:
    free = [item for item in tool.parameters if not item.required]
    natural = sorted((item for item in free if is_sayable(spec, item)), key=lambda item: -naturalness(item))
    main = subject(tool)
    sayable = sorted(natural, key=lambda item: main is None and not words_of(item.name) & _words()["label"])
    required = [item for item in tool.parameters if item.required and item is not main and meant_entity(spec, item) is None]
    return _Optional(
        keyed=[(item.name, entity) for item in free if (entity := meant_entity(spec, item)) is not None],
        sayable=[(item.name, naturalness(item)) for item in natural],
        spoken=[(item.name, LABEL if main is None and item is sayable[0] else DETAIL * naturalness(item)) for item in sayable],
        empty_without=not required and (main is None or has_family(tool, "update")),
        instead=[
            (item.name, naturalness(item))
            for item in sayable or [item for item in free if item.role == "value" and item.type in {"object", "array"}]
        ],
        makes=main is None,
    )


def look_up_filters(spec: EnvironmentSpec, tool: ToolSpec, target: ToolSpec, rng: Random) -> tuple[str, ...]:
    """Filters of a look-up that serves a later step, but none on the field that step is about to move."""
    moved = {effect.field for effect in target.effects if effect.field}
    narrowing = [
        item
        for item in tool.parameters
        if not item.required and item.role in {"filter", "search"} and item.field not in moved and is_sayable(spec, item)
    ]
    return tuple([item.name for item in narrowing if rng.random() < LOOK_UP_FILTER * naturalness(item)][:MOST_FILTERS])


@once
def is_sayable(spec: EnvironmentSpec, parameter: ParameterSpec) -> bool:
    """Whether a person would state a value for a parameter."""
    if parameter.role in {"page", "sort"} or parameter.type in {"object", "array"} or is_caller(spec, parameter):
        return False
    internal = words_of(parameter.name) & _words()["internal"]
    return meant_entity(spec, parameter) is None and not is_recorded(parameter) and not internal


def is_recorded(parameter: ParameterSpec) -> bool:
    """Whether a parameter sets a moment that a service writes down itself: when something was created, synced or restored."""
    words = words_of(parameter.name)
    moment = parameter.type in {"date", "datetime"} or words & _words()["moment"]
    return bool(moment and words & _words()["recorded"] and parameter.role != "filter")


def asks_much(spec: EnvironmentSpec, tool: ToolSpec) -> bool:
    """Whether a call takes more from a person than anybody says in one breath, or something that nobody would say."""
    needed = summed(spec, tool)
    said = [
        item
        for item in tool.parameters
        if (item.required or item.name in needed)
        and meant_entity(spec, item) is None
        and not is_caller(spec, item)
        and not is_about_now(item)
    ]
    strange = [item for item in said if item.type not in {"object", "array"} and not is_sayable(spec, item)]
    return bool(strange) or sum(_parts(tool.input_schema.get("properties", {}).get(item.name, {})) for item in said) > MOST_SAID


def _parts(schema: dict[str, Any]) -> int:
    """How many values something that a schema describes is made of, at least."""
    if "items" in schema:
        return _parts(schema["items"])
    inner = schema.get("properties", {})
    return sum(_parts(inner[name]) for name in schema.get("required", ()) if name in inner) or 1


@once
def is_about_now(parameter: ParameterSpec) -> bool:
    """Whether a parameter is the moment of the call itself."""
    return parameter.type in {"date", "datetime"} and bool(words_of(parameter.name) & _words()["now"])


@once
def naturalness(parameter: ParameterSpec) -> float:
    """How readily a person would mention a parameter: above 1 what people speak of, below what is technical."""
    words = words_of(parameter.name)
    if words & _words()["label"]:
        return 1.6
    if words & _words()["technical"]:
        return 0.2
    if words & _words()["spoken"] or parameter.type in {"date", "datetime", "money"}:
        return 1.4
    return 0.4 if parameter.type == "boolean" else 0.8


def roles_in(name: str, entity: str) -> set[str]:
    """What a key's name says besides the entity it names: of ``parentImageItemId`` that it is a parent's and about an image."""
    return words_of(name) - words_of(entity) - _words()["key"]


def ends_as_key(name: str) -> bool:
    """Whether the last word of a name says that it is a key."""
    return bool(_cut(name)) and _cut(name)[-1] in _words()["key"]


def is_elsewhere(name: str) -> bool:
    """Whether a name is that of a key in another system."""
    return bool(words_of(name) & _words()["elsewhere"])


def is_person(entity: str) -> bool:
    """Whether an entity's records are people, who may act in any role."""
    return bool(words_of(entity) & _words()["people"])


@cache
def is_label(name: str) -> bool:
    """Whether a field's name says that people call its record by it."""
    return bool(words_of(name) & _words()["label"])


def words_of(name: str) -> set[str]:
    """The words in a name, cut at underscores, dashes and capitals."""
    return set(_cut(name))


@cache
def _cut(name: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name))


@cache
def _words() -> dict[str, frozenset[str]]:
    text = files("envfactory_assets.graph").joinpath("words.yaml").read_text(encoding="utf-8")
    return {name: frozenset(words) for name, words in read_yaml(text).items()}
