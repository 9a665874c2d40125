"""``envfactory show``: a conversation, a task or an environment, well printed."""

from typing import TypeVar

import orjson
from rich.console import Console, Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from envfactory_assets.console.errors import UserError
from envfactory_assets.console.published import published_rows
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    PromotedEnvironment,
    RawTrajectory,
    RlTask,
    SftConversation,
    TrajectoryStep,
)
from envfactory_assets.records.base import Row
from envfactory_assets.training.reading import change_lines, compact, cut, origin_words, pieces, shortened
from envfactory_assets.warehouse import Home, query_published

R = TypeVar("R", bound=Row)
_RESULT_WIDTH = 320
_MARKS = {"": "cyan", "value": "black on yellow", "record": "black on bright_blue"}


def show(home: Home, identifier: str, console: Console) -> None:
    """Print what an id names.

    Raises:
        UserError: nothing has that id.
    """
    conversation = _one(home, CalibratedTrajectory, "trajectory_id", identifier)
    if conversation is not None:
        _show_conversation(home, conversation, console)
    elif (task := _one(home, RlTask, "task_id", identifier)) is not None:
        _show_task(task, console)
    elif (environment := _one(home, PromotedEnvironment, "env_id", identifier)) is not None:
        _show_environment(environment, console)
    else:
        raise UserError(f"Nothing has the id {identifier!r}. It may be a trajectory_id, a task_id or an env_id: see 'envfactory sql'.")


def _one(home: Home, record: type[R], column: str, value: str) -> R | None:
    found = published_rows(home, record, f'"{column}" = ?', [value])
    return found[-1] if found else None


def _show_conversation(home: Home, conversation: CalibratedTrajectory, console: Console) -> None:
    raw = _one(home, RawTrajectory, "trajectory_id", conversation.trajectory_id)
    steps = published_rows(home, TrajectoryStep, "trajectory_id = ?", [conversation.trajectory_id])
    steps.sort(key=lambda step: step.step)
    literal = f"{conversation.literal_share_raw:.0%} literal when spelled out, {conversation.literal_share_calibrated:.0%} as asked"
    what = [" + ".join(conversation.env_ids), conversation.kind.replace("_", " "), conversation.split, _became(home, conversation), literal]
    told = Text.assemble((conversation.user_brief.goal, "bold"), f"\n{' · '.join(what)}")
    console.print(Panel(told, title=conversation.trajectory_id, title_align="left"))
    for turn in conversation.turns:
        console.print(Text(f"\nTurn {turn.index + 1}   {', '.join(turn.operators)}", style="dim italic"))
        console.print(_request(turn))
        if raw and turn.index < len(raw.turns):
            console.print(Text(f"  spelled out: {raw.turns[turn.index].request}", style="dim"))
        own = [step for step in steps if step.turn == turn.index]
        for place in range(len(own) + 1):
            for exchange in turn.exchanges:
                if exchange.after_calls == place:
                    console.print(Text(f"Assistant: {exchange.question}", style="green"))
                    console.print(Text(f"User: {exchange.answer}", style="bold cyan"))
            if place < len(own):
                console.print(_step(own[place]))
        if turn.reply:
            console.print(Text(f"Assistant: {turn.reply}", style="green"))


def _became(home: Home, conversation: CalibratedTrajectory) -> str:
    """What was made of a conversation."""
    if _one(home, SftConversation, "trajectory_id", conversation.trajectory_id) is not None:
        return "training-ready"
    tasks = query_published(home, "SELECT count(*) FROM training_ready_rl WHERE trajectory_id = ?", [conversation.trajectory_id])
    [[count]] = tasks.fetchall()
    return f"{count} RL tasks" if count else "not promoted"


def _request(turn: CalibratedTurn) -> Text:
    """The request, the words for values and for records marked."""
    text = Text("User: ", style="bold cyan")
    for piece in pieces(turn):
        text.append(piece.text, style=_MARKS[piece.kind])
    return text


def _step(step: TrajectoryStep) -> Group:
    origins = {origin.argument: origin for origin in step.argument_origins}
    who = "" if step.requestor == "agent" else f" (by the {step.requestor})"
    lines = [Text(f"  → {step.call_id} {step.tool}{who}", style="yellow")]
    for name, value in step.arguments.items():
        line = Text(f"      {name} = {compact(shortened(value))}")
        line.append(f"   {origin_words(origins.get(name))}", style="dim italic")
        lines.append(line)
    if step.error:
        lines.append(Text(f"      refused: {step.error}", style="red"))
    else:
        lines.append(Text(f"      {cut(compact(shortened(step.result)), _RESULT_WIDTH)}", style="dim"))
    lines += [Text(f"      ± {line}", style="magenta") for line in change_lines(step.state_diff)]
    return Group(*lines)


def _show_task(task: RlTask, console: Console) -> None:
    console.print(Panel(f"{task.mode} task, turn {task.turn_index} of {task.trajectory_id} · {task.split}", title=task.task_id))
    console.print(Text(task.system, style="dim"))
    for message in task.prompt:
        if message.role in {"user", "assistant"} and message.content:
            console.print(Text(f"{message.role}: {message.content}", style="cyan" if message.role == "user" else "green"))
    table = Table(title="Gold calls", title_justify="left")
    for header in ("call", "tool", "arguments", "required", "after"):
        table.add_column(header, overflow="fold")
    for call in task.gold_calls:
        arguments = orjson.dumps(call.arguments).decode()
        table.add_row(call.call_id, call.tool, arguments, "yes" if call.required else "", ", ".join(call.after))
    console.print(table)
    if task.required_answers:
        console.print(f"Required answers: {', '.join(task.required_answers)}")


def _show_environment(environment: PromotedEnvironment, console: Console) -> None:
    made_of = environment.resource_id or "a module by hand"
    title = f"{environment.env_id} · {environment.author} · from {made_of} · grade {environment.grade:.2f} · {environment.split}"
    console.print(Panel(environment.policy or "No policy.", title=title, title_align="left"))
    console.print(Syntax(environment.source_code, "python", background_color="default"))
