"""Environments: written, promoted once their report allows it, and given scenarios to start from."""

from collections.abc import Iterator

from envfactory_assets.assets.stages import Inputs, Stage, with_rows
from envfactory_assets.bundled import bundled
from envfactory_assets.environments import runtime_version
from envfactory_assets.environments.contract import contract_beside
from envfactory_assets.records import (
    EnvironmentCandidate,
    PromotedEnvironment,
    Resource,
    ResourceLedgerEntry,
    RlTask,
    Scenario,
    SftConversation,
    VerificationReport,
    rejected,
)
from envfactory_assets.records.base import content_hash
from envfactory_assets.records.schema import to_rows
from envfactory_assets.synthesis.english import VOCABULARY
from envfactory_assets.synthesis.rules import hand_candidate, write_candidate
from envfactory_assets.synthesis.seeding import write_scenarios
from envfactory_assets.verification import crowded_out, promote, verifier_version
from envfactory_assets.warehouse import StageResult, Unit

_CANDIDATES = Stage(
    writes=[EnvironmentCandidate, ResourceLedgerEntry],
    reads=[Resource],
    packages=["envfactory_assets.synthesis", "envfactory_assets.environments"],
    group="environments",
    files=[bundled("environments"), bundled("contracts"), bundled("lexicons/seeding"), bundled(VOCABULARY)],
    uses=["environments"],
    kinds={"python", "jinja"},
)


@_CANDIDATES.assets
def environment_candidates(inputs: Inputs) -> Iterator[Unit]:
    """One unit a resource, as many as are configured, those first that fill most of what is lacking, and one a module written by hand."""
    ranked = sorted(inputs.rows(Resource), key=lambda resource: (resource.position, resource.resource_id))
    most = inputs.settings.environments
    for resource in ranked[:most]:
        yield Unit(resource.resource_id, write_candidate, (resource,), (resource.facts_sha256(),))
    for resource in ranked[most:]:
        reason = f"behind the {most} environments asked for, which fill more of what the domain lacks"
        left_out = (inputs.domain, "environment_candidates", resource.resource_id, reason)
        yield Unit(resource.resource_id, rejected, left_out, left_out)
    for module in sorted(bundled("environments").glob(f"{inputs.domain}/*.py")):
        told = (module.stem, module.read_text(encoding="utf-8"), contract_beside(module))
        yield Unit(module.stem, hand_candidate, (module, inputs.domain), told)


def _keep_cited(inputs: Inputs, result: StageResult) -> StageResult:
    """Superseded code stays while a training row cites it, under a key of its own: no unit makes it, so none may reuse it."""
    promoted: list[PromotedEnvironment] = to_rows(PromotedEnvironment, result.frames[PromotedEnvironment])
    present = {row.code_sha256 for row in promoted}
    training = inputs.factory.warehouse.read_many([SftConversation, RlTask], inputs.domain)
    cited = {code for frame in training.values() for codes in frame["env_code_sha256s"].to_list() for code in codes}
    superseded = [
        row.model_copy(update={"current": False, "input_key": content_hash(["superseded", row.input_key])}) if row.current else row
        for row in inputs.rows(PromotedEnvironment)
        if row.code_sha256 in cited and row.code_sha256 not in present
    ]
    return with_rows(result, PromotedEnvironment, [*promoted, *superseded])


_ENVIRONMENTS = Stage(
    writes=[PromotedEnvironment],
    reads=[EnvironmentCandidate, VerificationReport, Resource],
    packages=["envfactory_assets.verification", "envfactory_assets.environments"],
    group="environments",
    gated=True,
    retain=_keep_cited,
)


@_ENVIRONMENTS.assets
def environments(inputs: Inputs) -> Iterator[Unit]:
    """One unit a candidate with the report on exactly its code. Audited before it is written: a failed audit leaves the last good rows."""
    reports = {(report.env_id, report.code_sha256): report for report in inputs.rows(VerificationReport)}
    resources = {resource.resource_id: resource for resource in inputs.rows(Resource)}
    judged = [(candidate, reports.get((candidate.env_id, candidate.code_sha256))) for candidate in inputs.rows(EnvironmentCandidate)]
    surplus = crowded_out((candidate, report) for candidate, report in judged if report is not None)
    for candidate, report in judged:
        resource = resources.get(candidate.resource_id or "")
        crowded = candidate.env_id in surplus
        hashes = (candidate.row_sha256(), report.row_sha256() if report else "", resource.facts_sha256() if resource else "", crowded)
        versions = (runtime_version(), verifier_version())
        yield Unit(candidate.env_id, promote, (candidate, report, resource), (*hashes, *versions), {"crowded": crowded})


_SCENARIOS = Stage(
    writes=[Scenario],
    reads=[PromotedEnvironment],
    packages=["envfactory_assets.synthesis.seeding", "envfactory_assets.environments"],
    group="environments",
    files=[bundled("lexicons/seeding"), bundled(VOCABULARY)],
    uses=["seed", "scenarios", "rl_share"],
    kinds={"python", "faker"},
)


@_SCENARIOS.assets
def scenarios(inputs: Inputs) -> Iterator[Unit]:
    """One unit a current environment: initial states from sparse to busy."""
    settings = inputs.settings
    chosen = {"seed": settings.seed, "count": settings.scenarios, "rl_share": settings.rl_share}
    for environment in inputs.rows(PromotedEnvironment):
        if environment.current:
            yield Unit(environment.env_id, write_scenarios, (environment,), (environment.env_id, environment.code_sha256, chosen), chosen)
