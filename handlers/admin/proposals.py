"""The form by which an officer proposes a decision of the blacklist: about a person, or because of a flag."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from handlers.admin.bans import SITUATIONS
from handlers.admin.flags import REASONS, handed_in, review_called
from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from handlers.web.uploads import Upload
from handlers.web.visitor import declared
from models.blacklist import GROUNDS, Ban, Flag, FlagState, Reference, rests_on
from models.blacklist.document import Kind
from models.errors import DomainError
from models.events import Cause
from models.materials.inspection.kinds import LARGEST
from models.people import Applicant
from models.staff import Scope
from models.voices import Mark

MOST = 50
"""Applications of the person to choose from, the latest changed."""
KINDS: Mapping[str, Kind] = {"application": "application", "review": "review", "file": "file"}


class ProposalForm(BaseModel):
    ground: Literal["falsehood", "disorder", "malice"]
    facts: str = ""
    evidence: list[str] = Field(default_factory=list)


class ProposalHandler(Upload, PanelPage):
    """GET and POST /admin/new-ban?flag= or ?person="""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.BLACKLIST_DECIDE, unread=True)
    async def permit(self) -> None:
        """Whom it is about is known from the address, and looked at with the form."""

    def by_sender(self) -> Cause:
        return self.by_member()

    @declared(Scope.BLACKLIST_DECIDE)  # checked by `act`, once the form is read
    async def post(self) -> None:
        self.read_form()
        await self.act()

    @needs(Scope.BLACKLIST_DECIDE)
    async def act(self) -> None:
        try:
            proposed = await self.propose()
        except DomainError as error:
            return await self.page(error)
        said = "处理决定已提出，待另一位同事复核。"
        return self.see_other(f"/admin/bans/{proposed['_id']}", said)

    async def propose(self) -> Ban:
        file, filled, (person, flag) = handed_in(self), self.form(ProposalForm), await self.about()
        return await self.services.decisions.propose(
            person["_id"],
            self.signed_in_member(),
            GROUNDS[filled.ground],
            filled.facts,
            references(filled.evidence),
            self.by_member(),
            flag=flag["_id"] if flag else None,
            file=file,
        )

    async def about(self) -> tuple[Applicant, Flag | None]:
        """Whom it is about, and the flag that gave rise to it.

        Raises:
            NotFound
        """
        member, flag = self.signed_in_member(), None
        person = self.get_query_argument("person", "")
        if key := self.get_query_argument("flag", ""):
            flag = await self.services.flags.seen(key, member)
            person = flag["applicant"]
        return await self.services.applicants.get(person), flag

    async def page(self, error: DomainError | None = None) -> None:
        person, flag = await self.about()
        given = self.given() if error else {}
        self.show(
            "admin/blacklist/new_ban.html",
            person=person,
            flag=flag,
            flag_open=flag is not None and flag["state"] is FlagState.OPEN,
            flag_reason=REASONS[flag["reason"]] if flag else "",
            address=f"/admin/new-ban?flag={flag['_id']}"
            if flag
            else f"/admin/new-ban?person={person['_id']}",
            back=f"/admin/flags/{flag['_id']}" if flag else f"/admin/blacklist/{person['_id']}",
            grounds={ground.value: (label, ground.words) for ground, label in SITUATIONS.items()},
            evidence=await self.candidates(person, flag),
            chosen=given.get("evidence", []) if error else suggested(flag),
            largest=LARGEST,
            error=error,
            given=given,
        )

    async def candidates(self, person: Applicant, flag: Flag | None) -> Mapping[str, str]:
        """What may be evidence, each with what it is called: the files and records of the flag, the
        person's applications, and their reviews that were set aside."""
        stores, rests = self.services, rests_on(flag) if flag else []
        named = {}
        for file in flag.get("files", ()) if flag else ():
            named[f"file:{file['file']}"] = f"线索所附文件：{file['name']}"
        about = [await stores.applications.get(one.key) for one in rests if one.kind == "application"]
        theirs, _ = await stores.applications.page_of(person["_id"], MOST)
        for found in (one for one in (*about, *theirs) if one["serial"]):
            named[f"application:{found['_id']}"] = f"办件 {found['serial']} {found['item_name']}"
        reviews = await stores.reviews.those([one.key for one in rests if one.kind == "review"])
        given = await stores.reviews.of_applicant(person["_id"])
        reviews |= {one["_id"]: one for one in given if Mark.SET_ASIDE in one["marks"]}
        for key, review in reviews.items():
            named[f"review:{key}"] = f"评价（{review_called(review)}）{review['item_name'] or ''}"
        return named


def suggested(flag: Flag | None) -> list[str]:
    """What a flag rests on."""
    return [f"{one.kind}:{one.key}" for one in rests_on(flag)] if flag else []


def references(chosen: list[str]) -> list[Reference]:
    """What was ticked; what is no reference is left out."""
    parted = (one.partition(":") for one in chosen)
    return [Reference(KINDS[kind], key) for kind, _, key in parted if kind in KINDS]


ROUTES = [("/admin/new-ban", ProposalHandler)]
