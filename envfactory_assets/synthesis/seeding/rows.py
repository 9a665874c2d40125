"""Rows of a whole state: keys, references, owners, statuses, then the fields of each row."""

import re
from typing import Any

from envfactory_assets.synthesis.seeding.context import Known, RowContext
from envfactory_assets.synthesis.seeding.draw import Draw
from envfactory_assets.synthesis.seeding.lexicon import snake, spellings
from envfactory_assets.synthesis.seeding.plan import EntityPlan, FieldPlan, SeedPlan
from envfactory_assets.synthesis.seeding.values import as_moment, chosen_here, fill_field

_STATUS_WORDS = ("status", "state", "stage", "phase", "condition")
_FEW = frozenset({"person", "company", "team", "category", "tag", "subscription"})
_MOST_ROWS = 170
_OWNED_BY_CALLER = 0.55
_STEPS = frozenset({"running", "queued", "processing", "executing"})  # what states of work that a machine does are called
_UNDER_WAY = _STEPS | {"pending", "waiting", "scheduled", "created", "in_progress", "started", "up_for_retry"}
_ENDING = re.compile(r"(^|_)(end|ended|finish|finished|stop|stopped|complete|completed)(_|$)")


class Tables:
    """The rows of one state in the making.

    Args:
        plan: how the environment's rows are made.
        draw: where values come from; its ``me`` is set here when the caller is a row.
        most: an upper bound for the rows of each table.
    """

    def __init__(self, plan: SeedPlan, draw: Draw, most: int) -> None:
        self.plan, self.draw = plan, draw
        self.rows: dict[str, list[dict[str, Any]]] = {entity.table: [] for entity in plan.entities}
        self._linked: dict[str, set[tuple[Any, ...]]] = {}
        self.known = Known({entity.name: [draw.key(entity.entity) for _ in range(self._count(entity, most))] for entity in plan.entities})
        self.keys = self.known.keys
        self.names: dict[tuple[str, Any], str] = {}  # what rows are called whose keys are names
        self.callers = self._callers()

    def fill(self) -> dict[str, list[dict[str, Any]]]:
        """Make every row, those that others refer to first."""
        for entity in self.plan.entities:
            decks = {field.name: self._deck(field, len(self.keys[entity.name])) for field in entity.fields if field.shape.kind == "enum"}
            for place, key in enumerate(self.keys[entity.name]):
                row = self._row(entity, key, place, decks)
                self.rows[entity.table].append(row)
                self.known.rows[entity.name, key] = row
        return self.rows

    def _count(self, entity: EntityPlan, most: int) -> int:
        size = min(most, max(3, _MOST_ROWS // len(self.plan.entities)))
        if entity.kind is not None and entity.kind.name in _FEW:
            size = min(size, 9)
        elif not entity.entity.entity_layout.refs:
            size = min(size, 18)
        return self.draw.integer(max(3, size - size // 4), size + (1 if size < most else 0))

    def _callers(self) -> list[Any]:
        """The caller, then the others that own rows."""
        person = self.plan.person
        if person is not None:
            keys = self.keys[person.name]
            self.draw.me = self.draw.choice(keys)
            return [self.draw.me, *(key for key in keys if key != self.draw.me)]
        integer = any(
            entity.entity.model_fields[field.name].annotation is int
            for entity in self.plan.entities
            for field in entity.fields
            if field.shape.kind == "caller"
        )
        numbers = self.draw.sample(range(1, 13), 5)
        callers: list[Any] = list(numbers) if integer else [f"U{number}" for number in numbers]
        self.draw.me = callers[0]
        return callers

    def _deck(self, field: FieldPlan, count: int) -> list[str]:
        """One value a row: each option as often as its name deserves, in a drawn order."""
        statuses = self.draw.lexicon.statuses
        by_status = any(word in snake(field.name) for word in _STATUS_WORDS)
        options = self.draw.lexicon.used(field.shape.enum)
        if not by_status:
            self.draw.random.shuffle(options)
        weights = [
            (5.0 if option.lower() in statuses["common"] else 0.6 if option.lower() in statuses["rare"] else 2.0)
            if by_status
            else 1 / (place + 1.2)
            for place, option in enumerate(options)
        ]
        exact = [weight * count / sum(weights) for weight in weights]
        shares = [int(value) for value in exact]
        order = sorted(range(len(options)), key=lambda i: (shares[i] - exact[i], i))
        for i in order[: count - sum(shares)]:
            shares[i] += 1
        if by_status and sum(share > 0 for share in shares) < 2 and len(options) > 1 and count > 2:
            top, other = (
                max(range(len(options)), key=shares.__getitem__),
                self.draw.choice([i for i, share in enumerate(shares) if not share]),
            )
            shares[top], shares[other] = shares[top] - 1, 1
        deck = [option for option, share in zip(options, shares, strict=True) for _ in range(share)]
        self.draw.random.shuffle(deck)
        return deck

    def _row(self, entity: EntityPlan, key: Any, place: int, decks: dict[str, list[str]]) -> dict[str, Any]:
        context = RowContext(self.draw, self.known, entity.name, entity.kind, tuple(snake(field.name) for field in entity.fields))
        context.past = {field.name for field in entity.fields if field.how.get("when") in {"past", "history"} and field.after is None}
        context.values[entity.key] = context.key = key
        self._link(entity, context, place)
        if entity.called is not None and entity.label is None:
            self._call(entity, entity.called, context)
        for field in entity.fields:
            if field.name in context.values or field.shape.kind == "key":
                continue
            context.values[field.name] = self._value(entity, field, context, place, decks)
        self._choose_one(entity, context)
        self._tell_states(entity, context)
        if entity.called is not None and entity.label is not None:
            self._call(entity, entity.called, context)
        return {name: context.values[name] for name in entity.entity.model_fields}

    def _call(self, entity: EntityPlan, called: FieldPlan, context: RowContext) -> None:
        """Note what a row is called by the key that it gets when all rows are made, unlike any other of its table."""
        made = self.draw.distinct(f"{entity.name}\0key", lambda: str(fill_field(context, called)))
        taken, count, name = {name for (of, _), name in self.names.items() if of == entity.name}, 1, made
        while name in taken:
            count += 1
            head, at, rest = made.partition("@")
            name = f"{head}{count}{at}{rest}" if at else f"{made} {count}" if " " in made else f"{made}-{count}"
        self.names[entity.name, context.key] = name

    def _tell_states(self, entity: EntityPlan, context: RowContext) -> None:
        """What tells when, or by whom, a row came to be so has a value where it is so, and mostly none where it is not."""
        fields = {field.name: field for field in entity.fields}
        for name, mark in entity.entity.entity_layout.reached.items():
            so = mark.reached(context.values.get(mark.field))
            if so and context.values[name] is None:
                target = fields[name].target
                options = self.known.named(target) if target else ()
                context.values[name] = self.draw.choice(list(options)) if options else None if target else fill_field(context, fields[name])
            elif not so and not mark.stays:
                context.values[name] = None

    def _choose_one(self, entity: EntityPlan, context: RowContext) -> None:
        """Of two ways to say the same, such as an amount off and a percentage off, a row has one."""
        fields = {snake(field.name): field for field in entity.fields}
        for names in self.draw.lexicon.either:
            present = [fields[name] for name in names if name in fields and context.values[fields[name].name] is not None]
            if len(present) > 1 and all(field.shape.optional for field in present):
                kept = self.draw.choice(present)
                context.values |= {field.name: None for field in present if field is not kept}

    def _link(self, entity: EntityPlan, context: RowContext, place: int) -> None:
        """Fill the references; rows that do nothing but join others join each pair once."""
        refs = [field for field in entity.fields if field.shape.kind == "ref"]
        joins = len(refs) > 1 and entity.label is None
        for _ in range(8):
            for field in refs:
                context.values[field.name] = self._reference(entity, field, context, place)
            linked = tuple(context.values[field.name] for field in refs)
            if not joins or linked not in self._linked.setdefault(entity.name, set()):
                break
        if joins:
            self._linked[entity.name].add(linked)

    def _reference(self, entity: EntityPlan, field: FieldPlan, context: RowContext, place: int) -> Any:
        target = str(field.target)
        if field.follows is not None:
            through, way = field.follows
            row = self.known.rows.get((self._target_of(entity, through), context.values.get(through)))
            if row is not None and row.get(way) is not None:
                return row[way]
        options = self.keys[target][:place] if target == entity.name else self.known.named(target)
        if field.shape.optional and (not options or not self.draw.chance(0.45 if target == entity.name else 0.75)):
            return None
        if not options:
            return self.keys[target][0]
        if self.plan.person is not None and target == self.plan.person.name and self.draw.chance(0.3):
            return self.draw.me
        skewed = int(len(options) * self.draw.random.random() ** 1.4)
        return options[skewed]

    def _target_of(self, entity: EntityPlan, ref: str) -> str:
        return next(str(field.target) for field in entity.fields if field.name == ref)

    def _value(self, entity: EntityPlan, field: FieldPlan, context: RowContext, place: int, decks: dict[str, list[str]]) -> Any:
        kind = field.shape.kind
        if kind == "caller":
            return self._owner(entity, context, place)
        if field.copies is not None:
            ref, name = field.copies
            row = self.known.rows.get((self._target_of(entity, ref), context.values.get(ref)))
            return None if row is None and field.shape.optional else row[name] if row is not None else fill_field(context, field)
        if kind == "enum" and not (field.shape.optional and field.name not in _STATUS_WORDS and self.draw.chance(0.15)):
            return chosen_here(context, field, list(field.shape.enum)) or self._status(field, context, decks[field.name][place])
        if field.shape.optional and not self._filled(field, context):
            return None
        return fill_field(context, field)

    def _status(self, field: FieldPlan, context: RowContext, value: str) -> str:
        statuses = self.draw.lexicon.statuses
        if any(word in snake(field.name) for word in _STATUS_WORDS):
            context.states |= {snake(option): option == value for option in field.shape.enum}
            context.under_way = bool(_STEPS & context.states.keys()) and value.lower() in _UNDER_WAY
            context.finished = True if value.lower() in statuses["finished"] else False if value.lower() in statuses["upcoming"] else None
        return value

    def _filled(self, field: FieldPlan, context: RowContext) -> bool:
        """Whether an optional field has a value: ``completed_at`` only where the status says completed."""
        stem = snake(field.name).rsplit("_", 1)[0]
        if context.under_way and field.shape.kind in {"date", "datetime"} and _ENDING.search(snake(field.name)):
            return False
        begun = as_moment(context.values.get(field.after)) if field.after and field.how.get("when") == "recent" else None
        if begun is not None and begun > self.draw.now:
            return False
        said = {value.lower() for value in context.values.values() if isinstance(value, str)}
        if self._tells_an_end(field, stem):
            spelt = {*spellings(stem), stem.removesuffix("d"), stem.removesuffix("ed")}
            if spelt & said or (context.finished and stem in {"end", "ended", "finish", "finished", "stopped"}):
                return True
            if stem not in {"updated", "modified"} and not stem.startswith("last"):
                return context.values.get(stem) is True or context.values.get(f"is_{stem}") is True
        if field.name in context.past and "creat" in field.name:
            return True
        if field.how.get("make") in {"label", "full_name", "email", "first_name", "last_name"} or field.name in _STATUS_WORDS:
            return True
        return self.draw.chance(0.82)

    def _tells_an_end(self, field: FieldPlan, stem: str) -> bool:
        """Whether a field says when, why or by whom something was brought to an end, such as ``cancelled_by``."""
        if field.shape.kind in {"date", "datetime"} or field.how.get("make") == "date_text":
            return field.how.get("when") == "recent"
        rule = self.draw.lexicon.rule_for("time", f"{stem}_at", None) if snake(field.name).endswith(("_by", "_reason")) else None
        return rule is not None and rule.how.get("when") == "recent"

    def _owner(self, entity: EntityPlan, context: RowContext, place: int) -> Any:
        """The caller for somewhat more than half of the rows; what belongs to an owned row mostly has its owner."""
        for ref in (field for field in entity.fields if field.shape.kind == "ref"):
            parent = self.plan.of(str(ref.target))
            row = self.known.rows.get((parent.name, context.values.get(ref.name)))
            owner = next((f.name for f in parent.fields if f.shape.kind == "caller"), None)
            if row is not None and owner is not None and self.draw.chance(0.85):
                return row[owner]
        if place < 2:
            return self.callers[place % len(self.callers)]
        return self.callers[0] if self.draw.chance(_OWNED_BY_CALLER) else self.draw.choice(self.callers[1:] or self.callers)
