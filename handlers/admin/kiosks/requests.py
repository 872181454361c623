"""The form by which a department's contact asks for a kiosk, first or anew (article 21)."""

from handlers.admin.kiosks.forms import Field, choice, chosen, day
from handlers.admin.panel import PanelPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.staff import needs
from models.errors import DomainError
from models.kiosks import Kiosk, Request
from models.kiosks.document import CardHelp, Consumable, Help, Network, Owner, Peripheral, Supplier
from models.staff import Scope

NEVER = 0
"""Minutes that nobody has said."""
DIGITS = 4
"""Of minutes, at most: a week has 10,080."""
COLUMNS = (
    {
        "终端": (
            Field("name", "名称", "line"),
            Field("maker", "厂家", "line"),
            Field("model", "型号", "line"),
            Field("peripherals", "外设", "checks", {one.value: one.label for one in Peripheral}),
            choice("owner", "资产归属", Owner),
            Field("use_until", "使用至", "date"),
        ),
        "办理事项": (
            Field("items", "可在自助终端办理的事项（目前在终端上查指南，扫码用手机办理）", "items"),
        ),
    },
    {
        "耗材、网络": (
            *(
                choice(f"supplier_{one}", f"{one.label}由谁提供", Supplier, required=False)
                for one in Consumable
            ),
            choice("network", "网络", Network),
            Field("network_name", "专网名称（使用专网时填）", "line", required=False),
        ),
        "吞卡处理（有插入式读写卡设备时填）": (
            Field("card_procedure", "紧急取卡措施", required=False),
            Field("card_name", "非工作时间联系人", "line", required=False),
            Field("card_phone", "电话", "tel", required=False),
            Field("card_minutes", "多少分钟内解决", "number", required=False),
        ),
    },
)
"""The parts of the form, by column of the page."""


class NewKioskPage(PanelPage):
    """GET and POST /admin/kiosks/new"""

    @needs(Scope.KIOSKS_REQUEST)
    async def get(self) -> None:
        await self.page()

    @needs(Scope.KIOSKS_REQUEST)
    async def post(self) -> None:
        member, by = self.signed_in_member(), self.by_member()
        try:
            made = await self.services.entering.request(self.asked(), member, by)
        except DomainError as error:
            return await self.page(error=error)
        return self.see_other(
            f"/admin/kiosks/{made['_id']}", said="进驻申请已提交。请上传使用说明和排查手册。"
        )

    async def page(self, before: Kiosk | None = None, error: DomainError | None = None) -> None:
        """`before` is what was asked for the last time."""
        department = self.signed_in_member()["department"] or ""
        self.show(
            "admin/kiosks/request.html",
            before=before,
            columns=COLUMNS,
            items=await self.services.guides.at_kiosks(department),
            error=error,
            given=self.given() if error else filled(before),
        )

    def asked(self) -> Request:
        word = self.get_body_argument
        suppliers = {one: word(f"supplier_{one}", "") for one in Consumable}
        return Request(
            name=word("name", ""),
            maker=word("maker", ""),
            model=word("model", ""),
            peripherals=[
                chosen(Peripheral, one, "peripherals") for one in self.get_body_arguments("peripherals")
            ],
            items=self.get_body_arguments("items"),
            consumables={
                what: chosen(Supplier, who, "consumables") for what, who in suppliers.items() if who
            },
            network=chosen(Network, word("network", ""), "network"),
            network_name=word("network_name", ""),
            owner=chosen(Owner, word("owner", ""), "owner"),
            use_until=day(word("use_until", ""), "use_until"),
            card=self.card(),
        )

    def card(self) -> CardHelp | None:
        """None where nothing is said of it."""
        procedure, name, phone, minutes = (
            self.get_body_argument(f"card_{one}", "").strip()
            for one in ("procedure", "name", "phone", "minutes")
        )
        if not any((procedure, name, phone, minutes)):
            return None
        said = minutes.isascii() and minutes.isdigit() and len(minutes) <= DIGITS
        within = int(minutes) if said else NEVER
        return CardHelp(procedure=procedure, contact=Help(name=name, phone=phone), within_minutes=within)


class AgainPage(NewKioskPage):
    """GET and POST /admin/kiosks/{id}/request_again: one that was declined, or removed."""

    @needs(Scope.KIOSKS_REQUEST)
    async def get(self, key: str = "") -> None:
        await self.page(await self.services.kiosk_lists.seen(key, self.signed_in_member()))

    @needs(Scope.KIOSKS_REQUEST)
    async def post(self, key: str = "") -> None:
        member = self.signed_in_member()
        found = await self.services.kiosk_lists.seen(key, member)
        try:
            await self.services.entering.request_again(key, self.asked(), member, self.by_member())
        except DomainError as error:
            return await self.page(found, error)
        return self.see_other(f"/admin/kiosks/{key}", said="已重新申请进驻。")


def filled(kiosk: Kiosk | None) -> dict[str, list[str]]:
    """The form as it was sent the last time."""
    if kiosk is None:
        return {}
    device, card = kiosk["device"], kiosk["card"]
    given = {
        "name": [kiosk["name"]],
        "maker": [device["maker"]],
        "model": [device["model"]],
        "peripherals": [one.value for one in device["peripherals"]],
        "items": kiosk["items"],
        "network": [kiosk["network"].value],
        "network_name": [kiosk["network_name"]],
        "owner": [kiosk["owner"].value],
        **{f"supplier_{what}": [who.value] for what, who in kiosk["consumables"].items()},
    }
    if card:
        given["card_procedure"] = [card["procedure"]]
        given["card_minutes"] = [str(card["within_minutes"])]
        given |= {
            f"card_{name}": [text]
            for name, text in (("name", card["contact"]["name"]), ("phone", card["contact"]["phone"]))
        }
    return given


ROUTES = [
    ("/admin/kiosks/new", NewKioskPage),
    (rf"/admin/kiosks/{DOCUMENT_ID}/request_again", AgainPage),
]
