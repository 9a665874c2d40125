"""``prove``: whether each request of a conversation can be solved, with what was found."""

import re
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from envfactory_assets.dialogue.proof import reading
from envfactory_assets.dialogue.proof.kinds import KindChecks
from envfactory_assets.dialogue.proof.solving import Solver, UnsolvedError, source_of
from envfactory_assets.dialogue.proof.watching import World, shown
from envfactory_assets.environments import Environment, Episode, agent_tool_name, equivalent, load_environment
from envfactory_assets.records import CalibratedTurn, EnvironmentSpec, PromotedEnvironment, Scenario, TrajectoryStep, content_hash

_PRONOUNS = {"it", "its", "that", "this", "same", "them"}


class Conversation(Protocol):
    """What a proof needs of a conversation."""

    @property
    def turns(self) -> list[CalibratedTurn]:
        """Its turns, in order."""

    @property
    def env_ids(self) -> list[str]:
        """The environments it uses."""

    @property
    def scenario_ids(self) -> list[str]:
        """The scenarios it starts from."""

    @property
    def withheld_tools(self) -> list[str]:
        """The tools that are not offered, as an agent knows them."""


def prove(
    trajectory: Conversation, steps: list[TrajectoryStep], environments: list[PromotedEnvironment], scenarios: list[Scenario]
) -> list[dict[str, Any]]:
    """Check that every request of a conversation can be solved, by replaying it.

    Args:
        trajectory: a conversation with forms and spans.
        steps: its gold calls.
        environments: promoted environments, among them the conversation's.
        scenarios: scenarios, among them the conversation's.

    Returns:
        One proof a turn: holds, failures (one line each), origins (of each gold argument), references (how many records the words fit)
        and counterfactuals (what is lost when a predicate is unsaid).
    """
    rows = {row.env_id: row for row in environments if row.env_id in trajectory.env_ids}
    classes = {env_id: _loaded(rows[env_id].source_code, env_id) for env_id in trajectory.env_ids}
    specs = {env_id: _spec(rows[env_id]) for env_id in trajectory.env_ids}
    states = {s.env_id: s.state for s in scenarios if s.scenario_id in trajectory.scenario_ids}
    names = {agent_tool_name(env_id, tool.name, len(specs) > 1): (env_id, tool.name) for env_id in specs for tool in specs[env_id].tools}
    withheld = {names[name] for name in trajectory.withheld_tools}
    return _Checker(classes, specs, states, trajectory.turns, steps, withheld).run()


@cache
def _loaded(source_code: str, env_id: str) -> type[Environment]:
    return load_environment(source_code, env_id)


_KNOWN: dict[str, EnvironmentSpec] = {}


def _spec(row: PromotedEnvironment) -> EnvironmentSpec:
    if row.code_sha256 not in _KNOWN:
        _KNOWN[row.code_sha256] = EnvironmentSpec.model_validate(row.spec)
    return _KNOWN[row.code_sha256]


class _Checker:
    def __init__(
        self,
        classes: dict[str, type[Environment]],
        specs: dict[str, EnvironmentSpec],
        states: dict[str, Any],
        turns: list[CalibratedTurn],
        steps: list[TrajectoryStep],
        withheld: set[tuple[str, str]],
    ) -> None:
        self._classes = classes
        self._specs = specs
        self._start = states
        self._turns = turns
        self._steps = {step.call_id: step for step in sorted(steps, key=lambda step: step.step)}
        self._gold = self._episode()
        self._solver = Solver(World(specs, self._episode()), turns)
        self._failures: list[str] = []
        for step in steps:
            self._solver.know(step.call_id, step.env_id, step.tool)
        for unmade in [call for turn in turns for call in turn.form.get("unmade", ())]:
            self._solver.know(unmade["call_id"], unmade["env_id"], unmade["tool"])
        self._kinds = KindChecks(self._solver, specs, self._steps, withheld)

    def _episode(self) -> Episode:
        episode = Episode(self._classes)
        episode.reset(self._start)
        return episode

    def run(self) -> list[dict[str, Any]]:
        """The proofs of all turns."""
        return [self._turn(turn) for turn in self._turns]

    def _turn(self, turn: CalibratedTurn) -> dict[str, Any]:
        self._failures = []
        self._solver.world.forget()
        steps = [step for step in self._steps.values() if step.turn == turn.index]
        self._spans(turn)
        self._wishes(turn)
        self._failures += self._kinds.before(turn)
        references = [self._reference(turn, referent) for referent in turn.form["referents"] if referent["scope"] != "handled"]
        counterfactuals = [self._counterfactual(turn, predicate) for predicate in turn.form["predicates"] if predicate["op"] != "handled"]
        origins = [origin for step in steps for origin in self._step(turn, step)]
        self._failures += self._kinds.after(turn, self._now())
        self._compare(steps)
        return {
            "holds": not self._failures,
            "failures": list(self._failures),
            "origins": origins,
            "references": references,
            "counterfactuals": counterfactuals,
        }

    def _now(self) -> datetime:
        return datetime.fromisoformat(next(iter(self._gold.view().values()))["now"])

    def _fail(self, text: str) -> None:
        self._failures.append(text)

    def _spans(self, turn: CalibratedTurn) -> None:
        """Every predicate has words, which stand where they are said to stand and say what the predicate says."""
        by_predicate = {span.predicate: span.text for span in turn.spans}
        known = {predicate["id"] for predicate in turn.form["predicates"]}
        for span in turn.spans:
            if source_of(turn, span)[span.start : span.end] != span.text or not span.text.strip() or span.predicate not in known:
                self._fail(f"The span {span.text!r} does not stand at {span.start}.")
        for predicate in turn.form["predicates"]:
            words = by_predicate.get(predicate["id"])
            if words is None:
                self._fail(f"No words say the predicate {predicate['id']}.")
            elif predicate["role"] == "referent" and not self._words_fit(turn, predicate, words):
                self._fail(f"The words {words!r} do not say {predicate['field'] or predicate['op']} {predicate['value']!r}.")

    def _wishes(self, turn: CalibratedTurn) -> None:
        """A wish of which nothing particular is said is at least named: what kind of thing it is about."""
        said = {predicate["intent"] for predicate in turn.form["predicates"]}
        for intent in turn.form["intents"]:
            entity = intent["entity"] or ""
            words = [str(reading.word_list("vocabulary")["entities"].get(entity, "")), *re.findall(r"[A-Z]?[a-z]+", entity)]
            if words[-1:] and words[-1].lower() in reading.word_list("vocabulary")["people"]:
                words.append(str(reading.word_list("acts")["own_record"]))  # the caller's own
            stems = [reading.folded(word)[:4].removesuffix("y") for word in words if word]
            if intent["id"] not in said and stems and not any(stem in reading.folded(turn.request) for stem in stems):
                self._fail(f"The request does not say that it is about the {entity}.")

    def _words_fit(self, turn: CalibratedTurn, predicate: dict[str, Any], text: str) -> bool:
        """Whether the words for a referent's predicate carry its value."""
        operator, value = predicate["op"], predicate["value"]
        env_id = next(r["env_id"] for r in turn.form["referents"] if predicate["id"] in r["predicates"])
        now = datetime.fromisoformat(self._gold.view()[env_id]["now"])
        if operator in {"only", "handled"}:
            words = {reading.folded(word) for word in text.split()}
            return (
                bool(words & _PRONOUNS)
                or any(reading.folded(word)[:4] in reading.folded(predicate["entity"]) for word in text.split())
                or _noun(predicate, text)
            )
        if operator in {"min", "max", "next", "last"}:
            return _extreme(operator, text)
        if operator == "overdue":
            return "overdue" in text.lower()
        if operator == "about":
            return reading.read_stretch(text, now.date()) == str(value)
        if operator == "on":
            day = reading.read_day(text, now.date())
            return day is not None and day.isoformat() == value
        if isinstance(value, bool):
            return reading.read_value(text, {"type": "boolean"}, now) is value
        if isinstance(value, int | float):
            number = reading.read_number(text, whole=False)
            return number is not None and reading.same(number, value)
        spoken = reading.choice_words(str(value))
        return reading.folded(spoken) in reading.folded(text)

    def _reference(self, turn: CalibratedTurn, referent: dict[str, Any]) -> dict[str, Any]:
        """The words for a record fit it alone, and a gold call shows what tells it apart."""
        try:
            found = self._solver.candidates(turn, referent["id"])
        except UnsolvedError as error:
            self._fail(str(error))
            found = []
        taken = sum(entry.get("referent") == referent["id"] for entry in turn.form["arguments"]) if referent.get("many") else 1
        if len(found) != taken and not self._alike(turn, referent, found):
            self._fail(f"The words for the {referent['entity']} fit {len(found)} records.")
        fields = [p["field"] for p in turn.form["predicates"] if p["id"] in referent["predicates"] and p["op"] != "only"]
        source = self._steps.get(referent["source"])
        tool = self._specs[source.env_id].tool(source.tool) if source else None
        rows = shown(source.result, tool) if source and tool else []
        unmade = referent["source"] in {call["call_id"] for call in turn.form.get("unmade", ())}
        seen = source is not None and source.turn <= turn.index
        if not unmade and (not seen or not any(all(row.get(field) is not None for field in fields) for row in rows)):
            self._fail(f"No gold call shows what tells the {referent['entity']} apart.")
        return {"referent": referent["id"], "fits": len(found), "source": referent["source"], "fields": fields}

    @staticmethod
    def _alike(turn: CalibratedTurn, referent: dict[str, Any], found: list[dict[str, Any]]) -> bool:
        """Whether all the records that fit give the same values for every argument taken from them."""
        leaves = [entry["leaf"] for entry in turn.form["arguments"] if entry.get("referent") == referent["id"]]
        return bool(found) and bool(leaves) and all(len({str(row.get(leaf)) for row in found}) == 1 for leaf in leaves)

    def _counterfactual(self, turn: CalibratedTurn, predicate: dict[str, Any]) -> dict[str, Any]:
        """Unsaid, a predicate must be missed: an argument loses its origin, or another record fits."""
        missed = ""
        for entry in turn.form["arguments"]:
            named = predicate["id"] in entry.get("predicates", [])
            referent = next(
                (r for r in turn.form["referents"] if r["id"] == entry.get("referent") and predicate["id"] in r["predicates"]), None
            )
            if not named and referent is None:
                continue
            try:
                self._solver.argument(turn, entry, without=predicate["id"])
            except UnsolvedError as error:
                missed = str(error)
                break
        if not missed:
            self._fail(f"Nothing is lost when {predicate['field'] or predicate['op']} {predicate['value']!r} is unsaid.")
        return {"predicate": predicate["id"], "loses": missed}

    def _step(self, turn: CalibratedTurn, step: TrajectoryStep) -> list[dict[str, Any]]:
        """Every argument of a gold call has an origin; the call replays; the solver makes its own."""
        origins = []
        entries = {e["parameter"]: e for e in turn.form["arguments"] if e["call_id"] == step.call_id}
        for name, value in step.arguments.items():
            origins.append(self._origin(turn, step, name, value, entries.get(name)))
        result = self._gold.call(agent_tool_name(step.env_id, step.tool, len(self._classes) > 1), step.arguments)
        refused = result.error.code if result.error else None
        stored = step.error.partition(":")[0] if step.error else None
        if refused != stored or content_hash(result.value if result.ok else None) != content_hash(step.result):
            self._fail(f"{step.call_id} does not replay to the stored result.")
        try:
            self._solver.act(turn, step.call_id, refused=step.error is not None)
        except UnsolvedError as error:
            self._fail(str(error))
        return origins

    def _origin(self, turn: CalibratedTurn, step: TrajectoryStep, name: str, value: Any, entry: dict[str, Any] | None) -> dict[str, Any]:
        found: dict[str, Any] = {"call_id": step.call_id, "argument": name, "kind": entry["origin"] if entry else None}
        if entry is None:
            self._fail(f"The argument {name} of {step.call_id} has no origin.")
            return found
        try:
            known = self._solver.argument(turn, entry)
        except UnsolvedError as error:
            self._fail(str(error))
            return found
        if not reading.same(known, value):
            self._fail(f"The request leads to {name} = {known!r}, but {step.call_id} has {value!r}.")
        if entry["origin"] == "referent":
            found |= self._observed(step, name, value)
        return found

    def _observed(self, step: TrajectoryStep, name: str, value: Any) -> dict[str, Any]:
        """The value really stands in the result of an earlier call, where the step says."""
        origin = next((o for o in step.argument_origins if o.argument == name), None)
        source = self._steps.get(origin.call_id or "") if origin else None
        if origin is None or source is None or source.step >= step.step or not _shows(source.result, origin.path or "", value):
            self._fail(f"No earlier call shows {name} = {value!r} of {step.call_id}.")
            return {}
        return {"observed": {"call_id": source.call_id, "path": origin.path}}

    def _compare(self, steps: list[TrajectoryStep]) -> None:
        """The solver's state means the same as the gold state, which is the stored one."""
        gold = self._gold.view()
        if steps and content_hash(gold) != steps[-1].state_sha256_after:
            self._fail("The gold calls do not lead to the stored state.")
        mine = self._solver.world.episode.view()
        if mine != gold and not equivalent(mine, gold, self._start, self._classes):
            self._fail("A solver that knows only the request reaches another state.")


def _shows(result: Any, path: str, value: Any) -> bool:
    """Whether a result holds a value at a path; a list of one is as good as the value."""
    held = _at(result, path)
    return reading.same(held, value) or (isinstance(value, list) and len(value) == 1 and reading.same(held, value[0]))


def _at(value: Any, path: str) -> Any:
    for part in path.replace("[", ".[").split("."):
        if not part:
            continue
        try:
            value = value[int(part[1:-1])] if part.startswith("[") else value[part]
        except (KeyError, IndexError, TypeError, ValueError):
            return None
    return value


def _noun(predicate: dict[str, Any], text: str) -> bool:
    known = reading.word_list("vocabulary")["entities"].get(predicate["entity"], "")
    return bool(known) and reading.folded(str(known)) in reading.folded(text)


def _extreme(operator: str, text: str) -> bool:
    """Whether some words are a superlative of one direction, by the word list."""
    lists = reading.word_list("arguments")["superlatives"]
    words = [*lists[operator].values(), *(pair[operator] for pair in lists["by_field"].values() if operator in pair)]
    return any(reading.folded(str(word)) in reading.folded(text) for word in words)
