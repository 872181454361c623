"""The way from case to case: the address of a case that was opened from the queue says from which list, and
at which place of it the case stood. So its neighbours are found, whatever has become of the case since."""

from dataclasses import dataclass

from handlers.admin.panel import PanelPage
from handlers.admin.queue import AT, CHANNEL, DUE, HOLDER, KIND, NUDGED, QUEUE, sought_by, way_back
from models.applications import Neighbour
from models.errors import BadInput
from models.paging import position

OPEN_CHOICES = ("item", "department")
"""Chosen among what the database has. Of one that a member may not read, the queue has nothing."""


@dataclass(frozen=True)
class Way:
    """`back` is the page of the list; `previous` and `next` are the addresses of the neighbours, "" where
    there are none. `known` is False for a case that was opened from no list."""

    back: str
    known: bool = False
    previous: str = ""
    next: str = ""


async def way_of(page: PanelPage, key: str) -> Way:
    """The way of which the address of a case tells; one that no list has said has no neighbours."""
    at, back = page.get_query_argument(AT, ""), f"{QUEUE.address}{way_back(page)}"
    asked = QUEUE.narrowed(page, (DUE, HOLDER, NUDGED, KIND, CHANNEL))
    asked |= {name: page.get_query_argument(name, "") for name in OPEN_CHOICES}
    try:
        if not at or position(at).key != key:
            return Way(back)
        sought, member = sought_by(page, asked), page.signed_in_member()
        beside = await page.services.queue.beside(member, sought, page.now, at)
    except BadInput:
        return Way(back)
    return Way(back, True, *(_address(page, one) for one in beside))


def _address(page: PanelPage, one: Neighbour | None) -> str:
    return f"{QUEUE.address}/{one.key}{way_back(page, one.place)}" if one else ""
