"""On call: services that break, the responders who are woken for them, and what the public is told.

Author: hand. Domain: utilities. No resource: the service is made up.
"""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field

from envfactory_assets.environments import Entity, Environment, Page, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import assign, merge, move, schedule, send, transition
from envfactory_assets.environments.errors import Conflict, InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Created, KeyStyle, Text

Severity = Literal["sev1", "sev2", "sev3"]
IncidentStatus = Literal["triggered", "acknowledged", "resolved", "merged"]
Health = Literal["operational", "degraded", "partialOutage", "majorOutage"]
Stage = Literal["investigating", "identified", "monitoring", "resolved"]
HEALTH = {"sev1": "majorOutage", "sev2": "partialOutage", "sev3": "degraded"}
ANSWER_WITHIN = {"sev1": 5, "sev2": 15, "sev3": 60}  # minutes
STAGES = ("investigating", "identified", "monitoring", "resolved")


class Responder(Entity):
    """An engineer who can be woken."""

    id: Annotated[str, KeyStyle("usr_{base62:8}")]
    name: Text
    phone: Text


class Team(Entity):
    """Responders who look after services, in the order in which incidents are escalated."""

    id: Annotated[str, KeyStyle("team_{base62:8}")]
    name: Text
    responder_ids: list[Ref[Responder]]


class Service(Entity):
    """Something that runs; how it does follows from its open incidents."""

    id: Annotated[str, KeyStyle("svc_{base62:8}")]
    name: Text
    team_id: Ref[Team]
    health: Health


class Shift(Entity):
    """When a responder is on call for a team."""

    id: Annotated[str, KeyStyle("shift_{base62:8}")]
    team_id: Ref[Team]
    responder_id: Ref[Responder]
    starts_at: datetime
    ends_at: datetime


class Incident(Entity):
    """Something that is wrong with a service."""

    id: Annotated[str, KeyStyle("inc_{base62:10}")]
    service_id: Ref[Service]
    title: Text
    severity: Severity
    status: IncidentStatus = "triggered"
    assignee_id: Ref[Responder]
    stage: Stage = "investigating"
    triggered_at: Created
    answer_by: datetime
    resolved_at: datetime | None = None
    merged_into_id: Ref["Incident"] | None = None


class StatusPost(Entity):
    """What the status page says about an incident."""

    id: Annotated[str, KeyStyle("post_{base62:8}")]
    incident_id: Ref[Incident]
    author_id: Ref[Responder]
    stage: Stage
    text: Text
    posted_at: Created


class Maintenance(Entity):
    """Time in which a service may be down on purpose; no incident is made of it then."""

    id: Annotated[str, KeyStyle("mnt_{base62:8}")]
    service_id: Ref[Service]
    reason: Text
    starts_at: datetime
    ends_at: datetime
    status: Literal["scheduled", "cancelled"] = "scheduled"


class OnCall(Environment):
    """Incidents wake who is on call; responders answer, hand over and resolve them, and keep the status page true."""

    naming = "camel"

    responders: Table[Responder]
    teams: Table[Team]
    services: Table[Service]
    shifts: Table[Shift]
    incidents: Table[Incident]
    status_posts: Table[StatusPost]
    maintenances: Table[Maintenance]

    @tool(effect="list", envelope="data")
    def list_services(self, team_id: Ref[Team] | None = None, health: Health | None = None) -> list[Service]:
        """Services by name."""
        return sorted(self.services.where(team_id=team_id, health=health), key=lambda s: (s.name, s.id))

    @tool(effect="list", envelope="data")
    def list_responders(self, team_id: Ref[Team]) -> list[Responder]:
        """Responders of a team, in the order of escalation."""
        return [self.responders.get(key) for key in self.teams.get(team_id).responder_ids]

    @tool(effect="search", envelope="data", cursor="nextPageToken", filters={"since": "triggered_at__ge"})
    def search_incidents(
        self,
        query: Text | None = None,
        service_id: Ref[Service] | None = None,
        assignee_id: Ref[Responder] | None = None,
        severity: Severity | None = None,
        status: IncidentStatus | None = None,
        since: datetime | None = None,
        page_size: Annotated[int, Field(ge=1, le=50)] = 20,
        page_token: Text | None = None,
    ) -> Page[Incident]:
        """Incidents whose title holds every word of the query, latest first."""
        fits = self.incidents.search(query, "title", service_id=service_id, severity=severity, status=status, triggered_at__ge=since)
        found = [incident for incident in fits if assignee_id in {None, incident.assignee_id}]
        return self.incidents.page(sorted(found, key=lambda i: (i.triggered_at, i.id), reverse=True), page_size, page_token)

    @tool(effect="get")
    def get_incident(self, incident_id: Ref[Incident]) -> Incident:
        """One incident."""
        return self.incidents.get(incident_id)

    @tool(effect="get")
    def who_is_on_call(self, team_id: Ref[Team], at: datetime | None = None) -> Shift:
        """The shift of a team that runs now, or at a given moment."""
        return self._shift_at(self.teams.get(team_id), at or self.now)

    @tool(effect="list", envelope="data")
    def list_shifts(self, team_id: Ref[Team] | None = None, responder_id: Ref[Responder] | None = None) -> list[Shift]:
        """Shifts that have not ended, soonest first."""
        coming = self.shifts.where(ends_at__gt=self.now, team_id=team_id, responder_id=responder_id)
        return sorted(coming, key=lambda s: (s.starts_at, s.id))

    @tool(effect="create")
    def trigger_incident(self, service_id: Ref[Service], title: Text, severity: Severity = "sev2") -> Incident:
        """Wake who is on call for a service. Refused in its maintenance, and when an open incident of that severity exists."""
        service = self.services.get(service_id)
        if not title.strip():
            raise InvalidArgument("title: say what is wrong")
        for window in self.maintenances.where(service_id=service.id, status="scheduled"):
            if window.starts_at <= self.now < window.ends_at:
                raise PreconditionFailed(f"{service.name} is in maintenance until {window.ends_at:%Y-%m-%d %H:%M}")
        self._require_single(service.id, severity)
        woken = self._shift_at(self.teams.get(service.team_id), self.now).responder_id
        due = self.now + timedelta(minutes=ANSWER_WITHIN[severity])
        incident = self.incidents.add(service_id=service.id, title=title, severity=severity, assignee_id=woken, answer_by=due)
        self._settle(service.id)
        return incident

    @tool(effect=transition(field="status", sources=["triggered"], target="acknowledged"))
    def acknowledge_incident(self, incident_id: Ref[Incident]) -> Incident:
        """Answer an incident that the caller was woken for."""
        incident = self._handled(incident_id)
        if incident.assignee_id != self.me:
            raise PermissionDenied(f"{self._name(incident.assignee_id)} was woken, not you: have it reassigned")
        return self.incidents.transition(incident)

    @tool(effect=assign)
    def escalate_incident(self, incident_id: Ref[Incident]) -> Incident:
        """Wake the team's next responder for an incident that nobody answered in time."""
        incident = self._handled(incident_id)
        order = self._team(incident).responder_ids
        if incident.status != "triggered":
            raise PreconditionFailed(f"{incident.id} is {incident.status}; only unanswered incidents are escalated")
        if self.now <= incident.answer_by:
            raise PreconditionFailed(f"{self._name(incident.assignee_id)} has until {incident.answer_by:%H:%M} to answer")
        place = order.index(incident.assignee_id) + 1
        if place == len(order):
            raise PreconditionFailed(f"{self._name(incident.assignee_id)} is the last to escalate to")
        due = self.now + timedelta(minutes=ANSWER_WITHIN[incident.severity])
        return self.incidents.replace(incident, assignee_id=order[place], answer_by=due)

    @tool(effect=assign(field="assignee_id"))
    def reassign_incident(self, incident_id: Ref[Incident], responder_id: Ref[Responder]) -> Incident:
        """Give an open incident to another responder of its team, who has to answer it anew."""
        incident = self._unresolved(incident_id)
        responder = self.responders.get(responder_id)
        if responder.id not in self._team(incident).responder_ids:
            raise PreconditionFailed(f"{responder.name} is not in {self._team(incident).name}")
        due = self.now + timedelta(minutes=ANSWER_WITHIN[incident.severity])
        given = self.incidents.assign(incident, responder.id)
        return self.incidents.replace(given, answer_by=due, status="triggered")

    @tool(effect="update")
    def change_severity(self, incident_id: Ref[Incident], severity: Severity) -> Incident:
        """Make an open incident more or less severe; its service's health follows. No service has two open ones of one severity."""
        incident = self._unresolved(incident_id)
        self._require_single(incident.service_id, severity)
        changed = self.incidents.replace(incident, severity=severity)
        self._settle(incident.service_id)
        return changed

    @tool(effect=transition(field="status", sources=["acknowledged"], target="resolved"))
    def resolve_incident(self, incident_id: Ref[Incident], text: Text) -> Incident:
        """Resolve an answered incident and say so on the status page; its service may be well again."""
        incident = self._handled(incident_id)
        done = self.incidents.transition(incident, resolved_at=self.now, stage="resolved")
        self.status_posts.add(incident_id=done.id, text=text, author_id=self.me, stage="resolved")
        self._settle(done.service_id)
        return done

    @tool(effect=merge)
    def merge_incidents(self, incident_id: Ref[Incident], into_incident_id: Ref[Incident]) -> Incident:
        """Merge an open incident into another one of the same service, which becomes as severe as the worse of the two."""
        incident, target = self._unresolved(incident_id), self._unresolved(into_incident_id)
        if incident.id == target.id:
            raise InvalidArgument("intoIncidentId: an incident is not merged into itself")
        if incident.service_id != target.service_id:
            raise PreconditionFailed("only incidents of one service can be merged")
        for post in self.status_posts.where(incident_id=incident.id):
            self.status_posts.replace(post, incident_id=target.id)
        self.incidents.replace(incident, merged_into_id=target.id, status="merged")
        stage = max(incident.stage, target.stage, key=STAGES.index)
        merged = self.incidents.replace(target, severity=min(incident.severity, target.severity), stage=stage)
        self._settle(target.service_id)
        return merged

    @tool(effect=send)
    def post_update(
        self, incident_id: Ref[Incident], stage: Literal["investigating", "identified", "monitoring"], text: Text
    ) -> StatusPost:
        """Tell the public how far an answered incident is. Its stage never goes back."""
        incident = self._unresolved(incident_id)
        if incident.status != "acknowledged":
            raise PreconditionFailed(f"acknowledge {incident.id} before you post about it")
        if STAGES.index(stage) < STAGES.index(incident.stage):
            raise PreconditionFailed(f"{incident.id} is {incident.stage} already; it does not go back to {stage}")
        self.incidents.replace(incident, stage=stage)
        return self.status_posts.add(incident_id=incident.id, text=text, author_id=self.me, stage=stage)

    @tool(effect="list", envelope="data")
    def list_updates(self, incident_id: Ref[Incident], stage: Stage | None = None) -> list[StatusPost]:
        """What the status page said about an incident, first to last."""
        found = self.status_posts.where(incident_id=self.incidents.get(incident_id).id, stage=stage)
        return sorted(found, key=lambda p: (p.posted_at, p.id))

    @tool(effect=move)
    def hand_over_shift(self, shift_id: Ref[Shift], responder_id: Ref[Responder]) -> Shift:
        """Give one of the caller's coming shifts to a responder of the team who has no other shift then."""
        shift, responder = self.shifts.get(shift_id), self.responders.get(responder_id)
        if shift.responder_id != self.me:
            raise PermissionDenied(f"this is a shift of {self._name(shift.responder_id)}")
        if shift.starts_at <= self.now:
            raise PreconditionFailed("this shift has begun")
        if responder.id == self.me or responder.id not in self.teams.get(shift.team_id).responder_ids:
            raise PreconditionFailed(f"{responder.name} is not another responder of the team")
        if any(
            other.starts_at < shift.ends_at and shift.starts_at < other.ends_at for other in self.shifts.where(responder_id=responder.id)
        ):
            raise PreconditionFailed(f"{responder.name} has another shift at that time")
        return self.shifts.replace(shift, responder_id=responder.id)

    @tool(effect=[schedule, "create"])
    def schedule_maintenance(
        self, service_id: Ref[Service], starts_at: datetime, minutes: Annotated[int, Field(ge=10, le=480)], reason: Text
    ) -> Maintenance:
        """Plan maintenance of one of the caller's team's services, an hour ahead or more and apart from other maintenance of it."""
        service, ends_at = self.services.get(service_id), starts_at + timedelta(minutes=minutes)
        self._require_team(service)
        if starts_at < self.now + timedelta(hours=1):
            raise PreconditionFailed("maintenance is announced an hour ahead or more")
        for other in self.maintenances.where(service_id=service.id, status="scheduled"):
            if other.starts_at < ends_at and starts_at < other.ends_at:
                raise Conflict(f"{service.name} already has maintenance from {other.starts_at:%Y-%m-%d %H:%M}")
        return self.maintenances.add(service_id=service.id, reason=reason, starts_at=starts_at, ends_at=ends_at)

    @tool(effect=transition(field="status", sources=["scheduled"], target="cancelled"))
    def cancel_maintenance(self, maintenance_id: Ref[Maintenance]) -> Maintenance:
        """Call off maintenance that has not ended."""
        window = self.maintenances.get(maintenance_id)
        self._require_team(self.services.get(window.service_id))
        if window.ends_at <= self.now:
            raise PreconditionFailed("this maintenance is over")
        return self.maintenances.transition(window)

    @tool(effect="list", envelope="data", filters={"from_time": "starts_at__ge"})
    def list_maintenance(self, service_id: Ref[Service] | None = None, from_time: datetime | None = None) -> list[Maintenance]:
        """Maintenance, soonest first."""
        return sorted(self.maintenances.where(starts_at__ge=from_time, service_id=service_id), key=lambda m: (m.starts_at, m.id))

    @invariant
    def health_follows_incidents(self) -> bool:
        """A service is as well as its worst open incident allows."""
        return all(service.health == self._health(service.id) for service in self.services)

    @invariant
    def incidents_are_in_hand(self) -> bool:
        """An open incident is with a responder of its service's team, and no service has two of one severity."""
        live = [incident for incident in self.incidents if incident.status in {"triggered", "acknowledged"}]
        kinds = [(incident.service_id, incident.severity) for incident in live]
        return len(kinds) == len(set(kinds)) and all(incident.assignee_id in self._team(incident).responder_ids for incident in live)

    @invariant
    def pages_tell_the_stage(self) -> bool:
        """An incident's stage is that of its furthest post; it ends as resolved, with a time, exactly when the incident is."""
        for incident in self.incidents:
            posts = [STAGES.index(post.stage) for post in self.status_posts.where(incident_id=incident.id)]
            done = incident.status == "resolved"
            if (incident.stage == "resolved") != done or (incident.resolved_at is not None) != done:
                return False
            if incident.status == "merged":
                if posts or incident.merged_into_id is None:
                    return False
            elif STAGES.index(incident.stage) != max(posts, default=0):
                return False
        return True

    @invariant
    def shifts_and_windows_are_apart(self) -> bool:
        """A team has one shift at a time, a responder too, and a service one maintenance."""
        windows = [(window.service_id, window) for window in self.maintenances if window.status == "scheduled"]
        kinds = [[(s.team_id, s) for s in self.shifts], [(s.responder_id, s) for s in self.shifts], windows]
        ordered = [sorted(pairs, key=lambda pair: (pair[0], pair[1].starts_at)) for pairs in kinds]
        return all(a != b or first.ends_at <= second.starts_at for pairs in ordered for (a, first), (b, second) in pairwise(pairs))

    def _name(self, responder_id: str) -> str:
        return self.responders.get(responder_id).name

    def _team(self, incident: Incident) -> Team:
        return self.teams.get(self.services.get(incident.service_id).team_id)

    def _require_team(self, service: Service) -> None:
        team = self.teams.get(service.team_id)
        if self.me not in team.responder_ids:
            raise PermissionDenied(f"{service.name} belongs to {team.name}")

    def _handled(self, incident_id: str) -> Incident:
        """An incident of a service of the caller's team."""
        incident = self.incidents.get(incident_id)
        self._require_team(self.services.get(incident.service_id))
        return incident

    def _unresolved(self, incident_id: str) -> Incident:
        incident = self._handled(incident_id)
        if incident.status in {"resolved", "merged"}:
            raise PreconditionFailed(f"{incident.id} is {incident.status}")
        return incident

    def _open(self, service_id: str) -> list[Incident]:
        return [incident for incident in self.incidents.where(service_id=service_id) if incident.status in {"triggered", "acknowledged"}]

    def _require_single(self, service_id: str, severity: str) -> None:
        for incident in self._open(service_id):
            if incident.severity == severity:
                raise Conflict(f"{incident.id} is already open with {severity} for {self.services.get(service_id).name}")

    def _health(self, service_id: str) -> str:
        return HEALTH[min(i.severity for i in self._open(service_id))] if self._open(service_id) else "operational"

    def _settle(self, service_id: str) -> None:
        """Let a service's health follow its incidents."""
        self.services.replace(self.services.get(service_id), health=self._health(service_id))

    def _shift_at(self, team: Team, moment: datetime) -> Shift:
        running = [shift for shift in self.shifts.where(team_id=team.id) if shift.starts_at <= moment < shift.ends_at]
        if not running:
            raise PreconditionFailed(f"nobody is on call for {team.name} at {moment:%Y-%m-%d %H:%M}")
        return running[0]

    @classmethod
    def scenario(cls, draw):
        """Two to four teams with shifts day by day, their services, and incidents in every state."""
        people = [draw.person() for _ in range(6 + draw.size // 4)]
        responders = [{"id": draw.key(Responder), "name": p.name, "phone": draw.digits("+44 7700 900###")} for p in people]
        keys = [responder["id"] for responder in responders]
        draw.sign_in(keys[0])
        teams, services, shifts = [], [], []
        for number in range(2 + draw.size // 12):
            order = keys[number::2] if number < 2 else draw.sample(keys[2:], 3)
            name = draw.distinct("team", lambda: draw.words("platform_team"))
            teams.append({"id": draw.key(Team), "name": name, "responder_ids": order})
            for day in range(-3, 7) if number < 2 else ():
                starts = draw.now.replace(hour=8) + timedelta(days=day)
                shift = {"id": draw.key(Shift), "team_id": teams[-1]["id"], "responder_id": order[day % 3]}
                shifts.append(shift | {"starts_at": starts, "ends_at": starts + timedelta(days=1)})
        for place in range(4 + draw.size // 3):
            team, about = teams[place % len(teams)], {"id": draw.key(Service)}
            name = draw.distinct("service", lambda: draw.fill(["{service_word}", "{service_word} {region_code}"], capital=False))
            services.append(about | {"name": name, "team_id": team["id"], "health": "operational"})
        incidents, posts = [], []
        for place in range(draw.size + 2):
            cls._seed_incident(draw, place, services, teams, incidents, posts)
        windows = [cls._seeded_window(draw, service, days) for service in services for days in (-4, 2) if draw.chance(0.5)]
        rows = {"services": services, "shifts": shifts, "incidents": incidents, "status_posts": posts, "maintenances": windows}
        return {"responders": responders, "teams": teams, **rows}

    @classmethod
    def _seed_incident(cls, draw, place, services, teams, incidents, posts):
        """The first is the caller's to answer, the second waits too long, the third is being worked on."""
        service = services[0] if place in {0, 2} else services[2] if place == 1 else draw.choice(services)
        team = next(team for team in teams if team["id"] == service["team_id"])
        severity = ["sev2", "sev3", "sev3"][place] if place < 3 else draw.choice(["sev1", "sev2", "sev3", "sev3"])
        status = ["triggered", "triggered", "acknowledged"][place] if place < 3 else "resolved"
        kinds = {(incident["service_id"], incident["severity"]) for incident in incidents if incident["status"] != "resolved"}
        if place > 4 and (service["id"], severity) not in kinds and draw.chance(0.4):
            status = draw.choice(["triggered", "acknowledged"])
        ago = (3, 90, 150)[place] if place < 3 else draw.integer(200, 20000) if status == "resolved" else draw.integer(4, 240)
        since = draw.now - timedelta(minutes=ago)
        who = draw.me if place in {0, 2} else team["responder_ids"][place % 2] if place == 1 else draw.choice(team["responder_ids"])
        about = {
            "id": draw.key(Incident),
            "service_id": service["id"],
            "title": cls._said(draw, "alert_name", service),
            "severity": severity,
        }
        told = {"triggered": 0, "acknowledged": draw.integer(0, 3), "resolved": 4}[status]
        times = {"triggered_at": since, "answer_by": since + timedelta(minutes=ANSWER_WITHIN[severity])}
        ended = since + timedelta(minutes=160) if status == "resolved" else None
        stage = STAGES[max(told - 1, 0)]
        incidents.append(about | times | {"status": status, "assignee_id": who, "stage": stage, "resolved_at": ended})
        for number, step in enumerate(STAGES[:told]):
            text, posted = cls._said(draw, f"post_{step}", service), since + timedelta(minutes=40 * (number + 1))
            row = {"id": draw.key(StatusPost), "incident_id": about["id"], "author_id": who, "stage": step}
            posts.append(row | {"text": text, "posted_at": min(posted, draw.now)})
        live = [i["severity"] for i in incidents if i["service_id"] == service["id"] and i["status"] != "resolved"]
        service["health"] = HEALTH[min(live)] if live else "operational"

    @staticmethod
    def _said(draw, words, service):
        """An entry of a word list, about this service."""
        return draw.fill([draw.choice(draw.lexicon.words[words]).replace("{service_word}", service["name"])])

    @classmethod
    def _seeded_window(cls, draw, service, days):
        starts = draw.moment(days, days + 3, office_hours=False)
        about = {"id": draw.key(Maintenance), "service_id": service["id"], "reason": cls._said(draw, "maintenance_reason", service)}
        times = {"starts_at": starts, "ends_at": starts + timedelta(minutes=draw.integer(30, 180, 30))}
        return about | times | {"status": "cancelled" if draw.chance(0.15) else "scheduled"}
