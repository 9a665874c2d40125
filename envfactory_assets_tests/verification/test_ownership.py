"""A list that says it is the caller's shows nothing else, where its rows can say whose they are."""

from dataclasses import replace

from envfactory_assets.verification.belonging import may_belong
from envfactory_assets.verification.examination import observe
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification import library


def failures(source: str):
    """The failures of lists that say they are the caller's; a tool made up by somebody has no pointer, so they are hints."""
    subject = library.subject(source)
    others = [state | {"me": "M2"} for state in subject.states]
    return [seen for seen in observe("ownership", PROBES["ownership"], replace(subject, states=others)) if not seen.passed]


def test_rows_of_others_in_a_list_of_ones_own_are_seen():
    assert [seen.subject for seen in failures(library.defective("All loans.", "All your loans."))] == ["list_loans: shows Loan of others"]


def test_rows_that_can_name_nobody_are_everybodys():
    said = library.defective("All books, optionally of a genre", "All your books, optionally of a genre")
    assert failures(said) == []


def test_a_row_may_belong_to_the_caller_by_a_field_or_by_what_it_refers_to():
    spec, state = library.subject().spec, library.states()[0]
    assert {entity.name: may_belong(spec, state, entity) for entity in spec.entities} == {"Book": False, "Loan": True, "Shelf": False}
