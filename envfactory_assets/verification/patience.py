"""A limit on the processor time that a planted defect may take: some never end, and a busy machine is no defect."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class OutOfTime(BaseException):
    """The time is over; not an ``Exception``, so that what runs environments does not take it for a defect of a tool."""


@contextlib.contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Raise ``OutOfTime`` inside the block when it takes more of the processor's time.

    Only the main thread of a process can be interrupted; in another thread the block takes as long as it takes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
