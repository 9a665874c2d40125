"""Python sketches: a module or a class whose typed signatures and docstrings say what a service does.

The source is parsed, never imported or run. Public functions, and public methods of classes that are no records, are operations;
records (dataclasses, ``TypedDict``, models), enums and aliases of the file are shared schemas.
"""

import ast
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from envfactory_assets.corpus.document import ApiDocument, JsonSchema, Operation, Parameter
from envfactory_assets.corpus.errors import DocumentError
from envfactory_assets.corpus.formats.annotations import Annotations, expression, last_name, sound
from envfactory_assets.corpus.formats.docstrings import Docstring, Told, read_docstring
from envfactory_assets.corpus.formats.python_types import Function, TypesOfFile, with_defaults
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.naming import slug_of, unique_names

MAX_SKETCH_BYTES = 1024 * 1024
_NOT_CALLED = {"property", "cached_property", "overload", "setter", "getter", "deleter", "validator", "field_validator", "model_validator"}


def read_python_sketch(text: str, name: str) -> ApiDocument:
    """Read the source of a sketch.

    Raises:
        DocumentError: it is no Python, too large, or has no public function or method.
    """
    module = _parsed(text, name)
    types = TypesOfFile(module)
    annotations = Annotations(types.shared, types.enums)
    reader = SchemaReader({"schemas": types.schemas(annotations)}, name)
    found = [(owner, function) for owner, function in _functions(module, types) if _is_called(function)]
    if not found:
        raise DocumentError(f"{name}: no public function or method; a sketch's typed functions are its operations.")
    times = Counter(function.name for _, function in found)
    ids = unique_names(f"{owner}.{f.name}" if owner and times[f.name] > 1 else f.name for owner, f in found)
    read = _FunctionReader(annotations, reader)
    operations = tuple(read.operation(function, given, owner) for (owner, function), given in zip(found, ids, strict=True))
    owners = {types.classes[owner] if owner else None for owner, _ in found}
    only = owners.pop() if len(owners) == 1 else None
    told = [_docstring(node) for node in (module, only) if node is not None]
    return ApiDocument(
        kind="python_sketch",
        title=only.name if only else slug_of(name),
        version=_constant(module, "__version__") or "unversioned",
        provider=slug_of(name),
        operations=operations,
        schemas=reader.shared(),
        description=next((docstring.summary for docstring in told if docstring.summary), None),
        license=_constant(module, "__license__"),
    )


def _parsed(text: str, name: str) -> ast.Module:
    if len(text) > MAX_SKETCH_BYTES:
        raise DocumentError(f"{name}: {len(text):,} characters are over the limit of {MAX_SKETCH_BYTES:,}; keep only the signatures.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise DocumentError(f"{name}: not valid Python at line {error.lineno}, {error.msg}; correct it there.") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise DocumentError(f"{name}: not valid Python, {str(error) or 'nested too deeply'}; keep only the signatures.") from None


def _functions(module: ast.Module, types: TypesOfFile) -> Iterator[tuple[str | None, Function]]:
    for node in module.body:
        if isinstance(node, Function):
            yield None, node
        elif isinstance(node, ast.ClassDef) and types.is_service(node):
            yield from ((node.name, member) for member in node.body if isinstance(member, Function))


def _is_called(function: Function) -> bool:
    return not function.name.startswith("_") and not any(last_name(node) in _NOT_CALLED for node in function.decorator_list)


class _FunctionReader:
    """Turns functions into operations."""

    def __init__(self, annotations: Annotations, reader: SchemaReader) -> None:
        self._annotations = annotations
        self._reader = reader

    def operation(self, function: Function, given: str, owner: str | None) -> Operation:
        pointer = "".join(f"/{part}" for part in (owner, function.name) if part)
        said = _docstring(function)
        return Operation(
            operation_id=given,
            method="CALL",
            path="",
            pointer=pointer,
            parameters=tuple(self._parameters(function, owner, pointer, said)),
            response=self._response(function, said),
            tags=(owner,) if owner else (),
            description=said.summary,
        )

    def _parameters(self, function: Function, owner: str | None, pointer: str, said: Docstring) -> Iterator[Parameter]:
        placed = [*function.args.posonlyargs, *function.args.args]
        if owner and not any(last_name(node) == "staticmethod" for node in function.decorator_list):
            placed = placed[1:]
        pairs = with_defaults(placed, function.args.defaults)
        pairs += zip(function.args.kwonlyargs, function.args.kw_defaults, strict=True)
        for argument, default in pairs:
            if argument.arg.startswith("_"):
                continue
            told = said.arguments.get(argument.arg, Told())
            schema = self._stated(argument.annotation, told) | self._annotations.facts(default)
            described = schema.pop("description", None)
            value = _default_of(default)
            for known in self._annotations.literal(value):
                if known is not None:
                    schema["default"] = known
            yield Parameter(
                name=argument.arg,
                place="body",
                required=value is None,
                schema_=self._reader.read(schema),
                description=(described if isinstance(described, str) else None) or told.meaning,
                pointer=f"{pointer}/{argument.arg}",
            )

    def _stated(self, annotation: ast.expr | None, told: Told) -> JsonSchema:
        """What an annotation says, else what the docstring says in its place."""
        if annotation is None and told.kind:
            annotation = expression(told.kind)
        return dict(self._annotations.schema(annotation))

    def _response(self, function: Function, said: Docstring) -> JsonSchema | None:
        stated = self._stated(function.returns, said.result or Told())
        if said.results and (not stated or stated.get("type") == "object"):  # named results say more than "a dict"
            properties = {key: self._stated(None, told) | _meaning(told) for key, told in said.results.items()}
            stated = {"type": "object", "properties": properties}
        return self._reader.read(stated) if stated and stated != {"type": "null"} else None


def _default_of(node: ast.expr | None) -> ast.expr | None:
    """The value that stands for an argument left out; None when it must be given. ``Field(...)`` may hold one or none."""
    if not isinstance(node, ast.Call):
        return node
    if last_name(node) not in {"Field", "Query", "Path", "Body", "Header", "Form", "Param", "Option", "Argument"}:
        return node
    given = next((keyword.value for keyword in node.keywords if keyword.arg == "default"), node.args[0] if node.args else None)
    if isinstance(given, ast.Constant) and given.value is ...:
        return None
    has_factory = any(keyword.arg == "default_factory" for keyword in node.keywords)
    return ast.Constant(None) if given is None and has_factory else given


def _meaning(told: Told) -> dict[str, Any]:
    return {"description": told.meaning} if told.meaning else {}


def _docstring(node: ast.Module | ast.ClassDef | Function) -> Docstring:
    return read_docstring(ast.get_docstring(node))


def _constant(module: ast.Module, name: str) -> str | None:
    """The text a module assigns to a name."""
    for node in module.body:
        names = [target.id for target in node.targets if isinstance(target, ast.Name)] if isinstance(node, ast.Assign) else []
        value = node.value if isinstance(node, ast.Assign) else None
        if name in names and isinstance(value, ast.Constant) and isinstance(value.value, str):
            return sound(value.value).strip() or None
    return None
