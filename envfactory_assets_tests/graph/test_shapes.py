"""The shape of chains: what is aimed for can be set, what came of it is counted."""

from envfactory_assets.graph import sample_chains
from envfactory_assets.graph.shapes import levels, shape_of
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
    assert levels(made) == [0, 1, 1, 2, 0]
    shape = shape_of([made], board.nodes)
    assert shape["steps"] == {"5": 1}
    assert shape["depth"] == {"3": 1}
    assert shape["steps side by side, at most"] == {"2": 1}
    assert shape["difficulty"] == {"0.4": 1}
    assert shape["effects of steps"] == {"get": 2, "list": 2, "transition": 1}


def test_what_is_aimed_for_can_be_set(board, monkeypatch):
    short = ChainShape(lengths={3: 1.0}, most_steps=4, read_only_share=1.0, longest_read_only=3)
    told = {"short": Profile(chains=short, turns=profiles.named("bfcl").turns)}
    monkeypatch.setattr(profiles, "profiles", lambda: told)
    made = sample_chains(board.environment, board.nodes, board.edges, board.scenarios, count=12, seed=7, profile="short").of(Chain)
    shape = shape_of(made, board.nodes)
    assert max(map(int, shape["steps"])) <= 4
    assert set(shape["effects of steps"]) <= {"get", "list"}


def test_the_profile_of_the_paper_makes_longer_chains(board):
    lengths = {}
    for name in ("bfcl", "paper"):
        made = sample_chains(board.environment, board.nodes, board.edges, board.scenarios, count=12, seed=7, profile=name).of(Chain)
        lengths[name] = sum(len(each.steps) for each in made) / len(made)
    assert lengths["paper"] > 1.5 * lengths["bfcl"]
