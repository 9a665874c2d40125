"""How long a call takes over MCP: 64 sessions in one server process by HTTP, and one session by stdio.

Run by hand: ``python -m envfactory_assets_tests.benchmarks.serving``. Times are what the protocol's own Python client measures, its own
work included; the hotel desk has 100 rooms and 100 stays, and every call checks its arguments, its result and the invariants.
"""

import json
import os
import tempfile
import time
from contextlib import AsyncExitStack
from datetime import date, timedelta
from pathlib import Path
from statistics import median, quantiles

import anyio
from rich.console import Console
from rich.table import Table

from envfactory_assets.environments import load_environment
from envfactory_assets_tests.environments.serving.homes import HOTEL
from envfactory_assets_tests.environments.serving.wires import command, web_process

SESSIONS = 64
ROUNDS = 6
ROWS = 100
ASKED = "< 4 ms"
FREE = {"arrives": "2026-09-01", "leaves": "2026-09-03"}


def main():
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "busy.json"
        file.write_text(json.dumps(busy_state()))
        table = Table(title=f"Serving over MCP: {ROWS} rows an entity, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
        for header in ("figure", "measured", "asked"):
            table.add_column(header)
        with web_process("--scenario", file) as (running, url):
            anyio.run(by_http, running, url, table)
        anyio.run(by_stdio, command(HOTEL, "--scenario", file), table)
        Console().print(table)


def busy_state():
    """Every room has had one stay, of one of ten guests."""
    state = load_environment(HOTEL.read_text(encoding="utf-8"), "hotel_desk").empty_state(me="U3")
    kinds = ("single", "double", "suite")
    rooms = [{"id": f"R{n}", "number": f"{n}", "kind": kinds[n % 3], "nightly_rate": 80.0 + n} for n in range(1, ROWS + 1)]
    stays = [stay(n, room, date(2026, 6, 1) + timedelta(days=n % 28)) for n, room in enumerate(rooms, 1)]
    return state | {"counters": {"Room": ROWS, "Stay": ROWS}, "tables": {"rooms": rooms, "stays": stays}}


def stay(number, room, arrives):
    """Two nights that are paid."""
    total = 2 * room["nightly_rate"]
    nights = {"arrives": str(arrives), "leaves": str(arrives + timedelta(days=2))}
    owed = {"status": "booked", "total": total, "paid": total, "refunded": 0.0}
    return {"id": f"S{number}", "room_id": room["id"], "guest_id": f"U{number % 10}", **nights, **owed}


async def played(client, room):
    """Seconds of each of four calls, which leave the state as it was but for one cancelled stay."""
    taken = []

    async def call(tool, **arguments):
        begun = time.perf_counter()
        result = await client.call_tool(tool, arguments)
        taken.append(time.perf_counter() - begun)
        assert not result.is_error, result.content
        return result.structured_content

    await call("list_my_stays", status="booked")
    booked = await call("book_room", room_id=room, **FREE)
    await call("cancel_stay", stay_id=booked["id"])
    await call("find_rooms", kind="suite", **FREE)
    return taken


async def by_http(running, url, table):
    """Sessions that are all open, called in turn and then all at once."""
    from mcp import Client

    async with AsyncExitStack() as stack:
        before = memory(running.pid)
        clients = [await stack.enter_async_context(Client(url, mode="legacy")) for _ in range(SESSIONS)]
        for client in clients:
            await client.list_tools()
        worked, own = cpu(running.pid), time.process_time()
        turns = [taken for _ in range(ROUNDS) for n, client in enumerate(clients) for taken in await played(client, f"R{n + 1}")]
        worked, own = (cpu(running.pid) - worked) / len(turns), (time.process_time() - own) / len(turns)
        together = []

        async def keep_playing(client, room):
            for _ in range(ROUNDS):
                together.extend(await played(client, room))

        begun = time.perf_counter()
        async with anyio.create_task_group() as tasks:
            for client in clients:
                tasks.start_soon(keep_playing, client, "R1")  # the same room in every session: none may see another's booking
        wall = time.perf_counter() - begun
        grown = memory(running.pid) - before
    what = f"HTTP, {SESSIONS} sessions open"
    table.add_row(f"{what}, in turn: a call", spread(turns), ASKED)
    table.add_row(
        f"{what}, all at once: a call's share of the time", f"{wall / len(together) * 1000:.2f} ms ({len(together)} calls)", ASKED
    )
    table.add_row(f"{what}, all at once: a call with its wait", spread(together), "")
    table.add_row(f"{what}, in turn: processor time a call", f"server {worked * 1000:.2f} ms, client {own * 1000:.2f} ms", "")
    table.add_row(f"{what}: memory a session", f"{grown / SESSIONS * 1024:.0f} kB", "")


async def by_stdio(words, table):
    """One session on pipes."""
    from mcp import Client, StdioServerParameters

    begun = time.perf_counter()
    async with Client(StdioServerParameters(command=words[0], args=words[1:], env=dict(os.environ)), mode="legacy") as client:
        await client.list_tools()
        started = time.perf_counter() - begun
        taken = [each for _ in range(100) for each in await played(client, "R1")]
    table.add_row("stdio, one session: a call", spread(taken), ASKED)
    table.add_row("stdio: from start to the list of tools", f"{started:.1f} s", "")


def spread(taken):
    """The median and the 95th percentile of some seconds, in milliseconds."""
    return f"median {median(taken) * 1000:.2f} ms, p95 {quantiles(taken, n=20)[-1] * 1000:.2f} ms ({len(taken)} calls)"


def cpu(pid):
    """Processor seconds a process has used, as Linux counts them."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(pid):
    """Resident MB of a process."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
