"""``envfactory serve``: what it serves, and one line for every mistake."""

import json

import pytest
from rich.console import Console

from envfactory_assets import cli
from envfactory_assets.console.errors import UserError
from envfactory_assets.console.serve import serve_address, service_of
from envfactory_assets.environments.serving.http import listening
from envfactory_assets.warehouse import Home, WarehouseError
from envfactory_assets_tests.environments.foreign.tool_shed import SCENARIO, SHED
from envfactory_assets_tests.environments.serving.homes import HOTEL, fill


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return fill(Home(tmp_path_factory.mktemp("served")))


@pytest.fixture
def bare(tmp_path):
    return Home(tmp_path / "bare")


def service(home, target, scenario=None, control=False):
    return service_of(home, str(target), scenario=scenario, control=control)


def last_total(served):
    return served.state["tables"]["stays"][-1]["total"]


def test_a_promoted_environment_starts_from_its_first_scenario(home):
    assert last_total(service(home, "hotel_desk")) == 841.0


def test_a_scenario_may_be_named(home):
    assert last_total(service(home, "hotel_desk", "desk-b")) == 842.0


def test_a_scenario_of_superseded_code_is_served_with_that_code(home):
    older, newer = service(home, "hotel_desk", "desk-0"), service(home, "hotel_desk")
    assert "look_for_rooms" in {tool.name for tool in older.tools}
    assert "find_rooms" in {tool.name for tool in newer.tools}
    assert older.version != newer.version


def test_a_module_file_takes_the_stored_scenarios_of_its_name(home):
    assert last_total(service(home, HOTEL)) == 841.0
    assert last_total(service(home, HOTEL, "desk-b")) == 842.0


def test_a_module_file_without_stored_scenarios_starts_without_rows(bare):
    assert service(bare, HOTEL).state["tables"] == {"rooms": [], "stays": []}


def test_a_state_may_come_from_a_file(home, tmp_path):
    state = service(home, "hotel_desk").state | {"me": "U4"}
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    assert service(home, "hotel_desk", str(file)).state["me"] == "U4"
    assert service(home, HOTEL, str(file)).state["me"] == "U4"


def test_a_foreign_module_is_served_with_the_scenarios_beside_it(bare, tmp_path):
    module = tmp_path / "shed.py"
    module.write_text(SHED)
    assert not service(bare, module).has_rows
    (tmp_path / "shed.scenarios.json").write_text(json.dumps([SCENARIO]))
    assert service(bare, module).has_rows


MISTAKES = {
    "an environment nobody promoted": (("hotel_desc",), "no promoted environment 'hotel_desc'. Did you mean hotel_desk?"),
    "a scenario nobody stored": (
        ("hotel_desk", "--scenario", "desk-z"),
        "hotel_desk has no scenario 'desk-z'. It has: desk-0, desk-a, desk-b.",
    ),
    "a file that is not there": (("{}/gone.py",), "gone.py cannot be read: No such file"),
    "a module that does not parse": (("{}/broken.py",), "broken.py, line 1: Not valid Python"),
    "a module that the gate refuses": (("{}/reads_files.py",), "reads_files.py, line 1: "),
    "a module without an environment": (("{}/empty.py",), "0 environments; it needs exactly one"),
    "a state that is not there": (("hotel_desk", "--scenario", "{}/gone.json"), "gone.json cannot be read: No such file"),
    "a state that is no JSON": (("hotel_desk", "--scenario", "{}/junk.json"), "junk.json is not JSON"),
    "a state that does not fit": (("hotel_desk", "--scenario", "{}/other.json"), "Sessions cannot start from this scenario: hotel_desk: "),
    "an address of another machine": (("hotel_desk", "--transport", "http", "--host", "192.0.2.1"), "Cannot listen on 192.0.2.1"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_that_says_what_to_do(home, tmp_path, monkeypatch, capfd, mistake):
    files = {"broken.py": "def", "reads_files.py": "import os\n", "empty.py": '"""Nothing."""\n', "junk.json": "{", "other.json": "{}"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    arguments, said = MISTAKES[mistake]
    monkeypatch.setenv("ENVFACTORY_HOME", str(home.root))
    monkeypatch.setattr("sys.argv", ["envfactory", "serve", *(argument.format(tmp_path) for argument in arguments)])
    with pytest.raises(SystemExit) as end:
        cli.main()
    printed = capfd.readouterr()
    assert end.value.code == 1
    assert printed.out == ""
    assert said in printed.err
    assert len(printed.err.splitlines()) == 1


def test_a_port_that_is_taken_is_said_in_one_line(home):
    with listening("127.0.0.1", 0) as taken, pytest.raises(UserError) as refused:
        serve_address(service(home, "hotel_desk"), "127.0.0.1", port := taken.getsockname()[1], Console())
    assert str(refused.value) == f"Cannot listen on 127.0.0.1, port {port}: Address already in use. Choose another with --port or --host."


def test_without_a_published_copy_it_says_what_to_run(bare):
    for target, scenario in (("hotel_desk", None), (HOTEL, "desk-a")):
        with pytest.raises(WarehouseError, match="Run 'envfactory run' first"):
            service(bare, target, scenario)


def test_an_environment_with_a_control_tool_of_its_own_says_so(bare, tmp_path):
    module = tmp_path / "own.py"
    module.write_text(HOTEL.read_text().replace("def check_in", "def load_scenario"))
    with pytest.raises(UserError, match="cannot be served with control tools"):
        service(bare, module, control=True)
