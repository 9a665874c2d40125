"""The static gate of foreign modules: what no run can show is refused by reading.

Such a module may import what it likes: it runs in a worker only, where the sandbox refuses what reaches outside. But one that reads the
clock answers one way today and another way tomorrow, and two runs on one day do not tell.
"""

import ast

from envfactory_assets.sandbox.policy import policy
from envfactory_assets.sandbox.static_gate import Violation

_CLOCK = {
    "datetime": frozenset({"now", "utcnow", "today"}),
    "date": frozenset({"today"}),
    "time": frozenset({"time", "time_ns", "localtime", "gmtime", "strftime", "ctime"}),
}


def check_foreign_source(source: str) -> list[Violation]:
    """List what a foreign module may not say, by line; never raises for what the source holds."""
    rules = policy()
    if len(source) > rules.max_characters:
        return [Violation(1, f"The module has more than {rules.max_characters:,} characters.")]
    try:
        tree = ast.parse(source)
        names = _imported(tree)
        found = sorted(Violation(node.lineno, f"{ast.unparse(node.func)}() reads the clock.") for node in ast.walk(tree)
                       if isinstance(node, ast.Call) and _reads_clock(node.func, names))  # fmt: skip
    except SyntaxError as error:
        return [Violation(error.lineno or 1, f"Not valid Python: {error.msg}.")]
    except (ValueError, RecursionError, MemoryError) as error:
        return [Violation(1, f"Not readable as Python: {error or type(error).__name__}.")]
    return found[: rules.max_findings]


def _imported(tree: ast.Module) -> dict[str, str]:
    """What the names of clock modules and classes are bound to, by local name."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = getattr(node, "module", None)
            for alias in node.names:
                if module in {None, "datetime", "time"} and (module or alias.name) in _CLOCK:
                    whole = alias.name if module in {None, "datetime"} else f"time.{alias.name}"
                    found[alias.asname or alias.name] = whole
    return found


def _reads_clock(function: ast.expr, names: dict[str, str]) -> bool:
    if isinstance(function, ast.Name):
        module, _, name = names.get(function.id, "").partition(".")
        return module == "time" and name in _CLOCK["time"]
    if not isinstance(function, ast.Attribute):
        return False
    holder = function.value
    last = holder.attr if isinstance(holder, ast.Attribute) else names.get(holder.id, "") if isinstance(holder, ast.Name) else ""
    return function.attr in _CLOCK.get(last, ())
