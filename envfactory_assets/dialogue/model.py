"""A model that rewords requests: it is shown what rules wrote and what must still be said, and answers with words and where they stand."""

from collections.abc import Mapping
from typing import Any, Protocol

from envfactory_assets.dialogue.writing import Rewritten, TurnContext
from envfactory_assets.llm.errors import ModelError

PROMPT = "rewrite_request"


class JsonCompleter(Protocol):
    """What is needed of a model client: ``envfactory_assets.llm.ModelClient`` has it."""

    def complete_json(self, prompt_name: str, variables: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
        """The model's answer to a prompt template, as an object of a schema."""
        ...


class ModelWriter:
    """Rewords requests with a model. What it writes is checked by the same proof as what rules write."""

    author = "model"

    def __init__(self, client: JsonCompleter) -> None:
        self._client = client

    def rewrite(self, context: TurnContext) -> Rewritten | None:
        """The model's wording; None when it gives no answer of the shape asked for."""
        predicates = sorted({span.predicate for span in context.spans})
        said = {span.predicate: span.text for span in context.spans}
        variables = {
            "request": context.request,
            "register": context.register,
            "earlier": list(context.earlier),
            "phrases": [{"id": identity, "words": said[identity]} for identity in predicates],
        }
        try:
            answer = self._client.complete_json(PROMPT, variables, _schema(predicates))
        except ModelError:
            return None
        text, phrases = answer.get("request"), answer.get("phrases")
        if not isinstance(text, str) or not isinstance(phrases, dict):
            return None
        return Rewritten(text.strip(), {str(identity): str(words) for identity, words in phrases.items()})


def _schema(predicates: list[str]) -> dict[str, Any]:
    phrases = {
        "type": "object",
        "properties": {identity: {"type": "string"} for identity in predicates},
        "required": predicates,
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"request": {"type": "string"}, "phrases": phrases},
        "required": ["request", "phrases"],
        "additionalProperties": False,
    }
