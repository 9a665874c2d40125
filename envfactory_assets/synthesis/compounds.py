"""Nouns of calls that are made of others: ``user_ticket`` beside tickets, ``text_channel`` beside channels, the efforts of a segment."""

from collections import Counter, defaultdict
from collections.abc import Collection

from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import Route

_RECORD_DEEDS = {"get", "update", "delete", "act"}


def compounds(readings: list[Reading]) -> dict[str, str]:
    """Nouns of calls that end in another call's noun: ``get_user_tickets`` speaks of tickets."""
    counts = Counter(r.route.thing for r in readings if r.route.named)
    changed = {r.route.thing for r in readings if r.route.named and r.route.deed not in {"list", "search"}}
    read_only = {r.route.thing for r in readings if r.route.named} - {r.route.thing for r in readings if r.route.deed != "get"}
    made = {r.route.thing for r in readings if r.route.deed == "create"} | {r.route.thing for r in readings if not r.route.named}
    listed = {r.route.thing for r in readings if r.route.named and r.route.deed in {"list", "search"} and _called_many(r.route)}
    keyed = _keyed_by_name(readings)
    found: dict[str, str] = _told_longer(readings) | _kinds(counts, keyed)
    for thing in sorted(set(counts) - found.keys()):
        wider = [other for other in counts if thing.endswith(f"_{other}") and counts[other] > counts[thing]]
        if (thing in read_only or thing not in made) and thing not in listed | keyed.keys():
            wider += [other for other in counts if thing.startswith(f"{other}_") and counts[other] > 1]
        if wider and (thing not in changed or thing in read_only or thing not in made):
            found[thing] = max(wider, key=lambda other: (counts[other], len(other), other))
    return found


def _called_many(route: Route) -> bool:
    """Whether the name of a call ends in several things: ``list_problem_solutions``."""
    said = words(route.operation.operation_id)
    ends = bool(said) and noun(said[-1]) != said[-1] and noun(said[-1]) == route.thing.rpartition("_")[2]
    return ends and not route.operation.path


def _keyed_by_name(readings: list[Reading]) -> dict[str, str]:
    """The things of calls that take a key called after the thing, or after its last word, and nothing else's: ``effort_id``."""
    found: dict[str, str] = {}
    for reading in readings:
        route = reading.route
        given = {snake(p.name): p.name for p in route.arguments}
        first, _, last = route.thing.rpartition("_")
        around = bool(first) and any(name.removesuffix("_id") in {first, first.partition("_")[0]} for name in given if name.endswith("_id"))
        ends = (f"{stem}_id" for stem in (route.thing, *(() if around else (last,))))
        key = next((given[end] for end in ends if end in given), None)
        if route.named and route.deed in _RECORD_DEEDS and key is not None:
            found.setdefault(route.thing, key)
    return found


def _told_longer(readings: list[Reading]) -> dict[str, str]:
    """Nouns of what calls list inside a record, by which other calls speak of it: efforts of a segment beside ``get_segment_effort``."""
    chains: dict[str, set[str]] = defaultdict(set)
    for reading in readings:
        if reading.route.named:
            chains[reading.route.thing].add("_".join(reading.route.chain))
    longer = {thing: next(iter(told)) for thing, told in chains.items() if len(told) == 1}
    return {thing: told for thing, told in longer.items() if told != thing and told in chains}


def _kinds(counts: Collection[str], keyed: dict[str, str]) -> dict[str, str]:
    """Nouns of calls that end in one that is told by a key of its own, and are told by none: ``text_channel`` beside ``channel_id``."""
    ends = {thing: thing.partition("_")[2] for thing in counts if "_" in thing and thing not in keyed}
    return {thing: end for thing, end in ends.items() if end in keyed and end in counts}
