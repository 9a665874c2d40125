"""The verdict: static gate, probes, determinism in two processes, mutants, grade."""

import os
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import runtime_version
from envfactory_assets.environments.contract import contract_beside
from envfactory_assets.environments.foreign import FOREIGN_AUTHOR
from envfactory_assets.records import EnvironmentCandidate, Finding, Produced, VerificationReport
from envfactory_assets.sandbox.kernel import CALLS_FILE
from envfactory_assets.sandbox.policy import POLICY_FILE
from envfactory_assets.sandbox.static_gate import check_source
from envfactory_assets.sandbox.workers import WorkerFailure, WorkerPool
from envfactory_assets.verification.examination import HANDLERS, Check, Examination, Request, examine, subject_of
from envfactory_assets.verification.foreign import judge_foreign
from envfactory_assets.verification.grading import grade
from envfactory_assets.verification.mutation import Judge, MutantResult
from envfactory_assets.verification.mutations import BLOCKING, plant
from envfactory_assets.versions import package_version

MUTANTS = 1
TRUSTED_AUTHORS = frozenset({"rules"})
"""Authors whose modules are put together from this library's own parts, and may run in this process once through the static gate."""

_SECONDS_A_MUTANT, _SECONDS_OF_ALL = 20.0, 1200.0  # beside what every request may take
_HASH_SEEDS = (0, 4242)
_EXAMINE, _TRANSCRIPT = HANDLERS


@cache
def verifier_version() -> str:
    """Changes whenever the verifier could judge otherwise."""
    return package_version("envfactory_assets.verification", "envfactory_assets.sandbox", files=(POLICY_FILE, CALLS_FILE))


def verify(
    candidate: EnvironmentCandidate,
    document: ApiDocument | None,
    states: list[dict[str, Any]],
    *,
    only: str | None = None,
    mutants: int | None = MUTANTS,
) -> Produced:
    """Judge a candidate by executing it.

    Args:
        candidate: the module and what its author says of it.
        document: the resource it was made from, if any.
        states: scenarios it must work in.
        only: one check to make again, as ``probe: subject`` of a finding; nothing else is looked at.
        mutants: how many planted defects to judge; None for up to two of each kind.

    Returns:
        One ``Finding`` a probe and subject, and the ``VerificationReport``. Nothing the module does raises here.
    """
    request = Request(
        env_id=candidate.env_id,
        source_code=candidate.source_code,
        spec=candidate.spec,
        states=states,
        document=document.model_dump(mode="json", by_alias=True) if document else None,
        mutants=0 if only else mutants,
        only=only,
        contract=candidate.contract,
    )
    trusted = candidate.author in TRUSTED_AUTHORS and not candidate.contract  # a contract is code that anybody may write
    checks, examination = judge_foreign(request) if candidate.author == FOREIGN_AUTHOR else _judge(request, trusted=trusted)
    if only is not None:
        checks = [check for check in checks if only in {check.probe, f"{check.probe}: {check.subject}"}]
    findings = tuple(
        Finding(domain=candidate.domain, env_id=candidate.env_id, code_sha256=candidate.code_sha256, **check.model_dump())
        for check in checks
    )
    failed = sum(not check.passed and check.severity == "blocking" for check in checks)
    report = VerificationReport(
        domain=candidate.domain,
        env_id=candidate.env_id,
        code_sha256=candidate.code_sha256,
        contract_sha256=candidate.contract_sha256,
        runtime_version=runtime_version(),
        verifier_version=verifier_version(),
        verdict="rejected" if failed else "verified",
        probes_run=len(checks),
        probes_failed=failed,
        mutants_planted=len(examination.mutants),
        mutants_caught=sum(mutant.by_check for mutant in examination.mutants),
        grade=grade(examination.spec, examination.tally, len(states)),
    )
    return Produced((*findings, report))


def verify_module(
    source: str | Path, env_id: str, states: list[dict[str, Any]], *, domain: str = "utilities", author: str = "hand"
) -> Produced:
    """Judge a module that is not a stored candidate, as ``verify`` does.

    Args:
        source: its code, or the file that has it.
        env_id: its id.
        states: scenarios it must work in; may be empty, then only its empty state is tried.
        domain: its domain.
        author: who wrote it.
    """
    code = source.read_text(encoding="utf-8", errors="replace") if isinstance(source, Path) else source
    candidate = EnvironmentCandidate(
        domain=domain,
        env_id=env_id,
        resource_id=None,
        content_sha256=None,
        author=author,
        source_code=code,
        code_sha256=sha256(code.encode()).hexdigest(),
        contract=contract_beside(source) if isinstance(source, Path) else "",
        spec=None,
        tool_count=0,
        entity_count=0,
    )
    return verify(candidate, None, states)


def _judge(request: Request, *, trusted: bool) -> tuple[list[Check], Examination]:
    nothing = Examination(checks=[])
    violations = check_source(request.source_code)
    evidence = [{"line": line, "what": what} for line, what in violations]
    gate = Check(probe="static_gate", subject="module", passed=not violations, severity="blocking", evidence=evidence)
    if violations:
        return [gate], nothing
    try:
        examination = examine(request) if trusted else _examined_in_worker(request)
    except WorkerFailure as failure:
        failed = Check(probe="load", subject="module", passed=False, severity="blocking", evidence=_failure(failure))
        return [gate, failed], nothing
    checks = [gate, *examination.checks]
    if not any(check.probe == "load" and not check.passed for check in checks):
        checks.append(determinism(request, trusted=trusted))
    settled = [_settled(request, mutant, trusted=trusted) for mutant in examination.mutants]
    examination = examination.model_copy(update={"mutants": settled})
    return [*checks, *map(_planted, examination.mutants)], examination


def _settled(request: Request, mutant: MutantResult, *, trusted: bool) -> MutantResult:
    """A mutant that one process cannot catch, tried in two."""
    if mutant.caught_by is not None:
        return mutant
    source, _ = plant(request.source_code, mutant.defect)
    return mutant.model_copy(update={"caught_by": _differs_in_two_processes(request, source, trusted=trusted)})


def in_two_processes(request: Request, judge: Judge) -> Judge:
    """The same judge, who asks two processes what one does not show."""
    return lambda subject, source: judge(subject, source) or _differs_in_two_processes(request, source)


def _differs_in_two_processes(request: Request, source: str, *, trusted: bool = False) -> str | None:
    spec = request.spec or subject_of(request).spec.model_dump(mode="json")
    check = determinism(request.model_copy(update={"source_code": source, "spec": spec}), trusted=trusted)
    return None if check.passed else f"{check.probe}: {check.subject}"


def _examined_in_worker(request: Request) -> Examination:
    more = _SECONDS_OF_ALL if request.mutants is None else _SECONDS_A_MUTANT * max(0, request.mutants - MUTANTS)
    worker = _pool(os.getpid()).worker(_HASH_SEEDS[0])
    return Examination.model_validate(worker.request(_EXAMINE, request.model_dump(mode="json"), more_seconds=more))


def determinism(request: Request, *, trusted: bool = False) -> Check:
    """Catches answers that differ between processes and hash seeds, such as the order of a set or an ``id()``."""
    workers = [_pool(os.getpid()).worker(hash_seed) for hash_seed in _HASH_SEEDS]
    payload = request.model_copy(update={"document": None}).model_dump(mode="json")
    failures: list[WorkerFailure] = []
    transcripts: list[list[str]] = []
    asked = []
    for worker in workers:
        try:
            worker.send(_TRANSCRIPT, payload, trusted=trusted)
            asked.append(worker)
        except WorkerFailure as failure:
            failures.append(failure)
    for worker in asked:
        try:
            transcripts.append(worker.receive())
        except WorkerFailure as failure:
            failures.append(failure)
    if failures:
        evidence = _failure(failures[0])
    else:
        first, second = transcripts
        differing = next((index for index, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1]), None)
        evidence = {"calls": len(first), "hash_seeds": list(_HASH_SEEDS), "isolation": list(workers[0].isolation)}
        if differing is not None:
            evidence |= {"call": differing, "first": first[differing], "second": second[differing]}
    passed = not failures and "call" not in evidence
    return Check(probe="determinism", subject="two processes", passed=passed, severity="blocking", evidence=evidence)


def _failure(failure: WorkerFailure) -> dict[str, Any]:
    return {"failure": failure.kind, "message": f"In the sandbox the module {failure.message}."}


def _planted(mutant: MutantResult) -> Check:
    if mutant.by_check:
        what = "A defect was planted here, and a check failed."
    elif mutant.by_hint:
        what = "A defect was planted here; only a hint tells it from the original, and hints reject nothing."
    else:
        what = "A defect planted here changes answers, and no check failed."
    evidence = {"what": what, "caught_by": mutant.caught_by, "line": mutant.defect.line, "diff": mutant.diff}
    severity = "blocking" if mutant.defect.kind in BLOCKING and not mutant.by_hint else "warning"
    return Check(probe="mutation", subject=mutant.defect.name, passed=mutant.by_check, severity=severity, evidence=evidence)


@cache
def _pool(pid: int) -> WorkerPool:  # noqa: ARG001 - a forked process must not talk to its parent's workers
    return WorkerPool(HANDLERS)
