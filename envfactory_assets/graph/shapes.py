"""The shape of chains: how long, how deep, how wide, over how many environments, with which effects, how hard."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from envfactory_assets.records import Chain, ToolNode


def levels(chain: Chain) -> list[int]:
    """For each step, how many steps it waits for one after the other; steps of one level could run side by side."""
    found = [0] * len(chain.steps)
    for provider in sorted(chain.providers, key=lambda provider: provider.step):
        if provider.from_step is not None:
            found[provider.step] = max(found[provider.step], found[provider.from_step] + 1)
    return found


def shape_of(chains: Sequence[Chain], nodes: Iterable[ToolNode]) -> dict[str, dict[str, int]]:
    """Distributions over chains: for each measure how many chains have each value; for effects how many steps."""
    effects = {node.tool_id: node.effect for node in nodes}
    counted: dict[str, Counter[Any]] = {
        "steps": Counter(len(chain.steps) for chain in chains),
        "depth": Counter(max(levels(chain)) + 1 for chain in chains),
        "steps side by side, at most": Counter(max(Counter(levels(chain)).values()) for chain in chains),
        "environments": Counter(len(chain.env_ids) for chain in chains),
        "difficulty": Counter(f"{chain.difficulty:.1f}" for chain in chains),
        "effects of steps": Counter(effects.get(f"{step.env_id}.{step.tool}", "?") for chain in chains for step in chain.steps),
    }
    return {name: {str(value): found[value] for value in sorted(found)} for name, found in counted.items()}
