"""The shape of a request without its values: what must vary between conversations."""

import re
from collections.abc import Iterable

_SPACE = re.compile(r"\s+")


def skeleton(text: str, values: Iterable[str]) -> str:
    """A request with its values replaced by ``_``, in lower case.

    Args:
        text: the request.
        values: the texts of its spans; longer ones are replaced first.
    """
    for value in sorted({value for value in values if value}, key=lambda value: (-len(value), value)):
        text = text.replace(value, "_")
    return _SPACE.sub(" ", text).strip().lower()
