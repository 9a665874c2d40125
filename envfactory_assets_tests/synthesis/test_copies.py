"""Copies, which are known by keys of their own; and what is put into records that may be put away."""

import pytest

from envfactory_assets.environments import Environment, Episode, load_environment
from envfactory_assets.records import ToolSpec
from envfactory_assets_tests.synthesis.documents import TEXT, document, operation, record, ref, written


def test_what_tells_copies_apart_is_free_where_the_original_lies():
    _, candidate, spec = written(
        document(
            operation("GET", "/folders", response={"type": "array", "items": ref("Folder")}),
            operation("POST", "/folders", request=record(("name",), name=TEXT), response=ref("Folder")),
            operation("GET", "/sheets", response={"type": "array", "items": ref("Sheet")}),
            operation("POST", "/sheets/{id}/copy", request=record((), slug=TEXT), response=ref("Sheet")),
            Folder=record(("id", "name"), id=TEXT, name=TEXT),
            Sheet=record(("id", "slug", "folder_id"), id=TEXT, slug=TEXT, folder_id=TEXT),
        )
    )
    [copy] = [tool for tool in spec.tools if tool.effects[0].family == "copy"]
    assert copy.effects[0].within == "folder_id"
    environment: type[Environment] = load_environment(candidate.source_code, "sheets")
    state = environment.empty_state()
    state["tables"]["folders"] = [{"id": "F1", "name": "North"}, {"id": "F2", "name": "South"}]
    rows = [("S1", "Plans", "F1"), ("S2", "Costs", "F1"), ("S3", "Dates", "F2")]
    state["tables"]["sheets"] = [{"id": key, "slug": slug, "folder_id": folder} for key, slug, folder in rows]
    episode = Episode({"sheets": environment})
    episode.reset({"sheets": state})
    assert episode.call(copy.name, {"id": "S1", "slug": "Dates"}).ok
    refused = episode.call(copy.name, {"id": "S1", "slug": "Costs"}).error
    assert refused is not None
    assert refused.code == "conflict"


@pytest.mark.parametrize(("record_of", "sent"), [("{id}", ("place",)), ("{id}/versions/{version}", ("version",))])
def test_what_says_where_a_copy_goes_or_which_it_is_must_be_kept(record_of: str, sent: tuple[str, ...]):
    _, _, spec = written(
        document(
            operation("GET", "/sheets", response={"type": "array", "items": ref("Sheet")}),
            operation("GET", "/sheets/{id}", response=ref("Sheet")),
            operation("DELETE", "/sheets/{id}"),
            operation(
                "POST", f"/sheets/{record_of}/copy", request=record(sent, name=TEXT, **dict.fromkeys(sent, TEXT)), response=ref("Sheet")
            ),
            Sheet=record(("id", "name"), id=TEXT, name=TEXT),
        )
    )
    assert all(effect.family != "copy" for tool in spec.tools for effect in tool.effects)


def test_a_copy_is_like_its_original_and_may_be_called_as_another_is():
    board = record(("id", "name"), id=TEXT, name=TEXT, colour=TEXT, status={"type": "string", "enum": ["draft", "published", "archived"]})
    _, candidate, spec = written(
        document(
            operation("GET", "/boards", response={"type": "array", "items": ref("Board")}),
            operation("GET", "/boards/{id}", response=ref("Board")),
            operation("POST", "/boards", request=record(("name",), name=TEXT, colour=TEXT), response=ref("Board")),
            operation("POST", "/boards/{id}/copy", request=record((), name=TEXT), response=ref("Board")),
            Board=board,
        )
    )
    [copy] = [tool for tool in spec.tools if tool.effects[0].family == "copy"]
    assert copy.effects[0].field is None
    environment: type[Environment] = load_environment(candidate.source_code, "boards")
    state = environment.empty_state()
    state["tables"]["boards"] = [{"id": "B1", "name": "Plans", "colour": "red", "status": "archived"}]
    episode = Episode({"boards": environment})
    episode.reset({"boards": state})
    made = episode.call(copy.name, {"id": "B1", "name": "More plans"}).value
    assert (made["name"], made["colour"], made["status"]) == ("More plans", "red", "draft")
    assert made["id"] != "B1"
    assert episode.call(copy.name, {"id": "B1", "name": "Plans"}).ok


def notes_in(thing: str) -> tuple[str, ToolSpec]:
    """Notes that are put into things which may be archived."""
    holder, path = record(("id", "name"), id=TEXT, name=TEXT, archived={"type": "boolean"}), f"/{thing}s/{{{thing}_id}}"
    _, candidate, spec = written(
        document(
            operation("GET", f"/{thing}s", response={"type": "array", "items": ref(thing.title())}),
            operation("GET", path, response=ref(thing.title())),
            operation("GET", f"{path}/notes", response={"type": "array", "items": ref("Note")}),
            operation("POST", f"{path}/notes", request=record(("text",), text=TEXT), response=ref("Note")),
            **{thing.title(): holder, "Note": record(("id", "text"), id=TEXT, text=TEXT)},
        )
    )
    [create] = [tool for tool in spec.tools if tool.effects[0].family == "create"]
    return candidate.source_code, create


def test_nothing_is_put_into_what_is_only_read_once_it_is_archived():
    source, create = notes_in("channel")
    [put] = [effect for effect in create.effects if effect.family == "add_member"]
    assert (put.within, put.barred) == ("channel_id", {"archived": (True,)})
    environment: type[Environment] = load_environment(source, "channels")
    state = environment.empty_state()
    state["tables"]["channels"] = [{"id": "P1", "name": "A", "archived": True}, {"id": "P2", "name": "B", "archived": False}]
    episode = Episode({"channels": environment})
    episode.reset({"channels": state})
    refused = episode.call(create.name, {"channel_id": "P1", "text": "Late"}).error
    assert refused is not None
    assert refused.message == "The channel is archived: it takes nothing more in."
    assert episode.call(create.name, {"channel_id": "P2", "text": "On time"}).ok


def test_what_is_merely_out_of_sight_takes_things_in():
    for thing in ("project", "course"):
        _, create = notes_in(thing)
        assert [effect.family for effect in create.effects] == ["create"]
