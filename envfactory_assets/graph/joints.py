"""Where a chain could go on in another environment: a place, a date, a person or an amount that one shows and a write of another takes.

Names and types propose, an offline embedding ranks what they propose, and ``joining`` executes the best: nothing is believed before.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from envfactory_assets.bundled import read_yaml
from envfactory_assets.graph.details import is_sayable, words_of
from envfactory_assets.graph.embedders import nearness
from envfactory_assets.graph.model import field_of, has_family, is_write
from envfactory_assets.graph.paths import field_path, returned_entity
from envfactory_assets.records import EnvironmentSpec, FieldSpec, ParameterSpec, Split, ToolSpec
from envfactory_assets.records.settings import EmbedderName

SHORTLIST = 4  # joints of an ordered pair of environments that are tried
NEAREST = 12  # values shown elsewhere that are looked at for one that is taken
PARTNERS = 2  # environments that one leads to, and that lead to one
_OWN_TYPES = {"string": "text", "number": "money"}


@dataclass(frozen=True)
class Joint:
    """A value of one environment's look-up that a write of another could take."""

    kind: str  # place, person, date, amount
    source: ToolSpec
    output_path: str
    target: ToolSpec
    parameter: ParameterSpec
    similarity: float
    reason: str

    @property
    def label(self) -> str:
        """How a rejected joint is called; tools are named without their environments."""
        return f"{self.source.name}:{self.output_path} -> {self.target.name}:{self.parameter.name}"


@dataclass(frozen=True)
class _Shown:
    """A value that a look-up shows."""

    tool: ToolSpec
    path: str
    entity: str
    field: FieldSpec
    sense: tuple[str, str]  # kind and group

    @property
    def text(self) -> str:
        return " ".join((*_split(self.entity), *sorted(words_of(self.field.wire))))


@dataclass(frozen=True)
class _Taken:
    """A value that a write takes."""

    tool: ToolSpec
    parameter: ParameterSpec
    sense: tuple[str, str]

    @property
    def text(self) -> str:
        return " ".join((*_split(self.tool.name), *sorted(words_of(self.parameter.name))))


_Pairing = tuple[float, _Shown, _Taken]
"""How near a value that is shown is to one that is taken."""


def joined_pairs(
    specs: Sequence[EnvironmentSpec], splits: Mapping[str, Split], embedder: EmbedderName = "wordllama"
) -> dict[tuple[str, str], list[Joint]]:
    """Which environments of a domain a chain could lead through, and by which values.

    Args:
        specs: the environments, of one domain.
        splits: the split of each by its id; environments of different splits are never joined.
        embedder: what tells how near two values are in meaning.

    Returns:
        For ordered pairs of environments the joints worth trying, best first; each environment has a few partners at most.
    """
    met = _met(specs, splits, embedder)
    found = {pair: _joints(met[pair]) for pair in sorted(met)}
    chosen: dict[tuple[str, str], list[Joint]] = {}
    leads, led = Counter[str](), Counter[str]()
    for left, right in sorted(found, key=lambda pair: (-sum(joint.similarity for joint in found[pair]), pair)):
        if leads[left] < PARTNERS and led[right] < PARTNERS and (right, left) not in chosen:
            chosen[left, right] = found[left, right]
            leads[left] += 1
            led[right] += 1
    return chosen


def _met(specs: Sequence[EnvironmentSpec], splits: Mapping[str, Split], embedder: EmbedderName) -> dict[tuple[str, str], list[_Pairing]]:
    """For ordered pairs of environments what one shows beside what the other takes: for each value taken the nearest that are shown."""
    shown: dict[tuple[str, ...], list[tuple[str, _Shown]]] = defaultdict(list)
    taken: dict[tuple[str, ...], list[tuple[str, _Taken]]] = defaultdict(list)
    for spec in sorted(specs, key=lambda spec: spec.env_id):
        for source in _shown(spec):
            shown[splits[spec.env_id], *source.sense].append((spec.env_id, source))
        for target in _taken(spec):
            taken[splits[spec.env_id], *target.sense].append((spec.env_id, target))
    met: dict[tuple[str, str], list[_Pairing]] = defaultdict(list)
    for sense in sorted(shown.keys() & taken.keys()):
        sources, targets = shown[sense], taken[sense]
        table = nearness([source.text for _, source in sources], [target.text for _, target in targets], embedder)
        order = (-table).argsort(axis=0, kind="stable")
        for column, (right, target) in enumerate(targets):
            others = (row for row in order[:, column] if sources[row][0] != right)
            for row in islice(others, NEAREST):
                met[sources[row][0], right].append((round(float(table[row, column]), 3), sources[row][1], target))
    return met


def _joints(met: list[_Pairing]) -> list[Joint]:
    """The nearest values of two environments: each parameter and each field at most once."""
    met = sorted(met, key=lambda item: (-item[0], item[1].tool.name, item[1].path, item[2].tool.name, item[2].parameter.name))
    joints: list[Joint] = []
    for similarity, source, target in met:
        fresh = all(
            (joint.target.name, joint.parameter.name) != (target.tool.name, target.parameter.name) and joint.output_path != source.path
            for joint in joints
        )
        if fresh and len(joints) < SHORTLIST:
            reason = f"{target.parameter.name} takes a {source.sense[0]} ({source.sense[1]}), as {source.entity}.{source.field.wire} is."
            joints.append(Joint(source.sense[0], source.tool, source.path, target.tool, target.parameter, similarity, reason))
    return joints


def _shown(spec: EnvironmentSpec) -> Iterator[_Shown]:
    """What listings show; of several listings of one record type the one that needs least."""
    listings: dict[str, ToolSpec] = {}
    for tool in spec.tools:
        entity = returned_entity(spec, tool.returns)
        if entity is None or not tool.returns.many or is_write(tool) or tool.audience != "agent":
            continue
        known = listings.get(entity.name)
        if known is None or _needs(tool) < _needs(known):
            listings[entity.name] = tool
    for name, tool in listings.items():
        for field in spec.entity(name).fields:
            if not field.enum and (sense := _sense(field.wire, field.type, name)) is not None and _is_of(name, sense[0]):
                yield _Shown(tool, field_path(tool.returns, field), name, field, sense)


def _is_of(entity: str, kind: str) -> bool:
    """Whether a record's values of a kind are its own: the email address of a customer is somebody's, that of a note is not."""
    entry = _lexicon()[kind]
    return "of" not in entry or bool({*entry["of"], *entry["named"]} & set(_split(entity)))


def _needs(tool: ToolSpec) -> int:
    return sum(parameter.required for parameter in tool.parameters)


def _taken(spec: EnvironmentSpec) -> Iterator[_Taken]:
    """What writes take as plain values; deletions take none."""
    for tool in spec.tools:
        if not is_write(tool) or has_family(tool, "delete") or tool.audience != "agent":
            continue
        for parameter in tool.parameters:
            if parameter.role not in {"value", "other"} or parameter.enum or not is_sayable(spec, parameter):
                continue
            about = field_of(spec, parameter)
            kind = about.type if about is not None else _OWN_TYPES.get(parameter.type, parameter.type)
            entity = parameter.entity or tool.returns.entity or ""
            made = next((effect.entity for effect in tool.effects if effect.entity), entity)
            if (sense := _sense(parameter.name, kind, entity)) is not None and _is_of(made, sense[0]):
                yield _Taken(tool, parameter, sense)


def _sense(name: str, kind: str, entity: str) -> tuple[str, str] | None:
    """What a value of a name and a type means: the kind and group of the lexicon; None when it joins nothing."""
    words = words_of(name)
    for sense, entry in _lexicon().items():
        if kind not in entry["types"] or words & set(entry["leave_out"]):
            continue
        group = next((group[0] for group in entry["groups"] if words & set(group)), None)
        if group is not None:
            return sense, f"{group} {kind}" if len(entry["types"]) > 1 else group
        if words <= {"name", "full"} and set(_split(entity)) & set(entry.get("named", ())):
            return sense, "name"
    return None


def _split(name: str) -> list[str]:
    return sorted(words_of(name))


@cache
def _lexicon() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(files("envfactory_assets.graph").joinpath("joints.yaml").read_text(encoding="utf-8"))
    return found
