"""What the car rental does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import at_least, at_most, changed, denied, fits, made, refused, shows


def list_branches(was, city, airport):
    yield shows((branch for branch in was.branches if fits(branch, city=city, airport=airport)), "city id")


def find_free_classes(was, branch_id, pick_up_on, return_on, min_seats, max_daily_rate):
    branch = was.branches[branch_id]
    yield _wrong_days(was, pick_up_on, return_on)
    fitting = (c for c in was.classes if at_least(c.seats, min_seats) and at_most(c.daily_rate, max_daily_rate))
    yield shows((c for c in fitting if _free(was, c.id, branch.id, pick_up_on, return_on) > 0), "daily_rate id")


def list_cars(was, branch_id, class_id, status):
    yield shows((car for car in was.cars if fits(car, branch_id=branch_id, class_id=class_id, status=status)), "odometer id")


def list_extras(was, max_daily_price):
    yield shows((extra for extra in was.extras if at_most(extra.daily_price, max_daily_price)), "daily_price id")


def list_my_rentals(was, status, branch_id):
    yield shows((r for r in was.rentals if fits(r, driver_id=was.me, status=status, branch_id=branch_id)), "-pick_up_on -id")


def get_rental(was, rental_id):
    yield denied(was.rentals[rental_id].driver_id != was.me)
    yield shows([was.rentals[rental_id]])


def reserve_class(was, class_id, branch_id, pick_up_on, return_on):
    kind, branch = was.classes[class_id], was.branches[branch_id]
    yield _wrong_days(was, pick_up_on, return_on)
    yield refused(_free(was, class_id, branch.id, pick_up_on, return_on) < 1)
    what = {"class_id": class_id, "branch_id": branch_id, "pick_up_on": pick_up_on, "return_on": return_on, "extra_ids": []}
    price = kind.daily_rate * (return_on - pick_up_on).days
    money = {"daily_price": kind.daily_rate, "price": price, "deposit_held": 0, "charges": 0}
    yield made(was.rentals, driver_id=was.me, **what, **money, car_id=None, status="reserved", created_at=was.moment)


def add_extra(was, rental_id, extra_id):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    yield refused(rental.status != "reserved")
    extra = was.extras[extra_id]
    yield refused(extra_id in rental.extra_ids)
    daily = rental.daily_price + extra.daily_price
    yield changed(rental, extra_ids=[*rental.extra_ids, extra_id], daily_price=daily, price=daily * _days(rental))


def change_days(was, rental_id, pick_up_on, return_on):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    yield refused(rental.status != "reserved")
    yield _wrong_days(was, pick_up_on, return_on)
    yield refused(_free(was, rental.class_id, rental.branch_id, pick_up_on, return_on, but=rental) < 1)
    price = rental.daily_price * (return_on - pick_up_on).days
    yield changed(rental, pick_up_on=pick_up_on, return_on=return_on, price=price)


def cancel_rental(was, rental_id):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    yield refused(rental.status != "reserved")
    yield changed(rental, status="cancelled", charges=rental.daily_price if rental.pick_up_on <= was.day else 0)


def pick_up(was, rental_id, car_id):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    car = was.cars[car_id]
    kind, given = was.classes[rental.class_id], was.classes[car.class_id]
    yield refused(rental.status != "reserved", was.day < rental.pick_up_on, was.day >= rental.return_on)
    yield refused(car.status != "ready", car.branch_id != rental.branch_id, given.daily_rate < kind.daily_rate)
    yield changed(rental, status="rented", car_id=car_id, deposit_held=kind.deposit)
    yield changed(car, status="rented")


def extend_rental(was, rental_id, return_on):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    days = (return_on - rental.pick_up_on).days
    yield refused(rental.status != "rented", was.day > rental.return_on, return_on <= rental.return_on, days > 30)
    yield changed(rental, return_on=return_on, price=rental.daily_price * days)


def bring_back(was, rental_id, branch_id, kilometres):
    rental = was.rentals[rental_id]
    yield denied(rental.driver_id != was.me)
    branch = was.branches[branch_id]
    yield refused(rental.status != "rented")
    late = max((was.day - rental.return_on).days, 0)
    beyond = max(kilometres - 250 * (_days(rental) + late), 0)
    charges = late * rental.daily_price * 3 / 2 + beyond * Decimal("0.30") + (75 if branch.id != rental.branch_id else 0)
    yield changed(rental, status="closed", deposit_held=0, charges=charges)
    car = was.cars[rental.car_id]
    yield changed(car, status="ready", branch_id=branch_id, odometer=car.odometer + kilometres)


def _days(rental):
    return (rental.return_on - rental.pick_up_on).days


def _wrong_days(was, pick_up_on, return_on):
    return refused(pick_up_on < was.day, return_on <= pick_up_on, (return_on - pick_up_on).days > 30)


def _free(was, class_id, branch_id, start, end, but=None):
    cars = [car for car in was.cars if fits(car, class_id=class_id, branch_id=branch_id, status="ready")]
    booked = [r for r in was.rentals if fits(r, class_id=class_id, branch_id=branch_id, status="reserved") and r is not but]
    days = [start + timedelta(days=ahead) for ahead in range((end - start).days)]
    return len(cars) - max((sum(r.pick_up_on <= day < r.return_on for r in booked) for day in days), default=0)
