"""Where tools stand: a box an environment, its look-ups on the left, what changes something on the right; boxes in columns."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from envfactory_assets.records import ToolEdge, ToolNode

PILL = (214.0, 20.0)  # width and height of a tool
ROW = 25.0
GAP = 110.0  # between the look-ups and the writes of a box
PADDING = 30.0
TITLE = 34.0
BETWEEN = 44.0  # between boxes
SWEEPS = 4  # times the rows are put in order by what they are joined to


@dataclass(frozen=True)
class Pill:
    """One tool."""

    node: ToolNode
    x: float
    y: float

    @property
    def writes(self) -> bool:
        """Whether it stands on the right."""
        return self.node.family == "write"


@dataclass(frozen=True)
class Box:
    """One environment."""

    env_id: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Link:
    """All edges from one tool to another."""

    source: Pill
    target: Pill
    edges: tuple[ToolEdge, ...]

    @property
    def crosses(self) -> bool:
        """Whether it leads into another environment."""
        return self.source.node.env_id != self.target.node.env_id

    def path(self) -> str:
        """The curve, as SVG path data: out of the side that faces the target, into the side that faces the source."""
        width, height = PILL
        y1, y2 = self.source.y + height / 2, self.target.y + height / 2
        if self.source.x == self.target.x:
            side = self.source.x + (width if self.source.writes else 0.0)
            bulge = (1 if self.source.writes else -1) * min(26.0, 8.0 + abs(y2 - y1) / 9)
            return f"M{side:.0f} {y1:.0f}C{side + bulge:.0f} {y1:.0f} {side + bulge:.0f} {y2:.0f} {side:.0f} {y2:.0f}"
        right = self.source.x < self.target.x
        x1, x2 = (self.source.x + width, self.target.x) if right else (self.source.x, self.target.x + width)
        half = (x2 - x1) / 2
        return f"M{x1:.0f} {y1:.0f}C{x1 + half:.0f} {y1:.0f} {x2 - half:.0f} {y2:.0f} {x2:.0f} {y2:.0f}"


@dataclass(frozen=True)
class Layout:
    """A picture before it is drawn."""

    boxes: tuple[Box, ...]
    pills: tuple[Pill, ...]
    links: tuple[Link, ...]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return max((b.x + b.width for b in self.boxes), default=0.0), max((b.y + b.height for b in self.boxes), default=0.0)


def laid_out(nodes: Sequence[ToolNode], edges: Sequence[ToolEdge], columns: int) -> Layout:
    """Put the tools an agent may call into boxes, and join those with executed edges."""
    shown = {node.tool_id: node for node in sorted(nodes, key=lambda node: node.tool_id) if node.audience == "agent"}
    joined: dict[tuple[str, str], list[ToolEdge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda edge: (edge.from_tool, edge.to_tool, edge.kind, edge.parameter, edge.output_path)):
        if edge.executed and edge.kind != "alternative" and edge.from_tool in shown and edge.to_tool in shown:
            joined[edge.from_tool, edge.to_tool].append(edge)
    by_env: dict[str, list[ToolNode]] = defaultdict(list)
    for node in shown.values():
        by_env[node.env_id].append(node)
    neighbours: dict[str, list[str]] = defaultdict(list)
    for source, target in joined:
        neighbours[source].append(target)
        neighbours[target].append(source)
    sides = {env_id: _sides(tools, neighbours) for env_id, tools in by_env.items()}
    boxes = _boxes({env_id: max(map(len, side)) for env_id, side in sides.items()}, columns)
    pills = {pill.node.tool_id: pill for box in boxes for pill in _pills(box, sides[box.env_id])}
    links = tuple(Link(pills[source], pills[target], tuple(found)) for (source, target), found in joined.items())
    return Layout(tuple(boxes), tuple(pills.values()), links)


def _sides(tools: list[ToolNode], neighbours: dict[str, list[str]]) -> tuple[list[ToolNode], list[ToolNode]]:
    """The two columns of a box, each tool near those it is joined to."""
    sides = ([node for node in tools if node.family != "write"], [node for node in tools if node.family == "write"])
    for sweep in range(SWEEPS):
        fixed = {node.tool_id: place / max(1, len(sides[sweep % 2])) for place, node in enumerate(sides[sweep % 2])}

        def weight(node: ToolNode, fixed: dict[str, float] = fixed) -> tuple[float, str]:
            places = [fixed[other] for other in neighbours[node.tool_id] if other in fixed]
            return (mean(places) if places else 1.0, node.name)

        sides[1 - sweep % 2].sort(key=weight)
    return sides


def _boxes(rows: dict[str, int], columns: int) -> list[Box]:
    """Boxes in columns, the tallest first, each below the column that is shortest so far."""
    width = 2 * PILL[0] + GAP + 2 * PADDING
    tops = [0.0] * max(1, min(columns, len(rows)))
    boxes = []
    for env_id in sorted(rows, key=lambda env_id: (-rows[env_id], env_id)):
        column = tops.index(min(tops))
        height = TITLE + rows[env_id] * ROW + 12.0
        boxes.append(Box(env_id, column * (width + BETWEEN), tops[column], width, height))
        tops[column] += height + BETWEEN
    return boxes


def _pills(box: Box, sides: tuple[list[ToolNode], list[ToolNode]]) -> list[Pill]:
    left, right = box.x + PADDING, box.x + PADDING + PILL[0] + GAP
    return [
        Pill(node, x, box.y + TITLE + place * ROW) for x, side in ((left, sides[0]), (right, sides[1])) for place, node in enumerate(side)
    ]
