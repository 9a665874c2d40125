"""Who asks: a role in which people use these services, a manner of speaking, and how long such a person's requests are."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.wording import DateStyle
from envfactory_assets.records import derived_seed

Side = Literal["own", "staff"]


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody who asks for things.

    Attributes:
        domain: where the service belongs.
        side: whether the records are the caller's own (a guest's stays) or the caller looks after them for others.
        register: manner of speaking, a key of ``personas.yaml``.
        words: how many words such a person's requests have on average.
        greets: whether the conversation opens with a greeting.
        explains: how often, from 0 to 1, the person says why or what for.
        reacts: how often the person takes up what the assistant has just told.
        month_first: ``June 3`` or ``3 June``.
    """

    domain: str
    side: Side
    register: str
    words: float
    greets: bool
    explains: float
    reacts: float
    month_first: bool

    @classmethod
    def drawn(cls, domain: str, side: Side, seed: int) -> "Persona":
        """The person of a conversation, the same for the same seed."""
        rng = Random(derived_seed(seed, "persona"))  # noqa: S311 - which person it is, is no secret
        registers: Mapping[str, Any] = lexicon.words("personas")["registers"]
        name = rng.choices(list(registers), [registers[key]["weight"] for key in registers])[0]
        habits = registers[name]
        return cls(
            domain=domain,
            side=side,
            register=name,
            words=rng.uniform(*habits["words"]),
            greets=rng.random() < habits["greets"],
            explains=habits["explains"],
            reacts=habits["reacts"],
            month_first=rng.random() < 0.5,
        )

    def dates(self, rng: Random) -> DateStyle:
        """How this person says the dates of one request."""
        return DateStyle(relative=rng.random() < 0.7, month_first=self.month_first)


def side_of(services: Services) -> Side:
    """Whether the services keep records of the caller's own; who picks the orders of others or made their records looks after them."""
    owning = set(lexicon.words("vocabulary")["owners"])
    entities = [entity for spec in services.specs.values() for entity in spec.entities]
    owned = [field for entity in entities for field in entity.fields if field.type == "caller"]
    return "own" if any(owning & set(lexicon.split_name(field.wire)) for field in owned) else "staff"
