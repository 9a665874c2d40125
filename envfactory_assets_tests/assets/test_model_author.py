"""A model as author: the calibrated stage asks a scripted endpoint over HTTP, and believes only what the proof accepts."""

import json
import re

import dagster as dg
import polars as pl
import pytest

from envfactory_assets.assets.factory import Factory
from envfactory_assets.assets.io_manager import WarehouseIOManager
from envfactory_assets.definitions import build_defs
from envfactory_assets.llm import CallLedger, shared_client
from envfactory_assets.llm.client import FAILURES_IN_A_ROW
from envfactory_assets.records import CalibratedTrajectory, RawTrajectory, Rejection, SftConversation, TrajectoryStep
from envfactory_assets.records.schema import to_rows
from envfactory_assets.records.settings import Settings
from envfactory_assets.warehouse import StageOutput, Warehouse
from envfactory_assets_tests.conftest import CONFIG, refresh
from envfactory_assets_tests.llm.endpoint import Reply, serving

DOMAIN = "travel"
MOST_CONVERSATIONS = 4
GREETING = "Hello there! "
_ASKED = re.compile(r"The request to reword:\n(.*?)\n\nPhrases that must still be said:\n(.*?)\n?Answer with JSON", re.DOTALL)


@pytest.fixture
def endpoint(monkeypatch):
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    shared_client.cache_clear()
    with serving() as server:
        yield server
    shared_client.cache_clear()


def asked(request):
    """The request that the prompt shows, and the words of each phrase."""
    text, phrases = _ASKED.search(request["messages"][-1]["content"]).groups()
    return text, dict(line.split(": ", 1) for line in phrases.splitlines() if line)


def rewording(change):
    """An endpoint that answers each question with a changed request and the phrases as they were."""

    def answer(request):
        if request["response_format"]["json_schema"]["name"] == "propose_edges":
            return Reply(json.dumps({"edges": [], "prunings": []}))
        text, phrases = asked(request)
        return Reply(json.dumps({"request": change(text, phrases), "phrases": phrases}))

    return answer


def politely(text, phrases):
    return GREETING + text


def forgetting(text, phrases):
    for words in phrases.values():
        text = text.replace(words, "something")
    return text if phrases else "Do it."


def config(endpoint, **more):
    return {"author": "model", "model_name": "scripted", "model_base_url": endpoint.url, **more}


class Hurried(Factory):
    """The factory with little patience for its model."""

    @property
    def settings(self) -> Settings:
        found = super().settings
        return found.model_copy(update={"model": found.model.model_copy(update={"timeout_seconds": 0.3, "retries": 0})})


def calibrated(chosen, factory=Factory):
    """Materialise calibrated trajectories alone."""
    chosen_factory = factory.configure_at_launch()
    defs = build_defs(resource_overrides={"factory": chosen_factory, "io_manager": WarehouseIOManager(factory=chosen_factory)})
    return defs.resolve_implicit_global_asset_job_def().execute_in_process(
        asset_selection=[dg.AssetKey(CalibratedTrajectory.table)],
        partition_key=DOMAIN,
        run_config={
            "resources": {"factory": {"config": {**CONFIG, **chosen}}},
            "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
        },
        instance=dg.DagsterInstance.ephemeral(),
        raise_on_error=False,
    )


def rows(home, record=CalibratedTrajectory):
    return to_rows(record, Warehouse(home).read(record, DOMAIN))


def requests(home):
    """The requests of every calibrated trajectory."""
    return {row.trajectory_id: [turn.request for turn in row.turns] for row in rows(home)}


@pytest.fixture
def few(copied_home):
    """The copied home with only some executed conversations."""
    warehouse = Warehouse(copied_home)
    tables = {record: warehouse.read(record, DOMAIN) for record in (RawTrajectory, TrajectoryStep, CalibratedTrajectory)}
    kept = tables[CalibratedTrajectory]["trajectory_id"].sort().head(MOST_CONVERSATIONS).to_list()
    frames = {record: frame.filter(pl.col("trajectory_id").is_in(kept)) for record, frame in tables.items()}
    done = frames.pop(CalibratedTrajectory)
    warehouse.write(StageOutput(stage=RawTrajectory.table, domain=DOMAIN, frames=frames))
    warehouse.write(StageOutput(stage=CalibratedTrajectory.table, domain=DOMAIN, frames={CalibratedTrajectory: done}))
    return copied_home


def spoken(turn, span):
    """What a span's characters are of: the request, or the answer to a question back."""
    return turn.request if span.exchange is None else turn.exchanges[span.exchange].answer


def rejections(home):
    return Warehouse(home).read(Rejection, DOMAIN).filter(pl.col("stage") == CalibratedTrajectory.table).height


def test_a_model_s_requests_go_through_the_whole_line(copied_home, endpoint):
    before, left_out = requests(copied_home), rejections(copied_home)
    endpoint.answer = rewording(politely)
    assert refresh(DOMAIN, **config(endpoint)).success
    made = rows(copied_home)
    assert {row.trajectory_id for row in made} == before.keys()
    assert rejections(copied_home) == left_out
    reworded = [row for row in made if row.author == "model"]
    assert len(reworded) > 0.8 * len(made)
    for row in reworded:
        assert row.solvable
        for turn, by_rules in zip(row.turns, before[row.trajectory_id], strict=True):
            assert turn.request in {by_rules, GREETING + by_rules}
            assert all(spoken(turn, span)[span.start : span.end] == span.text for span in turn.spans)
        assert any(turn.request.startswith(GREETING) for turn in row.turns)
    conversations = rows(copied_home, SftConversation)
    assert "model" in {row.author for row in conversations}
    assert any(message.content.startswith(GREETING) for row in conversations for message in row.messages if message.role == "user")


def test_a_repeated_run_asks_nothing_and_a_switch_back_and_forth_is_answered_from_the_ledger(few, endpoint):
    endpoint.answer = rewording(politely)
    assert calibrated(config(endpoint)).success
    first, count = requests(few), len(endpoint.requests)
    raw = Warehouse(few).states(DOMAIN)["raw_trajectories"]
    assert calibrated(config(endpoint)).success
    assert len(endpoint.requests) == count
    assert calibrated({}).success
    assert requests(few) != first
    shared_client.cache_clear()
    assert calibrated(config(endpoint, model_call_budget=0)).success
    assert requests(few) == first
    assert len(endpoint.requests) == count
    assert Warehouse(few).states(DOMAIN)["raw_trajectories"] == raw


BAD_TEXTS = {
    "loses what must be said": rewording(forgetting),
    "says the name of an internal thing": rewording(lambda text, _: f"{text} (3fa85f64-5717-4562-b3fc-2c963f66afa6)"),
    "adds a value": rewording(lambda text, _: f"{text} And make it 1234567."),
    "rambles": rewording(lambda text, _: text + " please" * 100),
    "is not JSON": lambda _: Reply("Sure! Here you are."),
    "is JSON of another shape": lambda _: Reply('{"text": "Hello"}'),
    "is cut off": lambda _: Reply('{"request": "Can you', finish_reason="length"),
    "is empty": lambda _: Reply(""),
}


def test_text_that_cannot_be_believed_leaves_the_rules_text(few, endpoint):
    kinds = {}

    def answer(request):
        question = request["messages"][1]["content"]
        kind = kinds.setdefault(question, list(BAD_TEXTS)[len(kinds) % len(BAD_TEXTS)])
        return BAD_TEXTS[kind](request)

    before, left_out = requests(few), rejections(few)
    endpoint.answer = answer
    assert calibrated(config(endpoint)).success
    assert set(kinds.values()) == BAD_TEXTS.keys()
    assert requests(few) == before
    assert {row.author for row in rows(few)} == {"rules"}
    assert rejections(few) == left_out
    assert len(CallLedger(few.ledger).calls()) == len(endpoint.requests)


DEAD = {
    "fails": (lambda _: Reply(status=500), FAILURES_IN_A_ROW, "HTTP 500"),
    "hangs": (lambda _: Reply(delay=1.0), FAILURES_IN_A_ROW, "no answer within"),
    "refuses the key": (lambda _: Reply(status=401), 1, "HTTP 401"),
}


@pytest.mark.parametrize(("answer", "calls", "reason"), DEAD.values(), ids=DEAD.keys())
def test_an_endpoint_that_gives_nothing_costs_a_few_calls_and_no_row(few, endpoint, caplog, answer, calls, reason):
    before = requests(few)
    endpoint.answer = answer
    assert calibrated(config(endpoint), Hurried).success
    assert requests(few) == before
    kept = CallLedger(few.ledger).calls()
    assert [call.status for call in kept] == ["failed"] * calls
    assert all(reason in call.error for call in kept)
    assert "asked no more in this run" in caplog.text


def test_what_a_model_was_not_asked_is_asked_in_the_next_run_and_then_no_more(few, endpoint):
    endpoint.answer = lambda _: Reply(status=500)
    assert calibrated(config(endpoint), Hurried).success
    before = len(endpoint.requests)
    shared_client.cache_clear()
    endpoint.answer = rewording(politely)
    assert calibrated(config(endpoint, model_call_budget=3)).success
    assert len(endpoint.requests) == before + 3
    shared_client.cache_clear()
    assert calibrated(config(endpoint)).success
    assert "model" in {turn.author for row in rows(few) for turn in row.turns}
    after = len(endpoint.requests)
    shared_client.cache_clear()
    assert calibrated(config(endpoint)).success
    assert len(endpoint.requests) == after


def test_nobody_listening_at_the_address_costs_no_row(few, endpoint, caplog):
    before = requests(few)
    chosen = {**config(endpoint), "model_base_url": "http://127.0.0.1:9/v1"}
    assert calibrated(chosen, Hurried).success
    assert requests(few) == before
    assert "asked no more in this run" in caplog.text


def test_the_budget_ends_the_asking_and_says_so(few, endpoint, caplog):
    endpoint.answer = rewording(politely)
    assert calibrated(config(endpoint, model_call_budget=4)).success
    assert len(endpoint.requests) == 4
    assert {row.author for row in rows(few)} == {"model", "rules"}
    assert "budget of 4 model calls is used up" in caplog.text


MISTAKES = {
    "no name": ({"model_name": ""}, "No model is named"),
    "no key and no address": ({"model_base_url": None}, "OPENAI_API_KEY is empty"),
    "an address without a scheme": ({"model_base_url": "localhost:8000/v1"}, "must begin with http"),
}


@pytest.mark.parametrize(("mistake", "reason"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_model_that_is_not_configured_stops_the_stage_with_one_line(few, endpoint, mistake, reason):
    before = requests(few)
    result = calibrated({name: value for name, value in {**config(endpoint), **mistake}.items() if value is not None})
    assert not result.success
    (failure,) = [event for event in result.all_events if event.is_step_failure]
    assert reason in failure.step_failure_data.user_failure_data.description
    assert requests(few) == before
