"""What the rules decide about an environment before any code is written."""

from dataclasses import dataclass, field
from typing import Literal

from envfactory_assets.corpus.document import JsonSchema, Operation
from envfactory_assets.records.base import Grounding
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.schemas import Payload

FieldKind = Literal[
    "key", "ref", "refs", "caller", "text", "money", "integer", "number", "boolean", "date", "datetime", "enum", "texts", "part", "parts"
]
Family = Literal["create", "get", "list", "search", "update", "delete", "transition", "act"]


@dataclass(frozen=True)
class Unused:
    """Something a document says that the environment does not use."""

    pointer: str
    subject: Literal["operation", "parameter", "field", "effect"]
    reason: str


@dataclass
class FieldPlan:
    """One field of an entity or of a value object."""

    wire: str
    name: str
    kind: FieldKind
    schema: JsonSchema
    required: bool = False
    enum: tuple[str, ...] = ()
    target: str | None = None  # ref, refs: name of the entity
    part: "PartPlan | None" = None
    grounding: Grounding = "declared"
    pointer: str = ""
    weight: float = 0.0  # how useful the field is, when an entity has too many
    source: str = ""  # the property it was read from, when the field is named otherwise
    named: str | None = None  # the thing whose key its description says it is
    initial: str | None = None  # enum: what a fresh record has, unless its maker says otherwise
    unique: bool = False  # records are told apart by it
    sums: tuple[str, ...] = ()  # the field with the lines that it is the sum of, and what of a line is multiplied
    sum_else: str | None = None  # of a line that does not tell all of these: what it comes to
    reached: "ReachedPlan | None" = None  # it tells when, or by whom, the record came to be so
    nested: bool = False  # ref: the record lives inside the one it points to and goes with it


@dataclass(frozen=True)
class ReachedPlan:
    """Of which values of which field another tells when, or by whom, a record came to have them."""

    field: str
    values: tuple[str | bool, ...]
    stays: bool = False  # it keeps telling so when the record has moved on


@dataclass
class PartPlan:
    """A value object inside an entity."""

    name: str
    fields: list[FieldPlan]
    told: str = ""  # what it is, in words
    shared: str = ""  # the document's own name of it
    deep: "list[FieldPlan]" = field(default_factory=list)  # the objects inside it, which an environment does not keep


@dataclass
class EntityPlan:
    """A record type with an identity."""

    name: str  # class name
    thing: str  # noun in snake case
    table: str  # attribute of the environment
    key: FieldPlan
    fields: list[FieldPlan]  # without the key, in document order
    pointer: str
    grounding: Grounding = "declared"
    schema_names: frozenset[str] = frozenset()
    integer_key: bool = False
    minted: bool = True  # False: the creator names the record
    doubles: list[FieldPlan] = field(default_factory=list)  # further properties with the same links
    left: list[FieldPlan] = field(default_factory=list)  # properties that records show and an environment does not keep
    made_in: frozenset[str] = frozenset()  # what calls that make one must say beside its own fields, in snake case: where it is made
    located: frozenset[str] = frozenset()  # what calls must say besides its key to name one record, in snake case: where it is
    asked: frozenset[str] = frozenset()  # what requests require of it, in snake case
    deletable: bool = False

    def spelt(self) -> dict[str, FieldPlan]:
        """The fields by their own names and those of the properties they were read from, in snake case."""
        known: dict[str, FieldPlan] = {}
        for each in (self.key, *self.fields):
            known.setdefault(snake(each.wire), each)
            known.setdefault(snake(each.source or each.wire), each)
        return known

    def field(self, name: str) -> FieldPlan | None:
        """The field of this Python name."""
        return next((f for f in (self.key, *self.fields) if f.name == name), None)

    @property
    def status(self) -> FieldPlan | None:
        """The field that says where the record is in its life."""
        return next((f for f in self.fields if f.kind == "enum" and f.name in STATUS), None)

    def targets(self) -> set[str]:
        """The entities it refers to."""
        return {f.target for f in self.fields if f.target}

    def all_targets(self) -> set[str]:
        """The entities that it, or an object inside it, refers to."""
        return self.targets() | {f.target for field in self.fields if field.part for f in field.part.fields if f.target}


STATUS = ("status", "state", "stage", "phase", "lifecycle_state", "current_state", "order_status", "order_state", "booking_status")


@dataclass
class ArgumentPlan:
    """One argument of a tool."""

    wire: str
    name: str
    field: FieldPlan | None  # what it sets or filters; None for search text and paging
    role: Literal["key", "value", "filter", "search", "sort", "direction", "page", "size", "outer", "given"]  # given: what an act is told
    required: bool = False
    operator: Literal["eq", "ge", "le", "contains", "among"] = "eq"
    pointer: str = ""
    several: bool = False  # filters: several values are given at once
    default: str = "None"  # when it is not required, as Python
    orders: tuple[tuple[str, str], ...] = ()  # sorts: each value with the field it names, a minus before it for the largest first
    nullable: bool = False  # null is told where there is to be none
    lacks: frozenset[str] = frozenset()  # lists of objects: the fields of one that requests cannot tell


@dataclass(frozen=True)
class TypedEffect:
    """A typed effect with its slots: of an act, or beside the plain effect of a create, an update or a delete."""

    family: str
    field: str | None = None
    entity: str | None = None  # class name, when it is about other records than the tool's own
    moves: tuple[tuple[str, tuple[str, ...]], ...] = ()  # from each value, those it may move to
    until: str | None = None
    past: bool = False  # the time may lie in the past: only its end must not come before it
    anew: bool = False  # the time may be set anew after it has come
    within: str | None = None
    limit: str | None = None
    lines: str | None = None
    unless: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()  # by field, the values in which the record refuses
    barred: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()  # by field, those in which the record that takes it in refuses
    taker: str | None = None  # class name of the record that takes it in

    @property
    def fields(self) -> frozenset[str]:
        """The fields of its own record that its slots name."""
        limit = None if self.draws else self.limit
        named = (self.field, self.until, self.within, limit, self.lines, *(name for name, _ in self.unless))
        return frozenset(name for name in named if name)

    @property
    def draws(self) -> bool:
        """Whether what bounds it is a field of the record that it takes from."""
        return bool(self.within and self.limit)

    @property
    def places(self) -> frozenset[tuple[str, str]]:
        """The fields of the record that takes it in that its slots name, each with its class."""
        named = {name for name, _ in self.barred} | ({self.within} if self.family == "move" else set())
        named |= {self.limit} if self.draws else set()
        return frozenset((self.taker, name) for name in named if self.taker and name)


@dataclass
class ToolPlan:
    """One tool: an operation bound to an effect on an entity."""

    operation: Operation
    family: Family
    entity: EntityPlan
    arguments: list[ArgumentPlan] = field(default_factory=list)
    envelope: str | None = None
    cursor: str | None = None
    in_list: bool = False  # the one record is answered in a list
    omits: tuple[str, ...] = ()  # names of the fields that its answer leaves out
    grounding: Grounding = "declared"
    verb: str | None = None
    part: str | None = None  # updates: the one field that the path names
    moves: FieldPlan | None = None  # transitions: the field that moves
    sources: tuple[str, ...] = ()
    target: str | bool | None = None
    unless: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()  # transitions of flags: by field, the values in which the record refuses
    until: FieldPlan | None = None  # transitions: the field that tells when it is too late for them
    returns_record: bool = True
    wire: str = ""
    method: str = ""
    through: "tuple[EntityPlan, FieldPlan] | None" = None  # lists: the outer record and its field that names the listed ones
    asked: Payload | None = None  # the record in its request
    answered: Payload | None = None  # the record, or records, in its response
    tables: dict[str, str] = field(default_factory=dict)  # entity -> table, of the whole environment
    unused: list[Unused] = field(default_factory=list)  # parameters it leaves out
    typed: tuple[TypedEffect, ...] = ()
    frozen: tuple[tuple[str, tuple[str | bool, ...]], ...] = ()  # updates: by field, the values in which the record stays as it is


@dataclass
class EnvironmentPlan:
    """Entities and tools that make one environment."""

    title: str
    class_name: str
    entities: list[EntityPlan]
    tools: list[ToolPlan]
    unused: list[Unused]
