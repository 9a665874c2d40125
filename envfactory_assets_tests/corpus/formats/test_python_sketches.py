"""A Python file's typed signatures and docstrings are read as operations; nothing in it is run."""

import time

import pytest

from envfactory_assets.corpus import ApiDocument, DocumentError, Operation, read_document

SKETCH = '''
"""A small shop."""
__version__ = "1.4"
__license__ = "MIT"

import datetime as dt
from dataclasses import dataclass, field
from enum import Enum, auto, StrEnum
from typing import Annotated, Literal, NewType, Optional, TypedDict

from pydantic import BaseModel, Field

CustomerId = NewType("CustomerId", str)
Mood = Literal["good", "bad"]


class Status(str, Enum):
    """Where an order is."""

    OPEN = "open"
    SENT = "sent"
    _HIDDEN = "hidden"


class Colour(StrEnum):
    RED = auto()


@dataclass
class Line:
    """One line of an order.

    Attributes:
        sku: What is bought.
    """

    sku: str
    count: int = 1
    notes: list[str] = field(default_factory=list)
    _cache: dict = None


class Order(BaseModel):
    id: str
    status: Status = Status.OPEN
    lines: list[Line]
    placed: dt.datetime
    previous: Optional["Order"] = None
    total: Annotated[float, Field(ge=0, description="In euro.")] = Field(..., alias="totalAmount")


class GiftOrder(Order):
    message: str


class Address(TypedDict, total=False):
    street: str


class Point:
    def __init__(self, x: float, y: float = 0.0):
        self.x = x


class NotFoundError(Exception):
    def help(self) -> str: ...


class Shop:
    """Sells things."""

    def __init__(self, name: str) -> None: ...

    def _secret(self): ...

    @property
    def name(self) -> str: ...

    def create_order(self, customer: CustomerId, lines: list[Line], /, status: Status = Status.SENT, *, gift: bool = False,
                     mood: Mood | None = None, _debug: int = 0, **rest) -> Order:
        """Place an order.

        Args:
            customer: Who buys.
            lines: What is bought.

        Returns:
            The order.
        """

    async def list_orders(self, page: int = 1, since: "dt.date | None" = None) -> list[Order]: ...

    @staticmethod
    def add(a: int | float, b: "tuple[int, str]", c: tuple[float, ...] = (), where: Address = None, p: Point = None) -> None: ...

    def untyped(self, number, *, limit=5):
        """Do it.

        :param int number: Which one.
        :returns: What came of it.
        :rtype: dict
        """

    def results(self, gift: GiftOrder):
        """Tell.

        Parameters
        ----------
        gift
            Which one.

        Returns
        -------
        id : int
            Its number.
        name : str
            Its name.
        """
'''


def read(text: str, name: str = "shop.py") -> ApiDocument:
    return read_document(text.encode(), name=name)


def operation(document: ApiDocument, name: str) -> Operation:
    return next(o for o in document.operations if o.operation_id == name)


@pytest.fixture(scope="module")
def shop() -> ApiDocument:
    return read(SKETCH)


def test_a_sketch_says_who_it_is(shop: ApiDocument):
    assert (shop.kind, shop.title, shop.version, shop.provider) == ("python_sketch", "Shop", "1.4", "shop")
    assert (shop.license, shop.description) == ("MIT", "A small shop.")


def test_public_methods_are_operations_and_private_ones_properties_and_errors_are_not(shop: ApiDocument):
    assert [o.operation_id for o in shop.operations] == ["create_order", "list_orders", "add", "untyped", "results"]
    assert {o.method for o in shop.operations} == {"CALL"}
    assert {o.tags for o in shop.operations} == {("Shop",)}
    assert operation(shop, "create_order").pointer == "/Shop/create_order"


def test_arguments_have_types_defaults_and_descriptions(shop: ApiDocument):
    customer, lines, status, gift, mood = operation(shop, "create_order").parameters
    assert (customer.name, customer.required, customer.description) == ("customer", True, "Who buys.")
    assert customer.schema_ == {"$ref": "#/schemas/CustomerId"}
    assert shop.schemas["CustomerId"] == {"type": "string"}
    assert lines.schema_ == {"type": "array", "items": {"$ref": "#/schemas/Line"}}
    assert not status.required
    assert (gift.required, gift.schema_) == (False, {"type": "boolean", "default": False})
    assert mood.schema_ == {"anyOf": [{"$ref": "#/schemas/Mood"}, {"type": "null"}]}
    assert shop.schemas["Mood"] == {"type": "string", "enum": ["good", "bad"]}
    assert mood.pointer == "/Shop/create_order/mood"


def test_annotations_of_every_spelling_are_read(shop: ApiDocument):
    a, b, c, where, point = (p.schema_ for p in operation(shop, "add").parameters)
    assert a == {"type": "number"}
    assert b == {"type": "array", "items": {"anyOf": [{"type": "integer"}, {"type": "string"}]}, "minItems": 2, "maxItems": 2}
    assert c == {"type": "array", "items": {"type": "number"}, "default": []}
    assert (where, point) == ({"$ref": "#/schemas/Address"}, {"$ref": "#/schemas/Point"})
    since = operation(shop, "list_orders").parameters[1].schema_
    assert since == {"type": ["string", "null"], "format": "date"}
    assert operation(shop, "list_orders").response == {"type": "array", "items": {"$ref": "#/schemas/Order"}}
    assert operation(shop, "add").response is None


def test_a_docstring_stands_in_for_annotations(shop: ApiDocument):
    number, limit = operation(shop, "untyped").parameters
    assert (number.schema_, number.description, number.required) == ({"type": "integer"}, "Which one.", True)
    assert (limit.schema_, limit.required) == ({"default": 5}, False)
    assert operation(shop, "untyped").response == {"type": "object"}
    told = operation(shop, "results").response
    assert told is not None
    assert {key: value["type"] for key, value in told["properties"].items()} == {"id": "integer", "name": "string"}


def test_records_enums_and_inherited_fields_are_shared_schemas(shop: ApiDocument):
    assert shop.schemas["Status"]["enum"] == ["open", "sent"]
    line = shop.schemas["Line"]
    assert (line["required"], list(line["properties"])) == (["sku"], ["sku", "count", "notes"])
    assert line["properties"]["sku"] == {"type": "string", "description": "What is bought."}
    order = shop.schemas["Order"]
    assert order["required"] == ["id", "lines", "placed", "totalAmount"]
    assert order["properties"]["totalAmount"] == {"type": "number", "minimum": 0, "description": "In euro."}
    assert order["properties"]["placed"] == {"type": "string", "format": "date-time"}
    assert order["properties"]["previous"] == {"anyOf": [{"$ref": "#/schemas/Order"}, {"type": "null"}]}
    assert set(shop.schemas["GiftOrder"]["properties"]) == {*order["properties"], "message"}
    assert "required" not in shop.schemas["Address"]
    assert shop.schemas["Point"]["required"] == ["x"]


def test_functions_of_a_module_are_operations_too():
    document = read('def greet(name: str) -> str:\n    """Greet."""\n\ndef _hidden(): ...\n', "hello.py")
    assert [(o.operation_id, o.tags, o.description) for o in document.operations] == [("greet", (), "Greet.")]
    assert document.title == "hello"


def test_methods_of_equal_name_in_two_classes_are_told_apart():
    text = "class Orders:\n    def list(self): ...\nclass Users:\n    def list(self): ...\n    def me(self): ...\n"
    assert [o.operation_id for o in read(text).operations] == ["Orders.list", "Users.list", "me"]


def test_results_listed_with_their_types_are_an_object():
    text = (
        'def f() -> dict:\n    """F.\n\n    Returns:\n        id (int): Its id.\n        tags (List[str]): Its\n          tags.\n    """\n'
    )
    assert read(text).operations[0].response == {
        "type": "object",
        "properties": {
            "id": {"type": "integer", "description": "Its id."},
            "tags": {"type": "array", "items": {"type": "string"}, "description": "Its"},
        },
    }


def test_nothing_is_run(tmp_path):
    witness = tmp_path / "witness"
    text = f"open({str(witness)!r}, 'w').write('run')\ndef f(a=open({str(witness)!r}, 'w')): ...\n"
    assert read(text).operations[0].operation_id == "f"
    assert not witness.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x = 1\n", "no public function or method"),
        ("def f(:\n", "not valid Python at line 1"),
        ("x = '\0'\n", "not valid Python"),
        ("x = " + "(" * 5000 + ")" * 5000, "not valid Python"),
        ("x = " + "-" * 200_000 + "1", "not valid Python"),
        ("x = " + "9" * 10_000, "not valid Python"),
        ("# " + "x" * 1_100_000, "over the limit of 1,048,576"),
        ("class A(A):\n    x: int\n", "no public function"),
    ],
)
def test_what_is_no_sketch_is_refused_in_one_line(text: str, says: str):
    with pytest.raises(DocumentError, match=says):
        read(text)


ODD = [
    "class A(B):\n    x: int\nclass B(A):\n    y: int\ndef f(a: A, b: B): ...",
    "X = list[\"X\"]\ndef f(a: X, b: \"'''int'''\"): ...",
    "def f(a: " + "list[" * 150 + "int" + "]" * 150 + "): ...",
    "def f(a='\\ud800', b: Literal['\\udfff'] = 1e999, c=10**9, d=" + "9" * 4000 + ", ключ: int = 1): ...",
    'def f():\n    """\\ud800 Tell.\n\n    Args:\n        \\ud800: x\n    """',
    "class E(Enum):\n    A = ['x']\n    B = object()\n    C = 1\ndef f(e: E = E.A, g=E.D): ...",
    "class T:\n    class U:\n        class V:\n            x: 'T'\n    def g(this, *, x: T.U.V): ...",
    "class S:\n    @staticmethod\n    def f(): ...\n    def g(): ...\n    def h(*, self): ...",
    "def f(a: int[str, Literal], b: Union, c: Optional, d: Annotated, e: dict[str], g: tuple[()], h: Callable[[int], str]): ...",
]


@pytest.mark.parametrize("text", ODD)
def test_odd_sources_are_read(text: str):
    document = read(text)
    assert document.operations
    assert document == ApiDocument.model_validate_json(document.model_dump_json(by_alias=True))


def test_large_sources_are_read_quickly():
    many = "\n".join(f"class C{i}(C{i + 1}):\n    x{i}: int\n    def run(self, a: C{i}): ..." for i in range(3000))
    union, choice = ", ".join(f"Literal[{i}]" for i in range(20_000)), ", ".join(map(str, range(50_000)))
    wide = f"def f(a: Union[{union}], b: Literal[{choice}]): ..."
    started = time.monotonic()
    assert len(read(many).operations) == 3000
    assert len(read(wide).operations) == 1
    assert time.monotonic() - started < 10
