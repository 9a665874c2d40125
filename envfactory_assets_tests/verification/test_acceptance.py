"""An optional argument is tried where there is something for it to name."""

from typing import Any

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, describe, tool
from envfactory_assets.verification.probes import acceptance
from envfactory_assets.verification.subject import Subject


class Author(Entity):
    """An author."""

    id: Key
    name: str


class Book(Entity):
    """A book, perhaps with an author."""

    id: Key
    title: str
    author_id: Ref[Author] | None = None


class Shelf(Environment):
    """Books and authors."""

    authors: Table[Author]
    books: Table[Book]

    @tool(effect="create")
    def create_book(self, title: str, author_id: Ref[Author] | None = None) -> Book:
        """Create a book."""
        return self.books.make(title=title, author_id=author_id)


def observed(*states: dict[str, Any]) -> list[str]:
    subject = Subject("shelf", Shelf, describe(Shelf, "shelf"), list(states), None, seed=5)
    return [each.subject for each in acceptance.probe(subject) if each.passed]


def shelf(*authors: str) -> dict[str, Any]:
    state = Shelf.empty_state()
    state["tables"] = {"authors": [{"id": f"A{n}", "name": name} for n, name in enumerate(authors)], "books": []}
    return state


def test_an_argument_that_names_a_record_is_not_tried_where_there_is_none():
    assert observed(shelf()) == []


def test_it_is_tried_in_another_state_that_has_one():
    assert observed(shelf(), shelf("Ada")) == ["create_book.author_id"]
