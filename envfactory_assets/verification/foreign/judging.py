"""The judgement of a foreign module: gate, load, probes, determinism in two processes."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any

from envfactory_assets.environments import ModuleError
from envfactory_assets.environments.foreign import ForeignEnvironment
from envfactory_assets.records import EnvironmentSpec, canonical_json, content_hash, derived_seed
from envfactory_assets.sandbox.foreign_gate import check_foreign_source
from envfactory_assets.verification.examination import Check, Examination, Request, checks_of, observe, published
from envfactory_assets.verification.foreign.probes import FOREIGN_PROBES, load_probe
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.subject import Subject

_HASH_SEEDS = (0, 4242)
_SHOWN = 600


def judge_foreign(request: Request) -> tuple[list[Check], Examination]:
    """Examine a foreign module. The module runs in workers of its own, the probes here: it cannot touch what they conclude.

    Args:
        request: as for any module; no mutants are planted.
    """
    violations = check_foreign_source(request.source_code)
    evidence = [{"line": line, "what": what} for line, what in violations]
    gate = Check(probe="static_gate", subject="module", passed=not violations, severity="blocking", evidence=evidence)
    if violations:
        return [gate], Examination(checks=[])
    try:
        with ForeignEnvironment(request.source_code, request.env_id, hash_seed=_HASH_SEEDS[0]) as environment:
            subject = _subject(request, environment)
            examination = _examined(subject, request)
            checks = [gate, *examination.checks]
            if not any(check.probe == "load" and not check.passed for check in checks):
                probe = partial(_determinism, request, environment.isolation)
                checks += checks_of("determinism", observe("determinism", probe, subject))
    except ModuleError as error:
        return [gate, *checks_of("load", [Observation("module", False, {"error": str(error)})])], Examination(checks=[])
    return checks, examination


def _subject(request: Request, environment: ForeignEnvironment) -> Subject:
    return Subject(
        env_id=request.env_id,
        environment=environment,
        spec=EnvironmentSpec.model_validate(request.spec) if request.spec else environment.spec,
        states=request.states,
        document=None,
        seed=derived_seed(0, content_hash(request.source_code)),
    )


def _examined(subject: Subject, request: Request) -> Examination:
    seen = [Observation("module", True), *observe("load", load_probe, subject)]
    checks = checks_of("load", [*seen, published(subject)] if request.spec else seen)
    tally: Counter[str] = Counter()
    if all(observation.passed for observation in seen if observation.subject.startswith(("scenario", "load"))):
        for name, probe in FOREIGN_PROBES.items():
            observed = observe(name, probe, subject)
            checks.extend(checks_of(name, observed))
            for observation in observed:
                tally.update(observation.tally)
    return Examination(checks=checks, spec=subject.spec, tally=dict(tally))


def _determinism(request: Request, isolation: tuple[str, ...], subject: Subject) -> Iterator[Observation]:
    """Catches answers that differ between processes and hash seeds: random choices, the order of a set, an ``id()``."""
    evidence: dict[str, Any] = {"hash_seeds": list(_HASH_SEEDS), "isolation": list(isolation)}
    with ForeignEnvironment(request.source_code, request.env_id, hash_seed=_HASH_SEEDS[1]) as other:
        first, second = _transcript(subject), _transcript(_subject(request, other))
    differing = next((index for index, pair in enumerate(zip(first, second, strict=True)) if pair[0] != pair[1]), None)
    if differing is not None:
        evidence |= {"call": differing, "first": first[differing], "second": second[differing]}
    yield Observation("two processes", differing is None, {"calls": len(first), **evidence})


def _transcript(subject: Subject) -> list[str]:
    lines: list[str] = []
    for walk in subject.walks:
        lines.extend(canonical_json([step.tool.name, step.arguments]) + " -> " + step.result.content[:_SHOWN] for step in walk.steps)
        lines.append(content_hash(walk.steps[-1].after))
    return lines
