"""One operation as its verb and path, or its name, tell it."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from envfactory_assets.corpus.document import Operation, Parameter
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words

_MAKING_FAMILIES = {"send", "schedule", "reserve", "checkout"}
LINKS = {"$links", "$ref", "relationships"}  # before or after records that are tied to the one in the path

Deed = Literal["create", "get", "list", "search", "update", "delete", "act"]
_SHORT = 4
_KEY_WORDS = {"id", "ids", "gid", "sid", "uuid", "guid", "uid", "slug", "key", "name", "code", "no", "number", "symbol", "ref"}


@dataclass(frozen=True)
class Parent:
    """An outer record that a path goes through: ``/albums/{albumId}/photos``."""

    thing: str
    parameter: str


@dataclass(frozen=True)
class Route:
    """One operation, read: what it does to which thing."""

    operation: Operation
    deed: Deed
    thing: str  # noun in snake case
    chain: tuple[str, ...]  # nouns of the path, outermost first, ending with the thing
    key: str | None = None  # the argument that names the record
    parents: tuple[Parent, ...] = ()
    verb: str | None = None  # of an act
    space: str = ""  # of a call: the noun before the dot, when the call names another
    arguments: tuple[Parameter, ...] = ()  # of a call, wherever they are sent
    named: bool = False  # read from a call's name: what its arguments name is not said by a path


def names_several(route: Route) -> bool:
    """Whether a path names its thing in the plural, or a call may answer several."""
    parts = (part.partition(":")[0] for part in route.operation.path.split("/") if part and "{" not in part)
    return route.named or any(noun(part) != snake(part) and noun(part).endswith(route.thing) for part in parts)


def is_about_links(route: Route) -> bool:
    """Whether an operation ties other records to one, or unties them, and does nothing else."""
    parts = route.operation.path.rstrip("/").split("/")
    return bool(route.parents) and bool(LINKS & set(parts)) and route.thing != "relationship"


def makes_a_record(route: Route) -> bool:
    """Whether an act needs no record to act on, since it makes one: a message is sent, a post scheduled."""
    return route.deed == "act" and route.key is None and lexicon().act_families.get(route.verb or "") in _MAKING_FAMILIES


@cache
def verb_words() -> frozenset[str]:
    """Every word that says what an operation does."""
    plain = {word for group in lexicon().verbs.values() for word in group}
    return frozenset(plain | lexicon().transitions.keys() | lexicon().act_families.keys())


def of_several(verb: str) -> str | None:
    """What an action on several records at once does to each: ``batch_create`` creates; None when it is none of these."""
    first, _, rest = verb.partition("_")
    plain = {"create": "create", "insert": "create", "get": "list", "update": "update", "delete": "delete"}
    return plain.get(rest) if first in {"batch", "bulk"} else None


def said_first(operation: Operation) -> str:
    """The first word of an operation's own name, without what it is sorted under: ``Orders_GetOrder``; empty when it has none."""
    name = operation.operation_id.rpartition(".")[2]
    before, _, after = name.partition("_")
    if after and before and before.lower() in {part.lower() for part in operation.path.split("/")}:
        name = after
    parts = words(name)
    return parts[0] if parts else ""


@cache
def key_words() -> frozenset[str]:
    """Words for what tells a record of any kind from others, and for nothing else."""
    return frozenset(_KEY_WORDS | lexicon().telling_keys | {"slug", "handle", "email", "shortcode"}) - {"key", "no", "ids"}


def stem_of_parameter(name: str) -> str:
    """The thing a parameter names: ``projectKey`` is project, ``idBoard`` board; empty when it says none."""
    parts = words(name)
    if len(parts) > 1 and parts[0] == "id":
        parts = parts[1:]
    while parts and parts[-1] in _KEY_WORDS:
        parts = parts[:-1]
    return noun("_".join(parts))


def called_after(parameter: str, thing: str) -> bool:
    """Whether a parameter is called after a thing, or part of its name, or after nothing but being a key."""
    if snake(parameter) in lexicon().telling_keys or (
        parameter.isalpha() and parameter.lower().endswith("id") and len(parameter) <= _SHORT
    ):
        return True  # isbn, pid
    stem, whole = stem_of_parameter(parameter).replace("_", ""), thing.replace("_", "")
    return stem in whole or whole in stem
