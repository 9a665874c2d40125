"""The OpenAI-compatible client, its ledger and budget, and the prompt templates."""
