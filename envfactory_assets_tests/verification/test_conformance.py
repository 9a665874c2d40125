"""Results compared with the resource's own response schema."""

from typing import Any

import pytest

from envfactory_assets.verification.probes.outputs import response_validator
from envfactory_assets_tests.synthesis.documents import TEXT, bookshop, document, record, ref

PLACE = record(("city", "country"), city=TEXT, country={"type": "string", "enum": ["NO", "SE"]})
SHOP = record(("id", "name"), id={"type": "integer"}, name=TEXT, place={"oneOf": [ref("Place"), {"type": "integer"}]})
STRICT = record((), id=TEXT) | {"additionalProperties": False}


@pytest.mark.parametrize(
    ("schema", "value", "conforms"),
    [
        (ref("Shop"), {"id": 1, "name": "Corner"}, True),
        (ref("Shop"), {"id": 1}, True),  # what is missing counts against the populated share
        (ref("Shop"), {"id": 1, "owner_id": "U1"}, True),  # the schema does not forbid it
        (ref("Shop"), {"id": "1"}, False),
        (ref("Shop"), {"id": 1, "name": None}, False),
        (ref("Shop"), {"id": 1, "place": {"city": "Oslo", "country": "NO"}}, True),
        (ref("Shop"), {"id": 1, "place": {"city": "Oslo", "country": "FI"}}, False),
        (ref("Shop"), {"id": 1, "place": 7}, True),
        ({"type": "array", "items": ref("Shop")}, [{"id": 1}], True),
        ({"type": "array", "items": ref("Shop")}, {"items": [{"id": 1}]}, False),
        (STRICT, {"id": "S1", "owner_id": "U1"}, False),
    ],
)
def test_a_value_conforms_when_all_it_tells_is_as_the_schema_has_it(schema: dict[str, Any], value: Any, conforms: bool) -> None:
    validator = response_validator(document(*bookshop().operations, Shop=SHOP, Place=PLACE), schema)
    assert validator.is_valid(value) is conforms
