"""A path as steps: its nouns and parameters, and which of them names the thing, its key and the records around it."""

import re

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake, words
from envfactory_assets.synthesis.route import LINKS, Parent, key_words, stem_of_parameter

PARAMETER = re.compile(r"^\{\+?([^{}]+)\}$")
"""A part of a path that a parameter stands for."""
Step = tuple[str, bool]
"""A part of a path without marks, and whether it is a parameter."""
VERSION = re.compile(r"^v?\d+(\.\d+)*((p\d+)?(alpha|beta|preview|rc)\d*)?$")
"""A part of a path that says the version of the service."""
_BY_KEY = re.compile("id[A-Z]")
_FORMATS = {"json", "xml", "-"}
_FORMS = {("format",), ("ext",), ("extension",), ("content", "type"), ("media", "type"), ("mime", "type")}
_FORMAT = re.compile(r"\.(json|xml|txt|csv|ya?ml|\{\+?(format|ext|extension)\})$")


_FORM = re.compile(r"(?<=[^/{])\.?\{\+?([^{}]+)\}$")


def without_form(path: str) -> str:
    """A path without a parameter for the form of its answers that is written to its end: ``/profiles{mediaTypeExtension}``."""
    found = _FORM.search(path)
    said = words(found[1]) if found else ()
    return path[: found.start()] if found and (said[-1:] in _FORMS or said[-2:] in _FORMS) else path


def without_format(segment: str) -> str:
    """A part of a path without the form in which it is answered: ``records.json``, ``{id}.{format}``."""
    return _FORMAT.sub("", segment)


def steps_of(segments: list[str]) -> list[Step]:
    """The parts of a path that say something, without versions, formats and words around links."""
    steps: list[Step] = []
    for index, segment in enumerate(segments):
        match = PARAMETER.match(without_format(segment))
        if match:
            steps.append((match.group(1), True))
        elif segment in LINKS and not _stands_alone(segments, index):
            continue
        elif "{" not in (plain := without_format(segment)) and not (
            _is_noise(plain, segments[index + 1 :], first=not steps) or (steps and plain in _FORMATS)
        ):
            steps.append((plain, False))
    return [step for index, step in enumerate(steps) if not _says_by_what(steps, index)]


def _says_by_what(steps: list[Step], index: int) -> bool:
    """Whether a step only says which of a record's keys comes next: ``/users/by-email/{email}``, ``/countries/code/{countryCode}``."""
    if steps[index][1] or not 0 < index < len(steps) - 1 or steps[index - 1][1] or not steps[index + 1][1]:
        return False
    said = words(steps[index][0])
    if said[:1] in {("by",), ("from",)} or said[-1:] == ("for",):
        return len(said) > 1
    return snake(steps[index][0]) in key_words() and said[-1] == words(steps[index + 1][0])[-1]


def _stands_alone(segments: list[str], index: int) -> bool:
    """Whether ``relationships`` are things themselves: what is tied to a record follows the word, and the record stands before it."""
    around = segments[index - 1 : index + 2]
    return segments[index] == "relationships" and (index == 0 or len(around) < 3 or "{" not in around[0] or "{" in around[2])


def _is_noise(segment: str, after: list[str], *, first: bool) -> bool:
    """Whether a part of a path says nothing: a version, or a word before all things; ``services`` before a key, or alone, are things."""
    stands = is_plural(segment) and (not after or "{" in after[0])
    return bool(VERSION.match(segment)) or (first and segment.lower() in lexicon().path_noise and not stands)


def walk(steps: list[Step]) -> tuple[list[Parent], str | None, str | None]:
    """Pairs of a noun and its parameter; the last noun is the thing, its parameter (if any) the key."""
    parents: list[Parent] = []
    thing: str | None = None
    key: str | None = None
    parts_of_all = False  # what follows the thing may say which of its records are meant
    for text, is_parameter in steps:
        if not is_parameter:
            if thing is not None and key is not None:
                parents.append(Parent(thing, key))
            if not (parts_of_all and key is None and _is_subset(text)):
                thing, key = noun_of(text), None
                parts_of_all = is_plural(text)
        elif thing is None:
            parents.append(Parent(noun(re.sub(r"_?(id|gid|sid|uuid|slug|key)$", "", "_".join(words(text)))) or "scope", text))
        else:
            if key is not None:
                parents.append(Parent(stem_of_parameter(key) or thing, key))
            key = text
    return parents, thing, key


def _is_subset(segment: str) -> bool:
    """Whether a path part says which of the records before it are meant: ``/orders/selling``, ``/tasks/running/{id}``."""
    return "_".join(words(segment)) in lexicon().subset_words


def noun_of(segment: str) -> str:
    """A path part's noun: ``idMembers`` is member, ``itemsByOwner`` item."""
    parts = words(segment)
    if len(parts) > 2 and "by" in parts[1:-1]:
        parts = parts[: parts.index("by", 1)]
    if len(parts) > 1 and _BY_KEY.match(segment):
        parts = parts[1:]
    return noun("_".join(parts))


def is_plural(segment: str) -> bool:
    """Whether a path part is called after several things."""
    return noun(segment) != "_".join(words(segment))
