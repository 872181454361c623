"""The events that no person is told of, by the reason why.

The audit record keeps them all the same; reports to the government's systems are another matter.
"""

from collections.abc import Mapping

SILENT: Mapping[str, tuple[str, ...]] = {
    "the person did it, or was there, and sees it at once": (
        "account.arrived",
        "account.followed",
        "account.unfollowed",
        "account.joined",
        "account.absorbed",
        "account.merged",
        "account.preferred",
        "account.acting_changed",
        "applicant.bound",
        "applicant.unbound",
        "applicant.moved",
        "applicant.registered",
        "applicant.verified_at_window",
        "application.started",
        "application.saved",
        "application.discarded",
        "application.material_changed",
        "application.material_followed",
        "material.kept",
        "material.dropped",
        "appointment.arrived",
        "appointment.giving_up_declined",
        "appointment.given_up",
        "appointment.objected",
        "review.given",
    ),
    "it blocks nobody and counts against nobody; the page of the appointment shows it": (
        "appointment.unrecorded",
    ),
    "the work of staff": (
        "applicant.revealed",
        "application.assigned",
        "application.noted",
        "material.viewed",
        "guide.published",
        "guide.superseded",
        "department.added",
        "department.changed",
        "referral.added",
        "referral.changed",
        "hall.added",
        "hall.changed",
        "staff.enrolled",
        "staff.signed_in",
        "staff.guessed",
        "staff.searched",
        "staff.password_changed",
        "staff.suspended",
        "delivery.retried",
    ),
}
