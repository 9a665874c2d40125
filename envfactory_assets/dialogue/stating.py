"""Which parameters people give in words, and what they state of a thing that they make or change."""

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.values import has_words
from envfactory_assets.records import ParameterSpec, ToolSpec


def sayable(env_id: str, parameter: ParameterSpec, services: Services, *, strictly: bool = True) -> bool:
    """Whether people would state this argument in words; strictly, whether it is one of those they speak of often."""
    field = services.set_field(env_id, parameter)
    if services.meant_entity(env_id, parameter) is not None or parameter.type in {"object", "array"}:
        return False
    if set(lexicon.words("vocabulary")["unasked"]) & set(lexicon.split_name(parameter.name)):
        return False
    if field is not None and field.type in {"key", "ref", "caller", "object", "list"}:
        return False
    kind = field.type if field is not None else parameter.type
    if kind == "boolean":
        return (fields.quality if parameter.role == "filter" else fields.flag)(parameter.name) is not None
    if kind in {"integer", "number"} and lexicon.last_word(parameter.name) in lexicon.words("arguments")["enum_only"]:
        return False  # a choice in the service's own numbers
    if parameter.role == "value" and kind in {"date", "datetime"} and fields.happened(parameter.name) not in {None, "due"}:
        return False  # it happens by itself
    if _is_odd(parameter):
        return False
    if (
        strictly
        and parameter.role != "search"
        and not (fields.is_familiar(parameter.name) or (field is not None and fields.is_familiar(field.wire)))
    ):
        return False
    if strictly and kind in {"money", "number", "integer"} and lexicon.is_qualified(parameter.name, parameter.entity):
        return False  # the condition price is not the price
    plain_text = kind in {"text", "string"} and not parameter.enum
    return not plain_text or parameter.role in {"filter", "search"} or has_words(parameter.name, parameter.entity or "")


def stated_fields(env_id: str, tool: ToolSpec, services: Services) -> frozenset[str]:
    """The parameters of what is made or changed that people would state: those they speak of often, else others they have words for."""
    values = [p for p in tool.parameters if p.role == "value"]
    found = [p for p in values if p.required or sayable(env_id, p, services)]
    if not found and any(effect.family == "update" for effect in tool.effects):
        found = seldom_stated(env_id, values, services)
    return frozenset(parameter.name for parameter in found)


def seldom_stated(env_id: str, parameters: list[ParameterSpec], services: Services) -> list[ParameterSpec]:
    """What an update could set that people seldom speak of; no choice and no number that only programs know."""
    optional = [p for p in parameters if p.role == "value" and p.type not in {"boolean", "integer", "number"} and not p.enum]
    return [p for p in optional if sayable(env_id, p, services, strictly=False)]


def names_it(name: str) -> bool:
    """Whether an argument is what the thing itself is called; a person may have a first and a last name."""
    whole = lexicon.is_label(name) and not lexicon.is_part_of_a_name(name)
    return whole and not lexicon.is_prose(name) and name != "description"


def _is_reached_by(name: str, entity: str) -> bool:
    """Whether a value says how to reach something that nobody calls or writes to: the phone number of an appointment."""
    contact = lexicon.last_word(name) in {*lexicon.words("relations")["contact_data"], "mobile"}
    return contact and not (lexicon.is_reachable(entity) or lexicon.stands_for_somebody(entity))


def _is_odd(parameter: ParameterSpec) -> bool:
    """Whether people would not give, or look for, a thing by this: a supplier has no first name, nobody knows a whole text by heart."""
    entity = parameter.entity
    called = {lexicon.last_word(parameter.name), "_".join(lexicon.split_name(parameter.name))}
    of_people = bool(called & set(lexicon.words("vocabulary")["of_people_only"]))
    if entity is not None and lexicon.is_title(parameter.name) and lexicon.names_no(parameter.name, entity):
        return True
    if of_people and entity is not None and not lexicon.stands_for_somebody(entity):
        return True
    if entity is not None and lexicon.split_name(parameter.name) == ("amount",) and not lexicon.has_amounts(entity):
        return True  # how many days or hours, which nobody calls an amount
    if parameter.role == "value":
        of_somebody = lexicon.is_part_of_a_name(parameter.name) and not (entity is not None and lexicon.is_person(entity))
        return entity is not None and (of_somebody or _is_reached_by(parameter.name, entity))
    if parameter.role != "filter":
        return False
    contact = lexicon.last_word(parameter.name) in {*lexicon.words("relations")["contact_data"], "mobile"}
    contact = contact and ("email" not in lexicon.split_name(parameter.name) or (entity is not None and not lexicon.is_reachable(entity)))
    outright = parameter.operator in {None, "eq"}  # what has a name is named, not looked for by it
    numbered = lexicon.last_word(parameter.name) == "number"
    return contact or (outright and (numbered or lexicon.is_prose(parameter.name) or names_it(parameter.name)))
