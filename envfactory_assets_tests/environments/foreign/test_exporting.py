"""An environment written in the paper's shape, and read back, is the same environment."""

import random

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import Episode, ModuleError, describe, load_environment
from envfactory_assets.environments.foreign import ForeignEnvironment, given_states, is_foreign, open_episode, write_foreign
from envfactory_assets.synthesis.seeding import seed_states
from envfactory_assets.verification.caller import Caller

_CALLS = 60
_MODULES = ["travel/hotel_desk", "finance/house_bank", "commerce/corner_shop"]

ODD_NAMES = '''"""A service with names that Python has other uses for."""

from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Text


class Dict(Entity):
    """Words: a "dictionary" \\\\ with a 'quote'."""

    id: Key
    copy_of: Text | None
    kind: Literal["a'b", 'c"d']


class Words(Environment):
    naming = "camel"
    words: Table[Dict]

    @tool(effect="search", name="list-words", envelope="data")
    def list_words(
        self, kind: Literal["a'b", 'c"d'] | None = None, from_word: Annotated[Text | None, Field(alias="from[word]")] = None
    ) -> list[Dict]:
        """Words of a kind, \\"quoted\\".

        All of them, when none is given."""
        return self.words.where(kind=kind, copy_of=from_word)

    @tool(effect="create")
    def api(self, kind: Literal["a'b", 'c"d'], copy_of: Ref[Dict] | None = None) -> Dict:
        """Add one."""
        return self.words.add(kind=kind, copy_of=copy_of)
'''


def source_of(name):
    return (bundled("environments") / f"{name}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", _MODULES)
def test_the_same_calls_have_equal_results(name, tmp_path):
    env_id, source = name.rpartition("/")[2], source_of(name)
    environment = load_environment(source, env_id)
    [state] = seed_states(environment, env_id, seed=3, count=1)
    written = write_foreign(source, env_id, tmp_path, [state])
    code = written.module.read_text(encoding="utf-8")
    assert is_foreign(code)
    ours = Episode({env_id: environment})
    ours.reset({env_id: state})
    spec = describe(environment, env_id)
    caller = Caller(spec, random.Random(5))
    outcomes = set()
    with ForeignEnvironment(code, env_id) as foreign:
        theirs = open_episode(foreign, env_id)
        [given] = given_states(foreign, written.scenarios)
        theirs.reset({env_id: given})
        for _ in range(_CALLS):
            tool = caller.choose_tool(list(spec.tools))
            arguments = caller.arguments(tool, ours.snapshot()[env_id])
            expected, found = ours.call(tool.name, arguments), theirs.call(tool.name, arguments)
            assert found.content == expected.content
            outcomes.add(expected.error.code if expected.error else "ok")
            assert theirs.snapshot()[env_id]["tables"] == ours.snapshot()[env_id]["tables"]
    assert {"ok", "precondition_failed"} <= outcomes


def test_odd_names_and_texts_survive(tmp_path):
    written = write_foreign(ODD_NAMES, "words", tmp_path)
    assert written.scenarios is None
    with ForeignEnvironment(written.module.read_text(encoding="utf-8"), "words") as foreign:
        episode = open_episode(foreign, "words")
        episode.reset({"words": foreign.empty_state()})
        made = episode.call("api", {"kind": "a'b"})
        assert made.value == {"id": made.value["id"], "copyOf": None, "kind": "a'b"}
        assert episode.call("list-words", {"kind": "a'b", "from[word]": None}).value == {"data": [made.value]}
        assert episode.call("list-words", {"kind": 'c"d'}).value == {"data": []}
        assert '"quoted"' in episode.tools()[0].description


def test_a_module_that_does_not_load_is_not_written(tmp_path):
    with pytest.raises(ModuleError):
        write_foreign("x = 1\n", "x", tmp_path / "out")
    assert not (tmp_path / "out").exists()
