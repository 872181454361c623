"""How a person is reached, and how a letter writes a time."""

from collections.abc import Mapping
from typing import Any

from models.stores import Stores

TIME = "%Y年%m月%d日 %H:%M"


async def reach(stores: Stores, document: Mapping[str, Any]) -> dict[str, str | None]:
    """How to reach the one who is to hear of an application or appointment now."""
    person = await stores.binding.hears(document["applicant"], document["agent"])
    return {"account": person["account"], "phone": stores.applicants.phone(person)}
