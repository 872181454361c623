"""What anybody who has the serial number of an application may see (article 13)."""

from handlers.web.pages import CitizenPage
from handlers.web.words import look
from models.applications import Case, check_serial
from models.applications import public_view as public
from models.store import Document


async def public_view(page: CitizenPage, typed: str) -> Document:
    """What anybody who has the serial number may see, masked, and the `look` of its status.

    Raises:
        BadInput: `serial_invalid`.
        NotFound
    """
    applications = page.services.applications
    found = await applications.get_by_serial(check_serial(typed))
    case = Case(found, await page.services.guides.version(found["guide"]))
    names, view = await page.names(found), public(case)
    return view | {
        "item": names.get(found["guide"], view["item"]),
        "department": names.get(found["department"], view["department"]),
        "look": look(found),
    }
