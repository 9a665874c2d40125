"""The verdict over a whole module: in process, in a worker, and whatever the module does."""

import pytest

from envfactory_assets.records import EnvironmentCandidate, Finding, VerificationReport
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets.sandbox.workers import WorkerPool
from envfactory_assets.verification import report_markdown, verifier, verify, verify_module
from envfactory_assets.verification.examination import HANDLERS
from envfactory_assets.verification.mutations import defects
from envfactory_assets_tests.verification.library import MODULE, SOUND, defective, states

_ADD = "return self.books.add("


def judged(source, **options):
    produced = verify_module(source, "library", states(), **options)
    (report,) = produced.of(VerificationReport)
    return report, produced.of(Finding)


def candidate(source):
    return EnvironmentCandidate(
        domain="utilities", env_id="library", resource_id=None, content_sha256=None, author="rules", source_code=source,
        code_sha256="0" * 64, spec=None, tool_count=0, entity_count=0,
    )  # fmt: skip


def failed(findings):
    return [(finding.probe, finding.subject) for finding in findings if not finding.passed and finding.severity == "blocking"]


@pytest.fixture
def impatient(monkeypatch):
    pool = WorkerPool(HANDLERS, Limits(seconds=3.0))
    monkeypatch.setattr(verifier, "_pool", lambda _: pool)
    yield
    pool.close()


@pytest.mark.parametrize("author", ["rules", "hand"])
def test_a_sound_module_is_verified_in_process_and_in_a_worker(author):
    report, findings = judged(SOUND, author=author)
    assert failed(findings) == []
    assert report.verdict == "verified"
    assert report.grade.effect_families == ("add_member", "delete", "transfer", "transition")
    assert report.grade.working_filters == 4
    assert report.grade.reachable_share == 1
    planted = [finding for finding in findings if finding.probe == "mutation"]
    assert report.mutants_planted == len(planted) == verifier.MUTANTS
    assert report.mutants_caught == sum(finding.passed for finding in planted)


def test_both_ways_of_running_find_the_same():
    (first, inside), (second, outside) = judged(SOUND, author="rules"), judged(SOUND, author="hand")
    assert first == second
    assert inside == outside


def test_a_defect_rejects_a_module():
    report, findings = judged(defective(_ADD, "raise PreconditionFailed('Closed.')\n        return self.books.add("), author="rules")
    assert report.verdict == "rejected"
    assert report.probes_failed == len(failed(findings))
    assert ("reachability", "add_book") in failed(findings)


@pytest.mark.parametrize("source", ["", "def f(", "x = 1\n", "import os\n", "\0", "X = (1).__class__\n"])
def test_a_module_that_is_none_is_rejected_with_a_finding(source):
    report, findings = judged(source)
    assert report.verdict == "rejected"
    assert failed(findings)


def test_a_file_is_judged_as_its_text_is():
    assert judged(MODULE)[0] == judged(SOUND)[0]


@pytest.mark.parametrize(
    "line",
    [
        "ENDLESS = sum(1 for _ in iter(lambda: 1, 2))",
        "HUGE = [0] * 10**11",
        "BROKEN = 1 // 0",
        "STOPPED = (_ for _ in ()).throw(KeyError)",
    ],
)
def test_a_module_that_harms_when_imported_is_a_finding(impatient, line):
    report, findings = judged(SOUND.replace("Genre = Literal", f"{line}\nGenre = Literal"))
    assert report.verdict == "rejected"
    assert failed(findings) == [("load", "module")]


@pytest.mark.parametrize("body", ["return [n for n in iter(lambda: 1, 2)]", "return [0] * 10**11", "return self.search_books(query)"])
def test_a_tool_that_harms_when_called_is_a_finding(impatient, body):
    report, findings = judged(defective("return self.books.search(query)", body))
    assert report.verdict == "rejected"
    assert failed(findings)


def test_an_order_that_depends_on_the_hash_seed_is_not_deterministic():
    unordered = "return [self.books.get(key) for key in {book.id for book in self.books.where(genre=genre, pages__le=max_pages)}]"
    _, findings = judged(defective("return self.books.where(genre=genre, pages__le=max_pages)", unordered), author="rules")
    assert failed(findings) == [("determinism", "two processes")]
    (finding,) = (finding for finding in findings if finding.probe == "determinism")
    assert finding.evidence["first"] != finding.evidence["second"]


def test_states_that_do_not_fit_are_a_finding():
    broken = states()
    broken[1]["tables"]["loans"][0]["book_id"] = "B999"
    produced = verify_module(SOUND, "library", broken)
    assert failed(produced.of(Finding)) == [("load", "scenario 1")]


def test_without_scenarios_tools_are_not_reached():
    produced = verify_module(SOUND, "library", [])
    assert ("reachability", "get_book") in failed(produced.of(Finding))


def test_one_check_is_made_again():
    source = defective("return self.books.search(query)", "return self.books.where()")
    [finding] = verify(candidate(source), None, states(), only="filters: search_books.query").of(Finding)
    assert not finding.passed
    assert finding.evidence["stray"]


def test_a_planted_defect_is_planted_again_by_its_name():
    defect = next(each for each in defects(SOUND) if each.kind == "removal left out")
    [finding] = verify(candidate(SOUND), None, states(), only=f"mutation: {defect.name}").of(Finding)
    assert finding.passed
    assert finding.evidence["caught_by"].startswith("read_after_write")


def test_each_probe_and_subject_is_found_once():
    _, findings = judged(SOUND)
    keys = [(finding.probe, finding.subject) for finding in findings]
    assert len(keys) == len(set(keys))


def test_the_report_reads_as_a_page():
    report, findings = judged(defective("return self.books.search(query)", "return self.books.where()"))
    page = report_markdown(report, findings)
    assert page.startswith("# library: rejected")
    assert "### filters: search_books.query" in page
    assert "`envfactory verify library --only 'filters: search_books.query'`" in page
    assert "| Catches filters that do nothing, keep the wrong rows, or lose right ones. |" in page
    assert "| load |" in page
    assert "No defect was planted." in page
    assert "no resource to conform to" in page
