"""The facts of notices about an application."""

from dataclasses import dataclass

from models.applications import Application, status_of
from models.events import KeptEvent
from models.guides import HANDLING
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach


@dataclass(frozen=True)
class ApplicationFacts(Facts):
    """`time` is that of the event; `status` is the last one, which tells how it was decided; `reason` is why
    the event came about, as staff gave it."""

    serial: str
    item: str
    department: str
    handling: str
    status: str
    reason: str
    time: str


def _reason(application: Application, event: KeptEvent) -> str:
    lines = (line for line in application["timeline"] if line["what"] == event["name"])
    return next((line.get("reason", "") for line in lines if line["at"] == event["at"]), "")


async def about_application(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    application = await stores.applications.get(event["about"])
    facts = ApplicationFacts(
        serial=application["serial"] or "",
        item=application["item_name"],
        department=application["department_name"],
        handling=HANDLING[application["handling"]].in_letters,
        status=status_of(application),
        reason=_reason(application, event),
        time=local(event["at"], TIME),
    )
    return Gathered(facts, **await reach(stores, application))
