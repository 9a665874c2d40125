"""What is said of record types by too few operations to be believed.

A wrong effect is worse than a missing one: what a single look-up, or a single call with a name of several words, would make a record type
of is more often a view of other records, or worked out; and what is made or changed and never shown is more often a deed on something else.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from envfactory_assets.synthesis.plan import EntityPlan
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import names_several

_FEW = 3  # effects on one record type
_MADE = (["create"], ["send"])  # by the only operation that speaks of it
_READING = {"get", "list", "search"}


@dataclass
class _Evidence:
    """What the operations of a document say of one record type."""

    families: list[str] = field(default_factory=list)  # of the effects on it, one an operation
    called: bool = False  # whether a call's name speaks of it, and no path
    plural: bool = False  # whether a path names it in the plural
    within: bool = False  # whether its noun begins with that of another record type: laps of an activity
    inside: bool = False  # whether a path leads to it through something else


def unsupported(
    entities: Iterable[EntityPlan], said: Iterable[tuple[str, str]], readings: Iterable[Reading], linked: Collection[str]
) -> dict[str, str]:
    """The nouns of the record types that are not to be believed, and why.

    Args:
        entities: the record types.
        said: the noun and the family of every effect.
        readings: the operations, for how their nouns are known.
        linked: the nouns of the record types that properties or paths lead to.
    """
    found: dict[str, _Evidence] = {entity.thing: _Evidence() for entity in entities}
    for thing, family in said:
        found[thing].families.append(family)
    for reading in readings:
        if reading.route.thing in found:
            found[reading.route.thing].called |= reading.route.named
            found[reading.route.thing].plural |= names_several(reading.route)
            found[reading.route.thing].inside |= "{" in reading.route.operation.path
    inside = {thing for thing in found for other in found if other != thing and thing.startswith(f"{other}_")}
    for thing in inside:
        found[thing].within = True
    told = {entity.thing: _why(entity, found[entity.thing], linked=entity.thing in linked) for entity in entities}
    return {thing: reason for thing, reason in told.items() if reason is not None}


def _why(entity: EntityPlan, evidence: _Evidence, *, linked: bool) -> str | None:
    families = evidence.families
    if not evidence.called and 0 < len(families) <= _FEW and not _READING & set(families) and families not in _MADE:
        return "no operation shows what it makes or changes"
    if len(families) != 1 or linked:
        return None
    if families[0] == "list" and not (evidence.plural or evidence.inside or evidence.called):
        return "one list by a name in the singular, and nothing else speaks of it"
    if entity.key.wire and entity.key.grounding == "declared":
        return None
    if evidence.called and families[0] in {"list", "search"} and "_" in entity.thing and not evidence.within:
        return "one call lists it by a name of several words, and nothing else speaks of it"
    if not evidence.plural and families[0] == "get":
        return "one look-up by a value that it does not show, and nothing else speaks of it"
    return None
