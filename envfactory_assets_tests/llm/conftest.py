from collections.abc import Iterator
from pathlib import Path

import pytest

from envfactory_assets.llm import CallLedger, ModelClient
from envfactory_assets.records.settings import ModelSettings
from envfactory_assets_tests.llm.endpoint import Endpoint, serving


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with serving() as script:
        yield script


@pytest.fixture
def ledger(tmp_path: Path) -> CallLedger:
    return CallLedger(tmp_path / "ledger.duckdb")


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    folder = tmp_path / "prompts"
    folder.mkdir()
    (folder / "colour.jinja").write_text(
        "{% block system %}Answer in JSON.{% endblock %}{% block user %}Colour of {{ thing }}?{% endblock %}"
    )
    return folder


@pytest.fixture
def client(endpoint: Endpoint, ledger: CallLedger, prompts: Path, monkeypatch: pytest.MonkeyPatch) -> ModelClient:
    monkeypatch.setenv("SCRIPTED_KEY", "sk-very-secret")
    settings = ModelSettings(
        name="scripted", base_url=endpoint.url, api_key_variable="SCRIPTED_KEY", timeout_seconds=5, retries=2, call_budget=3
    )
    return ModelClient(settings, ledger, prompts=prompts)
