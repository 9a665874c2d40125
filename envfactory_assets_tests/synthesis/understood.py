"""What is understood of a document, in short, for the tests of synthesis."""

from envfactory_assets.synthesis.meaning import Meaning


def effects(meaning: Meaning) -> dict[str, str]:
    return {effect.operation_id: f"{effect.word} {effect.entity}" for effect in meaning.effects}


def links(meaning: Meaning) -> set[tuple[str, str, str]]:
    return {(link.entity, link.wire, link.target) for link in meaning.links}


def filters(meaning: Meaning) -> dict[str, tuple[str, str]]:
    return {each.parameter: (each.wire, each.operator) for each in meaning.filters}


def keys(meaning: Meaning) -> dict[str, str]:
    return {entity.thing: entity.key.wire for entity in meaning.entities}
