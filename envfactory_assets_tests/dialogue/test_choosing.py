"""One record through a conversation: calls that share a source take the same row of it."""

from random import Random

import pytest

from envfactory_assets.dialogue.calls import Binding, MadeCall
from envfactory_assets.dialogue.choosing import STEADY_TRIES, RowChooser
from envfactory_assets.dialogue.services import Services
from envfactory_assets.records import ArgumentOrigin
from envfactory_assets_tests.dialogue import hotel


def listing() -> Binding:
    rows = [row for row in hotel.state()["tables"]["stays"] if row["guest_id"] == "U1"]
    call = MadeCall("call_1", 0, 0, hotel.ENV, "list_my_stays", {}, [], rows, [], "", "")
    return Binding(calls=[call], made={0: call})


@pytest.mark.parametrize("place", [0, 1, 2])
def test_the_row_taken_once_is_the_first_tried_again(place):
    binding = listing()
    chooser = RowChooser(Services([hotel.environment()], [hotel.ENV]), Random(3))
    chooser.remember([ArgumentOrigin(argument="stay_id", kind="observed", call_id="call_1", path=f"[{place}].id")], binding)
    for attempt in range(STEADY_TRIES):
        assert chooser.tried({0}, binding, attempt)[0][0] == place
    assert any(chooser.tried({0}, binding, attempt)[0][0] != place for attempt in range(STEADY_TRIES, STEADY_TRIES + 8))


def test_without_a_row_taken_before_any_that_can_be_named_is_tried():
    binding = listing()
    firsts = {RowChooser(Services([hotel.environment()], [hotel.ENV]), Random(n)).tried({0}, binding, 0)[0][0] for n in range(20)}
    assert len(firsts) > 1


def test_a_source_that_was_not_called_has_no_rows():
    chooser = RowChooser(Services([hotel.environment()], [hotel.ENV]), Random(3))
    assert chooser.tried({7}, listing(), 0) == {}
