"""What an applicant says at the handing in: the promise (article 14), and where the result is received."""

from dataclasses import dataclass
from enum import StrEnum

from models import typed
from models.errors import BadInput
from models.guides import Guide
from models.places.halls import Halls


class PromiseRequired(BadInput):
    code = "promise_required"
    message = "请勾选承诺后再提交"
    field = "promise"


class AddressRequired(BadInput):
    code = "address_required"
    message = "请填写收件人、电话和详细地址"
    field = "address"


class HallRequired(BadInput):
    code = "hall_required"
    message = "请选择领取结果的大厅"
    field = "hall"


SHORTEST_ADDRESS, LONGEST_ADDRESS = 8, 200


class How(StrEnum):
    """Ways of receiving a result."""

    WINDOW = "window"
    COURIER = "courier"
    ELECTRONIC = "electronic"


@dataclass(frozen=True)
class Place:
    """How the result comes to the applicant: `hall` only at a window, `address` only with a courier."""

    how: How
    hall: str | None = None
    hall_name: str | None = None
    address: str | None = None


def check_promise(promised: bool) -> None:
    """What is handed in is true, says the applicant.

    Raises:
        PromiseRequired
    """
    if not promised:
        raise PromiseRequired


def check_place(guide: Guide, place: Place) -> None:
    """
    Raises:
        HallRequired: it is none of the guide's places.
        AddressRequired: no letter would arrive there.
    """
    if place.how is How.WINDOW and place.hall not in guide.places:
        raise HallRequired
    if place.how is How.COURIER and not SHORTEST_ADDRESS <= len(place.address or "") <= LONGEST_ADDRESS:
        raise AddressRequired


async def chosen_place(halls: Halls, guide: Guide, how: How, *, hall: str, address: str) -> Place:
    """Where the result is received, of what was filled in.

    Raises:
        HallRequired, AddressRequired
    """
    place = Place(how)
    if how is How.WINDOW:
        place = Place(how, hall=hall)
    if how is How.COURIER:
        place = Place(how, address=typed.words(address))
    check_place(guide, place)
    return Place(how, hall=hall, hall_name=(await halls.find(hall)).name) if place.hall else place
