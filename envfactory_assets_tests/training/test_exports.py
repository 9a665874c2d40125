import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from envfactory_assets.environments import Episode
from envfactory_assets.records import RlTask, SftConversation
from envfactory_assets.training.conversations import write_conversation
from envfactory_assets.training.exports import EXPORT_FORMATS, ExportError, ExportFormat, export
from envfactory_assets.training.reward import Call, score
from envfactory_assets_tests.training.conftest import CLASSES, Conversation


@pytest.fixture
def rows(conversation: Conversation) -> list[SftConversation]:
    return write_conversation(*conversation.inputs()).of(SftConversation)


def exported(form: ExportFormat, folder: Path, rows: list[SftConversation], tasks: list[RlTask]) -> dict[str, Any]:
    manifest = export(form, folder, conversations=rows, tasks=tasks, settings={"seed": 7})
    found: dict[str, Any] = json.loads(manifest.read_bytes())
    return found


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_the_manifest_lists_every_file_with_its_hash(
    form: ExportFormat, tmp_path: Path, rows: list[SftConversation], tasks: list[RlTask]
) -> None:
    manifest = exported(form, tmp_path / "out", rows, tasks)
    files = {path.name for path in (tmp_path / "out").iterdir()} - {"manifest.json"}
    assert set(manifest["files"]) == files
    assert all(sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest for name, digest in manifest["files"].items())
    assert manifest["counts"] == {"conversations": {"train": 1}, "tasks": {"train": 3}}
    assert manifest["settings"] == {"seed": 7}
    assert manifest["reward_versions"] == [tasks[0].reward_version]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("form", EXPORT_FORMATS)
def test_the_same_rows_give_the_same_files(form: ExportFormat, tmp_path: Path, rows: list[SftConversation], tasks: list[RlTask]) -> None:
    assert exported(form, tmp_path / "a", rows, tasks) == exported(form, tmp_path / "b", rows, tasks[::-1])


def test_llamafactory_conversations_alternate_as_its_loader_wants(tmp_path: Path, rows: list[SftConversation]) -> None:
    exported("llamafactory", tmp_path / "out", rows, [])
    info = json.loads((tmp_path / "out" / "dataset_info.json").read_bytes())
    assert set(info) == {"envfactory_sft_train", "envfactory_sft_steps_train"}
    for entry in info.values():
        columns, tags = entry["columns"], entry["tags"]
        asking, answering = {tags["user_tag"], tags["observation_tag"]}, {tags["assistant_tag"], tags["function_tag"]}
        for example in json.loads((tmp_path / "out" / entry["file_name"]).read_bytes()):
            roles = [turn[tags["role_tag"]] for turn in example[columns["messages"]]]
            assert len(roles) % 2 == 0
            assert set(roles[::2]) <= asking
            assert set(roles[1::2]) <= answering
            assert {tool["name"] for tool in json.loads(example[columns["tools"]])} >= {"book_room"}
            assert example[columns["system"]] == rows[0].system


def test_llamafactory_keeps_parallel_calls_and_their_results_together(tmp_path: Path, rows: list[SftConversation]) -> None:
    exported("llamafactory", tmp_path / "out", rows, [])
    (example,) = json.loads((tmp_path / "out" / "envfactory_sft_train.json").read_bytes())
    values = [turn["value"] for turn in example["conversations"]]
    assert json.loads(values[1]) == {"name": "list_my_stays", "arguments": {"status": "booked"}}
    assert [call["name"] for call in json.loads(values[3])] == ["cancel_stay", "find_rooms"]
    assert len(json.loads(values[4])) == 2


def test_llamafactory_steps_end_with_the_one_message_to_train_on(tmp_path: Path, rows: list[SftConversation]) -> None:
    exported("llamafactory", tmp_path / "out", rows, [])
    steps = json.loads((tmp_path / "out" / "envfactory_sft_steps_train.json").read_bytes())
    assert [example["conversations"][-1]["from"] for example in steps] == ["function_call"] * 4


def test_a_verl_row_holds_all_that_scoring_needs(tmp_path: Path, tasks: list[RlTask]) -> None:
    exported("verl", tmp_path / "out", [], tasks)
    frame = pl.read_parquet(tmp_path / "out" / "train.parquet")
    assert set(frame.columns) == {"data_source", "agent_name", "prompt", "ability", "reward_model", "extra_info"}
    for row in frame.iter_rows(named=True):
        task = RlTask.model_validate_json(row["reward_model"]["ground_truth"])
        assert row["extra_info"]["task_id"] == task.task_id
        assert [message["role"] for message in row["prompt"]] == [message.role for message in task.prompt]
        episode = Episode(CLASSES)
        episode.reset(json.loads(row["extra_info"]["start_state"]))
        calls = [Call(call.tool, call.arguments, episode.call(call.tool, call.arguments).ok) for call in task.gold_calls]
        assert score(task, calls, episode.snapshot(), "; ".join(task.required_answers), CLASSES).total == 1.0


def test_openai_lines_carry_the_loss_mask_as_weights(tmp_path: Path, rows: list[SftConversation], tasks: list[RlTask]) -> None:
    exported("openai", tmp_path / "out", rows, tasks)
    (line,) = (tmp_path / "out" / "sft_train.jsonl").read_text().splitlines()
    messages = json.loads(line)["messages"]
    assert [message["weight"] for message in messages if message["role"] == "assistant"] == [1, 1, 1, 0, 1, 0]
    assert all(("tool_call_id" in message) == (message["role"] == "tool") for message in messages)
    assert all(message.get("content") or message.get("tool_calls") for message in messages)
    assert len((tmp_path / "out" / "rft_train.jsonl").read_text().splitlines()) == 3


def test_trl_files_hold_conversations_and_prompts(tmp_path: Path, rows: list[SftConversation], tasks: list[RlTask]) -> None:
    exported("trl", tmp_path / "out", rows, tasks)
    (row,) = pl.read_parquet(tmp_path / "out" / "sft_train.parquet").iter_rows(named=True)
    assert [message["role"] for message in row["messages"]] == [message.role for message in rows[0].messages]
    assert json.loads(row["tools"]) == rows[0].tools
    assert pl.read_parquet(tmp_path / "out" / "rl_train.parquet")["id"].to_list() == sorted(task.task_id for task in tasks)


def test_an_earlier_export_is_replaced_and_anything_else_is_left(tmp_path: Path, rows: list[SftConversation]) -> None:
    exported("trl", tmp_path / "out", rows, [])
    exported("openai", tmp_path / "out", rows, [])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.json", "sft_train.jsonl"]
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("dear")
    with pytest.raises(ExportError, match="is no earlier export"):
        exported("openai", tmp_path / "mine", rows, [])
    assert (tmp_path / "mine" / "thesis.tex").read_text() == "dear"


def test_a_failed_export_leaves_nothing_behind(tmp_path: Path, rows: list[SftConversation], monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setitem(__import__("envfactory_assets.training.formats", fromlist=["WRITERS"]).WRITERS, "trl", fail)
    with pytest.raises(OSError, match="disk full"):
        exported("trl", tmp_path / "out", rows, [])
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_or_no_rows_are_told_in_one_line(tmp_path: Path, rows: list[SftConversation]) -> None:
    with pytest.raises(ExportError, match="use one of llamafactory, verl, openai, trl"):
        export("csv", tmp_path / "out", conversations=rows, tasks=[], settings={})  # type: ignore[arg-type]
    with pytest.raises(ExportError, match="nothing to export"):
        exported("trl", tmp_path / "out", [], [])
