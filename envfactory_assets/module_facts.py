"""What the source of a module says, apart from how it is written: a hash without comments, layout and docstrings, and what it imports.

Parsing the whole library takes two seconds, so what was found is kept beside Python's own bytecode, under the hash of the source text.
"""

import ast
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.util import cache_from_source
from pathlib import Path

from pydantic import TypeAdapter

_KEPT = Path(cache_from_source(__file__)).with_name("module_facts.json")


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    """What counts of one module.

    Attributes:
        content: hash of the syntax tree without docstrings, 64 hex digits.
        modules: the modules it imports whole.
        names: (module, name, name here) of each name it imports from a module.
    """

    content: str
    modules: tuple[str, ...]
    names: tuple[tuple[str, str, str], ...]


@cache
def facts_of(path: Path) -> ModuleFacts:
    """What the source of a module says.

    Raises:
        SyntaxError: the file is no Python.
    """
    source = path.read_bytes()
    key = sha256(_own_source() + source).hexdigest()
    _found[key] = _kept().get(key) or _read(source)
    return _found[key]


def keep_facts() -> None:
    """Keep what this process found for the next one; where nothing can be written, it is found again."""
    if _found.keys() <= _kept().keys():
        return
    with suppress(OSError):
        _KEPT.parent.mkdir(exist_ok=True)
        written = _KEPT.with_suffix(f".{os.getpid()}")
        written.write_bytes(_FACTS.dump_json(_found))
        written.replace(_KEPT)
    _kept().update(_found)


_FACTS = TypeAdapter(dict[str, ModuleFacts])
_found: dict[str, ModuleFacts] = {}


@cache
def _kept() -> dict[str, ModuleFacts]:
    try:
        return _FACTS.validate_json(_KEPT.read_bytes())
    except (OSError, ValueError):
        return {}


@cache
def _own_source() -> bytes:
    """This module's text: other rules find other facts."""
    return Path(__file__).read_bytes()


def _read(source: bytes) -> ModuleFacts:
    tree = ast.parse(source)
    modules: list[str] = []
    names: list[tuple[str, str, str]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node, clean=False):
            node.body = node.body[1:] or [ast.Pass()]
        elif isinstance(node, ast.Import):
            modules += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += [(node.module, alias.name, alias.asname or alias.name) for alias in node.names]
    return ModuleFacts(sha256(ast.unparse(tree).encode()).hexdigest(), tuple(modules), tuple(names))
