"""Memberships: records that say that one thing belongs to another, and lists of members that calls add to and take from."""

import re
from collections.abc import Iterable, Iterator

from envfactory_assets.corpus.document import Operation
from envfactory_assets.corpus.prose import said_of
from envfactory_assets.synthesis.actions.family import Action, Bound, Family, Records, Unbound
from envfactory_assets.synthesis.actions.giving import Told, acting_tool, arguments_of, given_argument, key_argument, own_key, written
from envfactory_assets.synthesis.actions.marks import counted, counts
from envfactory_assets.synthesis.actions.standing import Held, ended_when, left_when, sealed_when, shut_when
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.layout import call
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import article, identifier, in_style, naming_of, noun, snake, spoken, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.route import stem_of_parameter

_PARAMETER = re.compile(r"\{[^{}]*\}")
_MOST_BESIDE = 3  # fields of a record that is called otherwise and still only says who belongs where
_VERBS = {"add_member": "add_{}_to", "remove_member": "remove_{}_from"}
_LISTS = {"refs", "texts"}
_WAYS = {"part", "parts"}  # what a membership must be told beside who and where: how
_FILLERS = {"value", "data", "id", "ids", "uri", "uris", "key", "item", "items", "uuid", "guid", "email"}


def beside(tool: ToolPlan, records: Records) -> Iterator[Bound]:
    """A create of a record that belongs to a group: its path names the group, its body who or what belongs there."""
    if tool.family != "create":
        return
    told = {a.field.name: (a, a.field) for a in tool.arguments if a.field is not None}
    refs = [(a, f) for a, f in told.values() if f.kind == "ref" and a.required]
    groups = [f for a, f in refs if f"{{{a.wire}}}" in tool.operation.path] or [f for _, f in refs if _is_holder(f, tool.entity)]
    if len(groups) != 1:
        return
    member = _joined(tool, [(a, f) for a, f in told.values() if f is not groups[0]])
    ways = [a for a, f in told.values() if a.required and f is not member and f.kind in _WAYS]
    if member is not None and ways:
        yield Unbound("add_member", ways[0].pointer, "one may belong in more ways than one")
    elif member is not None and tool.operation.conditions is not None and tool.operation.conditions.idle:
        yield Unbound("add_member", told[member.name][0].pointer, "who belongs there already is updated, and not refused")
    elif member is not None:
        group = records.get(groups[0].target or "")
        barred = ended_when(group) if group else ()
        left = left_when(tool.entity)
        yield TypedEffect("add_member", member.name, within=groups[0].name, unless=left, barred=barred, taker=groups[0].target)


def _is_holder(field: FieldPlan, entity: EntityPlan) -> bool:
    """Whether a field of a request names what a record belongs to."""
    return field.target != entity.name and stem_of_parameter(field.wire).rpartition("_")[2] in lexicon().holder_words


def _joined(tool: ToolPlan, told: list[tuple[ArgumentPlan, FieldPlan]]) -> FieldPlan | None:
    """The field that tells who or what a new record brings into its group, of which the group has each once."""
    thing, words_of = tool.entity.thing.rpartition("_")[2], lexicon()
    called = thing in words_of.membership_words
    refs = [f for a, f in told if f.kind == "ref" and a.required]
    few = len(tool.entity.fields) - 2 <= _MOST_BESIDE and thing not in words_of.recurring_words
    if len(refs) == 1 and (called or few):
        return refs[0]
    if not called:  # how to reach somebody may be said more than once
        return None
    texts = {snake(f.wire): f for _, f in told if f.kind in {"text", "integer"}}
    by_last = {words(f.wire)[-1]: f for f in texts.values() if f.kind == "text"} | texts
    emails = [f for f in texts.values() if "email" in words(f.wire)]
    return next((by_last[word] for word in words_of.identifying_words if word in by_last), emails[0] if emails else None)


def infer_list(action: Action) -> None:
    """Give a group whose records show no members, or show them as texts, the list that calls on it add to and take from."""
    group, member = action.entity, _member_type(action)
    if member is None:
        return
    held = _list_of(group, member, action)
    if held is not None and held.kind == "texts":
        held.kind, held.target, held.grounding = "refs", member.name, "inferred"
    if held is not None or action.reading.route.deed == "act" or lives_inside(action):
        return
    wire = [part for part in action.reading.route.operation.path.split("/") if part and "{" not in part][-1]
    if noun(wire) != wire and group.field(identifier(wire)) is not None:  # what is called so shows one page of them
        wire = in_style(f"{noun(wire)}_ids", naming_of([field.wire for field in group.fields]))
    if noun(wire) != wire and group.field(identifier(wire)) is None:
        field = FieldPlan(wire, identifier(wire), "refs", {"type": "array", "items": {"type": "string"}}, required=True, target=member.name)
        field.grounding, field.pointer, field.weight = "inferred", action.reading.pointer, 9.0
        group.fields.append(field)


def assume_unshown(tools: list[ToolPlan], operations: Iterable[Operation]) -> None:
    """Take for assumed the calls on a list that no record shows and no call lists: that it is kept is told by them alone."""
    listed = {_place(each.path) for each in operations if each.method == "GET"}
    acting = [tool for tool in tools if tool.family == "act" and any(bound.family in _VERBS for bound in tool.typed)]
    sources = {tool.operation.pointer for tool in acting}
    for tool in acting:
        held = tool.entity.field(tool.typed[0].field or "")
        if held is not None and held.pointer in sources and _place(tool.operation.path).removesuffix("/{}") not in listed:
            tool.grounding = "assumed"


def _place(path: str) -> str:
    return _PARAMETER.sub("{}", path).rstrip("/")


def lives_inside(action: Action) -> bool:
    """Whether the records of a nested path belong to the one around them for good, so that none is put in or taken out."""
    inner = action.things.get(action.reading.route.thing)
    return inner is not None and any(f.target == action.entity.name and f.kind == "ref" for f in inner.fields)


def _acting(action: Action) -> ToolPlan | str:
    group, key, told = action.entity, own_key(action), _told(action)
    if key is None:
        return "nothing names the group"
    if told is None:
        return "nothing names the member"
    member = _member_type(action)
    held = _list_of(group, member, action)
    if held is None:
        return "no list of the group's record holds its members"
    if action.family == "add_member" and _repeats(action):
        return "the same may stand in its order more than once"
    if set(_called(action)) & lexicon().sticker_words:
        return "what is put on a record twice, or taken off one that has it not, changes nothing"
    if action.family == "add_member" and action.reading.route.operation.method == "PUT":
        return "what is put where it lies already changes nothing"
    many = type_of(told.schema) == "array" or _lists_keys(told)
    joins = action.family == "add_member"  # one may always leave
    barred = _kept_out(member) if member is not None and joins else ()
    taker = member.name if member is not None else None
    effect = TypedEffect(action.family, held.name, unless=ended_when(group) if joins else (), barred=barred, taker=taker)
    arguments = [key_argument(action, key), given_argument(told, held.target, many=many)]
    if not joins and (heir := _heir(action)) is not None and not many:
        arguments.append(given_argument(heir, held.target))
    made = acting_tool(action, effect, arguments)
    made.verb = action.verb or _VERBS[action.family].format(action.reading.route.thing)
    return made


def _kept_out(member: EntityPlan) -> Held:
    """In which values a record is put into no group: people who have left, anything else that is put away."""
    return (
        shut_when(member)
        if member.thing.rpartition("_")[2] in lexicon().account_words | lexicon().membership_words
        else sealed_when(member)
    )


def _repeats(action: Action) -> bool:
    """Whether a group holds its members in an order, where one may stand twice: a playlist, what calls put something into at a position."""
    told = {word for each in arguments_of(action) for word in words(each.wire)}
    return action.entity.thing.rpartition("_")[2] in lexicon().sequence_words or bool(told & lexicon().position_words)


def _told(action: Action) -> Told | None:
    """The argument that names the member: the end of the path, or what the request is told."""
    route = action.reading.route
    if route.key is not None and route.thing != action.entity.thing:
        parameter = next((p for p in route.operation.parameters if p.name == route.key), None)
        return Told(route.key, parameter.schema_ if parameter else {}, parameter.pointer if parameter else action.reading.pointer)
    told = [each for each in arguments_of(action) if type_of(each.schema) != "object"]
    naming = {*_called(action), *(action.things if action.entity.thing not in _called(action) else ())}
    named = [each for each in told if {noun(each.wire), stem_of_parameter(each.wire)} & naming]
    rest = [each for each in told if snake(each.wire) in _FILLERS or words(each.wire)[-1] in {"id", "ids", "uri", "uris"}]
    return next(iter(named or rest), None)


def _lists_keys(told: Told) -> bool:
    """Whether a text takes several keys at once: it is called after several things and said to list them."""
    return noun(told.wire) != snake(told.wire) and said_of(told.schema).operator == "any_of"


def counts_of_members(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[FieldPlan]:
    """The fields that count the members of a list which tools add to or take from: nothing moves them along with it."""
    edited = {bound.field for tool in tools if tool.entity is entity for bound in tool.typed if bound.family in _VERBS and not bound.within}
    held = {noun(field.wire) for field in entity.fields if field.name in edited and field.kind in _LISTS}
    return [field for field in entity.fields if field.kind in {"integer", "number"} and counted(field) in held]


def _made_within(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[EntityPlan]:
    """The records that tell themselves that they belong to one of a type, and that tools make or delete."""
    kept = [tool.entity for tool in tools if tool.family in {"create", "delete"} and tool.entity is not entity]
    return [other for other in kept if any(f.kind == "ref" and f.target == entity.name for f in other.fields)]


def counts_of_records(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[FieldPlan]:
    """The fields that count records which tools make and delete: nothing moves them along."""
    made = {thing for other in _made_within(entity, tools) for thing in (other.thing, other.thing.rpartition("_")[2])}
    return [field for field in entity.fields if field.kind == "integer" and counts(field) and counted(field) in made]


def lists_of_records(entity: EntityPlan, tools: Iterable[ToolPlan]) -> list[FieldPlan]:
    """The fields that list records which tell themselves what they belong to, and which tools make or delete: nothing moves them along."""
    tools = list(tools)
    own = _made_within(entity, tools)
    edited = {bound.field for tool in tools if tool.entity is entity for bound in tool.typed if bound.family in _VERBS}
    listing = [field for field in entity.fields if field.kind in {"refs", "parts"} and field.name not in edited]
    return [f for f in listing if any(f.target == each.name or noun(f.wire) == each.thing for each in own)]


def _heir(action: Action) -> Told | None:
    """The argument that must name who takes the place of a member that leaves."""
    asked = action.reading.request.shape.required if action.reading.request else ()
    return next((each for each in arguments_of(action) if each.wire in asked and set(words(each.wire)) & lexicon().heir_words), None)


def _called(action: Action) -> tuple[str, ...]:
    """What the operation calls the members: the path's last noun, or the words after its verb."""
    route = action.reading.route
    if route.thing != action.entity.thing:
        return (route.thing,)
    parts = words(route.operation.path.rstrip("/").rpartition("/")[2])
    return (noun("_".join(parts[1:])), noun(parts[-1])) if len(parts) > 1 else ()


def _member_type(action: Action) -> EntityPlan | None:
    """The record type of the members."""
    told = _told(action)
    nouns = [*_called(action), *([stem_of_parameter(told.wire), noun(told.wire)] if told else [])]
    return next((action.things[name] for name in nouns if name in action.things and name != action.entity.thing), None)


def _list_of(group: EntityPlan, member: EntityPlan | None, action: Action) -> FieldPlan | None:
    """The field of the group that lists its members: by its name, else the only one that names records of their type."""
    lists = [field for field in group.fields if field.kind in _LISTS and not field.enum]
    called = set(_called(action)) - lexicon().act_families.keys()
    named = [f for f in lists if _nouns(f) & (called or lexicon().member_words)]
    fitting = [f for f in lists if member is not None and f.target == member.name]
    return next(iter(named), fitting[0] if len(fitting) == 1 else None)


def _nouns(field: FieldPlan) -> set[str]:
    return {noun(field.wire), noun(field.source), stem_of_parameter(field.wire)}


def _body(tool: ToolPlan, deed: str) -> list[str]:
    """One member, or one after the other."""
    key, given, *heir = tool.arguments
    if heir:
        table = f"self.{tool.entity.table}"
        return [call(f"return {table}.{deed}(", [f"{table}.get({key.name})", given.name, f"heir={heir[0].name}"], ")", 8)]
    if given.field is None or given.field.kind not in _LISTS:
        return written(tool, deed)
    table, group = f"self.{tool.entity.table}", identifier(tool.entity.thing)
    group = "record" if group in {key.name, given.name} else group
    return [
        f"        {group} = {table}.get({key.name})",
        f"        for member in {given.name}:",
        f"            {group} = {table}.{deed}({group}, member)",
        f"        return {group}",
    ]


def _told_of(tool: ToolPlan, deed: str, way: str) -> str:
    given = tool.arguments[1].field
    stem = (stem_of_parameter(given.wire) if given else "") or "member"
    who = article(spoken(given.target or stem)) if given and given.kind in {"ref", "text"} else f"{spoken(stem)} records"
    then = "; another member takes the place" if tool.arguments[2:] else ""
    return f"{deed} {who} {way} {article(spoken(tool.entity.thing))}{then}."


ADD = Family(
    "add_member",
    beside=beside,
    acting=_acting,
    body=lambda tool: _body(tool, "add_member"),
    told=lambda tool: _told_of(tool, "Add", "to"),
)
REMOVE = Family(
    "remove_member",
    acting=_acting,
    body=lambda tool: _body(tool, "remove_member"),
    told=lambda tool: _told_of(tool, "Take", "out of"),
)
