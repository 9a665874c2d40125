"""Which values a user would bring to a wish: few enough for one breath, sayable in words, in the order of time."""

import re
from random import Random
from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.forms import leaves
from envfactory_assets.dialogue.paths import split_leaf
from envfactory_assets.dialogue.planning import PlannedCall
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.dialogue.stating import names_it, sayable, stated_fields
from envfactory_assets.records import ArgumentOrigin, ParameterSpec, Provider, ToolSpec

MOST_OPTIONAL = 3
CHANGED_ALONE = 0.7  # how often one field is changed and no other
MOST_LINKED = 1  # optional records a wish is tied to
MOST_SAID = 5
MOST_STRANGE = 0
_DATED = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.]+Z)?")


def kept_providers(call: PlannedCall, services: Services, rng: Random) -> list[Provider]:
    """The providers of a call without those of optional values beyond what people say in one breath."""
    spoken, linked, optional = [], [], []
    for provider in call.providers:
        parameter = services.parameter(call.env_id, call.tool, provider.parameter)
        if parameter is None or parameter.required or provider.parameter in call.from_elsewhere:
            continue
        optional.append(provider)
        if provider.kind in {"user", "state", "constant"} and sayable(call.env_id, parameter, services):
            spoken.append(provider)
        elif provider.kind in {"caller", "clock"} or _is_close(call, provider, parameter, services):
            linked.append(provider)
    tool = services.tool(call.env_id, call.tool)
    changing = any(effect.family == "update" for effect in tool.effects)
    if not spoken and changing and not stated_fields(call.env_id, tool, services):
        linked += [p for p in optional if _gives_itself(call, p, services)]  # what else would it change
    rng.shuffle(spoken)
    rng.shuffle(linked)
    if changing:
        spoken = [provider for provider in spoken if not is_lasting(provider.parameter)]
        spoken.sort(key=lambda provider: lexicon.is_label(provider.parameter) or lexicon.is_prose(provider.parameter))
        spoken = spoken[: 1 if rng.random() < CHANGED_ALONE else 2]
    else:
        spoken.sort(key=lambda provider: not lexicon.is_label(provider.parameter))
    chosen = spoken[:MOST_OPTIONAL] + linked[:MOST_LINKED]
    return [provider for provider in call.providers if provider not in optional or provider in chosen]


def is_lasting(name: str) -> bool:
    """Whether nobody changes what a field says: when somebody was born."""
    return not set(lexicon.words("values")["births"]).isdisjoint(lexicon.split_name(name))


def _is_close(call: PlannedCall, provider: Provider, parameter: ParameterSpec, services: Services) -> bool:
    """Whether people would tie a new thing to the record itself that a provider gives; not to what that record refers to."""
    tool = services.tool(call.env_id, call.tool)
    entity = services.meant_entity(call.env_id, parameter)
    if provider.kind != "tool" or entity is None:
        return False
    changing = any(effect.family == "update" for effect in tool.effects)
    itself = _gives_itself(call, provider, services)
    return is_read(tool) or (
        itself and not changing and _is_belonged_to(entity) and all(effect.entity != entity for effect in tool.effects)
    )


def _is_belonged_to(entity: str) -> bool:
    """Whether people say of new things that they are for, or in, things of this kind: a person, a project, an order; not a permission."""
    known = lexicon.words("relations")["words"]
    noun = lexicon.noun(entity).replace(" ", "_")
    return lexicon.is_person(entity) or lexicon.is_container(entity) or not {noun, noun.rsplit("_", maxsplit=1)[-1]}.isdisjoint(known)


def _gives_itself(call: PlannedCall, provider: Provider, services: Services) -> bool:
    """Whether a step's record itself is taken, by its key, and not what it refers to."""
    parameter = services.parameter(call.env_id, call.tool, provider.parameter)
    entity = services.meant_entity(call.env_id, parameter) if parameter is not None and provider.kind == "tool" else None
    key = services.key_field(call.env_id, entity) if entity is not None else None
    return key is not None and split_leaf(provider.output_path or "")[1] == key.wire


def plain_enough(env_id: str, tool: ToolSpec, values: dict[str, Any], origins: list[ArgumentOrigin], services: Services) -> bool:
    """Whether what a call needs from the user is what people would bring: few values of a kind that only programs speak of."""
    demanded = [p for p in tool.parameters if p.required and p.name in {origin.argument for origin in origins if origin.kind == "said"}]
    strange = [p for p in demanded if services.meant_entity(env_id, p) is None and not fields.is_familiar(p.name)]
    flags = [p for p in strange if p.type == "boolean" and fields.flag(p.name) is None]
    if sum(len(leaves(values[p.name])) for p in demanded) > MOST_SAID:
        return False
    names = [split_leaf(path)[1] if path else p.name for p in demanded for path, _ in leaves(values[p.name])]
    never = set(lexicon.words("vocabulary")["never_said"])
    unsayable = [name for name in names if not fields.is_sayable(name)]
    return len(strange) <= MOST_STRANGE and not flags and not unsayable and not any(never & set(lexicon.split_name(name)) for name in names)


def trim(tool: ToolSpec, values: dict[str, Any], origins: list[ArgumentOrigin]) -> None:
    """Leave out optional values, the longest first, while there is more to say than fits one request."""
    optional = {parameter.name for parameter in tool.parameters if not parameter.required}
    _end_alone(tool, optional, values, origins)
    prose = [o.argument for o in origins if o.kind == "said" and o.argument in optional and lexicon.is_prose(o.argument)]
    flags = [o.argument for o in origins if o.kind == "said" and isinstance(values[o.argument], bool) and o.argument in optional]
    changing = any(effect.family == "update" for effect in tool.effects)
    labels = [o.argument for o in origins if o.kind == "said" and o.argument in values and names_it(o.argument)]
    twice = sorted((name for name in labels if name in optional), key=lambda name: -(lexicon.label_rank(name) or 0))
    sums = sorted((o.argument for o in origins if o.kind == "said" and _is_sum(o.argument, values[o.argument])), key=optional.__contains__)
    for name in [
        *_spare(twice, labels, tool),
        *[name for name in sums[1:] if name in optional],
        *prose[1:],
        *(flags if changing and sum(o.kind == "said" for o in origins) > len(flags) else flags[1:]),
    ]:
        del values[name]
        origins[:] = [origin for origin in origins if origin.argument != name]
    while True:
        said = {o.argument: len(leaves(values[o.argument])) for o in origins if o.kind == "said"}
        spare = [name for name in said if name in optional]
        if sum(said.values()) <= MOST_SAID or not spare or len(said) == 1:
            return
        longest = max(spare, key=lambda name: (said[name], name))
        del values[longest]
        origins[:] = [origin for origin in origins if origin.argument != longest]


def _is_sum(name: str, value: Any) -> bool:
    """Whether a value is how much money something comes to: of one thing people tell one such amount, since others would have to fit it."""
    return isinstance(value, int | float) and lexicon.last_word(name) in lexicon.words("arguments")["bounds"]["amount"]["of"]


def _end_alone(tool: ToolSpec, optional: set[str], values: dict[str, Any], origins: list[ArgumentOrigin]) -> None:
    """Leave out what would be changed beside a state that ends a thing: what is closed is not renamed in the same breath."""
    told = [origin.argument for origin in origins if origin.kind == "said"]
    changing = any(effect.family == "update" for effect in tool.effects)
    ending = next((name for name in told if changing and ends_it(name, values.get(name))), None)
    for name in told:
        if ending is not None and name != ending and name in optional:
            del values[name]
            origins[:] = [origin for origin in origins if origin.argument != name]


def _spare(twice: list[str], labels: list[str], tool: ToolSpec) -> list[str]:
    """The names of a thing beside the one that is told."""
    return twice[: len(labels) - 1] if any(effect.family in {"create", "update"} for effect in tool.effects) else []


def ends_it(name: str, value: Any) -> bool:
    """Whether a value sets a state after which nothing is changed any more."""
    settled = {*lexicon.words("vocabulary")["settled"], *lexicon.words("vocabulary")["called_off"], "suspended", "inactive", "disabled"}
    return isinstance(value, str) and fields.is_state(name) and lexicon.enum_words(value) in settled


def put_in_order(values: dict[str, Any], origins: list[ArgumentOrigin]) -> None:
    """Let what begins something come before what ends it."""
    dated = [o.argument for o in origins if o.kind == "said" and _DATED.fullmatch(str(values[o.argument]))]
    if len({len(str(values[name])) for name in dated}) == 1:
        in_time = sorted(values[name] for name in dated)
        values |= zip(sorted(dated, key=ends), in_time, strict=True)
    elif dated:  # a day and a moment: each keeps its form
        days = sorted(str(values[name])[:10] for name in dated)
        values |= {name: day + str(values[name])[10:] for name, day in zip(sorted(dated, key=ends), days, strict=True)}


def ends(name: str) -> bool:
    """Whether an argument ends something; it gets its value after what begins it."""
    return bool(set(lexicon.words("vocabulary")["endings"]) & set(lexicon.split_name(name)))
