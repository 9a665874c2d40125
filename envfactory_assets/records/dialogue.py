"""Rows of the dialogue stage."""

from typing import ClassVar, Literal

from pydantic import Field

from envfactory_assets.records.base import Json, Record, Row, Split

OriginKind = Literal["said", "earlier_turn", "observed", "caller", "clock", "default"]
Kind = Literal[
    "plain",
    "cross_environment",  # an errand through several services
    "missing_information",  # a value is left unsaid, asked for and told
    "ambiguous",  # what is meant fits several records; the assistant asks which
    "missing_tool",  # no tool does what is wanted; the assistant says so and calls none
    "impossible",  # the service refuses; the assistant says why
    "recovery",  # the service refuses; the user takes something else
    "change_of_mind",  # what was just done is changed again
    "follow_up",  # an earlier result answers; no call is needed
    "computed",  # the answer is a count, a sum, an extreme or a difference of what a look-up gives
    "expansion",  # one wish means each of several records
    "user_side",  # a tool is the user's own; the assistant asks for the call and checks what came of it
]


class ReplayRow(Row):
    """What lets a row be replayed after any refresh."""

    env_ids: list[str]
    env_code_sha256s: list[str]
    scenario_ids: list[str]
    runtime_version: str
    generator_version: str
    reward_version: str
    seed: int


class UserBrief(Record):
    """All that a simulated user may know."""

    goal: str
    facts_known: list[str]
    facts_unknown: list[str]
    told_when_asked: list[str]
    stop_when: str


class Exchange(Record):
    """What is said in the middle of a turn: the assistant asks back, the user answers, and the turn goes on."""

    after_calls: int  # how many of the turn's calls were made before the answer; a user's own among them come after the question
    question: str
    answer: str


class RawTurn(Record):
    """A turn with its request spelled out: every value said literally."""

    index: int
    request: str
    form: Json  # the logical form: intents, predicates, referents
    call_ids: list[str]
    reply: str
    exchanges: list[Exchange] = Field(default_factory=list)


class RawTrajectory(ReplayRow):
    """An executed conversation with explicit requests."""

    table: ClassVar[str] = "raw_trajectories"
    key: ClassVar[tuple[str, ...]] = ("trajectory_id",)
    references: ClassVar[dict[str, str]] = {"chain_id": "chains.chain_id"}

    trajectory_id: str
    chain_id: str
    kind: Kind = "plain"
    withheld_tools: list[str] = Field(default_factory=list)  # as an agent knows them: not offered in this conversation
    purpose: Literal["sft", "rl"]
    split: Split
    author: str
    user_brief: UserBrief
    turns: list[RawTurn]
    turn_count: int
    step_count: int


class ArgumentOrigin(Record):
    """How one argument of one call can be known at that moment."""

    argument: str
    kind: OriginKind
    turn: int | None = None  # said, earlier_turn: where
    call_id: str | None = None  # observed: in the result of this call
    path: str | None = None  # observed: concrete path, "items[2].id"


class TrajectoryStep(Row):
    """One executed call."""

    table: ClassVar[str] = "trajectory_steps"
    key: ClassVar[tuple[str, ...]] = ("trajectory_id", "call_id")
    references: ClassVar[dict[str, str]] = {"trajectory_id": "raw_trajectories.trajectory_id"}

    trajectory_id: str
    turn: int
    step: int  # over the whole conversation, from 0
    call_id: str
    parallel_group: int  # calls of one turn with the same number do not depend on each other
    requestor: str  # agent, or user: of a tool that is not offered to the agent in this conversation
    env_id: str
    tool: str
    arguments: Json
    argument_origins: list[ArgumentOrigin]
    result: Json
    error: str | None
    state_diff: Json
    state_sha256_before: str
    state_sha256_after: str


class Span(Record):
    """Characters of a request that carry one predicate."""

    start: int
    end: int
    text: str
    predicate: str  # id of the predicate in the turn's logical form
    exchange: int | None = None  # the characters are of the answer in this exchange of the turn; None: of the request


class CalibratedTurn(Record):
    """A turn with its request as a person would say it."""

    index: int
    request: str
    operators: list[str]
    form: Json  # the logical form after refinement, with what may be left unsaid
    spans: list[Span]
    proof: Json  # what the checker found: origins, uniqueness, counterfactuals
    reply: str
    author: str = "rules"  # of the request
    exchanges: list[Exchange] = Field(default_factory=list)


class CalibratedTrajectory(ReplayRow):
    """The same conversation, its intent partly implicit, with its solvability proof."""

    table: ClassVar[str] = "calibrated_trajectories"
    key: ClassVar[tuple[str, ...]] = ("trajectory_id",)
    references: ClassVar[dict[str, str]] = {"trajectory_id": "raw_trajectories.trajectory_id"}

    trajectory_id: str
    kind: Kind = "plain"
    withheld_tools: list[str] = Field(default_factory=list)
    purpose: Literal["sft", "rl"]
    split: Split
    author: str
    user_brief: UserBrief
    turns: list[CalibratedTurn]
    turn_count: int
    step_count: int
    literal_share_raw: float
    literal_share_calibrated: float
    solvable: bool
