"""The kinds of places documents are looked for in, as ``domains.yaml`` declares them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Declared(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str | None = None  # of all its documents
    license: str = ""  # what its documents may be used under, when they do not say
    most: int | None = Field(default=None, ge=1)  # documents of it that a domain takes at most


class BundledSource(_Declared):
    """The extracts that ship with the product."""

    kind: Literal["bundled"]


class FolderSource(_Declared):
    """A folder and all below it; a folder directly below it that is named like a domain declares the domain."""

    kind: Literal["folder"]
    path: str = Field(min_length=1)  # below the home, or absolute


class PackageSource(_Declared):
    """A folder inside an installed Python package."""

    kind: Literal["package"]
    package: str = Field(pattern=r"^[A-Za-z_][\w.]*$")
    path: str = ""


class _Remote(_Declared):
    seconds: float = Field(default=30, gt=0, le=600)  # for the whole answer
    megabytes: float = Field(default=32, gt=0, le=64)
    minutes: float = Field(default=10, ge=0)  # how long an answer counts before the source is asked again
    private: bool = False  # whether private and loopback addresses are admitted


class UrlSource(_Remote):
    """One document at an address."""

    kind: Literal["url"]
    url: str = Field(pattern=r"^https?://[^\s/]+")
    redirects: int = Field(default=5, ge=0, le=10)


class McpSource(_Remote):
    """An MCP server, whose ``tools/list`` is the document."""

    kind: Literal["mcp"]
    command: tuple[str, ...] = ()
    url: str | None = Field(default=None, pattern=r"^https?://[^\s/]+")

    @model_validator(mode="after")
    def _one_way_to_reach_it(self) -> "McpSource":
        if bool(self.command) == bool(self.url):
            raise ValueError("an MCP server is reached by its command or by its url: give one of them")
        return self


Source = Annotated[BundledSource | FolderSource | PackageSource | UrlSource | McpSource, Field(discriminator="kind")]
