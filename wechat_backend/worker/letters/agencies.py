"""Letters between an agent and a legal representative."""

from collections.abc import Mapping

from models.store import Document
from models.stores import Stores
from wechat_backend.worker.notices import Letter
from wechat_backend.worker.sender import Overtaken

AGENCY: Mapping[str, str] = {
    "agency.requested": "待您确认",
    "agency.confirmed": "已确认",
    "agency.ended": "已结束",
}


async def write_agency(stores: Stores, delivery: Document, event: Document) -> Letter:
    """To the legal representative who is asked, or to the agent who is told."""
    agency = await stores.agencies.get(event["about"])
    body = await stores.applicants.get(agency["body"])
    told = await _told(stores, delivery["recipient"])
    return Letter(
        {
            "enterprise": stores.applicants.name(body),
            "person": agency["agent_name"],
            "status": AGENCY[event["name"]],
        },
        page="/enterprises",
        account=told["account"],
        phone=stores.applicants.phone(told),
    )


async def _told(stores: Stores, recipient: str) -> Document:
    """
    Raises:
        Overtaken: the legal representative is not known here yet; the request waits on their page.
    """
    kind, _, index = recipient.rpartition(":")
    if kind != "representative":
        return await stores.applicants.get(recipient)
    found = await stores.applicants.of_number_index(index)
    if found is None:
        raise Overtaken("representative_unknown")
    return found
