"""What the account says in the chat: from a message to words, in short sentences for everybody."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote

from handlers.chat.envelope import Message
from handlers.chat.opinions import Opinions
from handlers.chat.places import Nearby
from handlers.chat.visits import Visits
from handlers.web.services import Services
from models import typed
from models.applications import Case, check_serial, status_of, what_next
from models.blacklist import Blacklisted
from models.chat import HELP_KEY
from models.errors import BadInput, Forbidden, NotFound
from models.events import Cause
from models.guides import HANDLING, Found, Guide
from models.people import Party

BUSY = "系统繁忙，请稍后再试。"
HELP_WORDS = frozenset({"帮助", "help", "?", "？", "菜单", "人工", "客服"})
GREETINGS = frozenset({"你好", "您好", "嗨", "在吗", "hi", "hello"})
ENDS = "!！。.~～?？, ，"
"""With what a greeting may end."""
LISTED = 8
"""Guides in one list: what fits on a phone without scrolling."""
REFERRED = 3
"""Referrals in one answer, which is 2000 bytes at most."""
REACHED = "success"
"""What TEMPLATESENDJOBFINISH says of a message that was delivered."""

BOOKING = (("/appointments/new", "预约到大厅办"), ("/appointments", "我的预约"))
PROGRESS = (("/progress", "按申请流水号查进度"), ("/applications", "我的办件"))
BINDING = (("/binding", "实名认证"), ("/me", "个人中心"))
LARGE_TEXT = (("/elder", "打开大字版"),)
PLACES = (("/halls", "办事网点"), ("/appointments/new", "预约到大厅办"))
SIGNPOSTS = {
    "预约": BOOKING,
    "进度": PROGRESS,
    "办件": PROGRESS,
    "查询": PROGRESS,
    "认证": BINDING,
    "绑定": BINDING,
    "大厅": PLACES,
    "网点": PLACES,
    "大字版": LARGE_TEXT,
    "大字": LARGE_TEXT,
    "字太小": LARGE_TEXT,
}
"""Words that ask for a page of ours rather than for something to be done, and where they lead."""
ASKED_FOR = re.compile(rf"(?:我要|我的|怎么|如何|实名|附近|办事|办件|查询|查)*({'|'.join(SIGNPOSTS)})")


@dataclass(frozen=True)
class Chat:
    services: Services

    async def answer(self, message: Message, by: Cause) -> str | None:
        """The reply to a message; None where nothing needs to be said."""
        if not message.sender:
            return None
        if message.kind == "event":
            answer = EVENTS.get(message.event)
            return await answer(self, message, by) if answer else None
        if message.kind == "text":
            return await self.text(message, by)
        if message.kind == "location":
            return await Nearby(self.services, self.anchor).answer(message, by.at)
        return self.not_text() if message.kind else None

    async def text(self, message: Message, by: Cause) -> str:
        words = typed.line(typed.narrow(message.text))
        if said := self.about_us(words):
            return said
        opinions = Opinions(self.services, self.anchor)
        if said := await opinions.answer(message.sender, typed.words(message.text), by):
            return said
        visits = Visits(self.services, self.anchor)
        if said := await visits.answer(message.sender, typed.words(message.text), by):
            return said
        if re.fullmatch(r"[0-9]{1,2}", words):
            return await self.number(message.sender, int(words), opinions, by)
        if progress := await self.progress(words):
            return progress
        return await self.search(message.sender, words[:40], by)

    async def number(self, sender: str, number: int, opinions: Opinions, by: Cause) -> str:
        """What a number alone is for: the last list, or the matter that was finished after it."""
        waiting = await opinions.waiting(sender, number, by)
        since = waiting.at if waiting else None
        if item := await self.services.inbox.chosen(sender, number, by.at, since):
            return await self.guide(item, sender, by)
        return await opinions.rate(waiting, sender, number, by) if waiting else self.nothing_to_choose()

    def about_us(self, words: str) -> str | None:
        """The reply to what asks for us rather than for something to be done."""
        if words.lower() in HELP_WORDS or not words:
            return self.help()
        if words.lower().rstrip(ENDS) in GREETINGS:
            return self.welcome()
        asked = ASKED_FOR.fullmatch(words)
        return self.signpost(asked[1]) if asked else None

    async def search(self, sender: str, words: str, by: Cause) -> str:
        """A numbered list of guides; a number alone then opens one."""
        found = await self.services.search.find(words, limit=LISTED)
        if not found.hits:
            return self.nothing_found(found.topics)
        parts = [self.listed(found), self.elsewhere(found)]
        if not found.is_ours(found.hits[0]):
            parts.reverse()
        await self.services.inbox.offer(sender, [guide.item for guide in found.guides], by.at)
        return "\n\n".join(filter(None, parts))

    def listed(self, found: Found) -> str:
        """The guides of a search, with their numbers."""
        if not found.guides:
            return ""
        head = f"为您找到{len(found.guides)}个事项：" if found.whole else "没有完全对上的，您要找的是不是："
        lines = [f"{number}. {self.link(guide)}" for number, guide in enumerate(found.guides, 1)]
        return "\n".join([head, "", *lines, "", "回复前面的数字，看要带什么、怎么办。"])

    def elsewhere(self, found: Found) -> str:
        """Who does what we do not, and how they are reached."""
        return "\n".join(
            f"【{one.name}】不在这里办，由{one.who}办理。{one.where}。电话：{one.phone}"
            for one in found.referrals[:REFERRED]
        )

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
        whole = self.anchor(f"/guides/{guide.item}", "看完整指南，马上办理")
        party = await self.party(sender)
        if party is None:
            return [whole]
        try:
            await self.services.decisions.check(party, by)
        except Blacklisted as error:
            return [
                f"{error}：",
                self.anchor("/appointments/new", "预约到大厅办"),
                self.anchor("/blacklist", "查看决定，提出申诉"),
            ]
        first = await self.services.applications.in_the_way(party.id, guide)
        if first is None:
            return [whole]
        page = self.anchor(f"/applications/{first['_id']}", "看进度")
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
        page = self.anchor(f"/progress?serial={quote(serial)}", "查看详细进度")
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

    async def followed(self, message: Message, by: Cause) -> str:
        await self.services.accounts.follow(message.sender, by, message.at)
        return self.welcome()

    async def unfollowed(self, message: Message, by: Cause) -> None:
        await self.services.accounts.unfollow(message.sender, by, message.at)

    async def revoked(self, message: Message, by: Cause) -> None:
        """A user has taken back an authorization, or is no user any more: what it gave of a member of the
        staff, the openid, is kept no more."""
        if message.openid:
            await self.services.staff_wechats.forget(message.openid, by)

    async def clicked(self, message: Message, _by: Cause) -> str | None:
        return self.help() if message.event_key == HELP_KEY else None

    async def template_finished(self, message: Message, by: Cause) -> None:
        """What became of a template message: `success`, `failed:user block` or `failed: system failed`.

        Raises:
            NotFound: `delivery_not_found`; it may be that we have not yet noted that it was sent.
        """
        deliveries = self.services.deliveries
        if not await deliveries.reported(message.id, message.status, message.status == REACHED, by):
            raise deliveries.missing

    def welcome(self) -> str:
        return "\n".join(
            [
                "您好，欢迎来到番禺智慧政务！",
                "",
                "您可以这样办事：",
                f"① {self.anchor('/guides', '查办事指南')}",
                f"② {self.anchor('/appointments/new', '预约到大厅办')}",
                f"③ {self.anchor('/progress', '查办件进度')}",
                "",
                "也可以直接把要办的事发给我，例如：居住证",
                "第一次使用，请先" + self.anchor("/binding", "实名认证") + "。",
                "字太小？" + self.anchor("/elder", "打开大字版") + "。",
                self.phone_line(),
            ]
        )

    def help(self) -> str:
        return "\n".join(
            [
                "这样使用：",
                "· 发送要办的事，例如：老年人优待证",
                "· 发送申请流水号，查进度",
                "· 发送位置（点＋，再点“位置”），看最近的网点",
                "· 点下面的菜单，预约、申请、查询",
                "· 字太小？" + self.anchor("/elder", "打开大字版"),
                "· 办完后评价这次服务，发送“评价”",
                "· 预约的到场记录与事实不符，发送“异议”",
                "",
                self.phone_line(),
            ]
        )

    def not_text(self) -> str:
        return f"我还看不懂图片和语音。请用文字告诉我要办什么事，例如：居住证\n{self.phone_line()}"

    def nothing_to_choose(self) -> str:
        return "这个数字没有对应的事项。请先发送要办的事，例如：居住证"

    def nothing_found(self, topics: Sequence[str]) -> str:
        """What was typed is not said again: it may be a number or a name."""
        return "\n".join(
            [
                "没有找到有关的事项。",
                "请换个说法再试，例如只发两三个字；",
                *([f"或发一个主题：{'、'.join(topics[:LISTED])}；"] if topics else []),
                "或看" + self.anchor("/guides", "全部办事指南") + "。",
                "不知道归哪里办，请拨打政务服务热线12345。",
                self.phone_line(),
            ]
        )

    def signpost(self, word: str) -> str:
        return "\n".join(["请点下面的蓝字：", *(self.anchor(path, name) for path, name in SIGNPOSTS[word])])

    def phone_line(self) -> str:
        return f"需要人工帮助，请拨打 {self.services.site.help_phone}"

    def link(self, guide: Guide) -> str:
        return self.anchor(f"/guides/{guide.item}", guide.name)

    def anchor(self, path: str, words: str) -> str:
        return f'<a href="{self.services.site.base_url}{path}">{words}</a>'


EVENTS: Mapping[str, Callable[[Chat, Message, Cause], Awaitable[str | None]]] = {
    "subscribe": Chat.followed,
    "unsubscribe": Chat.unfollowed,
    "click": Chat.clicked,
    "templatesendjobfinish": Chat.template_finished,
    "user_authorization_revoke": Chat.revoked,
    "user_authorize_invalidation": Chat.revoked,
    "user_authorization_cancellation": Chat.revoked,
}
