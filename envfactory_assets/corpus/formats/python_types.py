"""The types a Python file defines: records, enums and aliases become shared schemas; what is left may be a service."""

import ast
from collections.abc import Iterator
from typing import Any

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.formats.annotations import Annotations, enum_of, last_name, mentioned
from envfactory_assets.corpus.formats.docstrings import read_docstring

Function = ast.FunctionDef | ast.AsyncFunctionDef
_ENUMS = {"Enum", "StrEnum", "IntEnum", "Flag", "IntFlag"}
_RECORDS = {"TypedDict", "BaseModel", "NamedTuple", "Struct", "SQLModel"}
_RECORD_DECORATORS = {"dataclass", "define", "frozen", "mutable", "attrs"}
_NESTING = 3
_MOST_BASES = 100


class TypesOfFile:
    """The types of one parsed file."""

    def __init__(self, module: ast.Module) -> None:
        self.classes: dict[str, ast.ClassDef] = {}
        for node in _classes(module.body, 0):
            self.classes.setdefault(node.name, node)
        self._aliases = dict(_aliases(module.body))
        self._spoken_of = _spoken_of(module)
        self._kinds = {name: self._kind(node) for name, node in self.classes.items()}
        self.enums = {name: _members(node) for name, node in self.classes.items() if self._kinds[name] == "enum"}
        self._records = [name for name, kind in self._kinds.items() if kind == "record"]
        self.shared = {*self.enums, *self._records, *self._aliases}

    def is_service(self, node: ast.ClassDef) -> bool:
        """Whether a class offers operations rather than holds values."""
        return not node.name.startswith("_") and self._kinds[node.name] == "service"

    def schemas(self, annotations: Annotations) -> dict[str, JsonSchema]:
        """The raw schema of every shared type by name."""
        found: dict[str, JsonSchema] = {name: enum_of(list(members.values())) for name, members in self.enums.items()}
        found |= {name: annotations.schema(node) for name, node in self._aliases.items()}
        return found | {name: self._record(self.classes[name], annotations) for name in self._records}

    def _kind(self, node: ast.ClassDef) -> str:
        bases = self._bases(node)
        if bases & _ENUMS:
            return "enum"
        if any(base.endswith(("Error", "Exception", "Warning")) for base in bases):
            return "error"
        methods = [m for m in node.body if isinstance(m, Function) and not m.name.startswith("_")]
        decorated = any(last_name(decorator) in _RECORD_DECORATORS for decorator in node.decorator_list)
        if bases & _RECORDS or (decorated and (not methods or node.name in self._spoken_of)):
            return "record"
        return "service" if methods else "record" if any(_fields(node)) else "other"

    def _bases(self, node: ast.ClassDef) -> set[str]:
        """The names of all classes a class derives from, as far as the file tells."""
        found: set[str] = set()
        waiting = [node]
        while waiting and len(found) < _MOST_BASES:
            for base in waiting.pop().bases:
                name = last_name(base)
                if name in self.classes and name not in found:
                    waiting.append(self.classes[name])
                found.add(name)
        return found

    def _record(self, node: ast.ClassDef, annotations: Annotations) -> JsonSchema:
        told = read_docstring(ast.get_docstring(node))
        partial = any(k.arg == "total" and isinstance(k.value, ast.Constant) and k.value.value is False for k in node.keywords)
        properties: dict[str, JsonSchema] = {}
        required: list[str] = []
        for name, annotation, default in _fields(node):
            schema = annotations.schema(annotation) | annotations.facts(default if isinstance(default, ast.Call) else None)
            if "description" not in schema and name in told.arguments and told.arguments[name].meaning:
                schema["description"] = told.arguments[name].meaning
            for value in annotations.literal(default):
                schema |= {} if value is None else {"default": value}
            wire = _alias_of(default, annotations) or name
            properties[wire] = schema
            marked = last_name(annotation) if isinstance(annotation, ast.Subscript) else ""
            if marked == "Required" or (marked != "NotRequired" and not partial and _is_needed(default)):
                required.append(wire)
        own: JsonSchema = {"type": "object", "properties": properties, "required": required}
        if told.summary:
            own["description"] = told.summary
        bases = [name for base in node.bases if (name := last_name(base)) in self._records and name != node.name]
        return {"allOf": [*({"$ref": f"#/schemas/{base}"} for base in bases), own]} if bases else own


def _classes(body: list[ast.stmt], depth: int) -> Iterator[ast.ClassDef]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node
            if depth < _NESTING:
                yield from _classes(node.body, depth + 1)


def _aliases(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    """``OrderId = NewType("OrderId", str)``, ``Choice = Literal[...]``, ``X: TypeAlias = ...`` and ``type X = ...``."""
    for node in body:
        name, value = _assigned(node)
        if name.startswith("_") or value is None:
            continue
        if isinstance(value, ast.Call) and last_name(value) == "NewType" and len(value.args) == 2:
            yield name, value.args[1]
        elif _is_alias(node, name, value):
            yield name, value


def _is_alias(node: ast.stmt, name: str, value: ast.expr) -> bool:
    if isinstance(node, ast.Assign):
        return isinstance(value, ast.Subscript) and name[0].isupper()
    return not isinstance(node, ast.AnnAssign) or last_name(node.annotation) == "TypeAlias"


def _assigned(node: ast.stmt) -> tuple[str, ast.expr | None]:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id, node.value
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id, node.value
    if type(node).__name__ == "TypeAlias":  # a statement since Python 3.12
        return last_name(getattr(node, "name", None)) or "_", getattr(node, "value", None)
    return "_", None


def _spoken_of(module: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, Function):
            found |= mentioned(node.returns)
        elif isinstance(node, ast.arg | ast.AnnAssign):
            found |= mentioned(node.annotation)
    return found


def _members(node: ast.ClassDef) -> dict[str, Any]:
    """The members of an enum and their values; a value that is no literal is its position, or its name when the enum is of text."""
    found: dict[str, Any] = {}
    literals = Annotations((), {})
    of_text = any(last_name(base) in {"str", "StrEnum"} for base in node.bases)
    for statement in node.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
            name = statement.targets[0].id
            values = [value for value in literals.literal(statement.value) if isinstance(value, str | int | float)]
            if not name.startswith("_"):
                found[name] = values[0] if values else name.lower() if of_text else len(found) + 1
    return found


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, ast.expr | None]]:
    """The fields of a record with annotation and default: those of its body, else the typed arguments of ``__init__``."""
    found = False
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, of_class = statement.target.id, last_name(statement.annotation) == "ClassVar"
            if not name.startswith("_") and not of_class:
                found = True
                yield name, statement.annotation, statement.value
    made = next((m for m in node.body if isinstance(m, Function) and m.name == "__init__"), None)
    if found or made is None:
        return
    for argument, default in with_defaults(made.args.args[1:], made.args.defaults):
        if argument.annotation is not None and not argument.arg.startswith("_"):
            yield argument.arg, argument.annotation, default


def with_defaults(placed: list[ast.arg], defaults: list[ast.expr]) -> list[tuple[ast.arg, ast.expr | None]]:
    """Positional arguments with their defaults, which are those of the last ones."""
    lacking = max(len(placed) - len(defaults), 0)
    return [(argument, defaults[index - len(placed)] if index >= lacking else None) for index, argument in enumerate(placed)]


def _is_needed(default: ast.expr | None) -> bool:
    if isinstance(default, ast.Call) and last_name(default) in {"Field", "field", "ib", "attrib"}:
        first = default.args[0] if default.args else None
        given = [k.value for k in default.keywords if k.arg in {"default", "default_factory", "factory"}] + [first] * (first is not None)
        return all(isinstance(value, ast.Constant) and value.value is ... for value in given)
    return default is None or (isinstance(default, ast.Constant) and default.value is ...)


def _alias_of(default: ast.expr | None, annotations: Annotations) -> str | None:
    """The wire name that ``Field(alias=...)`` gives."""
    for keyword in default.keywords if isinstance(default, ast.Call) else ():
        for value in annotations.literal(keyword.value) if keyword.arg in {"alias", "serialization_alias"} else ():
            return value if isinstance(value, str) and value.strip() else None
    return None
