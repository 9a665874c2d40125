"""One of our environments as a module of the paper's shape: one file that runs on this library."""

import json
import keyword
import re
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment as Templates
from jinja2 import StrictUndefined

from envfactory_assets.environments.describe import describe
from envfactory_assets.environments.environment import Environment
from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.environments.loading import load_environment
from envfactory_assets.environments.schemas import inlined
from envfactory_assets.records.environments import ToolSpec

SCENARIOS_SUFFIX = ".scenarios.json"
_TEMPLATE = "foreign_module.py.jinja"
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "dict", "null": "None"}
_SHOWN = ("format", "properties", "required")  # of a schema, what the plain annotation does not say
_TAKEN = frozenset({"now", "me", "counters"})  # beside the tables in a scenario
_OWN_NAMES = frozenset(
    {"ENVIRONMENT", "Scenario_Schema", "TABLES", "api", "mcp", "load_scenario", "save_scenario", "wraps", "takes", "Annotated", "Any",
     "Literal", "FastMCP", "BaseModel", "Field", "Episode", "load_environment", "Refusal", "dict", "list", "str", "int", "float", "bool"}
)  # fmt: skip


class Written(NamedTuple):
    """What was written."""

    module: Path
    scenarios: Path | None


def write_foreign(source_code: str, env_id: str, folder: Path, states: Sequence[dict[str, Any]] = ()) -> Written:
    """Write an environment down in the paper's shape.

    Args:
        source_code: its module.
        env_id: its id; the written module is called ``<env_id>.py``.
        folder: where to; made if missing.
        states: written beside it as a list of scenarios.

    Raises:
        ModuleError: the module does not load, or has a table whose name a scenario uses otherwise.
    """
    environment = load_environment(source_code, env_id)
    text = _module_text(environment, source_code, env_id)
    folder.mkdir(parents=True, exist_ok=True)
    module = folder / f"{env_id}.py"
    module.write_text(text, encoding="utf-8")
    if not states:
        return Written(module, None)
    scenarios = folder / f"{env_id}{SCENARIOS_SUFFIX}"
    flat = [{**state["tables"], **{name: value for name, value in state.items() if name != "tables"}} for state in states]
    scenarios.write_text(json.dumps(flat, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Written(module, scenarios)


def _module_text(environment: type[Environment], source_code: str, env_id: str) -> str:
    spec = describe(environment, env_id)
    taken = sorted(_TAKEN & set(environment.plan.tables))
    if taken:
        raise ModuleError(f"{env_id}: the table {taken[0]!r} cannot be written: a scenario has something else of that name.")
    names = {entity.__name__: _free(entity.__name__) for entity in environment.plan.tables.values()}
    templates = Templates(trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True, undefined=StrictUndefined, autoescape=False)  # noqa: S701 - Python, not HTML
    template = templates.from_string(files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8"))
    tools = [_tool(tool) for tool in spec.tools if tool.audience == "agent"]
    for place, tool in enumerate(tools):
        if tool["function"] in {earlier["function"] for earlier in tools[:place]}:
            tool["function"] += f"_{place}"
    text = template.render(
        title=_one_line(spec.title),
        about=_one_line(spec.description),
        title_name=_free(environment.__name__),
        env_id=env_id,
        source=_literal(source_code),
        models=[
            {"name": names[entity.__name__], "doc": _docstring(entity.__doc__ or entity.__name__), "fields": list(_fields(entity))}
            for entity in environment.plan.tables.values()
        ],
        tables=[{"name": name, "model": names[entity.__name__]} for name, entity in environment.plan.tables.items()],
        tools=tools,
        renames=any(tool["renamed"] for tool in tools),
    )
    return text.rstrip("\n") + "\n"


def _fields(entity: Any) -> Iterator[dict[str, str]]:
    schema = inlined(entity.model_json_schema(by_alias=False))
    for name, node in schema["properties"].items():
        default = "" if name in schema.get("required", ()) else f" = {node.get('default')!r}"
        field = _identifier(name)
        yield {"name": field, "annotation": _annotation(node, alias=name if field != name else None), "default": default}


def _tool(tool: ToolSpec) -> dict[str, str]:
    schema = tool.input_schema
    required = [name for name in schema["properties"] if name in schema["required"]]
    optional = [name for name in schema["properties"] if name not in schema["required"]]
    parts: list[str] = []
    passed: list[str] = []
    renamed: dict[str, str] = {}
    taken: set[str] = set()
    for name in (*required, *optional):
        node, argument = schema["properties"][name], _identifier(name)
        while argument in taken:
            argument += "_"
        taken.add(argument)
        default = "" if name in required else f" = {node.get('default')!r}"
        parts.append(f"{argument}: {_annotation(node, alias=name if argument != name else None)}{default}")
        passed.append(f"{name!r}: {argument}")
        if argument != name:
            renamed[name] = argument
    function = _free(_identifier(re.sub(r"\W", "_", tool.name)))
    return {
        "function": function,
        "registered": "" if function == tool.name else repr(tool.name),
        "signature": ", ".join(parts),
        "returns": {"array": "list", "object": "dict"}.get(str(tool.output_schema.get("type")), "Any"),
        "doc": _docstring(tool.description or tool.name),
        "wire": repr(tool.name),
        "renamed": repr(renamed) if renamed else "",
        "arguments": "{" + ", ".join(passed) + "}",
    }


def _annotation(node: dict[str, Any], *, alias: str | None = None) -> str:
    """A JSON Schema as a Python annotation; bounds are left to the environment, which checks them."""
    extra = {} if "anyOf" in node else {name: node[name] for name in _SHOWN if name in node}
    said = [f"json_schema_extra={extra!r}"] if extra else []
    said += [f"alias={alias!r}"] if alias else []
    base = _bare(node)
    return f"Annotated[{base}, Field({', '.join(said)})]" if said else base


def _bare(node: dict[str, Any]) -> str:
    if "anyOf" in node:
        return " | ".join(dict.fromkeys(_annotation(option) for option in node["anyOf"]))
    values = node.get("enum", [node["const"]] if "const" in node else [])
    if values:
        return f"Literal[{', '.join(map(repr, values))}]"
    if node.get("type") == "array":
        return f"list[{_annotation(node.get('items', {}))}]"
    return _PLAIN.get(str(node.get("type")), "Any")


def _identifier(name: str) -> str:
    """A name that Python takes."""
    plain = re.sub(r"\W", "_", name).lstrip("_") or "value"
    plain = f"n{plain}" if plain[0].isdecimal() else plain
    return f"{plain}_" if keyword.iskeyword(plain) else plain


def _free(name: str) -> str:
    """A name the written module does not use for something else."""
    return f"{name}_" if name in _OWN_NAMES else name


def _literal(source: str) -> str:
    """A source as a literal that reads as it is, where its text allows that."""
    readable = f"r'''{source}'''"
    return readable if "'''" not in source and not source.endswith(("'", "\\")) and "\r" not in source else repr(source)


def _docstring(text: str) -> str:
    lines = text.strip().replace("\\", "\\\\").replace('"""', "'''").splitlines()
    if lines and lines[-1].endswith('"'):
        lines[-1] += " "
    return '"""' + "\n".join([lines[0], *(f"    {line}".rstrip() for line in lines[1:])]) + ('\n    """' if len(lines) > 1 else '"""')


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("\\", "/").replace('"""', "'''").rstrip('"')
