"""Versions and copies of one API: the best is kept, the others are named."""

from envfactory_assets.corpus import ApiDocument, Operation
from envfactory_assets.corpus.duplicates import Print, find_duplicates, signature_of


def document(*paths: str, method: str = "GET") -> ApiDocument:
    operations = tuple(Operation(operation_id=f"op{n}", method=method, path=path, pointer=path) for n, path in enumerate(paths))
    return ApiDocument(kind="openapi", title="A", version="1", provider="a", operations=operations)


def printed(
    location: str, operations: range, provider: str = "a.com", version: str = "1.0", precedence: int = 0, score: float = 0.5
) -> Print:
    return Print(location, provider, frozenset(operations), precedence, version, score)


def left_out(*prints: Print) -> dict[str, str]:
    return {duplicate.location: duplicate.kept for duplicate in find_duplicates(prints)}


def test_versions_and_names_of_parameters_do_not_make_operations_differ():
    assert signature_of(document("/v1/orders/{id}", "/v1/carts")) == signature_of(
        document("/v2.1/orders/{orderId}", "/api/carts".replace("/api", ""))
    )
    assert signature_of(document("/orders")) != signature_of(document("/orders", method="POST"))


def test_the_newest_stable_version_of_an_api_is_kept():
    assert left_out(
        printed("old", range(20), version="1.9"),
        printed("new", range(5, 25), version="1.10"),
        printed("preview", range(5, 25), version="2.0-beta"),
    ) == {"old": "new", "preview": "new"}


def test_a_longer_version_number_is_newer():
    assert left_out(printed("two", range(9), version="v2"), printed("two_one", range(9), version="v2.1")) == {"two": "two_one"}


def test_what_a_person_dropped_is_kept_before_what_ships():
    assert left_out(printed("shipped", range(9), version="2"), printed("dropped", range(9), version="1", precedence=1)) == {
        "shipped": "dropped"
    }


def test_an_extract_is_a_duplicate_of_the_whole_document_of_its_provider():
    assert left_out(printed("extract", range(10)), printed("whole", range(200), version="1.1")) == {"extract": "whole"}


def test_apis_of_one_provider_that_share_little_are_two():
    assert left_out(printed("carts", range(10)), printed("payments", range(8, 20))) == {}


def test_a_copy_under_another_provider_is_found_and_a_likeness_is_not():
    assert left_out(printed("a", range(20)), printed("b", range(19), provider="b.com")) == {"b": "a"}
    assert left_out(printed("a", range(20)), printed("b", range(10), provider="b.com")) == {}
    assert left_out(printed("a", range(2)), printed("b", range(3), provider="b.com")) == {}


def test_what_is_kept_is_never_left_out_itself():
    chain = [printed(f"v{n}", range(n, n + 10), version=str(n)) for n in range(12)]
    found = left_out(*chain)
    assert set(found.values()).isdisjoint(found)


def test_many_documents_are_compared_in_little_time():
    import time

    many = [printed(f"d{n}", range(n * 40, n * 40 + 45), provider=f"p{n % 500}") for n in range(2500)]
    started = time.monotonic()
    find_duplicates(many)
    assert time.monotonic() - started < 5
