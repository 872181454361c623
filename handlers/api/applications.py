"""办件 from its beginning to its end, as the applicant's client drives it (articles 10 to 14)."""

from pydantic import Field

from handlers.api.application import (
    Answers,
    Application,
    ApplicationBase,
    ApplicationLine,
    Receipt,
    line,
)
from handlers.api.contract import (
    Answer,
    Asked,
    Endpoint,
    File,
    Media,
    PageQuery,
    operation,
)
from handlers.web.qr import qr_png
from handlers.web.visitor import Auth
from models.applications import ApplicationMovedOn, ApplicationNotFound, How, Place
from models.applications.filing import SerialTaken
from models.applications.handed_in import MaterialsMissing
from models.applications.receipt import ReceiptNotFound
from models.applications.receiving import (
    LONGEST_ADDRESS,
    AddressRequired,
    HallRequired,
    PromiseRequired,
    WayNotOffered,
)
from models.applications.rules import AlreadySubmitted, AlreadyUnderWay, ChannelNotOffered
from models.blacklist import Blacklisted
from models.errors import InvalidForm
from models.guides import ItemCode, NotForApplicant
from models.guides.store import GuideNotFound
from models.people import Wording
from models.serving.papers import open_paper
from models.store import PageUnknown

THEIRS = (ApplicationNotFound,)
MOVED = (AlreadySubmitted, ApplicationMovedOn)


class Beginning(Asked):
    item: ItemCode


class Filled(Asked):
    answers: Answers = Field(max_length=300, description="by question; a list where several are chosen")


class Submission(Asked):
    how: How = Field(description="one of the application's `receiving`")
    hall: str = Field("", max_length=64, description="for `window`: one of the guide's places")
    address: str = Field("", max_length=2 * LONGEST_ADDRESS, description="for `courier`")
    promise: bool = Field(description="that what is handed in is true (article 14)")
    electronic_service: Wording | None = Field(
        None,
        description="the words of electronic service that are agreed to; null: not asked, or no",
    )


class ApplicationList(Answer):
    applications: list[ApplicationLine]
    next: str | None


class ApplicationsResource(ApplicationBase):
    @operation(
        "One's own applications, the latest changed first",
        auth=Auth.APPLICANT,
        asks=PageQuery,
        answers=ApplicationList,
        errors=(PageUnknown,),
    )
    async def get(self, asked: PageQuery) -> ApplicationList:
        shown, following = await self.services.applications.page_of(
            self.bound_party().id, asked.limit, asked.after
        )
        names = await self.names(*shown)
        return ApplicationList(applications=[line(each, names) for each in shown], next=following)

    @operation(
        "Begin, or go on with the draft that there is",
        auth=Auth.APPLICANT,
        asks=Beginning,
        answers=Application,
        errors=(
            GuideNotFound,
            Blacklisted,
            AlreadyUnderWay,
            ApplicationMovedOn,
            NotForApplicant,
            ChannelNotOffered,
        ),
    )
    async def post(self, asked: Beginning) -> Application:
        return await self.shown(
            await self.services.filing.start(self.bound_party(), asked.item, self.by_party())
        )


class ApplicationResource(ApplicationBase):
    @operation("One application", auth=Auth.APPLICANT, answers=Application, errors=THEIRS)
    async def get(self, key: str) -> Application:
        case = await self.load(key)
        if self.request.method == "GET":
            await open_paper(self.services.servings, case.application, self.by_party())
        return await self.shown(case)

    @operation("Delete a draft with its files", auth=Auth.APPLICANT, errors=(*THEIRS, *MOVED))
    async def delete(self, key: str) -> None:
        await self.services.papers.discard(key, self.bound_party(), self.by_party())


class AnswersResource(ApplicationBase):
    @operation(
        "Keep the answers of a draft, finished or not",
        auth=Auth.APPLICANT,
        asks=Filled,
        answers=Application,
        errors=(*THEIRS, InvalidForm, *MOVED),
        if_match=True,
    )
    async def put(self, key: str, asked: Filled, version: int) -> Application:
        case = await self.load(key)
        given = self.unmasked(case, asked.answers)
        return await self.shown(await self.services.filing.save(case, given, version, self.by_party()))


class SubmissionResource(ApplicationBase):
    @operation(
        "Hand in the version that was confirmed",
        auth=Auth.APPLICANT,
        asks=Submission,
        answers=Receipt,
        status=201,
        errors=(
            *THEIRS,
            Blacklisted,
            PromiseRequired,
            WayNotOffered,
            HallRequired,
            AddressRequired,
            InvalidForm,
            *MOVED,
            AlreadyUnderWay,
            SerialTaken,
            MaterialsMissing,
        ),
        if_match=True,
    )
    async def post(self, key: str, asked: Submission, version: int) -> Receipt:
        case, place = await self.load(key), Place(asked.how, asked.hall, asked.address)
        submitted = await self.services.filing.submit(
            case, version, place, self.by_party(), promised=asked.promise
        )
        if asked.electronic_service:
            party = self.bound_party()
            await self.services.electronic_service.agree(party.id, asked.electronic_service, self.by_party())
        return await self.receipt(submitted)


class SupplementResource(ApplicationBase):
    @operation(
        "Answer all that was asked for",
        auth=Auth.APPLICANT,
        asks=Filled,
        answers=Application,
        errors=(*THEIRS, InvalidForm, *MOVED, MaterialsMissing),
        if_match=True,
    )
    async def post(self, key: str, asked: Filled, version: int) -> Application:
        case = await self.load(key)
        given = self.unmasked(case, asked.answers)
        return await self.shown(await self.services.filing.supplement(case, given, version, self.by_party()))


class WithdrawalResource(ApplicationBase):
    @operation(
        "Withdraw before it is decided",
        auth=Auth.APPLICANT,
        answers=Application,
        errors=(*THEIRS, ApplicationMovedOn),
    )
    async def post(self, key: str) -> Application:
        return await self.shown(await self.services.filing.withdraw(await self.load(key), self.by_party()))


class ReceiptResource(ApplicationBase):
    @operation(
        "The receipt (article 11)",
        auth=Auth.APPLICANT,
        answers=Receipt,
        errors=(ApplicationNotFound, ReceiptNotFound),
    )
    async def get(self, key: str) -> Receipt:
        return await self.receipt(await self.load(key))


class ReceiptPictureResource(ReceiptResource):
    @operation(
        "A QR that shows the receipt to be genuine",
        auth=Auth.APPLICANT,
        answers=Media(("image/png",)),
        errors=(ApplicationNotFound, ReceiptNotFound),
    )
    async def get(self, key: str) -> File:
        receipt = await self.receipt(await self.load(key))
        return File(qr_png(receipt.verify_url), "image/png")


ENDPOINTS = [
    Endpoint("/applications", ApplicationsResource),
    Endpoint("/applications/{application}", ApplicationResource),
    Endpoint("/applications/{application}/answers", AnswersResource),
    Endpoint("/applications/{application}/submission", SubmissionResource),
    Endpoint("/applications/{application}/supplement", SupplementResource),
    Endpoint("/applications/{application}/withdrawal", WithdrawalResource),
    Endpoint("/applications/{application}/receipt", ReceiptResource),
    Endpoint("/applications/{application}/receipt.png", ReceiptPictureResource),
]
