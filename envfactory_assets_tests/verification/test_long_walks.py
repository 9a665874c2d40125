"""Long walks are Hypothesis's: bounded, the same in any process, and cut to the calls that a failure needs."""

import copy
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import pytest

from envfactory_assets.environments import ToolResult, load_environment
from envfactory_assets.records import EntitySpec, FieldSpec
from envfactory_assets.verification.always import LAWS
from envfactory_assets.verification.examination import Request, examine
from envfactory_assets.verification.long_walks import CALLS, WALKS, Run
from envfactory_assets.verification.probes import invariants
from envfactory_assets.verification.steps import Step
from envfactory_assets_tests.verification.library import defective, states, subject

_LISTED = "return self.loans.where("
_NEW = '{loan.id for loan in self.loans} - {f"L{number}" for number in range(9)}'
_FAILS_ONCE_LENT = defective(old=_LISTED, new=f'if {_NEW}:\n            return {{}}["lent"]\n        {_LISTED}')
"""A list that fails once there is a loan that no scenario has."""
_FAILS = "no tool fails by itself"
_ELSEWHERE = f"""
import json, sys
from envfactory_assets.verification.probes import invariants
from envfactory_assets_tests.verification.library import subject
print(json.dumps([seen.evidence for seen in invariants.probe(subject(sys.stdin.read())) if seen.subject == {_FAILS!r}]))
"""


@cache
def evidence(source=_FAILS_ONCE_LENT):
    [found] = [seen.evidence for seen in invariants.probe(replace(subject(source))) if seen.subject == _FAILS]
    return found


def test_a_walk_that_fails_is_cut_to_the_calls_that_it_needs():
    calls = evidence()["calls"]
    assert [call["tool"] for call in calls] == ["borrow_book", "list_loans"]
    assert calls[-1]["arguments"] == {}


def test_the_calls_that_are_kept_replay_the_failure():
    kept, changed = evidence(), subject(_FAILS_ONCE_LENT)
    episode = changed.start({**changed.states[kept["scenario"]], "me": kept["caller"]})
    results = [changed.call(episode, changed.spec.tool(call["tool"]), call["arguments"]) for call in kept["calls"]]
    assert [result.defect is None for result in results] == [True, False]


def test_one_check_made_again_finds_the_same_calls():
    request = Request(env_id="library", source_code=_FAILS_ONCE_LENT, spec=None, states=states(), document=None, mutants=0)
    [check] = examine(request.model_copy(update={"only": f"invariants: {_FAILS}"})).checks
    assert not check.passed
    assert check.evidence == evidence()


def test_walks_are_the_same_in_another_process_and_leave_nothing_in_its_folder(tmp_path):
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)}
    process = [sys.executable, "-c", _ELSEWHERE]
    printed = subprocess.run(process, input=_FAILS_ONCE_LENT, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(printed.stdout) == [json.loads(json.dumps(evidence()))]
    assert list(tmp_path.iterdir()) == []


def test_walks_are_bounded_and_nothing_is_shrunk_of_a_planted_defect():
    assert 0 < replace(subject()).long_walks.calls <= WALKS * CALLS
    planted = subject().with_defect(load_environment(_FAILS_ONCE_LENT, "library")).long_walks
    assert _FAILS in planted.broken
    assert planted.calls <= 2 * WALKS * CALLS


def test_walks_start_from_every_scenario_as_its_caller_and_as_somebody_else():
    lent = states()
    for state in lent:
        state["tables"]["loans"][0]["member"] = "M2"
    starts = Run(replace(subject(), states=lent), most=0).starts
    assert [(scenario, met["me"]) for scenario, met in starts] == [(scenario, me) for scenario in range(3) for me in ("M1", "M2")]


@pytest.mark.parametrize(
    ("law", "table", "values"),
    [
        ("keys and unique values are one row's", "shelves", {"id": "S1"}),
        ("references resolve", "loans", {"book_id": "B99"}),
        ("values are of their fields", "loans", {"status": "eaten"}),
        ("values are of their fields", "books", {"title": None}),
    ],
)
def test_a_state_that_breaks_a_law_is_told(law, table, values):
    before = states()[-1]
    after = copy.deepcopy(before)
    after["tables"][table][0] |= values
    tool = subject().spec.tool("update_book")
    result = subject().call(subject().start(before), tool, {"book_id": "B1"})
    assert [each.name for each in LAWS if each.broken(subject().spec, Step(0, 0, tool, {}, result, before, after))] == [law]


_TELLING = {
    "name": "returned_at",
    "wire": "returnedAt",
    "type": "datetime",
    "required": False,
    "reached": "returned",
    "reached_values": (True,),
}


@pytest.mark.parametrize(
    ("was", "became", "kept"),
    [
        ((False, None), (True, "2026-05-12T09:00:00Z"), True),
        ((False, None), (True, None), False),
        ((True, "2026-05-12T09:00:00Z"), (False, None), True),
        ((True, "2026-05-12T09:00:00Z"), (False, "2026-05-12T09:00:00Z"), False),
        ((True, None), (True, None), True),
    ],
)
def test_what_tells_since_when_goes_with_its_state(was, became, kept):
    known = EntitySpec(name="Loan", table="loans", key="id", fields=(FieldSpec(name="id", wire="id", type="key"), FieldSpec(**_TELLING)))
    spec = subject().spec.model_copy(update={"entities": (known,)})
    [law] = [each for each in LAWS if each.name.startswith("what tells since when")]
    before, after = ({"tables": {"loans": [{"id": "L1", "returned": so, "returned_at": at}]}} for so, at in (was, became))
    step = Step(0, 0, subject().spec.tools[0], {}, ToolResult(value=None), before, after)
    assert (law.broken(spec, step) is None) is kept
