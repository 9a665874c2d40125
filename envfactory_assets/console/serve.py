"""``envfactory serve``: an environment, or a module file, served over MCP."""

from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console

from envfactory_assets.console.errors import UserError
from envfactory_assets.console.published import published_rows
from envfactory_assets.environments import ModuleError, ScenarioError
from envfactory_assets.environments.foreign import FOREIGN_AUTHOR, SCENARIOS_SUFFIX, is_foreign, load_any
from envfactory_assets.environments.serving import Service
from envfactory_assets.records import PromotedEnvironment, Scenario
from envfactory_assets.sandbox.foreign_gate import check_foreign_source
from envfactory_assets.sandbox.static_gate import check_source
from envfactory_assets.warehouse import Home, WarehouseError, query_published

_SHOWN = 4
_WITHOUT_ROWS = "Sessions start without rows. Give a state with --scenario FILE.json, or load one with --control."
_OF_ENVIRONMENT = "env_id = ?"
_OF_CURRENT_CODE = f"{_OF_ENVIRONMENT} AND code_sha256 IN (SELECT code_sha256 FROM environments WHERE current)"  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What to serve: a module's source, and the state sessions start from, or None for one without rows."""

    env_id: str
    source_code: str
    state: Any


def service_of(home: Home, target: str, *, scenario: str | None, control: bool) -> Service:
    """What a target and a scenario name.

    Args:
        home: where promoted environments and scenarios are.
        target: an env_id, or a module file.
        scenario: a scenario_id, or a JSON file with a state; the first stored scenario when left out, else the first in
            a file beside the module, else a state without rows.
        control: whether clients see the tools that set and read the whole state.

    Raises:
        UserError: nothing can be served so; one line says why.
        WarehouseError: there is no published copy to read from.
    """
    chosen = _of_file(home, Path(target), scenario) if target.endswith(".py") else _of_store(home, target, scenario)
    foreign = is_foreign(chosen.source_code)
    for violation in (check_foreign_source if foreign else check_source)(chosen.source_code)[:1]:
        raise UserError(f"{target}, line {violation.line}: {violation.what} See 'envfactory verify {target}'.")
    try:
        environment = load_any(chosen.source_code, chosen.env_id, FOREIGN_AUTHOR if foreign else "")
        state = environment.empty_state() if chosen.state is None else chosen.state
        version = sha256(chosen.source_code.encode()).hexdigest()[:12]
        return Service(chosen.env_id, environment, state, version, control)
    except ScenarioError as error:
        raise UserError(f"Sessions cannot start from this scenario: {error} Name another with --scenario.") from error
    except (ModuleError, ValueError) as error:
        raise UserError(str(error)) from error


def serve_pipes(service: Service, console: Console) -> None:
    """Serve one session on stdin and stdout until the client leaves or a signal comes; what is to be said goes to the console."""
    from envfactory_assets.environments.serving.stdio import serve_stdio  # noqa: PLC0415 - loads the protocol's library

    if not service.has_rows:
        console.print(_WITHOUT_ROWS, highlight=False, soft_wrap=True)
    serve_stdio(service)


def serve_address(service: Service, host: str, port: int, console: Console) -> None:
    """Serve sessions by HTTP until a signal comes.

    Raises:
        UserError: the address cannot be listened on.
    """
    from envfactory_assets.environments.serving.http import PATH, listening, serve_http  # noqa: PLC0415 - the same

    try:
        listener = listening(host, port)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UserError(f"Cannot listen on {host}, port {port}: {reason}. Choose another with --port or --host.") from error
    with listener:
        address = f"[{host}]" if ":" in host else host
        url = f"http://{address}:{listener.getsockname()[1]}{PATH}"
        said = f"{service.spec.title}: {len(service.tools)} tools at {url}, one episode a session. Ctrl-C ends it."
        console.print(said, highlight=False, soft_wrap=True)
        if not service.has_rows:
            console.print(_WITHOUT_ROWS, highlight=False, soft_wrap=True)
        serve_http(service, listener, host=host)


def _of_file(home: Home, path: Path, scenario: str | None) -> _Chosen:
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if scenario is not None and scenario.endswith(".json"):
        return _Chosen(path.stem, source, _state_in(Path(scenario)))
    try:
        stored = published_rows(home, Scenario, _OF_ENVIRONMENT if scenario else _OF_CURRENT_CODE, [path.stem])
    except WarehouseError:
        if scenario is not None:
            raise
        stored = []
    found = _among(stored, path.stem, scenario)
    return _Chosen(path.stem, source, found.state if found else _beside(path))


def _beside(path: Path) -> Any:
    """The first of the scenarios in a file beside a module, if there is one."""
    file = path.with_name(f"{path.stem}{SCENARIOS_SUFFIX}")
    states = _state_in(file) if file.is_file() else []
    return states[0] if isinstance(states, list) and states else None


def _of_store(home: Home, env_id: str, scenario: str | None) -> _Chosen:
    versions = {row.code_sha256: row for row in published_rows(home, PromotedEnvironment, _OF_ENVIRONMENT, [env_id])}
    if not versions:
        raise UserError(_unknown(home, env_id))
    code = next((row.code_sha256 for row in versions.values() if row.current), next(iter(versions)))
    if scenario is not None and scenario.endswith(".json"):
        return _Chosen(env_id, versions[code].source_code, _state_in(Path(scenario)))
    stored = published_rows(home, Scenario, _OF_ENVIRONMENT if scenario else _OF_CURRENT_CODE, [env_id])
    found = _among([row for row in stored if row.code_sha256 in versions], env_id, scenario)
    served = found.code_sha256 if found else code  # a scenario of superseded code is served with that code
    return _Chosen(env_id, versions[served].source_code, found and found.state)


def _among(stored: list[Scenario], env_id: str, scenario: str | None) -> Scenario | None:
    if scenario is None:
        return stored[0] if stored else None
    for row in stored:
        if row.scenario_id == scenario:
            return row
    known = ", ".join(row.scenario_id for row in stored[:_SHOWN]) + (", ..." if len(stored) > _SHOWN else "")
    raise UserError(f"{env_id} has no scenario {scenario!r}. It has: {known or 'none'}. A state in a .json file does too.")


def _state_in(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise UserError(f"{path} is not JSON: {error}.") from error


def _unknown(home: Home, env_id: str) -> str:
    known = [row[0] for row in query_published(home, "SELECT DISTINCT env_id FROM environments ORDER BY env_id").fetchall()]
    near = get_close_matches(env_id, known, n=_SHOWN, cutoff=0.5) or known[:_SHOWN]
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    return f"There is no promoted environment {env_id!r}.{meant} See 'envfactory sql \"FROM environment_catalogue\"', or name a .py file."
