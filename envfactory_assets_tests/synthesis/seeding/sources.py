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

WORKSHOP = (
    HEAD
    + '''

class Address(Part):
    street: Text
    city: Text
    country_code: Text
    postal_code: Text | None


class OrderLine(Part):
    product_id: Ref["Product"]
    name: Text
    quantity: int
    unit_price: Money
    total: Money


class User(Entity):
    id: Annotated[int, KeyStyle()]
    name: Text
    email: Text
    address: Address


class Product(Entity):
    id: Key
    name: Text
    category: Literal["home", "garden", "office"]
    price: Money


class Order(Entity):
    id: Annotated[str, KeyStyle("ord_{n:05d}")]
    user_id: Annotated[int, Ref[User].__metadata__[0]]
    status: Literal["pending", "paid", "cancelled"]
    lines: list[OrderLine]
    subtotal: Money
    tax: Money
    total: Money
    amount_refunded: Money
    cancelled_at: datetime | None
    starts_at: datetime
    ends_at: datetime


class Parcel(Entity):
    id: Key
    order_id: Ref[Order]
    user_id: Annotated[int, Ref[User].__metadata__[0]]
    user_name: Text
    tracking_number: Text
    carrier: Text
    notes: list[Text]
    weight_kg: float
    zzyx: Text | None


class Workshop(Environment):
    """Orders with lines."""

    parcels: Table[Parcel]
    orders: Table[Order]
    products: Table[Product]
    users: Table[User]

    @tool(effect="list")
    def list_products(self) -> list[Product]:
        """Products."""
        return list(self.products)

    @invariant
    def totals_add_up(self) -> bool:
        return all(
            sum(line.total for line in o.lines) == o.subtotal and o.total == o.subtotal + o.tax and 0 <= o.amount_refunded <= o.total
            for o in self.orders
        )
'''
)

DESKS = (
    HEAD
    + '''

class Desk(Entity):
    id: Key
    name: Text


class Booking(Entity):
    id: Key
    desk_id: Ref[Desk]
    holder: Caller
    day: date


class Desks(Environment):
    """One holder a desk and day, and only on Mondays."""

    desks: Table[Desk]
    bookings: Table[Booking]

    @tool(effect="list")
    def list_bookings(self) -> list[Booking]:
        """Bookings."""
        return list(self.bookings)

    @invariant
    def a_desk_has_one_holder(self) -> bool:
        return len({b.desk_id for b in self.bookings}) == len(self.bookings)
'''
)

IMPOSSIBLE = (
    HEAD
    + '''

class Box(Entity):
    id: Key
    name: Text


class Boxes(Environment):
    """Nothing fits."""

    boxes: Table[Box]

    @tool(effect="list")
    def list_boxes(self) -> list[Box]:
        """Boxes."""
        return list(self.boxes)

    @invariant
    def there_are_no_boxes(self) -> bool:
        """There are no boxes."""
        return len(self.boxes) == 0
'''
)

SELF_MADE = (
    HEAD
    + '''

class Room(Entity):
    id: Key
    opened: date
    rate: Money


class Rooms(Environment):
    """Makes its own rows."""

    rooms: Table[Room]

    @tool(effect="list")
    def list_rooms(self) -> list[Room]:
        """Rooms."""
        return list(self.rooms)

    @classmethod
    def scenario(cls, draw):
        return {"rooms": [{"id": draw.key(Room), "opened": draw.day(-9, -1), "rate": draw.money(10, 20)} for _ in range(draw.size)]}
'''
)

PUPILS = (
    HEAD
    + r'''
from pydantic import Field


class Pupil(Entity):
    id: Key
    name: Text
    dob: Annotated[str, Field(pattern=r"^\d{2}/\d{2}/\d{4}$")]


class School(Environment):
    """Pupils, and when they were born."""

    pupils: Table[Pupil]

    @tool(effect="list")
    def list_pupils(self) -> list[Pupil]:
        """Pupils."""
        return list(self.pupils)
'''
)

AGENDA = (
    HEAD
    + '''

class Moment(Part):
    date_time: datetime
    time_zone: Text


class Appointment(Entity):
    id: Key
    title: Text
    end: Moment
    start: Moment
    status: Literal["confirmed", "cancelled", "STATUS_UNSPECIFIED"]
    cancelled_by: Text | None


class Agenda(Environment):
    """Appointments whose start and end are parts."""

    appointments: Table[Appointment]

    @tool(effect="list")
    def list_appointments(self) -> list[Appointment]:
        """Appointments."""
        return list(self.appointments)
'''
)

BILLS = '''
from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Customer(Entity):
    """A customer."""

    id: Key
    name: Text
    currency: Text


class Bill(Entity):
    """A bill, in the smallest unit of its currency."""

    id: Key
    customer_id: Ref[Customer]
    currency: Text
    amount_due: int
    amount_paid: int
    amount_remaining: int


class Billing(Environment):
    """Customers and bills."""

    customers: Table[Customer]
    bills: Table[Bill]

    @tool(effect="list")
    def list_bills(self) -> list[Bill]:
        """List the bills."""
        return list(self.bills)
'''

CREW = '''
from envfactory_assets.environments import Caller, Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class User(Entity):
    """A user, known by an address."""

    email: Key
    first_name: Text
    last_name: Text


class Artist(Entity):
    """An artist."""

    name: Key
    genre: Text


class App(Entity):
    """An app, whose name is a key."""

    name: Key
    display_name: Text


class Playlist(Entity):
    """A playlist."""

    id: Key
    owner: Caller
    artist: Ref[Artist]
    artists: list[Ref[Artist]]
    user: Ref[User]


class Crew(Environment):
    """Playlists of people."""

    users: Table[User]
    artists: Table[Artist]
    apps: Table[App]
    playlists: Table[Playlist]

    @tool(effect="list")
    def list_playlists(self) -> list[Playlist]:
        """All playlists."""
        return self.playlists.where()
'''
