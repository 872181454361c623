"""The rooms of the panel: one record each, of which the rail at its left edge is made."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from models.staff import Scope


class Section(StrEnum):
    """The parts of the rail, in their order. One without a room for the member is not shown."""

    DESK = "工作台"
    CASES = "办件"
    WINDOW = "窗口"
    VOICES = "诉求"
    REVIEWS = "评价"
    ITEMS = "事项"
    HALLS = "大厅"
    KIOSKS = "终端"
    OUTGOING = "通知对接"
    OVERSIGHT = "监管"
    SYSTEM = "系统"


@dataclass(frozen=True)
class Room:
    """`path` is its first page, below which its other pages are; `also` are those of its pages that are
    elsewhere. Without a `scope` it is open to every member."""

    section: Section
    name: str
    path: str
    scope: Scope | None = None
    also: tuple[str, ...] = ()

    def holds(self, page: str) -> bool:
        return page in (self.path, *self.also) or page.startswith(f"{self.path}/")


HOME = Room(Section.DESK, "工作台", "/admin")
ROOMS = (
    HOME,
    Room(Section.CASES, "办件", "/admin/applications", Scope.APPLICATIONS_READ),
    Room(Section.WINDOW, "预约", "/admin/appointments", Scope.APPOINTMENTS_RECORD),
    Room(Section.WINDOW, "窗口核验", "/admin/verify", Scope.APPLICANTS_VERIFY),
    Room(Section.VOICES, "预约异议", "/admin/objections", Scope.OBJECTIONS_DECIDE),
    Room(Section.REVIEWS, "评价", "/admin/reviews", Scope.REVIEWS_READ),
    Room(Section.REVIEWS, "评价统计", "/admin/figures", Scope.REVIEWS_READ),
    Room(Section.REVIEWS, "差评整改", "/admin/rectifications", Scope.REVIEWS_READ),
    Room(Section.REVIEWS, "不文明用语", "/admin/uncivil", Scope.REVIEWS_MODERATE),
    Room(Section.HALLS, "大厅时间", "/admin/halls", Scope.SCHEDULES_KEEP, also=("/admin/unfit",)),
    Room(Section.KIOSKS, "自助终端", "/admin/kiosks", Scope.KIOSKS_READ),
    Room(Section.KIOSKS, "终端看板", "/admin/kiosk-board", Scope.KIOSKS_READ),
    Room(Section.KIOSKS, "可用率", "/admin/kiosk-availability", Scope.KIOSKS_READ),
    Room(Section.KIOSKS, "业务联络人", "/admin/kiosk-contact", Scope.KIOSKS_CONTACT),
    Room(Section.KIOSKS, "告警", "/admin/alerts", Scope.ALERTS_HANDLE),
    Room(Section.KIOSKS, "值班表", "/admin/duty", Scope.DUTY_KEEP),
    Room(Section.OUTGOING, "文书送达", "/admin/servings", Scope.PAPERS_SERVE),
    Room(Section.OUTGOING, "发送记录", "/admin/deliveries", Scope.DELIVERIES_READ),
    Room(Section.OVERSIGHT, "黑名单", "/admin/blacklist", Scope.BLACKLIST_DECIDE),
    Room(Section.OVERSIGHT, "黑名单线索", "/admin/flags", Scope.BLACKLIST_DECIDE),
    Room(Section.OVERSIGHT, "黑名单决定", "/admin/bans", Scope.BLACKLIST_DECIDE, also=("/admin/new-ban",)),
    Room(Section.OVERSIGHT, "黑名单申诉", "/admin/appeals", Scope.APPEALS_DECIDE),
    Room(Section.SYSTEM, "工作日历", "/admin/calendar", Scope.CALENDAR_KEEP),
    Room(Section.SYSTEM, "缺勤", "/admin/absences", Scope.STAFF_ABSENCES, also=("/admin/new-absence",)),
    Room(Section.SYSTEM, "人员", "/admin/members", Scope.STAFF_MANAGE, also=("/admin/new-member",)),
)
"""In the order of the rail."""
ACCOUNT = Room(Section.SYSTEM, "我的账号", "/admin/account", also=("/admin/password", "/admin/second-factor"))
"""Stands at the foot of the rail."""


def rail(own: Collection[Scope]) -> list[tuple[Section, list[Room]]]:
    """The rooms that are open to a member with these scopes, by section."""
    opened = [room for room in ROOMS if room.scope is None or room.scope in own]
    sections = [(section, [room for room in opened if room.section is section]) for section in Section]
    return [(section, rooms) for section, rooms in sections if rooms]


def room_of(page: str) -> Room | None:
    """The room in which a page is, by its path: the one with the longest path of those that hold it."""
    page = page.rstrip("/")
    if page == HOME.path:
        return HOME
    holding = [room for room in (*ROOMS, ACCOUNT) if room is not HOME and room.holds(page)]
    return max(holding, key=lambda room: len(room.path), default=None)
