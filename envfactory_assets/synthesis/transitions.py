"""Verbs that move a record: which field they move, to what, and from where."""

from dataclasses import dataclass

from envfactory_assets.records.base import Grounding
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import STATUS, EntityPlan, FieldPlan


@dataclass(frozen=True)
class Move:
    """A transition bound to a field of an entity."""

    field: FieldPlan
    target: str | bool
    sources: tuple[str, ...]
    grounding: Grounding


def bind_move(verb: str, entity: EntityPlan) -> Move | str:
    """Bind an action's verb to a value of the entity's status, or to a flag.

    Returns:
        The move, or the reason there is none.
    """
    known = lexicon().transitions.get(verb) or lexicon().transitions.get(verb.split("_", maxsplit=1)[0])
    statuses = [f for f in entity.fields if f.kind == "enum"]
    for field in sorted(statuses, key=lambda f: (f.name not in STATUS, f.name)):
        listed = known.values if known else ()
        target = _value(verb, listed, field.enum) if field.name in STATUS or known else None
        if target is not None:
            sources = _sources(target, field.enum, known.sources if known else ())
            if sources:
                return Move(field, target, sources, field.grounding)
    for name, value in [*((f, True) for f in known.flags), *((f, False) for f in known.unflags)] if known else []:
        for field in entity.fields:
            if field.kind == "boolean" and snake(field.wire).removeprefix("is_").removeprefix("has_") == name:
                return Move(field, value, (), "declared")
    return f"no state of {entity.name} is what '{verb.replace('_', ' ')}' leads to"


def _value(verb: str, values: tuple[str, ...], enum: tuple[str, ...]) -> str | None:
    """The enum's value that the verb leads to: as listed, else by the verb's own participle."""
    spelt = {snake(value): value for value in enum}
    stem = verb
    forms = (f"{stem}ed", f"{stem}d", f"{stem}{stem[-1:]}ed", f"{stem[:-1]}ied" if stem.endswith("y") else stem, stem)
    return next((spelt[form] for form in (*values, *forms) if form in spelt), None)


def _sources(target: str, enum: tuple[str, ...], preferred: tuple[str, ...]) -> tuple[str, ...]:
    """The values a record may move from: those the verb names, else all that are not final."""
    named = tuple(v for v in enum if v != target and snake(v) in preferred)
    if named:
        return named
    return tuple(v for v in enum if v != target and not is_final(v))


def is_final(value: str) -> bool:
    """Whether a record in this state moves no further."""
    return snake(value) in lexicon().final_values or bool(set(words(value)[-1:]) & set(lexicon().final_values))


def has_life(field: FieldPlan) -> bool:
    """Whether a status says both where records start and where they end."""
    spelt = {snake(value) for value in field.enum}
    return bool(spelt & set(lexicon().initial_values)) and any(is_final(value) for value in field.enum)


def initial_value(field: FieldPlan) -> str:
    """The state of a fresh record."""
    said = field.schema.get("default")
    if isinstance(said, str) and said in field.enum:
        return said
    spelt = {snake(value): value for value in field.enum}
    found = next((spelt[value] for value in lexicon().initial_values if value in spelt), None)
    return found or next((value for value in field.enum if not is_final(value)), field.enum[0])
