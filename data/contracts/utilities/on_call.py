"""What on call does, tool by tool."""

from datetime import timedelta

from envfactory_assets.environments.contract import answers, at_least, changed, denied, fits, made, refused, says, senseless, shows

_STAGES = ["investigating", "identified", "monitoring", "resolved"]
_LIVE = {"triggered", "acknowledged"}


def list_services(was, team_id, health):
    yield shows((service for service in was.services if fits(service, team_id=team_id, health=health)), "name id")


def list_responders(was, team_id):
    yield shows(was.responders[key] for key in was.teams[team_id].responder_ids)


def search_incidents(was, query, service_id, assignee_id, severity, status, since, **_):
    told = {"service_id": service_id, "assignee_id": assignee_id, "severity": severity, "status": status}
    fitting = (i for i in was.incidents if fits(i, **told) and at_least(i.triggered_at, since))
    yield shows((incident for incident in fitting if says(query, incident.title)), "-triggered_at -id")


def get_incident(was, incident_id):
    yield shows([was.incidents[incident_id]])


def who_is_on_call(was, team_id, at):
    shift = _shift(was, was.teams[team_id], at or was.moment)
    yield refused(shift is None)
    yield shows([shift])


def list_shifts(was, team_id, responder_id):
    coming = (s for s in was.shifts if s.ends_at > was.moment and fits(s, team_id=team_id, responder_id=responder_id))
    yield shows(coming, "starts_at id")


def trigger_incident(was, service_id, title, severity):
    service = was.services[service_id]
    yield senseless(not title.strip())
    windows = [m for m in was.maintenances if fits(m, service_id=service_id, status="scheduled")]
    yield refused(any(window.starts_at <= was.moment < window.ends_at for window in windows))
    shift = _shift(was, was.teams[service.team_id], was.moment)
    live = _live(was, service_id)
    yield refused(severity in live.values(), shift is None)
    what = {"service_id": service_id, "title": title, "severity": severity, "status": "triggered", "assignee_id": shift.responder_id}
    times = {"resolved_at": None, "merged_into_id": None, "answer_by": _due(was, severity), "triggered_at": was.moment}
    yield made(was.incidents, **what, **times, stage="investigating")
    yield _settled(service, {**live, "": severity})


def acknowledge_incident(was, incident_id):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield denied(incident.assignee_id != was.me)
    yield refused(incident.status != "triggered")
    yield changed(incident, status="acknowledged")


def escalate_incident(was, incident_id):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield refused(incident.status != "triggered", was.moment <= incident.answer_by)
    order = _team(was, incident).responder_ids
    yield refused(order[-1] == incident.assignee_id)
    following = order[order.index(incident.assignee_id) + 1]
    yield changed(incident, assignee_id=following, answer_by=_due(was, incident.severity))


def reassign_incident(was, incident_id, responder_id):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield refused(incident.status not in _LIVE)
    responder = was.responders[responder_id].id
    yield refused(responder not in _team(was, incident).responder_ids, responder == incident.assignee_id)
    yield changed(incident, assignee_id=responder, answer_by=_due(was, incident.severity), status="triggered")


def change_severity(was, incident_id, severity):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    live = _live(was, incident.service_id)
    yield refused(incident.status not in _LIVE, severity in live.values())
    yield changed(incident, severity=severity)
    yield _settled(was.services[incident.service_id], {**live, incident.id: severity})
    yield answers(incident)


def resolve_incident(was, incident_id, text):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield refused(incident.status != "acknowledged")
    yield changed(incident, status="resolved", resolved_at=was.moment, stage="resolved")
    yield made(was.status_posts, incident_id=incident_id, text=text, author_id=was.me, stage="resolved", posted_at=was.moment)
    live = _live(was, incident.service_id)
    yield _settled(was.services[incident.service_id], {key: severity for key, severity in live.items() if key != incident_id})


def merge_incidents(was, incident_id, into_incident_id):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield refused(incident.status not in _LIVE)
    target = was.incidents[into_incident_id]
    yield _is_others(was, target)
    yield refused(target.status not in _LIVE)
    yield senseless(incident.id == target.id)
    yield refused(incident.service_id != target.service_id)
    for post in was.status_posts:
        if post.incident_id == incident_id:
            yield changed(post, incident_id=target.id)
    stage = _STAGES[max(_STAGES.index(incident.stage), _STAGES.index(target.stage))]
    severity = min(incident.severity, target.severity)
    yield changed(incident, status="merged", merged_into_id=target.id)
    yield changed(target, severity=severity, stage=stage)
    live = {**_live(was, target.service_id), incident_id: severity, target.id: severity}
    yield _settled(was.services[target.service_id], live)
    yield answers(target)


def post_update(was, incident_id, stage, text):
    incident = was.incidents[incident_id]
    yield _is_others(was, incident)
    yield refused(incident.status != "acknowledged", _STAGES.index(stage) < _STAGES.index(incident.stage))
    yield changed(incident, stage=stage)
    yield made(was.status_posts, incident_id=incident_id, text=text, author_id=was.me, stage=stage, posted_at=was.moment)


def list_updates(was, incident_id, stage):
    incident = was.incidents[incident_id]
    yield shows((post for post in was.status_posts if fits(post, incident_id=incident.id, stage=stage)), "posted_at id")


def hand_over_shift(was, shift_id, responder_id):
    shift, responder = was.shifts[shift_id], was.responders[responder_id]
    yield denied(shift.responder_id != was.me)
    yield refused(shift.starts_at <= was.moment, responder.id == was.me)
    yield refused(responder.id not in was.teams[shift.team_id].responder_ids)
    theirs = [other for other in was.shifts if other.responder_id == responder_id]
    yield refused(any(other.starts_at < shift.ends_at and shift.starts_at < other.ends_at for other in theirs))
    yield changed(shift, responder_id=responder_id)


def schedule_maintenance(was, service_id, starts_at, minutes, reason):
    service, ends_at = was.services[service_id], starts_at + timedelta(minutes=minutes)
    yield denied(was.me not in was.teams[service.team_id].responder_ids)
    windows = [m for m in was.maintenances if fits(m, service_id=service_id, status="scheduled")]
    yield refused(starts_at < was.moment + timedelta(hours=1))
    yield refused(any(window.starts_at < ends_at and starts_at < window.ends_at for window in windows))
    what = {"service_id": service_id, "reason": reason, "starts_at": starts_at, "ends_at": ends_at}
    yield made(was.maintenances, **what, status="scheduled")


def cancel_maintenance(was, maintenance_id):
    window = was.maintenances[maintenance_id]
    yield denied(was.me not in was.teams[was.services[window.service_id].team_id].responder_ids)
    yield refused(window.status != "scheduled", window.ends_at <= was.moment)
    yield changed(window, status="cancelled")


def list_maintenance(was, service_id, from_time):
    fitting = (m for m in was.maintenances if fits(m, service_id=service_id) and at_least(m.starts_at, from_time))
    yield shows(fitting, "starts_at id")


def _team(was, incident):
    return was.teams[was.services[incident.service_id].team_id]


def _is_others(was, incident):
    return denied(was.me not in _team(was, incident).responder_ids)


def _live(was, service_id):
    return {i.id: i.severity for i in was.incidents if i.service_id == service_id and i.status in _LIVE}


def _settled(service, severities):
    health = {"sev1": "majorOutage", "sev2": "partialOutage", "sev3": "degraded"}
    return changed(service, health=health[min(severities.values())] if severities else "operational")


def _shift(was, team, moment):
    return next((s for s in was.shifts if s.team_id == team.id and s.starts_at <= moment < s.ends_at), None)


def _due(was, severity):
    return was.moment + timedelta(minutes={"sev1": 5, "sev2": 15, "sev3": 60}[severity])
