"""Decisions of the blacklist in the panel: proposed, confirmed by another, delivered, ended (article 28)."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from handlers.admin import lists
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import FormAction, PanelPage, doer, doers
from handlers.admin.servings import HOWS, OUTCOMES
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.blacklist import (
    APPEAL_STATES,
    GROUNDS,
    SHOWN,
    Ban,
    FindingState,
    Ground,
    State,
    Wanted,
    files_of,
    is_another,
    last_day,
    number_of,
    paper_of,
    status_of,
)
from models.concurrency import all_to_their_end
from models.errors import DomainError
from models.materials.store import Materials
from models.outgoing import Delivery, DeliveryState, Via
from models.outgoing.notices import REPORTS
from models.serving import Paper
from models.staff import Scope
from models.workdays import local, local_date

SITUATIONS: Mapping[Ground, str] = {
    Ground.FALSEHOOD: "虚假材料或欺诈",
    Ground.DISORDER: "批量重复、不文明信息",
    Ground.MALICE: "恶意投诉、评价",
}
TOLD: Mapping[str, str] = {
    "ban.proposed": "提出处理决定",
    "ban.declined": "撤回或未通过复核",
    "ban.confirmed": "复核同意，作出决定",
    "ban.delivered": "送达本人，开始执行",
    "ban.appealed": "本人提出申诉",
    "ban.kept": "申诉不成立，维持原决定",
    "ban.lifted": "申诉成立，撤销原决定",
    "ban.delisted": "解除",
    "ban.expired": "期满",
    "ban.malice_proposed": "提出恶意认定",
    "ban.malice_confirmed": "复核同意恶意认定",
    "ban.malice_declined": "恶意认定未通过",
}
FINDINGS: Mapping[FindingState, str] = {
    FindingState.PROPOSED: "已提出，待另一位同事复核",
    FindingState.CONFIRMED: "已认定为恶意",
    FindingState.DECLINED: "未认定",
}
REPORTED: Mapping[DeliveryState, str] = {
    DeliveryState.PENDING: "等待报送",
    DeliveryState.SENT: "已收到回执",
    DeliveryState.FAILED: "报送失败",
    DeliveryState.SKIPPED: "无需报送",
}
WITHDRAWN = "withdrawn"
MONTHS = 12
"""So many are to be chosen and counted, this one included."""


@dataclass(frozen=True)
class Row:
    ban: Ban
    now: datetime

    @property
    def name(self) -> str:
        return number_of(self.ban) or f"拟处理 {local(self.ban['proposed_at'], '%Y-%m-%d')}"

    @property
    def state(self) -> str:
        return standing(self.ban, self.now)

    @property
    def until(self) -> str:
        """Its last day; "" before it is delivered, and where it ended before."""
        early = self.ban["state"] in (State.LIFTED, State.DELISTED)
        return last_day(self.ban["until"]) if self.ban["until"] and not early else ""

    @property
    def appeal(self) -> str:
        return APPEAL_STATES[self.ban["appeal"]["state"]] if self.ban["appeal"] else "—"


BANS = PanelList[Row](
    address="/admin/bans",
    columns=(
        Column("决定", lambda row: row.name, link=lambda row: f"/admin/bans/{row.ban['_id']}"),
        Column("对象", lambda row: row.ban["masked_name"]),
        Column("情形", lambda row: SITUATIONS[row.ban["ground"]]),
        Column("提出时间", lambda row: local(row.ban["proposed_at"])),
        Column("状态", lambda row: row.state),
        Column("执行至", lambda row: row.until or "—"),
        Column("申诉", lambda row: row.appeal),
    ),
    filters={
        "proposed": Filter("待复核", (State.PROPOSED,), empty="没有等待复核的决定。"),
        "unread": Filter("待送达", (State.CONFIRMED,), empty="没有等待送达的决定。"),
        "in_force": Filter("生效中", (State.CONFIRMED,), empty="没有生效中的决定。"),
        "ended": Filter("已结束", (State.EXPIRED, State.LIFTED, State.DELISTED)),
        "declined": Filter("未作出", (State.DECLINED,)),
        "made": Filter("全部已作出", tuple(SHOWN)),
    },
    empty="还没有这样的决定。",
)
GROUND = Choice("ground", "情形", {ground.value: label for ground, label in SITUATIONS.items()})


def standing(ban: Ban, now: datetime) -> str:
    """How it stands, for staff."""
    if ban["state"] is State.CONFIRMED and ban["until"] is None:
        return "待送达"
    return status_of(ban, now)


def months(now: datetime) -> list[date]:
    """The first days of this month and of those before it, the latest first."""
    this = local_date(now)
    counted = (this.year * 12 + this.month - 1 - back for back in range(MONTHS))
    return [date(number // 12, number % 12 + 1, 1) for number in counted]


def month_choice(now: datetime) -> Choice:
    return Choice("month", "提出月份", {f"{one:%Y-%m}": f"{one.year}年{one.month}月" for one in months(now)})


def wanted(show: str, now: datetime, ground: str = "", month: str = "") -> Wanted:
    return Wanted(
        states=tuple(State(state) for state in BANS.filters[show].states),
        unread=show == "unread",
        barring_at=now if show == "in_force" else None,
        ground=GROUNDS[ground] if ground else None,
        month=date.fromisoformat(f"{month}-01") if month else None,
    )


class BanRows(PanelPage):
    """A page that shows decisions as their list does."""

    def ban_rows(self, found: list[Ban]) -> list[Row]:
        return [Row(one, self.now) for one in found]


class BansPage(BanRows):
    """GET /admin/bans?show=&ground=&month=&after=&before="""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self) -> None:
        store, member = self.services.bans, self.signed_in_member()
        choices = (GROUND, month_choice(self.now))
        asked = BANS.narrowed(self, choices)
        narrowed = {name: asked.get(name, "") for name in ("ground", "month")}
        sought = wanted(asked["show"], self.now, **narrowed)
        page = await store.page(member, sought, lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(
            BANS.filters, lambda key: store.count(member, wanted(key, self.now, **narrowed))
        )
        shown = lists.shown(
            BANS,
            self.ban_rows(page.rows),
            page,
            asked,
            choices=choices,
            counts=counts,
        )
        self.show("admin/blacklist/bans.html", listed=shown)


@dataclass(frozen=True)
class Reported:
    """What a system was told of a decision; `receipt` is the system's own id for it."""

    system: str
    withdrawn: bool
    at: datetime
    state: str
    receipt: str
    code: str


class BanPage(BanRows):
    """GET /admin/bans/{id}"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the last part of the address whose form is in hand."""
        member, by = self.signed_in_member(), self.by_member()
        found = await self.services.decisions.seen(key, member)
        finding = found.get("malice")
        proposed = await self.services.bans.page(member, wanted("proposed", self.now), 2)
        actors = doers(found["timeline"])
        self.show(
            "admin/blacklist/ban.html",
            ban=found,
            row=Row(found, self.now),
            path=f"/admin/bans/{key}",
            paper=paper_of(found),
            ground=SITUATIONS[found["ground"]],
            appeal_status=APPEAL_STATES[found["appeal"]["state"]] if found["appeal"] else "",
            finding=finding,
            finding_state=FINDINGS[finding["state"]] if finding else "",
            may_confirm=is_another(found["proposed_by"], by),
            may_confirm_malice=finding is not None and is_another(finding["proposed_by"], by),
            serving=await self.services.servings.find(Paper.BAN, key),
            hows=HOWS,
            outcomes=OUTCOMES,
            reports=await self.reports(key),
            told=TOLD,
            by=self.by_line(await self.called(actors)),
            following=next((f"/admin/bans/{one['_id']}" for one in proposed.rows if one["_id"] != key), ""),
            error=error,
            acted=acted,
            given=self.given() if acted else {},
        )

    def by_line(self, who: Mapping[str, str]) -> Callable[[Any], str]:
        return lambda line: doer(line, who)

    async def reports(self, key: str) -> list[Reported]:
        """What was sent of a decision to the systems that hear of some, and what came back."""
        events = [one for one in await self.services.outbox.about(key) if one["name"] in TOLD]
        sent = await all_to_their_end(self.services.deliveries.of_event(one["id"]) for one in events)
        return [
            reported(one, event["name"])
            for event, deliveries in zip(events, sent, strict=True)
            for one in deliveries
            if one["channel"] is Via.GOVERNMENT
        ]


def reported(delivery: Delivery, event: str) -> Reported:
    system = REPORTS[delivery["notice"]]
    return Reported(
        system.label,
        system.states[event] == WITHDRAWN,
        delivery.get("settled_at", delivery["created_at"]),
        REPORTED[delivery["state"]],
        delivery.get("sent_as") or "",
        delivery.get("code") or "",
    )


class BanAction(FormAction, BanPage):
    """What is sent from the page of a decision; a refusal shows the page with its input."""

    def form_page(self) -> str:
        return f"/admin/bans/{self.path_args[0]}"

    async def act(self, key: str, verb: str, done: Awaitable[object], said: str) -> None:
        try:
            await done
        except DomainError as error:
            return await self.page(key, error, verb)
        return self.see_other(self.form_page(), said=said)

    def word(self, name: str) -> str:
        return self.get_body_argument(name, "")


class ConfirmHandler(BanAction):
    """POST /admin/bans/{id}/confirm"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str) -> None:
        done = self.services.decisions.confirm(key, self.signed_in_member(), self.by_member())
        await self.act(key, "confirm", done, "决定已作出，系统开始送达；送达本人后开始执行。")


class DeclineHandler(BanAction):
    """POST /admin/bans/{id}/decline"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str) -> None:
        member, reason = self.signed_in_member(), self.word("reason")
        done = self.services.decisions.decline(key, member, reason, self.by_member())
        await self.act(key, "decline", done, "这件决定不再作出，理由已记录。")


class DelistHandler(BanAction):
    """POST /admin/bans/{id}/delist"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str) -> None:
        member, reason = self.signed_in_member(), self.word("reason")
        done = self.services.decisions.delist(key, member, reason, self.by_member())
        await self.act(key, "delist", done, "已解除；已报送的信息将撤回。")


class MaliceHandler(BanAction):
    """POST /admin/bans/{id}/malice"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str) -> None:
        member, facts = self.signed_in_member(), self.word("facts")
        done = self.services.malice.propose(key, member, facts, self.by_member())
        await self.act(key, "malice", done, "恶意认定已提出，待另一位同事复核。")


class MaliceVerdictHandler(BanAction):
    """POST /admin/bans/{id}/malice-confirm and malice-decline"""

    @needs(Scope.BLACKLIST_DECIDE)
    async def post(self, key: str, verb: str) -> None:
        member, malice, by = self.signed_in_member(), self.services.malice, self.by_member()
        if verb == "confirm":
            done, said = malice.confirm(key, member, by), "已认定为恶意，将报送社会信用体系。"
        else:
            done, said = malice.decline(key, member, by), "未认定为恶意。"
        await self.act(key, f"malice-{verb}", done, said)


class BanFileHandler(PanelPage):
    """GET /admin/bans/{id}/files/{file}: evidence, or of the appeal; each time is on record."""

    @needs(Scope.BLACKLIST_DECIDE)
    async def get(self, key: str, file: str) -> None:
        found = await self.services.decisions.seen(key, self.signed_in_member())
        await send_file_of(self, found, file)


async def send_file_of(page: PanelPage, ban: Ban, file: str) -> None:
    """
    Raises:
        NotFound: `file_not_found`, if it is none of this decision.
    """
    if file not in files_of(ban):
        raise Materials.missing
    page.send_file(*await page.services.materials.view(file, page.by_member()))


ROUTES = [
    ("/admin/bans", BansPage),
    (rf"/admin/bans/{DOCUMENT_ID}", BanPage),
    (rf"/admin/bans/{DOCUMENT_ID}/confirm", ConfirmHandler),
    (rf"/admin/bans/{DOCUMENT_ID}/decline", DeclineHandler),
    (rf"/admin/bans/{DOCUMENT_ID}/delist", DelistHandler),
    (rf"/admin/bans/{DOCUMENT_ID}/malice", MaliceHandler),
    (rf"/admin/bans/{DOCUMENT_ID}/malice-(confirm|decline)", MaliceVerdictHandler),
    (rf"/admin/bans/{DOCUMENT_ID}/files/{DOCUMENT_ID}", BanFileHandler),
]
