"""Names of guides, halls and departments in the visitor's language."""

from collections.abc import Mapping
from typing import Any

from handlers.web.services import Services
from models.guides import Department, Guide, Offered, Referral
from models.places import Hall


def title_of(named: Guide | Hall | Department | Referral | Offered, language: str) -> str:
    """Its name in the language, else in Chinese."""
    return (language == "en" and named.name_en) or named.name


async def english_names(services: Services, *documents: Mapping[str, Any]) -> dict[str, str]:
    """The English names, where there are any, of the guides of these documents and of all halls and
    departments, by code."""
    guides = [await services.guides.version(key) for key in {one["guide"] for one in documents}]
    named = [
        *((guide.key, guide.name_en) for guide in guides),
        *((hall.code, hall.name_en) for hall in await services.shown.halls.all()),
        *((one.code, one.name_en) for one in await services.shown.departments.all()),
    ]
    return {code: name for code, name in named if name}
