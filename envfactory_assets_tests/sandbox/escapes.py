"""What hostile code would try from inside a worker once it had got past Python: each asks the kernel itself, by number."""

import ctypes
import os
import platform
from pathlib import Path

_SYSTEM_CALL = ctypes.CDLL(None).syscall  # all of these are made before the worker is confined: no audit hook sees their use
_SYSTEM_CALL.restype = ctypes.c_long
_BUFFER = ctypes.create_string_buffer(120)
_ADDRESS = ctypes.addressof(_BUFFER)
_X86 = platform.machine() == "x86_64"
_HERE = -100  # AT_FDCWD
_CREATE = os.O_CREAT | os.O_WRONLY


def _call(x86, arm, *arguments):
    """What a system call answers; below 0 it was refused."""
    words = [ctypes.c_long(each) if isinstance(each, int) else each for each in arguments]
    return _SYSTEM_CALL(ctypes.c_long(x86 if _X86 else arm), *words)


def _open(path, flags):
    return _call(257, 56, _HERE, str(path).encode(), flags, 0o600)


def _fork():
    pid = _call(56, 220, 17, 0, 0, 0, 0)  # clone(SIGCHLD)
    if pid == 0:
        os._exit(0)
    return pid


def _run():
    return _call(59, 221, b"/bin/true", (ctypes.c_char_p * 2)(b"true", None), None)


def _limits():
    return _call(302, 261, 0, 9, (ctypes.c_uint64 * 2)(2**40, 2**40), None)


def _memory_of(pid):
    local = (ctypes.c_uint64 * 2)(_ADDRESS, 8)
    return _call(310, 270, pid, local, 1, local, 1, 0)


ATTEMPTS = {
    "read a file of the machine": lambda _: _open("/etc/passwd", os.O_RDONLY),
    "read a file of the parent": lambda told: _open(told["file"], os.O_RDONLY),
    "read it by steps upward": lambda told: _open(f"{Path(os.__file__).parent}/../../../../../../../..{told['file']}", os.O_RDONLY),
    "read the parent's environment": lambda told: _open(f"/proc/{told['parent']}/environ", os.O_RDONLY),
    "list a folder": lambda told: _open(told["folder"], os.O_RDONLY | os.O_DIRECTORY),
    "write a file": lambda told: _open(f"{told['folder']}/written", _CREATE),
    "write into the package": lambda _: _open(Path(__file__).with_name("written"), _CREATE),
    "change a file": lambda told: _open(told["file"], os.O_WRONLY),
    "make a link": lambda told: _call(266, 36, b"/etc/passwd", _HERE, f"{told['folder']}/link".encode()),
    "remove a file": lambda told: _call(263, 35, _HERE, told["file"].encode(), 0),
    "change rights": lambda told: _call(268, 53, _HERE, told["file"].encode(), 0o777),
    "connect": lambda _: _call(41, 198, 2, 1, 0),
    "pair of sockets": lambda _: _call(53, 199, 1, 1, 0, (ctypes.c_int * 2)()),
    "fork": lambda _: _fork(),
    "run a program": lambda _: _run(),
    "signal the parent": lambda told: _call(62, 129, told["parent"], 0),
    "signal everybody": lambda _: _call(62, 129, -1, 0),
    "trace the parent": lambda told: _call(101, 117, 16, told["parent"], 0, 0),
    "read the parent's memory": lambda told: _memory_of(told["parent"]),
    "raise limits": lambda _: _limits(),
    "leave the namespace": lambda _: _call(272, 97, 0x10000000),
    "mount": lambda told: _call(165, 40, b"none", told["folder"].encode(), b"tmpfs", 0, None),
    "change the root": lambda told: _call(161, 51, told["folder"].encode()),
    "queue work at the kernel": lambda _: _call(425, 425, 8, _BUFFER),
    "become somebody else": lambda _: _call(105, 146, 0),
}


def attempt(told):
    """Whether an attempt succeeded."""
    return ATTEMPTS[told["what"]](told) >= 0


def processes(_):
    """How many processes a fork bomb has made before it is stopped."""
    return sum(_fork() >= 0 for _ in range(50))
