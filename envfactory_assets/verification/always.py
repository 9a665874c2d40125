"""What holds of every call and after it: the laws that long walks are held to.

Nothing here asks the code that environments run on: states are read as they are stored.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from envfactory_assets.records import EnvironmentSpec, FieldSpec
from envfactory_assets.verification.caller import State, rows_of
from envfactory_assets.verification.contracts import Contract
from envfactory_assets.verification.steps import Step, is_read

LOADS, RESOLVES, FITS, KEPT = "reached states load", "references resolve", "values are of their fields", "contracts are kept"


@dataclass(frozen=True)
class Law:
    """Something that holds of every call.

    Attributes:
        name: what it says.
        broken: how a call breaks it; None when it does not.
    """

    name: str
    broken: Callable[[EnvironmentSpec, Step], str | None]


def problem(contract: Contract, step: Step) -> str | None:
    """In what a call does otherwise than a contract tells; None where it does not, or the contract tells nothing."""
    if step.tool.method not in contract.terms:
        return None
    try:
        return contract.broken(step.tool, step)
    except Exception as error:  # noqa: BLE001 - a contract is code that anybody may write
        return f"the contract cannot say what follows: {type(error).__name__}: {error}"


def kept(contract: Contract) -> Law:
    """The law that a contract is."""
    return Law(KEPT, lambda _, step: problem(contract, step))


def _fails(_spec: EnvironmentSpec, step: Step) -> str | None:
    return step.result.defect


def _refused_and_changed(_spec: EnvironmentSpec, step: Step) -> str | None:
    return "it was refused, and the state is another" if not step.result.ok and step.changed else None


def _read_and_changed(_spec: EnvironmentSpec, step: Step) -> str | None:
    return "it declares reading only, and the state is another" if is_read(step.tool) and step.changed else None


def _after_writes(found: Callable[[EnvironmentSpec, State], Iterator[str]]) -> Callable[[EnvironmentSpec, Step], str | None]:
    """What is looked for in states, in those that a call leaves changed."""
    return lambda spec, step: next(found(spec, step.after), None) if step.changed else None


def _doubles(spec: EnvironmentSpec, state: State) -> Iterator[str]:
    """Values that two rows have, of fields by which they are told apart."""
    for entity in spec.entities:
        for name in (entity.key, *(field.name for field in entity.fields if field.unique)):
            values = [value for row in rows_of(spec, state, entity.name) if (value := row.get(name)) is not None]
            if len(set(values)) < len(values):
                yield from (f"two rows have {entity.name}.{name} {value!r}" for value in sorted(set(values)) if values.count(value) > 1)


def _dangling(spec: EnvironmentSpec, state: State) -> Iterator[str]:
    """References to rows that there are none of."""
    for entity in spec.entities:
        for field in entity.fields:
            if field.ref:
                known = {row[spec.entity(field.ref).key] for row in rows_of(spec, state, field.ref)}
                for row in rows_of(spec, state, entity.name):
                    yield from (
                        f"{entity.name}.{field.name} names {key!r}, which there is not"
                        for key in sorted(_keys(row, field) - known, key=str)
                    )


def _keys(row: dict[str, Any], field: FieldSpec) -> set[Any]:
    value = row.get(field.name)
    return set(value) if isinstance(value, list) else set() if value is None else {value}


def _unfit(spec: EnvironmentSpec, state: State) -> Iterator[str]:
    """Values that their fields do not have: nothing where there must be something, or none of those listed."""
    for entity in spec.entities:
        for row in rows_of(spec, state, entity.name):
            for field in entity.fields:
                value = row.get(field.name)
                if value is None and field.required:
                    yield f"{entity.name}.{field.name} is missing"
                elif value is not None and field.enum and field.type == "enum" and value not in field.enum:
                    yield f"{entity.name}.{field.name} is {value!r}"


def _untold(spec: EnvironmentSpec, step: Step) -> str | None:
    """Fields that tell when, or by whom, a row came to be so: empty when it does, or told still when it is so no more."""
    for entity in spec.entities if step.changed else ():
        before = {row[entity.key]: row for row in rows_of(spec, step.before, entity.name)}
        telling = [field for field in entity.fields if field.reached and field.ref is None]
        for row in rows_of(spec, step.after, entity.name) if telling else ():
            was = before.get(row[entity.key], {})
            broken = next((field for field in telling if _tells_otherwise(field, was, row)), None)
            if broken is not None:
                return f"{entity.name}.{broken.name} does not go with {broken.reached}"
    return None


def _tells_otherwise(field: FieldSpec, was: dict[str, Any], row: dict[str, Any]) -> bool:
    stood, stands = bool(was) and was[str(field.reached)] in field.reached_values, row[str(field.reached)] in field.reached_values
    told = row[field.name]
    if stands and not stood:
        return told is None
    return stood and not stands and not field.stays and told is not None and told == was.get(field.name)


LAWS = (
    Law("no tool fails by itself", _fails),
    Law("refused calls change nothing", _refused_and_changed),
    Law("reads change nothing", _read_and_changed),
    Law("keys and unique values are one row's", _after_writes(_doubles)),
    Law(RESOLVES, _after_writes(_dangling)),
    Law(FITS, _after_writes(_unfit)),
    Law("what tells since when or by whom goes with its state", _untold),
)
