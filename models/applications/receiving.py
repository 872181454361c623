"""What an applicant says at the handing in: the promise (article 14), and where the result is received."""

from dataclasses import dataclass
from enum import StrEnum

from models.errors import BadInput
from models.guides import Guide


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
    """How the applicant wants the result: `hall` counts only at a window, `address` only with a courier."""

    how: How
    hall: str = ""
    address: str = ""


def check_promise(promised: bool) -> None:
    """Check that the applicant has promised that what is handed in is true.

    Raises:
        PromiseRequired
    """
    if not promised:
        raise PromiseRequired


def check_place(guide: Guide, place: Place) -> None:
    """
    Raises:
        HallRequired: it is none of the guide's places.
        AddressRequired: it is shorter or longer than an address can be.
    """
    if place.how is How.WINDOW and place.hall not in guide.places:
        raise HallRequired
    if place.how is How.COURIER and not SHORTEST_ADDRESS <= len(place.address) <= LONGEST_ADDRESS:
        raise AddressRequired
