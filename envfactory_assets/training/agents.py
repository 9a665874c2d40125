"""Agents that need no model: the gold script, one that does nothing, one that calls at random, one that reads all it can.

Every agent sees what a model would see: the messages so far and the tools. None touches the episode.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

import orjson

from envfactory_assets.records import FunctionCall, GoldCall, Message, RlTask, canonical_json
from envfactory_assets.training.answers import answers_in

Tools = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Move:
    """What an agent does next: some calls, or a reply that ends its turn."""

    calls: tuple[FunctionCall, ...] = ()
    reply: str = ""


class Agent(Protocol):
    """Anything that can be asked for its next move, from the messages so far and the tools it may call."""

    name: str

    def respond(self, messages: Sequence[Message], tools: Tools, /) -> Move:
        """The next move, given the conversation so far."""
        ...


class GoldAgent:
    """Makes the gold calls of each request, then tells the required answers."""

    name = "gold"

    def __init__(self, task: RlTask) -> None:
        told = ["I can't do that", *task.required_answers] if task.declines else task.required_answers
        self._answers = "; ".join(told) or "Done."
        self._waiting: list[GoldCall] = list(task.gold_calls)

    def respond(self, messages: Sequence[Message], _tools: Tools, /) -> Move:
        """The next gold call of the request at hand."""
        turn = messages[-1].turn
        if self._waiting and self._waiting[0].turn <= turn:
            call = self._waiting.pop(0)
            return Move((FunctionCall(name=call.tool, arguments=canonical_json(call.arguments)),))
        return Move(reply=self._answers)


class NullAgent:
    """Does nothing and says nothing."""

    name = "null"

    def respond(self, _messages: Sequence[Message], _tools: Tools, /) -> Move:
        """An empty reply."""
        return Move()


class RandomAgent:
    """Makes a few calls with arguments of the right types, some taken from what it has seen."""

    name = "random"

    def __init__(self, seed: int, calls: int = 5) -> None:
        self._random = Random(seed)  # noqa: S311 - a reproducible baseline, not a secret
        self._left = calls
        self._seen = SeenValues()

    def respond(self, messages: Sequence[Message], tools: Tools, /) -> Move:
        """A random call, or a reply when it has made enough of them."""
        if not self._left or not tools:
            return Move(reply="Done.")
        self._left -= 1
        function = self._random.choice(list(tools))["function"]
        arguments = random_arguments(function["parameters"], self._seen.of(messages), self._random)
        return Move((FunctionCall(name=function["name"], arguments=canonical_json(arguments)),))


class ReadEverythingAgent:
    """Calls every reading tool, with every value it has seen where an argument is required, and repeats what it found."""

    name = "read_everything"

    def __init__(self, reading: frozenset[str], calls: int = 25) -> None:
        self._reading = reading
        self._left = calls
        self._made: set[tuple[str, str]] = set()
        self._seen = SeenValues()

    def respond(self, messages: Sequence[Message], tools: Tools, /) -> Move:
        """The next look-up not made yet."""
        seen = self._seen.of(messages)
        for tool in tools if self._left else ():
            function = tool["function"]
            if function["name"] not in self._reading:
                continue
            for arguments in _fillings(function["parameters"], seen):
                call = (function["name"], canonical_json(arguments))
                if call not in self._made:
                    self._made.add(call)
                    self._left -= 1
                    return Move((FunctionCall(name=call[0], arguments=call[1]),))
        return Move(reply="\n".join(message.content or "" for message in messages if message.role == "tool"))


class SeenValues:
    """Values in the results an agent has seen, each once, in order; a conversation only ever grows."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}
        self._read = 0

    def of(self, messages: Sequence[Message]) -> list[str]:
        """The values in all messages so far."""
        for message in messages[self._read :]:
            if message.role == "tool":
                self._found.update(dict.fromkeys(answers_in(orjson.loads(message.content or "null"))))
        self._read = len(messages)
        return list(self._found)


def random_arguments(schema: Mapping[str, Any], seen: Sequence[str], random: Random) -> dict[str, Any]:
    """Arguments that fit a tool's schema: all required ones and now and then an optional one."""
    required = set(schema.get("required", ()))
    chosen = [name for name in schema.get("properties", {}) if name in required or random.random() < 0.3]
    return {name: _random_value(schema["properties"][name], seen, random, schema) for name in chosen}


def _random_value(part: Mapping[str, Any], seen: Sequence[str], random: Random, root: Mapping[str, Any]) -> Any:
    part = _resolved(part, root)
    if "enum" in part:
        return random.choice(part["enum"])
    if "const" in part:
        return part["const"]
    kind = part.get("type", "string")
    if kind == "array":
        return [_random_value(part.get("items", {}), seen, random, root)]
    if kind == "object":
        inner = part.get("properties", {})
        return {name: _random_value(inner[name], seen, random, root) for name in part.get("required", ())}
    if kind == "boolean":
        return random.random() < 0.5
    if kind in {"integer", "number"}:
        return random.randint(1, 200)
    dated = {"date": "2026-05-{:02d}", "date-time": "2026-05-{:02d}T10:00:00Z"}.get(str(part.get("format")))
    if dated and random.random() < 0.7:
        return dated.format(random.randint(1, 28))
    return random.choice(seen) if seen and random.random() < 0.8 else random.choice(("alpha", "1", "A1"))


def _resolved(part: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without its reference or its null alternative."""
    while "$ref" in part:
        part = root["$defs"][part["$ref"].rpartition("/")[2]]
    options = [option for option in part.get("anyOf", ()) if option.get("type") != "null"]
    return _resolved(options[0], root) if options else part


def _fillings(schema: Mapping[str, Any], seen: Sequence[str]) -> list[dict[str, Any]]:
    """No arguments where none is required, else a call for every value seen that fits the only required argument."""
    required = list(schema.get("required", ()))
    if not required:
        return [{}]
    kind = _resolved(schema["properties"][required[0]], schema).get("type")
    if len(required) > 1 or kind not in {"string", "integer"}:
        return []
    return [{required[0]: value if kind == "string" else int(value)} for value in seen if kind == "string" or value.isdigit()]
