"""The worker's side: keeps live foreign modules by session, and does what one JSON request asks of them."""

import traceback
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from envfactory_assets.environments.foreign.module import ForeignModule, ForeignModuleError
from envfactory_assets.environments.foreign.plain import NotPlainError
from envfactory_assets.environments.foreign.signatures import ForeignToolError, WrongArguments

HANDLER = f"{__name__}:answer"
MOST_LIVE = 64
"""Live copies of modules in a worker; a session whose copy had to go is begun again from its last state."""

_SHOWN = 2000


@dataclass(frozen=True)
class _Session:
    module: ForeignModule
    holder: Any  # the object with this session's state


_LIVE: OrderedDict[str, _Session] = OrderedDict()


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do what a request asks.

    Args:
        request: ``do`` is describe (source), open (session, source, scenario; beside: a session whose module is shared) or call (session,
            tool, arguments); ``over`` names sessions that are no longer wanted.

    Returns:
        describe: the description, or ``unfit``, why there is none. open and call: ``state`` as saved afterwards, or ``unsaved``, why there
        is none; for a call also ``value``, or how it failed: ``wrong`` arguments, ``raised`` or ``defect``. ``gone`` when the session is
        not live.
    """
    for session in request.get("over", ()):
        _forget(session)
    if request["do"] == "describe":
        return _described(request["source"])
    if request["do"] == "open":
        return _open(request)
    live = _LIVE.get(request["session"])
    if live is None:
        return {"gone": True}
    _LIVE.move_to_end(request["session"])
    return _call(live, request) | _saved(live)


def _described(source: str) -> dict[str, Any]:
    try:
        module = ForeignModule(source)
    except ForeignModuleError as error:
        return {"unfit": str(error)}
    try:
        return module.describe()
    except ForeignToolError as error:
        return {"unfit": str(error)}
    finally:
        module.close()


def _open(request: dict[str, Any]) -> dict[str, Any]:
    beside = _LIVE.get(request.get("beside") or "")
    module = beside.module if beside else ForeignModule(request["source"])
    session = _Session(module, module.second_object() if beside else module.service_object)
    try:
        said = module.load(session.holder, request["scenario"])
    except Exception as error:  # noqa: BLE001 - a refused scenario can be refused in any way
        return {"raised": _raised(error)}
    if isinstance(said, dict) and _says_failure(said):
        return {"raised": {"class": "returned", "text": _clean(str(said)[:_SHOWN])}}
    saved = _saved(session)
    if "state" in saved:
        _forget(request["session"])
        _LIVE[request["session"]] = session
        while len(_LIVE) > MOST_LIVE:
            _forget(next(iter(_LIVE)))
    return saved


def _forget(name: str) -> None:
    session = _LIVE.pop(name, None)
    if session is not None and not any(other.module is session.module for other in _LIVE.values()):
        session.module.close()


def _saved(session: _Session) -> dict[str, Any]:
    try:
        return {"state": session.module.save(session.holder)}
    except Exception as error:  # noqa: BLE001 - whatever keeps the state from being saved is what is told
        return {"unsaved": _clean(f"{type(error).__name__}: {error}"[:_SHOWN])}


def _call(session: _Session, request: dict[str, Any]) -> dict[str, Any]:
    tool = session.module.tools[request["tool"]]
    try:
        arguments = tool.read(request["arguments"])
    except WrongArguments as error:
        return {"wrong": str(error)}
    try:
        result = session.module.call(session.holder, tool, arguments)
        return {"value": tool.check(result)}
    except NotPlainError as error:
        return {"defect": _clean(f"returned no plain JSON: {error}"[:_SHOWN])}
    except (Exception, SystemExit, KeyboardInterrupt) as error:  # noqa: BLE001 - what a tool raises is its answer
        return {"raised": _raised(error)}


def _says_failure(said: dict[str, Any]) -> bool:
    return bool(said.get("error")) or said.get("success") is False


def _raised(error: BaseException) -> dict[str, Any]:
    """An exception as plain JSON: its classes from its own up, its text, and where in the module it came from."""
    text = error.args[0] if len(error.args) == 1 and isinstance(error.args[0], str) else str(error)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith("<foreign")]
    place = f"line {frames[-1].lineno} in {frames[-1].name}" if frames else ""
    classes = [cls.__name__ for cls in type(error).__mro__]
    return {"class": type(error).__name__, "classes": classes, "text": _clean(text[:_SHOWN]), "at": place}


def _clean(text: str) -> str:
    return text.encode(errors="replace").decode()
