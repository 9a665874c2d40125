"""Scenario rows: each for one purpose, each state once."""

import pytest

from envfactory_assets.records import PromotedEnvironment, Rejection, Scenario, content_hash
from envfactory_assets.synthesis.seeding import write_scenarios
from envfactory_assets_tests.synthesis.seeding import sources


def promoted(source: str) -> PromotedEnvironment:
    return PromotedEnvironment(
        domain="academia",
        env_id="library",
        code_sha256=content_hash(source),
        runtime_version="r",
        verifier_version="v",
        resource_id=None,
        content_sha256=None,
        author="hand",
        source_code=source,
        spec={},
        policy="",
        grade=1.0,
        tool_count=1,
        cluster="c",
        split="train",
        current=True,
    )


@pytest.mark.parametrize(("count", "share", "rl"), [(8, 0.37, 3), (2, 0.0, 1), (2, 1.0, 1), (5, 0.5, 2), (1, 0.2, 0)])
def test_scenarios_are_divided_between_the_purposes(count: int, share: float, rl: int) -> None:
    scenarios = write_scenarios(promoted(sources.LIBRARY), seed=7, count=count, rl_share=share).of(Scenario)
    assert [s.purpose for s in scenarios].count("rl") == rl
    assert len(scenarios) == count


def test_both_purposes_see_sparse_and_busy_states() -> None:
    scenarios = write_scenarios(promoted(sources.LIBRARY), seed=7, count=8, rl_share=0.4).of(Scenario)
    ranks = [rank for rank, scenario in enumerate(scenarios) if scenario.purpose == "rl"]
    assert min(ranks) < 4 <= max(ranks)


def test_a_row_names_its_state() -> None:
    scenarios = write_scenarios(promoted(sources.LIBRARY), seed=7, count=3, rl_share=0.4).of(Scenario)
    for index, scenario in enumerate(scenarios):
        assert scenario.state_sha256 == content_hash(scenario.state)
        assert scenario.scenario_id == f"library-s{index}-{scenario.state_sha256[:8]}"
        assert scenario.row_count == sum(map(len, scenario.state["tables"].values()))


def test_a_repeated_state_is_rejected() -> None:
    head, _, _ = sources.SELF_MADE.partition("        return {")
    same = head.rstrip() + '\n        draw.sign_in("U1")\n        return {}\n'
    produced = write_scenarios(promoted(same).model_copy(update={"env_id": "rooms"}), seed=7, count=3, rl_share=0.4)
    assert len(produced.of(Scenario)) == 1
    assert [rejection.reason for rejection in produced.of(Rejection)] == ["the same state was seeded before"] * 2


@pytest.mark.parametrize("source", [sources.IMPOSSIBLE, "class"])
def test_an_environment_without_states_is_rejected_in_one_line(source: str) -> None:
    produced = write_scenarios(promoted(source), seed=7, count=3, rl_share=0.4)
    [rejection] = produced.rows
    assert isinstance(rejection, Rejection)
    assert rejection.stage == "scenarios"
    assert "\n" not in rejection.reason
