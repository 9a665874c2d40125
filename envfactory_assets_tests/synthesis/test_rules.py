"""What the rules make of small documents: entities, effects, refusals, and what they leave out."""

import subprocess
import sys
from pathlib import Path

import pytest

from envfactory_assets.corpus.document import Operation, Parameter
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.records import EnvironmentCandidate, EnvironmentSpec, Rejection, ResourceLedgerEntry
from envfactory_assets.synthesis.rules import hand_candidate, write_candidate
from envfactory_assets_tests.synthesis.documents import TEXT, bookshop, document, operation, record, ref, resource, written


def episode_of(candidate: EnvironmentCandidate) -> Episode:
    environment = load_environment(candidate.source_code, candidate.env_id)
    episode = Episode({candidate.env_id: environment})
    episode.reset({candidate.env_id: environment.empty_state(me="U1")})
    return episode


def test_a_document_becomes_an_environment_that_runs():
    _, candidate, spec = written(bookshop())
    assert candidate.author == "rules"
    assert candidate.tool_count == 9
    assert {e.name for e in spec.entities} == {"Customer", "Order"}
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas", "total": 12.5}).value
    assert order["status"] == "draft"
    assert order["created_at"] == "2026-05-12T09:00:00Z"
    assert episode.call("list_orders", {"min_total": 12}).value == {"data": [order]}
    assert episode.call("list_orders", {"min_total": 13}).value == {"data": []}


def test_an_update_leaves_alone_what_is_not_given():
    _, candidate, _ = written(bookshop())
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert episode.call("update_order", {"id": order["id"], "total": 3}).value == order | {"total": 3.0}


def test_an_action_moves_the_status_and_is_refused_from_a_final_state():
    _, candidate, spec = written(bookshop())
    effect = spec.tool("cancel_order").effects[0]
    assert (effect.family, effect.field, effect.target) == ("transition", "status", "cancelled")
    assert effect.sources == ("draft", "placed", "shipped")
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert episode.call("cancel_order", {"id": order["id"]}).value["status"] == "cancelled"
    refused = episode.call("cancel_order", {"id": order["id"]})
    assert refused.error is not None
    assert refused.error.code == "precondition_failed"


def test_a_record_that_others_refer_to_cannot_be_deleted():
    _, candidate, _ = written(bookshop(operation("DELETE", "/customers/{id}")))
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"})
    refused = episode.call("delete_customer", {"id": customer["id"]})
    assert refused.error is not None
    assert refused.error.code == "conflict"


def test_fields_carry_their_grounding_and_pointer():
    _, _, spec = written(bookshop())
    fields = {f.name: f for f in spec.entity("Order").fields}
    assert fields["customer_id"].ref == "Customer"
    assert (fields["customer_id"].grounding, fields["title"].grounding) == ("inferred", "declared")
    assert fields["title"].pointer == "/schemas/Order/properties/title"
    assert fields["total"].type == "money"
    assert spec.tool("create_order").pointer == "/paths/~1orders/post"


def test_a_verb_without_a_state_to_lead_to_goes_to_the_ledger():
    produced, _, _ = written(bookshop(operation("POST", "/orders/{id}/archive", response=ref("Order"))))
    reasons = {e.pointer: e.reason for e in produced.of(ResourceLedgerEntry)}
    assert reasons["/paths/~1orders~1{id}~1archive/post"] == "no state of Order is what 'archive' leads to"


def test_a_flag_is_raised_once():
    schema = record(("id",), id=TEXT, title=TEXT, customer_id=TEXT, archived={"type": "boolean"})
    api = bookshop(operation("POST", "/orders/{id}/archive"), Order=schema)
    _, candidate, _ = written(api)
    episode = episode_of(candidate)
    customer = episode.call("create_customer", {"name": "Mara"}).value
    order = episode.call("create_order", {"customer_id": customer["id"], "title": "Atlas"}).value
    assert order["archived"] is False
    assert episode.call("archive_order", {"id": order["id"]}).value["archived"] is True
    again = episode.call("archive_order", {"id": order["id"]})
    assert again.error is not None
    assert again.error.code == "precondition_failed"


def nested() -> tuple:
    return (
        operation("GET", "/albums", response={"type": "array", "items": ref("Album")}),
        operation("POST", "/albums", request=record(("title",), title=TEXT), response=ref("Album")),
        operation("GET", "/albums/{albumId}/photos", response={"type": "array", "items": ref("Photo")}),
        operation("POST", "/albums/{albumId}/photos", request=record(("caption",), caption=TEXT), response=ref("Photo")),
        operation("DELETE", "/albums/{albumId}/photos/{photoId}"),
        operation("DELETE", "/albums/{albumId}"),
    )


ALBUMS = {"Album": record(("id",), id=TEXT, title=TEXT), "Photo": record(("id",), id=TEXT, caption=TEXT)}


def test_a_nested_path_links_a_record_to_the_one_around_it_and_it_goes_with_it():
    _, candidate, spec = written(document(*nested(), **ALBUMS))
    assert next(f for f in spec.entity("Photo").fields if f.type == "ref").ref == "Album"
    episode = episode_of(candidate)
    one, other = (episode.call("createAlbum", {"title": t}).value for t in ("Alps", "Baltic"))
    photo = episode.call("createPhoto", {"albumId": one["id"], "caption": "Peak"}).value
    assert episode.call("listPhotos", {"albumId": one["id"]}).value == [photo]
    assert episode.call("listPhotos", {"albumId": other["id"]}).value == []
    assert episode.call("deleteAlbum", {"albumId": one["id"]}).ok
    gone = episode.call("deletePhoto", {"photoId": photo["id"]})
    assert gone.error is not None
    assert gone.error.code == "not_found"


def test_a_list_inside_a_record_that_names_its_members_shows_those():
    album = record(("id",), id=TEXT, title=TEXT, tags={"type": "array", "items": ref("Tag")})
    api = document(
        operation("GET", "/albums", response={"type": "array", "items": ref("Album")}),
        operation("POST", "/albums", request=record(title=TEXT, tags={"type": "array", "items": TEXT}), response=ref("Album")),
        operation("GET", "/tags", response={"type": "array", "items": ref("Tag")}),
        operation("POST", "/tags", request=record(("name",), name=TEXT), response=ref("Tag")),
        operation("GET", "/albums/{album_id}/tags", response={"type": "array", "items": ref("Tag")}),
        Album=album,
        Tag=record(("id",), id=TEXT, name=TEXT),
    )
    _, candidate, _ = written(api)
    episode = episode_of(candidate)
    red, _ = (episode.call("create_tag", {"name": name}).value for name in ("red", "blue"))
    made = episode.call("create_album", {"title": "Alps", "tag_ids": [red["id"]]}).value
    assert episode.call("list_tags_of_album", {"album_id": made["id"]}).value == [red]


def test_a_list_that_nothing_links_is_not_guessed():
    relation = operation("GET", "/customers/{id}/orders", response={"type": "array", "items": ref("Order")})
    unlinked = record(("id",), id=TEXT, title=TEXT, total={"type": "number"})
    produced, _, spec = written(bookshop(relation, Order=unlinked, NewOrder=record(("title",), title=TEXT)))
    assert relation.pointer not in {t.pointer for t in spec.tools}
    assert any(e.pointer == relation.pointer and "nothing says which" in e.reason for e in produced.of(ResourceLedgerEntry))


def test_records_that_are_listed_only_inside_another_live_there_though_one_is_got_by_its_key_alone():
    book = record(("id", "title"), id=TEXT, title=TEXT, author=TEXT)
    rack = record(("id", "theme"), id=TEXT, theme=TEXT)
    api = document(
        operation("GET", "/racks", response={"type": "array", "items": ref("Rack")}),
        operation("GET", "/racks/{rackId}/books", response={"type": "array", "items": ref("Book")}),
        operation("GET", "/books/{bookId}", response=ref("Book")),
        operation("DELETE", "/books/{bookId}"),
        Book=book,
        Rack=rack,
    )
    _, _, spec = written(api)
    assert [field.ref for field in spec.entity("Book").fields if field.ref] == ["Rack"]
    assert "/paths/~1racks~1{rackId}~1books/get" in {tool.pointer for tool in spec.tools}


def test_an_embedded_record_becomes_a_key_named_after_it():
    embedded = record(("id",), id=TEXT, title=TEXT, customer=ref("Customer"))
    _, _, spec = written(bookshop(Order=embedded))
    assert {f.wire: f.ref for f in spec.entity("Order").fields}["customer_id"] == "Customer"


def test_every_operation_is_a_tool_or_in_the_ledger_with_a_reason():
    upload = operation(
        "POST", "/orders/{id}/uploadInvoice", name="uploadInvoice", request=record(file={"type": "string", "format": "binary"})
    )
    odd = operation("GET", "/status")
    api = bookshop(upload, odd)
    produced, _, spec = written(api)
    ledger = {e.pointer: e.reason for e in produced.of(ResourceLedgerEntry)}
    for each in api.operations:
        assert (each.pointer in {t.pointer for t in spec.tools}) != (each.pointer in ledger)
    assert all(ledger.values())


@pytest.mark.parametrize(
    ("operations", "reason"),
    [
        ((), "only 0 operations bind to records; an environment needs 3"),
        ((operation("GET", "/health"),), "only 0 operations bind to records; an environment needs 3"),
        (
            (
                operation("GET", "/cats", response={"type": "array", "items": record(id=TEXT, name=TEXT)}),
                operation("GET", "/cats/{id}", response=record(id=TEXT, name=TEXT)),
                operation("GET", "/dogs", response={"type": "array", "items": record(id=TEXT, name=TEXT)}),
            ),
            "nothing can be created or changed, and too little can be looked up",
        ),
    ],
)
def test_a_document_that_makes_no_environment_is_rejected_with_a_reason(operations, reason):
    (rejection,) = write_candidate(resource(document(*operations))).rows
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.reason) == ("environment_candidates", reason)


def test_names_that_python_or_the_runtime_takes_are_escaped_and_keep_their_wire_name():
    odd = record(
        ("id",), **{"id": TEXT, "class": TEXT, "date": {"type": "string", "format": "date"}, "model_name": TEXT, "customer_id": TEXT}
    )
    _, _, spec = written(bookshop(Order=odd, NewOrder=odd | {"required": ["customer_id"]}))
    names = {f.wire: f.name for f in spec.entity("Order").fields}
    assert names["class"] == "class_"
    assert names["date"] == "date"
    assert names["model_name"] == "the_model_name"


def test_an_entity_named_like_a_class_of_the_runtime_gets_another_name():
    api = document(
        operation("GET", "/environments", response={"type": "array", "items": ref("Environment")}),
        operation("POST", "/environments", request=record(("name",), name=TEXT), response=ref("Environment")),
        operation("GET", "/environments/{id}", response=ref("Environment")),
        Environment=record(("id",), id=TEXT, name=TEXT),
    )
    _, _, spec = written(api)
    assert [e.name for e in spec.entities] == ["EnvironmentRecord"]


def test_a_users_own_description_is_kept():
    api = bookshop()
    described = api.operations[4].model_copy(update={"description": 'Orders a "book" \\ now.'})
    _, _, spec = written(api.model_copy(update={"operations": (*api.operations[:4], described, *api.operations[5:])}))
    assert spec.tool("create_order").description == 'Orders a "book" \\ now.'


def test_the_same_document_gives_the_same_bytes_in_any_process():
    program = (
        "from envfactory_assets_tests.synthesis.documents import bookshop, resource;"
        "from envfactory_assets.synthesis.rules import write_candidate;"
        "from envfactory_assets.records import canonical_json;"
        "print(canonical_json([row.model_dump(mode='json') for row in write_candidate(resource(bookshop())).rows]))"
    )
    root = Path(__file__).parents[2]
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            cwd=root,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(root)},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


def test_a_module_by_hand_is_a_candidate_and_a_broken_one_a_rejection(tmp_path):
    _, candidate, _ = written(bookshop())
    good, bad = tmp_path / "my_shop.py", tmp_path / "broken.py"
    good.write_text(candidate.source_code)
    bad.write_text("class Broken(:\n")
    (row,) = hand_candidate(good, "commerce").rows
    assert isinstance(row, EnvironmentCandidate)
    assert (row.env_id, row.author, row.resource_id) == ("my_shop", "hand", None)
    assert EnvironmentSpec.model_validate(row.spec).env_id == "my_shop"
    (refused,) = hand_candidate(bad, "commerce").rows
    assert isinstance(refused, Rejection)
    assert refused.subject == "broken"


def call(name: str, required: tuple[str, ...] = (), **arguments: dict) -> Operation:
    """An operation of a tool list."""
    pointer = f"/tools/{name}"
    parameters = [
        Parameter(name=n, place="body", required=n in required, schema_=s, pointer=f"{pointer}/{n}") for n, s in arguments.items()
    ]
    return Operation(operation_id=name, method="CALL", path="", pointer=pointer, parameters=tuple(parameters))


def test_a_tool_list_without_results_is_read_by_its_names_and_arguments():
    api = document(
        call("create_ticket", ("title",), title=TEXT, priority={"type": "string", "enum": ["low", "high"]}),
        call("get_ticket", ("ticket_id",), ticket_id=TEXT),
        call("update_ticket", ("ticket_id",), ticket_id=TEXT, title=TEXT),
        call("delete_ticket", ("ticket_id",), ticket_id=TEXT),
        call("ping"),
    )
    produced, candidate, spec = written(api)
    assert {t.name for t in spec.tools} == {"create_ticket", "get_ticket", "update_ticket", "delete_ticket"}
    episode = episode_of(candidate)
    made = episode.call("create_ticket", {"title": "Broken lamp", "priority": "low"}).value
    assert episode.call("get_ticket", {"ticket_id": made["ticket_id"]}).value == made
    assert [e.pointer for e in produced.of(ResourceLedgerEntry) if e.subject == "operation"] == ["/tools/ping"]


@pytest.mark.parametrize(("email", "shows"), [({"type": ["string", "null"]}, True), (TEXT, False)])
def test_a_module_shows_what_is_empty_only_where_the_document_admits_null(email, shows):
    _, candidate, _ = written(_contacts(email))
    assert ("shows_empty = False" in candidate.source_code) is not shows
    made = episode_of(candidate).call("create_contact", {"name": "Mara"}).value
    assert ("email" in made) is shows


def test_a_deletion_tells_the_record_where_the_document_shows_it():
    _, candidate, _ = written(_contacts(TEXT))
    episode = episode_of(candidate)
    made = episode.call("create_contact", {"name": "Mara", "email": "mara@post.example"}).value
    assert episode.call("delete_contact", {"id": made["id"]}).value == made
    assert episode.call("get_contact", {"id": made["id"]}).error.code == "not_found"


def test_numbers_keep_the_bounds_that_the_document_sets():
    _, candidate, spec = written(
        _contacts(TEXT, rank={"type": "integer", "minimum": 1, "maximum": 5}, size={"type": "integer", "maximum": 2**31 - 1})
    )
    arguments = spec.tool("create_contact").input_schema["properties"]
    assert arguments["rank"]["anyOf"][0] == {"type": "integer", "minimum": 1, "maximum": 5}
    assert arguments["size"]["anyOf"][0] == {"type": "integer"}
    assert episode_of(candidate).call("create_contact", {"name": "Mara", "rank": 6}).error.code == "invalid_argument"


def _contacts(email, **more):
    """Contacts that are made, looked up and deleted."""
    return document(
        operation("GET", "/contacts", response={"type": "array", "items": ref("Contact")}),
        operation("POST", "/contacts", request=record(("name",), name=TEXT, email=TEXT, **more), response=ref("Contact")),
        operation("GET", "/contacts/{id}", response=ref("Contact")),
        operation("DELETE", "/contacts/{id}", response=ref("Contact")),
        Contact=record(("id", "name"), id=TEXT, name=TEXT, email=email, **more),
    )


def test_records_that_only_others_name_can_be_looked_up():
    api = document(
        operation("GET", "/posts", response={"type": "array", "items": ref("Post")}),
        operation("GET", "/posts/{id}", response=ref("Post")),
        operation("POST", "/posts", request=record(("title",), title=TEXT), response=ref("Post")),
        operation("GET", "/users/{id}", response=ref("User")),
        Post=record(("id", "title", "author"), id=TEXT, title=TEXT, author=ref("User")),
        User=record(("id", "name"), id=TEXT, name=TEXT),
    )
    _, _, spec = written(api)
    assert {tool.name for tool in spec.tools} == {"list_posts", "get_post", "create_post", "get_user"}
    assert {field.name: field.inner_refs for field in spec.entity("Post").fields if field.inner_refs} == {"author": ("User",)}


def test_links_inside_objects_are_told():
    line = record(("product_id",), product_id=TEXT, quantity={"type": "integer"})
    api = bookshop(
        operation("GET", "/products", response={"type": "array", "items": ref("Product")}),
        operation("POST", "/products", request=record(("name",), name=TEXT), response=ref("Product")),
        operation("GET", "/products/{id}", response=ref("Product")),
        Product=record(("id", "name"), id=TEXT, name=TEXT),
        Order=record(("id", "title"), id=TEXT, title=TEXT, lines={"type": "array", "items": line}),
    )
    _, _, spec = written(api)
    assert {field.name: field.inner_refs for field in spec.entity("Order").fields if field.inner_refs} == {"lines": ("Product",)}


def test_arguments_have_names_that_any_caller_can_write():
    text = {"type": "string"}
    api = bookshop(
        operation(
            "GET",
            "/notes",
            query={"filter[title]": text, "page[size]": {"type": "integer"}, "where": record((), author=text)},
            response={"type": "array", "items": ref("Note")},
        ),
        operation("POST", "/notes", request=ref("Note"), response=ref("Note")),
        Note=record(("id", "title"), id=TEXT, title=TEXT, author=TEXT),
    )
    _, _, spec = written(api)
    assert {p.name: p.field for p in spec.tool("list_notes").parameters} == {
        "filter_title": "title",
        "where_author": "author",
        "page_size": None,
    }


def test_a_fresh_record_has_its_lists_and_counts():
    _, candidate, _ = written(_contacts(TEXT, tags={"type": "array", "items": TEXT}, visit_count={"type": "integer"}))
    episode = episode_of(candidate)
    assert episode.call("create_contact", {"name": "Mara"}).value == {"id": "C1", "name": "Mara", "tags": [], "visit_count": 0}
    assert episode.call("create_contact", {"name": "Tom", "tags": ["friend"]}).value["tags"] == ["friend"]
