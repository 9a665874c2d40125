"""Rows of the environment stages, and the specification that describes an environment."""

from hashlib import sha256
from typing import Any, ClassVar, Literal

from pydantic import Field

from envfactory_assets.records.base import Audience, Grounding, Json, Record, Row, Split

ParameterRole = Literal["key", "reference", "value", "filter", "search", "sort", "page", "other"]


class EffectSpec(Record):
    """What a tool does to state. ``family`` is create, get, list, search, update, delete, or a typed action."""

    family: str
    entity: str | None = None
    field: str | None = None  # the field it writes: the status that moves, the list of members, the parent, the start, the amount
    sources: tuple[str, ...] = ()  # transitions: the values it may move from
    target: str | bool | None = None  # transitions and marks: the value it moves to; true or false of a flag
    moves: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # transitions to a given value: from each value, those it may move to
    until: str | None = None  # schedules: the field that holds the end; transitions: that after whose moment they are refused
    past: bool = False  # schedules: whether the time may lie in the past, and only its end must not come before it
    anew: bool = False  # reschedules: whether the time may be set anew after it has come
    within: str | None = None  # memberships with a record of their own: the group's field; moves: the field that must stay the same
    limit: str | None = None  # amounts: the field that bounds the sum of what was taken
    lines: str | None = None  # checkouts: the field with the lines that ``field`` is the sum of
    unless: dict[str, tuple[Any, ...]] = Field(default_factory=dict)  # by field, the values in which the record refuses
    barred: dict[str, tuple[Any, ...]] = Field(default_factory=dict)  # the same of the record that takes it in


class ParameterSpec(Record):
    """One argument of a tool, as an agent sees it."""

    name: str  # on the wire
    role: ParameterRole
    required: bool
    type: str  # string, integer, number, boolean, date, datetime, array, object
    entity: str | None = None  # key and reference: the entity meant; value and filter: the entity that has the field
    field: str | None = None  # Python name of the field it sets or filters
    operator: Literal["eq", "ge", "le", "contains"] | None = None  # filters
    enum: tuple[str, ...] = ()


class ReturnSpec(Record):
    """What a tool gives back."""

    entity: str | None = None
    many: bool = False
    envelope: str | None = None  # wire name of what is returned inside the result, dots between those on the way; None when it stands bare
    cursor: str | None = None  # wire name of the next-page value inside the result
    in_list: bool = False  # the one record comes in a list
    omits: tuple[str, ...] = ()  # fields of the records that the result leaves out

    def inside(self, result: Any) -> Any:
        """What is returned, taken out of its envelope; None where the envelope is not there."""
        for name in self.envelope.split(".") if self.envelope else ():
            result = result.get(name) if isinstance(result, dict) else None
        return result


class EffectGrounding(Record):
    """How one typed effect of a tool is known, and where the resource says it."""

    family: str
    field: str | None
    grounding: Grounding
    pointer: str


class ToolSpec(Record):
    """One tool of an environment."""

    name: str  # on the wire, matches ^[A-Za-z0-9_-]{1,64}$
    method: str  # the Python method
    description: str
    effects: tuple[EffectSpec, ...]
    audience: Audience = "agent"
    grounding: Grounding = "declared"
    pointer: str | None = None  # into the resource's document
    groundings: tuple[EffectGrounding, ...] = ()  # of typed effects, as the author recorded them
    parameters: tuple[ParameterSpec, ...] = ()
    returns: ReturnSpec = ReturnSpec()
    input_schema: Json
    output_schema: Json


class FieldSpec(Record):
    """One field of an entity."""

    name: str  # Python name, as in states
    wire: str  # as an agent sees it
    type: str  # key, ref, caller, text, money, integer, number, boolean, date, datetime, enum, list, object
    required: bool = True
    enum: tuple[str, ...] = ()
    ref: str | None = None  # ref: the entity it points to
    inner_refs: tuple[str, ...] = ()  # object, list: the entities that what is inside points to
    inner_paths: tuple[str, ...] = ()  # object, list: where inside an agent sees those keys, in the same order
    on_delete: Literal["restrict", "cascade", "set_null"] | None = None  # ref: what becomes of the row when what it points to is deleted
    unique: bool = False  # no two rows have the same value
    initial: str | None = None  # what a row starts with, unless it is made with another value
    sum_of: tuple[str, ...] = ()  # the field with the lines, and what of a line is multiplied and added up
    sum_else: str | None = None  # of a line that does not tell all of these: what it comes to
    reached: str | None = None  # the status or flag of which it tells when, or by whom, the row came to be so
    reached_values: tuple[str | bool, ...] = ()  # the values it tells of
    stays: bool = False  # whether it keeps telling so afterwards
    grounding: Grounding = "declared"
    pointer: str | None = None


class EntitySpec(Record):
    """A record type with an identity."""

    name: str
    table: str
    key: str
    fields: tuple[FieldSpec, ...]
    grounding: Grounding = "declared"
    pointer: str | None = None


class EnvironmentSpec(Record):
    """Everything known of an environment: derived from its module, with the groundings its author recorded."""

    env_id: str
    title: str
    description: str
    policy: str
    entities: tuple[EntitySpec, ...]
    tools: tuple[ToolSpec, ...]

    def tool(self, name: str) -> ToolSpec:
        """The tool of this wire name; raises KeyError."""
        for tool in self.tools:
            if tool.name == name:
                return tool
        raise KeyError(name)

    def entity(self, name: str) -> EntitySpec:
        """The entity of this name; raises KeyError."""
        for entity in self.entities:
            if entity.name == name:
                return entity
        raise KeyError(name)


class EnvironmentCandidate(Row):
    """An environment as its author wrote it: not yet believed."""

    table: ClassVar[str] = "environment_candidates"
    key: ClassVar[tuple[str, ...]] = ("env_id",)
    references: ClassVar[dict[str, str]] = {"resource_id": "resources.resource_id"}

    env_id: str
    resource_id: str | None
    content_sha256: str | None  # of the resource's original document
    author: str
    source_code: str
    code_sha256: str
    contract: str = ""  # what its tools do, told apart from its code; see ``environments.contract``
    spec: Json  # an EnvironmentSpec
    tool_count: int
    entity_count: int

    @property
    def contract_sha256(self) -> str:
        """Hash of the contract, empty without one: a report speaks of one code and one contract."""
        return sha256(self.contract.encode()).hexdigest() if self.contract else ""


class PromotedEnvironment(Row):
    """An environment that passed verification, content-addressed: superseded code stays while a row cites it."""

    table: ClassVar[str] = "environments"
    key: ClassVar[tuple[str, ...]] = ("env_id", "code_sha256")

    env_id: str
    code_sha256: str
    runtime_version: str
    verifier_version: str
    resource_id: str | None
    content_sha256: str | None
    author: str
    source_code: str
    spec: Json  # an EnvironmentSpec
    policy: str
    grade: float
    tool_count: int
    cluster: str
    split: Split
    current: bool


class Scenario(Row):
    """One concrete initial state of one environment, stored once."""

    table: ClassVar[str] = "scenarios"
    key: ClassVar[tuple[str, ...]] = ("scenario_id",)
    references: ClassVar[dict[str, str]] = {"env_id": "environments.env_id"}

    scenario_id: str
    env_id: str
    code_sha256: str
    purpose: Literal["sft", "rl"]  # SFT and RL share no scenario
    seed: int
    state: Json
    state_sha256: str
    row_count: int
