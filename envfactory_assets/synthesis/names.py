"""Words and names: splitting, number, and identifiers that Python accepts."""

import keyword
import re
from functools import cache
from typing import Literal

from envfactory_assets.synthesis import english
from envfactory_assets.synthesis.lexicon import lexicon

Naming = Literal["snake", "camel", "pascal"]
_PLURAL_ENDING = 2  # letters at most
_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_ACRONYMS = re.compile(r"(?<=[A-Z][A-Z])s(?![a-z])")  # several of what is spelt in capitals: ContactIDs, imageURLs
_OF_MODELS = ("schema", "json", "dict", "copy", "construct", "validate")  # what a record's class has already
_TAKEN = frozenset({"self", "me", "now", "today", "tools", "policy", "list", "str", "int", "float", "bool", "type", "Literal", *_OF_MODELS})


@cache
def words(name: str) -> tuple[str, ...]:
    """The lower-case words of a name in any style: ``photoURL`` is photo, url."""
    return tuple(part.lower() for part in _BOUNDARY.split(_ACRONYMS.sub("S", name)) if part)


@cache
def snake(name: str) -> str:
    """The name in snake case."""
    return "_".join(words(name))


def pascal(name: str) -> str:
    """The name as a class name."""
    joined = "".join(word.capitalize() for word in words(name))
    return f"N{joined}" if joined[:1].isdigit() else joined


def camel(name: str) -> str:
    """The name in camel case."""
    joined = pascal(name)
    return joined[:1].lower() + joined[1:]


@cache
def singular(word: str) -> str:
    """The singular of one English word."""
    known = lexicon().irregular_plurals
    if word in known:
        return known[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 2:
        return word[:-1]
    return word


@cache
def plural(word: str) -> str:
    """The plural of one English word, other than the word itself where English allows."""
    for many, one in lexicon().irregular_plurals.items():
        if one == word and many != word:
            return many
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith(("s", "x", "ch", "sh", "z")):
        return word + "es"
    return word + "s"


def told_plural(word: str) -> str:
    """The plural of one English word as people say it: several series are series."""
    return word if word in lexicon().unchanged_plurals else plural(word)


@cache
def noun(name: str) -> str:
    """A thing's name in snake case, its last word in the singular: ``orderItems`` is order_item."""
    parts = words(name)
    return "_".join((*parts[:-1], singular(parts[-1]))) if parts else ""


def is_longer(many: str, one: str) -> bool:
    """Whether a noun is another one with a letter or two more, as its plural may be in any language."""
    many, one = many.replace("_", ""), one.replace("_", "")
    return len(one) > _PLURAL_ENDING and many.startswith(one) and 0 < len(many) - len(one) <= _PLURAL_ENDING


def nouns(name: str) -> str:
    """The plural of a thing's name in snake case."""
    parts = noun(name).split("_")
    return "_".join((*parts[:-1], plural(parts[-1])))


def identifier(name: str) -> str:
    """A Python name for a field, parameter or method."""
    made = snake(name) or "value"
    if made[0].isdigit() or made.startswith("model_"):
        made = f"n_{made}" if made[0].isdigit() else f"the_{made}"
    return f"{made}_" if keyword.iskeyword(made) or made in _TAKEN else made


def plain(name: str) -> str:
    """The name as a caller may write it anywhere: letters, digits, ``_`` and ``-``; ``filter[name]`` is filter_name."""
    return name if _PLAIN.fullmatch(name) else re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:64] or "value"


def spoken(name: str) -> str:
    """A name as words in a sentence: ``order_item`` is "order item", and so is ``orderitem``."""
    return " ".join(english.apart(word) for word in words(name))


def article(phrase: str) -> str:
    """The phrase with the indefinite article its sound takes."""
    silent = phrase.startswith(("uni", "use", "eu", "uti", "one", "url"))
    return f"{'an' if phrase[:1] in 'aeiou' and not silent else 'a'} {phrase}"


def in_style(name: str, naming: Naming) -> str:
    """The name as the service would spell it."""
    if naming == "snake":
        return snake(name)
    return camel(name) if naming == "camel" else pascal(name)


def naming_of(names: list[str]) -> Naming:
    """The style most of the names are spelt in; a name of one lower-case word says nothing."""
    counts = {
        "snake": sum("_" in name and name == name.lower() for name in names),
        "camel": sum(name[:1].islower() and name != name.lower() and "_" not in name for name in names),
        "pascal": sum(name[:1].isupper() and not name.isupper() and "_" not in name for name in names),
    }
    best = max(counts.values())
    for naming in ("snake", "camel", "pascal"):
        if counts[naming] == best:
            return naming
    return "snake"
