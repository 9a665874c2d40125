"""The specification of an environment, derived from its class."""

import inspect
import re

from pydantic import BaseModel

from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.entities import Entity, Reference
from envfactory_assets.environments.environment import Environment, Plan
from envfactory_assets.environments.parameters import parameter_specs
from envfactory_assets.environments.policy import policy_text
from envfactory_assets.environments.shapes import shape_of
from envfactory_assets.environments.subjects import returned, subject_of
from envfactory_assets.environments.tools import Tool
from envfactory_assets.records.environments import EffectSpec, EntitySpec, EnvironmentSpec, FieldSpec, ReturnSpec, ToolSpec


def describe(environment: type[Environment], env_id: str) -> EnvironmentSpec:
    """Everything that can be derived from an environment's class."""
    known = environment.plan.descriptions
    if env_id not in known:
        known[env_id] = _described(environment, env_id)
    return known[env_id]


def _described(environment: type[Environment], env_id: str) -> EnvironmentSpec:
    plan = environment.plan
    said = inspect.cleandoc(environment.__doc__ or "") if "__doc__" in vars(environment) else ""
    title = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", environment.__name__)
    return EnvironmentSpec(
        env_id=env_id,
        title=title,
        description=said or plan.about,
        policy=policy_text(environment),
        entities=tuple(_entity(name, entity) for name, entity in plan.tables.items()),
        tools=tuple(_tool(plan, tool) for tool in plan.tools.values()),
    )


def _entity(table: str, entity: type[Entity]) -> EntitySpec:
    return EntitySpec(name=entity.__name__, table=table, key=entity.entity_layout.key, fields=tuple(_fields(entity)))


def _fields(entity: type[Entity]) -> list[FieldSpec]:
    fields = []
    inner: dict[str, list[Reference]] = {name: [] for name in entity.entity_layout.shapes}
    for reference in entity.entity_layout.refs:
        if len(reference.path) > 1:
            inner[reference.path[0]].append(reference)
    for name, shape in entity.entity_layout.shapes.items():
        info = entity.model_fields[name]
        enum = shape.enum or (shape.item.enum if shape.item else ())
        sums, reached = entity.entity_layout.sums.get(name), entity.entity_layout.reached.get(name)
        fields.append(
            FieldSpec(
                name=name,
                wire=info.alias or name,
                type=shape.kind,
                required=not shape.optional,
                enum=enum,
                ref=shape.ref.name if shape.ref else None,
                inner_refs=tuple(reference.target.name for reference in inner[name]),
                inner_paths=tuple(_wire_path(entity, reference) for reference in inner[name]),
                initial=entity.entity_layout.initial.get(name),
                unique=name in entity.entity_layout.unique,
                sum_of=tuple(part for part in (sums.lines, sums.amount, sums.times) if part) if sums else (),
                sum_else=(sums.own or None) if sums else None,
                on_delete=shape.on_delete if shape.ref else None,
                reached=reached.field if reached else None,
                reached_values=reached.values if reached else (),
                stays=reached.stays if reached else False,
            )
        )
    return fields


def _wire_path(entity: type[Entity], reference: Reference) -> str:
    """Where an agent sees the keys that a row refers to, as ``lines[*].product_id``."""
    model: type[BaseModel] = entity
    parts = []
    for name in reference.path:
        info = model.model_fields[name]
        shape = shape_of(info.rebuild_annotation())
        parts.append(f"{info.alias or name}{'[*]' if shape.kind == 'list' else ''}")
        model = (shape.item or shape).model or model
    return ".".join(parts)


def _tool(plan: Plan, tool: Tool) -> ToolSpec:
    returns = _returns(plan, tool)
    subject = subject_of(plan, tool)
    return ToolSpec(
        name=tool.name,
        method=tool.method,
        description=tool.description,
        effects=tuple(_effect(effect, subject) for effect in tool.effects),
        audience=tool.declared.audience,
        grounding=tool.declared.grounding,
        pointer=tool.declared.pointer,
        parameters=tuple(parameter_specs(plan, tool, subject)),
        returns=returns,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
    )


def _effect(effect: Effect, subject: str | None) -> EffectSpec:
    by_value = {name: dict(getattr(effect, name)) for name in ("moves", "unless", "barred")}
    slots = {name: getattr(effect, name) for name in EffectSpec.model_fields if name not in {"entity", *by_value}}
    return EffectSpec(entity=effect.entity or subject, **by_value, **slots)


def _returns(plan: Plan, tool: Tool) -> ReturnSpec:
    paged, many, entity = returned(plan, tool)
    return ReturnSpec(
        entity=entity,
        many=many,
        envelope=tool.declared.envelope,
        cursor=tool.declared.cursor if paged else None,
        in_list=tool.declared.in_list,
        omits=tool.declared.omits,
    )
