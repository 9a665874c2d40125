"""From bytes to plain JSON values: JSON by orjson, YAML by a safe loader, both within limits."""

import math
import re
from typing import Any

import orjson
import yaml

from envfactory_assets.corpus.errors import DocumentError

MAX_BYTES = 64 * 1024 * 1024
MAX_YAML_BYTES = 16 * 1024 * 1024
"""YAML takes a hundred times as long to read as JSON."""
_FIRST_BEYOND_INTEGERS = 2**63
MAX_DEPTH = 100
MAX_CONTAINERS = 3_000_000
"""How many objects and lists a JSON document may hold."""
MAX_EXPANDED_NODES = 2_000_000
"""How many values a YAML document may hold once its aliases are written out."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader with JSON's scalars: no dates, no times, no octal numbers, and only true and false are booleans."""


_SCALARS = (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", "tTfF"),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$", "-0123456789"),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("merge", r"^(?:<<)$", "<"),
)
_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def parse(raw: bytes, name: str) -> Any:
    """Parse a JSON or YAML document.

    Args:
        raw: the document's bytes, UTF-8 with or without a byte order mark.
        name: how messages call the document; its suffix decides between the formats when the text does not.

    Raises:
        DocumentError: not UTF-8, too large, malformed, nested too deeply, or larger than its limits once aliases are written out.
    """
    text = decoded(raw, name)
    looks_like_json = text.lstrip()[0] in "{["
    if looks_like_json and not name.lower().endswith((".yaml", ".yml")):
        return _parse_json(text, name)
    if len(raw) > MAX_YAML_BYTES:
        raise DocumentError(f"{name}: {len(raw):,} bytes are over the limit of {MAX_YAML_BYTES:,} for YAML; convert the document to JSON.")
    return _parse_yaml(text, name)


def decoded(raw: bytes, name: str) -> str:
    """The text of a document.

    Raises:
        DocumentError: not UTF-8, too large, or empty.
    """
    if len(raw) > MAX_BYTES:
        raise DocumentError(f"{name}: {len(raw):,} bytes are over the limit of {MAX_BYTES:,}; keep only the operations that matter.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name}: byte {error.start} is not UTF-8; save the document as UTF-8 text.") from None
    if not text.strip():
        raise DocumentError(f"{name}: the document is empty; put an API document there.")
    return text


def _parse_json(text: str, name: str) -> Any:
    if text.count("{") + text.count("[") > MAX_CONTAINERS:
        raise DocumentError(f"{name}: more than {MAX_CONTAINERS:,} objects and lists; keep only the operations that matter.")
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        value = _parse_json_lines(text)
        if value is None:
            raise DocumentError(f"{name}: not valid JSON, {error}; check that the document is complete.") from None
    _require_shallow(value, name)
    return value


def _parse_json_lines(text: str) -> list[Any] | None:
    """The objects of a document that holds one a line; None when a line holds anything else."""
    found = []
    for line in text.splitlines():
        if not line.strip():
            continue
        try:
            found.append(orjson.loads(line))
        except orjson.JSONDecodeError:
            return None
        if not isinstance(found[-1], dict):
            return None
    return found


def _require_shallow(value: Any, name: str) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        inside = [part.values() if type(part) is dict else part for part in level]
        level = [child for children in inside for child in children if type(child) is dict or type(child) is list]
        if not level:
            return
    raise DocumentError(f"{name}: nested deeper than {MAX_DEPTH} levels; flatten it or name the inner schemas.")


def _parse_yaml(text: str, name: str) -> Any:
    try:
        _check_events(text, name)
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                raise DocumentError(f"{name}: the document is empty; put an API document there.")
            _expanded_size(node, {}, name)
            value = orjson.loads(orjson.dumps(_plain(loader.construct_document(node))))
        finally:
            loader.dispose()
        _require_shallow(value, name)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it cannot be parsed"
        raise DocumentError(f"{name}: not valid YAML{place}, {problem}; correct it there.") from None
    except (ValueError, TypeError, RecursionError, OverflowError) as error:
        if isinstance(error, DocumentError):
            raise
        raise DocumentError(f"{name}: a YAML value cannot be read ({error}); quote it.") from None
    return value


def _check_events(text: str, name: str) -> None:
    """Refuse deep nesting before anything recursive runs."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                place = f" at line {event.start_mark.line + 1}" if event.start_mark else ""
                raise DocumentError(f"{name}: nested deeper than {MAX_DEPTH} levels{place}; flatten it or name the inner schemas.")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _expanded_size(node: yaml.Node, sizes: dict[int, int], name: str) -> int:
    """Count the values below a node with every alias written out; a node that holds itself is refused."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    known = sizes.get(id(node))
    if known is not None:
        if known == 0:
            raise DocumentError(f"{name}: an alias at line {node.start_mark.line + 1} contains itself; write the value out.")
        return known
    sizes[id(node)] = 0
    children = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value
    total = 1 + sum(_expanded_size(child, sizes, name) for child in children)
    if total > MAX_EXPANDED_NODES:
        raise DocumentError(f"{name}: its aliases expand to more than {MAX_EXPANDED_NODES:,} values; write the document without them.")
    sizes[id(node)] = total
    return total


def _plain(value: Any) -> Any:
    """JSON's values only: keys are text, numbers are finite, sets and bytes do not occur."""
    if isinstance(value, dict):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(item) for item in (sorted(value, key=str) if isinstance(value, set) else value)]
    if isinstance(value, int) and abs(value) >= _FIRST_BEYOND_INTEGERS:
        value = float(value)  # as JSON is read
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("a number is infinite")
    return value if value is None or isinstance(value, str | int | float) else str(value)


def _key(key: Any) -> str:
    """A key as JSON would write it."""
    return key if isinstance(key, str) else "null" if key is None else str(key).lower() if isinstance(key, bool) else str(key)
