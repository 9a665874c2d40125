"""Wishes that cannot be granted: no tool does what is wanted, or the service refuses."""

from dataclasses import dataclass, replace

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.explicit import wish_words
from envfactory_assets.dialogue.kinds.describing import Seen, telling_rows
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish, grouped
from envfactory_assets.dialogue.kinds.moving import called, deciding_fields, moving_tools
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.phrases import fill
from envfactory_assets.dialogue.screening import internal_ids, leaks
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.environments import Episode
from envfactory_assets.records import EffectSpec, ToolSpec

_MOST_ROWS = 4
_REFUSALS = ("precondition_failed", "conflict")


def missing_tool(draft: Draft) -> bool:
    """Withhold the tool of a wish on which nothing else depends: the assistant says that it cannot."""
    places = [place for place in range(1, len(draft.turns)) if _can_be_withheld(draft, place)]
    draft.rng.shuffle(places)
    for place in places:
        turn = draft.turns[place]
        wish = turn.wishes[0]
        last = wish.calls[-1]
        tool = draft.services.tool(last.env_id, last.tool)
        do = wish_words(tool)
        plain = do.split(" ")[1:2] in (["a"], ["an"], ["some"])
        frame = draft.rng.choice(lexicon.words("kinds")["no_tool" if plain else "no_tool_for_that"])
        calls = [*wish.calls[:-1], replace(last, result=None, diff=[])]
        unmade = DraftTurn([Wish(calls, None, {"declined": "missing_tool"}, made=False)], fill(frame, do=do).text)
        if draft.again([*draft.turns[:place], unmade, *draft.turns[place + 1 :]]):
            rivals = rival_tools(draft.services, last.env_id, tool)
            draft.withheld = [draft.services.agent_name(last.env_id, name) for name in rivals]
            return True
    return False


def _can_be_withheld(draft: Draft, place: int) -> bool:
    """Whether a turn is one wish to change something, whose tool and results are used nowhere else."""
    turn = draft.turns[place]
    last = turn.wishes[-1].calls[-1]
    tool = draft.services.tool(last.env_id, last.tool)
    if len(turn.wishes) > 1 or is_read(tool):
        return False
    rivals = set(rival_tools(draft.services, last.env_id, tool))
    own = {call.call_id for call in turn.calls()}
    others = [call for other in draft.turns if other is not turn for call in other.calls()]
    used = any(origin.call_id in own for call in others for origin in call.origins)
    return not used and bool(others) and not any(call.env_id == last.env_id and call.tool in rivals for call in others)


def rival_tools(services: Services, env_id: str, tool: ToolSpec) -> list[str]:
    """The tools that could do what a tool does: those with one of its effects, on the same kind of record and to the same end."""
    tools = services.specs[env_id].tools
    return [other.name for other in tools if any(_rivals(mine, theirs) for mine in tool.effects for theirs in other.effects)]


def _rivals(mine: EffectSpec, theirs: EffectSpec) -> bool:
    open_end = mine.target is None or theirs.target is None
    return (mine.family, mine.entity) == (theirs.family, theirs.entity) and (open_end or mine.target == theirs.target)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A call that the service refuses for what its record is."""

    env_id: str
    tool: ToolSpec
    parameter: str
    lookup: MadeCall
    call: MadeCall
    seen: Seen
    field: str  # the field whose value forbids it
    others: list[Seen]


def impossible(draft: Draft) -> bool:
    """Add a wish that the service refuses; the assistant gives its reason."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    places = list(range(1, len(draft.turns) + 1))
    draft.rng.shuffle(places)
    for place in places[:2]:
        found = _refusal(draft, draft.world(place), place)
        if found is not None:
            turn = DraftTurn([_refused_wish(found)], _reply(draft, found))
            return draft.again([*draft.turns[:place], turn, *draft.turns[place:]])
    return False


def recovery(draft: Draft) -> bool:
    """Add a wish that the service refuses, after which the user takes another record with which it works."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    episode = draft.world()
    found = _refusal(draft, episode, len(draft.turns))
    if found is None:
        return False
    for other in found.others[:_MOST_ROWS]:
        before = episode.view()
        call = called(draft, episode, found.env_id, found.tool, found.parameter, found.lookup, other)
        if call.error is None and call.diff:
            second = Wish(grouped([call], [2]))
            closing = DraftTurn([second])
            draft.close(closing)
            question = f"{_reply(draft, found)} {draft.rng.choice(lexicon.words('kinds')['ask_else'])}"
            return draft.again([*draft.turns, DraftTurn([_refused_wish(found), second], closing.reply, question)])
        episode.reset(before)
    return False


def _refused_wish(found: _Refusal) -> Wish:
    calls = grouped([found.lookup, found.call], [0, 1])
    return Wish(calls, None, {"declined": "impossible", "hides": found.field})


def _refusal(draft: Draft, episode: Episode, place: int) -> _Refusal | None:
    """A call that is refused for the state its record is in, on a record that words can single out and nobody has just dealt with."""
    known = _dealt_with(draft, place)
    for env_id, tool, entity, parameter, looks in moving_tools(draft):
        lookup = draft.call(episode, env_id, looks, {}, [])
        rows = telling_rows(draft.services, Observer(draft.services, episode), env_id, looks, lookup.result, draft.rng)
        for wire, allowed in deciding_fields(draft.services, env_id, tool, entity):
            forbidden = [seen for seen in rows if isinstance(seen.row.get(wire), str) and not _allows(allowed, seen.row[wire])]
            refused = [seen for seen in forbidden if str(seen.key) not in known]
            others = [seen for seen in rows if _allows(allowed, seen.row.get(wire))]
            hidden = telling_rows(draft.services, Observer(draft.services, episode), env_id, looks, lookup.result, draft.rng, but=wire)
            for seen in [seen for seen in refused if seen in hidden][:_MOST_ROWS]:
                before = episode.view()
                call = called(draft, episode, env_id, tool, parameter, lookup, seen)
                if call.error is not None and call.error.startswith(_REFUSALS) and _is_about(call.error, seen.row[wire]):
                    return _Refusal(env_id, tool, parameter, lookup, call, seen, wire, others)
                episode.reset(before)
    return None


def _is_about(error: str, state: str) -> bool:
    """Whether a service refuses for the state that a record is in, and not for something else that is also so."""
    message, own = ("".join(sign for sign in text.casefold() if sign.isalnum()) for text in (error, state))
    return own in message


def _dealt_with(draft: Draft, place: int) -> set[str]:
    """The keys of what the turns before one have made, changed or shown: the user knows what became of it."""
    calls = draft.calls(place)
    changed = {str(change["key"]) for call in calls for change in call.diff}
    given = {str(value) for call in calls for value in call.arguments.values() if isinstance(value, str | int)}
    shown = set()
    for call in [wish.calls[-1] for turn in draft.turns[:place] for wish in turn.wishes if wish.made]:
        returns = draft.services.tool(call.env_id, call.tool).returns
        key = draft.services.key_field(call.env_id, returns.entity or "")
        rows = rows_in(call.result, returns)[:_MOST_ROWS]
        shown |= {str(row[key.wire]) for _, row in rows if key is not None and row.get(key.wire) is not None}
    return changed | given | shown


def _allows(allowed: tuple[str, ...], value: object) -> bool:
    return any(str(value).casefold() == choice.casefold() for choice in allowed)


def _is_adjective(state: str) -> bool:
    """Whether a thing is said to be so: cancelled, pending; not error."""
    return (" " not in state and state.endswith(("ed", "ing", "en"))) or state in lexicon.words("vocabulary")["adjectives"]


def _reply(draft: Draft, found: _Refusal) -> str:
    """The refusal with the service's reason, or with the state that forbids it when the reason holds what nobody says.

    Nobody says a name in code, nor what else the state would have to be, which services add after a semicolon.
    """
    lists = lexicon.words("kinds")
    message = (found.call.error or "").partition(": ")[2].strip()
    state = " ".join(lexicon.split_name(str(found.seen.row[found.field])))
    ids = internal_ids(draft.services, draft.world().view())
    field = draft.services.field(found.env_id, draft.services.tool(found.env_id, found.lookup.tool).returns.entity, found.field)
    joined = [c.lower() for c in (field.enum if field else ()) if len(lexicon.split_name(c)) > 1]  # "inprogress" is no word
    noun = lexicon.noun(draft.services.tool(found.env_id, found.lookup.tool).returns.entity or "record")
    strange = any(mark in message.lower() for mark in ("'", '"', "_", ";", *joined)) or noun.lower() not in message.lower()
    plain = message.endswith(".") and not strange and not leaks(message, draft.services, ids)
    already = any(str(effect.target).casefold() == str(found.seen.row[found.field]).casefold() for effect in found.tool.effects)
    if already or not plain or state not in message.lower():
        way = "already" if already else "because" if _is_adjective(state) else "because_of"
        message = fill(draft.rng.choice(lists[way]), noun=noun, state=lists["states"].get(state, state) if way == "because" else state).text
    return fill(draft.rng.choice(lists["refused"]), reason=message).text
