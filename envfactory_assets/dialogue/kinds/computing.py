"""Questions whose answer is worked out from all that a look-up gives: how many, how much together, which is the most, how far apart."""

from typing import Any

from envfactory_assets.dialogue import fields, lexicon
from envfactory_assets.dialogue.calls import MadeCall
from envfactory_assets.dialogue.facts import row_name
from envfactory_assets.dialogue.kinds.draft import MOST_TURNS, Draft, DraftTurn, Wish
from envfactory_assets.dialogue.phrases import fill
from envfactory_assets.dialogue.services import is_read, rows_in
from envfactory_assets.dialogue.wording import moment, number_words
from envfactory_assets.records import EntitySpec, ToolSpec

_FEWEST, _MOST = 3, 40
_MOST_LOOKS = 6
_OVER_FIELDS = 0.75  # share of questions that are about a field, where one can be
_NUMBERS = {"money", "integer", "number"}

Question = dict[str, Any]  # op, field, answer: what is stored with the intent


def computed(draft: Draft) -> bool:
    """Turn a look-up into a question about all that it gives, or add such a look-up."""
    turns = list(draft.turns)
    draft.rng.shuffle(turns)
    for turn in turns:
        wish = turn.wishes[-1]
        last = wish.calls[-1]
        question = _question(draft, last) if len(turn.wishes) == 1 else None
        if question is not None:
            _ask(draft, turn, wish, question)
            return True
    return len(draft.turns) < MOST_TURNS and _added(draft)


def _added(draft: Draft) -> bool:
    """A look-up of its own at the end."""
    tools = [
        (env_id, tool)
        for env_id, spec in draft.services.specs.items()
        for tool in spec.tools
        if tool.audience == "agent" and is_read(tool) and tool.returns.many and not any(p.required for p in tool.parameters)
    ]
    draft.rng.shuffle(tools)
    episode = draft.world()
    looks = [draft.call(episode, env_id, tool, {}, []) for env_id, tool in tools[:_MOST_LOOKS]]
    found = [(call, question) for call in looks if (question := _question(draft, call)) is not None]
    for call, question in sorted(found, key=lambda item: item[1]["op"] == "count"):
        wish = Wish([call])
        turn = DraftTurn([wish])
        _ask(draft, turn, wish, question)
        draft.turns.append(turn)
        return True
    return False


def _ask(draft: Draft, turn: DraftTurn, wish: Wish, question: Question) -> None:
    wish.asked = None
    wish.marks = {"computed": {name: value for name, value in question.items() if name != "words"}}
    turn.reply = _reply(draft, wish.calls[-1], question)


def _question(draft: Draft, call: MadeCall) -> Question | None:
    """What could be worked out from a look-up's result, and the answer."""
    tool = draft.services.tool(call.env_id, call.tool)
    rows = [row for _, row in rows_in(call.result, tool.returns)]
    entity = draft.services.entity(call.env_id, tool.returns.entity)
    if entity is None or not tool.returns.many or not is_read(tool) or not _FEWEST <= len(rows) <= _MOST or call.error is not None:
        return None
    cursor = call.result.get(tool.returns.cursor) if tool.returns.cursor and isinstance(call.result, dict) else None
    if cursor not in (None, "", False):
        return None  # there is more than this
    count = {"op": "count", "field": None, "answer": str(len(rows)), "words": str(len(rows))}
    open_ones = _over_fields(draft, call, entity, rows)
    noun = lexicon.noun(entity.name)
    if lexicon.plural(noun) == noun:  # what cannot be counted
        return draft.rng.choice(open_ones) if open_ones else None
    return draft.rng.choice(open_ones) if open_ones and draft.rng.random() < _OVER_FIELDS else count


def _over_fields(draft: Draft, call: MadeCall, entity: EntitySpec, rows: list[dict[str, Any]]) -> list[Question]:
    lists = lexicon.words("kinds")
    found: list[Question] = []
    for field in entity.fields:
        values = [row.get(field.wire) for row in rows]
        if any(value is None or isinstance(value, bool | list | dict) for value in values) or not fields.is_familiar(field.wire):
            continue
        if field.type in _NUMBERS and fields.happened(field.wire) is not None:
            continue
        last = lexicon.last_word(field.wire)
        if field.type in _NUMBERS and all(isinstance(value, int | float) for value in values) and _one_currency(rows):
            numbers = [float(value) for value in values if isinstance(value, int | float)]
            if last in lists["summed"] or lexicon.last_word(lexicon.noun(entity.name)) in lists["summed_of"].get(last, ()):
                found.append(_number("sum", field.wire, sum(numbers)))
            if last in lists["compared"] and max(numbers) > min(numbers):
                found.append(_number("difference", field.wire, max(numbers) - min(numbers)))
        if (
            lexicon.has_extremes(field.wire)
            and set(lexicon.split_name(field.wire)).isdisjoint(lists["bookkeeping"])
            and field.type in {*_NUMBERS, "date", "datetime"}
        ):
            found += _extremes(draft, call, field.wire, rows)
    return found


def _number(op: str, wire: str, value: float) -> Question:
    whole = float(value).is_integer()
    rounded = int(value) if whole else round(value, 2)
    return {"op": op, "field": wire, "answer": str(rounded) if whole else f"{value:.2f}", "words": number_words(rounded)}


def _extremes(draft: Draft, call: MadeCall, wire: str, rows: list[dict[str, Any]]) -> list[Question]:
    """The records that alone have the smallest or the largest value, when they have a name of their own."""
    tool = draft.services.tool(call.env_id, call.tool)
    sizes = [_size(row[wire]) for row in rows]
    names = [row_name(row, call.env_id, tool.returns.entity, draft.services) for row in rows]
    if any(size is None for size in sizes) or any(name is None for name in names):
        return []
    known = [size for size in sizes if size is not None]
    found = []
    for op, best in (("min", min(known)), ("max", max(known))):
        name = names[sizes.index(best)]
        if known.count(best) == 1 and name and names.count(name) == 1 and lexicon.superlative(wire, op):
            found.append({"op": op, "field": wire, "answer": name, "words": name})
    return found


def _size(value: Any) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    read = moment(str(value))
    return read.timestamp() if read is not None else None


def _one_currency(rows: list[dict[str, Any]]) -> bool:
    """Whether amounts of these rows may be compared: all in one currency."""
    held = [value for row in rows for name, value in row.items() if lexicon.last_word(name) == "currency"]
    return len({str(value) for value in held}) <= 1


def _reply(draft: Draft, call: MadeCall, question: Question) -> str:
    tool: ToolSpec = draft.services.tool(call.env_id, call.tool)
    noun = lexicon.noun(tool.returns.entity or "result")
    lists = lexicon.words("kinds")["computed"]
    way = "extreme" if question["op"] in {"min", "max"} else question["op"]
    frame = draft.rng.choice(lists[way]["tell"])
    return fill(
        frame,
        v=question["words"],
        noun=lexicon.plural(noun),
        field=fields.noun_of(question["field"]) if question["field"] else "",
        extreme=lexicon.superlative(question["field"], question["op"]) if way == "extreme" else "",
    ).text
