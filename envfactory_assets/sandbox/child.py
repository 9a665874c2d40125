"""The worker's own side: answers requests, one JSON line each, with nothing but what a request needs.

Run as ``python -m envfactory_assets.sandbox.child``. The reply channel is a private copy of standard output; what a module prints goes
to a counter. The kernel refuses files outside the interpreter's own folders, connections, processes and signals; before it comes to that,
so does an audit hook, which Python code cannot take away and whose refusal says what was refused.
"""

import contextlib
import ctypes
import importlib
import io
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any

from envfactory_assets.sandbox.isolation import NO_PROCESSES, readable_folders
from envfactory_assets.sandbox.kernel import landlock, seccomp

_REFUSED_EVENTS = (
    "socket.", "subprocess.", "ctypes.", "urllib.", "http.", "ftplib.", "smtplib.", "shutil.", "sqlite3.", "winreg.", "syslog.", "pty.",
    "os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.kill", "os.killpg", "os.putenv", "os.unsetenv",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown", "os.listdir",
    "os.scandir", "os.walk", "signal.pthread_kill", "tempfile.", "fcntl.", "mmap.", "webbrowser.", "resource.setrlimit",
)  # fmt: skip
_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # flags of unshare(2)
_LISTING = ("os.listdir", "os.scandir")  # the import system lists its own folders


class OutputTooLargeError(BaseException):
    """A module printed more than it may. Not an ``Exception``, so that a module's own handlers do not swallow it."""


class _Printed(io.TextIOBase):
    """Stands in for standard output: counts, keeps nothing."""

    def __init__(self, limit: int) -> None:
        self.count = 0
        self._limit = limit

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.count += len(text)
        if self.count > self._limit:
            raise OutputTooLargeError(f"printed more than {self._limit:,} characters")
        return len(text)


def main() -> None:
    """Serve requests until standard input closes."""
    settings = json.loads(sys.argv[1])
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    _close_standard_streams()
    handlers = {name: _handler(name) for name in settings["handlers"]}
    limits_bind = os.getuid() != 0
    isolation = _without_network()
    _limit(settings)
    confined = _confined(settings["confined"])
    isolation += ["rlimits", *confined, *([NO_PROCESSES] if limits_bind or "seccomp" in confined else []), "audit hook"]
    sys.addaudithook(_refuse)
    replies.write(json.dumps({"isolation": isolation}) + "\n")
    replies.flush()
    for line in requests:
        replies.write(_answer(json.loads(line), handlers, settings) + "\n")
        replies.flush()


def _close_standard_streams() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    os.close(nothing)


def _handler(name: str) -> Callable[[Any], Any]:
    module, _, function = name.partition(":")
    found: Callable[[Any], Any] = getattr(importlib.import_module(module), function)
    return found


def _without_network() -> list[str]:
    """Leave the machine's network namespace for an empty one, where the kernel lets an ordinary process do that."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        return ["no network"] if libc.unshare(_NEW_USER | _NEW_NETWORK) == 0 else []
    except (OSError, AttributeError):
        return []


def _confined(asked: bool) -> list[str]:
    """What the kernel refuses this process from now on; seccomp last, since it refuses what sets up the others."""
    if not asked:
        return []
    return [*(["landlock"] if landlock(_FOLDERS) else []), *(["seccomp"] if seccomp() else [])]


def _limit(settings: dict[str, Any]) -> None:
    memory = settings["memory_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))  # binds all users but root
    cpu = settings["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, mode, flags = arguments
        writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes or (isinstance(mode, str) and set(mode) & set("wax+")) or not _is_readable(path):
            raise PermissionError(f"The sandbox opens no files: {path!r}.")
    elif event in _LISTING and arguments and _is_readable(arguments[0]):
        return
    elif event.startswith(_REFUSED_EVENTS):
        raise PermissionError(f"The sandbox refuses {event}.")


def _is_readable(path: object) -> bool:
    """Only the interpreter's folders can be read: a module may need a library file that was not loaded yet."""
    if not isinstance(path, str):
        return False
    found = os.path.realpath(path)  # wherever links and steps upward lead
    return any(found == folder or found.startswith(f"{folder}/") for folder in _FOLDERS)


_FOLDERS = readable_folders()


def _answer(request: dict[str, Any], handlers: dict[str, Callable[[Any], Any]], settings: dict[str, Any]) -> str:
    """The reply line of one request."""
    printed = _Printed(settings["printed_characters"])
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            return json.dumps({"value": handlers[request["call"]](request["payload"])})
    except MemoryError:
        return _failure("memory", "needs more memory than the sandbox gives")
    except OutputTooLargeError as error:
        return _failure("output", str(error))
    except BaseException as error:  # noqa: BLE001 - whatever foreign code raises is its finding, not the worker's end
        return _failure("raised", f"raised {type(error).__name__}: {error}"[:2000])


def _failure(kind: str, message: str) -> str:
    return json.dumps({"failure": kind, "message": message})


if __name__ == "__main__":
    main()
