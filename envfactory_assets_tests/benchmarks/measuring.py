"""Environments with what is known of them: from their specification alone, or from their execution."""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path

import orjson

from envfactory_assets.bundled import bundled
from envfactory_assets.corpus import configuration, read_resource
from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.corpus.sources import documents_of
from envfactory_assets.environments import runtime_version
from envfactory_assets.environments.effects import PLAIN
from envfactory_assets.records import (
    EnvironmentCandidate,
    EnvironmentSpec,
    Finding,
    PromotedEnvironment,
    Rejection,
    Resource,
    SourceDocument,
    VerificationReport,
)
from envfactory_assets.records.settings import Settings
from envfactory_assets.synthesis.rules import hand_candidate, write_candidate
from envfactory_assets.synthesis.seeding import seed_candidate
from envfactory_assets.verification import crowded_out, promote, verifier_version, verify_seeded
from envfactory_assets.verification.probes.outputs import OF_RESOURCE

BUNDLED = "bundled"
_STATES = 3  # as the verification asset has them
_READS = {"get", "list", "search"}


@dataclass(frozen=True)
class Output:
    """How the results of one tool compare with the resource's own response schema."""

    tool: str
    conforms: bool
    populated: float | None  # None where it returns no record
    wrong: str


@dataclass(frozen=True)
class Measured:
    """One environment, or the document that made none."""

    env_id: str
    domain: str
    author: str
    seconds: float = 0.0  # of synthesis
    candidate: EnvironmentCandidate | None = None
    resource: Resource | None = None
    spec: EnvironmentSpec | None = None
    families: tuple[str, ...] = ()
    filters: int = 0
    links: int = 0
    outputs: list[Output] = field(default_factory=list)
    report: VerificationReport | None = None
    failed: tuple[str, ...] = ()  # blocking probes
    promoted: bool = False
    why: str = ""  # it was not written, or not promoted

    @property
    def name(self) -> str:
        """How lists call it."""
        return f"{self.domain}/{self.env_id}"

    @property
    def tools(self) -> int:
        """How many tools it has."""
        return len(self.spec.tools) if self.spec else 0

    @property
    def lines(self) -> int:
        """How long its module is."""
        return self.candidate.source_code.count("\n") if self.candidate else 0

    @property
    def read_rich(self) -> bool:
        """Whether nothing in it can be changed."""
        return self.spec is not None and all(effect.family in _READS for tool in self.spec.tools for effect in tool.effects)


def resources(only: str = "") -> list[Resource]:
    """What ships, by domain and name, without settling documents against one another."""
    told = configuration()
    found = documents_of(BUNDLED, told.sources[BUNDLED], told.domains, Path())
    rows = []
    for each in found:
        entry = SourceDocument(
            location=each.location,
            source=BUNDLED,
            place=each.place,
            resource_id=each.resource_id,
            content_sha256=each.content_sha256,
            assigned_domain=each.domain,
            assignment="declared",
            taken=True,
        )
        if only in each.resource_id:
            rows += read_resource(each, entry, str(each.domain)).of(Resource)
    return rows


def rules(resource: Resource) -> Measured:
    """What the rules make of a document."""
    started = time.process_time()
    produced = write_candidate(resource)
    seconds = time.process_time() - started
    made = Measured(resource.resource_id, resource.domain, "rules", seconds, resource=resource)
    candidates = produced.of(EnvironmentCandidate)
    if not candidates:
        return replace(made, why=produced.of(Rejection)[0].reason)
    return _described(made, candidates[0])


def hand(only: str = "") -> list[Measured]:
    """The modules that ship."""
    found = []
    for path in sorted(bundled("environments").glob("*/*.py")):
        if only in path.stem:
            domain = path.parent.name
            [candidate] = hand_candidate(path, domain).of(EnvironmentCandidate)
            found.append(_described(Measured(path.stem, domain, "hand"), candidate))
    return found


def _described(made: Measured, candidate: EnvironmentCandidate) -> Measured:
    """With what the specification says: typed families that are more than assumed, tools with filters, links."""
    spec = EnvironmentSpec.model_validate(candidate.spec)
    typed = {e.family for tool in spec.tools if tool.grounding != "assumed" for e in tool.effects} - set(PLAIN)
    filters = sum(
        parameter.role in {"filter", "search"} or bool(parameter.operator) for tool in spec.tools for parameter in tool.parameters
    )
    shown = [field for entity in spec.entities for field in entity.fields if field.grounding != "assumed"]
    links = sum((field.ref is not None) + len(field.inner_refs) for field in shown)
    return replace(made, candidate=candidate, spec=spec, families=tuple(sorted(typed)), filters=filters, links=links)


def verified(made: Measured, keep: Path | None = None) -> Measured:
    """With what its execution showed, remembered in a folder if one is given."""
    assert made.candidate is not None
    kept = keep / f"{made.env_id}-{made.candidate.code_sha256[:16]}-{runtime_version()[:8]}-{verifier_version()[:8]}.json" if keep else None
    if kept and kept.exists():
        known = orjson.loads(kept.read_bytes())
    else:
        known = _executed(made, made.candidate)
        if kept:
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(orjson.dumps(known))
    report = VerificationReport.model_validate(known["report"])
    return replace(
        made,
        report=report,
        families=report.grade.effect_families,
        filters=report.grade.working_filters,
        links=report.grade.grounded_links,
        outputs=[Output(**output) for output in known["outputs"]],
        failed=tuple(known["failed"]),
    )


def _executed(made: Measured, candidate: EnvironmentCandidate) -> dict[str, object]:
    document = ApiDocument.model_validate(made.resource.document) if made.resource else None
    produced = verify_seeded(candidate, document, partial(seed_candidate, seed=Settings().seed, count=_STATES))
    [report] = produced.of(VerificationReport)
    findings = produced.of(Finding)
    return {
        "report": report.model_dump(mode="json"),
        "outputs": [asdict(_output(f)) for f in findings if f.probe == "outputs" and f.subject.endswith(OF_RESOURCE)],
        "failed": sorted({f"{f.probe}: {f.subject}" for f in findings if not f.passed and f.severity == "blocking"}),
    }


def judged(verdicts: Sequence[Measured]) -> list[Measured]:
    """With who is promoted, seen over whole domains."""
    known = [(each.candidate, each.report) for each in verdicts if each.candidate and each.report]
    surplus = {
        (domain, env_id)
        for domain in {each.domain for each in verdicts}
        for env_id in crowded_out((candidate, report) for candidate, report in known if candidate.domain == domain)
    }
    return [_promoted(each, crowded=(each.domain, each.env_id) in surplus) for each in verdicts]


def _promoted(made: Measured, *, crowded: bool) -> Measured:
    assert made.candidate is not None
    assert made.report is not None
    verdict = promote(made.candidate, made.report, made.resource, crowded=crowded)
    why = "; ".join(made.failed) or "; ".join(rejection.reason for rejection in verdict.of(Rejection))
    return replace(made, promoted=bool(verdict.of(PromotedEnvironment)), why=why)


def _output(finding: Finding) -> Output:
    evidence = finding.evidence
    return Output(finding.subject.removesuffix(OF_RESOURCE), finding.passed, evidence["populated_share"], ", ".join(evidence["wrong"]))
