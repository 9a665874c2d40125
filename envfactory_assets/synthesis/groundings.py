"""Adding to a specification how the author knows what it says, and where the document says it."""

from envfactory_assets.records import EntitySpec, EnvironmentSpec, ToolSpec
from envfactory_assets.synthesis.plan import EnvironmentPlan


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
        return described.model_copy(update={"grounding": planned.grounding, "pointer": planned.operation.pointer})

    return spec.model_copy(
        update={
            "title": plan.title,
            "entities": tuple(ground_entity(entity) for entity in spec.entities),
            "tools": tuple(ground_tool(tool) for tool in spec.tools),
        }
    )
