"""Trying joints between environments: a real value of one is given to a write of another, and a different value to see that it matters."""

from typing import Any

from envfactory_assets.graph.joints import Joint
from envfactory_assets.graph.model import as_argument
from envfactory_assets.graph.paths import values_at
from envfactory_assets.graph.trials import Call, Production, Refuted, Trials, neighbours
from envfactory_assets.records import Produced, PromotedEnvironment, Rejection, Row, Scenario, ToolEdge

STATES = 2  # scenarios of the consumer a value is tried in
VALUES = 3  # values tried
DRAWS = 3  # other arguments tried for one value


def build_joints(source: PromotedEnvironment, target: PromotedEnvironment, scenarios: list[Scenario], joints: list[Joint]) -> Produced:
    """Execute the joints from one environment to another.

    Args:
        source: the environment whose look-ups show the values.
        target: the environment whose writes take them.
        scenarios: initial states of both.
        joints: what to try, best first.

    Returns:
        ToolEdge rows of kind ``produces_value``, and a Rejection (stage ``tool_edges``) for each joint that could not be executed.
    """
    shown, taken = Trials.of(source, scenarios), Trials.of(target, scenarios)
    rows: list[Row] = []
    for joint in joints:
        result = _tried(shown, taken, joint)
        if isinstance(result, Refuted):
            subject = f"{source.env_id}.{joint.label} of {target.env_id}"
            rows.append(
                Rejection(domain=source.domain, stage="tool_edges", subject=subject, reason=result.reason, evidence=result.evidence)
            )
            continue
        rows.append(
            ToolEdge(
                domain=source.domain,
                from_tool=f"{source.env_id}.{joint.source.name}",
                to_tool=f"{target.env_id}.{joint.target.name}",
                output_path=joint.output_path,
                parameter=joint.parameter.name,
                kind="produces_value",
                entity=joint.source.returns.entity,
                reason=joint.reason,
                similarity=joint.similarity,
                executed=True,
                evidence=result,
            )
        )
    return Produced(tuple(rows))


def _tried(shown: Trials, taken: Trials, joint: Joint) -> dict[str, Any] | Refuted:
    """The evidence of a joint, or why it is none."""
    productions = shown.productions(joint.source)
    if not productions:
        return Refuted("no accepted call of the producer was found")
    why = Refuted("the producer gave no value at that path", {"from_call": productions[0].call.plain()})
    for production in productions:
        values = values_at(production.value, joint.output_path)
        for value in values[:VALUES]:
            others = [other for other in (*values, *neighbours(value), f"{value} East") if other != value and type(other) is type(value)]
            found = _accepted(taken, joint, value, others[0] if others else None)
            if not isinstance(found, Refuted):
                return _producer(production, value) | found
            why = found
    return why


def _producer(production: Production, value: Any) -> dict[str, Any]:
    return {"scenario_id": production.scenario.scenario_id, "from_call": production.call.plain(), "value": value}


def _accepted(taken: Trials, joint: Joint, value: Any, other: Any) -> dict[str, Any] | Refuted:
    """A call of the consumer that takes a value, beside the same call with another one that gives something else."""
    why = Refuted("no arguments for the consumer were found")
    name = joint.parameter.name
    for scenario in taken.scenarios[:STATES]:
        for call in taken.draws(scenario, joint.target, {name: as_argument(joint.parameter, value)}, DRAWS):
            outcome = taken.run(scenario, (), call)
            if not outcome.ok:
                why = Refuted("the consumer refused every value", {"to_call": call.plain(), "result": outcome.plain()})
                continue
            changed = Call(call.tool, call.arguments | {name: as_argument(joint.parameter, other)})
            counter = taken.run(scenario, (), changed)
            if (counter.ok, counter.value, counter.error) != (outcome.ok, outcome.value, outcome.error):
                seen = {"to_scenario_id": scenario.scenario_id, "to_call": call.plain(), "result": outcome.plain()}
                return seen | {"counter_value": other, "counter_result": counter.plain()}
            why = Refuted("the value made no difference to the consumer", {"to_call": call.plain()})
    return why
