"""What descriptions say must be so before an operation is done, as facts: ``Signal that a completed task should be hidden``."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml
from envfactory_assets.corpus.document import Conditions
from envfactory_assets.corpus.telling import spelt

NEEDS = "x-needs"
"""The keyword of a property that says nothing without another one, which it names."""
EITHER = "x-either"
"""The keyword of a property that must be given where another one, which it names, is not."""
EMPTY = "x-empty"
"""The keyword of a property that names something, and whose empty text says that there is none."""
_FILE = Path(__file__).with_name("conditions.yaml")
_LONGEST = 3000
_MARKS = re.compile(r"<[^>]{0,300}>|&#?\w+;|[`*\"#]")
_CAPITALS = re.compile(r"\b[A-Z][A-Z_]{2,}\b")
_SPEAKS_OF_ANOTHER = re.compile(r"(?i)\beither\b|\brequired (?:only )?(?:if|when|unless)\b")
_NAMES = re.compile(r",? and |, ?")


def conditions_of(
    summary: Any, description: Any, path: str, answers: Mapping[str, Iterable[Any]] | None = None, keys: Iterable[Any] = ()
) -> Conditions | None:
    """The conditions that the texts about an operation tell.

    Args:
        summary: its summary.
        description: its description.
        path: its path, whose words are the things that states may be of.
        answers: descriptions of its answers, those that are ``refused`` and those that are ``done``.
        keys: the descriptions of the parameters of its path.
    """
    answered = {kind: [_plain(text) for text in told if isinstance(text, str)] for kind, told in (answers or {}).items()}
    texts = [_plain(text) for text in (summary, description) if isinstance(text, str)]
    things = {word.rstrip("s") for word in spelt(re.sub(r"\{[^}]*\}", "", path)).split("_")} - {""}
    named = [*texts, *(_plain(text) for text in keys if isinstance(text, str))]
    found = Conditions(
        states=tuple(sorted({each for text in named for each in _states(text, things)})),
        refused=tuple(sorted({each for text in texts for each in _refused(text, things)})),
        flags={flag["flag"]: flag["value"].lower() == "true" for text in texts for flag in _found("flag", text)},
        required=tuple(sorted({name for text in texts for names in _found("required", text) for name in _NAMES.split(names["names"])})),
        dated=any(_found("dated", text) for text in texts),
        begun=any(_found("begun", text) for text in answered.get("refused", ())),
        idle=any(_found("idle", text) for text in answered.get("done", ())) or any(_found("upsert", text) for text in texts),
        sparse=any(_found("sparse", text) for text in texts),
        again=any(_found("again", text) for text in texts),
        others=any(_found("others", text) for text in texts),
        same=tuple(sorted({spelt(found["other"]) for text in texts for found in _found("same", text)})),
    )
    return None if found == Conditions() else found


def needed_by(description: Any) -> str | None:
    """The property without which another one says nothing, as the description of that one tells."""
    if not isinstance(description, str) or "require" not in description:
        return None
    return next((found["other"] for found in _found("needs", _plain(description))), None)


def instead_of(name: str, description: Any) -> str | None:
    """The property that may be given in place of one, as the description of that one tells.

    ``Either amount or total is required`` tells it, and ``Required if amount is not provided``.
    """
    if not isinstance(description, str) or not _SPEAKS_OF_ANOTHER.search(description):
        return None
    if (lacking := next(iter(_found("lacking", _plain(description))), None)) is not None:
        return spelt(lacking["other"])
    both = next(((spelt(found["one"]), spelt(found["other"])) for found in _found("either", _plain(description))), ())
    return next((other for other in both if other != spelt(name)), None) if spelt(name) in both else None


def is_empty_for_none(description: Any) -> bool:
    """Whether a description says that an empty text stands for none: ``For groups with no parent, it is the empty string``."""
    return isinstance(description, str) and "empty" in description and bool(_found("empty", _plain(description)))


def _states(text: str, things: set[str]) -> list[str]:
    first = text.partition(". ")[0].lower()
    return [found["state"] for found in _found("of_state", first) if found["thing"].rstrip("s") in things]


def _refused(text: str, things: set[str]) -> list[str]:
    kinds = [found["names"] for found in _found("of_kind", text) if found["thing"].lower().rstrip("s") in things]
    states = [word for found in _found("refusing", text) for word in _CAPITALS.findall(found[0])]
    return [*states, *(name for names in kinds for name in re.split(r",? (?:and|or) |, ", names))]


def _found(kind: str, text: str) -> list[re.Match[str]]:
    return [found for pattern in _patterns()[kind] for found in pattern.finditer(text)]


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub(" ", text[:_LONGEST]).split())


class _Words(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    states: tuple[str, ...]
    of_state: tuple[str, ...]
    refusing: tuple[str, ...]
    of_kind: tuple[str, ...]
    again: tuple[str, ...]
    others: tuple[str, ...]
    flag: tuple[str, ...]
    required: tuple[str, ...]
    dated: tuple[str, ...]
    begun: tuple[str, ...]
    idle: tuple[str, ...]
    same: tuple[str, ...]
    needs: tuple[str, ...]
    empty: tuple[str, ...]
    upsert: tuple[str, ...]
    sparse: tuple[str, ...]
    either: tuple[str, ...]
    lacking: tuple[str, ...]


@cache
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    said = _Words.model_validate(read_yaml(_FILE.read_text(encoding="utf-8")))
    states = "|".join(said.states)
    kinds = {kind: patterns for kind, patterns in said.model_dump().items() if kind != "states"}
    return {
        kind: tuple(re.compile(each.replace("{state}", states), re.IGNORECASE) for each in patterns) for kind, patterns in kinds.items()
    }
