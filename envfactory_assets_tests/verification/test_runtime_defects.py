"""Defects in the code that environments run on are planted in live functions, seen by probes, and taken out again."""

import pytest

from envfactory_assets.environments import load_environment
from envfactory_assets.verification.examination import Examination, judge_against
from envfactory_assets.verification.mutations.runtime import MODULES, planted, runtime_defects
from envfactory_assets.verification.subject import Subject
from envfactory_assets_tests.verification.library import SOUND, states, subject


def defect_in(module, kind, line_with):
    """The first defect of a kind on a line that holds a text."""
    from envfactory_assets.verification.mutations import runtime

    lines = runtime._source(module).splitlines()
    return next(d for name, d in runtime_defects() if name == module and d.kind == kind and line_with in lines[d.line - 1])


def fresh(mark):
    """The library loaded anew, so that it keeps nothing from before."""
    original = subject()
    return Subject(original.env_id, load_environment(f"{SOUND}\n# {mark}\n", original.env_id), original.spec, states(), None, original.seed)


@pytest.mark.parametrize(
    ("module", "kind", "line_with"),
    [
        ("tables", "runtime: statement left out", "self._own()[key] = changed"),
        ("tables", "runtime: statement left out", "self._check_references(row)"),
        ("actions", "runtime: missing guard", "current not in effect.sources:"),
    ],
)
def test_a_defect_in_the_runtime_is_caught_and_leaves_nothing_behind(module, kind, line_with):
    defect = defect_in(module, kind, line_with)
    judge = judge_against(Examination(checks=[]))
    with planted(module, defect) as diff:
        assert "\n-" in diff
        assert judge(fresh(f"{module} {defect.place}"), SOUND) is not None
    sound = fresh(f"{module} {defect.place} taken out")
    episode = sound.start(sound.states[0])
    assert sound.call(episode, sound.spec.tool("update_book"), {"book_id": "B0", "title": "New"}).value["title"] == "New"
    assert sound.state(episode)["tables"]["books"][0]["title"] == "New"


def test_every_module_of_the_runtime_has_places_for_defects():
    assert {module for module, _ in runtime_defects()} == set(MODULES)
