"""The facts of notices about an appointment."""

from dataclasses import dataclass

from models.appointments import STOPS
from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach


@dataclass(frozen=True)
class AppointmentFacts(Facts):
    """`time` is the start of the appointment. Of a kiosk that stops, `pause` says why and until when, and
    `elsewhere` where one can go instead."""

    item: str
    hall: str
    time: str
    pause: str = ""
    elsewhere: str = ""


async def about_appointment(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    appointment = await stores.appointments.get(event["about"])
    facts = AppointmentFacts(
        item=appointment["item_name"],
        hall=appointment["hall_name"],
        time=local(appointment["start"], TIME),
        **await _of_kiosk(stores, event),
    )
    return Gathered(facts, **await reach(stores, appointment))


async def _of_kiosk(stores: Stores, event: KeptEvent) -> dict[str, str]:
    """What is said of the kiosk that stops, as it was decided."""
    if event["name"] != STOPS:
        return {}
    data = event["data"]
    until = f"暂停到{data['until'][5:]}" if data["until"] else "不再服务"
    [name] = [one.name for one in await stores.halls.those([data["elsewhere"]])] or ["其他网点"]
    return {"pause": f"{until}，因{data['reason']}", "elsewhere": name}
