"""Record types and links that collections tell: names of operations, what answers are called, what stands before and after in paths."""

from envfactory_assets.synthesis.meaning import infer_meaning
from envfactory_assets_tests.synthesis.documents import TEXT, WHOLE, bookshop, document, many, operation, record, ref
from envfactory_assets_tests.synthesis.understood import effects, keys, links

SHOP = record(name=TEXT, city=TEXT)
AISLE = record(name=TEXT, width=WHOLE)


def a_map(name: str) -> dict:
    return {"type": "object", "additionalProperties": ref(name)}


def test_whole_names_in_paths_are_of_the_collections_that_operations_are_named_after():
    api = document(
        operation("GET", "/v1/{name}", name="store.shops.get", response=ref("Shop")),
        operation("GET", "/v1/{name}", name="store.shops.aisles.get", response=ref("Aisle")),
        operation("POST", "/v1/{parent}/aisles", name="store.shops.aisles.create", request=ref("Aisle"), response=ref("Aisle")),
        operation("POST", "/v1/{name}:close", name="store.shops.close", response=ref("Shop")),
        Shop=SHOP,
        Aisle=AISLE,
    )
    meaning = infer_meaning(api)
    assert keys(meaning) == {"shop": "name", "aisle": "name"}
    assert effects(meaning)["store.shops.close"] == "transition:close shop"
    assert ("aisle", "(path)", "shop") in links(meaning)


def test_a_path_lists_what_its_answer_is_called_after_by_what_follows_it():
    departure = record(number=TEXT, stop_id=TEXT, platform=TEXT)
    api = document(
        operation("GET", "/stops/{stop_id}", response=ref("Stop")),
        operation("GET", "/departures/stop/{stop_id}", response=record(departures=many("Departure"), stops=a_map("Stop"))),
        operation("GET", "/stops/{stop_id}/kind/{kind}", response=record(stop=ref("Stop"))),
        Stop=record(stop_id=TEXT, title=TEXT),
        Departure=departure,
    )
    known = effects(infer_meaning(api))
    assert known["GET /departures/stop/{stop_id}"] == "list departure"
    assert known["GET /stops/{stop_id}/kind/{kind}"] == "get stop"


def test_what_follows_a_collection_that_its_answer_is_called_after_says_which_records():
    listed = record(films=many("Film"))
    api = document(operation("GET", "/films/popular", response=listed), Film=record(film_id=TEXT, title=TEXT))
    assert effects(infer_meaning(api)) == {"GET /films/popular": "list film"}


def test_services_before_a_key_are_things_and_before_a_thing_say_nothing():
    service = record(id=TEXT, label=TEXT)
    api = document(
        operation("GET", "/services/{id}", response=ref("Service")),
        operation("GET", "/services/orders/{id}", response=ref("Order")),
        Service=service,
        Order=record(id=TEXT, title=TEXT),
    )
    assert set(keys(infer_meaning(api))) == {"service", "order"}


def test_slight_lists_written_out_are_of_the_path_they_stand_at():
    slight = record(id=TEXT, name=TEXT, label=TEXT)
    api = document(
        operation("GET", "/catalogue/{id}", response=slight),
        operation("GET", "/catalogue", response={"type": "array", "items": slight}),
        operation("GET", "/feature-types", response={"type": "array", "items": slight}),
    )
    assert effects(infer_meaning(api))["GET /feature-types"] == "list feature_type"


def test_a_record_called_after_its_thing_is_no_list_of_what_it_holds():
    author = record(name=TEXT, books=many("Book"))
    api = document(
        operation("GET", "/book/{isbn}", response=ref("Book")),
        operation("GET", "/author/{name}", response=ref("Author")),
        Book=record(isbn=TEXT, title=TEXT),
        Author=author,
    )
    meaning = infer_meaning(api)
    assert effects(meaning)["GET /author/{name}"] == "get author"
    assert ("author", "books", "book") in links(meaning)


def test_records_made_below_a_path_by_the_key_of_another_thing_lie_in_that():
    made = operation("POST", "/reviews/{customer-id}", request=record(text=TEXT, stars=WHOLE))
    shown = operation("GET", "/reviews/{review-id}", response=record(id=TEXT, text=TEXT))
    keyed = operation("GET", "/customers/{customer-id}", response=ref("Customer"))
    meaning = infer_meaning(document(keyed, made, shown, Customer=record(id=TEXT, name=TEXT)))
    assert effects(meaning)["POST /reviews/{customer-id}"] == "create review"
    assert ("review", "(path)", "customer") in links(meaning)


def test_what_is_only_told_something_is_no_record():
    said = operation("POST", "/talk/{room}/{botname}", query={"input": TEXT, "topic": TEXT})
    assert "talk" not in keys(infer_meaning(bookshop(said)))


def test_lists_that_are_cleared_are_of_records():
    visit = record(page=TEXT, agent=TEXT)
    below = "/customers/{customer_id}/visits"
    api = bookshop(operation("GET", below, response=many("Visit")), operation("DELETE", below), Visit=visit)
    assert keys(infer_meaning(api))["visit"] == ""


def test_properties_are_keys_of_what_answers_call_a_record_though_paths_call_it_otherwise():
    account = record(user=record(id=TEXT, name=TEXT, email=TEXT, city=TEXT))
    ride = record(id=TEXT, booking_user_id=TEXT, price=WHOLE)
    api = document(operation("GET", "/accounts/{id}", response=account), operation("GET", "/rides/{id}", response=ref("Ride")), Ride=ride)
    assert links(infer_meaning(api)) == {("ride", "booking_user_id", "account")}


def test_a_plural_of_any_language_is_told_by_the_key_that_paths_take():
    api = document(
        operation("GET", "/kassen/{kasse_id}", response=ref("Kasse")),
        operation("GET", "/belege/{beleg_id}", response=ref("Beleg")),
        Kasse=record(id=TEXT, ort=TEXT),
        Beleg=record(id=TEXT, kasse_id=TEXT),
    )
    assert links(infer_meaning(api)) == {("belege", "kasse_id", "kassen")}


def test_maps_and_choices_of_records_are_links_to_them():
    task = record(id=TEXT, result={"oneOf": [ref("Order"), ref("Customer")]}, orders=a_map("Order"))
    meaning = infer_meaning(bookshop(operation("GET", "/tasks/{id}", response=ref("Task")), Task=task))
    found = {(wire, target) for thing, wire, target in links(meaning) if thing == "task"}
    assert found == {("result", "order"), ("result", "customer"), ("orders", "order")}


def test_records_without_ids_are_told_by_their_names_where_paths_take_what_they_are_called():
    fish = record(name=TEXT, price=WHOLE)
    api = document(operation("GET", "/fish/{fish}", response=ref("Fish")), operation("GET", "/fish", response=many("Fish")), Fish=fish)
    assert keys(infer_meaning(api)) == {"fish": "name"}
    caught = record(name=TEXT, fish=TEXT)
    assert keys(infer_meaning(document(*api.operations, Fish=caught))) == {"fish": "fish"}


def test_a_verb_at_the_end_of_a_path_that_is_read_is_no_thing():
    short = record(id=TEXT, status=TEXT)
    deleted = operation("GET", "/orders/delete", query={"order": TEXT}, response={"type": "array", "items": short})
    assert "delete" not in keys(infer_meaning(bookshop(deleted)))


def test_the_key_of_a_parent_names_the_record_itself_once_more():
    transaction = record(key=TEXT, total=WHOLE, original_transaction_key=TEXT)
    api = document(operation("GET", "/transactions/{key}", response=ref("Transaction")), Transaction=transaction)
    assert links(infer_meaning(api)) == {("transaction", "original_transaction_key", "transaction")}
