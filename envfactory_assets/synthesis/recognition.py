"""What an operation does to a record, whether or not an effect of the library can do it yet."""

from collections.abc import Collection
from dataclasses import dataclass

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.records.base import Grounding
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, ToolPlan
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import Route, is_about_links, names_several, of_several, said_first, stem_of_parameter

_MOST_KEYS = 2
_METHODS = {"post", "put", "patch", "get", "delete", "open", "read"}
_KEY_ENDS = {"id", "ids", "gid", "gids", "uuid"}
_SEVERAL = {"text", "texts", "refs"}  # kinds of properties that may hold several values
_PREFERENCES = {"preference"}  # last words of operations that set nothing else
_BY_CALLERS = {"join", "leave"}  # what the caller does itself, whom nothing needs to name
_ON_RECORDS = {"get", "update", "delete"}
_JOINING = {"add": "add_member", "remove": "remove_member"}


@dataclass(frozen=True)
class Recognised:
    """The family of an effect, and on which record type."""

    family: str
    thing: str
    verb: str | None
    grounding: Grounding


class Recogniser:
    """Recognises the effects of one document."""

    def __init__(self, pairs: list[tuple[Reading, EntityPlan]]) -> None:
        self._things = {entity.thing for _, entity in pairs}
        self._known_by_key = {e.thing for r, e in pairs if r.route.key and r.route.deed == "get"}
        self._made = {e.thing for r, e in pairs if r.route.deed == "create" and not self._sends_keys_only(r)}
        self._held = {e.thing: frozenset(noun(f.source or f.wire) for f in e.fields if f.kind not in {"part", "parts"}) for _, e in pairs}
        self._listed = {e.thing: frozenset(noun(f.wire) for f in (*e.fields, *e.left) if f.kind in _SEVERAL) for _, e in pairs}
        self._keyed = {e.thing for r, e in pairs if r.route.key}
        self._standing = {e.thing for r, e in pairs if r.route.key and r.route.deed in _ON_RECORDS and not r.route.parents}
        self._free = {e.thing for r, e in pairs if not r.route.parents and r.route.deed in {"get", "list", "search", "create"}}
        self._linked = {
            _place(r.route)
            for r, _ in pairs
            if r.route.key and r.route.parents and r.route.deed in {"create", "update"} and r.request is None
        }

    def recognise(self, reading: Reading, entity: EntityPlan, tool: ToolPlan | None) -> Recognised | None:
        """What an operation does; None when it cannot be said."""
        route = reading.route
        said = said_first(route.operation)
        if route.deed == "act":
            return self._act(reading, entity, tool, said)
        if route.deed == "delete" and self._is_act(said, route):  # a delete that is called another thing is that when a state says so
            return Recognised("transition", entity.thing, said, "inferred") if tool is not None and tool.family == "transition" else None
        if route.deed == "update" and self._is_act(said, route):
            return Recognised(family_of_verb(said) or "transition", entity.thing, said, "inferred")
        if route.deed == "update" and noun(words(route.operation.operation_id)[-1] if route.operation.operation_id else "") in _PREFERENCES:
            return Recognised("set_preference", entity.thing, None, "inferred")
        if self._ties(reading, entity):
            return None
        if is_about_links(route):
            return self._linked_to(route)
        member = self._membership(reading, entity)
        if member is not None or (route.deed == "delete" and route.parents and _joins_by_name(route, puts=False)):
            return member
        if route.deed == "update" and not entity.key.wire and not route.named and reading.request is not None:
            return Recognised("update", entity.thing, None, "inferred")  # the one of its kind
        if route.deed == "update" and (route.key is None or _sends_nothing(route)):
            return self._of_outer(reading, entity, tool)
        if tool is not None:
            return Recognised(tool.family, entity.thing, tool.verb, tool.grounding)
        answer = reading.response
        if route.deed == "list" and answer is not None and not answer.many and _looks_up(route):
            return Recognised("get", entity.thing, None, "inferred")
        fits = {
            "list": (answer is None and names_several(route))
            or (answer is not None and answer.many)
            or route.thing in self._known_by_key
            or (route.thing in self._keyed and names_several(route)),
            "search": answer is None or answer.many or route.thing in self._known_by_key,
            "get": (route.key is not None or _speaks_of(route, entity.thing)) and (answer is None or not answer.many),
            "create": answer is None or not answer.many or reading.request is not None,
            "update": route.key is not None,
            "delete": route.key is not None or self._takes_all(route, entity.thing),
        }
        return Recognised(route.deed, entity.thing, None, "inferred") if fits[route.deed] else None

    def _is_act(self, word: str, route: Route) -> bool:
        """Whether the first word of an operation's name is an action's verb, and no noun of its path."""
        acts = word in lexicon().transitions or word in lexicon().act_families
        return acts and word not in _METHODS and word not in "_".join(route.chain)

    def recognise_within(self, reading: Reading) -> Recognised | None:
        """What an operation on no record of its own does to the record around it: ``transferFunds`` on ``/accounts/{id}/transfers``."""
        outer = reading.route.parents[-1].thing if reading.route.parents else None
        said = said_first(reading.route.operation)
        family = lexicon().act_families.get(said)
        if is_about_links(reading.route):
            return self._linked_to(reading.route)
        if outer not in self._things or outer is None:
            return None
        if (
            reading.route.operation.method in {"POST", "PUT", "PATCH"}
            and reading.route.thing.rpartition("_")[2] in lexicon().preference_words
        ):
            return Recognised("set_preference", outer, None, "inferred")
        part = self._part_of(reading, outer)
        if part is not None or reading.route.operation.method == "GET":
            return part
        if family is None and reading.route.thing in lexicon().member_words and _joins_listed(reading):
            puts = reading.route.operation.method != "DELETE"
            return Recognised("add_member" if puts else "remove_member", outer, None, "inferred")
        if family is None:
            return None
        if family in {"add_member", "remove_member"} and not self._names_members(reading):
            return None
        return Recognised(family, outer, said, "inferred")

    def _takes_all(self, route: Route, thing: str) -> bool:
        """Whether deleting a collection deletes its records: they are made in it, and are nowhere else."""
        first = route.operation.path.strip("/").partition("/")[0]
        if first in {"me", "my"} and said_first(route.operation) in {"remove", "delete"} and thing in self._known_by_key:
            return False  # what the caller keeps of them
        return not route.parents or (thing in self._made and thing not in self._standing and not self._is_member(thing))

    def _is_member(self, thing: str) -> bool:
        """Whether a thing is the place of a person in another."""
        return thing in lexicon().member_words | lexicon().membership_words

    def _linked_to(self, route: Route) -> Recognised | None:
        """What an operation on the links of a record does to it."""
        family = {"POST": "add_member", "PUT": "add_member", "DELETE": "remove_member", "PATCH": "update"}.get(route.operation.method)
        outer = route.parents[-1].thing
        return Recognised(family, outer, None, "inferred") if family and outer in self._things else None

    def _ties(self, reading: Reading, entity: EntityPlan) -> bool:
        """Whether an operation only ties a record that stands elsewhere to what no record is known of: it neither makes nor changes it."""
        route = reading.route
        puts = route.deed in {"create", "update"} and reading.request is None and route.operation.path.rstrip("/").endswith("}")
        if not puts or not route.parents or entity.thing not in self._free or route.parents[-1].thing in self._things:
            return False
        return any(noun(part) == route.parents[-1].thing for part in route.operation.path.split("/") if "{" not in part)

    def _of_outer(self, reading: Reading, entity: EntityPlan, tool: ToolPlan | None) -> Recognised | None:
        """What an update is that names no record of its own, or sends nothing: who is in a place, where records stand elsewhere too."""
        route = reading.route
        outer = route.parents[-1].thing if route.parents else None
        if outer is None or outer == entity.thing or entity.thing not in self._free:
            named = tool is not None or route.key is not None
            return Recognised("update", entity.thing, None, tool.grounding if tool else "inferred") if named else None
        joins = route.key is None and (self._is_member(entity.thing) or self._sends_keys_only(reading))
        return Recognised("add_member", outer, None, "inferred") if joins and outer in self._things and names_several(route) else None

    def _part_of(self, reading: Reading, outer: str) -> Recognised | None:
        """What an operation on one property of the record around it does: ``/accounts/{id}/tags`` of accounts with tags."""
        thing, method = reading.route.thing, reading.route.operation.method
        if thing in lexicon().sent_words or {"download", "upload"} & set(words(reading.route.operation.operation_id)):
            return None
        if thing not in self._held.get(outer, ()) or thing in self._things | lexicon().people_words or reading.route.deed == "act":
            return None
        if method == "GET" and thing not in self._listed.get(outer, ()):
            return None  # it may be worked out
        return Recognised("get" if method == "GET" else "update", outer, None, "inferred")

    def _act(self, reading: Reading, entity: EntityPlan, tool: ToolPlan | None, said: str) -> Recognised | None:
        """An action: what its verb says, or the first word of the operation's own name."""
        verb = reading.route.verb or ""
        named = lexicon().act_families.get(said) if said not in "_".join(reading.route.chain) else None
        family = named or family_of_verb(verb)
        if family == "merge" and (tool is not None or {"request", "pull"} & set(words(entity.thing))):
            family = "transition"
        held = verb.partition("_")[2]
        if held and verb.split("_")[0] in _JOINING and lexicon().act_families.get(verb) is None and not named:
            family = _JOINING[verb.split("_")[0]] if _is_told(reading, noun(held)) else family
        elif family in {"add_member", "remove_member"} and not (verb in _BY_CALLERS or self._names_members(reading)):
            return None
        if (
            family is None
            and verb == snake(reading.route.operation.path.rstrip("/").rpartition("/")[2])
            and reading.request is None
            and reading.response is not None
        ):
            makes = verb.split("_")[0] in {*lexicon().verbs["create"], "convert"}
            family = None if makes else "update" if verb in lexicon().renewing_words or held else "transition"
        if family is None:
            return None
        several = noun(words(verb)[-1]) if len(words(verb)) > 1 else entity.thing
        thing = several if several in self._things and family in {"transition", "move", "copy", "delete"} else entity.thing
        return Recognised(family, thing, said if named else verb, tool.grounding if tool else "inferred")

    def _names_members(self, reading: Reading) -> bool:
        """Whether an action is told whom to put in or take out."""
        given = [*(reading.request.shape.properties if reading.request else ()), *(p.name for p in reading.route.operation.parameters)]
        members = lexicon().member_words | {"email"}
        return any({noun(word) for word in words(name)} & members for name in given if name != reading.route.key)

    def _membership(self, reading: Reading, entity: EntityPlan) -> Recognised | None:
        """A nested path that puts a record into another, or takes it out, and neither makes nor deletes it."""
        route = reading.route
        if not route.parents or route.deed not in {"create", "update", "delete"}:
            return None
        outer = route.parents[-1].thing
        if outer not in self._things or outer == entity.thing:
            return None
        puts = route.deed in {"create", "update"}
        if _joins_by_name(route, puts=puts):
            return Recognised("add_member" if puts else "remove_member", outer, None, "inferred")
        known = entity.thing in self._known_by_key or entity.thing in self._made
        related = entity.thing in self._free or not known
        if (
            route.deed == "delete"
            and entity.thing not in self._free
            and noun("_".join(words(route.operation.operation_id)[1:])) == entity.thing
        ):
            return None  # called so
        if route.key is None:
            takes_all = route.deed == "delete" and (entity.thing in self._standing or self._is_member(entity.thing))
            is_so = takes_all or (related and route.deed == "create" and self._sends_keys_only(reading))
        elif puts:
            is_so = related and (reading.request is None or (not known and route.thing in lexicon().member_words))
        else:
            joined = _place(route) in self._linked or route.thing in lexicon().member_words or _called_otherwise(route)
            is_so = related and (not known or joined)
        return Recognised("add_member" if puts else "remove_member", outer, None, "inferred") if is_so else None

    def _sends_keys_only(self, reading: Reading) -> bool:
        """Whether a request holds nothing but keys of records that are there already, or needs no more than its own thing's key."""
        given = list(reading.request.shape.properties) if reading.request else []
        if reading.request and _own_key_alone(reading.request.shape.required, reading.route.thing):
            return True
        if not 0 < len(given) <= _MOST_KEYS:
            return False
        text = noun(reading.route.thing)  # `message` of a message is what it says
        return all(
            self._names_a_member(key, reading) or key == "value" or (stem_of_parameter(key) in self._things and noun(key) != text)
            for key in given
        )

    def _names_a_member(self, key: str, reading: Reading) -> bool:
        """Whether a property is a key of what is joined, and not of what it is only made with: ``slaId`` of a snapshot."""
        if snake(key).rpartition("_")[2] not in _KEY_ENDS:
            return False
        stem, thing = stem_of_parameter(key), reading.route.thing
        known = {thing, *thing.split("_"), *self._things} | lexicon().member_words | lexicon().people_words
        return not stem or thing in self._known_by_key or stem in known


def _own_key_alone(required: Collection[str], thing: str) -> bool:
    """Whether all that a request needs is the key of what its path ends in: ``videoId`` of the videos of a playlist."""
    return len(required) == 1 and all(stem_of_parameter(key) == thing and noun(key) != thing for key in required)


def _is_told(reading: Reading, held: str) -> bool:
    """Whether an action is told which of the things that its verb names are meant: ``addHeldAccounts`` the ids of accounts."""
    given = reading.request.shape.properties if reading.request is not None else {}
    last = held.rpartition("_")[2]
    if last in lexicon().sent_words | lexicon().said_words:
        return False
    keys = (*_KEY_ENDS, "email", "emails")
    if any(snake(name).rpartition("_")[2] in keys for name in given):
        return True
    members = last in lexicon().member_words | lexicon().membership_words | lexicon().people_words
    named = [schema for name, schema in given.items() if last in {noun(word) for word in words(name)}]
    return any(type_of(schema) != "string" and (members or _lists_texts(schema)) for schema in named)


def _lists_texts(schema: JsonSchema) -> bool:
    items = schema.get("items")
    return isinstance(items, dict) and type_of(items) == "string"


def _looks_up(route: Route) -> bool:
    """Whether an operation's name says by what it finds one record: ``getFrameByPath``."""
    said = words(route.operation.operation_id)
    return "by" in said[1:-1]


def _sends_nothing(route: Route) -> bool:
    """Whether an operation on a record's own path sends nothing that it could be changed to."""
    return route.operation.request is None and route.operation.method != "PATCH" and route.operation.path.rstrip("/").endswith("}")


def _joins_listed(reading: Reading) -> bool:
    """Whether members are told by a list of their keys, or by the path."""
    given = reading.request.shape.properties if reading.request is not None else {}
    if reading.route.operation.method == "DELETE":
        return reading.route.key is not None or reading.route.operation.request is not None
    if reading.route.key is not None or not given:
        return reading.route.key is not None and not given
    return all(type_of(schema) == "array" and not schema.get("items", {}).get("properties") for schema in given.values())


def _called_otherwise(route: Route) -> bool:
    """Whether a path has another name for records that have paths of their own: ``/users/{id}/bookmarks/{tweet_id}``."""
    named = [part for part in route.operation.path.split("/") if part and "{" not in part]
    said = noun(named[-1]) if named and not route.named else route.thing
    return not (said == route.thing or said.endswith(f"_{route.thing}") or route.thing.endswith(f"_{said}"))


def _joins_by_name(route: Route, *, puts: bool) -> bool:
    """Whether an operation's name says that a record is put into another or taken out: ``addToPlaylist``, ``removeGroupMembers``."""
    said = words(route.operation.operation_id.rpartition(".")[2])
    if not said or said[0] not in ({"add"} if puts else {"remove"}):
        return False
    return ("to" if puts else "from") in said[1:] or noun(said[-1]) in lexicon().member_words & {route.thing}


def _speaks_of(route: Route, thing: str) -> bool:
    """Whether a part of a path is called like a thing, or like the caller, who may be one."""
    said = {noun(part) for part in route.operation.path.split("/") if part and "{" not in part}
    return route.named or bool(said & {thing, *lexicon().caller_things})


def _place(route: Route) -> tuple[str, ...]:
    return (*(parent.thing for parent in route.parents), route.thing)


def family_of_verb(verb: str) -> str | None:
    """The family of effects that an action's verb names."""
    first, last = verb.split("_", maxsplit=1)[0], verb.rpartition("_")[2]
    if (each := of_several(verb)) is not None:
        return each
    if last == "email" and first != last:
        return "send"
    if first == "undo" and verb.removeprefix("undo_") in lexicon().transitions:
        return "transition"
    for word in (verb, first):
        if word in lexicon().mark_verbs:
            return "mark"
        if word in lexicon().act_families:
            return lexicon().act_families[word]
        if word in lexicon().transitions or word in lexicon().noun_verbs:
            return "transition"
    return next((family for family in ("update", "delete") if {first, last} & set(lexicon().verbs[family])), None)
