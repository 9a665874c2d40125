"""What typed effects do to rows: the checks that must hold before, and the change.

Each function reads its slots from the effects that the running tool declares. A refusal says what is in the way.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from envfactory_assets.environments.drawing import is_off, may_draw, pass_on
from envfactory_assets.environments.effects import SETTLED, Effect
from envfactory_assets.environments.entities import Entity
from envfactory_assets.environments.errors import Conflict, InvalidArgument, PreconditionFailed
from envfactory_assets.environments.guards import check_known, check_record, check_taker, check_targets, target_table
from envfactory_assets.environments.wording import flag_words, shown, spoken, words

if TYPE_CHECKING:
    from envfactory_assets.environments.tables import Table

E = TypeVar("E", bound=Entity)
_Rule = Callable[["Table[Any]", Any, Effect, Mapping[str, Any]], None]


def declared(table: "Table[Any]", *families: str) -> Iterator[Effect]:
    """The effects of the running tool that are about this table's rows."""
    tool = table.session.running
    for effect in tool.effects if tool else ():
        if effect.entity in {None, table.entity.__name__} and (not families or effect.family in families):
            yield effect


def only(table: "Table[Any]", *families: str) -> Effect:
    """The one effect of these families that the running tool declares for this table.

    Raises:
        TypeError: there is none, or more than one, or it names no field.
    """
    found = [effect for effect in declared(table, *families) if effect.field]
    if len(found) != 1:
        raise TypeError(
            f"The running tool declares {len(found)} effects {' or '.join(families)} of {table.entity.__name__}; one is needed."
        )
    return found[0]


def revise(table: "Table[E]", row: E, changes: Mapping[str, Any]) -> E:
    """Change fields of a row, each as far as the running tool's effects allow."""
    current = table.get(table.key_of(row))
    new = {name for name, value in changes.items() if value != getattr(current, name)}
    check_targets(table, changes)
    for effect in declared(table):
        rule = _RULES.get(effect.family)
        if new & {effect.field, effect.until}:
            check_record(table, current, effect, changes)
            if effect.barred:
                check_taker(table, effect, changes.get(str(effect.field)))
            if rule is not None:
                rule(table, current, effect, changes)
        elif effect.family == "update" and new:
            check_record(table, current, effect, changes)
        elif effect.family in SETTLED and effect.field and effect.field in changes and not new:
            raise PreconditionFailed(_already(table, effect, changes[effect.field]))
    return table.replace(current, **changes)


def make(table: "Table[E]", fields: Mapping[str, Any]) -> E:
    """Make a row as far as the running tool's effects allow."""
    for effect in declared(table):
        rule = _MAKING_RULES.get(effect.family)
        if rule is not None:
            rule(table, effect, fields)
    return table.add(**fields)


def copy(table: "Table[E]", row: E, changes: Mapping[str, Any]) -> E:
    """Make another row like one; its key and its stamps are its own.

    Raises:
        Conflict: the name it is given is another's.
    """
    current = table.get(table.key_of(row))
    for effect in declared(table, "copy"):
        name = str(effect.field)
        around = {effect.within: changes.get(effect.within, getattr(current, effect.within))} if effect.within else {}
        if changes.get(name) is not None and table.where(**{name: changes[name]}, **around):
            raise Conflict(f"There is already a {spoken(table.entity)} with the {words(name)} {shown(changes[name])}.")
    own = {table.layout.key, *table.layout.stamped_on_add}
    return table.add(**{**{name: value for name, value in current.__dict__.items() if name not in own}, **changes})


def move_state(table: "Table[E]", row: E, target: str | None, changes: Mapping[str, Any]) -> E:
    """Move a row to the target that the running tool declares; a flag is raised or lowered."""
    known = [effect for effect in declared(table) if effect.sources or isinstance(effect.target, bool)]
    found = [effect for effect in known if target in {None, effect.target}]
    if len(found) != 1 or found[0].field is None:
        raise TypeError(f"The running tool declares {len(found)} transitions of {table.entity.__name__} to {target!r}; one is needed.")
    effect, before = found[0], table.get(table.key_of(row))
    current = getattr(before, str(effect.field))
    check_record(table, before, effect, {})
    if effect.of_flag and bool(current) == effect.target:
        raise PreconditionFailed(_already(table, effect, effect.target))
    if not effect.of_flag and current not in effect.sources:
        raise PreconditionFailed(
            f"The {spoken(table.entity)} is {words(current)}; it must be {_either(effect.sources)} to become {words(effect.target)}."
        )
    began = getattr(before, effect.until) if effect.until else None
    if began is not None and _before(began, table.session.now):
        raise PreconditionFailed(f"The {spoken(table.entity)}'s {words(effect.until)} was {began:%Y-%m-%d}; it is too late for this.")
    return table.replace(row, **{str(effect.field): effect.target}, **changes)


def _already(table: "Table[Any]", effect: Effect, value: Any) -> str:
    if isinstance(value, bool):
        return f"The {spoken(table.entity)} is {'already' if value else 'not'} {flag_words(str(effect.field))}."
    if isinstance(value, date):
        return f"The {spoken(table.entity)} is already {flag_words(str(effect.field))}, since {value:%Y-%m-%d}."
    if value is None:
        return f"The {spoken(table.entity)} has no {words(_named(str(effect.field)))}."
    if effect.family == "assign":
        return f"The {spoken(table.entity)} is already assigned to {value!r}."
    if effect.family == "move":
        return f"The {spoken(table.entity)} is already in {words(_named(str(effect.field)))} {value!r}."
    return f"The {spoken(table.entity)} is already {words(value)}."


def add_member(table: "Table[E]", row: E, member: str | int) -> E:
    """Put a member into the row's list.

    Raises:
        Conflict: it is in already.
        NotFound: there is no such member.
    """
    effect = only(table, "add_member")
    field, current = str(effect.field), table.get(table.key_of(row))
    check_known(table, effect, member)
    check_record(table, current, effect, {})
    check_taker(table, effect, member)
    members = getattr(current, field) or []
    if member in members:
        raise Conflict(f"The {spoken(table.entity)} already has {words(_singular(field))} {member!r}.")
    return table.replace(row, **{field: [*members, member]})


def remove_member(table: "Table[E]", row: E, member: str | int, heir: str | int | None = None) -> E:
    """Take a member out of the row's list.

    Args:
        table: of the row.
        row: the group.
        member: who leaves.
        heir: who takes the place of the member that leaves, where somebody must.

    Raises:
        InvalidArgument: nobody takes their own place.
        PreconditionFailed: it is not in, or who takes its place is not.
        NotFound: there is no such member.
    """
    effect = only(table, "remove_member")
    field, current = str(effect.field), table.get(table.key_of(row))
    check_known(table, effect, member)
    check_known(table, effect, heir)
    check_record(table, current, effect, {})
    members = getattr(current, field) or []
    for each in (member, heir):
        if each is not None and each not in members:
            raise PreconditionFailed(f"The {spoken(table.entity)} has no {words(_singular(field))} {each!r}.")
    if heir == member:
        raise InvalidArgument(f"Another {words(_singular(field))} than {member!r} must take the place.")
    return table.replace(row, **{field: [each for each in members if each != member]})


def join(table: "Table[E]", fields: Mapping[str, Any]) -> E:
    """Make a membership, one for a member and a group.

    Raises:
        Conflict: the member is in the group already.
    """
    only(table, "add_member")
    return make(table, fields)


def _may_join(table: "Table[Any]", effect: Effect, fields: Mapping[str, Any]) -> None:
    member, group = str(effect.field), str(effect.within)
    if not effect.within:
        return
    check_taker(table, effect, fields.get(group))
    if fields.get(member) is None:
        return
    if any(not is_off(row, effect) for row in table.where(**{member: fields.get(member), group: fields.get(group)})):
        who, where = words(_named(member)).capitalize(), words(_named(group))
        raise Conflict(f"{who} {fields.get(member)!r} already belongs to {where} {fields.get(group)!r}.")


def _may_be_scheduled(table: "Table[Any]", effect: Effect, fields: Mapping[str, Any]) -> None:
    _must_fit(table, effect, fields.get(str(effect.field)), fields.get(str(effect.until)))


def place(table: "Table[E]", row: E, to: str | int | None) -> E:
    """Move a row to another place, or out of where it is.

    Raises:
        Conflict: it is there already, or it would lie in itself.
        PreconditionFailed: it stays where it is, or what it would lie in takes nothing more.
    """
    effect = only(table, "move")
    field, current = str(effect.field), table.get(table.key_of(row))
    if getattr(current, field) == to:
        raise Conflict(_already(table, effect, to))
    if to is None:
        check_record(table, current, effect, {})
    else:
        _may_be_given(table, effect, current, to)
    _may_be_moved(table, current, effect, {field: to})
    return table.replace(current, **{field: to})


def assign(table: "Table[E]", row: E, to: str | int) -> E:
    """Give a row to somebody.

    Raises:
        Conflict: it is theirs already.
    """
    effect = only(table, "assign")
    field, current = str(effect.field), table.get(table.key_of(row))
    if getattr(current, field) == to:
        raise Conflict(_already(table, effect, to))
    _may_be_given(table, effect, current, to)
    return table.replace(row, **{field: to})


def unassign(table: "Table[E]", row: E) -> E:
    """Take a row from whom it was given to.

    Raises:
        PreconditionFailed: it is nobody's.
    """
    field = str(only(table, "unassign").field)
    if getattr(table.get(table.key_of(row)), field) is None:
        raise PreconditionFailed(f"The {spoken(table.entity)} is assigned to nobody.")
    return table.replace(row, **{field: None})


def transfer(table: "Table[E]", row: E, to: str | int, amount: Any, alike: Mapping[str, Any]) -> E:
    """Move an amount from a row to another; see ``drawing.pass_on``."""
    made: E = pass_on(table, only(table, "transfer"), row, to, amount, alike)
    return made


def draw(table: "Table[E]", row: E, amount: Any) -> E:
    """Count an amount as taken: reserved, captured or refunded, never more than the limit.

    Raises:
        InvalidArgument: the amount is not more than zero.
        PreconditionFailed: more than is left.
    """
    effect = only(table, "reserve", "capture", "refund")
    current = table.get(table.key_of(row))
    taken, limit = getattr(current, str(effect.field)) or 0, getattr(current, str(effect.limit)) or 0
    if amount <= 0:
        raise InvalidArgument("The amount must be more than zero.")
    if taken + amount > limit:
        left = f"Only {max(limit - taken, 0)} of the {spoken(table.entity)}'s {words(effect.limit)} is left"
        raise PreconditionFailed(f"{left}; {amount} is too much.")
    return table.replace(current, **{str(effect.field): taken + amount})


def give_back(table: "Table[E]", row: E, amount: Any) -> E:
    """Count an amount as free again, never more than was taken.

    Raises:
        InvalidArgument: the amount is not more than zero.
        PreconditionFailed: more than was taken.
    """
    field = str(only(table, "release").field)
    taken = getattr(table.get(table.key_of(row)), field) or 0
    if amount <= 0:
        raise InvalidArgument("The amount must be more than zero.")
    if amount > taken:
        raise PreconditionFailed(f"Only {taken} was taken from the {spoken(table.entity)}; {amount} is too much.")
    return table.replace(row, **{field: taken - amount})


def _may_be_given(table: "Table[E]", effect: Effect, row: E, to: str | int) -> None:
    """Refuse what nobody knows, a row that is over, and what takes nothing more."""
    check_known(table, effect, to)
    check_record(table, row, effect, {})
    check_taker(table, effect, to)


def _may_become(table: "Table[Any]", row: Any, effect: Effect, changes: Mapping[str, Any]) -> None:
    current, target = getattr(row, str(effect.field)), changes[str(effect.field)]
    if isinstance(current, date) and effect.of_flag:
        raise PreconditionFailed(_already(table, effect, current))
    if effect.of_flag or current is None:
        return
    allowed = dict(effect.moves).get(current, (effect.target,) if current in effect.sources else ())
    if target not in allowed:
        then = f"from there it may become {_either(allowed)}" if allowed else "that is final"
        raise PreconditionFailed(f"The {spoken(table.entity)} is {words(current)}; {then}, not {words(target)}.")


def _may_be_rescheduled(table: "Table[Any]", row: Any, effect: Effect, changes: Mapping[str, Any]) -> None:
    """What has begun stays when it was, but may last longer; a new time lies ahead, unless it may be past; it ends after it starts."""
    start, end = str(effect.field), effect.until
    was, becomes = getattr(row, start), changes.get(start, getattr(row, start))
    ended, ends = (getattr(row, end), changes.get(end, getattr(row, end))) if end else (None, None)
    settled = effect.family == "reschedule" and not (effect.past or effect.anew)
    longer = becomes == was and (ends is None or ended is None or ends >= ended)
    if settled and was is not None and _before(was, table.session.now) and not longer:
        raise PreconditionFailed(f"The {spoken(table.entity)} began on {was:%Y-%m-%d}; its time cannot change any more.")
    _must_fit(table, effect, becomes, ends, new=becomes != was)


def _must_fit(table: "Table[Any]", effect: Effect, becomes: Any, ends: Any, *, new: bool = True) -> None:
    if becomes is not None and new and not effect.past and _before(becomes, table.session.now):
        raise PreconditionFailed(f"{becomes:%Y-%m-%d} lies in the past; the {spoken(table.entity)} needs a later time.")
    if becomes is not None and ends is not None and ends < becomes:
        raise InvalidArgument(f"The {spoken(table.entity)} would end before it starts.")


def _may_be_moved(table: "Table[Any]", row: Any, effect: Effect, changes: Mapping[str, Any]) -> None:
    """A record is not moved into itself, nor into what lies below it, nor out of what it must stay within."""
    field = str(effect.field)
    key, parent = table.key_of(row), changes[field]
    holders = target_table(table, field)
    holder = holders.find(parent) if holders is not None else None
    if holder is not None and effect.within:
        around, there = changes.get(effect.within, getattr(row, effect.within)), getattr(holder, effect.within)
        if around is not None and there is not None and around != there:
            place, outer = words(_named(field)).capitalize(), words(_named(effect.within))
            raise PreconditionFailed(f"{place} {parent!r} is of another {outer} than the {spoken(table.entity)}.")
    seen: set[Any] = set()
    if holders is not table:
        return
    while parent is not None and parent not in seen:
        if parent == key:
            raise Conflict(f"A {spoken(table.entity)} cannot be moved into itself or into what lies below it.")
        seen.add(parent)
        above = table.find(parent)
        parent = getattr(above, field) if above is not None else None


_RULES: dict[str, _Rule] = {
    "transition": _may_become,
    "schedule": _may_be_rescheduled,
    "reschedule": _may_be_rescheduled,
    "move": _may_be_moved,
}


def _may_check_out(table: "Table[Any]", effect: Effect, fields: Mapping[str, Any]) -> None:
    if effect.lines and not fields.get(effect.lines):
        raise PreconditionFailed(f"There is nothing to add up: the {spoken(table.entity)} needs one of its {words(effect.lines)} at least.")


_MAKING_RULES: dict[str, Callable[["Table[Any]", Effect, Mapping[str, Any]], None]] = {
    "add_member": _may_join,
    "send": _may_join,
    "new_version": _may_join,
    "schedule": _may_be_scheduled,
    "checkout": _may_check_out,
    "reserve": may_draw,
    "capture": may_draw,
    "refund": may_draw,
}


def _before(moment: Any, now: datetime) -> bool:
    if isinstance(moment, datetime):
        return moment < now
    return isinstance(moment, date) and moment < now.date()


def _either(values: tuple[Any, ...]) -> str:
    return " or ".join(words(value) for value in values)


def _singular(field: str) -> str:
    """The name of one member of a list field: ``track_ids`` holds tracks."""
    stem = _named(field.removesuffix("s"))
    return stem.removesuffix("s")


def _named(field: str) -> str:
    """What a field with a key names: ``team_id`` names a team."""
    return field.removesuffix("_id")
