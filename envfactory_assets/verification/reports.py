"""A verification report as a page to read."""

from collections.abc import Sequence

import orjson

from envfactory_assets.records import Finding, VerificationReport

_LONGEST = 1500


def report_markdown(report: VerificationReport, findings: Sequence[Finding]) -> str:
    """The verdict, what failed with its evidence, and what each probe covered."""
    own = [finding for finding in findings if (finding.env_id, finding.code_sha256) == (report.env_id, report.code_sha256)]
    failed = [finding for finding in own if not finding.passed]
    lines = [
        f"# {report.env_id}: {report.verdict}",
        "",
        f"Code `{report.code_sha256[:12]}`, runtime `{report.runtime_version}`, verifier `{report.verifier_version}`.",
        f"{report.probes_run} checks, {report.probes_failed} blocking failures; grade {report.grade.score:.2f}.",
        f"{report.mutants_caught} of {report.mutants_planted} planted defects caught.",
        "",
        *_grade_lines(report),
    ]
    for title, severity in (("Blocking", "blocking"), ("Warnings", "warning")):
        shown = [finding for finding in failed if finding.severity == severity]
        if shown:
            lines += ["", f"## {title}"]
            for finding in shown:
                lines += ["", f"### {finding.probe}: {finding.subject}", "", *_evidence_lines(finding)]
    return "\n".join([*lines, "", "## Probes", "", *_probe_lines(own), ""])


def _grade_lines(report: VerificationReport) -> list[str]:
    grade = report.grade
    return [
        f"- tools reached: {grade.reachable_share:.0%}",
        f"- grounded links: {grade.grounded_links}; working filters: {grade.working_filters}; scenarios: {grade.scenarios}",
        f"- typed effects with an executed refusal: {', '.join(grade.effect_families) or 'none'}",
        f"- conformance to the resource: {grade.conformance:.0%}; its fields populated: {grade.populated_share:.0%}",
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
    lines = ["| probe | checks | passed |", "|---|---|---|"]
    for name in names:
        own = [finding for finding in findings if finding.probe == name]
        lines.append(f"| {name} | {len(own)} | {sum(finding.passed for finding in own)} |")
    return lines
