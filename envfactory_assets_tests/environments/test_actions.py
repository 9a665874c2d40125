"""Typed effects: what must hold before, what changes, and what a refusal says."""

from typing import Literal

import pytest

from envfactory_assets.environments import Entity, Environment, Episode, Key, Ref, Table, describe, tool
from envfactory_assets.environments.effects import transition, update
from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.environments.loading import load_environment
from envfactory_assets_tests.environments.studio import Studio, studio_state


@pytest.fixture
def studio() -> Episode:
    episode = Episode({"studio": Studio})
    episode.reset({"studio": studio_state()})
    return episode


def refused(episode: Episode, name: str, **arguments) -> tuple[str, str]:
    """The code and the text of a refusal; nothing may have changed."""
    before = episode.snapshot()
    result = episode.call(name, arguments)
    assert result.error is not None, result.value
    assert result.defect is None
    assert episode.snapshot() == before
    return result.error.code, result.error.message


def done(episode: Episode, name: str, **arguments) -> dict:
    result = episode.call(name, arguments)
    assert result.ok, result.error
    return result.value


def test_a_status_goes_only_where_it_may(studio):
    assert done(studio, "change", task_id="T1", status="open")["status"] == "open"
    assert refused(studio, "change", task_id="T2", status="draft") == (
        "precondition_failed",
        "The task is open; from there it may become done, not draft.",
    )
    assert refused(studio, "change", task_id="T3", status="open")[1] == "The task is done; that is final, not open."


def test_a_state_said_again_is_refused_when_nothing_else_changes(studio):
    assert refused(studio, "change", task_id="T3", status="done") == ("precondition_failed", "The task is already done.")
    assert done(studio, "change", task_id="T3", status="done", parent_id="T1")["parent_id"] == "T1"


def test_what_lies_ahead_may_move_to_another_time_ahead(studio):
    assert done(studio, "change", task_id="T2", starts_on="2026-06-02")["starts_on"] == "2026-06-02"
    assert refused(studio, "change", task_id="T2", starts_on="2026-05-02")[0] == "precondition_failed"
    assert refused(studio, "change", task_id="T2", starts_on="2026-07-02")[0] == "invalid_argument"
    assert refused(studio, "change", task_id="T2", ends_on="2026-05-20")[0] == "invalid_argument"


def test_what_has_begun_stays_when_it_was(studio):
    code, message = refused(studio, "change", task_id="T3", starts_on="2026-08-01")
    assert (code, message) == ("precondition_failed", "The task began on 2026-05-01; its time cannot change any more.")


def test_what_has_begun_may_last_longer(studio):
    assert done(studio, "change", task_id="T3", ends_on="2026-09-01")["ends_on"] == "2026-09-01"
    assert done(studio, "change", task_id="T3", ends_on="2026-10-01")["ends_on"] == "2026-10-01"
    assert refused(studio, "change", task_id="T3", ends_on="2026-08-01")[0] == "precondition_failed"


def test_nothing_is_moved_into_itself_or_below_itself(studio):
    assert done(studio, "change", task_id="T3", parent_id="T1")["parent_id"] == "T1"
    assert refused(studio, "change", task_id="T1", parent_id="T1")[0] == "conflict"
    assert refused(studio, "change", task_id="T1", parent_id="T2")[1] == "A task cannot be moved into itself or into what lies below it."
    assert refused(studio, "change", task_id="T1", parent_id="T9")[0] == "not_found"


def test_a_member_is_in_a_list_once(studio):
    assert done(studio, "watch", task_id="T1", person_id="P1")["watcher_ids"] == ["P1"]
    assert refused(studio, "watch", task_id="T1", person_id="P1") == ("conflict", "The task already has watcher 'P1'.")
    assert refused(studio, "watch", task_id="T1", person_id="P9")[0] == "not_found"
    assert done(studio, "unwatch", task_id="T1", person_id="P1")["watcher_ids"] == []
    assert refused(studio, "unwatch", task_id="T1", person_id="P1") == ("precondition_failed", "The task has no watcher 'P1'.")


def test_a_member_belongs_to_a_group_once(studio):
    done(studio, "enter", team_id="G1", person_id="P1")
    done(studio, "enter", team_id="G1", person_id="P2")
    assert refused(studio, "enter", team_id="G1", person_id="P1") == ("conflict", "Person 'P1' already belongs to team 'G1'.")


def test_an_assignment_is_given_and_taken_once(studio):
    assert refused(studio, "free", task_id="T1")[0] == "precondition_failed"
    assert done(studio, "give", task_id="T1", person_id="P1")["assignee_id"] == "P1"
    assert refused(studio, "give", task_id="T1", person_id="P1")[0] == "conflict"
    assert done(studio, "free", task_id="T1")["assignee_id"] is None


def test_capacity_is_never_exceeded_nor_given_back_twice(studio):
    assert done(studio, "take_seats", team_id="G1", seats=2)["seats_taken"] == 3
    assert refused(studio, "take_seats", team_id="G1", seats=1) == (
        "precondition_failed",
        "Only 0 of the team's seats is left; 1 is too much.",
    )
    assert done(studio, "free_seats", team_id="G1", seats=3)["seats_taken"] == 0
    assert refused(studio, "free_seats", team_id="G1", seats=1)[0] == "precondition_failed"
    assert refused(studio, "free_seats", team_id="G1", seats=0)[0] == "invalid_argument"


def test_no_more_is_paid_back_than_was_paid(studio):
    done(studio, "pay_back", task_id="T1", amount=30.0)
    assert refused(studio, "pay_back", task_id="T1", amount=30.0)[0] == "precondition_failed"
    assert done(studio, "pay_back", task_id="T1", amount=20.0)["refunded"] == 50.0


def test_the_specification_tells_the_slots_and_the_policy_the_rules():
    spec = describe(Studio, "studio")
    [change] = [each for each in spec.tools if each.name == "change"]
    families = {effect.family: effect for effect in change.effects}
    assert families["transition"].moves == {"draft": ("open",), "open": ("done",), "done": ()}
    assert (families["reschedule"].field, families["reschedule"].until) == ("starts_on", "ends_on")
    assert (
        "- change: the status may go from draft to open, from open to done, from done to nothing else; refused when nothing would change."
        in spec.policy
    )
    assert "- watch: refused for a member that is in already." in spec.policy


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ('transition(field="status", moves={"draft": ["lost"]})', "names 'lost'"),
        ('reschedule(field="name", until="finish")', "is about the field 'finish'"),
        ('transition(field="status")', "names neither sources nor moves, and 'status' is no flag."),
    ],
)
def test_slots_that_fit_nothing_are_refused_when_the_module_is_loaded(declared: str, says: str):
    source = f'''
"""Tasks."""
from typing import Literal
from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.effects import reschedule, transition


class Task(Entity):
    """A task."""

    id: Key
    name: str
    status: Literal["draft", "open"]


class Desk(Environment):
    """A desk."""

    tasks: Table[Task]

    @tool(effect={declared})
    def change(self, task_id: Ref[Task], name: str) -> Task:
        """Change."""
        return self.tasks.revise(self.tasks.get(task_id), name=name)
'''
    with pytest.raises(ModuleError, match=says):
        load_environment(source, "desk")


Role = Literal["admin", "member", "owner"]


class Account(Entity):
    """An account of somebody."""

    id: Key
    role: Role
    locked: bool


class Register(Environment):
    """Accounts, of which the owner's is never edited."""

    accounts: Table[Account]

    @tool(effect=[update(unless={"role": ["owner"]}), transition(field="locked", unless={"role": ["owner"]})])
    def change_account(
        self, account_id: Ref[Account], role: Literal["admin", "member"] | None = None, locked: bool | None = None
    ) -> Account:
        """Change an account."""
        given = {"role": role, "locked": locked}
        return self.accounts.revise(self.accounts.get(account_id), **{name: value for name, value in given.items() if value is not None})


def test_a_record_of_a_kind_that_no_call_makes_is_not_led_out_of_it():
    state = Register.empty_state()
    state["tables"]["accounts"] = [{"id": "A1", "role": "owner", "locked": False}, {"id": "A2", "role": "admin", "locked": False}]
    register = Episode({"register": Register})
    register.reset({"register": state})
    assert refused(register, "change_account", account_id="A1", role="admin", locked=True)[0] == "precondition_failed"
    assert done(register, "change_account", account_id="A2", role="member", locked=True)["locked"] is True
