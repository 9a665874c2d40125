"""Sessions over HTTP, without a network: when they begin, end, and are refused."""

from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest

from envfactory_assets.environments.serving.messages import mcp_server
from envfactory_assets.environments.serving.sessions import Sessions
from envfactory_assets_tests.environments.serving.wires import HEADERS, OPENING

CALL = {"name": "cancel_stay", "arguments": {"stay_id": "S14"}}


def message(method, params, number=1):
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


async def begun(client):
    """The headers of a new session."""
    answer = await client.post("/", json=message("initialize", OPENING))
    assert answer.status_code == 200
    return {"mcp-session-id": answer.headers["mcp-session-id"]}


@pytest.fixture
def played(hotel):
    """Play a scene with sessions and a client of theirs."""

    def play(scene, *, idle_seconds=60.0, most=10):
        @asynccontextmanager
        async def stage():
            sessions = Sessions(mcp_server(hotel), idle_seconds=idle_seconds, most=most, security=None)
            transport = httpx2.ASGITransport(app=sessions)
            async with sessions.running(), httpx2.AsyncClient(transport=transport, base_url="http://x", headers=HEADERS) as client:
                yield sessions, client

        async def scenery():
            async with stage() as (sessions, client):
                await scene(sessions, client)

        anyio.run(scenery)

    return play


def test_each_session_has_an_episode_of_its_own(played):
    async def scene(sessions, client):
        first, second = await begun(client), await begun(client)
        answers = [await client.post("/", json=message("tools/call", CALL), headers=mine) for mine in (first, first, second)]
        assert [answer.json()["result"].get("isError", False) for answer in answers] == [False, True, False]
        assert len(sessions) == 2

    played(scene)


def test_a_session_ends_when_its_client_says_so_and_frees_its_episode(played, alive):
    async def scene(sessions, client):
        mine, _ = await begun(client), await begun(client)
        assert alive() == 2
        assert (await client.delete("/", headers=mine)).status_code == 200
        assert (await client.post("/", json=message("tools/call", CALL), headers=mine)).status_code == 404
        await anyio.wait_all_tasks_blocked()
        assert (len(sessions), alive()) == (1, 1)

    played(scene)
    assert alive() == 0


def test_a_session_that_nobody_uses_ends(played, alive):
    async def scene(sessions, client):
        mine = await begun(client)
        with anyio.fail_after(10):
            while len(sessions):
                await anyio.sleep(0.02)
        assert (await client.post("/", json=message("tools/call", CALL), headers=mine)).status_code == 404
        assert alive() == 0

    played(scene, idle_seconds=0.1)


def test_there_are_no_more_sessions_than_allowed(played):
    async def scene(sessions, client):
        mine, _ = await begun(client), await begun(client)
        refused = await client.post("/", json=message("initialize", OPENING))
        assert refused.status_code == 503
        assert "2 sessions" in refused.json()["error"]["message"]
        await client.delete("/", headers=mine)
        assert await begun(client)

    played(scene, most=2)


@pytest.mark.parametrize(
    "body",
    [b"", b"junk", b"[]", b"{}", b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', b'{"jsonrpc":"2.0","id":1,"method":"initialize"'],
)
def test_a_request_that_opens_nothing_leaves_no_session(played, body):
    async def scene(sessions, client):
        assert (await client.post("/", content=body)).status_code == 400
        assert len(sessions) == 0

    played(scene)


def test_a_session_nobody_began_is_not_found(played):
    async def scene(sessions, client):
        for method in ("POST", "GET", "DELETE"):
            answer = await client.request(method, "/", headers={"mcp-session-id": "never"})
            assert answer.status_code == 404
            assert "no such session" in answer.json()["error"]["message"]

    played(scene)


@pytest.mark.parametrize("version", ["2026-07-28", "1999-01-01", ""])
def test_a_revision_without_sessions_is_told_which_have_them(played, version):
    async def scene(sessions, client):
        answer = await client.post("/", json=message("tools/call", CALL), headers={"mcp-protocol-version": version})
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["code"] == -32022
        assert error["data"]["requested"] == version
        assert "2025-11-25" in error["data"]["supported"]

    played(scene)


def test_requests_at_once_in_one_session_are_all_answered(played):
    async def scene(sessions, client):
        mine = await begun(client)
        answers = {}

        async def ask(number):
            answer = await client.post("/", json=message("tools/call", {"name": "list_my_stays"}, number), headers=mine)
            answers[number] = answer.json()["id"]

        async with anyio.create_task_group() as tasks:
            for number in range(1, 21):
                tasks.start_soon(ask, number)
        assert answers == {number: number for number in range(1, 21)}

    played(scene)
