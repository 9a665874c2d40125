"""Operations that give one record to another: which record, to which, and by which of its fields."""

from dataclasses import dataclass, replace

from envfactory_assets.corpus.document import JsonSchema
from envfactory_assets.synthesis.actions.family import Action
from envfactory_assets.synthesis.fields import is_nullable
from envfactory_assets.synthesis.names import article, identifier, noun, snake, spoken
from envfactory_assets.synthesis.plan import ArgumentPlan, FieldPlan, ToolPlan, TypedEffect
from envfactory_assets.synthesis.route import stem_of_parameter


@dataclass(frozen=True)
class Told:
    """An argument of an operation, wherever it is sent."""

    wire: str
    schema: JsonSchema
    pointer: str
    required: bool = True


@dataclass(frozen=True)
class Given:
    """What an operation is told to set, and to what."""

    field: FieldPlan
    told: Told

    def tool(self, action: Action, effect: TypedEffect) -> ToolPlan:
        """The tool that does it."""
        return acting_tool(action, effect, [key_argument(action), given_argument(self.told, self.field.target)])

    @property
    def may_be_none(self) -> bool:
        """Whether the record may be given to none: its field may be null, and a request may leave out to which."""
        return is_nullable(self.field.schema) and not self.told.required


def arguments_of(action: Action) -> list[Told]:
    """What an operation is told beside the records that its path names."""
    route, asked = action.reading.route, action.reading.request
    outer = {route.key, *(parent.parameter for parent in route.parents)}
    sent = [p for p in route.operation.parameters if p.place in {"query", "body"} and p.name not in outer]
    told = [Told(p.name, p.schema_, p.pointer, p.required) for p in sent]
    if asked is not None:
        known = outer | {each.wire for each in told}  # a record that is sent beside the path is told in both
        given = [(wire, schema) for wire, schema in asked.shape.properties.items() if wire not in known]
        told += [Told(wire, schema, asked.shape.place(wire), wire in asked.shape.required) for wire, schema in given]
    return told


def giving(action: Action, fields: list[FieldPlan]) -> Given | str:
    """The field of a record that an operation sets, among those it could be, and the argument that says to what."""
    if action.reading.route.key is None:
        return "nothing names the record it acts on"
    things = {entity.name: entity.thing for entity in action.things.values()}
    for field in fields:
        for told in arguments_of(action):
            said = snake(told.wire)
            named = {snake(field.wire), field.name, snake(field.source)} - {""}
            nouns = {said, noun(told.wire), stem_of_parameter(told.wire)}
            if {said, f"{said}_id"} & named or things.get(field.target or "") in nouns:
                return Given(field, told)
    reason = "is told to which" if fields else "of its record names what it is given to"
    return f"no {'argument' if fields else 'field'} {reason}"


def own_key(action: Action) -> str | None:
    """The argument that names the record an operation acts on, which may be the one around what its path ends in."""
    route = action.reading.route
    if route.thing == action.entity.thing:
        return route.key
    return next((parent.parameter for parent in reversed(route.parents) if parent.thing == action.entity.thing), None)


def key_argument(action: Action, wire: str | None = None) -> ArgumentPlan:
    """The argument that names the record an operation acts on."""
    wire = wire or action.reading.route.key or ""
    parameter = next((p for p in action.reading.route.operation.parameters if p.name == wire), None)
    pointer = parameter.pointer if parameter else action.reading.pointer
    return ArgumentPlan(wire, identifier(wire), None, "key", required=True, pointer=pointer)


def given_argument(told: Told, target: str | None, *, many: bool = False) -> ArgumentPlan:
    """An argument that takes the key of a record, or several."""
    kind = ("refs" if many else "ref") if target else ("texts" if many else "text")
    field = FieldPlan(told.wire, identifier(told.wire), kind, told.schema, required=True, target=target, pointer=told.pointer)  # type: ignore[arg-type]
    return ArgumentPlan(told.wire, field.name, field, "given", required=True, pointer=told.pointer)


def acting_tool(action: Action, effect: TypedEffect, arguments: list[ArgumentPlan]) -> ToolPlan:
    """The tool of an operation that is an action itself."""
    arguments = _told_apart(arguments)
    made = ToolPlan(action.reading.route.operation, "act", action.entity, arguments=arguments, verb=action.verb or effect.family)
    made.typed, made.grounding = (effect,), "inferred"
    return made


def _told_apart(arguments: list[ArgumentPlan]) -> list[ArgumentPlan]:
    """Arguments whose names differ by more than their case: beside ``id`` of a role, ``ID`` of a user is ``user_id``."""
    found: dict[str, ArgumentPlan] = {}
    for argument in arguments:
        name = argument.name
        if name in found and argument.field is not None and argument.field.target:
            name = f"{snake(argument.field.target)}_{name}"
        while name in found:
            name = f"{name}_"
        found[name] = replace(argument, name=name)
    return list(found.values())


def written(tool: ToolPlan, deed: str) -> list[str]:
    """The body of a tool that does a deed to one record, with what it is told."""
    table, (key, *given) = f"self.{tool.entity.table}", tool.arguments
    told = "".join(f", {a.name}" for a in given)
    return [f"        return {table}.{deed}({table}.get({key.name}){told})"]


def told_giving(tool: ToolPlan, deed: str) -> str:
    """What such a tool does: "Move a card to a list."."""
    target = tool.arguments[1].field.target if len(tool.arguments) > 1 and tool.arguments[1].field else None
    to = f" to {article(spoken(target))}" if target else ""
    return f"{deed} {article(spoken(tool.entity.thing))}{to}."
