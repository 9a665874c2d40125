"""What a user may configure of a run. A stage's input key holds only the settings it uses."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class ModelSettings(BaseModel):
    """An OpenAI-compatible endpoint that may write and refine requests."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    base_url: str | None = None
    api_key_variable: str = "OPENAI_API_KEY"
    timeout_seconds: float = Field(default=30.0, gt=0)
    retries: int = Field(default=2, ge=0)
    call_budget: int = Field(default=1000, ge=0)


class Settings(BaseModel):
    """The configuration of a run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = 7
    environments: int = Field(default=6, ge=1, description="Resources a domain that environments are made of, most gaps filled first.")
    trajectories: int = Field(default=100, ge=1, description="Chains sampled a domain.")
    scenarios: int = Field(default=8, ge=2, description="Scenarios an environment.")
    sampler: Literal["topology", "coverage", "random_walk"] = Field(
        default="topology",
        description="How chains are drafted: as people combine tools, along the edges used least, or at random as a baseline.",
    )
    joined_share: float = Field(default=0.1, ge=0, le=1, description="Share of chains that lead through several environments.")
    rl_share: float = Field(default=0.37, ge=0, le=1, description="Share of conversations that become RL tasks.")
    refine_rl: bool = Field(default=True, description="Whether calibrated refinement also applies to RL conversations.")
    author: Literal["rules", "model"] = "rules"
    model: ModelSettings = ModelSettings()
