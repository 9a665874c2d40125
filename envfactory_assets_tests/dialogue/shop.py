"""The corner shop that ships, promoted by hand, with scenarios of its own; and conversations of each kind over it."""

from collections.abc import Iterator
from functools import cache

from envfactory_assets.bundled import bundled
from envfactory_assets.dialogue import calibrate, execute_chain
from envfactory_assets.environments import describe, load_environment
from envfactory_assets.records import (
    CalibratedTrajectory,
    Chain,
    ChainStep,
    PromotedEnvironment,
    Provider,
    RawTrajectory,
    Scenario,
    TrajectoryStep,
    content_hash,
)
from envfactory_assets.synthesis.seeding import write_scenarios
from envfactory_assets_tests.dialogue import hotel

ENV = "corner_shop"
MOST_CHAINS = 12


@cache
def environment() -> PromotedEnvironment:
    source = (bundled("environments") / "commerce" / "corner_shop.py").read_text(encoding="utf-8")
    spec = describe(load_environment(source, ENV), ENV)
    own = {"domain": "commerce", "env_id": ENV, "cluster": ENV, "code_sha256": content_hash(source), "source_code": source}
    return hotel.environment().model_copy(update=own | {"spec": spec.model_dump(mode="json"), "policy": spec.policy})


@cache
def scenarios() -> list[Scenario]:
    return write_scenarios(environment(), seed=7, count=6, rl_share=0.5).of(Scenario)


def shopping(name: str, *, calling_off: bool = True, listed: bool = False) -> Chain:
    """Look at an order, order what is in the cart, send it elsewhere, or one of those listed, and call an order off."""
    sent = {"from_step": 0, "output_path": "[*].id"} if listed else {"from_step": 2, "output_path": "id"}
    tools = ["list_my_orders", "get_order", "check_out", "change_address", *(["cancel_order"] if calling_off else [])]
    given = [
        Provider(step=1, parameter="order_id", kind="tool", from_step=0, output_path="[*].id", reason="test"),
        Provider(step=2, parameter="address", kind="user", reason="test"),
        Provider(step=3, parameter="order_id", kind="tool", reason="test", **sent),
        Provider(step=3, parameter="address", kind="user", reason="test"),
        Provider(step=4, parameter="order_id", kind="tool", from_step=0, output_path="[*].id", reason="test"),
    ]
    return _chain(name, tools, [provider for provider in given if provider.step < len(tools)])


def browsing(name: str) -> Chain:
    """Look for products, then at an order, which nobody has spoken of by then."""
    given = [Provider(step=2, parameter="order_id", kind="tool", from_step=1, output_path="[*].id", reason="test")]
    return _chain(name, ["search_products", "list_my_orders", "get_order"], given)


def _chain(name: str, tools: list[str], providers: list[Provider]) -> Chain:
    steps = [ChainStep(index=index, env_id=ENV, tool=tool) for index, tool in enumerate(tools)]
    codes = [environment().code_sha256]
    fields = {"sampler": "hand", "seed": 1, "difficulty": 0.5, "env_ids": [ENV], "code_sha256s": codes}
    return Chain(domain="commerce", chain_id=name, steps=steps, providers=providers, **fields)


Made = tuple[CalibratedTrajectory, list[TrajectoryStep]]


def _attempts(kind: str, *, rl: bool) -> Iterator[tuple[RawTrajectory, list[TrajectoryStep]]]:
    """Executed conversations that were tried as a kind, from a few chains."""
    chosen = {"seed": 7, "rl_share": float(rl), "reward_version": "rv", "kinds": {kind: 1.0}}
    for number in range(MOST_CHAINS):
        chain = shopping(f"ch_{number}", calling_off=kind != "user_side", listed=kind == "change_of_mind")
        chain = browsing(f"ch_{number}") if kind == "ambiguous" else chain
        produced = execute_chain(chain, [environment()], scenarios(), **chosen)
        for raw in produced.of(RawTrajectory):
            yield raw, produced.of(TrajectoryStep)


def executed(kind: str) -> tuple[RawTrajectory, list[TrajectoryStep]]:
    """The first executed conversation of a kind."""
    return next(found for found in _attempts(kind, rl=False) if found[0].kind == kind)


@cache
def conversation(kind: str, *, rl: bool = False) -> Made:
    """The first proven conversation of a kind."""
    for raw, steps in _attempts(kind, rl=rl):
        for row in calibrate(raw, steps, [environment()], scenarios()).of(CalibratedTrajectory):
            if row.kind == kind:
                return row, steps
    raise AssertionError(f"no conversation of the kind {kind}")
