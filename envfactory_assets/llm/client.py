"""Answers as JSON from any OpenAI-compatible endpoint, paid for once: a repeated call is answered from the ledger."""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from jsonschema import Draft202012Validator

from envfactory_assets.llm.errors import BudgetExhaustedError, ModelError
from envfactory_assets.llm.ledger import CallLedger, CallStatus, ModelCall
from envfactory_assets.llm.prompts import FOLDER, render_prompt
from envfactory_assets.records import canonical_json, content_hash
from envfactory_assets.records.settings import ModelSettings

if TYPE_CHECKING:
    from openai import OpenAI
    from openai.types.chat import ChatCompletion

JsonSchema = Mapping[str, Any]
_Text = TypeVar("_Text", str, str | None)

_PARAMETERS = {"temperature": 0.0, "max_tokens": 2048}
_NO_KEY = "not-needed"  # endpoints on one's own machine take any key


class ModelClient:
    """Asks one model for JSON that fits a schema.

    A call counts against the budget when it leaves the machine; its network retries do not count again.
    """

    def __init__(self, settings: ModelSettings, ledger: CallLedger, *, prompts: Path = FOLDER) -> None:
        if not settings.name:
            raise ModelError("No model is named. Set the name of a model in the settings, or use author 'rules'.")
        self._settings = settings
        self._ledger = ledger
        self._prompts = prompts
        self._key = os.environ.get(settings.api_key_variable, "")
        if not self._key and settings.base_url is None:
            raise ModelError(f"The environment variable {settings.api_key_variable} is empty. Put the key of the model's service there.")
        self._client: OpenAI | None = None
        self.calls_made = 0

    def complete_json(self, prompt_name: str, variables: Mapping[str, Any], schema: JsonSchema) -> dict[str, Any]:
        """Ask, check the answer against the schema, and ask once more when it does not fit.

        Args:
            prompt_name: a file of the prompt folder, without its ending.
            variables: what the template needs.
            schema: JSON Schema of the answer, an object.

        Raises:
            BudgetExhaustedError: the answer is not in the ledger and no call is left.
            ModelError: no answer, a truncated one, or one that does not fit its schema after a second try.
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
        call = self._ledger.find(call_key) or self._call(call_key, prompt_name, request)
        if call.status == "failed":
            raise ModelError(f"The model {self._settings.name} did not answer {prompt_name!r}: {call.error}")
        if call.status == "truncated":
            limit = _PARAMETERS["max_tokens"]
            raise ModelError(f"The model {self._settings.name} ran into its limit of {limit:.0f} tokens while answering {prompt_name!r}.")
        return call.response or ""

    def _call(self, call_key: str, prompt_name: str, request: dict[str, Any]) -> ModelCall:
        import openai  # noqa: PLC0415 - heavy, and only needed with a model

        if self.calls_made >= self._settings.call_budget:
            raise BudgetExhaustedError(f"The budget of {self._settings.call_budget} model calls is used up. Raise model.call_budget.")
        self.calls_made += 1
        started, before = datetime.now(UTC).replace(tzinfo=None), time.monotonic()
        response, usage, error = None, None, None
        status: CallStatus = "failed"
        try:
            completion: ChatCompletion = self._endpoint().chat.completions.create(**request)
            response, usage, status = _answer_of(completion)
        except openai.APITimeoutError:
            error = f"no answer within {self._settings.timeout_seconds:g} s"
        except openai.APIStatusError as refused:
            error = f"HTTP {refused.status_code}: {_one_line(refused.message)}"
        except openai.OpenAIError as failed:
            error = _one_line(str(failed))
        except (ValueError, LookupError, TypeError, AttributeError) as failed:
            error = f"the endpoint's answer is not a chat completion ({_one_line(str(failed))})"
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
        self._ledger.record(call)
        return call

    def _endpoint(self) -> "OpenAI":
        from openai import OpenAI  # noqa: PLC0415 - heavy, and only needed with a model

        if self._client is None:
            self._client = OpenAI(
                api_key=self._key or _NO_KEY,
                base_url=self._settings.base_url,
                timeout=self._settings.timeout_seconds,
                max_retries=self._settings.retries,
            )
        return self._client

    def _without_key(self, text: _Text) -> _Text:
        return text.replace(self._key, "***") if text and self._key else text


def _answer_of(completion: "ChatCompletion") -> tuple[str, str | None, CallStatus]:
    choice = completion.choices[0]
    usage = canonical_json(completion.usage.model_dump(exclude_none=True)) if completion.usage else None
    return choice.message.content or "", usage, "truncated" if choice.finish_reason == "length" else "answered"


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
    try:
        found = json.loads(answer)
    except ValueError as error:
        return {}, f"it is not JSON ({error})."
    if not isinstance(found, dict):
        return {}, f"it is a JSON {type(found).__name__}, not an object."
    for problem in Draft202012Validator(schema).iter_errors(found):
        return {}, f"{problem.json_path}: {_one_line(problem.message)}"
    return found, ""


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]
