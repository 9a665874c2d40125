"""What always holds of a service's records, read from the names and types of their fields, and written as invariants."""

from collections.abc import Iterator
from dataclasses import dataclass

from envfactory_assets.synthesis.layout import WIDTH, docstring
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import article, snake, spoken
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan
from envfactory_assets.synthesis.seeding.lexicon import lexicon as seeding
from envfactory_assets.synthesis.sums import first_amount

_MOMENTS = {"date", "datetime"}
_MOST = 2  # of one record


@dataclass(frozen=True)
class Ordered:
    """Two fields of a record, the first of which is never more than the second."""

    entity: EntityPlan
    lower: FieldPlan
    upper: FieldPlan

    @property
    def told(self) -> str:
        """What holds, in a sentence."""
        way = "after" if self.lower.kind in _MOMENTS else "more than"
        return f"The {spoken(self.lower.name)} of {article(spoken(self.entity.thing))} is never {way} its {spoken(self.upper.name)}."


def ordered_fields(entity: EntityPlan) -> Iterator[Ordered]:
    """The times of a record that follow each other, and its amounts that bound each other."""
    moments = {snake(f.wire): f for f in entity.fields if f.kind in _MOMENTS}
    for name, field in moments.items():
        for first, second in lexicon().ordered_words:
            other = moments.get(f"_{name}_".replace(f"_{first}_", f"_{second}_", 1).strip("_"))
            if f"_{first}_" in f"_{name}_" and other is not None and other.kind == field.kind:
                yield Ordered(entity, field, other)
    amounts = {snake(f.wire): f for f in entity.fields if f.kind == "money"}
    for name, *limits in seeding().at_most:
        others = [f for known, f in amounts.items() if known != name]
        limit = first_amount(others, *(group for group in limits if group in seeding().amounts))
        if name in amounts and limit is not None and not amounts[name].sums:
            yield Ordered(entity, amounts[name], limit)


def tell_apart(entities: list[EntityPlan], tools: list[ToolPlan]) -> None:
    """Mark the texts by which people tell records apart, where somebody chooses them: a user's email, a page's slug."""
    for entity in entities:
        told = {id(a.field) for t in tools if t.entity is entity and t.family == "create" for a in t.arguments if a.role == "value"}
        person = entity.thing.rpartition("_")[2] in lexicon().account_words
        names = lexicon().unique_fields | (lexicon().unique_of_people if person else frozenset())
        for field in entity.fields:
            field.unique = field.kind == "text" and snake(field.wire) in names and id(field) in told


def write_invariants(entities: list[EntityPlan], taken: set[str]) -> list[str]:
    """The methods that say what always holds.

    Args:
        entities: the record types of the environment.
        taken: names that a method cannot have.
    """
    written: list[str] = []
    for entity in entities:
        for rule in list(ordered_fields(entity))[:_MOST]:
            name = f"{entity.table}_keep_{rule.lower.name}_within_{rule.upper.name}"
            if name not in taken and len(f"    def {name}(self) -> bool:") <= WIDTH:
                taken.add(name)
                written.append(_method(name, rule))
    return written


def _method(name: str, rule: Ordered) -> str:
    known = [f"row.{field.name} is not None" for field in (rule.lower, rule.upper) if not field.required]
    parts = [f"row.{rule.lower.name} <= row.{rule.upper.name}", f"for row in self.{rule.entity.table}"]
    parts += [f"if {' and '.join(known)}"] if known else []
    return "\n".join(["    @invariant", f"    def {name}(self) -> bool:", docstring(rule.told, 8), *_all_of(parts)])


def _all_of(parts: list[str]) -> list[str]:
    """``return all(...)`` over a generator, as wide as lines are."""
    line = f"        return all({' '.join(parts)})"
    if len(line) <= WIDTH:
        return [line]
    inner = f"            {' '.join(parts)}"
    lines = [inner] if len(inner) <= WIDTH else [f"            {part}" for part in parts]
    narrow = [line.replace(" and ", "\n            and ") if len(line) > WIDTH else line for line in lines]
    return ["        return all(", *narrow, "        )"]
