"""What descriptions say as facts, and how extracts keep the facts without the prose."""

import pytest

from envfactory_assets.corpus.annotating import annotated, with_states_named
from envfactory_assets.corpus.document import ApiDocument, Operation, Parameter
from envfactory_assets.corpus.formats.schemas import SchemaReader
from envfactory_assets.corpus.prose import NOTHING, SAID, Said, is_read_only, is_said, read_prose, said_by, said_of, states_named

TEXT = {"type": "string"}
ROLES = {
    "The maximum number of orders to return.": "size",
    "How many results to return per page": "size",
    "Page number of the results to fetch.": "page",
    "The token of the next page, from a previous response.": "page",
    "Number of records to skip.": "page",
    "Field to sort by.": "sort",
    "Sorts in ascending or descending order": "sort",
    "Comma-separated list of fields to return": "shape",
    "Include the number of items of each order.": "shape",
    "Language of the response": "shape",
    "Text to search for.": "search",
    "Filter by customer.": "filter",
    "Only return orders that are paid.": "filter",
    "Whether to exclude archived orders": "filter",
    "Returns the orders placed by the given customer.": "filter",
}
OPERATORS = {
    "Only orders created after this date.": "ge",
    "Only orders created before this date": "le",
    "The minimum total": "ge",
    "Filter messages up to the date specified": "le",
    "Orders of at most this total": "le",
    "A comma-separated list of statuses": "any_of",
    "Filter by orders whose title contains this": "contains",
    "Filter by status": None,
}
KEYS = {
    "ID of the customer the invoice belongs to.": "customer",
    "The unique identifier of the warehouse": "warehouse",
    "Identifier for the shipping address": "shipping_address",
    "The user's ID": "user",
    "Filter by channel id.": "channel",
    "Limit the result to seasons owned by this series.": "series",
    "The title of the book": None,
    "Order number": None,
}


@pytest.mark.parametrize(("text", "role"), ROLES.items())
def test_a_description_says_what_a_parameter_is_for(text, role):
    assert read_prose(text).role == role


@pytest.mark.parametrize(("text", "operator"), OPERATORS.items())
def test_a_description_says_how_records_are_compared(text, operator):
    assert read_prose(text).operator == operator


@pytest.mark.parametrize(("text", "thing"), KEYS.items())
def test_a_description_says_whose_key_a_value_is(text, thing):
    assert read_prose(text).names == thing


def test_a_description_says_by_which_property_records_are_chosen():
    assert read_prose("Optional. Filter by channel type.").by == "channel_type"
    assert read_prose("**Restrict** the list by `billing state`").by == "billing_state"
    assert "released" in read_prose("Limit the result to episodes released in this month.").of


@pytest.mark.parametrize("text", [None, "", "   ", "-", 7, "。", "(" * 500, "a " * 500, "<b>" * 200, "`" * 300])
def test_what_says_nothing_and_what_is_no_text_is_read_without_complaint(text):
    assert read_prose(text).role is None


def test_a_description_says_that_a_value_follows_from_another():
    assert read_prose("Is it on show? Based on the value of the closes field.").follows
    assert not read_prose("Based on customer requests, a flag that a person sets.").follows


def test_facts_kept_in_a_schema_come_before_prose():
    kept = {"type": "string", SAID: {"role": "filter", "by": "status"}}
    assert said_of(kept | {"description": "Field to sort by"}) == Said(role="filter", by="status")
    parameter = Parameter(name="s", place="query", schema=kept, description="Field to sort by", pointer="/x")
    assert said_by(parameter).by == "status"
    assert said_of(TEXT) == NOTHING


REFUSED = [
    {},
    [],
    {"role": "prose"},
    {"operator": "near"},
    {"of": "status"},
    {"of": ["The status of an order."]},
    {"names": "Customer of the order"},
    {"key": False},
    {"said": "status"},
]


@pytest.mark.parametrize("value", REFUSED, ids=str)
def test_only_facts_pass_for_facts(value):
    assert not is_said(value)


def test_only_names_that_a_document_knows_are_kept():
    said = Said(role="filter", by="billing_state", of=("billing", "state", "gorgeous"), names="very_good_customer")
    kept = said.within(frozenset({"state", "customer", "created_at"}))
    assert kept == Said(role="filter", by="billing_state", of=("state",), names="very_good_customer")
    assert said.within(frozenset({"unrelated"})) == Said(role="filter")


def shop(described: bool) -> ApiDocument:
    def told(text: str) -> dict:
        return {"description": text} if described else {}

    order = {
        "type": "object",
        "properties": {
            "id": TEXT | told("Unique identifier of the order."),
            "buyer": TEXT | told("ID of the customer who bought."),
            "released_at": TEXT,
            "lines": {"type": "array", "items": {"type": "object", "properties": {"sku": TEXT | told("ID of the product")}}},
        },
    }
    parameter = Parameter(
        name="month",
        place="query",
        schema=TEXT,
        description="Limit the result to orders released in this month." if described else None,
        pointer="/paths/~1orders/get/parameters/0",
    )
    listed = Operation(
        operation_id="list",
        method="GET",
        path="/orders",
        pointer="/paths/~1orders/get",
        parameters=(parameter,),
        response={"type": "array", "items": {"$ref": "#/schemas/Order"}},
    )
    customers = Operation(operation_id="customers", method="GET", path="/customers", pointer="/paths/~1customers/get")
    return ApiDocument(
        kind="openapi", title="Shop", version="1", provider="shop.example", operations=(listed, customers), schemas={"Order": order}
    )


def test_an_extract_keeps_what_its_document_says_without_the_prose():
    made = annotated(shop(described=False), shop(described=True))
    properties = made.schemas["Order"]["properties"]
    assert properties["buyer"] == TEXT | {SAID: {"names": "customer"}}
    assert properties["id"][SAID]["key"] is True
    assert made.operations[0].parameters[0].schema_ == TEXT | {SAID: {"role": "filter", "of": ["released_at", "orders"]}}
    assert properties["lines"] == shop(described=False).schemas["Order"]["properties"]["lines"]  # of no product the document knows
    assert annotated(made, shop(described=True)) == made


@pytest.mark.parametrize(
    ("text", "fixed", "same"),
    [
        ("Standing. `0` means the person is locked and cannot sign in. `1` means the person is well.", False, "locked"),
        ("The parent. This property cannot be modified using a PUT request.", True, None),
        ("The kind of event. It can not be changed after the event is created.", True, None),
        ("The amount. It cannot be changed by the way.", False, None),
        ("Deprecated since v4: 0 is locked. Please use `isLocked` instead.", False, "islocked"),
        ("The verdict. This field is kept in sync with `completed`.", False, "completed"),
        ("Use a tag instead of a label.", False, None),
    ],
)
def test_descriptions_tell_what_stays_and_what_says_the_same(text: str, fixed: bool, same: str | None):
    said = read_prose(text)
    assert (said.fixed, said.same) == (fixed, same)


@pytest.mark.parametrize(
    ("text", "limited"),
    [
        ("When it ends. Ends have the following restrictions: they can only be set on user and group permissions.", True),
        ("When it ends. It can only be set for team folders.", True),
        ("When it ends. It can only be set on creation.", False),
        ("Whether it is put away. Only the owner may put it away, others still see it.", True),
        ("When it ends.", False),
    ],
)
def test_descriptions_tell_what_may_be_set_under_conditions_of_its_own(text: str, limited: bool):
    assert read_prose(text).limited is limited


def test_what_stays_is_said_also_where_there_is_little_room():
    def job(**described: str) -> ApiDocument:
        kind = TEXT | described
        return shop(described=False).model_copy(update={"schemas": {"Order": {"type": "object", "properties": {"kind": kind}}}})

    made = annotated(job(), job(description="Its kind, the ID of a customer. It cannot be changed after creation."), fixed_only=True)
    assert made.schemas["Order"]["properties"]["kind"][SAID] == {"fixed": True}


def test_what_is_said_of_properties_is_left_out_where_there_is_no_room():
    made = annotated(shop(described=False), shop(described=True), parameters_only=True)
    assert made.schemas == shop(described=False).schemas
    assert SAID in made.operations[0].parameters[0].schema_


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Output only. When the task was made.", True),
        ("[Output Only] The owner.", True),
        ("Read-only: set by the service.", True),
        ("When it was made. This field is read-only.", True),
        ("The tag (read only).", True),
        ("Deprecated: Output only. Use another one.", True),
        ("Read-only after the task is made.", False),
        ("Whether the share gives read only access.", False),
        ("The only owner.", False),
        (None, False),
    ],
)
def test_a_description_says_that_a_value_is_never_set(text: str | None, told: bool):
    assert is_read_only(text) == told


def test_what_is_said_to_be_read_only_is_so_in_the_schema_unless_its_flag_says_otherwise():
    owner = {"type": "string", "description": "Output only. Who owns it."}
    thing = {"type": "object", "properties": {"owner": owner, "name": owner | {"readOnly": False}, "place": {"$ref": "#/a", **owner}}}
    read = SchemaReader({"a": {"type": "object"}}, "x").read(thing)["properties"]
    assert {name: schema.get("readOnly") for name, schema in read.items()} == {"owner": True, "name": False, "place": True}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("A memo with the Draft status can be cancelled.", ("draft",)),
        ("The status must be pending or approved.", ("approved", "pending")),
        ("Only open memos can be closed.", ("open",)),
        ("Cancels a memo.", ()),
        (None, ()),
    ],
)
def test_a_description_says_in_which_states_a_record_is_that_an_operation_acts_on(text: str | None, named: tuple[str, ...]):
    assert states_named(text) == named


def test_an_extract_keeps_of_those_states_the_ones_that_it_lists():
    status = {"type": "object", "properties": {"status": {"type": "string", "enum": ["Draft", "Posted"]}}}
    told = Operation(operation_id="cancel", method="PUT", path="/memos/{id}/cancel", pointer="/a", states_named=("credit", "draft"))
    whole = ApiDocument(kind="openapi", title="t", version="1", provider="p", operations=(told,), schemas={"Memo": status})
    bare = whole.model_copy(update={"operations": (told.model_copy(update={"states_named": ()}),)})
    assert with_states_named(bare, whole).operations[0].states_named == ("draft",)
    assert annotated(bare, whole).operations[0].states_named == ("draft",)


def test_a_record_may_bind_what_lies_in_it():
    assert read_prose("Whether it is private. Note that private shelves cannot contain public books.").binds
    assert not read_prose("Whether it is private. Private shelves cannot contain more books than fit.").binds
