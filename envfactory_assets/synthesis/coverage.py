"""What a domain has and what it lacks - record types, effects, links - and which document fills most of what is lacking."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from envfactory_assets.corpus.configuration import Domain
from envfactory_assets.records import DomainCoverage, Produced, Resource, ResourceInference
from envfactory_assets.records.resources import CoverageKind

GAP_WEIGHT = 0.05
"""How much filling one whole gap counts beside a document's score, which is at most 1."""
_EXPECTED, _OTHER = 1.0, 0.15
_EFFECT = 0.5
_ACTION, _ENOUGH_ACTIONS = 3.0, 4  # a family of typed effects, and of how many more do not count
_LACK = 0.5  # what it takes from a score that an environment of the document would offer too little in one respect
LEAST_LINKS, LEAST_FILTERS, LEAST_ACTIONS = 2, 1, 2
"""What a document must bring so that its environment can be promoted."""
FAMILIES = ("create", "get", "list", "search", "update", "delete")


@dataclass(frozen=True, slots=True)
class Offer:
    """What one document would bring.

    Attributes:
        name: names the document.
        score: how good it is, 0 to 1.
        things: the nouns of its records.
        effects: ``family:record``, or a verb.
        links: ``from->to``.
        actions: families of typed effects.
        filters: how many arguments of its lists choose records.
    """

    name: str
    score: float
    things: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    filters: int = 0


class Expectations:
    """What a domain should have, under the names it uses itself."""

    def __init__(self, domain: Domain) -> None:
        self._named = {name: name for name in domain.things}
        for name, thing in domain.things.items():
            self._named |= {other: self._named.get(other, name) for other in thing.also}
        self.things = tuple(domain.things)
        self.links = tuple(dict.fromkeys(f"{name}->{self.named(to)}" for name, thing in domain.things.items() for to in thing.links))

    def named(self, noun: str) -> str:
        """The domain's own name of a noun: ``sales_order`` is its order; the noun itself when it has none."""
        parts = noun.split("_")
        return next((self._named[tail] for start in range(len(parts)) if (tail := "_".join(parts[start:])) in self._named), noun)

    def of(self, offer: Offer) -> tuple[set[str], set[str], set[str]]:
        """The things, effects and links of an offer under the domain's names."""
        things = {self.named(thing) for thing in offer.things}
        links = {"->".join(self.named(end) for end in link.split("->")) for link in offer.links}
        return things, set(offer.effects), links


def order_by_gaps(offers: Sequence[Offer], domain: Domain) -> list[str]:
    """The names of the offers in the order in which they are best taken: each time the one with the best score and most gaps filled.

    What the domain has already counts less each time it comes again, and what it expects counts more than what it does not. An
    environment without cause and effect teaches little, so typed effects count whatever the others bring; one that offers too little is
    not promoted, so what lacks something comes late.
    """
    expected = Expectations(domain)
    brought = {offer.name: expected.of(offer) for offer in offers}
    had: Counter[str] = Counter()
    waiting = sorted(offers, key=lambda offer: offer.name)
    order: list[str] = []
    while waiting:
        best = max(waiting, key=lambda offer: _worth(offer, _gain(brought[offer.name], expected, had)))
        waiting.remove(best)
        order.append(best.name)
        things, effects, links = brought[best.name]
        had.update([*things, *effects, *links])
    return order


def _worth(offer: Offer, gain: float) -> float:
    worth = offer.score + GAP_WEIGHT * (gain + _ACTION * min(len(offer.actions), _ENOUGH_ACTIONS))
    return worth - _LACK * sum((len(offer.links) < LEAST_LINKS, offer.filters < LEAST_FILTERS, len(offer.actions) < LEAST_ACTIONS))


def _gain(brought: tuple[set[str], set[str], set[str]], expected: Expectations, had: Counter[str]) -> float:
    things, effects, links = brought
    gain = sum((_EXPECTED if thing in expected.things else _OTHER) / (1 + had[thing]) for thing in sorted(things))
    gain += sum(_EFFECT / (1 + had[effect]) for effect in sorted(effects))
    return gain + sum((_EXPECTED if link in expected.links else _OTHER) / (1 + had[link]) for link in sorted(links))


def offered(resource: Resource, understood: Sequence[ResourceInference]) -> Offer:
    """What a resource brings, from what is understood of it."""
    by_kind = {kind: [row for row in understood if row.kind == kind] for kind in ("entity", "effect", "link")}
    return Offer(
        resource.resource_id,
        resource.score,
        things=tuple(row.subject for row in by_kind["entity"]),
        effects=tuple(sorted({row.value.split(" ")[0] for row in by_kind["effect"]})),
        links=tuple(sorted({f"{row.subject.split('.')[0]}->{row.value.removeprefix('list of ')}" for row in by_kind["link"]})),
    )


def covered(name: str, domain: Domain, offers: Sequence[Offer]) -> Produced:
    """The coverage of a domain as rows."""
    return Produced(tuple(coverage_of(name, domain, offers)))


def coverage_of(name: str, domain: Domain, offers: Sequence[Offer]) -> list[DomainCoverage]:
    """One row for everything a domain has, and for everything it should have and lacks.

    Args:
        name: the domain's name.
        domain: what it should have.
        offers: the documents it took.
    """
    expected = Expectations(domain)
    had: dict[CoverageKind, Counter[str]] = {"thing": Counter(), "effect": Counter(), "link": Counter()}
    examples: dict[tuple[str, str], list[str]] = {}
    for offer in sorted(offers, key=lambda offer: offer.name):
        for kind, names in zip(had, expected.of(offer), strict=True):
            had[kind].update(names)
            for each in names:
                examples.setdefault((kind, each), []).append(offer.name)
    wanted: dict[CoverageKind, tuple[str, ...]] = {"thing": expected.things, "effect": FAMILIES, "link": expected.links}
    return [
        DomainCoverage(
            domain=name,
            kind=kind,
            name=each,
            expected=each in wanted[kind],
            resources=counted[each],
            examples=examples.get((kind, each), [])[:5],
        )
        for kind, counted in had.items()
        for each in sorted({*counted, *wanted[kind]})
    ]
