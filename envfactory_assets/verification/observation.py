"""What a probe reports."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from envfactory_assets.records import ToolSpec
from envfactory_assets.verification.subject import Subject


@dataclass(frozen=True)
class Observation:
    """One thing a probe saw of one subject.

    Attributes:
        subject: the environment, a tool, a parameter (``tool.parameter``) or an entity.
        passed: whether it is as it should be.
        evidence: what replays it.
        severity: whether a failure keeps the environment out. A hint says of an environment by itself too little to be reported for
            each subject: of an edited environment, or a planted defect, it tells what is no longer as it was.
        tally: what it adds to the grade, by name.
    """

    subject: str
    passed: bool
    evidence: dict[str, Any] = field(default_factory=dict)
    severity: Literal["blocking", "warning", "hint"] = "blocking"
    tally: dict[str, float] = field(default_factory=dict)


def unless_told_otherwise(tool: ToolSpec) -> Literal["blocking", "hint"]:
    """How much a failure says where a tool does otherwise than tools of its kind do.

    A tool that is an operation of a resource has no reason to; one that somebody made up may have, and its contract says which.
    """
    return "blocking" if tool.pointer is not None else "hint"


class Probe(Protocol):
    """One executed check of an environment."""

    def __call__(self, subject: Subject, /) -> Iterator[Observation]:
        """Yield what was seen, subject by subject."""
