"""Verification: every candidate is executed; findings and reports are rows."""

from collections.abc import Iterator
from functools import partial

from envfactory_assets.assets.stages import Inputs, Stage
from envfactory_assets.bundled import bundled
from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import runtime_version
from envfactory_assets.records import EnvironmentCandidate, Finding, Resource, VerificationReport
from envfactory_assets.synthesis.english import VOCABULARY
from envfactory_assets.synthesis.seeding import seed_candidate
from envfactory_assets.verification import verifier_version, verify_seeded
from envfactory_assets.warehouse import Unit

_STATES = 3


_VERIFICATION = Stage(
    writes=[VerificationReport, Finding],
    reads=[EnvironmentCandidate, Resource],
    packages=["envfactory_assets.verification", "envfactory_assets.sandbox", "envfactory_assets.synthesis.seeding"],
    group="verification",
    files=[bundled("lexicons/seeding"), bundled(VOCABULARY)],
    uses=["seed"],
    kinds={"python", "pytest"},
)


@_VERIFICATION.assets
def verification(inputs: Inputs) -> Iterator[Unit]:
    """One unit a candidate; the same code under the same contract is not verified twice by the same verifier on the same runtime."""
    resources = {resource.resource_id: resource for resource in inputs.rows(Resource)}
    seed = inputs.settings.seed
    seeder = partial(seed_candidate, seed=seed, count=_STATES)
    for candidate in inputs.rows(EnvironmentCandidate):
        resource = resources.get(candidate.resource_id or "")
        document = ApiDocument.model_validate(resource.document) if resource else None
        told = (resource.facts_sha256() if resource else "", candidate.contract_sha256)
        hashes = (candidate.env_id, candidate.code_sha256, candidate.author, *told)
        yield Unit(candidate.env_id, verify_seeded, (candidate, document, seeder), (*hashes, seed, runtime_version(), verifier_version()))
