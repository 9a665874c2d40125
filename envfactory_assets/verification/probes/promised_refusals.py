"""Catches rules that the published policy states and that nothing enforces: what should be refused goes through."""

import re
from collections.abc import Iterator

from envfactory_assets.records import EnvironmentSpec
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.steps import Step
from envfactory_assets.verification.subject import Subject

_PROMISE = re.compile(r'- (?P<tools>[\w, -]+): may be refused with "(?P<message>.*)"')
_COMPUTED = re.compile(r"\s*\.\.\.\s*")


def probe(subject: Subject) -> Iterator[Observation]:
    """Each refusal that the policy tells of is given to some call, in a walk or in a systematic trial."""
    refused = _refusals(subject)
    for tool, message in promises(subject.spec):
        pattern = re.compile(".*".join(map(re.escape, _COMPUTED.split(message))), re.DOTALL)
        seen = next((step for step in refused.get(tool, ()) if step.result.error and pattern.fullmatch(step.result.error.message)), None)
        evidence = subject.evidence(seen) if seen else {"what": "no call was refused with this", "seed": subject.seed}
        yield Observation(f"{tool}: {message}", seen is not None, evidence, severity="hint")


def promises(spec: EnvironmentSpec) -> Iterator[tuple[str, str]]:
    """Tools, and messages they may refuse with; parts that are worked out are dots."""
    for line in spec.policy.splitlines():
        found = _PROMISE.fullmatch(line)
        if found:
            yield from ((tool, found["message"]) for tool in found["tools"].split(", "))


def _refusals(subject: Subject) -> dict[str, list[Step]]:
    found: dict[str, list[Step]] = {}
    for step in (*subject.steps(), *subject.trials):
        if step.result.error is not None:
            found.setdefault(step.tool.name, []).append(step)
    return found
