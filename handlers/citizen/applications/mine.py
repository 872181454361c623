"""我的办件: the list, beginning one, where each stands, supplements, withdrawal (articles 10, 13, 14)."""

from handlers.citizen.applications.materials import asked_for, page_values
from handlers.citizen.applications.page import ApplicationPage, is_draft
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.visitor import bound
from models.applications import Action, State, check_offered, open_materials, steps_from
from models.errors import Conflict, DomainError
from models.people.credentials import ApplicantKind

MOST = 100
"""Applications that the list shows."""


class ApplicationsPage(CitizenPage):
    """GET /applications; POST starts one, or goes on with the draft that there is."""

    @bound
    async def get(self) -> None:
        mine, _ = await self.services.applications.page_of(self.bound_party().id, MOST)
        self.show("citizen/applications/list.html", applications=mine, names=await self.names(*mine))

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
        same = await self.services.applications.unfinished(self.bound_party().id, guide.item)
        self.show(
            "citizen/applications/new.html",
            guide=guide,
            open_ones=[one for one in same if not is_draft(one)],
            begun=any(one["guide"] == guide.key for one in same if is_draft(one)),
        )


class ApplicationStandingPage(ApplicationPage):
    """GET /applications/{id}"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if is_draft(found):
            return self.redirect(f"/applications/{key}/form")
        return self.show(
            "citizen/applications/show.html",
            application=found,
            guide=guide,
            names=await self.names(found),
            can_withdraw=Action.WITHDRAW in steps_from(found["state"]),
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
        return self.show("citizen/applications/supplement.html", **values)

    @bound
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        try:
            await self.services.applications.supplement(
                key,
                self.bound_party(),
                guide,
                self.answered(guide.form),
                self.version(),
                self.services.calendar,
                self.by_party(),
            )
        except DomainError as error:
            found, guide = await self.load(key)
            values = page_values(found, guide) | {"labels": self.labels_of(guide.form)}
            return self.again("citizen/applications/supplement.html", error, **values)
        return self.see_other(f"/applications/{key}")


class WithdrawHandler(CitizenPage):
    """POST /applications/{id}/withdraw"""

    @bound
    async def post(self, key: str) -> None:
        applications, party = self.services.applications, self.bound_party()
        try:
            await applications.withdraw(key, party, self.by_party())
        except Conflict:
            if (await applications.find(key, party))["state"] != State.WITHDRAWN:
                raise
        self.see_other(f"/applications/{key}")


class DeleteHandler(CitizenPage):
    """POST /applications/{id}/delete: a draft, with its files."""

    @bound
    async def post(self, key: str) -> None:
        await self.services.papers.discard(self.bound_party(), key, self.by_party())
        self.see_other("/applications")


ROUTES = [
    (r"/applications", ApplicationsPage),
    (r"/applications/new", NewApplicationPage),
    (rf"/applications/{DOCUMENT_ID}", ApplicationStandingPage),
    (rf"/applications/{DOCUMENT_ID}/supplement", SupplementPage),
    (rf"/applications/{DOCUMENT_ID}/withdraw", WithdrawHandler),
    (rf"/applications/{DOCUMENT_ID}/delete", DeleteHandler),
]
