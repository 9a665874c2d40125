"""What kinds of conversation claim beyond their calls: questions back, refusals, missing tools, answers from before and computed ones."""

from datetime import datetime
from typing import Any

from envfactory_assets.dialogue.proof import reading
from envfactory_assets.dialogue.proof.solving import Solver, UnsolvedError
from envfactory_assets.dialogue.proof.watching import Record, shown
from envfactory_assets.records import CalibratedTurn, EnvironmentSpec, ToolSpec, TrajectoryStep

_FEWEST = 2  # records that fit what is ambiguous
_ROUNDED = 0.005 + 1e-9  # amounts are told with two decimals


class KindChecks:
    """Checks of one conversation; each gives one line a failure."""

    def __init__(
        self, solver: Solver, specs: dict[str, EnvironmentSpec], steps: dict[str, TrajectoryStep], withheld: set[tuple[str, str]]
    ) -> None:
        self._solver = solver
        self._specs = specs
        self._steps = steps
        self._withheld = withheld

    def before(self, turn: CalibratedTurn) -> list[str]:
        """What must hold when the turn begins: each question back was needed, and nothing was done before that its answer says."""
        found = []
        made = [step.call_id for step in sorted(self._steps.values(), key=lambda step: step.step) if step.turn == turn.index]
        for place, exchange in enumerate(turn.exchanges):
            answered = {span.predicate for span in turn.spans if span.exchange == place}
            early = set(made[: exchange.after_calls])
            handed = bool(made[: exchange.after_calls]) and self._steps[made[exchange.after_calls - 1]].requestor == "user"
            if not (answered or handed) or not exchange.question.rstrip().endswith("?"):
                found.append("A question back gets no answer that says anything.")
            if any(entry["call_id"] in early and self._uses(turn, entry, answered) for entry in turn.form["arguments"]):
                found.append("A call before the question uses what only the answer says.")
            if not self._needed(turn, answered, made[: exchange.after_calls]):
                found.append("The question back is not needed: the request says it, or no tool demands it.")
        return found

    @staticmethod
    def _uses(turn: CalibratedTurn, entry: Record, predicates: set[str]) -> bool:
        referent = next((r for r in turn.form["referents"] if r["id"] == entry.get("referent")), None)
        return bool(predicates & {*(entry.get("predicates") or []), *(referent["predicates"] if referent else [])})

    def _needed(self, turn: CalibratedTurn, answered: set[str], early: list[str]) -> bool:
        """A demanded value, a record that several fit without the answer, or a call that was refused just before."""
        if early and (self._steps[early[-1]].error is not None or self._steps[early[-1]].requestor == "user"):
            return True
        for entry in turn.form["arguments"]:
            if answered & set(entry.get("predicates") or []):
                _, tool = self._solver.tool(entry["call_id"])
                return any(p.name == entry["parameter"] and p.required for p in tool.parameters)
        for referent in turn.form["referents"]:
            if answered & set(referent["predicates"]):
                left = [p for p in referent["predicates"] if p not in answered]
                return len(self._solver.fitting(turn, referent, left)) >= _FEWEST
        return False

    def after(self, turn: CalibratedTurn, now: datetime) -> list[str]:
        """What must hold of a turn's wishes, once its calls are made."""
        found: list[str] = []
        for intent in turn.form["intents"]:
            try:
                if intent.get("declined") == "missing_tool":
                    found += self._no_tool(turn, intent)
                elif intent.get("declined") == "impossible":
                    found += self._refusal(turn, intent, now)
                elif intent.get("answered_by"):
                    found += self._answered(turn, intent, now)
                elif intent.get("computed"):
                    found += self._computed(turn, intent, now)
                elif intent.get("each"):
                    found += self._each(turn, intent)
            except UnsolvedError as error:
                found.append(str(error))
        for step in [step for step in self._steps.values() if step.turn == turn.index]:
            if ((step.env_id, step.tool) in self._withheld) != (step.requestor == "user"):
                found.append(f"The tool {step.tool} is called by the {step.requestor}, to whom it is not offered.")
        return found

    def _no_tool(self, turn: CalibratedTurn, intent: Record) -> list[str]:
        """The wish is clear, its tool is not offered, and no other has its effect."""
        self._solver.consider(turn, intent["call_ids"][-1])
        spec = self._specs[intent["env_id"]]
        able = [tool.name for tool in spec.tools if _could_do(tool, spec.tool(intent["tool"]))]
        offered = [name for name in able if (intent["env_id"], name) not in self._withheld]
        made = [name for name in intent["call_ids"] if name in self._steps]
        found = [f"The tool {name} is offered and could do it." for name in offered]
        return found + ([f"{made[0]} is made for a wish that no tool fulfils."] if made else [])

    def _refusal(self, turn: CalibratedTurn, intent: Record, now: datetime) -> list[str]:
        """The call was refused and changed nothing, and the user is told the state that forbids it."""
        step = self._steps[intent["call_ids"][-1]]
        if step.error is None or step.state_diff:
            return [f"{step.call_id} is not refused."]
        records = [
            r
            for entry in turn.form["arguments"]
            if entry["call_id"] == step.call_id and entry.get("referent")
            for r in self._solver.candidates(turn, entry["referent"])
        ]
        made = [other.call_id for other in sorted(self._steps.values(), key=lambda s: s.step) if other.turn == turn.index]
        after = [e.question for e in turn.exchanges if made[: e.after_calls][-1:] == [step.call_id]]
        text = after[0] if after else turn.reply
        told = [record[intent["hides"]] for record in records if record.get(intent["hides"]) is not None]
        return [] if told and all(tells(text, value, now) for value in told) else ["The reply does not tell what forbids it."]

    def _answered(self, turn: CalibratedTurn, intent: Record, now: datetime) -> list[str]:
        """An earlier result shows what is asked, of the record that is meant, which nothing has changed since; the reply tells it."""
        arguments = self._solver.consider(turn, intent["call_ids"][-1])
        source = self._steps.get(intent["answered_by"])
        if source is None or source.turn >= turn.index or intent["call_ids"][-1] in self._steps:
            return ["No earlier call shows what is asked."]
        tool = self._specs[source.env_id].tool(source.tool)
        key = self._solver.world.key_name(source.env_id, tool.returns.entity or "")
        rows = [row for row in shown(source.result, tool) if key and row.get(key) in arguments.values()]
        if key is None or len(rows) != 1 or rows[0].get(intent["asked"]) is None:
            return ["No earlier call shows what is asked."]
        since = [step for step in self._steps.values() if source.step < step.step and step.turn < turn.index]
        changed = [
            c for step in since for c in step.state_diff if str(c["key"]) == str(rows[0][key]) and c["entity"] == tool.returns.entity
        ]
        if changed:
            return ["What is asked has changed since the result that shows it."]
        return [] if tells(turn.reply, rows[0][intent["asked"]], now) else ["The reply does not tell what is asked."]

    def _computed(self, turn: CalibratedTurn, intent: Record, now: datetime) -> list[str]:
        """The answer, worked out again from all pages of the look-up, is the one the reply tells."""
        question, call_id = intent["computed"], intent["call_ids"][-1]
        env_id, tool = self._solver.tool(call_id)
        arguments = self._solver.arguments(turn, call_id)
        records = self._solver.world.records(env_id, tool, arguments)
        if len(records) != len(shown(self._steps[call_id].result, tool)):
            return ["The look-up does not show all records that count."]
        answer = worked_out(question["op"], question["field"], records)
        stored = question["answer"]
        if question["op"] in {"min", "max"}:
            same = isinstance(answer, dict) and stored in answer.values()
        else:
            same = isinstance(answer, float) and abs(answer - float(stored)) < 0.005 + abs(answer) * 1e-9
        number = question["op"] not in {"min", "max"}
        spoken = tells(turn.reply, float(stored), now) if number else reading.folded(stored) in reading.folded(turn.reply)
        return [] if same and spoken else [f"The answer {stored!r} is not what the records give, or is not told."]

    def _each(self, turn: CalibratedTurn, intent: Record) -> list[str]:
        """One call is made for every record that the words fit, and for no other."""
        entries = [e for e in turn.form["arguments"] if e["call_id"] in intent["call_ids"] and "place" in e]
        referents = {entry["referent"] for entry in entries}
        if len(referents) != 1:
            return ["It is not said which records are meant together."]
        found = self._solver.candidates(turn, referents.pop())
        return [] if len(found) == len(entries) >= _FEWEST else [f"The words fit {len(found)} records, and {len(entries)} are taken."]


def _could_do(tool: ToolSpec, wanted: ToolSpec) -> bool:
    """Whether a tool has an effect of another, where both say to what end, to the same one."""
    for goal in wanted.effects:
        for effect in tool.effects:
            ends = {effect.target, goal.target} - {None}
            if effect.family == goal.family and effect.entity == goal.entity and len(ends) < 2:
                return True
    return False


def worked_out(operation: str, field: str | None, records: list[Record]) -> float | Record | None:
    """A count, a sum, a difference, or the one record with the smallest or the largest value; None when there is no one answer."""
    if operation == "count":
        return float(len(records))
    sized = [(_size(record.get(field or "")), record) for record in records]
    sizes = [size for size, _ in sized if size is not None]
    if len(sizes) != len(records) or not sizes:
        return None
    if operation == "sum":
        return sum(sizes)
    if operation == "difference":
        return max(sizes) - min(sizes)
    best = min(sizes) if operation == "min" else max(sizes)
    chosen = [record for size, record in sized if size == best]
    return chosen[0] if len(chosen) == 1 else None


def _size(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return (moment.replace(tzinfo=None) - datetime(1970, 1, 1)).total_seconds()  # noqa: DTZ001 - both naive


def tells(text: str, value: Any, now: datetime) -> bool:
    """Whether a text says a value: a number, a day, the words of a choice, the text itself."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return any(abs(number - value) <= _ROUNDED for number in reading.numbers(text))
    folded = reading.folded(text)
    words = {reading.folded(str(value)), reading.folded(reading.choice_words(str(value)))}
    if any(word and word in folded for word in words):
        return True
    day = reading.read_day(str(value), now.date())
    if day is not None:
        told = reading.read_day(text, now.date())
        return told is not None and (told.month, told.day) == (day.month, day.day)
    return False
