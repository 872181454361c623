"""The facts of the notice with a code for a phone."""

from dataclasses import dataclass

from models.errors import NotFound
from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class CodeFacts(Facts):
    code: str


async def about_code(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    """Only the newest code of its account, and only while it is valid: an old one would mislead.

    Raises:
        Overtaken: `code_expired`, `newer_code`.
    """
    try:
        kept = await stores.phone_codes.get(event["about"])
    except NotFound:
        raise Overtaken("code_expired") from None
    code = next((each for each in kept["codes"] if each["id"] == event["id"]), None)
    if code is None or code["used"] or code["expires_at"] <= stores.clock():
        raise Overtaken("code_expired")
    if code != stores.phone_codes.newest(kept, code["account"]):
        raise Overtaken("newer_code")
    phone, digits = stores.phone_codes.secret(kept, code)
    return Gathered(CodeFacts(code=digits), phone=phone)
