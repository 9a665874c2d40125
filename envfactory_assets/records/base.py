"""What every stored row has in common."""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, ClassVar, Literal

import orjson
from pydantic import BaseModel, ConfigDict


class JsonColumn:
    """Marks a field that is stored as canonical JSON text and may have any shape."""


Json = Annotated[Any, JsonColumn]
"""A free-shaped column: anything JSON can say."""

EVERYWHERE = "all"
"""Stands where a row belongs to no single domain: the one partition of an unpartitioned table."""

Split = Literal["train", "validation", "test"]
Grounding = Literal["declared", "inferred", "assumed"]
Audience = Literal["agent", "user", "control"]


class Record(BaseModel):
    """A fixed shape inside a row: a STRUCT."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Row(Record):
    """One row of a table. The table is named by the class; ``domain`` is the partition, ``EVERYWHERE`` of an unpartitioned one.

    ``input_key`` is stamped by the asset layer: the hash of everything the row was made from.
    """

    table: ClassVar[str]
    key: ClassVar[tuple[str, ...]]
    references: ClassVar[dict[str, str]] = {}  # column -> "table.column"
    partitioned: ClassVar[bool] = True  # by domain

    domain: str
    input_key: str = ""

    def row_sha256(self) -> str:
        """Hash of all columns but ``input_key``: equal content, equal hash."""
        return content_hash(self.model_dump(mode="json", exclude={"input_key"}))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no canonical JSON form.")


def canonical_json(value: Any) -> str:
    """JSON with sorted keys and no spaces: one text for one value, in any process."""
    return orjson.dumps(value, default=_plain, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()


def content_hash(value: Any) -> str:
    """SHA-256 of the canonical JSON of a value, as 64 hex digits."""
    return sha256(canonical_json(value).encode()).hexdigest()


def derived_seed(seed: int, *parts: str) -> int:
    """A seed for one unit of work, the same in any process: 63 bits from the run's seed and the unit's names."""
    return int.from_bytes(sha256(canonical_json([seed, *parts]).encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True, slots=True)
class Produced:
    """What a stage made from one unit of input: rows of one or more tables, among them rejections.

    Provisional rows were made without something that could not be had just then; the unit is worked on again next time.
    """

    rows: tuple[Row, ...] = ()
    provisional: bool = False

    def of(self, record: type[Row]) -> list[Any]:
        """The rows of one table."""
        return [row for row in self.rows if type(row) is record]
