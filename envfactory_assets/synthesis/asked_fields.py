"""The fields of a record that parameters of lists may ask by, under every name that they may be asked by."""

from envfactory_assets.synthesis.elsewhere import Path
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan

ORDERED = {"date", "datetime", "money", "integer", "number"}
_FILTERABLE = {"text", "enum", "ref", "boolean", "date", "datetime", "integer", "key", "texts", "refs", "caller", "part", "parts"}


def fields_asked(entity: EntityPlan) -> dict[str, Path]:
    """The fields that a filter may mean by their names, those of the record before those inside its objects."""
    found: dict[str, Path] = {}
    for field in (entity.key, *entity.fields, *entity.left):
        if field.kind in _FILTERABLE | ORDERED:
            found.setdefault(snake(field.wire), (field,))
            found.setdefault(snake(field.source or field.wire), (field,))
    for field in (*entity.fields, *entity.left):
        if field.kind == "part" and field.part and (held := _plain_value(field.part.fields)) is not None:
            found[snake(field.wire)] = (field, held)
        for inner in field.part.fields if field.part else ():
            if inner.kind in _FILTERABLE | ORDERED:
                if snake(inner.wire) not in lexicon().content_words | set(lexicon().key_fields):
                    found.setdefault(snake(inner.wire), (field, inner))
                found.setdefault(f"{snake(field.wire)}_{snake(inner.wire)}", (field, inner))
    for field in (*entity.fields, *entity.left):
        for inner in field.part.deep if field.part else ():
            _add_deep(found, field, inner)
    return {name.replace("_", ""): path for name, path in found.items()} | found


def _add_deep(found: dict[str, Path], field: FieldPlan, inner: FieldPlan) -> None:
    """The values of an object inside an object: by its own name when it says enough, else after what it is in."""
    values = inner.part.fields if inner.part else []
    if [snake(value.wire) for value in values] == ["name"]:
        found.setdefault(snake(inner.wire), (field, inner))
    for value in values:
        spelt = snake(value.wire)
        if len(words(spelt)) > 1 and spelt not in lexicon().created_fields | lexicon().updated_fields:
            found.setdefault(spelt, (field, inner, value))
        found.setdefault(f"{snake(inner.wire)}_{spelt}", (field, inner, value))
        found.setdefault(f"{snake(field.wire)}_{snake(inner.wire)}_{spelt}", (field, inner, value))


def _plain_value(fields: list[FieldPlan]) -> FieldPlan | None:
    """The value of an object that is a value with its form, ``{value, format}``, or an amount of money; none of what has a key."""
    held = {snake(field.wire): field for field in fields}
    amount = held.get("amount") if held.keys() & {"currency", "currency_code"} else None
    return held.get("value", amount) if not held.keys() & {"id", "key", "code", "name"} else None
