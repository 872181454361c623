"""The availability of kiosks as it is read from the database: of all in a month, of one in its last days."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.kiosks.availability import COMES, Availability, days, known, month, reckoned
from models.kiosks.document import Kiosk
from models.kiosks.lists import KioskLists, readable
from models.kiosks.spells import Spell, Spells
from models.kiosks.times import Interval, joined
from models.places import Hall, Halls, open_times
from models.staff import Member
from models.workdays import Workdays, local_date

DAYS, MONTHS = 30, 6
"""As far back the page of a kiosk looks, today and the running month included."""


@dataclass(frozen=True)
class Reckoned:
    kiosk: Kiosk
    availability: Availability


@dataclass(frozen=True)
class Past:
    """Of one kiosk, by day and by the first day of the month, the earliest first; and its own spells of
    these days, the latest first."""

    days: Mapping[date, Availability]
    months: Mapping[date, Availability]
    spells: Sequence[Spell]


@dataclass(frozen=True)
class Reckoning:
    lists: KioskLists
    spells: Spells
    halls: Halls
    calendar: Workdays

    async def of_month(self, member: Member, day: date, now: datetime) -> list[Reckoned]:
        """Those that stood in a hall in the month of a day, of what the member reaches; the least available
        first. Three round trips.

        Raises:
            Forbidden: `scope_missing`.
        """
        whole = days(*month(day))
        kiosks = await self._once_active(member)
        spells = await self.spells.within([one["_id"] for one in kiosks], whole.start, whole.end)
        halls = {hall.code: hall for hall in await self.halls.all()}

        def reckon() -> list[Reckoned]:
            by_kiosk = _by_kiosk(spells)
            opening = _once_a_hall(lambda hall: self._open(hall, whole))
            return [
                Reckoned(
                    one,
                    reckoned(
                        known(one, by_kiosk.get(one["_id"], []) + by_kiosk.get("", []), now),
                        opening(halls.get(one["hall"] or "")),
                        whole,
                    ),
                )
                for one in kiosks
            ]

        found = await asyncio.to_thread(reckon)
        stood = [one for one in found if any(one.availability.parts.values())]
        return sorted(stood, key=lambda one: (_share(one.availability), one.kiosk["name"]))

    async def of_kiosk(self, kiosk: Kiosk, now: datetime) -> Past:
        """Two round trips."""
        today, first = local_date(now), local_date(now).replace(day=1)
        months = [first]
        while len(months) < MONTHS:
            months.insert(0, month(months[0] - timedelta(days=1))[0])
        since = min(months[0], today - timedelta(days=DAYS - 1))
        whole = days(since, today)
        spells = await self.spells.within([kiosk["_id"]], whole.start, whole.end)
        halls = await self.halls.those([kiosk["hall"] or ""])
        of, opening = known(kiosk, spells, now), self._open(halls[0] if halls else None, whole)
        last = [today - timedelta(days=back) for back in reversed(range(DAYS))]
        own = [one for one in reversed(spells) if one["kiosk"]]
        begin = days(last[0], today).start
        return Past(
            {day: reckoned(of, opening, days(day, day)) for day in last},
            {first: reckoned(of, opening, days(*month(first))) for first in months},
            [one for one in own if one.get("end", now) > begin],
        )

    async def _once_active(self, member: Member) -> list[Kiosk]:
        """All that ever came into service, also those that left."""
        query = {"$and": [readable(member), {"timeline.what": COMES}]}
        kept_back = {"events": 0, "dismissed": 0, "card": 0}
        found = self.lists.kiosks.documents.find(query, kept_back)
        return [self.lists.kiosks.shaped({"dismissed": [], "card": None, **one}) async for one in found]

    def _open(self, hall: Hall | None, whole: Interval) -> list[Interval]:
        """A hall that is known no more counts as open at all hours."""
        if hall is None:
            return [whole]
        first, last = local_date(whole.start), local_date(whole.end - timedelta(microseconds=1))
        return joined(Interval(*times) for times in open_times(hall, first, last, self.calendar))


def _by_kiosk(spells: Sequence[Spell]) -> dict[str, list[Spell]]:
    found: dict[str, list[Spell]] = {}
    for one in spells:
        found.setdefault(one["kiosk"], []).append(one)
    return found


def _once_a_hall(
    reckon: Callable[[Hall | None], list[Interval]],
) -> Callable[[Hall | None], list[Interval]]:
    """The same, reckoned once for each hall."""
    known: dict[str, list[Interval]] = {}

    def of(hall: Hall | None) -> list[Interval]:
        code = hall.code if hall else ""
        if code not in known:
            known[code] = reckon(hall)
        return known[code]

    return of


def _share(availability: Availability) -> float:
    return 1.0 if availability.share is None else availability.share
