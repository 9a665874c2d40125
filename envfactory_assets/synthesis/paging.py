"""How many records of a list come back, and from where on: bound to the names, defaults and limits that the document gives."""

import re

from envfactory_assets.corpus.document import Parameter
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import ArgumentPlan, FieldPlan

PAGE = 50  # records, where the document says nothing
_FEWEST = 20  # a page smaller than that only makes calls
_SIZES = ("limit", "page_size", "per_page", "max_results", "results_per_page")
_NUMBERS = ("page", "page_number", "page_index")
_OFFSETS = ("offset", "skip", "start_index")
_CURSORS = ("cursor", "page_token", "starting_after", "after", "next_token")
_OFFSET = re.compile(r"offset|start|skip|from")


def bind_size(parameter: Parameter) -> ArgumentPlan | str:
    """The argument that says how many records come back."""
    if type_of(parameter.schema_) == "string":
        return "a number of records as text"
    made = ArgumentPlan(parameter.name, _name(parameter, _SIZES), None, "size", pointer=parameter.pointer)
    said, most = parameter.schema_.get("default"), largest(parameter.schema_)
    made.default = str(said if isinstance(said, int) and _FEWEST <= said <= (most or said) else min(PAGE, most or PAGE))
    made.field = FieldPlan(parameter.name, made.name, "integer", parameter.schema_)
    return made


def bind_page(parameter: Parameter) -> ArgumentPlan:
    """The argument that says where to start: a page, an offset, or a cursor."""
    made = ArgumentPlan(parameter.name, "", None, "page", pointer=parameter.pointer)
    if type_of(parameter.schema_) not in {"integer", "number"}:
        made.name = _name(parameter, _CURSORS)
        made.field = FieldPlan(parameter.name, made.name, "text", parameter.schema_)
        return made
    skips = _OFFSET.search(snake(parameter.name)) is not None
    made.name = _name(parameter, _OFFSETS if skips else _NUMBERS)
    made.field = FieldPlan(parameter.name, made.name, "integer", parameter.schema_)
    made.default = str(first_of(made))
    return made


def largest(schema: dict[str, object]) -> int | None:
    """The largest page that the document allows, when it is no hindrance."""
    most = schema.get("maximum")
    return int(most) if isinstance(most, int | float) and most >= PAGE else None


def is_offset(argument: ArgumentPlan) -> bool:
    """Whether a number counts records and not pages."""
    return argument.name in _OFFSETS


def first_of(argument: ArgumentPlan) -> int:
    """The number of the first page, or of the first record: as the document counts."""
    schema = argument.field.schema if argument.field else {}
    said = [int(schema[word]) for word in ("default", "minimum") if isinstance(schema.get(word), int | float)]
    return next((number for number in said if number in {0, 1}), 0 if is_offset(argument) else 1)


def _name(parameter: Parameter, known: tuple[str, ...]) -> str:
    """The parameter's own name where it is a usual one, else the first of the usual ones."""
    spelt = snake(parameter.name)
    return spelt if spelt in known else known[0]
