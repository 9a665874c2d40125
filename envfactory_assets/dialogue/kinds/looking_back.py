"""A question that an earlier result answers: no call is needed."""

from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.facts import asked_value
from envfactory_assets.dialogue.forms import act_of
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish, getter
from envfactory_assets.dialogue.replies import can_be_asked, told_value
from envfactory_assets.dialogue.services import is_read, rows_in
from envfactory_assets.records import ArgumentOrigin

_MOST_ROWS = 4


def follow_up(draft: Draft) -> bool:
    """Add a question about a record that an earlier result shows, and answer it from there."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    places = list(range(len(draft.turns)))
    draft.rng.shuffle(places)
    for place in places:
        turn = draft.turns[place]
        for call in turn.wishes[-1].calls[-1:]:
            asked = _question(draft, turn, call)
            if asked is not None and draft.again([*draft.turns[: place + 1], asked, *draft.turns[place + 1 :]]):
                return True
    return False


def _question(draft: Draft, turn: DraftTurn, call: MadeCall) -> DraftTurn | None:
    """A turn that asks for a field of a record in a call's result which the reply did not tell."""
    services = draft.services
    tool = services.tool(call.env_id, call.tool)
    entity = services.entity(call.env_id, tool.returns.entity)
    key = services.key_field(call.env_id, tool.returns.entity or "")
    shows = getter(draft.services, call.env_id, tool.returns.entity)
    gone = not is_read(tool) and act_of(tool) in {*lexicon.words("acts")["over"], *lexicon.words("acts")["endings"]}
    if entity is None or key is None or shows is None or call.error is not None or gone:
        return None
    step = draft.step(call)
    wish = turn.wishes[-1]
    rows = rows_in(call.result, tool.returns)[:_MOST_ROWS]
    draft.rng.shuffle(rows)
    asked_for = _asked_for(draft, call.env_id, tool.returns.entity, key.wire)
    for path, row in rows:
        told = [value for value in call.arguments.values() if isinstance(value, str | int)]
        open_ones = [
            f
            for f in entity.fields
            if f.wire != wish.asked
            and (f.wire, row.get(key.wire)) not in asked_for
            and row.get(f.wire) not in told
            and can_be_asked(f, row, step, services)
            and fields.happened(f.wire) is None
            and (is_read(tool) or not fields.is_state(f.wire))  # what was just done says in what state a thing is
        ]
        fresh = [f for f in open_ones if asked_value(f, row[f.wire], row)[0] not in turn.reply]
        if row.get(key.wire) is None or not fresh:
            continue
        field = draft.rng.choice(fresh)
        name, parameter = shows
        origin = ArgumentOrigin(argument=parameter, kind="observed", call_id=call.call_id, path=f"{path}.{key.wire}".removeprefix("."))
        asked = draft.unmade(call.env_id, name.name, {parameter: row[key.wire]}, [origin])
        marks = {"answered_by": call.call_id, "lead": "looking_back"}
        return DraftTurn([Wish([asked], field.wire, marks, made=False)], told_value(field, row, tool.returns.entity, draft.rng))
    return None


def _asked_for(draft: Draft, env_id: str, entity: str | None, key: str) -> set[tuple[str, Any]]:
    """The fields that the conversation asks for, each with the key of its record of a kind."""
    found = set()
    for wish in (wish for turn in draft.turns for wish in turn.wishes if wish.asked):
        call = wish.calls[-1]
        returns = draft.services.tool(call.env_id, call.tool).returns
        if (call.env_id, returns.entity) == (env_id, entity):
            found |= {(str(wish.asked), row.get(key)) for _, row in rows_in(call.result, returns)}
    return found
