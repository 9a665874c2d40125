from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from envfactory_assets.llm import CallLedger, LedgerError, ModelCall

START = datetime(2026, 5, 12, tzinfo=UTC).replace(tzinfo=None)


def call(key: str, number: int = 0, **changes: object) -> ModelCall:
    fields = {
        "call_key": key,
        "model": "m",
        "prompt_name": "p",
        "request": "{}",
        "response": f"{number}",
        "usage": None,
        "status": "answered",
    }
    return ModelCall(**fields | {"error": None, "started": START + timedelta(seconds=number), "latency_seconds": 0.1} | changes)


def write_some(path: Path, worker: int) -> int:
    ledger = CallLedger(path)
    for number in range(5):
        ledger.record(call(f"{worker}-{number}", number))
    return sum(ledger.find(f"{worker}-{number}") is not None for number in range(5))


def test_processes_write_one_ledger_at_once_and_lose_nothing(ledger: CallLedger) -> None:
    with ProcessPoolExecutor(3, mp_context=get_context("forkserver")) as pool:
        assert list(pool.map(write_some, [ledger.path] * 3, range(3))) == [5, 5, 5]
    assert len(ledger.calls()) == 15


def test_the_latest_answer_counts_and_a_failure_is_no_answer(ledger: CallLedger) -> None:
    assert ledger.find("k") is None
    ledger.record(call("k", 2))
    ledger.record(call("k", 1))
    ledger.record(call("k", 3, status="failed", response=None, error="HTTP 500"))
    found = ledger.find("k")
    assert found is not None
    assert found.response == "2"
    assert [kept.status for kept in ledger.calls()] == ["answered", "answered", "failed"]


def test_a_ledger_that_cannot_be_used_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LedgerError, match="cannot be written"):
        CallLedger(tmp_path / "file" / "ledger.duckdb").prepare()
    (tmp_path / "broken.duckdb").write_bytes(b"no database at all " * 500)
    with pytest.raises(LedgerError, match="cannot be used") as error:
        CallLedger(tmp_path / "broken.duckdb").prepare()
    assert "\n" not in str(error.value)
