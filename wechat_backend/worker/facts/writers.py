"""Writes the letter of a delivery: its notice's words, and the facts as event and documents tell them now."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.outgoing.notices import NOTICES
from models.stores import Stores
from wechat_backend.worker.facts.agencies import AgencyFacts, about_agency
from wechat_backend.worker.facts.alerts import AlertFacts, HelpFacts, about_alert, about_help
from wechat_backend.worker.facts.applications import ApplicationFacts, about_application
from wechat_backend.worker.facts.appointments import AppointmentFacts, about_appointment
from wechat_backend.worker.facts.blacklist import BanFacts, about_ban
from wechat_backend.worker.facts.codes import CodeFacts, about_code
from wechat_backend.worker.facts.kiosks import KioskFacts, about_kiosk
from wechat_backend.worker.facts.letter import Facts, Gathered, Letter
from wechat_backend.worker.facts.people import ApplicantFacts, about_applicant
from wechat_backend.worker.facts.reviews import InvitationFacts, ReviewFacts, about_invitation, about_review


@dataclass(frozen=True)
class Subject:
    """`gather` makes `facts` from a delivery and its event."""

    facts: type[Facts]
    gather: Callable[[Stores, Delivery, KeptEvent], Awaitable[Gathered]]


SUBJECTS: Mapping[str, Subject] = {
    "alert": Subject(AlertFacts, about_alert),
    "help": Subject(HelpFacts, about_help),
    "kiosk": Subject(KioskFacts, about_kiosk),
    "phone_code": Subject(CodeFacts, about_code),
    "application": Subject(ApplicationFacts, about_application),
    "appointment": Subject(AppointmentFacts, about_appointment),
    "applicant": Subject(ApplicantFacts, about_applicant),
    "agency": Subject(AgencyFacts, about_agency),
    "ban": Subject(BanFacts, about_ban),
    "invitation": Subject(InvitationFacts, about_invitation),
    "review": Subject(ReviewFacts, about_review),
    "rectification": Subject(ReviewFacts, about_review),
}
"""By what an event's name begins with."""


async def write(stores: Stores, delivery: Delivery, event: KeptEvent) -> Letter:
    """
    Raises:
        Overtaken: there is nothing to send any more.
    """
    notice = NOTICES[delivery["notice"]]
    found = await SUBJECTS[event["name"].partition(".")[0]].gather(stores, delivery, event)
    facts = asdict(found.facts)
    words = {name: text.format(**facts) for name, text in notice.events[event["name"]].words.items()}
    return Letter(
        facts | words,
        page=notice.page.format(**{**event["data"], "about": event["about"]}),
        account=found.account,
        openid=found.openid,
        phone=found.phone,
    )
