"""我的办件: the list, beginning one, where each stands, supplements and withdrawal (articles 10, 13, 14)."""

from handlers.applications.materials import asked_for, page_values
from handlers.applications.page import ApplicationPage, is_draft
from handlers.base import bound
from handlers.pages import DOCUMENT_ID, CitizenPage
from models.applications import State, check_offered, open_materials, status_text
from models.credentials import ApplicantKind
from models.errors import DomainError

MOST = 100
"""Applications that the list shows."""
WITHDRAWABLE = {State.SUBMITTED, State.SUPPLEMENT_REQUESTED, State.ACCEPTED}


class ApplicationsPage(CitizenPage):
    """GET /applications; POST starts one, or goes on with the draft that there is."""

    @bound
    async def get(self) -> None:
        mine, _ = await self.services.applications.page_of(self.bound_party().id, MOST)
        self.show("applications/list.html", applications=mine, status_text=status_text)

    @bound
    async def post(self) -> None:
        guide = await self.services.guides.published(self.get_body_argument("item", ""))
        department = await self.services.departments.get(guide.department)
        draft = await self.services.applications.start(self.bound_party(), guide, department, self.by_party())
        self.see_other(f"/applications/{draft['_id']}/form")


class NewApplicationPage(CitizenPage):
    """GET /applications/new?item=: what will be asked, before anything is written."""

    @bound
    async def get(self) -> None:
        guide = await self.services.guides.published(self.get_query_argument("item", ""))
        check_offered(guide, ApplicantKind(self.bound_party().applicant["kind"]), self.channel)
        self.show("applications/new.html", guide=guide)


class ApplicationStandingPage(ApplicationPage):
    """GET /applications/{id}"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if is_draft(found):
            return self.redirect(f"/applications/{key}/form")
        return self.show(
            "applications/show.html",
            application=found,
            guide=guide,
            status=status_text(found["state"]),
            can_withdraw=found["state"] in WITHDRAWABLE,
            supplement=asked_for(found),
            to_follow=open_materials(found) if found["state"] != State.SUPPLEMENT_REQUESTED else set(),
            reviewed=await self.services.reviews.of(f"application:{key}"),
        )


class SupplementPage(ApplicationPage):
    """GET and POST /applications/{id}/supplement: all that was asked for, at once."""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if found["state"] != State.SUPPLEMENT_REQUESTED:
            return self.redirect(f"/applications/{key}")
        values = page_values(found, guide) | {"given": self.shown(found)}
        return self.show("applications/supplement.html", **values)

    @bound
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        try:
            await self.services.applications.supplement(
                key,
                self.bound_party(),
                guide,
                self.answered(guide.form),
                self.services.calendar,
                self.by_party(),
            )
        except DomainError as error:
            values = page_values(found, guide) | {"labels": self.labels_of(guide.form)}
            return self.again("applications/supplement.html", error, **values)
        return self.see_other(f"/applications/{key}")


class WithdrawHandler(CitizenPage):
    """POST /applications/{id}/withdraw"""

    @bound
    async def post(self, key: str) -> None:
        await self.services.applications.withdraw(key, self.bound_party(), self.by_party())
        self.see_other(f"/applications/{key}")


ROUTES = [
    (r"/applications", ApplicationsPage),
    (r"/applications/new", NewApplicationPage),
    (rf"/applications/{DOCUMENT_ID}", ApplicationStandingPage),
    (rf"/applications/{DOCUMENT_ID}/supplement", SupplementPage),
    (rf"/applications/{DOCUMENT_ID}/withdraw", WithdrawHandler),
]
