"""Which domain a document belongs to: declared, else by its categories, else by its words; never guessed."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from envfactory_assets.corpus.configuration import Domain
from envfactory_assets.corpus.document import ApiDocument

How = Literal["declared", "categories", "keywords", "unassigned"]
LEAST_EVIDENCE = 5.0
"""Weight of the words that must speak for a domain."""
MARGIN = 1.5
"""How many times the evidence of the next domain it must be."""
_IN_TITLE, _IN_TAGS, _IN_PATHS = 3.0, 1.0, 1.0
_OFTEN = 0.1  # share of the paths in which a word must occur to count in full
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")


@dataclass(frozen=True, slots=True)
class Assignment:
    """The domain of a document, how it is known, and what speaks for each domain."""

    domain: str | None
    how: How
    evidence: dict[str, float] = field(default_factory=dict)  # domain -> weight, strongest first
    words: tuple[str, ...] = ()  # the categories or keywords that decided


def assign(document: ApiDocument, domains: Mapping[str, Domain], declared: str | None = None) -> Assignment:
    """Decide a document's domain.

    Its words speak for a domain when those of the domain weigh at least ``LEAST_EVIDENCE`` and ``MARGIN`` times those of any other; a
    word weighs more in the title than in tags, and in the paths by how many of them it occurs in. Its categories decide when they name
    exactly one domain and no other domain's words weigh more; the words decide when no category says otherwise.
    """
    if declared is not None:
        return Assignment(declared, "declared")
    named = {name: sorted(set(document.categories) & set(domain.categories)) for name, domain in domains.items()}
    fitting = [name for name, categories in named.items() if categories]
    evidence, words = _evidence(document, domains)
    spoken = _spoken_for(evidence)
    if len(fitting) == 1 and evidence.get(fitting[0], 0.0) >= max(evidence.values(), default=0.0):
        return Assignment(fitting[0], "categories", evidence, tuple(named[fitting[0]]))
    if spoken is not None and (not fitting or spoken in fitting):
        return Assignment(spoken, "keywords", evidence, words[spoken])
    return Assignment(None, "unassigned", evidence)


def _spoken_for(evidence: Mapping[str, float]) -> str | None:
    """The domain that the words speak for clearly."""
    ranked = list(evidence)
    if not ranked or evidence[ranked[0]] < LEAST_EVIDENCE:
        return None
    second = evidence[ranked[1]] if len(ranked) > 1 else 0.0
    return ranked[0] if evidence[ranked[0]] >= MARGIN * second else None


def _evidence(document: ApiDocument, domains: Mapping[str, Domain]) -> tuple[dict[str, float], dict[str, tuple[str, ...]]]:
    """The weight of the words that speak for each domain, strongest first, and those words."""
    weights = _weights(document)
    found: dict[str, float] = {}
    words: dict[str, tuple[str, ...]] = {}
    for name, domain in domains.items():
        spoken = {keyword: weights[stem] for keyword in domain.keywords if (stem := _stem(keyword)) in weights}
        found[name] = round(sum(spoken.values()), 3)
        words[name] = tuple(sorted(spoken, key=lambda keyword: (-spoken[keyword], keyword)))
    ranked = sorted((name for name in found if found[name]), key=lambda name: (-found[name], name))
    return {name: found[name] for name in ranked}, words


def _weights(document: ApiDocument) -> Counter[str]:
    weights: Counter[str] = Counter()
    for word in _stems(document.title):
        weights[word] += _IN_TITLE  # type: ignore[assignment]
    for word in {stem for operation in document.operations for tag in operation.tags for stem in _stems(tag)}:
        weights[word] += _IN_TAGS  # type: ignore[assignment]
    spoken = Counter(stem for operation in document.operations for stem in _stems(operation.path or operation.operation_id))
    for word, count in spoken.items():
        weights[word] += _IN_PATHS * min(1.0, count / len(document.operations) / _OFTEN)  # type: ignore[assignment]
    return weights


def _stems(text: str) -> set[str]:
    return {_stem(word) for word in _WORD.findall(text)}


def _stem(word: str) -> str:
    """A word without the ending of its plural."""
    low = word.lower()
    if low.endswith("ies") and len(low) > 4:
        return f"{low[:-3]}y"
    return low[:-1] if low.endswith("s") and not low.endswith("ss") and len(low) > 3 else low
