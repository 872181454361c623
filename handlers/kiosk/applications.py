"""办事申请 at a kiosk: the same pages as elsewhere, with one group of questions a screen (article 23.5).

What has to be photographed is photographed with the phone, and appears here.
"""

from typing import Any, ClassVar

from handlers.kiosk.person import PersonPage
from handlers.web.cases.confirm import ConfirmPage
from handlers.web.cases.form import FormPage, listed
from handlers.web.cases.materials import FileHandler, MaterialsPage, RemoveHandler
from handlers.web.cases.mine import (
    ApplicationsPage,
    ApplicationStatusPage,
    DeleteHandler,
    NewApplicationPage,
    SupplementPage,
    WithdrawHandler,
)
from handlers.web.cases.page import CasePage, CasePages, Given
from handlers.web.cases.receipt import ReceiptPage, ReceiptPicture
from handlers.web.pages import DOCUMENT_ID
from handlers.web.visitor import bound
from models.applications import OwnCase, State
from models.errors import Conflict, InvalidForm
from models.guides import Question, Section, is_asked
from models.workdays import local_date

CODE = r"([a-z0-9_]+)"
WHILE_PHOTOGRAPHING = 180
"""Seconds without a touch after which a screen ends that waits for what is done on the phone."""


class AtKiosk(PersonPage, CasePages):
    templates: ClassVar = "kiosk/applications"
    root: ClassVar = "/kiosk/applications"


class KioskApplications(AtKiosk, ApplicationsPage):
    """GET /kiosk/applications; POST starts one, or goes on with the draft that there is."""


class KioskNewApplication(AtKiosk, NewApplicationPage):
    """GET /kiosk/applications/new?item="""


class KioskForm(AtKiosk, FormPage):
    """GET and POST /kiosk/applications/{id}/form?part=: the groups of questions, counted from 1."""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        if case.state is not State.DRAFT:
            return self.redirect(f"{self.root}/{key}")
        return self.show_part(case, self.part(case), given=self.shown(case))

    @bound
    async def post(self, key: str) -> None:
        case = await self.load(key)
        part, given, filing = self.part(case), self.together(case), self.services.filing
        try:
            case = await filing.save(case, given, self.version(), self.by_party())
            filing.check_complete(case, local_date(self.now))
        except InvalidForm as error:
            asked = {question.name for question in self.asked(case, part)}
            if here := {name: fault for name, fault in error.faults.items() if name in asked}:
                return self.show_wrong(case, part, listed(given), InvalidForm(here))
        except Conflict as error:
            return await self.compare(key, given, error)
        return self.see_other(self.after(case, part))

    def part(self, case: OwnCase) -> int:
        """The group that the address names if it has anything to ask, else the first that has."""
        parts = self.parts(case)
        named = self.get_argument("part", "")
        return int(named) if named in map(str, parts) else parts[0]

    def after(self, case: OwnCase, part: int) -> str:
        """The next group of questions; after the last the materials."""
        form = f"{self.root}/{case.key}/form"
        return next(
            (f"{form}?part={n}" for n in self.parts(case) if n > part), f"{self.root}/{case.key}/materials"
        )

    def parts(self, case: OwnCase) -> list[int]:
        answers = self.answers(case)
        return [
            number
            for number, section in enumerate(case.guide.form.sections, 1)
            if any(is_asked(question, answers) for question in section.questions)
        ]

    def asked(self, case: OwnCase, part: int) -> list[Question]:
        """What one may have to answer on this screen, without what the other screens' answers leave out."""
        section, answers = self.section(case, part), self.answers(case)
        here = {question.name for question in section.questions}
        return [
            question
            for question in section.questions
            if (question.when and question.when.question in here) or is_asked(question, answers)
        ]

    def section(self, case: OwnCase, part: int) -> Section:
        return case.guide.form.sections[part - 1]

    def answers(self, case: OwnCase) -> dict[str, Any]:
        """Those that are kept; on what the binding answers no question depends."""
        return self.services.applications.answers(case.application)

    def together(self, case: OwnCase) -> Given:
        """The answers of this screen beside those of the others, as they are kept."""
        kept = self.answers(case)
        part = self.get_body_argument("part", "")
        if not part:  # all are sent, with what was chosen of two
            return self.chosen(case)
        here = {question.name for question in self.section(case, self.part(case)).questions}
        sent = {name: value for name, value in self.answered(case.guide.form).items() if name in here}
        return {name: value for name, value in kept.items() if name not in here} | sent

    def show_wrong(self, case: OwnCase, part: int, given: dict[str, list[str]], error: InvalidForm) -> None:
        """This screen again, with what is wrong on it: the others' are neither listed nor counted."""
        self.show_part(case, part, given=given, error=error, errors=self.errors_of(error))

    def show_part(self, case: OwnCase, part: int, **values: Any) -> None:
        parts = self.parts(case)
        self.show_case(
            "form.html",
            case,
            part=part,
            parts=parts,
            section=self.section(case, part),
            questions=self.asked(case, part),
            labels=self.labels_of(case.guide.form),
            **values,
        )


class KioskMaterials(AtKiosk, MaterialsPage):
    """GET /kiosk/applications/{id}/materials"""

    idle_seconds = WHILE_PHOTOGRAPHING


class KioskRemove(AtKiosk, RemoveHandler):
    """POST /kiosk/applications/{id}/materials/{code}/remove"""


class KioskPapers(AtKiosk, CasePage):
    """GET /kiosk/applications/{id}/papers: by which an open screen knows what came from the phone."""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        files = [paper["file"] for paper in case.application["materials"] if paper["file"]]
        self.tell({"files": " ".join(files)})


class KioskPapersCode(AtKiosk, CasePage):
    """GET /kiosk/applications/{id}/papers.png: a QR by which the phone opens this case's materials."""

    @bound
    async def get(self, key: str) -> None:
        case = await self.load(key)
        page = "supplement" if case.state is State.SUPPLEMENT_REQUESTED else "materials"
        self.picture(f"{self.services.site.base_url}/applications/{key}/{page}")


class KioskFile(AtKiosk, FileHandler):
    """GET /kiosk/applications/{id}/files/{file}"""


class KioskConfirm(AtKiosk, ConfirmPage):
    """GET and POST /kiosk/applications/{id}/confirm"""


class KioskReceipt(AtKiosk, ReceiptPage):
    """GET /kiosk/applications/{id}/receipt"""


class KioskReceiptPicture(AtKiosk, ReceiptPicture):
    """GET /kiosk/applications/{id}/receipt.png"""


class KioskStatus(AtKiosk, ApplicationStatusPage):
    """GET /kiosk/applications/{id}"""


class KioskSupplement(AtKiosk, SupplementPage):
    """GET and POST /kiosk/applications/{id}/supplement"""

    idle_seconds = WHILE_PHOTOGRAPHING


class KioskWithdraw(AtKiosk, WithdrawHandler):
    """POST /kiosk/applications/{id}/withdraw"""


class KioskDelete(AtKiosk, DeleteHandler):
    """POST /kiosk/applications/{id}/delete"""


ROOT = AtKiosk.root
ROUTES = [
    (ROOT, KioskApplications),
    (rf"{ROOT}/new", KioskNewApplication),
    (rf"{ROOT}/{DOCUMENT_ID}", KioskStatus),
    (rf"{ROOT}/{DOCUMENT_ID}/form", KioskForm),
    (rf"{ROOT}/{DOCUMENT_ID}/materials", KioskMaterials),
    (rf"{ROOT}/{DOCUMENT_ID}/materials/{CODE}/remove", KioskRemove),
    (rf"{ROOT}/{DOCUMENT_ID}/papers", KioskPapers),
    (rf"{ROOT}/{DOCUMENT_ID}/papers\.png", KioskPapersCode),
    (rf"{ROOT}/{DOCUMENT_ID}/files/{DOCUMENT_ID}", KioskFile),
    (rf"{ROOT}/{DOCUMENT_ID}/confirm", KioskConfirm),
    (rf"{ROOT}/{DOCUMENT_ID}/receipt", KioskReceipt),
    (rf"{ROOT}/{DOCUMENT_ID}/receipt\.png", KioskReceiptPicture),
    (rf"{ROOT}/{DOCUMENT_ID}/supplement", KioskSupplement),
    (rf"{ROOT}/{DOCUMENT_ID}/withdraw", KioskWithdraw),
    (rf"{ROOT}/{DOCUMENT_ID}/delete", KioskDelete),
]
