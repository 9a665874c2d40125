"""What the static gate lets through, and what it does not."""

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.sandbox.static_gate import check_contract, check_source
from envfactory_assets_tests.verification.library import SOUND

REFUSED = {
    "a module of the machine": "import os",
    "a relative import": "from . import other",
    "a name that is a module": "from typing import sys",
    "a module inside a module": "import statistics\nX = statistics.sys",
    "everything of a module": "from math import *",
    "loading more code": "from envfactory_assets.environments import load_environment",
    "another part of the library": "from envfactory_assets.warehouse import connection",
    "a cache between calls": "from functools import lru_cache",
    "evaluating text": "def f():\n    return eval('1')",
    "a renamed builtin": "read = open",
    "the class of an object": "X = (1).__class__",
    "a special attribute in text": "def f(x):\n    return '{0.__class__}'.format(x)",
    "a special attribute in a pattern": "def f(x):\n    match x:\n        case int(__class__=c):\n            return c",
    "a frame": "X = (n for n in ()).gi_frame",
    "code in an annotation": "def f(x: \"exec('1')\") -> None:\n    pass",
    "code deep in an annotation": "X = list[\"open('a')\"]",
    "the clock": "from datetime import datetime\n\n\ndef f():\n    return datetime.now()",
    "the clock under another name": "from datetime import date as d\nTODAY = d.today",
    "the clock of the module": "import datetime\n\n\ndef f():\n    return datetime.datetime.utcnow()",
    "an address": "def f(x):\n    return id(x)",
    "a hash": "def f(x):\n    return hash(x)",
    "an address handed over": "def f(rows):\n    return sorted(rows, key=id)",
    "a type in a subscript": "def f(g):\n    return g(list['exec(1)'])",
    "a type under a name that is bound twice": "X = []\nX = list\n\n\ndef f(g):\n    return g(X['exec(1)'])",
    "a global": "N = 0\n\n\ndef f():\n    global N\n    N = N + 1",
    "a nonlocal": "def f():\n    n = 0\n\n    def g():\n        nonlocal n\n        n = 1\n    return g",
    "a list that functions fill": "SEEN = []\n\n\ndef f(x):\n    SEEN.append(x)",
    "a mapping that functions fill": "SEEN = {}\n\n\ndef f(x):\n    SEEN[x] = 1",
    "a class attribute that methods fill": "class A:\n    seen = []\n\n    def f(self, x):\n        self.seen.append(x)",
    "a row's list changed past its own methods": "def f(row):\n    list.append(row.tags, 'x')",
    "a row's mapping changed past its own methods": "CHANGE = lambda row: dict.update(row.facts, a=1)",
    "a counter": "from itertools import count\nN = count()\n\n\ndef f():\n    return next(N)",
    "a default that is shared": "def f(x=[]):\n    return x",
    "an attribute that is set": "class A:\n    def f(self):\n        self.n = 1",
    "the runtime's own attributes": "class A:\n    def f(self):\n        return self._session",
    "a loop at module level": "while True:\n    pass",
    "a coroutine": "async def f():\n    pass",
    "a metaclass": "class A(metaclass=type):\n    pass",
    "a made class": "A = type('A', (), {})",
    "a special method": "class A:\n    def __init_subclass__(cls):\n        pass",
    "leaving the process": "def f():\n    raise SystemExit",
    "hiding every error": "def f():\n    try:\n        return 1\n    except:\n        return 2",
    "printing": "def f():\n    print(1)",
}


@pytest.mark.parametrize("source", REFUSED.values(), ids=list(REFUSED))
def test_the_gate_refuses(source):
    assert check_source(source)


@pytest.mark.parametrize("source", ["def f(", "x = 'a\0b'", "(" * 5000, "x = " + "-" * 100_000 + "1", "x = 1\n" * 200_000])
def test_what_cannot_be_read_is_one_violation(source):
    assert len(check_source(source)) == 1


def test_a_violation_names_its_line():
    (violation,) = check_source("X = 1\nimport socket\n")
    assert violation.line == 2
    assert "socket" in violation.what


def test_the_sound_module_passes():
    assert check_source(SOUND) == []


@pytest.mark.parametrize("path", sorted(bundled("environments").rglob("*.py")), ids=lambda path: path.stem)
def test_every_bundled_environment_passes(path):
    assert check_source(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted(bundled("contracts").rglob("*.py")), ids=lambda path: path.stem)
def test_every_bundled_contract_passes(path):
    assert check_contract(path.read_text(encoding="utf-8")) == []


def test_contracts_and_environments_take_nothing_from_each_others_vocabulary():
    ours, theirs = "from envfactory_assets.environments import {}", "from envfactory_assets.environments.contract import {}"
    assert check_contract(ours.format("Environment"))
    assert check_contract(ours.format("contract"))
    assert check_contract("from envfactory_assets.environments.effects import transfer")
    assert check_contract(theirs.format("Path"))
    assert check_source(theirs.format("shows"))
    assert check_contract(theirs.format("shows")) == check_source(ours.format("Environment")) == []


def test_names_that_only_look_like_builtins_pass():
    fields = 'from typing import Literal\n\n\nclass A:\n    open: bool\n    id: int\n    status: Literal["open", "exec"]\n'
    assert check_source(f"{fields}\n    def f(self, input: str, open: bool) -> str:\n        return input if open else ''") == []


def test_items_of_values_are_no_types():
    constants = 'STEPS = {"open": 1, "exec": 2}\n\n\n'
    body = 'def f(row, n):\n    return ["open", "closed"][n], row["open"], STEPS["exec"], {"eval": 1}["eval"], f"{n}"[0]\n'
    assert check_source(constants + body) == []


def test_constants_and_the_episode_clock_pass():
    source = 'RATES = {"a": 1}\n\n\nclass A:\n    def f(self):\n        return RATES["a"], self.now, self.today, self.row.now\n'
    assert check_source(source) == []
