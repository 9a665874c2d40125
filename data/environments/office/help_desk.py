"""Help desk: requests that wait in queues, agents who answer them, and the time each answer may take.

Author: hand. Domain: office. No resource: the service is made up.
"""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Key, Page, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import assign, merge, move, send, set_preference, transition, unassign
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Text

Priority = Literal["low", "normal", "high", "urgent"]
TicketStatus = Literal["new", "open", "pending", "solved", "merged"]
MessageKind = Literal["request", "reply", "answer", "note"]
PageSize = Annotated[int, Field(ge=1, le=100)]
SOLVE_WITHIN = {"low": 120, "normal": 48, "high": 12, "urgent": 4}  # hours
REOPEN_DAYS = 7


class Queue(Entity):
    """A line of tickets that one group of agents handles."""

    id: Key
    name: Text
    description: Text


class Agent(Entity):
    """Somebody who handles the tickets of a queue; a lead handles those of all queues."""

    id: Key
    name: Text
    email: Text
    queue_id: Ref[Queue]
    role: Literal["agent", "lead"]
    max_tickets: Count
    is_away: bool


class Requester(Entity):
    """A colleague who asks for help."""

    id: Key
    name: Text
    email: Text
    department: Text


class Ticket(Entity):
    """A request. The time to solve it stands still while the desk waits for the requester."""

    id: Annotated[str, KeyStyle("HD-{n:05d}")]
    subject: Text
    body: Text
    requester_id: Ref[Requester]
    queue_id: Ref[Queue]
    assignee_id: Ref[Agent] | None = None
    priority: Priority
    status: TicketStatus
    reply_count: Count = 0
    opened_at: Created
    due_at: datetime
    paused_minutes: Count = 0
    waiting_since: datetime | None = None
    solved_at: datetime | None = None
    merged_into_id: Ref["Ticket"] | None = None


class Message(Entity):
    """What was said about a ticket: the request, replies to it, answers of the requester, and notes that only agents see."""

    id: Key
    ticket_id: Ref[Ticket]
    kind: MessageKind
    agent_id: Ref[Agent] | None = None
    body: Text
    sent_at: Created


class HelpDesk(Environment):
    """Agents pick up tickets, answer them in time, hand them over, and solve them."""

    queues: Table[Queue]
    agents: Table[Agent]
    requesters: Table[Requester]
    tickets: Table[Ticket]
    messages: Table[Message]

    @tool(effect="search", envelope="results", cursor="next_cursor", filters={"due_before": "due_at__le"})
    def search_tickets(
        self,
        query: Text | None = None,
        status: TicketStatus | None = None,
        priority: Priority | None = None,
        queue_id: Ref[Queue] | None = None,
        assignee_id: Ref[Agent] | None = None,
        requester_id: Ref[Requester] | None = None,
        due_before: datetime | None = None,
        limit: PageSize = 25,
        cursor: Text | None = None,
    ) -> Page[Ticket]:
        """Tickets whose subject or text holds every word of the query, those due first on top."""
        fits = self.tickets.search(query, "subject", "body", queue_id=queue_id, status=status, priority=priority, due_at__le=due_before)
        found = [t for t in fits if assignee_id in {None, t.assignee_id} and requester_id in {None, t.requester_id}]
        return self.tickets.page(sorted(found, key=lambda t: (t.due_at, t.id)), limit, cursor)

    @tool(effect="get")
    def get_ticket(self, ticket_id: Ref[Ticket]) -> Ticket:
        """One ticket."""
        return self.tickets.get(ticket_id)

    @tool(effect="list", envelope="results")
    def list_messages(self, ticket_id: Ref[Ticket], kind: MessageKind | None = None) -> list[Message]:
        """What was said about a ticket, oldest first."""
        return sorted(self.messages.where(ticket_id=self.tickets.get(ticket_id).id, kind=kind), key=lambda m: (m.sent_at, m.id))

    @tool(effect="list", envelope="results")
    def list_queues(self) -> list[Queue]:
        """All queues, by name."""
        return sorted(self.queues, key=lambda queue: (queue.name, queue.id))

    @tool(effect="list", envelope="results")
    def list_agents(self, queue_id: Ref[Queue] | None = None, is_away: bool | None = None) -> list[Agent]:
        """Agents, by name."""
        return sorted(self.agents.where(queue_id=queue_id, is_away=is_away), key=lambda agent: (agent.name, agent.id))

    @tool(effect="search", envelope="results")
    def find_requesters(self, query: Text | None = None) -> list[Requester]:
        """Colleagues whose name, e-mail address or department holds every word of the query, by name."""
        return sorted(self.requesters.search(query, "name", "email", "department"), key=lambda requester: (requester.name, requester.id))

    @tool(effect="create")
    def open_ticket(
        self, subject: Text, body: Text, requester_id: Ref[Requester], queue_id: Ref[Queue], priority: Priority = "normal"
    ) -> Ticket:
        """Put a requester's problem into a queue. Its priority says how soon it must be solved."""
        if not subject.strip():
            raise InvalidArgument("A ticket needs a subject.")
        ticket = self.tickets.add(
            subject=subject,
            requester_id=requester_id,
            body=body,
            queue_id=queue_id,
            priority=priority,
            status="new",
            due_at=_due(self.now, priority, 0),
        )
        self.messages.add(ticket_id=ticket.id, body=body, kind="request")
        return ticket

    @tool(effect=assign(field="assignee_id"))
    def assign_ticket(self, ticket_id: Ref[Ticket], agent_id: Ref[Agent]) -> Ticket:
        """Give a ticket to an agent of its queue. Refused when the agent is away or has as many tickets as allowed."""
        ticket, agent = self._live(ticket_id), self.agents.get(agent_id)
        if ticket.assignee_id == agent.id:
            raise PreconditionFailed(f"{agent.name} already has {ticket.id}.")
        if not _handles(agent, ticket):
            raise PreconditionFailed(f"{agent.name} does not handle {self.queues.get(ticket.queue_id).name}.")
        if agent.is_away:
            raise PreconditionFailed(f"{agent.name} is away.")
        self._require_room(agent)
        return self.tickets.replace(ticket, assignee_id=agent.id, status="open" if ticket.status == "new" else ticket.status)

    @tool(effect=unassign(field="assignee_id"))
    def release_ticket(self, ticket_id: Ref[Ticket]) -> Ticket:
        """Give an open ticket back to its queue, unless its requester has a reply already."""
        ticket = self._live(ticket_id)
        if ticket.assignee_id is None:
            raise PreconditionFailed(f"Nobody has {ticket.id}.")
        if ticket.reply_count:
            raise PreconditionFailed(f"The requester of {ticket.id} has a reply: assign it to somebody else instead.")
        return self.tickets.replace(ticket, assignee_id=None, status="new")

    @tool(effect=move)
    def move_ticket(self, ticket_id: Ref[Ticket], queue_id: Ref[Queue]) -> Ticket:
        """Move a ticket that waits for nobody's answer to another queue, where nobody has it yet."""
        ticket, queue = self._live(ticket_id), self.queues.get(queue_id)
        if ticket.queue_id == queue.id:
            raise PreconditionFailed(f"{ticket.id} is already in {queue.name}.")
        if ticket.status == "pending":
            raise PreconditionFailed(f"{ticket.id} waits for its requester; record the answer before you move it.")
        return self.tickets.replace(ticket, queue_id=queue.id, assignee_id=None, status="new")

    @tool(effect="update")
    def change_priority(self, ticket_id: Ref[Ticket], priority: Priority) -> Ticket:
        """Make a ticket more or less urgent; when it is due follows from its opening."""
        ticket = self._live(ticket_id)
        if priority == ticket.priority:
            raise PreconditionFailed(f"{ticket.id} already has the priority {priority}.")
        return self.tickets.replace(ticket, priority=priority, due_at=_due(ticket.opened_at, priority, ticket.paused_minutes))

    @tool(effect=send)
    def reply_to_ticket(self, ticket_id: Ref[Ticket], body: Text) -> Message:
        """Write to the requester of one of the caller's tickets. The ticket is pending until the answer."""
        ticket = self._own(self._live(ticket_id))
        if not body.strip():
            raise InvalidArgument("A reply needs a text.")
        since = ticket.waiting_since or self.now
        self.tickets.replace(ticket, reply_count=ticket.reply_count + 1, waiting_since=since, status="pending")
        return self.messages.add(ticket_id=ticket.id, body=body, kind="reply", agent_id=self.me)

    @tool(effect="create")
    def add_note(self, ticket_id: Ref[Ticket], body: Text) -> Message:
        """Write a note that only agents see."""
        return self.messages.add(ticket_id=self._live(ticket_id).id, body=body, kind="note", agent_id=self.me)

    @tool(effect=transition(entity="Ticket", field="status", sources=["pending"], target="open"))
    def record_answer(self, ticket_id: Ref[Ticket], body: Text) -> Ticket:
        """Note what the requester of a pending ticket answered. The ticket is open, and its time runs on."""
        ticket = self.tickets.transition(self._live(ticket_id), **self._resumed(ticket_id))
        self.messages.add(ticket_id=ticket.id, body=body, kind="answer")
        return ticket

    @tool(effect=transition(field="status", sources=["open", "pending"], target="solved"))
    def solve_ticket(self, ticket_id: Ref[Ticket]) -> Ticket:
        """Solve one of the caller's tickets, once its requester has a reply."""
        ticket = self._own(self._live(ticket_id))
        if not ticket.reply_count:
            raise PreconditionFailed(f"Reply to the requester of {ticket.id} before you solve it.")
        return self.tickets.transition(ticket, **self._resumed(ticket_id), solved_at=self.now)

    @tool(effect=transition(field="status", sources=["solved"], target="open"))
    def reopen_ticket(self, ticket_id: Ref[Ticket]) -> Ticket:
        """Open a ticket again that was solved in the last seven days, if its agent has room for it."""
        ticket = self._handled(ticket_id)
        if ticket.solved_at and self.now - ticket.solved_at > timedelta(days=REOPEN_DAYS):
            raise PreconditionFailed(f"{ticket.id} was solved more than {REOPEN_DAYS} days ago: open a new ticket.")
        if ticket.status == "solved" and ticket.assignee_id:
            self._require_room(self.agents.get(ticket.assignee_id))
        return self.tickets.transition(ticket, solved_at=None)

    @tool(effect=merge)
    def merge_tickets(self, ticket_id: Ref[Ticket], into_ticket_id: Ref[Ticket]) -> Ticket:
        """Merge a ticket into another of the same requester, which gets all its messages."""
        source, target = self._live(ticket_id), self._live(into_ticket_id)
        if source.id == target.id:
            raise InvalidArgument("A ticket cannot be merged into itself.")
        if source.requester_id != target.requester_id:
            raise PreconditionFailed("Only tickets of the same requester can be merged.")
        for message in self.messages.where(ticket_id=source.id):
            self.messages.replace(message, ticket_id=target.id)
        self.tickets.replace(source, merged_into_id=target.id, **self._resumed(source.id), status="merged", assignee_id=None, reply_count=0)
        return self.tickets.replace(target, reply_count=target.reply_count + source.reply_count)

    @tool(effect=set_preference)
    def set_away(self, is_away: bool) -> Agent:
        """Say whether the caller is away. Refused while the caller has urgent tickets that are not solved."""
        agent = self.agents.get(self.me)
        if is_away == agent.is_away:
            raise PreconditionFailed(f"You are already marked as {'away' if is_away else 'here'}.")
        urgent = [ticket.id for ticket in self._held(agent.id) if ticket.priority == "urgent"]
        if is_away and urgent:
            raise PreconditionFailed(f"You still have urgent tickets: {', '.join(urgent)}.")
        return self.agents.replace(agent, is_away=is_away)

    @invariant
    def nobody_has_too_many_tickets(self) -> bool:
        """No agent has more unsolved tickets than allowed."""
        return all(len(self._held(agent.id)) <= agent.max_tickets for agent in self.agents)

    @invariant
    def tickets_are_with_their_queue(self) -> bool:
        """A new or merged ticket is with nobody; any other is with an agent of its queue or a lead."""
        held = [ticket for ticket in self.tickets if ticket.status not in {"new", "merged"}]
        ours = all(t.assignee_id and _handles(self.agents.get(t.assignee_id), t) for t in held)
        return ours and all(t.assignee_id is None for t in self.tickets if t.status in {"new", "merged"})

    @invariant
    def status_and_times_agree(self) -> bool:
        """A ticket waits exactly while it is pending, and has a solving time exactly when it is solved."""
        return all(
            (t.waiting_since is not None) == (t.status == "pending")
            and (t.solved_at is not None) == (t.status == "solved")
            and (t.merged_into_id is not None) == (t.status == "merged")
            for t in self.tickets
        )

    @invariant
    def due_times_follow_priorities(self) -> bool:
        """A ticket is due so many hours after its opening as its priority allows, plus the time spent waiting."""
        return all(t.due_at == _due(t.opened_at, t.priority, t.paused_minutes) for t in self.tickets)

    @invariant
    def conversations_are_whole(self) -> bool:
        """A ticket has its request and counts its replies, one at least when it is pending or solved; a merged one has passed all on."""
        for ticket in self.tickets:
            said = [message.kind for message in self.messages.where(ticket_id=ticket.id)]
            target = self.tickets.find(ticket.merged_into_id)
            whole = not said and target.requester_id == ticket.requester_id if target else "request" in said
            if not whole or ticket.reply_count != said.count("reply") or (ticket.status in {"pending", "solved"} and "reply" not in said):
                return False
        return True

    def _held(self, agent_id: str) -> list[Ticket]:
        return [ticket for ticket in self.tickets.where(assignee_id=agent_id) if ticket.status in {"open", "pending"}]

    def _handled(self, ticket_id: str) -> Ticket:
        """A ticket that the caller may work on."""
        ticket, agent = self.tickets.get(ticket_id), self.agents.get(self.me)
        if not _handles(agent, ticket):
            raise PermissionDenied(f"{ticket.id} is in {self.queues.get(ticket.queue_id).name}: only its agents and leads may change it.")
        return ticket

    def _live(self, ticket_id: str) -> Ticket:
        ticket = self._handled(ticket_id)
        if ticket.status in {"solved", "merged"}:
            raise PreconditionFailed(f"{ticket.id} is {ticket.status}; only unsolved tickets can be worked on.")
        return ticket

    def _own(self, ticket: Ticket) -> Ticket:
        if ticket.assignee_id is None:
            raise PreconditionFailed(f"Nobody has {ticket.id}: take it or assign it first.")
        if ticket.assignee_id != self.me:
            raise PermissionDenied(f"{ticket.id} is with {self.agents.get(ticket.assignee_id).name}.")
        return ticket

    def _require_room(self, agent: Agent) -> None:
        if len(self._held(agent.id)) >= agent.max_tickets:
            raise PreconditionFailed(f"{agent.name} already has {agent.max_tickets} unsolved tickets, which is the limit.")

    def _resumed(self, ticket_id: str) -> dict[str, Any]:
        """The changes that let a ticket's time run on."""
        ticket = self.tickets.get(ticket_id)
        waited = int((self.now - ticket.waiting_since).total_seconds()) // 60 if ticket.waiting_since else 0
        paused = ticket.paused_minutes + waited
        return {"waiting_since": None, "paused_minutes": paused, "due_at": _due(ticket.opened_at, ticket.priority, paused)}

    @classmethod
    def scenario(cls, draw):
        """Two to four queues with their agents, and tickets in every state, a few of them overdue."""
        requests = [entry.split(": ", 2) for entry in draw.lexicon.words["help_request"]]
        names = draw.sample(sorted({queue for queue, _, _ in requests}), 2 + draw.size // 8)
        queues = [{"id": draw.key(Queue), "name": name, "description": f"Questions about {name.lower()}."} for name in names]
        agents = [cls._seeded_agent(draw, queues, place) for place in range(2 * len(queues))]
        draw.sign_in(agents[0]["id"])
        asking = [(draw.person(), draw.choice(draw.usual("team", "team"))) for _ in range(max(3, draw.size // 2))]
        requesters = [{"id": draw.key(Requester), "name": p.name, "email": p.email, "department": team} for p, team in asking]
        rows = []
        for place in range(draw.size + 2):
            ticket = cls._seeded_ticket(draw, place, agents)
            queue = next(queue["name"] for queue in queues if queue["id"] == ticket["queue_id"])
            known = [request for request in requests if request[0] == queue]
            subject, body = draw.distinct("request", lambda texts=known: tuple(draw.fill([text]) for text in draw.choice(texts)[1:]))
            requester = requesters[0] if place < 2 else draw.choice(requesters)
            rows.append(ticket | {"subject": subject, "body": body, "requester_id": requester["id"]})
        for agent in agents:
            agent["max_tickets"] += draw.integer(0, 3) if agent["id"] != draw.me else draw.integer(2, 3)
        tickets = [{"id": draw.key(Ticket), **row} for row in sorted(rows, key=lambda row: row["opened_at"])]
        said = sorted((row for ticket in tickets for row in cls._seeded_messages(draw, ticket)), key=lambda row: row["sent_at"])
        messages = [{"id": draw.key(Message), **row} for row in said]
        return {"queues": queues, "agents": agents, "requesters": requesters, "tickets": tickets, "messages": messages}

    @staticmethod
    def _seeded_agent(draw, queues, place):
        """The first is the caller, the second the lead; whoever has tickets gets room for them afterwards."""
        person = draw.person()
        about = {"id": draw.key(Agent), "name": person.name, "email": person.email, "queue_id": queues[place % len(queues)]["id"]}
        return about | {"role": "lead" if place == 1 else "agent", "max_tickets": 0, "is_away": place > 1 and draw.chance(0.25)}

    @staticmethod
    def _seeded_ticket(draw, place, agents):
        states = ("new", "open", "pending", "solved")
        status = states[place] if place < 4 else draw.choice(states)
        agent = agents[0] if place < 4 else draw.choice(agents)
        priority = draw.choice(["low", "normal", "normal", "high"] if agent["is_away"] else ["low", "normal", "high", "urgent"])
        opened = draw.moment(-2, -1) if status == "new" else draw.moment(-12, -3)
        turned = opened + timedelta(minutes=draw.integer(20, 2400, 5))
        agent["max_tickets"] += status in {"open", "pending"}
        return {
            "queue_id": agent["queue_id"],
            "assignee_id": None if status == "new" else agent["id"],
            "priority": priority,
            "status": status,
            "reply_count": int(status in {"pending", "solved"}),
            "opened_at": opened,
            "due_at": _due(opened, priority, 0),
            "waiting_since": turned if status == "pending" else None,
            "solved_at": turned if status == "solved" else None,
        }

    @staticmethod
    def _seeded_messages(draw, ticket):
        about = {"ticket_id": ticket["id"], "agent_id": ticket["assignee_id"]}
        yield about | {"kind": "request", "agent_id": None, "body": ticket["body"], "sent_at": ticket["opened_at"]}
        turned = ticket["waiting_since"] or ticket["solved_at"]
        if turned:
            yield about | {"kind": "reply", "body": draw.words("help_reply" if ticket["solved_at"] else "help_question"), "sent_at": turned}
        if ticket["assignee_id"] and draw.chance(0.4):
            yield about | {"kind": "note", "body": draw.words("help_note"), "sent_at": ticket["opened_at"] + timedelta(minutes=15)}


def _handles(agent: Agent, ticket: Ticket) -> bool:
    return agent.role == "lead" or agent.queue_id == ticket.queue_id


def _due(opened_at: datetime, priority: str, paused_minutes: int) -> datetime:
    return opened_at + timedelta(hours=SOLVE_WITHIN[priority], minutes=paused_minutes)
