"""A change of mind: a value that was just given is changed again."""

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish
from envfactory_assets.dialogue.services import rows_in
from envfactory_assets.dialogue.stating import sayable
from envfactory_assets.dialogue.values import ValueMaker
from envfactory_assets.records import ArgumentOrigin, ParameterSpec, ToolSpec

_MOST_TRIES = 4


def change_of_mind(draft: Draft) -> bool:
    """Add a turn, right after one that made or changed something, in which one of its values becomes another."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    places = list(range(len(draft.turns)))
    draft.rng.shuffle(places)
    for place in places:
        done = draft.turns[place].wishes[-1].calls[-1]
        for tool, parameter, key, origin in _ways(draft, done):
            changed = _changed(draft, place, done, tool, parameter, key, origin)
            if changed is None:
                continue
            turn = DraftTurn([Wish([changed], None, {"lead": "second_thoughts"})])
            draft.close(turn)
            if draft.again([*draft.turns[: place + 1], turn, *draft.turns[place + 1 :]]):
                return True
    return False


def _ways(draft: Draft, done: MadeCall) -> list[tuple[ToolSpec, ParameterSpec, str, ArgumentOrigin]]:
    """Updates that set again what a call set: the tool, the argument, the one that takes the record's key, and where the key stands."""
    services = draft.services
    own = services.tool(done.env_id, done.tool)
    said = {origin.argument for origin in done.origins if origin.kind == "said"}
    given = {p.field: p for p in own.parameters if p.name in said and p.role == "value" and p.field}
    found = []
    for tool in services.specs[done.env_id].tools:
        entity = next((effect.entity for effect in tool.effects if effect.family in {"update", "reschedule"}), None)
        keys = [p.name for p in tool.parameters if p.required and entity and services.meant_entity(done.env_id, p) == entity]
        origin = _record_of(draft, done, entity) if entity and len(keys) == 1 and tool.audience == "agent" else None
        if entity is None or origin is None:
            continue
        same = [p for p in tool.parameters if p.field in given and p.entity == entity and given[p.field].entity == entity]
        for parameter in same:
            enough = not any(p.required and p.name not in {keys[0], parameter.name} for p in tool.parameters)
            if enough and _is_changed_again(parameter) and sayable(done.env_id, parameter, services, strictly=not parameter.required):
                found.append((tool, parameter, keys[0], origin))
    draft.rng.shuffle(found)
    return found[:_MOST_TRIES]


def _record_of(draft: Draft, done: MadeCall, entity: str) -> ArgumentOrigin | None:
    """Where the key of the record stands that a call made, or was given."""
    services = draft.services
    own = services.tool(done.env_id, done.tool)
    key = services.key_field(done.env_id, entity)
    if own.effects[0].family == "create" and own.returns.entity == entity and not own.returns.many and key is not None:
        rows = rows_in(done.result, own.returns)
        if rows and rows[0][1].get(key.wire) is not None:
            path = f"{rows[0][0]}.{key.wire}".removeprefix(".")
            return ArgumentOrigin(argument="", kind="observed", call_id=done.call_id, path=path)
    if own.effects[0].family not in {"create", "copy"}:  # of a copy the key is the original's
        meant = {p.name for p in own.parameters if p.role == "key" and services.meant_entity(done.env_id, p) == entity}
        return next((origin for origin in done.origins if origin.argument in meant and origin.kind == "observed"), None)
    return None


def _changed(
    draft: Draft, place: int, done: MadeCall, tool: ToolSpec, parameter: ParameterSpec, key: str, origin: ArgumentOrigin
) -> MadeCall | None:
    episode = draft.world(place + 1)
    own = draft.services.tool(done.env_id, done.tool)
    before = next((done.arguments[p.name] for p in own.parameters if p.field == parameter.field and p.name in done.arguments), None)
    maker = ValueMaker(draft.services, done.env_id, episode.view()[done.env_id], draft.rng)
    values = [maker.value(tool, parameter) for _ in range(_MOST_TRIES)]
    value = next((value for value in values if value not in (None, "", before)), None)
    record = _key_value(draft, done, origin)
    if value is None or record is None:
        return None
    origins = [origin.model_copy(update={"argument": key}), ArgumentOrigin(argument=parameter.name, kind="said", turn=place + 1)]
    call = draft.call(episode, done.env_id, tool, {key: record, parameter.name: value}, origins)
    return call if call.error is None and call.diff else None


def _is_changed_again(parameter: ParameterSpec) -> bool:
    """Whether people think twice about a value: a day, an amount, a choice; not what somebody or something is called, or reached by."""
    named = lexicon.is_label(parameter.name, parameter.entity) or lexicon.is_part_of_a_name(parameter.name)
    reached = lexicon.last_word(parameter.name) in {*lexicon.words("relations")["contact_data"], "username", "login"}
    return lexicon.is_prose(parameter.name) or not (named or reached)


def _key_value(draft: Draft, done: MadeCall, origin: ArgumentOrigin) -> object:
    if origin.call_id == done.call_id:
        entity = draft.services.tool(done.env_id, done.tool).returns
        rows = rows_in(done.result, entity)
        return rows[0][1].get((origin.path or "").rpartition(".")[2]) if rows else None
    return done.arguments.get(origin.argument)
