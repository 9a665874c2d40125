"""States that do not fit are refused with one line, and change nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from envfactory_assets.environments import Episode, ScenarioError

Break = Callable[[dict[str, Any]], Any]


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda s: s.pop("now"), "exactly now, me, counters, tables"),
        (lambda s: s.update(extra=1), "exactly now, me, counters, tables"),
        (lambda s: s.update(now="noon"), "now must be a moment"),
        (lambda s: s.update(now=5), "now must be a moment"),
        (lambda s: s.update(me=1.5), "me must be an id"),
        (lambda s: s["counters"].update(Stay=-1), "0 or more"),
        (lambda s: s["counters"].update(Stay=True), "0 or more"),
        (lambda s: s["counters"].update(Guest=1), "no entity 'Guest'"),
        (lambda s: s["tables"].update(guests=[]), "no table 'guests'"),
        (lambda s: s["tables"].update(rooms={}), "rooms"),
        (lambda s: s["tables"]["rooms"].append(3), r"rooms\[4\]"),
        (lambda s: s["tables"]["rooms"].append(dict(s["tables"]["rooms"][0])), "'R108' occurs twice"),
        (lambda s: s["tables"]["rooms"][0].update(kind="tent"), r"rooms\[0\]\.kind"),
        (lambda s: s["tables"]["rooms"][0].update(nightly_rate="85"), r"rooms\[0\]\.nightly_rate"),
        (lambda s: s["tables"]["rooms"][0].update(nightly_rate={1, 2}), "plain JSON"),
        (lambda s: s["tables"]["rooms"][0].update(colour="red"), r"rooms\[0\]\.colour"),
        (lambda s: s["tables"]["rooms"][0].pop("number"), r"rooms\[0\]\.number"),
        (lambda s: s["tables"]["stays"][0].update(room_id="R999"), "room_id refers to Room 'R999', which is missing"),
        (lambda s: s["tables"]["stays"][0].update(arrives="2026-02-30"), r"stays\[0\]\.arrives"),
        (lambda s: s["tables"]["stays"][0].update(refunded=1000.0), "What was refunded is at most what was paid"),
    ],
)
def test_a_bad_state_is_refused_in_one_line(episode: Episode, start: dict[str, Any], spoil: Break, said: str) -> None:
    before = episode.snapshot()
    spoil(start["hotel_desk"])
    with pytest.raises(ScenarioError, match=said) as refused:
        episode.reset(start)
    assert str(refused.value).startswith("hotel_desk: ")
    assert "\n" not in str(refused.value)
    assert episode.snapshot() == before


@pytest.mark.parametrize("scenarios", [{}, {"other": {}}, None, {"hotel_desk": None}])
def test_what_is_no_state_at_all_is_refused(episode: Episode, scenarios: Any) -> None:
    with pytest.raises(ScenarioError):
        episode.reset(scenarios)


def test_a_caller_who_owns_rows_must_be_one_of_them(board: Any, board_episode: Episode) -> None:
    state = board_episode.snapshot()
    state["board"]["me"] = 1009
    with pytest.raises(ScenarioError, match="me is 1009, and there is no such User"):
        board_episode.reset(state)
