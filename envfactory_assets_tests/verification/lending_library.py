"""A lending library: books, loans and shelves."""

from datetime import date, timedelta
from typing import Literal

from envfactory_assets.environments import Caller, Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, transfer, transition
from envfactory_assets.environments.errors import Conflict, PreconditionFailed
from envfactory_assets.environments.fields import Money, Text

Genre = Literal["novel", "science", "history"]


class Book(Entity):
    """A book on a shelf."""

    id: Key
    title: Text
    genre: Genre
    pages: int
    price: Money


class Loan(Entity):
    """A book in a member's hands, from a day until it is due."""

    id: Key
    book_id: Ref[Book]
    member: Caller
    due: date
    status: Literal["open", "returned", "lost"]


class Shelf(Entity):
    """Where copies stand."""

    id: Key
    copies: int
    labels: list[Text]


class LendingLibrary(Environment):
    """Members find books and borrow them."""

    books: Table[Book]
    loans: Table[Loan]
    shelves: Table[Shelf]

    @tool(effect="list")
    def list_books(self, genre: Genre | None = None, max_pages: int | None = None) -> list[Book]:
        """All books, optionally of a genre or up to a length."""
        return self.books.where(genre=genre, pages__le=max_pages)

    @tool(effect="search")
    def search_books(self, query: str) -> list[Book]:
        """Books whose title holds the words."""
        return self.books.search(query)

    @tool(effect="get")
    def get_book(self, book_id: Ref[Book]) -> Book:
        """One book."""
        return self.books.get(book_id)

    @tool(effect="create")
    def add_book(self, title: Text, genre: Genre, pages: int, price: Money) -> Book:
        """Put a new book on the shelf."""
        return self.books.add(title=title, genre=genre, pages=pages, price=price)

    @tool(effect="update")
    def update_book(self, book_id: Ref[Book], title: Text | None = None, pages: int | None = None) -> Book:
        """Correct a book's entry."""
        book = self.books.get(book_id)
        return self.books.replace(book, title=title or book.title, pages=book.pages if pages is None else pages)

    @tool(effect="delete")
    def remove_book(self, book_id: Ref[Book]) -> Book:
        """Take a book that was never lent off the shelf."""
        book = self.books.get(book_id)
        if self.loans.where(book_id=book_id):
            raise Conflict("This book has loans.")
        self.books.remove(book)
        return book

    @tool(effect="list")
    def list_loans(self, status: Literal["open", "returned", "lost"] | None = None) -> list[Loan]:
        """All loans."""
        return self.loans.where(status=status)

    @tool(effect="create")
    def borrow_book(self, book_id: Ref[Book]) -> Loan:
        """Borrow a book for two weeks."""
        if self.loans.where(book_id=self.books.get(book_id).id, status="open"):
            raise PreconditionFailed("This book is lent.")
        return self.loans.add(book_id=book_id, member=self.me, due=self.today + timedelta(days=14), status="open")

    @tool(effect=transition(field="status", sources=["open"], target="returned"))
    def return_book(self, loan_id: Ref[Loan]) -> Loan:
        """Bring a book back."""
        return self.loans.transition(self.loans.get(loan_id), "returned")

    @tool(effect=transfer)
    def move_copies(self, from_shelf_id: Ref[Shelf], to_shelf_id: Ref[Shelf], count: int) -> list[Shelf]:
        """Carry copies from one shelf to another."""
        source, target = self.shelves.get(from_shelf_id), self.shelves.get(to_shelf_id)
        if not 0 < count <= source.copies or source.id == target.id:
            raise PreconditionFailed("There are not so many copies to move.")
        return [self.shelves.replace(source, copies=source.copies - count), self.shelves.replace(target, copies=target.copies + count)]

    @tool(effect=add_member)
    def label_shelf(self, shelf_id: Ref[Shelf], genre: Genre) -> Shelf:
        """Say that a shelf holds a genre."""
        shelf = self.shelves.get(shelf_id)
        if genre in shelf.labels:
            raise PreconditionFailed("The shelf has this label.")
        return self.shelves.replace(shelf, labels=[*shelf.labels, genre])

    @invariant
    def no_book_is_lent_twice(self) -> bool:
        lent = [loan.book_id for loan in self.loans.where(status="open")]
        return len(lent) == len(set(lent))
