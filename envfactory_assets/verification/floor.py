"""The least that an environment must offer to be promoted, as ``floor.yaml`` has it."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from envfactory_assets.bundled import read_yaml
from envfactory_assets.records import EnvironmentCandidate, Grade
from envfactory_assets.verification.steps import READS

_FILE = Path(__file__).with_name("floor.yaml")


class Floor(BaseModel):
    """The least that an environment must offer; each field is explained in ``floor.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: float = Field(ge=0, le=1)
    links: int = Field(ge=0)
    filters: int = Field(ge=0)
    families: int = Field(ge=0)
    rich: int = Field(ge=0)
    read_rich: int = Field(ge=0)

    def shortcoming(self, grade: Grade, *, read_rich: bool) -> str | None:
        """What an environment offers too little of; None when it offers enough.

        Args:
            grade: what was counted of it.
            read_rich: whether nothing in it can be changed.
        """
        found, links, filters = len(grade.effect_families), grade.grounded_links, grade.working_filters
        if grade.score < self.score:
            return f"the grade is {grade.score:.2f}, below {self.score:.2f}"
        if not read_rich and found < self.families:
            return f"too little cause and effect: families of typed effects {found}, needed {self.families}"
        forgiven = found >= self.rich
        if links < self.links and not (forgiven and filters >= self.filters):
            return f"too little hangs together: links between records {links}, needed {self.links}"
        if filters < self.filters and not (forgiven and links >= self.links):
            return f"too little can be looked for: filters that work {filters}, needed {self.filters}"
        return None


@cache
def floor() -> Floor:
    """The floor as shipped."""
    return Floor.model_validate(read_yaml(_FILE.read_text(encoding="utf-8")))


def is_read_rich(candidate: EnvironmentCandidate) -> bool:
    """Whether nothing in an environment can be changed."""
    effects: Iterable[dict[str, str]] = (effect for tool in (candidate.spec or {}).get("tools", ()) for effect in tool["effects"])
    return all(effect["family"] in READS for effect in effects)
