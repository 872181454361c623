"""What anybody who holds a serial number may see, masked (articles 11, 13)."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from handlers.api.contract import Answer, Endpoint, Expected, Resource, Said, operation
from handlers.web.words import HAPPENED
from models.applications import ApplicationNotFound, Case, State, Visit, check_serial, public_view
from models.applications.serials import SerialInvalid
from models.errors import BadInput, NotFound
from models.guides import ItemType


class Step(Answer):
    at: datetime
    what: str = Field(description="name of the event")
    label: Said = Field(description="the word for it")


class Progress(Answer):
    serial: str
    applicant: str = Field(description="masked")
    item: str
    type: ItemType
    department: str
    state: State
    status: Said = Field(description="the state in words, or that it was denied")
    submitted_at: datetime
    deadline: datetime | None = Field(description="none while no clock runs")
    deadline_expected: Expected
    visit: Visit | None = Field(description="what the applicant can come for now")
    decision: Literal["approved", "denied"] | None
    decision_text: Said | None = Field(description="as the type of the item words it")
    decision_plain: Said | None = Field(description="as people say it")
    ahead: Said = Field(description="what comes next; empty where nothing does")
    steps: list[Step]


class Verification(Answer):
    genuine: bool
    progress: Progress | None


class ProgressBase(Resource):
    async def look(self, typed: str) -> Progress:
        applications = self.services.applications
        found = await applications.get_by_serial(check_serial(typed))
        names = await self.names(found)
        view = public_view(Case(found, await self.services.guides.version(found["guide"])))
        view["item"] = names.get(found["guide"], view["item"])
        view["department"] = names.get(found["department"], view["department"])
        steps = [
            Step(**line, label=HAPPENED.get(line["what"], line["what"])) for line in view.pop("timeline")
        ]
        return Progress(**view, deadline_expected=self.expects(view["deadline"]), steps=steps)


class ProgressResource(ProgressBase):
    @operation(
        "Where an application stands",
        answers=Progress,
        errors=(SerialInvalid, ApplicationNotFound),
    )
    async def get(self, serial: str) -> Progress:
        return await self.look(serial)


class VerificationResource(ProgressBase):
    @operation("Whether a receipt is genuine", answers=Verification)
    async def get(self, serial: str) -> Verification:
        try:
            return Verification(genuine=True, progress=await self.look(serial))
        except (BadInput, NotFound):
            return Verification(genuine=False, progress=None)


ENDPOINTS = [
    Endpoint("/progress/{serial}", ProgressResource),
    Endpoint("/verification/{serial}", VerificationResource),
]
