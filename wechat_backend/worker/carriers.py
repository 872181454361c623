"""From a delivery to a call of the gateway that sends it: each method is a `sender.Send`."""

from collections.abc import Mapping
from contextlib import suppress

from models.errors import NotFound
from models.outgoing import Delivery
from models.outgoing.notices import NOTICES
from models.stores import Stores
from wechat_backend.gateways import Gateways
from wechat_backend.gateways.base import GatewayError, Remedy
from wechat_backend.gateways.government import KNOWS_NEWER
from wechat_backend.gateways.sms import Arrival
from wechat_backend.worker.facts.letter import Letter, fields, parameters
from wechat_backend.worker.facts.writers import write
from wechat_backend.worker.reports import REPORTERS
from wechat_backend.worker.sender import Overtaken
from wechat_backend.worker.sms_budget import SmsBudget


class Carriers:
    """`templates` and `sms_templates` map a notice to the template's id at WeChat and Aliyun."""

    def __init__(
        self,
        stores: Stores,
        gateways: Gateways,
        base_url: str,
        templates: Mapping[str, str],
        sms_templates: Mapping[str, str],
        sms_budget: SmsBudget,
    ) -> None:
        self.stores, self.gateways, self.base_url = stores, gateways, base_url
        self.templates, self.sms_templates, self.sms_budget = templates, sms_templates, sms_budget

    async def wechat(self, delivery: Delivery) -> str:
        notice = NOTICES[delivery["notice"]]
        letter = await self._letter(delivery)
        openid = await self._openid(letter)
        if not (template := self.templates.get(notice.name)):
            raise GatewayError("wechat", "no_template", Remedy.FALL_BACK)
        return await self.gateways.wechat.send_template(
            openid,
            template,
            fields(notice, letter),
            self.base_url + letter.page,
            delivery["_id"],
        )

    async def sms(self, delivery: Delivery) -> str:
        notice = NOTICES[delivery["notice"]]
        letter = await self._letter(delivery)
        if not letter.phone:
            raise GatewayError("sms", "no_phone", Remedy.GIVE_UP)
        if not (template := self.sms_templates.get(notice.name)):
            raise GatewayError("sms", "no_template", Remedy.GIVE_UP)
        if delivery["attempts"] > 1 and await self._taken(delivery, letter.phone):
            return ""
        async with self.sms_budget.paid(delivery, notice.purpose, letter.phone):
            return await self.gateways.sms.send(
                letter.phone, template, parameters(notice, letter), delivery["_id"]
            )

    async def arrival(self, delivery: Delivery) -> Arrival | None:
        """What the carrier reports of a short message; see `jobs.receipts.Ask`."""
        letter = await self._letter(delivery)
        if not letter.phone:
            raise GatewayError("sms", "no_phone", Remedy.GIVE_UP)
        sent_at = delivery.get("settled_at", delivery["created_at"])
        receipt = delivery.get("sent_as") or ""
        return await self.gateways.sms.arrival(letter.phone, receipt, delivery["_id"], sent_at)

    async def _taken(self, delivery: Delivery, phone: str) -> bool:
        """Whether an attempt before has sent it, and its worker or the answer was lost. Where that cannot be
        told, it is rather sent twice than not at all."""
        with suppress(GatewayError):
            since, now = delivery["created_at"], self.stores.clock()
            return await self.gateways.sms.has(phone, delivery["_id"], since, now)
        return False

    async def government(self, delivery: Delivery) -> str:
        """Tell a system all that there is to tell; told again from the first after a failure. Returns its
        receipt, or the id of the delivery where it gives none.

        Raises:
            GatewayError
            Overtaken: it knows something newer, or there is nothing to tell any more.
        """
        event = await self.stores.outbox.get(delivery["event"])
        system, receipt = delivery["notice"], ""
        try:
            for report in await REPORTERS[system](self.stores, event):
                key = report.key or delivery["_id"]
                receipt = await self.gateways.government.tell(system, report.body, key)
        except GatewayError as error:
            if error.code in KNOWS_NEWER:
                raise Overtaken(error.code) from None
            raise
        return receipt or delivery["_id"]

    async def _letter(self, delivery: Delivery) -> Letter:
        event = await self.stores.outbox.get(delivery["event"])
        return await write(self.stores, delivery, event)

    async def _openid(self, letter: Letter) -> str:
        """
        Raises:
            GatewayError: `no_account`, `no_openid` or `not_following`; another channel may reach them.
        """
        if letter.openid:
            return letter.openid
        if letter.account is None:
            raise GatewayError("wechat", "no_account", Remedy.FALL_BACK)
        try:
            account = await self.stores.accounts.get(letter.account)
        except NotFound:
            raise GatewayError("wechat", "no_account", Remedy.FALL_BACK) from None
        if not account.get("openid"):
            raise GatewayError("wechat", "no_openid", Remedy.FALL_BACK)
        if account.get("following") is False:
            raise GatewayError("wechat", "not_following", Remedy.FALL_BACK)
        return str(account["openid"])
