"""Chains become executed conversations with explicit requests."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from random import Random
from typing import Any

from envfactory_assets.dialogue.binding import Binder, BindingError
from envfactory_assets.dialogue.brief import user_brief
from envfactory_assets.dialogue.calibration import unwritable_turn
from envfactory_assets.dialogue.calls import Arguments, Binding, MadeCall
from envfactory_assets.dialogue.explicit import explicit_request
from envfactory_assets.dialogue.forms import raw_form
from envfactory_assets.dialogue.kinds import Draft, kinds_to_try, made_as
from envfactory_assets.dialogue.kinds.draft import DraftTurn, Wish
from envfactory_assets.dialogue.planning import PlanError, calls_of, plan_turns
from envfactory_assets.dialogue.services import Services
from envfactory_assets.dialogue.unasked import unasked
from envfactory_assets.dialogue.version import generator_version
from envfactory_assets.records import (
    Chain,
    Exchange,
    Kind,
    Produced,
    PromotedEnvironment,
    RawTrajectory,
    RawTurn,
    Rejection,
    Scenario,
    TrajectoryStep,
    content_hash,
    derived_seed,
)
from envfactory_assets.records.profiles import DEFAULT, TurnShape, named

MOST_ATTEMPTS = 6  # or half as many as the chain has steps
MOST_UNSAID = 2  # times; then a wish that cannot be put into words is left out, of several in one turn one after the other
ENOUGH = 0.7  # of the calls of what was bound, when the wishes are left out that could not be said
MOST_WHOLE = 4  # attempts at the whole chain; after them the steps that failed are left out


def execute_chain(
    chain: Chain,
    environments: list[PromotedEnvironment],
    scenarios: list[Scenario],
    *,
    seed: int,
    rl_share: float,
    reward_version: str,
    kinds: Mapping[str, float] | None = None,
    profile: str = DEFAULT,
) -> Produced:
    """Bind a chain to scenarios, execute it and cut it into turns with explicit requests.

    What is bound is tried in natural words too: where a turn cannot be put into them, the chain is bound anew, and does without the wish
    when that happens again. A chain of several services is bound anew also where no value leads from one into another. When none of that
    comes about, the binding is kept of which the most could be said, without the turns that could not where nothing rests on them; of
    several services two at least must be left.

    Args:
        chain: an accepted chain.
        environments: promoted environments, among them the chain's.
        scenarios: their scenarios; those of the conversation's purpose are used.
        seed: the run's seed.
        rl_share: share of conversations that become RL tasks (0 to 1).
        reward_version: copied to the rows, so that they can be replayed.
        kinds: the shares of the kinds of conversation (see ``KindShares``); all are plain when None.
        profile: how wishes are spread over turns, a name of ``profiles.yaml``.

    Returns:
        A RawTrajectory with its TrajectorySteps, or one Rejection with the reason.
    """
    problem, evidence = "", None
    spare: _Conversation | None = None
    whole: _Conversation | None = None
    unsaid = 0
    try:
        shape = named(profile).turns
        attempts = BindingAttempts(chain, environments, scenarios, seed=seed, rl_share=rl_share, shape=shape)
        tried = kinds_to_try(chain, seed, kinds or {})
        for attempt in range(max(MOST_ATTEMPTS, len(chain.steps) // 2)):
            bound = attempts.bind(attempt)
            if bound is None:
                continue
            conversation = _Conversation(chain, attempts.services, bound, tried, reward_version)
            if conversation.unsaid is not None:
                attempts.not_said(conversation.unsaid_steps())
                unsaid += 1
                if unsaid == MOST_UNSAID:
                    conversation.leave_out_unsaid(shape)
            if conversation.is_whole():
                whole = conversation if whole is None or len(conversation) > len(whole) else whole
                if len(conversation) >= ENOUGH * len(bound.binding.calls):
                    return whole.rows
            spare = conversation if spare is None or conversation.said > spare.said else spare
        problem, evidence = attempts.problem, attempts.evidence
    except (PlanError, KeyError) as error:
        problem = str(error.args[0])
    if whole is not None:
        return whole.rows
    if spare is not None:
        spare.leave_out_unsaid(shape)
        if len(chain.env_ids) == 1 or len({step.env_id for step in spare.rows.of(TrajectoryStep)}) > 1:
            return spare.rows
        problem = "of what its services do together only the part of one can be said"
    return Produced((Rejection(domain=chain.domain, stage="raw_trajectories", subject=chain.chain_id, reason=problem, evidence=evidence),))


@dataclass(frozen=True, slots=True)
class Bound:
    """A chain with values for all it is given, executed."""

    unit: int  # the seed of the attempt
    purpose: str
    scenarios: list[Scenario]
    binding: Binding

    @property
    def states(self) -> dict[str, Any]:
        """Where its environments began."""
        return {scenario.env_id: scenario.state for scenario in self.scenarios}


class BindingAttempts:
    """Bindings of one chain, each in scenarios of one purpose: first those in which it has run before.

    Attributes:
        services: the chain's environments.
        problem: why the first attempt that failed did; empty when none has.
        evidence: the calls made until then.

    Raises:
        KeyError: an environment of the chain is not there.
    """

    def __init__(
        self,
        chain: Chain,
        environments: list[PromotedEnvironment],
        scenarios: list[Scenario],
        *,
        seed: int,
        rl_share: float,
        shape: TurnShape,
    ) -> None:
        self.services = Services(environments, chain.env_ids)
        self.problem = ""
        self.evidence: Any = None
        self._chain, self._scenarios, self._seed, self._shape = chain, scenarios, seed, shape
        self._failed: Counter[int] = Counter()
        self._unsaid: Counter[int] = Counter()
        self._silent: set[int] = set()
        self._ties = {call.index for call in calls_of(chain, self.services) if call.from_elsewhere}  # never left out as not said
        self._purpose = "rl" if _draw(chain, seed) < rl_share else "sft"
        known = _rehearsed(chain, self.services, scenarios)
        if known and 0.0 < rl_share < 1.0:  # scenarios are kept for both purposes in that share, and so are the chains made in them
            self._purpose = known[0][0][0].purpose
        self._known = [each for each in known if each[0][0].purpose == self._purpose]

    def bind(self, attempt: int) -> Bound | None:
        """Plan, bind and execute the chain once; None when no values were found or nothing is left to plan.

        Raises:
            PlanError: the chain makes no conversation, with whatever values.
        """
        unit = derived_seed(self._seed, self._chain.chain_id, str(attempt))
        rng = Random(unit)  # noqa: S311 - choices, not secrets
        fresh = attempt >= len(self._known)
        chosen, given = (_scenarios(self.services, self._scenarios, self._purpose, rng), []) if fresh else self._known[attempt]
        states = {s.env_id: s.state for s in chosen}
        silent = unasked(self._chain, self.services, states, given, Random(derived_seed(unit, "unasked")))  # noqa: S311
        try:
            plan = plan_turns(self._chain, self.services, rng, self._shape, self._left_out(attempt) | silent.keys())
        except PlanError as error:
            if self._unsaid or (self._failed and attempt >= MOST_WHOLE):
                return None
            raise PlanError(f"{error} {next(iter(silent.values()), '')}".strip()) from None
        binder = Binder(self.services, self.services.episode(states), plan, rng, given)
        try:
            return Bound(unit, self._purpose, chosen, binder.run())
        except BindingError as error:
            self._failed[error.index] += 1
            self.problem = self.problem or str(error)
            self.evidence = self.evidence or [{"tool": made.tool, "arguments": made.arguments} for made in binder.binding.calls]
            return None

    def _left_out(self, attempt: int) -> frozenset[int]:
        """The steps that an attempt does without: the last do without the worst to bind, then without one more."""
        unbound = self._failed.most_common(max(0, attempt - MOST_WHOLE + 1))
        return frozenset(index for index, _ in unbound) | self._silent

    def not_said(self, steps: set[int]) -> None:
        """Note that a turn for some steps could not be put into words; the next attempts do without the one that was so most often."""
        self._unsaid.update(steps)
        often = {index for index in steps - self._silent - self._ties if self._unsaid[index] >= MOST_UNSAID}
        if often:
            self._silent.add(max(often, key=lambda index: (self._unsaid[index], index)))


class _Conversation:
    """What was bound, turned into a kind of conversation that it has room for.

    Attributes:
        rows: as they are stored.
        unsaid: the first turn that cannot be put into natural words; None when all can.
    """

    def __init__(self, chain: Chain, services: Services, bound: Bound, kinds: Sequence[Kind], reward_version: str) -> None:
        self._chain, self._bound, self._reward_version = chain, bound, reward_version
        started_in = [scenario.scenario_id for scenario in bound.scenarios]
        self._maker = _StepMaker(chain.domain, f"tr_{content_hash([chain.chain_id, started_in, bound.unit])[:12]}")
        rng = Random(derived_seed(bound.unit, "explicit"))  # noqa: S311
        self._draft = Draft(services, bound.states, bound.binding, rng, self._maker.step)
        self._kind = made_as(self._draft, kinds)
        self._write()

    def _write(self) -> None:
        self.rows = _rows(self._chain, self._draft, self._bound, self._reward_version, self._kind, self._maker)
        [trajectory] = self.rows.of(RawTrajectory)
        self.unsaid = unwritable_turn(trajectory, self.rows.of(TrajectoryStep), self._draft.services, self._bound.states)

    @property
    def said(self) -> int:
        """How many turns can be said before one that cannot."""
        return len(self._draft.turns) if self.unsaid is None else self.unsaid

    def __len__(self) -> int:
        """How many calls are made."""
        return len(self._draft.calls())

    def is_whole(self) -> bool:
        """Whether all of it can be said, and it is about one service, or one of several is given what another shows."""
        calls = {call.call_id: call for call in self._draft.calls()}
        used = ((call, calls[origin.call_id]) for call in calls.values() for origin in call.origins if origin.call_id in calls)
        one_errand = len(self._chain.env_ids) == 1 or any(call.env_id != source.env_id for call, source in used)
        return self.unsaid is None and one_errand

    def unsaid_steps(self) -> set[int]:
        """The steps of the chain that the wishes of the turn that cannot be said are for."""
        if self.unsaid is None:
            return set()
        [trajectory] = self.rows.of(RawTrajectory)
        ends = {intent["call_ids"][-1] for intent in trajectory.turns[self.unsaid].form["intents"]}
        return {index for index, call in self._bound.binding.made.items() if call.call_id in ends}

    def leave_out_unsaid(self, shape: TurnShape) -> None:
        """Do without wishes and turns that cannot be said, as far as the others can do without them; then join turns that can be."""
        while self.unsaid is not None and (self._does_without_a_wish(self.unsaid) or self._draft.drop(self.unsaid)):
            self._write()
        place = 0
        while self.unsaid is None and place + 1 < len(self._draft.turns) > shape.apart:
            place += not self._joined(place, shape)

    def _joined(self, place: int, shape: TurnShape) -> bool:
        """Join a turn with the next one, as readily as the shape says, where both together can be said."""
        known = self._draft.turns, self.rows
        wishes = [wish for turn in known[0][place : place + 2] for wish in turn.wishes]
        detailed = sum(any(origin.kind == "said" for origin in wish.calls[-1].origins) for wish in wishes)
        calls = sum(len(wish.calls) for wish in wishes)
        fits = len(wishes) <= shape.most_wishes and detailed <= shape.most_detailed and calls <= shape.most_calls
        if not fits or self._draft.rng.random() >= shape.together or not self._draft.join(place):
            return False
        self._write()
        if self.unsaid is None:
            return True
        (self._draft.turns, self.rows), self.unsaid = known, None
        return False

    def _does_without_a_wish(self, place: int) -> bool:
        """Leave out of a turn the first wish with which it cannot be said any more; where others build on it too much, another one."""
        wishes = self._draft.turns[place].wishes
        first = self._first_unsaid(place)
        others = [wish for wish in reversed(wishes) if wish is not first]
        return any(self._draft.leave_out(place, wish) for wish in (first, *others))

    def _first_unsaid(self, place: int) -> Wish:
        """The wish of a turn with which the conversation, said up to it, cannot be said any more."""
        turns, rows = self._draft.turns, self.rows
        *wishes, last = turns[place].wishes
        found = last
        if turns[place].question is not None:
            return last  # what the assistant asks for is said last
        for count, wish in enumerate(wishes, start=1):
            self._draft.turns = [*turns[:place], replace(turns[place], wishes=wishes[:count])]
            self._write()
            if self.unsaid == place:
                found = wish
                break
        self._draft.turns, self.rows, self.unsaid = turns, rows, place
        return found


def _draw(chain: Chain, seed: int) -> float:
    return int.from_bytes(sha256(f"{chain.chain_id}/{seed}".encode()).digest()[:6], "big") / 2**48


def _rehearsed(chain: Chain, services: Services, scenarios: list[Scenario]) -> list[tuple[list[Scenario], list[Arguments]]]:
    """Scenarios in which the chain ran before it was kept, and the arguments of its steps there."""
    fitting = {s.scenario_id: s for s in scenarios}
    found = []
    for rehearsal in chain.rehearsals or ():
        by_env = {s.env_id: s for name in rehearsal["scenario_ids"] if (s := fitting.get(name)) is not None}
        if by_env.keys() == services.rows.keys():
            found.append(([by_env[env_id] for env_id in services.rows], rehearsal["arguments"]))
    return found


def _scenarios(services: Services, scenarios: list[Scenario], purpose: str, rng: Random) -> list[Scenario]:
    chosen = []
    for env_id, row in services.rows.items():
        fitting = [s for s in scenarios if (s.env_id, s.code_sha256, s.purpose) == (env_id, row.code_sha256, purpose)]
        if not fitting:
            raise PlanError(f"Environment {env_id} has no scenario kept for {purpose}.")
        chosen.append(rng.choice(sorted(fitting, key=lambda s: s.scenario_id)))
    return chosen


def _rows(chain: Chain, draft: Draft, bound: Bound, reward_version: str, kind: Kind, maker: "_StepMaker") -> Produced:
    services = draft.services
    turns: list[RawTurn] = []
    steps: list[TrajectoryStep] = []
    known: dict[str, TrajectoryStep] = {}
    for index, turn in enumerate(draft.turns):
        own = {call.call_id: maker.step(index, call, len(steps) + place) for place, call in enumerate(turn.calls())}
        steps += own.values()
        known |= {call.call_id: own.get(call.call_id) or maker.step(index, call) for wish in turn.wishes for call in wish.calls}
        turns.append(_raw_turn(index, turn, draft, own, maker))
    first = next(iter(services.rows.values()))
    trajectory = RawTrajectory(
        domain=chain.domain,
        trajectory_id=maker.trajectory_id,
        chain_id=chain.chain_id,
        kind=kind,
        withheld_tools=draft.withheld,
        purpose="rl" if bound.purpose == "rl" else "sft",
        split=first.split,
        author="rules",
        user_brief=user_brief(turns, known, services),
        turns=turns,
        turn_count=len(turns),
        step_count=len(steps),
        env_ids=list(services.rows),
        env_code_sha256s=[row.code_sha256 for row in services.rows.values()],
        scenario_ids=[s.scenario_id for s in bound.scenarios],
        runtime_version=first.runtime_version,
        generator_version=generator_version(),
        reward_version=reward_version,
        seed=bound.unit,
    )
    return Produced((trajectory, *steps))


def _raw_turn(index: int, turn: DraftTurn, draft: Draft, own: dict[str, TrajectoryStep], maker: "_StepMaker") -> RawTurn:
    """A turn with every value spelled out, in the request or in the answer to the assistant's question."""
    wishes = [[own.get(call.call_id) or maker.step(index, call) for call in wish.calls] for wish in turn.wishes]
    form = raw_form(wishes, draft.services)
    form["unmade"] = [step.model_dump(mode="json") for steps in wishes for step in steps if step.call_id not in own]
    for intent, wish in zip(form["intents"], turn.wishes, strict=True):
        intent.update(wish.marks, asked=wish.asked)
    texts = [explicit_request(form, steps, draft.services, draft.rng).text for steps in wishes]
    exchanges = []
    if turn.question is not None:
        before = sum(len(steps) for steps in wishes[:-1])
        exchanges.append(Exchange(after_calls=before, question=turn.question, answer=texts.pop()))
    return RawTurn(index=index, request=" ".join(texts), form=form, call_ids=list(own), reply=turn.reply, exchanges=exchanges)


class _StepMaker:
    """Calls of one conversation as they are stored."""

    def __init__(self, domain: str, trajectory_id: str) -> None:
        self.trajectory_id = trajectory_id
        self._shared = {"domain": domain, "trajectory_id": trajectory_id}

    def step(self, turn: int, made: MadeCall, place: int = 0) -> TrajectoryStep:
        """A call in a turn, at its place in the whole conversation."""
        origins = [origin.model_copy(update={"turn": turn}) if origin.kind == "said" else origin for origin in made.origins]
        fields: dict[str, Any] = {
            "turn": turn,
            "step": place,
            "call_id": made.call_id,
            "requestor": made.requestor,
            "parallel_group": made.group,
            "env_id": made.env_id,
            "tool": made.tool,
            "arguments": made.arguments,
            "argument_origins": origins,
            "result": made.result,
            "error": made.error,
            "state_diff": made.diff,
            "state_sha256_before": made.before,
            "state_sha256_after": made.after,
        }
        return TrajectoryStep(**self._shared, **fields)
