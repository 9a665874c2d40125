"""The tool graph of executed dependencies, the samplers along it and the checker that accepts their chains.

Modules:
    model: reading a specification; the graph the samplers walk.
    edges, arguments, trials: candidate dependencies, and executing them.
    drafts, resolution, samplers: chains while they are made.
    checker: the independent judge of a chain.
    stages: the two functions a run calls.
"""

from envfactory_assets.graph.checker import check_chain
from envfactory_assets.graph.stages import build_graph, sample_chains

__all__ = ["build_graph", "check_chain", "sample_chains"]
