"""A hall's schedule is written anew in the panel (article 9): what that does to visits is shown first."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from models.appointments.fitting import Misfit
from models.appointments.rules import bookable_days
from models.appointments.unfit import Ahead, Unfit
from models.errors import Conflict
from models.events import Cause
from models.foreseen import check_mark, mark_of
from models.places import Changes, Hall, Halls, Kept, places_on, rescheduled
from models.staff import Member
from models.store import ChangedMeanwhile, Document
from models.workdays import Workdays, local_date


class ScheduleSame(Conflict):
    code = "schedule_same"
    message = "时间安排没有改变"


@dataclass(frozen=True)
class DayChange:
    """A day's places before and after; of so many visits that are `booked` so many do not fit after."""

    day: date
    before: int
    after: int
    booked: int
    unfit: int


@dataclass(frozen=True)
class Preview:
    """What another schedule of a hall does: `after` is the hall with it. `lost` and `gained` are item groups
    that no window serves any more, or did not before."""

    after: Hall
    days: tuple[DayChange, ...]
    unfit: tuple[tuple[Ahead, Misfit], ...]
    lost: tuple[str, ...]
    gained: tuple[str, ...]
    written: str

    @property
    def mark(self) -> str:
        """Equal for the same schedule that does the same: what was confirmed is what is saved."""
        return mark_of([self.written, *(f"{one.id}:{why.reason}" for one, why in self.unfit)])


@dataclass(frozen=True)
class Rescheduling:
    halls: Halls
    unfit: Unfit
    calendar: Workdays

    async def kept(self, code: str, member: Member) -> Kept:
        """A hall as it is kept, for one who keeps its schedule.

        Raises:
            Forbidden: `scope_missing`, `other_hall`.
            NotFound: `hall_not_found`.
        """
        await self.unfit.keeps(code, member)
        return await self.halls.kept(code)

    async def preview(self, code: str, changes: Changes, member: Member, now: datetime) -> Preview:
        """What is to be confirmed before it is saved.

        Raises:
            Forbidden: `scope_missing`, `other_hall`.
            NotFound: `hall_not_found`.
            BadInput: see `rescheduled`.
            Conflict: `changed_meanwhile`, `schedule_same`.
        """
        return await self._preview(await self.kept(code, member), changes, now)

    async def reschedule(self, code: str, changes: Changes, member: Member, by: Cause, *, seen: str) -> Hall:
        """Write it, where the hall is as it was when the writing began, and `seen` is the mark of what it
        does now. From now on `data/` says nothing of this hall's schedule.

        Raises:
            see `preview`; `consequences_changed`.
        """
        kept = await self.kept(code, member)
        foreseen = await self._preview(kept, changes, by.at)
        check_mark(foreseen.mark, seen)
        data: Document = {"unfit": len(foreseen.unfit)}
        return await self.halls.reschedule(kept, foreseen.after, by, data)

    async def _preview(self, kept: Kept, changes: Changes, now: datetime) -> Preview:
        if kept.revision != changes.revision:
            raise ChangedMeanwhile
        before, after = kept.hall, rescheduled(kept.hall, kept.retired, changes, local_date(now))
        if after == before:
            raise ScheduleSame
        ahead = await self.unfit.ahead([before.code], now)
        found = [(one, why) for one in ahead if (why := one.unfit(after, self.calendar))]
        had, has = _groups(before), _groups(after)
        return Preview(
            after,
            tuple(self._days(before, after, ahead, found, now)),
            tuple(found),
            tuple(one for one in had if one not in has),
            tuple(one for one in has if one not in had),
            f"{kept.revision} {after.model_dump_json()}",
        )

    def _days(
        self, before: Hall, after: Hall, ahead: list[Ahead], found: list[tuple[Ahead, Misfit]], now: datetime
    ) -> list[DayChange]:
        """The days for which one can book, and those on which there are visits."""
        booked = Counter(local_date(one.start) for one in ahead)
        unfit = Counter(local_date(one.start) for one, _ in found)
        today, last = local_date(now), bookable_days(self.calendar, now)[-1]
        days = {today + timedelta(days=number) for number in range((last - today).days + 1)} | {*booked}
        made = [
            DayChange(
                day,
                places_on(before, day, self.calendar),
                places_on(after, day, self.calendar),
                booked[day],
                unfit[day],
            )
            for day in sorted(days)
        ]
        return [one for one in made if one.before or one.after or one.booked]


def _groups(hall: Hall) -> list[str]:
    return list(hall.windows.capacity) if hall.windows else []
