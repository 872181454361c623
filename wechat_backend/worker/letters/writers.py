"""Writes the letter of a delivery: the facts of its notice, as the event and the documents tell them."""

from collections.abc import Awaitable, Callable, Mapping

from models.store import Document
from models.stores import Stores
from wechat_backend.worker.letters.agencies import write_agency
from wechat_backend.worker.letters.applications import write_application
from wechat_backend.worker.letters.appointments import write_appointment
from wechat_backend.worker.letters.codes import write_code
from wechat_backend.worker.letters.people import write_rebinding
from wechat_backend.worker.notices import Letter

Writer = Callable[[Stores, Document, Document], Awaitable[Letter]]
"""From a delivery and its event to the letter."""


async def write(stores: Stores, delivery: Document, event: Document) -> Letter:
    """
    Raises:
        Overtaken: there is nothing to send any more.
    """
    return await WRITERS[delivery["notice"]](stores, delivery, event)


WRITERS: Mapping[str, Writer] = {
    "code": write_code,
    "receipt": write_application,
    "progress": write_application,
    "appointment": write_appointment,
    "rebinding": write_rebinding,
    "agency": write_agency,
}
