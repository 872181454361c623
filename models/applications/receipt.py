"""申请回执 with all that article 11 asks for, and what anybody with its number may see (article 13)."""

from dataclasses import dataclass
from datetime import datetime

from models.applications import clocks
from models.applications.actions import STARTED
from models.applications.case import Case
from models.applications.coming import Stop, visit_now, way_of, what_next, where
from models.applications.document import Application, PaperState
from models.applications.outcome import decision_text, plain_decision, status_of
from models.applications.receiving import How
from models.applications.scanned import receipt_address
from models.clocks import Clock, due_of
from models.errors import NotFound
from models.store import Document

MATERIAL_STATES = {
    PaperState.SUBMITTED: "已提交",
    PaperState.TO_FOLLOW: "容后补交",
    PaperState.PAPER: "办理时交纸质原件",
    PaperState.MISSING: "未提交",
}


class ReceiptNotFound(NotFound):
    code = "receipt_not_found"
    message = "申请尚未提交，还没有回执"


@dataclass(frozen=True)
class Receipt:
    """`materials` are (name, state) pairs, `handling` a `models.guides.Handling`, times in UTC. `place` says
    where it is handled or sent to: it follows from `stops`, what one comes for, and `address`. `running` is
    the clock for acceptance; None as long as the printed form is not there."""

    serial: str
    applicant: str
    credential: str
    item: str
    department: str
    materials: list[tuple[str, PaperState]]
    handling: str
    place: str
    how: How
    address: str | None
    stops: tuple[Stop, ...]
    submitted_at: datetime
    running: Clock | None
    verify_url: str


def receipt_of(
    case: Case, applicant: str, stops: tuple[Stop, ...], address: str | None, base_url: str
) -> Receipt:
    """`applicant` is the name that is shown; `address` is the postal address, opened.

    Raises:
        ReceiptNotFound: it has not been handed in.
    """
    application = case.application
    serial, submitted = application["serial"], application["submitted_at"]
    if not (serial and submitted):
        raise ReceiptNotFound
    return Receipt(
        serial=serial,
        applicant=applicant,
        credential=application["masked_number"],
        item=application["item_name"],
        department=application["department_name"],
        materials=[(m["name"], m["state"]) for m in application["materials"]],
        handling=application["handling"],
        place=where(stops, address),
        how=way_of(case),
        address=address,
        stops=stops,
        submitted_at=submitted,
        running=application["clocks"]["acceptance"],
        verify_url=verify_url(application, base_url),
    )


def verify_url(application: Application, base_url: str) -> str:
    """Where anybody sees that it is genuine, and how it stands."""
    return receipt_address(base_url, str(application["serial"]))


def public_view(case: Case) -> Document:
    """What anybody who knows the serial number may see. `deadline` is that of the running clock, `visit` what
    the applicant can come for now; each is None where there is none."""
    application = case.application
    result = application["result"]
    return {
        "serial": application["serial"],
        "applicant": application["masked_name"],
        "item": application["item_name"],
        "type": application["type"],
        "department": application["department_name"],
        "state": application["state"],
        "status": status_of(application),
        "submitted_at": application["submitted_at"],
        "deadline": due_of(clocks.current_clock(application)),
        "visit": visit_now(case),
        "decision": result["decision"] if result else None,
        "decision_text": decision_text(application),
        "decision_plain": plain_decision(application),
        "ahead": what_next(case),
        "timeline": [
            {"at": line["at"], "what": line["what"]}
            for line in application["timeline"]
            if line["what"] != STARTED
        ],
    }
