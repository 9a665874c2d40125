"""The same transcript in any process and under any hash seed."""

import os
import subprocess
import sys
from pathlib import Path

from envfactory_assets.environments import runtime_version

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
from envfactory_assets.environments import Episode, describe, equivalent, load_environment, state_diff
from envfactory_assets.records import canonical_json
from envfactory_assets_tests.environments.conftest import TASKS, board_state

board = load_environment(TASKS, "board")
start = {"board": board_state(board)}
episode = Episode({"board": board})
episode.reset(start)
project = start["board"]["tables"]["projects"][0]["gid"]
said = [describe(board, "board").model_dump(mode="json")]
for tool, arguments in [
    ("createTask", {"title": "x", "projectGid": project, "tags": ["b", "a"], "parentId": 1}),
    ("createTask", {"bogus": 1, "title": 2}),
    ("createProject", {"name": "p"}),
    ("listTasks", {"tags": "a"}),
    ("deleteProject", {"projectGid": project}),
]:
    said.append(episode.call(tool, arguments).content)
said += [episode.snapshot(), state_diff(start, episode.snapshot(), {"board": board})]
try:
    episode.reset({"board": start["board"] | {"tables": {"z": [], "y": [], "x": []}}})
except ValueError as error:
    said.append(str(error))
print(canonical_json(said))
"""


def _transcript(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True, env=environment, cwd=ROOT).stdout


def test_two_processes_with_two_hash_seeds_give_one_transcript() -> None:
    first = _transcript("1")
    assert len(first) > 5000
    assert first == _transcript("4242")


def test_the_runtimes_version_is_stable() -> None:
    assert runtime_version() == runtime_version()
    assert len(runtime_version()) == 16
