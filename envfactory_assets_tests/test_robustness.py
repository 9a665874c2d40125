"""What a run survives, through the real command line in processes of its own: kills, company, bad folders, held files, dead endpoints."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
import yaml
from filelock import FileLock

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus.configuration import VARIABLE
from envfactory_assets.records import TABLES
from envfactory_assets.warehouse import Home, load_models
from envfactory_assets_tests.conftest import shared_folder

pytestmark = pytest.mark.slow

CHECKOUT = Path(__file__).resolve().parents[1]
SMALL = ("--environments", "1", "--trajectories", "4")
COMPANY = ("lifestyle", "office", "travel", "utilities")
DOCUMENTS = 3  # a domain
SETTLE_SECONDS = 10.0


def command(*arguments):
    return [sys.executable, "-m", "envfactory_assets.cli", *arguments]


@pytest.fixture(scope="module", autouse=True)
def few_documents(tmp_path_factory):
    """What the runs of this module are told to work on: the bundled domains, and a few of the bundled documents."""
    shared = shared_folder(tmp_path_factory)
    told = shared / "configured" / "domains.yaml"
    with FileLock(shared / "configured.lock"):
        if not told.exists():
            configure_few(told)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(told))
        yield


def configure_few(told):
    """Write a configuration whose sources are a folder of small bundled documents and the user's own folder."""
    documents = told.parent / "documents"
    for domain in COMPANY:
        shipped = sorted((bundled("resources") / domain).glob("*.json"), key=lambda path: (path.stat().st_size, path.name))
        (documents / domain).mkdir(parents=True)
        for path in shipped[:DOCUMENTS]:
            shutil.copy(path, documents / domain)
    said = yaml.safe_load(bundled("domains.yaml").read_text())
    said["sources"] = {"few": {"kind": "folder", "path": str(documents)}, "drop_folder": said["sources"]["drop_folder"]}
    told.write_text(yaml.safe_dump(said, sort_keys=False))


def surroundings(home):
    """The environment of a user's shell: nothing of this process's Dagster or model settings in it."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DAGSTER_", "OPENAI_"))}
    return {**inherited, "ENVFACTORY_HOME": str(home.root), "PYTHONPATH": str(CHECKOUT)}


def envfactory(home, *arguments):
    return subprocess.run(command(*arguments), env=surroundings(home), capture_output=True, text=True, check=False)


def start(home, *arguments):
    return subprocess.Popen(command(*arguments), env=surroundings(home), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def contents(path, domain):
    """All rows of a domain, by table, in a canonical order; and the bookkeeping without run ids and times."""
    with duckdb.connect(path, read_only=True) as connection:
        tables = [*TABLES, *(model.name for model in load_models())]
        rows = {name: connection.execute(f'SELECT * FROM "{name}" WHERE domain = ? ORDER BY ALL', [domain]).fetchall() for name in tables}
        books = "SELECT asset, data_version, keys_version, row_count FROM _partitions WHERE domain = ? ORDER BY ALL"
        return {**rows, "_partitions": connection.execute(books, [domain]).fetchall()}


def repeated_keys(path):
    with duckdb.connect(path, read_only=True) as connection:
        found = {}
        for name, record in TABLES.items():
            key = ", ".join(f'"{part}"' for part in record.key)
            found[name] = connection.execute(f'SELECT {key}, count(*) FROM "{name}" GROUP BY {key} HAVING count(*) > 1').fetchall()
        return {name: rows for name, rows in found.items() if rows}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A small home that one run made without any disturbance; shared by parallel test workers."""
    shared = shared_folder(tmp_path_factory)
    home = Home(shared / "undisturbed")
    with FileLock(shared / "undisturbed.lock"):
        if not home.published.exists():
            result = envfactory(home, "run", "--domain", "travel", *SMALL)
            assert result.returncode == 0, result.stderr
    return home


@pytest.fixture
def copied(undisturbed, tmp_path):
    return Home(Path(shutil.copytree(undisturbed.root, tmp_path / "home")))


def wait_until(condition, process):
    """Whether a condition came to hold while a process ran."""
    while process.poll() is None:
        if condition():
            return True
        time.sleep(0.001)
    return False


def kill_after_changes(home, changes):
    """Kill a run once the database file has changed so many times; what it had written stays half-way down the line."""
    process = start(home, "run", "--domain", "travel", *SMALL)
    seen = set()

    def changed():
        if home.database.exists():
            seen.add(home.database.stat().st_mtime_ns)
        return len(seen) > changes

    killed = wait_until(changed, process)
    process.kill()
    process.wait()
    return killed


def kill_while_writing(home):
    """Kill a run while a transaction is in the log but not in the database file yet."""
    process = start(home, "run", "--domain", "travel", *SMALL)
    log = home.database.with_name(f"{home.database.name}.wal")
    killed = wait_until(lambda: log.exists() and log.stat().st_size > 0, process)
    process.kill()
    process.wait()
    return killed


def test_four_runs_of_different_domains_at_once_all_succeed(request, tmp_path):
    home = Home(tmp_path / "home")
    runs = {domain: start(home, "run", "--domain", domain, *SMALL) for domain in COMPANY}
    assert {domain: process.wait() for domain, process in runs.items()} == dict.fromkeys(COMPANY, 0)
    assert repeated_keys(home.published) == {}
    for domain in COMPANY:
        rows = contents(home.published, domain)
        assert rows["environments"], domain
        assert rows["calibrated_trajectories"], domain
        assert rows["_partitions"], domain
    undisturbed = request.getfixturevalue("undisturbed")  # asked for late: another worker is making it meanwhile
    assert contents(home.published, "travel") == contents(undisturbed.published, "travel")


def test_a_run_killed_again_and_again_is_completed_by_the_next_without_a_duplicate_or_a_lost_row(undisturbed, tmp_path):
    home = Home(tmp_path / "home")
    assert kill_while_writing(home)
    assert kill_after_changes(home, 4)
    assert not home.published.exists()
    result = envfactory(home, "run", "--domain", "travel", *SMALL)
    assert result.returncode == 0, result.stdout + result.stderr
    assert repeated_keys(home.published) == {}
    assert contents(home.published, "travel") == contents(undisturbed.published, "travel")


def test_a_database_held_by_another_program_stops_the_run_with_one_line(copied):
    holder = subprocess.Popen(
        [sys.executable, "-c", f"import duckdb; c = duckdb.connect({str(copied.database)!r}); print('held', flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        before = contents(copied.published, "travel")
        result = envfactory(copied, "run", "--domain", "travel", *SMALL)
    finally:
        holder.communicate("\n")
    assert result.returncode == 1
    assert "is open in another program" in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    assert contents(copied.published, "travel") == before


def descendants(pid):
    """The processes below a process, as Linux shows them."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children.read_text().split()] if children.exists() else []
    return [*found, *(deeper for child in found for deeper in descendants(child))]


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are found through /proc")
def test_the_workers_of_a_killed_run_end_with_it(tmp_path):
    home = Home(tmp_path / "home")
    process = start(home, "run", "--domain", "travel", *SMALL)
    wait_until(lambda: len([pid for pid in descendants(process.pid) if "forkserver" in command_line(pid)]) > 2, process)
    family = descendants(process.pid)
    assert len(family) > 2
    process.kill()
    process.wait()
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and any(command_line(pid) for pid in family):
        time.sleep(0.1)
    left = [pid for pid in family if command_line(pid)]
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert left == []


def command_line(pid):
    """What a process was started as; nothing when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def test_bad_documents_do_not_stop_a_run_and_the_summary_names_them(copied):
    folder = copied.resources / "travel"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "truncated.json").write_text('{"openapi": "3.0.0", "paths": {')
    (folder / "empty.json").write_text("")
    before = contents(copied.published, "travel")
    result = envfactory(copied, "run", "--domain", "travel", *SMALL)
    assert result.returncode == 0, result.stderr
    after = contents(copied.published, "travel")
    assert after["training_ready_sft"] == before["training_ready_sft"]
    reasons = [row for row in after["rejections"] if row not in before["rejections"]]
    assert len(reasons) == 2
    listed = envfactory(copied, "sql", "--json", "SELECT subject, reason FROM rejections WHERE stage = 'resources'").stdout
    assert "truncated.json" in listed
    assert "empty.json" in listed
    shown = " ".join(result.stdout.split())
    assert "│ resources" in shown
    assert "empty" in shown


def read_only(home):
    """How to start a command that sees a home read-only; permissions do not bind root, a mount does."""
    if os.geteuid() != 0:
        home.root.chmod(0o555)
        return []
    mount = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
    prefix = ["unshare", "--mount", "sh", "-c", mount, str(home.root)]
    if shutil.which("unshare") is None or subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode:
        pytest.skip("root without the right to mount cannot make a folder read-only for itself")
    return prefix


def test_a_read_only_home_stops_a_run_with_one_line_and_can_still_be_asked(copied):
    prefix = read_only(copied)

    def ask(*arguments):
        return subprocess.run([*prefix, *command(*arguments)], env=surroundings(copied), capture_output=True, text=True, check=False)

    result = ask("run", "--domain", "travel", *SMALL)
    assert result.returncode == 1
    assert len(result.stderr.strip().splitlines()) == 1
    assert "Set ENVFACTORY_HOME to a folder you can write to" in result.stderr
    asked = ask("sql", "--json", "SELECT count(*) AS n FROM environments")
    assert asked.returncode == 0, asked.stderr


def test_without_a_model_at_its_address_the_rules_write_every_request_and_the_run_says_why(copied):
    model = ("--author", "model", "--model", "nobody", "--base-url", "http://127.0.0.1:9")
    result = envfactory(copied, "run", "--domain", "travel", *SMALL, *model)
    assert "Traceback" not in result.stdout + result.stderr
    assert result.returncode == 0, result.stdout + result.stderr
    assert contents(copied.published, "travel")["training_ready_sft"]
    assert "nobody" in result.stdout + result.stderr
