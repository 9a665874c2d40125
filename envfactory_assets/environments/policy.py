"""The policy of an environment: what an agent must respect, in words, from what the environment enforces."""

import ast
import inspect
import linecache
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any

from envfactory_assets.environments.entities import callers
from envfactory_assets.environments.environment import Environment, rule_text
from envfactory_assets.environments.guards import stands
from envfactory_assets.environments.subjects import subject_of
from envfactory_assets.environments.tools import Tool
from envfactory_assets.environments.wording import article, flag_words, spoken, words

_REFUSALS = {"PreconditionFailed", "PermissionDenied", "Conflict"}


def policy_text(environment: type[Environment]) -> str:
    """One rule a line: transitions, refusals, ownership, restricted deletion, invariants."""
    plan = environment.plan
    rules = [rule for tool in plan.tools.values() for rule in (*_transitions(tool), *_guards(environment, tool))]
    refused: dict[str, list[str]] = {}
    for tool in plan.tools.values():
        for message in dict.fromkeys(_refusal_messages(environment, tool.function, set())):
            refused.setdefault(message, []).append(tool.name)
    rules += [f'{", ".join(tools)}: may be refused with "{message}"' for message, tools in refused.items()]
    rules += dict.fromkeys([*_ownership(environment), *_restrictions(environment)])
    rules += [
        f"No two {spoken(entity)} records have the same {words(name)}."
        for entity in plan.tables.values()
        for name in entity.entity_layout.unique
    ]
    rules += [f"Always: {rule_text(name, getattr(environment, name))}." for name in plan.invariants]
    return "\n".join(f"- {rule}" for rule in rules)


def _transitions(tool: Tool) -> Iterator[str]:
    for effect in tool.effects:
        told = _RULES.get(effect.family)
        if effect.family == "transition" and effect.moves:
            known = [(start, ends) for start, ends in effect.moves if not words(start).endswith("unspecified")] or effect.moves
            steps = [f"from {words(start)} to {_either(ends) if ends else 'nothing else'}" for start, ends in known]
            yield f"{tool.name}: the {words(effect.field)} may go {', '.join(steps)}; refused when nothing would change."
        elif effect.of_flag and isinstance(effect.target, bool):
            yield f"{tool.name}: refused for what is {'already' if effect.target else 'not'} {flag_words(str(effect.field))}."
        elif effect.of_flag:
            yield f"{tool.name}: refused for what is {flag_words(str(effect.field))} already, where nothing else would change."
        elif effect.sources:
            late = f"; refused once the {words(effect.until)} is past" if effect.until else ""
            yield f"{tool.name}: only when the {words(effect.field)} is {_either(effect.sources)}; it becomes {words(effect.target)}{late}."
        elif effect.family == "add_member" and effect.within and words(effect.field).endswith(_NAMING):
            holder = words(effect.within).removesuffix(" id")
            yield f"{tool.name}: refused where the {holder} has one with that {words(effect.field)} already."
        elif effect.family == "copy" and effect.within:
            holder = words(effect.within).removesuffix(" id")
            yield f"{tool.name}: refused for a name that another with the same {holder} has."
        elif effect.past:
            yield f"{tool.name}: the {words(effect.until)} must not come before the {words(effect.field)}."
        elif effect.anew and effect.field:
            yield f"{tool.name}: {_RULES['schedule'].format(words(effect.field))}."
        elif told and effect.field:
            yield f"{tool.name}: {told.format(words(effect.field))}."


def _guards(environment: type[Environment], tool: Tool) -> Iterator[str]:
    """When the records of a typed effect refuse it."""
    for effect in tool.effects:
        entity = environment.plan.entities.get(effect.entity or subject_of(environment.plan, tool) or "")
        if entity is None:
            continue
        taking = effect.within if effect.within and effect.family != "move" else effect.field
        taker = next((ref.target.name for ref in entity.entity_layout.refs if ref.path == (taking,)), None)
        deed = words(effect.family)
        if effect.draws:
            yield f"{tool.name}: {deed} is refused beyond the {spoken(str(taker))}'s {words(effect.limit)}."
        if effect.unless and not effect.draws and not (effect.family == "add_member" and effect.within):
            yield f"{tool.name}: {deed} is refused while the {spoken(entity)} {_stands(effect.unless)}."
        if effect.barred and taker and effect.field:
            done = _DONE.get(effect.family)
            said = f"nothing is {done}" if done else f"{deed} is refused to"
            yield f"{tool.name}: {said} {article(spoken(taker))} that {_stands(effect.barred)}."
        elif effect.barred and taker:
            yield f"{tool.name}: nothing is put into {article(spoken(taker))} that {_stands(effect.barred)}."
        if effect.family in {"move", "transfer"} and effect.within:
            yield f"{tool.name}: only within the same {words(effect.within).removesuffix(' id')}."
        if effect.family == "move" and taker == entity.__name__:
            yield f"{tool.name}: refused into itself or what lies below it."


def _stands(values: tuple[tuple[str, tuple[Any, ...]], ...]) -> str:
    return " or ".join(dict.fromkeys(stands(name, value) for name, held in values for value in held))


def _either(values: tuple[str, ...]) -> str:
    return " or ".join(words(value) for value in values)


_NAMING = ("name", "title", "label", "code", "slug")
"""Last words of fields that tell what a record is called, rather than who it brings in."""

_DONE = {"add_member": "added to", "remove_member": "taken out of", "assign": "assigned to", "reserve": "reserved for", "move": "moved to"}
"""How an effect is said of what nothing is done to."""

_RULES = {
    "add_member": "refused for a member that is in already",
    "remove_member": "refused for a member that is not in",
    "copy": "refused for a name that another has",
    "assign": "refused for whom it is assigned to already",
    "unassign": "refused when it is assigned to nobody",
    "schedule": "the {} must lie ahead",
    "reschedule": "the {} may change only before it has come, and to a time that lies ahead",
    "move": "refused to where it is already",
    "transfer": "refused to itself, and beyond what it has",
    "checkout": "refused without lines; the service adds them up",
    "reserve": "never more than is left",
    "capture": "never more than is left",
    "refund": "never more than is left",
    "release": "never more than was taken",
}
"""What an environment enforces for a typed effect that names its field."""


def _refusal_messages(environment: type[Environment], function: Callable[..., Any], seen: set[str]) -> Iterator[str]:
    """The texts of refusals a method can raise, itself or through the methods it calls; computed parts become ``...``."""
    if function.__name__ in seen:
        return
    seen.add(function.__name__)
    for node in ast.walk(_tree(function)):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _called(node.exc) in _REFUSALS and node.exc.args:
            yield _text(node.exc.args[0])
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
            helper = inspect.getattr_static(environment, node.func.attr, None) if node.func.value.id == "self" else None
            if inspect.isfunction(helper):
                yield from _refusal_messages(environment, helper, seen)


def _tree(function: Callable[..., Any]) -> ast.AST:
    code = function.__code__
    lines = linecache.getlines(code.co_filename)[code.co_firstlineno - 1 :]
    if not lines:
        return ast.Module([], [])
    return ast.parse(textwrap.dedent("".join(inspect.getblock(lines))))


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return re.sub(
            r"(\.\.\.\s*)+", "... ", "".join(str(part.value) if isinstance(part, ast.Constant) else "..." for part in node.values)
        ).strip()
    return "..."


def _ownership(environment: type[Environment]) -> Iterator[str]:
    for entity in environment.plan.tables.values():
        for name, shape in entity.entity_layout.shapes.items():
            if shape.kind == "caller":
                yield f"Each {spoken(entity)} belongs to the caller named in its {entity.model_fields[name].alias}."


def _restrictions(environment: type[Environment]) -> Iterator[str]:
    """What refers to a row that tools delete, and so forbids it."""
    deleting = [tool for tool in environment.plan.tools.values() if any(effect.family == "delete" for effect in tool.effects)]
    deleted = {subject_of(environment.plan, tool) for tool in deleting}
    for owner in callers(environment.plan.tables.values()):
        if owner in deleted:
            yield f"The {spoken(owner)} who is calling cannot be deleted."
    for entity in environment.plan.tables.values():
        for reference in entity.entity_layout.refs:
            if reference.target.name in deleted and reference.on_delete == "restrict":
                held, holder = article(spoken(reference.target.name)), article(spoken(entity))
                yield f"{held.capitalize()} that {holder} refers to cannot be deleted."
