"""Copies: operations that make another record like one that is there."""

from envfactory_assets.corpus.prose import said_by
from envfactory_assets.synthesis.actions.family import Action, key_argument
from envfactory_assets.synthesis.actions.moves import lies_in
from envfactory_assets.synthesis.actions.states import has_life, initial_value
from envfactory_assets.synthesis.arguments import bind_values
from envfactory_assets.synthesis.layout import Call, call, quoted
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import article, snake, spoken, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, ToolPlan, TypedEffect, Unused
from envfactory_assets.synthesis.readings import Reading

_OTHERWISE = {"text", "ref"}  # what a copy may be told to have otherwise


def acting(action: Action) -> ToolPlan | str:
    """The tool of an operation that copies a record; a name that it is told must be free where records are known by it."""
    reading, entity = action.reading, action.entity
    if reading.route.key is None:
        return "nothing names the record to copy"
    if _is_destination(reading):
        return "the path names where the copy goes, and not what is copied"
    if reading.response is not None and entity.key.wire not in reading.response.shape.properties:
        return "the response is no copy of the record"
    values, unused = bind_values(reading.request, entity, partial=True)
    key = key_argument(reading)
    told = [a for a in values if a.field and a.field.kind in _OTHERWISE and a.name != key.name]
    missing = _missing(reading, told)
    if missing:
        return f"the request asks for what no copy keeps: {', '.join(sorted(missing))}"
    unused += [Unused(a.pointer, "parameter", "a copy is as its original in this") for a in values if a not in told]
    label = _label(told, entity)
    made = ToolPlan(reading.route.operation, "act", entity, [key, *told], verb=action.verb or "copy", unused=unused)
    name = label.field.name if label and label.field else None
    made.typed = (TypedEffect("copy", name, within=_around(entity) if name else None),)
    return made


def body(tool: ToolPlan) -> list[str]:
    """The method's lines: a copy starts in the first state of its life and belongs to who makes it."""
    table, entity = f"self.{tool.entity.table}", tool.entity
    fresh = [f"{field.name}=self.me" for field in entity.fields if field.kind == "caller"]
    if entity.status is not None and has_life(entity.status):
        fresh.append(f"{entity.status.name}={quoted(entity.status.initial or initial_value(entity.status))}")
    told = [f"{a.field.name}={a.name}" for a in tool.arguments if a.role == "value" and a.field]
    given = [Call("**_given(", list(told), ")")] if told else []
    return [call(f"return {table}.copy(", [f"{table}.get({tool.arguments[0].name})", *fresh, *given], ")", 8)]


def told(tool: ToolPlan) -> str:
    """What it does, in a sentence."""
    otherwise = [spoken(a.name) for a in tool.arguments if a.role == "value"]
    more = f"; the {' and '.join(otherwise[:3])} may be given anew" if otherwise else ""
    return f"{spoken(tool.verb or 'copy').capitalize()} {article(spoken(tool.entity.thing))}{more}."


def _is_destination(reading: Reading) -> bool:
    """Whether the key in the path is said to be of what the copy is put into."""
    parameter = next((p for p in reading.route.operation.parameters if p.name == reading.route.key), None)
    said = said_by(parameter).names if parameter is not None else None
    return bool(said and set(said.split("_")) & lexicon().destination_words)


def _missing(reading: Reading, told: list[ArgumentPlan]) -> set[str]:
    """What a request must say that the copy is not told, as where it goes or of which version it is; the others it must be told."""
    asked = {wire: reading.request.shape.place(wire) for wire in reading.request.shape.required} if reading.request else {}
    for argument in told:
        argument.required = argument.pointer in asked.values()
    taken = {argument.pointer for argument in told}
    return {wire for wire, pointer in asked.items() if pointer not in taken}


def _around(entity: EntityPlan) -> str | None:
    """The field that names what a record lies in: within that its name must be free."""
    return next((f.name for f in entity.fields if f.kind == "ref" and (f.nested or lies_in(f, entity))), None)


def _label(told: list[ArgumentPlan], entity: EntityPlan) -> ArgumentPlan | None:
    """The argument that names the copy, where records of its kind are told apart by that: two that have keys of their own may share a name.

    What else calls must say to name one record, its version or whose it is, is a part of its name, and must be kept with it.
    """
    texts = {snake(a.field.wire): a for a in told if a.field is not None and a.field.kind == "text"}
    called = set(words(entity.key.wire)[-1:]) & set(lexicon().label_fields[:4])
    names = lexicon().unique_fields | (called if entity.located <= entity.spelt().keys() else frozenset())
    return next((texts[name] for name in texts if name in names), None)
