"""The OpenAI-compatible client, its ledger and budget, and the prompt templates."""

from envfactory_assets.llm.client import ModelClient, shared_client
from envfactory_assets.llm.errors import BudgetExhaustedError, EndpointDownError, LedgerError, ModelError, UnansweredError
from envfactory_assets.llm.ledger import CallLedger, ModelCall
from envfactory_assets.llm.prompts import prompt_names, render_prompt

__all__ = [
    "BudgetExhaustedError",
    "CallLedger",
    "EndpointDownError",
    "LedgerError",
    "ModelCall",
    "ModelClient",
    "ModelError",
    "UnansweredError",
    "prompt_names",
    "render_prompt",
    "shared_client",
]
