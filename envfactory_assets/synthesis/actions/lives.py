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
        settable: the values that the request lists for itself; None when it lists none of its own, and then those that services find out
            themselves are not set.
    """
    plain = plain_states(status.enum)
    states = {said for said in plain.values() if not is_unsaid(said)}
    if len(states) < _FEWEST_STATES or not states <= _known_states() or _is_in_two_orders(states):
        return ()
    narrow = settable is not None and settable < set(status.enum)
    ends = {
        value: said
        for value, said in plain.items()
        if said in states and (value in settable if settable is not None else said not in lexicon().derived_states)
    }
    left_alone = lexicon().derived_states if settable is None else frozenset()
    life = []
    for value, said in plain.items():
        after = [
            end for end, then in ends.items() if (_leads_anywhere(said, then) if narrow else _leads_on(said, then, states, left_alone))
        ]
        life.append((value, tuple(after)))
    return tuple(life) if any(after for value, after in life if plain[value] in states) else ()


def _leads_anywhere(state: str, end: str) -> bool:
    """Whether a record in a state may be moved to one that the request lists: to any, since it says what may be set."""
    return state != end and state not in lexicon().irrevocable_values


def _leads_on(state: str, end: str, states: set[str], left_alone: frozenset[str]) -> bool:
    """Whether a record in a state may be moved to another; one of which nothing is said to any that is no beginning."""
    if state == end or _is_over(state, states) or _is_only_fresh(end, states):
        return False
    if is_unsaid(state):
        return True
    if state in left_alone and not _is_over(end, states):
        return False
    if end in lexicon().answer_states:
        asked = lexicon().answer_states | lexicon().asked_states
        return state in asked or ((begun := _place(state)) is not None and begun <= _ASKED)
    begun, ended = _place(state), _place(end)
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
