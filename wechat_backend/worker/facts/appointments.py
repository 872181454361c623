"""The facts of notices about an appointment.

What happens to several matters of a visit at once is told once, by the first of them, and names all of them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.appointments import REMINDED, STOPS, Appointment, State, can_remind
from models.appointments.reminders import told_with
from models.events import KeptEvent
from models.guides import Guide, Way
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import LIMITS, Facts, Gathered, shorten
from wechat_backend.worker.facts.recipients import TIME, reach
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class AppointmentFacts(Facts):
    """`item` names the matters that are told of, and `time` is the start of the first. Of a kiosk that stops,
    `pause` says why and until when, and `elsewhere` where one can go instead. Of a reminder, `address` is
    that of the hall, `bring` says what to bring, and `link` ends the address of the own page."""

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
        Overtaken: `told_with_visit`; `visit_over`, of a reminder.
    """
    appointment = await stores.appointments.get(event["about"])
    told = await _told(stores, appointment, event)
    facts = AppointmentFacts(
        item=items([one["item_name"] for one in told]),
        hall=told[0]["hall_name"],
        time=local(told[0]["start"], TIME),
        **await _of_kiosk(stores, event),
        **await _of_reminder(stores, told, event),
    )
    return Gathered(facts, **await reach(stores, appointment))


async def _told(stores: Stores, appointment: Appointment, event: KeptEvent) -> Sequence[Appointment]:
    """The matters of which an event tells, in the order of their times: of one reminder all that are ahead.

    Raises:
        Overtaken: `told_with_visit`, the first of them tells it; `visit_over`, of a reminder.
    """
    if event["name"] == REMINDED:
        return await _reminded(stores, appointment, event)
    together: list[str] = event["data"].get("together", [])
    if not together:
        return [appointment]
    if together[0] != appointment["_id"]:
        raise Overtaken("told_with_visit")
    found = [await stores.appointments.get(key) for key in together]
    booked = [one for one in found if one["state"] is State.BOOKED]
    return _still_together(sorted(booked or found, key=lambda one: one["start"]))


def _still_together(told: Sequence[Appointment]) -> Sequence[Appointment]:
    """Those that are for one hall and day: what left the visit since then has told so by itself."""
    stay = [one for one in told if one["visit"] != one["_id"]] or told
    return [one for one in stay if (one["hall"], one["day"]) == (stay[0]["hall"], stay[0]["day"])]


async def _reminded(stores: Stores, visit: Appointment, event: KeptEvent) -> Sequence[Appointment]:
    now, data = stores.clock(), event["data"]
    if "with" in data:
        raise Overtaken("told_with_visit")
    if "together" not in data:
        told = [visit] if can_remind(visit, data["at"], now) else []
    else:
        found = [await stores.appointments.get(key) for key in data["together"]]
        told = told_with(sorted(found, key=lambda one: one["start"]), data["what"], now)
    if not told:
        raise Overtaken("visit_over")
    return told


def items(names: Sequence[str]) -> str:
    """Several names, as far as a field of a message has room."""
    words = "、".join(names)
    if len(names) == 1 or len(words) <= LIMITS["thing"]:
        return words
    count = f"等{len(names)}项"
    return f"{shorten(names[0], LIMITS['thing'] - len(count))}{count}"


async def _of_kiosk(stores: Stores, event: KeptEvent) -> dict[str, str]:
    """What is said of the kiosk that stops, as it was decided."""
    if event["name"] != STOPS:
        return {}
    data = event["data"]
    until = f"暂停到{data['until'][5:]}" if data["until"] else "不再服务"
    [name] = [one.name for one in await stores.halls.those([data["elsewhere"]])] or ["其他网点"]
    return {"pause": f"{until}，因{data['reason']}", "elsewhere": name}


async def _of_reminder(stores: Stores, told: Sequence[Appointment], event: KeptEvent) -> dict[str, str]:
    """What one needs on the way."""
    if event["name"] != REMINDED:
        return {}
    [address] = [one.address for one in await stores.halls.those([told[0]["hall"]])] or [""]
    bring = what_to_bring([await stores.guides.version(one["guide"]) for one in told])
    return {"address": address, "bring": bring, "link": told[0]["_id"]}


def what_to_bring(guides: Iterable[Guide]) -> str:
    """What the windows ask for, as far as a field of a message has room; the same for two matters once."""
    asked = [
        *dict.fromkeys(
            one.name
            for guide in guides
            for one in guide.materials
            if one.required and Way.WINDOW in one.asked
        )
    ]
    if not asked:
        return "到大厅请出示预约码"
    words = f"请带{'、'.join(asked)}"
    many = f"请带{asked[0]}等{len(asked)}样材料"
    return words if len(words) <= LIMITS["thing"] or len(asked) == 1 else many
