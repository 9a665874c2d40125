"""Which steps of a chain make wishes: what somebody would ask for, can put into words, and does not take back in the same talk.

What people cannot say is decided where conversations are made, and given to the samplers as ``Unsaid``.
"""

from collections.abc import Sequence
from typing import NamedTuple

from envfactory_assets.graph.drafts import Draft, Given, Origin
from envfactory_assets.graph.model import Unsaid, has_family, is_write
from envfactory_assets.graph.once import once
from envfactory_assets.records import ToolSpec


class Deed(NamedTuple):
    """A step of a chain: its place, its tool, where it takes its records from, whether it deletes or cancels, what people state in it."""

    step: int
    tool: ToolSpec
    origins: tuple[Origin, ...]
    ends: bool
    stated: frozenset[str] = frozenset()


def undoing(deeds: Sequence[Deed]) -> list[int]:
    """The steps that end what the chain has just made or changed, with nothing after that needs them: people seldom want that."""
    if not any(deed.ends for deed in deeds):
        return []
    made = {deed.step for deed in deeds if has_family(deed.tool, "create")}
    updated = {origin for deed in deeds if has_family(deed.tool, "update") for origin in deed.origins}
    used = _used(deeds)
    return [
        deed.step
        for deed in deeds
        if deed.ends and deed.step not in used and any(origin in updated or origin[0] in made for origin in deed.origins)
    ]


def repeating(deeds: Sequence[Deed]) -> list[int]:
    """The steps that change the same thing once more, or make another of a kind from the same, with nothing after that needs them."""
    again, known = list[int](), set[tuple[str, tuple[Origin, ...]]]()
    for deed in deeds:
        name = deed.tool.name, deed.origins
        if name in known and (has_family(deed.tool, "update") or has_family(deed.tool, "create")):
            again.append(deed.step)
        known.add(name)
    used = _used(deeds) if again else set()
    return [step for step in again if step not in used]


def resetting(deeds: Sequence[Deed]) -> list[int]:
    """The updates in which people could only state once more what the chain has stated of the same record before."""
    of_made, of_changed, found = dict[int, frozenset[str]](), dict[Origin, frozenset[str]](), list[int]()
    for deed in deeds:
        if has_family(deed.tool, "create"):
            of_made[deed.step] = deed.stated
        elif has_family(deed.tool, "update"):
            known = [of_made.get(origin[0], frozenset()) | of_changed.get(origin, frozenset()) for origin in deed.origins]
            if deed.stated and not _must_state(deed.tool) and any(deed.stated <= before for before in known):
                found.append(deed.step)
            of_changed |= {origin: deed.stated | before for origin, before in zip(deed.origins, known, strict=True)}
    return found


def _used(deeds: Sequence[Deed]) -> set[int]:
    return {step for deed in deeds for step, _ in deed.origins}


def wishes(draft: Draft, unsaid: Unsaid) -> int:
    """How many things the user of a draft wants and can ask for: writes, and reads that are answers of their own."""
    gone = _unasked(draft, unsaid)
    left = [_deed(draft, step, unsaid) for step in range(len(draft.tools)) if step not in gone]
    for unwanted in (undoing, repeating):
        if found := unwanted(left):
            gone = gone.union(found)
            left = [deed for deed in left if deed.step not in gone]
    if found := resetting(left):
        gone = _building_on(gone.union(found), draft)
    return sum(1 for step, tool in enumerate(draft.tools) if step not in gone and (is_write(tool) or step in draft.answers))


def _unasked(draft: Draft, unsaid: Unsaid) -> set[int]:
    """The steps that nobody would ask for, with all that build on them."""
    gone: set[int] = set()
    for step, tool in enumerate(draft.tools):
        name = f"{draft.env_of(step)}.{tool.name}"
        if name in unsaid.tools or any(item.from_step in gone or _is_hidden(draft, item, unsaid) for item in draft.of_step(step)):
            gone.add(step)
    return gone


def _building_on(steps: set[int], draft: Draft) -> set[int]:
    """Some steps with all that take something from them."""
    gone = set(steps)
    for step in range(len(draft.tools)):
        if any(item.from_step in gone for item in draft.of_step(step)):
            gone.add(step)
    return gone


def _is_hidden(draft: Draft, item: Given, unsaid: Unsaid) -> bool:
    """Whether a step cannot do without a value that no words give it."""
    if item.from_step is None or not unsaid.edges:
        return False
    sides = [(draft.env_of(step), draft.tools[step]) for step in (item.from_step, item.step)]
    if sides[0][0] == sides[1][0] and item.parameter not in _required(sides[1][1]):
        return False
    source, target = (f"{env_id}.{tool.name}" for env_id, tool in sides)
    return (source, item.output_path or "", target, item.parameter) in unsaid.edges


def _deed(draft: Draft, step: int, unsaid: Unsaid) -> Deed:
    tool = draft.tools[step]
    origins = sorted((item.from_step, item.output_path or "") for item in draft.of_step(step) if item.from_step is not None)
    name = f"{draft.env_of(step)}.{tool.name}"
    return Deed(step, tool, tuple(origins), name in unsaid.endings, unsaid.stated.get(name, frozenset()))


@once
def _required(tool: ToolSpec) -> frozenset[str]:
    return frozenset(item.name for item in tool.parameters if item.required)


@once
def _must_state(tool: ToolSpec) -> bool:
    return any(item.required and item.role == "value" for item in tool.parameters)
