"""What anybody who has the serial number of an application may see (article 13)."""

from handlers.web.pages import CitizenPage
from handlers.web.words import look, submitted
from models.applications import Case, scanned_serial
from models.applications import public_view as public
from models.store import Document


async def public_view(page: CitizenPage, typed: str) -> Document:
    """What anybody who has the serial number may see, masked, and the `look` of its status. A receipt's whole
    address, as its QR says it, is as good as the number.

    Raises:
        BadInput: `serial_invalid`, `address_foreign`.
        NotFound
    """
    serial = scanned_serial(typed, page.services.site.base_url)
    found = await page.services.applications.get_by_serial(serial)
    case = Case(found, await page.services.guides.version(found["guide"]))
    names, view = await page.names(found), public(case)
    return view | {
        "item": names.get(found["guide"], view["item"]),
        "department": names.get(found["department"], view["department"]),
        "look": look(found),
        "submitted": submitted(found["handling"]),
    }
