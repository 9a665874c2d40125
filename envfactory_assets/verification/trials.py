"""Systematic calls beside the random walks: every tool on the rows of every kind of state, once as the caller and once as somebody else.

A walk meets a refusal or a rare success by chance; here each tool meets each of some rows from the same state, and a write that was done is
asked for once more.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from envfactory_assets.environments.foreign import AnyEpisode
from envfactory_assets.records import EnvironmentSpec, ToolSpec
from envfactory_assets.verification.caller import Caller, State, rows_of
from envfactory_assets.verification.steps import Step, is_read, key_parameter

if TYPE_CHECKING:
    from envfactory_assets.verification.subject import Subject

_ROWS = 8
_WALKED = 1
_STATES = 3
_OTHERS = 2
_FOLLOWED = 1
_WRITES = 4  # by one tool from one state; further ones show little that is new
_DRAWS = ((0.0, 0.0), (0.5, 0.5))  # shares of optional arguments given, and of extreme numbers among them


def others_of(spec: EnvironmentSpec, state: State) -> list[Any]:
    """Those who could have been the caller: whom other rows belong to, and the records of the caller's kind."""
    found = [
        row[field.name]
        for entity in spec.entities
        for field in entity.fields
        if field.type == "caller"
        for row in rows_of(spec, state, entity.name)
    ]
    for entity in spec.entities:
        keys = [row[entity.key] for row in rows_of(spec, state, entity.name)]
        found += keys if state["me"] in keys else []
    return [owner for owner in dict.fromkeys(found) if owner is not None and owner != state["me"]]


def as_other(state: State, caller: Any) -> State:
    """The same state, met by another caller."""
    return {**state, "me": caller}


def subject_key(tool: ToolSpec) -> tuple[str, str] | None:
    """The argument that names the row a tool is about, and that row's entity."""
    named = [p for p in tool.parameters if p.entity and p.type != "array" and p.role in {"key", "reference"}]
    about = next((p for effect in tool.effects if (p := key_parameter(tool, effect.entity))), None)
    chosen = about or next((p for p in named if p.required), None)
    return (chosen.name, str(chosen.entity)) if chosen is not None else None


def trials(subject: "Subject") -> Iterator[Step]:
    """Each tool on some rows of the scenarios and of states that walks reached, as the caller and as others."""
    states = [*subject.states[:_STATES], *(walk.steps[-1].after for walk in subject.walks[:_WALKED] if walk.steps)]
    for index, state in enumerate(states):
        yield from _Trials(subject, state, f"own {index}", _ROWS).steps()
    for index, state in enumerate(subject.states[:_STATES]):
        for other in others_of(subject.spec, state)[:_OTHERS]:
            yield from _Trials(subject, as_other(state, other), f"other {index}", _ROWS // 2).steps()


class _Stand:
    """A state from which any number of calls are made, each as if it were the first.

    An episode is used again as long as no call there has written: to begin one costs more than a call.
    """

    def __init__(self, subject: "Subject", start: State, before: Step | None = None) -> None:
        self._subject = subject
        self._start = start
        self._before = before  # a call that leads from the start to the state
        self._live: AnyEpisode | None = None
        self.state = before.after if before is not None else start

    def step(self, tool: ToolSpec, arguments: dict[str, Any], *, keep: bool = True) -> Step | None:
        """One call; None when it wrote and what it wrote need not be kept."""
        episode = self._live or self._begun()
        result = self._subject.call(episode, tool, arguments)
        written = result.ok and not is_read(tool)
        self._live = None if written else episode
        if written and not keep:
            return None
        return Step(-1, -1, tool, arguments, result, self.state, self._subject.state(episode) if written else self.state)

    def _begun(self) -> AnyEpisode:
        episode = self._subject.start(self._start)
        if self._before is not None:
            self._subject.call(episode, self._before.tool, self._before.arguments)
        return episode


class _Trials:
    """All tools on some rows of one state."""

    def __init__(self, subject: "Subject", state: State, purpose: str, rows: int) -> None:
        self.subject = subject
        self.stand = _Stand(subject, state)
        self.purpose = purpose
        self.most = rows

    def steps(self) -> Iterator[Step]:
        for tool in self.subject.spec.tools:
            caller = self.subject.caller("trials", self.purpose, tool.name)
            written = 0
            for fixed in self._named_rows(tool):
                for optional, extreme in _DRAWS:
                    arguments = {**caller.arguments(tool, self.stand.state, optional=optional, extreme=extreme), **fixed}
                    step = self.stand.step(tool, arguments, keep=written < _WRITES)
                    if step is None:
                        continue
                    yield step
                    if step.result.ok and step.before is not step.after:
                        written += 1
                        yield from self._afterwards(step, caller, follow=written <= _FOLLOWED)

    def _named_rows(self, tool: ToolSpec) -> list[dict[str, Any]]:
        about = subject_key(tool)
        if about is None:
            return [{}, {}]
        name, entity = about
        rows = rows_of(self.subject.spec, self.stand.state, entity)
        return [{name: row[self.subject.spec.entity(entity).key]} for row in rows[:: max(1, len(rows) // self.most)][: self.most]]

    def _afterwards(self, step: Step, caller: Caller, *, follow: bool) -> Iterator[Step]:
        """After a write: the same once more, and whatever else may be done with the row."""
        stand = _Stand(self.subject, step.before, step)
        again = stand.step(step.tool, step.arguments)
        if again is not None:
            yield again
        about = subject_key(step.tool)
        for other in self.subject.spec.tools if follow and about is not None else ():
            named = subject_key(other)
            if named is not None and named[1] == about[1] and other is not step.tool:  # type: ignore[index]
                arguments = {**caller.arguments(other, step.after, optional=0.0), named[0]: step.arguments[about[0]]}  # type: ignore[index]
                further = stand.step(other, arguments, keep=False)
                if further is not None:
                    yield further
