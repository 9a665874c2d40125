"""Catches lists that lose rows, repeat rows, or show what a look-up does not."""

from collections.abc import Iterator
from typing import Any

from envfactory_assets.records import EntitySpec, EnvironmentSpec, ParameterSpec, ToolSpec
from envfactory_assets.verification.belonging import belongs_to
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.choosing import Relation, given, relations
from envfactory_assets.verification.observation import Observation, unless_told_otherwise
from envfactory_assets.verification.probes.filters import SIZE, largest
from envfactory_assets.verification.steps import is_read, returned_rows
from envfactory_assets.verification.subject import Subject

Row = dict[str, Any]
_STATES = 4
_CALLS = 3


def probe(subject: Subject) -> Iterator[Observation]:
    """Of each list: no row twice; rows that are left out differ, in some field or in what they refer to, from all that are shown."""
    for tool in subject.spec.tools:
        if is_read(tool) and tool.returns.many and tool.returns.entity is not None:
            yield from _Lists(subject, tool).observe()


class _Lists:
    """What one tool lists in several states and for several parents."""

    def __init__(self, subject: Subject, tool: ToolSpec) -> None:
        self.subject = subject
        self.tool = tool
        self.entity = subject.spec.entity(str(tool.returns.entity))
        self.wire = next(field.wire for field in self.entity.fields if field.name == self.entity.key)

    def observe(self) -> Iterator[Observation]:
        yield self._once()
        needed = [p for p in self.tool.parameters if p.required and p.role != "page"]
        if len(needed) > 1:
            return
        ways = relations(self.subject.spec, self.tool, needed[0]) if needed else [None]
        seen = [self._seen(needed[0] if needed else None, way) for way in ways]
        found = [each for each in seen if each is not None]
        if found:
            yield next((each for each in found if each.passed), found[0])

    def _seen(self, parameter: ParameterSpec | None, way: Relation | None) -> Observation | None:
        """What the list shows and leaves out, if its argument chooses rows in this way; None when no row is ever asked for."""
        shown: list[tuple[State, Row]] = []
        left_out: list[tuple[State, Row, dict[str, Any]]] = []
        last: list[bool] = []  # of each call that asked for rows: whether all but the last were shown
        walked = [walk.steps[-1].after for walk in self.subject.walks if walk.steps]
        for state in (*self.subject.states[:_STATES], *walked):
            episode = self.subject.start(state)
            for arguments, expected in self._asked(state, parameter, way):
                result = self.subject.call(episode, self.tool, arguments)
                if not result.ok:
                    continue
                keys = [row.get(self.wire) for row in returned_rows(self.tool, result.value)]
                stray = set(keys) - {row[self.entity.key] for row in expected}
                if way is not None and not way.told and stray:
                    evidence = {"state": state, "arguments": arguments, "by": way.said, "stray": sorted(stray, key=str)}
                    return Observation(f"{self.tool.name}: nothing lost", False, evidence, severity=unless_told_otherwise(self.tool))
                cursor = self.tool.returns.cursor
                if not (cursor and isinstance(result.value, dict) and result.value.get(cursor)):
                    shown += [(state, row) for row in expected if row[self.entity.key] in keys]
                    left_out += [(state, row, arguments) for row in expected if row[self.entity.key] not in keys]
                    last += [keys == [row[self.entity.key] for row in expected[:-1]]] if expected else []
        if len(last) >= _CALLS and all(last):
            evidence = {"what": "the last row is always left out", "state": left_out[-1][0], "arguments": left_out[-1][2]}
            return Observation(f"{self.tool.name}: nothing lost", False, evidence, severity=unless_told_otherwise(self.tool))
        return self._explained(shown, left_out) if shown or left_out or way is None else None

    def _once(self) -> Observation:
        """No answer holds a row twice."""
        for step in (*self.subject.steps(self.tool), *self.subject.trials_of(self.tool)):
            keys = [row.get(self.wire) for row in returned_rows(self.tool, step.result.value)] if step.result.ok else []
            if len(keys) != len(set(keys)):
                return Observation(f"{self.tool.name}: rows once", False, {**self.subject.evidence(step), "keys": keys})
        return Observation(f"{self.tool.name}: rows once", True)

    def _asked(self, state: State, parameter: ParameterSpec | None, way: Relation | None) -> Iterator[tuple[dict[str, Any], list[Row]]]:
        """Calls that ask for everything, with the rows that could be meant."""
        sizes = [p for p in self.tool.parameters if p.role == "page" and p.type == "integer" and SIZE.search(p.name)]
        paging = {p.name: largest(self.tool, p.name) for p in sizes[:1]}
        rows = rows_of(self.subject.spec, state, self.entity.name)
        if parameter is None or way is None:
            yield paging, rows
            return
        for value, expected in way.asked(state, rows):
            yield {**given(parameter, value), **paging}, expected

    def _explained(self, shown: list[tuple[State, Row]], left_out: list[tuple[State, Row, dict[str, Any]]]) -> Observation:
        name = f"{self.tool.name}: nothing lost"
        if not shown:
            evidence = {"what": "it never shows anything", "state": left_out[0][0], "arguments": left_out[0][2]} if left_out else {}
            return Observation(name, not left_out, evidence, severity=unless_told_otherwise(self.tool))
        usual: dict[str, set[Any]] = {}
        for state, row in shown:
            for feature, value in self._features(state, row):
                usual.setdefault(feature, set()).add(value)
        for state, row, arguments in left_out:
            if all(value in usual.get(feature, {value}) for feature, value in self._features(state, row)):
                evidence = {"state": state, "tool": self.tool.name, "arguments": arguments, "left_out": row}
                return Observation(name, False, evidence, severity=unless_told_otherwise(self.tool))
        return Observation(name, True, {"shown": len(shown), "left_out": len(left_out)})

    def _features(self, state: State, row: Row) -> Iterator[tuple[str, Any]]:
        yield "of the caller", belongs_to(self.subject.spec, state, self.entity, row, state["me"])
        yield from features(self.subject.spec, self.entity, state, row)


def features(spec: EnvironmentSpec, entity: EntitySpec, state: State, row: Row, depth: int = 1) -> Iterator[tuple[str, Any]]:
    """What a list could choose rows by: choices, what is given and what not, whose it is, past or to come, something or nothing."""
    for field in entity.fields:
        value = row.get(field.name)
        if field.type in {"enum", "boolean"}:
            yield field.name, value
        if not field.required:
            yield f"{field.name} given", value is not None
        if field.type == "caller":
            yield f"{field.name} is the caller", value == state["me"]
        if field.type in {"date", "datetime"} and isinstance(value, str):
            yield f"{field.name} to come", value > state["now"][: len(value)]
        if field.type in {"integer", "money", "number"} and value is not None:
            yield f"{field.name} more than none", value > 0
        if field.type == "ref" and field.ref and depth:
            yield f"{field.name} is the caller", value == state["me"]
            other = spec.entity(field.ref)
            far = next((each for each in rows_of(spec, state, field.ref) if each[other.key] == value), None)
            if far is not None:
                yield from ((f"{field.name}.{name}", said) for name, said in features(spec, other, state, far, depth - 1))
