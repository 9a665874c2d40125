"""States that records move through: by verbs in paths, and by updates that set an enum status.

A verb moves a record to a state, or raises a flag; a status without values has the states its verbs lead to; an update that sets a status
with a state nothing takes back moves it along its life.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce

from envfactory_assets.corpus.document import Operation
from envfactory_assets.corpus.lives import LIFE, Life, life_kept
from envfactory_assets.corpus.prose import said_of, states_named
from envfactory_assets.corpus.telling import spelt
from envfactory_assets.records.base import Grounding
from envfactory_assets.synthesis.actions.family import Bound, Records, Unbound
from envfactory_assets.synthesis.actions.lives import has_moves, is_unsaid, life_of, plain_states
from envfactory_assets.synthesis.lexicon import TransitionWords, lexicon
from envfactory_assets.synthesis.names import singular, snake, words
from envfactory_assets.synthesis.plan import STATUS, ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, TypedEffect, Unused

_MOST_STATES = 9
_USUAL = "active"
_OF_CALLER = re.compile(r"^(?:is_)?(?:current_)?(?:user|viewer|me|my|i)_(?:has_|have_|is_)?|_by_(?:me|user|viewer)$")
_TYPE_ENDS = {"type", "kind"}
_ORDER = "action"
_ARTICLES = {"a", "an", "the", "any", "all"}


def beside(tool: ToolPlan, _: Records) -> Iterator[Bound]:
    """The statuses and flags that an update sets."""
    if tool.family != "update":
        return
    for argument in tool.arguments:
        field = argument.field
        if argument.role != "value" or field is None:
            continue
        if field.kind == "enum" and words(field.wire)[-1:] and words(field.wire)[-1] in lexicon().status_words:
            yield _along_life(argument, field, tool)
        elif field.kind == "boolean" and (family := family_of_flag(field)) is not None and not _is_permission(field, tool.entity):
            yield _raised(argument, field, family, tool)


def leave_to_verbs(tool: ToolPlan, tools: Iterable[ToolPlan]) -> None:
    """Let an update alone what calls of their own move, where it would set it only for taking the whole record."""
    moved = {id(other.moves) for other in tools if other.family == "transition" and isinstance(other.target, str)}
    values = [argument for argument in tool.arguments if argument.role == "value"]
    left = [a for a in values if a.field is not None and id(a.field) in moved and _settable(a, tool) is None and has_moves(a.field)]
    flagged = {(id(other.moves), other.target) for other in tools if other.family == "transition" and isinstance(other.target, bool)}
    both = {flag for flag, _ in flagged if {(flag, True), (flag, False)} <= flagged}
    left += [a for a in values if a.field is not None and id(a.field) in both and a.pointer == a.field.pointer]
    if tool.family == "update" and len(left) < len(values):
        tool.arguments = [argument for argument in tool.arguments if argument not in left]
        tool.unused += [Unused(argument.pointer, "parameter", "calls of their own move it") for argument in left]


def _along_life(argument: ArgumentPlan, status: FieldPlan, tool: ToolPlan) -> Bound:
    if status.grounding != "declared":
        return Unbound("transition", argument.pointer, "the document shows no values of this status")
    if len(status.enum) > _MOST_STATES:
        return Unbound("transition", argument.pointer, "more states than one life has")
    settable = _settable(argument, tool)
    if settable is not None and len(settable) == 1:
        return Unbound("transition", argument.pointer, "the request lists no way back from the one state it sets")
    if tool.operation.conditions is not None and tool.operation.conditions.others:
        return Unbound("transition", argument.pointer, "the states of other records follow it in ways that nothing here does")
    moves = life_of(status, settable, told_of(status, tool), payment=_is_payment(tool.entity))
    if not moves:
        return Unbound("transition", argument.pointer, "no states of a life")
    told = {id(a.field) for a in tool.arguments}
    over = [f for f in tool.entity.fields if f.kind == "boolean" and flag_name(f) in lexicon().settling_flags and id(f) not in told]
    return TypedEffect("transition", status.name, moves=moves, unless=tuple((flag.name, (True,)) for flag in over))


def _raised(argument: ArgumentPlan, flag: FieldPlan, family: str, tool: ToolPlan) -> Bound:
    """A flag that an update sets, unless the record's status says the same."""
    status = tool.entity.status
    asked = tool.asked.shape.properties.get(argument.wire, {}) if tool.asked else {}
    if any(said_of(schema).limited for schema in (flag.schema, asked)):
        return Unbound(family, argument.pointer, "conditions of its own say who may set it")
    if any(said_of(schema).sole for schema in (flag.schema, asked)):
        return Unbound(family, argument.pointer, "one of several has it, and raising it lowers another")
    if tool.operation.conditions is not None and tool.operation.conditions.idle:
        return Unbound(family, argument.pointer, "what is so already is set again without a word")
    around = [f for field in tool.entity.fields if field.part is not None for f in field.part.fields if f.kind == "boolean"]
    if any(flag_name(f) == flag_name(flag) and said_of(f.schema).binds for f in around):
        return Unbound(family, argument.pointer, "what the record lies in says which it may be")
    if tool.asked is not None and tool.operation.method == "PUT" and {argument.wire} < set(tool.asked.shape.required):
        return Unbound(family, argument.pointer, "it is written over with the whole record")
    if status is not None and status is not flag and flag_name(flag) in plain_states(status.enum).values():
        return Unbound(family, argument.pointer, f"the {status.name} of the record says the same")
    return TypedEffect(family, flag.name)


def told_of(status: FieldPlan, tool: ToolPlan) -> Life:
    """What the document says of the states that an update sets: of the status, of the request's own, of the operation."""
    asked = tool.asked.shape.properties.get(status.wire, {}) if tool.asked else {}
    told = (status.schema.get(LIFE), asked.get(LIFE), tool.operation.life)
    life = reduce(Life.beside, map(life_kept, told))
    return life.within(spelt(value) for value in status.enum)


def _settable(argument: ArgumentPlan, tool: ToolPlan) -> frozenset[str] | None:
    """The states that a request lists for itself, apart from those that a record may have."""
    shown = tool.asked.shape.properties.get(argument.wire, {}).get("enum") if tool.asked else None
    told = {value for value in shown or () if isinstance(value, str)}
    if _is_payment(tool.entity) and argument.field is not None:
        return frozenset(argument.field.enum)  # what is paid is found out of what is owed, and said of a payment
    own = argument.field is not None and (told < set(argument.field.enum) or argument.pointer != argument.field.pointer)
    return frozenset(told) if told and own else None


def _is_payment(entity: EntityPlan) -> bool:
    """Whether a record is of money given."""
    return entity.thing.rpartition("_")[2] in lexicon().payment_words


def family_of_flag(flag: FieldPlan) -> str | None:
    """Whether a flag says where a record is in its life, or is a person's mark on it."""
    name = flag_name(flag)
    if name in lexicon().mark_flags:
        return "mark"
    return "transition" if name in lexicon().life_flags else None


def _is_permission(flag: FieldPlan, entity: EntityPlan) -> bool:
    """Whether a flag says what somebody may do: ``read`` beside ``write``."""
    beside = {flag_name(f) for f in entity.fields if f.kind == "boolean" and f is not flag}
    return flag_name(flag) == "read" and bool(beside & lexicon().permission_flags)


def flag_name(flag: FieldPlan) -> str:
    """What a flag says: ``isArchived`` is archived."""
    return snake(flag.wire).removeprefix("is_").removeprefix("has_been_").removeprefix("has_").removesuffix("_flag").removesuffix("_status")


@dataclass(frozen=True)
class Move:
    """A transition bound to a field of an entity.

    Attributes:
        guessed: whether states are left out of its sources that are not over: those that the service itself leads out of.
    """

    field: FieldPlan
    target: str | bool
    sources: tuple[str, ...]
    grounding: Grounding
    guessed: bool = False


def bind_move(verb: str, entity: EntityPlan) -> Move | str:
    """Bind an action's verb to a value of the entity's status, or to a flag.

    Returns:
        The move, or the reason there is none.
    """
    known = lexicon().transitions.get(verb) or _of_the_record(verb, entity)
    if _makes_its_own_record(verb, entity):
        return f"'{verb}' makes another {entity.thing.replace('_', ' ')}, of a type of its own"
    statuses = sorted((f for f in entity.fields if f.kind == "enum"), key=lambda f: (f.name not in STATUS, f.name))
    told, unsaid = [f for f in statuses if f.grounding == "declared"], [f for f in statuses if f.grounding != "declared"]
    move = _along(verb, known, told) or (_of_flag(known, entity) if known else None) or _along(verb, known, unsaid)
    return move or f"no state of {entity.name} is what '{verb.replace('_', ' ')}' leads to"


def _makes_its_own_record(verb: str, entity: EntityPlan) -> bool:
    """Whether a verb's deed is a type of the record: to cancel a document makes one of the type ``cancellation``."""
    types = (value for f in entity.fields if f.kind == "enum" and {*words(f.wire)[-1:]} & _TYPE_ENDS for value in f.enum)
    return bool(lexicon().deed_nouns.get(verb, frozenset()) & {snake(value) for value in types})


def _of_the_record(verb: str, entity: EntityPlan) -> TransitionWords | None:
    """What the first word of several does, if the others name the record or its state: ``cancel_pending_order``, not ``send_reminder``."""
    first, _, rest = verb.partition("_")
    states = {word for field in entity.fields if field.name in STATUS for value in field.enum for word in words(value)}
    names = {*words(entity.thing), *words(entity.name), *states}
    names |= {*lexicon().initial_values, *lexicon().status_words, *lexicon().verb_fillers}
    return lexicon().transitions.get(first) if {singular(word) for word in words(rest)} <= names else None


def _along(verb: str, known: TransitionWords | None, statuses: Iterable[FieldPlan]) -> Move | None:
    """The move of a status to the value that a verb leads to."""
    for field in statuses:
        listed = known.values if known else ()
        target = _value(verb, listed, field.enum) if field.name in STATUS or (known and _tells_standing(field)) else None
        sources = _sources(target, field.enum, known.sources if known else ()) if target is not None else ()
        if target is not None and sources:
            return Move(field, target, sources, field.grounding, not (known and known.sources) and _leaves_out(target, sources, field.enum))
    return None


def _of_flag(known: TransitionWords, entity: EntityPlan) -> Move | None:
    """The flag that a verb raises or lowers."""
    for name, value in [*((f, True) for f in known.flags), *((f, False) for f in known.unflags)]:
        for field in entity.fields:
            if field.kind == "boolean" and name in {flag_name(field), without_caller(field)}:
                return Move(field, value, (), field.grounding)
    return None


def without_caller(flag: FieldPlan) -> str:
    """What a flag says that names whose it is: ``user_has_liked`` is liked, ``user_favorite`` is favorite."""
    said = snake(flag.wire)
    return _OF_CALLER.sub("", said)


def _tells_standing(field: FieldPlan) -> bool:
    """Whether a field is called a state of the record, and not what came of something else: ``ready_state``, not ``checks_conclusion``."""
    return bool(set(words(field.wire)[-1:]) & (lexicon().status_words | lexicon().openness_words))


def family_of_move(tool: ToolPlan) -> str:
    """The family of a tool that moves a record by its verb: most are transitions, some send it, some leave a mark."""
    if isinstance(tool.target, bool) and tool.moves is not None:
        return "mark" if tool.verb in lexicon().mark_verbs else family_of_flag(tool.moves) or "transition"
    return "send" if lexicon().act_families.get(tool.verb or "") == "send" else "transition"


def _value(verb: str, values: tuple[str, ...], enum: tuple[str, ...]) -> str | None:
    """The enum's value that the verb leads to: as listed, else by the verb's own participle."""
    spelt = {plain: value for value, plain in plain_states(enum).items()} | {snake(value): value for value in enum}
    stem = verb
    forms = (f"{stem}ed", f"{stem}d", f"{stem}{stem[-1:]}ed", f"{stem[:-1]}ied" if stem.endswith("y") else stem, stem)
    return next((spelt[form] for form in (*values, *forms) if form in spelt), None)


def orders(entity: EntityPlan) -> list[FieldPlan]:
    """The fields that say what to do and not how a record stands: an ``action`` whose verbs lead to the states of its status."""
    status = entity.status
    asked = [f for f in entity.fields if f.kind == "enum" and f is not status and words(f.wire)[-1:] == (_ORDER,)]
    return [f for f in asked if status is not None and all(_value(snake(value), (), status.enum) is not None for value in f.enum)]


def _sources(target: str, enum: tuple[str, ...], preferred: tuple[str, ...]) -> tuple[str, ...]:
    """The values a record may move from: those the verb names, else all that are not final."""
    plain = plain_states(enum)
    named = tuple(v for v in enum if v != target and (snake(v) in preferred or plain[v] in preferred))
    if named:
        return named
    built = bool({*plain.values()} & lexicon().building_states)
    left = (v for v in enum if v != target and not is_final(v) and not is_unsaid(plain[v]) and not _is_passing(plain[v], plain.values()))
    return tuple(v for v in left if not built or plain[v] not in lexicon().built_states)


def _leaves_out(target: str, sources: tuple[str, ...], enum: tuple[str, ...]) -> bool:
    """Whether a move starts not from every state that is not over."""
    plain = plain_states(enum)
    return any(not is_final(v) and not is_unsaid(plain[v]) for v in enum if v not in {target, *sources})


def _is_passing(state: str, states: Iterable[str]) -> bool:
    """Whether the service itself leads out of a state: ``cancel_in_progress``, ``generating``, ``processing`` beside ``processed``."""
    if state.endswith("ing") and f"{state.removesuffix('ing')}ed" in states:
        return True
    return state.endswith("_in_progress") or state in lexicon().passing_states


def sources_told(move: Move, verb: str, operation: Operation) -> tuple[str, ...]:
    """Of the states a record may move from those that the operation names: to cancel a *pending* order, *with the draft status*."""
    first, prose = verb.partition("_")[0], operation.description or ""
    refused = set(operation.conditions.refused if operation.conditions else ()) & set(move.field.enum)
    sources = tuple(v for v in move.field.enum if v not in {*refused, move.target}) if refused else move.sources
    named = {*operation.states_named, *states_named(prose), *(operation.conditions.states if operation.conditions else ())}
    for said in (words(operation.operation_id), words(prose.partition(".")[0])):
        at = next((place for place, word in enumerate(said) if word in {first, f"{first}s"}), len(said))
        named |= set([word for word in said[at + 1 :] if word not in _ARTICLES][:1])
    return tuple(source for source in sources if named & {*words(source)[:1], snake(source)}) or sources


def is_guess(move: Move, verb: str, operation: Operation) -> bool:
    """Whether a document does not tell all of a move.

    It may tell of a condition that no state of the record shows, not why some states are left out, or give a request on which it depends
    how far the record moves: to ``paid``, or only to ``partially_paid``.
    """
    told = operation.conditions.states if operation.conditions else ()
    shown = {word for value in move.field.enum for word in (snake(value), *words(value)[:1])}
    partly = {f"{word}_{snake(str(move.target))}" for word in lexicon().partial_words}
    if set(told) - shown - {verb} or (operation.request is not None and partly & shown):
        return True
    return move.guessed and sources_told(move, verb, operation) == move.sources


def is_final(value: str) -> bool:
    """Whether a record in this state moves no further."""
    return snake(value) in lexicon().final_values or bool(set(words(value)[-1:]) & set(lexicon().final_values))


def has_life(field: FieldPlan) -> bool:
    """Whether a status says both where records start and where they end."""
    spelt = {snake(value) for value in field.enum} | set(plain_states(field.enum).values())
    return bool(spelt & set(lexicon().initial_values)) and any(is_final(value) for value in field.enum)


def initial_value(field: FieldPlan, tools: Iterable[ToolPlan] = ()) -> str:
    """The state of a fresh record.

    It is the default that the document declares; else a state in which records start by its name, rather one that no tool leads to from
    an earlier one; else one that tools lead from and none leads to; else the first that is not an end.

    Args:
        field: the status.
        tools: the tools of the same record.
    """
    if declared := declared_default(field, tools):
        return declared
    spelt = {plain: value for value, plain in plain_states(field.enum).items()} | {snake(value): value for value in field.enum}
    starts = [spelt[value] for value in lexicon().initial_values if value in spelt]
    moves = [tool for tool in tools if tool.moves is field and isinstance(tool.target, str)]
    reached = {str(tool.target) for tool in moves if not all(map(is_final, tool.sources))}
    told = [value for value in field.enum if not is_unsaid(snake(value))]
    left = [value for value in told if any(value in tool.sources for tool in moves) and not is_final(value)]
    ranked = [*(value for value in starts if value not in reached), *starts, *(value for value in left if value not in reached)]
    return next(iter(ranked), None) or next((value for value in told if not is_final(value)), (told or field.enum)[0])


def declared_default(field: FieldPlan, tools: Iterable[ToolPlan] = ()) -> str | None:
    """The value that a document declares for a field of choices that is left out, in the record or in a request that makes one."""
    asked = [tool.asked.shape.properties.get(field.wire, {}) for tool in tools if tool.family == "create" and tool.asked]
    found = (schema.get("default") for schema in (field.schema, *asked))
    return next((value for value in found if isinstance(value, str) and value in field.enum), None)


def infer_states(entity: EntityPlan, verbs: Mapping[str, str]) -> None:
    """Give a record type the states and marks that only verbs speak of; nothing where a verb binds without.

    A status that is plain text gets the values its verbs lead to and start from; where there is none, one is added, and a flag for a mark.
    Values of which the document shows none are assumed: that a record can be cancelled is told by the verb, from where is not.

    Args:
        entity: the record type; its fields are changed in place.
        verbs: the last words of the paths that act on its records, each with where the document has it.
    """
    known = {v: lexicon().transitions[v] for v in sorted(verbs) if v in lexicon().transitions and not _makes_its_own_record(v, entity)}
    unbound = {verb: moved for verb, moved in known.items() if isinstance(bind_move(verb, entity), str)}
    moving = {verb: moved for verb, moved in unbound.items() if moved.values}
    field = _plain_status(entity)
    if field is None and moving and not _shows_states(entity, moving.values()):
        field = FieldPlan("status", "status", "text", {}, required=True, pointer=verbs[min(moving)])
        entity.fields.append(field)
    if field is not None and moving:
        reached = list(dict.fromkeys(_target(moved, field) for moved in moving.values()))
        field.kind, field.enum = "enum", tuple(dict.fromkeys([_first_state(moving, reached), *reached]))
        field.grounding = "inferred" if set(_examples(field)) & set(field.enum) else "assumed"
    for verb, moved in unbound.items():
        name = next(iter(moved.flags), None)
        if not moved.values and name is not None and entity.field(name) is None:
            entity.fields.append(FieldPlan(name, name, "boolean", {}, required=True, grounding="inferred", pointer=verbs[verb]))


def _shows_states(entity: EntityPlan, moving: Iterable[TransitionWords]) -> bool:
    """Whether a record says in a way of its own what verbs would move: a status that is a number, ``active`` as 0 or 1."""
    flags = {name for words in moving for name in (*words.flags, *words.unflags)}
    own = {*words(entity.thing), "status", "state"}
    told = any(f.kind == "enum" and f.grounding == "declared" and set(words(f.wire)) <= own for f in entity.fields)
    return told or any(f.name in STATUS or flag_name(f) in flags for f in entity.fields)


def _plain_status(entity: EntityPlan) -> FieldPlan | None:
    """The best-named status field that holds text."""
    texts = {snake(f.wire): f for f in entity.fields if f.kind == "text" and not f.schema.get("enum")}
    return next((texts[name] for name in STATUS if name in texts), None)


def _target(words: TransitionWords, field: FieldPlan) -> str:
    """What a verb leads to, spelt as the document's examples are."""
    return words.values[0].upper() if any(value.isupper() for value in _examples(field)) else words.values[0]


def _examples(field: FieldPlan) -> list[str]:
    """The texts that the document shows for a field."""
    return [value for value in (field.schema.get("default"), *field.schema.get("examples", ())) if isinstance(value, str)]


def _first_state(moving: Mapping[str, TransitionWords], reached: list[str]) -> str:
    """Where a fresh record starts: in a state that its verbs start from and none leads to."""
    starts = [source for words in moving.values() for source in words.sources]
    starts += [state for state, verbs in lexicon().states_before.items() if verbs & moving.keys()]
    plain = {state.lower() for state in reached}
    found = next((state for state in starts if state in lexicon().initial_values and state not in plain), _USUAL)
    return found.upper() if reached and reached[0].isupper() else found
