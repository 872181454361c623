"""The halls whose schedules a member keeps, and the form of a schedule, confirmed once it is known what it
does."""

from handlers.admin.halls.sheet import SPARE, Sheet, groups_of, hours_words, sheet_of, times, written
from handlers.admin.panel import PanelPage
from handlers.web.staff import needs
from models.appointments import Preview
from models.errors import DomainError
from models.foreseen import ConsequencesChanged
from models.places import GROUPS
from models.places.schedules import MAKE_UP_DAYS, WEEKDAYS
from models.places.week import WORKDAYS
from models.staff import Scope
from models.store import ChangedMeanwhile
from models.workdays import local_date

HALL = "([a-z0-9-]{1,64})"


class HallsPage(PanelPage):
    """GET /admin/halls"""

    @needs(Scope.SCHEDULES_KEEP)
    async def get(self) -> None:
        unfit, calendar, today = self.services.unfit, self.services.calendar, local_date(self.now)
        halls = await unfit.kept_by(self.signed_in_member())
        counts = await unfit.counts(halls, self.now)
        rows = [
            (one, one.closed_on(today), hours_words(one.hours_on(today, calendar)), counts[one.code])
            for one in halls
        ]
        self.show("admin/halls/list.html", rows=rows, groups=GROUPS)


class SchedulePage(PanelPage):
    """GET and POST /admin/halls/{hall}/schedule: the form; what it does, to be confirmed; and it is saved."""

    @needs(Scope.SCHEDULES_KEEP)
    async def get(self, code: str) -> None:
        await self.page(code)

    @needs(Scope.SCHEDULES_KEEP)
    async def post(self, code: str) -> None:
        sheet, step = self.given(), self.get_body_argument("step", "")
        if step == "edit":
            return await self.page(code, sheet=sheet)
        try:
            if step != "confirm":
                return await self.confirm(code, sheet)
            return await self.save(code, sheet)
        except ConsequencesChanged as error:
            return await self.confirm(code, sheet, error)
        except DomainError as error:
            return await self.page(code, error, sheet)

    async def save(self, code: str, sheet: Sheet) -> None:
        member, rescheduling = self.signed_in_member(), self.services.rescheduling
        seen = self.get_body_argument("seen", "")
        hall = await rescheduling.reschedule(code, written(sheet), member, self.by_member(), seen=seen)
        left = (await self.services.unfit.counts([hall], self.now))[code]
        said = f"已保存，{left}个预约不符合新的时间安排，请逐个处理。" if left else "已保存，即时生效。"
        self.see_other(f"/admin/halls/{code}/{'unfit' if left else 'schedule'}", said=said)

    async def confirm(self, code: str, sheet: Sheet, error: DomainError | None = None) -> None:
        """What it does, to be confirmed; `error` is why what was confirmed could not be saved."""
        member = self.signed_in_member()
        seen = await self.services.rescheduling.preview(code, written(sheet), member, self.now)
        hidden = [(name, value) for name, values in sheet.items() for value in values]
        self.show(
            "admin/halls/confirm.html",
            hall=seen.after,
            seen=seen,
            lines=changed_days(seen),
            hidden=[one for one in hidden if one[0] not in ("step", "seen")],
            groups=groups_of(seen.after),
            error=error,
        )

    async def page(self, code: str, error: DomainError | None = None, sheet: Sheet | None = None) -> None:
        kept = await self.services.rescheduling.kept(code, self.signed_in_member())
        today = local_date(self.now)
        self.show(
            "admin/halls/schedule.html",
            hall=kept.hall,
            sheet=sheet or sheet_of(kept, today),
            times=times,
            weekdays={day: WEEKDAYS[day - 1] for day in WORKDAYS},
            make_up_days={day: f"{WEEKDAYS[day - 1]}调休上班" for day in MAKE_UP_DAYS},
            spare=SPARE,
            groups=groups_of(kept.hall),
            today=today,
            unfit=(await self.services.unfit.counts([kept.hall], self.now))[code],
            outdated=isinstance(error, ChangedMeanwhile),
            error=error,
        )


def changed_days(seen: Preview) -> list[tuple[str, int, int, int, int]]:
    """Each day in words, its places before and after, the visits booked, and those that do not fit."""
    return [
        (
            f"{one.day.month}月{one.day.day}日 周{'一二三四五六日'[one.day.weekday()]}",
            one.before,
            one.after,
            one.booked,
            one.unfit,
        )
        for one in seen.days
    ]


ROUTES = [(r"/admin/halls", HallsPage), (rf"/admin/halls/{HALL}/schedule", SchedulePage)]
