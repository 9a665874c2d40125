import gc
import json
import weakref

import pytest
from anyio.from_thread import start_blocking_portal

from envfactory_assets.environments.serving import Service
from envfactory_assets_tests.environments.conftest import board_state, hotel_state


@pytest.fixture(scope="session")
def hotel(desk):
    """The hotel desk as it is served by default."""
    return Service("hotel_desk", desk, hotel_state(desk), "1")


@pytest.fixture(scope="session")
def board_service(board):
    """A service with camel names, pages, parts, nulls and a control tool of its own, served with control."""
    return Service("board", board, board_state(board), "1", control=True)


@pytest.fixture(scope="session")
def state_file(desk, tmp_path_factory):
    """The hotel's state as a file."""
    file = tmp_path_factory.mktemp("states") / "state.json"
    file.write_text(json.dumps(hotel_state(desk)))
    return file


@pytest.fixture
def alive(monkeypatch):
    """How many sessions of servers made in this test are still in memory."""
    from envfactory_assets.environments.serving import messages

    begun = weakref.WeakSet()

    class Followed(messages.Session):
        def __init__(self, service):
            super().__init__(service)
            begun.add(self)

    monkeypatch.setattr(messages, "Session", Followed)

    def count():
        gc.collect()
        return len(begun)

    return count


class Connected:
    """The protocol's own client, without async."""

    def __init__(self, portal, client):
        self.portal = portal
        self.client = client

    @property
    def tools(self):
        """What the server lists, by name."""
        return {tool.name: tool for tool in self.portal.call(self.client.list_tools).tools}

    def call(self, tool, **arguments):
        """A tool's result."""
        return self.portal.call(self.client.call_tool, tool, arguments)


@pytest.fixture
def connect():
    """Connect the protocol's own client to a server object, an address or a command."""
    from contextlib import ExitStack

    from mcp import Client

    with ExitStack() as stack:
        portal = stack.enter_context(start_blocking_portal())

        def connected(target, mode="legacy"):
            client = stack.enter_context(portal.wrap_async_context_manager(Client(target, mode=mode)))
            return Connected(portal, client)

        yield connected
