"""Conversations for people: what the page, the plot and the printed lines tell."""

import re
from xml.etree import ElementTree as ET

import orjson
import pytest

from envfactory_assets.records import ArgumentOrigin, ConversationMetrics, RawTrajectory, RawTurn
from envfactory_assets.training.reading import Shown, change_lines, comparison_plot, conversations_page, origin_words, pieces, shortened
from envfactory_assets_tests.training.conftest import Conversation


def shown(made: Conversation) -> Shown:
    row = made.calibrated
    columns = row.model_dump(include=set(RawTrajectory.model_fields) - {"turns"})
    turns = [RawTurn(index=turn.index, request=f"Spelled out {turn.index}", form={}, call_ids=[], reply="") for turn in row.turns]
    return Shown(row, RawTrajectory(**columns, chain_id="ch", turns=turns), made.steps, "SFT")


def data_of(page: str) -> list[dict[str, object]]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return orjson.loads(found.group(1))


def test_the_page_holds_each_conversation_with_its_explicit_requests_calls_and_changes(generated: list[Conversation]) -> None:
    page = conversations_page("travel", [shown(made) for made in generated], [("turns", "3.2")])
    rows = data_of(page)
    assert len(rows) == len(generated)
    for row, made in zip(rows, generated, strict=True):
        for told, turn in zip(row["turns"], made.calibrated.turns, strict=True):
            assert "".join(piece[0] for piece in told["request"]) == turn.request
            assert told["explicit"] == f"Spelled out {turn.index}"
            steps = [step for step in made.steps if step.turn == turn.index]
            assert [call["id"] for call in told["calls"]] == [step.call_id for step in steps]
            assert [bool(call["changes"]) for call in told["calls"]] == [bool(step.state_diff) for step in steps]
    assert "3.2" in page


def test_the_page_loads_nothing_from_elsewhere(generated: list[Conversation]) -> None:
    page = conversations_page("travel", [shown(made) for made in generated[:2]], [])
    assert not re.search(
        r"(?:src|href)\s*=|@import|url\(|https?://(?!\S*\.example)", re.sub(r'<script type="application/json".*?</script>', "", page)
    )


def test_text_that_looks_like_markup_stays_text(generated: list[Conversation]) -> None:
    one = shown(generated[0])
    turn = one.calibrated.turns[0].model_copy(update={"request": "</script><b>hi</b>", "spans": []})
    odd = Shown(one.calibrated.model_copy(update={"turns": [turn]}), one.raw, one.steps, one.became)
    page = conversations_page("travel", [odd], [])
    assert "</script><b>" not in page
    assert data_of(page)[0]["turns"][0]["request"][0][0] == "</script><b>hi</b>"


def test_of_very_many_conversations_an_even_sample_is_shown(generated: list[Conversation], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("envfactory_assets.training.reading.page.MOST_SHOWN", 2)
    page = conversations_page("travel", [shown(made) for made in generated], [])
    assert len(data_of(page)) == 2
    assert f"2 of {len(generated)}" in page


def test_arguments_point_to_the_words_that_say_them(generated: list[Conversation]) -> None:
    rows = data_of(conversations_page("travel", [shown(made) for made in generated], []))
    pointed = 0
    for row, made in zip(rows, generated, strict=True):
        for turn, told in zip(row["turns"], made.calibrated.turns, strict=True):
            marked = {name for piece in turn["request"] for name in piece[3]} | {
                span.predicate for span in told.spans if span.exchange is not None
            }
            named = {name for call in turn["calls"] for argument in call["arguments"] for name in argument[4]}
            assert named <= marked
            pointed += len(named)
    assert pointed > 0


def test_a_request_is_cut_into_pieces_that_make_it_up(generated: list[Conversation]) -> None:
    for made in generated:
        for turn in made.calibrated.turns:
            found = list(pieces(turn))
            assert "".join(piece.text for piece in found) == turn.request
            assert {name for piece in found for name in piece.predicates} == {
                span.predicate for span in turn.spans if span.exchange is None
            }


def test_results_are_shortened_but_keep_their_shape() -> None:
    result = shortened({"items": [{"id": n, "note": "x" * 200} for n in range(9)], "next": None})
    assert [item if isinstance(item, str) else item["id"] for item in result["items"]] == [0, 1, 2, "… 6 more"]
    assert len(result["items"][0]["note"]) == 80
    assert result["next"] is None


def test_changes_are_told_as_what_was_and_what_is() -> None:
    entry = {"env_id": "desk", "entity": "Stay", "key": "S1"}
    assert change_lines(
        [
            {**entry, "change": "updated", "field": "status", "before": "booked", "after": "cancelled"},
            {**entry, "change": "created", "field": None, "before": None, "after": {"id": "S1", "note": None}},
            {**entry, "change": "deleted", "field": None, "before": {"id": "S1"}, "after": None},
        ]
    ) == ['Stay S1.status: "booked" → "cancelled"', 'Stay S1 created: id "S1"', "Stay S1 deleted"]


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (ArgumentOrigin(argument="a", kind="observed", call_id="c1", path="items[0].id"), "seen in c1 at items[0].id"),
        (ArgumentOrigin(argument="a", kind="earlier_turn", turn=0), "said in turn 1"),
        (ArgumentOrigin(argument="a", kind="caller"), "the caller's own"),
        (None, ""),
    ],
)
def test_an_origin_is_told_in_words(origin: ArgumentOrigin | None, words: str) -> None:
    assert origin_words(origin) == words


def figure_of(measure: str, raw: float | None, calibrated: float, human: float | None) -> ConversationMetrics:
    return ConversationMetrics(domain="travel", position=0, measure=measure, raw=raw, calibrated=calibrated, human=human, asked="")


def test_the_plot_shows_both_distributions_and_each_figure_that_people_have() -> None:
    figures = [
        figure_of("literal share of arguments", 1.0, 0.4, 0.5),
        figure_of("calls a turn", None, 1.6, 1.56),
        figure_of("tools", None, 1, None),
    ]
    tree = ET.fromstring(comparison_plot([1.0, 1.0], [0.2, 0.4, 0.45], figures))
    names = "{http://www.w3.org/2000/svg}"
    texts = [element.text for element in tree.iter(f"{names}text")]
    assert "people: 50%" in texts
    assert "calls a turn" in texts
    assert "tools" not in texts
    assert len(list(tree.iter(f"{names}circle"))) == 3
    bars = [element for element in tree.iter(f"{names}rect") if element.find(f"{names}title") is not None]
    assert sorted({title.text for bar in bars for title in bar.iter(f"{names}title")}) == ["0%", "100%", "33%", "67%"]
