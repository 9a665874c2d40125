"""The only way from a candidate to a promoted environment."""

from collections.abc import Iterable
from hashlib import sha256

from envfactory_assets.environments import runtime_version
from envfactory_assets.records import (
    EnvironmentCandidate,
    EnvironmentSpec,
    Produced,
    PromotedEnvironment,
    Rejection,
    Resource,
    Split,
    VerificationReport,
)
from envfactory_assets.verification.floor import floor, is_read_rich
from envfactory_assets.verification.verifier import verifier_version


def promote(candidate: EnvironmentCandidate, report: VerificationReport, resource: Resource | None, *, crowded: bool = False) -> Produced:
    """Promote a candidate that its report covers and clears, and that offers what ``floor.yaml`` asks for.

    Args:
        candidate: the environment as written.
        report: its verdict; one about other code or another contract, or by another runtime or verifier, does not count.
        resource: the document it was made from; decides the cluster.
        crowded: its domain has enough better ones in which nothing can be changed.

    Returns:
        A ``PromotedEnvironment``, or a ``Rejection`` that says why not.
    """
    reason = _reason(candidate, report)
    if reason is None and crowded:
        reason = f"nothing in it can be changed, and there are {floor().read_rich} better ones of which that is so"
    if reason:
        evidence = {"verdict": report.verdict, "probes_failed": report.probes_failed, "grade": report.grade.model_dump(mode="json")}
        return Produced(
            (Rejection(domain=candidate.domain, stage="environments", subject=candidate.env_id, reason=reason, evidence=evidence),)
        )
    spec = EnvironmentSpec.model_validate(candidate.spec)
    cluster = resource.provider if resource else candidate.env_id
    promoted = PromotedEnvironment(
        domain=candidate.domain,
        env_id=candidate.env_id,
        code_sha256=candidate.code_sha256,
        runtime_version=report.runtime_version,
        verifier_version=report.verifier_version,
        resource_id=candidate.resource_id,
        content_sha256=candidate.content_sha256,
        author=candidate.author,
        source_code=candidate.source_code,
        spec=candidate.spec,
        policy=spec.policy,
        grade=report.grade.score,
        tool_count=candidate.tool_count,
        cluster=cluster,
        split=split_of(cluster),
        current=True,
    )
    return Produced((promoted,))


def split_of(cluster: str) -> Split:
    """The side a cluster falls on: 80 % train, 10 % validation, 10 % test, by the hash of its name."""
    place = int.from_bytes(sha256(cluster.encode()).digest()[:4], "big") % 100
    return "train" if place < 80 else "validation" if place < 90 else "test"


def crowded_out(judged: Iterable[tuple[EnvironmentCandidate, VerificationReport]]) -> frozenset[str]:
    """Of a domain's candidates with their reports, the ids of those in which nothing can be changed beyond the number it promotes."""
    fitting = [(candidate, report) for candidate, report in judged if is_read_rich(candidate) and _reason(candidate, report) is None]
    ranked = sorted(fitting, key=lambda pair: (-pair[1].grade.score, pair[0].env_id))
    return frozenset(candidate.env_id for candidate, _ in ranked[floor().read_rich :])


def _reason(candidate: EnvironmentCandidate, report: VerificationReport) -> str | None:
    if report.env_id != candidate.env_id or report.code_sha256 != candidate.code_sha256:
        return "the report is about other code"
    if report.contract_sha256 != candidate.contract_sha256:
        return "the report held the code to another contract"
    if report.runtime_version != runtime_version() or report.verifier_version != verifier_version():
        return "the report was made by another version of the runtime or the verifier"
    if report.verdict != "verified":
        return "a blocking probe failed"
    return floor().shortcoming(report.grade, read_rich=is_read_rich(candidate))
