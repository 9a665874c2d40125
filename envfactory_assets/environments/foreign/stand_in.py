"""What a foreign module gets when it imports ``mcp.server.fastmcp``: it collects tools and serves nothing.

The paper's code was written for the first generation of the ``mcp`` package (and the ``fastmcp`` package), whose server class newer
releases no longer have. A module only registers functions on it; that is all there is here.
"""

import contextlib
import sys
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

Function = Callable[..., Any]


class ToolError(Exception):
    """What a tool raises to tell its caller something."""


class Context:
    """The request a tool may ask for by annotating an argument: there is none, and what it says is not kept."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _said_to_nobody


async def _said_to_nobody(*_: Any, **__: Any) -> None:
    """Progress and log lines have no reader here."""


class FastMCP:
    """Collects the functions registered as tools, the first of a name."""

    def __init__(self, name: str | None = None, *_: Any, **__: Any) -> None:
        self.name = name or "server"
        self.settings = SimpleNamespace()
        self.registered: dict[str, tuple[Function, str | None]] = {}

    def tool(self, name: Any = None, *_: Any, description: str | None = None, **__: Any) -> Any:
        """Register a function, used as ``@server.tool``, ``@server.tool()`` or ``@server.tool("name")``."""
        if callable(name):
            self.add_tool(name)
            return name

        def register(function: Function) -> Function:
            self.add_tool(function, name, description=description)
            return function

        return register

    def add_tool(self, function: Function, name: str | None = None, *_: Any, description: str | None = None, **__: Any) -> None:
        """Register a function."""
        self.registered.setdefault(str(name or getattr(function, "__name__", "tool")), (function, description))

    def resource(self, *_: Any, **__: Any) -> Any:
        """Resources, prompts and routes are not part of an environment."""
        return lambda function: function

    prompt = custom_route = resource

    def run(self, *_: Any, **__: Any) -> None:
        """Nothing is served."""


def _modules() -> dict[str, ModuleType]:
    made: dict[str, ModuleType] = {}
    for name in ("mcp", "mcp.server", "mcp.server.fastmcp", "mcp.server.fastmcp.server", "fastmcp", "fastmcp.server"):
        made[name] = ModuleType(name)
        made[name].__dict__.update(FastMCP=FastMCP, Context=Context, __path__=[])
    for name in ("mcp.server.fastmcp.exceptions", "fastmcp.exceptions"):
        made[name] = ModuleType(name)
        made[name].__dict__.update(ToolError=ToolError)
    for name, module in made.items():
        parent, _, last = name.rpartition(".")
        if parent:
            setattr(made[parent], last, module)
    return made


_MODULES = _modules()


@contextlib.contextmanager
def stand_in() -> Iterator[None]:
    """Put the stand-in where modules import from, and what was there back afterwards."""
    hidden = {name: module for name, module in sys.modules.items() if name.split(".")[0] in {"mcp", "fastmcp"}}
    for name in hidden:
        del sys.modules[name]
    sys.modules.update(_MODULES)
    try:
        yield
    finally:
        for name in [name for name in sys.modules if name.split(".")[0] in {"mcp", "fastmcp"}]:
            del sys.modules[name]
        sys.modules.update(hidden)
