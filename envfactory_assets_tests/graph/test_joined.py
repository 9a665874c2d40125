"""Chains over several environments: what lets a value lead from one to the next, and what such chains promise."""

import logging
import subprocess
import sys
from collections import Counter
from types import SimpleNamespace

import pytest

from envfactory_assets.dialogue import execute_chain
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.graph import build_joints, check_chain, joined_groups, joined_pairs, sample_joined
from envfactory_assets.graph.joints import PARTNERS
from envfactory_assets.records import Chain, RawTrajectory, Rejection, ToolEdge, TrajectoryStep, profiles
from envfactory_assets_tests.graph.conftest import NOW, built

DIARY = '''
"""A diary."""

from datetime import date

from envfactory_assets.environments import Entity, Environment, Key, Table, tool
from envfactory_assets.environments.fields import Text


class Appointment(Entity):
    """Something on a day."""

    id: Key
    title: Text
    due: date


class Diary(Environment):
    """Appointments."""

    appointments: Table[Appointment]

    @tool(effect="list")
    def list_appointments(self) -> list[Appointment]:
        """All appointments."""
        return list(self.appointments)

    @tool(effect="create")
    def add_appointment(self, title: Text, due: date) -> Appointment:
        """Put something into the diary."""
        return self.appointments.add(title=title, due=due)

    @tool(effect="update")
    def move_appointment(self, appointment_id: Key, due: date) -> Appointment:
        """Put an appointment on another day."""
        return self.appointments.replace(self.appointments.get(appointment_id), due=due)
'''


LETTERS = '''
"""Where email addresses are kept."""

from envfactory_assets.environments import Entity, Environment, Key, Table, tool
from envfactory_assets.environments.fields import Text


class Thing(Entity):
    """Something with an email address."""

    id: Key
    email_address: Text


class Letters(Environment):
    """Email addresses."""

    things: Table[Thing]

    @tool(effect="list")
    def list_things(self) -> list[Thing]:
        """All there are."""
        return list(self.things)

    @tool(effect="create")
    def add_thing(self, email_address: Text) -> Thing:
        """One more."""
        return self.things.add(email_address=email_address)
'''


@pytest.fixture(scope="module")
def diary() -> SimpleNamespace:
    """A diary with two appointments."""
    rows = [{"id": f"A{n}", "title": title, "due": f"2026-05-2{n}"} for n, title in enumerate(("Dentist", "Choir practice"), 1)]
    return built(
        "diary", DIARY, [{"now": NOW, "me": None, "counters": {"Appointment": 2}, "tables": {"appointments": rows[:n]}} for n in (1, 2)]
    )


@pytest.fixture(scope="module")
def joints(board, diary):
    return joined_pairs([board.spec, diary.spec], {"board": "train", "diary": "train"})


@pytest.fixture(scope="module")
def pair(board, diary, joints):
    """Both environments, with the edges between them."""
    crossing = []
    for ends, tried in joints.items():
        first, second = (board if env_id == "board" else diary for env_id in ends)
        crossing += build_joints(first.environment, second.environment, [*board.scenarios, *diary.scenarios], tried).of(ToolEdge)
    return SimpleNamespace(
        environments=[board.environment, diary.environment],
        nodes=[*board.nodes, *diary.nodes],
        edges=[*board.edges, *diary.edges, *crossing],
        crossing=crossing,
        scenarios=[*board.scenarios, *diary.scenarios],
        specs={"board": board.spec, "diary": diary.spec},
    )


@pytest.fixture(scope="module")
def chains(pair):
    group = [next(row for row in pair.environments if row.env_id == env_id) for env_id in ends(pair.crossing[0])]
    return sample_joined(group, pair.nodes, pair.edges, pair.scenarios, count=12, seed=7).of(Chain)


def ends(edge):
    return edge.from_tool.split(".")[0], edge.to_tool.split(".")[0]


def test_what_a_listing_shows_and_a_write_takes_joins_two_environments(joints):
    assert joints
    for joint in (joint for found in joints.values() for joint in found):
        assert joint.kind == "date"
        assert joint.source.returns.many
        assert joint.target.effects[0].family in {"create", "update"}
        assert -1 <= joint.similarity <= 1


def test_titles_join_nothing(joints):
    assert all("title" not in (joint.parameter.name, joint.output_path) for found in joints.values() for joint in found)


@pytest.mark.parametrize(("listed", "made", "joined"), [("Contact", "Guest", True), ("Note", "Guest", False), ("Contact", "Letter", False)])
def test_contact_data_of_somebody_joins_where_somebody_gets_it(listed, made, joined):
    def spec(env_id, entity):
        return describe(load_environment(LETTERS.replace("Thing", entity), env_id), env_id)

    pairs = joined_pairs([spec("book", listed), spec("post", made)], {"book": "train", "post": "train"})
    assert bool(pairs) is joined


def test_environments_of_different_splits_are_never_joined(board, diary):
    assert joined_pairs([board.spec, diary.spec], {"board": "train", "diary": "test"}) == {}


def test_an_environment_has_a_few_partners_however_many_there_are(board, diary):
    many = [spec.model_copy(update={"env_id": f"{spec.env_id}_{copy}"}) for spec in (board.spec, diary.spec) for copy in range(8)]
    pairs = joined_pairs(many, {spec.env_id: "train" for spec in many})
    leads, led = Counter(left for left, _ in pairs), Counter(right for _, right in pairs)
    assert len(pairs) >= len(many) // 2
    assert max(*leads.values(), *led.values()) <= PARTNERS
    assert not any((right, left) in pairs for left, right in pairs)


def test_an_edge_between_environments_was_executed_and_another_value_gave_something_else(pair):
    assert pair.crossing
    for edge in pair.crossing:
        assert edge.executed
        assert edge.kind == "produces_value"
        assert edge.evidence["to_call"]["arguments"][edge.parameter] == edge.evidence["value"]
        assert edge.evidence["counter_value"] != edge.evidence["value"]
        assert edge.evidence["counter_result"] != edge.evidence["result"]


def test_a_value_that_makes_no_difference_is_no_edge(board, joints):
    """A diary that writes the same day whatever it is told."""
    deaf = DIARY.replace("due=due)", "due=date(2026, 6, 1))")
    rows = [{"id": "A1", "title": "Dentist", "due": "2026-05-21"}]
    other = built("diary", deaf, [{"now": NOW, "me": None, "counters": {"Appointment": 1}, "tables": {"appointments": rows}}])
    tried = joints["board", "diary"]
    made = build_joints(board.environment, other.environment, [*board.scenarios, *other.scenarios], tried)
    assert not made.of(ToolEdge)
    assert {row.reason for row in made.of(Rejection)} == {"the value made no difference to the consumer"}


def test_every_chain_carries_a_value_over_and_passes_the_checker(chains, pair):
    assert len(chains) == 12
    splits = {"board": "train", "diary": "train"}
    for chain in chains:
        assert check_chain(chain, pair.nodes, pair.edges, pair.specs, splits=splits) == []
        env = [step.env_id for step in chain.steps]
        assert len(chain.env_ids) == 2
        assert any(p.from_step is not None and env[p.from_step] != env[p.step] for p in chain.providers)


def test_the_checker_refuses_a_chain_across_splits_or_along_an_edge_nobody_executed(chains, pair):
    chain = chains[0]
    assert "different splits" in " ".join(
        check_chain(chain, pair.nodes, pair.edges, pair.specs, splits={"board": "train", "diary": "test"})
    )
    inside = [edge for edge in pair.edges if edge not in pair.crossing]
    assert "no executed edge" in " ".join(check_chain(chain, pair.nodes, inside, pair.specs))


def test_joined_chains_become_conversations_in_which_the_value_is_observed(chains, pair):
    carried = 0
    for chain in chains:
        own = [
            row.model_copy(update={"purpose": purpose, "scenario_id": f"{row.scenario_id}-{purpose}"})
            for row in pair.scenarios
            for purpose in ("sft", "rl")
        ]
        made = execute_chain(chain, pair.environments, own, seed=7, rl_share=0.5, reward_version="r")
        if not made.of(RawTrajectory):
            continue
        calls = {step.call_id: step for step in made.of(TrajectoryStep)}
        assert {step.env_id for step in calls.values()} == {"board", "diary"}
        for step in calls.values():
            sources = {calls[origin.call_id].env_id for origin in step.argument_origins if origin.kind == "observed"}
            carried += bool(sources - {step.env_id})
    assert carried >= len(chains) // 2


def test_the_same_seed_gives_the_same_joined_chains(chains, pair):
    group = [next(row for row in pair.environments if row.env_id == env_id) for env_id in ends(pair.crossing[0])]
    again = sample_joined(group, pair.nodes, pair.edges, pair.scenarios, count=12, seed=7).of(Chain)
    assert again == chains


def test_a_group_has_three_environments_at_most_and_the_chains_are_shared_out(pair):
    def lead(left, right):
        return pair.crossing[0].model_copy(update={"from_tool": f"{left}.x", "to_tool": f"{right}.y"})

    groups = joined_groups([lead("a", "b"), lead("b", "c"), lead("c", "d"), lead("a", "a")], 5)
    assert sum(groups.values()) == 5
    assert all(2 <= len(group) <= 3 for group in groups)
    assert ("a", "b", "c") in groups
    assert joined_groups([lead("a", "a")], 5) == {}


def test_how_often_a_third_environment_is_led_to_can_be_set(board, diary, monkeypatch):
    rows = [{"id": "A1", "title": "Tyres", "due": "2026-05-28"}]
    agenda = built("agenda", DIARY, [{"now": NOW, "me": None, "counters": {"Appointment": 1}, "tables": {"appointments": rows}}])
    worlds = {"board": board, "diary": diary, "agenda": agenda}
    states = [row for world in worlds.values() for row in world.scenarios]
    pairs = joined_pairs([world.spec for world in worlds.values()], dict.fromkeys(worlds, "train"))
    made = [build_joints(worlds[left].environment, worlds[right].environment, states, tried) for (left, right), tried in pairs.items()]
    crossing = [edge for produced in made for edge in produced.of(ToolEdge)]
    group = next(group for group in joined_groups(crossing, 9) if len(group) == 3)
    nodes, edges = [node for world in worlds.values() for node in world.nodes], [e for world in worlds.values() for e in world.edges]
    members, usual, led = [worlds[env_id].environment for env_id in group], profiles.named("bfcl"), {}
    for share in (0.0, 1.0):
        own = usual.model_copy(update={"chains": usual.chains.model_copy(update={"third_share": share})})
        monkeypatch.setattr(profiles, "profiles", lambda own=own: {"own": own})
        found = sample_joined(members, nodes, [*edges, *crossing], states, count=12, seed=7, profile="own").of(Chain)
        led[share] = [len(chain.env_ids) for chain in found]
    assert set(led[0.0]) == {2}
    assert led[1.0].count(3) >= 4


def test_the_embedding_leaves_the_programs_logging_alone():
    asked = "logging.getLogger().handlers, logging.root.level"
    script = f"import logging; from envfactory_assets.graph.embedders import _wordllama; _wordllama(); print({asked})"
    shown = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert shown.stdout == f"[] {logging.WARNING}\n"
    assert shown.stderr == ""
