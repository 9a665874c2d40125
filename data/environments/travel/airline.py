"""Airline: flights, fares with so many seats at a price, bookings that are held, paid, changed, checked in or cancelled.

Author: hand. Domain: travel. No resource: the service is made up.
"""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Caller, Entity, Environment, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import assign, capture, create, refund, release, reschedule, reserve, transition, unassign
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

FlightStatus = Literal["scheduled", "cancelled", "departed"]
Brand = Literal["light", "standard", "flex"]
BookingStatus = Literal["held", "ticketed", "checked_in", "cancelled"]
Position = Literal["window", "middle", "aisle"]
Party = Annotated[int, Field(ge=1, le=6)]
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
BAG_PRICE = 32


class Flight(Entity):
    """One departure. Times are in UTC."""

    id: Annotated[str, KeyStyle("FL{n:04d}")]
    number: Text
    origin: Text
    destination: Text
    departs_at: datetime
    arrives_at: datetime
    status: FlightStatus


class Fare(Entity):
    """A price for one passenger on a flight, with its conditions. Without a change fee it cannot be changed."""

    id: Annotated[str, KeyStyle("FR{n:04d}")]
    flight_id: Ref[Flight]
    brand: Brand
    price: Money
    seats: Count
    sold: Count
    change_fee: Money | None
    refundable: bool


class Booking(Entity):
    """A party on a flight. The total is the fare for all passengers and the extras: bags, seats, changes."""

    id: Annotated[str, KeyStyle("BK{digits:6}")]
    traveller_id: Caller
    flight_id: Ref[Flight]
    fare_id: Ref[Fare]
    passengers: Party
    bags: Count
    extras: Money
    total: Money
    paid: Money
    refunded: Money
    status: BookingStatus
    hold_until: datetime
    created_at: Created


class Seat(Entity):
    """A seat of a flight that can be chosen, some for an extra price."""

    id: Annotated[str, KeyStyle("ST{n:05d}")]
    flight_id: Ref[Flight]
    number: Text
    position: Position
    extra_price: Money
    booking_id: Ref[Booking] | None


class Voucher(Entity):
    """Credit that pays for a booking, until it is used up or runs out."""

    id: Annotated[str, KeyStyle("VC{n:04d}")]
    owner_id: Caller
    value_left: Money
    valid_until: datetime


class Airline(Environment):
    """Travellers look for flights, hold and pay fares, choose seats, change, check in and cancel."""

    flights: Table[Flight]
    fares: Table[Fare]
    bookings: Table[Booking]
    seats: Table[Seat]
    vouchers: Table[Voucher]

    @tool(effect="search", envelope="flights", filters={"departs_from": "departs_at__ge", "departs_until": "departs_at__le"})
    def search_flights(
        self,
        origin: Text | None = None,
        destination: Text | None = None,
        departs_from: datetime | None = None,
        departs_until: datetime | None = None,
    ) -> list[Flight]:
        """Flights that can still be booked between two airports, given by their codes, earliest first."""
        found = self.flights.where(
            origin=origin, destination=destination, departs_at__ge=departs_from, departs_at__le=departs_until, status="scheduled"
        )
        return sorted((flight for flight in found if flight.departs_at > self.now), key=lambda flight: (flight.departs_at, flight.id))

    @tool(effect="get")
    def get_flight(self, flight_id: Ref[Flight]) -> Flight:
        """One flight with its times and status."""
        return self.flights.get(flight_id)

    @tool(effect="list", envelope="fares")
    def list_fares(
        self,
        flight_id: Ref[Flight] | None = None,
        brand: Brand | None = None,
        max_price: Money | None = None,
        for_passengers: Party = 1,
        refundable: bool | None = None,
    ) -> list[Fare]:
        """Fares of flights that can still be booked, with seats for so many passengers, cheapest first."""
        found = self.fares.where(flight_id=flight_id, brand=brand, price__le=max_price, refundable=refundable)
        free = [fare for fare in found if fare.seats - fare.sold >= for_passengers and self._can_be_booked(fare)]
        return sorted(free, key=lambda fare: (fare.price, fare.id))

    @tool(effect=[create(entity="Booking"), reserve(entity="Fare", field="sold", limit="seats")])
    def hold_fare(self, fare_id: Ref[Fare], passengers: Party = 1) -> Booking:
        """Hold seats at a fare for a day, or until two hours before departure if that is sooner. Nothing is paid yet."""
        fare = self.fares.get(fare_id)
        flight = self._bookable(fare)
        hold_until = min(self.now + A_DAY, flight.departs_at - 2 * AN_HOUR)
        self._take_seats(fare, passengers)
        total = fare.price * passengers
        trip = {"traveller_id": self.me, "flight_id": flight.id, "fare_id": fare.id, "passengers": passengers, "bags": 0}
        return self.bookings.add(**trip, extras=0, total=total, paid=0, refunded=0, status="held", hold_until=hold_until)

    @tool(effect=[capture, transition(entity="Booking", field="status", sources=["held"], target="ticketed")])
    def pay_booking(self, booking_id: Ref[Booking], voucher_id: Ref[Voucher] | None = None) -> Booking:
        """Pay for a held booking before the hold ends. A voucher pays first, as far as it goes; the card on file pays the rest."""
        booking = self._mine(booking_id)
        if booking.status == "held" and booking.hold_until < self.now:
            raise PreconditionFailed(f"The hold ended on {booking.hold_until:%d %B at %H:%M} UTC; please hold a fare again.")
        paid = self.bookings.transition(booking, "ticketed", paid=booking.total)
        if voucher_id is not None:
            voucher = self._my_voucher(voucher_id)
            self.vouchers.replace(voucher, value_left=max(voucher.value_left - booking.total, Decimal(0)))
        return paid

    @tool(effect=[release, refund, transition(entity="Booking", field="status", sources=["held", "ticketed"], target="cancelled")])
    def cancel_booking(self, booking_id: Ref[Booking]) -> Booking:
        """Cancel a booking; its seats are free again.

        All money comes back if the fare is refundable, if the airline cancelled the flight, or within a day of booking; otherwise none.
        """
        booking = self._mine(booking_id)
        flight, fare = self.flights.get(booking.flight_id), self.fares.get(booking.fare_id)
        if flight.departs_at <= self.now:
            raise PreconditionFailed("The flight has left; this booking can no longer be cancelled.")
        free = fare.refundable or flight.status == "cancelled" or self.now - booking.created_at <= A_DAY
        cancelled = self.bookings.transition(booking, "cancelled", refunded=booking.paid if free else 0)
        self._give_back_seats(booking)
        return cancelled

    @tool(effect=reschedule)
    def change_flight(self, booking_id: Ref[Booking], fare_id: Ref[Fare]) -> Booking:
        """Move a ticketed booking to a fare of another flight between the same airports.

        The fare's change fee and any higher price are charged; a lower price is not paid back. Chosen seats are given up.
        """
        booking, fare = self._open(booking_id), self.fares.get(fare_id)
        old, new = self.flights.get(booking.flight_id), self._bookable(fare)
        fee = self.fares.get(booking.fare_id).change_fee
        if fee is None:
            raise PreconditionFailed("This fare cannot be changed; it can only be cancelled.")
        if old.id == new.id or (old.origin, old.destination) != (new.origin, new.destination):
            raise PreconditionFailed(f"Please choose another flight from {old.origin} to {old.destination}.")
        self._give_back_seats(booking)
        self._take_seats(fare, booking.passengers)
        price = fare.price * booking.passengers
        total = max(booking.total, price + booking.extras) + fee
        return self.bookings.replace(booking, flight_id=new.id, fare_id=fare.id, extras=total - price, total=total, paid=total)

    @tool(effect="list", envelope="seats", filters={"max_extra_price": "extra_price__le"})
    def list_free_seats(self, flight_id: Ref[Flight], position: Position | None = None, max_extra_price: Money | None = None) -> list[Seat]:
        """Seats of a flight that nobody has chosen yet, from the front."""
        found = self.seats.where(flight_id=flight_id, position=position, extra_price__le=max_extra_price)
        return [seat for seat in found if seat.booking_id is None]

    @tool(effect=assign(entity="Seat", field="booking_id"))
    def choose_seat(self, seat_id: Ref[Seat], booking_id: Ref[Booking]) -> Seat:
        """Choose a free seat for one passenger of a ticketed booking; its extra price is charged."""
        booking, seat = self._open(booking_id), self.seats.get(seat_id)
        if seat.flight_id != booking.flight_id:
            raise PreconditionFailed("This seat is on another flight than the booking.")
        if seat.booking_id is not None:
            raise PreconditionFailed(f"Seat {seat.number} is taken.")
        if len(self.seats.where(booking_id=booking.id)) == booking.passengers:
            raise PreconditionFailed("Every passenger of this booking has a seat; please give one up first.")
        self._charge(booking, seat.extra_price)
        return self.seats.replace(seat, booking_id=booking.id)

    @tool(effect=unassign(entity="Seat", field="booking_id"))
    def give_up_seat(self, seat_id: Ref[Seat]) -> Seat:
        """Give up a chosen seat. What it cost is not paid back."""
        seat = self.seats.get(seat_id)
        if seat.booking_id is None:
            raise PreconditionFailed(f"Nobody has chosen seat {seat.number}.")
        self._open(seat.booking_id)
        return self.seats.replace(seat, booking_id=None)

    @tool(effect="update")
    def add_bag(self, booking_id: Ref[Booking]) -> Booking:
        """Add a bag for 32 to a ticketed booking, two for each passenger at most."""
        booking = self._open(booking_id)
        if booking.bags >= 2 * booking.passengers:
            raise PreconditionFailed(f"{booking.bags} bags are the most for this booking.")
        return self.bookings.replace(self._charge(booking, Decimal(BAG_PRICE)), bags=booking.bags + 1)

    @tool(effect=transition(entity="Booking", field="status", sources=["ticketed"], target="checked_in"))
    def check_in(self, booking_id: Ref[Booking]) -> Booking:
        """Check all passengers in, from a day to an hour before departure."""
        booking = self._mine(booking_id)
        flight = self.flights.get(booking.flight_id)
        if flight.status == "cancelled":
            raise PreconditionFailed("The flight is cancelled; please cancel the booking to get your money back.")
        if not flight.departs_at - A_DAY <= self.now <= flight.departs_at - AN_HOUR:
            raise PreconditionFailed(
                f"Check-in is open from a day to an hour before departure, which is {flight.departs_at:%d %B at %H:%M} UTC."
            )
        return self.bookings.transition(booking, "checked_in")

    @tool(effect="list", envelope="bookings")
    def list_my_bookings(self, status: BookingStatus | None = None, flight_id: Ref[Flight] | None = None) -> list[Booking]:
        """The caller's bookings in the order they were made."""
        return self.bookings.where(traveller_id=self.me, status=status, flight_id=flight_id)

    @tool(effect="get")
    def get_booking(self, booking_id: Ref[Booking]) -> Booking:
        """One of the caller's bookings."""
        return self._mine(booking_id)

    @tool(effect="list", envelope="vouchers")
    def list_my_vouchers(self, min_value_left: Money | None = None) -> list[Voucher]:
        """The caller's vouchers, those first that run out first."""
        found = self.vouchers.where(owner_id=self.me, value_left__ge=min_value_left)
        return sorted(found, key=lambda voucher: (voucher.valid_until, voucher.id))

    @invariant
    def seats_are_counted(self) -> bool:
        """As many seats of a fare are sold as passengers are booked at it, and no more than there are."""
        taken = dict.fromkeys((fare.id for fare in self.fares), 0)
        for booking in self.bookings:
            taken[booking.fare_id] += booking.passengers if booking.status != "cancelled" else 0
        return all(taken[fare.id] == fare.sold <= fare.seats for fare in self.fares)

    @invariant
    def money_adds_up(self) -> bool:
        """A total is the fare for all passengers and the extras; it is paid once a booking is ticketed, and at most that is refunded."""
        totals = all(b.total == self.fares.get(b.fare_id).price * b.passengers + b.extras and b.extras >= 0 for b in self.bookings)
        paid = all(b.paid == (0 if b.status == "held" else b.total) or (b.status, b.paid) == ("cancelled", 0) for b in self.bookings)
        back = all(0 <= b.refunded <= b.paid and (not b.refunded or b.status == "cancelled") for b in self.bookings)
        return totals and paid and back and all(v.value_left >= 0 for v in self.vouchers)

    @invariant
    def bookings_fit_their_fare(self) -> bool:
        """A booking's fare is one of its flight, and its seats are on that flight, one a passenger at most."""
        parties = {booking.id: booking for booking in self.bookings}
        chosen = [(seat, parties[seat.booking_id]) for seat in self.seats if seat.booking_id]
        counts = Counter(booking.id for _, booking in chosen)
        seated = all(b.flight_id == s.flight_id and b.status in {"ticketed", "checked_in"} for s, b in chosen)
        fit = all(self.fares.get(b.fare_id).flight_id == b.flight_id and counts[b.id] <= b.passengers for b in parties.values())
        return seated and fit

    def _mine(self, booking_id: str) -> Booking:
        booking = self.bookings.get(booking_id)
        if booking.traveller_id != self.me:
            raise PermissionDenied("This booking belongs to another traveller.")
        return booking

    def _open(self, booking_id: str) -> Booking:
        """One of the caller's bookings that is ticketed, and whose flight has not left."""
        booking = self._mine(booking_id)
        if booking.status != "ticketed":
            raise PreconditionFailed(f"The booking is {booking.status.replace('_', ' ')}; only a ticketed one can be altered.")
        if self.flights.get(booking.flight_id).departs_at <= self.now:
            raise PreconditionFailed("The flight has left; the booking can no longer be altered.")
        return booking

    def _my_voucher(self, voucher_id: str) -> Voucher:
        voucher = self.vouchers.get(voucher_id)
        if voucher.owner_id != self.me:
            raise PermissionDenied("This voucher belongs to another traveller.")
        if voucher.value_left == 0 or voucher.valid_until < self.now:
            raise PreconditionFailed("This voucher is used up or has run out.")
        return voucher

    def _can_be_booked(self, fare: Fare) -> bool:
        flight = self.flights.get(fare.flight_id)
        return flight.status == "scheduled" and flight.departs_at - 2 * AN_HOUR > self.now

    def _bookable(self, fare: Fare) -> Flight:
        if not self._can_be_booked(fare):
            raise PreconditionFailed("This flight can no longer be booked.")
        return self.flights.get(fare.flight_id)

    def _take_seats(self, fare: Fare, passengers: int) -> None:
        if passengers > fare.seats - fare.sold:
            raise PreconditionFailed(f"Only {fare.seats - fare.sold} seats are left at this fare.")
        self.fares.replace(fare, sold=fare.sold + passengers)

    def _give_back_seats(self, booking: Booking) -> None:
        fare = self.fares.get(booking.fare_id)
        self.fares.replace(fare, sold=fare.sold - booking.passengers)
        for seat in self.seats.where(booking_id=booking.id):
            self.seats.replace(seat, booking_id=None)

    def _charge(self, booking: Booking, amount: Decimal) -> Booking:
        total = booking.total + amount
        return self.bookings.replace(booking, extras=booking.extras + amount, total=total, paid=total)

    @classmethod
    def scenario(cls, draw):
        """A few routes flown several times, one flight soon and one cancelled, and parties booked on them."""
        places = draw.sample([place["airport"] for place in draw.lexicon.places], 3)
        routes = [(a, b) for a in places for b in places if a != b][: 2 if draw.size < 8 else 5]
        numbers = draw.sample(draw.lexicon.words["flight_number"], 40)
        flights = []
        for place in range(max(6, draw.size)):
            origin, destination = routes[place % len(routes)]
            hours = (9, 20, -30)[place] if place < 3 else draw.integer(30, 24 * 40)
            leaves = draw.now + timedelta(hours=hours, minutes=draw.choice([0, 5, 20, 35, 50]))
            status = "departed" if hours < 0 else "cancelled" if place == 3 else "scheduled"
            flight = {"id": draw.key(Flight), "number": numbers[place], "origin": origin, "destination": destination}
            flights.append(
                flight | {"departs_at": leaves, "arrives_at": leaves + timedelta(minutes=draw.integer(65, 240, 5)), "status": status}
            )
        fares = [fare for flight in flights for fare in cls._seeded_fares(draw, flight)]
        seats = [seat for flight in flights for seat in cls._seeded_seats(draw, flight)]
        bookings = [cls._seeded_booking(draw, flights, fares, seats, place) for place in range(draw.size + 4)]
        vouchers = [
            {"id": draw.key(Voucher), "owner_id": owner, "value_left": draw.money(40, 260), "valid_until": draw.moment(*days)}
            for owner, days in [(draw.me, (20, 90)), (draw.me, (100, 200)), (draw.me, (-20, -2)), (draw.owner(0), (20, 90))]
        ]
        return {"flights": flights, "fares": fares, "bookings": bookings, "seats": seats, "vouchers": vouchers}

    @staticmethod
    def _seeded_fares(draw, flight):
        base = draw.money(39, 190)
        offers = [("light", 1, None, False), ("standard", 1.35, draw.choice([35, 45]), False), ("flex", 1.9, 0, True)]
        return [
            {"id": draw.key(Fare), "flight_id": flight["id"], "brand": brand, "price": round(base * share, 2)}
            | {"seats": draw.integer(6, 12), "sold": 0, "change_fee": fee, "refundable": refundable}
            for brand, share, fee, refundable in offers
        ]

    @staticmethod
    def _seeded_seats(draw, flight):
        offers = [("1A", "window", 25), ("1C", "aisle", 25), ("8B", "middle", 0), ("8C", "aisle", 0)]
        return [
            {
                "id": draw.key(Seat),
                "flight_id": flight["id"],
                "number": number,
                "position": position,
                "extra_price": price,
                "booking_id": None,
            }
            for number, position, price in offers
        ]

    @staticmethod
    def _seeded_booking(draw, flights, fares, seats, place):
        """A party; the caller's first ones are on the flights that leave soon, are cancelled, or can be changed."""
        flight = flights[(0, 1, 3, 4, 5, 4)[place]] if place < 6 else draw.choice(flights)
        offers = [fare for fare in fares if fare["flight_id"] == flight["id"]]
        fare = draw.choice(offers[1:] if place < 6 else offers)
        party = draw.integer(1, min(3, fare["seats"] - fare["sold"])) if fare["sold"] < fare["seats"] else 1
        status = (
            draw.choice(["ticketed", "ticketed", "ticketed", "held", "cancelled"]) if place > 5 else "held" if place == 3 else "ticketed"
        )
        status = "ticketed" if flight["status"] != "scheduled" else status if fare["sold"] < fare["seats"] else "cancelled"
        fare["sold"] += party if status != "cancelled" else 0
        bags = draw.integer(0, party) if status == "ticketed" else 0
        chosen = [seat for seat in seats if seat["flight_id"] == flight["id"] and not seat["booking_id"]][: draw.integer(0, party)]
        extras = BAG_PRICE * bags
        booking = {"id": draw.key(Booking), "traveller_id": draw.me if place < 6 else draw.owner(0.3), "flight_id": flight["id"]}
        for seat in chosen if status == "ticketed" else ():
            extras += seat["extra_price"]
            seat["booking_id"] = booking["id"]
        made = draw.now - timedelta(hours=draw.integer(2, 20) if status == "held" else draw.integer(30, 700))
        total = round(fare["price"] * party + extras, 2)
        paid = 0 if status == "held" else total
        booking |= {"fare_id": fare["id"], "passengers": party, "bags": bags, "extras": extras, "total": total, "paid": paid}
        booking |= {"refunded": paid if status == "cancelled" and fare["refundable"] else 0, "status": status, "created_at": made}
        return booking | {"hold_until": made + timedelta(days=1)}
