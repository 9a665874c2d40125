"""Which nouns stand for several record types, told apart by the word before them in paths: rules for faxes and rules for text messages."""

from collections import defaultdict
from collections.abc import Iterable

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun
from envfactory_assets.synthesis.plan import ToolPlan
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import Route

_ON_ONE = frozenset({"get", "update", "delete"})
Place = tuple[str, str]
"""The word before a noun, and the noun."""


def told_apart(readings: Iterable[Reading]) -> set[Place]:
    """The places of nouns that stand behind several words, each with a collection of its own that shows no record of another's."""
    lives: dict[Place, list[Reading]] = defaultdict(list)
    for reading in readings:
        if not reading.route.named and ((before := word_before(reading.route)) or _stands_free(reading.route)):
            lives[before, reading.route.thing].append(reading)
    places: dict[str, set[Place]] = defaultdict(set)
    for place, group in lives.items():
        free = ("", place[1]) in lives  # beside one that stands free, other views are common, and making is not
        if _is_collection(group) and (not free or any(reading.route.deed == "create" for reading in group)):
            places[place[1]].add(place)
    return {each for alike in places.values() for each in alike if len(alike) > 1 and not _shares(each, alike - {each}, lives)}


def word_before(route: Route) -> str:
    """The word right before a thing in a path; empty where a record, a version, or for whom the path is stands there."""
    parts = [part for part in route.operation.path.split("/") if part]
    places = [place for place, part in enumerate(parts) if "{" not in part and noun(part) == route.thing]
    before = parts[places[-1] - 1] if places and places[-1] > 0 else ""
    aside = "{" in before or before.lower() in lexicon().path_noise or any(letter.isdigit() for letter in before)
    return "" if aside or noun(before) in lexicon().audience_words | lexicon().caller_things else noun(before)


def of_other_collections(tools: Iterable[ToolPlan]) -> list[ToolPlan]:
    """Tools of one record that stand behind another word than where records are made, which has a tool of the same kind itself.

    To change ``/services/allocations/{id}`` is not to change what is made at ``/resources/{id}/allocations``.
    """
    by_entity: dict[int, list[ToolPlan]] = defaultdict(list)
    for tool in tools:
        by_entity[id(tool.entity)].append(tool)
    found = []
    for mine in by_entity.values():
        placed = [(tool, _holder_word(tool)) for tool in mine]
        made = {word for tool, word in placed if tool.family == "create"}
        own = {tool.family for tool, word in placed if word in made and tool.family in _ON_ONE}
        if len(made) == 1 and "" not in made:
            found += [tool for tool, word in placed if tool.family in own and word and word not in made]
    return found


def _holder_word(tool: ToolPlan) -> str:
    """The last word before the one that a path calls its record by; empty where there is none."""
    parts = [part for part in tool.operation.path.split("/") if part and "{" not in part]
    places = [place for place, part in enumerate(parts) if noun(part) == tool.entity.thing]
    before = parts[places[-1] - 1] if places and places[-1] > 0 else ""
    return (
        ""
        if any(letter.isdigit() for letter in before)
        or noun(before) in lexicon().audience_words | lexicon().caller_things | {"api", "rest"}
        else noun(before)
    )


def _stands_free(route: Route) -> bool:
    """Whether nothing stands before a thing in its path."""
    parts = [part for part in route.operation.path.split("/") if part and part.lower() not in lexicon().path_noise]
    parts = [part for part in parts if "{" in part or not any(letter.isdigit() for letter in part)]
    return bool(parts) and noun(parts[0]) == route.thing and not route.parents


def _is_collection(group: list[Reading]) -> bool:
    """Whether records are shown at a place, and made there or told by a key."""
    deeds = {reading.route.deed for reading in group}
    return bool(deeds & {"list", "get"}) and ("create" in deeds or any(reading.route.key for reading in group))


def _shares(place: Place, others: set[Place], lives: dict[Place, list[Reading]]) -> bool:
    """Whether a record shown at one place is shown at another under the same name."""
    shown = {
        each: {r.response.shape.name for r in lives[each] if r.response and r.response.shape.name and r.route.deed != "delete"}
        for each in (place, *others)
    }
    unsaid = any(not each[0] and not (shown[place] and shown[each]) for each in others)  # beside what stands free, names must tell
    return unsaid or any(shown[place] & shown[other] for other in others)
