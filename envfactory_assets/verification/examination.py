"""Runs all probes on one environment; works in this process or, through JSON, in a worker."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments import ModuleError, describe, load_environment
from envfactory_assets.records import EnvironmentSpec, canonical_json, content_hash, derived_seed
from envfactory_assets.sandbox.static_gate import check_source
from envfactory_assets.verification.caller import rows_of
from envfactory_assets.verification.choosing import given, relations
from envfactory_assets.verification.mutation import HINT, Judge, MutantResult, try_mutant, try_mutants
from envfactory_assets.verification.mutations import defects, recorded
from envfactory_assets.verification.observation import Observation, Probe
from envfactory_assets.verification.probes import PROBES, load
from envfactory_assets.verification.steps import is_read
from envfactory_assets.verification.subject import Subject

HANDLERS = (
    "envfactory_assets.verification.examination:examine_json",
    "envfactory_assets.verification.examination:transcript_json",
)
_SHOWN = 600
_LISTS = 2
_ENFORCED = {"effects", "audience", "returns", "input_schema", "output_schema"}


_LATE = ("outputs", "isolation", "round_trip", "minted_keys", "load")
_BY_TRIALS = (
    *("complete_lists", "frame", "kinds_of_change", "derived", "beginnings", "ownership"),
    *("last_resort", "named_outcomes", "amounts", "promised_refusals"),
)
_MUTANT_ORDER = sorted(PROBES, key=lambda name: (name != "contract", name in _BY_TRIALS, name in _LATE))
"""All probes, first what is surest to notice, last those that cost most or seldom catch what mutation plants."""


class Check(BaseModel):
    """One probe on one subject, over everything the probe saw of it."""

    model_config = ConfigDict(frozen=True)

    probe: str
    subject: str
    passed: bool
    severity: str
    evidence: Any


class Examination(BaseModel):
    """What all probes saw."""

    model_config = ConfigDict(frozen=True)

    checks: list[Check]
    spec: EnvironmentSpec | None = None
    tally: dict[str, float] = {}
    hints: list[tuple[str, str]] = []  # probes and subjects of the hints that failed
    mutants: list[MutantResult] = []


class Request(BaseModel):
    """What is examined, as it crosses to a worker."""

    env_id: str
    source_code: str
    spec: dict[str, Any] | None  # what its author published; None: what the module itself says
    states: list[dict[str, Any]]
    document: dict[str, Any] | None
    mutants: int | None  # how many to judge; None: up to two of each kind
    only: str | None = None  # one check to make again: a probe, or "probe: subject"
    contract: str = ""  # what its tools must do, told apart from its code


def subject_of(request: Request) -> Subject:
    """Load what a request names; raises ``ModuleError``."""
    environment = load_environment(request.source_code, request.env_id)
    return Subject(
        env_id=request.env_id,
        environment=environment,
        spec=EnvironmentSpec.model_validate(request.spec) if request.spec else describe(environment, request.env_id),
        states=request.states,
        document=ApiDocument.model_validate(request.document) if request.document else None,
        seed=derived_seed(0, content_hash(request.source_code)),
        told=request.contract,
    )


def examine(request: Request) -> Examination:
    """Run every probe, then plant mutants and run the probes on them; a probe that fails by itself is a failed check."""
    try:
        subject = subject_of(request)
    except (ModuleError, ValidationError) as error:
        return Examination(checks=[_check("load", "module", [Observation("module", False, {"error": str(error)})])])
    if request.only is not None:
        return _again(subject, request, request.only)
    loading = observe("load", load.probe, subject)
    if any(not seen.passed and seen.subject.startswith(("scenario", "empty")) for seen in loading):
        return Examination(checks=checks_of("load", loading), spec=subject.spec)
    checks = checks_of("load", [Observation("module", True), published(subject), *loading])
    tally: Counter[str] = Counter()
    hints: list[tuple[str, str]] = []
    for name, probe in PROBES.items():
        if name != "load":
            seen = observe(name, probe, subject)
            checks.extend(checks_of(name, seen))
            hints += [(name, observation.subject) for observation in seen if observation.severity == "hint" and not observation.passed]
            for observation in seen:
                tally.update(observation.tally)
    examination = Examination(checks=checks, spec=subject.spec, tally=dict(tally), hints=hints)
    if any(not check.passed and check.severity == "blocking" for check in checks):
        return examination
    mutants = try_mutants(subject, request.source_code, request.mutants, judge_against(examination))
    return examination.model_copy(update={"mutants": mutants})


def _again(subject: Subject, request: Request, only: str) -> Examination:
    """One check made again, hints included; a planted defect by its name."""
    name, _, about = only.partition(": ")
    if name == "mutation":
        found = next((defect for defect in defects(request.source_code) if defect.name == about), None)
        if found is None:
            return Examination(checks=[])
        judge = judge_against(examine(request.model_copy(update={"only": None, "mutants": 0})))
        result = try_mutant(subject, request.source_code, found, judge, recorded(subject))
        unseen = Observation(about, True, {"what": "No caller can tell this defect from the original.", "line": found.line})
        return Examination(checks=[] if result else checks_of(name, [unseen]), spec=subject.spec, mutants=[result] if result else [])
    seen = observe(name, PROBES[name], subject) if name in PROBES else []
    shown = [replace(observation, severity="warning") if observation.severity == "hint" else observation for observation in seen]
    return Examination(checks=checks_of(name, [each for each in shown if about in {"", each.subject}]), spec=subject.spec)


def published(subject: Subject) -> Observation:
    """What the author published of the tools is what the module has: probes go by the former, agents meet the latter."""
    actual = subject.described()
    own = {tool.name: tool.model_dump(mode="json", include=_ENFORCED) for tool in actual.tools}
    said = {tool.name: tool.model_dump(mode="json", include=_ENFORCED) for tool in subject.spec.tools}
    differing = sorted(name for name in {*own, *said} if own.get(name) != said.get(name))
    return Observation("published specification", not differing, {"differing_tools": differing} if differing else {})


def observe(name: str, probe: Probe, subject: Subject) -> list[Observation]:
    """Everything a probe sees; its own exception is one more observation."""
    seen: list[Observation] = []
    try:
        seen.extend(probe(subject))
    except Exception as error:  # noqa: BLE001 - an environment can upset a probe in any way; that is a finding
        seen.append(Observation(f"{name} itself", False, {"raised": f"{type(error).__name__}: {error}"[:_SHOWN], "seed": subject.seed}))
    return seen


def judge_against(original: Examination) -> Judge:
    """Judges mutants by what the original's checks were: names the first check that only the original passes, else the first hint."""
    known = {(check.probe, check.subject) for check in original.checks if not check.passed} | set(original.hints)

    def judge(mutant: Subject, source: str) -> str | None:
        if check_source(source):
            return "static_gate: module"
        hint = None
        for name in _MUTANT_ORDER:
            for seen in observe(name, PROBES[name], mutant):
                if not seen.passed and (name, seen.subject) not in known:
                    if seen.severity != "hint":
                        return f"{name}: {seen.subject}"
                    hint = hint or f"{name}, {HINT}: {seen.subject}"
        return hint

    return judge


def checks_of(probe: str, seen: list[Observation]) -> list[Check]:
    """What a probe saw, as one check a subject: failed when one observation failed. Hints are counted in one check."""
    grouped: dict[str, list[Observation]] = {}
    for observation in seen:
        if observation.severity != "hint":
            grouped.setdefault(observation.subject, []).append(observation)
    checks = [_check(probe, subject, observations) for subject, observations in grouped.items()]
    hints = [observation for observation in seen if observation.severity == "hint"]
    if hints:
        missing = [observation.subject for observation in hints if not observation.passed]
        evidence = {"held": len(hints) - len(missing), "not_held": missing}
        checks.append(Check(probe=probe, subject="hints", passed=True, severity="warning", evidence=evidence))
    return checks


def _check(probe: str, subject: str, seen: list[Observation]) -> Check:
    failed = [observation for observation in seen if not observation.passed]
    shown = min(failed, key=lambda observation: observation.severity) if failed else seen[0]  # "blocking" before "warning"
    return Check(probe=probe, subject=subject, passed=not failed, severity=shown.severity, evidence=shown.evidence)


def transcript(request: Request) -> list[str]:
    """What each call of the random walks answered, as text: equal in every process, or the environment is not deterministic."""
    subject = subject_of(request)
    lines: list[str] = []
    for walk in subject.walks:
        lines.extend(canonical_json([step.tool.name, step.arguments]) + " -> " + step.result.content[:_SHOWN] for step in walk.steps)
        lines.append(content_hash(walk.steps[-1].after))
    return [*lines, *_listed(subject)]


def _listed(subject: Subject) -> Iterator[str]:
    """What lists show where they show most: an order that is nobody's shows itself among several rows."""
    for tool in subject.spec.tools:
        needed = [p for p in tool.parameters if p.required and p.role != "page"]
        if tool.returns.many and tool.returns.entity and is_read(tool) and len(needed) <= 1:
            ways = relations(subject.spec, tool, needed[0]) if needed else []
            for state in subject.states:
                rows = rows_of(subject.spec, state, tool.returns.entity)
                asked = [given(needed[0], value) for way in ways for value, _ in islice(way.asked(state, rows), _LISTS)] if needed else [{}]
                episode = subject.start(state)
                for arguments in asked:
                    yield canonical_json([tool.name, arguments]) + " -> " + subject.call(episode, tool, arguments).content


def examine_json(payload: dict[str, Any]) -> dict[str, Any]:
    """``examine`` for a worker."""
    return examine(Request.model_validate(payload)).model_dump(mode="json")


def transcript_json(payload: dict[str, Any]) -> list[str]:
    """``transcript`` for a worker."""
    return transcript(Request.model_validate(payload))
