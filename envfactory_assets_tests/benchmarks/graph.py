"""What the tool graph and the chains along it are worth, beside what is asked of them.

    python -m envfactory_assets_tests.benchmarks.graph                        a few environments that ship, seeded, on one core
    python -m envfactory_assets_tests.benchmarks.graph --home FOLDER          promoted environments of a home's published copy
    python -m envfactory_assets_tests.benchmarks.graph --environments 110 --chains 2500
    python -m envfactory_assets_tests.benchmarks.graph --edges 60             prints edges drawn by the seed, to be read by hand

How all of it grows with the number of environments, and how long chains take on all cores, is measured in ``growth``.
"""

import argparse
import random
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.table import Table

from envfactory_assets.dialogue.execution import MOST_ATTEMPTS, BindingAttempts
from envfactory_assets.dialogue.paths import expand
from envfactory_assets.dialogue.planning import PlanError
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.environments.foreign import load_any, open_episode
from envfactory_assets.graph import check_chain
from envfactory_assets.graph.sampling import SAMPLERS
from envfactory_assets.records import Chain, EnvironmentSpec, PromotedEnvironment, Rejection, Scenario, ToolEdge, ToolNode, canonical_json
from envfactory_assets.records.profiles import DEFAULT, named
from envfactory_assets_tests.benchmarks.worlds import (
    RL_SHARE,
    World,
    changed,
    counts_of,
    crossings,
    joined_chains,
    promoted,
    sampled_chains,
    seeded,
    shipped,
)
from envfactory_assets_tests.graph.labels import found_of, labels

BOUND = 100  # chains of a sampler, drawn by the seed, that are cut into turns, bound and executed
VALUES = {"produces_key", "produces_value"}
AGAIN = "runs again as it ran when it was drafted (else it is no chain)"
AT_FIRST = "executed at first binding, cut into turns and not yet worded"
WHOLE = "the same, with every step of the chain"
AT_SOME = f"executed at one of {MOST_ATTEMPTS} bindings"


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, help="take promoted environments from this home's published copy")
    parser.add_argument("--environments", type=int, default=6)
    parser.add_argument("--chains", type=int, help="chains a sampler; 38 an environment when not said, as 2,500 over 66")
    parser.add_argument("--sampler", action="append", choices=sorted(SAMPLERS), help="only this one")
    parser.add_argument("--edges", type=int, default=0, help="print so many edges, drawn by the seed")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    console = Console(width=150, highlight=False)
    found = promoted(options.home) if options.home else shipped()
    chosen = random.Random(options.seed).sample(found, min(options.environments, len(found)))
    worlds = chosen if options.home else [seeded(world, options.seed) for world in chosen]
    for world in worlds:
        world.build()
    console.print(table_of_graph(worlds))
    console.print(table_of_recall([world for world in found if world.environment.env_id in labels()], options.seed))
    chains = options.chains or 38 * len(worlds)
    console.print(table_of_chains(worlds, options.sampler or list(SAMPLERS), chains, options.seed))
    console.print(table_of_joined(worlds, options.seed))
    edges = sorted((edge for world in worlds for edge in world.edges), key=lambda edge: (edge.from_tool, edge.to_tool, edge.parameter))
    for edge in random.Random(options.seed).sample(edges, min(options.edges, len(edges))):
        console.print(f"{edge.kind} {edge.from_tool}:{edge.output_path} -> {edge.to_tool}:{edge.parameter}  {edge.reason}", markup=False)


def table_of_graph(worlds: list[World]) -> Table:
    """What the graph holds and how long it took."""
    table = Table(title=f"The graph of {len(worlds)} environments, one core")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    tools, edges = sum(len(world.nodes) for world in worlds), [edge for world in worlds for edge in world.edges]
    seconds = sum(world.seconds for world in worlds)
    slowest = max(worlds, key=lambda world: world.seconds)
    table.add_row("tools, edges", f"{tools:,}, {len(edges):,}", "")
    again = sum(happens_again(world, edge) for world in worlds for edge in world.edges)
    table.add_row("edges whose evidence happens again, begun afresh", share(again, len(edges)), "100 %")
    at_110 = f"; of 110 such environments {110 * seconds / len(worlds):.1f} s"
    table.add_row("from cold", f"{seconds:.2f} s{at_110}", "< 30 s for 110, 2 cores")
    domain = [world for world in worlds if world.environment.domain == slowest.environment.domain]
    again_in = f"{changed(domain, domain.index(slowest)):.2f} s ({slowest.environment.env_id}, one of {len(domain)} of its domain)"
    table.add_row("when the slowest has changed: it, its edges to others, the pictures of the domain", again_in, "< 5 s")
    return table


def happens_again(world: World, edge: ToolEdge) -> bool:
    """Whether the calls that are an edge's evidence do what they did, in the scenario it names: what mattered then matters again."""
    proof, env_id = edge.evidence, world.environment.env_id
    state = next(row.state for row in world.scenarios if row.scenario_id == proof["scenario_id"])
    loaded = load_any(world.environment.source_code, env_id, world.environment.author)
    given, taken = proof["from_call"], proof["to_call"]

    def outcomes(*calls):
        episode = open_episode(loaded, env_id)
        episode.reset({env_id: state})
        results = [episode.call(call["tool"], call["arguments"]) for call in calls]
        return [{"ok": each.ok, "value": canonical_json(each.value)[:200] if each.ok else None} for each in results]

    def as_told(outcome, told):
        return outcome == {name: told[name] for name in outcome}

    if edge.kind == "alternative":
        return as_told(*outcomes(given), proof["result"]) and outcomes(taken)[0]["ok"]
    before = [given, proof["between"]] if "between" in proof else [given]
    *earlier, last = outcomes(*before, taken)
    if edge.kind in VALUES:
        argument, other = taken["arguments"][edge.parameter], proof["counter_value"]
        changed = [other] if isinstance(argument, list) and not isinstance(other, list) else other
        counter = outcomes(*before, taken | {"arguments": taken["arguments"] | {edge.parameter: changed}})[-1]
    else:
        counter = outcomes(taken)[0]
    return all(each["ok"] for each in earlier) and as_told(last, proof["result"]) and as_told(counter, proof["counter_result"])


def table_of_recall(worlds: list[World], seed: int) -> Table:
    """How many of the dependencies labelled by hand the graph holds."""
    table = Table(title="Dependencies labelled by hand, found")
    for header in ("environment", "values", "enabling", "together", "asked"):
        table.add_column(header)
    sums = [0, 0, 0, 0]
    for world in worlds:
        built = world if world.scenarios else seeded(world, seed)
        if not built.edges:
            built.build()
        wanted = labels()[world.environment.env_id]
        values, enables = found_of(built.edges, wanted)
        own = [values, len(wanted.values), enables, len(wanted.enables)]
        sums = [before + more for before, more in zip(sums, own, strict=True)]
        table.add_row(world.environment.env_id, *_told(own))
    table.add_row(f"all {len(worlds)}", *_told(sums), ">= 85 % of 10 environments")
    return table


def _told(counts: list[int]) -> list[str]:
    values, all_values, enables, all_enables = counts
    return [
        f"{values} of {all_values} ({share(values, all_values)})",
        f"{enables} of {all_enables}",
        share(values + enables, all_values + all_enables),
    ]


def table_of_chains(worlds: list[World], samplers: list[str], count: int, seed: int) -> Table:
    """What each sampler makes of the graph."""
    table = Table(title=f"{count:,} chains a sampler, {count / len(worlds):.0f} an environment, rehearsed, one core")
    for header in ("figure", *samplers, "asked"):
        table.add_column(header)
    columns = [list(figures(worlds, name, count, seed).items()) for name in samplers]
    asked = {
        "accepted by the checker": "100 %",
        AT_FIRST: ">= 95 %",
        "tools covered": ">= 98 %, coverage",
        "value edges covered": ">= 90 %, coverage",
        "seconds for chains": "< 10 s for 10,000, 2 cores",
    }
    for row in zip(*columns, strict=True):
        table.add_row(row[0][0], *(told for _, told in row), asked.get(row[0][0], ""))
    return table


def table_of_joined(worlds: list[World], seed: int) -> Table:
    """The edges between environments of one domain, and the chains along them."""
    crossing, tried, between = crossings(worlds)
    started = time.process_time()
    sampled = joined_chains(worlds, crossing, 2 * len(worlds), seed)
    seconds = time.process_time() - started
    refused = sum(row.subject.startswith("ch_") for _, produced in sampled for row in produced.of(Rejection))
    made = [(members, chain) for members, produced in sampled for chain in produced.of(Chain)]
    bound = [first_binding(members[0], members[3], chain, seed) for members, chain in made]
    accepted = sum(not flaws_of(*members[:3], chain) for members, chain in made)
    table = Table(title="Between environments, of one domain and one split")
    for header in ("figure", "measured", "asked"):
        table.add_column(header)
    table.add_row("edges executed, of those tried", f"{len(crossing)} of {tried}", "")
    table.add_row("shortlisted and executed in", f"{between:.2f} s", "")
    table.add_row("chains; drafts refused", f"{len(made)}; {refused}", "")
    table.add_row("environments in a chain, at most", str(max((len(chain.env_ids) for _, chain in made), default=0)), "<= 3")
    table.add_row("accepted by the checker", share(accepted, len(made)), "100 %")
    run = sum(runs_again(members[0], members[3], chain) for members, chain in made)
    table.add_row(AGAIN, share(run, len(made)), "")
    table.add_row(AT_FIRST, share(sum(told.startswith("first") for told in bound), len(bound)), ">= 95 %")
    table.add_row(WHOLE, share(sum(told == "first, whole" for told in bound), len(bound)), "")
    table.add_row(AT_SOME, share(sum(told != "" for told in bound), len(bound)), "")
    table.add_row("seconds for chains", f"{seconds:.2f} s", "")
    return table


def figures(worlds: list[World], sampler: str, count: int, seed: int) -> dict[str, str]:
    """What one sampler makes of the graph, and what becomes of it."""
    started, made = time.process_time(), []
    for world, wanted in zip(worlds, counts_of(worlds, count, sampler), strict=True):
        produced = sampled_chains(world, sampler, wanted, seed)
        made.append((world, produced.of(Chain), produced.rows))
    seconds = time.process_time() - started
    chains = [chain for _, own, _ in made for chain in own]
    refused = sum(type(row) is Rejection and row.subject.startswith("ch_") for _, _, rows in made for row in rows)
    accepted = sum(not flaws_of([world.environment], world.nodes, world.edges, chain) for world, own, _ in made for chain in own)
    pairs = [(world, chain) for world, own, _ in made for chain in own]
    rejections = [row for _, _, rows in made for row in rows if type(row) is Rejection]
    taken_back = sum(row.evidence["times"] for row in rejections if row.reason.endswith("taken back"))
    run = sum(runs_again([world.environment], world.scenarios, chain) for world, chain in pairs)
    bound = [
        first_binding([world.environment], world.scenarios, chain, seed)
        for world, chain in random.Random(seed).sample(pairs, min(BOUND, len(pairs)))
    ]
    tools = {f"{step.env_id}.{step.tool}" for chain in chains for step in chain.steps}
    agent = {node.tool_id for world in worlds for node in world.nodes if node.audience == "agent"}
    used = {name for chain in chains for name in edges_of(chain)}
    executed = {edge_id(edge) for world in worlds for edge in world.edges if edge.kind in VALUES}
    return {
        "chains": f"{len(chains):,}",
        "drafts refused before": f"{refused:,} ({share(refused, refused + len(chains))})",
        "accepted by the checker": share(accepted, len(chains)),
        "steps taken back while drafting": f"{taken_back:,}",
        AGAIN: share(run, len(pairs)),
        AT_FIRST: f"{share(sum(told.startswith('first') for told in bound), len(bound))} of {len(bound)}",
        WHOLE: share(sum(told == "first, whole" for told in bound), len(bound)),
        AT_SOME: f"{share(sum(told != '' for told in bound), len(bound))} of {len(bound)}",
        "tools covered": f"{share(len(tools & agent), len(agent))} of {len(agent):,}",
        "value edges covered": f"{share(len(used & executed), len(executed))} of {len(executed):,}",
        "steps, mean": f"{sum(len(chain.steps) for chain in chains) / max(1, len(chains)):.1f}",
        "difficulty, mean": f"{sum(chain.difficulty for chain in chains) / max(1, len(chains)):.2f}",
        "seconds for chains": f"{seconds:.1f} s; 10,000 {10_000 * seconds / max(1, len(chains)):.0f} s",
    }


def flaws_of(environments: list[PromotedEnvironment], nodes: list[ToolNode], edges: list[ToolEdge], chain: Chain) -> list[str]:
    """What the checker finds."""
    specs = {row.env_id: EnvironmentSpec.model_validate(row.spec) for row in environments}
    return check_chain(chain, nodes, edges, specs, splits={row.env_id: row.split for row in environments})


def runs_again(environments: list[PromotedEnvironment], scenarios: list[Scenario], chain: Chain) -> bool:
    """Whether a chain runs again in the scenario and with the arguments it was drafted with, each observed value being where it says.

    Nothing of the samplers is used: the scenario is started afresh, and what a step takes is looked for in what was just given.
    """
    if not chain.rehearsals:
        return False
    bound = chain.rehearsals[0]
    states = {s.env_id: s.state for s in scenarios if s.scenario_id in bound["scenario_ids"] and s.env_id in chain.env_ids}
    loaded = {row.env_id: load_environment(row.source_code, row.env_id) for row in environments if row.env_id in states}
    episode, given = Episode(loaded), []
    episode.reset(states)
    for step, arguments in zip(chain.steps, bound["arguments"], strict=True):
        for provider in (each for each in chain.providers if each.step == step.index and each.from_step is not None):
            shown = [value for _, value in expand(given[provider.from_step], provider.output_path)]
            taken = arguments[provider.parameter]
            if taken not in shown and not (isinstance(taken, list) and all(value in shown for value in taken)):
                return False
        result = episode.call(episode.name_of(step.env_id, step.tool), arguments)
        if not result.ok:
            return False
        given.append(result.value)
    return True


def first_binding(environments: list[PromotedEnvironment], scenarios: list[Scenario], chain: Chain, seed: int) -> str:
    """How a chain ran when it was bound as a conversation, before anything is put into words.

    At its "first" binding, there with every step it has ("first, whole"), or at a "later" one; empty when it never did.
    """
    shape = named(DEFAULT).turns
    try:
        attempts = BindingAttempts(chain, environments, scenarios, seed=seed, rl_share=RL_SHARE, shape=shape)
        tried = ((attempt, attempts.bind(attempt)) for attempt in range(MOST_ATTEMPTS))
        attempt, bound = next((found for found in tried if found[1] is not None), (0, None))
    except PlanError:
        return ""
    if bound is None or attempt:
        return "later" if bound else ""
    left = Counter((step.env_id, step.tool) for step in chain.steps)
    left.subtract((call.env_id, call.tool) for call in bound.binding.calls)
    return "first" if any(number > 0 for number in left.values()) else "first, whole"


def edge_id(edge: ToolEdge) -> tuple[str, str, str, str]:
    """What an edge joins."""
    return edge.from_tool, edge.output_path, edge.to_tool, edge.parameter


def edges_of(chain: Chain) -> list[tuple[str, str, str, str]]:
    """The edges a chain goes along."""
    ids = [f"{step.env_id}.{step.tool}" for step in chain.steps]
    return [(ids[p.from_step], p.output_path or "", ids[p.step], p.parameter) for p in chain.providers if p.from_step is not None]


def share(number: int, total: int) -> str:
    """A share in percent."""
    return f"{number / total:.1%}" if total else "none"


if __name__ == "__main__":
    main()
