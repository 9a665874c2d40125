"""The OpenAI-compatible client, its ledger and budget, and the prompt templates."""

from envfactory_assets.llm.client import ModelClient
from envfactory_assets.llm.errors import BudgetExhaustedError, ModelError
from envfactory_assets.llm.ledger import CallLedger, ModelCall
from envfactory_assets.llm.prompts import prompt_names, render_prompt

__all__ = ["BudgetExhaustedError", "CallLedger", "ModelCall", "ModelClient", "ModelError", "prompt_names", "render_prompt"]
