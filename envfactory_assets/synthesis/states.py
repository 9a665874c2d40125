"""States that a document names only by the verbs that lead to them: a status without a list of values."""

from collections.abc import Iterable

from envfactory_assets.synthesis.lexicon import TransitionWords, lexicon
from envfactory_assets.synthesis.names import snake
from envfactory_assets.synthesis.plan import STATUS, EntityPlan, FieldPlan
from envfactory_assets.synthesis.transitions import bind_move

_USUAL = "active"


def infer_states(entity: EntityPlan, verbs: Iterable[str]) -> None:
    """Give a status that is plain text the states its verbs lead to and start from; nothing when a verb binds without.

    Args:
        entity: the record type; its status field is changed in place.
        verbs: the last words of the paths that act on its records.
    """
    known = {verb: lexicon().transitions[verb] for verb in sorted(set(verbs)) if verb in lexicon().transitions}
    moving = {verb: words for verb, words in known.items() if words.values and isinstance(bind_move(verb, entity), str)}
    field = _plain_status(entity)
    if field is None or not moving:
        return
    reached = list(dict.fromkeys(target for words in moving.values() if (target := _target(words, field)) is not None))
    field.kind, field.grounding = "enum", "inferred"
    field.enum = tuple(dict.fromkeys([_first_state(moving.values(), reached), *reached]))


def _plain_status(entity: EntityPlan) -> FieldPlan | None:
    """The best-named status field that holds text."""
    texts = {snake(f.wire): f for f in entity.fields if f.kind == "text" and not f.schema.get("enum")}
    return next((texts[name] for name in STATUS if name in texts), None)


def _target(words: TransitionWords, field: FieldPlan) -> str | None:
    """What a verb leads to, spelt as the document's examples are."""
    shouted = any(isinstance(value, str) and value.isupper() for value in (field.schema.get("default"), *field.schema.get("examples", ())))
    return words.values[0].upper() if shouted else words.values[0]


def _first_state(moving: Iterable[TransitionWords], reached: list[str]) -> str:
    """Where a fresh record starts: in a state that its verbs start from and none leads to."""
    starts = [source for words in moving for source in words.sources]
    plain = {state.lower() for state in reached}
    found = next((state for state in starts if state in lexicon().initial_values and state not in plain), _USUAL)
    return found.upper() if reached and reached[0].isupper() else found
