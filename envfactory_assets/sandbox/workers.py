"""Warm worker processes for code that is not ours.

A worker imports named handlers (``"package.module:function"``) once and then answers requests: one JSON line in, one JSON line out.
Results cross as JSON only. A worker that hangs, dies or says too much is killed and replaced; the request gets a ``WorkerFailure``.
"""

import atexit
import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from dataclasses import asdict, replace
from math import ceil
from pathlib import Path
from typing import Any, Literal

from envfactory_assets.sandbox.isolation import BUBBLEWRAP, REFUSAL, bubblewrap, is_enough, wrapped
from envfactory_assets.sandbox.limits import Limits

FailureKind = Literal["timeout", "crash", "output", "memory", "raised", "refused"]
_ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60.0  # importing the library on a loaded machine


class WorkerFailure(Exception):  # noqa: N818 - a result of running foreign code, not an error of the caller
    """A request that brought no value; ``kind`` says how it ended."""

    def __init__(self, kind: FailureKind, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class Worker:
    """One process with one hash seed, started when first needed and again after each failure.

    Args:
        handlers: the functions it may be asked to run; each takes and returns JSON-ready values.
        hash_seed: the ``PYTHONHASHSEED`` it runs under.
        limits: what a request may use.
        with_bubblewrap: whether to use it where it is installed.
        confined: whether the worker gives up, with the kernel's help, what it does not need.
    """

    def __init__(
        self,
        handlers: tuple[str, ...],
        *,
        hash_seed: int = 0,
        limits: Limits | None = None,
        with_bubblewrap: bool = True,
        confined: bool = True,
    ) -> None:
        self._handlers = handlers
        self._hash_seed = hash_seed
        self._limits = limits or Limits()
        self._with_bubblewrap = with_bubblewrap
        self._confined = confined
        self._process: subprocess.Popen[bytes] | None = None
        self._busy_seconds = 0.0
        self._sent_at = 0.0
        self._more_seconds = 0.0
        self.isolation: tuple[str, ...] = ()

    def request(self, call: str, payload: Any, *, trusted: bool = False, more_seconds: float = 0.0) -> Any:
        """Run one handler on one JSON-ready value and return its JSON value; raises ``WorkerFailure``."""
        self.send(call, payload, trusted=trusted, more_seconds=more_seconds)
        return self.receive()

    def send(self, call: str, payload: Any, *, trusted: bool = False, more_seconds: float = 0.0) -> None:
        """Hand a request over without waiting; ``receive`` must follow.

        Args:
            call: the handler.
            payload: what it is given.
            trusted: whether the code that it runs was put together from this library's own parts.
            more_seconds: how much longer than usual it may take.

        Raises:
            WorkerFailure: the code is not trusted, and nothing keeps the worker in.
        """
        self._more_seconds = more_seconds
        if self._busy_seconds + more_seconds > self._limits.cpu_seconds / 2:
            self.close()  # its processor allowance runs out: a fresh one takes over
        process = self._started()
        if not trusted and not is_enough(self.isolation):
            raise WorkerFailure("refused", REFUSAL)
        self._sent_at = time.monotonic()
        line = json.dumps({"call": call, "payload": payload}) + "\n"
        with contextlib.suppress(BrokenPipeError):  # receive() reports the end
            _input(process).write(line.encode())
            _input(process).flush()

    def receive(self) -> Any:
        """The value of the request sent last; raises ``WorkerFailure``."""
        reply = self._read(self._limits.seconds + self._more_seconds)
        self._busy_seconds += time.monotonic() - self._sent_at
        if "failure" in reply:
            raise WorkerFailure(reply["failure"], str(reply.get("message")))
        return reply.get("value")

    def close(self) -> None:
        """End the process, if one runs."""
        process, self._process = self._process, None
        self._busy_seconds = 0.0
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(BrokenPipeError):
                        pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self.close()
        program = bubblewrap() if self._with_bubblewrap else None
        for wrapper in [wrapped(program), []] if program else [[]]:
            self._process = self._spawn(wrapper)
            try:
                isolation = self._read(_START_SECONDS)["isolation"]
            except WorkerFailure:
                if not wrapper:
                    raise
            else:
                self.isolation = (*([BUBBLEWRAP] if wrapper else []), *isolation)
                return self._process
        raise WorkerFailure("crash", "the worker did not start")

    def _spawn(self, wrapper: list[str]) -> subprocess.Popen[bytes]:
        limits = replace(self._limits, cpu_seconds=self._limits.cpu_seconds + ceil(self._more_seconds))
        settings = json.dumps({"handlers": self._handlers, "confined": self._confined, **asdict(limits)})
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [*wrapper, sys.executable, "-s", "-P", "-m", "envfactory_assets.sandbox.child", settings],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_clean_environment(self._hash_seed),
            cwd="/",
            start_new_session=True,
        )

    def _read(self, seconds: float) -> dict[str, Any]:
        """One reply line within the time and size allowed; anything else ends the process."""
        process = self._process
        if process is None or process.stdout is None:
            raise WorkerFailure("crash", "the worker is not running")
        deadline = time.monotonic() + seconds
        received = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not received.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    self.close()
                    raise WorkerFailure("timeout", f"did not finish within {seconds:g} s")
                chunk = os.read(process.stdout.fileno(), 1 << 16)
                received += chunk
                if not chunk:
                    self.close()
                    raise WorkerFailure("crash", f"ended the process ({_exit_text(process.returncode)})")
                if len(received) > self._limits.reply_bytes:
                    self.close()
                    raise WorkerFailure("output", f"answered with more than {self._limits.reply_bytes:,} bytes")
        try:
            reply = json.loads(received)
        except (ValueError, RecursionError):
            reply = None
        if not isinstance(reply, dict):
            self.close()
            raise WorkerFailure("output", "answered with something else than one JSON object")
        return reply


def _input(process: subprocess.Popen[bytes]) -> Any:
    return process.stdin


def _clean_environment(hash_seed: int) -> dict[str, str]:
    return {
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONPATH": str(_ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUTF8": "1",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
    }


def _exit_text(code: int | None) -> str:
    if code is not None and code < 0:
        return signal.Signals(-code).name
    return f"exit code {code}"


class WorkerPool:
    """Workers kept warm by name for as long as this process lives."""

    def __init__(self, handlers: tuple[str, ...], limits: Limits | None = None) -> None:
        self._handlers = handlers
        self._limits = limits
        self._workers: dict[int, Worker] = {}
        atexit.register(self.close)

    def worker(self, hash_seed: int) -> Worker:
        """The worker with this hash seed."""
        if hash_seed not in self._workers:
            self._workers[hash_seed] = Worker(self._handlers, hash_seed=hash_seed, limits=self._limits)
        return self._workers[hash_seed]

    def close(self) -> None:
        """End all workers."""
        for worker in self._workers.values():
            worker.close()
