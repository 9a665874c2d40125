"""One live copy of a foreign module: its server's tools, and the object that holds the state.

This side runs where foreign code may run, in a worker. A copy serves one episode, so what a module keeps outside its scenario is not
shared; a second object beside the first can be made to find out whether a module keeps anything there.
"""

import linecache
import sys
from collections.abc import Callable, Coroutine
from functools import lru_cache
from hashlib import sha256
from inspect import cleandoc, iscoroutine
from itertools import count
from types import CodeType, ModuleType
from typing import Any

from pydantic import BaseModel

from envfactory_assets.environments.foreign.plain import NotPlainError, plain
from envfactory_assets.environments.foreign.signatures import ForeignTool
from envfactory_assets.environments.foreign.stand_in import FastMCP, stand_in

CONTROL_TOOLS = frozenset({"load_scenario", "save_scenario"})
_NUMBERS = count(1)


class ForeignModuleError(ValueError):
    """A module that is not of the shape; one line says why."""


class ForeignModule:
    """A module, run once.

    Raises:
        ForeignModuleError: it has no server with tools, or nothing that loads and saves scenarios. What running it raises goes through.
    """

    def __init__(self, source: str) -> None:
        code, filename = _compiled(source)
        self.module = ModuleType(f"foreign_{next(_NUMBERS)}")
        self.module.__file__ = filename
        linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
        sys.modules[self.module.__name__] = self.module  # annotations are looked up there
        try:
            with stand_in():
                exec(code, self.module.__dict__)  # noqa: S102 - running modules is this class's purpose
            self.server = self._server()
            self.tools = {name: ForeignTool(name, *registered) for name, registered in self.server.registered.items()}
            self.service = self._service()
            self.service_object = self._first_object()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Forget the module."""
        sys.modules.pop(self.module.__name__, None)

    def _server(self) -> FastMCP:
        servers = {id(value): value for value in vars(self.module).values() if isinstance(value, FastMCP)}
        used = [server for server in servers.values() if set(server.registered) - CONTROL_TOOLS]
        if len(used) != 1:
            raise ForeignModuleError(f"the module has {len(used)} server objects with tools; it needs exactly one, mcp = FastMCP(...).")
        return used[0]

    def _service(self) -> type[Any] | None:
        """The class that loads and saves; None when plain functions do."""
        own = [value for value in vars(self.module).values() if isinstance(value, type) and value.__module__ == self.module.__name__]
        able = [cls for cls in own if all(callable(getattr(cls, name, None)) for name in CONTROL_TOOLS)]
        leaves = [cls for cls in able if not any(cls is not other and issubclass(other, cls) for other in able)]
        used = [cls for cls in leaves if any(isinstance(value, cls) for value in vars(self.module).values())] or leaves
        if len(used) > 1:
            raise ForeignModuleError(f"{len(used)} classes have load_scenario and save_scenario; exactly one may.")
        if not used and not all(callable(vars(self.module).get(name)) for name in CONTROL_TOOLS):
            raise ForeignModuleError("nothing in the module has load_scenario(scenario) and save_scenario().")
        return used[0] if used else None

    def _first_object(self) -> Any:
        if self.service is None:
            return self.module
        bound = (getattr(tool.function, "__self__", None) for tool in self.tools.values())
        known = [value for value in (*vars(self.module).values(), *bound) if isinstance(value, self.service)]
        return known[0] if known else self.service()

    def second_object(self) -> Any:
        """Another object of the class, in the same module; the module itself when it has no class."""
        return self.service_object if self.service is None else self.service()

    def scenario_model(self) -> type[BaseModel] | None:
        """The model of a whole scenario: of those listed in ``Scenario_Schema``, or of all, the last that no other holds."""
        listed = vars(self.module).get("Scenario_Schema")
        among = listed if isinstance(listed, list | tuple) else list(vars(self.module).values())
        models = [model for model in among if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel]
        held = {inner for model in models for inner in models if inner is not model and inner.__name__ in str(model.model_fields)}
        outer = [model for model in models if model not in held]
        named = [model for model in outer if model.__name__.lower().endswith("scenario")]
        found = named or outer or models
        return found[-1] if found else None

    def describe(self) -> dict[str, Any]:
        """What the other side must know, as plain JSON."""
        model = self.scenario_model()
        return {
            "name": self.server.name,
            "about": cleandoc(self.module.__doc__ or (self.service.__doc__ if self.service else "") or ""),
            "has_class": self.service is not None,
            "scenario": model.model_json_schema() if model else None,
            "tools": [tool.describe() for tool in self.tools.values() if tool.name not in CONTROL_TOOLS],
        }

    def load(self, holder: Any, scenario: dict[str, Any]) -> Any:
        """Give an object its scenario; returns what it answers."""
        return self._run(holder, holder.load_scenario, scenario)

    def save(self, holder: Any) -> dict[str, Any]:
        """An object's scenario as plain JSON; raises ``NotPlainError`` when it is none."""
        saved = plain(self._run(holder, holder.save_scenario), "save_scenario()")
        if not isinstance(saved, dict):
            raise NotPlainError(f"save_scenario() is a {type(saved).__name__}, not an object")
        return saved

    def call(self, holder: Any, tool: ForeignTool, arguments: dict[str, Any]) -> Any:
        """Call a tool for an object; returns what it returns."""
        bound_to = getattr(tool.function, "__self__", None)
        if self.service is not None and (tool.takes_self or isinstance(bound_to, self.service)):
            return self._run(holder, getattr(tool.function, "__func__", tool.function), holder, **arguments)
        return self._run(holder, tool.function, **arguments)

    def _run(self, holder: Any, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a function while the module's own names stand for this object."""
        if self.service is not None:
            for name, value in list(vars(self.module).items()):
                if isinstance(value, self.service):
                    setattr(self.module, name, holder)
        with stand_in():
            result = function(*arguments, **named)
            return _finished(result) if iscoroutine(result) else result


def _finished(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """The value of a coroutine that has nothing to wait for."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise RuntimeError("The tool waits for something that never comes here.")


@lru_cache(maxsize=16)
def _compiled(source: str) -> tuple[CodeType, str]:
    filename = f"<foreign {sha256(source.encode(errors='replace')).hexdigest()[:16]}>"
    return compile(source, filename, "exec", dont_inherit=True), filename
