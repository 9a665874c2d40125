import pytest

from envfactory_assets.environments.foreign import ForeignEnvironment, open_episode
from envfactory_assets.sandbox.limits import Limits
from envfactory_assets_tests.environments.foreign.tool_shed import SCENARIO, SHED


@pytest.fixture(scope="session")
def shed():
    with ForeignEnvironment(SHED, "shed", limits=Limits(seconds=3.0)) as environment:
        yield environment


@pytest.fixture
def episode(shed):
    made = open_episode(shed, "shed")
    made.reset({"shed": SCENARIO})
    return made
