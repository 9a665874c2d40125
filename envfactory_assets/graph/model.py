"""What the stage knows of tools: reading a specification, and the graph the samplers walk."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from envfactory_assets.graph.links import is_spoken_of
from envfactory_assets.graph.once import once
from envfactory_assets.graph.paths import field_path, key_field, leaf_of, returned_entity
from envfactory_assets.graph.workplaces import takes_workplace
from envfactory_assets.records import EnvironmentSpec, FieldSpec, ParameterSpec, ToolEdge, ToolNode, ToolSpec

READ_FAMILIES = frozenset({"get", "list", "search"})


@once
def is_write(tool: ToolSpec) -> bool:
    """Whether a tool changes state."""
    return any(effect.family not in READ_FAMILIES for effect in tool.effects)


@once
def has_family(tool: ToolSpec, family: str) -> bool:
    """Whether one of a tool's effects is of a family."""
    return any(effect.family == family for effect in tool.effects)


@once
def field_of(spec: EnvironmentSpec, parameter: ParameterSpec) -> FieldSpec | None:
    """The entity's field that a value or filter parameter is about."""
    if parameter.entity is None or parameter.field is None or parameter.role in {"key", "reference"}:
        return None
    return next((item for item in spec.entity(parameter.entity).fields if item.name == parameter.field), None)


@once
def meant_entity(spec: EnvironmentSpec, parameter: ParameterSpec) -> str | None:
    """The entity whose key a parameter takes, if it takes a key; the key of a record that is yet to be made names none."""
    if parameter.role in {"key", "reference"}:
        return parameter.entity
    about = field_of(spec, parameter)
    if about is None or parameter.operator in {"ge", "le"}:
        return None
    if about.type == "key":
        return parameter.entity if parameter.role != "value" else None
    return about.ref if about.type in {"ref", "list"} else None


@once
def summed(spec: EnvironmentSpec, tool: ToolSpec) -> frozenset[str]:
    """Optional parameters that a record cannot be made without all the same: the lines that one of its amounts is the sum of."""
    made = {effect.entity for effect in tool.effects if effect.family == "create"}
    lines = {(entity.name, field.sum_of[0]) for entity in spec.entities if entity.name in made for field in entity.fields if field.sum_of}
    return frozenset(item.name for item in tool.parameters if not item.required and (item.entity, item.field) in lines)


def as_argument(parameter: ParameterSpec, value: Any) -> Any:
    """A value in the form a parameter takes it: a list of one where it takes several."""
    return [value] if parameter.type == "array" and not isinstance(value, list) else value


@once
def is_caller(spec: EnvironmentSpec, parameter: ParameterSpec) -> bool:
    """Whether a parameter takes the caller's own key."""
    about = field_of(spec, parameter)
    return about is not None and about.type == "caller"


def is_told(spec: EnvironmentSpec, tool: ToolSpec, parameter: ParameterSpec) -> bool:
    """Whether the session says what a parameter takes: who asks, or what is worked in."""
    return is_caller(spec, parameter) or takes_workplace(spec, tool, parameter)


@once
def subject(tool: ToolSpec) -> ParameterSpec | None:
    """The required parameter that names the record a tool acts on."""
    entities = {effect.entity for effect in tool.effects if effect.entity} or {tool.returns.entity or ""}
    keyed = [item for item in tool.parameters if item.required and item.role in {"key", "reference"} and item.entity in entities]
    return next((item for item in keyed if item.role == "key"), keyed[0] if keyed and not has_family(tool, "create") else None)


Carried = tuple[str, str, str, str]
"""What an edge carries: the tool it comes from, the path in its output, the tool it leads to, and the parameter there."""


@dataclass(frozen=True)
class Unsaid:
    """What people do not ask for in words, as those who make conversations of chains know it. Tools are named with their environments.

    Attributes:
        tools: tools that nobody would ask for.
        edges: values that no words give to a call.
        endings: tools that delete or cancel; what was just made or changed is seldom ended.
        stated: for tools that make or change something, the fields that people would state.
    """

    tools: frozenset[str] = frozenset()
    edges: frozenset[Carried] = frozenset()
    endings: frozenset[str] = frozenset()
    stated: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def __or__(self, other: "Unsaid") -> "Unsaid":
        stated = {**self.stated, **other.stated}
        return Unsaid(self.tools | other.tools, self.edges | other.edges, self.endings | other.endings, stated)


ALL_SAID = Unsaid()


@dataclass(frozen=True)
class ToolGraph:
    """The tools of one environment an agent may call, the executed edges between them, and what of both people do not ask for."""

    spec: EnvironmentSpec
    nodes: tuple[ToolNode, ...]
    edges: tuple[ToolEdge, ...]
    unsaid: Unsaid = ALL_SAID
    _into: dict[tuple[str, str], list[ToolEdge]] = field(default_factory=lambda: defaultdict(list), init=False)
    _ends: dict[str, str] = field(default_factory=dict, init=False)  # tools of edges -> their wire names

    def __post_init__(self) -> None:
        for edge in self.edges:
            self._ends[edge.from_tool], self._ends[edge.to_tool] = wire_of(edge.from_tool), wire_of(edge.to_tool)
            if edge.kind in {"produces_key", "produces_value"}:
                self._into[wire_of(edge.to_tool), edge.parameter].append(edge)

    @cached_property
    def tools(self) -> dict[str, ToolSpec]:
        """Agent-visible tools by wire name."""
        names = {node.name for node in self.nodes if node.audience == "agent"}
        return {tool.name: tool for tool in self.spec.tools if tool.name in names}

    @cached_property
    def reachable(self) -> dict[str, ToolSpec]:
        """The tools that a chain can come to: each key they need is given by a tool that it can come to without them."""
        return self._come_to(self.tools, frozenset())

    @cached_property
    def askable(self) -> frozenset[str]:
        """The tools that somebody would ask for and that a chain can come to by others of them, in words."""
        asked = {name: tool for name, tool in self.tools.items() if f"{self.spec.env_id}.{name}" not in self.unsaid.tools}
        return frozenset(self._come_to(asked, self._hidden))

    def _come_to(self, tools: Mapping[str, ToolSpec], without: frozenset[Carried]) -> dict[str, ToolSpec]:
        """The tools of some that a chain can come to by these alone, not along some edges."""
        found: dict[str, ToolSpec] = {}
        while fresh := {name: tool for name, tool in tools.items() if name not in found and self._can_follow(tool, found, without)}:
            found |= fresh
        return {name: found[name] for name in tools if name in found}

    def _can_follow(self, tool: ToolSpec, found: Mapping[str, ToolSpec], without: frozenset[Carried]) -> bool:
        """Whether tools that were found give each key that a tool needs."""
        keyed = [
            item
            for item in tool.parameters
            if item.required and not is_told(self.spec, tool, item) and meant_entity(self.spec, item) is not None
        ]
        return all(
            any(
                edge.kind == "produces_key"
                and (source := self.source(edge)) in found
                and (source, edge.output_path, tool.name, item.name) not in without
                for edge in self.into(tool.name, item.name)
            )
            for item in keyed
        )

    @cached_property
    def follows(self) -> dict[str, frozenset[str]]:
        """For a write, the writes that were seen to be accepted on the same record afterwards."""
        found: dict[str, set[str]] = defaultdict(set)
        for edge in self.edges:
            if edge.kind in {"precondition", "enables"}:
                found[wire_of(edge.from_tool)].add(wire_of(edge.to_tool))
        return {name: frozenset(found[name]) for name in found}

    @cached_property
    def enabled(self) -> frozenset[tuple[str, str]]:
        """Pairs of writes where the second is refused until the first has happened."""
        return frozenset((wire_of(edge.from_tool), wire_of(edge.to_tool)) for edge in self.edges if edge.kind == "enables")

    @cached_property
    def outputs(self) -> dict[str, dict[str, str]]:
        """The keys each tool gives: path in its output -> entity."""
        found: dict[str, dict[str, str]] = defaultdict(dict)
        for edge in self.edges:
            if edge.kind == "produces_key" and edge.entity is not None:
                found[wire_of(edge.from_tool)][edge.output_path] = edge.entity
        return found

    def wire_field(self, parameter: ParameterSpec) -> str | None:
        """Wire name of the field a parameter sets, filters or names a record by."""
        return self._wires.get(parameter.field or "")

    @cached_property
    def _wires(self) -> dict[str, str]:
        """Wire names of fields by their names; of several fields of a name that of the first entity."""
        return {field.name: field.wire for entity in reversed(self.spec.entities) for field in reversed(entity.fields)}

    def is_own_key(self, tool: ToolSpec, output_path: str) -> bool:
        """Whether a path leads to the key of the records a tool shows, not to what they point to."""
        return self._own_keys.get(tool.name) == output_path

    @cached_property
    def _own_keys(self) -> dict[str, str]:
        """For each tool that shows records, where their key is."""
        shown = ((tool, returned_entity(self.spec, tool.returns)) for tool in self.spec.tools)
        return {tool.name: field_path(tool.returns, key_field(entity)) for tool, entity in shown if entity is not None}

    @cached_property
    def writing(self) -> frozenset[str]:
        """The tools that change state."""
        return frozenset(tool.name for tool in self.spec.tools if is_write(tool))

    def creates(self, tool: ToolSpec, output_path: str) -> bool:
        """Whether what a tool gives there is the key of a record it has just made: an executed edge never repeats an input."""
        return tool.name in self.writing and self.is_own_key(tool, output_path)

    def into(self, tool: str, parameter: str) -> list[ToolEdge]:
        """The edges that can provide a parameter."""
        return self._into.get((tool, parameter), [])

    def edge(self, from_tool: str, output_path: str, tool: str, parameter: str) -> ToolEdge | None:
        """The edge that carries a value from one tool's output to a parameter, if it was executed."""
        return self._carrying.get((from_tool, output_path, tool, parameter))

    def takes(self, tool: str, from_tool: str, output_path: str) -> bool:
        """Whether an executed edge carries what a tool gives at a path to any parameter of another, and words can say so."""
        return tool in self._takers.get((from_tool, output_path), ())

    def is_meant(self, from_tool: str, output_path: str, tool: str, parameter: str) -> bool:
        """Whether words can say that a call takes what an edge carries.

        People name a record, or look one up through what refers to it ("the customer of that order"). They change no record, and give
        none to a call, through another that only refers to it; nor do they mean one of several that a record refers to, one that a record
        of its own kind does, or what a link that nobody speaks of leads to. Where nothing else gives a key, it is given so all the same.
        """
        return (from_tool, output_path, tool, parameter) not in self._unmeant

    @cached_property
    def _hidden(self) -> frozenset[Carried]:
        """What no words give to a call, with the wire names of the tools."""
        own = ((wire_of(source), path, wire_of(target), parameter) for source, path, target, parameter in self.unsaid.edges)
        return frozenset(own) & self._carrying.keys()

    def is_hidden(self, edge: ToolEdge) -> bool:
        """Whether no words give a call what an edge carries."""
        return (self.source(edge), edge.output_path, self.target(edge), edge.parameter) in self._hidden

    @cached_property
    def _unmeant(self) -> frozenset[Carried]:
        told = {(tool, parameter) for source, path, tool, parameter in self._carrying.keys() - self._hidden}
        shown = {(tool, parameter) for source, path, tool, parameter in self._carrying if self._own_keys.get(source) == path}
        return frozenset(carried for carried in self._hidden if carried[2:] in told) | frozenset(
            (source, path, tool, parameter.name)
            for tool, spec in self.tools.items()
            for parameter in spec.parameters
            if parameter.required and (tool, parameter.name) in shown
            for edge in self.into(tool, parameter.name)
            if edge.kind == "produces_key" and self._only_refers(source := self.source(edge), path := edge.output_path, edge.entity, tool)
        )

    def _only_refers(self, source: str, path: str, entity: str | None, tool: str) -> bool:
        """Whether a tool is given the key of a record through one that refers to it, in a way that nobody speaks of."""
        if self._own_keys.get(source) == path or source not in self.tools:
            return False
        of_its_kind = self.tools[source].returns.entity == entity
        return tool in self.writing or path.endswith("[*]") or of_its_kind or not is_spoken_of(leaf_of(path))

    @cached_property
    def _carrying(self) -> dict[Carried, ToolEdge]:
        carrying = [edge for edges in self._into.values() for edge in edges]
        return {(wire_of(edge.from_tool), edge.output_path, wire_of(edge.to_tool), edge.parameter): edge for edge in reversed(carrying)}

    @cached_property
    def _takers(self) -> dict[tuple[str, str], set[str]]:
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for source, path, target, parameter in self._carrying:
            if self.is_meant(source, path, target, parameter):
                found[source, path].add(target)
        return found

    def source(self, edge: ToolEdge) -> str:
        """Wire name of the tool an edge comes out of."""
        return self._ends[edge.from_tool]

    def target(self, edge: ToolEdge) -> str:
        """Wire name of the tool an edge leads to."""
        return self._ends[edge.to_tool]


def env_of(tool_id: str) -> str:
    """The environment of a tool."""
    return tool_id.rpartition(".")[0]


def wire_of(tool_id: str) -> str:
    """A tool's wire name: an environment's id holds no dot, neither does a wire name."""
    return tool_id.rpartition(".")[2]
