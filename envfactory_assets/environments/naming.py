"""Names on the wire, and the one function that makes the names an agent sees."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Literal

Naming = Literal["snake", "camel", "pascal"]

_LONGEST = 64
_UNSAFE = re.compile(r"[^A-Za-z0-9_-]")


def wire_name(name: str, naming: Naming) -> str:
    """A Python name in a service's style: ``due_on`` is ``dueOn`` in camel and ``DueOn`` in pascal."""
    if naming == "snake":
        return name
    first, *rest = name.strip("_").split("_")
    tail = "".join(word[:1].upper() + word[1:] for word in rest)
    return (first if naming == "camel" else first[:1].upper() + first[1:]) + tail


def agent_tool_name(env_id: str, tool: str, several: bool = False) -> str:
    """The name an agent calls a tool by; it matches ``^[A-Za-z0-9_-]{1,64}$``.

    Args:
        env_id: the environment.
        tool: the tool's wire name.
        several: whether the episode has more than one environment: then the name carries ``env_id``.
    """
    whole = f"{env_id}__{tool}" if several else tool
    plain = _UNSAFE.sub("_", whole)
    if plain == whole and len(plain) <= _LONGEST:
        return plain
    mark = sha256(whole.encode()).hexdigest()[:8]
    return f"{plain[: _LONGEST - 9]}_{mark}"


def agent_tool_names(tools: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, str]]:
    """All names of an episode with what they stand for: the way back from ``agent_tool_name``.

    Args:
        tools: the wire names of each environment's tools.

    Raises:
        ValueError: two tools would have the same name.
    """
    several = len(tools) > 1
    found: dict[str, tuple[str, str]] = {}
    for env_id, names in tools.items():
        for tool in names:
            name = agent_tool_name(env_id, tool, several)
            if name in found:
                raise ValueError(f"Tools {found[name]} and {(env_id, tool)} would both be named {name!r}.")
            found[name] = (env_id, tool)
    return found
