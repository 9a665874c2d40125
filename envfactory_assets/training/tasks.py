"""RL tasks from proven conversations: one a turn, and one for the whole conversation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from envfactory_assets.environments.state import State
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    GoldCall,
    Message,
    ParameterSpec,
    Produced,
    PromotedEnvironment,
    Rejection,
    ReturnSpec,
    RlTask,
    Row,
    Scenario,
    ToolSpec,
    TrajectoryStep,
    content_hash,
)
from envfactory_assets.training.answers import answers_in, tells
from envfactory_assets.training.conversations import promotable
from envfactory_assets.training.messages import offered_tools, opening_messages, said_by_user, system_message, turn_messages, user_message
from envfactory_assets.training.ordering import calls_before
from envfactory_assets.training.replay import Replayed, Stage, replay_columns
from envfactory_assets.training.reward import reward_version
from envfactory_assets.training.task_gates import judged

_MOST_TOLD = 2
_LOOKING = {"filter", "search", "sort", "page"}


def write_tasks(
    calibrated: CalibratedTrajectory,
    steps: Sequence[TrajectoryStep],
    environments: Sequence[PromotedEnvironment],
    scenarios: Sequence[Scenario],
) -> Produced:
    """Write the tasks of one conversation meant for RL; each task that does not pass a gate becomes a rejection.

    A conversation in which the user makes calls too has no task for the whole: much of its goal would be reached without the agent.
    The task of a turn begins after the last thing that the user says in it, a question back being part of its prompt. A turn that asks for
    nothing makes no task of its own.
    """
    if calibrated.purpose != "rl":
        return Produced()
    promoted = promotable(calibrated, steps, environments, scenarios)
    if isinstance(promoted, str):
        return Produced((_rejection(calibrated, calibrated.trajectory_id, promoted),))
    stage, replayed = promoted
    rows: list[Row] = []
    for task in _tasks(calibrated, stage, replayed):
        found = judged(task, stage.classes)
        passed = task.model_copy(update={"gate_rewards": found.rewards})
        rows.append(_rejection(calibrated, task.task_id, found.failed) if found.failed else passed)
    return Produced(tuple(rows))


def _tasks(calibrated: CalibratedTrajectory, stage: Stage, replayed: Sequence[Replayed]) -> list[RlTask]:
    messages = [system_message(stage)]
    found = []
    said: list[str] = []
    due: dict[str, int] = {}
    state = stage.start
    for turn in calibrated.turns:
        own = [item for item in replayed if item.step.turn == turn.index]
        due |= _due(turn, own, len(said))
        said += said_by_user(turn)
        done = turn.exchanges[-1].after_calls if turn.exchanges else 0
        state = own[done - 1].after if done else state
        prompt = [*messages, *opening_messages(turn, own)]
        goal = _Goal([turn], own[done:], state, said_by_user(turn)[-1:], {item.step.call_id: turn.index for item in own})
        if goal.calls or any(intent.get("declined") or intent.get("answered_by") for intent in _intents(turn)):
            found.append(_task(calibrated, stage, goal, mode="turn", prompt=prompt))
        messages += turn_messages(turn, own)
        state = own[-1].after if own else state
    if any(item.step.requestor == "user" for item in replayed):
        return found
    first = calibrated.turns[0]
    prompt = [messages[0], user_message(first.request, first.index, first.author)]
    found.append(_task(calibrated, stage, _Goal(calibrated.turns, replayed, stage.start, said, due), mode="episode", prompt=prompt))
    return found


def _intents(turn: CalibratedTurn) -> list[dict[str, Any]]:
    return list(turn.form.get("intents", ()))


def _due(turn: CalibratedTurn, own: Sequence[Replayed], said: int) -> dict[str, int]:
    """After which of all that the user says each call of a turn is due."""
    return {item.step.call_id: said + sum(exchange.after_calls <= place for exchange in turn.exchanges) for place, item in enumerate(own)}


@dataclass(frozen=True, slots=True)
class _Goal:
    """What a task asks for."""

    turns: list[CalibratedTurn]
    calls: Sequence[Replayed]
    start: State
    said: list[str]  # by the user while the task runs
    due: dict[str, int]  # by call id: see ``GoldCall.turn``


def _task(
    calibrated: CalibratedTrajectory, stage: Stage, goal: _Goal, *, mode: Literal["turn", "episode"], prompt: list[Message]
) -> RlTask:
    turn_index = prompt[-1].turn if mode == "turn" else 0
    calls = goal.calls
    writes = any(item.writes for item in calls)
    specs = stage.specs()
    tools = {item.step.call_id: specs[item.step.env_id].tool(item.step.tool) for item in calls}
    said = [message.content or "" for message in prompt if message.role == "user"] + goal.said
    declines = not writes and any(intent.get("declined") for turn in goal.turns for intent in _intents(turn))
    return RlTask(
        **replay_columns(calibrated, reward_version()),
        task_id=f"rl_{content_hash([calibrated.trajectory_id, mode, turn_index])[:12]}",
        trajectory_id=calibrated.trajectory_id,
        kind=calibrated.kind,
        turn_index=turn_index,
        mode=mode,
        writes=writes,
        declines=declines,
        system=prompt[0].content or "",
        prompt=prompt,
        user_turns=goal.said,
        tools=offered_tools(calibrated, stage),
        start_state=goal.start,
        gold_calls=_gold_calls(stage, calls, tools, goal.due),
        gold_state=calls[-1].after if calls else goal.start,
        required_answers=[] if writes else _required(goal, tools, prompt, said),
        user_brief=calibrated.user_brief,
        split=calibrated.split,
        author=calibrated.author,
    )


def _required(goal: _Goal, tools: Mapping[str, ToolSpec], prompt: Sequence[Message], said: Sequence[str]) -> list[str]:
    """The values that a reply has to tell: what was worked out or known from before, else what the look-ups found."""
    found: dict[str, None] = {}
    for turn in goal.turns:
        own = [item for item in goal.calls if item.step.turn == turn.index]
        computed = [intent["computed"]["answer"] for intent in _intents(turn) if intent.get("computed")]
        if computed:
            found.update(dict.fromkeys(answer for answer in computed if tells(turn.reply, answer)))
            continue
        found.update(dict.fromkeys(_from_before(turn, prompt, said)))
        found.update(dict.fromkeys(_forbidding(turn, own, said)))
        found.update(dict.fromkeys(required_answers(own, tools, turn.reply, said)))
    return list(found)


def _from_before(turn: CalibratedTurn, prompt: Sequence[Message], said: Sequence[str]) -> list[str]:
    """What an earlier result of the conversation tells of a record that is asked about."""
    found = []
    for intent in _intents(turn):
        results = [message.content for message in prompt if message.role == "tool" and message.tool_call_id == intent.get("answered_by")]
        for content in results:
            held = [row[intent["asked"]] for row in _rows_with(orjson.loads(content or "null"), intent["asked"])]
            news = [value for value in answers_in(held) if _is_news(value, turn.reply, said)]
            found += news[:1]
    return found


def _forbidding(turn: CalibratedTurn, calls: Sequence[Replayed], said: Sequence[str]) -> list[str]:
    """The state of a record for which a call on it was refused, as a look-up shows it."""
    found = []
    for intent in _intents(turn):
        refused = [item for item in calls if item.step.call_id == intent["call_ids"][-1] and item.step.error is not None]
        keys = {str(value) for item in refused for value in item.step.arguments.values()}
        for item in calls if refused and intent.get("hides") else ():
            rows = _rows_with(item.result.value, intent["hides"]) if item.result.ok else []
            states = [row[intent["hides"]] for row in rows if keys & {str(value) for value in row.values()}]
            found += [value for value in answers_in(states) if _is_news(value, turn.reply, said)]
    return found[:1]


def _rows_with(value: Any, name: str) -> list[dict[str, Any]]:
    """The records inside a result that have a field."""
    if isinstance(value, list):
        return [row for item in value for row in _rows_with(item, name)]
    if isinstance(value, dict):
        return [value] if name in value else [row for item in value.values() for row in _rows_with(item, name)]
    return []


def _gold_calls(stage: Stage, calls: Sequence[Replayed], tools: Mapping[str, ToolSpec], due: Mapping[str, int]) -> list[GoldCall]:
    after = calls_before(stage, calls)
    return [
        GoldCall(
            call_id=item.step.call_id,
            tool=item.name,
            arguments=item.step.arguments,
            required=item.writes,
            after=after[item.step.call_id],
            argument_match=_argument_match(item, tools[item.step.call_id]),
            turn=due[item.step.call_id],
        )
        for item in calls
    ]


def _argument_match(item: Replayed, tool: ToolSpec) -> dict[str, str]:
    """Optional filters of look-ups and values nobody asked for are free, free text is tolerant, the rest exact."""
    parameters = {parameter.name: parameter for parameter in tool.parameters}
    origins = {origin.argument: origin.kind for origin in item.step.argument_origins}
    return {name: _match(parameters.get(name), origins.get(name), item.writes) for name in item.step.arguments}


def _match(parameter: ParameterSpec | None, origin: str | None, writes: bool) -> str:
    if parameter is None:
        return "exact"
    if not parameter.required and (origin == "default" or (not writes and parameter.role in _LOOKING)):
        return "free"
    is_text = parameter.type == "string" and not parameter.enum
    return "tolerant" if is_text and parameter.role in {"value", "search", "other"} else "exact"


def required_answers(calls: Sequence[Replayed], tools: Mapping[str, ToolSpec], reply: str, said: Sequence[str]) -> list[str]:
    """The values that answer a request which changes nothing: found by its look-ups, told in the reply, not said by the user.

    Of a single record all that was told counts; of one among several what tells it apart from the others, its first two such values.

    Args:
        calls: the calls made for the request.
        tools: their specifications, by call id.
        reply: what the user was told.
        said: all that the user said so far, the requests included.
    """
    found: dict[str, None] = {}
    for item in calls:
        records = _records(item.result.value, tools[item.step.call_id].returns) if item.result.ok else []
        counts = Counter(value for record in records for value in set(answers_in(record)))
        for record in records:
            news = [value for value in dict.fromkeys(answers_in(record)) if counts[value] == 1 and _is_news(value, reply, said)]
            found.update(dict.fromkeys(news if len(records) == 1 else news[:_MOST_TOLD]))
    return list(found)


def _records(value: Any, returns: ReturnSpec) -> list[Any]:
    rows = returns.inside(value)
    return rows if isinstance(rows, list) else [rows]


def _is_news(value: str, reply: str, said: Sequence[str]) -> bool:
    return tells(reply, value) and not any(tells(text, value) for text in said)


def _rejection(calibrated: CalibratedTrajectory, subject: str, reason: str) -> Rejection:
    return Rejection(domain=calibrated.domain, stage=RlTask.table, subject=subject, reason=reason)
