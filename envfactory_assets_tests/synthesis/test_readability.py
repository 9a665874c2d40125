"""Generated modules read as if a person had written them."""

from envfactory_assets.environments import load_environment
from envfactory_assets_tests.synthesis.documents import TEXT, bookshop, record, written

PLACE = record((), street=TEXT, town=TEXT)
MOOD = {"type": "string", "enum": ["calm", "cross"]}


def order(**more) -> dict:
    return record(("id",), id=TEXT, customer_id=TEXT, title=TEXT, **more)


def test_equal_value_objects_become_one_named_after_what_they_are():
    code = written(bookshop(Order=order(billing_place=PLACE, delivery_place=PLACE)))[1].source_code
    assert code.count("(Part):") == 1
    assert 'class Place(Part):\n    """A place."""' in code
    assert "billing_place: Place" in code
    assert "delivery_place: Place" in code


def test_one_value_object_is_named_after_its_owner():
    code = written(bookshop(Order=order(delivery_place=PLACE)))[1].source_code
    assert 'class OrderDeliveryPlace(Part):\n    """The delivery place of an order."""' in code


def test_choices_are_named_once_and_without_stutter():
    customer = record(("id", "name"), id=TEXT, name=TEXT, mood=MOOD)
    code = written(bookshop(Order=order(order_mood=MOOD), Customer=customer))[1].source_code
    assert code.count('Literal["calm", "cross"]') == 1
    assert "OrderOrderMood" not in code


def test_an_id_of_another_system_is_plain_text():
    _, candidate, spec = written(bookshop(Order=order(external_order_id=TEXT, partner_customer_id=TEXT)))
    fields = {field.name: field for field in spec.entity("Order").fields}
    assert fields["external_order_id"].type == fields["partner_customer_id"].type == "text"
    assert fields["customer_id"].ref == "Customer"
    load_environment(candidate.source_code, candidate.env_id)


def test_the_start_is_kept_with_the_end():
    others = {f"remark_{number}": TEXT for number in range(20)}
    moment = {"type": "string", "format": "date-time"}
    _, _, spec = written(bookshop(Order=order(**others, end_time=moment, start_time=moment)))
    assert {"start_time", "end_time"} <= {field.name for field in spec.entity("Order").fields}
