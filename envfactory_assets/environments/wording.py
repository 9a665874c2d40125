"""How names read in a sentence."""

import re
from typing import Any


def spoken(entity: Any) -> str:
    """An entity, or its name, in words: ``OrderLine`` is "order line"."""
    name = entity if isinstance(entity, str) else entity.__name__
    return "".join(" " + letter.lower() if letter.isupper() else letter for letter in name).strip()


def article(thing: str) -> str:
    """A thing with its article: "an order"."""
    return f"{'an' if thing[:1] in 'aeio' else 'a'} {thing}"


def words(value: Any) -> str:
    """A stored value or a field's name in words: ``checked_in`` is "checked in", ``starts_at`` the "starts time"."""
    return re.sub(r" at$", " time", str(value).replace("_", " ").lower())


def flag_words(field: str) -> str:
    """What a flag says: ``is_archived``, ``archived_at`` and ``archived_status`` are "archived", ``user_has_liked`` "liked"."""
    return re.sub(r"^(?:(?:current )?user )?(?:is|has been|has|date) | (?:on|date|time|date time|status)$", "", words(field))


def shown(value: object) -> str:
    """A value as an error repeats it: short, whatever was given."""
    text = repr(value[:80] if isinstance(value, str) else value)
    return text if len(text) <= 60 else text[:57] + "..."
