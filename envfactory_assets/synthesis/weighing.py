"""How much a field helps a person to speak of the record that it belongs to."""

from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import snake, words
from envfactory_assets.synthesis.plan import STATUS, FieldPlan


def weigh(made: FieldPlan) -> float:
    """How much a field helps a person to speak of the record."""
    spelt = snake(made.wire)
    labels = lexicon().label_fields
    by_kind = {
        "ref": 5,
        "enum": 4,
        "money": 4.5,
        "date": 4,
        "datetime": 3,
        "boolean": 2,
        "text": 2,
        "integer": 2,
        "number": 2,
        "texts": 2,
        "refs": 4.5,
        "part": 1.5,
        "parts": 2.5,
    }
    value = float(by_kind.get(made.kind, 1))
    if spelt in labels:
        value += 6 - labels.index(spelt) / 10
    if len(made.enum) > 12:
        value -= 3
    if spelt in STATUS:
        value += 3
    return value - 0.6 * max(len(words(made.wire)) - 2, 0)
