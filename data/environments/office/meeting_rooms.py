"""Meeting rooms: who meets where and when.

Author: hand. Domain: office. No resource: the service is made up.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, release, remove_member, reschedule, reserve
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, Text

BookingStatus = Literal["confirmed", "cancelled"]
LONGEST = 480  # minutes


class Room(Entity):
    """A room that one meeting at a time can have."""

    id: Key
    name: Text
    floor: Count
    seats: Count
    has_screen: bool
    step_free: bool


class Colleague(Entity):
    """Somebody who works here."""

    id: Key
    name: Text
    email: Text
    team: Text


class Booking(Entity):
    """A meeting in a room. Its organiser may change it."""

    id: Key
    room_id: Ref[Room]
    organiser_id: Ref[Colleague]
    title: Text
    starts_at: datetime
    ends_at: datetime
    guest_ids: list[Ref[Colleague]]
    status: BookingStatus
    created_at: Created


class MeetingRooms(Environment):
    """Colleagues look for free rooms, book, move and cancel meetings, and invite guests."""

    rooms: Table[Room]
    colleagues: Table[Colleague]
    bookings: Table[Booking]

    @tool(effect="list", filters={"min_seats": "seats__ge"})
    def list_rooms(self, floor: Count | None = None, min_seats: Count | None = None, has_screen: bool | None = None) -> list[Room]:
        """All rooms, smallest first."""
        found = self.rooms.where(floor=floor, seats__ge=min_seats, has_screen=has_screen)
        return sorted(found, key=lambda room: (room.seats, room.name))

    @tool(effect="get")
    def get_room(self, room_id: Ref[Room]) -> Room:
        """One room."""
        return self.rooms.get(room_id)

    @tool(effect="search")
    def find_colleagues(self, query: Text | None = None, team: Text | None = None) -> list[Colleague]:
        """Colleagues whose name or e-mail address holds every word of the query, by name."""
        found = self.colleagues.search(query, "name", "email", team=team)
        return sorted(found, key=lambda colleague: (colleague.name, colleague.id))

    @tool(effect="search")
    def find_free_rooms(
        self,
        starts_at: datetime,
        minutes: Count = 60,
        min_seats: Count | None = None,
        has_screen: bool | None = None,
        step_free: bool | None = None,
    ) -> list[Room]:
        """Rooms free from a moment for so many minutes, smallest first."""
        ends_at = self._end_of(starts_at, minutes)
        fits = self.rooms.where(seats__ge=min_seats, has_screen=has_screen, step_free=step_free)
        return sorted((room for room in fits if self._is_free(room, starts_at, ends_at)), key=lambda room: (room.seats, room.name))

    @tool(effect="list")
    def list_my_bookings(self, room_id: Ref[Room] | None = None, status: BookingStatus | None = None) -> list[Booking]:
        """The caller's meetings, soonest first."""
        return sorted(self.bookings.where(organiser_id=self.me, room_id=room_id, status=status), key=lambda b: (b.starts_at, b.id))

    @tool(effect="list")
    def list_room_bookings(self, room_id: Ref[Room]) -> list[Booking]:
        """The coming confirmed meetings in a room, whoever organises them."""
        room = self.rooms.get(room_id)
        coming = [b for b in self.bookings.where(room_id=room.id, status="confirmed") if b.ends_at > self.now]
        return sorted(coming, key=lambda b: b.starts_at)

    @tool(effect=reserve, grounding="declared")
    def book_room(
        self, room_id: Ref[Room], title: Text, starts_at: datetime, minutes: Count = 60, guest_ids: list[Ref[Colleague]] | None = None
    ) -> Booking:
        """Book a room. Refused when it is taken, or has too few seats for the caller and the guests."""
        ends_at = self._end_of(starts_at, minutes)
        room, invited = self.rooms.get(room_id), list(dict.fromkeys(guest_ids or []))
        self._require_free(room, starts_at, ends_at)
        self._require_seats(room, len(invited))
        return self.bookings.add(
            room_id=room.id,
            organiser_id=self.me,
            title=title,
            starts_at=starts_at,
            ends_at=ends_at,
            guest_ids=invited,
            status="confirmed",
        )

    @tool(effect=reschedule, grounding="declared")
    def move_booking(self, booking_id: Ref[Booking], starts_at: datetime, room_id: Ref[Room] | None = None) -> Booking:
        """Move a meeting that has not begun to another time, and to another room if one is given. It stays as long as it was."""
        booking = self._changeable(booking_id)
        ends_at = self._end_of(starts_at, int((booking.ends_at - booking.starts_at).total_seconds()) // 60)
        room = self.rooms.get(room_id or booking.room_id)
        self._require_free(room, starts_at, ends_at, but=booking.id)
        self._require_seats(room, len(booking.guest_ids))
        return self.bookings.replace(booking, room_id=room.id, starts_at=starts_at, ends_at=ends_at)

    @tool(effect=add_member, grounding="declared")
    def invite(self, booking_id: Ref[Booking], colleague_id: Ref[Colleague]) -> Booking:
        """Invite a colleague, as long as there are seats."""
        booking, colleague = self._changeable(booking_id), self.colleagues.get(colleague_id)
        if colleague.id in {*booking.guest_ids, booking.organiser_id}:
            raise PreconditionFailed(f"{colleague.name} already takes part.")
        self._require_seats(self.rooms.get(booking.room_id), len(booking.guest_ids) + 1)
        return self.bookings.replace(booking, guest_ids=[*booking.guest_ids, colleague.id])

    @tool(effect=remove_member, grounding="declared")
    def uninvite(self, booking_id: Ref[Booking], colleague_id: Ref[Colleague]) -> Booking:
        """Take a colleague off a meeting."""
        booking = self._changeable(booking_id)
        if colleague_id not in booking.guest_ids:
            raise PreconditionFailed(f"{self.colleagues.get(colleague_id).name} is not invited.")
        return self.bookings.replace(booking, guest_ids=[other for other in booking.guest_ids if other != colleague_id])

    @tool(effect=release, grounding="declared")
    def cancel_booking(self, booking_id: Ref[Booking]) -> Booking:
        """Cancel a meeting that has not begun; its room is free again."""
        return self.bookings.replace(self._changeable(booking_id), status="cancelled")

    @invariant
    def meetings_end_after_they_start(self) -> bool:
        """A meeting ends after it starts."""
        return all(b.starts_at < b.ends_at for b in self.bookings)

    @invariant
    def no_room_has_two_meetings(self) -> bool:
        """No room has two confirmed meetings at the same time."""
        held = sorted((b for b in self.bookings if b.status == "confirmed"), key=lambda b: (b.room_id, b.starts_at))
        return all(a.room_id != b.room_id or a.ends_at <= b.starts_at for a, b in pairwise(held))

    @invariant
    def everybody_has_a_seat(self) -> bool:
        """A room has seats for the organiser and all guests."""
        return all(len(b.guest_ids) < self.rooms.get(b.room_id).seats for b in self.bookings if b.status == "confirmed")

    def _changeable(self, booking_id: str) -> Booking:
        booking = self.bookings.get(booking_id)
        if booking.organiser_id != self.me:
            raise PermissionDenied("Only the organiser may change a meeting.")
        if booking.status == "cancelled":
            raise PreconditionFailed("This meeting is cancelled.")
        if booking.starts_at <= self.now:
            raise PreconditionFailed("This meeting has already begun.")
        return booking

    def _is_free(self, room: Room, starts_at: datetime, ends_at: datetime, but: str | None = None) -> bool:
        held = self.bookings.where(room_id=room.id, status="confirmed")
        return not any(b.id != but and b.starts_at < ends_at and starts_at < b.ends_at for b in held)

    def _require_free(self, room: Room, starts_at: datetime, ends_at: datetime, but: str | None = None) -> None:
        if not self._is_free(room, starts_at, ends_at, but):
            raise PreconditionFailed(f"{room.name} is taken at that time.")

    def _require_seats(self, room: Room, guests: int) -> None:
        if guests + 1 > room.seats:
            raise PreconditionFailed(f"{room.name} has {room.seats} seats; {guests + 1} are needed.")

    def _end_of(self, starts_at: datetime, minutes: int) -> datetime:
        if starts_at < self.now:
            raise PreconditionFailed("A meeting cannot start in the past.")
        if not 1 <= minutes <= LONGEST:
            raise InvalidArgument(f"A meeting lasts between 1 and {LONGEST} minutes.")
        return starts_at + timedelta(minutes=minutes)

    @classmethod
    def scenario(cls, draw):
        """Rooms on four floors; each day's meetings in a room follow one another."""
        seats = draw.sample([2, 4, 4, 6, 6, 8, 8, 10, 12, 14, 16, 20], min(12, max(4, draw.size // 2)))
        rooms = [
            {
                "id": draw.key(Room),
                "name": draw.distinct("room", lambda: draw.words("meeting_room")),
                "floor": draw.integer(1, 4),
                "seats": count,
                "has_screen": draw.chance(0.7),
                "step_free": draw.chance(0.6),
            }
            for count in seats
        ]
        people = [draw.person() for _ in range(max(5, min(draw.size, 14)))]
        colleagues = [
            {"id": draw.key(Colleague), "name": person.name, "email": person.email, "team": draw.choice(draw.usual("team", "team"))}
            for person in people
        ]
        everybody = [colleague["id"] for colleague in colleagues]
        draw.sign_in(draw.choice(everybody))
        bookings = []
        for number in range(draw.size):
            room = rooms[number % len(rooms)]
            before = [b["ends_at"] for b in bookings if b["room_id"] == room["id"]]
            start = (
                draw.moment(*((0, 3) if number < 3 else (-3, 1)))
                if not before
                else max(before) + timedelta(minutes=draw.choice([0, 30, 120, 1440, 1470, 2880]))
            )
            organiser = draw.me if number < 3 or draw.chance(0.35) else draw.choice(everybody)
            bookings.append(
                {
                    "id": draw.key(Booking),
                    "room_id": room["id"],
                    "organiser_id": organiser,
                    "title": draw.distinct("title", lambda: draw.fill(["{meeting_name}"])),
                    "starts_at": start,
                    "ends_at": start + timedelta(minutes=draw.choice([30, 30, 60, 60, 90])),
                    "guest_ids": draw.sample(
                        [key for key in everybody if key != organiser], draw.integer(1, max(1, min(4, room["seats"] - 2)))
                    ),
                    "status": "cancelled" if number > 3 and draw.chance(0.15) else "confirmed",
                    "created_at": draw.moment(-20, -4),
                }
            )
        return {"rooms": rooms, "colleagues": colleagues, "bookings": bookings}
