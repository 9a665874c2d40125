"""Values that only descriptions list."""

import pytest

from envfactory_assets.corpus.choices import choices_in


@pytest.mark.parametrize(
    ("description", "values"),
    [
        ("The status of the share. Can be ACTIVE, REVOKED or REJECTED.", ("ACTIVE", "REVOKED", "REJECTED")),
        ("The state of the instance. (FINISHED, RETRY, FAILED)", ("FINISHED", "RETRY", "FAILED")),
        ("One of `draft`, `sent` or `void`, by default the first.", ("draft", "sent", "void")),
        ("Possible values: open, closed, merged.", ("open", "closed", "merged")),
        ("Valid values are pending/active/closed", ("pending", "active", "closed")),
    ],
)
def test_values_are_read_from_a_list(description: str, values: tuple[str, ...]) -> None:
    assert choices_in(description) == values


@pytest.mark.parametrize(
    "description",
    [
        None,
        "",
        "Status of the order (e.g. open, closed)",
        "It can be used and changed by admins",
        "Must be set to true or false.",
        "Can be a state or a province.",
        "Can be 1, 2 or 3.",
        "Can be " + ", ".join(f"VALUE_{letter}" for letter in "ABCDEFGHIJKLMNOP"),
        "can be " * 5_000 + "A, " * 5_000,
    ],
)
def test_what_is_no_sure_list_gives_none(description: object) -> None:
    assert choices_in(description) == ()
