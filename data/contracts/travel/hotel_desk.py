"""What the hotel desk does, tool by tool."""

from decimal import Decimal

from envfactory_assets.environments.contract import at_most, changed, denied, fits, made, refused, shows


def find_rooms(was, arrives, leaves, kind, max_rate, connects_to_id):
    yield refused(arrives < was.day, leaves <= arrives)
    told = {"kind": kind, "connects_to_id": connects_to_id}
    fitting = (room for room in was.rooms if fits(room, **told) and at_most(room.nightly_rate, max_rate))
    yield shows((room for room in fitting if not _is_taken(was, room, arrives, leaves)), "nightly_rate number")


def list_my_stays(was, status):
    yield shows((stay for stay in was.stays if stay.guest_id == was.me and fits(stay, status=status)), "arrives")


def book_room(was, room_id, arrives, leaves):
    yield refused(arrives < was.day, leaves <= arrives)
    room = was.rooms[room_id]
    yield refused(_is_taken(was, room, arrives, leaves))
    total = room.nightly_rate * (leaves - arrives).days
    what = {"room_id": room_id, "guest_id": was.me, "arrives": arrives, "leaves": leaves, "status": "booked"}
    yield made(was.stays, **what, total=total, paid=total, refunded=0)


def cancel_stay(was, stay_id):
    stay = was.stays[stay_id]
    yield denied(stay.guest_id != was.me)
    yield refused(stay.status != "booked")
    late = (stay.arrives - was.day).days < 2
    first_night = stay.total / (stay.leaves - stay.arrives).days
    yield changed(stay, status="cancelled", refunded=stay.paid - (first_night if late else Decimal(0)))


def check_in(was, stay_id):
    stay = was.stays[stay_id]
    yield denied(stay.guest_id != was.me)
    yield refused(stay.status != "booked", was.day < stay.arrives)
    yield changed(stay, status="checked_in")


def check_out(was, stay_id):
    stay = was.stays[stay_id]
    yield denied(stay.guest_id != was.me)
    yield refused(stay.status != "checked_in")
    yield changed(stay, status="checked_out")


def _is_taken(was, room, arrives, leaves):
    live = [stay for stay in was.stays if stay.room_id == room.id and stay.status != "cancelled"]
    return any(stay.arrives < leaves and arrives < stay.leaves for stay in live)
