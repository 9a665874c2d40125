"""Which values a user would bring to a wish: few enough for one breath, sayable in words, in the order of time."""

import re
from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.forms import leaves
from envfactory_assets.dialogue.planning import PlannedCall
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.values import has_words
from envfactory_assets.records import ArgumentOrigin, ParameterSpec, Provider, ToolSpec

MOST_OPTIONAL = 3
MOST_SAID = 5
_DATED = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")


def kept_providers(call: PlannedCall, services: Services, rng: Random) -> list[Provider]:
    """The providers of a call without those of optional values beyond what people say in one breath."""
    optional = []
    for provider in call.providers:
        parameter = services.parameter(call.env_id, call.tool, provider.parameter)
        if parameter is not None and not parameter.required and provider.kind in {"user", "state", "constant"}:
            optional.append((provider, sayable(call.env_id, parameter, services)))
    spoken = [provider for provider, said in optional if said] or [provider for provider, _ in optional]
    rng.shuffle(spoken)
    chosen = sorted(spoken, key=lambda provider: not lexicon.is_label(provider.parameter))[:MOST_OPTIONAL]
    left_out = [provider for provider, _ in optional if provider not in chosen]
    return [provider for provider in call.providers if provider not in left_out]


def sayable(env_id: str, parameter: ParameterSpec, services: Services) -> bool:
    """Whether people would state this argument in words."""
    field = services.set_field(env_id, parameter)
    if services.meant_entity(env_id, parameter) is not None or parameter.type in {"object", "array"}:
        return False
    if set(lexicon.words("vocabulary")["unasked"]) & set(lexicon.split_name(parameter.name)):
        return False
    if field is not None and field.type in {"key", "ref", "caller", "object", "list"}:
        return False
    kind = field.type if field is not None else parameter.type
    if kind == "boolean" and len([part for part in lexicon.split_name(parameter.name) if part not in {"is", "has"}]) > 1:
        return False
    plain_text = kind in {"text", "string"} and not parameter.enum
    return not plain_text or parameter.role in {"filter", "search"} or has_words(parameter.name, parameter.entity or "")


def trim(tool: ToolSpec, values: dict[str, Any], origins: list[ArgumentOrigin]) -> None:
    """Leave out optional values, the longest first, while there is more to say than fits one request."""
    optional = {parameter.name for parameter in tool.parameters if not parameter.required}
    while True:
        said = {o.argument: len(leaves(values[o.argument])) for o in origins if o.kind == "said"}
        spare = [name for name in said if name in optional]
        if sum(said.values()) <= MOST_SAID or not spare or len(said) == 1:
            return
        longest = max(spare, key=lambda name: (said[name], name))
        del values[longest]
        origins[:] = [origin for origin in origins if origin.argument != longest]


def put_in_order(values: dict[str, Any], origins: list[ArgumentOrigin]) -> None:
    """Let what begins something come before what ends it."""
    dated = [o.argument for o in origins if o.kind == "said" and _DATED.fullmatch(str(values[o.argument]))]
    if len({len(str(values[name])) for name in dated}) == 1:
        in_time = sorted(values[name] for name in dated)
        values |= zip(sorted(dated, key=ends), in_time, strict=True)


def ends(name: str) -> bool:
    """Whether an argument ends something; it gets its value after what begins it."""
    return bool(set(lexicon.words("vocabulary")["endings"]) & set(lexicon.split_name(name)))
