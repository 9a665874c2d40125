"""Course registry: what is taught, who takes it, and who waits for a place.

Author: hand. Domain: academia. No resource: the service is made up.
"""

from typing import Literal

from envfactory_assets.environments import Entity, Environment, Key, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import add_member, release, reserve, transition
from envfactory_assets.environments.errors import PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, Text

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday"]
Slot = Literal["09:00", "11:00", "14:00", "16:00"]
EnrolmentStatus = Literal["enrolled", "waitlisted", "dropped", "passed"]


class Student(Entity):
    """Somebody who studies here."""

    id: Key
    name: Text
    email: Text
    programme: Text
    point_limit: Count


class Course(Entity):
    """A course with one weekly meeting and so many places."""

    id: Key
    code: Text
    title: Text
    department: Text
    teacher: Text
    points: Count
    capacity: Count
    day: Day
    slot: Slot
    requires_id: Ref["Course"] | None


class Enrolment(Entity):
    """A student's place in a course, or in its queue."""

    id: Key
    course_id: Ref[Course]
    student_id: Ref[Student]
    status: EnrolmentStatus
    created_at: Created


class CourseRegistry(Environment):
    """Students look for courses, enrol, wait for a place and drop out again."""

    students: Table[Student]
    courses: Table[Course]
    enrolments: Table[Enrolment]

    @tool(effect="search", filters={"min_points": "points__ge"})
    def find_courses(
        self, query: Text | None = None, department: Text | None = None, day: Day | None = None, min_points: Count | None = None
    ) -> list[Course]:
        """Courses whose code, title or teacher holds every word of the query, by code."""
        fits = self.courses.search(query, "code", "title", "teacher", department=department, day=day, points__ge=min_points)
        return sorted(fits, key=lambda c: (c.code, c.id))

    @tool(effect="get")
    def get_course(self, course_id: Ref[Course]) -> Course:
        """One course."""
        return self.courses.get(course_id)

    @tool(effect="get")
    def get_my_record(self) -> Student:
        """The caller's own record."""
        return self.students.get(self.me)

    @tool(effect="list")
    def list_my_enrolments(self, status: EnrolmentStatus | None = None) -> list[Enrolment]:
        """The caller's places and places in queues, oldest first."""
        return sorted(self.enrolments.where(student_id=self.me, status=status), key=lambda e: (e.created_at, e.id))

    @tool(effect="list")
    def list_participants(self, course_id: Ref[Course]) -> list[Student]:
        """Who is enrolled in a course, by name. Only for those who are enrolled themselves."""
        course = self.courses.get(course_id)
        inside = {e.student_id for e in self.enrolments.where(course_id=course.id, status="enrolled")}
        if self.me not in inside:
            raise PermissionDenied("Only participants may see who else takes a course.")
        return sorted((s for s in self.students if s.id in inside), key=lambda s: (s.name, s.id))

    @tool(effect=reserve, grounding="declared")
    def enrol(self, course_id: Ref[Course]) -> Enrolment:
        """Enrol the caller. Refused when the course is full, clashes, needs another course first or exceeds the point limit."""
        course = self.courses.get(course_id)
        self._require_new(course)
        self._require_fit(course)
        if self._places_left(course) < 1:
            raise PreconditionFailed(f"{course.code} is full; you can join its waiting list.")
        return self.enrolments.add(course_id=course.id, student_id=self.me, status="enrolled")

    @tool(effect=["create", add_member(field="student_id", within="course_id")])
    def join_waiting_list(self, course_id: Ref[Course]) -> Enrolment:
        """Queue for a course that is full."""
        course = self.courses.get(course_id)
        self._require_new(course)
        if self._places_left(course) > 0:
            raise PreconditionFailed(f"{course.code} still has places: enrol instead.")
        return self.enrolments.add(course_id=course.id, student_id=self.me, status="waitlisted")

    @tool(effect=[release, transition(field="status", sources=["enrolled", "waitlisted"], target="dropped")], grounding="declared")
    def drop_course(self, enrolment_id: Ref[Enrolment]) -> Enrolment:
        """Give up a place, or a place in the queue. A free place goes to the first in the queue whose week allows it."""
        enrolment = self.enrolments.get(enrolment_id)
        if enrolment.student_id != self.me:
            raise PermissionDenied("This is another student's enrolment.")
        if enrolment.status not in {"enrolled", "waitlisted"}:
            raise PreconditionFailed(f"A course that is {enrolment.status} cannot be dropped.")
        dropped = self.enrolments.transition(enrolment)
        if enrolment.status == "enrolled":
            self._move_up(self.courses.get(enrolment.course_id))
        return dropped

    @invariant
    def no_course_is_overfull(self) -> bool:
        """A course has no more participants than places."""
        return all(self._places_left(course) >= 0 for course in self.courses)

    @invariant
    def nobody_is_in_two_places(self) -> bool:
        """A student takes one course at a time, each course once, and no more points than allowed."""
        weeks = {student.id: self._week(student.id) for student in self.students}
        times = all(len({(c.day, c.slot) for c in week}) == len(week) for week in weeks.values())
        return times and all(sum(c.points for c in weeks[s.id]) <= s.point_limit for s in self.students)

    def _week(self, student_id: str) -> list[Course]:
        return [self.courses.get(e.course_id) for e in self.enrolments.where(student_id=student_id, status="enrolled")]

    def _places_left(self, course: Course) -> int:
        return course.capacity - len(self.enrolments.where(course_id=course.id, status="enrolled"))

    def _clash(self, student_id: str, course: Course) -> Course | None:
        return next((c for c in self._week(student_id) if (c.day, c.slot) == (course.day, course.slot)), None)

    def _has_points_for(self, student_id: str, course: Course) -> bool:
        return sum(c.points for c in self._week(student_id)) + course.points <= self.students.get(student_id).point_limit

    def _require_new(self, course: Course) -> None:
        known = [e.status for e in self.enrolments.where(course_id=course.id, student_id=self.me) if e.status != "dropped"]
        if known:
            raise PreconditionFailed(f"You are already {known[0]} in {course.code}.")

    def _require_fit(self, course: Course) -> None:
        if course.requires_id and not self.enrolments.where(course_id=course.requires_id, student_id=self.me, status="passed"):
            raise PreconditionFailed(f"{course.code} needs {self.courses.get(course.requires_id).code} to be passed first.")
        clash = self._clash(self.me, course)
        if clash:
            raise PreconditionFailed(f"{course.code} meets at the same time as {clash.code}: {course.day}, {course.slot}.")
        if not self._has_points_for(self.me, course):
            raise PreconditionFailed(f"{course.code} would exceed your limit of {self.students.get(self.me).point_limit} points.")

    def _move_up(self, course: Course) -> None:
        for waiting in self.enrolments.where(course_id=course.id, status="waitlisted"):
            if not self._clash(waiting.student_id, course) and self._has_points_for(waiting.student_id, course):
                self.enrolments.replace(waiting, status="enrolled")
                return

    @classmethod
    def scenario(cls, draw):
        """Courses over the week, some nearly full, and students with a plausible timetable."""
        offers = sorted(draw.sample(draw.lexicon.words["course_offer"], max(6, draw.size)))
        courses = [cls._seeded_course(draw, *offer.split(": ")) for offer in offers]
        for course in courses[2:]:
            course["requires_id"] = courses[0]["id"] if draw.chance(0.2) else None
        people = [draw.person() for _ in range(max(4, draw.size // 2))]
        students = [
            {
                "id": draw.key(Student),
                "name": person.name,
                "email": person.email,
                "programme": draw.fill(["{degree} {subject}"]),
                "point_limit": draw.choice([24, 30, 30, 36]),
            }
            for person in people
        ]
        draw.sign_in(draw.choice(students)["id"])
        rows = [row for student in students for row in cls._seeded_week(draw, student, courses)]
        cls._seed_queues(draw, students, courses, rows)
        rows.sort(key=lambda row: row["created_at"])
        return {"students": students, "courses": courses, "enrolments": [{"id": draw.key(Enrolment), **row} for row in rows]}

    @staticmethod
    def _seeded_course(draw, code, department, subject):
        return {
            "id": draw.key(Course),
            "code": code,
            "title": draw.fill([subject, f"Introduction to {subject}", f"Advanced {subject}", f"Seminar in {subject}"]),
            "department": department,
            "teacher": draw.somebody().name,
            "points": draw.choice([4, 5, 6, 6, 8]),
            "capacity": draw.integer(2, 12),
            "day": draw.choice(["monday", "tuesday", "wednesday", "thursday", "friday"]),
            "slot": draw.choice(["09:00", "11:00", "14:00", "16:00"]),
            "requires_id": None,
        }

    @staticmethod
    def _seeded_week(draw, student, courses):
        """A few courses at different times within the point limit; each course keeps within its capacity."""
        rows, times, load = [], set(), 0
        for course in draw.sample(courses, draw.integer(2, 4)):
            time, passed = (course["day"], course["slot"]), draw.chance(0.2)
            fits = (
                time not in times
                and load + course["points"] <= student["point_limit"]
                and course.setdefault("taken", 0) < course["capacity"]
            )
            if fits and not passed:
                times.add(time)
                load += course["points"]
                course["taken"] += 1
            status = "passed" if passed else "enrolled" if fits else "dropped"
            rows.append({"course_id": course["id"], "student_id": student["id"], "status": status, "created_at": draw.moment(-90, -2)})
        return rows

    @staticmethod
    def _seed_queues(draw, students, courses, rows):
        """Close two courses at their present size, so that they are full, and let somebody wait for each."""
        for number, course in enumerate(courses):
            taken = course.pop("taken", 0)
            inside = {row["student_id"] for row in rows if row["course_id"] == course["id"]}
            outside = [student["id"] for student in students if student["id"] not in inside]
            if taken and outside and number % 3 == 0:
                course["capacity"] = taken
                rows.append(
                    {
                        "course_id": course["id"],
                        "student_id": draw.choice(outside),
                        "status": "waitlisted",
                        "created_at": draw.moment(-9, -1),
                    }
                )
