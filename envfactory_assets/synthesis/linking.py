"""Which record type a property points to: by its name, by what its description says, by what is inside it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from envfactory_assets.corpus.prose import SAYING_MORE
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import Naming, noun, singular, snake, words

_FEWEST_ALIKE = 2
REFERENCE_ENDS = ("id", "gid", "sid", "uuid", "uid", "guid", "ref")


@dataclass(frozen=True)
class References:
    """How properties are recognised as pointing to an entity, and how such a field is named."""

    by_schema: Callable[[str], str | None]  # shared schema name, or one like it -> entity
    schemas: dict[str, str]  # shared schema name -> the entity that it is the record of
    by_thing: Callable[[str], str | None]  # noun -> entity
    by_ending: Callable[[str], str | None]  # noun -> the only entity whose noun ends in it: ``block`` for a document block
    by_key: Callable[[tuple[str, ...]], str | None]  # words of a name that say a thing and what its key is called -> entity
    by_exact_key: dict[str, str]  # what the arguments of calls call the key of a record, in snake case -> entity
    people: str | None  # the entity that stands for users
    keys: dict[str, str]  # entity -> wire name of its key
    numbered: frozenset[str]  # the entities whose keys are integers
    shown: dict[str, frozenset[str]]  # entity -> its properties, in snake case
    spoken: frozenset[str]  # the nouns whose keys any record holds, of entities or not
    naming: Naming


class Linker:
    """Finds the record types that the properties of one document point to."""

    def __init__(self, references: References) -> None:
        self._references = references
        telling = [(snake(key), entity) for entity, key in references.keys.items() if snake(key) in lexicon().telling_keys]
        self._by_telling_key = {key: entity for key, entity in telling if [k for k, _ in telling].count(key) == 1}

    def by_schema(self, shared: str | None, inner: Iterable[str], owner: str) -> str | None:
        """The entity of a shared schema; one that only sounds like it is another view of the record when it shows its key."""
        if shared is None or shared in self._references.schemas:
            return self._references.schemas.get(shared or "")
        found = self._references.by_schema(shared)
        if found is None or found == owner:
            return None
        return (
            found
            if {snake(key) for key in inner} & {"id", "gid", "uuid", f"{snake(found)}_id", snake(self._references.keys[found])}
            else None
        )

    def by_name(self, wire: str, owner: str = "") -> str | None:
        """The entity a name such as ``billing_customer_id`` or ``owner`` implies; ``parent_id`` means the owner's own.

        What is called exactly as the key of another is that key, whatever the other is called: ``guildId`` of servers.
        """
        found = self._by_name(wire, owner)
        exact = self._references.by_exact_key.get(snake(wire)) if found is None else None
        return found if exact in {None, owner} else exact

    def _by_name(self, wire: str, owner: str) -> str | None:
        parts = words(wire)
        if parts and parts[-1] in {"fk", "idfk"}:  # CompanyIDFK, company_id_fk
            parts = (*parts[:-1], "id") if parts[-1] == "idfk" else parts[:-1]
        if (
            parts[-1:]
            and parts[-1] in REFERENCE_ENDS
            and "_".join(parts[:-1]) in lexicon().own_references
            and owner in self._references.keys
        ):
            return owner
        if (
            len(parts) == 1
            and wire.islower()
            and wire.endswith("id")
            and (found := self._references.by_thing(wire[:-2])) not in {None, owner}
        ):
            return found  # userid
        own = words(self._references.keys.get(owner, ""))
        if (
            own
            and own[-1] not in REFERENCE_ENDS
            and len(parts) > len(own) == 1
            and parts[-1:] == own
            and set(parts[:-1]) - set(words(owner)) <= lexicon().own_words
            and set(parts[:-1]) & lexicon().own_words
        ):
            return owner  # thread_ts of messages told by their ts
        if len(parts) > 2 and (named := self._references.by_key(parts)) not in {None, owner} and self._is_long_key(named or ""):
            return named
        if parts and parts[-1] in REFERENCE_ENDS:
            stem: tuple[str, ...] = parts[:-1]
        elif parts and parts[0] == "id" and len(parts) > 1:
            stem = parts[1:]
        elif len(parts) > 1 and (found := self._by_own_key(parts, owner)):
            return found
        elif "_".join(parts) in lexicon().caller_fields or _by_whom(parts) or _says_who(parts):
            stem = parts
        else:
            named = self._references.by_key(parts) or self._by_telling_key.get(snake(wire))
            return named if named != owner else None
        return self._by_stem(stem[:-1] if stem[-1:] == ("by",) else stem, parts, owner)

    def _by_stem(self, stem: tuple[str, ...], parts: tuple[str, ...], owner: str) -> str | None:
        found = self._by_words(stem, owner)
        if found is not None:
            return found or None
        if len(stem) == 1 and parts[-1] in REFERENCE_ENDS and (ending := self._references.by_ending(noun(stem[0]))) != owner and ending:
            return ending
        acted = parts[:-1] if parts[-1] in REFERENCE_ENDS else parts
        return self._references.people if _by_whom(acted) else None

    def by_last_words(self, wire: str, owner: str = "") -> str | None:
        """The entity that the last words of a name speak of: ``cover_image`` is an image."""
        return self._by_words(words(wire), owner) or None

    def _by_words(self, parts: tuple[str, ...], owner: str) -> str | None:
        """The entity that the last of some words name; empty when they name one that is not meant."""
        for start in range(len(parts)):
            said = noun("_".join(parts[start:]))
            below = said.startswith("sub") and start == 0
            if found := self._references.by_thing(said) or (self._references.by_thing(said.removeprefix("sub")) if below else None):
                itself = found == owner and not below and not set(parts[:start]) & lexicon().own_words
                return "" if itself or set(parts[:start]) & lexicon().foreign_words else found
        for candidate in lexicon().reference_words.get(noun(parts[-1]) if parts else "", ()):
            if found := self._references.by_thing(candidate):
                return found
            if candidate in self._references.spoken:  # there are records of that kind, and the document shows none
                return ""
        return None

    def by_description(self, wire: str, names: str | None, owner: str) -> str | None:
        """The entity whose key a description says the value is: the one that it names."""
        parts = words(wire)
        if names is None or set(parts) & lexicon().foreign_words or self._is_own_key(parts, owner):
            return None
        plain = parts[-1] not in REFERENCE_ENDS and parts[0] != "id" and noun(parts[-1]) != noun(names)
        if plain and (noun(parts[-1]) in lexicon().content_words or snake(wire) in lexicon().label_fields):
            return None
        stem = tuple(names.split("_"))
        for end in (len(stem), len(stem) - 1):  # the last word may say more of the thing: the account responsible
            if (end < len(stem) and not stem[-1].endswith(SAYING_MORE)) or not end:
                break
            if (found := self._by_words(stem[:end], "" if end > 1 and self._is_another(stem[:end], owner) else owner)) is not None:
                return found or None
        return None

    def _is_own_key(self, parts: tuple[str, ...], owner: str) -> bool:
        """Whether a name that says no more than that it is a key may be the owner's: another one is, beside the owner's of another name."""
        plain = not set(parts) - {*REFERENCE_ENDS, "key"}
        own = words(self._references.keys.get(owner, ""))
        return plain and (not own or parts in (own, ("id",)))

    def _is_another(self, said: tuple[str, ...], owner: str) -> bool:
        """Whether a record of the owner's own type is meant, but another one: a managing account of an account."""
        return self._references.by_thing(noun(said[-1])) == owner and said[-2].endswith("ing")

    def named_alike(self, wire: str, owner: str, *, sure: bool = False) -> str | None:
        """The entity that a text called exactly as it holds the key of: ``channel`` beside channels; not what may be a text itself."""
        said = noun(wire)
        if not sure and {said, said.rpartition("_")[2]} & lexicon().content_words:
            return None
        found = self._references.by_thing(said)
        if found is None and said.startswith("parent_") and self._references.by_thing(said.removeprefix("parent_")) == owner:
            return owner
        return None if found == owner else found

    def listed(self, wire: str, owner: str) -> str | None:
        """The entity that a list of texts holds the keys of: ``members``, ``reply_users``."""
        last = noun(words(wire)[-1]) if words(wire) else ""
        if last in lexicon().kin_words and owner in self._references.keys:
            return owner
        found = self._references.by_thing(last)
        told = found is not None and snake(self._references.keys[found]) in {"name", "code", "slug", last}  # records told by such texts
        if (last in lexicon().content_words and not told) or set(words(wire)) & lexicon().foreign_words:
            return None
        if found is None and last in lexicon().people_words:
            found = self._references.people
        return None if found == owner else found

    def number_of(self, wire: str, kind: str | None) -> str | None:
        """The entity that a plain number named like it stands for: ``server`` beside servers numbered 1, 2, ..."""
        target = self._references.by_thing(snake(wire)) if kind == "integer" else None
        return target if target in self._references.numbered else None

    def is_numbered(self, entity: str | None) -> bool:
        """Whether records of an entity are numbered."""
        return entity in self._references.numbered

    def is_plainly(self, wire: str, entity: str) -> bool:
        """Whether a name says a key of an entity and nothing else: ``customer_id``, not ``google_customer_id``."""
        stem = [word for word in words(wire) if word not in REFERENCE_ENDS and word != "key"]
        return not stem or self._references.by_thing(noun("_".join(stem))) == entity or "_".join(stem) in lexicon().own_references

    def embedded(self, wire: str, inner: Iterable[str], owner: str, *, one: bool = True) -> str | None:
        """The entity that an object with a key stands for, by the property's name; a ``parent`` is one of the owner's own."""
        held = {snake(key) for key in inner}
        if one and self._is_own(wire, held, owner):
            return owner
        target = self.by_last_words(wire, owner) or self.by_name(wire)
        if target is None:
            return None
        key = snake(self._references.keys[target])
        plain = noun(wire)
        if held & {"id", "gid", "uuid", key} or (f"{plain}_id" in held and self._references.by_thing(plain) == target):
            return target
        if not one:
            return None
        alike = len(held & self._references.shown[target])
        return target if alike >= _FEWEST_ALIKE and alike * 3 >= len(held) * 2 and self._references.by_thing(plain) == target else None

    def _is_own(self, wire: str, held: set[str], owner: str) -> bool:
        """Whether an object is another record of the owner's type, by what it is to the owner and by its key: ``parent``, ``previous``."""
        key = snake(self._references.keys.get(owner, ""))
        if not key:
            return False
        said = words(wire)
        own = bool(said) and set(said) <= lexicon().own_words and self._references.by_thing(noun(wire)) is None
        return (snake(wire) in lexicon().own_references and (held == {"id"} or (key in held and "type" not in held))) or (
            own and key in held and key != "id"
        )

    def _is_long_key(self, entity: str) -> bool:
        """Whether the key of an entity is called by more than its end, and not after the entity: ``client_id`` of an originator."""
        key = words(self._references.keys[entity])
        return len(key) > 1 and "_".join(key[:-1]) not in snake(entity)

    def _by_own_key(self, parts: tuple[str, ...], owner: str) -> str | None:
        """The entity that a name ends in the own key of: ``system_symbol`` beside systems told by their symbol."""
        found = self._references.by_thing(noun("_".join(parts[:-1])))
        return found if found and found != owner and words(self._references.keys.get(found, ""))[-1:] == parts[-1:] else None


def singular_wire(wire: str) -> str:
    """``tagIds`` as ``tag_id``."""
    parts = words(wire)
    return "_".join((*parts[:-1], singular(parts[-1]))) if parts else wire


def _by_whom(parts: tuple[str, ...]) -> bool:
    """Whether a name says by whom something was done: ``created_by``, not ``sort_by``."""
    return parts[-1:] == ("by",) and len(parts) > 1 and (parts[-2].endswith("ed") or parts[-2] in lexicon().deed_words)


def _says_who(parts: tuple[str, ...]) -> bool:
    """Whether the last word of a name stands for a person or thing, and is not a text itself."""
    return bool(parts) and parts[-1] in lexicon().reference_words and parts[-1] not in lexicon().content_words
