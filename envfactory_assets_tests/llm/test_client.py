from pathlib import Path

import duckdb
import pytest

from envfactory_assets.llm import BudgetExhaustedError, CallLedger, ModelClient, ModelError
from envfactory_assets.records.settings import ModelSettings
from envfactory_assets_tests.llm.conftest import Endpoint, Reply

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
    with pytest.raises(ModelError, match="OPENAI_API_KEY is empty"):
        ModelClient(ModelSettings(name="any"), ledger)
