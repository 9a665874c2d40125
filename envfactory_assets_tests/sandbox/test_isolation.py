"""Hostile code does not leave a worker, whatever keeps it in and whoever runs it."""

import os
import shutil
from statistics import median
from time import perf_counter

import pytest

from envfactory_assets.sandbox.isolation import ALLOWED_BY, is_enough, readable_folders
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets.sandbox.workers import Worker, WorkerFailure
from envfactory_assets_tests.sandbox.escapes import ATTEMPTS

_ATTEMPT, _PROCESSES = (f"envfactory_assets_tests.sandbox.escapes:{name}" for name in ("attempt", "processes"))
_LENGTH = "builtins:len"
_LIMITS = Limits(seconds=5.0)
_ORDINARY = ("--reuid=65534", "--regid=65534", "--clear-groups")
_READS_ALL = ("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search")
"""Lets an ordinary user read the interpreter wherever it is; bubblewrap starts for nobody who may do more than others."""


class _OrdinaryWorker(Worker):
    def _spawn(self, wrapper):
        return super()._spawn([str(shutil.which("setpriv")), *_ORDINARY, *(wrapper or _READS_ALL)])


@pytest.fixture(scope="module", params=["bubblewrap", "landlock and seccomp"])
def isolation(request):
    """Bubblewrap with what the kernel refuses besides, and that without bubblewrap, as far as this machine has them."""
    return request.param


@pytest.fixture(scope="module", params=["who runs the tests", "an ordinary user"])
def worker(request, isolation):
    """A worker under one isolation, as one user."""
    ordinary = request.param == "an ordinary user"
    if ordinary and (os.getuid() != 0 or shutil.which("setpriv") is None):
        pytest.skip("only root becomes somebody else, by setpriv; others are ordinary users already")
    by_bubblewrap = isolation == "bubblewrap"
    made = (_OrdinaryWorker if ordinary else Worker)((_ATTEMPT, _PROCESSES, _LENGTH), limits=_LIMITS, with_bubblewrap=by_bubblewrap)
    made.request(_LENGTH, [], trusted=True)
    if not set(isolation.split(" and ")) <= set(made.isolation):
        made.close()
        pytest.skip(f"{isolation} cannot be had here by this user")
    yield made
    made.close()


def test_something_keeps_workers_in_on_this_machine():
    made = Worker((_LENGTH,), limits=_LIMITS)
    try:
        made.request(_LENGTH, [])
        assert is_enough(made.isolation)
    finally:
        made.close()


@pytest.mark.parametrize(
    ("isolation", "enough"),
    [
        (("bubblewrap", "no processes"), True),
        (("landlock", "seccomp", "no processes"), True),
        (("bubblewrap", "rlimits"), False),
        (("landlock", "rlimits", "no processes"), False),
        (("seccomp", "no processes"), False),
        (("rlimits", "audit hook"), False),
    ],
)
def test_bubblewrap_is_enough_else_landlock_and_seccomp_and_less_is_not(isolation, enough, monkeypatch):
    monkeypatch.delenv(ALLOWED_BY, raising=False)
    assert is_enough(isolation) is enough


@pytest.mark.skipif(os.getuid() != 0, reason="limits on processes bind whoever is not root")
def test_root_runs_nothing_in_bubblewrap_alone(monkeypatch):
    monkeypatch.delenv(ALLOWED_BY, raising=False)
    made = Worker((_LENGTH,), limits=_LIMITS, confined=False)
    try:
        with pytest.raises(WorkerFailure, match="for root with seccomp"):
            made.request(_LENGTH, [])
    finally:
        made.close()


@pytest.mark.parametrize("what", ATTEMPTS)
def test_an_escape_is_refused_by_the_kernel(worker, what, tmp_path_factory):
    folder = tmp_path_factory.mktemp("outside")
    (folder / "kept").write_text("secret")
    (folder / "kept").chmod(0o666)
    told = {"what": what, "parent": os.getpid(), "file": str(folder / "kept"), "folder": str(folder)}
    assert worker.request(_ATTEMPT, told) is False
    assert {each.name: each.read_text() for each in folder.iterdir()} == {"kept": "secret"}


def test_a_fork_bomb_makes_no_process(worker):
    assert worker.request(_PROCESSES, None) == 0


def test_warm_work_begins_within_ten_milliseconds(worker):
    worker.request(_LENGTH, [])
    times = []
    for _ in range(30):
        begun = perf_counter()
        worker.request(_LENGTH, [])
        times.append(perf_counter() - begun)
    assert median(times) < 0.01


def test_without_isolation_only_trusted_code_is_run_unless_the_user_allows_it(monkeypatch):
    made = Worker((_LENGTH,), limits=_LIMITS, with_bubblewrap=False, confined=False)
    try:
        assert made.request(_LENGTH, [1], trusted=True) == 1
        with pytest.raises(WorkerFailure, match=f"{ALLOWED_BY}=1") as failure:
            made.request(_LENGTH, [1])
        assert failure.value.kind == "refused"
        monkeypatch.setenv(ALLOWED_BY, "1")
        assert made.request(_LENGTH, [1]) == 1
    finally:
        made.close()


def test_a_worker_reads_no_home_inside_a_checkout(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    readable_folders.cache_clear()
    try:
        found = [folder for folder in readable_folders() if folder.startswith(str(tmp_path))]
    finally:
        readable_folders.cache_clear()
    assert found == [str(tmp_path / "package")]


@pytest.mark.parametrize("what", ["read a file of the machine", "list a folder", "write a file", "make a link", "connect"])
def test_the_same_attempt_succeeds_where_nothing_refuses_it(what, tmp_path):
    made = Worker((_ATTEMPT,), limits=_LIMITS, with_bubblewrap=False, confined=False)
    try:
        told = {"what": what, "parent": os.getpid(), "file": str(tmp_path / "kept"), "folder": str(tmp_path)}
        assert made.request(_ATTEMPT, told, trusted=True) is True
    finally:
        made.close()
