"""申请回执 with all that article 11 asks for, and what anybody with its number may see (article 13)."""

from dataclasses import dataclass
from datetime import datetime

from models.applications.actions import STARTED
from models.applications.document import Application, PaperState
from models.applications.outcome import decision_text, status_of
from models.applications.progress import AHEAD
from models.clocks import due_of
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
    """`materials` are (name, state) pairs, `handling` a `models.guides.Handling`, times in UTC. `deadline` is
    that for acceptance; None as long as the printed form is not there."""

    serial: str
    applicant: str
    credential: str
    item: str
    department: str
    materials: list[tuple[str, PaperState]]
    handling: str
    place: str
    submitted_at: datetime
    deadline: datetime | None
    verify_url: str


def receipt_of(application: Application, place: str, base_url: str) -> Receipt:
    """
    Raises:
        ReceiptNotFound: it has not been handed in.
    """
    serial, submitted = application["serial"], application["submitted_at"]
    if not (serial and submitted):
        raise ReceiptNotFound
    return Receipt(
        serial=serial,
        applicant=application["masked_name"],
        credential=application["masked_number"],
        item=application["item_name"],
        department=application["department_name"],
        materials=[(m["name"], m["state"]) for m in application["materials"]],
        handling=application["handling"],
        place=place,
        submitted_at=submitted,
        deadline=due_of(application["clocks"]["acceptance"]),
        verify_url=f"{base_url}/verify/{serial}",
    )


def public_view(application: Application) -> Document:
    """What anybody who knows the serial number may see."""
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
        "deadline": due_of(application["clocks"]["decision"] or application["clocks"]["acceptance"]),
        "decision": result["decision"] if result else None,
        "decision_text": decision_text(application),
        "ahead": AHEAD.get(application["state"], ""),
        "timeline": [
            {"at": line["at"], "what": line["what"]}
            for line in application["timeline"]
            if line["what"] != STARTED
        ],
    }
