"""What the clinic calendar does, tool by tool."""

from datetime import timedelta
from decimal import Decimal

from envfactory_assets.environments.contract import answers, at_least, at_most, changed, denied, fits, made, refused, senseless, shows

_NOTICE = timedelta(hours=2)


def list_practitioners(was, specialty):
    yield shows((each for each in was.practitioners if fits(each, specialty=specialty)), "name id")


def list_treatments(was, specialty, needs_referral, max_fee):
    fitting = (t for t in was.treatments if fits(t, specialty=specialty, needs_referral=needs_referral))
    yield shows((treatment for treatment in fitting if at_most(treatment.fee, max_fee)), "fee id")


def list_patients(was):
    yield shows(patient for patient in was.patients if patient.account_id == was.me)


def list_referrals(was, patient_id, specialty):
    yield denied(was.patients[patient_id].account_id != was.me)
    yield shows((r for r in was.referrals if r.patient_id == patient_id and fits(r, specialty=specialty)), "valid_until id")


def find_slots(was, practitioner_id, specialty, from_time, to_time):
    fitting = (s for s in was.slots if s.status == "Open" and fits(s, practitioner_id=practitioner_id))
    timely = (s for s in fitting if at_least(s.starts_at, from_time) and at_most(s.starts_at, to_time))
    ahead = (slot for slot in timely if slot.starts_at - was.moment >= _NOTICE)
    yield shows((s for s in ahead if fits(was.practitioners[s.practitioner_id], specialty=specialty)), "starts_at id")


def list_appointments(was, patient_id, status):
    family = {patient.id for patient in was.patients if patient.account_id == was.me}
    ours = (a for a in was.appointments if a.patient_id in family and fits(a, patient_id=patient_id, status=status))
    yield shows(ours, lambda appointment: (was.slots[appointment.slot_id].starts_at, appointment.id))


def book_appointment(was, patient_id, slot_id, treatment_id):
    patient = was.patients[patient_id]
    yield denied(patient.account_id != was.me)
    slot, treatment = was.slots[slot_id], was.treatments[treatment_id]
    yield refused(slot.status != "Open", not _can_have(was, patient, slot, treatment))
    yield from _booked(was, patient, slot, treatment)


def move_appointment(was, appointment_id, slot_id):
    appointment = was.appointments[appointment_id]
    patient = was.patients[appointment.patient_id]
    yield denied(patient.account_id != was.me)
    slot, old = was.slots[slot_id], was.slots[appointment.slot_id]
    treatment = was.treatments[appointment.treatment_id]
    yield refused(appointment.status != "Booked", old.starts_at - was.moment < _NOTICE, slot.status != "Open")
    yield refused(not _can_have(was, patient, slot, treatment, moved=appointment))
    yield changed(appointment, slot_id=slot_id)
    yield changed(slot, status="Booked")
    yield from _freed(was, old, moved=(appointment, slot))
    yield answers(appointment)


def cancel_appointment(was, appointment_id):
    appointment = was.appointments[appointment_id]
    yield denied(was.patients[appointment.patient_id].account_id != was.me)
    yield refused(appointment.status != "Booked")
    slot = was.slots[appointment.slot_id]
    owed = Decimal(0) if slot.starts_at - was.moment >= timedelta(days=1) else appointment.fee / 2
    yield changed(appointment, status="Cancelled", fee=owed, refunded=max(appointment.paid - owed, Decimal(0)))
    referral = was.referrals.find(appointment.referral_id)
    if referral:
        yield changed(referral, visits_left=referral.visits_left + 1)
    yield from _freed(was, slot, cancelled=appointment)
    yield answers(appointment)


def report_arrival(was, appointment_id):
    appointment = was.appointments[appointment_id]
    yield denied(was.patients[appointment.patient_id].account_id != was.me)
    late = was.moment - was.slots[appointment.slot_id].starts_at
    yield refused(appointment.status != "Booked", late < timedelta(minutes=-30), late > timedelta(minutes=15))
    yield changed(appointment, status="Arrived")


def pay_appointment(was, appointment_id, amount):
    appointment = was.appointments[appointment_id]
    yield denied(was.patients[appointment.patient_id].account_id != was.me)
    yield senseless(amount <= 0)
    yield refused(appointment.paid + amount > appointment.fee)
    yield changed(appointment, paid=appointment.paid + amount)


def join_waiting_list(was, patient_id, practitioner_id, treatment_id, until):
    yield denied(was.patients[patient_id].account_id != was.me)
    practitioner, treatment = was.practitioners[practitioner_id], was.treatments[treatment_id]
    yield refused(treatment.specialty != practitioner.specialty)
    yield senseless(until <= was.day)
    long_enough = (s for s in was.slots if s.practitioner_id == practitioner_id and s.status == "Open" and _fits_in(treatment, s))
    yield refused(any(s.starts_at - was.moment >= _NOTICE and s.starts_at.date() <= until for s in long_enough))
    pair = {"patient_id": patient_id, "practitioner_id": practitioner_id, "status": "Waiting"}
    yield refused(any(fits(entry, **pair) for entry in was.waiting_entries))
    yield made(was.waiting_entries, **pair, treatment_id=treatment_id, until=until, created_at=was.moment)


def leave_waiting_list(was, waiting_entry_id):
    entry = was.waiting_entries[waiting_entry_id]
    yield denied(was.patients[entry.patient_id].account_id != was.me)
    yield refused(entry.status != "Waiting")
    yield changed(entry, status="Left")


def list_waiting_entries(was, patient_id, status):
    yield denied(was.patients[patient_id].account_id != was.me)
    yield shows(entry for entry in was.waiting_entries if entry.patient_id == patient_id and fits(entry, status=status))


def _fits_in(treatment, slot):
    return slot.ends_at - slot.starts_at >= timedelta(minutes=treatment.minutes)


def _can_have(was, patient, slot, treatment, moved=None, cancelled=None, elsewhere=None):
    """Whether a patient can have a slot: as if an appointment were moved there, or cancelled, or were elsewhere."""
    live = [a for a in was.appointments if a.patient_id == patient.id and a.status != "Cancelled" and a not in {moved, cancelled}]
    others = [elsewhere[1] if elsewhere and a is elsewhere[0] else was.slots[a.slot_id] for a in live]
    if slot.starts_at - was.moment < _NOTICE or not _fits_in(treatment, slot):
        return False
    if was.practitioners[slot.practitioner_id].specialty != treatment.specialty:
        return False
    if any(other.starts_at < slot.ends_at and slot.starts_at < other.ends_at for other in others):
        return False
    if moved is None and sum(other.starts_at > was.moment for other in others) >= 3:
        return False
    back = cancelled.referral_id if cancelled else None
    return not treatment.needs_referral or _referral(was, patient, slot, treatment, moved, back) is not None


def _referral(was, patient, slot, treatment, moved=None, back=None):
    """The referral that a moved appointment has; or the first with a visit left, also one that a cancelled appointment gives back."""
    if moved is not None and moved.referral_id:
        usable = [was.referrals[moved.referral_id]]
    else:
        usable = [each for each in was.referrals if each.visits_left + (each.id == back) > 0]
    right = (each for each in usable if each.patient_id == patient.id and each.specialty == treatment.specialty)
    return next((each for each in right if slot.starts_at.date() <= each.valid_until), None)


def _booked(was, patient, slot, treatment, entry=None, back=None):
    referral = _referral(was, patient, slot, treatment, back=back) if treatment.needs_referral else None
    if referral:
        yield changed(referral, visits_left=referral.visits_left - 1 + (referral.id == back))
    yield changed(slot, status="Booked")
    keys = {"referral_id": referral.id if referral else None, "waiting_entry_id": entry.id if entry else None}
    what = {"patient_id": patient.id, "slot_id": slot.id, "treatment_id": treatment.id, "fee": treatment.fee}
    yield made(was.appointments, **what, **keys, status="Booked", paid=0, refunded=0, booked_at=was.moment)


def _freed(was, slot, moved=None, cancelled=None):
    """The slot is open again, or its appointment is that of the first who waits for it and can have it."""
    yield changed(slot, status="Open")
    back = cancelled.referral_id if cancelled else None
    waiting = (e for e in was.waiting_entries if e.practitioner_id == slot.practitioner_id and e.status == "Waiting")
    for entry in waiting:
        patient, treatment = was.patients[entry.patient_id], was.treatments[entry.treatment_id]
        if slot.starts_at.date() <= entry.until and _can_have(was, patient, slot, treatment, None, cancelled, moved):
            yield changed(entry, status="Booked")
            yield from _booked(was, patient, slot, treatment, entry, back)
            return
