"""Rows of the tool graph stage."""

from typing import ClassVar, Literal

from envfactory_assets.records.base import Audience, Grounding, Json, Record, Row

EdgeKind = Literal["produces_key", "produces_value", "precondition", "enables", "alternative"]
ProviderKind = Literal["user", "state", "tool", "caller", "clock", "constant"]


class ParameterProvenance(Record):
    """Where the value of one parameter comes from, by rules and with the reason."""

    name: str
    required: bool
    kind: ProviderKind
    reason: str


class ToolNode(Row):
    """A tool of a promoted environment."""

    table: ClassVar[str] = "tool_nodes"
    key: ClassVar[tuple[str, ...]] = ("tool_id",)
    references: ClassVar[dict[str, str]] = {"env_id": "environments.env_id"}

    tool_id: str  # "<env_id>.<wire name>"
    env_id: str
    code_sha256: str
    name: str
    effect: str  # first effect family
    family: Literal["read", "write"]
    grounding: Grounding
    audience: Audience
    description: str
    input_schema: Json
    output_schema: Json
    parameters: list[ParameterProvenance]


class ToolEdge(Row):
    """A dependency that was executed: a real output of one tool fed to another; or two tools that may stand for one another."""

    table: ClassVar[str] = "tool_edges"
    key: ClassVar[tuple[str, ...]] = ("from_tool", "to_tool", "output_path", "parameter", "kind")
    references: ClassVar[dict[str, str]] = {"from_tool": "tool_nodes.tool_id", "to_tool": "tool_nodes.tool_id"}

    from_tool: str
    to_tool: str
    output_path: str  # "id", "items[*].id", "[*].id"
    parameter: str  # empty for an alternative
    kind: EdgeKind
    entity: str | None
    reason: str
    similarity: float | None
    executed: bool
    evidence: Json


class ChainStep(Record):
    """One call of a chain."""

    index: int
    env_id: str
    tool: str  # wire name


class Provider(Record):
    """Where a chain gets the value of one argument."""

    step: int
    parameter: str
    kind: ProviderKind
    from_step: int | None = None  # tool
    output_path: str | None = None  # tool: with [*] where a row is chosen at binding
    reason: str


class Chain(Row):
    """An ordered list of tools, each required parameter with a named provider."""

    table: ClassVar[str] = "chains"
    key: ClassVar[tuple[str, ...]] = ("chain_id",)

    chain_id: str
    env_ids: list[str]
    code_sha256s: list[str]
    steps: list[ChainStep]
    providers: list[Provider]
    sampler: str
    seed: int
    difficulty: float
    rehearsals: Json = None  # where the chain ran from end to end before it was kept: [{scenario_ids, arguments of each step}]
