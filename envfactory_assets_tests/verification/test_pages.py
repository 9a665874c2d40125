"""Pages add up to the whole."""

from dataclasses import replace

import pytest

from envfactory_assets.verification.examination import observe
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, failures, subject

_LIST = "    def list_books(self, genre: Genre | None = None, max_pages: int | None = None) -> list[Book]:"
_BODY = "return self.books.where(genre=genre, pages__le=max_pages)"
_PAGE = "return self.books.page(self.books.where(genre=genre, pages__le=max_pages), limit, cursor)"
PAGED = (
    SOUND.replace("import Caller, Entity", "import Caller, Page, Entity")
    .replace(_LIST, _LIST.replace(") -> list[Book]", ", limit: int = 50, cursor: Text | None = None) -> Page[Book]"))
    .replace(_BODY, _PAGE)
    .replace('@tool(effect="list")\n    def list_books', '@tool(effect="list", envelope="books", cursor="next")\n    def list_books')
)


def test_pages_that_add_up_pass():
    assert failures("pages", PAGED) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("limit, cursor)", "limit + 1, cursor)", "larger"),
        ("max_pages), limit", "max_pages)[1:] if cursor else self.books.where(genre=genre, pages__le=max_pages), limit", "add up"),
        ("limit, cursor)", "limit)", "add up"),
    ],
)
def test_pages_that_do_not_are_found(old, new, what):
    source = PAGED.replace(_PAGE, _PAGE.replace(old, new))
    assert source != PAGED
    [failure] = failures("pages", source)
    assert what in failure.evidence["what"]


def test_a_default_is_what_the_schema_says():
    changed = replace(subject(PAGED.replace("limit: int = 50", "limit: int = 5")), spec=subject(PAGED).spec)
    assert failures("defaults", PAGED) == []
    [seen] = [each for each in observe("defaults", PROBES["defaults"], changed) if not each.passed]
    assert seen.subject == "list_books.limit"
