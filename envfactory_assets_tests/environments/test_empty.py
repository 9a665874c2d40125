"""What answers show of fields that have no value."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from envfactory_assets.environments import Episode, describe, load_environment

MODULE = '''"""Notes."""

from envfactory_assets.environments import Entity, Environment, Key, Page, Part, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Place(Part):
    """Where."""

    city: Text
    street: Text | None = None


class Note(Entity):
    """A note."""

    id: Key
    title: Text
    body: Text | None = None
    place: Place | None = None


class Notes(Environment):
    """Notes."""

    shows_empty = SHOWS

    notes: Table[Note]

    @tool(effect="list", envelope="items", cursor="next")
    def list_notes(self, limit: int = 5, cursor: Text | None = None) -> Page[Note]:
        """All notes."""
        return self.notes.page(self.notes, limit=limit, cursor=cursor)

    @tool(effect="get")
    def find_note(self, id: Ref[Note]) -> Note | None:
        """A note, or nothing."""
        return self.notes.find(id)
'''
ROWS: list[dict[str, Any]] = [
    {"id": "N1", "title": "Sow", "body": None, "place": {"city": "Bergen", "street": None}},
    {"id": "N2", "title": "Reap", "body": "in autumn", "place": None},
]


def played(shows: bool) -> tuple[Episode, Any]:
    environment = load_environment(MODULE.replace("SHOWS", str(shows)), "notes")
    episode = Episode({"notes": environment})
    state = environment.empty_state(me="U1")
    state["tables"]["notes"] = ROWS
    episode.reset({"notes": state})
    return episode, describe(environment, "notes")


def test_what_has_no_value_is_left_out_where_the_service_does_so() -> None:
    episode, _ = played(shows=False)
    first, second = {"id": "N1", "title": "Sow", "place": {"city": "Bergen"}}, {"id": "N2", "title": "Reap", "body": "in autumn"}
    assert episode.call("list_notes", {}).value == {"items": [first, second]}
    assert episode.call("list_notes", {"limit": 1}).value == {"items": [first], "next": "1"}
    assert episode.call("find_note", {"id": "N2"}).value == second
    assert episode.snapshot()["notes"]["tables"]["notes"] == ROWS


def test_it_is_null_elsewhere() -> None:
    episode, _ = played(shows=True)
    assert episode.call("list_notes", {}).value == {"items": ROWS, "next": None}


@pytest.mark.parametrize("shows", [True, False])
def test_answers_are_as_their_schema_says(shows: bool) -> None:
    episode, spec = played(shows)
    for tool, arguments in (("list_notes", {}), ("list_notes", {"limit": 1}), ("find_note", {"id": "N1"}), ("find_note", {"id": "N9"})):
        Draft202012Validator(spec.tool(tool).output_schema).validate(episode.call(tool, arguments).value)
    row = spec.tool("list_notes").output_schema["properties"]["items"]["items"]
    assert row["required"] == ["id", "title"]
    assert ("anyOf" in row["properties"]["body"]) is shows
