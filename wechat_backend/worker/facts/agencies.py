"""The facts of notices between an agent and a legal representative."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.outgoing import Delivery
from models.people import Applicant
from models.stores import Stores
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class AgencyFacts(Facts):
    enterprise: str
    person: str


async def about_agency(stores: Stores, delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the legal representative who is asked, or to the agent who is told."""
    agency = await stores.agencies.get(event["about"])
    body = await stores.applicants.get(agency["body"])
    told = await _told(stores, delivery["recipient"])
    return Gathered(
        AgencyFacts(enterprise=stores.applicants.name(body), person=agency["agent_name"]),
        account=told["account"],
        phone=stores.applicants.phone(told),
    )


async def _told(stores: Stores, recipient: str) -> Applicant:
    """
    Raises:
        Overtaken: the legal representative is not known here yet; the request waits on their page.
    """
    kind, _, index = recipient.rpartition(":")
    if kind != "representative":
        return await stores.applicants.get(recipient)
    found = await stores.applicants.find_by_number_index(index)
    if found is None:
        raise Overtaken("representative_unknown")
    return found
