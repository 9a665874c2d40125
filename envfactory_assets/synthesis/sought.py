"""Paths that say by what records are sought: ``/departures/stop/{id}`` lists departures, ``/stops/{id}/kind/{kind}`` reads a stop.

The last noun of such a path is not what comes back; the answer tells which noun before it is.
"""

from collections.abc import Sequence
from dataclasses import replace

from envfactory_assets.synthesis.names import noun, singular, words
from envfactory_assets.synthesis.route import Parent, Route
from envfactory_assets.synthesis.schemas import Payload, Schemas, has_identity
from envfactory_assets.synthesis.steps import noun_of, steps_of


def as_sought(routes: Sequence[Route], schemas: Schemas) -> list[Route]:
    """Routes that read what their answers are called after, where that is a noun before the last one of their paths.

    What is written by the same path is named by all of it.
    """
    written = {route.operation.path for route in routes if route.operation.method != "GET"}
    return [route if route.operation.path in written else _as_sought(route, schemas) for route in routes]


def _as_sought(route: Route, schemas: Schemas) -> Route:
    operation = route.operation
    if route.named or operation.method != "GET" or route.key is None or operation.response is None:
        return route
    shown = _answer(route, route.thing, schemas)
    said = {singular(word) for word in words(shown.shape.name or "")} if shown else set[str]()
    if _is_called(shown, route.thing) or set(route.thing.split("_")) <= said:
        return route
    if has_identity(schemas.shape(operation.response), route.thing):
        return route  # a record of its own, whatever it lists
    steps = steps_of([part for part in operation.path.split("/") if part])
    for text in [text for text, is_parameter in steps[:-2] if not is_parameter][::-1]:
        thing = noun_of(text)
        answer = _answer(route, thing, schemas)
        if answer is not None and thing != route.thing and _is_called(answer, thing):
            return _read_as(route, thing, answer)
    return route


def _read_as(route: Route, thing: str, answer: Payload) -> Route:
    """The same route, of a thing around: by that thing's own key, else listed by what follows it, or read by it."""
    around = [*route.parents, Parent(route.thing, route.key or "")]
    own = next((place for place, parent in enumerate(around) if parent.thing == thing), None)
    if own is not None:
        parents, key = tuple(around[:own]), around[own].parameter
        return replace(route, deed="get", thing=thing, chain=(*(p.thing for p in parents), thing), key=key, parents=parents)
    if not answer.many:
        return replace(route, deed="get", thing=thing, chain=(*route.chain[:-1], thing))
    return replace(route, deed="list", thing=thing, chain=(*(p.thing for p in around), thing), key=None, parents=tuple(around))


def _answer(route: Route, thing: str, schemas: Schemas) -> Payload | None:
    return schemas.payload(route.operation.response, thing, listing=True, pointer=f"{route.operation.pointer}/response")


def _is_called(answer: Payload | None, thing: str) -> bool:
    """Whether an answer's record, or what it sits in, is called after a thing."""
    if answer is None:
        return False
    stem = answer.shape.stem
    return thing in {stem, noun(answer.envelope or "")} or stem.endswith(f"_{thing}") or thing.replace("_", "") == stem.replace("_", "")
