"""Tables: the rows of one entity, by key and in the order they were added."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import ValidationError

from envfactory_assets.environments import actions
from envfactory_assets.environments.deletion import remove
from envfactory_assets.environments.entities import Entity, Reference
from envfactory_assets.environments.errors import Conflict, InvalidArgument, NotFound
from envfactory_assets.environments.wording import spoken

if TYPE_CHECKING:
    from envfactory_assets.environments.tools import Tool

E = TypeVar("E", bound=Entity)


@dataclass
class Session:
    """What the tables of one live environment share: the clock, the counters and the way back."""

    now: datetime
    me: str | int | None
    counters: dict[str, int]
    tables: dict[str, "Table[Any]"] = field(default_factory=dict)  # by entity
    undo: list[tuple[Callable[..., None], tuple[Any, ...]]] = field(default_factory=list)
    running: "Tool | None" = None

    def roll_back(self) -> None:
        """Take back every write since the journal was last cleared."""
        while self.undo:
            step, arguments = self.undo.pop()
            step(*arguments)


@dataclass(frozen=True)
class Page(Generic[E]):
    """One page of a list, and where the next one starts."""

    items: list[E]
    next_cursor: str | None


class Table(Generic[E]):
    """The rows of one entity. Every write checks types and references, and can be undone."""

    def __init__(self, entity: type[E], session: Session) -> None:
        self.entity = entity
        self.layout = entity.entity_layout
        self._session = session
        self._rows: dict[str | int, E] = {}
        self._places: dict[str | int, int] = {}  # insertion order, kept through an undone removal
        self._next_place = 0

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[E]:
        return iter(list(self._rows.values()))

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def find(self, key: str | int | None) -> E | None:
        """The row with this key, or None."""
        return self._rows.get(key) if key is not None else None

    def get(self, key: str | int) -> E:
        """The row with this key.

        Raises:
            NotFound: there is none.
        """
        try:
            return self._rows[key]
        except KeyError:
            raise NotFound(f"There is no {spoken(self.entity)} with {self.layout.key.replace('_', ' ')} {key!r}.") from None

    def where(self, **conditions: Any) -> list[E]:
        """The rows that meet every condition whose value is not None, in the order they were added.

        A condition is ``field=value`` or ``field__operator=value`` with ne, lt, le, gt, ge, contains (text in text, ignoring case, or an
        item of a list), among (the value is one of several) and is_null.
        """
        tests = [(*_condition(name), value) for name, value in conditions.items() if value is not None]
        for name, _, _ in tests:
            if name not in self.layout.shapes:
                raise TypeError(f"{self.entity.__name__} has no field {name!r}.")
        return [row for row in self._rows.values() if all(test(getattr(row, name), value) for name, test, value in tests)]

    def search(self, text: str | None, *fields: str) -> list[E]:
        """The rows whose text holds every word, ignoring case; all rows when the text is empty."""
        words = (text or "").casefold().split()
        names = fields or self.layout.text_fields
        return [row for row in self._rows.values() if all(word in _haystack(row, names) for word in words)]

    def page(self, rows: Iterable[E], limit: int | None = None, cursor: str | None = None, default: int = 50) -> Page[E]:
        """Cut a list into pages.

        Raises:
            InvalidArgument: the limit is below 1, or the cursor is none that a page gave.
        """
        found = list(rows)
        size = default if limit is None else limit
        start = 0 if cursor is None else int(cursor) if cursor.isascii() and cursor.isdigit() and len(cursor) < 10 else -1
        if size < 1:
            raise InvalidArgument("The page size must be 1 or more.")
        if start < 0 or (start and start >= len(found)):
            raise InvalidArgument("The cursor is not one that this list gave.")
        following = start + size
        return Page(found[start:following], str(following) if following < len(found) else None)

    def add(self, **fields: Any) -> E:
        """Make a row; its key is minted unless given.

        Raises:
            NotFound: it refers to a row that does not exist.
            Conflict: the key is taken.
        """
        name = self.entity.__name__
        if fields.get(self.layout.key) is None:
            fields[self.layout.key] = self._mint(name)
        for stamp in self.layout.stamped_on_add:
            fields.setdefault(stamp, self._session.now)
        row = self._validated(fields)
        key = self.key_of(row)
        if key in self._rows:
            raise Conflict(f"There is already a {spoken(self.entity)} {key!r}.")
        self._check_references(row)
        self._session.undo.append((self._drop, (key, self._next_place)))
        self._put(key, row, self._next_place)
        return row

    def replace(self, row: E, **changes: Any) -> E:
        """Change fields of the row as it is stored now.

        Raises:
            NotFound: the row is no longer there, or a change refers to a row that does not exist.
        """
        key = self.key_of(row)
        current = self.get(key)
        if changes.get(self.layout.key, key) != key:
            raise TypeError(f"The key of a {self.entity.__name__} cannot change.")
        for stamp in self.layout.stamped_on_write:
            changes.setdefault(stamp, self._session.now)
        changed = self._validated({**current.__dict__, **changes})
        self._check_references(changed)
        self._session.undo.append((self._rows.__setitem__, (key, current)))
        self._rows[key] = changed
        return changed

    def remove(self, row: E, *, cascade: bool = False) -> None:
        """Take a row away. Rows that refer to it are treated as their ``OnDelete`` says.

        Args:
            row: the row.
            cascade: remove the rows that refer to it too, whatever they declare.

        Raises:
            NotFound: the row is no longer there.
            Conflict: a row that must keep its reference still refers to it.
        """
        key = self.key_of(self.get(self.key_of(row)))
        remove(self._session, self.entity.__name__, key, cascade)

    def transition(self, row: E, target: str | None = None, **changes: Any) -> E:
        """Move the row as the running tool declares, with other changes in the same write.

        Args:
            row: the row.
            target: the value to move to; may be left out when the tool declares one transition.
            changes: other fields to set.

        Raises:
            PreconditionFailed: the row is in none of the states it may move from.
        """
        return actions.move_state(self, row, target, changes)

    def revise(self, row: E, **changes: Any) -> E:
        """Change fields of the row, each as far as the typed effects of the running tool allow.

        Raises:
            PreconditionFailed: the row's state does not allow a change.
            InvalidArgument: a change makes no sense with the others.
            Conflict: a change contradicts what is stored.
        """
        return actions.revise(self, row, changes)

    def add_member(self, row: E, member: str | int) -> E:
        """Put a member into the list of the row that the running tool declares; refused when it is in already."""
        return actions.add_member(self, row, member)

    def remove_member(self, row: E, member: str | int) -> E:
        """Take a member out of the list of the row that the running tool declares; refused when it is not in."""
        return actions.remove_member(self, row, member)

    def join(self, **fields: Any) -> E:
        """Make the record of a membership; refused when the member is in the group already."""
        return actions.join(self, fields)

    def assign(self, row: E, to: str | int) -> E:
        """Give the row to somebody; refused when it is theirs already."""
        return actions.assign(self, row, to)

    def unassign(self, row: E) -> E:
        """Take the row from whom it was given to; refused when it is nobody's."""
        return actions.unassign(self, row)

    def draw(self, row: E, amount: Any) -> E:
        """Count an amount as reserved, captured or refunded; refused beyond the limit that the running tool declares."""
        return actions.draw(self, row, amount)

    def give_back(self, row: E, amount: Any) -> E:
        """Count an amount as free again; refused beyond what was taken."""
        return actions.give_back(self, row, amount)

    @property
    def session(self) -> Session:
        """What the tables of one live environment share."""
        return self._session

    def key_of(self, row: E) -> str | int:
        """A row's key."""
        key: str | int = getattr(row, self.layout.key)
        return key

    def load(self, rows: list[E]) -> None:
        """Fill an empty table; keys must be unique, and references are checked by ``missing_references``."""
        for row in rows:
            key = self.key_of(row)
            if key in self._rows:
                raise Conflict(f"{key!r} occurs twice.")
            self._put(key, row, self._next_place)

    def missing_references(self, row: E) -> Iterator[tuple[Reference, str | int]]:
        """What a row refers to and is not there."""
        for reference in self.layout.refs:
            target = self._session.tables[reference.target.name]
            for key in reference.keys_in(row):
                if key not in target:
                    yield reference, key

    def take(self, key: str | int) -> None:
        """Take a row out, whatever refers to it."""
        self._session.undo.append((self._restore, (key, self._rows[key], self._places[key])))
        del self._rows[key], self._places[key]

    def _mint(self, name: str) -> str | int:
        while True:
            count = self._session.counters[name]
            self._session.undo.append((self._session.counters.__setitem__, (name, count)))
            self._session.counters[name] = count + 1
            key = self.layout.mint(count + 1)
            if key not in self._rows:
                return key

    def _validated(self, fields: dict[str, Any]) -> E:
        try:
            return self.entity.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidArgument(f"{spoken(self.entity).capitalize()}: {place.replace('_', ' ')}: {first['msg']}.") from error

    def _check_references(self, row: E) -> None:
        for reference, key in self.missing_references(row):
            raise NotFound(f"There is no {spoken(reference.target.entity)} {key!r}.")

    def _put(self, key: str | int, row: E, place: int) -> None:
        self._rows[key] = row
        self._places[key] = place
        self._next_place = max(self._next_place, place + 1)

    def _drop(self, key: str | int, place: int) -> None:
        del self._rows[key], self._places[key]
        self._next_place = place

    def _restore(self, key: str | int, row: E, place: int) -> None:
        self._places[key] = place
        self._rows[key] = row
        ordered = sorted(self._rows.items(), key=lambda item: self._places[item[0]])
        self._rows.clear()
        self._rows.update(ordered)


def _haystack(row: Entity, names: Iterable[str]) -> str:
    return "\n".join(str(getattr(row, name) or "") for name in names).casefold()


def _contains(stored: Any, wanted: Any) -> bool:
    if isinstance(stored, str):
        return str(wanted).casefold() in stored.casefold()
    return stored is not None and wanted in stored


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda stored, wanted: stored == wanted,
    "ne": lambda stored, wanted: stored != wanted,
    "lt": lambda stored, wanted: stored is not None and stored < wanted,
    "le": lambda stored, wanted: stored is not None and stored <= wanted,
    "gt": lambda stored, wanted: stored is not None and stored > wanted,
    "ge": lambda stored, wanted: stored is not None and stored >= wanted,
    "contains": _contains,
    "among": lambda stored, wanted: stored in wanted,
    "is_null": lambda stored, wanted: (stored is None) is wanted,
}


def field_and_operator(condition: str) -> tuple[str, str]:
    """``price__ge`` as ``price`` and ``ge``; equality where no operator is written. A field's own name may end in an underscore."""
    field_name, _, operator = condition.rpartition("__")
    return (field_name, operator) if field_name else (condition, "eq")


@cache
def _condition(name: str) -> tuple[str, Callable[[Any, Any], bool]]:
    field_name, operator = field_and_operator(name)
    if operator not in OPERATORS:
        raise TypeError(f"There is no operator {operator!r}; known are {', '.join(OPERATORS)}.")
    return field_name, OPERATORS[operator]
