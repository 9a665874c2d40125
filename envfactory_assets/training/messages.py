"""Conversations in OpenAI's message shape, each message with its author, its turn and whether the loss covers it."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined, Template, select_autoescape

from envfactory_assets.dialogue.lexicon import split_name
from envfactory_assets.environments.state import State
from envfactory_assets.graph.workplaces import workplace, workplaces
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    EnvironmentSpec,
    FunctionCall,
    Message,
    ToolCall,
    canonical_json,
)
from envfactory_assets.training.replay import Replayed, Stage

_RULES, _ENVIRONMENT = "rules", "environment"
_TOLD_OF_A_CALLER = ("name", "email")


def conversation_messages(calibrated: CalibratedTrajectory, replayed: Sequence[Replayed], stage: Stage) -> list[Message]:
    """The whole conversation: system, then every turn's request, calls with their results, and reply."""
    messages = [system_message(stage)]
    for turn in calibrated.turns:
        messages += turn_messages(turn, [item for item in replayed if item.step.turn == turn.index])
    return messages


def turn_messages(turn: CalibratedTurn, replayed: Sequence[Replayed]) -> list[Message]:
    """One turn: request, calls, what is asked back with its answer in between, reply."""
    messages = opening_messages(turn, replayed)
    done = turn.exchanges[-1].after_calls if turn.exchanges else 0
    messages += _call_messages(turn.index, replayed[done:])
    if turn.reply:
        messages.append(assistant_message(turn.reply, turn.index, _RULES))
    return messages


def opening_messages(turn: CalibratedTurn, replayed: Sequence[Replayed]) -> list[Message]:
    """One turn up to the last thing that the user says in it: the request, or the answer to a question back."""
    messages = [user_message(turn.request, turn.index, turn.author)]
    done = 0
    for exchange in turn.exchanges:
        messages += _call_messages(turn.index, replayed[done : exchange.after_calls])
        messages += [assistant_message(exchange.question, turn.index, _RULES), user_message(exchange.answer, turn.index, _RULES)]
        done = exchange.after_calls
    return messages


def _call_messages(turn: int, replayed: Sequence[Replayed]) -> list[Message]:
    """The agent's calls with their results; those that do not depend on each other stand in one assistant message."""
    messages = []
    own = [item for item in replayed if item.step.requestor == "agent"]
    for _, group in groupby(own, key=lambda item: item.step.parallel_group):
        items = list(group)
        calls = [tool_call(item.step.call_id, item.name, item.step.arguments) for item in items]
        messages.append(assistant_message(None, turn, _RULES, calls))
        messages += [tool_message(item.step.call_id, item.result.content, turn) for item in items]
    return messages


def said_by_user(turn: CalibratedTurn) -> list[str]:
    """All that the user says in a turn, in order."""
    return [turn.request, *(exchange.answer for exchange in turn.exchanges)]


def offered_tools(calibrated: CalibratedTrajectory, stage: Stage) -> list[dict[str, Any]]:
    """The tools of a conversation, without those that are withheld from it."""
    withheld = set(calibrated.withheld_tools)
    return [tool for tool in stage.episode().openai_tools() if tool["function"]["name"] not in withheld]


def system_message(stage: Stage) -> Message:
    """What an agent knows before it is asked anything: services, date, caller, rules."""
    specs = stage.specs()
    now = datetime.fromisoformat(next(iter(stage.start.values()))["now"])
    text = _template().render(
        services=" and ".join(spec.title for spec in specs.values()),
        today=f"{now:%A} {now.day} {now:%B %Y}",
        time=f"{now:%H:%M}",
        caller=caller_words(specs, stage.start),
        workplaces=workplace_words(specs, stage.start),
        policies=[(spec.title, spec.policy) for spec in specs.values() if spec.policy],
    )
    return Message(role="system", content=text.strip(), tool_calls=[], tool_call_id=None, author=_RULES, turn=0, train=False)


def user_message(text: str, turn: int, author: str) -> Message:
    """A request."""
    return Message(role="user", content=text, tool_calls=[], tool_call_id=None, author=author, turn=turn, train=False)


def assistant_message(text: str | None, turn: int, author: str, calls: Sequence[ToolCall] = ()) -> Message:
    """Calls, which are trained on, or prose, which is only when a model wrote it."""
    train = bool(calls) or author != _RULES
    return Message(role="assistant", content=text, tool_calls=list(calls), tool_call_id=None, author=author, turn=turn, train=train)


def tool_message(call_id: str, content: str, turn: int) -> Message:
    """What a call came to."""
    return Message(role="tool", content=content, tool_calls=[], tool_call_id=call_id, author=_ENVIRONMENT, turn=turn, train=False)


def tool_call(call_id: str, name: str, arguments: Any) -> ToolCall:
    """A call in OpenAI's shape."""
    return ToolCall(id=call_id, type="function", function=FunctionCall(name=name, arguments=canonical_json(arguments)))


def caller_words(specs: dict[str, EnvironmentSpec], states: State) -> str:
    """Who the agent acts for: the name where a record of the caller has one, and the id in each service."""
    facts: dict[str, None] = {}
    ids: dict[str, None] = {}
    for env_id, spec in specs.items():
        me = states[env_id]["me"]
        if me is None:
            continue
        ids[f"id {me}"] = None
        facts.update(dict.fromkeys(_facts(spec, states[env_id], me)))
    return f"{', '.join(facts) or 'the caller'} ({', '.join(ids)})" if ids else ""


def workplace_words(specs: dict[str, EnvironmentSpec], states: State) -> list[str]:
    """The records in which everything else is kept, and which no tool tells: of each kind the one that is worked in."""
    told = [
        (entity, key)
        for env_id, spec in specs.items()
        for entity in sorted(workplaces(spec))
        if (key := workplace(spec, states[env_id], entity)) not in {None, states[env_id]["me"]}
    ]
    return [f"the {' '.join(split_name(entity))} with the id {key}" for entity, key in told]


def _facts(spec: EnvironmentSpec, state: dict[str, Any], me: str | int) -> list[str]:
    """Name and address in the caller's own record, if exactly one entity has a record under the caller's id."""
    records = [(entity, row) for entity in spec.entities for row in state["tables"].get(entity.table, []) if row[entity.key] == me]
    if len(records) != 1:
        return []
    entity, row = records[0]
    told = [field.name for field in entity.fields if field.type == "text" and field.name.endswith(_TOLD_OF_A_CALLER)]
    return [str(row[name]) for name in told if row[name]]


@cache
def _template() -> Template:
    folder = Path(__file__).resolve().parent
    loader = FileSystemLoader(folder)
    templates = Templates(loader=loader, undefined=StrictUndefined, autoescape=select_autoescape(("html",)), trim_blocks=True)
    return templates.get_template("system.jinja")
