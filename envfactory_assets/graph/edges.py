"""Candidate dependencies between tools: proposed by the identity of entities and fields, never believed before they were executed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from envfactory_assets.graph.details import ends_as_key, is_elsewhere, is_person, is_recorded, is_sayable, roles_in
from envfactory_assets.graph.model import field_of, has_family, is_write, meant_entity, subject
from envfactory_assets.graph.once import once
from envfactory_assets.graph.paths import field_path, key_field, record_path, returned_entity
from envfactory_assets.records import EntitySpec, EnvironmentSpec, FieldSpec, ParameterSpec, ToolSpec
from envfactory_assets.records.graph import EdgeKind

TYPED_VALUES = frozenset({"date", "datetime", "money", "number", "integer"})
"""Field types whose values mean the same wherever a field of the same name takes them; text and flags say too little."""


@dataclass(frozen=True)
class Candidate:
    """A dependency to try."""

    source: ToolSpec
    target: ToolSpec
    output_path: str
    parameter: ParameterSpec
    kind: EdgeKind
    entity: str | None
    reason: str

    @property
    def label(self) -> str:
        """How a rejected dependency is called."""
        return f"{self.source.name}:{self.output_path} -> {self.target.name}:{self.parameter.name}"


def candidates(spec: EnvironmentSpec) -> list[Candidate]:
    """Every dependency worth trying in an environment: what enables what comes first, else in the order of its tools."""
    visible = [tool for tool in spec.tools if tool.audience == "agent"]
    pairs = [pair for pair in product(visible, visible) if pair[0].name != pair[1].name and not has_family(pair[0], "delete")]
    return [candidate for propose in (_ordered, _carried) for pair in pairs for candidate in propose(spec, *pair)]


def _carried(spec: EnvironmentSpec, source: ToolSpec, target: ToolSpec) -> Iterator[Candidate]:
    """Values in the source's output that the target takes."""
    entity = returned_entity(spec, source.returns)
    if entity is None:
        return
    prefix = f"{records}." if (records := record_path(source.returns)) else ""
    inside = [
        (field, f"{prefix}{path}", named)
        for field in entity.fields
        for named, path in zip(field.inner_refs, field.inner_paths, strict=False)
    ]
    for parameter in target.parameters:
        meant = meant_entity(spec, parameter)
        for field, path, named in inside:
            if meant is not None and meant == named:
                reason = f"What {entity.name}.{field.wire} holds names the {meant} that {parameter.name} takes."
                yield Candidate(source, target, path, parameter, "produces_key", meant, reason)
    shared = _shared_parts(spec)
    for parameter, field in product(target.parameters, entity.fields):
        path = field_path(source.returns, field)
        meant = meant_entity(spec, parameter)
        if meant is not None and meant == _identifies(entity, field):
            if not _is_meant(entity, field, target, parameter, meant):
                continue
            reason = f"{entity.name}.{field.wire} identifies the {meant} that {parameter.name} names."
            yield Candidate(source, target, path, parameter, "produces_key", meant, reason)
        elif meant is None and (
            _same_value(spec, entity, field, target, parameter) or (field.wire in shared and _same_parts(field, target, parameter))
        ):
            reason = f"{parameter.name} takes the same kind of value as {entity.name}.{field.wire}."
            yield Candidate(source, target, path, parameter, "produces_value", entity.name, reason)


def _is_meant(entity: EntitySpec, field: FieldSpec, target: ToolSpec, parameter: ParameterSpec, meant: str) -> bool:
    """Whether what a field names could be what a parameter is for: nothing of another system, nor what plays another part."""
    if field.name == entity.key:
        return True
    if is_elsewhere(field.wire) or is_elsewhere(parameter.name):
        return False
    sets = parameter.role == "reference" and is_write(target) and not is_person(meant)
    shown, taken = roles_in(field.wire, meant), roles_in(parameter.name, meant)
    return not (sets and shown and taken) or shown <= taken or taken <= shown


def _identifies(entity: EntitySpec, field: FieldSpec) -> str | None:
    if field.name == entity.key:
        return entity.name
    return field.ref if field.type in {"ref", "list"} else None


@once
def _shared_parts(spec: EnvironmentSpec) -> frozenset[str]:
    """Wire names of lists that records of several kinds hold: what is in them belongs to none of the records alone."""
    holding = Counter(field.wire for entity in spec.entities for field in entity.fields if field.type == "list" and field.ref is None)
    return frozenset(name for name, kinds in holding.items() if kinds > 1)


def _same_parts(field: FieldSpec, target: ToolSpec, parameter: ParameterSpec) -> bool:
    """Whether a parameter takes several of what a field holds: parts of the same name that are told apart by keys."""
    if field.type != "list" or field.ref is not None or parameter.role != "value" or parameter.name != field.wire:
        return False
    schema = target.input_schema.get("properties", {}).get(parameter.name, {})
    items = [choice.get("items", {}) for choice in (schema, *schema.get("anyOf", ()))]
    return any(ends_as_key(name) for each in items for name in each.get("required", ()))


def _same_value(spec: EnvironmentSpec, entity: EntitySpec, field: FieldSpec, target: ToolSpec, parameter: ParameterSpec) -> bool:
    about = field_of(spec, parameter)
    telling = field.type == "text" and parameter.role == "filter" and about is not None and parameter.entity == entity.name
    if not (field.type in TYPED_VALUES or (telling and ends_as_key(field.wire))) or parameter.role not in {"value", "filter", "other"}:
        return False
    if about is not None and parameter.entity == entity.name and parameter.role == "value" and has_family(target, "update"):
        # What a person says is not copied from another record.
        return about.name == field.name and (ends_as_key(field.wire) or not is_sayable(spec, parameter))
    if about is not None and parameter.entity == entity.name:
        made = parameter.role == "value" and has_family(target, "create")
        return about.name == field.name and (ends_as_key(field.wire) or not made)  # a new thing has counts, amounts and dates of its own
    if is_recorded(parameter):
        return False  # when a service did something to one record says nothing of another
    if field.type in {"integer", "number"} and not ends_as_key(field.wire):
        return False  # counts and codes of two kinds of records are the same by coincidence
    return parameter.name == field.wire and parameter.type == ("number" if field.type == "money" else field.type)


def _ordered(spec: EnvironmentSpec, source: ToolSpec, target: ToolSpec) -> Iterator[Candidate]:
    """Two writes on the same record, one after the other."""
    first, second = subject(source), subject(target)
    if first is None or second is None or first.entity != second.entity or not (is_write(source) and is_write(target)):
        return
    entity = spec.entity(str(first.entity))
    path = field_path(source.returns, key_field(entity)) if source.returns.entity == entity.name else ""
    reason = f"{target.name} is accepted on the {entity.name} that {source.name} leaves behind."
    yield Candidate(source, target, path, second, "precondition", entity.name, reason)
