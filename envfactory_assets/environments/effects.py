"""What tools do to state, as declared at the tool.

An effect is its family and the slots that bind it to the environment. The tables enforce a declared effect: ``Table.transition``,
``Table.revise``, ``Table.add_member`` and the like read the slots from the running tool, so that what is declared is what is enforced.

    @tool(effect=transition(field="status", sources=["open"], target="closed"))
    @tool(effect=[update, transition(field="status", moves={"draft": ["sent"], "sent": ["paid", "void"]}), reschedule(field="due_on")])
    @tool(effect=mark(field="starred", target=True))
    @tool(effect=["create", schedule(field="starts_at", until="ends_at")])
    @tool(effect=add_member(entity=Playlist, field="track_ids"))
    @tool(effect=[release, refund])
    @tool(effect="list")
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

READS = frozenset({"get", "list", "search"})
FLAGGING = frozenset({"transition", "mark"})
SETTLED = FLAGGING | {"assign", "move"}  # refused when all they would do is done already
PLAIN = ("create", "get", "list", "search", "update", "delete")


@dataclass(frozen=True, slots=True)
class Effect:
    """One declared effect; calling it fills slots.

    Attributes:
        family: what it does.
        entity: the record type it is about; the tool's own when empty.
        field: the field it writes: the status that moves, the list of members, the parent, the start, the amount.
        sources: transitions: the values the field may move from.
        target: transitions and marks: the value it moves to; true or false of a flag. A flag without one is set as the caller says.
        moves: transitions of a tool that is told the new value: from each value, those it may move to.
        until: schedules: the field that holds the end. Transitions from sources: the field that tells when it is too late for them.
        past: schedules: whether the time may lie in the past, and only its end must not come before it.
        anew: reschedules: whether the time may be set anew after it has come, as that of a reminder.
        within: memberships with a record of their own: the field that names the group; ``field`` names the member. Moves: the field, of
            the record and of what it moves to, that must stay the same. Transfers: the field that both sides
            have alike. Copies: the field that names the record in which the name must be free.
        limit: amounts: the field that bounds the sum of what was taken; of the record that ``within`` names, when there is one.
        lines: checkouts: the field with the lines that ``field`` is the sum of.
        unless: by field, the values in which the record refuses the effect: a closed ticket is given to nobody. Of a membership with a
            record of its own, those in which it is one no more.
        barred: by field, the values in which the record that ``field`` names (of a membership ``within``) takes nothing more.
    """

    family: str
    entity: str | None = None
    field: str | None = None
    sources: tuple[str, ...] = ()
    target: str | bool | None = None
    moves: tuple[tuple[str, tuple[str, ...]], ...] = ()
    until: str | None = None
    past: bool = False
    anew: bool = False
    within: str | None = None
    limit: str | None = None
    lines: str | None = None
    unless: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    barred: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    def __call__(
        self,
        *,
        entity: type | str | None = None,
        field: str | None = None,
        sources: Sequence[str] = (),
        target: str | bool | None = None,
        moves: Mapping[str, Sequence[str]] | None = None,
        until: str | None = None,
        past: bool = False,
        anew: bool = False,
        within: str | None = None,
        limit: str | None = None,
        lines: str | None = None,
        unless: Mapping[str, Sequence[Any]] | None = None,
        barred: Mapping[str, Sequence[Any]] | None = None,
    ) -> "Effect":
        """The same effect with its slots filled."""
        name = entity.__name__ if isinstance(entity, type) else entity
        steps = tuple((start, tuple(ends)) for start, ends in (moves or {}).items())
        return replace(
            self,
            entity=name,
            field=field,
            sources=tuple(sources),
            target=target,
            moves=steps,
            until=until,
            past=past,
            anew=anew,
            within=within,
            limit=limit,
            lines=lines,
            unless=_frozen(unless),
            barred=_frozen(barred),
        )

    @property
    def reads(self) -> bool:
        """Whether the effect leaves the state as it is."""
        return self.family in READS

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields of its record that its slots name."""
        limit = None if self.draws else self.limit
        named = (self.field, self.until, self.within, limit, self.lines, *(name for name, _ in self.unless))
        return tuple(name for name in named if name)

    @property
    def draws(self) -> bool:
        """Whether a record of its own takes from the one that ``within`` names, which has the ``limit``."""
        return bool(self.within and self.limit)

    @property
    def values(self) -> tuple[str, ...]:
        """All values of ``field`` that its slots name, but for those of a flag."""
        named = [value for start, ends in self.moves for value in (start, *ends)]
        return tuple(dict.fromkeys([*self.sources, *([self.target] if isinstance(self.target, str) else []), *named]))

    @property
    def of_flag(self) -> bool:
        """Whether what moves is a flag."""
        told = isinstance(self.target, bool) or not (self.moves or self.sources or self.target)
        return self.family in FLAGGING and self.field is not None and told


def _frozen(values: Mapping[str, Sequence[Any]] | None) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return tuple((name, tuple(held)) for name, held in (values or {}).items())


create = Effect("create")
get = Effect("get")
list_ = Effect("list")
search = Effect("search")
update = Effect("update")
delete = Effect("delete")
transition = Effect("transition")
schedule = Effect("schedule")
reschedule = Effect("reschedule")
assign = Effect("assign")
unassign = Effect("unassign")
add_member = Effect("add_member")
remove_member = Effect("remove_member")
move = Effect("move")
copy = Effect("copy")
merge = Effect("merge")
reserve = Effect("reserve")
release = Effect("release")
transfer = Effect("transfer")
capture = Effect("capture")
refund = Effect("refund")
checkout = Effect("checkout")
send = Effect("send")
mark = Effect("mark")
new_version = Effect("new_version")
set_preference = Effect("set_preference")

FAMILIES = frozenset(effect.family for effect in tuple(globals().values()) if isinstance(effect, Effect))


def effects_of(declared: str | Effect | Sequence[str | Effect]) -> tuple[Effect, ...]:
    """Read what ``@tool(effect=...)`` was given.

    Raises:
        ValueError: no effect, or a family nobody knows.
    """
    given = [declared] if isinstance(declared, str | Effect) else list(declared)
    found = tuple(Effect(item) if isinstance(item, str) else item for item in given)
    if not found:
        raise ValueError("A tool has at least one effect.")
    for effect in found:
        if effect.family not in FAMILIES:
            raise ValueError(f"There is no effect named {effect.family!r}; known are {', '.join(sorted(FAMILIES))}.")
        told = effect.of_flag or (effect.field and (effect.moves or (effect.sources and effect.target)))
        if effect.family == "transition" and not told:
            raise ValueError("A transition names its field, and its sources and target or its moves, unless it is about a flag.")
    return found
