"""The day's appointments of a hall, and how each ended (article 9)."""

import re
from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from handlers.admin import lists
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage
from handlers.web.dates import Day
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models import typed
from models.appointments import (
    LABELS,
    OBJECTIONS,
    Appointment,
    Ending,
    State,
    Visits,
    called,
    can_arrive,
    can_propose,
    is_asked_to_give_up,
    place_before,
    recordable,
    said_number,
)
from models.appointments.rules import is_its_day, is_marked_arrived
from models.errors import BadInput, DomainError
from models.staff import Scope
from models.workdays import local, local_date


class CodeUnknown(BadInput):
    code = "code_unknown"
    message = "这不是预约码，请扫描申请人预约页面上的二维码，或输入4位预约号"
    field = "code"


class DayQuery(BaseModel):
    """`code` is what a scanner read from an appointment's QR, or the number that its person says; `open` the
    appointment to record at once. Without a `hall`, all of the member's."""

    hall: str = ""
    day: Day | None = None
    after: str = ""
    before: str = ""
    code: str = ""
    open: str = ""


class EndingForm(BaseModel):
    """`seen` is the state that the list showed; a `material` that was not chosen is empty."""

    ending: Ending
    seen: State
    material: str = ""


@dataclass(frozen=True)
class Visit:
    """One row: an appointment, and what is needed to record how it ended.

    `required` are the materials that its guide requires, by code: the only ones whose lack ends a visit.
    `before` is the ending that was chosen, "" for none yet, where its form is the one in hand.
    """

    appointment: Appointment
    required: Mapping[str, str]
    now: datetime
    before: str | None
    together: Sequence[Appointment] = ()
    """All that are of one visit with it that day; of one that is alone none."""

    @property
    def begins(self) -> datetime | None:
        """When the first of them that is booked begins."""
        return min((one["start"] for one in self.together if one["state"] is State.BOOKED), default=None)

    @property
    def others(self) -> list[tuple[Appointment, str, str]]:
        """The others of its visit, with their hours and states."""
        return [
            (one, hours_of(one), state_of(one))
            for one in self.together
            if one["_id"] != self.appointment["_id"]
        ]

    @property
    def arrives(self) -> int:
        """Of how many matters an arrival is recorded at once."""
        return 1 + sum(is_marked_arrived(one) for one, *_ in self.others)

    @property
    def there_for_all(self) -> bool:
        """Whether who is recorded at the window for it counts as there for others too."""
        return self.arrives > 1 and is_its_day(self.appointment, self.now)

    @property
    def endings(self) -> dict[str, str]:
        """What can be recorded now."""
        possible = recordable(self.appointment, self.now)
        if not self.required:
            possible = [ending for ending in possible if ending is not Ending.MISSING_MATERIAL]
        return {ending.value: LABELS[State(ending)] for ending in possible}

    @property
    def asks(self) -> str:
        """What the form does: the first record, or a correction."""
        return "记录" if self.appointment["state"] in (State.BOOKED, State.UNRECORDED) else "更正"

    @property
    def can_arrive(self) -> bool:
        return can_arrive(self.appointment, self.now, self.begins)

    @property
    def can_propose(self) -> bool:
        return can_propose(self.appointment, self.now)

    @property
    def hours(self) -> str:
        return hours_of(self.appointment)

    @property
    def status(self) -> str:
        missing = self.appointment["material"]
        label = LABELS[self.appointment["state"]]
        return "，".join(
            [f"{label}：{self.required.get(missing, missing)}" if missing else label, *self.remarks()]
        )

    def remarks(self) -> Iterator[str]:
        """What besides the state is to be known."""
        booked = self.appointment["state"] is State.BOOKED
        if booked and self.appointment["arrived_at"]:
            yield "已到大厅"
        if is_asked_to_give_up(self.appointment):
            yield "待本人确认是否放弃"
        elif booked and self.appointment["giving_up"]:
            yield "本人称没有放弃"
        if objection := self.appointment["objection"]:
            yield OBJECTIONS[objection["state"]]
        if self.together:
            yield f"同一次到访{len(self.together)}个事项"


def hours_of(found: Appointment) -> str:
    return "–".join(local(found[end], "%H:%M") for end in ("start", "end"))


def state_of(found: Appointment) -> str:
    label, came = LABELS[found["state"]], found["state"] is State.BOOKED and found["arrived_at"]
    return f"{label}，已到大厅" if came else label


VISITS = PanelList[Visit](
    address="/admin/appointments",
    columns=(
        Column("时间", lambda row: row.hours, code=True, whole=True),
        Column("预约号", lambda row: row.appointment["number"], code=True),
        Column("大厅", lambda row: row.appointment["hall_name"]),
        Column("事项", lambda row: row.appointment["item_name"]),
        Column("申请人", lambda row: row.appointment["masked_name"]),
        Column("状态", lambda row: row.status),
        Column("记录结果", lambda _: "", part="ending"),
    ),
    filters={
        Visits.ALL: Filter("全部", (), empty="这一天没有预约。可用“前一天”“后一天”或日期查看其他日子。"),
        Visits.OPEN: Filter("待记录", (), empty="没有等待记录的预约。"),
        Visits.ARRIVED: Filter("已到大厅", ()),
        Visits.ENDED: Filter("已结束", ()),
    },
    empty="这一天没有这样的预约，请看“全部”。",
    anchor=lambda row: row.appointment["_id"],
)


class VisitRows(PanelPage):
    """A page that shows appointments as the list of a day does."""

    async def own_halls(self) -> dict[str, str]:
        """The halls for which the member records, by code, and what they are called."""
        served = await self.services.endings.served(self.signed_in_member())
        return {one.code: one.name for one in served}

    async def visits(self, found: Sequence[Appointment], acted: str = "", before: str = "") -> list[Visit]:
        """`acted` is the appointment whose form is in hand, with the ending that was chosen `before`."""
        required = await self.required({one["guide"] for one in found})
        together = await self.services.several.together(found)
        return [
            Visit(
                one,
                required[one["guide"]],
                self.now,
                before if one["_id"] == acted else None,
                together[one["_id"]],
            )
            for one in found
        ]

    async def required(self, guides: set[str]) -> dict[str, dict[str, str]]:
        """By version of a guide, the materials it requires."""
        return {
            key: {m.code: m.name for m in (await self.services.guides.version(key)).materials if m.required}
            for key in guides
        }


class AppointmentsPage(VisitRows):
    """GET /admin/appointments?show=&hall=&day=&open=&after=&before=, or ?code= as scanned or said"""

    @needs(Scope.APPOINTMENTS_RECORD)
    async def get(self) -> None:
        asked = self.query(DayQuery)
        day, member = asked.day or local_date(self.now), self.signed_in_member()
        try:
            key = await self.code_of(asked, day) if asked.code else asked.open
            found = await self.services.endings.for_member(key, member) if key else None
        except DomainError as error:
            return await self.page(asked.hall, day, error)
        if found is None or not asked.code:
            return await self.page(asked.hall, day, acted=key)
        return self.redirect(f"/admin/appointments?hall={found['hall']}&day={found['day']}&open={key}#{key}")

    async def code_of(self, asked: DayQuery, day: date) -> str:
        """The appointment whose QR was scanned, or whose number was said, of that day.

        Raises:
            BadInput: `code_unknown`, `number_unknown`, `number_ambiguous`.
        """
        if not (number := said_number(asked.code)):
            return scanned(asked.code)
        halls = await self.own_halls()
        chosen = [asked.hall] if asked.hall in halls else halls
        return (await called(self.services.appointments, number, chosen, day))["_id"]

    async def page(self, hall: str, day: date, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the appointment that `error` is about, or that a scanner has found: the page has it."""
        appointments, halls = self.services.appointments, await self.own_halls()
        hall = hall if hall in halls else ""
        chosen = [hall] if hall else list(halls)
        show = VISITS.chosen(self)
        asked = {"show": show, "day": day.isoformat(), **({"hall": hall} if hall else {})}
        page = await appointments.of_day(chosen, day, Visits(show), lists.ROWS_A_PAGE, **lists.places(self))
        if acted and acted not in {one["_id"] for one in page.rows}:
            begins = place_before(await appointments.get(acted))
            page = await appointments.of_day(chosen, day, Visits(show), lists.ROWS_A_PAGE, after=begins)
        counts = await lists.counts(
            Visits, lambda which: appointments.count_of_day(chosen, day, Visits(which))
        )
        self.show(
            "admin/appointments.html",
            halls=halls,
            day=day,
            early=day > local_date(self.now),
            around=(day - timedelta(days=1), day + timedelta(days=1)),
            listed=lists.shown(
                in_halls(VISITS, chosen),
                await self.visits(page.rows, acted, self.get_body_argument("ending", "")),
                page,
                asked,
                choices=[Choice("hall", "大厅", halls)] if len(halls) > 1 else [],
                counts=counts,
            ),
            scanning=True,
            error=error,
        )


def in_halls(of: PanelList[Visit], halls: Collection[str]) -> PanelList[Visit]:
    """The list without the column of the hall where there is one alone."""
    kept = [column for column in of.columns if column.name != "大厅" or len(halls) > 1]
    return replace(of, columns=kept)


class VisitAction(FormAction, AppointmentsPage):
    """What a member records of one appointment; a fault is shown in the list of its day."""

    def form_page(self) -> str:
        return f"/admin/appointments?code=/appointments/{self.path_args[0]}"

    async def take(self, doing: Awaitable[Appointment], said: str) -> None:
        """`said` is the word of success, with `{name}`, `{label}`, and `{also}` for the other matters of the
        visit that it counts for."""
        try:
            await doing
        except DomainError as error:
            found = await self.services.endings.for_member(self.path_args[0], self.signed_in_member())
            return await self.page(
                found["hall"], date.fromisoformat(found["day"]), error, acted=self.path_args[0]
            )
        found = await self.services.appointments.get(self.path_args[0])
        words = said.format(
            name=found["masked_name"], label=LABELS[found["state"]], also=await self.also(found)
        )
        return self.see_other(f"/admin/appointments?hall={found['hall']}&day={found['day']}", words)

    async def also(self, found: Appointment) -> str:
        """That what was recorded counts for more than one matter of the visit."""
        together = (await self.services.several.together([found]))[found["_id"]]
        count = sum(one["arrived_at"] is not None for one in together)
        return f"，同一次到访的{count}个事项都算到场" if count > 1 else ""


class EndingHandler(VisitAction):
    """POST /admin/appointments/{id}/ending: how it ended, or the correction of it."""

    @needs(Scope.APPOINTMENTS_RECORD)
    async def post(self, key: str) -> None:
        filled, member = self.form(EndingForm), self.signed_in_member()
        await self.take(
            self.services.endings.record(
                key, member, filled.ending, self.by_member(), seen=filled.seen, material=filled.material
            ),
            "已记录：{name}，{label}{also}。",
        )


class ArrivalHandler(VisitAction):
    """POST /admin/appointments/{id}/arrival"""

    @needs(Scope.APPOINTMENTS_RECORD)
    async def post(self, key: str) -> None:
        await self.take(
            self.services.endings.arrive(key, self.signed_in_member(), self.by_member()),
            "已记录：{name}，已到场{also}。",
        )


class ProposalHandler(VisitAction):
    """POST /admin/appointments/{id}/giving-up: ask the person whether they give the visit up."""

    @needs(Scope.APPOINTMENTS_RECORD)
    async def post(self, key: str) -> None:
        await self.take(
            self.services.endings.propose(key, self.signed_in_member(), self.by_member()),
            "已请{name}确认是否放弃。",
        )


def scanned(text: str) -> str:
    """The appointment whose QR a scanner has read: as it types it, which may be with the keyboard's capitals,
    in full width, or with the mark that a Chinese keyboard puts for a slash.

    Raises:
        BadInput: `code_unknown`.
    """
    found = re.search(rf"\bappointments.{DOCUMENT_ID}\b", typed.narrow(text).lower())
    if not found:
        raise CodeUnknown
    return found[1]


ROUTES = [
    (r"/admin/appointments", AppointmentsPage),
    (rf"/admin/appointments/{DOCUMENT_ID}/ending", EndingHandler),
    (rf"/admin/appointments/{DOCUMENT_ID}/arrival", ArrivalHandler),
    (rf"/admin/appointments/{DOCUMENT_ID}/giving-up", ProposalHandler),
]
