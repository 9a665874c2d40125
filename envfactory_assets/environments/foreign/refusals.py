"""From a foreign module's errors to typed ones. The text stays the module's own."""

from typing import Any

from envfactory_assets.environments.episode import ToolResult
from envfactory_assets.environments.errors import ErrorCode, ToolError
from envfactory_assets.environments.foreign.words import words

_TEXT_KEYS = ("message", "error_message", "detail", "details", "reason", "description", "msg")
_SANDBOX = "The sandbox "  # how the sandbox begins what it refuses
_CODES = frozenset({"not_found", "invalid_argument", "precondition_failed", "permission_denied", "conflict", "unavailable"})


def result_of(reply: dict[str, Any]) -> ToolResult:
    """What a call came to.

    Args:
        reply: the worker's: ``value``, ``wrong``, ``raised`` or ``defect``.
    """
    if "wrong" in reply:
        return refused("invalid_argument", str(reply["wrong"]))
    if "raised" in reply:
        return _raised(reply["raised"])
    if "defect" in reply:
        return refused("unavailable", str(reply["defect"]), defect=str(reply["defect"]))
    value = reply.get("value")
    said = _failure(value) if isinstance(value, dict) else None
    return ToolResult(value) if said is None else refused(*said)


def refused(code: ErrorCode, message: str, *, defect: str | None = None) -> ToolResult:
    """A refusal; with a defect when it is the module's own mistake."""
    return ToolResult(error=ToolError(code, message), defect=defect)


def _raised(raised: dict[str, Any]) -> ToolResult:
    name, text = str(raised["class"]), str(raised["text"])
    classes = [str(cls) for cls in raised.get("classes", [name])]
    code = None if text.startswith(_SANDBOX) else _code_of(classes, text)
    if code is not None:
        return refused(code, text or name)
    where = f" ({raised['at']})" if raised.get("at") else ""
    message = f"{name}: {text}" if text else name
    return refused("unavailable", message, defect=f"{message}{where}")


def _code_of(classes: list[str], text: str) -> ErrorCode | None:
    """The kind of refusal an exception is; None when it is a mistake of the module."""
    mistakes = words().mistakes
    by_class = next((code for cls in classes for code, names in words().classes.items() if cls in names), None)
    if by_class or mistakes.always & set(classes):
        return by_class
    if mistakes.unless_said & set(classes):
        return _by_text(text) if " " in text else None  # a bare key says nothing
    return _by_text(text) or next((words().plain[cls] for cls in classes if cls in words().plain), None)


def _failure(value: dict[str, Any]) -> tuple[ErrorCode, str] | None:
    """The refusal that a returned object is: one with an ``error``, or with ``success: false``."""
    said = value.get("error")
    if not said and value.get("success") is not False:
        return None
    inner = said if isinstance(said, dict) else value
    text = said if isinstance(said, str) and said else next((str(inner[key]) for key in _TEXT_KEYS if inner.get(key)), None)
    if text is None:
        text = str(said) if said else "The service says that this did not succeed."
    given = inner.get("code") or inner.get("error_code")
    code: ErrorCode = given if isinstance(given, str) and given in _CODES else _by_text(text) or "precondition_failed"  # type: ignore[assignment]
    return code, text


def _by_text(text: str) -> ErrorCode | None:
    return next((code for code, pattern in words().texts if pattern.search(text.casefold())), None)
