"""A write changes the row that it names: judged by calls that say what to change."""

import pytest

from envfactory_assets.verification.probes import frame
from envfactory_assets_tests.verification.library import defective, subject


@pytest.fixture
def titles():
    """What is seen of updates, by whether the walks happened to give a title."""

    def observed(source, *, given):
        library = subject(source)
        update = library.spec.tool("update_book")
        steps = [step for step in library.successes(update) if (set(step.arguments) > {"book_id"}) is given]
        assert steps or not given
        found = frame._observed(library, update, "Book", "update", steps or [_keyed(library, update)])
        return {observation.subject: observation.passed for observation in found}["update_book: named Book"]

    return observed


def _keyed(library, update):
    """A call that gives the key alone."""
    step = library.successes(update)[0]
    return type(step)(step.scenario, step.index, update, {"book_id": "B0"}, step.result, step.before, step.before)


LOST = ("self.books.replace(", "(lambda row, **_: row)(")


def test_an_update_that_was_only_called_by_key_is_not_judged(titles):
    assert titles(defective(*LOST), given=False)


def test_an_update_that_was_told_what_to_change_and_did_not_is_found(titles):
    assert not titles(defective(*LOST), given=True)
