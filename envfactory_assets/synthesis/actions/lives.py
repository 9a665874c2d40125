"""The life of a record: from each of its states those that an update may move it to, as the words for the states say.

A document shows the states and not the moves between them. Some follow from what the words mean: nothing takes back a cancellation,
nothing is new again, what is under way is not pending any more, and nobody says himself that something is overdue.
"""

from functools import cache

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import FieldPlan

_FEWEST_STATES = 2
_ASKED = 1  # how far what is answered has come


def life_of(status: FieldPlan, settable: frozenset[str] | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """From each state those it may move to; nothing when a value is not known as a state, or none leads anywhere.

    Args:
        status: the field with its values.
        settable: the values that the request lists; None when it takes any, and then those that services find out themselves are not set.
    """
    plain = {value: said for value, said in plain_states(status.enum).items() if not is_unsaid(said)}
    if len(plain) < _FEWEST_STATES or not set(plain.values()) <= _known_states() or _is_in_two_orders(set(plain.values())):
        return ()
    states = set(plain.values())
    ends = [value for value, said in plain.items() if _may_be_set(value, said, states, settable)]
    life = tuple((value, tuple(end for end in ends if _leads(said, plain[end], states))) for value, said in plain.items())
    return life if any(after for _, after in life) else ()


def _may_be_set(value: str, said: str, states: set[str], settable: frozenset[str] | None) -> bool:
    if settable is not None:
        return value in settable
    return said not in lexicon().derived_states and not _is_only_fresh(said, states)


def _leads(state: str, end: str, states: set[str]) -> bool:
    """Whether a record in a state may be moved to another."""
    if state == end or _is_over(state, states) or _is_only_fresh(end, states):
        return False
    if state in lexicon().derived_states and not _is_over(end, states):
        return False
    begun, ended = _place(state), _place(end)
    if end in lexicon().answer_states:
        return state in lexicon().answer_states | lexicon().asked_states or (begun is not None and begun <= _ASKED)
    return begun is None or ended is None or begun <= ended


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
    known = {*led_to, *lexicon().initial_values, *lexicon().final_values, *lexicon().irrevocable_values}
    known = known.union(*lexicon().progress_states, lexicon().answer_states, lexicon().derived_states, lexicon().standing_states)
    known |= (
        lexicon().over_values
        | lexicon().sealed_values
        | lexicon().shut_values
        | lexicon().running_states
        | lexicon().succeeded_states
        | lexicon().failed_states
        | lexicon().suspended_states
    )
    return frozenset(known - lexicon().unsaid_states - {"on", "off"})


def is_unsaid(state: str) -> bool:
    """Whether a value says nothing of a state: ``STATE_UNSPECIFIED``."""
    return state in lexicon().unsaid_states or state.rpartition("_")[2] in {"unspecified", "unknown", "undefined"}


def _is_over(state: str, others: set[str]) -> bool:
    """Whether nothing takes a state back: by its own meaning, or because it is how a run of something ended."""
    runs = bool(others & lexicon().failed_states) and bool(others & lexicon().running_states)
    ended = state in lexicon().failed_states | lexicon().succeeded_states
    if state == "paid" and others & lexicon().undoing_states:
        return False
    closed = state == "closed" and bool(others & lexicon().suspended_states)
    return closed or state in lexicon().irrevocable_values or (runs and ended)


def _is_only_fresh(state: str, others: set[str]) -> bool:
    """Whether only fresh records are in a state."""
    undone = lexicon().returning_states.get(state)
    return is_unsaid(state) or (undone is not None and not others & set(undone))
