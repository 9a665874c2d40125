import pytest

from envfactory_assets.training.answers import answers_in, share_told, tells


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It arrives on 15 May.", "2026-05-15"),
        ("It arrives May 15, 2026.", "2026-05-15"),
        ("It arrives 2026-05-15.", "2026-05-15"),
        ("At 9 am on 15 May at 9:30 am", "2026-05-15T09:30:00Z"),
        ("On 15 May 2026, 9:30 am it starts", "2026-05-15T09:30:00Z"),
        ("From 09:30 on May 15", "2026-05-15T09:30:00Z"),
        ("It starts 2026-05-15T09:30Z", "2026-05-15T09:30:00Z"),
        ("That is 1,250.00 in all.", "1250"),
        ("That is $1250.", "1250"),
        ("It costs 99.50", "99.5"),
        ("It is checked-out now.", "checked_out"),
        ("the blue\nNILE hotel", "Blue Nile"),
    ],
)
def test_a_reply_tells_a_value_however_people_write_it(text: str, answer: str) -> None:
    assert tells(text, answer)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("It arrives on 15 June.", "2026-05-15"),
        ("It arrives on 5 May.", "2026-05-15"),
        ("It is on 15 May.", "2026-05-15T09:30:00Z"),
        ("It is on 15 May at 10 am, while the other one opens at 9:30 am.", "2026-05-15T09:30:00Z"),
        ("That is 12500.", "1250"),
        ("That is 1250.75.", "1250"),
        ("On 21 April 2026, or April 21.", "21"),
        ("It is out.", "checked_out"),
        ("Bluebell", "Blue"),
        ("", "x"),
    ],
)
def test_a_reply_that_says_something_else_does_not(text: str, answer: str) -> None:
    assert not tells(text, answer)


def test_flags_blanks_and_nulls_are_no_answers() -> None:
    found = list(answers_in({"a": True, "b": None, "c": "", "d": [{"e": "x"}, 2, 2.5], "f": "2026-05-15"}))
    assert found == ["x", "2", "2.5", "2026-05-15"]


def test_the_share_of_no_answers_is_nothing() -> None:
    assert share_told("anything", []) == 0.0
    assert share_told("red and 4", ["red", "4", "blue", "5"]) == 0.5
