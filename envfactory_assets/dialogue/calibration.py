"""Executed conversations get natural requests, and a proof that each can still be solved."""

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue.fluency import cost, faults, wanted_words
from envfactory_assets.dialogue.forms import Form, leaves
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.persona import Persona, side_of
from envfactory_assets.dialogue.phrases import Phrase
from envfactory_assets.dialogue.proof import prove
from envfactory_assets.dialogue.refinement import RefinementError, Refiner
from envfactory_assets.dialogue.requests import Realiser
from envfactory_assets.dialogue.screening import internal_ids, leaks, unsayable
from envfactory_assets.dialogue.services import Services, states_of
from envfactory_assets.dialogue.thread import thread_at
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.dialogue.writing import RequestWriter, TurnContext, located
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    Produced,
    PromotedEnvironment,
    RawTrajectory,
    Rejection,
    Scenario,
    Span,
    TrajectoryStep,
    derived_seed,
)

VERSIONS = 6
MOST_ATTEMPTS = 4


def calibrate(
    trajectory: RawTrajectory,
    steps: list[TrajectoryStep],
    environments: list[PromotedEnvironment],
    scenarios: list[Scenario],
    *,
    writer: RequestWriter | None = None,
    refine: bool = True,
) -> Produced:
    """Write a conversation's requests as a person would, partly implicit, and prove that they can be solved.

    Args:
        trajectory: the executed conversation with explicit requests.
        steps: its calls.
        environments: promoted environments, among them the conversation's.
        scenarios: scenarios, among them the conversation's.
        writer: may reword what rules wrote; its text counts only when the proof holds for it too.
        refine: whether operators that leave things unsaid are used; without them only ids are replaced by descriptions.

    Returns:
        A CalibratedTrajectory, or one Rejection with the reason.
    """
    try:
        services = Services(environments, trajectory.env_ids)
        states = states_of(trajectory.scenario_ids, scenarios)
    except KeyError as error:
        return _rejected(trajectory, str(error.args[0]), None)
    problem, evidence = "", None
    for attempt in range(MOST_ATTEMPTS):
        last = attempt == MOST_ATTEMPTS - 1
        calibrator = _Calibrator(services, states, trajectory, steps, derived_seed(trajectory.seed, "calibrate", str(attempt)))
        try:
            turns = calibrator.turns(refine=refine and not last)
        except RefinementError as error:
            problem = problem or str(error)
            continue
        proofs = prove(_draft(trajectory, turns), steps, environments, scenarios)
        failures = [failure for proof in proofs for failure in proof["failures"]]
        if not failures:
            turns = [turn.model_copy(update={"proof": proof}) for turn, proof in zip(turns, proofs, strict=True)]
            return Produced((_row(trajectory, steps, *_rewritten(writer, turns, calibrator, steps, environments, scenarios, trajectory)),))
        problem = problem or failures[0]
        evidence = evidence or [{"request": turn.request, "failures": proof["failures"]} for turn, proof in zip(turns, proofs, strict=True)]
    return _rejected(trajectory, problem, evidence)


def _rejected(trajectory: RawTrajectory, reason: str, evidence: Any) -> Produced:
    stage, subject = "calibrated_trajectories", trajectory.trajectory_id
    return Produced((Rejection(domain=trajectory.domain, stage=stage, subject=subject, reason=reason, evidence=evidence),))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A conversation whose requests are not proved yet."""

    turns: list[CalibratedTurn]
    env_ids: list[str]
    scenario_ids: list[str]


def _draft(trajectory: RawTrajectory, turns: list[CalibratedTurn]) -> _Draft:
    return _Draft(turns, trajectory.env_ids, trajectory.scenario_ids)


class _Calibrator:
    """Writes all turns of one conversation once."""

    def __init__(
        self, services: Services, states: dict[str, Any], trajectory: RawTrajectory, steps: list[TrajectoryStep], seed: int
    ) -> None:
        self._services = services
        self._states = states
        self._trajectory = trajectory
        self._steps = {step.call_id: step for step in steps}
        self._seed = seed
        self._forms: list[Form] = []
        self._texts: list[str] = []
        self.persona = Persona.drawn(trajectory.domain, side_of(services), trajectory.seed)

    def turns(self, *, refine: bool) -> list[CalibratedTurn]:
        """All turns, without proofs."""
        episode = self._services.episode(self._states)
        ids = set(internal_ids(self._services, episode.snapshot()))
        turns = []
        for raw in self._trajectory.turns:
            now = moment(str(next(iter(self._states.values()))["now"]))
            rng = Random(derived_seed(self._seed, str(raw.index)))  # noqa: S311
            observer = Observer(self._services, episode)
            refiner = Refiner(self._services, self._steps, self._forms, observer, raw.index, rng, refine=refine)
            wishes = [[self._steps[call_id] for call_id in intent["call_ids"]] for intent in raw.form["intents"]]
            form = refiner.run(wishes, [intent.get("asked") for intent in raw.form["intents"]])
            if now is None:
                raise RefinementError("The scenario's clock cannot be read.")
            phrase = self._best(form, raw.index, now, rng, frozenset(ids))
            turns.append(
                CalibratedTurn(
                    index=raw.index,
                    request=phrase.text,
                    operators=refiner.operators,
                    form=form,
                    spans=phrase.spans(),
                    proof=None,
                    reply=raw.reply,
                )
            )
            self._forms.append(form)
            self._texts.append(phrase.text)
            writes = [step for wish in wishes for step in wish if step.state_diff]
            for step in [step for wish in wishes for step in wish]:
                episode.call(self._services.agent_name(step.env_id, step.tool), step.arguments)
            if writes:
                ids |= internal_ids(self._services, episode.snapshot())
        return turns

    def _best(self, form: Form, turn: int, now: datetime, rng: Random, ids: frozenset[str]) -> Phrase:
        """The best of several versions that say everything and leak nothing."""
        if reason := unsayable(form, self._services):
            raise RefinementError(f"Turn {turn}: {reason}.")
        wanted = {predicate["id"] for predicate in form["predicates"]}
        ranked: list[tuple[float, int, Phrase]] = []
        length = wanted_words(self.persona, rng)
        thread = thread_at(self._trajectory, turn, self._steps, self._services)
        problem = "a predicate cannot be put into words"
        for version in range(VERSIONS):
            realiser = Realiser(
                self._services,
                self._steps,
                form,
                thread=thread,
                now=now,
                persona=self.persona,
                wanted_words=length,
                split=self._trajectory.split,
                rng=Random(rng.random()),  # noqa: S311
            )
            phrase = realiser.request()
            leak = leaks(phrase.text, self._services, ids)
            if leak is not None:
                problem = f"the request would contain {leak!r}"
            elif wanted <= phrase.said():
                ranked.append((cost(phrase, length, self._texts), version, phrase))
        if not ranked:
            raise RefinementError(f"Turn {turn}: {problem}.")
        best = min(ranked, key=lambda item: item[:2])[2]
        if wrong := faults(best.text):
            raise RefinementError(f"Turn {turn}: no wording reads well ({wrong[0]}).")
        return best


def _rewritten(
    writer: RequestWriter | None,
    turns: list[CalibratedTurn],
    calibrator: _Calibrator,
    steps: list[TrajectoryStep],
    environments: list[PromotedEnvironment],
    scenarios: list[Scenario],
    trajectory: RawTrajectory,
) -> tuple[list[CalibratedTurn], str]:
    """The turns as a writer words them, where the proof still holds; and who wrote them."""
    if writer is None:
        return turns, "rules"
    author = "rules"
    services = Services(environments, trajectory.env_ids)
    ids = internal_ids(services, states_of(trajectory.scenario_ids, scenarios))
    for place, turn in enumerate(turns):
        earlier = tuple(other.request for other in turns[:place])
        answer = writer.rewrite(TurnContext(turn.request, tuple(turn.spans), turn.form, earlier, calibrator.persona.register))
        spans = located(answer, {predicate["id"] for predicate in turn.form["predicates"]}) if answer else None
        if answer is None or spans is None or leaks(answer.text, services, ids):
            continue
        changed = [*turns[:place], _reworded(turn, answer.text, spans, writer.author), *turns[place + 1 :]]
        proofs = prove(_draft(trajectory, changed), steps, environments, scenarios)
        if not any(proof["failures"] for proof in proofs):
            turns = [turn.model_copy(update={"proof": proof}) for turn, proof in zip(changed, proofs, strict=True)]
            author = writer.author
    return turns, author


def _reworded(turn: CalibratedTurn, request: str, spans: list[Span], author: str) -> CalibratedTurn:
    return turn.model_copy(update={"request": request, "spans": spans, "author": author})


def _row(trajectory: RawTrajectory, steps: list[TrajectoryStep], turns: list[CalibratedTurn], author: str) -> CalibratedTrajectory:
    shared = trajectory.model_dump(exclude={"turns", "author", "chain_id", "user_brief", "input_key"})
    return CalibratedTrajectory(
        **shared,
        user_brief=trajectory.user_brief,
        author=author,
        turns=turns,
        literal_share_raw=literal_share_raw(trajectory, steps),
        literal_share_calibrated=literal_share_calibrated(turns, steps),
        solvable=all(turn.proof["holds"] for turn in turns),
    )


def literal_share_raw(trajectory: RawTrajectory, steps: list[TrajectoryStep]) -> float:
    """The share of gold argument values that stand literally in the explicit requests."""
    found = []
    for step in steps:
        text = trajectory.turns[step.turn].request
        for value in step.arguments.values():
            found += [
                (str(leaf).lower() if isinstance(leaf, bool) else str(leaf)) in text
                for _, leaf in leaves(value)
                if not isinstance(leaf, list)
            ]
    return sum(found) / len(found) if found else 1.0


def literal_share_calibrated(turns: list[CalibratedTurn], steps: list[TrajectoryStep]) -> float:
    """The share of gold arguments whose value a natural request says outright (in any wording that normalises to it)."""
    told = {
        (entry["call_id"], entry["parameter"])
        for turn in turns
        for entry in turn.form["arguments"]
        if entry["origin"] == "said" and entry["predicates"]
    }
    pairs = [(step.call_id, name) for step in steps for name in step.arguments]
    return sum(pair in told for pair in pairs) / len(pairs) if pairs else 0.0
