"""告警: places whose kiosks are in trouble, who was told, and taking them on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.admin import lists
from handlers.admin.lists import Choice, Column, Filter, PanelList
from handlers.admin.panel import STAFF, FormAction, PanelPage, doer, doers
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.errors import DomainError
from models.kiosks import Alert, AlertState, WantedAlerts
from models.staff import Scope, section_of
from models.workdays import local

TOLD: Mapping[str, str] = {
    "alert.opened": "发出告警",
    "alert.grew": "又有终端异常，再次告知",
    "alert.acknowledged": "确认，开始处理",
    "alert.escalated": "未及时处理，告知下一位",
    "alert.closed": "全部恢复，告警结束",
}


@dataclass(frozen=True)
class Row:
    """`hall` is its name, `told` who was told last, `taken_by` who acknowledged it."""

    alert: Alert
    hall: str
    told: str
    taken_by: str

    @property
    def state(self) -> str:
        alert = self.alert
        waits = alert["clear_since"] is not None and alert["state"] is not AlertState.CLOSED
        return f"{alert['state'].label}（已恢复，观察中）" if waits else alert["state"].label

    @property
    def trouble(self) -> str:
        """How many kiosks are in trouble now, or were."""
        running = [one for one in self.alert["kiosks"] if one["until"] is None]
        labels = [one["what"].label for one in running or self.alert["kiosks"]]
        return "、".join(f"{labels.count(label)}台{label}" for label in dict.fromkeys(labels))


ALERTS = PanelList[Row](
    address="/admin/alerts",
    columns=(
        Column(
            "时间",
            lambda row: local(row.alert["opened_at"]),
            link=lambda row: f"/admin/alerts/{row.alert['_id']}",
            whole=True,
        ),
        Column("地点", lambda row: row.hall),
        Column("异常", lambda row: row.trouble),
        Column("状态", lambda row: row.state),
        Column("最近告知", lambda row: row.told),
        Column("处理人", lambda row: row.taken_by),
    ),
    filters={
        "going_on": Filter(
            "未结束", (AlertState.OPEN, AlertState.ACKNOWLEDGED), empty="没有未结束的告警，终端都正常。"
        ),
        "open": Filter("待确认", (AlertState.OPEN,), empty="没有待确认的告警。"),
        "acknowledged": Filter("处理中", (AlertState.ACKNOWLEDGED,), empty="没有处理中的告警。"),
        "closed": Filter("已结束", (AlertState.CLOSED,), empty="还没有已结束的告警。"),
    },
    empty="还没有告警。",
)


def wanted(show: str, hall: str = "") -> WantedAlerts:
    return WantedAlerts([AlertState(state) for state in ALERTS.filters[show].states], hall)


class AlertRows(PanelPage):
    """A page that shows alerts as their list does."""

    async def alert_rows(self, found: Sequence[Alert]) -> list[Row]:
        halls = {
            one.code: one.name for one in await self.services.halls.those([one["hall"] for one in found])
        }
        last = [f"{STAFF}{one['told'][-1]['member']}" if one["told"] else "" for one in found]
        who = await self.called({*last, *(one["acknowledged_by"] or "" for one in found)} - {""})
        return [
            Row(
                one,
                halls[one["hall"]],
                who.get(told, "无人可告知"),
                who.get(one["acknowledged_by"] or "", "—"),
            )
            for one, told in zip(found, last, strict=True)
        ]


class AlertsPage(AlertRows):
    """GET /admin/alerts?show=&hall=&after=&before="""

    @needs(Scope.ALERTS_HANDLE)
    async def get(self) -> None:
        store, member = self.services.alerts, self.signed_in_member()
        halls = Choice("hall", "大厅", {one.code: one.name for one in await self.services.halls.all()})
        asked = ALERTS.narrowed(self, (halls,))
        hall = asked.get("hall", "")
        page = await store.page(member, wanted(asked["show"], hall), lists.ROWS_A_PAGE, **lists.places(self))
        counts = await lists.counts(ALERTS.filters, lambda key: store.count(member, wanted(key, hall)))
        shown = lists.shown(
            ALERTS,
            await self.alert_rows(page.rows),
            page,
            asked,
            choices=(halls,),
            counts=counts,
        )
        self.show("admin/alerts/list.html", listed=shown)


class AlertPage(AlertRows):
    """GET /admin/alerts/{id}"""

    @needs(Scope.ALERTS_HANDLE)
    async def get(self, key: str) -> None:
        await self.page(key)

    async def page(self, key: str, error: DomainError | None = None) -> None:
        found = await self.services.alerts.seen(key, self.signed_in_member())
        [row] = await self.alert_rows([found])
        kiosks = await self.services.kiosks.those(one["kiosk"] for one in found["kiosks"])
        actors = doers(found["timeline"]) | {f"{STAFF}{one['member']}" for one in found["told"]}
        who = await self.called(actors)
        section = section_of(found["section"])
        self.show(
            "admin/alerts/alert.html",
            alert=found,
            row=row,
            hall=await self.services.halls.get(found["hall"]),
            names={one["_id"]: one["name"] for one in kiosks},
            section=section.label if section else "",
            told=[(who[f"{STAFF}{one['member']}"], one["at"], TOLD[one["why"]]) for one in found["told"]],
            told_words=TOLD,
            by=lambda line: doer(line, who),
            can_take=found["state"] is AlertState.OPEN,
            error=error,
        )


class AcknowledgeHandler(FormAction, AlertPage):
    """POST /admin/alerts/{id}/acknowledge"""

    def form_page(self) -> str:
        return f"/admin/alerts/{self.path_args[0]}"

    @needs(Scope.ALERTS_HANDLE)
    async def post(self, key: str) -> None:
        try:
            await self.services.alerts.acknowledge(key, self.signed_in_member(), self.by_member())
        except self.services.alerts.missing:
            raise
        except DomainError as error:
            return await self.page(key, error)
        return self.see_other(self.form_page(), said="已确认，请尽快处理；恢复后告警自动结束。")


ROUTES = [
    ("/admin/alerts", AlertsPage),
    (rf"/admin/alerts/{DOCUMENT_ID}", AlertPage),
    (rf"/admin/alerts/{DOCUMENT_ID}/acknowledge", AcknowledgeHandler),
]
