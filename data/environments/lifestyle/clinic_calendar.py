"""Clinic calendar: the slots of doctors and therapists, and the appointments that families make in them.

Author: hand. Domain: lifestyle. No resource: the service is made up.
"""

from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Annotated, Literal

from envfactory_assets.environments import Caller, Entity, Environment, Ref, Table, invariant, tool
from envfactory_assets.environments.effects import capture, refund, release, reschedule, reserve, transition
from envfactory_assets.environments.errors import InvalidArgument, PermissionDenied, PreconditionFailed
from envfactory_assets.environments.fields import Count, Created, KeyStyle, Money, Text

Specialty = Literal["Physiotherapy", "Dentistry", "Dermatology", "Speech therapy"]
SlotStatus = Literal["Open", "Booked"]
AppointmentStatus = Literal["Booked", "Arrived", "Completed", "Cancelled"]
WaitingStatus = Literal["Waiting", "Booked", "Left"]
NOTICE = timedelta(hours=2)
FREE_UNTIL = timedelta(hours=24)
AHEAD = 3  # appointments that a patient may have before them


class Practitioner(Entity):
    """A doctor or therapist of the clinic."""

    id: Annotated[int, KeyStyle(offset=10)]
    name: Text
    specialty: Specialty
    room: Text


class Treatment(Entity):
    """What an appointment can be for."""

    id: Annotated[int, KeyStyle(offset=200)]
    name: Text
    specialty: Specialty
    minutes: Count
    fee: Money
    needs_referral: bool


class Patient(Entity):
    """Somebody of a family; the family's account makes the appointments."""

    id: Annotated[int, KeyStyle(offset=4000)]
    account_id: Caller
    name: Text
    birth_date: date
    phone: Text


class Referral(Entity):
    """A doctor's permission for some visits to a specialty."""

    id: Annotated[int, KeyStyle(offset=700)]
    patient_id: Ref[Patient]
    specialty: Specialty
    valid_until: date
    visits: Count
    visits_left: Count


class Slot(Entity):
    """Time that a practitioner has for one patient."""

    id: Annotated[int, KeyStyle(offset=30000)]
    practitioner_id: Ref[Practitioner]
    starts_at: datetime
    ends_at: datetime
    status: SlotStatus


class Appointment(Entity):
    """A patient's treatment in a slot, and what is owed for it."""

    id: Annotated[int, KeyStyle(offset=80000)]
    patient_id: Ref[Patient]
    slot_id: Ref[Slot]
    treatment_id: Ref[Treatment]
    referral_id: Ref[Referral] | None
    waiting_entry_id: Ref["WaitingEntry"] | None = None
    status: AppointmentStatus = "Booked"
    fee: Money
    paid: Money = 0
    refunded: Money = 0
    booked_at: Created


class WaitingEntry(Entity):
    """A patient who takes the first slot that a practitioner has free until a day."""

    id: Annotated[int, KeyStyle(offset=100)]
    patient_id: Ref[Patient]
    practitioner_id: Ref[Practitioner]
    treatment_id: Ref[Treatment]
    until: date
    status: WaitingStatus
    created_at: Created


class ClinicCalendar(Environment):
    """Families look for slots, book and move appointments, pay for them, and wait for slots that others give up."""

    naming = "pascal"

    practitioners: Table[Practitioner]
    treatments: Table[Treatment]
    patients: Table[Patient]
    referrals: Table[Referral]
    slots: Table[Slot]
    appointments: Table[Appointment]
    waiting_entries: Table[WaitingEntry]

    @tool(effect="list", envelope="Items")
    def list_practitioners(self, specialty: Specialty | None = None) -> list[Practitioner]:
        """The clinic's practitioners, by name."""
        return sorted(self.practitioners.where(specialty=specialty), key=lambda p: (p.name, p.id))

    @tool(effect="list", envelope="Items", filters={"max_fee": "fee__le"})
    def list_treatments(
        self, specialty: Specialty | None = None, needs_referral: bool | None = None, max_fee: Money | None = None
    ) -> list[Treatment]:
        """What the clinic offers, cheapest first."""
        return sorted(
            self.treatments.where(fee__le=max_fee, specialty=specialty, needs_referral=needs_referral), key=lambda t: (t.fee, t.id)
        )

    @tool(effect="list", envelope="Items")
    def list_patients(self) -> list[Patient]:
        """The patients of the caller's family."""
        return self.patients.where(account_id=self.me)

    @tool(effect="list", envelope="Items")
    def list_referrals(self, patient_id: Ref[Patient], specialty: Specialty | None = None) -> list[Referral]:
        """A patient's referrals, those that end first on top."""
        found = self.referrals.where(patient_id=self._mine(patient_id).id, specialty=specialty)
        return sorted(found, key=lambda r: (r.valid_until, r.id))

    @tool(effect="search", envelope="Items", filters={"from_time": "starts_at__ge", "to_time": "starts_at__le"})
    def find_slots(
        self,
        practitioner_id: Ref[Practitioner] | None = None,
        specialty: Specialty | None = None,
        from_time: datetime | None = None,
        to_time: datetime | None = None,
    ) -> list[Slot]:
        """Open slots that can still be booked, soonest first."""
        found = self.slots.where(status="Open", starts_at__ge=from_time, starts_at__le=to_time, practitioner_id=practitioner_id)
        fits = [s for s in found if specialty in {None, self.practitioners.get(s.practitioner_id).specialty}]
        soon = [s for s in fits if s.starts_at >= self.now + NOTICE]
        return sorted(soon, key=lambda s: (s.starts_at, s.id))

    @tool(effect="list", envelope="Items")
    def list_appointments(self, patient_id: Ref[Patient] | None = None, status: AppointmentStatus | None = None) -> list[Appointment]:
        """Appointments of the caller's family, soonest first."""
        family = {patient.id for patient in self.patients.where(account_id=self.me)}
        found = [a for a in self.appointments.where(patient_id=patient_id, status=status) if a.patient_id in family]
        return sorted(found, key=lambda a: (self.slots.get(a.slot_id).starts_at, a.id))

    @tool(effect=[reserve, "create"])
    def book_appointment(self, patient_id: Ref[Patient], slot_id: Ref[Slot], treatment_id: Ref[Treatment]) -> Appointment:
        """Book an open slot for a patient, two hours ahead or more. A treatment that needs a referral uses one of its visits."""
        patient, slot, treatment = self._mine(patient_id), self.slots.get(slot_id), self.treatments.get(treatment_id)
        self._require_fit(patient, slot, treatment)
        return self._booked(patient, slot, treatment)

    @tool(effect=reschedule)
    def move_appointment(self, appointment_id: Ref[Appointment], slot_id: Ref[Slot]) -> Appointment:
        """Move a booked appointment to another slot of the same specialty, at the latest two hours before it begins."""
        appointment, slot = self._ours(appointment_id), self.slots.get(slot_id)
        old, treatment = self.slots.get(appointment.slot_id), self.treatments.get(appointment.treatment_id)
        if appointment.status != "Booked":
            raise PreconditionFailed(f"An appointment that is {appointment.status.lower()} cannot be moved.")
        if old.starts_at < self.now + NOTICE:
            raise PreconditionFailed("This appointment begins too soon to be moved.")
        self._require_fit(self.patients.get(appointment.patient_id), slot, treatment, appointment)
        self.slots.replace(slot, status="Booked")
        moved = self.appointments.replace(appointment, slot_id=slot.id)
        self._freed(old)
        return moved

    @tool(effect=[release, refund, transition(entity="Appointment", field="status", sources=["Booked"], target="Cancelled")])
    def cancel_appointment(self, appointment_id: Ref[Appointment]) -> Appointment:
        """Cancel an appointment: free until a day before, later half the fee is owed. Whoever waits for the slot gets it."""
        appointment = self._ours(appointment_id)
        slot, referral = self.slots.get(appointment.slot_id), self.referrals.find(appointment.referral_id)
        owed = 0 if slot.starts_at - self.now >= FREE_UNTIL else appointment.fee / 2
        back = max(appointment.paid - owed, 0)
        cancelled = self.appointments.transition(appointment, fee=owed, refunded=back)
        if referral:
            self.referrals.replace(referral, visits_left=referral.visits_left + 1)
        self._freed(slot)
        return cancelled

    @tool(effect=transition(field="status", sources=["Booked"], target="Arrived"))
    def report_arrival(self, appointment_id: Ref[Appointment]) -> Appointment:
        """Say that the patient has come: from half an hour before the appointment until a quarter of an hour after its beginning."""
        appointment = self._ours(appointment_id)
        begins = self.slots.get(appointment.slot_id).starts_at
        if not begins - timedelta(minutes=30) <= self.now <= begins + timedelta(minutes=15):
            raise PreconditionFailed(f"Arrival for {begins:%Y-%m-%d %H:%M} can be reported from 30 minutes before to 15 minutes after it.")
        return self.appointments.transition(appointment)

    @tool(effect=capture(field="paid", limit="fee"))
    def pay_appointment(self, appointment_id: Ref[Appointment], amount: Money) -> Appointment:
        """Pay what is owed for an appointment, or a part of it."""
        return self.appointments.draw(self._ours(appointment_id), amount)

    @tool(effect="create")
    def join_waiting_list(
        self, patient_id: Ref[Patient], practitioner_id: Ref[Practitioner], treatment_id: Ref[Treatment], until: date
    ) -> WaitingEntry:
        """Wait for a slot of a practitioner who has none open until a day. The first that is given up is booked at once."""
        patient, practitioner, treatment = (
            self._mine(patient_id),
            self.practitioners.get(practitioner_id),
            self.treatments.get(treatment_id),
        )
        if treatment.specialty != practitioner.specialty:
            raise PreconditionFailed(f"{practitioner.name} does not do {treatment.name}.")
        if until <= self.today:
            raise InvalidArgument("The last day to wait for lies after today.")
        fitting = [s for s in self.slots.where(practitioner_id=practitioner.id, status="Open") if _minutes(s) >= treatment.minutes]
        if any(self.now + NOTICE <= s.starts_at and s.starts_at.date() <= until for s in fitting):
            raise PreconditionFailed(f"{practitioner.name} still has an open slot by {until}: book it instead.")
        if self.waiting_entries.where(patient_id=patient.id, practitioner_id=practitioner.id, status="Waiting"):
            raise PreconditionFailed(f"{patient.name} already waits for {practitioner.name}.")
        return self.waiting_entries.add(
            patient_id=patient.id, treatment_id=treatment.id, practitioner_id=practitioner.id, until=until, status="Waiting"
        )

    @tool(effect=transition(field="status", sources=["Waiting"], target="Left"))
    def leave_waiting_list(self, waiting_entry_id: Ref[WaitingEntry]) -> WaitingEntry:
        """Wait no longer."""
        entry = self.waiting_entries.get(waiting_entry_id)
        self._mine(entry.patient_id)
        return self.waiting_entries.transition(entry)

    @tool(effect="list", envelope="Items")
    def list_waiting_entries(self, patient_id: Ref[Patient], status: WaitingStatus | None = None) -> list[WaitingEntry]:
        """What a patient of the caller's family waits or waited for."""
        return self.waiting_entries.where(patient_id=self._mine(patient_id).id, status=status)

    @invariant
    def a_booked_slot_has_one_appointment(self) -> bool:
        """A slot is booked exactly when one appointment in it is not cancelled."""
        held = [appointment.slot_id for appointment in self._live()]
        return len(held) == len(set(held)) and all((slot.status == "Booked") == (slot.id in held) for slot in self.slots)

    @invariant
    def patients_are_in_one_place(self) -> bool:
        """No patient has two appointments at the same time."""
        held = sorted(((a.patient_id, self.slots.get(a.slot_id)) for a in self._live()), key=lambda pair: (pair[0], pair[1].starts_at))
        return all(a != b or first.ends_at <= second.starts_at for (a, first), (b, second) in pairwise(held))

    @invariant
    def treatments_fit(self) -> bool:
        """An appointment's slot is long enough and of the treatment's specialty, and its referral is the patient's and valid that day."""
        for appointment in self._live():
            slot, treatment = self.slots.get(appointment.slot_id), self.treatments.get(appointment.treatment_id)
            referral = self.referrals.find(appointment.referral_id)
            if self.practitioners.get(slot.practitioner_id).specialty != treatment.specialty or _minutes(slot) < treatment.minutes:
                return False
            if treatment.needs_referral and (referral is None or not _covers(referral, appointment.patient_id, treatment, slot)):
                return False
        return True

    @invariant
    def accounts_add_up(self) -> bool:
        """A referral has the visits left that no appointment uses; no more is refunded than was paid, or kept than the fee."""
        used = [appointment.referral_id for appointment in self._live()]
        counted = all(referral.visits_left == referral.visits - used.count(referral.id) for referral in self.referrals)
        return counted and all(0 <= a.refunded <= a.paid and a.paid - a.refunded <= a.fee for a in self.appointments)

    @invariant
    def waiting_makes_sense(self) -> bool:
        """A patient waits once for a practitioner, for what that one does, until a later day; a booked entry has its appointment."""
        waits = [(entry.patient_id, entry.practitioner_id) for entry in self.waiting_entries if entry.status == "Waiting"]
        served = {appointment.waiting_entry_id for appointment in self.appointments} - {None}
        sound = all(
            self.treatments.get(e.treatment_id).specialty == self.practitioners.get(e.practitioner_id).specialty
            and e.until > e.created_at.date()
            for e in self.waiting_entries
        )
        return sound and len(waits) == len(set(waits)) and served == {e.id for e in self.waiting_entries if e.status == "Booked"}

    def _live(self) -> list[Appointment]:
        return self.appointments.where(status__ne="Cancelled")

    def _mine(self, patient_id: int) -> Patient:
        patient = self.patients.get(patient_id)
        if patient.account_id != self.me:
            raise PermissionDenied("This patient belongs to another family.")
        return patient

    def _ours(self, appointment_id: int) -> Appointment:
        appointment = self.appointments.get(appointment_id)
        self._mine(appointment.patient_id)
        return appointment

    def _require_fit(self, patient: Patient, slot: Slot, treatment: Treatment, moved: Appointment | None = None) -> None:
        practitioner = self.practitioners.get(slot.practitioner_id)
        others = [self.slots.get(a.slot_id) for a in self._live() if a.patient_id == patient.id and a is not moved]
        if slot.status != "Open":
            raise PreconditionFailed("This slot is no longer open; please look for another one.")
        if slot.starts_at < self.now + NOTICE:
            raise PreconditionFailed("Slots are booked two hours ahead or more.")
        if practitioner.specialty != treatment.specialty:
            raise PreconditionFailed(f"{practitioner.name} does not do {treatment.name}.")
        if _minutes(slot) < treatment.minutes:
            raise PreconditionFailed(f"{treatment.name} takes {treatment.minutes} minutes; this slot has {_minutes(slot)}.")
        if any(other.starts_at < slot.ends_at and slot.starts_at < other.ends_at for other in others):
            raise PreconditionFailed(f"{patient.name} has another appointment at that time.")
        if moved is None and sum(other.starts_at > self.now for other in others) >= AHEAD:
            raise PreconditionFailed(f"{patient.name} already has {AHEAD} appointments ahead.")
        if treatment.needs_referral and self._referral(patient, slot, treatment, moved) is None:
            kind, day = treatment.specialty.lower(), slot.starts_at.date()
            raise PreconditionFailed(f"{treatment.name} needs a referral for {kind} with a visit left, valid on {day}.")

    def _referral(self, patient: Patient, slot: Slot, treatment: Treatment, moved: Appointment | None) -> Referral | None:
        """The referral that a moved appointment has already, or else one with a visit left."""
        known = [self.referrals.get(moved.referral_id)] if moved and moved.referral_id else self.referrals.where(visits_left__ge=1)
        return next((referral for referral in known if _covers(referral, patient.id, treatment, slot)), None)

    def _booked(self, patient: Patient, slot: Slot, treatment: Treatment, entry: WaitingEntry | None = None) -> Appointment:
        referral = self._referral(patient, slot, treatment, None) if treatment.needs_referral else None
        if referral:
            self.referrals.replace(referral, visits_left=referral.visits_left - 1)
        self.slots.replace(slot, status="Booked")
        keys = {"referral_id": referral.id if referral else None, "waiting_entry_id": entry.id if entry else None}
        return self.appointments.add(patient_id=patient.id, fee=treatment.fee, slot_id=slot.id, treatment_id=treatment.id, **keys)

    def _freed(self, slot: Slot) -> None:
        """Open a slot again, and book it for the first who waits for it and can have it."""
        opened = self.slots.replace(slot, status="Open")
        for entry in self.waiting_entries.where(practitioner_id=slot.practitioner_id, status="Waiting"):
            patient, treatment = self.patients.get(entry.patient_id), self.treatments.get(entry.treatment_id)
            if slot.starts_at.date() <= entry.until and self._can_have(patient, opened, treatment):
                self.waiting_entries.replace(entry, status="Booked")
                self._booked(patient, opened, treatment, entry)
                return

    def _can_have(self, patient: Patient, slot: Slot, treatment: Treatment) -> bool:
        try:
            self._require_fit(patient, slot, treatment)
        except PreconditionFailed:
            return False
        return True

    @classmethod
    def scenario(cls, draw):
        """Two practitioners a specialty, the first of all booked out; the caller's family is among the patients."""
        offers = [entry.split(": ") for entry in draw.lexicon.words["clinic_treatment"]]
        kinds = draw.sample(sorted({offer[0] for offer in offers}), 2 + draw.size // 12)
        treatments = [cls._seeded_treatment(draw, *offer) for offer in offers if offer[0] in kinds]
        doctors = [{"id": draw.key(Practitioner), "name": f"Dr {draw.person().name}", "specialty": kind} for kind in kinds * 2]
        patients = [cls._seeded_patient(draw, place) for place in range(4 + draw.size // 3)]
        slots, appointments, referrals, taken = [], [], [], set()
        for number, doctor in enumerate(doctors):
            doctor["room"] = f"{1 + number % 3}{number + 4:02d}"
            fitting = [treatment for treatment in treatments if treatment["specialty"] == doctor["specialty"]]
            for place, starts in enumerate(cls._seeded_times(draw, number)):
                treatment = draw.choice(fitting)
                ends = starts + timedelta(minutes=max(treatment["minutes"], draw.choice([30, 45, 60])))
                slot = {"id": draw.key(Slot), "practitioner_id": doctor["id"], "starts_at": starts, "ends_at": ends, "status": "Open"}
                free = [patient for patient in patients[: 2 if place % 4 == 0 else None] if (patient["id"], starts.date()) not in taken]
                if free and (number == 0 or place % 2 == 0):
                    patient = draw.choice(free)
                    taken.add((patient["id"], starts.date()))
                    appointments.append(cls._seeded_appointment(draw, slot, patient, treatment, referrals))
                slots.append(slot)
        appointments = [{"id": draw.key(Appointment), **row} for row in sorted(appointments, key=lambda row: row["booked_at"])]
        waiting = [cls._seeded_wait(draw, patient, doctors[0], treatments) for patient in [*patients[4::3], patients[1]]]
        rows = {"patients": patients, "referrals": referrals, "slots": slots, "appointments": appointments, "waiting_entries": waiting}
        return {"practitioners": doctors, "treatments": treatments, **rows}

    @staticmethod
    def _seeded_treatment(draw, specialty, name, minutes, fee, referral):
        about = {"id": draw.key(Treatment), "name": name, "specialty": specialty, "minutes": int(minutes), "fee": int(fee)}
        return about | {"needs_referral": referral == "referral"}

    @staticmethod
    def _seeded_patient(draw, place):
        about = {"id": draw.key(Patient), "account_id": draw.me if place < 2 else draw.owner(0.1), "name": draw.person().name}
        return about | {"birth_date": draw.day(-80 * 365, -4 * 365), "phone": draw.digits("+44 1632 960###")}

    @staticmethod
    def _seeded_times(draw, number):
        """Times of a practitioner; the first practitioner's first is a few minutes from now."""
        days = [day for day in range(-6, 13) if day]
        picked = draw.sample(days, 4 + draw.size // 4)
        times = [draw.now + timedelta(days=day, hours=draw.choice([-1, 1, 2, 5, 7])) for day in sorted(picked)]
        return [draw.now + timedelta(minutes=15), *times] if number == 0 else times

    @staticmethod
    def _seeded_appointment(draw, slot, patient, treatment, referrals):
        """Books the slot, and takes a visit from the patient's referral or makes one."""
        known = [r for r in referrals if (r["patient_id"], r["specialty"]) == (patient["id"], treatment["specialty"])]
        if treatment["needs_referral"] and not known:
            left, about = draw.integer(0, 4), {"patient_id": patient["id"], "specialty": treatment["specialty"]}
            known = [{"id": draw.key(Referral), "valid_until": draw.day(14, 120), "visits": left, "visits_left": left, **about}]
            referrals.append(known[0])
        slot["status"], past = "Booked", slot["starts_at"] < draw.now
        if treatment["needs_referral"]:
            known[0]["visits"] += 1
        return {
            "patient_id": patient["id"],
            "slot_id": slot["id"],
            "treatment_id": treatment["id"],
            "referral_id": known[0]["id"] if treatment["needs_referral"] else None,
            "status": "Completed" if past else "Booked",
            "fee": treatment["fee"],
            "paid": treatment["fee"] if draw.chance(0.7 if past else 0.3) else 0,
            "booked_at": min(slot["starts_at"], draw.now) - timedelta(days=draw.integer(1, 20)),
        }

    @staticmethod
    def _seeded_wait(draw, patient, doctor, treatments):
        wanted = next(t for t in treatments if t["specialty"] == doctor["specialty"] and not t["needs_referral"])
        about = {"id": draw.key(WaitingEntry), "patient_id": patient["id"], "practitioner_id": doctor["id"], "treatment_id": wanted["id"]}
        return about | {"until": draw.day(6, 20), "status": "Waiting", "created_at": draw.moment(-5, -1)}


def _minutes(slot: Slot) -> int:
    return int((slot.ends_at - slot.starts_at).total_seconds()) // 60


def _covers(referral: Referral, patient_id: int, treatment: Treatment, slot: Slot) -> bool:
    fits = (referral.patient_id, referral.specialty) == (patient_id, treatment.specialty)
    return fits and slot.starts_at.date() <= referral.valid_until
