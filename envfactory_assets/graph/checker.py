"""The independent checker of chains: it trusts no sampler and shares no code with one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from envfactory_assets.records import Chain, ChainStep, EnvironmentSpec, ParameterSpec, Split, ToolEdge, ToolNode, ToolSpec

FEWEST_STEPS, MOST_STEPS = 2, 10
ENVIRONMENT_BOUND = 3
_READS = ("get", "list", "search")


def check_chain(
    chain: Chain,
    nodes: Sequence[ToolNode],
    edges: Sequence[ToolEdge],
    specs: Mapping[str, EnvironmentSpec],
    *,
    splits: Mapping[str, Split] | None = None,
    most_steps: int = MOST_STEPS,
) -> list[str]:
    """Every flaw of a chain, in words.

    Args:
        chain: the chain to judge.
        nodes: tools of the environments it names.
        edges: dependencies between them; only executed ones count.
        specs: specification of each environment by its id.
        splits: the split of each environment by its id, for chains over several.
        most_steps: no chain may have more.

    Returns:
        Flaws; empty when the chain is accepted.
    """
    return [
        flaw for flaws in Checker(nodes, edges, specs, splits=splits, most_steps=most_steps).flaws_by_rule(chain).values() for flaw in flaws
    ]


class Checker:
    """Judges the chains of some environments.

    Args:
        nodes: tools of the environments.
        edges: dependencies between them; only executed ones count.
        specs: specification of each environment by its id.
        splits: the split of each environment by its id, for chains over several.
        most_steps: no chain may have more.
    """

    def __init__(
        self,
        nodes: Sequence[ToolNode],
        edges: Sequence[ToolEdge],
        specs: Mapping[str, EnvironmentSpec],
        *,
        splits: Mapping[str, Split] | None = None,
        most_steps: int = MOST_STEPS,
    ) -> None:
        visible = {(node.env_id, node.name) for node in nodes if node.audience == "agent"}
        self._tools = {(env_id, tool.name): tool for env_id, spec in specs.items() for tool in spec.tools if (env_id, tool.name) in visible}
        self._executed = frozenset(
            (edge.from_tool, edge.output_path, edge.to_tool, edge.parameter)
            for edge in edges
            if edge.executed and edge.kind in {"produces_key", "produces_value"}
        )
        self._told = _told_keys(nodes, specs, self._tools, self._executed)
        self._splits = splits or {}
        self._most_steps = most_steps

    def flaws_by_rule(self, chain: Chain) -> dict[str, list[str]]:
        """The flaws of a chain as ``check_chain`` finds them, under the rules they break; rules that hold are left out."""
        unknown = [
            f"Step {step.index}: there is no tool {step.env_id}.{step.tool} that an agent may call."
            for step in chain.steps
            if (step.env_id, step.tool) not in self._tools
        ]
        found = {"the chain names steps or environments it cannot have": _frame_flaws(chain, self._splits, self._most_steps) + unknown}
        if not any(found.values()):
            tools = [self._tools[step.env_id, step.tool] for step in chain.steps]
            found = {
                "an argument has no provider, or several": _argument_flaws(chain, tools) + _told_flaws(chain, tools, self._told),
                "an argument comes along no executed edge": _dependency_flaws(chain, self._executed),
            }
        if not any(found.values()):
            found = {
                "a call is repeated without cause": _repetition_flaws(chain, tools),
                "a record is used after it was deleted": _deletion_flaws(chain, tools),
                "the chain serves fewer than two intents": _purpose_flaws(chain, tools),
                "an update is given nothing to change": _empty_update_flaws(chain, tools),
            }
        return {rule: flaws for rule, flaws in found.items() if flaws}


def _frame_flaws(chain: Chain, splits: Mapping[str, Split], most_steps: int) -> list[str]:
    flaws = []
    if not FEWEST_STEPS <= len(chain.steps) <= most_steps:
        flaws.append(f"A chain has {FEWEST_STEPS} to {most_steps} steps, not {len(chain.steps)}.")
    if [step.index for step in chain.steps] != list(range(len(chain.steps))):
        flaws.append("Steps are not numbered in order from 0.")
    if sorted(set(chain.env_ids)) != sorted({step.env_id for step in chain.steps}) or len(chain.code_sha256s) != len(chain.env_ids):
        flaws.append("The environments named are not those of the steps.")
    if len(chain.env_ids) > ENVIRONMENT_BOUND:
        flaws.append(f"A chain joins at most {ENVIRONMENT_BOUND} environments.")
    if len({splits.get(env_id) for env_id in chain.env_ids}) > 1:
        flaws.append("The environments are of different splits.")
    return flaws


def _argument_flaws(chain: Chain, tools: list[ToolSpec]) -> list[str]:
    """Required parameters without exactly one provider, and providers of nothing."""
    flaws = []
    given: dict[tuple[int, str], int] = defaultdict(int)
    for provider in chain.providers:
        given[provider.step, provider.parameter] += 1
    kinds = _kinds(chain)
    for index, tool in enumerate(tools):
        names = {parameter.name for parameter in tool.parameters}
        for parameter in tool.parameters:
            times = given.get((index, parameter.name), 0)
            if parameter.required and times == 0:
                flaws.append(f"Step {index}: nothing provides {parameter.name} of {tool.name}.")
            if times > 1:
                flaws.append(f"Step {index}: {times} providers for {parameter.name} of {tool.name}.")
        flaws += [f"Step {index}: {tool.name} has no parameter {name}." for step, name in given if step == index and name not in names]
        flaws += [
            f"Step {index}: the key {parameter.name} of {tool.name} comes from no tool."
            for parameter in tool.parameters
            if parameter.role in {"key", "reference"} and kinds.get((index, parameter.name)) in {"user", "state", "constant", "clock"}
        ]
    flaws += [f"A provider is for step {step}, which does not exist." for step, _ in given if not 0 <= step < len(tools)]
    return flaws


def _told_keys(
    nodes: Sequence[ToolNode],
    specs: Mapping[str, EnvironmentSpec],
    tools: Mapping[tuple[str, str], ToolSpec],
    executed: frozenset[tuple[str, str, str, str]],
) -> frozenset[tuple[str, str]]:
    """The parameters whose key a session tells, by the provenance of their tools: none that a tool gives which needs no key itself."""
    told = {(node.tool_id, item.name) for node in nodes for item in node.parameters if item.kind == "caller"}
    needy = {
        (env_id, name)
        for (env_id, name), tool in tools.items()
        if any(item.required and _takes_key(specs[env_id], item) for item in tool.parameters)
    }
    free = {f"{env_id}.{name}" for env_id, name in tools.keys() - needy}
    return frozenset(told - {(target, parameter) for source, _, target, parameter in executed if source in free})


def _takes_key(spec: EnvironmentSpec, parameter: ParameterSpec) -> bool:
    """Whether a parameter names a record, itself or by the field of a link that it filters by."""
    if parameter.role != "filter" or parameter.entity is None:
        return parameter.role in {"key", "reference"}
    return any(field.name == parameter.field and field.type == "ref" for field in spec.entity(parameter.entity).fields)


def _told_flaws(chain: Chain, tools: list[ToolSpec], told: frozenset[tuple[str, str]]) -> list[str]:
    """Keys that a session is to have told though it tells no such thing."""
    kinds = _kinds(chain)
    return [
        f"Step {step.index}: no session tells the key {parameter.name} of {tool.name}."
        for step, tool in zip(chain.steps, tools, strict=True)
        for parameter in tool.parameters
        if parameter.role in {"key", "reference"} and kinds.get((step.index, parameter.name)) == "caller"
        if (_tool_id(step), parameter.name) not in told
    ]


def _kinds(chain: Chain) -> dict[tuple[int, str], str]:
    """What kind of provider each argument has; the first, where there are several."""
    return {(item.step, item.parameter): item.kind for item in reversed(chain.providers)}


def _dependency_flaws(chain: Chain, executed: frozenset[tuple[str, str, str, str]]) -> list[str]:
    """Providing tools that come too late, or along an edge nobody executed."""
    flaws = []
    for provider in chain.providers:
        place = f"Step {provider.step}, {provider.parameter}:"
        if provider.kind != "tool":
            if provider.from_step is not None or provider.output_path is not None:
                flaws.append(f"{place} provided by {provider.kind} and by a step at once.")
        elif provider.from_step is None or provider.output_path is None:
            flaws.append(f"{place} the providing step or path is missing.")
        elif not 0 <= provider.from_step < provider.step < len(chain.steps):
            flaws.append(f"{place} the providing step {provider.from_step} does not come before.")
        else:
            source, target = _tool_id(chain.steps[provider.from_step]), _tool_id(chain.steps[provider.step])
            if (source, provider.output_path, target, provider.parameter) not in executed:
                flaws.append(f"{place} no executed edge from {source} at {provider.output_path}.")
    return flaws


def _tool_id(step: ChainStep) -> str:
    return f"{step.env_id}.{step.tool}"


def _changes(tool: ToolSpec) -> bool:
    return any(effect.family not in _READS for effect in tool.effects)


def _repetition_flaws(chain: Chain, tools: list[ToolSpec]) -> list[str]:
    """The same call again; a read has cause to be repeated when something was written in between."""
    flaws = []
    last: dict[tuple[object, ...], int] = {}
    for step, tool in zip(chain.steps, tools, strict=True):
        how = tuple(sorted((p.parameter, p.kind, str(p.from_step), str(p.output_path)) for p in chain.providers if p.step == step.index))
        before = last.get((_tool_id(step), how))
        if before is not None and (_changes(tool) or not any(_changes(other) for other in tools[before + 1 : step.index])):
            flaws.append(f"Step {step.index} repeats step {before} ({tool.name}) without cause.")
        last[_tool_id(step), how] = step.index
    return flaws


def _deletion_flaws(chain: Chain, tools: list[ToolSpec]) -> list[str]:
    """Records that are used after they were deleted."""
    flaws = []
    gone: dict[tuple[int | None, str | None], int] = {}
    for step, tool in zip(chain.steps, tools, strict=True):
        mine = [provider for provider in chain.providers if provider.step == step.index and provider.kind == "tool"]
        flaws += [
            f"Step {step.index}: {item.parameter} names a record that step {gone[item.from_step, item.output_path]} deleted."
            for item in mine
            if (item.from_step, item.output_path) in gone
        ]
        deleted = {effect.entity for effect in tool.effects if effect.family == "delete"}
        keys = {item.name for item in tool.parameters if item.role in {"key", "reference"} and item.entity in deleted}
        gone |= {(item.from_step, item.output_path): step.index for item in mine if item.parameter in keys}
    return flaws


def _purpose_flaws(chain: Chain, tools: list[ToolSpec]) -> list[str]:
    """Fewer than two things a user could want: writes, and reads that serve no later step."""
    used = {provider.from_step for provider in chain.providers if provider.kind == "tool"}
    wanted = [index for index, tool in enumerate(tools) if _changes(tool) or index not in used]
    return [] if len(wanted) >= 2 else ["A chain needs two intents: writes, or reads that are answers of their own."]


def _empty_update_flaws(chain: Chain, tools: list[ToolSpec]) -> list[str]:
    """Updates that name a record and nothing to change, though the tool could take something."""
    flaws = []
    for index, tool in enumerate(tools):
        changes = {parameter.name for parameter in tool.parameters if parameter.role != "key"}
        given = {provider.parameter for provider in chain.providers if provider.step == index}
        if any(effect.family == "update" for effect in tool.effects) and changes and not changes & given:
            flaws.append(f"Step {index}: {tool.name} is given nothing to change.")
    return flaws
