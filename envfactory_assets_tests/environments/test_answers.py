"""How a tool's answer holds what the tool returns."""

import pytest
from jsonschema import Draft202012Validator

from envfactory_assets.environments import Episode, ModuleError, describe, load_environment

MODULE = '''"""Notes."""

from envfactory_assets.environments import Entity, Environment, Key, Page, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Note(Entity):
    """A note."""

    id: Key
    title: Text
    body: Text | None = None


class Notes(Environment):
    """Notes."""

    naming = "camel"
    notes: Table[Note]

    @tool(effect="list", envelope="data.items", cursor="next", omits=["body"])
    def list_notes(self, limit: int = 5, cursor: Text | None = None) -> Page[Note]:
        """All notes."""
        return self.notes.page(self.notes, limit=limit, cursor=cursor)

    @tool(effect="get", OPTIONS)
    def get_note(self, note: Ref[Note]) -> Note:
        """A note."""
        return self.notes.get(note)
'''
NOTE = {"id": "N1", "title": "Sow", "body": "Early."}


def played(options: str) -> Episode:
    environment = load_environment(MODULE.replace("OPTIONS", options), "notes")
    episode = Episode({"notes": environment})
    state = environment.empty_state(me="U1")
    state["tables"]["notes"] = [NOTE]
    episode.reset({"notes": state})
    return episode


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("in_list=True", [NOTE]),
        ('envelope="notes", in_list=True', {"notes": [NOTE]}),
        ('envelope="data.note"', {"data": {"note": NOTE}}),
        ('omits=["title", "body"]', {"id": "N1"}),
    ],
)
def test_a_record_is_answered_as_its_tool_declares_and_its_schema_says(options, expected):
    spec = describe(load_environment(MODULE.replace("OPTIONS", options), "notes"), "notes").tool("getNote")
    value = played(options).call("getNote", {"note": "N1"}).value
    assert value == expected
    assert not list(Draft202012Validator(spec.output_schema).iter_errors(value))
    assert spec.returns.inside(value) == (expected if spec.returns.envelope is None else [NOTE] if spec.returns.in_list else NOTE)


def test_a_page_keeps_its_cursor_beside_the_outermost_envelope():
    value = played("in_list=True").call("listNotes", {}).value
    assert value == {"data": {"items": [{"id": "N1", "title": "Sow"}]}, "next": None}


def test_what_is_left_out_of_one_answer_is_still_there_for_the_next():
    episode = played("in_list=True")
    episode.call("listNotes", {})
    assert episode.call("getNote", {"note": "N1"}).value == [NOTE]
    assert episode.snapshot()["notes"]["tables"]["notes"] == [NOTE]


@pytest.mark.parametrize("options", ['omits=["id"]', 'omits=["colour"]'])
def test_a_tool_cannot_leave_out_the_key_or_what_is_no_field(options):
    with pytest.raises(ModuleError, match="omits"):
        played(options)


def test_only_a_single_record_can_be_answered_in_a_list():
    with pytest.raises(ModuleError, match="one record"):
        load_environment(MODULE.replace('cursor="next",', 'cursor="next", in_list=True,').replace("OPTIONS", "in_list=True"), "notes")
