"""Fields that tell when, or by whom, a row came to be as its status or a flag says."""

from datetime import datetime
from typing import Annotated, Any

import pytest

from envfactory_assets.environments import Entity, Environment, Episode, Key, Ref, Table, tool
from envfactory_assets.environments.fields import Caller, Reached, Text


class Person(Entity):
    """Somebody."""

    id: Key


class Ticket(Entity):
    """A ticket."""

    id: Key
    title: Text
    owner: Annotated[Caller, Ref[Person].__metadata__[0]] | None = None
    state: Text = "open"
    closed_at: Annotated[datetime, Reached("state", "closed")] | None = None
    closed_by: Annotated[Ref[Person], Reached("state", "closed")] | None = None
    sent_at: Annotated[datetime, Reached("state", "sent", stays=True)] | None = None


class Desk(Environment):
    """Tickets."""

    people: Table[Person]
    tickets: Table[Ticket]

    @tool(effect="create")
    def create_ticket(self, title: Text, state: Text = "open") -> Ticket:
        """Make a ticket."""
        return self.tickets.add(title=title, state=state)

    @tool(effect="update")
    def update_ticket(self, ticket_id: Ref[Ticket], state: Text, closed_at: datetime | None = None) -> Ticket:
        """Change a ticket."""
        given = {} if closed_at is None else {"closed_at": closed_at}
        return self.tickets.replace(self.tickets.get(ticket_id), state=state, **given)


@pytest.fixture
def episode() -> Episode:
    state = Desk.empty_state(me="P1")
    state["tables"]["people"] = [{"id": "P1"}]
    made = Episode({"desk": Desk})
    made.reset({"desk": state})
    return made


def moved(episode: Episode, *states: str, **more: Any) -> dict[str, Any]:
    """A ticket that has come through some states."""
    ticket = episode.call("create_ticket", {"title": "Leak", "state": states[0]}).value
    for state in states[1:]:
        ticket = episode.call("update_ticket", {"ticket_id": ticket["id"], "state": state, **more}).value
    return ticket


def test_what_comes_to_a_state_tells_when_and_by_whom(episode: Episode):
    ticket = moved(episode, "open", "closed")
    assert ticket["closed_at"] == episode.snapshot()["desk"]["now"]
    assert ticket["closed_by"] == "P1"
    assert moved(episode, "closed")["closed_at"] == ticket["closed_at"]


def test_what_leaves_a_state_tells_it_no_more_unless_that_stays(episode: Episode):
    ticket = moved(episode, "open", "closed", "open")
    assert (ticket.get("closed_at"), ticket.get("closed_by")) == (None, None)
    assert moved(episode, "sent", "open")["sent_at"]


def test_what_a_call_tells_itself_is_taken(episode: Episode):
    assert moved(episode, "open", "closed", closed_at="2026-01-02T00:00:00Z")["closed_at"].startswith("2026-01-02")


def test_what_tells_of_no_field_of_the_row_is_refused():
    with pytest.raises(TypeError, match=r"Loose\.closed_at tells of 'state'"):

        class Loose(Entity):
            """Tells of nothing."""

            id: Key
            closed_at: Annotated[datetime, Reached("state", "closed")] | None = None
