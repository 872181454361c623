"""个人中心: who one is here, for whom one acts, and one's own data (PIPL articles 45 and 47)."""

import json
from contextlib import suppress
from datetime import datetime
from typing import Any

from handlers.web.jsonapi import jsonable
from handlers.web.pages import CitizenPage
from handlers.web.services import Services
from handlers.web.visitor import bound, signed_in
from models.errors import Conflict
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


class MePage(CitizenPage):
    """GET /me"""

    @bound
    async def get(self) -> None:
        person = self.bound_party().agent
        agencies = await self.services.agencies.of_person(person["_id"])
        waiting = await self.services.agencies.of_representative(person)
        self.show(
            "citizen/me.html",
            person=person,
            bodies=[
                await self.services.applicants.get(a["body"]) for a in agencies if a["state"] == "confirmed"
            ],
            waiting=[a for a in waiting if a["state"] == "requested"],
        )


class ExportHandler(CitizenPage):
    """GET /me/export: all that is kept of the person, as a file."""

    @bound
    async def get(self) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="panyu-my-data.json"')
        data = await own_data(self.services, self.bound_party().agent, self.now)
        self.finish(json.dumps(data, ensure_ascii=False, indent=2, default=jsonable))


class UnbindHandler(CitizenPage):
    """GET /me/unbind asks, POST does it; what was applied for stays and can be bound again."""

    @bound
    async def get(self) -> None:
        self.show("citizen/unbind.html", person=self.bound_party().agent)

    @signed_in
    async def post(self) -> None:
        account = self.signed_in_account()["_id"]
        person = await self.services.applicants.of_account(account)
        if person:
            with suppress(Conflict):  # tapped twice
                await self.services.applicants.unbind(person["_id"], account, self.by_account())
        await self.services.accounts.act_for(account, None, self.by_account())
        self.see_other("/me/unbound")


class UnboundPage(CitizenPage):
    """GET /me/unbound"""

    @signed_in
    async def get(self) -> None:
        self.show("citizen/unbound.html")


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


ROUTES = [
    (r"/me", MePage),
    (r"/me/export", ExportHandler),
    (r"/me/unbind", UnbindHandler),
    (r"/me/unbound", UnboundPage),
]
