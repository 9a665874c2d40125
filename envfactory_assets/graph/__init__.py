"""The tool graph of executed dependencies, the samplers along it and the checker that accepts their chains.

Modules:
    model, paths, once: reading a specification; the graph the samplers walk; paths into results; answers that are worked out once.
    links: which records people mean through others that refer to them.
    workplaces: the records in which everything else is kept, of which a session states one.
    edges, arguments, trials, building: candidate dependencies, and executing them.
    alternatives, proposals: tools that may stand for one another; what a model proposes.
    nodes, provenance: tools, and where the values of their parameters come from.
    drafts, details, givers, resolution, samplers, coverage: chains in the making; ``drafts`` says how steps of a chain refer to one row.
    embedders: how near texts are in meaning.
    joints, joining, joined: values that lead from one environment into another: proposed, executed, and chains along them.
    wishes: which steps somebody would ask for, as far as those who make conversations know it.
    rehearsal, live, sampling: drafts tried in scenarios, whole or while they grow; which of them become chains.
    checker: the independent judge of a chain.
    shapes: the shape chains aim for, and the one they have.
    pictures, node_link: the graph to look at, and as other programs read it.
"""

from envfactory_assets.graph.building import build_graph
from envfactory_assets.graph.checker import check_chain
from envfactory_assets.graph.joined import joined_groups, said, sample_joined
from envfactory_assets.graph.joining import build_joints
from envfactory_assets.graph.joints import joined_pairs
from envfactory_assets.graph.model import Unsaid
from envfactory_assets.graph.proposals import Advisor
from envfactory_assets.graph.sampling import sample_chains, shares, ways

__all__ = [
    "Advisor",
    "Unsaid",
    "build_graph",
    "build_joints",
    "check_chain",
    "joined_groups",
    "joined_pairs",
    "said",
    "sample_chains",
    "sample_joined",
    "shares",
    "ways",
]
