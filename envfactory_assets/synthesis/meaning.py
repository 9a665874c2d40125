"""What a whole document is understood to mean, before anything is chosen for an environment.

Record types with their keys, the links between them, what wraps them in an answer, what each operation does to which of them,
what its parameters select and page by; each with how it is known and where the document says it; and what was not understood, and why.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.records import Produced, Resource, ResourceInference
from envfactory_assets.records.base import Grounding
from envfactory_assets.records.resources import InferenceKind
from envfactory_assets.synthesis.actions import bind_action, families_of, referred_to
from envfactory_assets.synthesis.actions.family import Action
from envfactory_assets.synthesis.actions.marks import no_mark
from envfactory_assets.synthesis.actions.memberships import assume_unshown, infer_list, lives_inside
from envfactory_assets.synthesis.actions.states import infer_states
from envfactory_assets.synthesis.apart import of_other_collections
from envfactory_assets.synthesis.choosing import Filter, Paging, selections
from envfactory_assets.synthesis.effects import MOVES_FILE, Binder, shows
from envfactory_assets.synthesis.entities import build_entities
from envfactory_assets.synthesis.evidence import unsupported
from envfactory_assets.synthesis.lexicon import lexicon
from envfactory_assets.synthesis.names import noun, snake
from envfactory_assets.synthesis.outcomes import without_outcomes
from envfactory_assets.synthesis.paths import read_routes
from envfactory_assets.synthesis.plan import EntityPlan, FieldPlan, ToolPlan, Unused
from envfactory_assets.synthesis.readings import Reading, read_payloads
from envfactory_assets.synthesis.recognition import Recognised, Recogniser
from envfactory_assets.synthesis.rereading import reread
from envfactory_assets.synthesis.route import stem_of_parameter
from envfactory_assets.synthesis.schemas import Payload, Schemas
from envfactory_assets.synthesis.seeds import find_seeds

_JOINING = frozenset({"add_member", "remove_member"})
_CHOOSING = frozenset({"filter", "search"})
_MOST_TOLD = 3  # properties of a request that only moves a record
_BY_TOOL: dict[str, frozenset[str]] = {family: frozenset({family}) for family in ("get", "update", "delete")} | {
    "create": frozenset({"create", "send", "schedule", "reserve"}),
    "list": frozenset({"list", "search"}),
    "search": frozenset({"list", "search"}),
    "transition": frozenset({"transition", "mark", "send", "schedule", "merge", "reserve", "release", "capture"}),
}
"""The families of effects that a tool of a family has; one in which a record moves to a state may be more than that."""


@dataclass(frozen=True)
class Effect:
    """What one operation does to which record type."""

    operation_id: str
    family: str
    entity: str  # its noun
    verb: str | None
    pointer: str
    grounding: Grounding

    @property
    def word(self) -> str:
        """The family, and of a move its verb: ``transition:cancel``."""
        return f"{self.family}:{self.verb}" if self.family == "transition" and self.verb else self.family


@dataclass(frozen=True)
class Link:
    """A property of a record that names another record, or records."""

    entity: str
    wire: str  # the property as the document has it; "(path)" when only the path says it
    target: str
    many: bool
    pointer: str
    grounding: Grounding


@dataclass(frozen=True)
class Envelope:
    """The property of an answer that the record, or the list of records, sits in."""

    operation_id: str
    wire: str
    pointer: str


@dataclass
class Meaning:
    """What is understood of one document."""

    document: ApiDocument
    entities: list[EntityPlan]
    tools: list[ToolPlan]  # the operations that an effect of the library binds
    effects: list[Effect]
    links: list[Link]
    envelopes: list[Envelope]
    unused: list[Unused]
    selects: Callable[[], "tuple[list[Filter], list[Paging]]"]  # reads what lists are asked by, which not everyone wants to know

    @property
    def filters(self) -> list[Filter]:
        """The parameters of lists that choose records."""
        return self._selections[0]

    @property
    def paging(self) -> list[Paging]:
        """The parameters of lists that say which part comes back."""
        return self._selections[1]

    @cached_property
    def _selections(self) -> tuple[list[Filter], list[Paging]]:
        return self.selects()


@dataclass(frozen=True)
class MeaningSummary:
    """The same in words, for comparing documents."""

    things: tuple[str, ...]
    effects: tuple[str, ...]
    links: tuple[str, ...]
    actions: tuple[str, ...]
    filters: int


def infer_meaning(document: ApiDocument) -> Meaning:
    """Understand a document.

    Args:
        document: the document, of any format.

    Returns:
        Its meaning; an operation is in ``effects`` or in ``unused``.
    """
    schemas = Schemas(document)
    routes, unused = read_routes(document)
    told, aside = without_outcomes(read_payloads(routes, schemas))
    readings, unread = reread(told)
    seeds, reasons = find_seeds(readings)
    reasons |= unread
    unused += [Unused(pointer, "operation", reason) for pointer, reason in sorted(reasons.items())]
    entities, left = build_entities(seeds, schemas)
    pairs = [
        (replace(reading, response=reading.response or aside.get(reading.pointer)), entity)  # what is answered all the same
        for seed, entity in zip(seeds, entities, strict=True)
        for reading in seed.readings
    ]
    tools, effects, unbound = _bind(schemas, pairs)
    within, acts = _effects_within(readings, pairs)
    assume_unshown(tools + acts, document.operations)
    meaning = Meaning(
        document,
        entities,
        tools + acts,
        effects=effects + within,
        links=list(_links(pairs)),
        envelopes=list(_envelopes(pairs, schemas)),
        unused=[*unused, *unbound, *left],
        selects=partial(selections, pairs, schemas),
    )
    return _believed(meaning, readings, pairs, schemas)


def _believed(meaning: Meaning, readings: list[Reading], pairs: "_Pairs", schemas: Schemas) -> Meaning:
    """A meaning without effects that rest on too little, and without what would be read of operations that have none."""
    said, linked = [(effect.entity, effect.family) for effect in meaning.effects], {link.target for link in meaning.links}
    doubted = unsupported(meaning.entities, said, readings, linked)
    effects = [effect for effect in meaning.effects if effect.entity not in doubted]
    bound = {effect.pointer for effect in effects}
    untold = {entity.thing for entity in meaning.entities if entity.thing in doubted and not entity.key.wire}
    reasons = [Unused(effect.pointer, "operation", doubted[effect.entity]) for effect in meaning.effects if effect.entity in doubted]
    return replace(
        meaning,
        entities=[entity for entity in meaning.entities if entity.thing not in untold],
        tools=[tool for tool in meaning.tools if tool.entity.thing not in doubted],
        effects=effects,
        links=[link for link in meaning.links if link.entity not in untold],
        unused=[*meaning.unused, *reasons],
        selects=partial(selections, [(reading, entity) for reading, entity in pairs if reading.pointer in bound], schemas),
    )


def summary_of(meaning: Meaning) -> MeaningSummary:
    """The nouns, effects, links and families of typed effects of a meaning, and how many arguments choose records."""
    records = {entity.name: entity for entity in meaning.entities}
    referred = referred_to(meaning.entities)
    return MeaningSummary(
        things=tuple(sorted({entity.thing for entity in meaning.entities})),
        effects=tuple(sorted({effect.word for effect in meaning.effects})),
        links=tuple(sorted({f"{link.entity}->{link.target}" for link in meaning.links})),
        actions=tuple(sorted({family for tool in meaning.tools for family in families_of(tool, records, referred)})),
        filters=sum(argument.role in _CHOOSING for tool in meaning.tools for argument in tool.arguments),
    )


def inferences(resource: Resource) -> Produced:
    """What is understood of a resource, one row a fact."""
    meaning = infer_meaning(ApiDocument.model_validate(resource.document))
    rows = [
        ResourceInference(
            domain=resource.domain,
            resource_id=resource.resource_id,
            kind=fact.kind,
            subject=fact.subject,
            value=fact.value,
            pointer=fact.pointer,
            grounding=fact.grounding,
        )
        for fact in sorted(_facts(meaning), key=lambda f: (f.kind, f.pointer, f.subject, f.value))
    ]
    return Produced(tuple(rows))


@dataclass(frozen=True)
class _Fact:
    kind: InferenceKind
    subject: str
    value: str
    pointer: str
    grounding: Grounding


def _facts(meaning: Meaning) -> Iterator[_Fact]:
    for entity in meaning.entities:
        names = ", ".join(sorted(entity.schema_names)) or entity.thing
        yield _Fact("entity", entity.thing, names, entity.pointer, entity.grounding)
        if entity.key.wire:
            yield _Fact("key", entity.thing, entity.key.wire, entity.key.pointer, entity.key.grounding)
    for link in meaning.links:
        value = f"list of {link.target}" if link.many else link.target
        yield _Fact("link", f"{link.entity}.{link.wire}", value, link.pointer, link.grounding)
    for effect in meaning.effects:
        yield _Fact("effect", effect.operation_id, f"{effect.word} {effect.entity}", effect.pointer, effect.grounding)
    for envelope in meaning.envelopes:
        yield _Fact("envelope", envelope.operation_id, envelope.wire, envelope.pointer, "declared")
    for each in meaning.filters:
        yield _Fact("filter", f"{each.operation_id} {each.parameter}", f"{each.wire} {each.operator}".strip(), each.pointer, each.grounding)
    for page in meaning.paging:
        yield _Fact("paging", f"{page.operation_id} {page.parameter}", page.role, page.pointer, "inferred")


def _wire(field: FieldPlan) -> str:
    return field.source or field.wire


_Pairs = list[tuple[Reading, EntityPlan]]


def _bind(schemas: Schemas, pairs: _Pairs) -> tuple[list[ToolPlan], list[Effect], list[Unused]]:
    """What every operation does, and the tools that the library's effects make of them."""
    verbs: dict[str, dict[str, str]] = {}
    for reading, entity in pairs:
        mine = verbs.setdefault(entity.name, {})
        if reading.route.verb and _moves_its_own(reading, entity) and no_mark(reading.route.verb, reading) is None:
            mine[reading.route.verb] = reading.pointer
    entities = {entity.name: entity for _, entity in pairs}
    for entity in entities.values():
        infer_states(entity, verbs[entity.name])
    binder, recogniser = Binder(schemas, list(entities.values())), Recogniser(pairs)
    tools: list[ToolPlan] = []
    effects: list[Effect] = []
    unused: list[Unused] = []
    things = {entity.thing: entity for entity in entities.values()}
    for reading, entity in pairs:
        known = recogniser.recognise(reading, entity, None)
        if known is not None and known.family in _JOINING:
            infer_list(_action(reading, known, things))
    for reading, entity in pairs:
        bound = binder.bind(reading, entity)
        tool = None if isinstance(bound, str) else bound
        known = (
            None if bound == MOVES_FILE and reading.route.deed not in {"create", "update"} else recogniser.recognise(reading, entity, tool)
        )
        operation = reading.route.operation
        if known is not None and known.family not in _BY_TOOL and (tool is None or known.family not in _BY_TOOL[tool.family]):
            plain, bound = tool, _acting(reading, known, things)
            stays = plain is not None and known.family in _JOINING and lives_inside(_action(reading, known, things))
            tool = bound if isinstance(bound, ToolPlan) else plain if stays else None
        if known is not None:
            effects.append(Effect(operation.operation_id, known.family, known.thing, known.verb, operation.pointer, known.grounding))
        if tool is not None and known is not None and (tool.family == "act" or known.family in _JOINING | _BY_TOOL[tool.family]):
            tool.asked, tool.answered = reading.request, reading.response
            tools.append(tool)
        elif tool is not None:
            family = known.family.replace("_", " ") if known else "something else"
            unused.append(Unused(reading.pointer, "operation", f"its name says that it does more than its method: {family}"))
        else:
            unused.append(Unused(reading.pointer, "operation", str(bound)))
    strays = of_other_collections(tools)
    unused += [
        Unused(tool.operation.pointer, "operation", "it is on records of another collection than the one they are made in")
        for tool in strays
    ]
    out = {id(tool) for tool in strays}
    tools = [tool for tool in tools if id(tool) not in out]
    for tool in tools:
        tool.entity.deletable |= tool.family == "delete"
    return tools, effects, unused


def _moves_its_own(reading: Reading, entity: EntityPlan) -> bool:
    """Whether an action is about the record itself: its key is no other thing's of the path, and it neither makes nor answers another."""
    route, answer = reading.route, reading.response
    around = {noun(part) for part in route.operation.path.split("/") if part and "{" not in part}
    others = set(stem_of_parameter(route.key or "").split("_")) & around - set(entity.thing.split("_"))
    sends = lexicon().act_families.get(route.verb or "") == "send"
    if others or (sends and (route.named or (reading.request is None and route.operation.request))):
        return False
    if answer is None or _is_of(answer, entity):
        return True
    told = len(reading.request.shape.properties) if reading.request is not None else 0
    return told <= _MOST_TOLD and not any(snake(key) in lexicon().key_fields for key in answer.shape.properties)


def _is_of(answer: Payload, entity: EntityPlan) -> bool:
    """Whether an answer's record is the entity's, by its name or by most of what it holds."""
    given = {snake(key) for key in answer.shape.properties}
    return answer.shape.name in entity.schema_names or len(given & set(entity.spelt())) * 2 >= len(given) > 0


def _acting(reading: Reading, known: Recognised, things: dict[str, EntityPlan]) -> ToolPlan | str:
    """The tool of an operation that is an action itself, or why there is none."""
    bound = bind_action(_action(reading, known, things))
    if not isinstance(bound, str):
        bound.asked, bound.answered = reading.request, reading.response
    return bound


def _action(reading: Reading, known: Recognised, things: dict[str, EntityPlan]) -> Action:
    return Action(reading, things[known.thing], known.family, known.verb or "", things)


def _effects_within(readings: list[Reading], pairs: _Pairs) -> tuple[list[Effect], list[ToolPlan]]:
    """What operations without a record of their own do to the records around them, and the tools of those that bind."""
    recogniser, seen = Recogniser(pairs), {reading.pointer for reading, _ in pairs}
    things = {entity.thing: entity for _, entity in pairs}
    found: list[Effect] = []
    tools: list[ToolPlan] = []
    for reading in readings:
        known = recogniser.recognise_within(reading) if reading.pointer not in seen else None
        if known is not None:
            name = reading.route.operation.operation_id
            found.append(Effect(name, known.family, known.thing, known.verb, reading.pointer, known.grounding))
            bound = _acting(reading, known, things)
            tools += [] if isinstance(bound, str) else [bound]
    return found, tools


def _envelopes(pairs: list[tuple[Reading, EntityPlan]], schemas: Schemas) -> Iterator[Envelope]:
    for reading, entity in pairs:
        answer, route = reading.response, reading.route
        if answer is not None and answer.envelope and answer.wrappers and (shows(answer, entity) or _surely_wraps(reading)):
            yield Envelope(route.operation.operation_id, answer.envelope, answer.wrappers[-1])
        elif route.deed in {"list", "search"} and (answer is None or not answer.many):
            listed = schemas.bare_list(route.operation.response, route.thing, f"{route.operation.pointer}/response")
            if listed is not None:
                yield Envelope(route.operation.operation_id, *listed)


def _surely_wraps(reading: Reading) -> bool:
    """Whether what an answer's record sits in is called so of records of any kind: ``data`` of an answer that tells little of it."""
    answer, route = reading.response, reading.route
    reads = route.deed in {"list", "search"} or (route.deed == "get" and route.key is not None)
    return answer is not None and reads and snake(answer.envelope or "") in {*lexicon().list_wrappers, *lexicon().record_wrappers}


def _links(pairs: _Pairs) -> Iterator[Link]:
    """The links of every record type: by its properties, and by the paths it is listed and made at."""
    entities = {entity.name: entity for _, entity in pairs}
    things = {entity.thing: entity for entity in entities.values()}
    linked: set[tuple[str, str]] = set()
    operations = {reading.pointer for reading, _ in pairs}  # what a list stands for that only an operation speaks of is no property
    for entity in entities.values():
        told: set[tuple[str, str]] = set()
        for field in (*entity.fields, *entity.doubles):
            if field.target and not field.nested and field.pointer not in operations and (_wire(field), field.target) not in told:
                told.add((_wire(field), field.target))
                linked.add((entity.name, field.target))
                yield Link(entity.thing, _wire(field), entities[field.target].thing, field.kind == "refs", field.pointer, field.grounding)
    for reading, entity in pairs:
        route = reading.route
        if (
            route.thing != entity.thing
            or route.deed not in {"list", "search", "create"}
            or (route.deed == "create" and not _makes(reading))
        ):
            continue
        for parent in route.parents:
            outer = things.get(parent.thing)
            if outer is not None and outer is not entity and (entity.name, outer.name) not in linked:
                linked.add((entity.name, outer.name))
                yield Link(entity.thing, "(path)", outer.thing, False, reading.pointer, "inferred")


def _makes(reading: Reading) -> bool:
    """Whether a request says more than which records are to be joined."""
    return reading.request is not None and not all(stem_of_parameter(key) != noun(key) for key in reading.request.shape.properties)
