"""Reading contracts: the state before a call as a contract sees it, and whether a call did what the contract says.

Rows are plain values made from the JSON of a state and the published specification. Neither the environment's code nor the runtime's has a
part in it.
"""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import ModuleType
from typing import Any

from envfactory_assets.environments.contract import Absent, Answer, Change, Clause, Refusal, cents
from envfactory_assets.records import EntitySpec, EnvironmentSpec, ToolSpec
from envfactory_assets.sandbox.static_gate import check_contract
from envfactory_assets.verification.caller import State
from envfactory_assets.verification.steps import Step, returned_rows

_DATE, _MOMENT = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")
_READERS: dict[str, Callable[[Any], Any]] = {}


class Row:
    """A row, or a part of one, with its values as attributes."""

    def __init__(self, values: dict[str, Any], place: tuple[str, Any] | None = None) -> None:
        self.__dict__.update(values)
        if place is not None:
            self.place = place

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row) and self.__dict__ == other.__dict__

    def __hash__(self) -> int:
        return hash(self.__dict__.get("place"))


class Rows:
    """The rows of one table, in their order."""

    def __init__(self, entity: EntitySpec, stored: list[dict[str, Any]]) -> None:
        self.name = entity.table
        self._rows = {row[entity.key]: Row(_typed(entity, row), (entity.table, row[entity.key])) for row in stored}

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __getitem__(self, key: Any) -> Row:
        if key not in self._rows:
            raise Absent("not_found")
        return self._rows[key]

    def find(self, key: Any) -> Row | None:
        """The row with this key, or None."""
        return self._rows.get(key)


class Was:
    """A state as contracts see it."""

    def __init__(self, spec: EnvironmentSpec, state: State) -> None:
        self._entities = {entity.table: entity for entity in spec.entities}
        self._state = state
        self.moment = datetime.fromisoformat(state["now"]).astimezone(UTC)
        self.day = self.moment.date()

    @property
    def me(self) -> Any:
        """The caller."""
        if self._state["me"] is None:
            raise Absent("permission_denied")
        return self._state["me"]

    def __getattr__(self, table: str) -> Rows:
        if table.startswith("_") or table not in self._entities:
            raise AttributeError(f"There is no table {table}.")
        rows = Rows(self._entities[table], self._state["tables"][table])
        self.__dict__[table] = rows
        return rows


class Contract:
    """A contract, read once.

    Its code is run here, once the static gate let it pass: in the worker in which the environment that it belongs to is examined.

    Raises:
        ValueError: it does not load, may not be run, or tells of a tool that there is none of; one line says which.
    """

    def __init__(self, source: str, spec: EnvironmentSpec) -> None:
        violations = check_contract(source)
        if violations:
            raise ValueError(f"line {violations[0][0]}: {violations[0][1]}")
        module = ModuleType("contract")
        try:
            exec(compile(source, "<contract>", "exec", dont_inherit=True), module.__dict__)  # noqa: S102 - behind the static gate
        except Exception as error:
            raise ValueError(f"{type(error).__name__}: {error}") from error
        told = {name: each for name, each in vars(module).items() if callable(each) and getattr(each, "__module__", "") == "contract"}
        self.terms = {name: each for name, each in told.items() if not name.startswith("_")}
        unknown = sorted(self.terms.keys() - {tool.method for tool in spec.tools})
        if unknown:
            raise ValueError(f"there is no tool {unknown[0]}")
        self._spec = spec
        self._seen: tuple[State, Was] | None = None

    def broken(self, tool: ToolSpec, step: Step) -> str | None:
        """In what a call did not do what the contract says; None when it did."""
        told = self._told(tool, step.before, step.arguments)
        if isinstance(told, str):
            code = step.result.error.code if step.result.error else "done"
            return None if code in told.split() else f"it should be refused as {told}; it is {code}"
        if step.result.error is not None:
            return f"it should be done; it is refused as {step.result.error.code}"
        changes = [clause for clause in told if isinstance(clause, Change)]
        problem = self._state_differs(step, changes)
        if problem is None:
            problem = next(
                (said for clause in told if isinstance(clause, Answer) and (said := self._answer_differs(tool, step, clause))), None
            )
        return problem or self._default_answer(tool, step, changes, told) or self._shown_otherwise(tool, step)

    def refuses(self, tool: ToolSpec, state: State, arguments: dict[str, Any]) -> str:
        """The codes with which a call is refused, empty when it is done, ``unclear`` when the contract cannot say."""
        try:
            told = self._told(tool, state, arguments)
        except Exception:  # noqa: BLE001 - a contract is code that anybody may write
            return "unclear"
        return told if isinstance(told, str) else ""

    def _told(self, tool: ToolSpec, state: State, arguments: dict[str, Any]) -> list[Clause] | str:
        """What follows from a call; as text the codes of which one is its refusal."""
        clauses: list[Clause] = []
        try:
            for clause in self.terms[tool.method](self._was(state), **_arguments(tool, arguments)):
                if isinstance(clause, Refusal):
                    return " ".join(sorted(clause.codes))
                clauses.append(clause)
        except Absent as absent:
            return absent.code
        return clauses

    def _was(self, state: State) -> Was:
        if self._seen is None or self._seen[0] is not state:
            self._seen = (state, Was(self._spec, state))
        return self._seen[1]

    def _state_differs(self, step: Step, changes: list[Change]) -> str | None:
        if step.before is step.after and not changes:
            return None
        merged: dict[tuple[str, Any], dict[str, Any] | None] = {}
        for change in changes:
            if change.key is not None:
                known = merged.get((change.table, change.key)) or {}
                merged[change.table, change.key] = None if change.fields is None else {**known, **change.fields}
        for entity in self._spec.entities:
            added = [change.fields or {} for change in changes if change.key is None and change.table == entity.table]
            problem = _table_differs(entity, step, merged, added)
            if problem is not None:
                return problem
        return None

    def _answer_differs(self, tool: ToolSpec, step: Step, clause: Answer) -> str | None:
        if clause.rows is None or tool.returns.entity is None:
            return None if _same(clause.value, _loose(step.result.value)) else f"the answer should be {clause.value!r}"
        entity = self._spec.entity(str(tool.returns.entity))
        wire = next(field.wire for field in entity.fields if field.name == entity.key)
        shown = [row.get(wire) for row in returned_rows(tool, step.result.value)]
        expected = [row.place[1] for row in clause.rows]
        if not tool.returns.many:
            return None if shown == expected[:1] else f"{expected[:1]} should be answered, not {shown}"
        return _list_differs(tool, step, expected, shown)

    def _shown_otherwise(self, tool: ToolSpec, step: Step) -> str | None:
        """Rows are shown as they are stored, lists of plain values included."""
        entity = next((each for each in self._spec.entities if each.name == tool.returns.entity), None)
        if entity is None:
            return None
        stored = {row[entity.key]: row for row in step.after["tables"][entity.table]}
        wires = {field.name: field.wire for field in entity.fields}
        for shown in returned_rows(tool, step.result.value):
            row = stored.get(shown.get(wires[entity.key]))
            for name, wire in wires.items() if row is not None else ():
                if wire in shown and shown[wire] != row[name] and not _has_parts(row[name]) and not _has_parts(shown[wire]):  # type: ignore[index]
                    return f"{name} of {entity.name} {row[entity.key]} is {row[name]!r}; {shown[wire]!r} is shown"  # type: ignore[index]
        return None

    def _default_answer(self, tool: ToolSpec, step: Step, changes: list[Change], told: list[Clause]) -> str | None:
        """A tool that writes one row of the kind it answers with answers with that one."""
        entity = next((each for each in self._spec.entities if each.name == tool.returns.entity), None)
        if entity is None or tool.returns.many or any(isinstance(clause, Answer) for clause in told):
            return None
        made = [change for change in changes if change.table == entity.table and change.key is None]
        written = list(dict.fromkeys(change.key for change in changes if change.table == entity.table and change.key is not None))
        wire = next(field.wire for field in entity.fields if field.name == entity.key)
        shown = [row.get(wire) for row in returned_rows(tool, step.result.value)]
        if len(made) + len(written) != 1:
            return None
        expected = written
        if made:
            before = {row[entity.key] for row in step.before["tables"][entity.table]}
            expected = [row[entity.key] for row in step.after["tables"][entity.table] if row[entity.key] not in before]
        return None if shown == expected else f"{expected} should be answered, not {shown}"


def _table_differs(
    entity: EntitySpec, step: Step, merged: dict[tuple[str, Any], dict[str, Any] | None], added: list[dict[str, Any]]
) -> str | None:
    before = {row[entity.key]: row for row in step.before["tables"][entity.table]}
    after = {row[entity.key]: row for row in step.after["tables"][entity.table]}
    for key, row in before.items():
        fields = merged.get((entity.table, key), {})
        if fields is None:
            if key in after:
                return f"{entity.name} {key} should be gone"
        elif key not in after:
            return f"{entity.name} {key} should still be there"
        elif fields or after[key] != row:
            expected, actual = {**_typed(entity, row), **fields}, _typed(entity, after[key])
            differing = next((name for name, value in actual.items() if not _same(expected.get(name), value)), None)
            if differing is not None:
                return f"{differing} of {entity.name} {key} should be {expected.get(differing)!r}; it is {actual[differing]!r}"
    fresh = [_typed(entity, row) for key, row in after.items() if key not in before]
    if len(fresh) != len(added):
        return f"{len(added)} new of {entity.name} should be there; there are {len(fresh)}"
    for row, fields in zip(fresh, added, strict=True):
        differing = next((name for name, value in fields.items() if not _same(value, row.get(name))), None)
        if differing is not None:
            return f"{differing} of the new {entity.name} should be {fields[differing]!r}; it is {row.get(differing)!r}"
    return None


def _list_differs(tool: ToolSpec, step: Step, expected: list[Any], shown: list[Any]) -> str | None:
    """Whether a list, or the page of it that was asked for, is as expected; pages that a cursor leads to are not told here."""
    paging = {p.name: p.type for p in tool.parameters if p.role == "page"}
    if not paging:
        return None if shown == expected else f"{expected} should be listed, not {shown}"
    if not step.arguments.keys() & paging.keys():  # the first page
        return None if expected[: len(shown)] == shown and bool(shown) == bool(expected) else f"{shown} is no first page of {expected}"
    if tool.returns.cursor is None or any(kind == "string" and name in step.arguments for name, kind in paging.items()):
        return None if _is_part(shown, expected) else f"{shown} is no part of {expected}"
    size = next((step.arguments[name] for name, kind in paging.items() if kind == "integer" and name in step.arguments), len(shown))
    complete = not step.result.value.get(tool.returns.cursor)
    wanted = expected if complete else expected[: max(size, 1)]
    return None if shown == wanted else f"{wanted} should be listed, not {shown}"


def _has_parts(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))


def _is_part(shown: list[Any], expected: list[Any]) -> bool:
    return not shown or any(expected[start : start + len(shown)] == shown for start in range(len(expected)))


def _arguments(tool: ToolSpec, given: dict[str, Any]) -> dict[str, Any]:
    """Arguments by the names that methods have, with defaults for those left out."""
    found = {}
    for parameter in tool.parameters:
        default = tool.input_schema["properties"].get(parameter.name, {}).get("default")
        found[_snake(parameter.name)] = _argument(parameter.type, given.get(parameter.name, default))
    return found


def _argument(kind: str, value: Any) -> Any:
    if kind == "number" and isinstance(value, int | float):
        return _money(value)
    return _READERS[kind](value) if value is not None and kind in {"date", "datetime"} else _loose(value)


def _typed(entity: EntitySpec, row: dict[str, Any]) -> dict[str, Any]:
    """A stored row by the types of its fields."""
    return {
        field.name: value if (value := row.get(field.name)) is None else _READERS.get(field.type, _as_it_is)(value)
        for field in entity.fields
    }


def _loose(value: Any) -> Any:
    """A value whose type nothing tells: objects as rows, numbers with parts exact."""
    if isinstance(value, dict):
        return Row({_snake(name): _loose(item) for name, item in value.items()})
    if isinstance(value, list):
        return [_loose(item) for item in value]
    return Decimal(str(value)) if isinstance(value, float) else value


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, dict) and isinstance(actual, Row):
        return all(_same(expected.get(name), value) for name, value in actual.__dict__.items())
    if isinstance(expected, list) and isinstance(actual, list):
        return len(expected) == len(actual) and all(map(_same, expected, actual))
    if isinstance(expected, Decimal) and isinstance(actual, Decimal | int):
        return cents(expected) == actual
    return bool(expected == actual)


def _as_it_is(value: Any) -> Any:
    return value


def _money(value: Any) -> Decimal:
    return cents(Decimal(str(value)))


def _moment(value: str) -> datetime:
    found = datetime.fromisoformat(value)
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


_READERS |= {"money": _money, "date": date.fromisoformat, "datetime": _moment, "list": _loose, "object": _loose}
