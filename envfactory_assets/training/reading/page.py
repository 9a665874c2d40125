"""A page of a domain's conversations that needs nothing but itself: a list to search, and each conversation with all that was done."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import orjson
from jinja2 import Environment as Templates
from jinja2 import StrictUndefined, Template, select_autoescape

from envfactory_assets.records import ArgumentOrigin, CalibratedTrajectory, CalibratedTurn, RawTrajectory, TrajectoryStep
from envfactory_assets.training.reading.telling import change_lines, compact, origin_words, pieces, shortened

MOST_SHOWN = 600  # conversations of a domain: what a browser opens at once


@dataclass(frozen=True, slots=True)
class Shown:
    """One conversation of a page."""

    calibrated: CalibratedTrajectory
    raw: RawTrajectory
    steps: Sequence[TrajectoryStep]
    became: str  # what was made of it: "SFT", "3 RL tasks", or empty when it was not promoted


def conversations_page(domain: str, conversations: Sequence[Shown], figures: Iterable[tuple[str, str]]) -> str:
    """A page as HTML; of very many conversations an even sample, which it says.

    Args:
        domain: whose conversations they are.
        conversations: in the order in which they are listed.
        figures: what is told above the list, as names and values.
    """
    chosen = list(conversations)
    if len(chosen) > MOST_SHOWN:
        places = sorted(Random(0).sample(range(len(chosen)), MOST_SHOWN))  # noqa: S311 - which to show, no secret
        chosen = [chosen[place] for place in places]
    data = orjson.dumps([_conversation(shown) for shown in chosen]).decode().replace("<", "\\u003c")
    return _template().render(domain=domain, shown=len(chosen), total=len(conversations), figures=list(figures), data=data)


def _conversation(shown: Shown) -> dict[str, Any]:
    row = shown.calibrated
    return {
        "id": row.trajectory_id,
        "goal": row.user_brief.goal,
        "envs": row.env_ids,
        "split": row.split,
        "kind": row.kind.replace("_", " "),
        "became": shown.became,
        "literal": [round(row.literal_share_raw, 2), round(row.literal_share_calibrated, 2)],
        "operators": sorted({operator for turn in row.turns for operator in turn.operators}),
        "turns": [
            _turn(turn, shown.raw, [step for step in shown.steps if step.turn == turn.index], several=len(row.env_ids) > 1)
            for turn in row.turns
        ],
    }


def _turn(turn: CalibratedTurn, raw: RawTrajectory, steps: Sequence[TrajectoryStep], *, several: bool) -> dict[str, Any]:
    said_by = {(entry["call_id"], entry["parameter"]): _predicates(turn, entry) for entry in turn.form["arguments"]}
    return {
        "explicit": raw.turns[turn.index].request if turn.index < len(raw.turns) else "",
        "request": [[piece.text, piece.kind, piece.says, piece.predicates] for piece in pieces(turn)],
        "operators": turn.operators,
        "calls": [_call(step, said_by, several=several) for step in sorted(steps, key=lambda step: step.step)],
        "exchanges": [[exchange.after_calls, exchange.question, exchange.answer] for exchange in turn.exchanges],
        "reply": turn.reply,
    }


def _predicates(turn: CalibratedTurn, entry: Mapping[str, Any]) -> list[str]:
    """The predicates that tell an argument: its own, or those of the record it is taken from."""
    if entry.get("predicates"):
        return list(entry["predicates"])
    return [name for referent in turn.form["referents"] if referent["id"] == entry.get("referent") for name in referent["predicates"]]


def _call(step: TrajectoryStep, said_by: Mapping[tuple[str, str], list[str]], *, several: bool) -> dict[str, Any]:
    origins: dict[str, ArgumentOrigin] = {origin.argument: origin for origin in step.argument_origins}
    return {
        "id": step.call_id,
        "tool": f"{step.env_id}.{step.tool}" if several else step.tool,
        "group": step.parallel_group,
        "by": step.requestor,
        "arguments": [
            [
                name,
                compact(shortened(value)),
                origins[name].kind if name in origins else "",
                origin_words(origins.get(name)),
                said_by.get((step.call_id, name), []),
            ]
            for name, value in step.arguments.items()
        ],
        "result": orjson.dumps(shortened(step.result), option=orjson.OPT_INDENT_2).decode() if step.error is None else step.error,
        "refused": step.error is not None,
        "changes": change_lines(step.state_diff),
    }


@cache
def _template() -> Template:
    templates = Templates(undefined=StrictUndefined, autoescape=select_autoescape(default_for_string=True), trim_blocks=True)
    return templates.from_string(files("envfactory_assets.training.reading").joinpath("page.html.jinja").read_text(encoding="utf-8"))
