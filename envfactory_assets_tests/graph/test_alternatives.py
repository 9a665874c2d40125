"""Alternatives: tools that do the same or show the same, seen by playing both in one state."""

import pytest

from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.graph import sample_chains, ways
from envfactory_assets.graph.node_link import node_link
from envfactory_assets.records import Chain
from envfactory_assets_tests.graph.conftest import NOW, built

NOTES = '''
"""Notes."""

from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import transition
from envfactory_assets.environments.fields import Text

Status = Literal["open", "closed"]


class Note(Entity):
    """Something written down."""

    id: Key
    title: Text
    body: Text
    status: Status


class Notes(Environment):
    """Notes of one person."""

    notes: Table[Note]

    @tool(effect="list", envelope="items")
    def list_notes(self) -> list[Note]:
        """All notes."""
        return list(self.notes)

    @tool(effect="search")
    def open_notes(self) -> list[Note]:
        """Notes that are open."""
        return self.notes.where(status="open")

    @tool(effect="get")
    def get_note(self, note_id: Ref[Note]) -> Note:
        """One note."""
        return self.notes.get(note_id)

    @tool(effect="get")
    def read_note(self, note: Ref[Note]) -> Note:
        """One note, to read."""
        return self.notes.get(note)

    @tool(effect="update")
    def amend_note(self, note_id: Ref[Note], title: Text) -> Note:
        """Give a note that is open another title."""
        note = self.notes.get(note_id)
        return self.notes.replace(note, title=title) if note.status == "open" else note

    @tool(effect="update")
    def update_note(self, note_id: Ref[Note], title: Text | None = None, body: Text | None = None) -> Note:
        """Change a note."""
        note = self.notes.get(note_id)
        return self.notes.replace(note, title=title or note.title, body=body or note.body)

    @tool(effect="update")
    def rename_note(self, note_id: Ref[Note], title: Text) -> Note:
        """Give a note another title."""
        return self.notes.replace(self.notes.get(note_id), title=title)

    @tool(effect="update")
    def mark_note(self, note_id: Ref[Note], title: Text) -> Note:
        """Put a mark before a note's title."""
        return self.notes.replace(self.notes.get(note_id), title="! " + title)

    @tool(effect=transition(field="status", sources=["open"], target="closed"))
    def close_note(self, note_id: Ref[Note]) -> Note:
        """Close an open note."""
        return self.notes.transition(self.notes.get(note_id), "closed")

    @tool(effect=transition(field="status", sources=["open"], target="closed"))
    def finish_note(self, note_id: Ref[Note]) -> Note:
        """Be done with an open note."""
        return self.notes.transition(self.notes.get(note_id), "closed")

    @tool(effect="create")
    def add_note(self, title: Text, body: Text) -> Note:
        """Write a note."""
        return self.notes.add(title=title, body=body, status="open")

    @tool(effect="create")
    def jot(self, title: Text, body: Text) -> Note:
        """Write a note in a hurry."""
        return self.notes.add(title=title, body=body, status="open")

    @tool(effect="delete")
    def delete_note(self, note_id: Ref[Note]) -> None:
        """Delete a note."""
        self.notes.remove(self.notes.get(note_id))

    @tool(effect="delete")
    def drop_note(self, note_id: Ref[Note]) -> None:
        """Drop a note."""
        self.notes.remove(self.notes.get(note_id))
'''


@pytest.fixture(scope="module")
def notes():
    rows = [{"id": f"N{n}", "title": f"Note {n}", "body": f"Text {n}", "status": ("open", "closed")[n % 2]} for n in range(1, 7)]
    return built("notes", NOTES, [{"now": NOW, "me": None, "counters": {"Note": 6}, "tables": {"notes": rows}}])


@pytest.fixture(scope="module")
def found(notes):
    return {(edge.from_tool.split(".")[1], edge.to_tool.split(".")[1]): edge for edge in notes.edges if edge.kind == "alternative"}


def test_tools_that_do_or_show_the_same_are_alternatives_told_once(found):
    assert set(found) == {
        ("list_notes", "open_notes"),
        ("get_note", "read_note"),
        ("update_note", "rename_note"),
        ("close_note", "finish_note"),
        ("add_note", "jot"),
    }


def test_what_leaves_another_state_is_no_alternative_and_says_so(notes):
    reasons = {row.subject: row.reason for row in notes.rejections if row.subject.endswith("(alternative)")}
    assert reasons["notes.rename_note = mark_note (alternative)"] == "the two left different states"
    assert reasons["notes.update_note = mark_note (alternative)"] == "the two left different states"
    # Where a note is closed the first changes nothing.
    assert reasons["notes.amend_note = rename_note (alternative)"] == "the two left different states"
    assert not any("delete_note" in subject for subject in reasons)


def test_evidence_replays_to_the_same_state_or_the_same_record(notes, found):
    environment = load_environment(NOTES, "notes")
    states = {row.scenario_id: row.state for row in notes.scenarios}
    for (first, second), edge in found.items():
        results, after = [], []
        for call in (edge.evidence["from_call"], edge.evidence["to_call"]):
            episode = Episode({"notes": environment})
            episode.reset({"notes": states[edge.evidence["scenario_id"]]})
            results.append(episode.call(call["tool"], call["arguments"]))
            after.append(episode.snapshot()["notes"])
        assert [call["tool"] for call in (edge.evidence["from_call"], edge.evidence["to_call"])] == [first, second]
        assert all(result.ok for result in results)
        assert after[0] == after[1]
        assert (after[0] == states[edge.evidence["scenario_id"]]) == (first in {"list_notes", "get_note"})
        if first == "list_notes":
            assert all(edge.evidence["value"] in str(result.value) for result in results)
        else:
            assert results[0].value == results[1].value


def test_chains_and_what_they_can_go_along_know_no_alternatives(notes):
    without = [edge for edge in notes.edges if edge.kind != "alternative"]
    assert ways(notes.environment, notes.nodes, notes.edges) == ways(notes.environment, notes.nodes, without)
    for sampler in ("topology", "coverage", "random_walk"):
        made = [
            sample_chains(notes.environment, notes.nodes, edges, notes.scenarios, count=8, seed=7, sampler=sampler).of(Chain)
            for edges in (notes.edges, without)
        ]
        assert made[0]
        assert made[0] == made[1]


def test_an_alternative_leads_from_a_tool_to_a_tool_where_other_programs_read_the_graph(notes):
    links = [link for link in node_link(notes.nodes, notes.edges)["links"] if link.get("kind") == "alternative"]
    assert ("notes.close_note", "notes.finish_note") in {(link["source"], link["target"]) for link in links}
