"""Answers that tell how a change goes on, and are not the record that is changed: the operation, the job, the receipt."""

from collections import defaultdict
from collections.abc import Hashable
from dataclasses import replace

from envfactory_assets.synthesis.names import noun
from envfactory_assets.synthesis.readings import Reading
from envfactory_assets.synthesis.rereading import called_alike, signature
from envfactory_assets.synthesis.schemas import Payload

_FEWEST_CHANGED = 3  # things whose changes are answered alike


def without_outcomes(readings: list[Reading]) -> tuple[list[Reading], dict[str, Payload]]:
    """Readings without answers that tell how a change goes on, and these answers by the pointers of what is answered so.

    What changes of several things are answered with, and what nobody makes or changes itself, is none of them.
    """
    changed: dict[Hashable, set[str]] = defaultdict(set)
    made: set[Hashable] = set()
    for reading in readings:
        told = signature(reading.response)
        if told is not None and _answers_aside(reading):
            changed[told].add(reading.route.thing)
        elif reading.route.deed in {"create", "update"}:
            made.add(told)
    outcomes = {told for told, things in changed.items() if len(things) >= _FEWEST_CHANGED} - made
    aside = {r.pointer: r.response for r in readings if r.response and signature(r.response) in outcomes and _answers_aside(r)}
    return [replace(reading, response=None) if reading.pointer in aside else reading for reading in readings], aside


def _answers_aside(reading: Reading) -> bool:
    """Whether a change is answered with a record of another name than anything in its path, and than what is sent."""
    route, answer, sent = reading.route, reading.response, reading.request
    if answer is None or answer.many or not answer.shape.stem or route.named or route.deed in {"get", "list", "search"}:
        return False
    named = (noun(part) for part in route.operation.path.split("/") if part and "{" not in part)
    around = {route.thing, *named, *((sent.shape.stem,) if sent else ())}
    return not any(called_alike(answer.shape.stem, each) for each in around)
