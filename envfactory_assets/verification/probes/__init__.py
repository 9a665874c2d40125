"""The probes: one small module each, whose docstring says which defect it catches."""

from envfactory_assets.verification.observation import Probe
from envfactory_assets.verification.probes import (
    acceptance,
    agreement,
    atomicity,
    conservation,
    filters,
    inputs,
    invariants,
    isolation,
    load,
    outputs,
    purity,
    reachability,
    read_after_write,
    repetition,
    round_trip,
    transitions,
    typed_effects,
    unknown_ids,
)

PROBES: dict[str, Probe] = {
    "load": load.probe,
    "reachability": reachability.probe,
    "invariants": invariants.probe,
    "purity": purity.probe,
    "atomicity": atomicity.probe,
    "agreement": agreement.probe,
    "read_after_write": read_after_write.probe,
    "transitions": transitions.probe,
    "typed_effects": typed_effects.probe,
    "conservation": conservation.probe,
    "repetition": repetition.probe,
    "filters": filters.probe,
    "outputs": outputs.probe,
    "unknown_ids": unknown_ids.probe,
    "inputs": inputs.probe,
    "acceptance": acceptance.probe,
    "round_trip": round_trip.probe,
    "isolation": isolation.probe,
}
"""By name, in the order they run. The static gate and the determinism of two processes are checked around them."""

__all__ = ["PROBES"]
