"""A limit on the processor time that a planted defect may take: some never end, and a busy machine is no defect."""

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from types import FrameType

_AGAIN = 0.5  # seconds of the processor's time after which it is raised anew, should it have been lost


class OutOfTime(BaseException):
    """The time is over; not an ``Exception``, so that what runs environments does not take it for a defect of a tool."""


@contextlib.contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` inside the block when it takes more of the processor's time.

    Python drops what is raised in a finaliser or in a callback of the garbage collector, so it is raised until it is seen. Only the main
    thread of a process can be interrupted; in another thread the block takes as long as it takes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before, told = signal.signal(signal.SIGPROF, _stop), sys.unraisablehook

    def tell_others(dropped: "sys.UnraisableHookArgs") -> None:
        if dropped.exc_type is not OutOfTime:
            told(dropped)

    sys.unraisablehook = tell_others
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        sys.unraisablehook = told


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
