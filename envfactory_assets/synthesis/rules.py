"""The ``rules`` author: from a resource to an environment, without a model, deterministically."""

from hashlib import sha256
from pathlib import Path

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.environments.contract import contract_beside
from envfactory_assets.environments.errors import ModuleError
from envfactory_assets.records import EnvironmentCandidate, EnvironmentSpec, Produced, Rejection, Resource, ResourceLedgerEntry, Row
from envfactory_assets.synthesis.actions import bind_typed
from envfactory_assets.synthesis.actions.amounts import ask_how_much
from envfactory_assets.synthesis.answers import answer_as_told, without_unseen
from envfactory_assets.synthesis.code import write_module
from envfactory_assets.synthesis.companions import accompany
from envfactory_assets.synthesis.embedding import show_embedded
from envfactory_assets.synthesis.finish import settle
from envfactory_assets.synthesis.groundings import with_groundings
from envfactory_assets.synthesis.invariants import tell_apart
from envfactory_assets.synthesis.ledger import unused_of
from envfactory_assets.synthesis.meaning import Meaning, infer_meaning
from envfactory_assets.synthesis.names import Naming, naming_of, pascal, words
from envfactory_assets.synthesis.naming import name_tools
from envfactory_assets.synthesis.narrowing import MOST_FIELDS, Narrowed
from envfactory_assets.synthesis.plan import EntityPlan, EnvironmentPlan, Unused
from envfactory_assets.synthesis.selection import MOST_TOOLS, Selection
from envfactory_assets.synthesis.sums import add_up

_TITLE_NOISE = {"api", "rest", "the", "openapi", "swagger", "specification", "documentation", "public", "service", "docs", "s", "of", "for"}
_STAGE = "environment_candidates"
_MOST_LINES = 400  # a module is read by people
_SIZES = ((MOST_TOOLS, MOST_FIELDS), (17, 24), (17, 18), (14, 18), (14, 15), (12, 12), (10, 12), (9, 12))
"""How many tools and fields a record a module may have, the most first: the next where it would be longer."""
_FAMILY_ORDER = ("search", "list", "get", "create", "update", "transition", "act", "delete")


def write_candidate(resource: Resource) -> Produced:
    """Write the environment of one resource.

    Returns:
        An ``EnvironmentCandidate`` and a ``ResourceLedgerEntry`` for each thing it does not use; or a ``Rejection`` that says why
        the document makes no environment.
    """
    meaning = infer_meaning(ApiDocument.model_validate(resource.document))
    made = fitting_plan(meaning, resource)
    if isinstance(made, str):
        return Produced((Rejection(domain=resource.domain, stage=_STAGE, subject=resource.resource_id, reason=made),))
    plan, source = made
    try:
        environment = load_environment(source, resource.resource_id)
    except ModuleError as error:
        reason = "the module written for it does not load"
        rejection = Rejection(domain=resource.domain, stage=_STAGE, subject=resource.resource_id, reason=reason, evidence=str(error))
        return Produced((rejection,))
    spec = with_groundings(describe(environment, resource.resource_id), plan)
    candidate = _candidate(resource.domain, "rules", source, spec, resource)
    return Produced((candidate, *_ledger(resource, unused_of(meaning.document, plan))))


def fitting_plan(meaning: Meaning, resource: Resource) -> tuple[EnvironmentPlan, str] | str:
    """The environment of a document with its source code; or why there is none.

    What makes a module too long to read has fewer tools, and when that is not enough fewer fields a record.
    """
    made: tuple[EnvironmentPlan, str] | str = ""
    for most_tools, most_fields in _SIZES:
        plan = plan_environment(meaning, most_tools, most_fields)
        if isinstance(plan, str):
            made = made or plan
            continue
        made = plan, _source(plan, resource)
        if made[1].count("\n") <= _MOST_LINES:
            break
    return made


def hand_candidate(path: Path, domain: str) -> Produced:
    """Read a module that a person wrote, and its contract; the file's stem names the environment."""
    env_id = path.stem
    try:
        source = path.read_text(encoding="utf-8")
        spec = describe(load_environment(source, env_id), env_id)
    except (ModuleError, UnicodeDecodeError) as error:
        rejection = Rejection(domain=domain, stage=_STAGE, subject=env_id, reason="the module does not load", evidence=str(error))
        return Produced((rejection,))
    return Produced((_candidate(domain, "hand", source, spec, None).model_copy(update={"contract": contract_beside(path)}),))


def _source(plan: EnvironmentPlan, resource: Resource) -> str:
    return write_module(plan, heading=_heading(plan, resource), naming=_naming(plan))


def plan_environment(meaning: Meaning, most_tools: int = MOST_TOOLS, most_fields: int = MOST_FIELDS) -> EnvironmentPlan | str:
    """Decide what environment a document makes.

    Args:
        meaning: what is understood of the document.
        most_tools: how many tools it may have.
        most_fields: how many fields a record may have.

    Returns:
        The plan, or why there is none.
    """
    document = meaning.document
    narrowed = Narrowed(meaning.entities, meaning.tools, most_fields)
    selection = Selection(narrowed.entities, narrowed.tools, most_tools)
    shortcoming = selection.choose()
    if shortcoming:
        return shortcoming
    place = {operation.pointer: number for number, operation in enumerate(document.operations)}
    chosen = sorted(selection.tools, key=lambda t: (t.entity.table, _FAMILY_ORDER.index(t.family), place[t.operation.pointer]))
    show_embedded(selection.entities, chosen)
    settle(selection.entities, chosen, document.title)
    add_up(selection.entities, chosen)
    ask_how_much(chosen, {entity.name: entity for entity in selection.entities})
    tell_apart(selection.entities, chosen)
    bind_typed(chosen, selection.entities)
    accompany(selection.entities, chosen)
    answer_as_told(chosen)
    chosen, unseen = without_unseen(chosen)
    plan = EnvironmentPlan(document.title, _class_name(document.title, selection.entities), selection.entities, chosen, [])
    plan.unused = [*meaning.unused, *narrowed.unused, *selection.unused, *unseen, *(u for tool in chosen for u in tool.unused)]
    name_tools(chosen, _naming(plan), {entity.table for entity in plan.entities})
    return plan


def _naming(plan: EnvironmentPlan) -> Naming:
    fields = [field.wire for entity in plan.entities for field in (entity.key, *entity.fields)]
    return naming_of([*fields, *(argument.wire for tool in plan.tools for argument in tool.arguments)])


def _class_name(title: str, entities: list[EntityPlan]) -> str:
    kept = [word for word in words(title) if word not in _TITLE_NOISE and word.isascii() and not word.isdigit()]
    name = pascal("_".join(kept[:4])) or "Service"
    return (
        f"{name}Service" if name in {e.name for e in entities} | {"Environment", "Entity", "Table", "Part", "Page", "Key", "Ref"} else name
    )


def _heading(plan: EnvironmentPlan, resource: Resource) -> str:
    names = [entity.table.rstrip("_").replace("_", " ") for entity in sorted(plan.entities, key=lambda e: e.name)]
    listed = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    source = f"Resource: {resource.resource_id} {resource.version}, SHA-256 {resource.content_sha256}."
    return f"{plan.title}: {listed}.\n\nAuthor: rules. Domain: {resource.domain}.\n{source}"


def _candidate(domain: str, author: str, source: str, spec: EnvironmentSpec, resource: Resource | None) -> EnvironmentCandidate:
    described = spec.model_dump(mode="json")
    return EnvironmentCandidate(
        domain=domain,
        env_id=spec.env_id,
        resource_id=resource.resource_id if resource else None,
        content_sha256=resource.content_sha256 if resource else None,
        author=author,
        source_code=source,
        code_sha256=sha256(source.encode()).hexdigest(),
        spec=described,
        tool_count=len(spec.tools),
        entity_count=len(spec.entities),
    )


def _ledger(resource: Resource, entries: list[Unused]) -> list[Row]:
    return [
        ResourceLedgerEntry(domain=resource.domain, resource_id=resource.resource_id, pointer=u.pointer, subject=u.subject, reason=u.reason)
        for u in entries
    ]
