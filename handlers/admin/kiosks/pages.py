"""Kiosks in the panel: the list, and the page of one."""

from collections.abc import Mapping, Set
from dataclasses import dataclass

from handlers.admin import lists
from handlers.admin.kiosks.answers import replies
from handlers.admin.kiosks.forms import FORMS, Form, about
from handlers.admin.kiosks.notice import can_be_hung
from handlers.admin.kiosks.words import BY_DEVICE, TOLD, evidence, hours, mark, said_words
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import PanelPage, doer, doers
from handlers.web import charts
from handlers.web.figures import percent
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.errors import DomainError
from models.kiosks import Heartbeat, Kiosk, Sought, Standing, State, announcement
from models.kiosks.actions import Action
from models.kiosks.availability import Part
from models.kiosks.board import stands
from models.kiosks.document import LIVE, Ground
from models.kiosks.heartbeats import is_serving
from models.kiosks.store import WAITING
from models.materials.inspection.kinds import LARGEST
from models.materials.store import Materials
from models.staff import Scope, scopes_of
from models.workdays import local


@dataclass(frozen=True)
class Row:
    """`department` and `hall` are their names; `trouble` says that the device is offline or has a fault."""

    kiosk: Kiosk
    department: str
    hall: str
    trouble: str = ""

    @property
    def note(self) -> str:
        """What is to come."""
        told, leaving = self.kiosk["suspension"], self.kiosk["retirement"]
        if leaving and self.kiosk["state"] not in (State.RETIRED, State.HANDED_BACK):
            asked = (
                "部门申请撤离，待商定日期" if leaving["ground"] is Ground.WITHDRAWN else "建议退出，待决定"
            )
            return f"{leaving['leaves_on']} 撤离" if leaving["leaves_on"] else asked
        if not told:
            return ""
        coming = self.kiosk["state"] is State.IN_SERVICE
        return f"{local(told['start'])} 起暂停" if coming else f"至 {local(told['end'])}"


KIOSKS = PanelList[Row](
    address="/admin/kiosks",
    columns=(
        Column("终端", lambda row: row.kiosk["name"], link=lambda row: f"/admin/kiosks/{row.kiosk['_id']}"),
        Column("部门", lambda row: row.department),
        Column("大厅", lambda row: row.hall or "—"),
        Column("位置", lambda row: row.kiosk["position"] or "—"),
        Column("状态", lambda row: row.kiosk["state"].label),
        Column("设备", lambda row: row.trouble, part="trouble"),
        Column("提示", lambda row: row.note),
        Column("使用至", lambda row: row.kiosk["use_until"], whole=True),
    ),
    filters={
        "all": Filter("全部", tuple(State)),
        "entering": Filter("申请中", (State.REQUESTED, State.REVIEWED), empty="没有等待审核或定位置的终端。"),
        "placed": Filter("待激活", (State.PLACED,), empty="没有等待激活的终端。"),
        "in_service": Filter("服务中", (State.IN_SERVICE,), empty="没有服务中的终端。"),
        "unposted": Filter("待张贴公告", tuple(sorted(LIVE)), empty="没有待张贴的暂停公告。"),
        "undecided": Filter("待决定退出", tuple(sorted(LIVE)), empty="没有待决定退出的终端。"),
        "out": Filter(
            "停用", (State.SUSPENDED, State.UNDER_REPAIR, State.TAKEN_AWAY), empty="没有停用的终端。"
        ),
        "gone": Filter(
            "已退出",
            (State.DECLINED, State.REMOVED, State.RETIRED, State.HANDED_BACK),
            empty="没有未进驻或已退出的终端。",
        ),
    },
    empty="还没有终端。",
)


def sought(show: str, asked: Mapping[str, str]) -> Sought:
    states = tuple(State(state) for state in KIOSKS.filters[show].states)
    waiting = show if show in WAITING else ""
    return Sought(states, asked.get("department", ""), asked.get("hall", ""), waiting)


def trouble_of(kiosk: Kiosk, heartbeat: Heartbeat | None) -> str:
    """What is wrong with the device of a kiosk that is in service, in one word; "" of any other."""
    if heartbeat is None or kiosk["state"] is not State.IN_SERVICE:
        return ""
    standing = stands(kiosk, heartbeat).standing
    return standing.label if standing in (Standing.OFFLINE, Standing.FAULT) else ""


def within_reach(
    departments: Mapping[str, str], halls: Mapping[str, str], owning: Set[str], holding: Set[str]
) -> list[Choice]:
    """What the list can be narrowed by: the departments and halls of kiosks that the member sees."""
    choices = [
        Choice("department", "部门", {code: name for code, name in departments.items() if code in owning}),
        Choice("hall", "大厅", {code: name for code, name in halls.items() if code in holding}),
    ]
    return [one for one in choices if one.options]


class KioskRows(PanelPage):
    """A page that shows kiosks as their list does."""

    async def departments(self) -> dict[str, str]:
        return {one.code: one.short for one in await self.services.departments.all()}

    async def halls(self) -> dict[str, str]:
        return {one.code: one.name for one in await self.services.halls.all()}


class KiosksPage(KioskRows):
    """GET /admin/kiosks?show=&department=&hall=&after=&before="""

    @needs(Scope.KIOSKS_READ)
    async def get(self) -> None:
        store, member = self.services.kiosk_lists, self.signed_in_member()
        departments, halls = await self.departments(), await self.halls()
        choices = within_reach(departments, halls, *await store.found_in(member))
        asked = KIOSKS.narrowed(self, choices)
        page = await store.page(member, sought(asked["show"], asked), lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(KIOSKS.filters, lambda key: store.count(member, sought(key, asked)))
        heard = await self.services.heartbeats.of([one["_id"] for one in page.rows])
        shown = lists.shown(
            KIOSKS,
            [
                Row(
                    one,
                    departments[one["department"]],
                    halls.get(one["hall"] or "", ""),
                    trouble_of(one, heard.get(one["_id"])),
                )
                for one in page.rows
            ],
            page,
            asked,
            choices=choices,
            counts=counts,
        )
        self.show("admin/kiosks/list.html", listed=shown)


class KioskPage(KioskRows):
    """GET /admin/kiosks/{id}"""

    @needs(Scope.KIOSKS_READ)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None, acted: str = "") -> None:
        """`acted` is the action whose form is in hand."""
        found = await self.services.kiosk_lists.seen(key, self.signed_in_member())
        departments, halls = await self.departments(), await self.halls()
        contact = await self.services.contacts.find(found["department"])
        actors = doers(found["timeline"]) | ({f"staff:{contact['member']}"} if contact else set())
        who = await self.called(actors)
        names = await self.services.guides.names(found["items"])
        may_open = await self.services.kiosk_lists.open_to(found, self.signed_in_member())
        heartbeat = await self.services.heartbeats.find(key)
        answered = await replies(self.services, found, self.now)
        self.show(
            "admin/kiosks/kiosk.html",
            kiosk=found,
            row=Row(found, departments[found["department"]], halls.get(found["hall"] or "", "")),
            path=f"/admin/kiosks/{key}",
            items=[names.get(one, f"{one}（已废止）") for one in found["items"]],
            contact=who[f"staff:{contact['member']}"] if contact else "",
            heartbeat=heartbeat,
            said_words=said_words,
            past=await self.services.reckoning.of_kiosk(found, self.now),
            charts=charts,
            mark=mark,
            hours=hours,
            percent=percent,
            Part=Part,
            about=about,
            replies=answered,
            senders=await self.called({one.ordered_by for one in answered if one.ordered_by}),
            commands_given=Scope.KIOSKS_APPROVE in scopes_of(self.signed_in_member()),
            prints_notice=can_be_hung(found),
            serving=is_serving(heartbeat, self.now),
            announcement=announcement(found["suspension"]) if found["suspension"] else "",
            evidence=evidence(found["retirement"]) if found["retirement"] else [],
            forms=self.forms(found, may_open),
            again=Action.REQUEST_AGAIN in may_open,
            told_words=TOLD,
            choices={"hall": halls, "outage": outages(found)},
            by=lambda line: "设备" if line["what"] in BY_DEVICE else doer(line, who),
            largest=LARGEST,
            error=error,
            acted=acted,
            given=self.given() if acted else {},
        )

    def forms(self, kiosk: Kiosk, may_open: list[Action]) -> dict[Action, Form]:
        """Those that the member can send now; first what the kiosk waits for."""
        ready = [one for one in FORMS if one in may_open and FORMS[one].when(kiosk, self.now)]
        return {one: FORMS[one] for one in sorted(ready, key=lambda one: FORMS[one].tone != "main")}


class KioskFileHandler(PanelPage):
    """GET /admin/kiosks/{id}/files/{file}: a paper or a letter; each time is on record."""

    @needs(Scope.KIOSKS_READ)
    async def get(self, key: str, file: str) -> None:
        found = await self.services.kiosk_lists.seen(key, self.signed_in_member())
        if file not in await self.services.kiosks.files_held([found["_id"]]):
            raise Materials.missing
        self.send_file(*await self.services.materials.view(file, self.by_member()))


def outages(kiosk: Kiosk) -> dict[str, str]:
    """The times out of service, by when they began."""
    return {one["start"].isoformat(): f"{local(one['start'])} {one['reason']}" for one in kiosk["outages"]}


ROUTES = [
    ("/admin/kiosks", KiosksPage),
    (rf"/admin/kiosks/{DOCUMENT_ID}", KioskPage),
    (rf"/admin/kiosks/{DOCUMENT_ID}/files/{DOCUMENT_ID}", KioskFileHandler),
]
