"""Answers as JSON from any OpenAI-compatible endpoint, paid for once: a repeated call is answered from the ledger."""

import json
import logging
import os
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

from jsonschema import Draft202012Validator

from envfactory_assets.llm.errors import BudgetExhaustedError, EndpointDownError, LedgerError, ModelError, UnansweredError
from envfactory_assets.llm.ledger import CallLedger, CallStatus, ModelCall
from envfactory_assets.llm.prompts import FOLDER, render_prompt
from envfactory_assets.records import canonical_json, content_hash
from envfactory_assets.records.settings import ModelSettings

if TYPE_CHECKING:
    from openai import BadRequestError, OpenAI
    from openai.types.chat import ChatCompletion

JsonSchema = Mapping[str, Any]
_Text = TypeVar("_Text", str, str | None)

FAILURES_IN_A_ROW = 3
"""After so many calls in a row without an answer the endpoint is asked no more."""

_PARAMETERS = {"temperature": 0.0, "max_tokens": 2048}
_OPTIONAL = ("temperature", "max_tokens", "response_format")  # left out when an endpoint says that it does not take them
_REFUSED_FOR_GOOD = {401, 403, 404}  # no key, no right, no such model: the next call would end alike
_NO_KEY = "not-needed"  # endpoints on one's own machine take any key
_SHORTEST_SECRET = 8  # a shorter "key" is a placeholder, and may be an ordinary word of a text
_FENCED = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)
_log = logging.getLogger(__name__)


@cache
def shared_client(settings: ModelSettings, ledger: Path) -> "ModelClient":
    """The client of a process: its budget, and what it knows of the endpoint, hold for all domains that are run in it.

    Raises:
        ModelError: something is missing in the configuration, or the ledger cannot be used.
    """
    client = ModelClient(settings, CallLedger(ledger))
    client.ledger.prepare()
    return client


class ModelClient:
    """Asks one model for JSON that fits a schema. Threads may share it.

    A call counts against the budget when it leaves the machine; its network retries do not count again. An endpoint that refuses the
    caller, or gives no answer several times in a row, is asked no more by this client: a dead endpoint costs seconds, not a timeout a call.
    Answers in the ledger are still given.
    """

    def __init__(self, settings: ModelSettings, ledger: CallLedger, *, prompts: Path = FOLDER) -> None:
        if not settings.name:
            raise ModelError("No model is named. Set the name of a model in the settings, or use author 'rules'.")
        self._address = settings.base_url or os.environ.get("OPENAI_BASE_URL") or None
        if self._address and not self._address.startswith(("http://", "https://")):
            raise ModelError(f"The model's address {self._address!r} must begin with http:// or https://, as in http://localhost:8000/v1.")
        self._key = os.environ.get(settings.api_key_variable, "").strip()
        if not self._key and self._address is None:
            raise ModelError(
                f"The environment variable {settings.api_key_variable} is empty. Put the key of the model's service there, "
                "or give the address of an endpoint that needs none."
            )
        self.ledger = ledger
        self._settings = settings
        self._prompts = prompts
        self._client: OpenAI | None = None
        self._lock = Lock()
        self._failures = 0
        self._stopped = ""
        self.calls_made = 0

    def complete_json(self, prompt_name: str, variables: Mapping[str, Any], schema: JsonSchema) -> dict[str, Any]:
        """Ask, check the answer against the schema, and ask once more when it does not fit.

        Args:
            prompt_name: a file of the prompt folder, without its ending.
            variables: what the template needs.
            schema: JSON Schema of the answer, an object.

        Raises:
            BudgetExhaustedError: the answer is not in the ledger and no call is left.
            EndpointDownError: the answer is not in the ledger and the endpoint is asked no more.
            UnansweredError: the endpoint gave no answer this time.
            ModelError: a truncated answer, or one that does not fit its schema after a second try.
        """
        messages = render_prompt(prompt_name, variables, self._prompts)
        answer = self._ask(prompt_name, messages, schema)
        found, problem = _read(answer, schema)
        if problem:
            repair = render_prompt("repair", {"problem": problem})
            messages = [*messages, {"role": "assistant", "content": answer}, *repair]
            found, problem = _read(self._ask(prompt_name, messages, schema), schema)
        if problem:
            raise ModelError(f"The model {self._settings.name} answered {prompt_name!r} twice with JSON that cannot be used: {problem}")
        return found

    def _ask(self, prompt_name: str, messages: list[dict[str, str]], schema: JsonSchema) -> str:
        request = {
            "model": self._settings.name,
            "messages": messages,
            "response_format": _response_format(prompt_name, schema),
            **_PARAMETERS,
        }
        call_key = content_hash(request)
        try:
            call = self.ledger.find(call_key) or self._call(call_key, prompt_name, request)
        except LedgerError as error:
            self._stop(str(error))
            raise
        if call.status == "failed":
            raise UnansweredError(f"The model {self._settings.name} did not answer {prompt_name!r}: {call.error}")
        if call.status == "truncated":
            limit = _PARAMETERS["max_tokens"]
            raise ModelError(f"The model {self._settings.name} ran into its limit of {limit:.0f} tokens while answering {prompt_name!r}.")
        return call.response or ""

    def _call(self, call_key: str, prompt_name: str, request: dict[str, Any]) -> ModelCall:
        self._admit()
        started, before = datetime.now(UTC).replace(tzinfo=None), time.monotonic()
        status, response, usage, error, for_good = self._answer(request)
        call = ModelCall(
            call_key=call_key,
            model=self._settings.name,
            prompt_name=prompt_name,
            request=self._without_key(canonical_json(request)),
            response=self._without_key(response),
            usage=usage,
            status=status,
            error=self._without_key(error),
            started=started,
            latency_seconds=round(time.monotonic() - before, 3),
        )
        self.ledger.record(call)
        self._note(call, for_good=for_good)
        return call

    def _admit(self) -> None:
        """Count a call that is about to be made; raises when it must not be."""
        budget = self._settings.call_budget
        with self._lock:
            if self._stopped:
                raise EndpointDownError(f"The model {self._settings.name} is asked no more in this run: {self._stopped}")
            spent = self.calls_made >= budget
            self.calls_made += not spent
        if spent:
            reason = f"The budget of {budget} model calls is used up. Raise model_call_budget to make more."
            _warn_once(self._settings.name, reason)
            raise BudgetExhaustedError(reason)

    def _note(self, call: ModelCall, *, for_good: bool) -> None:
        with self._lock:
            self._failures = self._failures + 1 if call.status == "failed" else 0
            failures = self._failures
        if for_good:
            self._stop(f"it refuses this caller ({call.error})")
        elif failures >= FAILURES_IN_A_ROW:
            self._stop(f"{failures} calls in a row had no answer (the last: {call.error})")

    def _stop(self, reason: str) -> None:
        with self._lock:
            first, self._stopped = not self._stopped, self._stopped or reason
        if first:
            _log.warning("The model %s is asked no more in this run: %s", self._settings.name, reason)

    def _answer(self, request: dict[str, Any]) -> tuple[CallStatus, str | None, str | None, str | None, bool]:
        """What the endpoint makes of a request: status, answer, usage, error, and whether every other request would fail alike."""
        import openai  # noqa: PLC0415 - heavy, and only needed with a model

        error, for_good = "", False
        try:
            completion = self._send(request)
            return (*_answer_of(completion), None, False)
        except openai.APITimeoutError:
            error = f"no answer within {self._settings.timeout_seconds:g} s"
        except openai.APIStatusError as refused:
            error = f"HTTP {refused.status_code}: {_one_line(refused.message)}"
            for_good = refused.status_code in _REFUSED_FOR_GOOD
        except openai.OpenAIError as failed:
            error = _one_line(str(failed))
        except (ValueError, LookupError, TypeError, AttributeError) as failed:
            error = f"the endpoint's answer is not a chat completion ({_one_line(str(failed))})"
        return "failed", None, None, error, for_good

    def _send(self, request: dict[str, Any]) -> "ChatCompletion":
        """Send a request, again without each parameter that the endpoint says it does not take."""
        import openai  # noqa: PLC0415 - heavy, and only needed with a model

        sent = dict(request)
        while True:
            try:
                completion: ChatCompletion = self._endpoint().chat.completions.create(**sent)
            except openai.BadRequestError as refused:
                unwanted = _unwanted(refused, sent)
                if unwanted is None:
                    raise
                del sent[unwanted]
            else:
                return completion

    def _endpoint(self) -> "OpenAI":
        from openai import OpenAI  # noqa: PLC0415 - heavy, and only needed with a model

        with self._lock:
            if self._client is None:
                self._client = OpenAI(
                    api_key=self._key or _NO_KEY,
                    base_url=self._address,
                    timeout=self._settings.timeout_seconds,
                    max_retries=self._settings.retries,
                )
            return self._client

    def _without_key(self, text: _Text) -> _Text:
        return text.replace(self._key, "***") if text and len(self._key) >= _SHORTEST_SECRET else text


@cache
def _warn_once(name: str, reason: str) -> None:
    _log.warning("The model %s: %s", name, reason)


def _answer_of(completion: "ChatCompletion") -> tuple[CallStatus, str, str | None]:
    choice = completion.choices[0]
    usage = canonical_json(completion.usage.model_dump(exclude_none=True)) if completion.usage else None
    return "truncated" if choice.finish_reason == "length" else "answered", choice.message.content or "", usage


def _unwanted(refused: "BadRequestError", sent: Mapping[str, Any]) -> str | None:
    """The parameter a refusal is about, when a request can do without it."""
    said = refused.message
    return next((name for name in _OPTIONAL if name in sent and (name == refused.param or re.search(rf"\b{name}\b", said))), None)


def _response_format(name: str, schema: JsonSchema) -> dict[str, Any]:
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": _is_closed(schema)}}


def _is_closed(schema: Any) -> bool:
    """Whether strict decoding can take a schema: every object names all its properties as required and admits no others."""
    if isinstance(schema, list):
        return all(_is_closed(item) for item in schema)
    if not isinstance(schema, Mapping):
        return True
    if schema.get("type") == "object":
        closed = schema.get("additionalProperties") is False
        if not closed or set(schema.get("required", ())) != set(schema.get("properties", {})):
            return False
    return all(_is_closed(value) for value in schema.values())


def _read(answer: str, schema: JsonSchema) -> tuple[dict[str, Any], str]:
    """The answer's object, and why it cannot be used (empty when it can)."""
    fenced = _FENCED.fullmatch(answer)
    try:
        found = json.loads(fenced.group(1) if fenced else answer)
    except ValueError as error:
        return {}, f"it is not JSON ({error})."
    if not isinstance(found, dict):
        return {}, f"it is a JSON {type(found).__name__}, not an object."
    for problem in Draft202012Validator(schema).iter_errors(found):
        return {}, f"{problem.json_path}: {_one_line(problem.message)}"
    return found, ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
