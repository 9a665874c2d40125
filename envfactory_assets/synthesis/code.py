"""Writing the module of a planned environment."""

from functools import cache
from pathlib import Path

from jinja2 import Environment as Templates
from jinja2 import FileSystemLoader, StrictUndefined, Template

from envfactory_assets.environments.effects import FAMILIES, PLAIN
from envfactory_assets.synthesis.annotations import Annotations
from envfactory_assets.synthesis.fields import is_nullable
from envfactory_assets.synthesis.invariants import write_invariants
from envfactory_assets.synthesis.layout import call, docstring, quoted
from envfactory_assets.synthesis.methods import write_method
from envfactory_assets.synthesis.names import Naming
from envfactory_assets.synthesis.plan import EntityPlan, EnvironmentPlan, FieldPlan, PartPlan
from envfactory_assets.synthesis.seed import RUNTIME_NAMES
from envfactory_assets.synthesis.wording import describe_entity, voice_of

TEMPLATE = Path(__file__).with_name("module.py.jinja")
_RUNTIME = ("Caller", "Entity", "Environment", "Key", "Part", "Ref", "Table", "invariant", "tool")
_EFFECTS = tuple(sorted(FAMILIES - set(PLAIN) | {"update"}))
_ERRORS = ("PreconditionFailed",)
_FIELDS = (
    "Count",
    "Created",
    "KEPT",
    "KeyStyle",
    "Money",
    "OnDelete",
    "PageNumber",
    "PageSize",
    "Reached",
    "Spelling",
    "SumOf",
    "Text",
    "Unique",
    "Updated",
    "starts_as",
)
_GIVEN = '''def _given(**values: Any) -> dict[str, Any]:
    """The values a caller gave."""
    return {name: value for name, value in values.items() if value is not None}'''
_TOLD = '''def _told(**values: Any) -> dict[str, Any]:
    """The values a caller gave; null empties a field."""
    return {name: value for name, value in values.items() if value is not KEPT}'''


@cache
def _template() -> Template:
    folder = TEMPLATE.parent
    templates = Templates(loader=FileSystemLoader(folder), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)  # noqa: S701 - Python, not HTML
    return templates.get_template(TEMPLATE.name)


def write_module(plan: EnvironmentPlan, *, heading: str, naming: Naming) -> str:
    """Render a module.

    Args:
        plan: what the environment holds.
        heading: the module's docstring.
        naming: the style of its names on the wire.
    """
    names = {plan.class_name} | {e.name for e in plan.entities} | {part.name for e in plan.entities for part in _parts(e)} | RUNTIME_NAMES
    annotations = Annotations(naming, taken=frozenset(names), shadowed=_shadowed(plan.entities), voice=voice_of(plan.title))
    annotations.imports |= {"Entity", "Environment", "Table", "tool"}
    entities = in_order(plan.entities)
    for entity, field in ((e, f) for e in entities for f in e.fields if f.enum):  # a record's own come before those inside it
        annotations.enum(field, entity.name)
    classes: list[str] = []
    defined: set[str] = set()
    for entity in entities:
        for part in _parts(entity):
            if part.name not in defined:
                classes.append(_part(part, annotations, defined))
                defined.add(part.name)
        classes.append(_entity(entity, annotations, defined))
        defined.add(entity.name)
    methods = [write_method(tool, annotations) for tool in plan.tools]
    invariants = write_invariants(entities, {*(tool.method for tool in plan.tools), *(entity.table for entity in plan.entities)})
    annotations.imports |= {"invariant"} if invariants else set()
    helpers = [helper for name, helper in (("_given(", _GIVEN), ("_told(", _TOLD)) if any(name in method for method in methods)]
    if helpers:
        annotations.imports.add("Any")
    return (
        _template()
        .render(
            docstring=docstring(heading, 0),
            imports=_imports(annotations.imports, annotations.shadowed),
            aliases=[call(f"{name} = Literal[", [quoted(v) for v in values], "]") for name, values in annotations.enums.items()],
            classes=classes,
            name=plan.class_name,
            purpose=docstring(_purpose(entities), 4),
            settings=_settings(plan, naming),
            tables=[f"{entity.table}: Table[{entity.name}]" for entity in entities],
            methods=[*methods, *invariants],
            helpers=helpers,
        )
        .rstrip("\n")
        + "\n"
    )


def _settings(plan: EnvironmentPlan, naming: Naming) -> list[str]:
    """How the service spells names, and whether it shows what has no value."""
    fields = [field for entity in plan.entities for field in (*entity.fields, *(f for part in _parts(entity) for f in part.fields))]
    empty = [field for field in fields if not field.required]
    shows = bool(empty) and all(is_nullable(field.schema) for field in empty)
    return [*([f'naming = "{naming}"'] if naming != "snake" else []), *([] if shows or not empty else ["shows_empty = False"])]


def _purpose(entities: list[EntityPlan]) -> str:
    names = [entity.table.rstrip("_").replace("_", " ") for entity in entities]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    return f"{listed.capitalize()}, as the service keeps them."


def in_order(entities: list[EntityPlan]) -> list[EntityPlan]:
    """Entities after those they refer to, as far as cycles allow; otherwise by name."""
    left = sorted(entities, key=lambda e: e.name)
    done: list[EntityPlan] = []
    while left:
        names = {e.name for e in done}
        waiting = {e.name for e in left}
        ready = [e for e in left if not (e.all_targets() & waiting) - names - {e.name}]
        chosen = ready[0] if ready else min(left, key=lambda e: (len((e.all_targets() & waiting) - {e.name}), e.name))
        left.remove(chosen)
        done.append(chosen)
    return done


def _parts(entity: EntityPlan) -> list[PartPlan]:
    return [field.part for field in entity.fields if field.part]


def _part(part: PartPlan, annotations: Annotations, defined: set[str]) -> str:
    annotations.imports.add("Part")
    lines = [f"class {part.name}(Part):", docstring(part.told, 4), ""]
    ordered = sorted(part.fields, key=lambda f: not f.required)
    return "\n".join([*lines, *(_field(f, part.name, annotations, defined, inner=True) for f in ordered)])


def _entity(entity: EntityPlan, annotations: Annotations, defined: set[str]) -> str:
    lines = [f"class {entity.name}(Entity):", docstring(describe_entity(entity), 4), ""]
    key = f"    {entity.key.name}: {annotations.key(entity)}"
    alias = annotations.alias(entity.key.name, entity.key.wire)
    if alias:
        annotations.imports.add("Field")
        key += f" = Field(alias={quoted(alias)})"
    ordered = sorted(entity.fields, key=lambda f: not f.required)
    return "\n".join([*lines, key, *(_field(f, entity.name, annotations, defined) for f in ordered)])


def _field(field: FieldPlan, owner: str, annotations: Annotations, defined: set[str], *, inner: bool = False) -> str:
    shown = annotations.of(field, owner, defined, inner=inner)
    alias = annotations.alias(field.name, field.wire)
    if field.reached and not inner:
        annotations.imports |= {"Annotated", "Reached"}
        told = ", ".join(str(value) if isinstance(value, bool) else quoted(value) for value in field.reached.values)
        shown = f"Annotated[{shown}, Reached({quoted(field.reached.field)}, {told}{', stays=True' if field.reached.stays else ''})]"
    if not field.required:
        shown += " | None"
    if field.initial and not inner:
        annotations.imports.add("starts_as")
        return call(f"{field.name}: {shown} = starts_as(", [quoted(field.initial), *([f"alias={quoted(alias)}"] if alias else [])], ")", 4)
    if not alias:
        return f"    {field.name}: {shown}" + ("" if field.required else " = None")
    annotations.imports.add("Field")
    options = [*([] if field.required else ["default=None"]), f"alias={quoted(alias)}"]
    return call(f"{field.name}: {shown} = Field(", options, ")", 4)


def _shadowed(entities: list[EntityPlan]) -> frozenset[str]:
    """Which of ``date`` and ``datetime`` a field is named like: its default would hide the type from the fields below."""
    named = {field.name for entity in entities for field in entity.fields}
    named |= {field.name for entity in entities for part in _parts(entity) for field in part.fields}
    return frozenset(named & {"date", "datetime"})


def _imports(used: set[str], shadowed: frozenset[str]) -> list[str]:
    lines = [f"from datetime import {name} as {name}_type" for name in ("date", "datetime") if name in used & shadowed]
    moments = [name for name in ("date", "datetime") if name in used - shadowed]
    if moments:
        lines.append(f"from datetime import {', '.join(moments)}")
    typing = sorted(used & {"Annotated", "Any", "Literal"})
    if typing:
        lines.append(f"from typing import {', '.join(typing)}")
    if lines:
        lines.append("")
    if "Field" in used:
        lines += ["from pydantic import Field", ""]
    runtime = [name for name in (*_RUNTIME, "Page") if name in used]
    for module, names in (("", runtime), (".effects", _EFFECTS), (".errors", _ERRORS), (".fields", _FIELDS)):
        taken = sorted((name for name in names if name in used), key=lambda n: (not n.isupper(), n[0].islower(), n))
        if taken:
            lines.append(f"from envfactory_assets.environments{module} import {', '.join(taken)}")
    return lines
