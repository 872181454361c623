"""我的办件: the list, beginning one, where each stands, supplements, withdrawal (articles 10, 13, 14)."""

from typing import Any

from handlers.web.cases.form import listed
from handlers.web.cases.materials import page_values
from handlers.web.cases.page import CasePage, CasePages, Given
from handlers.web.visitor import bound
from models.applications import (
    ERRANDS,
    Action,
    OwnCase,
    State,
    can_contest,
    current_clock,
    open_invitations,
    open_materials,
    progress,
    remedy_periods,
    steps_from,
    stops,
    way_of,
)
from models.errors import Conflict, DomainError
from models.serving.papers import open_paper
from models.voices import can_review

MOST = 100
"""Applications that the list shows."""


class ApplicationsPage(CasePages):
    """GET /applications; POST starts one, or goes on with the draft that there is."""

    @bound
    async def get(self) -> None:
        mine, _ = await self.services.applications.page_of(self.bound_party().id, MOST)
        self.show(self.template("list.html"), applications=mine, names=await self.names(*mine))

    @bound
    async def post(self) -> None:
        await self.check_role()
        item = self.get_body_argument("item", "")
        case = await self.services.filing.start(self.bound_party(), item, self.by_party())
        self.see_other(f"{self.root}/{case.key}/form")


class NewApplicationPage(CasePages):
    """GET /applications/new?item=: what will be asked, before anything is written."""

    @bound
    async def get(self) -> None:
        party, item = self.bound_party(), self.get_query_argument("item", "")
        guide = await self.services.filing.beginning(party, item, self.by_party())
        same = await self.services.applications.unfinished(party.id, guide.item)
        open_ones = [one for one in same if one["state"] is not State.DRAFT]
        begun = any(one["guide"] == guide.key for one in same if one["state"] is State.DRAFT)
        self.show(
            self.template("new.html"),
            guide=guide,
            open_ones=open_ones,
            begun=begun,
            may_begin=begun or guide.several or not open_ones,
        )


class ApplicationStatusPage(CasePage):
    """GET /applications/{id}"""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is State.DRAFT:
            return self.redirect(f"{self.root}/{key}/form")
        await open_paper(self.services.servings, case.application, self.by_party())
        supplement = progress.open_supplement(case.application)
        return self.show_case(
            "show.html",
            case,
            names=await self.names(case.application),
            can_review=can_review("application", case.state),
            running=current_clock(case.application),
            stops=await stops(case, self.services.halls),
            how=way_of(case),
            remedies=remedy_periods(case.application["changed_at"]),
            can_withdraw=Action.WITHDRAW in steps_from(case.state),
            can_contest=can_contest(case.application),
            supplement=supplement,
            **await self.invited(case),
            to_follow=set() if supplement else open_materials(case.application),
            reviewed=await self.services.reviews.find(f"application:{key}"),
        )

    async def invited(self, case: OwnCase) -> dict[str, Any]:
        """For what the applicant is asked to come, and the visits that they have booked for the item."""
        errands = [ERRANDS[errand] for errand in open_invitations(case)]
        visits = await self.services.inviting.booked(case, self.now) if errands else []
        return {"invited": errands, "visits": visits}


class SupplementPage(CasePage):
    """GET and POST /applications/{id}/supplement: all that was asked for, at once."""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is not State.SUPPLEMENT_REQUESTED:
            return self.redirect(f"{self.root}/{key}")
        values = page_values(case) | {"given": self.shown(case)}
        return self.show_case("supplement.html", case, **values)

    @bound
    async def post(self, key: str) -> None:
        case = await self.load(key)
        given, version = self.answered(case.guide.form), self.version()
        try:
            await self.services.filing.supplement(case, given, version, self.by_party())
        except DomainError as error:
            case = await self.load(key)
            if isinstance(error, Conflict) and self.answers_again(case, given):
                return self.see_other(f"{self.root}/{key}")
            values = page_values(case) | {"labels": self.labels_of(case.guide.form)}
            return self.again(self.template("supplement.html"), error, **self.about(case), **values)
        return self.see_other(f"{self.root}/{key}")

    def answers_again(self, case: OwnCase, given: Given) -> bool:
        """Whether this is what was answered already: tapped twice, or the answer was lost."""
        last = next(reversed(case.application["supplements"]), None)
        if last is None or last["answered_at"] is None:
            return False
        sent, kept = listed(given), self.shown(case)
        return all(sent.get(name, []) == kept.get(name, []) for name in last["fields"])


class WithdrawHandler(CasePage):
    """POST /applications/{id}/withdraw"""

    @bound
    async def post(self, key: str) -> None:
        try:
            await self.services.filing.withdraw(await self.load(key), self.by_party())
        except Conflict:
            if (await self.load(key)).state is not State.WITHDRAWN:
                raise
        self.see_other(f"{self.root}/{key}")


class DeleteHandler(CasePages):
    """POST /applications/{id}/delete: a draft, with its files."""

    @bound
    async def post(self, key: str) -> None:
        await self.services.papers.discard(key, self.bound_party(), self.by_party())
        self.see_other(self.root)
