"""/admin: the home page of a member: a few numbers, each a link to its list, then the list to work.

What a role finds there is data (`HOMES`). A member with several roles finds all of it, nothing twice, and of
each room one list: that of the first role.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from handlers.admin.alerts import ALERTS, AlertRows
from handlers.admin.alerts import wanted as wanted_alerts
from handlers.admin.appeals import APPEALS
from handlers.admin.appeals import wanted as wanted_appeals
from handlers.admin.appointments import VISITS, VisitRows, in_halls
from handlers.admin.bans import BANS, BanRows
from handlers.admin.bans import wanted as wanted_bans
from handlers.admin.deliveries import DELIVERIES, DeliveryRows, staged
from handlers.admin.flags import FLAGS
from handlers.admin.flags import wanted as wanted_flags
from handlers.admin.kiosks.pages import KIOSKS
from handlers.admin.kiosks.pages import sought as sought_kiosks
from handlers.admin.lists import PanelList, Shown, figure
from handlers.admin.members import MEMBERS
from handlers.admin.objections import OBJECTED, ObjectionRows
from handlers.admin.queue import AT, QUEUE, CaseRows, within_reach
from handlers.admin.rectifications import RECTIFICATIONS, RectificationRows, wanted
from handlers.admin.reviews import REVIEWS, shown_by
from handlers.web.staff import needs
from models.applications import DueBy, Holder, NudgeState, Sought, place_of
from models.appointments import ObjectionState, Visits
from models.concurrency import all_to_their_end
from models.outgoing import Stage
from models.staff import Role, Scope, Standing, Wanted, is_fresh, scopes_of
from models.workdays import local_date

ROWS = 8
"""Of the list to work; the rest is where its heading leads."""


class Desk(CaseRows, VisitRows, ObjectionRows, DeliveryRows, RectificationRows, BanRows, AlertRows):
    """The page, as what counts and lists for it sees it."""

    halls: Mapping[str, str] = MappingProxyType({})
    """Those for which the member records; learnt before anything is counted."""


@dataclass(frozen=True)
class Number:
    """How many rows the list at `address` has for the member; one that is `bad` should be 0."""

    label: str
    scope: Scope
    address: str
    count: Callable[[Desk], Awaitable[int]]
    bad: bool = False


@dataclass(frozen=True)
class Work:
    """The first rows of the list at `address`."""

    title: str
    scope: Scope
    address: str
    rows: Callable[[Desk], Awaitable[Shown[Any]]]


@dataclass(frozen=True)
class Home:
    """What a role finds. With `nudges`, what was nudged and waits for the member's answer stands on top;
    `words` say what the role's account is for where it has no room yet."""

    numbers: Sequence[Number] = ()
    works: Sequence[Work] = ()
    words: str = ""
    nudges: bool = False


def first(of: PanelList[Any], rows: Sequence[Any], chosen: str) -> Shown[Any]:
    """The first rows of a list, without what leads through it."""
    empty = of.filters[chosen].empty or of.empty
    return Shown(replace(of, filters={}, export=False, choose=None, empty=empty), rows)


def cases(show: str, **narrowed: Any) -> Sought:
    """What the queue holds under a filter; `narrowed` are fields of `Sought`."""
    chosen = QUEUE.filters[show]
    return Sought(chosen.states, chosen.mine, **narrowed)


def case_number(label: str, show: str, *, bad: bool = False, **narrowed: StrEnum) -> Number:
    """`narrowed` is by name what the queue can be narrowed to."""

    async def count(desk: Desk) -> int:
        return await desk.services.queue.count(desk.signed_in_member(), cases(show, **narrowed), desk.now)

    return Number(label, Scope.APPLICATIONS_READ, QUEUE.at(show=show, **narrowed), count, bad)


def case_work(title: str, show: str) -> Work:
    sought = cases(show)

    async def rows(desk: Desk) -> Shown[Any]:
        page = await desk.services.queue.page(desk.signed_in_member(), sought, desk.now, ROWS)
        await desk.know(page.rows)
        ways = [urlencode({"show": show, AT: place_of(one, sought).cursor}) for one in page.rows]
        found = [desk.row(one, f"?{way}") for one, way in zip(page.rows, ways, strict=True)]
        return first(within_reach(QUEUE, desk.signed_in_member()), found, show)

    return Work(title, Scope.APPLICATIONS_READ, QUEUE.at(show=show), rows)


def visit_number(label: str, which: Visits) -> Number:
    """Of today, at the member's halls."""

    async def count(desk: Desk) -> int:
        return await desk.services.appointments.count_of_day(desk.halls, local_date(desk.now), which)

    return Number(label, Scope.APPOINTMENTS_RECORD, VISITS.at(show=which), count)


async def visit_rows(desk: Desk) -> Shown[Any]:
    page = await desk.services.appointments.of_day(desk.halls, local_date(desk.now), Visits.OPEN, ROWS)
    return first(in_halls(VISITS, desk.halls), await desk.visits(page.rows), Visits.OPEN)


async def objection_rows(desk: Desk) -> Shown[Any]:
    page = await desk.services.endings.objected(desk.signed_in_member(), [ObjectionState.OPEN], ROWS)
    return first(OBJECTED, await desk.objections(page.rows), "open")


def review_number(label: str, show: str, *, bad: bool = False) -> Number:
    async def count(desk: Desk) -> int:
        return await desk.services.reviews.count(desk.signed_in_member(), shown_by(show))

    return Number(label, Scope.REVIEWS_READ, REVIEWS.at(show=show), count, bad)


def rectification_number(label: str, show: str, *, bad: bool = False) -> Number:
    async def count(desk: Desk) -> int:
        asked = wanted(show, desk.now)
        return await desk.services.rectifications.count(desk.signed_in_member(), asked)

    return Number(label, Scope.REVIEWS_READ, RECTIFICATIONS.at(show=show), count, bad)


async def rectification_rows(desk: Desk) -> Shown[Any]:
    asked = wanted("open", desk.now)
    page = await desk.services.rectifications.page(desk.signed_in_member(), asked, ROWS)
    return first(RECTIFICATIONS, desk.rectification_rows(page.rows), "open")


async def open_flags(desk: Desk) -> int:
    return await desk.services.flags.count(desk.signed_in_member(), wanted_flags("open"))


async def open_appeals(desk: Desk) -> int:
    return await desk.services.bans.count_appeals(desk.signed_in_member(), wanted_appeals("open", desk.now))


async def proposed_rows(desk: Desk) -> Shown[Any]:
    page = await desk.services.bans.page(desk.signed_in_member(), wanted_bans("proposed", desk.now), ROWS)
    return first(BANS, desk.ban_rows(page.rows), "proposed")


async def unfit_visits(desk: Desk) -> int:
    return await desk.services.unfit.count(desk.signed_in_member(), desk.now)


def alert_number(label: str, show: str, *, bad: bool = False) -> Number:
    async def count(desk: Desk) -> int:
        return await desk.services.alerts.count(desk.signed_in_member(), wanted_alerts(show))

    return Number(label, Scope.ALERTS_HANDLE, ALERTS.at(show=show), count, bad)


async def alert_rows(desk: Desk) -> Shown[Any]:
    page = await desk.services.alerts.page(desk.signed_in_member(), wanted_alerts("going_on"), ROWS)
    return first(ALERTS, await desk.alert_rows(page.rows), "going_on")


def delivery_number(label: str, stage: Stage, *, bad: bool = False) -> Number:
    async def count(desk: Desk) -> int:
        return await desk.services.sendings.count(desk.signed_in_member(), stage)

    return Number(label, Scope.DELIVERIES_READ, DELIVERIES.at(show=stage), count, bad)


async def failed_rows(desk: Desk) -> Shown[Any]:
    page = await desk.services.sendings.page(desk.signed_in_member(), Stage.FAILED, ROWS)
    return first(staged(Stage.FAILED), await desk.sendings(page.rows), Stage.FAILED)


def kiosk_number(label: str, show: str, scope: Scope) -> Number:
    async def count(desk: Desk) -> int:
        return await desk.services.kiosk_lists.count(desk.signed_in_member(), sought_kiosks(show, {}))

    return Number(label, scope, KIOSKS.at(show=show), count)


def member_number(label: str, standing: Standing) -> Number:
    async def count(desk: Desk) -> int:
        return await desk.services.staff_directory.count(Wanted(standing))

    return Number(label, Scope.STAFF_MANAGE, MEMBERS.at(show=standing), count)


WAITING = case_number("待我处理", "mine")
TODAY = case_number("今天到期", "mine", due=DueBy.TODAY)
OVERDUE = case_number("已超期", "mine", due=DueBy.OVERDUE, bad=True)
HELD = case_number("我承办的", "open", holder=Holder.ME)
UNHELD = case_number("无人承办", "mine", holder=Holder.NOBODY)
ALL = case_number("全部待处理", "open")
ALL_TODAY = case_number("全部今天到期", "open", due=DueBy.TODAY)
ALL_OVERDUE = case_number("全部已超期", "open", due=DueBy.OVERDUE, bad=True)
ALL_UNHELD = case_number("全部无人承办", "open", holder=Holder.NOBODY)
ALL_NUDGED = case_number("督办中", "open", nudged=NudgeState.OPEN)
VISITS_OPEN = visit_number("今天待记录的预约", Visits.OPEN)
UNFIT = Number("不合大厅时间的预约", Scope.SCHEDULES_KEEP, "/admin/unfit", unfit_visits, bad=True)
VISITS_ALL = visit_number("今天的预约", Visits.ALL)
DISPUTED = review_number("待处理的评价异议", "disputed")
BAD_REVIEWS = review_number("差评", "bad")
UNRECTIFIED = rectification_number("待整改的差评", "open")
UNRECTIFIED_LATE = rectification_number("超期的整改", "overdue", bad=True)
TAKEN_UP = rectification_number("上报的整改", "escalated", bad=True)
FLAGGED = Number("待处理的黑名单线索", Scope.BLACKLIST_DECIDE, FLAGS.at(show="open"), open_flags)
APPEALED = Number("待答复的黑名单申诉", Scope.APPEALS_DECIDE, APPEALS.at(show="open"), open_appeals)
FAILED = delivery_number("发送失败", Stage.FAILED, bad=True)
RETRYING = delivery_number("重试中", Stage.RETRYING)
ALERTED = alert_number("待确认的告警", "open", bad=True)
UNPOSTED = kiosk_number("待张贴的暂停公告", "unposted", Scope.KIOSKS_KEEP)
ENTERING = kiosk_number("待审核、定位置的终端", "entering", Scope.KIOSKS_APPROVE)
UNDECIDED = kiosk_number("待决定退出的终端", "undecided", Scope.KIOSKS_READ)
OUT = kiosk_number("停用的终端", "out", Scope.KIOSKS_READ)
PRESENT = member_number("在岗人员", Standing.PRESENT)
SUSPENDED = member_number("已锁定", Standing.SUSPENDED)
LEFT = member_number("已离岗", Standing.LEFT)

OWN_CASES = case_work("待我处理的办件", "mine")
ALL_CASES = case_work("最先到期的办件", "open")
TODAYS_VISITS = Work("今天待记录的预约", Scope.APPOINTMENTS_RECORD, VISITS.at(show=Visits.OPEN), visit_rows)
OPEN_OBJECTIONS = Work("待处理的预约异议", Scope.OBJECTIONS_DECIDE, OBJECTED.at(show="open"), objection_rows)
PROPOSED = Work("待复核的黑名单决定", Scope.BLACKLIST_DECIDE, BANS.at(show="proposed"), proposed_rows)
RECTIFYING = Work("待整改的差评", Scope.REVIEWS_READ, RECTIFICATIONS.at(show="open"), rectification_rows)
GOING_ON = Work("未结束的终端告警", Scope.ALERTS_HANDLE, ALERTS.at(show="going_on"), alert_rows)
UNSENT = Work("发送失败的通知和对接", Scope.DELIVERIES_READ, DELIVERIES.at(show=Stage.FAILED), failed_rows)

HANDLING = Home((WAITING, TODAY, OVERDUE, HELD, UNHELD), (OWN_CASES,), nudges=True)
IN_HALLS = Home((VISITS_OPEN, VISITS_ALL, UNFIT, ALERTED, UNPOSTED), (TODAYS_VISITS, GOING_ON))
NOTHING_YET = "目前没有需要您在这里办理的工作；您可以在“我的账号”中修改密码、绑定验证器、查看登录情况。"
HOMES: Mapping[Role, Home] = {
    Role.WINDOW: Home((WAITING, TODAY, OVERDUE, VISITS_OPEN), (OWN_CASES, TODAYS_VISITS), nudges=True),
    Role.REVIEWER: HANDLING,
    Role.APPROVER: HANDLING,
    Role.SUPERVISOR: Home(
        (ALL_OVERDUE, ALL_TODAY, ALL_UNHELD, ALL_NUDGED, ALL, UNRECTIFIED_LATE), (ALL_CASES,)
    ),
    Role.SERVICE_MANAGEMENT: Home(
        (ALL_OVERDUE, TAKEN_UP, DISPUTED, FLAGGED, APPEALED), (ALL_CASES, OPEN_OBJECTIONS, PROPOSED)
    ),
    Role.DIGITAL_AFFAIRS: Home((ALERTED, ENTERING, UNDECIDED, FAILED, RETRYING), (GOING_ON, UNSENT)),
    Role.SERVICE_CENTRE: IN_HALLS,
    Role.TOWNSHIP: IN_HALLS,
    Role.CONTACT: Home((UNRECTIFIED, UNRECTIFIED_LATE, BAD_REVIEWS, OUT, UNDECIDED), (RECTIFYING,)),
    Role.KIOSK_MAINTAINER: Home(words=f"终端运维负责自助终端的正常运行。{NOTHING_YET}"),
    Role.AUDITOR: Home(words=f"审计人员查看谁看了什么、做了什么。{NOTHING_YET}"),
    Role.ADMINISTRATOR: Home(
        (PRESENT, SUSPENDED, LEFT),
        words="系统管理员在“人员”中新增人员、安排岗位、重置密码、锁定账号、办理离岗。",
    ),
}


def merged(roles: Sequence[Role]) -> Home:
    """What a member with these roles finds."""
    homes = [HOMES[role] for role in roles]
    numbers = dict.fromkeys(number for home in homes for number in home.numbers)
    works: dict[str, Work] = {}
    for work in (work for home in homes for work in home.works):
        works.setdefault(work.address.partition("?")[0], work)
    words, nudges = "".join(home.words for home in homes), any(home.nudges for home in homes)
    return Home(tuple(numbers), tuple(works.values()), words, nudges)


class HomePage(Desk):
    """GET /admin"""

    @needs()
    async def get(self) -> None:
        member = self.signed_in_member()
        home = merged(member["roles"])
        if Scope.APPOINTMENTS_RECORD in scopes_of(member):
            self.halls = await self.own_halls()
        seen = [work for work in home.works if self.may_list(work)]
        counted = await all_to_their_end(number.count(self) for number in home.numbers)
        listed = await all_to_their_end(work.rows(self) for work in seen)
        back = QUEUE.at(show="mine").removeprefix(QUEUE.address)
        self.show(
            "admin/home.html",
            home=home,
            numbers=[(one, figure(count), count) for one, count in zip(home.numbers, counted, strict=True)],
            urgent=await self.urgent(back) if home.nudges else [],
            works=dict(zip(seen, listed, strict=True)),
            today=local_date(self.now),
        )

    def may_list(self, work: Work) -> bool:
        """Whether the member has just given the code that the list asks for."""
        return not work.scope.needs_second_factor or is_fresh(self.open_session_of(), self.now)


ROUTES = [(r"/admin/?", HomePage)]
