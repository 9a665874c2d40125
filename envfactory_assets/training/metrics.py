"""How promoted conversations read, counted: a row a request, and figures of many requests beside those of people's conversations."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from importlib.resources import files
from statistics import mean, median, quantiles
from typing import Any

from envfactory_assets.bundled import read_yaml
from envfactory_assets.dialogue import bare_skeleton, literal_in_text, literal_in_turn
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    ConversationMetrics,
    Produced,
    RawTrajectory,
    RawTurn,
    RequestMetrics,
    ToolNode,
    TrajectoryStep,
)
from envfactory_assets.training.leaks import named_tool

_WORD = re.compile(r"\w+(?:['\u2019.,:-]\w+)*")


def request_metrics(
    calibrated: CalibratedTrajectory, raw: RawTrajectory, steps: Sequence[TrajectoryStep], tool_names: Sequence[str]
) -> Produced:
    """Count what each request of a conversation says, explicit and natural.

    Args:
        calibrated: the conversation.
        raw: the same with explicit requests.
        steps: its calls.
        tool_names: the names of the tools of its environments.
    """
    rows = []
    for turn in calibrated.turns:
        own = [step for step in steps if step.turn == turn.index]
        rows.append(_row(calibrated, turn, raw.turns[turn.index], own, tool_names))
    return Produced(tuple(rows))


def _row(
    calibrated: CalibratedTrajectory, turn: CalibratedTurn, raw: RawTurn, steps: Sequence[TrajectoryStep], names: Sequence[str]
) -> RequestMetrics:
    told, told_raw, explicit = literal_in_turn(turn, steps), literal_in_text(raw, steps), raw.request
    entities = sorted({part["entity"] for kind in ("intents", "predicates", "referents") for part in turn.form[kind] if part["entity"]})
    return RequestMetrics(
        domain=calibrated.domain,
        trajectory_id=calibrated.trajectory_id,
        turn=turn.index,
        purpose=calibrated.purpose,
        split=calibrated.split,
        kind=calibrated.kind,
        operators=turn.operators,
        request_raw=explicit,
        request=turn.request,
        words_raw=len(_WORD.findall(explicit)),
        words=len(_WORD.findall(turn.request)),
        skeleton_raw=bare_skeleton(explicit, _values(steps), entities),
        skeleton=bare_skeleton(turn.request, [span.text for span in turn.spans if span.exchange is None], entities),
        calls=len(steps),
        tools=[f"{step.env_id}.{step.tool}" for step in steps],
        arguments=told.arguments,
        arguments_own=told.own,
        literal_raw=told_raw.said,
        literal_own_raw=told_raw.own_said,
        literal=told.said,
        literal_own=told.own_said,
        names_a_tool_raw=named_tool(explicit, names) is not None,
        names_a_tool=named_tool(turn.request, names) is not None,
    )


def _values(steps: Iterable[TrajectoryStep]) -> list[str]:
    return [str(value) for step in steps for value in step.arguments.values() if isinstance(value, str | int | float)]


def conversation_metrics(domain: str, requests: Sequence[RequestMetrics], nodes: Sequence[ToolNode]) -> list[ConversationMetrics]:
    """The figures of some conversations, in the order of ``measures.yaml``; none without any.

    Args:
        domain: whose they are.
        requests: all their requests.
        nodes: the tools that could have been called.
    """
    if not requests:
        return []
    figures = {**_shape(requests), **_literal(requests), **_wording(requests), **_coverage(requests, nodes)}
    operators = Counter(operator for row in requests for operator in set(row.operators))
    kinds = Counter({row.trajectory_id: row.kind for row in requests}.values())
    shares = {f"operator: {name}": count / len(requests) for name, count in sorted(operators.items())}
    shares |= {f"kind: {name.replace('_', ' ')}": count / kinds.total() for name, count in sorted(kinds.items())}
    told = [*_measures(), *({"measure": name, "asked": ""} for name in shares)]
    figures |= {name: (None, share) for name, share in shares.items()}
    return [
        ConversationMetrics(
            domain=domain,
            position=position,
            measure=each["measure"],
            raw=figures[each["measure"]][0],
            calibrated=figures[each["measure"]][1],
            human=each.get("human"),
            asked=each["asked"],
        )
        for position, each in enumerate(told)
    ]


@cache
def _measures() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read_yaml(files("envfactory_assets.training").joinpath("measures.yaml").read_text(encoding="utf-8"))
    return found


Figures = dict[str, tuple[float | None, float]]
"""By measure: raw and calibrated."""


def _shape(requests: Sequence[RequestMetrics]) -> Figures:
    conversations = len({row.trajectory_id for row in requests})
    tasks = len({row.trajectory_id for row in requests if row.purpose == "rl"})
    return {
        "conversations": (None, conversations),
        "share of SFT": (None, 1 - tasks / conversations),
        "turns a conversation": (None, len(requests) / conversations),
        "calls a turn": (None, mean(row.calls for row in requests)),
        "words a request (mean)": (mean(row.words_raw for row in requests), mean(row.words for row in requests)),
        "words a request (median)": (median(row.words_raw for row in requests), median(row.words for row in requests)),
    }


def _literal(requests: Sequence[RequestMetrics]) -> Figures:
    raw, calibrated = literal_shares(requests, natural=False), literal_shares(requests, natural=True)
    arguments, own = sum(row.arguments for row in requests), sum(row.arguments_own for row in requests)
    return {
        "literal share of arguments": _shares(requests, lambda r: (r.literal_raw, r.literal), arguments),
        "literal share of arguments no result gives": _shares(requests, lambda r: (r.literal_own_raw, r.literal_own), own),
        **{
            f"literal share (conversations at the {percent}th percentile)": (percentile(raw, percent), percentile(calibrated, percent))
            for percent in (10, 50, 90)
        },
    }


def _shares(requests: Sequence[RequestMetrics], counts: Callable[[RequestMetrics], tuple[int, int]], total: int) -> tuple[float, float]:
    raw, calibrated = (sum(column) for column in zip(*map(counts, requests), strict=True))
    return (raw / total, calibrated / total) if total else (1.0, 1.0)


def literal_shares(requests: Iterable[RequestMetrics], *, natural: bool) -> list[float]:
    """The literal share of each conversation that takes arguments, in the order of their ids."""
    said: Counter[str] = Counter()
    arguments: Counter[str] = Counter()
    for row in requests:
        said[row.trajectory_id] += row.literal if natural else row.literal_raw
        arguments[row.trajectory_id] += row.arguments
    return [said[name] / count for name, count in sorted(arguments.items()) if count]


def percentile(values: Sequence[float], percent: int) -> float:
    """A percentile; of a single value that value, of none 0."""
    if len(values) < 2:
        return values[0] if values else 0.0
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def _wording(requests: Sequence[RequestMetrics]) -> Figures:
    raw, natural = [row.request_raw for row in requests], [row.request for row in requests]
    shapes_raw, shapes = Counter(row.skeleton_raw for row in requests), Counter(row.skeleton for row in requests)
    count = len(requests)
    return {
        "requests that name a tool": (mean(row.names_a_tool_raw for row in requests), mean(row.names_a_tool for row in requests)),
        "most frequent skeleton": (shapes_raw.most_common(1)[0][1] / count, shapes.most_common(1)[0][1] / count),
        "distinct skeletons": (len(shapes_raw) / count, len(shapes) / count),
        **{f"distinct-{size}": (distinct(raw, size), distinct(natural, size)) for size in (1, 2)},
    }


def distinct(texts: Iterable[str], size: int) -> float:
    """Distinct-n (Li et al. 2016): different runs of ``size`` words, of all such runs."""
    runs: Counter[tuple[str, ...]] = Counter()
    for text in texts:
        words = _WORD.findall(text.casefold())
        runs.update(tuple(words[start : start + size]) for start in range(len(words) - size + 1))
    return len(runs) / runs.total() if runs else 0.0


def _coverage(requests: Sequence[RequestMetrics], nodes: Sequence[ToolNode]) -> Figures:
    offered = {node.tool_id: node.effect for node in nodes if node.audience == "agent"}
    called = {tool for row in requests for tool in row.tools} & offered.keys()
    effects = {offered[tool] for tool in called}
    return {
        "tools called": (None, len(called) / len(offered) if offered else 0.0),
        "effects called": (None, len(effects) / len(set(offered.values())) if offered else 0.0),
    }
