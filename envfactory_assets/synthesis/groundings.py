"""Adding to a specification how the author knows what it says, and where the document says it."""

from collections.abc import Iterator

from envfactory_assets.records import EffectGrounding, EntitySpec, EnvironmentSpec, ToolSpec
from envfactory_assets.synthesis.actions.states import family_of_move
from envfactory_assets.synthesis.plan import EnvironmentPlan, ToolPlan


def with_groundings(spec: EnvironmentSpec, plan: EnvironmentPlan) -> EnvironmentSpec:
    """The specification with the plan's title, groundings and pointers."""
    entities = {entity.name: entity for entity in plan.entities}
    tools = {tool.wire: tool for tool in plan.tools}

    def ground_entity(described: EntitySpec) -> EntitySpec:
        planned = entities[described.name]
        fields = {field.name: field for field in (planned.key, *planned.fields)}
        known = tuple(
            f.model_copy(update={"grounding": fields[f.name].grounding, "pointer": fields[f.name].pointer}) for f in described.fields
        )
        return described.model_copy(update={"fields": known, "grounding": planned.grounding, "pointer": planned.pointer})

    def ground_tool(described: ToolSpec) -> ToolSpec:
        planned = tools[described.name]
        known = {"grounding": planned.grounding, "pointer": planned.operation.pointer, "groundings": tuple(_typed(planned))}
        return described.model_copy(update=known)

    return spec.model_copy(
        update={
            "title": plan.title,
            "entities": tuple(ground_entity(entity) for entity in spec.entities),
            "tools": tuple(ground_tool(tool) for tool in spec.tools),
        }
    )


def _typed(tool: ToolPlan) -> Iterator[EffectGrounding]:
    """Where each typed effect comes from: the argument that sets its field, else the field, else the operation."""
    if tool.moves is not None:
        said = tool.moves.pointer or tool.operation.pointer
        yield EffectGrounding(family=family_of_move(tool), field=tool.moves.name, grounding=tool.grounding, pointer=said)
    for effect in tool.typed:
        told = next((a.pointer for a in tool.arguments if a.field is not None and a.field.name == effect.field), "")
        field = tool.entity.field(effect.field) if effect.field else None
        pointer = told or (field.pointer if field else "") or tool.operation.pointer
        known = tool.grounding if tool.family == "act" else "inferred"
        yield EffectGrounding(family=effect.family, field=effect.field, grounding=known, pointer=pointer)
