"""Rows that are training-ready, and the attempts agents made at them."""

from typing import ClassVar, Literal

from envfactory_assets.records.base import Json, Record, Split
from envfactory_assets.records.dialogue import Kind, ReplayRow, UserBrief


class FunctionCall(Record):
    """OpenAI's shape: the arguments are a JSON string."""

    name: str
    arguments: str


class ToolCall(Record):
    """A call inside an assistant message."""

    id: str
    type: Literal["function"]
    function: FunctionCall


class Message(Record):
    """One message in OpenAI's shape, and what training needs to know of it."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str | None
    tool_calls: list[ToolCall]
    tool_call_id: str | None
    author: str  # rules, model, environment
    turn: int
    train: bool  # whether the loss covers it


class SftConversation(ReplayRow):
    """A promoted conversation."""

    table: ClassVar[str] = "training_ready_sft"
    key: ClassVar[tuple[str, ...]] = ("trajectory_id",)
    references: ClassVar[dict[str, str]] = {"trajectory_id": "calibrated_trajectories.trajectory_id"}

    trajectory_id: str
    kind: Kind = "plain"
    system: str
    messages: list[Message]
    tools: Json
    turn_count: int
    step_count: int
    split: Split
    author: str


class GoldCall(Record):
    """A call the task expects. Look-ups are not required: other ways to find out are as good."""

    call_id: str
    tool: str  # as the agent sees it
    arguments: Json
    required: bool
    after: list[str]  # call ids that must come before
    argument_match: Json  # argument -> exact | tolerant | free
    turn: int = 0  # the turn of the prompt's last message, in episode mode the place in user_turns: after which it is due


class GateRewards(Record):
    """What agents scored before a task was promoted: 0 to 1, None for those that a task which only reads is not tried with."""

    gold: float
    null: float
    reading: float | None = None  # calls everything that reads
    random: float | None = None  # on average


class RlTask(ReplayRow):
    """A promoted task: a start, a conversation so far, a request and what counts as done."""

    table: ClassVar[str] = "training_ready_rl"
    key: ClassVar[tuple[str, ...]] = ("task_id",)
    references: ClassVar[dict[str, str]] = {"trajectory_id": "calibrated_trajectories.trajectory_id"}

    task_id: str
    trajectory_id: str
    kind: Kind = "plain"  # of the conversation
    turn_index: int  # episode mode: 0
    mode: Literal["turn", "episode"]
    writes: bool
    declines: bool = False  # the reply has to say that it cannot be done
    system: str
    prompt: list[Message]  # turn: the conversation so far and the request, with what was asked back; episode: the first request
    user_turns: list[str]  # episode: all that the user says, in order; turn: the last of it
    tools: Json
    start_state: Json  # {env_id: state}
    gold_calls: list[GoldCall]
    gold_state: Json
    required_answers: list[str]
    user_brief: UserBrief
    gate_rewards: GateRewards | None = None
    split: Split
    author: str


class Reward(Record):
    """The parts of a score, 0 to 1 each; penalties are subtracted, and ``goal`` is negative when more was spoiled than reached."""

    total: float
    calls: float
    goal: float
    penalty_extra: float
    penalty_unparsable: float
    strict: float  # the paper's all-or-nothing variant


class Rollout(ReplayRow):
    """An agent's attempt at a task."""

    table: ClassVar[str] = "rollouts"
    key: ClassVar[tuple[str, ...]] = ("rollout_id",)
    references: ClassVar[dict[str, str]] = {"task_id": "training_ready_rl.task_id"}

    rollout_id: str
    task_id: str
    agent: str
    calls: Json
    messages: list[Message]
    final_state_diff: Json
    reward: Reward
    failure: str | None
