"""Promotion of proven conversations to supervised training data."""

from collections.abc import Sequence

from envfactory_assets.dialogue import prove
from envfactory_assets.records import (
    CalibratedTrajectory,
    Produced,
    PromotedEnvironment,
    Rejection,
    Scenario,
    SftConversation,
    TrajectoryStep,
)
from envfactory_assets.training.leaks import leak
from envfactory_assets.training.messages import conversation_messages, offered_tools, said_by_user
from envfactory_assets.training.replay import Replayed, Stage, UnreplayableError, difference, replay, replay_columns, stage_of
from envfactory_assets.training.reward import reward_version

FEWEST_TURNS, MOST_TURNS = 2, 8


def write_conversation(
    calibrated: CalibratedTrajectory,
    steps: Sequence[TrajectoryStep],
    environments: Sequence[PromotedEnvironment],
    scenarios: Sequence[Scenario],
) -> Produced:
    """Write one conversation, or say which gate it does not pass. Conversations meant for RL are left to ``write_tasks``.

    The gates, in order: ``turn_count``, and those of ``promotable``.
    """
    if calibrated.purpose != "sft":
        return Produced()
    if not FEWEST_TURNS <= len(calibrated.turns) <= MOST_TURNS:
        reason = f"turn_count: {len(calibrated.turns)} turns, not {FEWEST_TURNS} to {MOST_TURNS}"
        return Produced((_rejection(calibrated, reason),))
    promoted = promotable(calibrated, steps, environments, scenarios)
    if isinstance(promoted, str):
        return Produced((_rejection(calibrated, promoted),))
    stage, replayed = promoted
    messages = conversation_messages(calibrated, replayed, stage)
    row = SftConversation(
        **replay_columns(calibrated, reward_version()),
        trajectory_id=calibrated.trajectory_id,
        kind=calibrated.kind,
        system=messages[0].content or "",
        messages=messages,
        tools=offered_tools(calibrated, stage),
        turn_count=len(calibrated.turns),
        step_count=len(replayed),
        split=calibrated.split,
        author=calibrated.author,
    )
    return Produced((row,))


def promotable(
    calibrated: CalibratedTrajectory,
    steps: Sequence[TrajectoryStep],
    environments: Sequence[PromotedEnvironment],
    scenarios: Sequence[Scenario],
) -> tuple[Stage, list[Replayed]] | str:
    """The replayed conversation, or the gate it does not pass and why.

    The gates: ``solvable`` (the proof, made anew, holds), ``steps`` (each belongs to a turn), ``replay`` (a fresh episode gives the same
    results and states), ``leak`` (no tool name or internal id in a request; what was left unrefined on purpose spells ids out).
    """
    own = [step for step in steps if step.trajectory_id == calibrated.trajectory_id and step.step < calibrated.step_count]
    if not calibrated.solvable:
        return "solvable: the conversation has no solvability proof"
    if not own or {step.turn for step in own} - {turn.index for turn in calibrated.turns}:
        return "steps: the conversation has no calls, or calls outside its turns"
    try:
        stage = stage_of(calibrated, environments, scenarios)
    except UnreplayableError as error:
        return f"replay: {error}"
    replayed = replay(stage, own)
    found = difference(replayed)
    if found:
        return f"replay: {found}"
    unproved = _unproved(calibrated, own, environments, scenarios)
    if unproved:
        return f"solvable: {unproved}"
    refined = calibrated.purpose == "sft" or any(turn.operators for turn in calibrated.turns)
    said = leak([text for turn in calibrated.turns for text in said_by_user(turn)], stage, replayed) if refined else None
    return f"leak: {said}" if said else (stage, replayed)


def _unproved(
    calibrated: CalibratedTrajectory,
    steps: list[TrajectoryStep],
    environments: Sequence[PromotedEnvironment],
    scenarios: Sequence[Scenario],
) -> str | None:
    """The first thing that the solvability checker finds wanting."""
    cited = set(zip(calibrated.env_ids, calibrated.env_code_sha256s, strict=True))
    proofs = prove(calibrated, steps, [row for row in environments if (row.env_id, row.code_sha256) in cited], list(scenarios))
    return next((str(failure) for proof in proofs for failure in proof["failures"]), None)


def _rejection(calibrated: CalibratedTrajectory, reason: str) -> Rejection:
    return Rejection(domain=calibrated.domain, stage=SftConversation.table, subject=calibrated.trajectory_id, reason=reason)
