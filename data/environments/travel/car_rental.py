"""Car rental: branches, cars by class, and rentals from the reservation to the final bill.

Author: hand. Domain: travel. No resource: the service is made up.
"""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from envfactory_assets.environments import Caller, Entity, Environment, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, assign, capture, refund, release, reschedule, reserve, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

CarStatus = Literal["ready", "rented", "workshop"]
RentalStatus = Literal["reserved", "rented", "closed", "cancelled"]
LONGEST = 30
KM_A_DAY, PRICE_A_KM = 250, Decimal("0.30")
ONE_WAY_FEE = Decimal(75)
LATE_FACTOR = Decimal("1.5")


class Branch(Entity):
    """Where cars are fetched and brought back."""

    id: Annotated[str, KeyStyle("br-{n:02d}")]
    city: Text
    address: Text
    airport: bool


class CarClass(Entity):
    """Cars of one size, at one price a day. The deposit comes back, less what is still owed at the end."""

    id: Annotated[str, KeyStyle("cl-{n:02d}")]
    name: Text
    seats: Count
    daily_rate: Money
    deposit: Money


class Car(Entity):
    """One car, at a branch unless it is on the road."""

    id: Annotated[str, KeyStyle("car-{hex:6}")]
    model: Text
    plate: Text
    class_id: Ref[CarClass]
    branch_id: Ref[Branch]
    odometer: Count
    status: CarStatus


class Extra(Entity):
    """Something to take along, at a price a day."""

    id: Annotated[str, KeyStyle("ex-{n:02d}")]
    name: Text
    daily_price: Money


class Rental(Entity):
    """A car class for some days. The price is fixed when it is reserved; charges come at the end."""

    id: Annotated[str, KeyStyle("rn-{hex:8}")]
    driver_id: Caller
    class_id: Ref[CarClass]
    branch_id: Ref[Branch]
    pick_up_on: date
    return_on: date
    extra_ids: list[Ref[Extra]]
    daily_price: Money
    price: Money
    deposit_held: Money
    charges: Money
    car_id: Ref[Car] | None
    status: RentalStatus
    created_at: Created

    @property
    def days(self) -> int:
        """How many days are paid for."""
        return (self.return_on - self.pick_up_on).days


class CarRental(Environment):
    """Drivers find a class that is free, reserve it, fetch a car, bring it back and settle the bill."""

    naming = "camel"
    branches: Table[Branch]
    classes: Table[CarClass]
    cars: Table[Car]
    extras: Table[Extra]
    rentals: Table[Rental]

    @tool(effect="list", name="branches_list")
    def list_branches(self, city: Text | None = None, airport: bool | None = None) -> list[Branch]:
        """Branches, by city."""
        return sorted(self.branches.where(city=city, airport=airport), key=lambda branch: (branch.city, branch.id))

    @tool(effect="search", name="classes_findFree")
    def find_free_classes(
        self, branch_id: Ref[Branch], pick_up_on: date, return_on: date, min_seats: Count | None = None, max_daily_rate: Money | None = None
    ) -> list[CarClass]:
        """Classes of which the branch has a car for all the days, cheapest first."""
        branch = self.branches.get(branch_id)
        self._require_days(pick_up_on, return_on)
        fits = self.classes.where(seats__ge=min_seats, daily_rate__le=max_daily_rate)
        free = [kind for kind in fits if self._free(kind.id, branch.id, pick_up_on, return_on) > 0]
        return sorted(free, key=lambda kind: (kind.daily_rate, kind.id))

    @tool(effect="list", name="cars_list")
    def list_cars(
        self, branch_id: Ref[Branch] | None = None, class_id: Ref[CarClass] | None = None, status: CarStatus | None = None
    ) -> list[Car]:
        """Cars, those with the fewest kilometres first."""
        return sorted(self.cars.where(branch_id=branch_id, class_id=class_id, status=status), key=lambda car: (car.odometer, car.id))

    @tool(effect="list", name="extras_list")
    def list_extras(self, max_daily_price: Money | None = None) -> list[Extra]:
        """What can be taken along, cheapest first."""
        return sorted(self.extras.where(daily_price__le=max_daily_price), key=lambda extra: (extra.daily_price, extra.id))

    @tool(effect="list", name="rentals_mine")
    def list_my_rentals(self, status: RentalStatus | None = None, branch_id: Ref[Branch] | None = None) -> list[Rental]:
        """The caller's rentals, latest pick-up first."""
        found = self.rentals.where(driver_id=self.me, status=status, branch_id=branch_id)
        return sorted(found, key=lambda rental: (rental.pick_up_on, rental.id), reverse=True)

    @tool(effect="get", name="rentals_get")
    def get_rental(self, rental_id: Ref[Rental]) -> Rental:
        """One of the caller's rentals."""
        return self._mine(rental_id)

    @tool(effect=reserve, name="rentals_reserve")
    def reserve_class(self, class_id: Ref[CarClass], branch_id: Ref[Branch], pick_up_on: date, return_on: date) -> Rental:
        """Reserve a class at a branch, for a month at most."""
        kind, branch = self.classes.get(class_id), self.branches.get(branch_id)
        self._require_days(pick_up_on, return_on)
        if self._free(kind.id, branch.id, pick_up_on, return_on) < 1:
            raise PreconditionFailed(f"No {kind.name} is free in {branch.city} on all of these days.")
        wish = {"class_id": kind.id, "branch_id": branch.id, "pick_up_on": pick_up_on, "return_on": return_on, "extra_ids": []}
        money = {"daily_price": kind.daily_rate, "price": kind.daily_rate * (return_on - pick_up_on).days, "deposit_held": 0, "charges": 0}
        return self.rentals.add(driver_id=self.me, **wish, **money, car_id=None, status="reserved")

    @tool(effect=add_member(entity="Rental"), name="rentals_addExtra")
    def add_extra(self, rental_id: Ref[Rental], extra_id: Ref[Extra]) -> Rental:
        """Take something along, each thing once; it costs its price for every day."""
        rental, extra = self._reserved(rental_id), self.extras.get(extra_id)
        if extra.id in rental.extra_ids:
            raise PreconditionFailed(f"{extra.name} is part of this rental already.")
        daily = rental.daily_price + extra.daily_price
        return self.rentals.replace(rental, extra_ids=[*rental.extra_ids, extra.id], daily_price=daily, price=daily * rental.days)

    @tool(effect=reschedule, name="rentals_changeDays")
    def change_days(self, rental_id: Ref[Rental], pick_up_on: date, return_on: date) -> Rental:
        """Move a reservation to other days, if the class is free on them. The price follows."""
        rental = self._reserved(rental_id)
        self._require_days(pick_up_on, return_on)
        if self._free(rental.class_id, rental.branch_id, pick_up_on, return_on, but=rental.id) < 1:
            raise PreconditionFailed("The class is not free on all of these days.")
        price = rental.daily_price * (return_on - pick_up_on).days
        return self.rentals.replace(rental, pick_up_on=pick_up_on, return_on=return_on, price=price)

    @tool(effect=[release, transition(entity="Rental", field="status", sources=["reserved"], target="cancelled")], name="rentals_cancel")
    def cancel_rental(self, rental_id: Ref[Rental]) -> Rental:
        """Cancel a reservation: for nothing until the day before, later for the price of one day."""
        rental = self._mine(rental_id)
        late = rental.pick_up_on <= self.today
        return self.rentals.transition(rental, "cancelled", charges=rental.daily_price if late else 0)

    @tool(
        effect=[assign, capture, transition(entity="Rental", field="status", sources=["reserved"], target="rented")],
        name="rentals_pickUp",
    )
    def pick_up(self, rental_id: Ref[Rental], car_id: Ref[Car]) -> Rental:
        """Fetch a car of the reserved class, or of a dearer one, on the day of pick-up or later. The deposit is taken."""
        rental, car = self._mine(rental_id), self.cars.get(car_id)
        kind, given = self.classes.get(rental.class_id), self.classes.get(car.class_id)
        if rental.status == "reserved" and not rental.pick_up_on <= self.today < rental.return_on:
            raise PreconditionFailed(f"The reservation is for {rental.pick_up_on} to {rental.return_on}.")
        if car.status != "ready" or car.branch_id != rental.branch_id:
            raise PreconditionFailed(f"The car {car.plate} is not ready at this branch.")
        if given.daily_rate < kind.daily_rate:
            raise PreconditionFailed(f"The car {car.plate} is of a cheaper class than the reserved {kind.name}.")
        taken = {"car_id": car.id, "deposit_held": kind.deposit}
        rented = self.rentals.transition(rental, "rented", **taken)
        self.cars.replace(car, status="rented")
        return rented

    @tool(effect=reschedule, name="rentals_extend")
    def extend_rental(self, rental_id: Ref[Rental], return_on: date) -> Rental:
        """Keep a car longer than agreed, at the same daily price, before it is overdue."""
        rental = self._mine(rental_id)
        if rental.status != "rented" or self.today > rental.return_on:
            raise PreconditionFailed("Only a car that is on the road and not overdue can be kept longer.")
        if not rental.return_on < return_on <= rental.pick_up_on + timedelta(days=LONGEST):
            raise PreconditionFailed(f"Choose a day after {rental.return_on}, and {LONGEST} days after the pick-up at the latest.")
        price = rental.daily_price * (return_on - rental.pick_up_on).days
        return self.rentals.replace(rental, return_on=return_on, price=price)

    @tool(effect=[refund, transition(entity="Rental", field="status", sources=["rented"], target="closed")], name="rentals_bringBack")
    def bring_back(self, rental_id: Ref[Rental], branch_id: Ref[Branch], kilometres: Count) -> Rental:
        """Bring a car back after so many kilometres, and get the deposit.

        Charged are each late day at one and a half times its price, each kilometre beyond 250 a day, and 75 for another branch.
        """
        rental, branch = self._mine(rental_id), self.branches.get(branch_id)
        closed = self.rentals.transition(rental, "closed", deposit_held=0, charges=self._charges(rental, branch, kilometres))
        car = self.cars.get(rental.car_id or "")
        self.cars.replace(car, status="ready", branch_id=branch.id, odometer=car.odometer + kilometres)
        return closed

    @invariant
    def cars_are_where_rentals_say(self) -> bool:
        """A car is rented exactly while one rental has it on the road."""
        out = Counter(rental.car_id for rental in self.rentals if rental.status == "rented")
        return all(out[car.id] == (car.status == "rented") for car in self.cars) and None not in out

    @invariant
    def prices_follow_the_days(self) -> bool:
        """A rental's price is its daily price, the class and all extras, for each of one to thirty days."""
        return all(
            r.price == r.daily_price * r.days and 1 <= r.days <= LONGEST and len(set(r.extra_ids)) == len(r.extra_ids) for r in self.rentals
        )

    @invariant
    def deposits_are_held_on_the_road(self) -> bool:
        """The class's deposit is held while a rental is on the road, and only then; charges come at the end."""
        held = {kind.id: kind.deposit for kind in self.classes}
        deposits = all(r.deposit_held == (held[r.class_id] if r.status == "rented" else 0) for r in self.rentals)
        return deposits and all(r.charges == 0 or (r.charges > 0 and r.status in {"closed", "cancelled"}) for r in self.rentals)

    def _mine(self, rental_id: str) -> Rental:
        rental = self.rentals.get(rental_id)
        if rental.driver_id != self.me:
            raise PermissionDenied("This rental is another driver's.")
        return rental

    def _reserved(self, rental_id: str) -> Rental:
        rental = self._mine(rental_id)
        if rental.status != "reserved":
            raise PreconditionFailed("Only a reservation whose car was not fetched can be changed.")
        return rental

    def _require_days(self, pick_up_on: date, return_on: date) -> None:
        if pick_up_on < self.today:
            raise PreconditionFailed(f"Today is {self.today}; a car cannot be fetched before.")
        if not 1 <= (return_on - pick_up_on).days <= LONGEST:
            raise PreconditionFailed(f"A rental lasts between 1 and {LONGEST} days.")

    def _free(self, class_id: str, branch_id: str, start: date, end: date, but: str | None = None) -> int:
        """Cars of a class at a branch, less the reservations of it there on the busiest of the days."""
        cars = sum(car.status == "ready" for car in self.cars.where(class_id=class_id, branch_id=branch_id))
        booked = [r for r in self.rentals.where(class_id=class_id, branch_id=branch_id, status="reserved") if r.id != but]
        days = [start + timedelta(days=number) for number in range((end - start).days)]
        return cars - max((sum(r.pick_up_on <= day < r.return_on for r in booked) for day in days), default=0)

    def _charges(self, rental: Rental, branch: Branch, kilometres: int) -> Decimal:
        late = max((self.today - rental.return_on).days, 0)
        beyond = max(kilometres - KM_A_DAY * (rental.days + late), 0)
        return late * rental.daily_price * LATE_FACTOR + beyond * PRICE_A_KM + (ONE_WAY_FEE if branch.id != rental.branch_id else 0)

    @classmethod
    def scenario(cls, draw):
        """A few branches with cars of each class, and rentals reserved, on the road, overdue and closed."""
        towns = draw.sample(draw.lexicon.places, 2 + draw.size // 8)
        branches = [
            {
                "id": draw.key(Branch),
                "city": town["city"],
                "address": f"{draw.choice(town['streets'])} {draw.integer(2, 90)}",
                "airport": place == 0,
            }
            for place, town in enumerate(towns)
        ]
        offers = [("Mini", 4, 31, 42), ("Compact", 5, 39, 56), ("Estate", 5, 54, 76), ("Electric", 5, 58, 82), ("Van", 8, 74, 98)]
        classes = [
            {
                "id": draw.key(CarClass),
                "name": name,
                "seats": seats,
                "daily_rate": draw.integer(low, high),
                "deposit": draw.integer(2, 6) * 100,
            }
            for name, seats, low, high in offers
        ]
        things = draw.sample(
            [("Child seat", 6), ("Roof box", 9), ("Snow chains", 5), ("Second driver", 8), ("Bike rack", 7), ("Phone holder", 2)], 5
        )
        extras = [{"id": draw.key(Extra), "name": name, "daily_price": price} for name, price in things]
        cars = [cls._seeded_car(draw, branch, kind) for branch in branches for kind in classes for _ in range(draw.integer(1, 3))]
        rentals = [cls._seeded_rental(draw, cars, classes, extras, place) for place in range(draw.size + 5)]
        return {"branches": branches, "classes": classes, "cars": cars, "extras": extras, "rentals": rentals}

    @staticmethod
    def _seeded_car(draw, branch, kind):
        models = {"Mini": ["Fiat 500", "Toyota Aygo"], "Compact": ["VW Golf", "Renault Clio"], "Estate": ["Skoda Octavia", "Volvo V60"]}
        models |= {"Electric": ["Tesla Model 3", "Kia Niro"], "Van": ["Ford Transit", "VW Caravelle"]}
        car = {
            "id": draw.key(Car),
            "model": draw.choice(models[kind["name"]]),
            "plate": draw.distinct("plate", lambda: draw.digits("??-###-??")),
        }
        place = {"class_id": kind["id"], "branch_id": branch["id"], "odometer": draw.integer(900, 48000)}
        return car | place | {"status": "workshop" if draw.chance(0.08) else "ready"}

    @staticmethod
    def _seeded_rental(draw, cars, classes, extras, place):
        """The caller's first rentals can be fetched today, are on the road, overdue, and reserved for later."""
        steps = ("today", "rented", "overdue", "reserved", "rented", "closed", "cancelled", "reserved")
        step = steps[place] if place < 5 else draw.choice(steps)
        first = {"today": 0, "reserved": draw.integer(2, 40), "rented": -draw.integer(1, 3)}.get(step, -draw.integer(9, 25))
        length = draw.integer(4, 7) if step != "overdue" else -first - draw.integer(1, 3)
        free = [car for car in cars if car["status"] == "ready"] or cars
        car = draw.choice(free)
        kind = next(kind for kind in classes if kind["id"] == car["class_id"])
        taken = draw.sample(extras, draw.choice([0, 0, 1, 2]))
        daily = round(kind["daily_rate"] + sum(extra["daily_price"] for extra in taken), 2)
        status = {"today": "reserved", "overdue": "rented"}.get(step, step)
        out = status == "rented" and car["status"] == "ready"
        status = "closed" if status == "rented" and not out else status
        car["status"] = "rented" if out else car["status"]
        rental = {"id": draw.key(Rental), "driver_id": draw.me if place < 5 else draw.owner(0.3), "class_id": kind["id"]}
        rental |= {
            "branch_id": car["branch_id"],
            "pick_up_on": draw.day(first, first),
            "return_on": draw.day(first + length, first + length),
        }
        rental |= {"extra_ids": [extra["id"] for extra in taken], "daily_price": daily, "price": daily * length}
        rental |= {"deposit_held": kind["deposit"] if out else 0, "charges": draw.choice([0, 0, 75]) if status == "closed" else 0}
        fetched = status in {"rented", "closed"}
        rental |= {"car_id": car["id"] if fetched else None, "status": status}
        return rental | {"created_at": draw.moment(min(first, 0) - 30, min(first, 0) - 1)}
