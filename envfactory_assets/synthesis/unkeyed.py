"""Record types of which no path names one record: they are only listed, only made, or there is one of them.

An environment keeps no such records, for nothing could ask for one; what a document means is more than what an environment keeps.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.keys import IDS
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import called_after, names_several
from envfactory_assets.synthesis.schemas import Shape
from envfactory_assets.synthesis.seed import LISTS, Seed, answered, names_of, views_of

_FEWEST_TOLD = 2
_KEYLESS = {*LISTS, "create"}  # what needs no record to be named


def unkeyed(
    thing: str, group: list[Reading], around: str | None, given: Mapping[str, Parameter] | None, things: Collection[str]
) -> Seed | None:
    """The record type of a thing, as far as operations that name none of its records tell.

    Args:
        thing: its noun.
        group: the operations on it.
        around: the parameter by which other things lie inside it.
        given: the parameters of all operations, by their names in snake case, where most answers are not described.
        things: all nouns of the document.
    """
    listed = _only_listed(thing, group, around, things) or (_unsaid(thing, group, given) if given is not None else None)
    return listed or _only_one(thing, group) or _only_made(thing, group)


def _only_listed(thing: str, group: list[Reading], around: str | None, things: Collection[str]) -> Seed | None:
    """A thing that is only listed, or made too, by a path called after several, whose records no path names.

    It is told by what other things lie in it by, or by the first id that it shows and that is no other thing's; perhaps by nothing.
    """
    lists = [r for r in group if r.response is not None and r.response.many and r.route.deed in LISTS and not r.route.named]
    shape = answered([r for r in lists if _lists_its_own(r)])
    if shape is None or any(r.route.deed not in _KEYLESS or r.route.key for r in group):
        return None
    names = names_of(group, shape)
    scalars = [wire for wire, schema in shape.properties.items() if type_of(schema) in {None, "string", "integer"}]
    first = next((wire for wire in scalars if words(wire)[-1] in IDS), None)
    own = first is not None and not any(called_after(first, other) for other in things if not thing.endswith(other))
    above = around if not any(r.route.operation.path.rstrip("/").endswith(f"{{{around}}}") for r in lists) else None
    key = next((wire for wire in scalars if above is not None and snake(wire) == snake(above)), first if own else None)
    if key is not None:
        return Seed(thing, group, shape, key, shape.properties[key], shape.place(key), False, names, views_of(group, shape, key))
    if shape.name is None:
        return None  # written out, and told by nothing: more often a view of other records
    return Seed(thing, group, shape, "", {"type": "string"}, group[0].pointer, False, names)


def _unsaid(thing: str, group: list[Reading], given: Mapping[str, Parameter]) -> Seed | None:
    """A thing that a path called after several lists, though no answer is described; told by what parameters call its key, if any do."""
    lists = [r for r in group if r.route.deed in LISTS and not r.route.named and r.route.operation.method == "GET"]
    said = {word for r in lists for part in r.route.operation.path.split("/")[-1:] for word in words(part)}
    untold = any(r.response is not None or not _lists_its_own(r) for r in lists)
    if len(lists) != len(group) or untold or said & lexicon().untold_words:
        return None
    called = (*(f"{thing}_{end}" for end in ("id", "code", "key", "slug")), thing)
    key = next((given[name] for name in called if name in given), None)
    if key is not None:
        return Seed(thing, group, Shape(), key.name, key.schema_, key.pointer, False)
    return Seed(thing, group, Shape(), "", {"type": "string"}, group[0].pointer, False)


def _only_one(thing: str, group: list[Reading]) -> Seed | None:
    """A thing of which a caller, or a record around it, has one: a path without a key reads it and changes it."""
    shown = [r for r in group if r.route.operation.method == "GET" and r.response is not None and not r.response.many]
    places = {r.route.operation.path for r in group if r.route.operation.method in {"PUT", "PATCH", "POST"} and r.request is not None}
    single = thing.endswith(tuple(lexicon().single_words))
    if not single or any(r.route.key or r.route.named for r in group) or not any(r.route.operation.path in places for r in shown):
        return None
    shape = answered([replace(r, route=replace(r.route, deed="get")) for r in shown])
    if shape is None:
        return None
    read = [replace(r, route=replace(r.route, deed="get")) if r in shown else r for r in group]
    return Seed(thing, read, shape, "", {"type": "string"}, group[0].pointer, False, names_of(group, shape))


def _only_made(thing: str, group: list[Reading]) -> Seed | None:
    """A thing that is only made, by what is sent to a path called after several, and that no answer shows."""
    for reading in group:
        sent = reading.request.shape if reading.request else Shape()
        free = names_several(reading.route) and "{" not in reading.route.operation.path
        if reading.route.deed != "create" or reading.route.named or not free or len(sent.properties) < _FEWEST_TOLD:
            return None
    return Seed(thing, group, group[0].request.shape, "", {"type": "string"}, group[0].pointer, False) if group[0].request else None


def _lists_its_own(reading: Reading) -> bool:
    """Whether a path called after several things answers what is called so too, or is called nothing, and no numbers about it."""
    route, shape = reading.route, reading.response.shape if reading.response else Shape()
    said = {word for part in route.operation.path.split("/") if "{" not in part for word in words(part)}
    told = reading.response is None or len(shape.properties) >= _FEWEST_TOLD
    if not names_several(route) or not told or said & lexicon().counting_words:
        return False
    return shape.name is None or shape.stem.replace("_", "").endswith(route.thing.replace("_", ""))
