"""RL tasks from proven conversations: one a turn, and one for the whole conversation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from envfactory_assets.records import (
    CalibratedTrajectory,
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
from envfactory_assets.training.messages import system_message, turn_messages, user_message
from envfactory_assets.training.ordering import calls_before
from envfactory_assets.training.replay import Replayed, Stage, replay_columns
from envfactory_assets.training.reward import reward_version
from envfactory_assets.training.task_gates import failed_gate

_MOST_TOLD = 2
_LOOKING = {"filter", "search", "sort", "page"}


def write_tasks(
    calibrated: CalibratedTrajectory,
    steps: Sequence[TrajectoryStep],
    environments: Sequence[PromotedEnvironment],
    scenarios: Sequence[Scenario],
) -> Produced:
    """Write the tasks of one conversation meant for RL; each task that does not pass a gate becomes a rejection.

    A turn without calls (a question back to the user) makes no task of its own.
    """
    if calibrated.purpose != "rl":
        return Produced()
    promoted = promotable(calibrated, steps, environments, scenarios)
    if isinstance(promoted, str):
        return Produced((_rejection(calibrated, calibrated.trajectory_id, promoted),))
    stage, replayed = promoted
    rows: list[Row] = []
    for task in _tasks(calibrated, stage, replayed):
        failed = failed_gate(task, stage.classes)
        rows.append(_rejection(calibrated, task.task_id, failed) if failed else task)
    return Produced(tuple(rows))


def _tasks(calibrated: CalibratedTrajectory, stage: Stage, replayed: Sequence[Replayed]) -> list[RlTask]:
    messages = [system_message(stage)]
    found = []
    for turn in calibrated.turns:
        own = [item for item in replayed if item.step.turn == turn.index]
        if own:
            prompt = [*messages, user_message(turn.request, turn.index, turn.author)]
            found.append(_task(calibrated, stage, own, mode="turn", prompt=prompt, requests=[turn.request], reply=turn.reply))
        messages += turn_messages(turn, own)
    first = calibrated.turns[0]
    prompt = [messages[0], user_message(first.request, first.index, first.author)]
    requests = [turn.request for turn in calibrated.turns]
    replies = "\n".join(turn.reply for turn in calibrated.turns)
    found.append(_task(calibrated, stage, replayed, mode="episode", prompt=prompt, requests=requests, reply=replies))
    return found


def _task(
    calibrated: CalibratedTrajectory,
    stage: Stage,
    calls: Sequence[Replayed],
    *,
    mode: Literal["turn", "episode"],
    prompt: list[Message],
    requests: list[str],
    reply: str,
) -> RlTask:
    turn_index = prompt[-1].turn if mode == "turn" else 0
    writes = any(item.writes for item in calls)
    specs = stage.specs()
    tools = {item.step.call_id: specs[item.step.env_id].tool(item.step.tool) for item in calls}
    said = [message.content or "" for message in prompt if message.role == "user"] + requests
    return RlTask(
        **replay_columns(calibrated, reward_version()),
        task_id=f"rl_{content_hash([calibrated.trajectory_id, mode, turn_index])[:12]}",
        trajectory_id=calibrated.trajectory_id,
        turn_index=turn_index,
        mode=mode,
        writes=writes,
        system=prompt[0].content or "",
        prompt=prompt,
        user_turns=requests,
        tools=stage.episode().openai_tools(),
        start_state=calls[0].before,
        gold_calls=_gold_calls(stage, calls, tools),
        gold_state=calls[-1].after,
        required_answers=[] if writes else required_answers(calls, tools, reply, said),
        user_brief=calibrated.user_brief,
        split=calibrated.split,
        author=calibrated.author,
    )


def _gold_calls(stage: Stage, calls: Sequence[Replayed], tools: Mapping[str, ToolSpec]) -> list[GoldCall]:
    after = calls_before(stage, calls)
    return [
        GoldCall(
            call_id=item.step.call_id,
            tool=item.name,
            arguments=item.step.arguments,
            required=item.writes,
            after=after[item.step.call_id],
            argument_match=_argument_match(item, tools[item.step.call_id]),
            turn=item.step.turn,
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
    rows = value.get(returns.envelope) if returns.envelope and isinstance(value, dict) else value
    return rows if isinstance(rows, list) else [rows]


def _is_news(value: str, reply: str, said: Sequence[str]) -> bool:
    return tells(reply, value) and not any(tells(text, value) for text in said)


def _rejection(calibrated: CalibratedTrajectory, subject: str, reason: str) -> Rejection:
    return Rejection(domain=calibrated.domain, stage=RlTask.table, subject=subject, reason=reason)
