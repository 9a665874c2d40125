"""Planted defects: kinds of mistakes as operators over syntax trees, and what tells a mutant from its original.

Modules:
    outline, nodes: what operators read of a module, and what they are made of.
    writes, guards, selection, values, removal, hidden, declarations: the kinds, a group each.
    further: kinds that measure what the probes notice beyond these.
    kinds: all of them by name.
    planting: the places where a kind fits, and a module with the defect in it.
    runtime: the same in the code that modules run on.
    telling_apart: whether a caller sees a difference.
"""

from envfactory_assets.verification.mutations.kinds import BLOCKING, FURTHER, KINDS
from envfactory_assets.verification.mutations.planting import Defect, defects, of_each_kind, plant, shuffled_defects
from envfactory_assets.verification.mutations.telling_apart import Recording, differs, recorded

__all__ = [
    "BLOCKING",
    "FURTHER",
    "KINDS",
    "Defect",
    "Recording",
    "defects",
    "differs",
    "of_each_kind",
    "plant",
    "recorded",
    "shuffled_defects",
]
