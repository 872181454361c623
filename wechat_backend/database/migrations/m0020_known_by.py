"""Applicants found by what they are known by under another credential.

A decision of the blacklist was found by such hashes, and an applicant was not: they get `known_by`, the keyed
hash of the number on their card, and that of the name with the phone, of a body with its representative.
"""

from models.privacy import Privacy
from models.store import Document
from wechat_backend.database.migrations.steps import Migration, Seal


def _known_by(one: Document, privacy: Privacy) -> Document:
    keys, context = [one["credential"]["number_index"]], f"applicant:{one['_id']}"
    name = privacy.open(one["name"], f"{context}:name").casefold()
    if "representative" in one:
        keys.append(privacy.index(f"{name}\0{one['representative']}", "body"))
    elif "phone" in one:
        phone = privacy.open(one["phone"], f"{context}:phone")
        keys.append(privacy.index(f"{name}\0{phone}", "person"))
    return {"$set": {"known_by": keys}}


MIGRATION = Migration(
    20,
    "what applicants are known by under each credential",
    [Seal("applicants", {"known_by": {"$exists": False}}, _known_by)],
)
