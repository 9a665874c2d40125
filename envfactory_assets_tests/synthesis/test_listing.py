"""What lists made of documents can be asked: several values, members, orders, and pages as the document counts them."""

from typing import Any

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets_tests.synthesis.documents import FLAG, TEXT, document, operation, record, ref, written

NUMBER = {"type": "integer"}
TASKS = (
    ("T1", "Rake leaves", "2026-05-03", 3, ["garden"]),
    ("T2", "answer post", "2026-05-01", 9, ["office", "post"]),
    ("T3", "Sow", None, 5, []),
)


def one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def several(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def tasks_of(**query: Any) -> tuple[Episode, Any]:
    """An episode over tasks, and the specification of the tool that lists them."""
    task = record(
        ("id", "title"),
        id=TEXT,
        title=TEXT,
        due_on={"type": "string", "format": "date"},
        points=NUMBER,
        tags=several(TEXT),
        state=one_of("new", "done"),
    )
    api = document(
        operation("GET", "/tasks", query=query, response={"type": "array", "items": ref("Task")}),
        operation("GET", "/tasks/{id}", response=ref("Task")),
        operation("POST", "/tasks", request=record(("title",), title=TEXT), response=ref("Task")),
        Task=task,
    )
    _, candidate, spec = written(api)
    environment = load_environment(candidate.source_code, candidate.env_id)
    state = environment.empty_state(me="U1")
    rows = [
        {"id": i, "title": title, "due_on": due, "points": points, "tags": tags, "state": "new"} for i, title, due, points, tags in TASKS
    ]
    state["tables"]["tasks"] = rows
    episode = Episode({candidate.env_id: environment})
    episode.reset({candidate.env_id: state})
    return episode, spec.tool("list_tasks")


def titles(episode: Episode, **arguments: Any) -> list[str]:
    return [row["id"] for row in episode.call("list_tasks", arguments).value]


@pytest.mark.parametrize(
    ("values", "asked", "found"),
    [
        (("due", "-due"), "due", ["T2", "T1", "T3"]),
        (("due", "-due"), "-due", ["T1", "T2", "T3"]),
        (("due_on:asc", "due_on:desc", "relevance"), "due_on:desc", ["T1", "T2", "T3"]),
        (("TitleAscending", "PointsDescending"), "PointsDescending", ["T2", "T3", "T1"]),
        (("title", "points"), "title", ["T2", "T1", "T3"]),
    ],
)
def test_a_list_comes_in_the_order_whose_value_names_a_field(values: tuple[str, ...], asked: str, found: list[str]) -> None:
    episode, tool = tasks_of(sort=one_of(*values))
    assert titles(episode, sort=asked) == found
    assert titles(episode) == ["T1", "T2", "T3"]
    assert [(p.role, p.enum) for p in tool.parameters] == [("sort", tuple(value for value in values if value != "relevance"))]


def test_a_parameter_of_its_own_says_which_way() -> None:
    episode, tool = tasks_of(sort_by=one_of("points"), order=one_of("ASC", "DESC"))
    assert titles(episode, sort_by="points", order="DESC") == ["T2", "T3", "T1"]
    assert {p.role for p in tool.parameters} == {"sort"}


@pytest.mark.parametrize("query", [{"order": one_of("asc", "desc")}, {"sort": one_of("relevance")}, {"sort": TEXT}])
def test_an_order_by_nothing_that_records_hold_is_left_out(query: dict[str, Any]) -> None:
    assert tasks_of(**query)[1].parameters == ()


def test_members_of_a_record_are_narrowed_by_many_criteria() -> None:
    fields = {f"the_{number}_quality_of_a_thing": TEXT for number in ("first", "second", "third", "fourth", "fifth")}
    api = document(
        operation("GET", "/boxes", response={"type": "array", "items": ref("Box")}),
        operation("GET", "/boxes/{id}", response=ref("Box")),
        operation("POST", "/boxes", request=record(("name",), name=TEXT), response=ref("Box")),
        operation("GET", "/boxes/{id}/things", query=fields, response={"type": "array", "items": ref("Thing")}),
        operation("GET", "/things", response={"type": "array", "items": ref("Thing")}),
        operation("POST", "/things", request=record(("name",), name=TEXT, **fields), response=ref("Thing")),
        Box=record(("id", "name"), id=TEXT, name=TEXT, things=several(ref("Thing"))),
        Thing=record(("id", "name"), id=TEXT, name=TEXT, **fields),
    )
    _, candidate, spec = written(api)
    assert "for row in rows if row.id in listed" in candidate.source_code
    assert sum(p.role == "filter" for p in spec.tool("list_things_of_box").parameters) == len(fields)


def test_several_values_of_a_field_are_asked_for_at_once() -> None:
    episode, _ = tasks_of(title=several(TEXT))
    assert titles(episode, title=["Sow", "Rake leaves"]) == ["T1", "T3"]


@pytest.mark.parametrize(
    ("schema", "asked", "found"),
    [(TEXT, "post", ["T2"]), (several(TEXT), ["office", "post"], ["T2"]), (several(TEXT), ["office", "garden"], [])],
)
def test_a_list_field_is_asked_for_what_it_holds(schema: dict[str, Any], asked: Any, found: list[str]) -> None:
    episode, tool = tasks_of(tags=schema)
    assert titles(episode, tags=asked) == found
    assert [(p.field, p.operator) for p in tool.parameters] == [("tags", "contains")]


@pytest.mark.parametrize(
    ("query", "asked", "found"),
    [
        ({"page": NUMBER, "per_page": NUMBER}, {"page": 2, "per_page": 2}, ["T3"]),
        ({"page": NUMBER | {"minimum": 0}, "size": NUMBER}, {"page": 0, "size": 2}, ["T1", "T2"]),
        ({"offset": NUMBER, "limit": NUMBER}, {"offset": 1, "limit": 1}, ["T2"]),
        ({"startIndex": NUMBER | {"default": 1}, "limit": NUMBER}, {"startIndex": 2}, ["T2", "T3"]),
    ],
)
def test_pages_are_counted_as_the_document_counts_them(query: dict[str, Any], asked: dict[str, Any], found: list[str]) -> None:
    episode, tool = tasks_of(**query)
    assert titles(episode, **asked) == found
    assert {p.role for p in tool.parameters} == {"page"}


def test_a_page_is_as_large_as_the_document_says() -> None:
    _, tool = tasks_of(per_page=NUMBER | {"default": 30, "maximum": 80})
    assert tool.input_schema["properties"]["per_page"] == {"default": 30, "maximum": 80, "minimum": 1, "type": "integer"}


def test_a_list_inside_a_record_shows_those_that_name_it_among_others() -> None:
    api = document(
        operation("GET", "/boxes", response={"type": "array", "items": ref("Box")}),
        operation("GET", "/boxes/{id}", response=ref("Box")),
        operation("POST", "/boxes", request=record(("name",), name=TEXT), response=ref("Box")),
        operation("GET", "/boxes/{id}/things", response={"type": "array", "items": ref("Thing")}),
        operation("POST", "/things", request=record(("name",), name=TEXT, box_ids=several(TEXT)), response=ref("Thing")),
        Box=record(("id", "name"), id=TEXT, name=TEXT),
        Thing=record(("id", "name"), id=TEXT, name=TEXT, box_ids=several(TEXT)),
    )
    _, candidate, _ = written(api)
    environment = load_environment(candidate.source_code, candidate.env_id)
    episode = Episode({candidate.env_id: environment})
    episode.reset({candidate.env_id: environment.empty_state(me="U1")})
    first, second = (episode.call("create_box", {"name": name}).value["id"] for name in ("Attic", "Cellar"))
    lamp = episode.call("create_thing", {"name": "Lamp", "box_ids": [first]}).value
    assert episode.call("list_things", {"id": first}).value == [lamp]
    assert episode.call("list_things", {"id": second}).value == []
    assert episode.call("list_things", {"id": "B9"}).error is not None


def test_what_ends_the_path_of_a_list_chooses_its_records():
    game = record(("GameID", "Season"), GameID=TEXT, Season={"type": "integer"}, HomeTeam=TEXT)
    listed = {"type": "array", "items": ref("Game")}
    api = document(
        operation("GET", "/games", response=listed),
        operation("GET", "/games/{season}", name="GamesBySeason", response=listed),
        operation("POST", "/games", request=record(("Season",), Season={"type": "integer"}, HomeTeam=TEXT), response=ref("Game")),
        Game=game,
    )
    _, _, spec = written(api)
    (parameter,) = [p for tool in spec.tools for p in tool.parameters if tool.effects[0].family == "list" and p.required]
    assert (parameter.name, parameter.role, parameter.field) == ("season", "filter", "season")


@pytest.mark.parametrize(("name", "filters"), [("exclude_archived", False), ("include_archived", False), ("archived", True)])
def test_a_list_is_not_narrowed_to_what_a_flag_leaves_out_or_shows_too(name: str, filters: bool):
    _, _, spec = written(
        document(
            operation("GET", "/channels", query={name: FLAG}, response={"type": "array", "items": ref("Channel")}, name="list_channels"),
            operation("GET", "/channels/{id}", response=ref("Channel")),
            operation("POST", "/channels", request=record(("name",), name=TEXT), response=ref("Channel")),
            Channel=record(("id", "name"), id=TEXT, name=TEXT, archived=FLAG),
        )
    )
    assert (name in {parameter.name for parameter in spec.tool("list_channels").parameters}) == filters
