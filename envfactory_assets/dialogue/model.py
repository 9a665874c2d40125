"""A model that rewords requests: it is shown what rules wrote and what must still be said, and answers with words and where they stand."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Protocol

from envfactory_assets.dialogue.calibration import calibrate
from envfactory_assets.dialogue.writing import Rewritten, TurnContext
from envfactory_assets.llm.errors import ModelError, UnansweredError
from envfactory_assets.records import Produced, PromotedEnvironment, RawTrajectory, Scenario, TrajectoryStep

PROMPT = "rewrite_request"

_NUMBER = re.compile(r"\d+")
_MOST_GROWTH = 2  # times the words there were, and as many more as a greeting takes
_GREETING_WORDS = 12


class JsonCompleter(Protocol):
    """What is needed of a model client: ``envfactory_assets.llm.ModelClient`` has it."""

    def complete_json(self, prompt_name: str, variables: Mapping[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
        """The model's answer to a prompt template, as an object of a schema."""
        ...


class ModelWriter:
    """Rewords requests with a model. What it writes is checked by the same proof as what rules write, and must add nothing.

    Attributes:
        unanswered: how many requests stayed as they were because the model could not be asked or did not answer.
    """

    author = "model"

    def __init__(self, client: JsonCompleter) -> None:
        self._client = client
        self.unanswered = 0

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
        except UnansweredError:
            self.unanswered += 1
            return None
        except ModelError:
            return None
        text, phrases = answer.get("request"), answer.get("phrases")
        if not isinstance(text, str) or not isinstance(phrases, dict) or _adds(text, context.request):
            return None
        return Rewritten(text.strip(), {str(identity): str(words) for identity, words in phrases.items()})


def calibrate_with_model(
    trajectory: RawTrajectory,
    steps: list[TrajectoryStep],
    environments: list[PromotedEnvironment],
    scenarios: list[Scenario],
    *,
    writer: ModelWriter,
    refine: bool = True,
) -> Produced:
    """As ``calibrate``; the result is provisional when the model was not to be had for some request of the conversation."""
    before = writer.unanswered
    produced = calibrate(trajectory, steps, environments, scenarios, writer=writer, refine=refine)
    return replace(produced, provisional=writer.unanswered > before)


def _adds(text: str, request: str) -> bool:
    """Whether a wording says more than the request: a number that is not in it, or far more words. The proof sees only what is lost."""
    rambles = len(text.split()) > _MOST_GROWTH * len(request.split()) + _GREETING_WORDS
    return rambles or not set(_NUMBER.findall(text)) <= set(_NUMBER.findall(request))


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
