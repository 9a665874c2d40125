"""The shapes of data that a run may aim for: how long chains are, and how conversations are cut into turns."""

from functools import cache
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from envfactory_assets.bundled import bundled, read_yaml

FILE = "profiles.yaml"
DEFAULT = "bfcl"

Weight = Annotated[float, Field(gt=0)]


class ChainShape(BaseModel):
    """What chains aim for.

    Attributes:
        lengths: how readily a chain aims for each number of steps.
        most_steps: no chain has more.
        read_only_share: how many chains only look things up.
        longest_read_only: the most steps of those.
        depths: how readily a chain is bounded to so many steps that wait for one another; without any there is no bound.
        widths: how readily a chain is bounded to so many steps that could run side by side; without any there is no bound.
        effects: how much more readily than others tools of an effect are wanted.
        difficulties: how many of the chains are up to so difficult, and above the next lower bound; without any none is left out.
        third_share: of chains over several environments, how often a third is led to where one can be.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lengths: dict[int, float] = Field(min_length=1)
    most_steps: int = Field(ge=2)
    read_only_share: float = Field(ge=0, le=1)
    longest_read_only: int = Field(ge=2)
    depths: dict[Annotated[int, Field(ge=1)], Weight] = Field(default_factory=dict)
    widths: dict[Annotated[int, Field(ge=1)], Weight] = Field(default_factory=dict)
    effects: dict[str, Weight] = Field(default_factory=dict)
    difficulties: dict[Annotated[float, Field(gt=0, le=1)], Weight] = Field(default_factory=dict)
    third_share: float = Field(default=0.3, ge=0, le=1)

    @model_validator(mode="after")
    def _within_bounds(self) -> "ChainShape":
        within = all(2 <= steps <= self.most_steps and weight >= 0 for steps, weight in self.lengths.items())
        if not within or not any(self.lengths.values()):
            raise ValueError(f"lengths are from 2 to most_steps ({self.most_steps}), with weights of which one at least is above 0")
        return self


class TurnShape(BaseModel):
    """How wishes are spread over turns.

    Attributes:
        most_turns: with more, neighbouring wishes are said in one breath.
        apart: so many turns are left as they are.
        together: of more than those, how often neighbours are said in one breath.
        most_wishes: in one request.
        most_detailed: of those, how many take values of their own.
        most_calls: in one turn.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    most_turns: int = Field(ge=2, le=8)
    apart: int = Field(ge=1)
    together: float = Field(ge=0, le=1)
    most_wishes: int = Field(ge=1)
    most_detailed: int = Field(ge=0)
    most_calls: int = Field(ge=1)


class Profile(BaseModel):
    """The shape of chains and of the conversations made of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    chains: ChainShape
    turns: TurnShape


_Profiles = TypeAdapter(dict[str, Profile])


def first_flaw(error: ValidationError) -> str:
    """Where what a user wrote is wrong first, and how, in one line."""
    first = error.errors(include_url=False)[0]
    return ": ".join(filter(None, (".".join(map(str, first["loc"])), first["msg"].removeprefix("Value error, "))))


@cache
def profiles() -> dict[str, Profile]:
    """All profiles by name, as ``profiles.yaml`` has them.

    Raises:
        ValueError: the file does not say what a profile needs; one line says where.
    """
    try:
        told: Any = read_yaml(bundled(FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ValueError(f"{FILE} cannot be read: {' '.join(str(error).split())}") from None
    try:
        return _Profiles.validate_python(told)
    except ValidationError as error:
        raise ValueError(f"{FILE}: {first_flaw(error)}") from None


def named(name: str) -> Profile:
    """A profile by its name.

    Raises:
        ValueError: there is none of that name.
    """
    known = profiles()
    if name not in known:
        raise ValueError(f"There is no profile {name!r}; {FILE} has {', '.join(sorted(known))}.")
    return known[name]
