"""Who is promoted, where to, and why others are not."""

from collections import Counter
from hashlib import sha256

import pytest

from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import EnvironmentCandidate, PromotedEnvironment, Rejection, Resource, VerificationReport
from envfactory_assets.synthesis import coverage
from envfactory_assets.verification import crowded_out, floor, promote, split_of, verify
from envfactory_assets_tests.taking import CATALOGUED
from envfactory_assets_tests.verification.library import SOUND, states


@pytest.fixture(scope="module")
def candidate():
    spec = describe(load_environment(SOUND, "library"), "library")
    return EnvironmentCandidate(
        domain="utilities",
        env_id="library",
        resource_id=None,
        content_sha256=None,
        author="rules",
        source_code=SOUND,
        code_sha256=sha256(SOUND.encode()).hexdigest(),
        spec=spec.model_dump(mode="json"),
        tool_count=len(spec.tools),
        entity_count=len(spec.entities),
    )


@pytest.fixture(scope="module")
def report(candidate):
    (found,) = verify(candidate, None, states()).of(VerificationReport)
    return graded(found, grounded_links=2, working_filters=1, effect_families=("assign", "transition"))


def graded(report, **change):
    return report.model_copy(update={"grade": report.grade.model_copy(update=change)})


def read_only(candidate, name="library"):
    """The same environment without the tools that change something."""
    reading = [tool for tool in candidate.spec["tools"] if all(e["family"] in {"get", "list", "search"} for e in tool["effects"])]
    return candidate.model_copy(update={"env_id": name, "spec": candidate.spec | {"tools": reading}})


def test_a_verified_candidate_is_promoted_with_what_its_report_says(candidate, report):
    (promoted,) = promote(candidate, report, None).rows
    assert isinstance(promoted, PromotedEnvironment)
    assert (promoted.grade, promoted.verifier_version) == (report.grade.score, report.verifier_version)
    assert (promoted.cluster, promoted.split) == ("library", split_of("library"))
    assert promoted.current


def test_a_providers_environments_fall_on_one_side(candidate, report):
    resource = Resource(
        domain="utilities", resource_id="library", provider="books.example", kind="openapi", title="Library", version="1", source_uri="",
        license="", content_sha256="", operation_count=1, document={}, **CATALOGUED,
    )  # fmt: skip
    (promoted,) = promote(candidate, report, resource).rows
    assert (promoted.cluster, promoted.split) == ("books.example", split_of("books.example"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code_sha256": "0" * 64}, "other code"),
        ({"env_id": "other"}, "other code"),
        ({"contract_sha256": "0" * 64}, "another contract"),
        ({"runtime_version": "older"}, "another version"),
        ({"verifier_version": "older"}, "another version"),
        ({"verdict": "rejected"}, "a blocking probe failed"),
    ],
)
def test_a_report_that_does_not_clear_the_candidate_is_a_rejection(candidate, report, change, reason):
    (rejection,) = promote(candidate, report.model_copy(update=change), None).rows
    assert isinstance(rejection, Rejection)
    assert (rejection.stage, rejection.subject) == ("environments", "library")
    assert reason in rejection.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"score": 0.1}, "the grade is 0.10, below 0.35"),
        ({"grounded_links": 1}, "links between records 1, needed 2"),
        ({"working_filters": 0}, "filters that work 0, needed 1"),
        ({"effect_families": ("transition",)}, "families of typed effects 1, needed 2"),
    ],
)
def test_what_offers_too_little_is_rejected_and_the_reason_says_what_is_missing(candidate, report, change, reason):
    (rejection,) = promote(candidate, graded(report, **change), None).rows
    assert isinstance(rejection, Rejection)
    assert reason in rejection.reason


def test_much_cause_and_effect_makes_up_for_too_few_links_or_for_no_filter_but_not_for_both(candidate, report):
    rich = graded(report, effect_families=("assign", "move", "transition"))
    for change in ({"grounded_links": 1}, {"working_filters": 0}):
        assert isinstance(promote(candidate, graded(rich, **change), None).rows[0], PromotedEnvironment)
    assert isinstance(promote(candidate, graded(rich, grounded_links=1, working_filters=0), None).rows[0], Rejection)


def test_an_environment_in_which_nothing_can_be_changed_needs_no_typed_effects(candidate, report):
    (promoted,) = promote(read_only(candidate), graded(report, effect_families=()), None).rows
    assert isinstance(promoted, PromotedEnvironment)


def test_of_a_domain_only_the_best_in_which_nothing_can_be_changed_are_promoted(candidate, report):
    named = [f"library{number}" for number in range(floor().read_rich + 2)]
    reports = [graded(report.model_copy(update={"env_id": name}), score=0.5 + 0.01 * place) for place, name in enumerate(named)]
    judged = [(read_only(candidate, name), each) for name, each in zip(named, reports, strict=True)]
    assert crowded_out(judged) == set(named[:2])
    assert crowded_out([*judged, (candidate, report)]) == set(named[:2]), "what can be changed takes no place"
    worst, its_report = judged[0]
    (rejection,) = promote(worst, its_report, None, crowded=True).rows
    assert "nothing in it can be changed" in rejection.reason


def test_a_specification_that_is_not_the_modules_is_rejected(candidate):
    spec = candidate.spec | {"tools": [tool for tool in candidate.spec["tools"] if tool["name"] != "get_book"]}
    (found,) = verify(candidate.model_copy(update={"spec": spec}), None, states()).of(VerificationReport)
    assert found.verdict == "rejected"


def test_a_specification_that_cannot_be_read_is_rejected(candidate):
    (found,) = verify(candidate.model_copy(update={"spec": {"tools": 7}}), None, states()).of(VerificationReport)
    assert found.verdict == "rejected"


def test_documents_are_ranked_by_what_promotion_asks_for():
    asked = floor()
    assert (asked.links, asked.filters, asked.families) == (coverage.LEAST_LINKS, coverage.LEAST_FILTERS, coverage.LEAST_ACTIONS)


def test_most_clusters_are_for_training():
    shares = Counter(split_of(f"provider {number}") for number in range(2000))
    assert shares["train"] > 1500
    assert shares["validation"] > 120
    assert shares["test"] > 120
