"""What every family of typed effects says of itself: when it binds to a tool, and how the tool is then written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from envfactory_assets.synthesis.names import identifier
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.readings import Reading


@dataclass(frozen=True)
class Unbound:
    """An effect that a tool nearly has, and why it has it not."""

    family: str
    pointer: str  # of the argument that speaks for it
    reason: str


Bound = TypedEffect | Unbound
Records = Mapping[str, EntityPlan]
"""Every record type of an environment, by the name of its class."""


@dataclass(frozen=True)
class Action:
    """An operation that is an action itself, as its path or name says.

    Attributes:
        reading: the operation with the records its schemas carry.
        entity: the record type it acts on.
        family: the family of effects that its words name.
        verb: the word that names it; empty when its path says it without one.
        things: every record type of the document by its noun.
    """

    reading: Reading
    entity: EntityPlan
    family: str
    verb: str
    things: Mapping[str, EntityPlan]


def key_argument(reading: Reading) -> ArgumentPlan:
    """The argument that names the record an operation acts on."""
    wire = reading.route.key or ""
    parameter = next((p for p in reading.route.operation.parameters if p.name == wire), None)
    return ArgumentPlan(wire, identifier(wire), None, "key", required=True, pointer=parameter.pointer if parameter else reading.pointer)


@dataclass(frozen=True)
class Family:
    """One family of typed effects.

    Attributes:
        beside: the effects that a create, an update or a delete has beside its plain one, read from the fields it sets.
        acting: the tool of an operation that is the action itself, or the reason there is none.
        body: the lines of such a tool's method, indented.
        told: what such a tool does, in a sentence.
    """

    name: str
    beside: Callable[[ToolPlan, Records], Iterator[Bound]] | None = None
    acting: Callable[[Action], ToolPlan | str] | None = None
    body: Callable[[ToolPlan], list[str]] | None = None
    told: Callable[[ToolPlan], str] | None = None
