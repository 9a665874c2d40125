"""What meeting rooms do, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import at_least, changed, denied, fits, made, refused, says, senseless, shows


def list_rooms(was, floor, min_seats, has_screen):
    yield shows((r for r in was.rooms if fits(r, floor=floor, has_screen=has_screen) and at_least(r.seats, min_seats)), "seats name")


def get_room(was, room_id):
    yield shows([was.rooms[room_id]])


def find_colleagues(was, query, team):
    yield shows((each for each in was.colleagues if fits(each, team=team) and says(query, each.name, each.email)), "name id")


def find_free_rooms(was, starts_at, minutes, min_seats, has_screen, step_free):
    yield from _sensible(was, starts_at, minutes)
    fitting = (r for r in was.rooms if fits(r, has_screen=has_screen, step_free=step_free) and at_least(r.seats, min_seats))
    ends_at = starts_at + timedelta(minutes=minutes)
    yield shows((room for room in fitting if not _is_taken(was, room.id, starts_at, ends_at)), "seats name")


def list_my_bookings(was, room_id, status):
    yield shows((b for b in was.bookings if fits(b, organiser_id=was.me, room_id=room_id, status=status)), "starts_at id")


def list_room_bookings(was, room_id):
    room = was.rooms[room_id]
    confirmed = (b for b in was.bookings if b.room_id == room.id and b.status == "confirmed")
    yield shows((booking for booking in confirmed if booking.ends_at > was.moment), "starts_at")


def book_room(was, room_id, title, starts_at, minutes, guest_ids):
    yield from _sensible(was, starts_at, minutes)
    room, ends_at = was.rooms[room_id], starts_at + timedelta(minutes=minutes)
    guests = list(dict.fromkeys(guest_ids or []))
    yield refused(_is_taken(was, room_id, starts_at, ends_at), len(guests) >= room.seats)
    _ = [was.colleagues[key] for key in guests]
    what = {"room_id": room_id, "organiser_id": was.me, "title": title, "guest_ids": guests, "status": "confirmed"}
    yield made(was.bookings, **what, starts_at=starts_at, ends_at=ends_at, created_at=was.moment)


def move_booking(was, booking_id, starts_at, room_id):
    booking = was.bookings[booking_id]
    yield from _changeable(was, booking)
    length = booking.ends_at - booking.starts_at
    yield from _sensible(was, starts_at, length // timedelta(minutes=1))
    room = was.rooms[room_id or booking.room_id]
    yield refused(_is_taken(was, room.id, starts_at, starts_at + length, but=booking), len(booking.guest_ids) >= room.seats)
    yield changed(booking, room_id=room.id, starts_at=starts_at, ends_at=starts_at + length)


def invite(was, booking_id, colleague_id):
    booking = was.bookings[booking_id]
    yield from _changeable(was, booking)
    guest = was.colleagues[colleague_id].id
    yield refused(guest in booking.guest_ids, guest == booking.organiser_id)
    yield refused(len(booking.guest_ids) + 2 > was.rooms[booking.room_id].seats)
    yield changed(booking, guest_ids=[*booking.guest_ids, guest])


def uninvite(was, booking_id, colleague_id):
    booking = was.bookings[booking_id]
    yield from _changeable(was, booking)
    if colleague_id not in booking.guest_ids:
        yield refused(was.colleagues[colleague_id])
    yield changed(booking, guest_ids=[key for key in booking.guest_ids if key != colleague_id])


def cancel_booking(was, booking_id):
    booking = was.bookings[booking_id]
    yield from _changeable(was, booking)
    yield changed(booking, status="cancelled")


def _sensible(was, starts_at, minutes):
    yield refused(starts_at < was.moment)
    yield senseless(minutes < 1, minutes > 480)


def _is_taken(was, room_id, starts_at, ends_at, but=None):
    others = [b for b in was.bookings if b.room_id == room_id and b.status == "confirmed" and b is not but]
    return any(other.starts_at < ends_at and starts_at < other.ends_at for other in others)


def _changeable(was, booking):
    yield denied(booking.organiser_id != was.me)
    yield refused(booking.status == "cancelled", booking.starts_at <= was.moment)
