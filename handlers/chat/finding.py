"""Guides in the chat: found by words, listed by numbers, one opened; and applications by serial number."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from handlers.chat.items import LISTED
from handlers.chat.numbers import Numbers
from handlers.chat.once import Once
from handlers.chat.telling import Telling, fault_text, locale_of
from handlers.web.names import title_of
from handlers.web.services import Services
from models.applications import Case, check_serial
from models.blacklist import Blacklisted
from models.errors import BadInput, Forbidden, NotFound
from models.events import Cause
from models.guides import Found, Guide
from models.people import Party

MEANT = 3
"""Guides that are named beside something else."""


@dataclass(frozen=True)
class Finding:
    """`link` makes an address of ours and words into a link of the chat."""

    services: Services
    link: Callable[[str, str], str]
    once: Once
    numbers: Numbers
    phone_line: str
    english: bool = False

    async def search(self, words: str) -> str:
        """A numbered list of guides; a number alone then opens one."""
        found = await self.once.named(words)
        if not found.hits:
            return self.nothing_found(found.topics)
        parts = [self.listed(found), self.telling.elsewhere(found)]
        if not found.is_ours(found.hits[0]):
            parts.reverse()
        self.numbers.choices = [guide.item for guide in found.guides]
        return "\n\n".join(filter(None, parts))

    async def beside(self, words: str) -> str | None:
        """The guides that are meant, without numbers, which mean something else just now; None where nothing
        is hit."""
        found = await self.once.named(words)
        if not found.whole or not found.hits:
            return None
        links = [f"· {self.guide_link(guide)}" for guide in found.guides[:MEANT]]
        return "\n".join([*links, *filter(None, [self.telling.elsewhere(found)])])

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
            guide = await self.services.shown.guides.published(item)
        except NotFound as error:
            return fault_text(error, self.telling.locale)
        return self.telling.guide(guide, await self.applying(guide, sender, by))

    async def applying(self, guide: Guide, sender: str, by: Cause) -> list[str]:
        """The way to apply, after what is in the way: an application that there is already, or a decision of
        the blacklist."""
        telling, whole = self.telling, self.telling.whole(guide)
        party = await self.party(sender)
        if party is None:
            return [whole]
        try:
            await self.services.decisions.check(party, by)
        except Blacklisted as error:
            return telling.barred(error)
        first = await self.services.applications.in_the_way(party.id, guide)
        return [whole] if first is None else [telling.under_way(first), whole]

    async def party(self, sender: str) -> Party | None:
        """For whom the sender acts; None for one who is not bound, or no longer the agent of the body."""
        account = await self.once.account(sender)
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
        case = Case(found, await self.services.guides.version(found["guide"]))
        return self.telling.progress(case, serial)

    @property
    def telling(self) -> Telling:
        return Telling(self.link, locale_of(english=self.english))

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
