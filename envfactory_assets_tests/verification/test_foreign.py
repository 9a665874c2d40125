"""Foreign modules are examined like ours: a sound one is verified, each defect is a finding, none ends the run."""

import json

import pytest

from envfactory_assets import cli
from envfactory_assets.environments.foreign import ForeignEnvironment, environment
from envfactory_assets.records import Finding, VerificationReport
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets.verification import verify_module
from envfactory_assets.verification.foreign.probes import FOREIGN_PROBES
from envfactory_assets_tests.environments.foreign.tool_shed import SCENARIO, SHARED, SHED, shed_at_import, shed_that


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(environment, "LIMITS", Limits(seconds=0.6))


@pytest.fixture(scope="module")
def states():
    with ForeignEnvironment(SHED, "shed") as shed:
        return [shed.layout.state(SCENARIO)]


def judged(source, states):
    produced = verify_module(source, "shed", states, author="imported")
    (report,) = produced.of(VerificationReport)
    failed = {(f.probe, f.subject): f.evidence for f in produced.of(Finding) if not f.passed and f.severity == "blocking"}
    assert (report.verdict == "rejected") == bool(failed)
    return report, failed


def test_isolation_finds_what_a_module_keeps_outside_its_objects(states):
    _, failed = judged(SHARED, states)
    assert ("isolation", "objects of one module") in failed
    assert ("round_trip", "resume") in failed


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("while True:\n    pass", "did not finish within 0.6 s"),
        ("for _ in range(100):\n    print('x' * 100_000)", "printed more than 65,536 characters"),
        ("class Stop(BaseException): ...\nraise Stop('now')", "raised Stop: now"),
        ("import os\nos._exit(3)", "ended the process"),
    ],
)
def test_a_module_that_cannot_be_imported_is_one_finding(states, statement, said):
    report, failed = judged(shed_at_import(statement), states)
    assert list(failed) == [("load", "module")]
    assert said in failed["load", "module"]["error"]
    assert report.probes_run == 2


@pytest.mark.parametrize("source", ["", "def (", "\0", "x = 1", shed_at_import("import datetime\nNOW = datetime.datetime.now()")])
def test_what_is_no_such_module_is_rejected(states, source):
    assert len(judged(source, states)[1]) == 1


DEFECTS = {
    "return {'x': float('nan')}": "$.x is nan",
    "return b'x'": "$ is a bytes",
    "a = []\na.append(a)\nreturn a": "nests without end",
    "return {}['x']": "KeyError: x (line",
    "class Stop(BaseException): ...\nraise Stop('now')": "raised Stop: now",
    "print('x' * 1_000_000)": "printed more than",
    "api.state.opening_hours['x'] = object()": "The state cannot be saved",
}


def test_each_defect_of_a_tool_is_found(states):
    source = shed_that("api.state.tools.clear()\nraise ValueError('cannot')", "return list({'a', 'b', 'c', 'd', 'e'})", *DEFECTS)
    _, failed = judged(source, states)
    assert ("atomicity", "odd_job_0") in failed
    assert ("determinism", "two processes") in failed
    for place, said in enumerate(DEFECTS.values(), start=2):
        assert said in str(failed["invariants", f"odd_job_{place}"])


def test_random_answers_are_found(states):
    _, failed = judged(shed_that("import random\nreturn random.random()"), states)
    assert {("determinism", "two processes"), ("round_trip", "resume"), ("isolation", "interleaved episodes")} <= set(failed)


def test_defects_of_reading_and_loading_are_found(states):
    source = SHED
    for old, new in (
        ('    """List the tools.\n', '    """List the tools.\n    """\n    api.state.opening_hours["seen"] = "yes"\n    """\n'),
        ("return api.tool(tool_id).model_dump()", "return {'tool_id': tool_id, 'name': 'Any'}"),
        (
            "self.state = ShedScenario(**scenario)",
            "self.state = ShedScenario(**{**scenario, 'neighbours': []}); self.state.neighbours = people(scenario)",
        ),
        ("# module state", "def people(scenario):\n    return [Neighbour.model_construct(**row) for row in scenario['neighbours']]\n"),
        ("query.lower() in person", "9 // len(query) and query.lower() in person"),
    ):
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    failed = set(judged(source, states)[1])
    assert {
        ("purity", "list_tools"),
        ("unknown_ids", "get_tool.tool_id"),
        ("load", "refuses neighbours with a row without fields"),
        ("hostile_inputs", "find_neighbours"),
    } <= failed


def test_the_command_verifies_a_folder_of_foreign_modules(tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("ENVFACTORY_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("sys.argv", ["envfactory", "verify", str(tmp_path), "--json"])
    (tmp_path / "sound.py").write_text(SHED)
    (tmp_path / "sound.scenarios.json").write_text(json.dumps([SCENARIO]))
    (tmp_path / "broken.py").write_text(shed_at_import("1 / 0"))
    (tmp_path / "astray.py").write_text(SHED)
    (tmp_path / "astray.scenarios.json").write_text("[{}]")
    with pytest.raises(SystemExit) as end:
        cli.main()
    assert end.value.code == 1
    reports = {entry["report"]["env_id"]: entry for entry in json.loads(capfd.readouterr().out)}
    verdicts = {env_id: entry["report"]["verdict"] for env_id, entry in reports.items()}
    assert verdicts == {"sound": "verified", "broken": "rejected", "astray": "rejected"}
    sound = reports["sound"]["findings"]
    assert [finding for finding in sound if not finding["passed"] and finding["severity"] == "blocking"] == []
    assert {finding["probe"] for finding in sound} == {"static_gate", "load", "determinism", *FOREIGN_PROBES}
    assert reports["sound"]["report"]["grade"]["reachable_share"] == 1
    [seeding] = [finding for finding in reports["astray"]["findings"] if finding["probe"] == "seeding"]
    assert "astray.scenarios.json: scenario 0" in seeding["evidence"]["message"]
    assert len([finding for finding in reports["broken"]["findings"] if finding["probe"] == "load"]) == 1
