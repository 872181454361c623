"""The facts of notices about an application."""

from dataclasses import dataclass

from models.applications import (
    ERRANDS,
    VISITS,
    Application,
    Case,
    Errand,
    How,
    can_contest,
    is_denied,
    open_invitations,
    status_of,
    visit_now,
    visits_in_letters,
    visits_of,
    way_of,
)
from models.applications.store import INVITED, UNINVITED
from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class ApplicationFacts(Facts):
    """`time` is that of the event; `status` is the last one, which tells how it was decided; `reason` is why
    the event came about, as staff gave it. `coming` is what the applicant comes for from beginning to end,
    `conclusion` what to do once it is concluded. `errand` is what the applicant is invited to come for, and
    `link` ends the address at which that is booked."""

    serial: str
    item: str
    department: str
    coming: str
    status: str
    reason: str
    conclusion: str
    time: str
    errand: str = ""
    link: str = ""


def _reason(application: Application, event: KeptEvent) -> str:
    lines = (line for line in application["timeline"] if line["what"] == event["name"])
    return next((line.get("reason", "") for line in lines if line["at"] == event["at"]), "")


async def about_application(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    application = await stores.applications.get(event["about"])
    case = Case(application, await stores.guides.version(application["guide"]))
    facts = ApplicationFacts(
        serial=application["serial"] or "",
        item=application["item_name"],
        department=application["department_name"],
        coming=visits_in_letters(visits_of(case)),
        status=status_of(application),
        reason=_reason(application, event),
        conclusion=_conclusion(case),
        time=local(event["at"], TIME),
        **_invitation(case, event),
    )
    return Gathered(facts, **await reach(stores, application))


def _invitation(case: Case, event: KeptEvent) -> dict[str, str]:
    """What an invitation says, and that it was taken back.

    Raises:
        Overtaken: `invitation_over`, there is nothing to come for any more; `invited_again`, there is.
    """
    if event["name"] not in (INVITED, UNINVITED):
        return {}
    errand = Errand(event["data"]["errand"])
    if (errand in open_invitations(case)) is not (event["name"] == INVITED):
        raise Overtaken("invitation_over" if event["name"] == INVITED else "invited_again")
    return {"errand": ERRANDS[errand], "link": case.application["item"]}


def _conclusion(case: Case) -> str:
    """In at most 20 characters."""
    if is_denied(case.application):
        return "请查看理由和救济途径" if can_contest(case.application) else "请查看理由"
    if visit := visit_now(case):
        return VISITS[visit].now_in_letters
    return "结果将快递到付寄给您" if way_of(case) is How.COURIER else "请查看结果，欢迎评价"
