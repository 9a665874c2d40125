"""Workers answer, and survive whatever they are asked to run."""

import json
import os
import time

import pytest

from envfactory_assets.sandbox import workers
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets.sandbox.workers import Worker, WorkerFailure

_RUN, _LENGTH = "builtins:eval", "builtins:len"
_LIMITS = Limits(seconds=1.0, memory_bytes=800_000_000, reply_bytes=200_000, printed_characters=10_000)


@pytest.fixture(scope="module")
def worker():
    started = Worker((_RUN, _LENGTH), hash_seed=1, limits=_LIMITS)
    yield started
    started.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1 / 0", "raised"),
        ("exit()", "raised"),
        ("(_ for _ in ()).throw(KeyboardInterrupt)", "raised"),
        ("print('x' * 20_000)", "output"),
        ("'x' * 1_000_000", "output"),
        ("[0] * 10**10", "memory"),
        ("all(iter(int, 1)) or sum(1 for _ in iter(int, 1))", "timeout"),
        ("__import__('os')._exit(3)", "crash"),
        ("object()", "raised"),
        ("type('Trick', (), {'__reduce__': lambda self: (print, ('run',))})()", "raised"),
    ],
)
def test_a_bad_request_is_a_failure_and_the_next_one_is_answered(worker, code, kind):
    with pytest.raises(WorkerFailure) as failure:
        worker.request(_RUN, code)
    assert failure.value.kind == kind
    assert worker.request(_LENGTH, [1, 2]) == 2


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd').read()",
        "__import__('socket').create_connection(('127.0.0.1', 9))",
        "__import__('subprocess').run(['true'])",
        "__import__('os').system('true')",
        "__import__('os').fork()",
        "__import__('os').listdir('/')",
        "__import__('ctypes').CDLL(None)",
        "__import__('resource').setrlimit(0, (-1, -1))",
        "getattr(__builtins__, '__imp' + 'ort__')('os').execv('/bin/true', ['true'])",
        "[c for c in object.__subclasses__() if c.__name__ == '_wrap_close'][0].__init__.__globals__['system']('true')",
        "open(__import__('os').__file__ + '/../../../../../../../../../etc/passwd')",
        "__import__('sys')._getframe(1).f_globals['os'].kill(1, 0)",
    ],
)
def test_the_machine_is_out_of_reach(worker, code):
    with pytest.raises(WorkerFailure, match="sandbox"):
        worker.request(_RUN, code)


def test_nothing_is_written(worker, tmp_path):
    written = tmp_path / "written"
    with pytest.raises(WorkerFailure, match="sandbox"):
        worker.request(_RUN, f"open({str(written)!r}, 'w')")
    assert not written.exists()


def test_a_worker_has_nothing_of_the_parents_environment(worker, monkeypatch):
    monkeypatch.setenv("A_SECRET", "x")
    worker.close()
    assert "A_SECRET" not in worker.request(_RUN, "dict(__import__('os').environ)")


def test_a_worker_says_what_isolates_it(worker):
    worker.request(_LENGTH, [])
    assert {"rlimits", "audit hook"} <= set(worker.isolation)


def test_hash_seeds_differ_between_workers(worker):
    other = Worker((_RUN,), hash_seed=2, limits=_LIMITS)
    try:
        assert worker.request(_RUN, "hash('a')") != other.request(_RUN, "hash('a')")
    finally:
        other.close()


def test_a_warm_worker_is_the_same_process(worker):
    first = worker.request(_RUN, "__import__('os').getpid()")
    assert worker.request(_RUN, "__import__('os').getpid()") == first != os.getpid()


def test_a_worker_is_replaced_before_its_processor_allowance_ends():
    used = Worker((_RUN,), limits=Limits(cpu_seconds=1))
    try:
        used.request(_RUN, "__import__('time').sleep(0.6)")
        first = used._process.pid
        assert used.request(_RUN, "1 + 1") == 2
        assert used._process.pid != first
    finally:
        used.close()


def test_a_request_that_may_take_longer_may_use_the_processor_longer():
    patient = Worker((_RUN,), limits=Limits(seconds=5.0, cpu_seconds=1))
    busy = "next(spent for _ in iter(int, 1) if (spent := __import__('time').process_time()) > 1.2)"
    try:
        with pytest.raises(WorkerFailure):
            patient.request(_RUN, busy)
        assert patient.request(_RUN, busy, more_seconds=5.0) > 1.2
    finally:
        patient.close()


def test_where_bubblewrap_does_not_work_the_kernel_still_keeps_a_worker_in(monkeypatch, tmp_path):
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(workers, "bubblewrap", lambda: str(broken))
    started = Worker((_LENGTH,), limits=_LIMITS)
    try:
        assert started.request(_LENGTH, [1]) == 1
        assert {"landlock", "seccomp"} <= set(started.isolation)
    finally:
        started.close()


def test_a_worker_ends_with_its_parent():
    started = Worker((_LENGTH,), limits=_LIMITS)
    started.request(_LENGTH, [])
    process = started._process
    process.stdin.close()
    deadline = time.monotonic() + 5
    while process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert process.poll() == 0
    started.close()


def test_requests_and_replies_are_plain_json(worker):
    assert worker.request(_LENGTH, json.loads('{"a": null}')) == 1


@pytest.mark.parametrize("said", [b"no json\n", b"[]\n", b"{}\n{}\n"])
def test_a_module_that_writes_to_the_reply_channel_itself_is_a_failure(worker, said):
    code = f"[__import__('os').write(descriptor, {said!r}) for descriptor in range(3, 12) if _is_pipe(descriptor)]"
    is_pipe = "(lambda descriptor: __import__('stat').S_ISFIFO(__import__('os').fstat(descriptor).st_mode))"
    with pytest.raises(WorkerFailure):
        worker.request(_RUN, code.replace("_is_pipe", is_pipe))
    worker.close()
    assert worker.request(_LENGTH, [1, 2]) == 2
