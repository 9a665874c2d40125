"""Every bundled extract becomes a readable, loadable environment, or is rejected with a reason."""

import subprocess
import sys
from pathlib import Path

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import domains
from envfactory_assets.corpus.pack import read_selection
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import (
    EnvironmentCandidate,
    EnvironmentSpec,
    Produced,
    Rejection,
    Resource,
    ResourceInference,
    ResourceLedgerEntry,
)
from envfactory_assets.synthesis.meaning import inferences
from envfactory_assets.synthesis.rules import write_candidate
from envfactory_assets_tests.taking import bundled_resources, some_bundled_resources

WRITES = {"create", "update", "delete", "transition", "mark"}


@pytest.fixture(scope="module")
def made() -> dict[str, tuple[Resource, Produced]]:
    return {resource.resource_id: (resource, write_candidate(resource)) for resource in bundled_resources()}


@pytest.fixture(scope="module")
def candidates(made) -> list[EnvironmentCandidate]:
    return [candidate for _, produced in made.values() for candidate in produced.of(EnvironmentCandidate)]


def test_each_domain_has_four_environments_and_most_extracts_make_one(made, candidates):
    assert len(candidates) >= 0.85 * len(made)
    for domain in domains():
        assert sum(candidate.domain == domain for candidate in candidates) >= 4


def test_what_makes_no_environment_is_rejected_with_a_reason(made):
    for resource_id, (_, produced) in made.items():
        rejected = produced.of(Rejection)
        assert len(produced.of(EnvironmentCandidate)) + len(rejected) == 1
        assert all(r.subject == resource_id and r.reason and r.evidence is None for r in rejected)


def test_every_module_loads_and_its_specification_is_its_own(candidates):
    for candidate in candidates:
        environment = load_environment(candidate.source_code, candidate.env_id)
        derived, stored = describe(environment, candidate.env_id), EnvironmentSpec.model_validate(candidate.spec)
        assert [t.input_schema for t in derived.tools] == [t.input_schema for t in stored.tools]
        assert [f.name for e in derived.entities for f in e.fields] == [f.name for e in stored.entities for f in e.fields]


def test_environments_are_of_a_size_to_use(candidates):
    for candidate in candidates:
        spec = EnvironmentSpec.model_validate(candidate.spec)
        assert 3 <= len(spec.tools) <= 20, candidate.env_id
        assert 1 <= len(spec.entities) <= 8, candidate.env_id
        assert candidate.source_code.count("\n") <= 400, candidate.env_id
        assert max(len(entity.fields) for entity in spec.entities) <= 25, candidate.env_id


def test_every_key_that_a_tool_needs_can_be_learnt(candidates):
    for candidate in candidates:
        spec = EnvironmentSpec.model_validate(candidate.spec)
        listed = {effect.entity for tool in spec.tools for effect in tool.effects if effect.family in {"list", "search", "create"}}
        read = {effect.entity for tool in spec.tools for effect in tool.effects if effect.family in {"get", "list", "search"}}
        refers = {e.name: {target for f in e.fields for target in (f.ref, *f.inner_refs) if target} for e in spec.entities}
        shown = set(listed)
        for _ in spec.entities:  # a record that can be read tells the keys it refers to
            shown |= {target for name in shown & read for target in refers[name]}
        needed = {p.entity for tool in spec.tools for p in tool.parameters if p.role in {"key", "reference"}}
        assert needed <= shown, candidate.env_id


def test_every_operation_of_a_document_is_a_tool_or_in_the_ledger(made):
    for resource, produced in made.values():
        ledger = {entry.pointer for entry in produced.of(ResourceLedgerEntry)}
        for candidate in produced.of(EnvironmentCandidate):
            used = {tool["pointer"] for tool in candidate.spec["tools"]}
            assert {operation["pointer"] for operation in resource.document["operations"]} == used | {
                operation["pointer"] for operation in resource.document["operations"] if operation["pointer"] in ledger
            }
            assert not used & ledger


def test_modules_are_laid_out_as_ruff_would(candidates, tmp_path: Path):
    for candidate in candidates:
        (tmp_path / f"{candidate.env_id}.py").write_text(candidate.source_code, encoding="utf-8")
    options = ["--no-cache", "--isolated", "--line-length", "140", str(tmp_path)]
    checks = "F,E,W,I,B,C4,PIE,RET,SIM,UP,D"
    lint = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select", checks, "--ignore", "D203,D205,D212,D213,D400,D401,D415,D107", *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert lint.returncode == 0, lint.stdout[-2000:]
    layout = subprocess.run([sys.executable, "-m", "ruff", "format", "--diff", *options], capture_output=True, text=True, check=False)
    assert layout.returncode == 0, layout.stdout[-2000:]


def test_the_modules_are_the_same_in_another_process(candidates):
    program = (
        "from envfactory_assets.synthesis.rules import write_candidate;"
        "from envfactory_assets.records import EnvironmentCandidate;"
        "from envfactory_assets_tests.taking import some_bundled_resources;"
        "print(*(c.code_sha256 for r in some_bundled_resources(6) for c in write_candidate(r).of(EnvironmentCandidate)))"
    )
    root = bundled("resources").parents[1]
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=root,
        env={"PYTHONHASHSEED": "7", "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    sampled = {resource.resource_id for resource in some_bundled_resources(6)}
    assert run.stdout.split() == [candidate.code_sha256 for candidate in candidates if candidate.resource_id in sampled]


def test_most_environments_change_something_unless_admitted_for_what_they_show(candidates):
    packs = read_selection(bundled("resources/selection.yaml")).packs
    read_rich = {slug for picks in packs.values() for slug, pick in picks.items() if pick.read_rich}
    specs = [EnvironmentSpec.model_validate(candidate.spec) for candidate in candidates if candidate.env_id not in read_rich]
    writing = [spec for spec in specs if any(e.family in WRITES for tool in spec.tools for e in tool.effects)]
    assert len(writing) >= 0.9 * len(specs)


def test_what_is_understood_of_a_resource_is_one_row_a_fact():
    for resource in bundled_resources():
        rows = inferences(resource).rows
        assert len({tuple(getattr(row, name) for name in ResourceInference.key) for row in rows}) == len(rows), resource.resource_id
