"""Tools that take a record from one state to another, and calls of them with a record that a look-up shows."""

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.forms import act_of
from envfactory_assets.dialogue.kinds.describing import Seen
from envfactory_assets.dialogue.kinds.draft import Draft, key_parameter, lister
from envfactory_assets.dialogue.services import Services
from envfactory_assets.environments import Episode
from envfactory_assets.records import ArgumentOrigin, ToolSpec

_MOST_TOOLS = 6


def called(draft: Draft, episode: Episode, env_id: str, tool: ToolSpec, parameter: str, lookup: MadeCall, seen: Seen) -> MadeCall:
    """Make a call with the key of a record that a look-up shows."""
    key = draft.services.key_field(env_id, draft.services.tool(env_id, lookup.tool).returns.entity or "")
    path = f"{seen.path}.{key.wire if key else 'id'}"
    origin = ArgumentOrigin(argument=parameter, kind="observed", call_id=lookup.call_id, path=path)
    return draft.call(episode, env_id, tool, {parameter: seen.key}, [origin])


def moving_tools(draft: Draft) -> list[tuple[str, ToolSpec, str, str, ToolSpec]]:
    """Tools that need a record's key only and whose effect depends on what the record is, with a look-up that shows such records."""
    found, repeated = [], lexicon.words("acts")["repeated"]
    for env_id, spec in draft.services.specs.items():
        for tool in spec.tools:
            entity = next((effect.entity for effect in tool.effects if effect.sources and effect.entity), None)
            parameter = key_parameter(draft.services, env_id, tool, entity) if entity else None
            looks = lister(draft.services, env_id, entity) if entity else None
            if entity and parameter and looks and tool.audience == "agent" and act_of(tool) not in repeated:  # what people have a word for
                found.append((env_id, tool, entity, parameter, looks))
    draft.rng.shuffle(found)
    return found[:_MOST_TOOLS]


def deciding_fields(services: Services, env_id: str, tool: ToolSpec, entity: str) -> list[tuple[str, tuple[str, ...]]]:
    """The fields that decide whether a tool's effect is allowed, with the values that allow it."""
    found = []
    for effect in tool.effects:
        field = services.field(env_id, entity, effect.field)
        if effect.entity == entity and field is not None and effect.sources:
            found.append((field.wire, effect.sources))
    return found
