"""What an applicant says at the handing in: the promise, and where the result is received."""

from typing import Literal

from models import typed
from models.applications import Place
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


LONGEST_ADDRESS = 200
How = Literal["window", "courier", "electronic"]


async def place_of(halls: Halls, guide: Guide, *, how: How, hall: str, address: str) -> Place:
    """Where the result is received.

    Raises:
        BadInput: `hall_required` or `address_required`.
    """
    if how == "window":
        if hall not in guide.places:
            raise HallRequired
        chosen = await halls.find(hall)
        return Place(how="window", hall=chosen.code, hall_name=chosen.name)
    if how == "courier":
        normal = typed.words(address)
        if not 8 <= len(normal) <= LONGEST_ADDRESS:
            raise AddressRequired
        return Place(how="courier", address=normal)
    return Place(how="electronic")
