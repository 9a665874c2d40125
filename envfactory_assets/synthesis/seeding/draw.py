"""A seeded source of values that read true: what the general rules and hand-written scenarios draw from."""

import string
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from random import Random
from typing import Any, TypeVar

from envfactory_assets.synthesis.seeding.lexicon import lexicon

T = TypeVar("T")
MAIL_HOSTS = ("example.com", "example.org", "mail.example.net", "post.example.com")
_CENTS = (0.0, 0.0, 0.5, 0.9, 0.95, 0.99, 0.25, 0.75, 0.4)


def plain(text: str) -> str:
    """A text in lower-case ASCII letters and digits, words joined by a dot."""
    bare = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ß", "ss").replace("ł", "l")).encode("ascii", "ignore").decode()
    return ".".join("".join(c if c.isalnum() else " " for c in bare.lower()).split())


@dataclass(frozen=True)
class Person:
    """Somebody, with what goes with the name."""

    first_name: str
    last_name: str
    company: str
    host: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"

    @property
    def email(self) -> str:
        """An address that shows the name."""
        return f"{plain(self.first_name)}.{plain(self.last_name)}@{self.host}"

    @property
    def username(self) -> str:
        """A login name that shows the name."""
        return f"{plain(self.first_name)[:1]}{plain(self.last_name).replace('.', '')}"


@cache
def _faker() -> Any:
    from faker import Faker  # noqa: PLC0415 - slow to import, and most values need no Faker

    return Faker("en_GB")


class Draw:
    """Draws values for one state.

    Attributes:
        now: the state's clock.
        me: the caller's id.
        size: about how many rows a busy table of this state has.
        random: the local source of randomness.
    """

    def __init__(self, seed: int, *, now: datetime, me: str | int | None, size: int) -> None:
        self.now = now
        self.me = me
        self.size = size
        self.random = Random(seed)  # noqa: S311 - values that look natural, not secrets
        self.lexicon = lexicon()
        self.counters: dict[str, int] = {}
        self._faker_seed = self.random.getrandbits(48)
        self._faker_ready = False
        self._taken: dict[str, set[Any]] = {}
        self._usual_places: list[dict[str, Any]] = []
        self._usual_words: dict[str, list[str]] = {}
        self.people: list[Person] = []

    @property
    def today(self) -> date:
        """The day of ``now``."""
        return self.now.date()

    @property
    def faker(self) -> Any:
        """The process's Faker, seeded for this state at its first use."""
        if not self._faker_ready:
            _faker().seed_instance(self._faker_seed)
            self._faker_ready = True
        return _faker()

    def key(self, entity: Any) -> Any:
        """The next id of an entity class, in its own style."""
        count = self.counters.get(entity.__name__, 0) + 1
        self.counters[entity.__name__] = count
        return entity.entity_layout.mint(count)

    def sign_in(self, key: str | int) -> None:
        """Make one of the rows the caller."""
        self.me = key

    def owner(self, share: float = 0.55) -> Any:
        """The caller's id for this share of draws, else the id of one of a few others."""
        return self.me if self.chance(share) else self.choice([f"U{number}" for number in (2, 4, 5, 7, 9) if f"U{number}" != self.me])

    def chance(self, share: float) -> bool:
        """True for this share of draws."""
        return self.random.random() < share

    def choice(self, options: Sequence[T]) -> T:
        """One of several."""
        return self.random.choice(options)

    def sample(self, options: Sequence[T], count: int) -> list[T]:
        """Several different ones, as many as there are."""
        return self.random.sample(list(options), min(count, len(options)))

    def integer(self, low: int, high: int, step: int = 1) -> int:
        """A whole number, both ends included."""
        return low + step * self.random.randint(0, max(0, (high - low) // step))

    def money(self, low: float, high: float, group: str = "") -> float:
        """An amount with ordinary cents; in a group, one not drawn before."""
        return self.distinct(group, lambda: self._amount(low, high)) if group else self._amount(low, high)

    def _amount(self, low: float, high: float) -> float:
        base = low * (high / low) ** self.random.random() if low > 0 else self.random.uniform(low, high)
        return round(min(max(int(base) + self.random.choice(_CENTS), low), high), 2)

    def words(self, name: str) -> str:
        """An entry of a word list, its slots filled."""
        return self.lexicon.fill(self.random.choice(self.lexicon.words[name]), self.random)

    def fill(self, templates: Sequence[str], *, capital: bool = True) -> str:
        """One of several templates, its slots filled, starting with a capital unless told otherwise."""
        text = self.lexicon.fill(self.random.choice(templates), self.random)
        return text[:1].upper() + text[1:] if capital else text

    def usual(self, group: str, words: str) -> list[str]:
        """Four entries of a word list that a group keeps to."""
        if group not in self._usual_words:
            self._usual_words[group] = self.sample(self.lexicon.words[words], 4)
        return self._usual_words[group]

    def distinct(self, group: str, make: Any, tries: int = 14) -> Any:
        """A value that this group has not had; after some tries, whatever comes."""
        taken = self._taken.setdefault(group, set())
        value = make()
        for _ in range(tries):
            if value not in taken:
                break
            value = make()
        taken.add(value)
        return value

    def person(self) -> Person:
        """Somebody new."""

        def make() -> Person:
            return Person(self.words("first_name"), self.words("last_name"), self.words("company_name"), self.choice(MAIL_HOSTS))

        found: Person = self.distinct("\0person", make)
        self.people.append(found)
        return found

    def somebody(self) -> Person:
        """Somebody met before, the more the more there are, or somebody new."""
        met = len(self.people)
        return self.choice(self.people) if met > 12 or self.chance(met / (met + 3)) else self.person()

    def place(self) -> dict[str, Any]:
        """A city with all that belongs to it; mostly one of a few, so that rows can be grouped by where they are."""
        usual = self._known_places()
        return dict(self.choice(usual if self.chance(0.85) else self.lexicon.places))

    @property
    def home(self) -> dict[str, Any]:
        """The city whose money most of the state is kept in."""
        known, usual = self._known_places(), self.lexicon.usual["currency"]
        return dict(next((place for place in known if place["currency"] in usual), known[0]))

    def _known_places(self) -> list[dict[str, Any]]:
        if not self._usual_places:
            self._usual_places = self.sample(self.lexicon.places, 6)
        return self._usual_places

    def digits(self, pattern: str) -> str:
        """A pattern with ``#`` for a digit and ``?`` for a capital letter."""
        digit, letter = string.digits, "ABCDEFGHJKLMNPRSTUVWXY"
        return "".join(self.choice(digit) if c == "#" else self.choice(letter) if c == "?" else c for c in pattern)

    def day(self, low: int, high: int) -> date:
        """A date between so many days from today; negative is past."""
        return self.today + timedelta(days=self.random.randint(low, high))

    def moment(self, low: int, high: int, *, office_hours: bool = True) -> datetime:
        """A moment on such a day; on today's date, before or after now as the range asks."""
        day = self.day(low, high)
        hour = self.random.randint(8, 18) if office_hours else self.random.randint(6, 22)
        found = datetime.combine(day, time(hour, self.choice((0, 15, 30, 45)) if office_hours else self.random.randint(0, 59)), UTC)
        if high <= 0 and found >= self.now:
            found = self.now - timedelta(minutes=self.random.randint(10, 600))
        if low >= 0 and found <= self.now:
            found = self.now + timedelta(minutes=15 * self.random.randint(2, 30))
        return found
