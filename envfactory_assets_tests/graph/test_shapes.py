"""The shape of chains: what is aimed for can be set, what came of it is counted."""

import pytest
from pydantic import ValidationError

from envfactory_assets.graph import sample_chains
from envfactory_assets.graph.shapes import Mix, levels, shape_of
from envfactory_assets.records import Chain, ChainStep, Provider, profiles
from envfactory_assets.records.profiles import ChainShape, Profile


def chain(tools, *links):
    steps = [ChainStep(index=index, env_id="board", tool=tool) for index, tool in enumerate(tools)]
    providers = [Provider(step=to, parameter="id", kind="tool", from_step=source, output_path="id", reason="") for source, to in links]
    return Chain(
        domain="office",
        chain_id="ch_1",
        env_ids=["board"],
        code_sha256s=[""],
        steps=steps,
        providers=providers,
        sampler="",
        seed=1,
        difficulty=0.44,
    )


def test_steps_that_wait_for_the_same_could_run_side_by_side(board):
    made = chain(["listTasks", "getTask", "completeTask", "getProject", "listProjects"], (0, 1), (0, 2), (1, 3))
    assert levels(len(made.steps), made.providers) == [0, 1, 1, 2, 0]
    shape = shape_of([made], board.nodes)
    assert shape["steps"] == {"5": 1}
    assert shape["depth"] == {"3": 1}
    assert shape["steps side by side, at most"] == {"2": 1}
    assert shape["difficulty"] == {"0.4": 1}
    assert shape["effects of steps"] == {"get": 2, "list": 2, "transition": 1}


@pytest.fixture
def shaped(board, monkeypatch):
    """Makes chains of a shape that differs from the usual one in what is named, and counts what came of it."""

    usual = profiles.named("bfcl")

    def made(count=12, sampler="topology", **changed):
        shape = ChainShape.model_validate(usual.chains.model_dump() | changed)
        monkeypatch.setattr(profiles, "profiles", lambda: {"own": Profile(chains=shape, turns=usual.turns)})
        parts = (board.environment, board.nodes, board.edges, board.scenarios)
        found = sample_chains(*parts, count=count, seed=7, sampler=sampler, profile="own").of(Chain)
        assert len(found) >= count // 2
        return shape_of(found, board.nodes)

    return made


def mean(counted):
    return sum(float(value) * number for value, number in counted.items()) / sum(counted.values())


def share(counted, *values):
    return sum(counted.get(value, 0) for value in values) / sum(counted.values())


def test_what_is_aimed_for_can_be_set(shaped):
    shape = shaped(lengths={3: 1.0}, most_steps=4, read_only_share=1.0, longest_read_only=3)
    assert max(map(int, shape["steps"])) <= 4
    assert set(shape["effects of steps"]) <= {"get", "list"}


def test_depth_and_width_can_be_bounded(shaped):
    usual, flat, narrow = shaped(), shaped(depths={2: 1.0}), shaped(widths={2: 1.0, 3: 1.0})
    assert max(map(int, flat["depth"])) <= 2 < mean(usual["depth"])
    most_wide = "steps side by side, at most"
    assert max(map(int, narrow[most_wide])) <= 3 < mean(usual[most_wide])


@pytest.mark.parametrize("sampler", ["topology", "coverage"])
def test_effects_can_be_wanted_more_and_less(shaped, sampler):
    little, much = (shaped(24, sampler, effects={"create": weight})["effects of steps"] for weight in (0.02, 50.0))
    assert share(much, "create") > 1.5 * share(little, "create")


def test_a_mix_of_difficulties_can_be_wanted(shaped):
    easy, hard = shaped(difficulties={0.5: 1.0}), shaped(difficulties={0.5: 1.0, 1.0: 9.0})
    assert max(map(float, easy["difficulty"])) <= 0.5
    assert mean(hard["difficulty"]) > mean(easy["difficulty"]) + 0.1


def test_chains_are_shared_out_by_difficulty_to_the_last_one():
    mix = Mix.of({1.0: 2.0, 0.5: 1.0}, 10)
    assert mix.room == {0.5: 3, 1.0: 7}
    for _ in range(3):
        mix.take(0.4)
    assert not mix.has_room(0.5)
    assert mix.has_room(0.51)
    assert not Mix.of({0.5: 1.0}, 1).has_room(0.6)
    assert Mix.of({}, 1).has_room(0.6)


@pytest.mark.parametrize("wrong", [{"depths": {0: 1.0}}, {"widths": {2: 0.0}}, {"effects": {"create": -1.0}}, {"difficulties": {1.5: 1.0}}])
def test_bounds_and_weights_that_mean_nothing_are_refused(wrong):
    with pytest.raises(ValidationError):
        ChainShape.model_validate(profiles.named("bfcl").chains.model_dump() | wrong)


def test_the_profile_of_the_paper_makes_longer_chains(board):
    lengths = {}
    for name in ("bfcl", "paper"):
        made = sample_chains(board.environment, board.nodes, board.edges, board.scenarios, count=12, seed=7, profile=name).of(Chain)
        lengths[name] = sum(len(each.steps) for each in made) / len(made)
    assert lengths["paper"] > 1.5 * lengths["bfcl"]
