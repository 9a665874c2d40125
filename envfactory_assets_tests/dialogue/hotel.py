"""The hotel desk that ships, promoted by hand, with states written by hand."""

from functools import cache
from typing import Any

from envfactory_assets.bundled import bundled
from envfactory_assets.environments import describe, load_environment, runtime_version
from envfactory_assets.records import Chain, ChainStep, PromotedEnvironment, Provider, Scenario, content_hash

ENV = "hotel_desk"


@cache
def environment() -> PromotedEnvironment:
    source = (bundled("environments") / "travel" / "hotel_desk.py").read_text(encoding="utf-8")
    spec = describe(load_environment(source, ENV), ENV)
    return PromotedEnvironment(
        domain="travel",
        env_id=ENV,
        code_sha256=content_hash(source),
        runtime_version=runtime_version(),
        verifier_version="v",
        resource_id=None,
        content_sha256=None,
        author="hand",
        source_code=source,
        spec=spec.model_dump(mode="json"),
        policy=spec.policy,
        grade=1.0,
        tool_count=len(spec.tools),
        cluster=ENV,
        split="train",
        current=True,
    )


def stay(key: str, room: str, arrives: str, leaves: str, status: str, total: float, guest: str = "U1") -> dict[str, Any]:
    fields = {"id": key, "room_id": room, "guest_id": guest, "arrives": arrives, "leaves": leaves, "status": status}
    return {**fields, "total": total, "paid": total, "refunded": 0.0}


def state() -> dict[str, Any]:
    rooms = [
        ("R1", "101", "single", 80.0),
        ("R2", "108", "single", 85.0),
        ("R3", "204", "double", 120.0),
        ("R4", "207", "double", 110.0),
        ("R5", "309", "suite", 260.0),
        ("R6", "310", "suite", 280.0),
    ]
    return {
        "now": "2026-05-12T09:00:00Z",
        "me": "U1",
        "counters": {"Room": 6, "Stay": 21},
        "tables": {
            "rooms": [{"id": key, "number": number, "kind": kind, "nightly_rate": rate} for key, number, kind, rate in rooms],
            "stays": [
                stay("S14", "R3", "2026-05-15", "2026-05-18", "booked", 360.0),
                stay("S9", "R1", "2026-03-02", "2026-03-03", "checked_out", 80.0),
                stay("S21", "R6", "2026-06-06", "2026-06-09", "booked", 840.0),
                stay("S20", "R5", "2026-05-10", "2026-05-14", "booked", 1040.0),
                stay("S3", "R2", "2026-06-01", "2026-06-04", "booked", 255.0, "U2"),
            ],
        },
    }


@cache
def scenarios() -> list[Scenario]:
    found = []
    for purpose in ("sft", "rl"):
        fields = {"env_id": ENV, "code_sha256": environment().code_sha256, "purpose": purpose, "seed": 1}
        full = state()
        found.append(
            Scenario(domain="travel", scenario_id=f"{ENV}-{purpose}", state=full, state_sha256=content_hash(full), row_count=11, **fields)
        )
    return found


def chain(*tools: str, providers: list[tuple[Any, ...]], name: str = "ch_1") -> Chain:
    """A chain over the hotel desk; providers are (step, parameter, kind[, from_step, path])."""
    rows = []
    for step, parameter, kind, *source in providers:
        from_step, path = source or (None, None)
        rows.append(Provider(step=step, parameter=parameter, kind=kind, from_step=from_step, output_path=path, reason="test"))
    return Chain(
        domain="travel",
        chain_id=name,
        env_ids=[ENV],
        code_sha256s=[environment().code_sha256],
        steps=[ChainStep(index=index, env_id=ENV, tool=tool) for index, tool in enumerate(tools)],
        providers=rows,
        sampler="hand",
        seed=1,
        difficulty=0.5,
    )


def rebooking(name: str = "ch_1") -> Chain:
    """Cancel a stay, book a room found for the same nights, look at what is left."""
    return chain(
        "list_my_stays",
        "cancel_stay",
        "find_rooms",
        "book_room",
        "list_my_stays",
        providers=[
            (1, "stay_id", "tool", 0, "[*].id"),
            (2, "arrives", "user"),
            (2, "leaves", "user"),
            (3, "room_id", "tool", 2, "[*].id"),
            (3, "arrives", "user"),
            (3, "leaves", "user"),
        ],
        name=name,
    )
