"""A search that needs to be told more than its words is judged where that shows rows."""

import pytest

from envfactory_assets.verification.examination import observe
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, subject

_SOUND = "def search_books(self, query: str) -> list[Book]:"
_NEEDY = "def search_books(self, title: Text, price: Money, query: str | None = None) -> list[Book]:"
_BODY = "return self.books.search(query)"
_FOUND = "return self.books.search(query, title=title, price=price)"


def needy(body: str) -> str:
    """The library with a search that must be told a book's title and price as well."""
    assert SOUND.count(_SOUND) == SOUND.count(_BODY) == 1
    declared = '@tool(effect="search", filters={"title": "title__eq", "price": "price__eq"})'
    return SOUND.replace('@tool(effect="search")', declared).replace(_SOUND, _NEEDY).replace(_BODY, body)


def faults(source: str) -> list[str]:
    """The searches that were seen to be wrong; nobody told what a module that a person made up should find, so these are hints."""
    return [seen.subject for seen in observe("filters", PROBES["filters"], subject(source)) if not seen.passed]


def test_what_a_row_says_is_told_where_chance_finds_nothing():
    assert faults(needy(_FOUND)) == []


@pytest.mark.parametrize("body", [_FOUND.replace("search(query", "search('zzqxjw'"), _FOUND.replace("search(query, ", "where(")])
def test_a_search_that_finds_nothing_or_everything_is_seen_all_the_same(body):
    assert faults(needy(body)) == ["search_books.query"]
