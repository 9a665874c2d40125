"""How much a worker may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one worker; a request beyond them ends the worker, never the caller."""

    seconds: float = 20.0  # wall clock a request
    cpu_seconds: int = 600  # processor time of a worker, which is replaced before it is used up
    memory_bytes: int = 1_500_000_000
    reply_bytes: int = 32_000_000
    printed_characters: int = 65_536  # what a request may print before it is stopped
