"""Keys that are names: users known by an address, repositories by a name. Rows are made with ids and get their names in the end."""

from typing import Any

from envfactory_assets.environments.equivalence import renamed_row
from envfactory_assets.synthesis.seeding.draw import Draw
from envfactory_assets.synthesis.seeding.plan import SeedPlan

Row = dict[str, Any]


def call_by_names(plan: SeedPlan, draw: Draw, tables: dict[str, list[Row]], names: dict[tuple[str, Any], str]) -> dict[str, list[Row]]:
    """Rows with the keys of some entities replaced by names, wherever rows hold them; so is the caller, where people are known by names.

    Args:
        plan: of the environment.
        draw: whose ``me`` is one of the keys.
        tables: the rows by table.
        names: by entity and key.
    """

    def people(key: Any) -> Any:
        return names.get((plan.person.name, key), key) if plan.person is not None else key

    named: dict[str, list[Row]] = {}
    for entity in plan.entities:
        callers = [field.name for field in entity.fields if field.shape.kind == "caller"]
        renamed = (renamed_row(row, entity.entity, lambda name: names.get(name, name[1])) for row in tables[entity.table])
        named[entity.table] = [row | {name: people(row[name]) for name in callers} for row in renamed]
    draw.me = people(draw.me)
    return named
