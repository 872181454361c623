"""Reading everything once more, saying how to receive the result, and handing it in (article 11)."""

from collections.abc import Callable
from typing import Any, Literal

from pydantic import BaseModel

from handlers.applications.page import ApplicationPage, is_draft
from handlers.pages import DOCUMENT_ID
from handlers.visitor import bound
from models.applications import Place, check_answers, lacking
from models.errors import BadInput, Conflict, DomainError, InvalidForm
from models.halls import Halls
from models.items import Guide, Question
from models.store import Document
from models.workdays import local_date


class PromiseRequired(BadInput):
    code = "promise_required"
    message = "请勾选承诺后再提交"
    field = "promise"


class AddressRequired(BadInput):
    code = "address_required"
    message = "请填写收件人、电话和详细地址"
    field = "address"


class HallRequired(BadInput):
    code = "hall_required"
    message = "请选择领取结果的大厅"
    field = "hall"


LONGEST_ADDRESS = 200
How = Literal["window", "courier", "electronic"]
YES_NO = {"yes": "是", "no": "否"}


class ConfirmForm(BaseModel):
    how: How = "window"
    hall: str = ""
    address: str = ""
    promise: str = ""


class ConfirmPage(ApplicationPage):
    """GET and POST /applications/{id}/confirm"""

    @bound
    async def get(self, key: str) -> None:
        found, guide = await self.load(key)
        if not is_draft(found):
            return self.redirect(f"/applications/{key}")
        return self.show("applications/confirm.html", **await self.values(found, guide))

    @bound
    async def post(self, key: str) -> None:
        found, guide = await self.load(key)
        filled = self.form(ConfirmForm)
        try:
            if filled.promise != "yes":
                raise PromiseRequired
            place = await place_of(
                self.services.halls, guide, how=filled.how, hall=filled.hall, address=filled.address
            )
            await self.services.applications.submit(
                key, self.bound_party(), guide, self.services.calendar, self.by_party(), place
            )
        except DomainError as error:
            if isinstance(error, Conflict) and (await self.load(key))[0]["serial"]:
                return self.see_other(f"/applications/{key}/receipt")  # tapped twice
            return self.again("applications/confirm.html", error, **await self.values(found, guide))
        return self.see_other(f"/applications/{key}/receipt")

    async def values(self, found: Document, guide: Guide) -> dict[str, Any]:
        answers = self.services.applications.answers(found)
        try:
            check_answers(guide.form, answers, complete=True, today=local_date(self.now))
            unfinished: dict[str, str] = {}
        except InvalidForm as error:
            unfinished = {
                self.locale.translate(q.label): self.text(error.faults[q.name])
                for q in guide.form.questions()
                if q.name in error.faults
            }
        kept = {m["code"]: m for m in found["materials"] if m["file"]}
        return {
            "application": found,
            "guide": guide,
            "sections": readable(guide, answers, self.locale.translate),
            "names": await self.names(found),
            "unfinished": unfinished,
            "kept": kept,
            "lacking": lacking(guide, found),
            "halls": await self.services.halls.those(guide.places),
        }


async def place_of(halls: Halls, guide: Guide, *, how: How, hall: str, address: str) -> Place:
    """Where the result is received.

    Raises:
        BadInput: `hall_required` or `address_required`.
    """
    if how == "window":
        if hall not in guide.places:
            raise HallRequired
        chosen = await halls.find(hall)
        return Place(how="window", hall=chosen.code, hall_name=chosen.name)
    if how == "courier":
        normal = " ".join(address.split())
        if not 8 <= len(normal) <= LONGEST_ADDRESS:
            raise AddressRequired
        return Place(how="courier", address=normal)
    return Place(how="electronic")


def readable(
    guide: Guide, answers: dict[str, Any], translate: Callable[[str], str] = str
) -> list[tuple[str, list[tuple[str, str]]]]:
    """Each section's title with its questions and answers in words; what was not asked is left out."""
    sections = [
        (
            section.title,
            [
                (q.label, in_words(q, answers[q.name], translate))
                for q in section.questions
                if answers.get(q.name)
            ],
        )
        for section in guide.form.sections
    ]
    return [section for section in sections if section[1]]


def in_words(question: Question, answer: Any, translate: Callable[[str], str] = str) -> str:
    labels = YES_NO if question.kind == "yes_no" else {o.value: o.label for o in question.options}
    values = answer if isinstance(answer, list) else [answer]
    return translate("、").join(
        translate(labels[value]) if value in labels else value for value in map(str, values)
    )


ROUTES = [(rf"/applications/{DOCUMENT_ID}/confirm", ConfirmPage)]
