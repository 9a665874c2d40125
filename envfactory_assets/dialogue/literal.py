"""Which arguments a request says outright: what over-specified data does with all of them, and people with half."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from envfactory_assets.records import CalibratedTurn, RawTurn, TrajectoryStep

_WORD = re.compile(r"[^\W_]+")
_DERIVED = "observed"


@dataclass(frozen=True, slots=True)
class Literal:
    """How many arguments a request has to tell, and says outright: of all, and of those that no earlier result gives."""

    arguments: int = 0
    said: int = 0
    own: int = 0
    own_said: int = 0

    def __add__(self, other: "Literal") -> "Literal":
        return Literal(self.arguments + other.arguments, self.said + other.said, self.own + other.own, self.own_said + other.own_said)

    @property
    def share(self) -> float:
        """The share of all arguments; 1 without any."""
        return self.said / self.arguments if self.arguments else 1.0


def literal_in_text(turn: RawTurn, steps: Iterable[TrajectoryStep]) -> Literal:
    """What an explicit request says of its calls' arguments: a value counts when all its parts stand in the text."""
    text = _told(turn)
    return _counted(steps, lambda _, __, value: stands_in(text, value))


def literal_in_turn(turn: CalibratedTurn, steps: Iterable[TrajectoryStep]) -> Literal:
    """What a natural request says of its calls' arguments.

    A value counts when it stands in the text, and when some words normalise to it ("fifty euros", "next Friday"): those are the
    arguments whose form is *said*, which the solvability proof reads back from the words.
    """
    text = _told(turn)
    told = {(e["call_id"], e["parameter"]) for e in turn.form["arguments"] if e["origin"] == "said" and e["predicates"]}
    return _counted(steps, lambda call_id, name, value: (call_id, name) in told or stands_in(text, value))


def _told(turn: RawTurn | CalibratedTurn) -> str:
    """All that the user says in a turn: the request, and what is answered when the assistant asks back."""
    return " ".join([turn.request, *(exchange.answer for exchange in turn.exchanges)])


def _counted(steps: Iterable[TrajectoryStep], says: Callable[[str, str, Any], bool]) -> Literal:
    total = Literal()
    for step in steps:
        derived = {origin.argument for origin in step.argument_origins if origin.kind == _DERIVED}
        for name, value in step.arguments.items():
            said, own = says(step.call_id, name, value), name not in derived
            total += Literal(1, int(said), int(own), int(own and said))
    return total


def stands_in(text: str, value: Any) -> bool:
    """Whether a text holds a value as it is written, but for case, punctuation and spacing; of several parts, all."""
    words = f" {' '.join(_WORD.findall(text.casefold()))} "
    return all(_stands(text, words, part) for part in _parts(value))


def _stands(text: str, words: str, part: Any) -> bool:
    written = f"{part:g}" if isinstance(part, float) and part == int(part) else str(part)
    own = _WORD.findall(written.casefold())
    return f" {' '.join(own)} " in words if own else written in text


def _parts(value: Any) -> Iterator[Any]:
    """The scalars in a value."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    if inner is None:
        yield value
    else:
        for part in inner:
            yield from _parts(part)


def literal_share(parts: Sequence[Literal]) -> float:
    """The share of the arguments of several requests."""
    return sum(parts, Literal()).share


def by_turn(steps: Iterable[TrajectoryStep]) -> Mapping[int, list[TrajectoryStep]]:
    """The calls of each turn."""
    found: dict[int, list[TrajectoryStep]] = {}
    for step in steps:
        found.setdefault(step.turn, []).append(step)
    return found
