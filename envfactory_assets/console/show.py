"""``envfactory show``: a conversation, a task or an environment, well printed."""

from typing import Any, TypeVar

import orjson
from rich.console import Console, Group
from rich.panel import Panel
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from envfactory_assets.console.errors import UserError
from envfactory_assets.console.published import published_rows
from envfactory_assets.records import CalibratedTrajectory, PromotedEnvironment, RawTrajectory, RlTask, SftConversation, TrajectoryStep
from envfactory_assets.records.base import Row
from envfactory_assets.warehouse import Home

R = TypeVar("R", bound=Row)
_RESULT_WIDTH = 400


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
    ready = _one(home, SftConversation, "trajectory_id", conversation.trajectory_id) is not None
    literal = f"{conversation.literal_share_raw:.0%} literal, then {conversation.literal_share_calibrated:.0%}"
    console.print(
        Panel(
            f"[bold]{conversation.user_brief.goal}[/]\n{', '.join(conversation.env_ids)} · {conversation.split} · {conversation.purpose}"
            f" · {conversation.kind} · {literal} · {'training-ready' if ready else 'not an SFT row'}",
            title=conversation.trajectory_id,
            title_align="left",
        )
    )
    for turn in conversation.turns:
        explicit = raw.turns[turn.index].request if raw else ""
        console.print(Text(f"\nUser: {turn.request}", style="bold cyan"))
        console.print(Text(f"      explicit: {explicit}", style="dim"))
        if turn.operators:
            console.print(Text(f"      operators: {', '.join(turn.operators)}", style="dim"))
        own = [step for step in steps if step.turn == turn.index]
        done = 0
        for exchange in turn.exchanges:
            console.print(*map(_step, own[done : exchange.after_calls]), Text(f"Assistant: {exchange.question}", style="green"), sep="\n")
            console.print(Text(f"User: {exchange.answer}", style="bold cyan"))
            done = exchange.after_calls
        for step in own[done:]:
            console.print(_step(step))
        console.print(Text(f"Assistant: {turn.reply}", style="green"))


def _step(step: TrajectoryStep) -> Group:
    origins = {origin.argument: origin for origin in step.argument_origins}
    arguments = ", ".join(f"{name}={orjson.dumps(value).decode()}{_origin(origins.get(name))}" for name, value in step.arguments.items())
    result = orjson.dumps(step.result).decode()
    shown = result if len(result) <= _RESULT_WIDTH else f"{result[:_RESULT_WIDTH]}…"
    lines = [Text(f"  → {step.tool}({arguments})", style="yellow"), Text(f"    {step.error or shown}", style="dim")]
    changes = [f"{c['change']} {c['entity']} {c['key']}" + (f".{c['field']}" if c.get("field") else "") for c in step.state_diff]
    if changes:
        lines.append(Text(f"    state: {'; '.join(changes)}", style="magenta"))
    return Group(*lines)


def _origin(origin: Any) -> str:
    if origin is None:
        return ""
    where = f" {origin.call_id} {origin.path}" if origin.call_id else ""
    return f" «{origin.kind}{where}»"


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
