"""What the assistant says at the end of a turn: real values from results only, no internal ids."""

from random import Random
from typing import Any

from envfactory_assets.dialogue import lexicon
from envfactory_assets.dialogue.forms import act_of, entity_of
from envfactory_assets.dialogue.phrases import fill, join, plain
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.dialogue.wording import kind_of, moment, time_words
from envfactory_assets.records import EntitySpec, FieldSpec, ToolSpec, TrajectoryStep

MOST_ROWS = 4
MOST_FACTS = 4
_TOLD = {"text", "money", "integer", "number", "boolean", "date", "datetime", "enum"}


def reply_to(wishes: list[TrajectoryStep], services: Services, rng: Random) -> str:
    """The closing message of a turn, from the results of its wishes."""
    sentences = []
    for step in wishes:
        tool = services.tool(step.env_id, step.tool)
        sentences.append(_told(step, tool, services, rng) if is_read(tool) else _done(step, tool, services, rng))
    return " ".join(sentences)


def row_facts(row: dict[str, Any], env_id: str, entity: str | None, services: Services, *, most: int = MOST_FACTS) -> list[str]:
    """What is worth telling of a record, as ``field value`` in words; its name is not repeated."""
    found = services.entity(env_id, entity)
    facts = []
    for field in found.fields if found else ():
        value = row.get(field.wire)
        worth = (
            not {"created", "updated", "modified"} & set(lexicon.split_name(field.wire))
            and field.type in _TOLD
            and value not in (None, "", [])
            and not isinstance(value, dict | list)
        )
        if worth and not lexicon.is_label(field.wire) and not _technical(field, value):
            facts.append(f"{lexicon.field_words(field.wire)} {spoken(value, field)}")
    return facts[:most]


def row_name(row: dict[str, Any], env_id: str, entity: str | None, services: Services) -> str | None:
    """The record's own name, if it has one."""
    found = services.entity(env_id, entity)
    named = [
        (rank, str(row[field.wire]))
        for field in (found.fields if found else ())
        if (rank := lexicon.label_rank(field.wire)) is not None and isinstance(row.get(field.wire), str) and row[field.wire].strip()
    ]
    named = [(rank, name) for rank, name in named if len(name) <= 60 and not name.endswith(".") and not _is_key(found, row, name)]
    return min(named)[1] if named else None


def _is_key(entity: EntitySpec | None, row: dict[str, Any], value: str) -> bool:
    """Whether a text is the record's key under another name."""
    return entity is not None and any(field.name == entity.key and row.get(field.wire) == value for field in entity.fields)


def spoken(value: Any, field: FieldSpec | None) -> str:
    """A value in plain, absolute words."""
    kind = kind_of(field, value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if kind in {"date", "datetime"} and (read := moment(str(value))) is not None:
        day = f"{read.day} {read:%B %Y}"
        return f"{day}, {time_words(read)}" if "T" in str(value) else day
    if kind == "enum":
        return lexicon.enum_words(str(value))
    return (
        f"{value:.2f}" if isinstance(value, float) and not value.is_integer() else f"{value:g}" if isinstance(value, float) else str(value)
    )


def _technical(field: FieldSpec, value: Any) -> bool:
    text = str(value)
    return (
        bool({"id", "url", "uri", "etag", "hash", "token", "href"} & set(lexicon.split_name(field.wire)))
        or len(text) > 80
        or text.startswith("http")
    )


def _told(step: TrajectoryStep, tool: ToolSpec, services: Services, rng: Random) -> str:
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    entity = tool.returns.entity or entity_of(tool)
    noun = lexicon.noun(entity or "result")
    if not tool.returns.many:
        return _one(rows[0] if rows else {}, step, entity, noun, services)
    if not rows:
        return f"There are no such {lexicon.plural(noun)}."
    shown = [_listed(row, step, entity, services) for row in rows[:MOST_ROWS]]
    shown = [text for text in shown if text]
    count = f"{len(rows)} {noun if len(rows) == 1 else lexicon.plural(noun)}"
    opening = rng.choice(
        [f"I found {count}", f"There {'is' if len(rows) == 1 else 'are'} {count}", f"Here {'is' if len(rows) == 1 else 'are'} {count}"]
    )
    more = f" and {len(rows) - len(shown)} more" if shown and len(rows) > len(shown) else ""
    return f"{opening}: {'; '.join(shown)}{more}." if shown else f"{opening}."


def _listed(row: dict[str, Any], step: TrajectoryStep, entity: str | None, services: Services) -> str:
    name = row_name(row, step.env_id, entity, services)
    facts = row_facts(row, step.env_id, entity, services, most=2 if name else 3)
    return f"{name} ({', '.join(facts)})" if name and facts else name or ", ".join(facts)


def _one(row: dict[str, Any], step: TrajectoryStep, entity: str | None, noun: str, services: Services) -> str:
    name = row_name(row, step.env_id, entity, services)
    facts = row_facts(row, step.env_id, entity, services)
    if not facts:
        return f'Here is the {noun} "{name}".' if name else f"Here is the {noun}."
    head = f'The {noun} "{name}"' if name else f"Here is the {noun}"
    return f"{head}: {', '.join(facts)}."


def _done(step: TrajectoryStep, tool: ToolSpec, services: Services, rng: Random) -> str:
    entity = entity_of(tool)
    noun = lexicon.noun(entity or "record")
    rows = [row for _, row in rows_in(step.result, tool.returns)]
    row = rows[0] if rows and tool.returns.entity == entity else {}
    name = row_name(row, step.env_id, entity, services)
    thing = plain(f'the {noun} "{name}"' if name else f"the {noun}")
    frame = str(rng.choice(lexicon.words("acts")["acts"][act_of(tool)]["done"]))
    sentence = fill(frame, obj=thing).text
    facts = row_facts(row, step.env_id, entity, services, most=2)
    return f"{sentence} ({', '.join(facts)})." if facts and act_of(tool) != "delete" else f"{sentence}."


def listing(names: list[str]) -> str:
    """Names as an English list."""
    return join([plain(name) for name in names]).text
