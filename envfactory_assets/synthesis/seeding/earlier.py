"""Which of two fields of a row comes first, by their names: the start before the end."""

import re

from envfactory_assets.synthesis.seeding.lexicon import Lexicon, snake

_RUN_TOGETHER = re.compile(r"(?:(?<=_)|^)(start|end|begin|finish)(date|time|datetime|at|on)(?=_|$)")  # "starttime"


def earlier(name: str, names: list[str], words: Lexicon) -> str | None:
    """The field of a row that a pair of words puts before this one: ``starts_at`` for ``ends_at``."""
    padded, *others = (f"_{_RUN_TOGETHER.sub(lambda met: '_'.join(met.groups()), snake(each))}_" for each in (name, *names))
    by_snake = dict(zip(others, names, strict=True))
    for first, second in words.pairs:
        if f"_{second}_" in padded:
            wanted = padded.replace(f"_{second}_", f"_{first}_", 1)
            found = by_snake.get(wanted) or next((o for s, o in by_snake.items() if wanted[:-1] in s and s.startswith(f"_{first}_")), None)
            if found and found != name:
                return found
    return None
