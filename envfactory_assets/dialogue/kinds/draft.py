"""A conversation while it is being made: executed calls in turns, to which a kind of conversation adds what makes it one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from envfactory_assets.dialogue.calls import Binding, MadeCall
from envfactory_assets.dialogue.paths import at
from envfactory_assets.dialogue.replies import asked_field, reply_to
from envfactory_assets.dialogue.services import Services, is_read
from envfactory_assets.environments import Episode, state_diff
from envfactory_assets.records import ArgumentOrigin, ToolSpec, TrajectoryStep, content_hash

FEWEST_TURNS, MOST_TURNS = 2, 8


@dataclass(slots=True)
class Wish:
    """What a user wants: the calls for it, and what its intent says beyond them."""

    calls: list[MadeCall]
    asked: str | None = None
    marks: dict[str, Any] = field(default_factory=dict)
    made: bool = True  # whether the calls are made, or only worked out


@dataclass(slots=True)
class DraftTurn:
    """One turn: its wishes and the closing reply; with a question, the last wish is the answer to it."""

    wishes: list[Wish]
    reply: str = ""
    question: str | None = None

    def calls(self) -> list[MadeCall]:
        """The calls that are made."""
        return [call for wish in self.wishes if wish.made for call in wish.calls]


StepMaker = Callable[[int, MadeCall], TrajectoryStep]


class Draft:
    """The turns of a conversation, over environments that start in given states.

    Attributes:
        turns: what there is so far.
        withheld: tools that are not offered, as an agent knows them.
    """

    def __init__(self, services: Services, states: dict[str, Any], binding: Binding, rng: Random, step_of: StepMaker) -> None:
        self.services = services
        self.rng = rng
        self.withheld: list[str] = []
        self._states = states
        self._step_of = step_of
        calls = {made.call_id: made for made in binding.calls}
        self.turns = [DraftTurn([Wish([calls[name] for name in names]) for names in wishes]) for wishes in binding.turns]
        self._fresh = len(calls)
        self._marked: tuple[dict[str, Any], str] = {}, ""
        self._tell()

    def _tell(self) -> None:
        """Decide what is asked of each record, and close each turn."""
        for turn in self.turns:
            self._tell_of(turn)

    def _tell_of(self, turn: DraftTurn) -> None:
        """The same of one turn."""
        for wish in turn.wishes:
            wish.asked = asked_field(self.steps_until(wish), self.services, self.rng)
        self.close(turn)

    def close(self, turn: DraftTurn) -> None:
        """Write a turn's usual reply."""
        steps = [self.step(wish.calls[-1]) for wish in turn.wishes]
        turn.reply = reply_to(steps, [wish.asked for wish in turn.wishes], self.services, self.rng)

    def step(self, call: MadeCall) -> TrajectoryStep:
        """A call as it is stored."""
        return self._step_of(0, call)

    def steps_until(self, last: Wish) -> list[TrajectoryStep]:
        """The calls made up to a wish, in order."""
        found = []
        for turn in self.turns:
            for wish in turn.wishes:
                found += [self.step(call) for call in wish.calls if wish.made]
                if wish is last:
                    return found
        return found

    def calls(self, until: int | None = None) -> list[MadeCall]:
        """The calls that are made in the turns before one."""
        return [call for turn in self.turns[:until] for call in turn.calls()]

    def world(self, until: int | None = None) -> Episode:
        """A fresh episode in which the calls of the turns before one have been made."""
        episode = self.services.episode(self._states)
        for call in self.calls(until):
            episode.call(self.services.agent_name(call.env_id, call.tool), call.arguments)
        return episode

    def call(self, episode: Episode, env_id: str, tool: ToolSpec, arguments: dict[str, Any], origins: list[ArgumentOrigin]) -> MadeCall:
        """Make a call and keep what came of it, a refusal as well."""
        before, marked = episode.view(), self._mark(episode)
        result = episode.call(self.services.agent_name(env_id, tool.name), arguments)
        after = episode.view()
        self._fresh += 1
        return MadeCall(
            call_id=f"call_{self._fresh}",
            turn=0,
            group=0,
            env_id=env_id,
            tool=tool.name,
            arguments=arguments,
            origins=origins,
            result=result.value if result.ok else None,
            diff=state_diff(before, after, episode.environments),
            before=marked,
            after=self._mark(episode),
            error=f"{result.error.code}: {result.error.message}" if result.error else None,
        )

    def unmade(self, env_id: str, tool: str, arguments: dict[str, Any], origins: list[ArgumentOrigin]) -> MadeCall:
        """A call that is only worked out."""
        self._fresh += 1
        return MadeCall(f"call_{self._fresh}", 0, 0, env_id, tool, arguments, origins, None, [], "", "")

    def again(self, turns: list[DraftTurn]) -> bool:
        """Take other turns, when all their calls still come out the same; their states are brought up to date."""
        episode = self.services.episode(self._states)
        fresh = []
        for turn in turns:
            wishes = []
            for wish in turn.wishes:
                if not wish.made:
                    wishes.append(wish)
                    continue
                made = [self._once_more(episode, call) for call in wish.calls]
                if any(call is None for call in made):
                    return False
                wishes.append(replace(wish, calls=[call for call in made if call is not None]))
            fresh.append(replace(turn, wishes=wishes))
        self.turns = fresh
        return True

    def drop(self, place: int) -> bool:
        """Do without a turn and what builds on it: where nothing special is said of it, and all else can be done still."""
        return self._without(self.turns[place].wishes, place)

    def leave_out(self, place: int, wish: Wish) -> bool:
        """Do without one of several wishes of a turn and what builds on it, under the same conditions."""
        return len(self.turns[place].wishes) > 1 and self._without([wish], place)

    def join(self, place: int) -> bool:
        """Say a turn and the next one in one breath, where nothing special is said in either."""
        first, second = both = self.turns[place : place + 2]
        if any(turn.question is not None or any(wish.marks for wish in turn.wishes) for turn in both):
            return False
        after = 1 + max(call.group for call in first.calls())
        later = [replace(wish, calls=[replace(call, group=call.group + after) for call in wish.calls]) for wish in second.wishes]
        joined = DraftTurn([*first.wishes, *later])
        self.turns = [*self.turns[:place], joined, *self.turns[place + 2 :]]
        self._tell_of(joined)
        return True

    def _without(self, wishes: list[Wish], place: int) -> bool:
        gone = {id(wish) for wish in self._building_on(wishes)}
        rest = [replace(turn, wishes=[wish for wish in turn.wishes if id(wish) not in gone]) for turn in self.turns]
        touched = {index for index, turn in enumerate(self.turns) if len(rest[index].wishes) < len(turn.wishes)}
        near = [self.turns[index] for index in sorted(touched | {place, place + 1}) if index < len(self.turns)]
        special = any(turn.question is not None for turn in near) or any(wish.marks for turn in near for wish in turn.wishes)
        calls = {call.call_id for turn in self.turns for wish in turn.wishes if id(wish) in gone for call in wish.calls}
        left = [turn for turn in rest if turn.wishes]
        answers = any(wish.marks.get("answered_by") in calls for turn in left for wish in turn.wishes)
        if special or answers or len(left) < FEWEST_TURNS or not self._afresh(left):
            return False
        for turn in self.turns:
            if turn.question is None and not any(wish.marks for wish in turn.wishes):
                self._tell_of(turn)
        return True

    def _building_on(self, wishes: list[Wish]) -> list[Wish]:
        """Some wishes, and all later ones whose calls take a value from theirs."""
        found = list(wishes)
        gone = {call.call_id for wish in wishes for call in wish.calls}
        for wish in (wish for turn in self.turns for wish in turn.wishes):
            takes = any(origin.call_id in gone for call in wish.calls for origin in call.origins)
            if takes and not any(wish is other for other in found):
                found.append(wish)
                gone |= {call.call_id for call in wish.calls}
        return found

    def _afresh(self, turns: list[DraftTurn]) -> bool:
        """Take other turns, when all that was done in them can be done still and is told what it was told.

        What a call shows may be another thing then, where nothing special is said of it.
        """
        episode = self.services.episode(self._states)
        shown: dict[str, tuple[Any, Any]] = {}  # by call that shows something else, what it showed and what it shows
        fresh: list[DraftTurn] = []
        for turn in turns:
            wishes: list[Wish] = []
            for wish in turn.wishes:
                calls = [self._anew(episode, call) for call in wish.calls] if wish.made else list(wish.calls)
                made = [call for call in calls if call is not None]
                if len(made) < len(calls) or not all(self._is_told_the_same(call, shown) for call in made):
                    return False
                other = {
                    new.call_id: (old.result, new.result) for old, new in zip(wish.calls, made, strict=True) if new.result != old.result
                }
                if other and any(each.marks for each in turn.wishes):
                    return False
                shown |= other
                wishes.append(replace(wish, calls=made))
            fresh.append(replace(turn, wishes=wishes))
        self.turns = fresh
        return True

    def _anew(self, episode: Episode, call: MadeCall) -> MadeCall | None:
        """A call made again; None when it is refused now, or granted where it was refused."""
        before, marked = episode.view(), self._mark(episode)
        result = episode.call(self.services.agent_name(call.env_id, call.tool), call.arguments)
        if result.ok != (call.error is None):
            return None
        diff = state_diff(before, episode.view(), episode.environments)
        return replace(call, result=result.value if result.ok else None, diff=diff, before=marked, after=self._mark(episode))

    @staticmethod
    def _is_told_the_same(call: MadeCall, shown: dict[str, tuple[Any, Any]]) -> bool:
        """Whether what a call takes from others stands where it stood."""
        taken = [(origin.path or "", *shown[origin.call_id]) for origin in call.origins if origin.call_id in shown]
        return all(at(old, path) == at(new, path) for path, old, new in taken)

    def _once_more(self, episode: Episode, call: MadeCall) -> MadeCall | None:
        before = self._mark(episode)
        result = episode.call(self.services.agent_name(call.env_id, call.tool), call.arguments)
        same = result.ok == (call.error is None) and content_hash(result.value if result.ok else None) == content_hash(call.result)
        return replace(call, before=before, after=self._mark(episode)) if same else None

    def _mark(self, episode: Episode) -> str:
        """The hash of where an episode stands, worked out anew only when it stands elsewhere than where the last one did."""
        states = episode.view()
        if states != self._marked[0]:
            self._marked = states, content_hash(states)
        return self._marked[1]


def lister(services: Services, env_id: str, entity: str) -> ToolSpec | None:
    """The tool that lists an entity to someone who asks for nothing in particular."""
    for tool in services.specs[env_id].tools:
        shows = tool.audience == "agent" and is_read(tool) and tool.returns.entity == entity and tool.returns.many
        if shows and not any(parameter.required for parameter in tool.parameters):
            return tool
    return None


def key_parameter(services: Services, env_id: str, tool: ToolSpec, entity: str) -> str | None:
    """The one argument that a tool needs, when it is the key of a record of an entity."""
    required = [parameter for parameter in tool.parameters if parameter.required]
    if len(required) != 1 or services.meant_entity(env_id, required[0]) != entity or required[0].type == "array":
        return None
    return required[0].name


def getter(services: Services, env_id: str, entity: str | None) -> tuple[ToolSpec, str] | None:
    """The tool that gives one record of an entity by its key, and the argument that takes the key."""
    for tool in services.specs[env_id].tools if entity else ():
        reads = tool.audience == "agent" and any(effect.family == "get" for effect in tool.effects)
        if reads and tool.returns.entity == entity and not tool.returns.many:
            parameter = key_parameter(services, env_id, tool, str(entity))
            if parameter is not None:
                return tool, parameter
    return None


def grouped(calls: list[MadeCall], groups: list[int]) -> list[MadeCall]:
    """Calls of one turn with the groups in which they may be made at once."""
    return [replace(call, group=group) for call, group in zip(calls, groups, strict=True)]
