"""What the course registry does, tool by tool."""

from envfactory_assets.environments.contract import at_least, changed, denied, fits, made, refused, says, shows


def find_courses(was, query, department, day, min_points):
    fitting = (c for c in was.courses if fits(c, department=department, day=day) and at_least(c.points, min_points))
    yield shows((course for course in fitting if says(query, course.code, course.title, course.teacher)), "code id")


def get_course(was, course_id):
    yield shows([was.courses[course_id]])


def get_my_record(was):
    yield shows([was.students[was.me]])


def list_my_enrolments(was, status):
    yield shows((e for e in was.enrolments if e.student_id == was.me and fits(e, status=status)), "created_at id")


def list_participants(was, course_id):
    inside = _inside(was, was.courses[course_id].id)
    yield denied(was.me not in inside)
    yield shows((student for student in was.students if student.id in inside), "name id")


def enrol(was, course_id):
    course = was.courses[course_id]
    passed = {e.course_id for e in was.enrolments if e.student_id == was.me and e.status == "passed"}
    yield refused(_is_known(was, course_id), course.requires_id and course.requires_id not in passed)
    yield refused(not _week_allows(was, was.me, course), len(_inside(was, course_id)) >= course.capacity)
    yield made(was.enrolments, course_id=course_id, student_id=was.me, status="enrolled", created_at=was.moment)


def join_waiting_list(was, course_id):
    course = was.courses[course_id]
    yield refused(_is_known(was, course_id), len(_inside(was, course_id)) < course.capacity)
    yield made(was.enrolments, course_id=course_id, student_id=was.me, status="waitlisted", created_at=was.moment)


def drop_course(was, enrolment_id):
    place = was.enrolments[enrolment_id]
    yield denied(place.student_id != was.me)
    yield refused(place.status not in {"enrolled", "waitlisted"})
    yield changed(place, status="dropped")
    queue = [e for e in was.enrolments if e.course_id == place.course_id and e.status == "waitlisted"] if place.status == "enrolled" else []
    course = was.courses[place.course_id]
    for first in [each for each in queue if _week_allows(was, each.student_id, course, but=place)][:1]:
        yield changed(first, status="enrolled")


def _inside(was, course_id):
    return [e.student_id for e in was.enrolments if e.course_id == course_id and e.status == "enrolled"]


def _is_known(was, course_id):
    return any(e.course_id == course_id and e.student_id == was.me and e.status != "dropped" for e in was.enrolments)


def _week_allows(was, student_id, course, but=None):
    held = [e for e in was.enrolments if e.student_id == student_id and e.status == "enrolled" and e is not but]
    week = [was.courses[e.course_id] for e in held]
    points = sum(c.points for c in week) + course.points
    return points <= was.students[student_id].point_limit and (course.day, course.slot) not in {(c.day, c.slot) for c in week}
