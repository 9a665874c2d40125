"""How each trainer wants its rows.

- ``llamafactory``: ShareGPT conversations and ``dataset_info.json``. Its loader wants strict alternation, so the calls of one message
  are one JSON list, and so are their results. It has no loss mask a message: the datasets ``envfactory_sft_steps_*`` have one example a
  trained message, for training with ``mask_history: true``; ``envfactory_sft_*`` have whole conversations.
- ``verl``: parquet with prompt, reward_model and extra_info; the ground truth is the task itself, which ``training.reward.score`` takes.
- ``openai``: JSON lines with messages and tools, as fine-tuning over the API takes them; ``weight`` is the loss mask.
- ``trl``: parquet with messages and tools for the SFT trainer, and prompts with their tasks for RL.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from envfactory_assets.records import Message, RlTask, SftConversation, canonical_json

_DATA_SOURCE = "envfactory"
_MESSAGES = pl.List(
    pl.Struct(
        {
            "role": pl.String(),
            "content": pl.String(),
            "tool_calls": pl.List(
                pl.Struct({"id": pl.String(), "type": pl.String(), "function": pl.Struct({"name": pl.String(), "arguments": pl.String()})})
            ),
            "tool_call_id": pl.String(),
        }
    )
)


def _llamafactory(folder: Path, conversations: Sequence[SftConversation], _tasks: Sequence[RlTask]) -> None:
    info = {}
    for split in sorted({row.split for row in conversations}):
        rows = [row for row in conversations if row.split == split]
        whole = [{**_sharegpt(row.messages), "tools": _functions(row.tools), "id": row.trajectory_id} for row in rows]
        single = [
            {**_sharegpt(row.messages[: end + 1]), "tools": _functions(row.tools), "id": f"{row.trajectory_id}/{end}"}
            for row in rows
            for end, message in enumerate(row.messages)
            if message.train
        ]
        for name, examples in ((f"envfactory_sft_{split}", whole), (f"envfactory_sft_steps_{split}", single)):
            (folder / f"{name}.json").write_bytes(orjson.dumps(examples, option=orjson.OPT_INDENT_2))
            info[name] = {
                "file_name": f"{name}.json",
                "formatting": "sharegpt",
                "columns": {"messages": "conversations", "system": "system", "tools": "tools"},
                "tags": {
                    "role_tag": "from",
                    "content_tag": "value",
                    "user_tag": "human",
                    "assistant_tag": "gpt",
                    "function_tag": "function_call",
                    "observation_tag": "observation",
                },
            }
    (folder / "dataset_info.json").write_bytes(orjson.dumps(info, option=orjson.OPT_INDENT_2))


def _functions(tools: Any) -> str:
    """The tools as LLaMA-Factory takes them: the JSON text of a list of functions."""
    return canonical_json([tool["function"] for tool in tools])


def _sharegpt(messages: Sequence[Message]) -> dict[str, Any]:
    turns: list[dict[str, str]] = []
    results: list[str] = []
    for message in messages:
        if message.role == "tool":
            results.append(message.content or "")
            continue
        if results:
            turns.append(_observation(results))
            results = []
        if message.role == "user":
            turns.append({"from": "human", "value": message.content or ""})
        elif message.tool_calls:
            turns.append({"from": "function_call", "value": _calls(message)})
        elif message.role == "assistant":
            turns.append({"from": "gpt", "value": message.content or ""})
    if results:
        turns.append(_observation(results))
    return {"conversations": turns, "system": messages[0].content or ""}


def _calls(message: Message) -> str:
    calls = [{"name": call.function.name, "arguments": orjson.loads(call.function.arguments)} for call in message.tool_calls]
    return orjson.dumps(calls[0] if len(calls) == 1 else calls).decode()


def _observation(results: list[str]) -> dict[str, str]:
    value = results[0] if len(results) == 1 else canonical_json([orjson.loads(result) for result in results])
    return {"from": "observation", "value": value}


def _verl(folder: Path, _conversations: Sequence[SftConversation], tasks: Sequence[RlTask]) -> None:
    for split in sorted({row.split for row in tasks}):
        rows = [_verl_row(task, index) for index, task in enumerate(task for task in tasks if task.split == split)]
        _frame(rows).write_parquet(folder / f"{split}.parquet")


def _verl_row(task: RlTask, index: int) -> dict[str, Any]:
    return {
        "data_source": _DATA_SOURCE,
        "agent_name": "tool_agent",
        "prompt": [_uniform(message) for message in task.prompt],
        "ability": "tool_use",
        "reward_model": {"style": "rule", "ground_truth": canonical_json(task)},
        "extra_info": {
            "split": task.split,
            "index": index,
            "task_id": task.task_id,
            "mode": task.mode,
            "domain": task.domain,
            "user_turns": task.user_turns,
            "tools": canonical_json(task.tools),
            "start_state": canonical_json(task.start_state),
            "env_ids": task.env_ids,
            "env_code_sha256s": task.env_code_sha256s,
            "reward_version": task.reward_version,
            "need_tools_kwargs": False,
        },
    }


def _frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows whose messages have one type, whether or not any of them holds a call."""
    overrides: dict[str, pl.DataType] = {name: _MESSAGES for name in ("prompt", "messages") if name in rows[0]}
    return pl.DataFrame(rows, schema_overrides=overrides, infer_schema_length=None)


def _uniform(message: Message) -> dict[str, Any]:
    """A message with all of OpenAI's keys, so that every row of a parquet file has one shape."""
    return message.model_dump(include={"role", "content", "tool_calls", "tool_call_id"}) | {"content": message.content or ""}


def _openai(folder: Path, conversations: Sequence[SftConversation], tasks: Sequence[RlTask]) -> None:
    for split in sorted({row.split for row in conversations}):
        rows = [
            {"messages": [_weighted(message) for message in row.messages], "tools": row.tools, "parallel_tool_calls": True}
            for row in conversations
            if row.split == split
        ]
        _write_lines(folder / f"sft_{split}.jsonl", rows)
    for split in sorted({row.split for row in tasks}):
        rows = [
            {"messages": [_slim(message) for message in row.prompt], "tools": row.tools, "item": {"task": row.model_dump(mode="json")}}
            for row in tasks
            if row.split == split
        ]
        _write_lines(folder / f"rft_{split}.jsonl", rows)


def _slim(message: Message) -> dict[str, Any]:
    """A message with only the keys that say something."""
    kept = message.model_dump(include={"role", "content", "tool_calls", "tool_call_id"})
    return {key: value for key, value in kept.items() if key == "role" or value or (key == "content" and not message.tool_calls)}


def _weighted(message: Message) -> dict[str, Any]:
    return _slim(message) | ({"weight": int(message.train)} if message.role == "assistant" else {})


def _write_lines(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    path.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))


def _trl(folder: Path, conversations: Sequence[SftConversation], tasks: Sequence[RlTask]) -> None:
    for split in sorted({row.split for row in conversations}):
        rows = [
            {"messages": [_uniform(message) for message in row.messages], "tools": canonical_json(row.tools), "id": row.trajectory_id}
            for row in conversations
            if row.split == split
        ]
        _frame(rows).write_parquet(folder / f"sft_{split}.parquet")
    for split in sorted({row.split for row in tasks}):
        prompts = [
            {
                "prompt": [_uniform(message) for message in row.prompt],
                "tools": canonical_json(row.tools),
                "task": canonical_json(row),
                "id": row.task_id,
            }
            for row in tasks
            if row.split == split
        ]
        _frame(prompts).write_parquet(folder / f"rl_{split}.parquet")


WRITERS: dict[str, Callable[[Path, Sequence[SftConversation], Sequence[RlTask]], None]] = {
    "llamafactory": _llamafactory,
    "verl": _verl,
    "openai": _openai,
    "trl": _trl,
}
