"""Choosing, out of all that a document offers, the entities and tools that make one environment."""

from collections import Counter
from collections.abc import Iterable, Iterator

from envfactory_assets.synthesis.actions import families_of, referred_to
from envfactory_assets.synthesis.clusters import MOST_PER_ENTITY, Clusters
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, Unused

MOST_TOOLS = 20
FEWEST_TOOLS = 3
_MOST_MOVES = 4  # beside those that an environment keeps of one entity
_FILTER = 0.5  # what an argument that narrows a list is worth
_WORTH = {"create": 2.0, "list": 2.0, "search": 1.5, "get": 1.0, "update": 1.5, "delete": 1.0, "transition": 2.0, "act": 2.5}
_ORDER = ("create", "list", "search", "get", "update", "act", "transition", "delete")
_MOVING = {"transition", "act"}


class Selection:
    """The entities and tools kept so far, and what was left out."""

    def __init__(self, entities: list[EntityPlan], tools: list[ToolPlan], most_tools: int = MOST_TOOLS) -> None:
        self.entities = list(entities)
        self.tools = list(tools)
        self._most_tools = most_tools
        records = {entity.name: entity for entity in entities}
        referred = referred_to(entities)
        self._families = {id(tool): families_of(tool, records, referred) for tool in tools}
        self.unused: list[Unused] = []

    def choose(self) -> str | None:
        """Reduce to one environment; returns the reason when nothing usable is left."""
        self._drop_doubles()
        self._drop_unreachable()
        self._keep_cluster()
        self._limit_tools()
        self._drop_unreachable()
        return self._shortcoming()

    def _leave(self, tool: ToolPlan, reason: str) -> None:
        self.tools.remove(tool)
        self.unused.append(Unused(tool.operation.pointer, "operation", reason))

    def _of(self, entity: EntityPlan) -> list[ToolPlan]:
        return [tool for tool in self.tools if tool.entity is entity]

    def _drop_doubles(self) -> None:
        best: dict[tuple[object, ...], ToolPlan] = {}
        for tool in sorted(self.tools, key=_preference):
            within = tuple(a.field.name for a in tool.arguments if a.required and a.field and tool.family in {"list", "search"})
            outer = tool.through[0].name if tool.through else None
            best.setdefault((tool.family, tool.entity.name, tool.verb or tool.part, tool.typed, within, outer), tool)
        whole = {tool.entity.name for tool in best.values() if tool.family == "update" and tool.part is None}
        kept = {id(tool) for tool in best.values() if tool.part is None or tool.entity.name not in whole}
        for tool in [tool for tool in self.tools if id(tool) not in kept]:
            self._leave(tool, "another operation has the same effect")

    def _drop_unreachable(self) -> None:
        """Until nothing changes: entities whose keys nobody can learn go, and the links and tools that need them."""
        while True:
            read = {e.name for e in self.entities if any(t.family in {"get", "list", "search"} for t in self._of(e))}
            known = self._told(read)
            gone = [e for e in self.entities if e.name not in known & read or not e.fields or not e.key.wire]
            for entity in gone:
                self.entities.remove(entity)
                for tool in self._of(entity):
                    self._leave(tool, f"no tool tells the key of {entity.thing.replace('_', ' ')} records")
                self.unused.append(Unused(entity.pointer, "field", "a record type nobody can look up"))
            if not gone and not self._cut_links():
                return

    def _told(self, read: set[str]) -> set[str]:
        """The entities whose keys some tool tells: of what it lists or creates, and of what a record that can be read refers to."""
        known = {e.name for e in self.entities if any(t.family in {"list", "search", "create"} for t in self._of(e))}
        while True:
            named = {target for e in self.entities if e.name in known & read for target in e.all_targets()}
            if named <= known:
                return known
            known |= named

    def _cut_links(self) -> bool:
        """Fields that point to entities not kept are left out, with the arguments that use them; required filters take their tool along."""
        kept = {e.name for e in self.entities}
        changed = False
        for tool in [t for t in self.tools if t.through and t.through[0].name not in kept]:
            changed = True
            self._leave(tool, "lists inside records that the environment does not keep")
        for tool in [t for t in self.tools if any(a.role == "given" and _target(a) not in {None, *kept} for a in t.arguments)]:
            changed = True
            self._leave(tool, "acts on records that the environment does not keep")
        for entity in self.entities:
            for field in [f for f in entity.fields if f.target and f.target not in kept]:
                changed = True
                entity.fields.remove(field)
                self.unused.append(Unused(field.pointer, "field", f"points to {field.target}, which the environment does not keep"))
                self._cut_arguments(entity, field)
            for field in [f for f in entity.fields if f.part]:
                assert field.part is not None  # noqa: S101 - narrowed by the comprehension
                field.part.fields = [f for f in field.part.fields if not f.target or f.target in kept]
                if not field.part.fields:
                    entity.fields.remove(field)
                    self._cut_arguments(entity, field)
        return changed

    def _cut_arguments(self, entity: EntityPlan, field: FieldPlan) -> None:
        for tool in self._of(entity):
            cut = [a for a in tool.arguments if a.field is field]
            tool.unused += [Unused(a.pointer, "parameter", f"points to {field.target}, which the environment does not keep") for a in cut]
            tool.arguments = [a for a in tool.arguments if a.field is not field]
            if tool.family in {"create", "update"} and not any(a.role == "value" for a in tool.arguments):
                self._leave(tool, "sets only what the environment does not keep")
            elif cut and tool.family in {"list", "search"} and any(a.required for a in cut) and self._has_plain_list(entity, tool):
                self._leave(tool, "another operation has the same effect")

    def _has_plain_list(self, entity: EntityPlan, tool: ToolPlan) -> bool:
        return any(t is not tool and t.family == tool.family and not any(a.required for a in t.arguments) for t in self._of(entity))

    def _keep_cluster(self) -> None:
        """Keep the entities that belong together."""
        if not self.entities:
            return
        scores = {e.name: self._score(e) for e in self.entities}
        names = {e.name for e in Clusters(self.entities, self.tools, self._families, scores, self._most_tools).best()}
        for entity in [e for e in self.entities if e.name not in names]:
            self.entities.remove(entity)
            for tool in self._of(entity):
                self._leave(tool, f"{entity.thing.replace('_', ' ')} records are beyond the entities an environment keeps")
        self._cut_links()

    def _score(self, entity: EntityPlan) -> float:
        families = Counter(tool.family for tool in self._of(entity))
        labels = [snake(f.wire) for f in entity.fields if f.kind == "text"]
        score = sum(_WORTH[family] * (1 + 0.3 * min(number - 1, 3)) for family, number in families.items())
        score += 3 if set(labels) & set(lexicon().label_fields[:12]) else 0
        typed = {family for tool in self._of(entity) for family in self._families[id(tool)]}
        filters = {a.name for tool in self._of(entity) for a in tool.arguments if a.role in {"filter", "search"}}
        return score + 0.15 * len(entity.fields) + (1.5 if entity.status else 0) + len(typed) + _FILTER * min(len(filters), 4)

    def _limit_tools(self) -> None:
        for entity in self.entities:
            mine = sorted(self._of(entity), key=lambda t: (_ORDER.index(t.family), _preference(t)))
            seen: Counter[str] = Counter()
            ranked = []
            for tool in mine:
                seen[tool.family] += 1
                ranked.append((seen[tool.family] > 1 and tool.family not in _MOVING, tool))
            kept = [tool for _, tool in sorted(ranked, key=lambda item: item[0])]
            moves = list(self._varied(tool for tool in kept if tool.family in _MOVING))
            others = [tool for tool in kept if tool.family not in _MOVING]
            for tool in (*others[MOST_PER_ENTITY:], *moves[_MOST_MOVES:]):
                self._leave(tool, "beyond the tools an environment keeps of one entity")
        while len(self.tools) > self._most_tools:
            counts = Counter(tool.entity.name for tool in self.tools)
            crowded = max(self.entities, key=lambda e: (counts[e.name], e.name))
            carried = Counter(family for tool in self.tools for family in self._families[id(tool)])
            worst = max(self._of(crowded), key=lambda t: self._dispensable(t, carried))
            self._leave(worst, "beyond the tools an environment keeps")

    def _varied(self, tools: Iterable[ToolPlan]) -> Iterator[ToolPlan]:
        """The first of each family of typed effects, then the others."""
        seen: set[str] = set()
        others: list[ToolPlan] = []
        for tool in tools:
            if self._families[id(tool)] - seen:
                yield tool
            else:
                others.append(tool)
            seen |= self._families[id(tool)]
        yield from others

    def _dispensable(self, tool: ToolPlan, carried: Counter[str]) -> tuple[bool, bool, int, object]:
        """Greater for what can better be done without: last go the only tool that shows an entity's keys and the only one of a family."""
        shows = {"list", "search"}
        needed = tool.family in shows and sum(t.family in shows for t in self._of(tool.entity)) == 1
        sole = any(carried[family] == 1 for family in self._families[id(tool)])
        return (not needed, not sole, _ORDER.index(tool.family) if tool.family not in _MOVING else 0, _preference(tool))

    def _shortcoming(self) -> str | None:
        if len(self.tools) < FEWEST_TOOLS:
            return f"only {len(self.tools)} operations bind to records; an environment needs {FEWEST_TOOLS}"
        if any(tool.family in {"create", "update", "delete", "transition", "act"} for tool in self.tools):
            return None
        readable = [e for e in self.entities if self._can_be_looked_up(e)]
        linked = {target for e in readable for target in e.all_targets()} & {e.name for e in readable}
        return None if len(readable) >= 2 and linked else "nothing can be created or changed, and too little can be looked up"

    def _can_be_looked_up(self, entity: EntityPlan) -> bool:
        """Whether records are listed, and one of them can be told from the others: by its key, or by what a list is asked for."""
        lists = [tool for tool in self._of(entity) if tool.family in {"list", "search"}]
        gets = any(tool.family == "get" for tool in self._of(entity))
        return bool(lists) and (gets or any(a.role in {"filter", "search"} for tool in lists for a in tool.arguments))


def _target(argument: ArgumentPlan) -> str | None:
    """The record type whose key an argument takes."""
    return argument.field.target if argument.field else None


def _preference(tool: ToolPlan) -> tuple[int, int, int, str]:
    """Better first: plain paths, PATCH before PUT, more arguments, then the name."""
    method = {"PATCH": 0, "PUT": 1}.get(tool.operation.method, 2) if tool.family == "update" else 0
    return (method, tool.operation.path.count("/"), -len(tool.arguments), tool.operation.operation_id)
