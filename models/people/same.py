"""By what the same person or body is known under another credential, account or phone."""

from collections.abc import Iterator, Mapping
from typing import Any

from models import typed
from models.privacy import Privacy


def known_by(privacy: Privacy, applicant: Mapping[str, Any]) -> list[str]:
    """Keyed hashes, of which the same person or body shares one under each credential.

    The number on whatever card it is; and, since a passport or an old registration has another number, the
    name together with the phone that was verified, of a body with its legal representative.
    """
    return list(_hashes(privacy, applicant))


def _hashes(privacy: Privacy, applicant: Mapping[str, Any]) -> Iterator[str]:
    yield applicant["credential"]["number_index"]
    context = f"applicant:{applicant['_id']}"
    name = typed.name(privacy.open(applicant["name"], f"{context}:name")).casefold()
    if "representative" in applicant:
        yield privacy.index(f"{name}\0{applicant['representative']}", "body")
    elif "phone" in applicant:
        phone = privacy.open(applicant["phone"], f"{context}:phone")
        yield privacy.index(f"{name}\0{phone}", "person")
