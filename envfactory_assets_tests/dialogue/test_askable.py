"""What samplers are told: tools that nobody asks for, and values that no words give to a call."""

import pytest

from envfactory_assets.dialogue import askable_chains, unsaid_of
from envfactory_assets.dialogue.execution import BindingAttempts
from envfactory_assets.graph import build_graph, said
from envfactory_assets.records import Chain, ToolEdge, ToolNode
from envfactory_assets.records.profiles import DEFAULT, named
from envfactory_assets_tests.dialogue import hotel


@pytest.fixture(scope="module")
def graph():
    return build_graph(hotel.environment(), hotel.scenarios())


@pytest.fixture(scope="module")
def unsaid(graph):
    return unsaid_of([hotel.environment()], graph.of(ToolEdge), hotel.scenarios())


def test_words_give_a_record_and_not_what_it_refers_to_in_a_way_nobody_speaks_of(unsaid):
    given = {(source, path) for source, path, target, parameter in unsaid.edges if target == "hotel_desk.book_room"}
    assert ("hotel_desk.list_my_stays", "[*].room_id") in given
    assert ("hotel_desk.find_rooms", "[*].id") not in given


def test_what_cancels_is_known_to_end(unsaid):
    assert "hotel_desk.cancel_stay" in unsaid.endings
    assert "hotel_desk.book_room" not in unsaid.endings


def test_edges_that_words_do_not_give_are_left_out(graph, unsaid):
    left = said(graph.of(ToolEdge), unsaid)
    assert 0 < len(left) < len(graph.of(ToolEdge))
    assert not unsaid.edges & {(edge.from_tool, edge.output_path, edge.to_tool, edge.parameter) for edge in left}


def test_chains_are_executed_when_they_are_first_bound(graph):
    parts = (hotel.environment(), graph.of(ToolNode), graph.of(ToolEdge), hotel.scenarios())
    chains = askable_chains(*parts, count=20, seed=7).of(Chain)
    shape = named(DEFAULT).turns
    attempts = [
        BindingAttempts(chain, [hotel.environment()], hotel.scenarios(), seed=7, rl_share=0.3, shape=shape).bind(0) for chain in chains
    ]
    assert len(attempts) == 20
    assert sum(bound is not None for bound in attempts) >= 19
