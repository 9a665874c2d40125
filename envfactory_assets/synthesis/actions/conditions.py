"""Conditions that documents tell in words: how a record must stand before an operation is done to it."""

from envfactory_assets.corpus.document import Operation
from envfactory_assets.synthesis.actions.standing import Held
from envfactory_assets.synthesis.actions.states import flag_name
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan


def refused_when(operation: Operation, entity: EntityPlan, flag: FieldPlan) -> Held | str:
    """In which values a record refuses that a flag of it is moved, as the operation's conditions say.

    Returns:
        By field, the values; or, where the record does not show what a condition is about, why the flag is not moved.
    """
    told = operation.conditions
    found: list[tuple[str, tuple[str | bool, ...]]] = []
    if told is None:
        return ()
    for name, value in told.flags.items():
        other = next((f for f in entity.fields if f.kind == "boolean" and snake(f.wire) == snake(name)), None)
        if other is None:
            return f"nothing of the record shows {name}, on which it depends"
        found.append((other.name, (not value,)))
    states = set(told.states) - {flag_name(flag), *words(flag.wire)}
    if states:
        held = _outside(states, entity)
        if held is None:
            return f"it is for {' and '.join(sorted(states))} records only, and nothing shows which these are"
        found.append(held)
    return tuple(found)


def until_begun(operation: Operation, entity: EntityPlan) -> FieldPlan | None:
    """The field that tells when a record begins, where the operation is refused from then on."""
    if operation.conditions is None or not operation.conditions.begun:
        return None
    return next((f for f in entity.fields if f.kind in {"date", "datetime"} and set(words(f.wire)) & lexicon().start_words), None)


def refused_kinds(operation: Operation, entity: EntityPlan) -> Held:
    """The kinds of a record of which an operation is not done, by the field that tells of which kind one is."""
    told = operation.conditions.refused if operation.conditions else ()
    called = {f"{entity.thing}_type", f"{entity.thing}_kind", "type", "kind"}
    kind = next((f for f in entity.fields if snake(f.wire) in called and f.kind in {"text", "enum"}), None)
    known = kind is not None and (kind.kind == "text" or set(told) <= set(kind.enum))
    return ((kind.name, told),) if kind is not None and told and known else ()


def _outside(states: set[str], entity: EntityPlan) -> tuple[str, tuple[str | bool, ...]] | None:
    """The field that tells whether a record is in one of some states, with the values in which it is not."""
    status = entity.status
    if status is not None and any(snake(value) in states for value in status.enum):
        return status.name, tuple(value for value in status.enum if snake(value) not in states)
    other = next((f for f in entity.fields if f.kind == "boolean" and flag_name(f) in states), None)
    return (other.name, (False,)) if other is not None else None
