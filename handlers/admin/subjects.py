"""Whom or what an event is about, as the panel may show it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass

from handlers.web.services import Services
from models.concurrency import all_to_their_end
from models.errors import NotFound
from models.people import mask_phone


@dataclass(frozen=True)
class Subject:
    """Masked; `application` and `department` say who may open it."""

    name: str
    number: str = ""
    application: str = ""
    department: str = ""


UNKNOWN = Subject("—")


async def subjects(services: Services, events: Iterable[str]) -> dict[str, Subject]:
    """By the ids of events."""
    keys = sorted(events)
    return dict(zip(keys, await all_to_their_end(_subject(services, key) for key in keys), strict=True))


async def _subject(services: Services, key: str) -> Subject:
    """Of one event, unless what it is about is gone."""
    try:
        event = await services.outbox.get(key)
        return await _of(services, event["name"].partition(".")[0], event["about"])
    except NotFound:
        return UNKNOWN


async def _of(services: Services, kind: str, key: str) -> Subject:
    return await FINDERS[kind](services, key) if kind in FINDERS else UNKNOWN


async def _application(services: Services, key: str) -> Subject:
    found = await services.applications.get(key)
    return Subject(found["masked_name"], found["serial"] or "", key, found["department"])


async def _appointment(services: Services, key: str) -> Subject:
    found = await services.appointments.get(key)
    return Subject(found["masked_name"], found["item_name"])


async def _review(services: Services, matter: str) -> Subject:
    """What was reviewed, and not by whom."""
    return Subject((await services.reviews.get(matter))["item_name"] or "—")


async def _invitation(services: Services, matter: str) -> Subject:
    return Subject((await services.invitations.get(matter))["item_name"])


async def _phone(services: Services, key: str) -> Subject:
    return Subject(mask_phone(services.phone_codes.phone(await services.phone_codes.get(key))))


async def _applicant(services: Services, key: str) -> Subject:
    found = await services.applicants.get(key)
    return Subject(found["masked_name"], found.get("masked_phone", ""))


async def _agency(services: Services, key: str) -> Subject:
    return Subject((await services.agencies.get(key))["agent_name"])


async def _ban(services: Services, key: str) -> Subject:
    return Subject((await services.bans.get(key))["masked_name"])


async def _alert(services: Services, key: str) -> Subject:
    """The place."""
    return Subject((await services.halls.get((await services.alerts.get(key))["hall"])).name)


async def _help(services: Services, key: str) -> Subject:
    """The kiosk."""
    return await _kiosk(services, (await services.help_calls.get(key))["kiosk"])


async def _kiosk(services: Services, key: str) -> Subject:
    return Subject((await services.kiosks.get(key))["name"])


FINDERS: Mapping[str, Callable[[Services, str], Awaitable[Subject]]] = {
    "application": _application,
    "appointment": _appointment,
    "invitation": _invitation,
    "review": _review,
    "rectification": _review,
    "phone_code": _phone,
    "applicant": _applicant,
    "agency": _agency,
    "ban": _ban,
    "alert": _alert,
    "help": _help,
    "kiosk": _kiosk,
}
"""By what an event's name begins with."""
