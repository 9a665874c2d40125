"""A row in the making, and what the state has so far."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from envfactory_assets.synthesis.seeding.draw import Draw, Person
from envfactory_assets.synthesis.seeding.lexicon import Kind

_OWN_PLACES = frozenset(
    {"address", "postal_address", "home_address", "mailing_address", "country", "state", "region", "city"}
)  # parts that say where their row is
_FEWEST = 3  # rows of a table of which all are named


@dataclass
class Known:
    """What a state has so far: every key there will be, and the rows already made."""

    keys: dict[str, list[Any]] = field(default_factory=dict)  # by entity
    rows: dict[tuple[str, Any], dict[str, Any]] = field(default_factory=dict)  # by entity and key

    def named(self, entity: str) -> list[Any]:
        """The keys that other rows may name: the last row of a table stands alone, as a new customer has no orders yet."""
        keys = self.keys[entity]
        return keys[:-1] if len(keys) > _FEWEST else keys


class RowContext:
    """One row in the making: the people and places that its fields share."""

    def __init__(
        self,
        draw: Draw,
        known: Known,
        entity: str,
        kind: Kind | None,
        names: tuple[str, ...],
        thing: str = "",
        parent: "RowContext | None" = None,
    ) -> None:
        self.draw = draw
        self.names = names  # of its fields, in snake case
        self.thing = thing or entity  # what it is, in its own words
        self.known = known
        self.entity = entity
        self.kind = kind
        self.values: dict[str, Any] = {}
        self.label = ""  # what the row is called
        self.past: set[str] = set()  # the fields that say when the row was made
        self.key: Any = None
        self.states: dict[str, bool] = {}  # the values that its status may have, and which one it has
        self.flags: dict[str, bool] = {}  # what its flags say, by what they are about: is_active and active_status are one
        self.under_way = False  # whether a machine still works on it
        self.finished: bool | None = None  # whether a status says that it is over, or still to come
        self.people: dict[str, Person] = {}
        self.places: dict[str, dict[str, Any]] = {}
        self.moments: dict[str, datetime] = {}  # due_on and due_date are one day
        self.earlier: dict[str, Any] = {}  # of a part: the part of the row that comes before it, as start before end
        self._parent = parent

    @property
    def root(self) -> "RowContext":
        """The row itself, of a part of it."""
        return self._parent.root if self._parent else self

    def person(self, prefix: str) -> Person:
        """Who a field with this prefix is about: the same for all of them."""
        if prefix not in self.people:
            own = self._parent.people.get("") if self._parent else None
            self.people[prefix] = own or (self.draw.person() if self.kind and self.kind.person and not prefix else self.draw.somebody())
        return self.people[prefix]

    def place(self, prefix: str) -> dict[str, Any]:
        """Where a field with this prefix is: the same for all of them."""
        if prefix not in self.places:
            inherited = None
            if self._parent and not prefix:
                inherited = self._parent.place("") if self.thing in _OWN_PLACES else self._parent.places.get("")
            self.places[prefix] = inherited or self.draw.place()
        return self.places[prefix]
