"""The life of a record: from each of its states those that an update may move it to, as the document and the words for the states say.

Where a document says which states lead where, that is so and nothing else is. Most show the states and not the moves between them. Some
follow from what the words mean: nothing takes back a cancellation, nothing is a draft again once it is agreed on, and nobody says himself
that something is overdue. Every other move is open: what a request lists can be set. Where the words alone would refuse some of several
states, and no word of the document does, nothing is bound.
"""

from functools import cache

from envfactory_assets.corpus.lives import Life
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import FieldPlan

_FEWEST_STATES = 2
_AGREED = 2  # how far what is agreed on has come
_Moves = tuple[tuple[str, tuple[str, ...]], ...]


def life_of(status: FieldPlan, settable: frozenset[str] | None = None, told: Life | None = None, *, payment: bool = False) -> _Moves:
    """From each state those it may move to; nothing when nothing tells, a value is not known as a state, or none leads anywhere.

    Args:
        status: the field with its values.
        settable: the values that the request lists for itself; None when it lists none of its own, and then those that services find out
            themselves are not set.
        told: what the document says of the moves.
        payment: whether it is of a payment, which is called off also when it is paid.
    """
    life = _meant(status, settable, told, payment=payment)
    return life if (told and told.leads) or _is_known(life, set(plain_states(status.enum).values())) else ()


def has_moves(status: FieldPlan) -> bool:
    """Whether the values of a status, by what they mean, lead one to another."""
    return bool(_meant(status, None, None))


def _meant(status: FieldPlan, settable: frozenset[str] | None, told: Life | None, *, payment: bool = False) -> _Moves:
    """What is said of the moves, and where nothing is what the words for the states mean."""
    plain = plain_states(status.enum)
    states = {said for said in plain.values() if not is_unsaid(said)}
    leading = told is not None and told.leads
    if len(states) < _FEWEST_STATES or not (leading or states <= _known_states()) or (_is_in_two_orders(states) and not leading):
        return ()
    ends = {
        value: said
        for value, said in plain.items()
        if said in states and (value in settable if settable is not None else said not in lexicon().derived_states)
    }
    left_alone = lexicon().derived_states if settable is None else frozenset()
    life = []
    for value, said in plain.items():
        after = [
            end
            for end, then in ends.items()
            if end != value and (_leads_on(said, then, states, left_alone) or (payment and _calls_off(said, then)))
        ]
        life.append((value, told.narrowed(value, after, ends) if told else tuple(after)))
    leads = any(after for value, after in life if plain[value] in states)
    return tuple(life) if leads and not _is_free(life, len(states)) else ()


def _is_known(life: _Moves, states: set[str]) -> bool:
    """Whether the values alone tell the moves: of two states, of what is deleted or voided, of what can be set from anywhere."""
    states = {state for state in states if not is_unsaid(state)}
    ends = {end for _, after in life for end in after}
    return len(states) == _FEWEST_STATES or _has_both_ends(states) or all(ends - {value} <= set(after) for value, after in life)


def _calls_off(state: str, end: str) -> bool:
    """Whether a payment that is not called off yet is so afterwards."""
    return end in lexicon().undone_values | {"deleted"} and state not in lexicon().irrevocable_values - {"paid"}


def _is_free(life: list[tuple[str, tuple[str, ...]]], states: int) -> bool:
    """Whether any of several states may follow any other, so that a record may be overwritten at will; two states are a flag with words."""
    ends = {end for _, after in life for end in after}
    return len(ends) == states > _FEWEST_STATES and all(ends - {value} <= set(after) for value, after in life)


def _leads_on(state: str, end: str, states: set[str], left_alone: frozenset[str]) -> bool:
    """Whether a record in a state may be moved to another; one of which nothing is said to any."""
    if _is_over(state, states) or is_unsaid(end):
        return False
    if is_unsaid(state):
        return True
    if state in left_alone and not _is_over(end, states):
        return False
    if end in lexicon().undone_values and (state in lexicon().ended_states or _is_deleted_instead(state, states)):
        return False
    if end == "deleted" and _is_undone_instead(state, states):
        return False
    begun, back = _place(state), lexicon().fresh_states.get(end)
    return back is None or begun is None or begun < _AGREED or bool(states & set(back))


def _is_deleted_instead(state: str, states: set[str]) -> bool:
    """Whether what is not agreed on yet is deleted, where only what is can be voided."""
    begun = _place(state)
    return _has_both_ends(states) and begun is not None and begun < _AGREED


def _is_undone_instead(state: str, states: set[str]) -> bool:
    """Whether what is agreed on is voided, where only what is not can be deleted."""
    begun = _place(state)
    return _has_both_ends(states) and begun is not None and begun >= _AGREED


def _has_both_ends(states: set[str]) -> bool:
    return "deleted" in states and bool(states & {"void", "voided"})


def _place(state: str) -> int | None:
    """How far a state is on the way from fresh to done; None of one that is on no way."""
    return next((place for place, states in enumerate(lexicon().progress_states) if state in states), None)


def _is_in_two_orders(states: set[str]) -> bool:
    """Whether records are both worked on and asked for leave, so that nothing says which comes first."""
    return bool(states & lexicon().progress_states[-2]) and bool(states & lexicon().answer_states)


def plain_states(enum: tuple[str, ...]) -> dict[str, str]:
    """The values of a status in snake case, without the words that all of them begin with: ``STATE_ACTIVE`` is active."""
    spelt = {value: words(value) for value in enum}
    shared = 0
    while len(enum) > 1 and all(len(said) > shared + 1 for said in spelt.values()) and len({said[shared] for said in spelt.values()}) == 1:
        shared += 1
    return {value: "_".join(said[shared:]) or snake(value) for value, said in spelt.items()}


@cache
def _known_states() -> frozenset[str]:
    """Every word for a state that verbs lead to or that records begin or end in."""
    led_to = {value for verb in lexicon().transitions.values() for value in (*verb.values, *verb.sources)}
    known = {*led_to, *lexicon().initial_values, *lexicon().final_values, *lexicon().irrevocable_values, *lexicon().ended_states}
    known = known.union(*lexicon().progress_states, lexicon().answer_states, lexicon().derived_states, lexicon().standing_states)
    known |= lexicon().over_values | lexicon().sealed_values | lexicon().shut_values
    return frozenset(known - lexicon().unsaid_states - {"on", "off"})


def is_unsaid(state: str) -> bool:
    """Whether a value says nothing of a state: ``STATE_UNSPECIFIED``."""
    return state in lexicon().unsaid_states or state.rpartition("_")[2] in {"unspecified", "unknown", "undefined"}


def _is_over(state: str, others: set[str]) -> bool:
    """Whether nothing takes a state back."""
    return state in lexicon().irrevocable_values and not (state == "paid" and others & lexicon().undoing_states)
