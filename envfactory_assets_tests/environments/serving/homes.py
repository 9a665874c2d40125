"""Homes with a published environment, made without running the line."""

from hashlib import sha256

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import PromotedEnvironment, Rejection, Scenario
from envfactory_assets.records.base import content_hash
from envfactory_assets.records.schema import to_frame
from envfactory_assets.warehouse import StageOutput, Warehouse, publish
from envfactory_assets_tests.environments.conftest import hotel_state

HOTEL = bundled("environments") / "travel" / "hotel_desk.py"
SUPERSEDED = HOTEL.read_text(encoding="utf-8").replace("def find_rooms", "def look_for_rooms")


def fill(home):
    """Publish the hotel desk: today's code with two scenarios, and superseded code with one."""
    code = HOTEL.read_text(encoding="utf-8")
    environments = [promoted(code, current=True), promoted(SUPERSEDED, current=False)]
    scenarios = [scenario("desk-a", code, 1), scenario("desk-b", code, 2), scenario("desk-0", SUPERSEDED, 3)]
    frames = {PromotedEnvironment: to_frame(PromotedEnvironment, environments), Scenario: to_frame(Scenario, scenarios)}
    output = StageOutput(stage="environments", domain="travel", frames=frames, rejections=to_frame(Rejection, ()))
    Warehouse(home).write(output)
    publish(home)
    return home


def promoted(code, current):
    environment = load_environment(code, "hotel_desk")
    return PromotedEnvironment(
        domain="travel",
        env_id="hotel_desk",
        code_sha256=sha256(code.encode()).hexdigest(),
        runtime_version="r",
        verifier_version="v",
        resource_id=None,
        content_sha256=None,
        author="hand",
        source_code=code,
        spec=describe(environment, "hotel_desk").model_dump(mode="json"),
        policy=environment.policy,
        grade=1.0,
        tool_count=len(environment.tools),
        cluster="c",
        split="train",
        current=current,
        input_key="k",
    )


def scenario(scenario_id, code, seed):
    """A state in which only the first guest's last stay differs by seed."""
    state = hotel_state(load_environment(code, "hotel_desk"))
    state["tables"]["stays"][-1]["total"] += seed
    return Scenario(
        domain="travel",
        scenario_id=scenario_id,
        env_id="hotel_desk",
        code_sha256=sha256(code.encode()).hexdigest(),
        purpose="sft",
        seed=seed,
        state=state,
        state_sha256=content_hash(state),
        row_count=8,
        input_key="k",
    )
