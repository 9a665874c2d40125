"""The places in a module where a kind of defect fits, and the module with the defect in it."""

import ast
import difflib
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from envfactory_assets.verification.mutations.kinds import FURTHER, KINDS, Operator
from envfactory_assets.verification.mutations.nodes import Change
from envfactory_assets.verification.mutations.outline import Site, sites

_ALL = {**KINDS, **FURTHER}


@dataclass(frozen=True)
class Defect:
    """One way to plant one kind of defect at one place.

    Attributes:
        kind: its name in ``KINDS``.
        place: the node, counted in the order of ``ast.walk``.
        variant: which of the operator's changes of that node.
        line: where it is in the source.
    """

    kind: str
    place: int
    variant: int
    line: int

    @property
    def name(self) -> str:
        """What plants the same defect again."""
        return f"{self.kind}, place {self.place}, variant {self.variant}"


def defects(source: str) -> Iterator[Defect]:
    """Every defect that can be planted in a module."""
    for place, site in sites(ast.parse(source)):
        for kind, operator in KINDS.items():
            for variant, _ in enumerate(operator(site)):
                yield Defect(kind, place, variant, getattr(site.node, "lineno", 1))


def shuffled_defects(source: str, seed: int, among: Mapping[str, Operator] = KINDS) -> Iterator[Defect]:
    """The defects that can be planted in a module, in a random order, each kind in turn; worked out one by one."""
    rng = random.Random(seed)  # noqa: S311 - choices, no secrets
    places = list(sites(ast.parse(source)))
    kinds = rng.sample(sorted(among), len(among))
    waiting = [_of_kind(kind, rng.sample(places, len(places))) for kind in kinds]
    while waiting:
        for same in list(waiting):
            defect = next(same, None)
            if defect is not None:
                yield defect
            else:
                waiting.remove(same)


def of_each_kind(source: str, seed: int, most: int, among: Mapping[str, Operator] = KINDS) -> Iterator[Defect]:
    """The whole set: of each kind so many defects as there are places for, in a random order."""
    counts: Counter[str] = Counter()
    for defect in shuffled_defects(source, seed, among):
        counts[defect.kind] += 1
        if counts[defect.kind] <= most:
            yield defect


def _of_kind(kind: str, places: list[tuple[int, Site]]) -> Iterator[Defect]:
    for place, site in places:
        for variant, _ in enumerate(_ALL[kind](site)):
            yield Defect(kind, place, variant, getattr(site.node, "lineno", 1))


def plant(source: str, defect: Defect) -> tuple[str, str]:
    """The source with a defect in it, and the difference as a diff."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    site = next(site for place, site in sites(tree) if place == defect.place)
    change = next(islice(_ALL[defect.kind](site), defect.variant, None))
    after = ast.unparse(swapped(tree, site, change))
    return after, diff_of(before, after)


def diff_of(before: str, after: str) -> str:
    """The difference between two texts."""
    return "\n".join(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=1))


def swapped(tree: ast.Module, site: Site, change: Change) -> ast.Module:
    """The tree with a site's node replaced."""
    if callable(change):
        return ast.fix_missing_locations(change())
    _Swap(site.node, change).visit(tree)
    return ast.fix_missing_locations(tree)


class _Swap(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.AST | list[ast.stmt]) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST | list[ast.stmt]:
        return self._new if node is self._old else self.generic_visit(node)
