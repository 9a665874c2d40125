"""What the kernel can refuse this process for good: files, connections and signals by Landlock, system calls by seccomp.

Both bind root as they bind anybody, need no program and no right, and nothing takes them back. They are asked for through the kernel's own
interface: numbers and layouts are those of ``linux/landlock.h``, ``linux/seccomp.h`` and ``linux/filter.h``.
"""

import ctypes
import errno
import os
import platform
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from envfactory_assets.bundled import read_yaml

CALLS_FILE = Path(__file__).with_name("system_calls.yaml")
_GIVEN_UP: dict[str, list[int | None]] = read_yaml(CALLS_FILE.read_text(encoding="utf-8"))["refused"]  # read while files may be

_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_BENEATH, _VERSION = 1, 1
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3
_FILES = ((1, (1 << 13) - 1), (2, 1 << 13), (3, 1 << 14), (5, 1 << 15))  # by version of Landlock: what it can refuse of files,
_CONNECTIONS = ((4, 0b11),)  # TCP,
_BEYOND = ((6, 0b11),)  # and of what lies outside: abstract sockets, signals

_MACHINES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FOREIGN_CALLS = 0x40000000  # the second numbering of x86_64 begins here
_CLONE, _CLONE3, _TGKILL, _PRLIMIT = (56, 220), (435, 435), (234, 131), (302, 261)
_OF_A_THREAD = 0x00010000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000
_NUMBER, _MACHINE, _ARGUMENTS = 0, 4, 16  # where a filter finds them

_Instruction = tuple[int, int, int, int]


def landlock(readable: Iterable[str]) -> bool:
    """Give up files but for reading below some folders, connections, and signals to others; False where the kernel has no Landlock."""
    libc = _libc()
    version = _asked(libc.syscall, _CREATE_RULESET, None, 0, _VERSION) if libc is not None else -1
    if libc is None or version < 1:
        return False
    handled = [sum(bits for since, bits in kind if version >= since) for kind in (_FILES, _CONNECTIONS, _BEYOND)]
    attributes = struct.pack("=QQQ", *handled)
    rules = _asked(libc.syscall, _CREATE_RULESET, attributes, len(attributes), 0)
    if rules < 0:
        return False
    try:
        for folder in readable:
            _allow_reading(libc, rules, folder)
        return _without_new_privileges(libc) and _asked(libc.syscall, _RESTRICT_SELF, rules, 0) == 0
    finally:
        os.close(rules)


def seccomp() -> bool:
    """Give up the calls of ``system_calls.yaml``, new processes, others' signals, new limits; False where there is no seccomp."""
    libc, machine = _libc(), platform.machine()
    if libc is None or machine not in _MACHINES:
        return False
    program = b"".join(struct.pack("=HBBI", *each) for each in _program(machine))
    code = ctypes.create_string_buffer(program, len(program))
    told = struct.pack("@HP", len(program) // 8, ctypes.addressof(code))
    return _without_new_privileges(libc) and _asked(libc.prctl, _SET_SECCOMP, _FILTER, told, 0, 0) == 0


def _program(machine: str) -> list[_Instruction]:
    """The filter: what it does not name is allowed."""
    place = list(_MACHINES).index(machine)
    refused, allowed = (_RETURN, 0, 0, _REFUSE | errno.EPERM), (_RETURN, 0, 0, _ALLOW)
    program = [(_LOAD, 0, 0, _MACHINE), (_EQUAL, 1, 0, _MACHINES[machine]), refused, (_LOAD, 0, 0, _NUMBER)]
    if machine == "x86_64":
        program += [(_AT_LEAST, 0, 1, _FOREIGN_CALLS), refused]
    program += [(_EQUAL, 0, 4, _CLONE[place]), (_LOAD, 0, 0, _ARGUMENTS), (_ANY_BIT, 0, 1, _OF_A_THREAD), allowed, refused]
    program += [(_EQUAL, 0, 4, _TGKILL[place]), (_LOAD, 0, 0, _ARGUMENTS), (_EQUAL, 0, 1, os.getpid()), allowed, refused]
    new_limit = _ARGUMENTS + 2 * 8
    program += [(_EQUAL, 0, 6, _PRLIMIT[place]), (_LOAD, 0, 0, new_limit), (_EQUAL, 0, 3, 0), (_LOAD, 0, 0, new_limit + 4)]
    program += [(_EQUAL, 0, 1, 0), allowed, refused]
    program += [(_EQUAL, 0, 1, _CLONE3[place]), (_RETURN, 0, 0, _REFUSE | errno.ENOSYS)]  # whose flags a filter cannot see
    for number in (numbers[place] for numbers in _GIVEN_UP.values()):
        if number is not None:
            program += [(_EQUAL, 0, 1, number), refused]
    return [*program, allowed]


def _allow_reading(libc: ctypes.CDLL, rules: int, path: str) -> None:
    try:
        descriptor = os.open(path, os.O_PATH)
    except OSError:
        return  # what is not there cannot be read
    try:
        access = _READ_FILE | (_READ_FOLDER if Path(path).is_dir() else 0)
        _asked(libc.syscall, _ADD_RULE, rules, _BENEATH, struct.pack("=Qi", access, descriptor), 0)
    finally:
        os.close(descriptor)


def _without_new_privileges(libc: ctypes.CDLL) -> bool:
    return _asked(libc.prctl, _NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0


def _asked(function: Any, *arguments: int | bytes | None) -> int:
    """What a function of the C library answers; numbers go as the long words that the kernel reads."""
    words = (ctypes.c_long(argument) if isinstance(argument, int) else argument for argument in arguments)
    result: int = function(*words)
    return result


def _libc() -> ctypes.CDLL | None:
    if platform.system() != "Linux":
        return None
    libc = ctypes.CDLL(None)
    libc.syscall.restype = ctypes.c_long
    return libc
