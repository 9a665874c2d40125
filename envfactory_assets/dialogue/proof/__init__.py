"""The independent solvability checker: it shares no code with the generator and recomputes everything by replaying the episode.

Modules:
    reading: what the words of a request say, as values.
    watching: what the caller can observe, and which records some predicates select.
    solving: a blind solver that knows the predicates and the tools.
    kinds: what kinds of conversation claim beyond their calls.
    checker: ``prove``, which asks them all.
"""

from envfactory_assets.dialogue.proof.checker import prove

__all__ = ["prove"]
