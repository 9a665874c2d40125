"""Narrowing what is understood of a document to what one environment can hold: fewer fields, values and filters."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from envfactory_assets.corpus.prose import said_of
from envfactory_assets.corpus.telling import mates
from envfactory_assets.synthesis.actions import fields_in_slots
from envfactory_assets.synthesis.actions.marks import counts_of_marks
from envfactory_assets.synthesis.actions.memberships import counts_of_members, counts_of_records, lists_of_records
from envfactory_assets.synthesis.actions.moves import counts_of_moved, ways_to_moved
from envfactory_assets.synthesis.actions.states import orders
from envfactory_assets.synthesis.companions import untold
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.ordering import kept_orders, without_lonely_directions
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, PartPlan, ToolPlan, Unused
from envfactory_assets.synthesis.sums import own_amount, sum_of

MOST_FIELDS = 24
_MOST_PARTS = 3
_ENOUGH_OF_A_KIND = 3
_LARGEST_PART = 6
_MOST_FILTERS = 6
_MOST_VALUES = 10
_ASKED_BY = 1.5  # what it is worth that a list can be narrowed by the field
_PAIRED = {"date", "datetime", "money", "integer", "number", "part", "ref"}


class Narrowed:
    """Copies of entities and tools that an environment can hold, and what was left out of them.

    Args:
        entities: the record types, which stay as they are.
        tools: the tools, which stay as they are.
        most_fields: how many fields a record may have.
    """

    def __init__(self, entities: Iterable[EntityPlan], tools: Iterable[ToolPlan], most_fields: int = MOST_FIELDS) -> None:
        self._most_fields = most_fields
        self._entities: dict[int, EntityPlan] = {}
        self._fields: dict[int, FieldPlan] = {}
        self.unused: list[Unused] = []
        self.entities = [self._entity(entity) for entity in entities]
        self.tools = [self._tool(tool) for tool in tools]
        self._records = {entity.name: entity for entity in self.entities}
        for entity in self.entities:
            self._leave_out(entity, counts_of_marks(entity, self.tools), "it counts the marks that tools leave on the record")
            self._leave_out(entity, untold(entity, self.tools), "it tells when or by whom, in a way that nothing stamps")
            self._leave_out(entity, counts_of_members(entity, self.tools), "it counts the members that tools add and take out")
            self._leave_out(entity, counts_of_moved(entity, self.tools, self._records), "it counts the records that tools move in and out")
            self._leave_out(entity, ways_to_moved(entity, self.tools, self._records), "it says where the record lies, which tools change")
            self._leave_out(entity, counts_of_records(entity, self.tools), "it counts the records that tools make and delete")
            self._leave_out(entity, lists_of_records(entity, self.tools), "it lists records that are made and say where they belong")
            self._leave_out(entity, orders(entity), "it says what to do with the record, and its status what became of it")
            followers = [f for f in entity.fields if f.kind == "boolean" and said_of(f.schema).follows]
            self._leave_out(entity, followers, "it follows from another value of the record")
        acted_on = {place for tool in self.tools for place in fields_in_slots(tool, self._records)}
        for entity in self.entities:
            asked_by = {id(a.field) for tool in self.tools if tool.entity is entity for a in tool.arguments if a.role == "filter"}
            self._cap_fields(entity, {name for owner, name in acted_on if owner == entity.name}, asked_by)
        kept = {id(field) for entity in self.entities for field in (entity.key, *entity.fields)}
        self.tools = [tool for tool in self.tools if self._keep(tool, kept)]

    def _entity(self, entity: EntityPlan) -> EntityPlan:
        total, sums = sum_of(entity) or (None, ())
        own = own_amount(entity, sums) if sums else None
        summed = {field.name: (*sums[1:], *([own] if own else [])) for field in entity.fields if sums and field.name == sums[0]}
        fields = [self._field(field, summed.get(field.name, ())) for field in entity.fields]
        made = replace(entity, key=self._field(entity.key), fields=fields)
        if total is not None:
            self._fields[id(total)].sums, self._fields[id(total)].sum_else = sums, own_amount(entity, sums)
        self._entities[id(entity)] = made
        return made

    def _field(self, field: FieldPlan, summed: tuple[str, ...] = ()) -> FieldPlan:
        made = replace(field, part=self._part(field.part, summed) if field.part else None)
        self._fields[id(field)] = made
        return made

    def _part(self, part: PartPlan, summed: tuple[str, ...]) -> PartPlan:
        """The fields of an object that help most: first what a total is the sum of; what would take off from a line's price is none."""
        off = [f for f in part.fields if len(summed) > 1 and "discount" in words(f.wire)]
        self.unused += [Unused(f.pointer, "field", "a line comes to its price times how many") for f in off]
        best = sorted((f for f in part.fields if f not in off), key=lambda f: (f.name not in summed, not f.required, -f.weight))
        kept = {id(f) for f in best[:_LARGEST_PART]}
        self.unused += [
            Unused(f.pointer, "field", "beyond the fields an environment keeps of one object") for f in best if id(f) not in kept
        ]
        fields = [self._field(f) for f in part.fields if id(f) in kept]
        return replace(part, fields=fields)

    def _tool(self, tool: ToolPlan) -> ToolPlan:
        through = (self._entities[id(tool.through[0])], self._fields[id(tool.through[1])]) if tool.through else None
        return replace(
            tool,
            entity=self._entities[id(tool.entity)],
            arguments=[replace(a, field=self._fields.get(id(a.field), a.field)) for a in tool.arguments],
            moves=self._fields[id(tool.moves)] if tool.moves else None,
            through=through,
            unused=list(tool.unused),
        )

    def _cap_fields(self, entity: EntityPlan, acted_on: set[str], asked_by: set[int]) -> None:
        """Keep the fields that help most, in document order; each further field of one kind helps less."""
        kept: set[int] = set()
        seen: Counter[str] = Counter()
        left = list(entity.fields)
        wanted = set(entity.asked)

        def worth(field: FieldPlan) -> float:
            kind = "part" if field.part else field.kind
            enough = _MOST_PARTS if field.part else _ENOUGH_OF_A_KIND
            if kind not in {"text", "ref"} and seen[kind] >= enough and id(field) not in asked_by:
                return field.weight - (9 if field.part else 1.5 * (seen[kind] - enough + 1))
            return field.weight + (2 if field.required else 0) + (_ASKED_BY if id(field) in asked_by else 0)

        while left and len(kept) < self._most_fields:
            best = max(left, key=lambda f: (f.name in acted_on, f.nested, snake(f.wire) in wanted, worth(f)))
            left.remove(best)
            wanted |= set(mates(best.wire)) if best.kind in _PAIRED else set()
            if best.part and seen["part"] >= _MOST_PARTS and snake(best.wire) not in wanted:
                continue
            kept.add(id(best))
            seen["part" if best.part else best.kind] += 1
        over = [field for field in entity.fields if id(field) not in kept]
        self._leave_out(entity, over, "beyond the fields an environment keeps of one record")

    def _leave_out(self, entity: EntityPlan, fields: list[FieldPlan], reason: str) -> None:
        self.unused += [Unused(field.pointer, "field", reason) for field in fields]
        out = {id(field) for field in fields}
        entity.fields = [field for field in entity.fields if id(field) not in out]

    def _keep(self, tool: ToolPlan, kept: set[int]) -> bool:
        """Leave out arguments of fields that are not kept and those beyond the number; False when nothing of use is left."""
        bound = [a for a in tool.arguments if a.role in {"value", "filter"}]
        gone = [a for a in bound if a.field and id(a.field) not in kept]
        reason = "of a field beyond those an environment keeps of one record"
        tool.unused += [Unused(a.pointer, "parameter", reason) for a in gone]
        most, word = (_MOST_VALUES, "values") if tool.family in {"create", "update"} else (_MOST_FILTERS, "filters")
        gone += [a for a in tool.arguments if a.role == "sort" and not kept_orders(a, tool.entity)]
        left = [a for a in bound if a not in gone]
        acted_on = {name for owner, name in fields_in_slots(tool, self._records) if owner == tool.entity.name}
        surplus = _surplus(left, most, acted_on)
        tool.unused += [Unused(a.pointer, "parameter", f"beyond the {word} an environment keeps of one operation") for a in surplus]
        out = {id(a) for a in (*gone, *surplus)}
        tool.arguments = without_lonely_directions([a for a in tool.arguments if id(a) not in out])
        if any(a.required for a in gone) and tool.family in {"list", "search"}:
            self.unused.append(Unused(tool.operation.pointer, "operation", "asks by a field the environment does not keep"))
            return False
        if tool.family in {"create", "update"} and not any(a.role == "value" for a in tool.arguments):
            self.unused.append(Unused(tool.operation.pointer, "operation", "sets only what the environment does not keep"))
            return False
        held = {(entity.name, field.name) for entity in self.entities for field in (entity.key, *entity.fields)}
        if tool.family == "act" and not fields_in_slots(tool, self._records) <= held:
            self.unused.append(Unused(tool.operation.pointer, "operation", "acts on a field the environment does not keep"))
            return False
        if tool.through and id(tool.through[1]) not in kept:
            self.unused.append(Unused(tool.operation.pointer, "operation", "lists by a field the environment does not keep"))
            return False
        return True


def _surplus(arguments: list[ArgumentPlan], most: int, acted_on: set[str]) -> list[ArgumentPlan]:
    """Those beyond the number: the required ones are first in line, then those that typed effects are about."""
    ranked = sorted(arguments, key=lambda a: (not a.required, a.field is None or a.field.name not in acted_on))
    return [a for a in ranked[most:] if not a.required]
