"""What a model proposes for a graph, asked over HTTP: execution decides what it comes to."""

import json
from types import SimpleNamespace

import pytest

from envfactory_assets.graph import Advisor, build_graph
from envfactory_assets.graph.proposals import is_weak, link_of, pruned
from envfactory_assets.llm import CallLedger, ModelClient
from envfactory_assets.records import Rejection, ToolEdge
from envfactory_assets.records.settings import ModelSettings
from envfactory_assets_tests.llm.endpoint import Reply, serving

TITLE = ("listTasks", "items[*].title", "updateTask", "title")


@pytest.fixture
def endpoint(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    with serving() as server:
        yield server


@pytest.fixture
def advised(board, endpoint, tmp_path):
    """Builds a graph, the board's unless another is named, with a model that proposes what is named."""

    def build(edges=(), prunings=(), world=board, **reply):
        said = {
            name: [dict(zip(("from", "path", "to", "parameter"), each, strict=True)) for each in links]
            for name, links in (("edges", edges), ("prunings", prunings))
        }
        endpoint.script = [Reply(json.dumps(said), **reply)]
        settings = ModelSettings(name="scripted", base_url=endpoint.url, timeout_seconds=5, retries=0)
        advisor = Advisor(ModelClient(settings, CallLedger(tmp_path / "ledger.duckdb")))
        made = build_graph(world.environment, world.scenarios, advisor=advisor)
        rejections = {row.subject.partition(".")[2]: row.reason for row in made.of(Rejection)}
        return SimpleNamespace(made=made, edges={link_of(edge): edge for edge in made.of(ToolEdge)}, rejections=rejections)

    return build


def test_a_proposed_edge_that_executes_is_an_edge_with_evidence(advised, board):
    assert TITLE not in {link_of(edge) for edge in board.edges}
    edge = advised([TITLE]).edges[TITLE]
    assert edge.executed
    assert (edge.kind, edge.evidence["to_call"]["arguments"]["title"]) == ("produces_value", edge.evidence["value"])
    assert edge.evidence["counter_result"] != edge.evidence["result"]


def test_a_proposed_edge_that_does_not_execute_is_a_rejection(advised, board):
    made = advised([("listProjects", "items[*].name", "listTasks", "due")])
    assert made.rejections["listProjects:items[*].name -> listTasks:due (produces_value)"] == "the consumer refused every value"
    assert len(made.edges) == len({link_of(edge) for edge in board.edges})


@pytest.mark.parametrize(
    "nonsense",
    [
        ("deleteTask", "id", "getTask", "taskId"),
        ("listTasks", "items[*].colour", "updateTask", "title"),
        ("listTasks", "items[*].title", "updateTask", "colour"),
        ("listTasks", "items[*].title", "paintTask", "title"),
        ("audit", "[*].title", "updateTask", "title"),
        ("updateTask", "title", "updateTask", "title"),
    ],
)
def test_what_is_not_there_or_comes_out_of_a_delete_is_not_tried(advised, board, nonsense):
    made = advised([nonsense])
    assert made.made.of(ToolEdge) == board.edges
    assert made.made.of(Rejection) == board.rejections


def test_only_edges_of_weak_evidence_are_left_out_and_named(advised, hotel):
    weak = [edge for edge in hotel.edges if is_weak(edge)]
    assert 0 < len(weak) < len(hotel.edges)
    made = advised(prunings=[link_of(edge) for edge in hotel.edges], world=hotel)
    assert made.made.of(ToolEdge) == [edge for edge in hotel.edges if edge not in weak]
    reason = "a model would leave it out, and the evidence for it is weak"
    assert list(made.rejections.values()).count(reason) == len(weak)
    assert made.rejections["list_my_stays:[*].arrives -> find_rooms:arrives (produces_value)"] == reason


def test_what_weak_evidence_is(hotel):
    edge = next(edge for edge in hotel.edges if edge.kind == "produces_key")

    def shown(value):
        return edge.model_copy(update={"evidence": edge.evidence | {"result": {"ok": True, "error": None, "value": value}}})

    assert not is_weak(edge)
    assert all(is_weak(shown(value)) for value in ("null", "[]", "{}", '{"items":[],"total":0}'))
    assert not any(is_weak(shown(value)) for value in ('[{"id":1}]', '{"id":"S1"}', '{"items":[{"id":1}],"more":[]}', '[{"id":1},{"i'))
    assert not any(is_weak(each) for each in hotel.edges if each.kind in {"precondition", "enables", "alternative"})


def test_the_last_edge_that_gives_a_required_key_stays_however_weak(board):
    edge = next(edge for edge in board.edges if edge.kind == "produces_key" and link_of(edge)[3] == "taskId")
    weak = edge.model_copy(update={"evidence": edge.evidence | {"result": {"ok": True, "error": None, "value": '{"items":[]}'}}})
    other = weak.model_copy(update={"output_path": "elsewhere"})
    unwanted = {link_of(weak), link_of(other)}
    assert is_weak(weak)
    assert pruned(board.spec, [weak], unwanted) == []
    assert len(pruned(board.spec, [weak, other], unwanted)) == 1


def test_a_repeated_build_is_answered_from_the_ledger(advised, endpoint):
    first = advised([TITLE])
    again = advised([])
    assert len(endpoint.requests) == 1
    assert again.made == first.made


def test_without_an_answer_the_graph_is_as_rules_make_it_and_is_asked_for_again(advised, board):
    made = advised([TITLE], status=500)
    assert made.made.of(ToolEdge) == board.edges
    assert made.made.provisional
    assert not advised([TITLE]).made.provisional


def test_an_answer_of_another_shape_changes_nothing(board, endpoint, advised):
    made = advised([("listTasks", "x", "y", "z")], finish_reason="length")
    assert made.made.of(ToolEdge) == board.edges
    assert not made.made.provisional
