"""The words the rules read documents with, loaded from ``lexicon.yaml``."""

from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from envfactory_assets.bundled import read_yaml

FILE = Path(__file__).with_name("lexicon.yaml")


class TransitionWords(BaseModel):
    """What one verb does to a status field or a flag."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    values: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    unflags: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


class Lexicon(BaseModel):
    """Every word list, by its name in the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transitions: dict[str, TransitionWords]
    mark_verbs: frozenset[str]
    verb_fillers: frozenset[str]
    permission_flags: frozenset[str]
    choice_words: frozenset[str]
    passing_states: frozenset[str]
    act_families: dict[str, str]
    member_words: frozenset[str]
    call_verbs: frozenset[str]
    sent_words: frozenset[str]
    version_words: frozenset[str]
    personal_lists: frozenset[str]
    history_words: frozenset[str]
    detail_words: frozenset[str]
    describing_words: frozenset[str]
    subset_words: frozenset[str]
    computing_words: frozenset[str]
    renewing_words: frozenset[str]
    preference_words: frozenset[str]
    noun_verbs: frozenset[str]
    final_values: tuple[str, ...]
    initial_values: tuple[str, ...]
    irrevocable_values: frozenset[str]
    undoing_states: frozenset[str]
    progress_states: tuple[frozenset[str], ...]
    asked_states: frozenset[str]
    answer_states: frozenset[str]
    standing_states: frozenset[str]
    derived_states: frozenset[str]
    failed_states: frozenset[str]
    succeeded_states: frozenset[str]
    running_states: frozenset[str]
    suspended_states: frozenset[str]
    returning_states: dict[str, tuple[str, ...]]
    unsaid_states: frozenset[str]
    states_before: dict[str, frozenset[str]]
    status_words: frozenset[str]
    openness_words: frozenset[str]
    life_flags: frozenset[str]
    mark_flags: frozenset[str]
    mark_nouns: dict[str, str]
    parent_words: frozenset[str]
    assign_words: frozenset[str]
    personal_words: frozenset[str]
    holder_words: frozenset[str]
    unique_fields: frozenset[str]
    unique_of_people: frozenset[str]
    account_words: frozenset[str]
    ordered_words: tuple[tuple[str, str], ...]
    said_words: frozenset[str]
    identifying_words: tuple[str, ...]
    recurring_words: frozenset[str]
    destination_words: frozenset[str]
    over_values: frozenset[str]
    sealed_values: frozenset[str]
    gone_values: frozenset[str]
    over_flags: frozenset[str]
    called_off_values: frozenset[str]
    balance_fields: tuple[str, ...]
    refund_words: frozenset[str]
    payment_words: frozenset[str]
    owed_words: frozenset[str]
    shut_values: frozenset[str]
    shut_flags: frozenset[str]
    open_flags: frozenset[str]
    membership_words: frozenset[str]
    qualifying_words: frozenset[str]
    start_words: frozenset[str]
    ahead_words: frozenset[str]
    due_words: frozenset[str]
    expiry_words: frozenset[str]
    expired_things: frozenset[str]
    booked_things: frozenset[str]
    label_fields: tuple[str, ...]
    key_fields: tuple[str, ...]
    named_keys: tuple[str, ...]
    money_words: frozenset[str]
    not_money_words: frozenset[str]
    reference_words: dict[str, tuple[str, ...]]
    caller_fields: tuple[str, ...]
    caller_things: frozenset[str]
    audience_words: frozenset[str]
    created_fields: frozenset[str]
    updated_fields: frozenset[str]
    list_wrappers: tuple[str, ...]
    record_wrappers: tuple[str, ...]
    notices: frozenset[str]
    page_parameters: frozenset[str]
    page_sizes: frozenset[str]
    cursor_results: tuple[str, ...]
    search_parameters: frozenset[str]
    moment_fields: tuple[str, ...]
    lower_bounds: tuple[str, ...]
    upper_bounds: tuple[str, ...]
    sure_bounds: frozenset[str]
    span_words: tuple[tuple[str, str], ...]
    shaping_parameters: frozenset[str]
    shaping_words: frozenset[str]
    shaping_starts: frozenset[str]
    shaping_ends: frozenset[str]
    measure_words: frozenset[str]
    flag_verbs: frozenset[str]
    showing_parameters: frozenset[str]
    vague_parameters: frozenset[str]
    criteria_words: frozenset[str]
    criteria_holders: frozenset[str]
    comparison_ends: dict[Literal["eq", "ge", "le", "contains", "any_of", "other"], frozenset[str]]
    comparing_words: tuple[str, ...]
    latitude_words: frozenset[str]
    longitude_words: frozenset[str]
    area_words: frozenset[str]
    point_words: frozenset[str]
    same_names: tuple[tuple[str, ...], ...]
    place_words: frozenset[str]
    spanning_words: frozenset[str]
    sort_parameters: frozenset[str]
    state_words: frozenset[str]
    opposite_flags: dict[str, tuple[str, ...]]
    same_events: tuple[tuple[str, ...], ...]
    ignored_fields: frozenset[str]
    secret_words: frozenset[str]
    call_words: frozenset[str]
    deed_words: frozenset[str]
    own_references: frozenset[str]
    people_words: frozenset[str]
    telling_keys: frozenset[str]
    foreign_words: frozenset[str]
    own_words: frozenset[str]
    kin_words: frozenset[str]
    content_words: frozenset[str]
    short_words: dict[str, str]
    loose_words: frozenset[str]
    moment_words: frozenset[str]
    moment_names: frozenset[str]
    day_words: frozenset[str]
    telling_parts: frozenset[str]
    verbs: dict[str, tuple[str, ...]]
    path_noise: frozenset[str]
    irregular_plurals: dict[str, str]
    unchanged_plurals: frozenset[str]
    word_endings: frozenset[str]
    schema_affixes: frozenset[str]


@cache
def lexicon() -> Lexicon:
    """The word lists."""
    return Lexicon.model_validate(read_yaml(FILE.read_text(encoding="utf-8")))
