import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from envfactory_assets.llm import (
    BudgetExhaustedError,
    CallLedger,
    EndpointDownError,
    LedgerError,
    ModelClient,
    ModelError,
    shared_client,
)
from envfactory_assets.llm.client import FAILURES_IN_A_ROW
from envfactory_assets.records.settings import ModelSettings
from envfactory_assets_tests.llm.endpoint import Endpoint, Reply

SCHEMA = {"type": "object", "properties": {"colour": {"type": "string"}}, "required": ["colour"], "additionalProperties": False}
GOOD = Reply('{"colour": "blue"}')


def ask(client: ModelClient, thing: str = "sky") -> dict[str, object]:
    return client.complete_json("colour", {"thing": thing}, SCHEMA)


def test_an_answer_that_fits_its_schema_is_returned(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [GOOD]
    assert ask(client) == {"colour": "blue"}
    sent = endpoint.requests[0]
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert sent["messages"][1]["content"] == "Colour of sky?"
    assert sent["response_format"]["json_schema"] == {"name": "colour", "schema": SCHEMA, "strict": True}


def test_a_repeated_call_is_answered_from_the_ledger(client: ModelClient, endpoint: Endpoint, ledger: CallLedger, prompts: Path) -> None:
    endpoint.script = [GOOD]
    ask(client)
    again = ModelClient(ModelSettings(name="scripted", base_url=endpoint.url, call_budget=0), ledger, prompts=prompts)
    assert ask(again) == {"colour": "blue"}
    assert len(endpoint.requests) == 1


def test_another_question_is_another_call(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [GOOD]
    ask(client, "sky")
    ask(client, "sea")
    assert len(endpoint.requests) == 2


@pytest.mark.parametrize("bad", ["blue", '["blue"]', '{"colour": 3}', '{"shade": "blue"}'])
def test_a_bad_answer_is_repaired_once_and_the_repair_is_remembered(client: ModelClient, endpoint: Endpoint, bad: str) -> None:
    endpoint.script = [Reply(bad), GOOD]
    assert ask(client) == {"colour": "blue"}
    assert endpoint.requests[1]["messages"][2] == {"role": "assistant", "content": bad}
    assert ask(client) == {"colour": "blue"}
    assert len(endpoint.requests) == 2


def test_two_bad_answers_are_an_error(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [Reply("{}")]
    with pytest.raises(ModelError, match="twice"):
        ask(client)


def test_a_passing_failure_of_the_server_is_retried(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [Reply(status=500), Reply(status=500), GOOD]
    assert ask(client) == {"colour": "blue"}
    assert client.calls_made == 1


def test_a_lasting_failure_of_the_server_is_an_error_and_is_asked_again_later(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [Reply(status=500)]
    with pytest.raises(ModelError, match="HTTP 500"):
        ask(client)
    assert len(endpoint.requests) == 3
    endpoint.script = [GOOD]
    assert ask(client) == {"colour": "blue"}


def test_a_server_that_hangs_is_left(endpoint: Endpoint, ledger: CallLedger, prompts: Path) -> None:
    endpoint.script = [Reply(delay=1.0)]
    hurried = ModelClient(ModelSettings(name="scripted", base_url=endpoint.url, timeout_seconds=0.1, retries=0), ledger, prompts=prompts)
    with pytest.raises(ModelError, match=r"no answer within 0\.1 s"):
        ask(hurried)
    assert ledger.calls()[0].status == "failed"


def test_calls_end_with_the_budget(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [GOOD]
    for thing in ("sky", "sea", "ink"):
        ask(client, thing)
    with pytest.raises(BudgetExhaustedError, match="budget of 3"):
        ask(client, "grass")
    assert ask(client, "sky") == {"colour": "blue"}
    assert len(endpoint.requests) == 3


def test_a_truncated_answer_is_an_error(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [Reply('{"colour": "bl', finish_reason="length")]
    with pytest.raises(ModelError, match="limit of 2048 tokens"):
        ask(client)


@pytest.mark.parametrize("raw", [b"<html>hello</html>", b"{}", b'{"choices": []}', b"null"])
def test_something_that_is_no_chat_completion_is_an_error(client: ModelClient, endpoint: Endpoint, raw: bytes) -> None:
    endpoint.script = [Reply(raw=raw)]
    with pytest.raises(ModelError, match="did not answer"):
        ask(client)


def test_the_ledger_keeps_every_call_but_never_the_key(client: ModelClient, endpoint: Endpoint, ledger: CallLedger) -> None:
    endpoint.script = [Reply(status=400), GOOD]
    with pytest.raises(ModelError, match="HTTP 400") as refusal:
        ask(client, "sk-very-secret")
    ask(client)
    failed, answered = ledger.calls()
    assert (failed.status, answered.status) == ("failed", "answered")
    assert answered.usage == '{"completion_tokens":3,"prompt_tokens":12,"total_tokens":15}'
    with duckdb.connect(str(ledger.path)) as connection:
        assert "sk-very-secret" not in str(connection.execute("select * from model_calls").fetchall())
    assert "sk-very-secret" not in str(refusal.value)


def test_a_client_says_what_it_lacks(ledger: CallLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(ModelError, match="No model is named"):
        ModelClient(ModelSettings(), ledger)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(ModelError, match="OPENAI_API_KEY is empty"):
        ModelClient(ModelSettings(name="any"), ledger)
    with pytest.raises(ModelError, match="must begin with http"):
        ModelClient(ModelSettings(name="any", base_url="localhost:8000/v1"), ledger)


def test_an_endpoint_of_ones_own_needs_no_key(
    endpoint: Endpoint, ledger: CallLedger, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    endpoint.script = [GOOD]
    assert ask(ModelClient(ModelSettings(name="any", base_url=endpoint.url), ledger, prompts=prompts)) == {"colour": "blue"}
    assert endpoint.keys == ["Bearer not-needed"]
    monkeypatch.setenv("OPENAI_BASE_URL", endpoint.url)
    assert ask(ModelClient(ModelSettings(name="other"), ledger, prompts=prompts)) == {"colour": "blue"}


def test_a_placeholder_key_does_not_cut_words_out_of_answers(
    endpoint: Endpoint, ledger: CallLedger, prompts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "blue")
    endpoint.script = [GOOD]
    assert ask(ModelClient(ModelSettings(name="any", base_url=endpoint.url), ledger, prompts=prompts)) == {"colour": "blue"}


def test_a_fenced_answer_is_read(client: ModelClient, endpoint: Endpoint) -> None:
    endpoint.script = [Reply('```json\n{"colour": "blue"}\n```\n')]
    assert ask(client) == {"colour": "blue"}
    assert len(endpoint.requests) == 1


def test_a_parameter_that_the_endpoint_does_not_take_is_left_out_and_the_answer_is_still_remembered(
    client: ModelClient, endpoint: Endpoint
) -> None:
    by_name = {"message": "Unsupported value.", "param": "temperature"}
    by_text = {"message": "'max_tokens' is not supported with this model."}
    endpoint.script = [Reply(status=400, error=by_name), Reply(status=400, error=by_text), GOOD]
    assert ask(client) == {"colour": "blue"}
    assert not {"temperature", "max_tokens"} & set(endpoint.requests[-1])
    assert ask(client) == {"colour": "blue"}
    assert len(endpoint.requests) == 3
    assert client.calls_made == 1


@pytest.fixture
def patient(endpoint: Endpoint, ledger: CallLedger, prompts: Path) -> ModelClient:
    return ModelClient(ModelSettings(name="scripted", base_url=endpoint.url, retries=0, call_budget=100), ledger, prompts=prompts)


def test_an_endpoint_that_fails_several_times_in_a_row_is_asked_no_more(
    patient: ModelClient, endpoint: Endpoint, caplog: pytest.LogCaptureFixture
) -> None:
    endpoint.script = [GOOD, Reply(status=500)]
    ask(patient, "sky")
    for number in range(FAILURES_IN_A_ROW):
        with pytest.raises(ModelError, match="HTTP 500"):
            ask(patient, str(number))
    asked = len(endpoint.requests)
    with caplog.at_level(logging.WARNING), pytest.raises(EndpointDownError, match="3 calls in a row had no answer"):
        ask(patient, "more")
    assert len(endpoint.requests) == asked
    assert ask(patient, "sky") == {"colour": "blue"}


def test_failures_apart_from_each_other_do_not_stop_the_asking(patient: ModelClient, endpoint: Endpoint) -> None:
    for number in range(FAILURES_IN_A_ROW + 1):
        endpoint.script = [Reply(status=500)]
        with pytest.raises(ModelError, match="HTTP 500"):
            ask(patient, f"bad {number}")
        endpoint.script = [GOOD]
        assert ask(patient, f"good {number}") == {"colour": "blue"}


@pytest.mark.parametrize("status", [401, 403, 404])
def test_an_endpoint_that_refuses_the_caller_is_asked_once(
    patient: ModelClient, endpoint: Endpoint, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    endpoint.script = [Reply(status=status)]
    with caplog.at_level(logging.WARNING), pytest.raises(ModelError, match=f"HTTP {status}"):
        ask(patient, "sky")
    with pytest.raises(EndpointDownError, match="refuses this caller"):
        ask(patient, "sea")
    assert len(endpoint.requests) == 1
    assert [record.levelname for record in caplog.records if record.name.startswith("envfactory")] == ["WARNING"]


def test_threads_share_a_client_its_budget_and_its_ledger(client: ModelClient, endpoint: Endpoint, ledger: CallLedger) -> None:
    endpoint.script = [GOOD]

    def outcome(thing: int) -> str:
        try:
            return str(ask(client, str(thing))["colour"])
        except BudgetExhaustedError:
            return "budget"

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(outcome, range(8))) == ["blue"] * 3 + ["budget"] * 5
    assert len(ledger.calls()) == 3


def test_the_ledger_is_free_while_the_model_thinks(client: ModelClient, endpoint: Endpoint, ledger: CallLedger) -> None:
    def answer(request: dict[str, object]) -> Reply:
        with FileLock(f"{ledger.path}.lock", timeout=0):
            return GOOD

    ledger.prepare()
    endpoint.answer = answer
    assert ask(client) == {"colour": "blue"}


def test_no_call_is_made_when_it_cannot_be_recorded(patient: ModelClient, endpoint: Endpoint, ledger: CallLedger) -> None:
    ledger.path.write_bytes(b"this is no database, and long enough to be looked at as one" * 200)
    for _ in range(2):
        with pytest.raises(LedgerError, match="cannot be used"):
            ask(patient)
    assert endpoint.requests == []
    with pytest.raises(LedgerError):
        shared_client(ModelSettings(name="any", base_url=endpoint.url), ledger.path)


def test_the_domains_of_one_process_share_a_client(tmp_path: Path) -> None:
    settings = ModelSettings(name="any", base_url="http://127.0.0.1:9/v1")
    assert shared_client(settings, tmp_path / "a.duckdb") is shared_client(ModelSettings(**settings.model_dump()), tmp_path / "a.duckdb")
    assert shared_client(settings, tmp_path / "a.duckdb") is not shared_client(settings, tmp_path / "b.duckdb")
