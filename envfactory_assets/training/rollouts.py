"""Attempts at tasks: an agent's calls, parsed from JSON text, executed for real and scored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from envfactory_assets.environments import Environment, Episode, describe, state_diff
from envfactory_assets.environments.state import State
from envfactory_assets.records import (
    FunctionCall,
    Message,
    Produced,
    PromotedEnvironment,
    Reward,
    RlTask,
    Rollout,
    canonical_json,
    content_hash,
    derived_seed,
)
from envfactory_assets.records.schema import to_row
from envfactory_assets.training.agents import Agent, GoldAgent, NullAgent, RandomAgent, ReadEverythingAgent
from envfactory_assets.training.messages import assistant_message, tool_call, tool_message, user_message
from envfactory_assets.training.replay import load_classes, replay_columns
from envfactory_assets.training.reward import Call, Scorer, reward_version

Classes = Mapping[str, type[Environment]]
MOST_MOVES = 40
_READING = frozenset({"get", "list", "search", "read"})


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an agent did with a task."""

    calls: tuple[Call, ...]
    messages: tuple[Message, ...]  # from the prompt's end on
    final_state: State
    reply: str
    failure: str | None  # "move_limit" when it did not come to an end


def roll_out_stored(stored: Mapping[str, Any], environments: Sequence[PromotedEnvironment], *, seed: int) -> Produced:
    """Roll out a task as it is stored (see ``roll_out``): it is read where the work is done.

    Raises:
        UnreplayableError: the task's environments are not among those given.
    """
    return roll_out(to_row(RlTask, stored), environments, seed=seed)


def roll_out(task: RlTask, environments: Sequence[PromotedEnvironment], *, seed: int) -> Produced:
    """Let the gold, null and random agents attempt a task, and keep what they did.

    Raises:
        UnreplayableError: the task's environments are not among those given.
    """
    scorer = Scorer(task, load_classes(task, environments))
    agents: list[Agent] = [GoldAgent(task), NullAgent(), RandomAgent(derived_seed(seed, task.task_id, "random"))]
    return Produced(tuple(_rollout(scorer, agent, seed) for agent in agents))


def _rollout(scorer: Scorer, agent: Agent, seed: int) -> Rollout:
    task = scorer.task
    done = attempt(scorer, agent)
    diff = state_diff(task.start_state, done.final_state, scorer.environments)
    columns = replay_columns(task, reward_version()) | {"seed": seed}
    return Rollout(
        **columns,
        rollout_id=f"ro_{content_hash([task.task_id, agent.name, seed])[:12]}",
        task_id=task.task_id,
        agent=agent.name,
        calls=[{"tool": call.tool, "arguments": call.arguments, "accepted": call.accepted} for call in done.calls],
        messages=list(done.messages),
        final_state_diff=diff,
        reward=reward_of(done, scorer),
        failure=done.failure,
    )


def reward_of(done: Attempt, scorer: Scorer) -> Reward:
    """Score an attempt."""
    return scorer.reward(done.calls, done.final_state, done.reply)


def attempt(scorer: Scorer, agent: Agent) -> Attempt:
    """Run one agent: it is given each request in turn, once it has replied to the one before."""
    task, episode = scorer.task, scorer.episode()
    messages = list(task.prompt)
    tools = task.tools
    offered = frozenset(tool["function"]["name"] for tool in tools)
    calls: list[Call] = []
    replies: list[str] = []
    moves, first = 0, messages[-1].turn
    for number, request in enumerate(task.user_turns):
        turn = first + number
        if number:
            messages.append(user_message(request, turn, task.author))
        while moves < MOST_MOVES:
            moves += 1
            move = agent.respond(messages, tools)
            if not move.calls:
                replies.append(move.reply)
                messages.append(assistant_message(move.reply, turn, agent.name))
                break
            calls += _make(episode, offered, move.calls, messages, turn, agent.name)
    failure = "move_limit" if len(replies) < len(task.user_turns) else None
    return Attempt(tuple(calls), tuple(messages[len(task.prompt) :]), episode.view(), "\n".join(replies), failure)


def _make(
    episode: Episode, offered: frozenset[str], asked: Sequence[FunctionCall], messages: list[Message], turn: int, author: str
) -> list[Call]:
    """Execute the calls of one assistant message and append it with one tool message each."""
    ids = [f"call_{len(messages)}_{index}" for index in range(len(asked))]
    shaped = [tool_call(name, call.name, {}).model_copy(update={"function": call}) for name, call in zip(ids, asked, strict=True)]
    messages.append(assistant_message(None, turn, author, shaped))
    made = []
    for name, call in zip(ids, asked, strict=True):
        made_call, content = _execute(episode, offered, call)
        made.append(made_call)
        messages.append(tool_message(name, content, turn))
    return made


def _execute(episode: Episode, offered: frozenset[str], call: FunctionCall) -> tuple[Call, str]:
    arguments = parsed(call.arguments)
    if arguments is None:
        error = {"error": {"code": "invalid_argument", "message": "The arguments are not a JSON object."}}
        return Call(call.name, None, accepted=False), canonical_json(error)
    if call.name not in offered:
        error = {"error": {"code": "not_found", "message": f"There is no tool named {call.name!r}."}}
        return Call(call.name, arguments, accepted=False), canonical_json(error)
    result = episode.call(call.name, arguments)
    return Call(call.name, arguments, accepted=result.ok), result.content


def parsed(arguments: str) -> dict[str, object] | None:
    """The arguments of a call from their JSON text; None when it is not a JSON object."""
    try:
        found = orjson.loads(arguments)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def read_everything(classes: Classes) -> ReadEverythingAgent:
    """The agent that reads all it can in these environments."""
    several = Episode(dict(classes))
    reading = [
        several.name_of(env_id, tool.name)
        for env_id, cls in classes.items()
        for tool in describe(cls, env_id).tools
        if tool.effects and all(effect.family in _READING for effect in tool.effects)
    ]
    return ReadEverythingAgent(frozenset(reading))
