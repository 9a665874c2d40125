"""A hotel desk, and the conversation of the README over it: moved to a cheaper room, then asked what is left."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import product
from typing import Any

import pytest

from envfactory_assets.bundled import bundled
from envfactory_assets.dialogue import calibrate, execute_chain
from envfactory_assets.environments import Episode, describe, load_environment, runtime_version, state_diff
from envfactory_assets.graph import build_graph, sample_chains
from envfactory_assets.records import (
    ArgumentOrigin,
    CalibratedTrajectory,
    CalibratedTurn,
    Chain,
    PromotedEnvironment,
    RawTrajectory,
    RlTask,
    Scenario,
    ToolEdge,
    ToolNode,
    TrajectoryStep,
    UserBrief,
    content_hash,
)
from envfactory_assets.synthesis.seeding import write_scenarios
from envfactory_assets.training.tasks import write_tasks

ENV_ID = "hotel_desk"
SOURCE = bundled(f"environments/travel/{ENV_ID}.py").read_text(encoding="utf-8")
CODE = sha256(SOURCE.encode()).hexdigest()
DESK = load_environment(SOURCE, ENV_ID)
CLASSES = {ENV_ID: DESK}
ASK_TO_MOVE = "My trip this week - could you move me out of 204 into a cheaper double for the same nights? Nothing over 120 a night."
ASK_WHAT_IS_LEFT = "And what does that leave me with?"
REPLY_LEFT = "You have the stay from 15 May to 18 May for 330, and the one from 6 June to 9 June for 840."


def room(key: str, number: str, kind: str, rate: float) -> dict[str, Any]:
    return {"id": key, "number": number, "kind": kind, "nightly_rate": rate}


def stay(key: str, room_id: str, nights: tuple[str, str], status: str, total: float) -> dict[str, Any]:
    dates = {"arrives": nights[0], "leaves": nights[1], "status": status, "total": total}
    return {"id": key, "room_id": room_id, "guest_id": "U3"} | dates | {"paid": total, "refunded": 0.0}


def start_state() -> dict[str, Any]:
    state = DESK.empty_state(me="U3")
    state["counters"] = {"Room": 400, "Stay": 21}
    state["tables"] = {
        "rooms": [
            room("R101", "101", "single", 80.0),
            room("R108", "108", "single", 85.0),
            room("R204", "204", "double", 120.0),
            room("R207", "207", "double", 110.0),
            room("R309", "309", "suite", 260.0),
            room("R310", "310", "suite", 280.0),
        ],
        "stays": [
            stay("S9", "R101", ("2026-03-02", "2026-03-03"), "checked_out", 80.0),
            stay("S14", "R204", ("2026-05-15", "2026-05-18"), "booked", 360.0),
            stay("S21", "R310", ("2026-06-06", "2026-06-09"), "booked", 840.0),
        ],
    }
    return state


@dataclass(frozen=True)
class Planned:
    """A call to make: its tool, its arguments, and for those observed the call and path they come from."""

    tool: str
    arguments: dict[str, Any]
    observed: dict[str, tuple[str, str]]
    group: int


@dataclass(frozen=True)
class Conversation:
    """The inputs of a promotion."""

    calibrated: CalibratedTrajectory
    steps: list[TrajectoryStep]
    environments: list[PromotedEnvironment]
    scenarios: list[Scenario]

    def inputs(self) -> tuple[CalibratedTrajectory, list[TrajectoryStep], list[PromotedEnvironment], list[Scenario]]:
        return self.calibrated, self.steps, self.environments, self.scenarios

    def but(self, **changes: Any) -> "Conversation":
        """The same, with other columns of the calibrated row."""
        return replace(self, calibrated=self.calibrated.model_copy(update=changes))


def promoted() -> PromotedEnvironment:
    spec = describe(DESK, ENV_ID)
    return PromotedEnvironment(
        domain="travel",
        env_id=ENV_ID,
        code_sha256=CODE,
        runtime_version=runtime_version(),
        verifier_version="v",
        resource_id=None,
        content_sha256=None,
        author="hand",
        source_code=SOURCE,
        spec=spec.model_dump(mode="json"),
        policy=spec.policy,
        grade=1.0,
        tool_count=len(spec.tools),
        cluster="hotel_desk",
        split="train",
        current=True,
    )


def build(turns: list[tuple[str, str, list[Planned]]], *, purpose: str = "sft", state: dict[str, Any] | None = None) -> Conversation:
    """Execute planned turns and write the rows the dialogue stage would."""
    start = state or start_state()
    episode = Episode(CLASSES)
    episode.reset({ENV_ID: start})
    steps: list[TrajectoryStep] = []
    for index, (_, _, planned) in enumerate(turns):
        for call in planned:
            before = episode.snapshot()
            result = episode.call(call.tool, call.arguments)
            after = episode.snapshot()
            steps.append(
                TrajectoryStep(
                    domain="travel",
                    trajectory_id="tr_desk",
                    turn=index,
                    step=len(steps),
                    call_id=f"c{len(steps) + 1}",
                    parallel_group=call.group,
                    requestor="agent",
                    env_id=ENV_ID,
                    tool=call.tool,
                    arguments=call.arguments,
                    argument_origins=[_origin(name, call, index) for name in call.arguments],
                    result=result.value,
                    error=result.error.code if result.error else None,
                    state_diff=state_diff(before, after, CLASSES),
                    state_sha256_before=content_hash(before),
                    state_sha256_after=content_hash(after),
                )
            )
    calibrated = CalibratedTrajectory.model_validate(
        {
            "domain": "travel",
            "env_ids": [ENV_ID],
            "env_code_sha256s": [CODE],
            "scenario_ids": ["hotel_desk-s1"],
            "runtime_version": runtime_version(),
            "generator_version": "g",
            "reward_version": "",
            "seed": 7,
            "trajectory_id": "tr_desk",
            "purpose": purpose,
            "split": "train",
            "author": "rules",
            "user_brief": UserBrief(goal="Move", facts_known=[], facts_unknown=[], told_when_asked=[], stop_when="moved"),
            "turns": [
                CalibratedTurn(index=i, request=request, operators=["omission"], form={}, spans=[], proof={}, reply=reply)
                for i, (request, reply, _) in enumerate(turns)
            ],
            "turn_count": len(turns),
            "step_count": len(steps),
            "literal_share_raw": 1.0,
            "literal_share_calibrated": 0.2,
            "solvable": True,
        }
    )
    scenario = Scenario.model_validate(
        {
            "domain": "travel",
            "scenario_id": "hotel_desk-s1",
            "env_id": ENV_ID,
            "code_sha256": CODE,
            "purpose": purpose,
            "seed": 1,
            "state": start,
            "state_sha256": content_hash(start),
            "row_count": 9,
        }
    )
    return Conversation(calibrated, steps, [promoted()], [scenario])


def _origin(name: str, call: Planned, turn: int) -> ArgumentOrigin:
    if name in call.observed:
        source, path = call.observed[name]
        return ArgumentOrigin(argument=name, kind="observed", call_id=source, path=path)
    return ArgumentOrigin(argument=name, kind="said", turn=turn)


NIGHTS = {"arrives": "2026-05-15", "leaves": "2026-05-18"}
SAME_NIGHTS = {"arrives": ("c1", "[0].arrives"), "leaves": ("c1", "[0].leaves")}


def moving() -> list[tuple[str, str, list[Planned]]]:
    listing = Planned("list_my_stays", {"status": "booked"}, {}, 0)
    cancelling = Planned("cancel_stay", {"stay_id": "S14"}, {"stay_id": ("c1", "[0].id")}, 1)
    finding = Planned("find_rooms", {**NIGHTS, "kind": "double", "max_rate": 115}, SAME_NIGHTS, 1)
    booking = Planned("book_room", {"room_id": "R207", **NIGHTS}, {"room_id": ("c3", "[0].id"), **SAME_NIGHTS}, 2)
    return [
        (ASK_TO_MOVE, "You are in room 207 now.", [listing, cancelling, finding, booking]),
        (ASK_WHAT_IS_LEFT, REPLY_LEFT, [Planned("list_my_stays", {"status": "booked"}, {}, 0)]),
    ]


@pytest.fixture(autouse=True)
def _believed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Conversations made by hand have no logical forms to prove; those of the ``generated`` fixture are proved for real."""
    if "generated" not in request.fixturenames:
        monkeypatch.setattr("envfactory_assets.training.conversations.prove", lambda *_: [])


@pytest.fixture(scope="session")
def generated() -> list[Conversation]:
    """Conversations over the hotel desk as the stages before make them."""
    environment = promoted()
    scenarios = write_scenarios(environment, seed=7, count=6, rl_share=0.5).of(Scenario)
    graph = build_graph(environment, scenarios)
    sampled = sample_chains(environment, graph.of(ToolNode), graph.of(ToolEdge), scenarios, count=12, seed=7)
    found = []
    for chain, rl_share in product(sampled.of(Chain), (0.0, 1.0)):
        raw = execute_chain(chain, [environment], scenarios, seed=7, rl_share=rl_share, reward_version="r")
        for trajectory in raw.of(RawTrajectory):
            steps = raw.of(TrajectoryStep)
            rows = calibrate(trajectory, steps, [environment], scenarios).of(CalibratedTrajectory)
            found += [Conversation(row, steps, [environment], scenarios) for row in rows]
    return found


@pytest.fixture
def conversation() -> Conversation:
    return build(moving())


@pytest.fixture
def rl_conversation() -> Conversation:
    return build(moving(), purpose="rl")


@pytest.fixture
def tasks(rl_conversation: Conversation) -> list[RlTask]:
    return write_tasks(*rl_conversation.inputs()).of(RlTask)


@pytest.fixture
def task_of(tasks: list[RlTask]) -> Callable[[str, int], RlTask]:
    def found(mode: str, turn: int) -> RlTask:
        return next(task for task in tasks if task.mode == mode and task.turn_index == turn)

    return found
