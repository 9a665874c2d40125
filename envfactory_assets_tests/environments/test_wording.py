"""What errors and rules call things."""

import pytest

from envfactory_assets.environments.wording import flag_words


@pytest.mark.parametrize(
    ("field", "said"),
    [("is_archived", "archived"), ("user_has_liked", "liked"), ("archived_at", "archived"), ("has_been_read", "read"), ("hash", "hash")],
)
def test_a_flag_is_called_what_it_says(field: str, said: str):
    assert flag_words(field) == said
