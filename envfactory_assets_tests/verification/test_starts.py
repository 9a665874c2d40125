"""What rows start with: declared at the field, and held to by a probe."""

from dataclasses import replace

import pytest

from envfactory_assets.environments import ModuleError
from envfactory_assets.verification.examination import observe
from envfactory_assets.verification.mutations import defects
from envfactory_assets.verification.mutations.planting import plant
from envfactory_assets.verification.probes import PROBES
from envfactory_assets_tests.verification.library import SOUND, failures, subject

STATUS = 'Literal["open", "returned", "lost"]'
DECLARED = SOUND.replace(f"    status: {STATUS}\n", f'    status: {STATUS} = starts_as("open")\n').replace(
    "import Money, Text", "import Money, Text, starts_as"
)
BARE = DECLARED.replace(', status="open")\n', ")\n")


@pytest.mark.parametrize("source", [DECLARED, BARE])
def test_a_row_starts_as_its_field_declares(source):
    seen = observe("starts", PROBES["starts"], subject(source))
    assert [(observation.subject, observation.passed) for observation in seen] == [("borrow_book: status", True)]


def test_a_row_that_starts_otherwise_is_noticed():
    assert failures("starts", DECLARED.replace(', status="open")\n', ', status="lost")\n'))


def test_a_module_that_declares_another_start_than_was_published_is_noticed():
    changed = replace(subject(BARE.replace('starts_as("open")', 'starts_as("lost")')), spec=subject(BARE).spec)
    assert [seen for seen in observe("starts", PROBES["starts"], changed) if not seen.passed]


def test_another_start_is_planted_where_a_field_declares_it():
    planted = [plant(BARE, defect)[0] for defect in defects(BARE) if defect.kind == "wrong choice"]
    assert any("starts_as('returned')" in source for source in planted)


def test_a_field_cannot_start_with_what_is_none_of_its_choices():
    with pytest.raises(ModuleError, match="none of its choices"):
        subject(BARE.replace('starts_as("open")', 'starts_as("burnt")'))
