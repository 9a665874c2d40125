"""One wish that means each of several records: "cancel both of the pending orders"."""

from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.facts import row_name
from envfactory_assets.dialogue.forms import act_of
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish, grouped, key_parameter, lister
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.phrases import fill
from envfactory_assets.dialogue.replies import listing
from envfactory_assets.dialogue.services import is_read, rows_in
from envfactory_assets.environments import Episode
from envfactory_assets.records import ArgumentOrigin, EntitySpec, ToolSpec

_FEWEST, _MOST = 2, 5
_STEM = 4
_MOST_TOOLS = 8


def expansion(draft: Draft) -> bool:
    """Add a wish for every record of some state, each a call of its own."""
    if len(draft.turns) >= MOST_TURNS:
        return False
    episode = draft.world()
    for env_id, tool, entity, parameter, looks in _tools(draft):
        lookup = draft.call(episode, env_id, looks, {}, [])
        for wire, value, rows in _groups(draft, episode, env_id, entity, looks, lookup):
            before = episode.view()
            calls = _made(draft, episode, env_id, tool, parameter, lookup, rows, entity)
            if calls is not None:
                marks = {"each": {"field": wire, "value": value}}
                wish = Wish(grouped([lookup, *calls], [0, *[1] * len(calls)]), None, marks)
                turn = DraftTurn([wish], _reply(draft, env_id, tool, entity, [row for _, row in rows]))
                return draft.again([*draft.turns, turn])
            episode.reset(before)
    return False


def _tools(draft: Draft) -> list[tuple[str, ToolSpec, EntitySpec, str, ToolSpec]]:
    """Tools that need nothing but a record's key, with a look-up that shows such records."""
    found = []
    for env_id, spec in draft.services.specs.items():
        for tool in spec.tools:
            entity = draft.services.entity(env_id, next((effect.entity for effect in tool.effects if effect.entity), None))
            parameter = key_parameter(draft.services, env_id, tool, entity.name) if entity else None
            looks = lister(draft.services, env_id, entity.name) if entity else None
            acts = tool.audience == "agent" and not is_read(tool) and act_of(tool) not in {"update", "create"}
            if entity and parameter and looks and acts:
                found.append((env_id, tool, entity, parameter, looks))
    draft.rng.shuffle(found)
    return found[:_MOST_TOOLS]


Rows = list[tuple[str, dict[str, Any]]]


def _groups(
    draft: Draft, episode: Episode, env_id: str, entity: EntitySpec, looks: ToolSpec, lookup: MadeCall
) -> list[tuple[str, Any, Rows]]:
    """A few records that share a state which people put before the noun, and are all of them that the caller sees."""
    shown = rows_in(lookup.result, looks.returns)
    everything = Observer(draft.services, episode).visible(env_id, entity.name)
    vocabulary = lexicon.words("vocabulary")
    found = []
    for field in entity.fields:
        if not field.enum or not fields.is_familiar(field.wire) or lexicon.last_word(field.wire) not in vocabulary["adjective_fields"]:
            continue
        for value in field.enum:
            rows = [(path, row) for path, row in shown if row.get(field.wire) == value]
            alike = [row for row in everything if row.get(field.wire) == value]
            word = lexicon.enum_words(value)
            stated = lexicon.last_word(field.wire) in vocabulary["adjective_states"]
            plain = len(word.split()) == 1 and "unspecified" not in value.lower() and (not stated or lexicon.is_adjective(word))
            plain = plain and value.lower()[:_STEM] != lexicon.noun(entity.name).lower()[:_STEM]  # "enrolled enrolments"
            if _FEWEST <= len(rows) <= _MOST and len(alike) == len(rows) < len(everything) and plain:
                found.append((field.wire, value, rows))
    draft.rng.shuffle(found)
    return found


def _made(
    draft: Draft, episode: Episode, env_id: str, tool: ToolSpec, parameter: str, lookup: MadeCall, rows: Rows, entity: EntitySpec
) -> list[MadeCall] | None:
    """The call for each record, when all of them succeed."""
    key = draft.services.key_field(env_id, entity.name)
    calls = []
    for path, row in sorted(rows, key=lambda item: str(item[1].get(key.wire if key else ""))):
        if key is None or row.get(key.wire) is None:
            return None
        origin = ArgumentOrigin(argument=parameter, kind="observed", call_id=lookup.call_id, path=f"{path}.{key.wire}")
        call = draft.call(episode, env_id, tool, {parameter: row[key.wire]}, [origin])
        if call.error is not None or not call.diff:
            return None
        calls.append(call)
    return calls


def _reply(draft: Draft, env_id: str, tool: ToolSpec, entity: EntitySpec, rows: list[dict[str, Any]]) -> str:
    """What was done, with the names of what it was done to."""
    noun = lexicon.plural(lexicon.noun(entity.name))
    names = [row_name(row, env_id, entity.name, draft.services) for row in rows]
    counted = f"{lexicon.words('vocabulary')['counts'][len(rows)]} {noun}"
    known = [name for name in names if name]
    what = f"the {counted} ({listing(known)})" if len(known) == len(rows) else f"the {counted}"
    frames = [
        frame
        for frame in lexicon.words("acts")["acts"][act_of(tool)]["done"]
        if " is " not in frame and " has " not in frame and "{obj}" in frame
    ]
    return f"{fill(draft.rng.choice(frames), obj=what).text}." if frames else f"That's done for {what}."
