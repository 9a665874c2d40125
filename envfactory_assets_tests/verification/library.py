"""A sound environment, and copies of it with one planted defect each."""

from functools import cache
from pathlib import Path
from typing import Any

from envfactory_assets.verification.examination import Request, observe, subject_of
from envfactory_assets.verification.observation import Observation
from envfactory_assets.verification.probes import PROBES
from envfactory_assets.verification.subject import Subject

MODULE = Path(__file__).with_name("lending_library.py")
SOUND = MODULE.read_text(encoding="utf-8")


def states(count: int = 3) -> list[dict[str, Any]]:
    """States from small to busy."""
    return [_state(3 * (size + 1)) for size in range(count)]


def _state(books: int) -> dict[str, Any]:
    first, second = ("Amber", "Quiet", "Winter"), ("river", "mountain", "garden")
    genres, statuses = ("novel", "science", "history"), ("open", "returned", "lost")
    return {
        "now": "2026-05-12T09:00:00Z",
        "me": "M1",
        "counters": {"Book": 50, "Loan": 50, "Shelf": 9},
        "tables": {
            "books": [
                {"id": f"B{n}", "title": f"{first[n % 3]} {second[n // 3]}", "genre": genres[n % 3], "pages": 80 + 37 * n, "price": 5.0 + n}
                for n in range(books)
            ],
            "loans": [
                {"id": f"L{n}", "book_id": f"B{n}", "member": "M1", "due": "2026-05-20", "status": statuses[n % 3]}
                for n in range(books - 2)
            ],
            "shelves": [{"id": f"S{n}", "copies": 40 * n, "labels": list(genres[:n])} for n in range(3)],
        },
    }


def defective(old: str, new: str) -> str:
    """The sound module with one text replaced by another."""
    assert SOUND.count(old) == 1, f"{old!r} occurs {SOUND.count(old)} times"
    return SOUND.replace(old, new)


@cache
def subject(source: str = SOUND) -> Subject:
    """A module as probes see it."""
    return subject_of(Request(env_id="library", source_code=source, spec=None, states=states(), document=None, mutants=0))


def failures(probe: str, source: str = SOUND) -> list[Observation]:
    """The blocking failures that one probe sees in a module."""
    return [seen for seen in observe(probe, PROBES[probe], subject(source)) if not seen.passed and seen.severity == "blocking"]
