"""Limits that rows set each other: what they take from one of them, and what only one may be called."""

from typing import Any

from envfactory_assets.environments import Environment
from envfactory_assets.environments.effects import Effect
from envfactory_assets.environments.subjects import subject_of

Row = dict[str, Any]
_TOGETHER = 3  # rows that lie within the same


def keep_within(environment: type[Environment], tables: dict[str, list[Row]]) -> None:
    """Bound what rows take by what the row they take from has, as the environment's own tools do, in place."""
    plan = environment.plan
    done: set[tuple[str, str]] = set()
    for tool in plan.tools.values():
        for effect in (effect for effect in tool.effects if effect.draws):
            entity = effect.entity or subject_of(plan, tool) or ""
            if (entity, str(effect.within)) not in done:
                done.add((entity, str(effect.within)))
                _bound(environment, entity, effect, tables)


def keep_together(environment: type[Environment], tables: dict[str, list[Row]]) -> None:
    """Let several rows lie within the same where something passes only between such, in place."""
    plan = environment.plan
    for tool in plan.tools.values():
        for effect in (effect for effect in tool.effects if effect.family == "transfer" and effect.within):
            entity = effect.entity or subject_of(plan, tool) or ""
            rows, shapes = tables[plan.table_of[entity]], plan.entities[entity].entity_layout.shapes
            alike = [name for name in (effect.within, *tool.shapes) if name in shapes and shapes[name].kind != "key"]
            for place, row in enumerate(rows):
                like = rows[place % -(-len(rows) // _TOGETHER)]
                row |= {str(name): like[str(name)] for name in alike}


def tell_apart(environment: type[Environment], tables: dict[str, list[Row]]) -> None:
    """Give rows that would be called alike a number, where no two may be, in place."""
    for table, entity in environment.plan.tables.items():
        for name in entity.entity_layout.unique:
            seen: set[str] = set()
            for row in tables[table]:
                given, count = row[name], 1
                while row[name] is not None and row[name] in seen:
                    count += 1
                    head, at, rest = str(given).partition("@")
                    row[name] = f"{head}{count}{at}{rest}"
                seen.add(row[name])


def _bound(environment: type[Environment], entity: str, effect: Effect, tables: dict[str, list[Row]]) -> None:
    plan = environment.plan
    within, limit = str(effect.within), str(effect.limit)
    giver = next(ref.target.name for ref in plan.entities[entity].entity_layout.refs if ref.path == (within,))
    key = plan.entities[giver].entity_layout.key
    for row in tables[plan.table_of[giver]]:
        takers = [taker for taker in tables[plan.table_of[entity]] if taker[within] == row[key]]
        if row[limit] is None or not takers:
            continue
        if not effect.field:
            row[limit] = max(row[limit], len(takers))
            continue
        left = row[limit]
        for taker in takers:
            whole = isinstance(taker[effect.field], int)
            taker[effect.field] = min(taker[effect.field] or 0, left // 2 if whole else round(left / 2, 2))
            left -= taker[effect.field]
