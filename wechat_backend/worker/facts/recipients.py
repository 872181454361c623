"""How a person is reached, and how a letter writes a time."""

from collections.abc import Mapping
from typing import Any

from models.people import Applicant, ApplicantKind
from models.stores import Stores

TIME = "%Y年%m月%d日 %H:%M"


async def reach(stores: Stores, document: Mapping[str, Any]) -> dict[str, str | None]:
    """How to reach the one who is to hear of an application or appointment now."""
    person = await _hears(stores, document)
    return {"account": person["account"], "phone": stores.applicants.phone(person)}


async def _hears(stores: Stores, document: Mapping[str, Any]) -> Applicant:
    """The applicant; of a body the agent who did it, or its legal representative if that agency has ended.

    A body that has neither here has no account and no phone: the delivery fails, and staff see it.
    """
    applicant = await stores.applicants.get(document["applicant"])
    if applicant["kind"] is ApplicantKind.PERSON:
        return applicant
    if await stores.agencies.acts(document["agent"], applicant):
        return await stores.applicants.get(document["agent"])
    return await stores.applicants.find_by_number_index(applicant["representative"]) or applicant
