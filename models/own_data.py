"""All that is kept of a person, for that person (PIPL articles 45 and 47).

Each store exports what it holds; a new field is exported too, unless its store leaves it out.
"""

from datetime import datetime
from typing import Any

from models.people import Applicant, known_by
from models.stores import Stores


async def own_data(stores: Stores, person: Applicant, at: datetime) -> dict[str, Any]:
    """In the clear, without the names of staff; `at` is when it was asked for."""
    key = person["_id"]
    kept = {
        "identity": stores.applicants.export(person),
        "electronic_service": stores.electronic_service.export(person),
        "agencies": [
            {
                "body": stores.applicants.name(await stores.applicants.get(agency["body"])),
                "state": agency["state"],
            }
            for agency in await stores.agencies.of_person(key)
        ],
        "applications": await stores.applications.export(key),
        "appointments": await stores.appointments.export(key),
        "asked_for_reviews": await stores.invitations.export(key),
        "reviews": await stores.reviews.export(key),
        "blacklist": await stores.bans.export(known_by(stores.privacy, person)),
        "rectifications": await stores.rectifications.export(key),
    }
    return {"exported_at": at, **nameless(kept)}


def nameless(value: Any) -> Any:
    """The same value, with `staff` in place of the name of a member of staff."""
    if isinstance(value, list):
        return [nameless(each) for each in value]
    if isinstance(value, dict):
        acted = {name: _actor(value[name]) for name in ("actor", "by", "on_behalf_of") if name in value}
        return {name: nameless(each) for name, each in value.items()} | acted
    return value


def _actor(actor: str) -> str:
    return "staff" if actor.startswith("staff:") else actor
