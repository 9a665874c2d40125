"""Which field a name means that no field of the record has: by another name, in an address, by what it holds keys of, in another record."""

import re
from collections.abc import Mapping

from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.plan import EntityPlan, FieldKind, FieldPlan

KEY_END = re.compile("_(id|ids|guid|guids|uuid|uuids)$")
Path = tuple[FieldPlan, ...]
"""A field, from the record inward."""
_FEWEST_LETTERS = 3
_CUT_OFF = 3  # letters at least: a plural is no word cut short
_CALLED = {"name", "title"}
_VALUE_KINDS: dict[str, FieldKind] = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


def meant_otherwise(plain: str, fields: Mapping[str, Path], entity: EntityPlan) -> Path | None:
    """The field that a name means which is spelt otherwise, or stands elsewhere.

    Args:
        plain: what a parameter is called, in snake case.
        fields: the fields that may be meant, by their names.
        entity: the record type.
    """
    return (
        _same_thing(plain, fields)
        or _of_place(plain, fields)
        or _by_target(plain, entity)
        or _of_referenced(plain, entity)
        or _of_code(plain, fields)
        or _of_embedded(plain, entity)
        or _only_choice(plain, fields)
        or cut_short(plain, fields)
        or _in_words(plain, fields)
        or (fields.get(entity.thing) if plain in _CALLED and fields.get(entity.thing, [entity.key])[-1].kind == "text" else None)
    )


def cut_short(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """The one field whose words are those of a name or their beginnings: ``distance_m`` and dist_m."""
    given = words(plain)
    like = ((name, path) for name, path in fields.items() if len(path) == 1 and name != plain and name[:1] == plain[:1])
    found = {id(path[-1]): path for name, path in like if _begins(words(name), given)}
    return next(iter(found.values())) if len(found) == 1 else None


def _in_words(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """The text that says the same written out for reading: ``address`` and formatted_address."""
    found = [fields[name] for start in lexicon().written_starts if (name := f"{start}_{plain}") in fields]
    return found[0] if len(found) == 1 and len(found[0]) == 1 and found[0][-1].kind == "text" else None


def _begins(some: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether words are the same as others, or their first letters, one by one."""
    if len(some) != len(others):
        return False
    pairs = list(zip(some, others, strict=True))
    alike = all(one == other or (len(one) >= _FEWEST_LETTERS and other.startswith(one)) for one, other in pairs)
    cut = sum(len(other) - len(one) >= _CUT_OFF for one, other in pairs)
    return len(others) > cut > 0 and alike


def _of_code(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """The text that holds codes or names which a name asks for: ``region_codes`` of a record with a region."""
    path = fields.get(noun(re.sub("_(code|codes|name|names|slug|slugs)$", "", plain)))
    coded = path is not None and plain.endswith(("_code", "_codes", "_name", "_names", "_slug", "_slugs"))
    return path if path is not None and coded and path[-1].kind in {"text", "enum", "texts"} else None


def _same_thing(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """A field of another name for the same: ``zip`` of a record with a postal_code."""
    others = (other for names in lexicon().same_names if plain in names for other in names)
    return next((fields[other] for other in others if other in fields), None)


def _of_place(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """The part of an address that stands in one object of the record: ``city``."""
    plain = noun(plain)
    if plain not in lexicon().place_words:
        return None
    inside = [path for path in fields.values() if len(path) > 1 and path[0].kind == "part" and snake(path[-1].wire) == plain]
    found = {id(path[-1]): path for path in inside if len(path) == 2}
    return next(iter(found.values())) if len(found) == 1 else None


def _by_target(plain: str, entity: EntityPlan) -> Path | None:
    """The one field that holds keys of what a parameter is called the key of, and is called like it: ``body_id`` and vehicle_body."""
    stem = noun(KEY_END.sub("", plain))
    if stem == plain or stem in lexicon().people_words:
        return None
    found = [f for f in entity.fields if f.target and not f.nested and snake(f.target).removesuffix("_record") == stem]
    fits = len(found) == 1 and set(words(stem)) <= {noun(word) for word in words(found[0].source or found[0].wire)}
    return (found[0],) if fits else None


def _only_choice(plain: str, fields: Mapping[str, Path]) -> Path | None:
    """The one choice of a record that is called so, inside one of its objects: the ``status`` of a listing with its service."""
    inside = (path for path in fields.values() if len(path) == 2 and path[0].kind == "part" and path[1].kind == "enum")
    found = {id(path[1]): path for path in inside if snake(path[1].wire) == noun(plain)}
    return next(iter(found.values())) if len(found) == 1 else None


def _of_embedded(plain: str, entity: EntityPlan) -> Path | None:
    """What tells the one record that stands whole in the place of its key, where its key is another: ``username`` of a user."""
    if plain not in lexicon().telling_keys:
        return None
    found: dict[int, Path] = {}
    for field in entity.fields:
        inner = field.schema.get("properties") if field.kind == "ref" else None
        for wire, schema in inner.items() if isinstance(inner, dict) else ():
            if snake(wire) == plain and type_of(schema) == "string":
                found[id(field)] = (field, FieldPlan(wire, snake(wire), "text", schema))
    called = [path for path in found.values() if plain.startswith(snake(path[0].source or path[0].wire).removesuffix("_id"))]
    told = called or list(found.values())
    return told[0] if len(told) == 1 else None


def _of_referenced(plain: str, entity: EntityPlan) -> Path | None:
    """A value of another record that stands whole in the place of its key: ``artist_name`` of an artist."""
    for field in (*entity.fields, *entity.left):
        inner = field.schema.get("properties") if field.kind == "ref" else None
        start = f"{snake(field.source or field.wire).removesuffix('_id')}_"
        for wire, schema in inner.items() if isinstance(inner, dict) and plain.startswith(start) else ():
            kind = _VALUE_KINDS.get(type_of(schema) or "")
            if kind is not None and f"{start}{snake(wire)}" == plain:
                return (field, FieldPlan(wire, snake(wire), kind, schema))
    return None
