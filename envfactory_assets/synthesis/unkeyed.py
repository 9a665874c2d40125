"""Record types of which no path names one record: they are only listed, only made, or there is one of them.

An environment keeps no such records, for nothing could ask for one; what a document means is more than what an environment keeps.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.keys import IDS
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import is_longer, singular, snake, words
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import called_after, names_several, stem_of_parameter
from envfactory_assets.synthesis.schemas import Shape
from envfactory_assets.synthesis.seed import LISTS, Seed, answered, names_of, views_of

_FEWEST_TOLD = 2
_KEYLESS = {*LISTS, "create", "delete"}  # what needs no record to be named
_DIRECTORY = 2  # so many paths at least go on below one that only leads to them


def unkeyed(
    thing: str,
    group: list[Reading],
    around: str | None,
    given: Mapping[str, Parameter] | None,
    things: Collection[str],
    read: Collection[str] = (),
) -> Seed | None:
    """The record type of a thing, as far as operations that name none of its records tell.

    Args:
        thing: its noun.
        group: the operations on it.
        around: the parameter by which other things lie inside it.
        given: the parameters of all operations, by their names in snake case, where most answers are not described.
        things: all nouns of the document.
        read: the paths that anything is read from.
    """
    listed = _only_listed(thing, group, around, things) or (_unsaid(thing, group, given, read) if given is not None else None)
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


def _unsaid(thing: str, group: list[Reading], given: Mapping[str, Parameter], read: Collection[str]) -> Seed | None:
    """A thing that a path called after several lists, though no answer is described; told by what parameters call its key, if any do."""
    lists = [r for r in group if r.route.deed in LISTS and not r.route.named and r.route.operation.method == "GET"]
    made = [r for r in group if r.route.deed == "create" and not r.route.named and r.route.key is None]
    said = {word for r in lists for part in r.route.operation.path.split("/")[-1:] for word in words(part)}
    own = [r for r in lists if _names_its_own(r) and not _shows_part(r.route.operation.path, read)]
    told = any(r.response is not None and len(r.response.shape.properties) >= _FEWEST_TOLD for r in lists)
    if not own or len(lists) + len(made) != len(group) or told or said & lexicon().untold_words:
        return None
    shape = next((r.request.shape for r in made if r.request is not None), Shape())
    called = (*(f"{thing}_{end}" for end in ("id", "code", "key", "slug")), thing)
    key = next((given[name] for name in called if name in given), None)
    ids = (p for name, p in given.items() if {*words(name)[-1:]} & IDS and is_longer(thing, stem_of_parameter(name)))
    key = key or next(ids, None)
    if key is not None:
        return Seed(thing, group, shape, key.name, key.schema_, key.pointer, False)
    return Seed(thing, group, shape, "", {"type": "string"}, group[0].pointer, False)


def _shows_part(path: str, read: Collection[str]) -> bool:
    """Whether a path picks some of the records of the collection right before it, or only leads to the paths below it."""
    head, _, _ = path.rstrip("/").rpartition("/")
    within = bool(head) and not head.endswith("}") and head in read
    below = {other.removeprefix(f"{path}/").partition("/")[0] for other in read if other.startswith(f"{path}/")}
    return within or (len(below) >= _DIRECTORY and not any("{" in part for part in below))


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
    if len(shape.properties) < _FEWEST_TOLD or not (_names_its_own(reading) or _is_spelt_longer(reading)):
        return False
    said = {singular(word) for word in words(shape.name or "")} >= set(route.thing.split("_"))
    return shape.name is None or said or shape.stem.replace("_", "").endswith(route.thing.replace("_", "")) or _is_spelt_longer(reading)


def _names_its_own(reading: Reading) -> bool:
    """Whether a path is called after several things, and no numbers about them."""
    said = {word for part in reading.route.operation.path.split("/") if "{" not in part for word in words(part)}
    return names_several(reading.route) and not said & lexicon().counting_words


def _is_spelt_longer(reading: Reading) -> bool:
    """Whether a path that lists is called as the schema of what it lists, in the plural of any language."""
    return reading.response is not None and is_longer(reading.route.thing, reading.response.shape.stem)
