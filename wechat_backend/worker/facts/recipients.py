"""How a person is reached, and how a letter writes a time."""

from collections.abc import Mapping
from typing import Any

from models.outgoing import Delivery
from models.staff import is_let_in
from models.stores import Stores
from wechat_backend.worker.sender import Overtaken

TIME = "%Y年%m月%d日 %H:%M"


async def reach(stores: Stores, document: Mapping[str, Any]) -> dict[str, str | None]:
    """How to reach the one who is to hear of an application or appointment now."""
    person = await stores.binding.hears(document["applicant"], document["agent"])
    return {"account": person["account"], "phone": stores.applicants.phone(person)}


async def member_told(stores: Stores, delivery: Delivery) -> dict[str, str | None]:
    """How to reach a member of the staff now: their own WeChat, and their phone.

    Raises:
        Overtaken: `member_left`, also of one who is locked out.
    """
    member = await stores.staff.find(delivery["recipient"])
    if member is None or not is_let_in(member):
        raise Overtaken("member_left")
    return {
        "openid": stores.staff_wechats.openid(member) or None,
        "phone": stores.staff_phones.number(member) or None,
    }
