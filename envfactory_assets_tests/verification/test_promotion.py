"""Who is promoted, where to, and why others are not."""

from collections import Counter
from hashlib import sha256

import pytest

from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import EnvironmentCandidate, PromotedEnvironment, Rejection, Resource, VerificationReport
from envfactory_assets.verification import promote, split_of, verify
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
    return found


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


def test_a_grade_below_the_floor_is_a_rejection(candidate, report):
    poor = report.model_copy(update={"grade": report.grade.model_copy(update={"score": 0.1})})
    (rejection,) = promote(candidate, poor, None).rows
    assert "grade" in rejection.reason


def test_a_specification_that_is_not_the_modules_is_rejected(candidate):
    spec = candidate.spec | {"tools": [tool for tool in candidate.spec["tools"] if tool["name"] != "get_book"]}
    (found,) = verify(candidate.model_copy(update={"spec": spec}), None, states()).of(VerificationReport)
    assert found.verdict == "rejected"


def test_a_specification_that_cannot_be_read_is_rejected(candidate):
    (found,) = verify(candidate.model_copy(update={"spec": {"tools": 7}}), None, states()).of(VerificationReport)
    assert found.verdict == "rejected"


def test_most_clusters_are_for_training():
    shares = Counter(split_of(f"provider {number}") for number in range(2000))
    assert shares["train"] > 1500
    assert shares["validation"] > 120
    assert shares["test"] > 120
