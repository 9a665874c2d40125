"""Dependencies labelled by hand, as sets to compare graphs with."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Labels:
    """The true dependencies of one environment.

    Attributes:
        values: (tool that gives a value, tool that takes it, parameter).
        enables: (tool, tool that is refused until it has happened).
    """

    values: frozenset[tuple[str, str, str]]
    enables: frozenset[tuple[str, str]]


@cache
def labels() -> dict[str, Labels]:
    """The labels of each environment."""
    read = yaml.safe_load(Path(__file__).with_name("dependencies.yaml").read_text(encoding="utf-8"))
    return {env_id: Labels(_values(each["values"]), frozenset(map(tuple, each["enables"]))) for env_id, each in read.items()}


def _values(things) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (source, *taken.rsplit(".", 1))
        for thing in things.values()
        for source in thing["from"]
        for taken in thing["into"]
        if source != taken.rpartition(".")[0]
    )


def found_of(edges, labelled: Labels) -> tuple[int, int]:
    """How many labelled value dependencies, and how many labelled enablings, edges hold."""
    values = {(_wire(edge.from_tool), _wire(edge.to_tool), edge.parameter) for edge in edges if edge.kind.startswith("produces")}
    enables = {(_wire(edge.from_tool), _wire(edge.to_tool)) for edge in edges if edge.kind == "enables"}
    return len(values & labelled.values), len(enables & labelled.enables)


def _wire(tool_id: str) -> str:
    return tool_id.rpartition(".")[2]
