"""Growing the entities that make one environment, along their links, the best neighbour first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from envfactory_assets.synthesis.actions import families_of, referred_to
from envfactory_assets.synthesis.plan import EntityPlan, ToolPlan

MOST_ENTITIES = 7
MOST_PER_ENTITY = 6
_ENOUGH_TOOLS = 12
_ENOUGH_ENTITIES = 5  # more do not come for their links alone
_NEW_FAMILY = 3.0  # what a family of typed effects is worth that the chosen entities do not have
_FEWEST_FAMILIES = 2  # with fewer, an entity that brings one need not be linked
_FEWEST_LINKS = 2
_FEWEST_FILTERS = 1
_SOUGHT_FAMILIES = 3  # since not every refusal that a document implies is ever met
_STARTS = 8  # entities that a cluster is grown from, when that of the best offers too little, and as many that bring a family
_CHOOSING = frozenset({"filter", "search"})


class Clusters:
    """The clusters of one document's entities.

    Args:
        entities: the entities to choose from.
        tools: what can be done with them.
        families: the families of typed effects of each tool, by its identity.
        scores: what each entity is worth by itself.
        most_tools: how many tools an environment may have.
    """

    def __init__(
        self,
        entities: Sequence[EntityPlan],
        tools: Sequence[ToolPlan],
        families: Mapping[int, frozenset[str]],
        scores: Mapping[str, float],
        most_tools: int,
    ) -> None:
        self._tools: dict[str, list[ToolPlan]] = defaultdict(list)
        self._families: dict[str, set[str]] = defaultdict(set)
        for tool in tools:
            self._tools[tool.entity.name].append(tool)
            self._families[tool.entity.name] |= families[id(tool)]
        self._scores, self._most_tools = scores, most_tools
        self._pointed = {e.name: e.all_targets() for e in entities}
        self._referred = {e.name: referred_to([e]) for e in entities}
        self._linked = {name: set(targets) for name, targets in self._pointed.items()}
        for name, targets in self._pointed.items():
            for target in targets & self._linked.keys():
                self._linked[target].add(name)
        self._ranked = sorted(entities, key=lambda e: (-scores[e.name] - 1.5 * len(self._linked[e.name] - {e.name}), e.name))

    def best(self) -> list[EntityPlan]:
        """The cluster around the best entity; where that offers too little, the one that lacks least."""
        first = self._grown(self._ranked[0])
        if not any(self._lacking(first)):
            return first
        bringing = [e for e in self._ranked if self._families[e.name]][:_STARTS]
        starts = {e.name: e for e in (*self._ranked[:_STARTS], *bringing)}
        return min([first, *(self._grown(start, keen=True) for start in starts.values())], key=self._lacking)

    def _grown(self, start: EntityPlan, *, keen: bool = False) -> list[EntityPlan]:
        """A cluster around an entity; a keen one takes what brings a family of typed effects before what is only linked."""
        chosen = [start]
        while len(chosen) < min(MOST_ENTITIES, len(self._ranked)):
            names = {e.name for e in chosen}
            rest = [e for e in self._ranked if e.name not in names]
            near = [e for e in rest if self._linked[e.name] & names]
            tools = sum(min(len(self._tools[name]), MOST_PER_ENTITY) for name in names)
            enough = self._links(chosen) >= _FEWEST_LINKS or not near or len(chosen) >= _ENOUGH_ENTITIES
            if tools >= self._most_tools and enough:
                break
            if not near and len(chosen) >= 3 and tools >= _ENOUGH_TOOLS:
                break
            had = self._typed(chosen)
            gains = {e.name: len(self._typed([*chosen, e]) - had) for e in rest}
            worth = {e.name: self._scores[e.name] + 2 * len(self._linked[e.name] & names) + _NEW_FAMILY * gains[e.name] for e in rest}
            varied = [e for e in rest if gains[e.name]] if len(had) < _FEWEST_FAMILIES else []
            first = [e for e in near if gains[e.name]] or varied if keen else []
            chosen.append(max(first or [*near, *varied] or rest, key=lambda e: (worth[e.name], e.name)))
        return chosen

    def _typed(self, chosen: Sequence[EntityPlan]) -> set[str]:
        """The families of typed effects among some entities: a delete is one where another of them refers to what it deletes."""
        referred = {name for e in chosen for name in self._referred[e.name]}
        found = {family for e in chosen for family in self._families[e.name] if family != "delete"}
        return found | {"delete" for e in chosen if "delete" in self._families[e.name] and e.name in referred}

    def _links(self, chosen: Sequence[EntityPlan]) -> int:
        names = {e.name for e in chosen}
        return sum(len(self._pointed[name] & names) for name in names)

    def _lacking(self, chosen: Sequence[EntityPlan]) -> tuple[int, int]:
        """By how much a cluster falls short of an environment with cause and effect that hangs together and can be searched."""
        records, referred = {e.name: e for e in chosen}, referred_to(chosen)
        tools = [tool for e in chosen for tool in self._tools[e.name] if _needs(tool) <= records.keys()]
        families = len({family for tool in tools for family in families_of(tool, records, referred)})
        filters = {(t.entity.name, a.name) for t in tools for a in t.arguments if a.role in _CHOOSING}
        missing = [_FEWEST_FAMILIES - families, _FEWEST_LINKS - self._links(chosen), _FEWEST_FILTERS - len(filters)]
        return sum(max(0, number) for number in missing), max(0, _SOUGHT_FAMILIES - families)


def _needs(tool: ToolPlan) -> set[str]:
    """The entities without which a tool is left out: whose lists it reads, and whose keys it is told."""
    told = {a.field.target for a in tool.arguments if a.role == "given" and a.field and a.field.target}
    return told | ({tool.through[0].name} if tool.through else set())
