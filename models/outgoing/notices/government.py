"""What the government's systems are told."""

from models.outgoing.notices.record import Report

REPORTS = (
    Report(
        name="acceptance",
        label="一站式系统",
        states={
            "application.submitted": "submitted",
            "application.form_generated": "generated",
            "application.received": "submitted",
            "application.supplemented": "submitted",
            "application.supplement_requested": "supplement_requested",
            "application.accepted": "accepted",
            "application.accepted_by_silence": "accepted",
            "application.paused": "paused",
            "application.resumed": "accepted",
            "application.not_accepted": "not_accepted",
            "application.returned": "returned",
            "application.concluded": "concluded",
            "application.withdrawn": "withdrawn",
        },
    ),
    Report(name="reviews", label="好差评系统", states={"review.given": "3"}),
)
"""`3` is 好差评's `proStatus` of a matter that is concluded."""
