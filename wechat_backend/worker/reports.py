"""Writes what the systems of the government are told: acceptance, 好差评 (`review_records`), disclosure and
social credit."""

from collections.abc import Awaitable, Callable, Mapping

from models.blacklist import State as BanState
from models.blacklist import last_day, paper_of
from models.events import KeptEvent
from models.outgoing.notices import REPORTS
from models.stores import Stores
from wechat_backend.worker.review_records import Report, review_records
from wechat_backend.worker.sender import Overtaken

Reporter = Callable[[Stores, KeptEvent], Awaitable[list[Report]]]
"""From an event to what its system is told, in this order."""


async def _acceptance(stores: Stores, event: KeptEvent) -> list[Report]:
    application = await stores.applications.get(event["about"])
    body = {
        "serial": application["serial"],
        "item": application["item"],
        "department": application["department"],
        "state": REPORTS["acceptance"].states[event["name"]],
        "at": event["at"].isoformat(),
    }
    return [Report(body)]


async def _review(stores: Stores, event: KeptEvent) -> list[Report]:
    """A review as it is now, with its follow-up: the first must be known there before the second."""
    return await review_records(stores, await stores.reviews.get(event["about"]))


def _decision(system: str) -> Reporter:
    """A decision of the blacklist, published or withdrawn, to one of the two systems that hear of it."""

    async def report(stores: Stores, event: KeptEvent) -> list[Report]:
        state, ban = REPORTS[system].states[event["name"]], await stores.bans.get(event["about"])
        if state == "published" and ban["state"] in (BanState.LIFTED, BanState.DELISTED):
            raise Overtaken("no_longer_in_force")
        listed, paper = await stores.applicants.get(ban["applicant"]), paper_of(ban)
        body = {
            "number": paper.number,
            "name": stores.applicants.name(listed),
            "kind": listed["credential"]["kind"].value,
            "code": stores.applicants.number(listed),
            "ground": paper.ground,
            "basis": paper.basis,
            "office": paper.office,
            "state": state,
            "until": last_day(ban["until"]) if ban["until"] else "",
            "at": event["at"].isoformat(),
        }
        return [Report(body)]

    return report


REPORTERS: Mapping[str, Reporter] = {
    "acceptance": _acceptance,
    "reviews": _review,
    "disclosure": _decision("disclosure"),
    "credit": _decision("credit"),
}
"""Report (`models.outgoing.notices`) → what its system is told."""
