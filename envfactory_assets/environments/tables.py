"""Tables: the rows of one entity, by key and in the order they were added."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from envfactory_assets.environments import actions
from envfactory_assets.environments.conditions import condition, equal
from envfactory_assets.environments.deletion import remove
from envfactory_assets.environments.entities import Entity, Reference
from envfactory_assets.environments.errors import Conflict, InvalidArgument, NotFound
from envfactory_assets.environments.pages import Page, page_of
from envfactory_assets.environments.session import Session
from envfactory_assets.environments.stamps import along_with
from envfactory_assets.environments.wording import shown, spoken

E = TypeVar("E", bound=Entity)


class Table(Generic[E]):
    """The rows of one entity. Every write checks types and references, and can be undone.

    Tables of episodes that began alike hold the same rows, and the same mapping of them until one of the tables is written.
    """

    def __init__(self, entity: type[E], session: Session) -> None:
        self.entity = entity
        self.layout = entity.entity_layout
        self._name = entity.__name__
        self._session = session
        self._held: dict[str | int, E] = {}
        self._shared = False  # whether other tables may hold the same mapping
        self._by_value: dict[str, dict[Any, list[E]] | None] = {}  # by field: None once asked for, then rows by value
        self._seen: list[list[dict[str, Any]]] = []  # once asked for, the rows as JSON; shared with those that share the mapping

    @property
    def _rows(self) -> dict[str | int, E]:
        """The rows, for reading."""
        reading = self._session.reading
        if reading is not None:
            reading.add(self._name)
        return self._held

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
            raise NotFound(f"There is no {spoken(self.entity)} with {self.layout.key.replace('_', ' ')} {shown(key)}.") from None

    def where(self, **conditions: Any) -> list[E]:
        """The rows that meet every condition whose value is not None, in the order they were added.

        A condition is ``field=value`` or ``field__operator=value`` with ne, lt, le, gt, ge, contains (text in text, ignoring case, or an
        item or several of a list), among (the value is one of several) and is_null.
        """
        tests = [(*condition(name), value) for name, value in conditions.items() if value is not None]
        for name, _, _ in tests:
            if name not in self.layout.shapes:
                raise TypeError(f"{self.entity.__name__} has no field {name!r}.")
        found: list[E] | None = None
        for name, test, value in tests:
            if test is not equal:
                found = [row for row in (self._rows.values() if found is None else found) if test(getattr(row, name), value)]
            elif found is None:
                found = self._with_value(name, value)
            else:
                found = [row for row in found if getattr(row, name) == value]
        return list(self._rows.values()) if found is None else found

    def search(self, text: str | None, /, *fields: str, **conditions: Any) -> list[E]:
        """The rows whose text holds every word, ignoring case, those that hold them most often first; all rows when the text is empty.

        Args:
            text: the words.
            fields: where to look for them; all texts when there are none.
            conditions: what the rows must meet beside, as ``where`` has it.
        """
        found, text_of, names = self.where(**conditions), self.layout.text_of, fields or self.layout.text_fields
        words = (text or "").casefold().split()
        for word in words:
            found = [row for row in found if word in text_of(row, names)]
        if len(found) > 1 and words:
            found.sort(key=lambda row: -sum(text_of(row, names).count(word) for word in words))
        return found

    def in_order(self, rows: Iterable[E], by: str | None, *, descending: bool = False) -> list[E]:
        """The rows by a field, the smallest first, or by ``-field``, the largest first; as they are when ``by`` is None.

        Rows that have no value there come last.
        """
        if by is None:
            return list(rows)
        name, valued, rest = by.removeprefix("-"), [], []
        for row in rows:
            value = getattr(row, name)
            if value is None:
                rest.append(row)
            else:
                valued.append((value.casefold() if isinstance(value, str) else value, row))
        valued.sort(key=lambda pair: pair[0], reverse=descending != by.startswith("-"))
        return [*(row for _, row in valued), *rest]

    def page(self, rows: Iterable[E], limit: int | None = None, cursor: str | None = None, default: int = 50) -> Page[E]:
        """Cut a list into pages.

        Raises:
            InvalidArgument: the limit is below 1, or the cursor is none that a page gave.
        """
        return page_of(rows, default if limit is None else limit, cursor)

    def add(self, **fields: Any) -> E:
        """Make a row; its key is minted and it starts as its fields declare, unless given.

        Raises:
            NotFound: it refers to a row that does not exist.
            Conflict: the key is taken.
        """
        name = self.entity.__name__
        if fields.get(self.layout.key) is None:
            fields[self.layout.key] = self._mint(name)
        for stamp in self.layout.stamped_on_add:
            fields.setdefault(stamp, self._session.now)
        for chosen, value in self.layout.initial.items():
            if fields.get(chosen) is None:
                fields[chosen] = value
        row = self._validated({**fields, **along_with(self, {}, fields)})
        key = self.key_of(row)
        if key in self._held:
            raise Conflict(f"There is already a {spoken(self.entity)} {shown(key)}.")
        self._check_references(row)
        self._check_unique(row)
        self._note((key,), self._drop, key)
        self._own()[key] = row
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
        changed = self._validated({**current.__dict__, **changes, **along_with(self, current.__dict__, changes)})
        self._check_references(changed)
        self._check_unique(changed)
        self._note((key,), self._put, key, current)
        self._own()[key] = changed
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

    def remove_member(self, row: E, member: str | int, heir: str | int | None = None) -> E:
        """Take a member out of the list of the row that the running tool declares, for another who stays; refused when either is not in."""
        return actions.remove_member(self, row, member, heir)

    def make(self, **fields: Any) -> E:
        """Make a row as ``add`` does, as far as the typed effects of the running tool allow.

        Raises:
            PreconditionFailed: the state does not allow it.
            InvalidArgument: its fields make no sense together.
            Conflict: there is one like it already.
        """
        return actions.make(self, fields)

    def copy(self, row: E, **changes: Any) -> E:
        """Make another row like one, with changes; refused when the name it is given is another's."""
        return actions.copy(self, row, changes)

    def join(self, **fields: Any) -> E:
        """Make the record of a membership; refused when the member is in the group already."""
        return actions.join(self, fields)

    def move(self, row: E, to: str | int | None) -> E:
        """Move the row to where the field that the running tool declares then says it is; refused when it is there already.

        None moves it out of whatever it is in.
        """
        return actions.place(self, row, to)

    def assign(self, row: E, to: str | int) -> E:
        """Give the row to somebody; refused when it is theirs already."""
        return actions.assign(self, row, to)

    def unassign(self, row: E) -> E:
        """Take the row from whom it was given to; refused when it is nobody's."""
        return actions.unassign(self, row)

    def transfer(self, row: E, to: str | int, amount: Any, **alike: Any) -> E:
        """Move an amount of the field that the running tool declares to another row; refused beyond what the row has.

        Args:
            row: which gives.
            to: the key of the row that takes.
            amount: that moves.
            alike: what both must have, by field: the currency of the amount.
        """
        return actions.transfer(self, row, to, amount, alike)

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

    def seen(self) -> list[dict[str, Any]]:
        """The rows as JSON, to look at only: whoever asks is given the same as long as nothing is written."""
        if not self._seen:
            self._seen.append([self.layout.seen(row) for row in self._held.values()])
        return self._seen[0]

    def load(self, rows: list[E]) -> None:
        """Fill an empty table; keys must be unique, and references are checked by ``missing_references``."""
        for row in rows:
            key = self.key_of(row)
            if key in self._held:
                raise Conflict(f"{shown(key)} occurs twice.")
            self._held[key] = row
        for name in self.layout.unique:
            values = [value for row in rows if (value := getattr(row, name)) is not None]
            if len(set(values)) < len(values):
                raise Conflict(f"two rows have the same {name}.")

    def begin_as(self, other: "Table[E]") -> None:
        """Hold what a table that is never written holds, without copying it."""
        self._held, self._seen, self._shared = other._held, other._seen, True  # noqa: SLF001 - of the same class

    @contextmanager
    def narrowed_to_written(self) -> Iterator[None]:
        """For reading: only the rows that this call has written."""
        held = self._held
        self._held = {key: held[key] for key in self._session.changed.get(self._name, ()) if key in held}
        try:
            yield
        finally:
            self._held = held

    def added_up(self, row: E) -> E:
        """The row with the sums of its lines as they are."""
        sums = {name: found for name, rule in self.layout.sums.items() if (found := rule.of(row)) is not None}
        return row.model_copy(update=sums) if any(getattr(row, name) != found for name, found in sums.items()) else row

    def missing_references(self, row: E) -> Iterator[tuple[Reference, str | int]]:
        """What a row refers to and is not there."""
        for reference in self.layout.refs:
            target = self._session.tables[reference.target.name]
            for key in reference.keys_in(row):
                if key not in target:
                    yield reference, key

    def take(self, keys: Collection[str | int]) -> None:
        """Take rows out, whatever refers to them."""
        self._note(keys, self._restore, self._held, self._shared)
        self._held = {key: row for key, row in self._held.items() if key not in keys}
        self._shared = False

    def _mint(self, name: str) -> str | int:
        while True:
            count = self._session.counters[name]
            self._session.undo.append((self._session.counters.__setitem__, (name, count)))
            self._session.counters[name] = count + 1
            key = self.layout.mint(count + 1)
            if key not in self._held:
                return key

    def _validated(self, fields: dict[str, Any]) -> E:
        try:
            return self.added_up(self.entity.model_validate(fields))
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise InvalidArgument(f"{spoken(self.entity).capitalize()}: {place.replace('_', ' ')}: {first['msg']}.") from error

    def _check_references(self, row: E) -> None:
        for reference, key in self.missing_references(row):
            raise NotFound(f"There is no {spoken(reference.target.entity)} {shown(key)}.")

    def _check_unique(self, row: E) -> None:
        key = self.key_of(row)
        for name in self.layout.unique:
            value = getattr(row, name)
            if value is not None and any(self.key_of(other) != key for other in self._with_value(name, value)):
                raise Conflict(f"There is already a {spoken(self.entity)} with {name.replace('_', ' ')} {shown(value)}.")

    def _with_value(self, name: str, value: Any) -> list[E]:
        """The rows with a value in a field: looked up from the second time on, as long as nothing is written."""
        rows = self._rows.values()
        asked_before, index = name in self._by_value, self._by_value.get(name)
        if index is None and asked_before and name not in self.layout.nested:
            index = self._by_value[name] = {}
            for row in rows:
                index.setdefault(getattr(row, name), []).append(row)
        if index is None or not isinstance(value, Hashable):
            self._by_value.setdefault(name, None)
            return [row for row in rows if getattr(row, name) == value]
        return list(index.get(value, ()))

    def _note(self, keys: Iterable[str | int], back: Callable[..., None], *arguments: Any) -> None:
        """Note that rows are written, and the way back."""
        self._session.undo.append((back, arguments))
        self._session.changed.setdefault(self._name, {}).update(dict.fromkeys(keys))
        self._forget()

    def _own(self) -> dict[str | int, E]:
        """The rows, for writing: a mapping that other tables may hold is copied first."""
        if self._shared:
            self._held, self._shared = dict(self._held), False
        return self._held

    def _forget(self) -> None:
        """What was worked out of the rows no longer holds."""
        self._by_value.clear()
        self._seen = []

    def _put(self, key: str | int, row: E) -> None:
        self._forget()
        self._held[key] = row

    def _drop(self, key: str | int) -> None:
        self._forget()
        del self._held[key]

    def _restore(self, held: dict[str | int, E], shared: bool) -> None:
        self._forget()
        self._held, self._shared = held, shared
