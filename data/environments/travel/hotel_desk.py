"""Hotel desk: rooms, stays and what guests owe.

Author: hand. Domain: travel. No resource: the service is made up.
"""

from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from envfactory_assets.environments import Caller, Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import refund, release, reserve, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Money, Text

RoomKind = Literal["single", "double", "suite"]
StayStatus = Literal["booked", "checked_in", "checked_out", "cancelled"]


class Room(Entity):
    """A room that can be let, one guest party a night."""

    id: Key
    number: Text
    kind: RoomKind
    nightly_rate: Money
    connects_to_id: Ref["Room"] | None = None  # through a door between the two


class Stay(Entity):
    """A party's nights in a room. Owned by the guest who booked it."""

    id: Key
    room_id: Ref[Room]
    guest_id: Caller
    arrives: date
    leaves: date
    status: StayStatus
    total: Money  # nights x the room's rate when booked
    paid: Money
    refunded: Money

    @property
    def nights(self) -> int:
        """How many nights."""
        return (self.leaves - self.arrives).days


class HotelDesk(Environment):
    """Guests find rooms, book, change and cancel; money follows."""

    rooms: Table[Room]
    stays: Table[Stay]

    @tool(effect="search")
    def find_rooms(
        self,
        arrives: date,
        leaves: date,
        kind: RoomKind | None = None,
        max_rate: Money | None = None,
        connects_to_id: Ref[Room] | None = None,
    ) -> list[Room]:
        """Rooms free for every night from arrival to departure, cheapest first; with a door to another room if one is named."""
        self._require_future_nights(arrives, leaves)
        fits = self.rooms.where(kind=kind, nightly_rate__le=max_rate, connects_to_id=connects_to_id)
        return sorted((room for room in fits if self._is_free(room, arrives, leaves)), key=lambda room: (room.nightly_rate, room.number))

    @tool(effect="list")
    def list_my_stays(self, status: StayStatus | None = None) -> list[Stay]:
        """The caller's stays, soonest arrival first."""
        return sorted(self.stays.where(guest_id=self.me, status=status), key=lambda stay: stay.arrives)

    @tool(effect=reserve, grounding="declared")
    def book_room(self, room_id: Ref[Room], arrives: date, leaves: date) -> Stay:
        """Book a room and pay for it. Refused when any night is taken."""
        self._require_future_nights(arrives, leaves)
        room = self.rooms.get(room_id)
        if not self._is_free(room, arrives, leaves):
            raise PreconditionFailed(f"Room {room.number} is taken between {arrives} and {leaves}.")
        total = room.nightly_rate * (leaves - arrives).days
        return self.stays.add(
            room_id=room.id, guest_id=self.me, arrives=arrives, leaves=leaves, status="booked", total=total, paid=total, refunded=0
        )

    @tool(effect=[release, refund, transition(field="status", sources=["booked"], target="cancelled")], grounding="declared")
    def cancel_stay(self, stay_id: Ref[Stay]) -> Stay:
        """Cancel one of the caller's stays that is booked. Free until two days before arrival, then the first night is kept."""
        stay = self._mine(stay_id)
        if stay.status != "booked":
            raise PreconditionFailed(f"A stay that is {stay.status.replace('_', ' ')} cannot be cancelled.")
        kept = 0 if (stay.arrives - self.today).days >= 2 else stay.total / stay.nights
        return self.stays.transition(stay, refunded=stay.paid - kept)

    @tool(effect=transition(field="status", sources=["booked"], target="checked_in"), grounding="declared")
    def check_in(self, stay_id: Ref[Stay]) -> Stay:
        """Check in on the day of arrival or later."""
        stay = self._mine(stay_id)
        if self.today < stay.arrives:
            raise PreconditionFailed(f"Check-in opens on {stay.arrives}.")
        return self.stays.transition(stay, "checked_in")

    @tool(effect=transition(field="status", sources=["checked_in"], target="checked_out"), grounding="declared")
    def check_out(self, stay_id: Ref[Stay]) -> Stay:
        """Check out of one of the caller's stays."""
        return self.stays.transition(self._mine(stay_id), "checked_out")

    @invariant
    def departure_is_after_arrival(self) -> bool:
        """A stay's departure is after its arrival."""
        return all(s.arrives < s.leaves for s in self.stays)

    @invariant
    def no_room_is_let_twice(self) -> bool:
        """No room is let to two parties for the same night."""
        live = sorted((s for s in self.stays if s.status != "cancelled"), key=lambda s: (s.room_id, s.arrives))
        return all(a.room_id != b.room_id or a.leaves <= b.arrives for a, b in pairwise(live))

    @invariant
    def money_adds_up(self) -> bool:
        """What was refunded is at most what was paid, and that at most the total."""
        return all(0 <= s.refunded <= s.paid <= s.total for s in self.stays)

    @invariant
    def doors_lead_both_ways(self) -> bool:
        """A room that connects to another is what that one connects to."""
        return all(self.rooms.get(r.connects_to_id).connects_to_id == r.id != r.connects_to_id for r in self.rooms if r.connects_to_id)

    def _mine(self, stay_id: str) -> Stay:
        stay = self.stays.get(stay_id)
        if stay.guest_id != self.me:
            raise PermissionDenied("This stay belongs to another guest.")
        return stay

    def _is_free(self, room: Room, arrives: date, leaves: date) -> bool:
        return not any(s.status != "cancelled" and s.arrives < leaves and arrives < s.leaves for s in self.stays.where(room_id=room.id))

    def _require_future_nights(self, arrives: date, leaves: date) -> None:
        if not self.today <= arrives < leaves:
            raise PreconditionFailed("Arrival must be today or later, and before departure.")

    @classmethod
    def scenario(cls, draw):
        """Rooms on four floors; in each, stays that follow one another from the past into the summer."""
        doors = draw.sample([f"{floor}{door:02d}" for floor in range(1, 5) for door in range(1, 13)], max(4, draw.size // 2))
        rooms = [cls._seeded_room(draw, number) for number in sorted(doors)]
        for one, other in pairwise(rooms):
            if one["number"][0] == other["number"][0] and not one["connects_to_id"]:
                one["connects_to_id"], other["connects_to_id"] = other["id"], one["id"]
        parties = []
        for room in rooms:
            day = draw.today - timedelta(days=len(parties)) if len(parties) < 2 else draw.day(-30, 4)
            for _ in range(max(1, draw.size // len(rooms))):
                parties.append(cls._seeded_stay(draw, room, day, mine=len(parties) in {0, 1, 3, 4}))
                day = parties[-1]["leaves"] + timedelta(days=draw.integer(0, 12))
        return {"rooms": rooms, "stays": [{"id": draw.key(Stay), **party} for party in sorted(parties, key=lambda party: party["arrives"])]}

    @staticmethod
    def _seeded_room(draw, number):
        kind = draw.choice(["single", "double", "double", "suite"])
        lowest, highest = {"single": (62, 98), "double": (95, 165), "suite": (190, 310)}[kind]
        return {"id": draw.key(Room), "number": number, "kind": kind, "nightly_rate": draw.integer(lowest, highest), "connects_to_id": None}

    @staticmethod
    def _seeded_stay(draw, room, arrives, *, mine):
        leaves = arrives + timedelta(days=draw.choice([1, 2, 2, 3, 3, 4, 6]))
        status = "checked_out" if leaves <= draw.today else "checked_in" if arrives < draw.today else "booked"
        if status != "checked_in" and draw.chance(0.15) and not mine:
            status = "cancelled"
        total = room["nightly_rate"] * (leaves - arrives).days
        return {
            "room_id": room["id"],
            "guest_id": draw.me if mine else draw.owner(0.35),
            "arrives": arrives,
            "leaves": leaves,
            "status": status,
            "total": total,
            "paid": total,
            "refunded": total if status == "cancelled" else 0,
        }
