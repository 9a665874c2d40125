"""Whatever comes in from outside is answered with a typed error in one line, and changes nothing."""

import copy
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Environment, Episode, ModuleError, ScenarioError, load_environment
from envfactory_assets.environments.errors import ErrorCode
from envfactory_assets.records import canonical_json

from .conftest import TASKS, board_state

SOURCE = (bundled("environments") / "travel" / "hotel_desk.py").read_text(encoding="utf-8")


def _nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth):
        value = [value]
    return value


class Odd:
    """Something that is no JSON."""


ENDLESS: list[Any] = []
ENDLESS.append(ENDLESS)
HOSTILE: list[Any] = [
    "x" * 1_000_000,
    "two\nlines",
    "\ud800",
    "\x00",
    "'; DROP TABLE tasks; --",
    "{{7*7}}",
    "../../etc/passwd",
    "9999-99-99",
    "0000-00-00T00:00:00Z",
    10**30,
    -(2**63),
    float("nan"),
    float("inf"),
    1e308,
    True,
    None,
    b"bytes",
    {1: 2},
    {"__class__": "x"},
    set(),
    Odd(),
    ENDLESS,
    _nested(3_000),
    list(range(20_000)),
    {str(n): n for n in range(5_000)},
]
ONCE_VALID = st.sampled_from(["roof", 1, 2, 1001, "open", "done", "2026-06-01", [], ["a"], {"unit_price": 2}])


def _check_refusal(result: Any) -> None:
    assert result.defect is None
    if result.error is not None:
        assert result.error.code in get_args(ErrorCode)
        assert len(result.error.message) < 1_000
        assert "\n" not in result.error.message


@given(data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hostile_arguments_are_refused_or_do_what_they_say(board: type[Environment], data: st.DataObject) -> None:
    episode = Episode({"board": board})
    episode.reset({"board": board_state(board)})
    spec = data.draw(st.sampled_from(episode.tools()))
    names = [*(parameter.name for parameter in spec.parameters), "bogus", "", "__init__", "a" * 10_000, "self"]
    value = st.one_of(st.sampled_from(range(len(HOSTILE))).map(lambda index: HOSTILE[index]), ONCE_VALID)
    arguments = data.draw(st.one_of(st.dictionaries(st.sampled_from(names), value, max_size=6), value))
    before = canonical_json(episode.snapshot())
    result = episode.call(spec.name, arguments)
    _check_refusal(result)
    after = canonical_json(episode.snapshot())
    assert after == before or (result.ok and not all(effect.family in {"get", "list", "search"} for effect in spec.effects))
    again = Episode({"board": board})
    again.reset(episode.snapshot())
    assert canonical_json(again.snapshot()) == after


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: type(value).__name__)
@pytest.mark.parametrize("key", ["taskId", "title", "bogus"])
def test_one_hostile_argument_among_good_ones_changes_nothing(board_episode: Episode, key: str, value: Any) -> None:
    before = canonical_json(board_episode.snapshot())
    result = board_episode.call("renameTask", {"taskId": 1, "title": "Slates"} | {key: value})
    _check_refusal(result)
    if result.ok:
        assert key == "title"
        assert isinstance(value, str)
    else:
        assert canonical_json(board_episode.snapshot()) == before


@given(tool=st.one_of(st.text(), st.sampled_from(["x" * 1_000_000, "\ud800", "__init__", "listTasks ", "board__listTasks"])))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_unknown_tool_is_not_found(board_episode: Episode, tool: str) -> None:
    before = canonical_json(board_episode.snapshot())
    result = board_episode.call(tool, {})
    assert result.error is not None
    assert result.error.code == "not_found"
    _check_refusal(result)
    assert canonical_json(board_episode.snapshot()) == before


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, item in inside for place in _places(item, (*path, key)))]


@given(data=st.data())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoilt_scenario_is_refused_in_one_line_or_is_a_good_one(board: type[Environment], data: st.DataObject) -> None:
    state = board_state(board)
    start = copy.deepcopy(state)
    episode = Episode({"board": board})
    episode.reset({"board": start})
    *way, last = data.draw(st.sampled_from(_places(state)[1:]))
    holder = state
    for key in way:
        holder = holder[key]
    how = data.draw(st.sampled_from(["without", "beside", "instead"]))
    if how == "without":
        del holder[last]
    elif how == "beside" and isinstance(holder, dict):
        holder[data.draw(st.sampled_from(["extra", "two\nlines", "", "x" * 10_000]))] = 1
    else:
        holder[last] = data.draw(st.one_of(st.sampled_from(range(len(HOSTILE))).map(lambda index: HOSTILE[index]), ONCE_VALID))
    said = []
    for _ in range(2):
        try:
            episode.reset({"board": state})
        except ScenarioError as error:
            said.append(str(error))
            assert "\n" not in said[-1]
            assert len(said[-1]) < 1_000
            assert canonical_json(episode.snapshot()) == canonical_json({"board": start})
    assert len(set(said)) <= 1
    assert len(said) in {0, 2}
    taken = canonical_json(episode.snapshot())
    episode.reset(episode.snapshot())
    assert canonical_json(episode.snapshot()) == taken
    episode.reset({"board": start})
    assert canonical_json(episode.snapshot()) == canonical_json({"board": start})


@given(data=st.data())
@settings(max_examples=120, deadline=None)
@pytest.mark.filterwarnings("ignore:.*:DeprecationWarning", "ignore:.*:SyntaxWarning")
def test_an_edited_module_loads_or_says_in_one_line_why_not(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from([SOURCE, TASKS]))
    first = data.draw(st.integers(0, len(source)))
    last = first + data.draw(st.integers(0, 40))
    junk = data.draw(st.sampled_from(["", "(", '"""', "\x00", "\ud800", "\t", "pass", "lambda: 0", "\\", "1/0\n", "\n raise SystemExit\n"]))
    edited = source[:first] + junk + source[last:]
    problem = _problem(edited)
    if problem is not None:
        assert problem.startswith("edited: ")
        assert "\n" not in problem


def _problem(source: str) -> str | None:
    try:
        environment = load_environment(source, "edited")
        Episode({"edited": environment}).reset({"edited": environment.empty_state()})
    except (ModuleError, ScenarioError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("source", ["(" * 100_000, "-" * 100_000 + "1", "x = " + "[" * 150 + "]" * 150, "a." * 50_000 + "b", "", "\ud800"])
def test_a_module_that_cannot_be_read_says_so(source: str) -> None:
    with pytest.raises(ModuleError, match="edited: ") as refused:
        load_environment(source, "edited")
    assert "\n" not in str(refused.value)
