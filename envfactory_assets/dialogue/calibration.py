"""Executed conversations get natural requests, and a proof that each can still be solved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from envfactory_assets.dialogue.brief import clarified_brief
from envfactory_assets.dialogue.fluency import cost, faults, repeats, wanted_words
from envfactory_assets.dialogue.forms import MARKS, Form
from envfactory_assets.dialogue.kinds.clarifying import Held, hold_reference, hold_value, hold_wish
from envfactory_assets.dialogue.known import things_shown
from envfactory_assets.dialogue.literal import by_turn, literal_in_text, literal_in_turn, literal_share
from envfactory_assets.dialogue.observing import Observer
from envfactory_assets.dialogue.persona import Persona, side_of
from envfactory_assets.dialogue.phrases import Phrase
from envfactory_assets.dialogue.proof import prove
from envfactory_assets.dialogue.refinement import RefinementError, Refiner
from envfactory_assets.dialogue.requests import Realiser
from envfactory_assets.dialogue.sayable import unsayable
from envfactory_assets.dialogue.screening import internal_ids, leaks
from envfactory_assets.dialogue.sense import senseless
from envfactory_assets.dialogue.services import Services, states_of
from envfactory_assets.dialogue.shortening import beginning
from envfactory_assets.dialogue.thread import thread_at
from envfactory_assets.dialogue.wording import moment
from envfactory_assets.dialogue.writing import RequestWriter, TurnContext, located
from envfactory_assets.environments import Episode
from envfactory_assets.records import (
    CalibratedTrajectory,
    CalibratedTurn,
    Kind,
    Produced,
    PromotedEnvironment,
    RawTrajectory,
    RawTurn,
    Rejection,
    Scenario,
    Span,
    TrajectoryStep,
    UserBrief,
    derived_seed,
)

VERSIONS = 6
MOST_ATTEMPTS = 4
FEWEST_TURNS = 2
MOST_OTHERS = 4  # records that are tried in place of the one meant
MOST_DRAFTS = 2  # attempts after which a turn counts as one that cannot be put into words
MOST_HELD = 2  # attempts in which something is held back until the assistant asks
_CLARIFIED = ("missing_information", "ambiguous")
_OPERATORS = {"missing_information": "omission", "ambiguous": "ambiguity"}


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

    When a later turn cannot be written, the conversation ends before it.

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
    world = _World(services, states, environments, scenarios)
    found = _calibrated(trajectory, steps, world, writer, refine=refine)
    if isinstance(found, _Failure) and found.turn >= FEWEST_TURNS:
        shorter, own = beginning(trajectory, steps, found.turn, services)
        again = _calibrated(shorter, own, world, writer, refine=refine) if own else found
        found = found if isinstance(again, _Failure) else again
    return _rejected(trajectory, found.reason, found.evidence) if isinstance(found, _Failure) else Produced((found,))


def unwritable_turn(trajectory: RawTrajectory, steps: list[TrajectoryStep], services: Services, states: dict[str, Any]) -> int | None:
    """The first turn that could not be put into words, in the attempt that came farthest; None when all could. Nothing is proved.

    Any wording will do, so the first that reads well is taken for each turn. Tried with refinement even where the requests will be
    written without it (see ``calibrate``), so that the executed conversations are the same in both cases and only their words differ.
    """
    farthest = 0
    for attempt in range(MOST_DRAFTS):
        calibrator = _Calibrator(services, states, trajectory, steps, derived_seed(trajectory.seed, "calibrate", str(attempt)))
        try:
            calibrator.turns(refine=True, hold=True, choose=False)
        except RefinementError:
            farthest = max(farthest, calibrator.written)
        else:
            return None
    return farthest


@dataclass(frozen=True, slots=True)
class _World:
    """Where a conversation takes place."""

    services: Services
    states: dict[str, Any]
    environments: list[PromotedEnvironment]
    scenarios: list[Scenario]


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why a conversation could not be written, and the first turn for which that was so, in the attempt that came farthest."""

    reason: str
    evidence: Any
    turn: int


def _calibrated(
    trajectory: RawTrajectory, steps: list[TrajectoryStep], world: _World, writer: RequestWriter | None, *, refine: bool
) -> CalibratedTrajectory | _Failure:
    """A conversation whose proof holds, from one of several attempts."""
    problem, evidence, farthest = "", None, 0
    for attempt in range(MOST_ATTEMPTS):
        last = attempt == MOST_ATTEMPTS - 1
        seed = derived_seed(trajectory.seed, "calibrate", str(attempt))
        calibrator = _Calibrator(world.services, world.states, trajectory, steps, seed)
        try:
            turns = calibrator.turns(refine=refine and not last, hold=attempt < MOST_HELD)
        except RefinementError as error:
            problem, farthest = problem or str(error), max(farthest, calibrator.written)
            continue
        proofs = prove(_draft(trajectory, turns), steps, world.environments, world.scenarios)
        failures = [(proof["failures"][0], turn.index) for turn, proof in zip(turns, proofs, strict=True) if proof["failures"]]
        if not failures:
            turns = [turn.model_copy(update={"proof": proof}) for turn, proof in zip(turns, proofs, strict=True)]
            turns, author = _rewritten(writer, turns, calibrator, steps, world.environments, world.scenarios, trajectory)
            return _row(trajectory, steps, turns, author, calibrator)
        problem, farthest = problem or failures[0][0], max(farthest, failures[0][1])
        evidence = evidence or [{"request": turn.request, "failures": proof["failures"]} for turn, proof in zip(turns, proofs, strict=True)]
    return _Failure(problem, evidence, farthest)


def _rejected(trajectory: RawTrajectory, reason: str, evidence: Any) -> Produced:
    stage, subject = "calibrated_trajectories", trajectory.trajectory_id
    return Produced((Rejection(domain=trajectory.domain, stage=stage, subject=subject, reason=reason, evidence=evidence),))


@dataclass(frozen=True, slots=True)
class _Draft:
    """A conversation whose requests are not proved yet."""

    turns: list[CalibratedTurn]
    env_ids: list[str]
    scenario_ids: list[str]
    withheld_tools: list[str]


def _draft(trajectory: RawTrajectory, turns: list[CalibratedTurn]) -> _Draft:
    return _Draft(turns, trajectory.env_ids, trajectory.scenario_ids, trajectory.withheld_tools)


class _Calibrator:
    """Writes all turns of one conversation once.

    Attributes:
        persona: who asks.
        kind: what kind of conversation it came to be.
        written: how many turns have been written.
    """

    def __init__(
        self, services: Services, states: dict[str, Any], trajectory: RawTrajectory, steps: list[TrajectoryStep], seed: int
    ) -> None:
        self._services = services
        self._states = states
        self._trajectory = trajectory
        unmade = [TrajectoryStep.model_validate(step) for turn in trajectory.turns for step in turn.form.get("unmade", ())]
        self._unmade = {step.call_id for step in unmade}
        self._steps = {step.call_id: step for step in [*steps, *unmade]}
        self._seed = seed
        self.kind: Kind = trajectory.kind
        self.written = 0
        self._forms: list[Form] = []
        self._texts: list[str] = []
        self.persona = Persona.drawn(trajectory.domain, side_of(services), trajectory.seed)

    def turns(self, *, refine: bool, hold: bool, choose: bool = True) -> list[CalibratedTurn]:
        """All turns, without proofs.

        Args:
            refine: whether operators that leave things unsaid are used.
            hold: whether something may be held back until the assistant asks, where the conversation is of such a kind.
            choose: whether the best of several wordings is looked for; without it the first that reads well is taken.
        """
        waiting = hold and self.kind in _CLARIFIED
        episode = self._services.episode(self._states)
        ids = set(internal_ids(self._services, episode.view()))
        turns = []
        for raw in self._trajectory.turns:
            now = moment(str(next(iter(self._states.values()))["now"]))
            rng = Random(derived_seed(self._seed, str(raw.index)))  # noqa: S311
            observer = Observer(self._services, episode)
            refiner = Refiner(self._services, self._steps, self._forms, observer, raw.index, rng, refine=refine, now=now)
            wishes = [[self._steps[call_id] for call_id in intent["call_ids"]] for intent in raw.form["intents"]]
            form = refiner.run(wishes, [{name: intent[name] for name in MARKS if name in intent} for intent in raw.form["intents"]])
            unmade = [step for wish in wishes for step in wish if step.call_id in self._unmade]
            form["unmade"] = [{"call_id": step.call_id, "env_id": step.env_id, "tool": step.tool} for step in unmade]
            if reason := senseless(form, self._forms, self._steps, self._services):
                raise RefinementError(f"Turn {raw.index}: {reason}.")
            if now is None:
                raise RefinementError("The scenario's clock cannot be read.")
            if reason := unsayable(form, self._services):
                raise RefinementError(f"Turn {raw.index}: {reason}.")
            held = self._held(raw, form, observer, episode, now, rng) if waiting or raw.exchanges else None
            if held is not None and (raw.exchanges or leaks(f"{held.question} {held.answer.text}", self._services, frozenset(ids)) is None):
                waiting = False
                if not raw.exchanges:
                    refiner.operators.append(_OPERATORS[self.kind])
            else:
                held = None
            phrase = self._best(held.form if held else form, raw.index, now, rng, frozenset(ids), choose=choose)
            turns.append(_turn(raw, phrase, form, refiner.operators, held))
            self.written += 1
            self._forms.append(form)
            self._texts.append(phrase.text)
            writes = [step for wish in wishes for step in wish if step.state_diff]
            for step in [step for wish in wishes for step in wish if step.call_id not in self._unmade]:
                episode.call(self._services.agent_name(step.env_id, step.tool), step.arguments)
            if writes:
                ids |= internal_ids(self._services, episode.view())
        if self.kind in _CLARIFIED and (waiting or not hold):
            self.kind = "plain"
        return turns

    def brief(self, turns: list[CalibratedTurn]) -> UserBrief:
        """What a simulated user may know, now that it is decided what is said when."""
        return clarified_brief(self._trajectory.user_brief, turns, self._steps, self._services)

    def _held(self, raw: RawTurn, form: Form, observer: Observer, episode: Episode, now: datetime, rng: Random) -> Held | None:
        """What the turn says only when the assistant asks, if there is anything of the kind wanted."""

        def realise(form: Form) -> Realiser:
            return self._realiser(form, raw.index, now, rng)

        if raw.exchanges:
            held = hold_wish(form, raw.exchanges[0], realise)
            if held is None:
                raise RefinementError("The second wish of a turn cannot be put into words.")
            return held
        if form["unmade"]:
            return None
        if self.kind == "ambiguous":
            if not raw.index and not any(self._steps[call_id].state_diff for call_id in raw.call_ids):
                return None  # nobody opens with a question about "the company"
            could_be = self._granting(form, episode)
            return hold_reference(form, raw.call_ids, self._steps, observer, self._services, realise, rng, could_be)
        return hold_value(form, self._steps, self._services, realise, rng)

    def _granting(self, form: Form, episode: Episode) -> Callable[[dict[str, Any], list[dict[str, Any]]], bool]:
        """Whether the service would do for one of some other records what a turn wants done to one."""

        def could_be(referent: dict[str, Any], others: list[dict[str, Any]]) -> bool:
            entry = next(entry for entry in form["arguments"] if entry.get("referent") == referent["id"])
            step = self._steps[entry["call_id"]]
            if any(r["key"] == referent["key"] and r["entity"] == referent["entity"] for form in self._forms for r in form["referents"]):
                return False  # it was spoken of: nobody has to ask which
            told = [things_shown(self._steps[i["call_ids"][-1]], self._services) for form in self._forms for i in form["intents"]]
            if any(things and things[0][:2] == (referent["env_id"], referent["entity"]) for things in told):
                return False  # the only one that was told of is the one, and of several nobody says just "the booking"
            before = episode.view()
            for other in others[:MOST_OTHERS]:
                if other.get(entry["leaf"]) is not None and not isinstance(step.arguments[entry["parameter"]], list):
                    arguments = step.arguments | {entry["parameter"]: other[entry["leaf"]]}
                    granted = episode.call(self._services.agent_name(step.env_id, step.tool), arguments).ok
                    episode.reset(before)
                    if granted:
                        return True
            return False

        return could_be

    def _realiser(self, form: Form, turn: int, now: datetime, rng: Random, length: float = 0.0) -> Realiser:
        return Realiser(
            self._services,
            self._steps,
            form,
            thread=thread_at(self._trajectory, turn, self._steps, self._services),
            now=now,
            persona=self.persona,
            wanted_words=length,
            split=self._trajectory.split,
            rng=Random(rng.random()),  # noqa: S311
        )

    def _best(self, form: Form, turn: int, now: datetime, rng: Random, ids: frozenset[str], *, choose: bool) -> Phrase:
        """The best of several versions that say everything, leak nothing and read well; the first such one when there is no choosing."""
        wanted = {predicate["id"] for predicate in form["predicates"]}
        ranked: list[tuple[float, int, Phrase]] = []
        length = wanted_words(self.persona, rng)
        problem, wrong = "a predicate cannot be put into words", list[str]()
        for version in range(VERSIONS):
            phrase = self._realiser(form, turn, now, rng, length).request()
            leak = leaks(phrase.text, self._services, ids)
            if leak is not None:
                problem = f"the request would contain {leak!r}"
            elif wanted <= phrase.said() and not choose:
                if not (found := self._wrong(phrase)):
                    return phrase
                wrong += found
            elif wanted <= phrase.said():
                ranked.append((cost(phrase, length, self._texts), version, phrase))
        for _, _, phrase in sorted(ranked, key=lambda item: item[:2]):
            if not (found := self._wrong(phrase)):
                return phrase
            wrong += found
        raise RefinementError(f"Turn {turn}: {f'no wording reads well ({wrong[0]})' if wrong else problem}.")

    def _wrong(self, phrase: Phrase) -> list[str]:
        """Why a version will not do."""
        return faults(phrase.text) or (["the words of an earlier turn again"] if repeats(phrase.text, self._texts) else [])


def _turn(raw: RawTurn, phrase: Phrase, form: Form, operators: list[str], held: Held | None) -> CalibratedTurn:
    """A turn without its proof; what was held back stands in the answer."""
    known = {predicate["id"] for predicate in form["predicates"]}
    spans = [span for span in phrase.spans() if span.predicate in known]
    if held is not None:
        spans += [span.model_copy(update={"exchange": 0}) for span in held.answer.spans()]
    exchanges = [held.exchange()] if held is not None else []
    return CalibratedTurn(
        index=raw.index,
        request=phrase.text,
        operators=operators,
        form=form,
        spans=spans,
        proof=None,
        reply=raw.reply,
        exchanges=exchanges,
    )


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
        own = tuple(span for span in turn.spans if span.exchange is None)
        answer = writer.rewrite(TurnContext(turn.request, own, turn.form, earlier, calibrator.persona.register))
        spans = located(answer, {span.predicate for span in own}) if answer else None
        if answer is None or spans is None or leaks(answer.text, services, ids):
            continue
        spans += [span for span in turn.spans if span.exchange is not None]
        changed = [*turns[:place], _reworded(turn, answer.text, spans, writer.author), *turns[place + 1 :]]
        proofs = prove(_draft(trajectory, changed), steps, environments, scenarios)
        if not any(proof["failures"] for proof in proofs):
            turns = [turn.model_copy(update={"proof": proof}) for turn, proof in zip(changed, proofs, strict=True)]
            author = writer.author
    return turns, author


def _reworded(turn: CalibratedTurn, request: str, spans: list[Span], author: str) -> CalibratedTurn:
    return turn.model_copy(update={"request": request, "spans": spans, "author": author})


def _row(
    trajectory: RawTrajectory, steps: list[TrajectoryStep], turns: list[CalibratedTurn], author: str, calibrator: _Calibrator
) -> CalibratedTrajectory:
    shared = trajectory.model_dump(exclude={"turns", "author", "chain_id", "kind", "user_brief", "input_key"})
    made = by_turn(steps)
    return CalibratedTrajectory(
        **shared,
        kind=calibrator.kind,
        user_brief=calibrator.brief(turns),
        author=author,
        turns=turns,
        literal_share_raw=literal_share([literal_in_text(turn, made.get(turn.index, [])) for turn in trajectory.turns]),
        literal_share_calibrated=literal_share([literal_in_turn(turn, made.get(turn.index, [])) for turn in turns]),
        solvable=all(turn.proof["holds"] for turn in turns),
    )
