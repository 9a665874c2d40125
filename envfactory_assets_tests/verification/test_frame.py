"""A write changes the row that it names: judged by calls that say what to change."""

from envfactory_assets.verification.probes import frame
from envfactory_assets.verification.steps import Step
from envfactory_assets_tests.verification.library import SOUND, defective, subject

LOST = defective("self.books.replace(", "(lambda row, **_: row)(")


def passes(source, **told):
    """What is seen of updates where one call was made, on a book of the first scenario."""
    library = subject(source)
    update = library.spec.tool("update_book")
    episode = library.start(library.states[0])
    before, arguments = library.state(episode), {"book_id": "B0", **told}
    result = library.call(episode, update, arguments)
    assert result.ok
    step = Step(0, -1, update, arguments, result, before, library.state(episode))
    found = {seen.subject: seen.passed for seen in frame._observed(library, update, "Book", "update", [step])}
    return found["update_book: named Book"]


def test_an_update_that_was_only_called_by_key_is_not_judged():
    assert passes(SOUND)
    assert passes(LOST)


def test_an_update_that_was_told_what_to_change_and_did_not_is_found():
    assert passes(SOUND, title="Spring harbour")
    assert not passes(LOST, title="Spring harbour")
