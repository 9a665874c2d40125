"""The command line, as a user meets it: what it prints, and one line for every mistake."""

import json

import pytest
from filelock import FileLock

from envfactory_assets import cli
from envfactory_assets.bundled import bundled
from envfactory_assets.console.run import _told
from envfactory_assets.warehouse import database, query_published


@pytest.fixture
def home(built, monkeypatch):
    monkeypatch.setenv("ENVFACTORY_HOME", str(built.root))
    return built


@pytest.fixture
def envfactory(monkeypatch, capfd):
    """Run a command: its exit code, what it printed and what it complained of."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["envfactory", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        printed = capfd.readouterr()
        return code, printed.out, printed.err

    return run


def one(home, sql):
    return query_published(home, sql).fetchall()[0][0]


def test_status_shows_each_domain_with_its_counts(home, envfactory):
    code, out, _ = envfactory("status")
    assert code == 0
    assert "travel" in out
    assert "office" in out
    assert "last changed" in out


def test_sql_prints_a_table_and_json_lines(home, envfactory):
    assert "travel" in envfactory("sql", "SELECT domain, count(*) AS n FROM environments GROUP BY domain")[1]
    code, out, _ = envfactory("sql", "--json", "SELECT domain, 1 AS n FROM domain_summary ORDER BY domain")
    assert code == 0
    assert [json.loads(line) for line in out.splitlines()] == [{"domain": "office", "n": 1}, {"domain": "travel", "n": 1}]


@pytest.mark.parametrize("statement", ["SELECT nope FROM resources", "SELECT", "DELETE FROM resources", "CREATE TABLE x (a INT)"])
def test_a_wrong_query_is_told_without_a_traceback(home, envfactory, statement):
    code, _, err = envfactory("sql", statement)
    assert code == 1
    assert err
    assert "Traceback" not in err


def test_show_prints_a_conversation_with_its_origins(home, envfactory):
    identifier = one(home, "SELECT trajectory_id FROM training_ready_sft ORDER BY 1")
    request = one(home, f"SELECT turns[1].request FROM calibrated_trajectories WHERE trajectory_id = '{identifier}'")
    code, out, _ = envfactory("show", identifier)
    assert code == 0
    assert request[:20] in out
    assert "→" in out
    assert "said in this turn" in out or "seen in call_" in out


def test_show_prints_a_task_and_an_environment(home, envfactory):
    assert "Gold calls" in envfactory("show", one(home, "SELECT task_id FROM training_ready_rl ORDER BY 1"))[1]
    assert "class " in envfactory("show", one(home, "SELECT env_id FROM environments ORDER BY 1"))[1]


def test_show_of_nothing_says_so(home, envfactory):
    code, _, err = envfactory("show", "tr_nothing")
    assert code == 1
    assert "Nothing has the id 'tr_nothing'" in err


@pytest.mark.parametrize("form", ["llamafactory", "verl", "openai", "trl"])
def test_export_writes_files_and_a_manifest(home, envfactory, tmp_path, form):
    code, _, _ = envfactory("export", "--format", form, "--out", tmp_path / "out")
    assert code == 0
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["files"]
    assert all((tmp_path / "out" / name).is_file() for name in manifest["files"])


def test_export_into_a_folder_that_holds_something_else_is_refused(home, envfactory, tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    code, _, err = envfactory("export", "--format", "openai", "--out", tmp_path)
    assert code == 1
    assert "Choose another folder" in err
    assert (tmp_path / "mine.txt").read_text() == "keep"


def test_verify_takes_an_env_id_and_a_file(home, envfactory, tmp_path):
    env_id = one(home, "SELECT env_id FROM environments WHERE author = 'rules' ORDER BY 1")
    code, out, _ = envfactory("verify", env_id, "--mutants", "2")
    assert code == 0
    assert "verified" in out
    assert "/2" in out
    module = tmp_path / "mine.py"
    module.write_text(one(home, f"SELECT source_code FROM environments WHERE env_id = '{env_id}'"))
    code, out, _ = envfactory("verify", module, "--mutants", "0")
    assert code == 0
    assert "0/0" in out


BROKEN = {
    "syntax.py": "class Shop(\n",
    "hangs.py": "while True:\n    pass\n",
    "reaches_out.py": "import socket\n",
    "not_an_environment.py": "x = 1\n",
    "empty.py": "",
}


def test_verify_makes_one_check_again(empty_home, envfactory):
    module = bundled("environments") / "travel" / "hotel_desk.py"
    code, out, _ = envfactory("verify", module, "--only", "filters: find_rooms.kind")
    assert code == 0
    assert "find_rooms.kind: passed" in out
    assert envfactory("verify", module, "--only", "filters: no_such_tool")[0] != 0


def test_verify_of_a_folder_of_broken_modules_rejects_each_with_a_finding(empty_home, envfactory, tmp_path):
    for name, text in BROKEN.items():
        (tmp_path / name).write_text(text)
    code, out, _ = envfactory("verify", tmp_path, "--json")
    assert code == 1
    results = {result["report"]["env_id"]: result for result in json.loads(out)}
    assert set(results) == {name.removesuffix(".py") for name in BROKEN}
    for result in results.values():
        assert result["report"]["verdict"] == "rejected"
        assert any(not finding["passed"] for finding in result["findings"])


def test_verify_of_nothing_says_what_it_takes(empty_home, envfactory):
    code, _, err = envfactory("verify", "no_such_thing")
    assert code == 1
    assert "neither a file, a folder nor a known env_id" in err


def test_an_unknown_domain_is_told_with_the_known_ones(empty_home, envfactory):
    code, _, err = envfactory("run", "--domain", "gardening")
    assert code == 1
    assert "Unknown domain gardening" in err
    assert "travel" in err


def test_an_unknown_profile_is_told_with_the_known_ones_before_anything_is_run(empty_home, envfactory):
    code, out, err = envfactory("run", "--domain", "travel", "--profile", "papers")
    assert (code, out) == (1, "")
    assert err.strip() == "profile: There is no profile 'papers'; profiles.yaml has bfcl, paper."


def test_asking_an_empty_home_says_to_run_first(empty_home, envfactory):
    for command in (["status"], ["sql", "SELECT 1"], ["show", "x"], ["export", "--format", "openai", "--out", "out"]):
        code, _, err = envfactory(*command)
        assert code == 1
        assert "envfactory run" in err


def test_a_model_as_author_needs_a_name(empty_home, envfactory):
    code, _, err = envfactory("run", "--author", "model")
    assert code == 1
    assert "--model" in err


def test_a_corrupted_database_stops_the_run_with_one_line_and_stays_as_it_is(empty_home, envfactory):
    empty_home.prepare()
    empty_home.database.write_bytes(b"not a database" * 1000)
    code, _, err = envfactory("run", "--domain", "travel")
    assert code == 1
    assert "cannot be opened as a DuckDB database" in err
    assert empty_home.database.read_bytes().startswith(b"not a database")


def test_a_home_below_a_file_stops_the_run_with_one_line(tmp_path, monkeypatch, envfactory):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ENVFACTORY_HOME", str(tmp_path / "file" / "home"))
    code, _, err = envfactory("run", "--domain", "travel")
    assert code == 1
    assert "Set ENVFACTORY_HOME to a folder you can write to" in err


def test_a_domain_that_another_run_holds_is_told(empty_home, envfactory, monkeypatch):
    from envfactory_assets.console import run

    monkeypatch.setattr(run, "_WAIT_FOR_DOMAIN", 0.2)
    monkeypatch.setattr(database, "FileLock", FileLock)
    empty_home.prepare()
    with FileLock(empty_home.root / "locks" / "domain-travel.lock", is_singleton=False):
        code, out, _ = envfactory("run", "--domain", "travel")
    assert code == 1
    assert "Another run is working on the domain 'travel'" in out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ([], "needs --model NAME"),
        (["--model", "m"], "OPENAI_API_KEY is empty"),
        (["--model", "m", "--base-url", "localhost:8000/v1"], "must begin with http"),
    ],
)
def test_a_model_that_cannot_be_asked_is_told_before_anything_is_run(home, envfactory, monkeypatch, options, reason):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    code, out, err = envfactory("run", "--domain", "travel", "--author", "model", *options)
    assert code == 1
    assert reason in err
    assert "Traceback" not in err
    assert "travel" not in out


def test_a_check_that_stops_a_domain_is_told_by_its_table():
    told = _told("dagster.Error: 1 blocking asset check failed with ERROR severity: environment_candidates: has_rows")
    assert told.startswith("no rows came of environment_candidates; the table rejections says")
    several = _told("3 blocking asset checks failed with ERROR severity:\nchains: key_is_unique,has_rows\nscenarios: has_rows")
    assert several.startswith("chains is not as it must be (key is unique, has rows); no rows came of scenarios; the table rejections")
    assert _told("Cannot write to /x") == "Cannot write to /x"
