"""How a document writes days and moments: read from its patterns, lengths and examples."""

import re
from datetime import UTC, datetime

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.corpus.patterns import fits
from envfactory_assets.synthesis.plan import FieldKind

_TRIED = datetime(2026, 5, 12, 9, 30, tzinfo=UTC)
_DAY = "%Y-%m-%d"
_USUAL = "%Y-%m-%dT%H:%M:%SZ"
_FORMS = (_USUAL, "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.000Z", "%Y-%m-%dT%H:%M:%S.000+00:00", "%Y-%m-%dT%H:%M:%S+0000")
_SHOWN = (
    (re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})"), "datetime"),
    (re.compile(r"\d{4}-\d{2}-\d{2}"), "date"),
)


def kind_told(schema: JsonSchema) -> FieldKind | None:
    """Whether a text without a format is a day or a moment, as its pattern says."""
    if not isinstance(pattern := schema.get("pattern"), str):
        return None
    day, moment = fits(pattern, _TRIED.strftime(_DAY)), _form_of(schema) is not None
    return None if day == moment or fits(pattern, "a1") else "date" if day else "datetime"


def kind_shown(schema: JsonSchema) -> FieldKind | None:
    """Whether a text of which nothing else says so is a day or a moment, as all of its examples are."""
    shown = [text for text in (schema.get("example"), *(schema.get("examples") or ())) if text is not None]
    kinds = {next((kind for form, kind in _SHOWN if isinstance(text, str) and form.fullmatch(text)), None) for text in shown}
    found = kinds.pop() if len(kinds) == 1 else None
    return "date" if found == "date" else "datetime" if found and _form_of(schema) else None


def admits_days(schema: JsonSchema) -> bool:
    """Whether a text may be as short as a day."""
    least = schema.get("minLength")
    return not isinstance(least, int) or least <= len(_TRIED.strftime(_DAY))


def spelling_of(schema: JsonSchema) -> str | None:
    """How a document writes moments, for ``strftime``, where that is not the usual way."""
    form = _form_of(schema)
    return None if form == _USUAL else form


def _form_of(schema: JsonSchema) -> str | None:
    """The first form that a schema admits."""
    pattern, least, most = schema.get("pattern"), schema.get("minLength"), schema.get("maxLength")
    for form in _FORMS:
        text = _TRIED.strftime(form)
        short = isinstance(least, int) and len(text) < least
        long = isinstance(most, int) and len(text) > most
        if not short and not long and (not isinstance(pattern, str) or fits(pattern, text)):
            return form
    return None
