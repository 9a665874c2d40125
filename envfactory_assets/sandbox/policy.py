"""The written policy that the static gate enforces."""

from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml

POLICY_FILE = Path(__file__).with_name("policy.yaml")


class Policy(BaseModel):
    """What an environment module or a contract may import, name, call and define; each field is explained in ``policy.yaml``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    modules: frozenset[str]
    names: dict[str, frozenset[str]]
    runtime: dict[str, frozenset[str]]
    contract: dict[str, frozenset[str]]
    builtins: frozenset[str]
    unstable_calls: frozenset[str]
    attributes: frozenset[str]
    clock: frozenset[str]
    special_methods: frozenset[str]
    mutable_makers: frozenset[str]
    mutating_methods: frozenset[str]
    max_characters: int
    max_findings: int


@cache
def policy() -> Policy:
    """The policy as shipped."""
    return Policy.model_validate(read_yaml(POLICY_FILE.read_text(encoding="utf-8")))
