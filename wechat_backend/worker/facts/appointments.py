"""The facts of notices about an appointment."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach


@dataclass(frozen=True)
class AppointmentFacts(Facts):
    """`time` is the start of the appointment."""

    item: str
    hall: str
    time: str


async def about_appointment(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    appointment = await stores.appointments.get(event["about"])
    facts = AppointmentFacts(
        item=appointment["item_name"], hall=appointment["hall_name"], time=local(appointment["start"], TIME)
    )
    return Gathered(facts, **await reach(stores, appointment))
