"""How the kiosks of all places stand now: what a person decided of each, and what its device says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from models.kiosks.document import LIVE, Kiosk, Labelled, State
from models.kiosks.heartbeats import Heartbeat, Heartbeats
from models.kiosks.lists import KioskLists, Sought
from models.staff import Member

LOW = 20
"""Percent of paper or toner, at which somebody should bring more."""


class Standing(Labelled):
    """In the order in which they want somebody's eye."""

    OFFLINE = "offline", "离线"
    FAULT = "fault", "故障"
    LOW = "low", "耗材不足"
    REPAIR = "repair", "维修中"
    SUSPENDED = "suspended", "暂停服务"
    AWAY = "away", "已暂时撤离"
    UNHEARD = "unheard", "设备尚未报到"
    WORKING = "working", "正常"


OUT_OF_SERVICE = {
    State.UNDER_REPAIR: Standing.REPAIR,
    State.SUSPENDED: Standing.SUSPENDED,
    State.TAKEN_AWAY: Standing.AWAY,
}
"""What a person decided comes before what the device says."""


@dataclass(frozen=True)
class Stands:
    """`since` is None where nobody noted it, or it is as it should be."""

    kiosk: Kiosk
    heartbeat: Heartbeat | None
    standing: Standing
    since: datetime | None


def stands(kiosk: Kiosk, heartbeat: Heartbeat | None) -> Stands:
    """How a kiosk stands that is in a hall, or comes back to it."""
    if out := OUT_OF_SERVICE.get(kiosk["state"]):
        lasting = [one["start"] for one in kiosk["outages"] if one["end"] is None]
        return Stands(kiosk, heartbeat, out, lasting[-1] if lasting else None)
    if heartbeat is None:
        return Stands(kiosk, heartbeat, Standing.UNHEARD, None)
    for field, standing in (("offline_since", Standing.OFFLINE), ("failing_since", Standing.FAULT)):
        if since := heartbeat.get(field):
            return Stands(kiosk, heartbeat, standing, since)  # type: ignore[arg-type]
    return Stands(kiosk, heartbeat, Standing.LOW if runs_low(heartbeat) else Standing.WORKING, None)


def runs_low(heartbeat: Heartbeat) -> bool:
    said = heartbeat.get("said")
    return said is not None and min(said.get("paper", 100.0), said.get("toner", 100.0)) < LOW


def counted(all_of_them: Iterable[Stands]) -> dict[Standing, int]:
    """How many stand how; every standing is there."""
    counts = dict.fromkeys(Standing, 0)
    for one in all_of_them:
        counts[one.standing] += 1
    return counts


@dataclass(frozen=True)
class Board:
    lists: KioskLists
    heartbeats: Heartbeats

    async def read(self, member: Member) -> list[Stands]:
        """All that the member reaches and that are in a hall or come back to it, by name; two round trips.

        Raises:
            Forbidden: `scope_missing`.
        """
        kiosks = await self.lists.each(member, Sought(tuple(LIVE)))
        heard = await self.heartbeats.of([one["_id"] for one in kiosks])
        return [stands(one, heard.get(one["_id"])) for one in kiosks]
