"""What holds of the rows of every seeded state and looks meant: totals, counts, bounds, orders of time, states that go together.

Nothing here reads the module: relations are found in scenarios alone, and each needs rows enough to be no accident.

Modules:
    view: a state as relations read it, and what a relation is.
    amounts, by_state, among_rows: candidates, a group each.
"""

from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.verification.caller import State
from envfactory_assets.verification.relations import among_rows, amounts, by_state
from envfactory_assets.verification.relations.view import Relation, Row, View, states_of, supported

__all__ = ["Relation", "View", "broken", "relations", "states_of"]


def relations(spec: EnvironmentSpec, states: list[State]) -> list[Relation]:
    """The relations that hold in all states, of rows enough."""
    views = [View(spec, state) for state in states]
    groups = (amounts.candidates, by_state.candidates, among_rows.candidates)
    found = (relation for entity in spec.entities for group in groups for relation in group(spec, entity, views))
    return [relation for relation in found if supported(relation, views)]


def broken(relation: Relation, view: View) -> Row | None:
    """The first row of which a relation does not hold."""
    return next((row for row in view.rows(relation.entity) if relation.holds(view, row) is False), None)
