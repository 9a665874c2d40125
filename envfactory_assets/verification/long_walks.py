"""Long random walks as a Hypothesis state machine: rules are the tools, invariants are laws, and a walk that breaks one is shrunk.

A rule's arguments come from the same independent caller as everywhere: from published schemas, and from the keys that the state holds at
that point. Where to begin, which tool, which caller and how much it says are Hypothesis's to choose, so that a failing walk is cut to the
calls it needs. What Hypothesis draws follows from one seed: its usual source also draws constants found in whatever modules a process has
loaded, and writes them down in a folder.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import HealthCheck, Phase, Verbosity, reject, seed, settings
from hypothesis.errors import HypothesisException
from hypothesis.internal.conjecture.providers import AVAILABLE_PROVIDERS, HypothesisProvider
from hypothesis.internal.constants_ast import Constants
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from hypothesis.strategies import DrawFn, composite, integers, runner, sampled_from

from envfactory_assets.environments import ScenarioError
from envfactory_assets.records import ToolSpec, canonical_json, derived_seed
from envfactory_assets.verification.always import LAWS, LOADS, Law, kept
from envfactory_assets.verification.caller import Caller, State
from envfactory_assets.verification.steps import Broken, Step
from envfactory_assets.verification.trials import as_other, others_of

if TYPE_CHECKING:
    from envfactory_assets.verification.subject import Subject

WALKS, CALLS = 8, 40
_TOLD = 2  # so many times more walks where a contract tells of every call what it does
_FOREIGN = 3  # walks where every call crosses to another process
_SHRINKING = 6  # so many times more calls may be made to shrink
_OTHERS = 1
_LOAD_EVERY = 16
_CALLERS = 99
_OPTIONAL = (0.0, 0.4, 0.8)  # shares of optional arguments given
_BACKEND = "envfactory"


class SeededChoices(HypothesisProvider):
    """Draws that follow from the seed alone; whole numbers, of which all others are made here, evenly."""

    def draw_integer(
        self,
        min_value: int | None = None,
        max_value: int | None = None,
        *,
        weights: dict[int, float] | None = None,  # noqa: ARG002 - evenly
        shrink_towards: int = 0,  # noqa: ARG002 - of no matter when drawing
    ) -> int:
        """A whole number between two bounds."""
        if self._random is None or min_value is None or max_value is None:
            return super().draw_integer(min_value, max_value)
        return self._random.randint(min_value, max_value)


AVAILABLE_PROVIDERS[_BACKEND] = SeededChoices


@contextmanager
def _without_constants() -> Iterator[None]:
    """Let Hypothesis, which shrinks with its usual source, look for no constants in the modules that happen to be loaded."""
    usual = HypothesisProvider._local_constants  # noqa: SLF001 - there is no setting for it
    HypothesisProvider._local_constants = Constants()  # type: ignore[assignment]  # noqa: SLF001
    try:
        yield
    finally:
        HypothesisProvider._local_constants = usual  # type: ignore[method-assign]  # noqa: SLF001


class LawBrokenError(Exception):
    """A call broke a law; each law has a class of its own, by which Hypothesis tells failures apart."""


@dataclass
class Run:
    """All walks through one subject.

    Attributes:
        subject: what is walked through.
        most: how many calls may be made, those made to shrink included.
        calls: how many were made.
        broken: by law, the shortest walk seen that breaks it.
    """

    subject: "Subject"
    most: int
    calls: int = 0
    broken: dict[str, Broken] = field(default_factory=dict)
    _kinds: dict[str, type[LawBrokenError]] = field(default_factory=dict)

    @cached_property
    def starts(self) -> tuple[tuple[int, State], ...]:
        """Scenarios, by their numbers, as their callers and others meet them."""
        spec = self.subject.spec
        return tuple(
            (index, met)
            for index, state in enumerate(self.subject.states)
            for met in (state, *(as_other(state, other) for other in others_of(spec, state)[:_OTHERS]))
        )

    def note(self, law: str, steps: list[Step], what: str) -> LawBrokenError:
        """Keep a walk that breaks a law if it is the shortest yet; what comes back is to be raised."""
        known = self.broken.get(law)
        if known is None or _size(steps) < _size(known.steps):
            self.broken[law] = Broken(law, tuple(steps), what)
        kind = self._kinds.setdefault(law, type("LawBrokenError", (LawBrokenError,), {}))
        return kind(what)


def _size(steps: "tuple[Step, ...] | list[Step]") -> tuple[int, int, str]:
    said = canonical_json([[step.scenario, step.tool.name, step.arguments] for step in steps])
    return len(steps), len(said), said


class Walk(RuleBasedStateMachine):
    """One walk from a scenario."""

    run: ClassVar[Run]

    def __init__(self) -> None:
        super().__init__()
        self.steps: list[Step] = []
        self.over = False

    def begin(self, place: int) -> None:
        """Start from a scenario."""
        self.scenario, start = self.run.starts[place]
        self.episode = self.run.subject.start(start)
        self.state = self.run.subject.state(self.episode)

    def act(self, tool: ToolSpec, arguments: dict[str, Any]) -> None:
        """Make a call."""
        if self.run.calls >= self.run.most:
            reject()
        self.run.calls += 1
        subject = self.run.subject
        result = subject.call(self.episode, tool, arguments)
        after = subject.state(self.episode)
        self.steps.append(Step(self.scenario, len(self.steps), tool, arguments, result, self.state, after))
        self.state = after

    def holds(self, law: Law) -> None:
        """Hold the last call to a law."""
        what = law.broken(self.run.subject.spec, self.steps[-1]) if self.steps else None
        if what is not None:
            self.over = True
            raise self.run.note(law.name, self.steps, what)

    @invariant()
    def loads(self) -> None:
        """Some of the states can be begun from."""
        if self.steps and len(self.steps) % _LOAD_EVERY == 0:
            self._load()

    def teardown(self) -> None:
        """The last state can be begun from."""
        if self.steps and not self.over:
            self._load()

    def _load(self) -> None:
        try:
            self.run.subject.start(self.state)
        except ScenarioError as error:
            self.over = True
            raise self.run.note(LOADS, self.steps, str(error)) from error


@composite
def _arguments(draw: DrawFn, tool: ToolSpec) -> dict[str, Any]:
    """What a caller of a seed asks for, in few choices: so a call can be taken out of a walk without a change of those that follow."""
    walk = draw(runner())
    optional = draw(sampled_from(_OPTIONAL))
    caller = Caller(walk.run.subject.spec, random.Random(draw(integers(0, _CALLERS))))  # noqa: S311 - choices, no secrets
    arguments: dict[str, Any] = caller.arguments(tool, walk.state, optional=optional)
    return arguments


def _call(tool: ToolSpec) -> Callable[..., None]:
    """A rule; all have one name, for Hypothesis leaves some names out of each walk, which of few walks leaves too little."""

    def call(walk: Walk, arguments: dict[str, Any]) -> None:
        walk.act(tool, arguments)

    return rule(arguments=_arguments(tool))(call)


def _law(law: Law) -> Callable[..., None]:
    def holds(walk: Walk) -> None:
        walk.holds(law)

    return invariant()(holds)


def walk_long(subject: "Subject") -> Run:
    """Walk through an environment, and shrink the walks that break a law, unless the defect was planted.

    Returns:
        What was done; the same in any process.
    """
    contract = subject.readable_contract
    laws = (*LAWS, kept(contract)) if contract else LAWS
    walks = _FOREIGN if not isinstance(subject.environment, type) else _TOLD * WALKS if contract else WALKS
    run = Run(subject, walks * CALLS * (1 + _SHRINKING))
    if not run.starts or not subject.spec.tools:
        return run
    rules = {f"call_{index}": _call(tool) for index, tool in enumerate(subject.spec.tools)}
    held = {f"law_{index}": _law(law) for index, law in enumerate(laws)}
    begun = initialize(place=sampled_from(range(len(run.starts))))(Walk.begin)
    machine = type("EnvironmentWalk", (Walk,), {"run": run, "begin": begun, **rules, **held})
    seeded = seed(derived_seed(subject.seed, "long walks"))(machine)
    try:
        with _without_constants():
            run_state_machine_as_test(seeded, settings=_settings(walks, shrinks=not subject.planted))
    except (LawBrokenError, HypothesisException, BaseExceptionGroup):
        if not run.broken:
            raise
    return run


def _settings(walks: int, *, shrinks: bool) -> settings:
    return settings(
        max_examples=walks,
        stateful_step_count=CALLS,
        phases=[Phase.generate, Phase.shrink] if shrinks else [Phase.generate],
        backend=_BACKEND,
        database=None,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=shrinks,
        verbosity=Verbosity.quiet,
        suppress_health_check=list(HealthCheck),
    )
