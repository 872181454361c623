"""The facts of notices about a decision of the blacklist."""

from dataclasses import dataclass

from models.blacklist import number_of
from models.events import KeptEvent
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, reach


@dataclass(frozen=True)
class BanFacts(Facts):
    """`time` is that of the event."""

    number: str
    time: str


async def about_ban(stores: Stores, _delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the person; of a body to its legal representative."""
    ban = await stores.bans.get(event["about"])
    facts = BanFacts(number=number_of(ban), time=local(event["at"], TIME))
    return Gathered(facts, **await reach(stores, {"applicant": ban["applicant"], "agent": ""}))
