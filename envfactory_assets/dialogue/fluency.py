"""How well a request reads: faults of its English, and how near it comes to what people's requests are like."""

import math
import re
from collections import Counter
from functools import lru_cache
from random import Random

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.persona import Persona
from envfactory_assets.dialogue.phrases import Phrase

_WORD = re.compile(r"[\w'\u2019-]+")
_QUOTED = re.compile(r'"[^"]*"')
_TWICE = re.compile(r"\b(\w+) \1\b", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(a|an|the|my|our) (a|an|the|my|our|its)\b", re.IGNORECASE)
_A_VOWEL = re.compile(r"\ba (?=[aeio]|u(?!ni|se|sa|r[il]|ti))(?!one|eu)\w", re.IGNORECASE)
_AN_CONSONANT = re.compile(r"\ban (?=[bcdfgjklmnpqrstvwxyz])(?!hour|honest|[A-Z]{2})\w")
_PUNCTUATION = re.compile(r"[.?!,;:] ?[.,;?!]|\s[.,;?!]|  ")
_OF_IT = re.compile(
    r"\bthe [\w ]+ of it\b|\bof it of\b|\bof it for\b|\b\w+s of it\b|\bof of\b|\bfor for\b|\bwith with\b|\bto to\b", re.IGNORECASE
)
_FOR_FOR = re.compile(r"\bfor (?:the|that|my|\"|[A-Z])[^.?!,;]{2,45}? for (?:the|that|my|\"|[A-Z]|\w+ [A-Z])")
_IT_AMID = re.compile(
    r"\b(?:for|in|of|on|to|under) it (?:with|for|in|of|from|called|named|titled|described|dated|saying|due|marked|priced|using)\b"
)
_WHOSE_WITH = re.compile(r"\bwhose [^.?!,;]{3,60}? (?:with|under|of|in|for|on) (?:the|a|an|that|account) ")
_AND_CALLED = re.compile(r"\b(called|named|titled)\b[^.?!,]*\b(called|named|titled)\b")
_OF = re.compile(r"\b(the|that|its) [\w' -]{2,40}? of (the|my|our|that|its|\")")
_HOP = r"\b(?:of|for|in|on|from|under) (?:the|that|my|\")"
_CHAIN = re.compile(rf"{_HOP} ?[^.?!,;\"]{{2,45}}? {_HOP} ?[^.?!,;\"]{{2,45}}? {_HOP}")
_TWO_HOPS = re.compile(
    r"\b(?:of|for|from|under|on|to) (?:the|that|this|my|its)\b(?: [\w'\u2019/&.-]+){1,6}?"
    r" (?:of|for) the (?!same\b)"
)
_WITH_WITH = re.compile(r"\bwith (?:(?! and |[.?!;]).)+ with \b")
_WHOSE_AMID = re.compile(r"\bwhose [\w ]+ is [^.?!,;]+? (?:to|and the|into|as|from|with|read|created|due|starting|ending|dated|for) ")
_SAME_TWICE = re.compile(r"\b(?:that|the same) ((?!one)[a-z]+)\b[^.?!]* (?:that|the same) \1\b")
_KIND_TWICE = re.compile(r"\b(\w{4,}?)s? (?:in|of|for|on) (?:the|that) (?:same )?\1s?\b", re.IGNORECASE)
_IN_IN = re.compile(r"\bin (?:the|that|my) [^.?!,;]{3,60}? in (?:the|that|my|it)\b")
_UNDER_UNDER = re.compile(r"\bunder [^.?!,;]{3,80}? under\b")
_SETS = r"(?:use|set|put|make|go with|pick)\b"
_THREE_SETTINGS = re.compile(rf"\b{_SETS}[^.?!,]*, {_SETS}[^.?!]*? and {_SETS}|(?: as the [^.?!]*){{3}}", re.IGNORECASE)
_MARK_AFTER_NAME = re.compile(
    r"\bthe (?:[\w-]+ ){1,3}(?:called )?\"x\" "
    r"(?:marked as|whose|in the state|of type|with the status|triggered|created|sent|published|updated) "
)
_TIME_AFTER_CLAUSE = re.compile(
    r"\bwhen [^.?!,;]{3,60} (?:starts|begins|ends|arrives|leaves|lands|departs) (?:ending|starting|until|from|and|on|with)\b"
)
_STATE_IN_NAME = re.compile(r"\b(\w{4,})ed (?:\w+ ){0,3}\1s?\b")  # "the requested time off request"
_ALREADY_SO = re.compile(r"\b(\w{4,}) (?:[a-z]+ ){0,5}\1e?d\b", re.IGNORECASE)  # "reserve both of the reserved appointments"
_OVER_YET_TO_COME = re.compile(
    r"\b(?:leaving|arriving|starting|ending|expiring|departing|beginning) (?:(?:about |around )?(?:\w+ ){1,3}ago|yesterday|last \w+)\b"
)
_STATE_AND_MARK = re.compile(
    r"\bwith the status [\w-]+ (?:\w+ed|made|written|due|starting|ending) (?:on|in|at|by|today|yesterday|last|next|this|about)\b"
)
_LINK = re.compile(r"\b(?:of|for|in|on|with|to|from|as|called|named|titled|whose|that) (?=(?:the|a|an|that|my) |\"|[A-Z0-9])")
_RELATIVE = re.compile(r"\b(whose|which is|that is|that are|that mention|where the)\b")
_VALUE = re.compile(r"\d|^[A-Z](?!$|\')")
_NAMES = re.compile(r"\b(?:[A-Z]\w*|\d[\w:]*)(?: (?:[A-Z]\w*|\d[\w:]*))+")
_OPENING = 3  # words by which a sentence is known again
_SO_MANY = 6  # words in a row that nobody says twice
_MOST_WITHS = 2  # in one sentence
_NAME_IN_NAME = re.compile(r"\b([A-Z]\w+) with the (?:\w+ ){1,3}\1\b")
_END_FIRST = re.compile(r"\b(?:until|ending|leaving) [^.?!]{3,40} (?:arriving|starting|beginning) when\b")
_PLEASE = re.compile(r"\bplease\b", re.IGNORECASE)
_MEANT_TWICE = {"that", "had", "bye", "night", "very", "so", "hello", "knock"}


def faults(text: str) -> list[str]:
    """What is wrong with the English of a request, one line each; quoted words are not looked at."""
    return list(_faults(text))


@lru_cache(maxsize=64)
def _faults(text: str) -> tuple[str, ...]:
    bare = _QUOTED.sub('"x"', text)
    found = [f"{match.group(1)!r} stands twice" for match in _TWICE.finditer(bare) if match.group(1).lower() not in _MEANT_TWICE]
    spoken = bare.replace('"x"', "the thing")
    for pattern, problem in (
        (_ARTICLE, "two articles"),
        (_A_VOWEL, "a before a vowel"),
        (_AN_CONSONANT, "an before a consonant"),
        (_PUNCTUATION, "stray punctuation"),
        (_OF_IT, "two prepositions"),
        (_FOR_FOR, "for one thing for another"),
        (_IT_AMID, '"it" in the middle of a phrase'),
        (_WHOSE_WITH, "a clause and a phrase on one thing"),
        (_AND_CALLED, "named twice"),
        (_CHAIN, "a thing of a thing of a thing"),
        (_TWO_HOPS, "a thing of a thing of another"),
        (_WHOSE_AMID, "a clause in the middle"),
        (_WITH_WITH, "with this with that"),
        (_KIND_TWICE, "a thing of another of its kind"),
        (_SAME_TWICE, "that thing and that thing again"),
        (_OVER_YET_TO_COME, "what is over as if it were still to come"),
        (_STATE_AND_MARK, "a state and a mark after it"),
        (_STATE_IN_NAME, "a state in the words of its thing"),
        (_ALREADY_SO, "what is so already"),
        (_TIME_AFTER_CLAUSE, "more after what happens then"),
        (_IN_IN, "in this in that"),
        (_UNDER_UNDER, "under this under that"),
        (_THREE_SETTINGS, "setting after setting"),
        (_END_FIRST, "an end before a start"),
        (_NAME_IN_NAME, "a part of a name after the name"),
    ):
        found += [problem] if pattern.search(spoken) else []
    found += ["please, please"] if len(_PLEASE.findall(bare)) > 1 else []
    found += ["a name and a mark after it"] if _MARK_AFTER_NAME.search(bare) else []
    parts = re.split(r"[.?!;] ", bare)
    crowded = lexicon.words("profile")["sentence"]["most_links"]
    found += ["too much in one sentence"] if any(len(_LINK.findall(part)) > crowded for part in parts) else []
    found += ["with this, with that, with the other"] if any(part.split().count("with") > _MOST_WITHS for part in parts) else []
    longest = lexicon.words("profile")["sentence"]["most"]
    found += ["an endless sentence"] if any(len(_WORD.findall(part)) > longest for part in re.split(r"[.?!] ", text)) else []
    return tuple(found)


def repeats(text: str, earlier: list[str]) -> bool:
    """Whether a request describes something, with its values, in as many words as an earlier one did."""
    runs = {run for run in _runs(_in_one(text), _SO_MANY, folded=False) if any(_VALUE.search(word) for word in run[1:])}
    return any(runs & _runs(_in_one(other), _SO_MANY, folded=False) for other in earlier)


def _in_one(text: str) -> str:
    """A text whose names, dates and quotations are one word each."""
    bare = _QUOTED.sub(lambda match: re.sub(r"\W+", "_", f"X{match.group()}"), text)
    return _NAMES.sub(lambda match: match.group().replace(" ", "_"), bare)


def awkwardness(text: str) -> float:
    """How much a request is nested: what is heavy without being wrong."""
    bare = _QUOTED.sub('"x"', text)
    lower = bare.lower()
    words = _WORD.findall(lower)
    of = max(0, len(_OF.findall(bare)) - 1)
    relative = max(0, len(_RELATIVE.findall(lower)) - 1)
    withs = max(0, words.count("with") - 2)
    fors = max(0, max((part.split().count("for") for part in re.split(r"[.?!]", lower)), default=0) - 2)
    return of + relative + withs * 0.5 + fors + max(0, words.count("and") - 3) * 0.5


def cost(phrase: Phrase, wanted_words: float, earlier: list[str]) -> float:
    """What speaks against a version of a request: 0 is perfect.

    Args:
        phrase: the version.
        wanted_words: how long such a request usually is.
        earlier: the requests before it.
    """
    text = phrase.text
    profile = lexicon.words("profile")
    costs = profile["costs"]
    words = [word.lower() for word in _WORD.findall(text)]
    off = abs(len(words) - wanted_words) * costs["word"] + max(0, len(words) - profile["words"]["most"]) * 2
    content = Counter(word for word in words if len(word) > 4)
    repeated = sum(times - 1 for times in content.values() if times > 1)
    openings = sum(_opening(text) == _opening(other) for other in earlier)
    echoes = sum(len(_runs(text) & _runs(other)) for other in earlier)
    topics = _has_topic(text) and any(map(_has_topic, earlier))
    sentences = sum(len(_sentence_openings(text) & _sentence_openings(other)) for other in earlier)
    return float(
        off
        + len(faults(text)) * costs["fault"]
        + awkwardness(text) * costs["awkward"]
        + repeated * costs["repeated_word"]
        + (openings + topics) * costs["same_opening"]
        + echoes * costs["same_run"]
        + sentences * costs["same_sentence"]
    )


def wanted_words(persona: Persona, rng: Random) -> float:
    """How many words one request of a person should have: around the person's own average, and skewed as lengths are."""
    profile = lexicon.words("profile")["words"]
    drawn = persona.words * math.exp(rng.gauss(0.0, profile["spread"]))
    return float(min(max(drawn, profile["least"]), 0.8 * profile["most"]))


def _opening(text: str) -> tuple[str, ...]:
    return tuple(text.lower().split()[:2])


@lru_cache(maxsize=64)
def _has_topic(text: str) -> bool:
    """Whether a request says first what it is about: "I'm looking at ..."."""
    return any(frame.partition("{")[0] in text for frame in lexicon.words("sentences")["topics"])


@lru_cache(maxsize=64)
def _sentence_openings(text: str) -> frozenset[tuple[str, ...]]:
    """The first three words of each sentence: "I'm looking at" is said once in a talk."""
    firsts = (tuple(_WORD.findall(part.lower())[:_OPENING]) for part in re.split(r"[.?!;:,] ", text))
    return frozenset(first for first in firsts if len(first) == _OPENING)


@lru_cache(maxsize=256)
def _runs(text: str, length: int = 3, *, folded: bool = True) -> frozenset[tuple[str, ...]]:
    """All runs of some words within one sentence."""
    found: set[tuple[str, ...]] = set()
    for part in re.split(r"[.?!;] ", text):
        words = _WORD.findall(part.lower() if folded else part)
        found |= {tuple(words[start : start + length]) for start in range(len(words) - length + 1)}
    return frozenset(found)
