"""Letters about an appointment."""

from models.appointments.booking import LABELS
from models.appointments.booking import State as AppointmentState
from models.store import Document
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.letters.reaching import TIME, reach
from wechat_backend.worker.notices import Letter

APPOINTMENT = {**LABELS, AppointmentState.BOOKED: "预约成功，请按时前往"}


async def write_appointment(stores: Stores, _delivery: Document, event: Document) -> Letter:
    appointment = await stores.appointments.get(event["about"])
    state = AppointmentState(event["name"].removeprefix("appointment."))
    return Letter(
        {
            "item": appointment["item_name"],
            "hall": appointment["hall_name"],
            "time": local(appointment["start"], TIME),
            "status": APPOINTMENT[state],
        },
        page=f"/appointments/{appointment['_id']}",
        **await reach(stores, appointment),
    )
