"""What a docstring says of a function: its summary, its arguments and its results, in Google's, numpy's or Sphinx's style."""

import re
from dataclasses import dataclass, field

from docstring_parser import ParseError, parse

from envfactory_assets.corpus.formats.annotations import sound

_LONGEST = 20_000
_LONGEST_LINE = 400
_RESULT = re.compile(r"^(\w+)\s*\(([^()]*(?:\([^()]*\))?[^()]*)\)\s*:\s*(.*)$")  # title (str): Title of the ticket.


@dataclass(frozen=True)
class Told:
    """One argument or result: its type as text and what it means, each if said."""

    kind: str | None = None
    meaning: str | None = None


@dataclass(frozen=True)
class Docstring:
    """What a docstring says."""

    summary: str | None = None
    arguments: dict[str, Told] = field(default_factory=dict)
    results: dict[str, Told] = field(default_factory=dict)  # by name, where results have names
    result: Told | None = None  # a result without a name


def read_docstring(text: str | None) -> Docstring:
    """Read a docstring of any of the styles."""
    if not text or not text.strip():
        return Docstring()
    text = sound(text)[:_LONGEST]
    try:
        parsed = parse(text)
    except (ParseError, ValueError, IndexError):
        return Docstring(summary=text.strip().split("\n\n", maxsplit=1)[0])
    arguments = {p.arg_name.lstrip("*"): Told(_kind(p.type_name), p.description or None) for p in parsed.params}
    results: dict[str, Told] = {}
    result = None
    for returned in parsed.many_returns:
        if returned.return_name:
            results[returned.return_name] = Told(_kind(returned.type_name), returned.description)
        elif found := _listed(returned.description or ""):
            results |= found
        else:
            result = Told(_kind(returned.type_name), returned.description)
    return Docstring(parsed.short_description, arguments, results, result)


def _kind(said: str | None) -> str | None:
    """A type as an annotation would write it: without ``optional`` and default."""
    return re.split(r",\s*(?:optional|default)", said)[0].strip() or None if said else None


def _listed(text: str) -> dict[str, Told]:
    """Results listed a line each, as ``name (type): meaning``; none unless every unindented line is one."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith((" ", "\t", "-", "*"))]
    matches = [_RESULT.match(line[:_LONGEST_LINE]) for line in lines]
    if not lines or not all(matches):
        return {}
    return {match.group(1): Told(_kind(match.group(2)), match.group(3) or None) for match in matches if match}
