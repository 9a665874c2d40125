"""Binding operations to effects: what each tool does to which entity, or why it cannot be said."""

from envfactory_assets.corpus.document import JsonSchema, Parameter
from envfactory_assets.synthesis.actions.conditions import refused_when, until_begun
from envfactory_assets.synthesis.actions.family import key_argument
from envfactory_assets.synthesis.actions.marks import no_mark
from envfactory_assets.synthesis.actions.states import bind_move, has_life, is_guess, sources_told
from envfactory_assets.synthesis.arguments import bind_filters, bind_values
from envfactory_assets.synthesis.calls import body_arguments
from envfactory_assets.synthesis.fields import type_of
from envfactory_assets.synthesis.keys import find_key
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import identifier, snake, words
from envfactory_assets.synthesis.plan import ArgumentPlan, EntityPlan, FieldPlan, ToolPlan, Unused
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.route import makes_a_record
from envfactory_assets.synthesis.schemas import Payload, Schemas, Shape

_MOMENTS = {"date", "date-time"}
_FILES = ("multipart", "binary")
MOVES_FILE = "moves a file"


class Binder:
    """Binds the operations of one document."""

    def __init__(self, schemas: Schemas, entities: list[EntityPlan]) -> None:
        self._schemas = schemas
        self._by_thing = {entity.thing: entity for entity in entities}
        self._by_class = {entity.name: entity for entity in entities}

    def bind(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        """Bind one operation.

        Returns:
            The tool, or the reason the operation binds no effect.
        """
        if self._moves_files(reading):
            return MOVES_FILE
        match reading.route.deed:
            case "list" | "search":
                return self._list(reading, entity)
            case "get":
                return self._get(reading, entity)
            case "create":
                return self._create(reading, entity)
            case "update":
                return self._update(reading, entity)
            case "delete":
                return self._delete(reading, entity)
            case "act":
                return self._act(reading, entity, reading.route.verb or "")

    def _list(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        answer = reading.response
        if answer is None and self._is_untold(reading, entity):
            answer = Payload(Shape(), many=True)
        elif answer is not None and answer.many and not shows(answer, entity):
            return f"the listed records are not those of {entity.name}"
        if answer is not None and answer.envelope and not answer.shape.properties:
            return "the response lists keys and no records"
        if answer is None or not answer.many:
            return f"the response is no list of {entity.thing.replace('_', ' ')} records"
        made = ToolPlan(reading.route.operation, "search" if reading.route.deed == "search" else "list", entity)
        loose = self._add_parents(made, reading)
        if loose:
            return loose
        listed = [*list_parameters(reading, self._schemas), *_ending(reading, self._schemas)]
        parameters = [each for parameter in listed for each in self._taken_apart(parameter)]
        keys = [p.name for p in parameters if p.required and snake(p.name) in {"ids", f"{entity.thing}_ids"}]
        if keys:
            return "asks for records by a list of keys"
        arguments, unused = bind_filters(parameters, entity, searches=reading.route.deed == "search")
        taken, chosen = {a.name for a in made.arguments}, {(id(a.field), a.operator) for a in made.arguments if a.role == "filter"}
        again = [a for a in arguments if a.role == "filter" and (id(a.field), a.operator) in chosen]
        made.arguments += [a for a in arguments if a.name not in taken and a not in again]
        made.unused += [*unused, *(Unused(a.pointer, "parameter", "the path says it already") for a in again)]
        made.envelope = envelope_of(answer)
        self._bind_paging(made)
        if made.family == "search" and all(a.role not in {"search", "filter"} for a in made.arguments):
            made.family = "list"
        if made.family == "list" and any(a.role == "search" and a.required for a in made.arguments):
            made.family = "search"
        return made

    def _is_untold(self, reading: Reading, entity: EntityPlan) -> bool:
        """Whether a call does not say what it lists, and the path, or what is sent to it, tells whose records they are."""
        route = reading.route
        if route.named:
            return route.operation.response is None
        return bool(entity.fields) and self._schemas.is_blank(route.operation.response)

    def _taken_apart(self, parameter: Parameter) -> list[Parameter]:
        """An object of criteria as a parameter for each of its scalars: ``filter`` with a name is ``filter_name``."""
        criteria = self._schemas.shape(parameter.schema_).properties if type_of(parameter.schema_) == "object" else {}
        scalars = {name: self._schemas.resolve(schema)[0] for name, schema in criteria.items()}
        return [
            Parameter(
                name=f"{parameter.name}_{name}",
                place=parameter.place,
                schema_=schema,
                pointer=f"{parameter.pointer}/schema/properties/{name}",
            )
            for name, schema in scalars.items()
            if type_of(schema) not in {"object", "array", None}
        ] or [parameter]

    def _bind_paging(self, made: ToolPlan) -> None:
        """A cursor is an argument only when the answer tells the next one."""
        outer = self._schemas.shape(made.operation.response).properties if made.envelope else {}
        texts = {snake(key): key for key, value in outer.items() if type_of(value) in {"string", None} and "$ref" not in value}
        made.cursor = next((texts[name] for name in lexicon().cursor_results if name in texts), None)
        if made.cursor is None:
            blind = [a for a in made.arguments if a.role == "page" and a.field and a.field.kind == "text"]
            made.arguments = [a for a in made.arguments if a not in blind]
            made.unused += [Unused(a.pointer, "parameter", "the answer tells no next page") for a in blind]

    def _get(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        answer = reading.response
        if reading.route.key is None:
            return "nothing names the record to look up"
        if not self._schemas.is_blank(reading.route.operation.response) and (answer is None or not shows(answer, entity)):
            return f"the response is no {entity.thing.replace('_', ' ')} record"
        made = ToolPlan(reading.route.operation, "get", entity, arguments=[key_argument(reading)])
        self._leave_rest(made, reading, ("query", "header", "body"))
        return made

    def _create(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        values, unused = bind_values(reading.request, entity, partial=False)
        made = ToolPlan(reading.route.operation, "create", entity, unused=unused)
        self._add_parents(made, reading)
        taken = {id(a.field) for a in made.arguments}
        made.arguments += [self._with_lacks(a, reading) for a in values if id(a.field) not in taken]
        wanted = reading.route.operation.conditions
        for argument in made.arguments:
            argument.required |= wanted is not None and argument.wire in wanted.required
        if not values:
            return "the request sets no field of a record"
        self._start_at_first(made)
        self._leave_rest(made, reading, ("query", "header"))
        return made

    def _with_lacks(self, argument: ArgumentPlan, reading: Reading) -> ArgumentPlan:
        """An argument that takes objects, with what requests cannot tell of one."""
        field, sent = argument.field, reading.request.shape.properties if reading.request else {}
        if field is not None and field.part is not None and field.kind == "parts":
            told = {snake(wire) for wire in self._schemas.shape(self._schemas.items(sent.get(argument.wire))).properties}
            lacking = (each.name for each in field.part.fields if not {snake(each.wire), snake(each.source or each.wire)} & told)
            argument.lacks = frozenset(lacking if told else ())
        return argument

    def _start_at_first(self, made: ToolPlan) -> None:
        """A fresh record starts in the first state of its life: nobody makes one that is over."""
        status = made.entity.status
        if status is None or not has_life(status):
            return
        chosen = [a for a in made.arguments if a.field is status and not a.required]
        made.arguments = [a for a in made.arguments if a not in chosen]
        made.unused += [Unused(a.pointer, "parameter", "a fresh record starts in its first state") for a in chosen]

    def _update(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        values, unused = bind_values(reading.request, entity, partial=True)
        if not values:
            return "the request sets no field of a record"
        if self._is_for_all_that_fit(reading):
            return "it changes all records that fit, not one"
        made = ToolPlan(reading.route.operation, "update", entity, unused=unused, part=reading.part)
        if reading.route.key is None:
            wire = find_key(reading.request.shape, entity.thing, []) if reading.request else None
            if wire is None:
                return "nothing names the record to change"
            if _matches_several(reading):
                return "changes every record that fits a pattern"
            made.arguments = [ArgumentPlan(wire, identifier(wire), entity.key, "key", required=True, pointer=reading.pointer)]
        else:
            made.arguments = [key_argument(reading)]
        made.arguments += [a for a in values if a.name != made.arguments[0].name]
        self._leave_rest(made, reading, ("query", "header"))
        return made

    def _delete(self, reading: Reading, entity: EntityPlan) -> ToolPlan | str:
        if reading.route.key is None:
            return "nothing names the record to delete"
        verb = next(iter(words(reading.route.operation.operation_id)), "")
        answer = reading.response
        stays = answer is not None or bool(reading.route.operation.states_named)  # what is only deleted is not told of
        if stays and verb in lexicon().transitions and not isinstance(bind_move(verb, entity), str):
            return self._act(reading, entity, verb)
        told = answer is not None and not answer.many and shows_whole(answer, entity)
        made = ToolPlan(reading.route.operation, "delete", entity, arguments=[key_argument(reading)], returns_record=told)
        self._leave_rest(made, reading, ("query", "header", "body"))
        return made

    def _act(self, reading: Reading, entity: EntityPlan, verb: str) -> ToolPlan | str:
        if reading.route.key is None:
            return self._create(reading, entity) if makes_a_record(reading.route) else "nothing names the record it moves"
        move = no_mark(verb, reading) or bind_move(verb, entity)
        if isinstance(move, str):
            return move
        if reading.route.operation.request is None and lexicon().switching_words & set(words(reading.route.operation.operation_id)):
            return "it switches something over and is not told which way"
        made = ToolPlan(
            reading.route.operation, "transition", entity, arguments=[key_argument(reading)], verb=verb, grounding=move.grounding
        )
        again = reading.route.operation.conditions is not None and reading.route.operation.conditions.again
        if self._is_told_when(reading) or again:
            made.grounding = "assumed"  # it does more than move the record
        made.moves, made.target = move.field, move.target
        if isinstance(move.target, bool):
            refused = refused_when(reading.route.operation, entity, move.field)
            if isinstance(refused, str):
                return refused
            made.unless = refused
        elif is_guess(move, verb, reading.route.operation):
            made.grounding = "assumed"
        made.sources = sources_told(move, verb, reading.route.operation)
        made.until = until_begun(reading.route.operation, entity) if not isinstance(move.target, bool) else None
        self._leave_rest(made, reading, ("query", "header", "body"))
        return made

    def _is_for_all_that_fit(self, reading: Reading) -> bool:
        """Whether a call changes whatever fits what it is told in its query, and not the one record that its path names."""
        operation, key = reading.route.operation, reading.route.key
        asked = [words(parameter.name) for parameter in operation.parameters if parameter.place == "query"]
        return f"{{{key}}}" not in operation.path and any(lexicon().fitting_words & set(said) for said in asked)

    def _is_told_when(self, reading: Reading) -> bool:
        """Whether a call must be told a moment: when to send, until when to pause."""
        asked = self._schemas.shape(reading.route.operation.request)
        return any(
            self._schemas.resolve(asked.properties[name])[0].get("format") in _MOMENTS
            for name in asked.required
            if name in asked.properties
        )

    def _add_parents(self, made: ToolPlan, reading: Reading) -> str | None:
        """The records around: the nearest that the entity links to becomes a required argument.

        Returns:
            For a list, the reason when nothing says which records belong to the one around them.
        """
        lists = made.family in {"list", "search"}
        for parent in reversed(reading.route.parents):
            outer = self._by_thing.get(parent.thing)
            field = _link(made.entity, outer)
            pointer = next((p.pointer for p in reading.route.operation.parameters if p.name == parent.parameter), reading.pointer)
            if lists and outer is not None and field is None and not made.arguments:
                members, own = _list_of(outer, made.entity), _list_of(made.entity, outer)
                if own is not None and (members is None or not members.name.startswith(made.entity.thing)):
                    name = identifier(parent.parameter)
                    made.arguments.append(ArgumentPlan(parent.parameter, name, own, "filter", True, "contains", pointer))
                    continue
                if members is None:
                    return f"nothing says which {made.entity.thing.replace('_', ' ')} records belong to the one around them"
                made.through = (outer, members)
                made.arguments.append(
                    ArgumentPlan(parent.parameter, identifier(parent.parameter), None, "outer", required=True, pointer=pointer)
                )
            elif field is None or made.arguments:
                made.unused.append(
                    Unused(pointer, "parameter", "the outer record is not one the environment keeps, or is known from the inner one")
                )
            else:
                name = identifier(parent.parameter) if lists else field.name
                made.arguments.append(
                    ArgumentPlan(parent.parameter, name, field, "filter" if lists else "value", required=True, pointer=pointer)
                )
        return None

    def _leave_rest(self, made: ToolPlan, reading: Reading, places: tuple[str, ...]) -> None:
        used = {a.wire for a in made.arguments} | {reading.route.key}
        if made.family in {"get", "update", "delete", "transition", "act"}:
            for parent in reading.route.parents:
                pointer = next((p.pointer for p in reading.route.operation.parameters if p.name == parent.parameter), None)
                if pointer:
                    made.unused.append(Unused(pointer, "parameter", "the record is known by its own key"))
        body_is_request = made.family in {"create", "update"}
        for parameter in reading.route.operation.parameters:
            if parameter.name not in used and parameter.place in places and not (body_is_request and parameter.place == "body"):
                made.unused.append(Unused(parameter.pointer, "parameter", "changes nothing the records hold"))

    def _moves_files(self, reading: Reading) -> bool:
        said = words(reading.route.operation.operation_id)
        schema = self._schemas.resolve(reading.route.operation.request)[0]
        sent = self._schemas.shape(schema).properties
        if "download" in said or ("upload" in said and (not sent or reading.route.key is not None)):
            return True
        if (schema.get("type") == "string" and not schema.get("enum")) or schema.get("format") in _FILES:
            return True
        return any((self._schemas.items(p) or p).get("format") in _FILES for p in sent.values())


def _matches_several(reading: Reading) -> bool:
    """Whether a parameter of an operation on a whole collection says which of its records are meant."""
    asked = (words(p.name)[-1:] for p in reading.route.operation.parameters if p.place == "query")
    return any(set(last) & lexicon().matching_words for last in asked)


def shows(answer: Payload, entity: EntityPlan) -> bool:
    """Whether an answer's record is the entity's: its key, or most of its fields, are there."""
    if answer.shape.name and answer.shape.name in entity.schema_names:
        return True
    given = {snake(key) for key in answer.shape.properties}
    known = set(entity.spelt())
    return snake(entity.key.wire) in given or len(given & known) >= 0.5 * len(given)


def envelope_of(answer: Payload) -> str | None:
    """What an answer wraps its record, or records, in: the names on the way, with dots between them; None for nothing.

    Names with dots of their own could not be told from several, and wrap nothing.
    """
    return ".".join(answer.path) if answer.path and not any("." in name or "[" in name for name in answer.path) else None


def shows_whole(answer: Payload, entity: EntityPlan) -> bool:
    """Whether an answer is the entity's record, and not a notice with its key."""
    if answer.shape.name and answer.shape.name in entity.schema_names:
        return True
    given = {snake(key) for key in answer.shape.properties}
    return len(given & set(entity.spelt())) >= max(3, len(given) / 2)


def _list_of(entity: EntityPlan, other: EntityPlan) -> FieldPlan | None:
    """The field by which a record names several others, rather one that is called like them."""
    fields = [field for field in entity.fields if field.target == other.name and field.kind == "refs"]
    return min(fields, key=lambda field: not field.name.startswith(other.thing), default=None)


def _link(entity: EntityPlan, outer: EntityPlan | None) -> FieldPlan | None:
    """The field by which a record names the one around it."""
    if outer is None or outer is entity:
        return None
    return next((f for f in entity.fields if f.target == outer.name and f.kind == "ref"), None)


def list_parameters(reading: Reading, schemas: Schemas) -> list[Parameter]:
    """The parameters of a list that may choose records, their values at hand: of its query, of its body the scalars and lists of them."""
    operation, route = reading.route.operation, reading.route
    if route.named:
        return [_resolved(parameter, schemas) for parameter in route.arguments]
    outer = {parent.parameter for parent in route.parents}
    asked = [p for p in operation.parameters if p.place in {"query", "body"} and p.name not in outer]
    asked += [p for p in body_arguments(operation, schemas) if _is_plain(p.schema_, schemas)] if operation.request else []
    return [_resolved(parameter, schemas) for parameter in asked]


def _ending(reading: Reading, schemas: Schemas) -> list[Parameter]:
    """What ends the path of a list by a season, a date or a place, and so chooses records: ``/games/{season}``."""
    route = reading.route
    if route.named or route.key is not None or route.deed != "list":
        return []
    outer = {parent.parameter for parent in route.parents}
    last = route.operation.path.rstrip("/").rpartition("/")[2]
    return [_resolved(p, schemas) for p in route.operation.parameters if last == f"{{{p.name}}}" and p.name not in outer]


def criteria_of(reading: Reading, schemas: Schemas) -> list[Parameter]:
    """Criteria of a list that stand elsewhere: in one object of its body, ``filters``, or in headers that are called so."""
    operation = reading.route.operation
    asked = body_arguments(operation, schemas) if operation.request and not reading.route.named else []
    held = [_resolved(p, schemas) for p in asked if snake(p.name) in lexicon().criteria_words]
    headers = [p for p in operation.parameters if p.place == "header" and set(words(p.name)[:1]) & lexicon().criteria_words]
    return [*(p for p in held if type_of(p.schema_) == "object"), *headers]


def _resolved(parameter: Parameter, schemas: Schemas) -> Parameter:
    """The parameter with its values at hand, where its schema is a shared one."""
    if "$ref" not in parameter.schema_:
        return parameter
    beside = {key: value for key, value in parameter.schema_.items() if key != "$ref"}
    return parameter.model_copy(update={"schema_": schemas.resolve(parameter.schema_)[0] | beside})


def _is_plain(schema: JsonSchema, schemas: Schemas) -> bool:
    """Whether a property of a search that posts its criteria is a criterion by itself."""
    items = schemas.items(schema)
    return type_of(schemas.resolve(schema if items is None else items)[0]) not in {"object", "array"}
