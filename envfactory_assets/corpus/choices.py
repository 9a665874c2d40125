"""The values of a text that only its description lists, such as: can be ACTIVE, BLOCKED or CANCELLED."""

import re
from itertools import takewhile

_FEWEST, _MOST = 2, 12
_LEAD = re.compile(
    r"\b(?:can (?:only )?be|may be|must be|either|one of|options(?: are)?"
    r"|(?:possible|valid|allowed|available|accepted|supported) \w+(?: are| include)?)"
    r"(?: (?:one of|either|set to))?(?: the following)?(?: values)?\s*:?\s*",
    re.IGNORECASE,
)
_VALUE = r"(?:`[\w-]+`|\"[\w-]+\"|'[\w-]+'|[A-Za-z][\w-]*)"
_LIST = re.compile(rf"{_VALUE}(?:\s*(?:,|\||/)\s*(?:(?:or|and)\s+)?{_VALUE}|\s+or\s+{_VALUE}|\s+and\s+{_VALUE})+")
_BRACKETED = re.compile(rf"\(({_LIST.pattern})\)")
_SPLIT = re.compile(r"\s*(?:,|\||/)\s*(?:(?:or|and)\s+)?|\s+(?:or|and)\s+")
_END = re.compile(r"\s*(?:[.;)](?:\s|$)|\n|$)")
_NO_VALUES = {"true", "false", "null", "none", "not", "the", "a", "an", "or", "and", "any", "other", "used", "set", "empty"}


def choices_in(description: object) -> tuple[str, ...]:
    """The values a description lists; none where it does not say so for certain.

    Values are sure when all are in capitals or in quotes; plain words only where the list ends with the sentence.
    """
    if not isinstance(description, str):
        return ()
    for lead in _LEAD.finditer(description):
        told = _LIST.match(description, lead.end())
        if told is not None and (values := _values(told[0], ended=_END.match(description, told.end()) is not None)):
            return values
    bracketed = (_values(told[1], ended=False) for told in _BRACKETED.finditer(description))
    return next((values for values in bracketed if values), ())


def _values(listed: str, *, ended: bool) -> tuple[str, ...]:
    spelt = [part for part in _SPLIT.split(listed) if part]
    sure = list(takewhile(lambda part: part[0] in "`\"'" or part.isupper(), spelt))
    plain = ended and all(part[0] in "`\"'" or part.islower() or "_" in part for part in spelt)
    values = tuple(dict.fromkeys(part.strip("`\"'") for part in (sure if len(sure) >= _FEWEST else spelt if plain else ())))
    fitting = _FEWEST <= len(values) <= _MOST and not {value.lower() for value in values} & _NO_VALUES
    return values if fitting and not any(value.isdigit() for value in values) else ()
