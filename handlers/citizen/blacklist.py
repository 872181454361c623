"""处理决定和申诉: the decisions of the blacklist on oneself, and the appeal against one (article 28)."""

from typing import Any

from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.uploads import Upload
from handlers.web.visitor import Auth, bound, declared
from models.blacklist import (
    APPEAL_STATES,
    Ban,
    can_appeal,
    is_appealed,
    is_barring,
    is_malice,
    last_day,
    number_of,
    paper_of,
    status_of,
)
from models.errors import DomainError
from models.events import Cause
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials
from models.serving import Paper

FILES = "files"


class DecisionsPage(CitizenPage):
    """GET /blacklist: one's decisions, of which none is opened by that."""

    @bound
    async def get(self) -> None:
        self.show(
            "citizen/blacklist/list.html",
            decisions=await self.services.decisions.of_party(self.bound_party()),
            number_of=number_of,
            status_of=status_of,
        )


class DecisionBase(CitizenPage):
    async def values(self, ban: Ban) -> dict[str, Any]:
        appeal = ban["appeal"]
        return {
            "ban": ban,
            "paper": paper_of(ban),
            "status": status_of(ban, self.now),
            "is_barring": is_barring(ban, self.now),
            "last_day": last_day,
            "is_malice": is_malice(ban),
            "listed": await self.services.applicants.get(ban["applicant"]),
            "appeal": appeal,
            "appeal_status": APPEAL_STATES[appeal["state"]] if appeal else "",
            "can_appeal": can_appeal(ban, self.now),
            "takes_files": is_appealed(ban),
            "largest": LARGEST,
        }

    async def once_more(self, key: str, error: DomainError, field: str = "") -> None:
        found = await self.services.decisions.own(key, self.bound_party())
        values = await self.values(found)
        if field:
            return self.show(
                "citizen/blacklist/show.html", error=error, errors={field: self.text(error)}, **values
            )
        return self.again("citizen/blacklist/show.html", error, **values)


class DecisionPage(DecisionBase):
    """GET /blacklist/{id}: who opens it has it."""

    @bound
    async def get(self, key: str) -> None:
        opened = await self.services.decisions.opened(key, self.bound_party(), self.by_party())
        await self.services.servings.opened(Paper.BAN, key, self.by_party())
        self.show("citizen/blacklist/show.html", **await self.values(opened))


class AppealHandler(DecisionBase):
    """POST /blacklist/{id}/appeal"""

    @bound
    async def get(self, key: str) -> None:
        self.redirect(f"/blacklist/{key}")

    @bound
    async def post(self, key: str) -> None:
        words = self.get_body_argument("words", "")
        try:
            await self.services.appeals.appeal(key, self.bound_party(), words, self.by_party())
        except DomainError as error:
            found = await self.services.decisions.own(key, self.bound_party())
            if found["appeal"] is None:
                return await self.once_more(key, error)
        return self.see_other(f"/blacklist/{key}#appeal")  # also where it was tapped twice


class AppealFilesHandler(Upload, DecisionBase):
    """POST /blacklist/{id}/appeal/files: one file (multipart field `file`)."""

    @bound
    async def permit(self, key: str) -> None:
        await self.services.appeals.open_own(key, self.bound_party())

    def by_sender(self) -> Cause:
        return self.by_party()

    @bound
    async def get(self, key: str) -> None:
        self.redirect(f"/blacklist/{key}")

    @declared(Auth.APPLICANT)  # checked by `take`, once the form is read
    async def post(self, key: str) -> None:
        self.read_form()
        await self.take(key)

    @bound
    async def take(self, key: str) -> None:
        try:
            await self.services.appeals.attach(key, self.bound_party(), self.received_file(), self.by_party())
        except DomainError as error:
            return self.tell_error(error) if self.by_script else await self.once_more(key, error, FILES)
        return self.tell({"kept": True}) if self.by_script else self.see_other(f"/blacklist/{key}#{FILES}")


class AppealFileHandler(CitizenPage):
    """GET /blacklist/{id}/files/{file}: a file of one's own appeal."""

    @bound
    async def get(self, key: str, file: str) -> None:
        found = await self.services.decisions.own(key, self.bound_party())
        if file not in {each["file"] for each in (found["appeal"] or {"files": []})["files"]}:
            raise Materials.missing
        self.send_file(*await self.services.materials.read(file))


ROUTES = [
    (r"/blacklist", DecisionsPage),
    (rf"/blacklist/{DOCUMENT_ID}", DecisionPage),
    (rf"/blacklist/{DOCUMENT_ID}/appeal", AppealHandler),
    (rf"/blacklist/{DOCUMENT_ID}/appeal/files", AppealFilesHandler),
    (rf"/blacklist/{DOCUMENT_ID}/files/{DOCUMENT_ID}", AppealFileHandler),
]
