"""A wish whose tool is the user's own: the assistant finds the record, the user makes the call, the assistant checks that it worked."""

from dataclasses import replace

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.kinds.describing import telling_rows
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish, getter, grouped
from envfactory_assets.dialogue.kinds.moving import called, deciding_fields, moving_tools
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.replies import can_be_asked, told_value
from envfactory_assets.dialogue.services import rows_in

_MOST_ROWS = 3


def user_side(draft: Draft) -> bool:
    """Add a wish that only the user can fulfil, with a tool that is not the assistant's."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    used = {(call.env_id, call.tool) for call in draft.calls()}
    for env_id, tool, entity, parameter, looks in moving_tools(draft):
        shows = getter(draft.services, env_id, entity)
        if shows is None or (env_id, tool.name) in used:
            continue
        episode = draft.world()
        lookup = draft.call(episode, env_id, looks, {}, [])
        for wire, _ in deciding_fields(draft.services, env_id, tool, entity):
            rows = telling_rows(draft.services, Observer(draft.services, episode), env_id, looks, lookup.result, draft.rng)
            for seen in rows[:_MOST_ROWS]:
                before = episode.view()
                done = called(draft, episode, env_id, tool, parameter, lookup, seen)
                checked = called(draft, episode, env_id, shows[0], shows[1], lookup, seen)
                turn = _turn(draft, [lookup, replace(done, requestor="user"), checked], wire) if done.error is None and done.diff else None
                if turn is not None:
                    if not draft.again([*draft.turns, turn]):
                        return False
                    draft.withheld = [draft.services.agent_name(env_id, tool.name)]
                    return True
                episode.reset(before)
    return False


def _turn(draft: Draft, calls: list[MadeCall], wire: str) -> DraftTurn | None:
    """The turn, when the last call shows the state that people would ask for."""
    checked = calls[-1]
    tool = draft.services.tool(checked.env_id, checked.tool)
    field = draft.services.field(checked.env_id, tool.returns.entity, wire)
    rows = [row for _, row in rows_in(checked.result, tool.returns)]
    if field is None or not rows or not can_be_asked(field, rows[0], draft.step(checked), draft.services):
        return None
    looked, done, checked = grouped(calls, [0, 1, 2])
    question = draft.rng.choice(lexicon.words("kinds")["yours_to_do"])
    first, second = Wish([looked, done], None, {"hands_over": True}), Wish([checked], wire)
    return DraftTurn([first, second], told_value(field, rows[0], tool.returns.entity, draft.rng), question)
