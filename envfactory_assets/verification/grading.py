"""How much an environment offers, beyond passing.

The score is a weighted mean of shares, each 0 to 1: tools reached 0.30, grounded links of 4 0.15, working filters of 4 0.15, typed effect
families of 2 0.15, scenarios of 5 0.10, conformance to the resource 0.10, populated share 0.05. What was only assumed counts for nothing.
An environment that has no resource to be compared with is scored over the other parts.
"""

from collections.abc import Mapping

from envfactory_assets.records import EnvironmentSpec, Grade

_FAMILY = "family:"


def grade(spec: EnvironmentSpec | None, tally: Mapping[str, float], scenarios: int) -> Grade:
    """Grade an environment by what the probes counted.

    Args:
        spec: what the environment is; None when it could not be read.
        tally: what the probes counted.
        scenarios: how many states it was tried in.
    """
    links = _grounded_links(spec) if spec else 0
    filters = int(tally.get("working_filters", 0))
    families = tuple(sorted(name.removeprefix(_FAMILY) for name in tally if name.startswith(_FAMILY)))
    tools = int(tally.get("tools", 0))
    reachable = tally.get("reachable", 0) / tools if tools else 0.0
    compared = tally.get("compared_tools", 0)
    conformance = tally.get("conformance", 0) / compared if compared else 0.0
    populated_tools = tally.get("populated_tools", 0)
    populated = tally.get("populated", 0) / populated_tools if populated_tools else 0.0
    parts = [
        (0.30, reachable),
        (0.15, min(1.0, links / 4)),
        (0.15, min(1.0, filters / 4)),
        (0.15, min(1.0, len(families) / 2)),
        (0.10, min(1.0, scenarios / 5)),
    ]
    if compared:
        parts += [(0.10, conformance), (0.05, populated)]
    score = sum(weight * share for weight, share in parts) / sum(weight for weight, _ in parts)
    return Grade(
        grounded_links=links,
        working_filters=filters,
        effect_families=families,
        scenarios=scenarios,
        reachable_share=round(reachable, 4),
        conformance=round(conformance, 4),
        populated_share=round(populated, 4),
        score=round(score, 4),
    )


def _grounded_links(spec: EnvironmentSpec) -> int:
    """References between entities, from records and from objects inside them, that the resource says or implies."""
    fields = [field for entity in spec.entities for field in entity.fields if field.grounding != "assumed"]
    return sum((field.ref is not None) + len(field.inner_refs) for field in fields)
