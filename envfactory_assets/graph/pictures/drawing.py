"""A layout as SVG, and as a page that needs nothing but itself."""

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

import orjson

from envfactory_assets.bundled import read_yaml
from envfactory_assets.graph.pictures.layout import PILL, Box, Layout, Pill, laid_out
from envfactory_assets.records import ToolEdge, ToolNode

WIDEST = 1120.0  # of an image: what a dialog of the UI shows without scrolling
LEGEND = 26.0  # height
LETTERS = 30  # of a tool's name, before it is cut in the middle


def graph_image(nodes: Sequence[ToolNode], edges: Sequence[ToolEdge], *, columns: int = 1) -> str:
    """A picture that stands still, as SVG: of one environment, or of several in columns.

    Args:
        nodes: the tools.
        edges: the dependencies between them; those that were not executed are left out.
        columns: how many environments stand beside each other.
    """
    layout = laid_out(nodes, edges, columns)
    drawn: dict[tuple[str, bool], str] = {}
    for link in layout.links:
        look = (_colour(link.target.node), link.crosses)
        drawn[look] = drawn.get(look, "") + link.path()
    curves = [_curve(path, colour, crosses=crosses) for (colour, crosses), path in sorted(drawn.items())]
    return _svg(layout, curves, interactive=False)


def graph_page(title: str, nodes: Sequence[ToolNode], edges: Sequence[ToolEdge]) -> str:
    """An interactive page of a domain's graph: hover or click a tool to see what it needs and gives; search; choose effects.

    Args:
        title: of the page.
        nodes: tools of one or more environments.
        edges: the dependencies in and between them; those that were not executed are left out.
    """
    layout = laid_out(nodes, edges, columns=2)
    values = {
        "title": escape(title),
        "summary": f"{len(layout.pills)} tools of {len(layout.boxes)} environments, "
        f"{sum(len(link.edges) for link in layout.links):,} executed dependencies, "
        f"{sum(len(link.edges) for link in layout.links if link.crosses)} of them between environments",
        "legend": "".join(
            f'<label><input type="checkbox" checked value="{name}"><i style="background:{look["colour"]}"></i>{name}</label>'
            for name, look in _groups().items()
        ),
        "svg": _svg(
            layout,
            [
                _curve(link.path(), _colour(link.target.node), crosses=link.crosses, mark=f' class="link" data-link="{place}"')
                for place, link in enumerate(layout.links)
            ],
            interactive=True,
        ),
        "data": orjson.dumps(_data(layout)).decode().replace("<", "\\u003c"),
    }
    page = files("envfactory_assets.graph.pictures").joinpath("page.html").read_text(encoding="utf-8")
    return re.sub(r"\{\{ (\w+) \}\}", lambda match: values[match.group(1)], page)


def _data(layout: Layout) -> dict[str, Any]:
    """What the page's script tells of tools and links."""
    places = {pill.node.tool_id: place for place, pill in enumerate(layout.pills)}
    tools = [
        {
            "name": pill.node.name,
            "env": pill.node.env_id,
            "effect": pill.node.effect,
            "group": group_of(pill.node.effect),
            "text": pill.node.description,
            "takes": [[item.name, item.kind, item.reason] for item in pill.node.parameters if item.required],
        }
        for pill in layout.pills
    ]
    links = [
        {
            "from": places[link.source.node.tool_id],
            "to": places[link.target.node.tool_id],
            "why": [[edge.kind.replace("_", " "), edge.output_path, edge.parameter, edge.reason] for edge in link.edges],
        }
        for link in layout.links
    ]
    return {"tools": tools, "links": links}


def group_of(effect: str) -> str:
    """The colour group of an effect family: the last group takes all that no other names."""
    groups = _groups()
    return next((name for name, look in groups.items() if effect in look["effects"]), list(groups)[-1])


@cache
def _groups() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = read_yaml(
        files("envfactory_assets.graph.pictures").joinpath("colours.yaml").read_text(encoding="utf-8")
    )
    return found


def _colour(node: ToolNode) -> str:
    return str(_groups()[group_of(node.effect)]["colour"])


def _svg(layout: Layout, curves: list[str], *, interactive: bool) -> str:
    width, height = layout.size
    legend = [] if interactive else [_legend(height)]
    height += 0.0 if interactive else LEGEND
    marks = [*legend, *(f'<g class="box">{_box(box)}</g>' for box in layout.boxes)]
    marks += [*curves, *(_pill(pill, place, interactive=interactive) for place, pill in enumerate(layout.pills))]
    shown = width + 4 if interactive else min(width + 4, WIDEST)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 {width + 4:.0f} {height + 4:.0f}" width="{shown:.0f}" '
    return f'{head}font-family="system-ui,Segoe UI,Helvetica,Arial,sans-serif" font-size="12">{"".join(marks)}</svg>'


def _legend(top: float) -> str:
    """What the colours of a picture mean, below it; a page has them to choose from."""
    marks = [
        f'<rect x="{place * 90 + 2}" y="{top + 10:.0f}" width="11" height="11" rx="3" fill="{look["colour"]}"/>'
        f'<text x="{place * 90 + 18}" y="{top + 20:.0f}" fill="#5a6675">{name}</text>'
        for place, (name, look) in enumerate(_groups().items())
    ]
    return f'<g class="legend">{"".join(marks)}</g>'


def _box(box: Box) -> str:
    frame = f'<rect x="{box.x:.0f}" y="{box.y:.0f}" width="{box.width:.0f}" height="{box.height:.0f}" rx="8" fill="#fff" stroke="#d5d9e0"/>'
    place = f'x="{box.x + 12:.0f}" y="{box.y + 21:.0f}"'
    return f'{frame}<text {place} font-size="14" font-weight="600" fill="#1f2733">{escape(box.env_id)}</text>'


def _curve(path: str, colour: str, *, crosses: bool, mark: str = "") -> str:
    look = 'stroke-width="1.6" stroke-dasharray="5 3" opacity=".75"' if crosses else 'stroke-width="1.1" opacity=".45"'
    return f'<path{mark} d="{path}" fill="none" stroke="{colour}" {look}/>'


def _pill(pill: Pill, place: int, *, interactive: bool) -> str:
    width, height = PILL
    colour = _colour(pill.node)
    name = pill.node.name
    short = name if len(name) <= LETTERS else f"{name[: LETTERS - 13]}…{name[-12:]}"
    mark = f' class="tool" data-tool="{place}" tabindex="0"' if interactive else ""
    rect = f'<rect x="{pill.x:.0f}" y="{pill.y:.0f}" width="{width:.0f}" height="{height:.0f}" rx="5" fill="#f4f6f9" stroke="{colour}"/>'
    bar = f'<rect x="{pill.x:.0f}" y="{pill.y:.0f}" width="6" height="{height:.0f}" rx="3" fill="{colour}"/>'
    return f'<g{mark}>{rect}{bar}<text x="{pill.x + 13:.0f}" y="{pill.y + 14:.0f}" fill="#1f2733">{escape(short)}</text></g>'
