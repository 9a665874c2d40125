"""All kinds of planted defects, by name."""

from collections.abc import Callable, Iterator

from envfactory_assets.verification.mutations import declarations, further, guards, hidden, removal, selection, values, writes
from envfactory_assets.verification.mutations.nodes import Change
from envfactory_assets.verification.mutations.outline import Site

Operator = Callable[[Site], Iterator[Change]]
"""What may take the place of a node: nothing, when the kind does not fit there."""

BLOCKING = frozenset(
    {
        *("read that writes", "row not kept", "removal left out", "rows repeated", "module-level state", "state in a default"),
        *("clock read", "hash-order dependence", "identity dependence"),
    }
)
"""Kinds of which none goes unnoticed: where one does, the environment cannot be told from one that has it."""

KINDS: dict[str, Operator] = {
    **writes.KINDS,
    **guards.KINDS,
    **selection.KINDS,
    **values.KINDS,
    **removal.KINDS,
    **declarations.KINDS,
    **hidden.KINDS,
}

FURTHER: dict[str, Operator] = dict(further.KINDS)
"""Kinds that no run plants: they measure how far the probes see beyond the others."""
