"""What descriptions say of states."""

import pytest

from envfactory_assets.corpus.lives import NO_LIFE, Life, described_in, is_life, life_kept, life_of_operation, life_of_values

STATES = ["ACTIVE", "ARCHIVED", "PROVISIONED", "DECLINED", "SUSPENDED"]


def test_what_stands_beside_each_value_is_read():
    beside = [
        "The course is active.",
        "The course is put away. You cannot modify it except to change it to a different state.",
        "It may be changed to the `ACTIVE` or `DECLINED` states. It may only be changed to `PROVISIONED` if it is in the `DECLINED` state.",
        "You cannot modify the course except to change it to the `PROVISIONED` state.",
        "You cannot modify the course.",
    ]
    life = life_of_values(STATES, None, beside)
    assert life.to == {"provisioned": ("active", "declined"), "declined": ("provisioned",), "suspended": ()}
    assert life.of == {"provisioned": ("declined",)}
    assert life.frozen == ("archived", "declined", "suspended")
    assert life.narrowed("ACTIVE", ["ARCHIVED", "PROVISIONED"], STATES) == ("ARCHIVED",)
    assert life.keeps(STATES) == ("ARCHIVED", "DECLINED", "SUSPENDED")


def test_a_list_within_a_description_says_the_same():
    text = "One of:\n* `open`: at work\n* `closed`: it is read-only"
    assert life_of_values(["open", "closed"], text).frozen == ("closed",)


@pytest.mark.parametrize(
    "text",
    [
        "`red` -> `blue` and `blue` => `grey`",
        "red \u2192 blue; blue \u2192 grey",
        "Jobs with a status of red can be updated to blue. blue -> grey",
    ],
)
def test_arrows_are_all_the_moves_there_are(text: str):
    life = life_of_values(["red", "blue", "grey"], text)
    assert (life.to, life.exact) == ({"red": ("blue",), "blue": ("grey",)}, True)
    assert life.narrowed("grey", ["red"], ["red", "blue", "grey"]) == ()


def test_the_one_state_that_is_set_is_the_only_beginning():
    life = life_of_values(["pending", "accepted", "rejected"], "Set the status of a `pending` invitation, and so accept or reject it.")
    assert life.to == {"accepted": (), "rejected": ()}
    assert not life.frozen


def test_operations_say_in_which_states_nothing_is_changed():
    assert life_of_operation("Only open pull requests can be mutated.").only == ("open",)
    assert life_of_operation("`FAILED_PRECONDITION` if the requested work has already been deleted.").frozen == ("deleted",)
    assert life_of_operation("Notes: - You cannot modify a locked box with this method.").frozen == ("locked",)
    assert not life_of_operation("You cannot modify a locked box with a broken key.")
    assert not life_of_operation("Updates a job.")


def test_only_states_that_a_document_lists_are_kept():
    life = life_of_operation("red -> blue, blue -> zz").within({"red", "blue"})
    assert life.to == {"red": ("blue",)}
    assert not life_of_operation("schema -> court_query").within({"open"})


def test_what_is_kept_is_read_again_and_nothing_else():
    life = Life({"a": ("b",)}, frozen=("b",), exact=True)
    assert life_kept(life.plain()) == life
    assert life_kept({"to": "prose"}) == NO_LIFE
    assert not is_life({"frozen": ["The course is put away."]})


def test_a_state_that_only_the_service_gives_is_none_that_a_caller_sets():
    beside = ["At work.", "A job may be placed in this state if it breaks the rules."]
    life = life_of_values(["open", "barred"], None, beside)
    assert life.narrowed("open", ["barred"], ["open", "barred"]) == ()


def test_what_comes_before_a_state_is_not_come_back_to_and_deleting_is_no_setting():
    beside = ["It is shown.", "For work that is not yet published.", "It was published but is now deleted."]
    life, states = life_of_values(["published", "draft", "deleted"], None, beside), ["published", "draft", "deleted"]
    assert (life.never, life.of) == ({"draft": ("published",)}, {"deleted": ("deleted",)})
    assert life.narrowed("published", ["draft", "deleted"], states) == ()
    assert life.narrowed("draft", ["published", "deleted"], states) == ("published",)


def test_what_never_follows_tells_no_moves():
    life = life_of_values(["held", "caught"], None, ["Not yet caught.", "Caught."])
    assert life
    assert not life.leads
    assert life_kept(life.plain()) == life


def test_values_may_be_described_by_their_names():
    beside = described_in({"x-enum-elements": [{"name": "held", "description": "Jobs cannot be updated."}, {"name": "open"}]})
    assert life_of_values(["open", "held"], None, beside).frozen == ("held",)
