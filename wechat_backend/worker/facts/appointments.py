"""The facts of notices about an appointment."""

from dataclasses import dataclass

from models.appointments import REMINDED, STOPS, Appointment, can_remind
from models.events import KeptEvent
from models.guides import Guide, Way
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import LIMITS, Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class AppointmentFacts(Facts):
    """`time` is the start of the appointment. Of a kiosk that stops, `pause` says why and until when, and
    `elsewhere` where one can go instead. Of a reminder, `address` is that of the hall, `bring` says what to
    bring, and `link` ends the address of the own page."""

    item: str
    hall: str
    time: str
    pause: str = ""
    elsewhere: str = ""
    address: str = ""
    bring: str = ""
    link: str = ""


async def about_appointment(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    """
    Raises:
        Overtaken: `visit_over`, of a reminder.
    """
    appointment = await stores.appointments.get(event["about"])
    facts = AppointmentFacts(
        item=appointment["item_name"],
        hall=appointment["hall_name"],
        time=local(appointment["start"], TIME),
        **await _of_kiosk(stores, event),
        **await _of_reminder(stores, appointment, event),
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


async def _of_reminder(stores: Stores, visit: Appointment, event: KeptEvent) -> dict[str, str]:
    """What one needs on the way, unless there is nothing to remind of any more.

    Raises:
        Overtaken: `visit_over`.
    """
    if event["name"] != REMINDED:
        return {}
    if not can_remind(visit, event["data"]["at"], stores.clock()):
        raise Overtaken("visit_over")
    [address] = [one.address for one in await stores.halls.those([visit["hall"]])] or [""]
    bring = what_to_bring(await stores.guides.version(visit["guide"]))
    return {"address": address, "bring": bring, "link": visit["_id"]}


def what_to_bring(guide: Guide) -> str:
    """What the window asks for, as far as a field of a message has room."""
    asked = [one for one in guide.materials if one.required and Way.WINDOW in one.asked]
    if not asked:
        return "到大厅请出示预约码"
    words = f"请带{'、'.join(one.name for one in asked)}"
    many = f"请带{asked[0].name}等{len(asked)}样材料"
    return words if len(words) <= LIMITS["thing"] or len(asked) == 1 else many
