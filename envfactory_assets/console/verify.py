"""``envfactory verify``: an environment, a module file or a folder of them, executed against the probes.

A foreign module may have its scenarios in a file beside it, ``<module>.scenarios.json``: a list of them.
"""

from collections.abc import Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.progress import track
from rich.table import Table

from envfactory_assets.console.errors import UserError
from envfactory_assets.console.published import published_rows
from envfactory_assets.corpus.document import ApiDocument
from envfactory_assets.environments.contract import contract_beside
from envfactory_assets.environments.foreign import (
    FOREIGN_AUTHOR,
    SCENARIOS_SUFFIX,
    ForeignEnvironment,
    foreign_states,
    given_states,
    is_foreign,
)
from envfactory_assets.records import EnvironmentCandidate, Finding, Resource, VerificationReport
from envfactory_assets.synthesis.seeding import seed_candidate
from envfactory_assets.verification import report_markdown, verify_seeded
from envfactory_assets.verification.seeded import Seeder
from envfactory_assets.warehouse import Home, WarehouseError

_STATES = 3
_DETAIL = 300


def verify_target(
    home: Home, target: str, *, seed: int, only: str | None = None, mutants: int | None, as_json: bool, console: Console
) -> bool:
    """Verify what a target names, print the verdicts and write a page for each; or make one check again and print what it saw.

    Returns:
        Whether all were verified.

    Raises:
        UserError: the target is neither a file, a folder with modules nor a known env_id; or there is no such check.
    """
    subjects = _subjects(home, target, seed)
    progress = Console(stderr=True)
    results: list[tuple[VerificationReport, list[Finding]]] = []
    for candidate, document, seeder in track(subjects, "verifying", console=progress, transient=True, disable=not progress.is_terminal):
        produced = verify_seeded(candidate, document, seeder, only=only, mutants=mutants)
        [report] = produced.of(VerificationReport)
        results.append((report, produced.of(Finding)))
        if only is None:
            _write_page(
                home, report, produced.of(Finding), str(Path(target, f"{report.env_id}.py")) if Path(target).is_dir() else target, seed
            )
    findings = [finding for _, found in results for finding in found]
    if only is not None and not findings:
        raise UserError(f'There is no check {only!r}; take the probe and subject of a finding: "filters: list_books.genre".')
    if as_json:
        reports = [
            {"report": report.model_dump(mode="json"), "findings": [f.model_dump(mode="json") for f in fs]} for report, fs in results
        ]
        console.out(orjson.dumps(reports, option=orjson.OPT_INDENT_2).decode(), highlight=False)
    elif only is not None:
        _print_again(findings, console)
    else:
        _print(results, console)
        console.print(f"A page for each: {home.reports / 'verification'}", highlight=False, soft_wrap=True)
    return all(finding.passed for finding in findings) if only else all(report.verdict == "verified" for report, _ in results)


def _subjects(home: Home, target: str, seed: int) -> list[tuple[EnvironmentCandidate, ApiDocument | None, Seeder]]:
    path = Path(target)
    if path.is_dir():
        modules = sorted(p for p in path.rglob("*.py") if p.name != "__init__.py")
        if not modules:
            raise UserError(f"There is no Python module below {path}.")
        return [_module(module, seed) for module in modules]
    if path.is_file():
        return [_module(path, seed)]
    return [(*_stored(home, target), partial(seed_candidate, seed=seed, count=_STATES))]


def _module(path: Path, seed: int) -> tuple[EnvironmentCandidate, None, Seeder]:
    code = path.read_text(encoding="utf-8", errors="replace")
    foreign = is_foreign(code)
    candidate = EnvironmentCandidate(
        domain=path.parent.name,
        env_id=path.stem,
        resource_id=None,
        content_sha256=None,
        author=FOREIGN_AUTHOR if foreign else "hand",
        source_code=code,
        code_sha256=sha256(code.encode()).hexdigest(),
        contract="" if foreign else contract_beside(path),
        spec=None,
        tool_count=0,
        entity_count=0,
    )
    seeder = partial(_foreign_states, beside=path.with_suffix(SCENARIOS_SUFFIX)) if foreign else seed_candidate
    return candidate, None, partial(seeder, seed=seed, count=_STATES)


def _foreign_states(candidate: EnvironmentCandidate, *, beside: Path, seed: int, count: int) -> list[dict[str, Any]]:
    """States of a foreign module: those in the file beside it, else made from its scenario model."""
    with ForeignEnvironment(candidate.source_code, candidate.env_id) as environment:
        if beside.is_file():
            return given_states(environment, beside)
        return foreign_states(environment, seed=seed, count=count)


def _stored(home: Home, env_id: str) -> tuple[EnvironmentCandidate, ApiDocument | None]:
    unknown = UserError(f"{env_id!r} is neither a file, a folder nor a known env_id (see 'envfactory sql \"FROM environment_catalogue\"').")
    try:
        candidates = published_rows(home, EnvironmentCandidate, "env_id = ?", [env_id])
        resources = published_rows(home, Resource, "resource_id = ?", [candidates[0].resource_id]) if candidates else []
    except WarehouseError as error:
        raise unknown from error
    if not candidates:
        raise unknown
    return candidates[0], ApiDocument.model_validate(resources[0].document) if resources else None


def _write_page(home: Home, report: VerificationReport, findings: list[Finding], target: str, seed: int) -> None:
    """The report as a page, in the folder of reports."""
    folder = home.reports / "verification"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{report.env_id}.md").write_text(report_markdown(report, findings, target=target, seed=seed), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The page {folder / report.env_id}.md cannot be written: {error.strerror}.") from error


def _print_again(findings: Sequence[Finding], console: Console) -> None:
    """What checks saw, in full: what replays it stands in the evidence."""
    for finding in findings:
        colour, word = ("green", "passed") if finding.passed else ("red", "failed")
        console.print(f"[{colour}]{finding.env_id}: {finding.probe}, {finding.subject}: {word}[/]", highlight=False)
        console.out(orjson.dumps(finding.evidence, default=str, option=orjson.OPT_INDENT_2).decode(), highlight=False)


def _print(results: Sequence[tuple[VerificationReport, list[Finding]]], console: Console) -> None:
    table = Table()
    for header in ("environment", "verdict"):
        table.add_column(header)
    for header in ("checks", "failed", "defects caught", "grade"):
        table.add_column(header, justify="right")
    for report, _ in results:
        colour = "green" if report.verdict == "verified" else "red"
        caught = f"{report.mutants_caught}/{report.mutants_planted}"
        row = (report.env_id, f"[{colour}]{report.verdict}[/]", str(report.probes_run), str(report.probes_failed), caught)
        table.add_row(*row, f"{report.grade.score:.2f}")
    console.print(table)
    for report, findings in results:
        for finding in findings:
            if not finding.passed:
                evidence = orjson.dumps(finding.evidence, default=str).decode()
                colour = "red" if finding.severity == "blocking" else "yellow"
                shown = evidence if len(evidence) <= _DETAIL else f"{evidence[:_DETAIL]}…"
                console.print(f"[{colour}]{report.env_id}: {finding.probe}, {finding.subject}[/]: ", end="", highlight=False)
                console.out(shown, highlight=False)
