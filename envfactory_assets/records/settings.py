"""What a user may configure of a run. A stage's input key holds only the settings it uses."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from envfactory_assets.records.profiles import DEFAULT, named

EmbedderName = Literal["wordllama", "minilm"]


class SettingsError(ValueError):
    """A run cannot be configured so; its text is one line that says which setting is wrong."""


class ModelSettings(BaseModel):
    """An OpenAI-compatible endpoint that may reword requests, and propose edges of the tool graph."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = ""
    base_url: str | None = None
    api_key_variable: str = "OPENAI_API_KEY"
    timeout_seconds: float = Field(default=30.0, gt=0)
    retries: int = Field(default=2, ge=0)
    call_budget: int = Field(default=1000, ge=0)


class KindShares(BaseModel):
    """The shares of the kinds of conversation, of those within one service; what is left is plain.

    A kind that few chains have room for is tried on more of them (see ``dialogue.kinds.drawing``).
    An errand through several services is a kind of its own, as often as ``joined_share`` says, where values tie services together.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    missing_information: float = Field(default=0.1, ge=0, le=1, description="A value is left unsaid; the assistant asks for it.")
    ambiguous: float = Field(default=0.05, ge=0, le=1, description="What is meant fits several records; the assistant asks which.")
    missing_tool: float = Field(default=0.05, ge=0, le=1, description="No tool does what is wanted; the assistant says so.")
    impossible: float = Field(default=0.05, ge=0, le=1, description="The service refuses; the assistant says why.")
    recovery: float = Field(default=0.04, ge=0, le=1, description="The service refuses; the user takes something else.")
    change_of_mind: float = Field(default=0.07, ge=0, le=1, description="What was just done is changed again.")
    follow_up: float = Field(default=0.07, ge=0, le=1, description="An earlier result answers; no call is needed.")
    computed: float = Field(default=0.06, ge=0, le=1, description="A count, a sum, an extreme or a difference is asked for.")
    user_side: float = Field(default=0.06, ge=0, le=1, description="A tool is the user's own; the assistant asks for the call.")
    expansion: float = Field(default=0.06, ge=0, le=1, description="One wish means each of several records.")

    @model_validator(mode="after")
    def _leave_room(self) -> Self:
        if sum(self.model_dump().values()) > 1:
            raise ValueError("The shares of the kinds of conversation add up to more than 1.")
        return self


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
    profile: str = Field(default=DEFAULT, description="The shape of chains and conversations: a name of profiles.yaml.")
    joined_share: float = Field(default=0.1, ge=0, le=1, description="Share of chains that lead through several environments.")
    embedder: EmbedderName = Field(
        default="wordllama", description="What tells which values of two services are near in meaning; minilm is an extra."
    )
    rl_share: float = Field(default=0.37, ge=0, le=1, description="Share of conversations that become RL tasks.")
    refine_rl: bool = Field(default=True, description="Whether calibrated refinement also applies to RL conversations.")
    kinds: KindShares = KindShares()
    author: Literal["rules", "model"] = "rules"
    model: ModelSettings = ModelSettings()

    @field_validator("profile")
    @classmethod
    def _known(cls, name: str) -> str:
        named(name)
        return name
