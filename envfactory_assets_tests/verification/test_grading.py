"""What the grade counts, and what it does not."""

from envfactory_assets.verification.floor import floor
from envfactory_assets.verification.grading import grade
from envfactory_assets_tests.verification.library import subject

_ALL_REACHED = {"tools": 4, "reachable": 4}


def test_everything_there_is_scores_one():
    spec = subject().spec
    tally = {**_ALL_REACHED, "working_filters": 4, "family:transition": 1, "family:transfer": 2}
    linked = spec.model_copy(update={"entities": spec.entities * 4})
    assert grade(linked, tally, 5).score == 1.0


def test_an_environment_of_which_nothing_is_known_scores_nothing():
    assert grade(None, {}, 0).score == 0.0


def test_links_that_were_only_assumed_are_not_counted():
    spec = subject().spec
    assumed = [
        entity.model_copy(update={"fields": tuple(field.model_copy(update={"grounding": "assumed"}) for field in entity.fields)})
        for entity in spec.entities
    ]
    assert grade(spec, _ALL_REACHED, 3).grounded_links == 1
    assert grade(spec.model_copy(update={"entities": tuple(assumed)}), _ALL_REACHED, 3).grounded_links == 0


def test_unreached_tools_fall_below_the_floor():
    assert grade(subject().spec, {"tools": 4, "reachable": 1}, 3).score < floor().score


def test_conformance_counts_only_where_there_is_a_resource_to_conform_to():
    alone = grade(subject().spec, _ALL_REACHED, 3)
    compared = grade(subject().spec, {**_ALL_REACHED, "compared_tools": 2, "conformance": 1.0, "populated_tools": 1, "populated": 0.5}, 3)
    assert (alone.conformance, compared.conformance, compared.populated_share) == (0.0, 0.5, 0.5)
