"""All that is kept of a person, for that person (PIPL articles 45 and 47)."""

from datetime import datetime
from typing import Any

from handlers.web.services import Services
from models.store import Document

APPLICATION_FIELDS = (
    "serial",
    "item_name",
    "department_name",
    "state",
    "channel",
    "started_at",
    "submitted_at",
    "accepted_at",
    "concluded_at",
    "deadlines",
    "materials",
    "supplements",
    "refusal",
    "result",
    "timeline",
)
APPOINTMENT_FIELDS = (
    "item_name",
    "hall_name",
    "start",
    "end",
    "state",
    "channel",
    "booked_at",
    "timeline",
)
REVIEW_FIELDS = ("item_name", "serial", "level", "tags", "words", "at", "channel")


async def own_data(services: Services, person: Document, at: datetime) -> dict[str, Any]:
    """All that is kept of a person, in the clear, without the names of staff."""
    kept = services.applications
    appointments = await services.appointments.of_applicant(person["_id"], limit=0)
    return {
        "exported_at": at,
        "identity": services.applicants.export(person),
        "agencies": [
            {"body": services.applicants.name(await services.applicants.get(a["body"])), "state": a["state"]}
            for a in await services.agencies.of_person(person["_id"])
        ],
        "applications": [
            _only(a, APPLICATION_FIELDS) | {"answers": kept.answers(a), "place": kept.place(a)}
            for a in await kept.of_applicant(person["_id"])
        ],
        "appointments": [_only(a, APPOINTMENT_FIELDS) for a in appointments],
        "reviews": [_only(r, REVIEW_FIELDS) for r in await services.reviews.of_applicant(person["_id"])],
    }


def _only(document: Document, fields: tuple[str, ...]) -> Document:
    return {name: _nameless(document[name]) for name in fields if name in document}


def _nameless(value: Any) -> Any:
    """The same, where whoever of the staff did something is just `staff`."""
    if isinstance(value, list):
        return [_nameless(each) for each in value]
    if isinstance(value, dict):
        acted = {name: _actor(value[name]) for name in ("actor", "by") if name in value}
        return {name: _nameless(each) for name, each in value.items()} | acted
    return value


def _actor(actor: str) -> str:
    return "staff" if actor.startswith("staff:") else actor
