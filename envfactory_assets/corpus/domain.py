"""The domains of the product, read from ``data/domains.yaml``."""

import re
from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, RootModel, ValidationError, field_validator

from envfactory_assets.bundled import bundled


class DomainsError(ValueError):
    """The domains file does not say what is needed; one line says where."""


class Domain(BaseModel):
    """One domain: a partition of every table."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    schedule: str  # cron, UTC
    keywords: tuple[str, ...] = Field(min_length=1)

    @field_validator("schedule")
    @classmethod
    def _five_fields(cls, value: str) -> str:
        if not re.fullmatch(r"[\d*/,-]+( [\d*/,-]+){4}", value):
            raise ValueError(f"{value!r} is no cron line of five fields, such as '0 1 * * *'")
        return value


class _Domains(RootModel[dict[str, Domain]]):
    @field_validator("root")
    @classmethod
    def _named(cls, value: dict[str, Domain]) -> dict[str, Domain]:
        if not value:
            raise ValueError("there is no domain")
        for key in value:
            if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
                raise ValueError(f"{key!r} is no domain name: use lower case letters, digits and _")
        return value


@cache
def domains() -> dict[str, Domain]:
    """The domains by name, in the file's order.

    Raises:
        DomainsError: the file is malformed.
    """
    return read_domains(bundled("domains.yaml"))


def read_domains(path: Path) -> dict[str, Domain]:
    """Read a domains file.

    Raises:
        DomainsError: it is malformed.
    """
    try:
        return _Domains.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).root
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DomainsError(f"{path.name}: not valid YAML{f' at line {mark.line + 1}' if mark else ''}; correct it there.") from None
    except UnicodeDecodeError as error:
        raise DomainsError(f"{path.name}: byte {error.start} is not UTF-8; save the file as UTF-8 text.") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise DomainsError(f"{path.name}: {place}: {first['msg']}; correct it there.") from None
