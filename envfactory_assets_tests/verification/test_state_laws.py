"""The laws of flags, times, copies and deletions: kept by the effect library, and seen to be broken when the library is."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

import pytest

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, actions, deletion, describe, tables, tool
from envfactory_assets.environments.effects import add_member, copy, mark, reschedule, schedule, transition
from envfactory_assets.verification.probes import typed_effects
from envfactory_assets.verification.subject import Subject


class Folder(Entity):
    """A folder."""

    id: Key
    name: str
    archived: bool


class Visit(Entity):
    """A visit, kept in a folder."""

    id: Key
    folder_id: Ref[Folder]
    state: Literal["planned", "cancelled"]
    starts_on: date
    ends_on: date
    starred: bool
    closed_on: date | None = None


class Diary(Environment):
    """Visits and the folders they are kept in."""

    folders: Table[Folder]
    visits: Table[Visit]

    @tool(effect=mark(field="starred", target=True))
    def star(self, visit_id: Ref[Visit]) -> Visit:
        """Star a visit."""
        return self.visits.transition(self.visits.get(visit_id))

    @tool(
        effect=[
            "update",
            transition(field="closed_on"),
            mark(field="starred"),
            reschedule(field="starts_on", until="ends_on", unless={"state": ["cancelled"]}),
        ]
    )
    def change(
        self, visit_id: Ref[Visit], starts_on: date | None = None, starred: bool | None = None, closed_on: date | None = None
    ) -> Visit:
        """Change a visit."""
        given = {"starts_on": starts_on, "starred": starred, "closed_on": closed_on}
        return self.visits.revise(self.visits.get(visit_id), **{name: value for name, value in given.items() if value is not None})

    @tool(effect=["create", schedule(field="starts_on", until="ends_on"), add_member(within="folder_id", barred={"archived": [True]})])
    def plan_visit(self, folder_id: Ref[Folder], starts_on: date, ends_on: date) -> Visit:
        """Plan a visit."""
        return self.visits.make(folder_id=folder_id, state="planned", starts_on=starts_on, ends_on=ends_on, starred=False)

    @tool(effect=["create", schedule(field="starts_on", until="ends_on", past=True)])
    def record_visit(self, folder_id: Ref[Folder], starts_on: date, ends_on: date) -> Visit:
        """Record a visit, past or to come."""
        return self.visits.make(folder_id=folder_id, state="planned", starts_on=starts_on, ends_on=ends_on, starred=False)

    @tool(effect=["update", reschedule(field="starts_on", until="ends_on", past=True)])
    def correct_start(self, visit_id: Ref[Visit], starts_on: date) -> Visit:
        """Correct when a visit started."""
        return self.visits.revise(self.visits.get(visit_id), starts_on=starts_on)

    @tool(effect=copy(field="name"))
    def copy_folder(self, folder_id: Ref[Folder], name: str) -> Folder:
        """Copy a folder."""
        return self.folders.copy(self.folders.get(folder_id), name=name)

    @tool(effect="delete")
    def delete_folder(self, folder_id: Ref[Folder]) -> None:
        """Delete a folder."""
        self.folders.remove(self.folders.get(folder_id))


def state() -> dict[str, Any]:
    """Visits past and ahead, planned and cancelled, in folders of which one is empty; it is 12 May 2026."""
    found = Diary.empty_state("2026-05-12T09:00:00Z", None)
    rest = {"folder_id": "F1", "starred": False, "closed_on": None}
    ahead = {"starts_on": "2026-06-01", "ends_on": "2026-08-01"}
    found["tables"] = {
        "folders": [{"id": "F1", "name": "North", "archived": False}, {"id": "F2", "name": "South", "archived": False}],
        "visits": [
            {"id": "V1", "state": "planned", **rest, **ahead},
            {"id": "V2", "state": "planned", **rest, "starts_on": "2026-05-01", "ends_on": "2026-05-02", "starred": True},
            {"id": "V3", "state": "cancelled", **rest, **ahead, "closed_on": "2026-05-10"},
        ],
    }
    return found


def observed() -> dict[str, Any]:
    """What the probe sees of each effect."""
    subject = Subject("diary", Diary, describe(Diary, "diary"), [state()], None, seed=5)
    return {each.subject: each for each in typed_effects.probe(subject)}


def test_every_effect_that_keeps_its_law_counts_for_its_family():
    seen = observed()
    assert all(each.passed for each in seen.values()), [each for each in seen.values() if not each.passed]
    families = {name.removeprefix("family:") for each in seen.values() for name in each.tally}
    assert families == {"mark", "transition", "reschedule", "schedule", "add_member", "copy", "delete"}


def removed(session: Any, entity: str, key: Any, _: bool) -> None:
    """Takes the row away with all that refers to it."""
    deletion.remove(session, entity, key, cascade=True)


def plainly_copied(table: Any, row: Any, changes: Any) -> Any:
    """A copy whatever its name."""
    kept = {name: value for name, value in row.__dict__.items() if name != table.layout.key}
    return table.add(**{**kept, **changes})


LAX: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "star.mark": (actions, "move_state", lambda table, row, _, __: table.replace(row, starred=True)),
    "change.mark": (actions, "revise", lambda table, row, changes: table.replace(row, **changes)),
    "change.transition": (actions, "revise", lambda table, row, changes: table.replace(row, **changes)),
    "change.reschedule": (actions, "check_record", lambda *_: None),
    "plan_visit.schedule": (actions, "_must_fit", lambda *_, **__: None),
    "record_visit.schedule": (actions, "_must_fit", lambda *_, **__: None),
    "correct_start.reschedule": (actions, "_must_fit", lambda *_, **__: None),
    "plan_visit.add_member": (actions, "check_taker", lambda *_: None),
    "copy_folder.copy": (actions, "copy", plainly_copied),
    "delete_folder.delete": (tables, "remove", removed),
}


@pytest.mark.parametrize("broken", LAX)
def test_an_effect_without_its_check_breaks_its_law(broken: str, monkeypatch: pytest.MonkeyPatch):
    module, name, lax = LAX[broken]
    monkeypatch.setattr(module, name, lax)
    seen = observed()[broken]
    assert not seen.passed
    assert seen.severity == "blocking"
