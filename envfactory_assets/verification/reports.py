"""A verification report as a page to read: what was checked, what failed, and how to see it again."""

import shlex
import sys
from collections.abc import Sequence

import orjson

from envfactory_assets.records import Finding, VerificationReport
from envfactory_assets.verification.probes import PROBES
from envfactory_assets.verification.probes.outputs import OF_RESOURCE

_LONGEST = 1500
_AROUND = {
    "static_gate": "Catches what a module may not say, before any of it runs.",
    "determinism": "Catches answers that differ between processes and hash seeds.",
    "mutation": "Plants a defect in the module; another check must notice.",
    "seeding": "Catches modules that admit no state.",
}
"""What the checks around the probes catch."""


def report_markdown(report: VerificationReport, findings: Sequence[Finding], *, target: str | None = None, seed: int | None = None) -> str:
    """The verdict, what failed with its evidence and the command that makes the check again, and what each probe covered.

    Args:
        report: the verdict.
        findings: what was checked; those of other code are left out.
        target: what the command takes for the environment; its id unless given.
        seed: of the scenarios, if it is not the usual one.
    """
    command = f"envfactory verify {target or report.env_id}" + (f" --seed {seed}" if seed is not None else "")
    own = [finding for finding in findings if (finding.env_id, finding.code_sha256) == (report.env_id, report.code_sha256)]
    failed = [finding for finding in own if not finding.passed]
    lines = [
        f"# {report.env_id}: {report.verdict}",
        "",
        f"Code `{report.code_sha256[:12]}`, runtime `{report.runtime_version}`, verifier `{report.verifier_version}`.",
        f"{report.probes_run} checks, {report.probes_failed} blocking failures; grade {report.grade.score:.2f}.",
        f"{report.mutants_caught} of {report.mutants_planted} planted defects caught."
        if report.mutants_planted
        else "No defect was planted.",
        "",
        *_grade_lines(report, of_resource=any(finding.subject.endswith(OF_RESOURCE) for finding in own)),
    ]
    for title, severity in (("Blocking", "blocking"), ("Warnings", "warning")):
        shown = [finding for finding in failed if finding.severity == severity]
        if shown:
            lines += ["", f"## {title}"]
            for finding in shown:
                again = f"`{command} --only {_quoted(f'{finding.probe}: {finding.subject}')}`"
                lines += ["", f"### {finding.probe}: {finding.subject}", "", *_evidence_lines(finding), f"- again: {again}"]
    return "\n".join([*lines, "", "## Probes", "", *_probe_lines(own), ""])


def _grade_lines(report: VerificationReport, *, of_resource: bool) -> list[str]:
    grade = report.grade
    conformance = f"- conformance to the resource: {grade.conformance:.0%}; its fields populated: {grade.populated_share:.0%}"
    return [
        f"- tools reached: {grade.reachable_share:.0%}",
        f"- grounded links: {grade.grounded_links}; working filters: {grade.working_filters}; scenarios: {grade.scenarios}",
        f"- typed effects with an executed refusal: {', '.join(grade.effect_families) or 'none'}",
        conformance if of_resource else "- no resource to conform to",
    ]


def _evidence_lines(finding: Finding) -> list[str]:
    evidence = finding.evidence
    if isinstance(evidence, list):
        return [f"- line {item['line']}: {item['what']}" if isinstance(item, dict) and "line" in item else f"- {item}" for item in evidence]
    lines = []
    for name, value in evidence.items():
        if name == "diff" and isinstance(value, str):
            lines += ["```diff", value, "```"]
        elif value is not None:
            text = value if isinstance(value, str) else orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS).decode()
            lines.append(f"- {name}: {text if len(text) <= _LONGEST else text[:_LONGEST] + ' ...'}")
    return lines


def _probe_lines(findings: Sequence[Finding]) -> list[str]:
    names = list(dict.fromkeys(finding.probe for finding in findings))
    lines = ["| probe | checks | passed | what it is for |", "|---|---|---|---|"]
    for name in names:
        own = [finding for finding in findings if finding.probe == name]
        lines.append(f"| {name} | {len(own)} | {sum(finding.passed for finding in own)} | {_purpose(name)} |")
    return lines


def _purpose(name: str) -> str:
    """What a probe catches, as its module says."""
    probe = PROBES.get(name)
    module = sys.modules.get(getattr(probe, "__module__", ""))
    said = (module.__doc__ or "") if module else ""
    return _AROUND.get(name) or said.partition("\n")[0]


def _quoted(text: str) -> str:
    """Text as a shell takes it for one word."""
    return shlex.quote(text)
