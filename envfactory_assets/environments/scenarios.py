"""States as JSON: writing a live environment down, and loading one with every check there is."""

from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError

from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.environment import Environment, Plan
from envfactory_assets.environments.errors import Conflict, Refusal, ScenarioError

_STATE_KEYS = ("now", "me", "counters", "tables")


def dumped(environment: Environment) -> dict[str, Any]:
    """The state of a live environment; nothing is shared with it."""
    session = environment.runtime_session
    return {
        "now": session.now.isoformat().replace("+00:00", "Z"),
        "me": session.me,
        "counters": dict(session.counters),
        "tables": {
            name: entity.entity_layout.rows.dump_python(list(getattr(environment, name)), mode="json", by_alias=False)
            for name, entity in environment.plan.tables.items()
        },
    }


def loaded(env_id: str, cls: type[Environment], state: Any) -> Environment:
    """A live environment from a state.

    Raises:
        ScenarioError: one line about the first thing that is wrong.
    """
    try:
        _check_shape(cls.plan, state)
        environment = cls(_moment(state["now"]), state["me"], state["counters"])
        for name, entity in cls.plan.tables.items():
            _load_rows(environment, name, entity, state["tables"].get(name, []))
        _check_references(environment)
        _check_caller(environment)
        _check_invariants(environment)
    except ScenarioError as error:
        raise ScenarioError(f"{env_id}: {error}") from None
    return environment


def _check_shape(plan: Plan, state: Any) -> None:
    if not isinstance(state, dict) or set(state) != set(_STATE_KEYS):
        raise ScenarioError(f"a state has exactly {', '.join(_STATE_KEYS)}.")
    known: tuple[tuple[str, str, dict[str, Any]], ...] = (("counters", "entity", plan.entities), ("tables", "table", plan.tables))
    for part, what, names in known:
        if not isinstance(state[part], dict):
            raise ScenarioError(f"{part} must be an object.")
        unknown = sorted(str(name) for name in state[part] if name not in names)
        if unknown:
            raise ScenarioError(f"{part}: there is no {what} {unknown[0]!r}; known are {', '.join(names)}.")
    if any(type(count) is not int or count < 0 for count in state["counters"].values()):
        raise ScenarioError("counters: each is an integer, 0 or more.")
    if state["me"] is not None and type(state["me"]) not in {str, int}:
        raise ScenarioError("me must be an id or null.")


def _moment(text: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        raise ScenarioError("now must be a moment in ISO 8601.") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _load_rows(environment: Environment, name: str, entity: type[Entity], rows: Any) -> None:
    try:
        text = orjson.dumps(rows)
        getattr(environment, name).load(entity.entity_layout.rows.validate_json(text, strict=True, by_alias=False, by_name=True))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
        raise ScenarioError(f"{name}{place}: {first['msg']}.") from None
    except Conflict as conflict:
        raise ScenarioError(f"{name}: {conflict.message}") from None
    except (TypeError, orjson.JSONEncodeError):
        raise ScenarioError(f"{name}: rows must be plain JSON.") from None


def _check_references(environment: Environment) -> None:
    for name in environment.plan.tables:
        table = getattr(environment, name)
        for row in table:
            for reference, key in table.missing_references(row):
                place = f"{name}: {table.key_of(row)!r}: {'.'.join(reference.path)}"
                raise ScenarioError(f"{place} refers to {reference.target.name} {key!r}, which is missing.")


def _check_caller(environment: Environment) -> None:
    """The caller is one of the rows that owners' fields refer to, where they refer to rows."""
    session = environment.runtime_session
    for entity in environment.plan.tables.values():
        for shape in entity.entity_layout.shapes.values():
            owner = shape.ref.name if shape.kind == "caller" and shape.ref else None
            if owner and session.me is not None and session.me not in session.tables[owner]:
                raise ScenarioError(f"me is {session.me!r}, and there is no such {owner}.")


def _check_invariants(environment: Environment) -> None:
    try:
        environment.check_invariants()
    except Refusal as refusal:
        raise ScenarioError(refusal.message) from None
    except Exception as error:
        raise ScenarioError(f"an invariant could not be checked: {type(error).__name__}: {error}") from error
