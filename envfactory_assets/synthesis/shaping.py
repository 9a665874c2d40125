"""Which parameters of a list choose no records: they say how the answer looks, in which order, or who asks."""

from collections.abc import Container

from envfactory_assets.corpus.prose import Said
from envfactory_assets.synthesis.asked_fields import ORDERED
from envfactory_assets.synthesis.filterable import Operator, bounds
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, nouns, snake, words
from envfactory_assets.synthesis.plan import FieldPlan

_OF_ANSWERS = {"opt", "select", "selected", "return", "returned", "include", "included", "response", "output", "show", "get"}
_SHOWN_ALONE = {"id", "ids", "name", "names", "results", "count", "summary", "fields", "keys", "metadata"}


def speaks_of_records(spelt: str, said: Said, thing: str, *, stated: bool = False) -> bool:
    """Whether a flag shows further records, and not more of each: ``include_archived``, ``showHiddenUsers``, ``published_only``."""
    parts = set(words(spelt))
    if parts & lexicon().state_words or ("only" in words(spelt)[1:] and not parts & _SHOWN_ALONE):
        return True
    spoken = {*said.of, said.by, *parts}
    return not stated and bool(spoken & {nouns(thing), "items", "records", "results", "entries"})


def says_zone(spelt: str) -> bool:
    """Whether a name says in which time zone moments are told, whatever the record holds."""
    return set(words(spelt)[-1:]) <= {"tz", "timezone"} or words(spelt)[-2:] == ("time", "zone")


def flag_apart(spelt: str, known: Container[str]) -> str:
    """A name with the verb apart that is written together with what is shown or left out: ``excludedetails``."""
    verb = next((verb for verb in lexicon().leaving_verbs if spelt.startswith(verb) and len(spelt) > len(verb)), "")
    rest = spelt.removeprefix(verb)
    return f"{verb}_{rest}" if verb and spelt not in known and (rest in lexicon().shown_words or rest in known) else spelt


def counts_answers(spelt: str, thing: str) -> bool:
    """Whether a number says how many records come back, or how often is asked for them: ``max_activities``."""
    if spelt.endswith("_per_page") or spelt.startswith(("limit_per_", "max_per_")):
        return True
    first, _, rest = spelt.partition("_")
    several = {nouns(thing), nouns(thing.rpartition("_")[2]), "results", "records", "calls", "api_calls", "requests"}
    return (first in {"max", "num", "maximum"} and rest in several) or (rest in {"limit", "count"} and first in {thing, nouns(thing)})


def chooses_fields(spelt: str) -> bool:
    """Whether a name says which fields come back, though it is sent with records too: ``opt_fields``."""
    start, _, last = spelt.rpartition("_")
    return (last == "fields" and start in _OF_ANSWERS) or spelt in lexicon().showing_parameters


def only_shapes(spelt: str, kind: str | None, said: Said) -> bool:
    """Whether a name alone says that a parameter chooses nothing, whatever may be read in its description."""
    parts = set(words(spelt))
    sorts = spelt in lexicon().sort_parameters or bool({"sort", "sorting", "orderby", "ordering"} & parts)
    language = parts <= {"lang", "language", "locale", "id", "code"} and bool(parts & {"lang", "locale"})
    sorts |= kind == "boolean" and words(spelt)[0] in lexicon().leaving_verbs and set(words(spelt)[1:]) <= lexicon().shown_words
    sorts |= bool({*words(spelt)[-1:]} & lexicon().never_choosing_ends)
    return sorts or language or (spelt in lexicon().shaping_parameters and (said.role != "filter" or kind == "boolean"))


def bound_of(spelt: str, field: FieldPlan | None = None) -> Operator | None:
    """The operator that a name says whatever it bounds; of a field only when the field's own name does not say it."""
    if field is not None and (field.kind not in ORDERED or snake(field.source or field.wire) == spelt):
        return None
    parts = words(spelt)
    if parts[-1:] in {("from",), ("to",)} and len(parts) > 1 and set(parts) & lexicon().spanning_words:
        return "ge" if parts[-1] == "from" else "le"
    ends = {parts[0], parts[-1]} if parts else set()
    return next((operator for word, operator in bounds() if word in ends and word in lexicon().sure_bounds), None)


def is_shaping(spelt: str, kind: str | None, *, several: bool) -> bool:
    """Whether a parameter says how the answer looks, in which order, or who asks: not which records."""
    parts = words(spelt)
    if spelt in lexicon().sort_parameters or spelt in lexicon().shaping_parameters or not parts:
        return True
    if parts[-1] in {"id", "ids"}:
        return False
    if kind == "boolean" and spelt == "all":  # all records, not only those that are usually listed
        return False
    if set(parts) & lexicon().shaping_words or set(parts) & lexicon().secret_words:
        return True
    first = parts[0]
    if parts[-1] in lexicon().shaping_ends:
        return True
    if (kind == "boolean" and first in {"is", "has"}) or (kind == "object" and first in {"filter", "filters", "where"}):
        return False
    sorts = several and noun(parts[-1]) in lexicon().content_words
    if kind != "array" and not sorts and noun(spelt) != spelt and bound_of(spelt) is None:  # the records of another kind to be shown along
        return True
    if kind == "boolean" and first in {"include", "exclude", "show", "with", "only", "hide"} and set(parts) & lexicon().state_words:
        return False  # records in a state, to be listed or not
    if first in {"include", "exclude"} and kind not in {"boolean", None}:
        return spelt == first
    if kind == "object" or first in lexicon().shaping_starts:
        return True
    return kind == "boolean" and not set(parts) & lexicon().state_words
