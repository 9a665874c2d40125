"""Binding a plan to a state: every argument gets a value, every call is made; what stands in the way of a later call is taken back.

Calls are made in the order of the plan. One that succeeds with nothing tried sends the search back to the latest call that may be to
blame: one that its arguments come from, or that wrote to the same service. That call and all after it are taken back, the episode is
brought to exactly where it was, and other values are tried. A value that words cannot tell from others where the chain takes it from
is looked up where they can.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from envfactory_assets.dialogue.calls import Arguments, Binding, MadeCall
from envfactory_assets.dialogue.paths import expand
from envfactory_assets.dialogue.planning import Plan, PlannedCall, shown_by
from envfactory_assets.dialogue.services import Services, is_read, rows_in
from envfactory_assets.dialogue.supplying import GIVEN_TRIES, MOST_TRIES, Drawn, NoValueError, Supplier
from envfactory_assets.environments import Episode, state_diff
from envfactory_assets.records import Provider, ToolSpec, content_hash

MOST_DRAWS = 160  # in one binding, with all that is taken back


class BindingError(ValueError):
    """No values were found with which a call succeeds; the message says which call and why, ``index`` which step of the chain it is."""

    def __init__(self, text: str, index: int) -> None:
        super().__init__(text)
        self.index = index


class _RefusedError(Exception):
    """A call was not made with the values drawn; the message says why, ``certain`` whether no others would do after the same calls."""

    def __init__(self, why: str, *, certain: bool = False) -> None:
        super().__init__(why)
        self.certain = certain


@dataclass(frozen=True, slots=True)
class _Moment:
    """Where the conversation stood before a call."""

    states: dict[str, Any]
    mark: str
    meant: dict[str, int]
    calls: int


@dataclass(slots=True)
class _Place:
    """A call of the plan: the turn and the wish it belongs to, and how far its values were tried."""

    turn: int
    wish: int
    call: PlannedCall
    attempt: int = 0
    tried: set[str] = field(default_factory=set)
    blamed: set[int] = field(default_factory=set)  # earlier places that may stand in its way
    before: _Moment = _Moment({}, "", {}, 0)

    def begin(self, moment: _Moment) -> None:
        """Start trying, from a moment at which it has not been tried."""
        self.attempt, self.tried, self.blamed, self.before = 0, set(), set(), moment


class Binder:
    """Executes a plan in an episode; records with which the steps of its chain have run there before come first."""

    def __init__(self, services: Services, episode: Episode, plan: Plan, rng: Random, given: Sequence[Arguments] = ()) -> None:
        self._services = services
        self._plan = plan
        self._anchors = {wish[-1].index for turn in plan.turns for wish in turn}
        self._episode = episode
        self.binding = Binding()
        self._states = episode.view()
        self._hash = content_hash(self._states)
        self._places = [
            _Place(turn, number, call) for turn, wishes in enumerate(plan.turns) for number, w in enumerate(wishes) for call in w
        ]
        self._supplier = Supplier(services, self.binding, self._anchors, rng, given)
        self._draws = 0
        self._moved: set[tuple[int, str]] = set()  # values of steps that are looked up elsewhere than the chain takes them from
        self.taken_back = 0

    def run(self) -> Binding:
        """Make all calls of the plan.

        Raises:
            BindingError: a call succeeded with no values tried, whatever was taken back.
        """
        at, furthest, fresh = 0, -1, True
        problem = BindingError("There is nothing to do.", -1)
        while at < len(self._places):
            if fresh:
                self._look_up_first(at)
                self._places[at].begin(self._moment())
            try:
                self._make(self._places[at], at)
            except _RefusedError as refused:
                if at > furthest:
                    furthest, problem = at, BindingError(f"{self._places[at].call.tool}: {str(refused).rstrip('.')}.", self._step_of(at))
                if self._known_elsewhere(at):
                    fresh = True
                    continue
                back = self._to_blame(at)
                if back is None or self._draws >= MOST_DRAWS:
                    raise problem from None
                at, fresh = back, False
            else:
                at, fresh = at + 1, True
        self._cut()
        return self.binding

    def _step_of(self, at: int) -> int:
        """The step of the chain that a place serves: a look-up that was added serves a later one."""
        planned = {call.index for turn in self._plan.turns for wish in turn for call in wish}
        return next(place.call.index for place in self._places[at:] if place.call.index in planned)

    def _cut(self) -> None:
        """Note which calls belong to which wish."""
        self.binding.turns = [[[] for _ in wishes] for wishes in self._plan.turns]
        for place, made in zip(self._places, self.binding.calls, strict=True):
            self.binding.turns[place.turn][place.wish].append(made.call_id)

    def _moment(self) -> _Moment:
        return _Moment(self._states, self._hash, dict(self._supplier.rows.meant), len(self.binding.calls))

    def _known_elsewhere(self, at: int) -> bool:
        """Whether a record that a call is known to accept cannot be told where it comes from, but in a look-up, which is then put first."""
        call, found = self._places[at].call, False
        for provider in call.providers:
            made = self.binding.made.get(provider.from_step if provider.from_step is not None else -1)
            known = self._supplier.ran_with(provider)
            if made is None or known is None or self._elsewhere(call, provider) is None:
                continue
            shown, told = expand(made.result, provider.output_path or ""), self._supplier.tellable(made, call, provider)
            if any(value == known for _, value in shown) and all(value != known for _, value in told):
                self._supplier.wanted[call.index, provider.parameter] = [known]
                found = True
        return found

    def _to_blame(self, at: int) -> int | None:
        """Take back what may stand in the way of a call, and say where to go on; None when nothing does."""
        place = self._places[at]
        sources = {number for number in range(at) if self._places[number].call.index in place.call.sources()}
        rivals = {number for number in range(at) if self._places[number].call.sources() & place.call.sources()}
        writes = {
            number for number in range(at) if self.binding.calls[number].diff and self._places[number].call.env_id == place.call.env_id
        }
        blamed = place.blamed | sources | rivals | writes
        if not blamed:
            return None
        back = max(blamed)
        earlier = self._places[back]
        earlier.blamed |= blamed - {back}
        earlier.attempt = max(earlier.attempt, GIVEN_TRIES)
        self._return_to(earlier.before)
        self.taken_back += at - back
        return back

    def _return_to(self, moment: _Moment) -> None:
        """Be where the conversation stood at a moment: the episode, the calls made and the records meant."""
        if moment.mark != self._hash or moment.states is not self._states:
            self._episode.reset(moment.states)
        self._states, self._hash = moment.states, moment.mark
        del self.binding.calls[moment.calls :]
        standing = {made.call_id for made in self.binding.calls}
        self.binding.made = {index: made for index, made in self.binding.made.items() if made.call_id in standing}
        self._supplier.rows.go_back(moment.meant, standing)

    def _make(self, place: _Place, at: int) -> None:
        """Make the call of a place with the next values that serve.

        Raises:
            _RefusedError: none did.
        """
        later = [other.call for other in self._places[at + 1 :]]
        problem, spare = _RefusedError("no other values are left"), None
        while place.attempt < MOST_TRIES and self._draws < MOST_DRAWS and not problem.certain:
            attempt = place.attempt
            place.attempt += 1
            self._draws += 1
            try:
                drawn = self._supplier.draw(place.call, place.turn, self._states, attempt)
                if (mark := content_hash(drawn[0])) in place.tried:
                    continue
                place.tried.add(mark)
                made = self._called(place, drawn, later)
            except NoValueError as none:
                problem = _RefusedError(str(none), certain=none.certain)
            except _RefusedError as refused:
                problem = refused
                self._return_to(place.before)
            else:
                untold = self._untold(made, place.call, later)
                if not untold:
                    return self._keep(place.call, made)
                self.taken_back += 1
                spare = spare or (drawn if all(self._elsewhere(*each) for each in untold) else None)
                problem = _RefusedError(f"words cannot say which of what it shows is meant for {untold[0][1].parameter}")
                self._return_to(place.before)
        if spare is None:
            raise problem
        made = self._called(place, spare, later)
        for call, provider in self._untold(made, place.call, later):
            shown = [value for _, value in expand(made.result, provider.output_path or "")]
            self._supplier.wanted[call.index, provider.parameter] = shown
        return self._keep(place.call, made)

    def _called(self, place: _Place, drawn: Drawn, later: list[PlannedCall]) -> MadeCall:
        """Make a call with values.

        Raises:
            _RefusedError: it failed, changed nothing, or shows nothing that later calls could use; the state may have moved.
        """
        call, tool = place.call, self._services.tool(place.call.env_id, place.call.tool)
        result = self._episode.call(self._services.agent_name(call.env_id, call.tool), drawn[0])
        if not result.ok:
            raise _RefusedError(f"{result.error.code}: {result.error.message}" if result.error else "it failed")
        hashed, diff = self._hash, list[Any]()
        if not is_read(tool):
            before, self._states = self._states, self._episode.view()
            diff = state_diff(before, self._states, self._episode.environments)
            if not diff:
                raise _RefusedError("it changed nothing")
            self._hash = content_hash(self._states)
        if not self._serves(call, tool, result.value, later):
            raise _RefusedError("its result holds nothing that a later call could use")
        name, group = f"call_{len(self.binding.calls) + 1}", self._group(call, place.turn)
        return MadeCall(name, place.turn, group, call.env_id, call.tool, *drawn, result.value, diff, hashed, self._hash)

    def _keep(self, call: PlannedCall, made: MadeCall) -> None:
        self.binding.calls.append(made)
        self.binding.made[call.index] = made
        self._supplier.rows.remember(made.origins, self.binding)

    @staticmethod
    def _users(call: PlannedCall, later: list[PlannedCall]) -> list[tuple[PlannedCall, Provider]]:
        return [(other, p) for other in later for p in other.providers if p.kind == "tool" and p.from_step == call.index]

    def _serves(self, call: PlannedCall, tool: ToolSpec, result: Any, later: list[PlannedCall]) -> bool:
        """Whether a call gives what later calls take from it; a read of several must show at least one record."""
        if is_read(tool) and tool.returns.many and not rows_in(result, tool.returns):
            return False
        return all(expand(result, p.output_path or "") or self._does_without(other, p) for other, p in self._users(call, later))

    def _does_without(self, call: PlannedCall, provider: Provider) -> bool:
        """Whether a call can be made although what it takes is not there: it need not have it, or finds it elsewhere."""
        return not self._needs(call, provider) or self._elsewhere(call, provider) is not None

    def _needs(self, call: PlannedCall, provider: Provider) -> bool:
        parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
        return parameter is not None and (parameter.required or parameter.name in call.from_elsewhere)

    def _untold(self, made: MadeCall, call: PlannedCall, later: list[PlannedCall]) -> list[tuple[PlannedCall, Provider]]:
        """What later calls must take from a call although words cannot say which value is meant, or another look-up says it better."""
        return [
            (other, provider)
            for other, provider in self._users(call, later)
            if self._needs(other, provider)
            and not self._supplier.tellable(made, other, provider, easily=self._elsewhere(other, provider) is not None)
        ]

    def _elsewhere(self, call: PlannedCall, provider: Provider) -> tuple[ToolSpec, str] | None:
        """A look-up that takes nothing and shows what a call takes, other than the one it was to come from; each value moves once."""
        parameter = self._services.parameter(call.env_id, call.tool, provider.parameter)
        source = next((place.call for place in self._places if place.call.index == provider.from_step), None)
        tied = provider.parameter in call.from_elsewhere  # two services by this value
        if parameter is None or source is None or tied or (call.index, provider.parameter) in self._moved:
            return None
        shown = shown_by(self._services, call.env_id, self._services.tool(call.env_id, call.tool), parameter)
        return next(((tool, path) for tool, path in shown if tool.name not in {call.tool, source.tool}), None)

    def _look_up_first(self, at: int) -> None:
        """Put look-ups before a call for what words cannot tell where the chain takes it from."""
        place = self._places[at]
        providers, added = [], list[_Place]()
        for provider in place.call.providers:
            name = (place.call.index, provider.parameter)
            found = self._elsewhere(place.call, provider) if name in self._supplier.wanted else None
            if found is None:
                providers.append(provider)
                continue
            self._moved.add(name)
            fresh = max(other.call.index for other in [*self._places, *added]) + 1
            added.append(_Place(place.turn, place.wish, PlannedCall(fresh, place.call.env_id, found[0].name, ())))
            providers.append(provider.model_copy(update={"from_step": fresh, "output_path": found[1]}))
        if added:
            place.call = replace(place.call, providers=tuple(providers))
            self._places[at:at] = added

    def _group(self, call: PlannedCall, turn: int) -> int:
        """Calls of a turn that wait for nothing made since the group began share its number."""
        current = [made for made in self.binding.calls if made.turn == turn]
        if not current:
            return 0
        last = current[-1].group
        members = [made for made in current if made.group == last]
        sources = {self.binding.made[index].call_id for index in call.sources()}
        waits = any(made.call_id in sources or (made.diff and made.env_id == call.env_id) for made in members)
        return last + 1 if waits else last
