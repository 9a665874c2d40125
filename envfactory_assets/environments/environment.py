"""The base class of environment modules, and the plan compiled from one."""

import inspect
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, ClassVar, TypeVar, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from envfactory_assets.environments.entities import Entity, give_wire_names, parts_of
from envfactory_assets.environments.errors import Conflict, PermissionDenied
from envfactory_assets.environments.invariants import holds, still_holds, table_of_row_rule
from envfactory_assets.environments.naming import Naming
from envfactory_assets.environments.session import Session
from envfactory_assets.environments.tables import Table
from envfactory_assets.environments.tools import Tool
from envfactory_assets.records.environments import EnvironmentSpec

F = TypeVar("F", bound=Callable[..., bool])
RESERVED = frozenset({"me", "now", "today", "naming", "shows_empty", "plan", "empty_state", "check_invariants", "runtime_session"})
_SETTINGS = frozenset({"naming", "shows_empty"})
START = "2026-05-12T09:00:00Z"


def invariant(function: F) -> F:
    """Declare a method that must be true in every state, after every write; its docstring, or its name, says what holds."""
    function.__invariant__ = True  # type: ignore[attr-defined]
    return function


class Plan:
    """An environment class, read once: its tables, tools and invariants."""

    def __init__(self, environment: type["Environment"]) -> None:
        hints = get_type_hints(environment, include_extras=True)
        self.tables: dict[str, type[Entity]] = {name: get_args(hint)[0] for name, hint in hints.items() if get_origin(hint) is Table}
        self.entities = {entity.__name__: entity for entity in self.tables.values()}
        self.table_of = {entity.__name__: name for name, entity in self.tables.items()}
        self._check_names(environment)
        self._bind_references()
        done: set[type] = set()
        for entity in self.tables.values():
            for model in [*parts_of(entity), entity]:
                if model not in done:
                    done.add(model)
                    give_wire_names(model, environment.naming)
            entity.entity_layout.shows_empty = environment.shows_empty
        members = {name: member for cls in reversed(environment.__mro__) for name, member in vars(cls).items()}
        compiled = [
            Tool(name, member, member.__tool__, environment.naming, environment.shows_empty)
            for name, member in members.items()
            if hasattr(member, "__tool__")
        ]
        for tool in compiled:
            tool.name_parts(environment.naming, done)
        self.tools: dict[str, Tool] = {tool.name: tool for tool in compiled}
        if len(self.tools) < len(compiled):
            raise TypeError("Two tools have the same name on the wire.")
        self.about = ""  # the module's docstring
        self.descriptions: dict[str, EnvironmentSpec] = {}
        self._rules = {name: member for name, member in members.items() if hasattr(member, "__invariant__")}

    @cached_property
    def invariants(self) -> dict[str, str | None]:
        """The invariants, each with the table that it goes through row by row, if it is of that kind."""
        found = {name: table_of_row_rule(method) for name, method in self._rules.items()}
        return {name: table if table in self.tables else None for name, table in found.items()}

    @cached_property
    def rows(self) -> type[BaseModel]:
        """Reads the rows of all tables of a state at once."""
        fields: dict[str, Any] = {
            f"t_{name}": (list.__class_getitem__(entity), Field(default=[], alias=name)) for name, entity in self.tables.items()
        }
        return create_model("Rows", __config__=ConfigDict(extra="forbid"), **fields)

    def _check_names(self, environment: type["Environment"]) -> None:
        if len(self.entities) < len(self.tables):
            raise TypeError("Two tables hold the same entity.")
        if environment.naming not in get_args(Naming):
            raise TypeError(f"naming is one of {', '.join(get_args(Naming))}, not {environment.naming!r}.")
        taken = sorted(RESERVED & {name for name in (*self.tables, *vars(environment)) if name not in _SETTINGS})
        if taken:
            raise TypeError(f"{', '.join(taken)} already means something in every environment: choose another name.")

    def _bind_references(self) -> None:
        for entity in self.tables.values():
            for reference in entity.entity_layout.refs:
                bound = self.entities.get(reference.target.name)
                if bound is None:
                    raise TypeError(f"{entity.__name__} refers to {reference.target.name}, which no table holds.")
                reference.target.entity = bound


class _Described:
    """A part of the specification, read from the class or from an object of it."""

    def __init__(self, part: str) -> None:
        self._part = part

    def __get__(self, instance: object, owner: type["Environment"]) -> Any:
        from envfactory_assets.environments.describe import describe  # noqa: PLC0415 - describing reads this class

        return getattr(describe(owner, owner.__name__), self._part)


class Environment:
    """One service: typed tables, and tools over them.

    A subclass annotates its tables (``rooms: Table[Room]``) and decorates its tools and invariants. ``naming`` is how names are
    written on the wire, and ``shows_empty`` whether answers show fields that have no value, as null, or leave them out.
    """

    naming: ClassVar[Naming] = "snake"
    shows_empty: ClassVar[bool] = True
    plan: ClassVar[Plan]
    tools = _Described("tools")
    policy = _Described("policy")

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.plan = Plan(cls)

    def __init__(self, now: datetime, me: str | int | None, counters: dict[str, int]) -> None:
        self.runtime_session = Session(now, me, {name: counters.get(name, 0) for name in self.plan.entities})
        for name, entity in self.plan.tables.items():
            table = Table(entity, self.runtime_session)
            self.runtime_session.tables[entity.__name__] = table
            setattr(self, name, table)

    @property
    def now(self) -> datetime:
        """The episode's clock, in UTC."""
        return self.runtime_session.now

    @property
    def today(self) -> date:
        """The day of ``now``."""
        return self.runtime_session.now.date()

    @property
    def me(self) -> Any:
        """The caller's id.

        Raises:
            PermissionDenied: nobody is signed in.
        """
        if self.runtime_session.me is None:
            raise PermissionDenied("This needs a signed-in caller.")
        return self.runtime_session.me

    @classmethod
    def empty_state(cls, now: str = START, me: str | int | None = None) -> dict[str, Any]:
        """A state without rows, to fill in."""
        moment = datetime.fromisoformat(now).astimezone(UTC)
        return {
            "now": moment.isoformat().replace("+00:00", "Z"),
            "me": me,
            "counters": dict.fromkeys(cls.plan.entities, 0),
            "tables": {name: [] for name in cls.plan.tables},
        }

    def check_invariants(self) -> None:
        """Check every invariant that the running call can have broken; all of them when none runs.

        Raises:
            Conflict: says which does not hold.
        """
        session = self.runtime_session
        relied_on = dict(session.relied_on)
        for name, table in self.plan.invariants.items():
            if still_holds(session, name):
                continue
            method = getattr(self, name)
            well, relied_on[name] = holds(session, name, method, getattr(self, table) if table else None)
            if not well:
                raise Conflict(f"This must always hold: {rule_text(name, method)}.")
        session.undo.append((setattr, (session, "relied_on", session.relied_on)))
        session.relied_on = relied_on


def rule_text(name: str, method: Callable[..., Any]) -> str:
    """What an invariant says: the first line of its docstring, else its name in words."""
    said = inspect.cleandoc(method.__doc__ or "").partition("\n")[0].rstrip(".")
    return said or re.sub(r"_+", " ", name).strip()
