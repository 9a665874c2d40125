"""What tells that nothing is to be done."""

from envfactory_assets.assets.currency import is_up_to_date
from envfactory_assets.assets.factory import Factory
from envfactory_assets_tests.conftest import CONFIG


def test_a_domain_is_up_to_date_after_its_first_run_and_not_under_another_configuration(built, monkeypatch):
    monkeypatch.setenv("ENVFACTORY_HOME", str(built.root))
    assert is_up_to_date("travel", Factory(**CONFIG))
    assert not is_up_to_date("travel", Factory(**{**CONFIG, "seed": 8}))
