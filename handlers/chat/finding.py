"""Guides in the chat: found by words, listed by numbers, one opened; and applications by serial number."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from handlers.chat.items import LISTED, named
from handlers.web.names import title_of
from handlers.web.services import Services
from models.applications import Case, check_serial, status_of, what_next
from models.blacklist import Blacklisted
from models.errors import BadInput, Forbidden, NotFound
from models.events import Cause
from models.guides import HANDLING, Found, Guide
from models.people import Party

REFERRED = 3
"""Referrals in one answer, which is 2000 bytes at most."""
MEANT = 3
"""Guides that are named beside something else."""


@dataclass(frozen=True)
class Finding:
    """`link` makes an address of ours and words into a link of the chat."""

    services: Services
    link: Callable[[str, str], str]
    phone_line: str
    english: bool = False

    async def search(self, sender: str, words: str, by: Cause) -> str:
        """A numbered list of guides; a number alone then opens one."""
        found = await named(self.services, words)
        if not found.hits:
            return self.nothing_found(found.topics)
        parts = [self.listed(found), elsewhere(found)]
        if not found.is_ours(found.hits[0]):
            parts.reverse()
        await self.services.inbox.offer(sender, [guide.item for guide in found.guides], by.at)
        return "\n\n".join(filter(None, parts))

    async def beside(self, words: str) -> str | None:
        """The guides that are meant, without numbers, which mean something else just now; None where nothing
        is hit."""
        found = await named(self.services, words)
        if not found.whole or not found.hits:
            return None
        links = [f"· {self.guide_link(guide)}" for guide in found.guides[:MEANT]]
        return "\n".join([*links, *filter(None, [elsewhere(found)])])

    def listed(self, found: Found) -> str:
        """The guides of a search, with their numbers."""
        if not found.guides:
            return ""
        lines = [f"{number}. {self.guide_link(guide)}" for number, guide in enumerate(found.guides, 1)]
        if self.english:
            head = f"I found {len(found.guides)}:" if found.whole else "Is it one of these?"
            return "\n".join(
                [head, "", *lines, "", "Reply with a number to see what to bring and how it is done."]
            )
        head = f"为您找到{len(found.guides)}个事项：" if found.whole else "没有完全对上的，您要找的是不是："
        return "\n".join([head, "", *lines, "", "回复前面的数字，看要带什么、怎么办；要约时间，回复“预约”。"])

    async def guide(self, item: str, sender: str, by: Cause) -> str:
        """The short form of a guide, and the way to what the sender has under way already."""
        try:
            guide = await self.services.guides.published(item)
        except NotFound as error:
            return str(error)
        materials = [f"{number}. {m.name}" for number, m in enumerate(guide.online_materials(), 1)]
        limit = "当场办结" if guide.time_limit.on_the_spot else f"{guide.time_limit.decision}个工作日"
        return "\n".join(
            [
                f"【{guide.name}】",
                guide.summary,
                "",
                f"办理方式：{HANDLING[guide.handling].in_chat}",
                f"跑动次数：{guide.visits}次",
                f"办结时间：{limit}",
                f"收费：{guide.fees.amount}",
                "要准备的材料：" if materials else "不需要准备材料。",
                *materials,
                "",
                *await self.applying(guide, sender, by),
                f"咨询电话：{guide.consult_phone}",
            ]
        )

    async def applying(self, guide: Guide, sender: str, by: Cause) -> list[str]:
        """The way to apply, after what is in the way: an application that there is already, or a decision of
        the blacklist."""
        whole = self.link(f"/guides/{guide.item}", "看完整指南，马上办理")
        party = await self.party(sender)
        if party is None:
            return [whole]
        try:
            await self.services.decisions.check(party, by)
        except Blacklisted as error:
            return [
                f"{error}：",
                self.link("/appointments/new", "预约到大厅办"),
                self.link("/blacklist", "查看决定，提出申诉"),
            ]
        first = await self.services.applications.in_the_way(party.id, guide)
        if first is None:
            return [whole]
        page = self.link(f"/applications/{first['_id']}", "看进度")
        return [f"您已有一件正在办理，不用再申请：{page}", whole]

    async def party(self, sender: str) -> Party | None:
        """For whom the sender acts; None for one who is not bound, or no longer the agent of the body."""
        account = await self.services.accounts.find(sender)
        with suppress(Forbidden):
            return await self.services.binding.party(account) if account else None
        return None

    async def progress(self, words: str) -> str | None:
        """How an application stands, as anyone who knows its serial number may see it."""
        try:
            serial = check_serial(words)
            found = await self.services.applications.get_by_serial(serial)
        except (BadInput, NotFound):
            return None
        page = self.link(f"/progress?serial={quote(serial)}", "查看详细进度")
        ahead = what_next(Case(found, await self.services.guides.version(found["guide"])))
        return "\n".join(
            [
                f"申请流水号：{serial}",
                f"事项：{found['item_name']}",
                f"当前进度：{status_of(found)}",
                *([f"接下来：{ahead}"] if ahead else []),
                "",
                page,
            ]
        )

    def nothing_to_choose(self) -> str:
        if self.english:
            return "There is no list to choose from. Write to me what you want to do, e.g. residence permit"
        return "这个数字没有对应的事项。请先发送要办的事，例如：居住证"

    def nothing_found(self, topics: Sequence[str]) -> str:
        """What was typed is not said again: it may be a number or a name."""
        if self.english:
            return "\n".join(
                [
                    "I found nothing about this.",
                    "Please try other words, e.g. residence permit; or "
                    + self.link("/guides", "see all guides")
                    + ".",
                    "To make an appointment, reply “book”. If you do not know where to go, call the"
                    " government"
                    " hotline 12345.",
                    self.phone_line,
                ]
            )
        return "\n".join(
            [
                "没有找到有关的事项。",
                "请换个说法再试，例如只发两三个字；",
                *([f"或发一个主题：{'、'.join(topics[:LISTED])}；"] if topics else []),
                "或看" + self.link("/guides", "全部办事指南") + "。",
                "不知道归哪里办，请拨打政务服务热线12345。",
                self.phone_line,
            ]
        )

    def guide_link(self, guide: Guide) -> str:
        return self.link(f"/guides/{guide.item}", title_of(guide, "en" if self.english else "zh_CN"))


def elsewhere(found: Found) -> str:
    """Who does what we do not, and how they are reached."""
    return "\n".join(
        f"【{one.name}】不在这里办，由{one.who}办理。{one.where}。电话：{one.phone}"
        for one in found.referrals[:REFERRED]
    )
