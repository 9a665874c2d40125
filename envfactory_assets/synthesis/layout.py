"""Laying out lines of Python as ``ruff format`` would."""

import json
from collections.abc import Sequence
from typing import NamedTuple

WIDTH = 140
_LITERALS = ("=[", "={", ": [", " = {")  # lists and dicts that are broken go one item a line


class Call(NamedTuple):
    """Something in brackets that may have to be broken over lines itself."""

    head: str
    arguments: list["str | Call"]
    tail: str

    def __str__(self) -> str:
        """On one line."""
        return f"{self.head}{', '.join(map(str, self.arguments))}{self.tail}"


def call(head: str, arguments: "Sequence[str | Call]", tail: str = ")", indent: int = 0) -> str:
    """``head(arguments)tail``: on one line, else with its arguments on a line of their own (calls only), else one a line.

    Args:
        head: what stands before the arguments, the bracket included.
        arguments: what is separated by commas.
        tail: what follows the last argument, the closing bracket included.
        indent: columns the statement is indented by.
    """
    margin = " " * indent
    whole = f"{margin}{Call(head, list(arguments), tail)}"
    if len(whole) <= WIDTH or not arguments:
        return whole
    inner = f"{margin}    {', '.join(map(str, arguments))}"
    if len(inner) <= WIDTH and not head.endswith(_LITERALS):
        return f"{margin}{head}\n{inner}\n{margin}{tail}"
    listed = "".join(f"{_laid_out(argument, indent + 4)}\n" for argument in arguments)
    return f"{margin}{head}\n{listed}{margin}{tail}"


def _laid_out(argument: str | Call, indent: int) -> str:
    """An argument on a line of its own, with its comma."""
    if isinstance(argument, str):
        return f"{' ' * indent}{argument},"
    return call(argument.head, argument.arguments, f"{argument.tail},", indent)


def quoted(text: str) -> str:
    """A string literal in double quotes, or in single ones where that needs no escapes."""
    if '"' in text and "'" not in text and "\\" not in text and text.isprintable():
        return f"'{text}'"
    return json.dumps(text, ensure_ascii=not text.isprintable())


def docstring(text: str, indent: int) -> str:
    """A docstring at an indent; a text without line breaks is one line or folded."""
    margin = " " * indent
    safe = text.replace("\\", "\\\\").replace('"""', "'''").strip()
    if safe.endswith('"'):
        safe += " "
    lines = _folded(safe, WIDTH - indent - 6)
    if len(lines) == 1:
        return f'{margin}"""{lines[0]}"""'
    body = "\n".join(f"{margin}{line}" if line else "" for line in lines[1:])
    return f'{margin}"""{lines[0]}\n{body}\n{margin}"""'


def _folded(text: str, width: int) -> list[str]:
    folded: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > width:
                folded.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        folded.append(line)
    return folded or [""]
