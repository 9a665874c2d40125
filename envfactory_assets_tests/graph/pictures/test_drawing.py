"""Pictures of the graph: well-formed, only of executed edges, and nothing in them that could run."""

import re
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree as ET

import orjson

from envfactory_assets.graph.pictures import graph_image, graph_page
from envfactory_assets.graph.pictures.drawing import group_of
from envfactory_assets.graph.pictures.layout import PILL, laid_out

SVG = "{http://www.w3.org/2000/svg}"


def data_of(page):
    return orjson.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL).group(1))


def test_a_page_tells_every_tool_an_agent_may_call_and_every_executed_dependency(board):
    told = data_of(graph_page("Board", board.nodes, board.edges))
    assert {tool["name"] for tool in told["tools"]} == {node.name for node in board.nodes if node.audience == "agent"}
    assert sum(len(link["why"]) for link in told["links"]) == len(board.edges)
    names = [tool["name"] for tool in told["tools"]]
    assert ("listTasks", "completeTask") in {(names[link["from"]], names[link["to"]]) for link in told["links"]}


def test_an_edge_that_was_not_executed_is_not_drawn(board):
    doubted = [edge.model_copy(update={"executed": False}) for edge in board.edges]
    assert data_of(graph_page("Board", board.nodes, doubted))["links"] == []
    assert not list(ET.fromstring(graph_image(board.nodes, doubted)).iter(f"{SVG}path"))
    assert list(ET.fromstring(graph_image(board.nodes, board.edges)).iter(f"{SVG}path"))


def test_an_image_is_well_formed_names_its_tools_and_says_what_its_colours_mean(board):
    drawn = ET.fromstring(graph_image(board.nodes, board.edges))
    names = {text.text for text in drawn.iter(f"{SVG}text")}
    assert {"board", "listTasks", "archiveTask"} <= names
    assert {"look-up", "create", "update", "delete", "action"} <= names


def test_a_page_fetches_nothing_and_text_of_documents_stays_text(board):
    nasty = [node.model_copy(update={"description": "</script><img src=x onerror=alert(1)>"}) for node in board.nodes]
    page = graph_page("<b>Board</b>", nasty, board.edges)
    seen = []

    class Tags(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, dict(attrs)))

    Tags().feed(page)
    assert not any(tag in {"img", "link", "iframe", "b"} or "src" in attrs or "href" in attrs for tag, attrs in seen)
    assert sum(tag == "script" for tag, _ in seen) == 2
    assert data_of(page)["tools"][0]["text"].startswith("</script>")


def test_tools_do_not_cover_one_another_at_a_hundred_tools(board):
    many = [
        node.model_copy(update={"tool_id": f"env{copy}.{node.name}", "env_id": f"env{copy}"}) for copy in range(10) for node in board.nodes
    ]
    layout = laid_out(many, [], columns=3)
    assert len(layout.pills) >= 100
    places = sorted((pill.x, pill.y) for pill in layout.pills)
    assert all(x1 != x2 or y2 - y1 >= PILL[1] for (x1, y1), (x2, y2) in pairwise(places))
    for box in layout.boxes:
        own = [pill for pill in layout.pills if pill.node.env_id == box.env_id]
        assert all(box.x < pill.x and pill.x + PILL[0] < box.x + box.width for pill in own)
        assert all(box.y < pill.y and pill.y + PILL[1] < box.y + box.height for pill in own)


def test_colours_follow_effects():
    assert [group_of(effect) for effect in ("list", "create", "update", "delete", "transition")] == [
        "look-up",
        "create",
        "update",
        "delete",
        "action",
    ]


def test_a_graph_of_nothing_is_an_empty_picture():
    assert ET.fromstring(graph_image([], [])).tag == f"{SVG}svg"
    assert data_of(graph_page("Nothing", [], [])) == {"tools": [], "links": []}
