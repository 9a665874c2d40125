"""Arguments, results and what an agent is told when they do not fit."""

from typing import Any

import pytest

from envfactory_assets.environments import Episode, ModuleError, load_environment

from .conftest import board_state

NIGHTS = {"arrives": "2026-05-15", "leaves": "2026-05-18"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "Argument 'arrives' is required: a date (YYYY-MM-DD)."),
        ({"arrives": "soon", "leaves": "2026-05-18"}, "Argument 'arrives' must be a date (YYYY-MM-DD), not 'soon'."),
        ({"arrives": 5, "leaves": "2026-05-18"}, "Argument 'arrives' must be a date (YYYY-MM-DD), not 5."),
        (NIGHTS | {"kind": "tent"}, "Argument 'kind' must be one of single, double, suite, not 'tent'."),
        (NIGHTS | {"max_rate": "120"}, "Argument 'max_rate' must be a number, not '120'."),
        (NIGHTS | {"max_rate": True}, "Argument 'max_rate' must be a number, not True."),
        (NIGHTS | {"max_rate": 1e40}, "Argument 'max_rate' must be a number, not 1e+40."),
        (NIGHTS | {"colour": 1}, "There is no argument 'colour'; known are: arrives, leaves, kind, max_rate, connects_to_id."),
        (NIGHTS | {"arrives": None}, "Argument 'arrives' must be a date (YYYY-MM-DD), not null."),
        (NIGHTS | {"kind": {1}}, "Arguments must be plain JSON."),
        ([1], "Arguments must be one JSON object."),
        (None, "Arguments must be one JSON object."),
    ],
)
def test_a_wrong_argument_is_named_with_what_is_expected(episode: Episode, arguments: Any, message: str) -> None:
    error = episode.call("find_rooms", arguments).error
    assert error is not None
    assert (error.code, error.message) == ("invalid_argument", message)


def test_a_wrong_value_deep_inside_is_named_by_its_path(board: Any, board_episode: Episode) -> None:
    project = board_state(board)["tables"]["projects"][0]["gid"]
    error = board_episode.call("createTask", {"title": "x", "projectGid": project, "lines": [{"unitPrice": 1, "assigneeId": "2"}]}).error
    assert error is not None
    assert error.message == "Argument 'lines[0].assigneeId' must be an integer, not '2'."


def test_wire_names_go_in_and_out_and_python_names_are_stored(board: Any, board_episode: Episode) -> None:
    project = board_state(board)["tables"]["projects"][0]["gid"]
    line = {"unitPrice": 2.5, "photoURL": "https://example.org/a.png", "assigneeId": 1002}
    made = board_episode.call(
        "createTask", {"title": "x", "projectGid": project, "lines": [line], "startsAt": "2026-05-12T12:00:00+02:00"}
    ).value
    assert made["lines"] == [line]
    assert made["startsAt"] == "2026-05-12T10:00:00Z"
    stored = board_episode.snapshot()["board"]["tables"]["tasks"][-1]
    assert stored["lines"] == [{"unit_price": 2.5, "photo_url": "https://example.org/a.png", "assignee_id": 1002}]


def test_a_reference_to_nothing_is_not_found(board: Any, board_episode: Episode) -> None:
    project = board_state(board)["tables"]["projects"][0]["gid"]
    for arguments in ({"projectGid": "prj_none"}, {"projectGid": project, "lines": [{"unitPrice": 1, "assigneeId": 7}]}):
        error = board_episode.call("createTask", {"title": "x"} | arguments).error
        assert error is not None
        assert error.code == "not_found"


def test_pages_follow_each_other_to_the_end(board_episode: Episode) -> None:
    first = board_episode.call("listTasks", {"limit": 2}).value
    second = board_episode.call("listTasks", {"limit": 2, "cursor": first["nextPage"]}).value
    assert [task["id"] for task in first["data"] + second["data"]] == [1, 2, 3]
    assert second["nextPage"] is None


@pytest.mark.parametrize("paging", [{"limit": 0}, {"limit": -1}, {"cursor": "x"}, {"cursor": "99"}, {"cursor": "-1"}, {"cursor": "²"}])
def test_a_bad_page_is_an_invalid_argument(board_episode: Episode, paging: dict[str, Any]) -> None:
    error = board_episode.call("listTasks", paging).error
    assert error is not None
    assert error.code == "invalid_argument"


def test_results_fit_the_schema_of_their_output(board: Any, board_episode: Episode) -> None:
    import jsonschema

    for name in ("listTasks", "createProject", "deleteTask"):
        spec = next(spec for spec in board_episode.tools() if spec.name == name)
        arguments = {"listTasks": {}, "createProject": {"name": "p"}, "deleteTask": {"taskId": 3}}[name]
        result = board_episode.call(name, arguments)
        assert result.ok
        assert list(jsonschema.Draft202012Validator(spec.output_schema).iter_errors(result.value)) == []


def test_filters_search_and_paging_are_told_apart(board: Any) -> None:
    purposes = {p.name: (p.role, p.field, p.operator) for t in board.tools if t.name == "listTasks" for p in t.parameters}
    assert purposes == {
        "projectGid": ("reference", "project_gid", "eq"),
        "state": ("filter", "state", "eq"),
        "dueBefore": ("filter", "due_on", "le"),
        "tags": ("filter", "tags", "contains"),
        "query": ("search", None, "contains"),
        "limit": ("page", None, None),
        "cursor": ("page", None, None),
    }


MODULE = '''
from typing import Annotated
from pydantic import Field
from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import transition
from envfactory_assets.environments.fields import OnDelete, Text

class Thing(Entity):
    id: Key
    name: Text

class Shop(Environment):
    things: Table[Thing]

    @tool(effect="list")
    def list_things(self) -> list[Thing]:
        """Things."""
        return list(self.things)
'''


def test_a_field_or_argument_may_have_its_own_wire_name_and_description() -> None:
    source = MODULE.replace("name: Text", "name: Text = Field(alias='displayName', description='What people call it.')")
    source = source.replace("(self)", "(self, name: Annotated[Text, Field(alias='displayName', description='A whole name.')] = 'x')")
    shop = load_environment(source, "shop")
    spec = shop.tools[0]
    assert spec.input_schema["properties"]["displayName"]["description"] == "A whole name."
    assert spec.output_schema["items"]["properties"]["displayName"]["description"] == "What people call it."
    assert (spec.parameters[0].name, spec.parameters[0].role, spec.parameters[0].field) == ("displayName", "filter", "name")
    episode = Episode({"shop": shop})
    episode.reset({"shop": shop.empty_state()})
    assert episode.call("list_things", {"displayName": "y"}).ok
    assert not episode.call("list_things", {"name": "y"}).ok


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("class Shop(Environment):", "class Shop(Environment)", "line 12: expected ':'"),
        ("import Entity,", "import Unknown, Entity,", "cannot import name 'Unknown'"),
        ("    id: Key\n", "    id: Text\n", "Thing has 0 fields declared as Key"),
        ("name: Text", "name: Ref['Nothing']", "Thing refers to Nothing, which no table holds"),
        ('effect="list"', 'effect="lst"', "no effect named 'lst'"),
        ('effect="list"', "effect=transition", "names its field, and its sources and target"),
        ("-> list[Thing]", "", "no return annotation"),
        ("(self)", "(self, size)", "Argument size of tool list_things has no annotation"),
        ("(self)", "(self, **rest: int)", "each argument must be named"),
        ("things: Table[Thing]", "now: Table[Thing]", "now already means something"),
        ("class Shop(Environment)", "class Shop(object)", "defines 0 environments"),
        ('@tool(effect="list")', "", "has no tools"),
        ("things: Table[Thing]", "things: Table[Thing]\n    naming = 'kebab'", "naming is one of"),
        ('effect="list"', 'effect="list", filters={"size": "name"}', "declares the filter size='name'"),
        ('effect="list"', 'effect="list", cursor="next"', "declares a cursor"),
        ('effect="list"', 'effect=transition(field="state", sources=["a"], target="b")', "the field 'state', which Thing does not have"),
        (
            'effect="list"',
            'effect=transition(entity="Other", field="name", sources=["a"], target="b")',
            "is about Other, which no table holds",
        ),
        ("name: Text", "name: Annotated[Ref['Thing'], OnDelete('set_null')]", "Thing.name cannot be emptied"),
        ("name: Text", "name: Text = Field(alias='id')", "Fields id and name of Thing have the same name on the wire"),
    ],
)
def test_a_module_that_cannot_work_is_refused_in_one_line(old: str, new: str, said: str) -> None:
    assert old in MODULE
    with pytest.raises(ModuleError) as refused:
        load_environment(MODULE.replace(old, new), "shop")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_same_code_gives_the_same_class_and_other_code_another() -> None:
    assert load_environment(MODULE, "shop") is load_environment(MODULE, "shop")
    assert load_environment(MODULE + "\n", "shop") is not load_environment(MODULE, "shop")
