from concurrent.futures import ThreadPoolExecutor

from envfactory_assets.records import Produced, Rejection, Resource
from envfactory_assets.warehouse import Unit, run_units
from envfactory_assets_tests.warehouse.conftest import resource


def made(name, calls, *, reject=False):
    calls.append(name)
    if reject:
        return Produced((Rejection(domain="commerce", stage="resources", subject=name, reason="bad"),))
    return Produced((resource(name),))


def run(units, stored=None, version="1", executor=None):
    return run_units(units, domain="commerce", records=[Resource], version=version, stored=stored or {}, executor=executor)


def stored_of(result):
    return {**result.frames, Rejection: result.rejections}


def test_unchanged_units_are_not_done_again():
    calls = []
    units = [Unit(name, made, (name, calls), (name,)) for name in ("a", "b")]
    first = run(units)
    second = run(units, stored_of(first))
    assert calls == ["a", "b"]
    assert (second.computed, second.reused) == (0, 2)
    assert second.frames[Resource].equals(first.frames[Resource])


def test_only_the_changed_unit_is_done_again():
    calls = []
    first = run([Unit("a", made, ("a", calls), ("a", 1)), Unit("b", made, ("b", calls), ("b", 1))])
    second = run([Unit("a", made, ("a", calls), ("a", 1)), Unit("b", made, ("b", calls), ("b", 2))], stored_of(first))
    assert calls == ["a", "b", "b"]
    assert (second.computed, second.reused) == (1, 1)


def test_a_new_stage_version_does_everything_again():
    calls = []
    units = [Unit("a", made, ("a", calls), ("a",))]
    run(units, stored_of(run(units)), version="2")
    assert calls == ["a", "a"]


def test_rows_of_a_unit_that_is_gone_are_dropped():
    calls = []
    first = run([Unit("a", made, ("a", calls), ("a",)), Unit("b", made, ("b", calls), ("b",))])
    second = run([Unit("b", made, ("b", calls), ("b",))], stored_of(first))
    assert second.frames[Resource]["resource_id"].to_list() == ["b"]


def test_a_rejection_is_reused_too():
    calls = []
    units = [Unit("a", made, ("a", calls), ("a",), {"reject": True})]
    second = run(units, stored_of(run(units)))
    assert calls == ["a"]
    assert second.rejections["reason"].to_list() == ["bad"]


def test_the_order_of_work_does_not_show_in_the_result():
    with ThreadPoolExecutor(4) as executor:
        forward = run([Unit(name, made, (name, []), (name,)) for name in "abcd"], executor=executor)
    backward = run([Unit(name, made, (name, []), (name,)) for name in "dcba"])
    assert forward.frames[Resource].equals(backward.frames[Resource])


def broken(name):
    raise KeyError(name)


def test_a_unit_that_fails_is_a_rejection_that_names_the_error_and_the_others_go_on():
    result = run([Unit("a", broken, ("lost",), ("a",)), Unit("b", made, ("b", []), ("b",))])
    assert result.frames[Resource]["resource_id"].to_list() == ["b"]
    assert result.rejections.select("stage", "subject", "reason").rows() == [("resources", "a", "internal error: KeyError: 'lost'")]
