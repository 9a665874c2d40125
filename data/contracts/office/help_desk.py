"""What the help desk does, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import answers, at_most, changed, denied, fits, made, refused, says, senseless, shows

_UNSOLVED = {"new", "open", "pending"}


def search_tickets(was, query, status, priority, queue_id, assignee_id, requester_id, due_before, **_):
    told = {"status": status, "priority": priority, "queue_id": queue_id, "assignee_id": assignee_id, "requester_id": requester_id}
    fitting = (ticket for ticket in was.tickets if fits(ticket, **told) and at_most(ticket.due_at, due_before))
    yield shows((ticket for ticket in fitting if says(query, ticket.subject, ticket.body)), "due_at id")


def get_ticket(was, ticket_id):
    yield shows([was.tickets[ticket_id]])


def list_messages(was, ticket_id, kind):
    ticket = was.tickets[ticket_id]
    yield shows((message for message in was.messages if fits(message, ticket_id=ticket.id, kind=kind)), "sent_at id")


def list_queues(was):
    yield shows(was.queues, "name id")


def list_agents(was, queue_id, is_away):
    yield shows((agent for agent in was.agents if fits(agent, queue_id=queue_id, is_away=is_away)), "name id")


def find_requesters(was, query):
    yield shows((each for each in was.requesters if says(query, each.name, each.email, each.department)), "name id")


def open_ticket(was, subject, body, requester_id, queue_id, priority):
    yield senseless(not subject.strip())
    requester, queue = was.requesters[requester_id], was.queues[queue_id]
    what = {"subject": subject, "body": body, "requester_id": requester.id, "queue_id": queue.id, "assignee_id": None, "status": "new"}
    times = {"waiting_since": None, "solved_at": None, "merged_into_id": None, "reply_count": 0, "paused_minutes": 0}
    due_at = _due(was.moment, priority, 0)
    yield made(was.tickets, **what, **times, priority=priority, due_at=due_at, opened_at=was.moment)
    yield made(was.messages, kind="request", body=body, agent_id=None, sent_at=was.moment)


def assign_ticket(was, ticket_id, agent_id):
    ticket = was.tickets[ticket_id]
    yield from _unsolved(was, ticket)
    agent = was.agents[agent_id]
    yield refused(ticket.assignee_id == agent.id, not _handles(agent, ticket), agent.is_away, _is_full(was, agent))
    yield changed(ticket, assignee_id=agent.id, status="open" if ticket.status == "new" else ticket.status)


def release_ticket(was, ticket_id):
    ticket = was.tickets[ticket_id]
    yield from _unsolved(was, ticket)
    yield refused(ticket.assignee_id is None, ticket.reply_count > 0)
    yield changed(ticket, assignee_id=None, status="new")


def move_ticket(was, ticket_id, queue_id):
    ticket = was.tickets[ticket_id]
    yield from _unsolved(was, ticket)
    yield refused(ticket.queue_id == was.queues[queue_id].id, ticket.status == "pending")
    yield changed(ticket, queue_id=queue_id, assignee_id=None, status="new")


def change_priority(was, ticket_id, priority):
    ticket = was.tickets[ticket_id]
    yield from _unsolved(was, ticket)
    yield refused(priority == ticket.priority)
    yield changed(ticket, priority=priority, due_at=_due(ticket.opened_at, priority, ticket.paused_minutes))


def reply_to_ticket(was, ticket_id, body):
    ticket = was.tickets[ticket_id]
    yield from _own(was, ticket)
    yield senseless(not body.strip())
    since = ticket.waiting_since or was.moment
    yield changed(ticket, reply_count=ticket.reply_count + 1, waiting_since=since, status="pending")
    yield made(was.messages, ticket_id=ticket_id, kind="reply", agent_id=was.me, body=body, sent_at=was.moment)


def add_note(was, ticket_id, body):
    yield from _unsolved(was, was.tickets[ticket_id])
    yield made(was.messages, ticket_id=ticket_id, kind="note", agent_id=was.me, body=body, sent_at=was.moment)


def record_answer(was, ticket_id, body):
    ticket = was.tickets[ticket_id]
    yield from _unsolved(was, ticket)
    yield refused(ticket.status != "pending")
    yield changed(ticket, status="open", **_resumed(was, ticket))
    yield made(was.messages, ticket_id=ticket_id, kind="answer", agent_id=None, body=body, sent_at=was.moment)


def solve_ticket(was, ticket_id):
    ticket = was.tickets[ticket_id]
    yield from _own(was, ticket)
    yield refused(ticket.reply_count == 0, ticket.status == "new")
    yield changed(ticket, status="solved", **_resumed(was, ticket), solved_at=was.moment)


def reopen_ticket(was, ticket_id):
    ticket = was.tickets[ticket_id]
    yield denied(not _handles(was.agents[was.me], ticket))
    yield refused(ticket.status != "solved")
    yield refused(was.moment - ticket.solved_at > timedelta(days=7))
    yield refused(ticket.assignee_id and _is_full(was, was.agents[ticket.assignee_id]))
    yield changed(ticket, status="open", solved_at=None)


def merge_tickets(was, ticket_id, into_ticket_id):
    source = was.tickets[ticket_id]
    yield from _unsolved(was, source)
    target = was.tickets[into_ticket_id]
    yield from _unsolved(was, target)
    yield senseless(source.id == target.id)
    yield refused(source.requester_id != target.requester_id)
    for message in was.messages:
        if message.ticket_id == source.id:
            yield changed(message, ticket_id=target.id)
    left = {"assignee_id": None, "reply_count": 0}
    yield changed(source, status="merged", merged_into_id=target.id, **left, **_resumed(was, source))
    yield changed(target, reply_count=target.reply_count + source.reply_count)
    yield answers(target)


def set_away(was, is_away):
    agent = was.agents[was.me]
    urgent = [ticket for ticket in _held(was, agent) if ticket.priority == "urgent"]
    yield refused(is_away == agent.is_away, is_away and urgent)
    yield changed(agent, is_away=is_away)


def _due(opened_at, priority, paused_minutes):
    hours = {"low": 120, "normal": 48, "high": 12, "urgent": 4}[priority]
    return opened_at + timedelta(hours=hours, minutes=paused_minutes)


def _handles(agent, ticket):
    return agent.role == "lead" or agent.queue_id == ticket.queue_id


def _held(was, agent):
    return [ticket for ticket in was.tickets if ticket.assignee_id == agent.id and ticket.status in {"open", "pending"}]


def _is_full(was, agent):
    return len(_held(was, agent)) >= agent.max_tickets


def _unsolved(was, ticket):
    yield denied(not _handles(was.agents[was.me], ticket))
    yield refused(ticket.status not in _UNSOLVED)


def _own(was, ticket):
    yield from _unsolved(was, ticket)
    yield refused(ticket.assignee_id is None)
    yield denied(ticket.assignee_id != was.me)


def _resumed(was, ticket):
    waited = (was.moment - ticket.waiting_since) // timedelta(minutes=1) if ticket.waiting_since else 0
    paused = ticket.paused_minutes + waited
    return {"waiting_since": None, "paused_minutes": paused, "due_at": _due(ticket.opened_at, ticket.priority, paused)}
