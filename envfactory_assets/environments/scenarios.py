"""States as JSON: writing a live environment down, and loading one with every check there is."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError

from envfactory_assets.environments.entities import callers
from envfactory_assets.environments.environment import Environment, Plan
from envfactory_assets.environments.errors import Conflict, Refusal, ScenarioError
from envfactory_assets.environments.starts import Starts
from envfactory_assets.environments.tables import Table
from envfactory_assets.environments.wording import shown

_STATE_KEYS = ("now", "me", "counters", "tables")
_MOST = 2**63  # an integer's size in JSON
_STARTS: Starts[Environment] = Starts()


def dumped(environment: Environment) -> dict[str, Any]:
    """The state of a live environment; nothing is shared with it."""
    return _written(environment, lambda table: [table.layout.as_stored(row) for row in table])


def seen(environment: Environment) -> dict[str, Any]:
    """The state of a live environment, to look at only: what has not changed is shared with what was given before."""
    return _written(environment, Table.seen)


def _written(environment: Environment, rows_of: Callable[[Table[Any]], list[dict[str, Any]]]) -> dict[str, Any]:
    session = environment.runtime_session
    return {
        "now": session.now.isoformat().replace("+00:00", "Z"),
        "me": session.me,
        "counters": dict(session.counters),
        "tables": {name: rows_of(getattr(environment, name)) for name in environment.plan.tables},
    }


def loaded(env_id: str, cls: type[Environment], state: Any) -> Environment:
    """A live environment from a state.

    Raises:
        ScenarioError: one line about the first thing that is wrong.
    """
    return begun(start_of(env_id, cls, state))


def start_of(env_id: str, cls: type[Environment], state: Any) -> Environment:
    """An environment that holds a state, to begin others from; it is never written.

    All checks are made when a class meets a state for the first time; later it is what was made of it then.

    Raises:
        ScenarioError: one line about the first thing that is wrong.
    """
    try:
        _check_shape(cls.plan, state)
        now = _moment(state["now"])
        head, text = _texts(state)
        start = _STARTS.find(cls, head, text)
        if start is None:
            start = _checked(cls, now, state, text)
            _STARTS.keep(cls, head, text, start)
    except ScenarioError as error:
        raise ScenarioError(f"{env_id}: {error}") from None
    return start


def _checked(cls: type[Environment], now: datetime, state: dict[str, Any], text: bytes) -> Environment:
    environment = cls(now, state["me"], state["counters"])
    _load_rows(environment, text)
    _check_references(environment)
    _check_sums(environment)
    _check_caller(environment)
    _check_invariants(environment)
    return environment


def begun(start: Environment) -> Environment:
    """A live environment that shares the rows of a start."""
    session = start.runtime_session
    made = type(start)(session.now, session.me, session.counters)
    made.runtime_session.relied_on = session.relied_on
    for name, table in session.tables.items():
        made.runtime_session.tables[name].begin_as(table)
    return made


def _check_shape(plan: Plan, state: Any) -> None:
    if not isinstance(state, dict) or set(state) != set(_STATE_KEYS):
        raise ScenarioError(f"a state has exactly {', '.join(_STATE_KEYS)}.")
    known: tuple[tuple[str, str, dict[str, Any]], ...] = (("counters", "entity", plan.entities), ("tables", "table", plan.tables))
    for part, what, names in known:
        if not isinstance(state[part], dict):
            raise ScenarioError(f"{part} must be an object.")
        unknown = sorted(str(name) for name in state[part] if name not in names)
        if unknown:
            raise ScenarioError(f"{part}: there is no {what} {shown(unknown[0])}; known are {', '.join(names)}.")
    if any(type(count) is not int or not 0 <= count < _MOST for count in state["counters"].values()):
        raise ScenarioError("counters: each is an integer, 0 or more.")
    if state["me"] is not None and (type(state["me"]) not in {str, int} or (type(state["me"]) is int and abs(state["me"]) >= _MOST)):
        raise ScenarioError("me must be an id or null.")


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ScenarioError("now must be a moment in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _texts(state: dict[str, Any]) -> tuple[bytes, bytes]:
    """A state as JSON, its rows apart: equal texts, equal states."""
    try:
        return orjson.dumps([state["now"], state["me"], state["counters"]]), orjson.dumps(state["tables"])
    except (TypeError, orjson.JSONEncodeError):
        unfit = next((name for name, rows in state["tables"].items() if not _is_json(rows)), "tables")
        raise ScenarioError(f"{unfit}: rows must be plain JSON.") from None


def _is_json(value: Any) -> bool:
    try:
        orjson.dumps(value)
    except (TypeError, orjson.JSONEncodeError):
        return False
    return True


def _load_rows(environment: Environment, text: bytes) -> None:
    try:
        rows = environment.plan.rows.model_validate_json(text, strict=True).__dict__
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        table, *inside = first["loc"]
        place = "".join(f".{part}" if str(part).isidentifier() and len(str(part)) < 60 else f"[{shown(part)}]" for part in inside)
        raise ScenarioError(f"{table}{place}: {first['msg']}.") from None
    for name in environment.plan.tables:
        try:
            getattr(environment, name).load(rows[f"t_{name}"])
        except Conflict as conflict:
            raise ScenarioError(f"{name}: {conflict.message}") from None


def _check_references(environment: Environment) -> None:
    for name in environment.plan.tables:
        table = getattr(environment, name)
        for row in table:
            for reference, key in table.missing_references(row):
                place = f"{name}: {shown(table.key_of(row))}: {'.'.join(reference.path)}"
                raise ScenarioError(f"{place} refers to {reference.target.name} {shown(key)}, which is missing.")


def _check_sums(environment: Environment) -> None:
    for name, entity in environment.plan.tables.items():
        table = getattr(environment, name)
        for row in table if entity.entity_layout.sums else ():
            wrong = next((field for field, value in table.added_up(row).__dict__.items() if value != getattr(row, field)), None)
            if wrong is not None:
                raise ScenarioError(f"{name}: {shown(table.key_of(row))}: {wrong} is not the sum of its lines.")


def _check_caller(environment: Environment) -> None:
    """The caller is one of the rows that owners' fields refer to, where they refer to rows."""
    session = environment.runtime_session
    for owner in callers(environment.plan.tables.values()):
        if session.me is not None and session.me not in session.tables[owner]:
            raise ScenarioError(f"me is {shown(session.me)}, and there is no such {owner}.")


def _check_invariants(environment: Environment) -> None:
    try:
        environment.check_invariants()
    except Refusal as refusal:
        raise ScenarioError(refusal.message) from None
    except Exception as error:
        raise ScenarioError(f"an invariant could not be checked: {type(error).__name__}: {error}") from error
