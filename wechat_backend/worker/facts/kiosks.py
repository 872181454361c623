"""The facts of notices about kiosks, to the contact of a department."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.kiosks.document import Ground
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, member_told
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class KioskFacts(Facts):
    """`ground` says why it is to retire; `time` is that of the event."""

    kiosk: str
    hall: str
    ground: str
    time: str


async def about_kiosk(stores: Stores, delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the member's own WeChat or phone; who has neither, or became the contact since, finds it on the home
    page.

    Raises:
        Overtaken: `proposal_decided`; `member_left`, also of one who is locked out; `contact_replaced`;
            `member_unreachable`.
    """
    kiosk = await stores.kiosks.get(event["about"])
    proposal = kiosk["retirement"]
    if not kiosk.get("undecided") or proposal is None or proposal["proposed_at"] != event["at"]:
        raise Overtaken("proposal_decided")
    ways = await member_told(stores, delivery)
    contact = await stores.contacts.find(kiosk["department"])
    if contact is None or contact["member"] != delivery["recipient"]:
        raise Overtaken("contact_replaced")
    if not any(ways.values()):
        raise Overtaken("member_unreachable")
    place = kiosk["hall"] or ""
    names = [hall.name for hall in await stores.halls.those([place])] or [place]
    ground = Ground(event["data"]["ground"]).label
    facts = KioskFacts(kiosk=kiosk["name"], hall=names[0], ground=ground, time=local(event["at"], TIME))
    return Gathered(facts, **ways)
