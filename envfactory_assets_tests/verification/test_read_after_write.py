"""What was written is compared with what is stored, however either is spelt."""

from envfactory_assets.verification.probes.read_after_write import same


def test_names_of_parts_are_the_same_in_any_spelling():
    assert same({"airline.passenger_name": "Ada"}, {"airline_passenger_name": "Ada", "airline_code": None})
    assert not same({"airline.passenger_name": "Ada"}, {"airline_passenger_name": "Bob"})
