"""Small environments of many shapes, as module source."""

HEAD = '''"""A made-up service."""

from datetime import date, datetime
from typing import Annotated, Literal

from envfactory_assets.environments import Caller, Entity, Environment, Key, Part, Ref, Table, invariant, tool
from envfactory_assets.environments.fields import Created, KeyStyle, Money, Text, Updated
'''

LIBRARY = (
    HEAD
    + '''

class Member(Entity):
    """A reader."""

    id: Key
    first_name: Text
    last_name: Text
    email: Text
    city: Text
    country: Text
    country_code: Text
    joined_on: date


class Book(Entity):
    """A title on the shelves."""

    id: Key
    title: Text
    author: Text
    isbn: Text
    genre: Literal["novel", "history", "science", "poetry"]
    copies: int
    replacement_price: Money
    tags: list[Text]


class Loan(Entity):
    """A book that somebody has or had."""

    id: Key
    book_id: Ref[Book]
    member_id: Ref[Member]
    renewed_from: Ref["Loan"] | None
    borrowed_on: date
    due_on: date
    returned_on: date | None
    status: Literal["active", "returned", "lost"]
    created_at: Created
    updated_at: Updated
    notes: Text | None


class Library(Environment):
    """Readers borrow books."""

    members: Table[Member]
    books: Table[Book]
    loans: Table[Loan]

    @tool(effect="list")
    def list_loans(self, status: Literal["active", "returned", "lost"] | None = None) -> list[Loan]:
        """Loans."""
        return self.loans.where(status=status)

    @invariant
    def due_after_borrowed(self) -> bool:
        return all(loan.borrowed_on < loan.due_on for loan in self.loans)

    @invariant
    def returned_after_borrowed(self) -> bool:
        return all(loan.returned_on is None or loan.borrowed_on <= loan.returned_on for loan in self.loans)

    @invariant
    def updated_after_created(self) -> bool:
        return all(loan.created_at <= loan.updated_at <= self.now for loan in self.loans)
'''
)
