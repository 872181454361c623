"""个人中心: who one is here, for whom one acts, and one's own data (PIPL articles 45 and 47)."""

import json
from contextlib import suppress

from pydantic import BaseModel

from handlers.web.jsonapi import jsonable
from handlers.web.pages import CitizenPage
from handlers.web.visitor import bound, signed_in
from models.blacklist import is_unread
from models.errors import Conflict
from models.own_data import own_data
from models.people import CURRENT_WORDING, WORDINGS, Wording, agreed_now, is_confirmed, is_waiting


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
            bodies=[await self.services.applicants.get(a["body"]) for a in agencies if is_confirmed(a)],
            waiting=[a for a in waiting if is_waiting(a)],
            decisions=await self.services.decisions.of_party(self.bound_party()),
            is_unread=is_unread,
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
        person = await self.services.applicants.find_by_account(account)
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


class ElectronicForm(BaseModel):
    """Which words one agrees to; none takes the agreement back."""

    electronic: Wording | None = None


class ElectronicPage(CitizenPage):
    """GET and POST /me/electronic-service: for oneself, or for the body that one acts for."""

    @bound
    async def get(self) -> None:
        applicant = self.bound_party().applicant
        self.show(
            "citizen/electronic.html",
            agreed=agreed_now(applicant),
            kept=self.services.electronic_service.export(applicant),
            wording=CURRENT_WORDING,
            sentences=WORDINGS[CURRENT_WORDING],
        )

    @bound
    async def post(self) -> None:
        await self.check_role()
        filled, applicant = self.form(ElectronicForm), self.bound_party().id
        if filled.electronic:
            await self.services.electronic_service.agree(applicant, filled.electronic, self.by_party())
        else:
            await self.services.electronic_service.revoke(applicant, self.by_party())
        self.see_other("/me/electronic-service")


ROUTES = [
    (r"/me", MePage),
    (r"/me/electronic-service", ElectronicPage),
    (r"/me/export", ExportHandler),
    (r"/me/unbind", UnbindHandler),
    (r"/me/unbound", UnboundPage),
]
