"""The clinic calendar, played."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from envfactory_assets_tests.environments.hand.play import Play


@pytest.fixture
def clinic() -> Play:
    return Play("lifestyle/clinic_calendar")


def _booked(clinic: Play, **wanted: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An appointment of the family that lies ahead, with its slot."""
    slots = {row["id"]: row for row in clinic.rows("slots")}
    soon = clinic.state["now"]
    ours = {row["id"] for row in clinic.rows("patients", account_id=clinic.me)}
    found = [row for row in clinic.rows("appointments", status="Booked", **wanted) if row["patient_id"] in ours]
    ahead = next(row for row in found if slots[row["slot_id"]]["starts_at"] > soon and slots[row["slot_id"]]["practitioner_id"] == 11)
    return ahead, slots[ahead["slot_id"]]


def test_a_slot_that_is_given_up_goes_to_who_waits_for_it(clinic: Play) -> None:
    appointment, slot = _booked(clinic)
    waiting = {row["id"] for row in clinic.rows("waiting_entries", practitioner_id=slot["practitioner_id"], status="Waiting")}
    clinic.do("CancelAppointment", AppointmentId=appointment["id"])
    following = next(row for row in clinic.rows("appointments", slot_id=slot["id"]) if row["status"] == "Booked")
    assert following["waiting_entry_id"] in waiting
    assert clinic.row("waiting_entries", id=following["waiting_entry_id"])["status"] == "Booked"


def test_late_cancelling_costs_half_the_fee(clinic: Play) -> None:
    appointment, slot = _booked(clinic, paid=0)
    clinic.do("PayAppointment", AppointmentId=appointment["id"], Amount=appointment["fee"])
    assert clinic.refused("PayAppointment", AppointmentId=appointment["id"], Amount=1).startswith("precondition_failed")
    clinic.wait(seconds=(datetime.fromisoformat(slot["starts_at"]) - datetime.fromisoformat(clinic.state["now"])).total_seconds() - 7200)
    assert clinic.do("CancelAppointment", AppointmentId=appointment["id"])["Refunded"] == appointment["fee"] / 2


def test_a_referral_lasts_for_its_visits(clinic: Play) -> None:
    uses = {row["id"] for row in clinic.rows("referrals")}
    appointment = next(row for row in clinic.rows("appointments", status="Booked") if row["referral_id"] in uses)
    clinic.sign_in(clinic.row("patients", id=appointment["patient_id"])["account_id"])
    before = clinic.row("referrals", id=appointment["referral_id"])["visits_left"]
    clinic.do("CancelAppointment", AppointmentId=appointment["id"])
    assert clinic.row("referrals", id=appointment["referral_id"])["visits_left"] == before + 1


def test_arrival_is_reported_around_the_beginning(clinic: Play) -> None:
    now = datetime.fromisoformat(clinic.state["now"])
    slot = next(row for row in clinic.rows("slots") if now < datetime.fromisoformat(row["starts_at"]) < now + timedelta(minutes=30))
    appointment = clinic.row("appointments", slot_id=slot["id"])
    clinic.sign_in(clinic.row("patients", id=appointment["patient_id"])["account_id"])
    assert clinic.do("ReportArrival", AppointmentId=appointment["id"])["Status"] == "Arrived"
    clinic.wait(days=1)
    assert clinic.refused("ReportArrival", AppointmentId=appointment["id"]).startswith("precondition_failed")


def test_other_families_are_private(clinic: Play) -> None:
    foreign = next(row for row in clinic.rows("patients") if row["account_id"] != clinic.me)
    assert clinic.refused("ListReferrals", PatientId=foreign["id"]) == "permission_denied: This patient belongs to another family."


def test_a_slot_must_be_open_and_of_the_specialty(clinic: Play) -> None:
    patient = clinic.row("patients", account_id=clinic.me)["id"]
    slot = clinic.do("FindSlots")["Items"][0]
    kind = clinic.row("practitioners", id=slot["PractitionerId"])["specialty"]
    other = next(row for row in clinic.rows("treatments") if row["specialty"] != kind)
    assert "does not do" in clinic.refused("BookAppointment", PatientId=patient, SlotId=slot["Id"], TreatmentId=other["id"])
    taken = clinic.row("slots", status="Booked")["id"]
    assert "no longer open" in clinic.refused("BookAppointment", PatientId=patient, SlotId=taken, TreatmentId=other["id"])
