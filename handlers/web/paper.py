"""A filled form on paper, with its number and a QR, for its applicant and for the window (article 12)."""

from base64 import b64encode
from typing import Any

from handlers.web.answers import readable
from handlers.web.qr import qr_png
from handlers.web.services import Services
from models.applications import Case, verify_url


async def paper_of(case: Case, services: Services) -> dict[str, Any]:
    """What `templates/shared/paper.html` shows: applicant and answers in the clear, in Chinese."""
    applicant = await services.applicants.get(case.application["applicant"])
    code = qr_png(verify_url(case.application, services.site.base_url))
    return {
        "full_name": services.applicants.name(applicant),
        "full_number": services.applicants.number(applicant),
        "sections": readable(case.guide, services.applications.answers(case.application)),
        "qr": f"data:image/png;base64,{b64encode(code).decode()}",
    }
