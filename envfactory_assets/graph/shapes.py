"""The shape of chains: how long, how deep, how wide, over how many environments, with which effects, how hard."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Self

from envfactory_assets.graph.drafts import Given
from envfactory_assets.records import Chain, Provider, ToolNode
from envfactory_assets.records.profiles import ChainShape


def levels(steps: int, providers: Iterable[Provider | Given]) -> list[int]:
    """For each step, how many steps it waits for one after the other; steps of one level could run side by side."""
    found = [0] * steps
    for provider in sorted(providers, key=lambda provider: provider.step):
        if provider.from_step is not None:
            found[provider.step] = max(found[provider.step], found[provider.from_step] + 1)
    return found


@dataclass(frozen=True)
class Aim:
    """How deep and how wide one chain may become; None where there is no bound."""

    depth: int | None = None
    width: int | None = None

    @classmethod
    def drawn(cls, shape: ChainShape, rng: Random) -> Self:
        """The bounds of one chain."""
        return cls(*(rng.choices(list(found), list(found.values()))[0] if found else None for found in (shape.depths, shape.widths)))

    def admits(self, steps: int, providers: Iterable[Given]) -> bool:
        """Whether steps with these providers keep within the bounds."""
        if not steps or (self.depth is None and self.width is None):
            return True
        found = levels(steps, providers)
        deep = self.depth is not None and max(found) + 1 > self.depth
        wide = self.width is not None and max(Counter(found).values()) > self.width
        return not (deep or wide)


def shared_out(exact: Sequence[float]) -> list[int]:
    """Whole numbers of the same sum as exact ones: what does not go up goes to those of the largest rest, the first of several."""
    whole = [int(number) for number in exact]
    by_rest = sorted(range(len(exact)), key=lambda place: whole[place] - exact[place])
    for place in by_rest[: round(sum(exact)) - sum(whole)]:
        whole[place] += 1
    return whole


@dataclass
class Mix:
    """How many chains of each difficulty are wanted; without bounds of any."""

    room: dict[float, int] = field(default_factory=dict)  # by upper bound, rising

    @classmethod
    def of(cls, wanted: Mapping[float, float], count: int) -> Self:
        """So many chains shared out by weights."""
        bounds, all_weights = sorted(wanted), sum(wanted.values())
        return cls(dict(zip(bounds, shared_out([count * wanted[bound] / all_weights for bound in bounds]), strict=True)))

    def has_room(self, difficulty: float) -> bool:
        """Whether one more chain of a difficulty is wanted."""
        return not self.room or self.room.get(self._bound(difficulty), 0) > 0

    def take(self, difficulty: float) -> None:
        """Count a chain that is kept."""
        if self.room:
            self.room[self._bound(difficulty)] -= 1

    def _bound(self, difficulty: float) -> float:
        return next((bound for bound in self.room if difficulty <= bound), float("inf"))


def shape_of(chains: Sequence[Chain], nodes: Iterable[ToolNode]) -> dict[str, dict[str, int]]:
    """Distributions over chains: for each measure how many chains have each value; for effects how many steps."""
    effects = {node.tool_id: node.effect for node in nodes}
    found_levels = [levels(len(chain.steps), chain.providers) for chain in chains]
    counted: dict[str, Counter[Any]] = {
        "steps": Counter(len(chain.steps) for chain in chains),
        "depth": Counter(max(found) + 1 for found in found_levels),
        "steps side by side, at most": Counter(max(Counter(found).values()) for found in found_levels),
        "environments": Counter(len(chain.env_ids) for chain in chains),
        "difficulty": Counter(f"{chain.difficulty:.1f}" for chain in chains),
        "effects of steps": Counter(effects.get(f"{step.env_id}.{step.tool}", "?") for chain in chains for step in chain.steps),
    }
    return {name: {str(value): found[value] for value in sorted(found)} for name, found in counted.items()}
