"""What ships can be seeded: environments written from the bundled resources, and those written by hand."""

from pathlib import Path

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Episode, load_environment
from envfactory_assets.records import EnvironmentCandidate
from envfactory_assets.synthesis.rules import write_candidate
from envfactory_assets.synthesis.seeding import seed_states
from envfactory_assets.synthesis.seeding.plan import plan_of
from envfactory_assets_tests.taking import bundled_resources, some_bundled_resources

DOMAINS = sorted(path.name for path in bundled("resources").iterdir() if path.is_dir())
BY_HAND = sorted(bundled("environments").rglob("*.py"))


@pytest.mark.parametrize("domain", DOMAINS)
def test_environments_written_from_bundled_resources_can_be_seeded(domain: str) -> None:
    seeded = 0
    for resource in some_bundled_resources(4):
        if resource.domain == domain:
            for candidate in write_candidate(resource).of(EnvironmentCandidate):
                environment = load_environment(candidate.source_code, candidate.env_id)
                assert len(seed_states(environment, candidate.env_id, seed=5, count=2)) == 2
                seeded += 1
    assert seeded


@pytest.mark.parametrize("domain", DOMAINS)
def test_what_people_call_records_by_fits_their_kind(domain: str) -> None:
    unknown = []
    for resource in bundled_resources():
        if resource.domain == domain:
            for candidate in write_candidate(resource).of(EnvironmentCandidate):
                for entity in plan_of(load_environment(candidate.source_code, candidate.env_id)).entities:
                    named = any(field.how.get("make") == "label" for field in entity.fields)
                    if named and not (entity.kind and (entity.kind.label or entity.kind.person)):
                        unknown.append(f"{candidate.env_id}.{entity.name}")
    assert not unknown


@pytest.mark.parametrize("path", BY_HAND, ids=lambda path: path.stem)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_environments_written_by_hand_can_be_seeded(path: Path, seed: int) -> None:
    environment = load_environment(path.read_text(encoding="utf-8"), path.stem)
    states = seed_states(environment, path.stem, seed=seed, count=7)
    for state in states:
        Episode({path.stem: environment}).reset({path.stem: state})
    assert sum(map(len, states[-1]["tables"].values())) > sum(map(len, states[0]["tables"].values()))
