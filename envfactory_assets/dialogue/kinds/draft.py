"""A conversation while it is being made: executed calls in turns, to which a kind of conversation adds what makes it one."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from envfactory_assets.dialogue.calls import Binding, MadeCall
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
        """Do without a turn: where no later one builds on it, nothing special is said in it or of it, and all else comes out the same."""
        gone = {call.call_id for call in self.turns[place].calls()}
        rest = [*self.turns[:place], *self.turns[place + 1 :]]
        built_on = any(origin.call_id in gone for turn in rest for wish in turn.wishes for call in wish.calls for origin in call.origins)
        special = any(wish.marks for turn in self.turns[place : place + 2] for wish in turn.wishes)
        answers = any(wish.marks.get("answered_by") in gone for turn in rest for wish in turn.wishes)
        return len(rest) >= FEWEST_TURNS and not built_on and not special and not answers and self.again(rest)

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
