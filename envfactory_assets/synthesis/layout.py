"""Laying out lines of Python as ``ruff format`` would."""

WIDTH = 140


def call(head: str, arguments: list[str], tail: str = "", indent: int = 0) -> str:
    """``head(arguments)tail``: on one line, else with its arguments on a line of their own, else one a line.

    Args:
        head: what stands before the opening bracket, the bracket included.
        arguments: what is separated by commas.
        tail: what follows the last argument, the closing bracket included.
        indent: columns the statement is indented by.
    """
    margin = " " * indent
    whole = f"{margin}{head}{', '.join(arguments)}{tail}"
    if len(whole) <= WIDTH or not arguments:
        return whole
    inner = f"{margin}    {', '.join(arguments)}"
    if len(inner) <= WIDTH:
        return f"{margin}{head}\n{inner}\n{margin}{tail}"
    listed = "".join(f"{margin}    {argument},\n" for argument in arguments)
    return f"{margin}{head}\n{listed}{margin}{tail}"


def quoted(text: str) -> str:
    """A string literal, in double quotes where that needs no escapes."""
    if '"' in text and "'" not in text:
        return repr(text)
    escaped = (
        repr(f"'{text}")[2:-1].replace('"', '\\"').replace("\\'", "'")
        if text.isprintable()
        else ascii(f"'{text}")[2:-1].replace('"', '\\"').replace("\\'", "'")
    )
    return f'"{escaped}"'


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
