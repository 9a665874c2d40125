"""What the airline does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import answers, at_least, at_most, changed, denied, fits, made, refused, shows

_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


def search_flights(was, origin, destination, departs_from, departs_until):
    fitting = (f for f in was.flights if f.status == "scheduled" and fits(f, origin=origin, destination=destination))
    timely = (f for f in fitting if at_least(f.departs_at, departs_from) and at_most(f.departs_at, departs_until))
    yield shows((flight for flight in timely if flight.departs_at > was.moment), "departs_at id")


def get_flight(was, flight_id):
    yield shows([was.flights[flight_id]])


def list_fares(was, flight_id, brand, max_price, for_passengers, refundable):
    fitting = (f for f in was.fares if fits(f, flight_id=flight_id, brand=brand, refundable=refundable) and at_most(f.price, max_price))
    yield shows((f for f in fitting if f.seats - f.sold >= for_passengers and _is_bookable(was, f)), "price id")


def hold_fare(was, fare_id, passengers):
    fare = was.fares[fare_id]
    yield refused(not _is_bookable(was, fare), fare.sold + passengers > fare.seats)
    hold_until = min(was.moment + _DAY, was.flights[fare.flight_id].departs_at - 2 * _HOUR)
    yield changed(fare, sold=fare.sold + passengers)
    what = {"traveller_id": was.me, "flight_id": fare.flight_id, "fare_id": fare_id, "passengers": passengers, "status": "held"}
    money = {"bags": 0, "extras": 0, "total": fare.price * passengers, "paid": 0, "refunded": 0}
    yield made(was.bookings, **what, **money, hold_until=hold_until, created_at=was.moment)


def pay_booking(was, booking_id, voucher_id):
    booking = was.bookings[booking_id]
    yield denied(booking.traveller_id != was.me)
    yield refused(booking.status != "held", booking.hold_until < was.moment)
    if voucher_id is not None:
        voucher = was.vouchers[voucher_id]
        yield denied(voucher.owner_id != was.me)
        yield refused(voucher.value_left == 0, voucher.valid_until < was.moment)
        yield changed(voucher, value_left=max(voucher.value_left - booking.total, Decimal(0)))
    yield changed(booking, status="ticketed", paid=booking.total)


def cancel_booking(was, booking_id):
    booking = was.bookings[booking_id]
    yield denied(booking.traveller_id != was.me)
    flight, fare = was.flights[booking.flight_id], was.fares[booking.fare_id]
    yield refused(booking.status not in {"held", "ticketed"}, flight.departs_at <= was.moment)
    free = fare.refundable or flight.status == "cancelled" or was.moment - booking.created_at <= _DAY
    yield changed(booking, status="cancelled", refunded=booking.paid if free else 0)
    yield from _given_back(was, booking)


def change_flight(was, booking_id, fare_id):
    booking = was.bookings[booking_id]
    yield from _open(was, booking)
    fare, given_up = was.fares[fare_id], was.fares[booking.fare_id]
    old, new = was.flights[booking.flight_id], was.flights[fare.flight_id]
    yield refused(not _is_bookable(was, fare), given_up.change_fee is None, old.id == new.id)
    yield refused((old.origin, old.destination) != (new.origin, new.destination), fare.sold + booking.passengers > fare.seats)
    price = fare.price * booking.passengers
    total = max(booking.total, price + booking.extras) + given_up.change_fee
    yield from _given_back(was, booking)
    yield changed(fare, sold=fare.sold + booking.passengers)
    yield changed(booking, flight_id=new.id, fare_id=fare_id, extras=total - price, total=total, paid=total)


def list_free_seats(was, flight_id, position, max_extra_price):
    free = (s for s in was.seats if s.booking_id is None and fits(s, flight_id=flight_id, position=position))
    yield shows(seat for seat in free if at_most(seat.extra_price, max_extra_price))


def choose_seat(was, seat_id, booking_id):
    booking = was.bookings[booking_id]
    yield from _open(was, booking)
    seat = was.seats[seat_id]
    yield refused(seat.flight_id != booking.flight_id, seat.booking_id is not None)
    yield refused(sum(each.booking_id == booking_id for each in was.seats) >= booking.passengers)
    yield changed(seat, booking_id=booking_id)
    yield _charged(booking, seat.extra_price)
    yield answers(seat)


def give_up_seat(was, seat_id):
    seat = was.seats[seat_id]
    yield refused(seat.booking_id is None)
    yield from _open(was, was.bookings[seat.booking_id])
    yield changed(seat, booking_id=None)


def add_bag(was, booking_id):
    booking = was.bookings[booking_id]
    yield from _open(was, booking)
    yield refused(booking.bags >= 2 * booking.passengers)
    yield _charged(booking, Decimal(32))
    yield changed(booking, bags=booking.bags + 1)


def check_in(was, booking_id):
    booking = was.bookings[booking_id]
    yield denied(booking.traveller_id != was.me)
    flight = was.flights[booking.flight_id]
    ahead = flight.departs_at - was.moment
    yield refused(booking.status != "ticketed", flight.status == "cancelled", ahead > _DAY, ahead < _HOUR)
    yield changed(booking, status="checked_in")


def list_my_bookings(was, status, flight_id):
    yield shows(b for b in was.bookings if fits(b, traveller_id=was.me, status=status, flight_id=flight_id))


def get_booking(was, booking_id):
    yield denied(was.bookings[booking_id].traveller_id != was.me)
    yield shows([was.bookings[booking_id]])


def list_my_vouchers(was, min_value_left):
    mine = (voucher for voucher in was.vouchers if voucher.owner_id == was.me and at_least(voucher.value_left, min_value_left))
    yield shows(mine, "valid_until id")


def _is_bookable(was, fare):
    flight = was.flights[fare.flight_id]
    return flight.status == "scheduled" and flight.departs_at - was.moment > 2 * _HOUR


def _open(was, booking):
    yield denied(booking.traveller_id != was.me)
    yield refused(booking.status != "ticketed", was.flights[booking.flight_id].departs_at <= was.moment)


def _given_back(was, booking):
    fare = was.fares[booking.fare_id]
    yield changed(fare, sold=fare.sold - booking.passengers)
    for seat in was.seats:
        if seat.booking_id == booking.id:
            yield changed(seat, booking_id=None)


def _charged(booking, amount):
    total = booking.total + amount
    return changed(booking, extras=booking.extras + amount, total=total, paid=total)
