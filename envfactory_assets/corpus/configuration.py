"""What the factory is told to work on: its domains and its sources, read from ``data/domains.yaml``."""

import os
import re
from functools import cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from envfactory_assets.bundled import bundled, read_yaml
from envfactory_assets.corpus.sources.declared import Source
from envfactory_assets.records.base import EVERYWHERE

VARIABLE = "ENVFACTORY_DOMAINS"
_Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class ConfigurationError(ValueError):
    """The file does not say what is needed; one line says where."""


class Thing(BaseModel):
    """A record type that a domain should have."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    also: tuple[str, ...] = ()  # other names of it
    links: tuple[str, ...] = ()  # things its records should be linked to


class Domain(BaseModel):
    """One domain: a partition of every table."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    schedule: str  # cron, UTC
    keywords: tuple[str, ...] = Field(min_length=1)
    categories: tuple[str, ...] = ()
    things: dict[_Name, Thing] = Field(default_factory=dict)

    @field_validator("schedule")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if not re.fullmatch(r"[\d*/,-]+( [\d*/,-]+){4}", value):
            raise ValueError(f"{value!r} is no cron line of five fields, such as '0 1 * * *'")
        return value


class Configuration(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domains: dict[_Name, Domain] = Field(min_length=1)
    sources: dict[_Name, Source]

    @model_validator(mode="after")
    def _consistent(self) -> "Configuration":
        if EVERYWHERE in self.domains:
            raise ValueError(f"{EVERYWHERE!r} names what belongs to no domain; give the domain another name")
        for name, source in self.sources.items():
            if source.domain is not None and source.domain not in self.domains:
                raise ValueError(f"the source {name} belongs to {source.domain!r}, which is no domain")
        return self


@cache
def configuration() -> Configuration:
    """The configuration: of the file that ``ENVFACTORY_DOMAINS`` names, else the bundled one.

    Raises:
        ConfigurationError: the file is malformed.
    """
    named = os.environ.get(VARIABLE)
    return read_configuration(Path(named) if named else bundled("domains.yaml"))


def domains() -> dict[str, Domain]:
    """The domains by name, in the file's order."""
    return configuration().domains


def sources() -> dict[str, Source]:
    """The sources by name, in the file's order."""
    return configuration().sources


def read_configuration(path: Path) -> Configuration:
    """Read a configuration file.

    Raises:
        ConfigurationError: it cannot be read or is malformed.
    """
    try:
        return Configuration.model_validate(read_yaml(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise ConfigurationError(f"{path}: {error.strerror}; check {VARIABLE}.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise ConfigurationError(f"{path.name}: not valid YAML{f' at line {mark.line + 1}' if mark else ''}; correct it there.") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8 text.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise ConfigurationError(f"{path.name}: {place}: {first['msg']}; correct it there.") from None
