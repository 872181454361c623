"""WeChat: the account's followers, chats, menu and messages, and what people do with it on their phones."""

import asyncio
import re
import secrets
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from simulator.config import SimulatorConfig
from simulator.errors import PlatformError
from simulator.people import Ids, Person, Registry
from simulator.wechat.callbacks import Callbacks, Push
from simulator.wechat.menus import leaf
from simulator.wechat.messages import AFTER_ACTION, AFTER_MESSAGE, Chats
from simulator.wechat.oauth import SignIns
from simulator.wechat.qrcodes import SceneCode, SceneCodes
from simulator.wechat.template_library import LIBRARY, check_data
from simulator.wechat.tokens import Tokens

OUT_OF_ORDER = "该公众号提供的服务出现故障，请稍后再试"
UNSPOKEN = frozenset({"unsubscribe", "VIEW", "TEMPLATESENDJOBFINISH"})
"""Events whose failure the person is not told of."""
SAME_FOR = timedelta(minutes=10)
"""How long a `client_msg_id` is remembered."""
BLOCKED = "failed:user block"
CUSTOM_KINDS = ("text", "image", "news", "msgmenu", "link")
LONGEST_CUSTOM = 2048
PANYU = ZoneInfo("Asia/Shanghai")

QUOTA: Mapping[str, int] = {
    "token": 2_000,
    "stable_token": 500_000,
    "menu/create": 1_000,
    "menu/get": 10_000,
    "menu/delete": 1_000,
    "message/template/send": 100_000,
    "message/custom/send": 500_000,
    "qrcode/create": 100_000,
    "user/info": 5_000_000,
    "ticket/getticket": 1_000_000,
}
"""Calls a day."""


class WeChat:
    """Everything in memory, by person's id."""

    def __init__(
        self,
        config: SimulatorConfig,
        clock: Callable[[], datetime],
        registry: Registry,
        changed: Callable[[], None],
    ) -> None:
        self.config, self.clock, self.registry, self.changed = config, clock, registry, changed
        self.ids = Ids(config.wechat_appid, config.miniprogram_appid)
        self.callbacks = Callbacks(config, clock)
        self.tasks: set[asyncio.Task[object]] = set()
        self.reset()

    def reset(self) -> None:
        """Reset everything: nobody follows, and nothing was sent."""
        self.people: dict[str, Person] = {}
        self.meet(self.registry.people)
        self.tokens, self.signins = Tokens(self.clock), SignIns(self.clock)
        self.codes, self.chats = SceneCodes(self.clock), Chats(self.clock, self.changed)
        self.following: dict[str, datetime] = {}
        self.blocking: set[str] = set()
        self.menu: dict[str, Any] | None = None
        self.ticket: tuple[str, datetime] | None = None
        self.template_messages: list[dict[str, Any]] = []
        self.custom_messages: list[dict[str, Any]] = []
        self.sent: dict[tuple[str, str], tuple[datetime, int]] = {}
        self.media: dict[str, tuple[str, bytes]] = {}
        self.calls: Counter[str] = Counter()
        self.number = int(self.clock().timestamp() * 1000)  # never one that was given out before
        self.callbacks.clear()

    def meet(self, people: Iterable[Person]) -> None:
        """Give a person an account with WeChat."""
        self.people |= {self.ids.openid(person.id): person for person in people}

    async def close(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        self.callbacks.close()

    # What the service asks for

    def count(self, operation: str) -> None:
        """
        Raises:
            PlatformError: 45009, the quota of the day is used up.
        """
        key = f"{self.clock().astimezone(PANYU).date()} {operation}"
        self.calls[key] += 1
        if self.calls[key] > QUOTA.get(operation, 1_000_000):
            raise PlatformError(45009)

    def person(self, openid: object) -> Person:
        """
        Raises:
            PlatformError: 40003.
        """
        if not isinstance(openid, str) or openid not in self.people:
            raise PlatformError(40003)
        return self.people[openid]

    def send_template(self, message: Mapping[str, Any]) -> int:
        """Send a template message; its msgid. One that was sent before keeps its msgid.

        Raises:
            PlatformError: 40003, 40037, 40039, 43004, 47001, 47003.
        """
        person = self.person(message.get("touser"))
        template = LIBRARY.get(str(message.get("template_id")))
        if template is None:
            raise PlatformError(40037)
        if person.id not in self.following:
            raise PlatformError(43004)
        url = str(message.get("url") or "")
        if len(url) > 1024:
            raise PlatformError(40039)
        values = check_data(template, message.get("data"))
        if (before := self._sent_before(message)) is not None:
            return before
        number = self._remember(message)
        blocked = person.id in self.blocking
        self.template_messages.append(
            {
                "msgid": number,
                "at": self.clock().isoformat(),
                "person": person.id,
                "template": message["template_id"],
                "title": template.title,
                "data": values,
                "url": url,
                "client_msg_id": message.get("client_msg_id"),
                "outcome": BLOCKED if blocked else "success",
            }
        )
        if not blocked:
            rows = [{"label": template.fields[name], "value": value} for name, value in values.items()]
            self.chats.add(person.id, "account", "template", title=template.title, rows=rows, url=url)
        self.later(self._report(person, number, BLOCKED if blocked else "success"))
        return number

    def send_custom(self, message: Mapping[str, Any]) -> None:
        """Send a customer-service message.

        Raises:
            PlatformError: 40003, 40008, 40007, 45002, 45015, 45047, 47001.
        """
        person, kind = self.person(message.get("touser")), message.get("msgtype")
        if kind not in CUSTOM_KINDS:
            raise PlatformError(40008)
        content = message.get(kind)
        if not isinstance(content, dict):
            raise PlatformError(47001)
        shown = self._custom(kind, content)
        if person.id not in self.following:
            raise PlatformError(45015)
        self.chats.chat(person.id).allowance.use(self.clock())
        sent = {"at": self.clock().isoformat(), "person": person.id, "msgtype": kind, "content": content}
        self.custom_messages.append(sent)
        if kind == "image":
            self.chats.add(person.id, "account", "image", url=f"/media/{content['media_id']}")
        elif kind == "news":
            self.chats.add(person.id, "account", "news", articles=content["articles"])
        else:
            self.chats.add_text(person.id, "account", shown)

    def user(self, openid: str) -> dict[str, Any]:
        """The answer to `user/info`: of somebody who does not follow, little is told."""
        person = self.person(openid)
        since = self.following.get(person.id)
        if since is None:
            return {"subscribe": 0, "openid": openid, "unionid": self.ids.unionid(person.id)}
        return {
            "subscribe": 1,
            "openid": openid,
            "unionid": self.ids.unionid(person.id),
            "language": person.language,
            "subscribe_time": int(since.timestamp()),
            "remark": "",
            "groupid": 0,
            "tagid_list": [],
            "subscribe_scene": "ADD_SCENE_QR_CODE",
            "qr_scene": 0,
            "qr_scene_str": "",
        }

    def jsapi_ticket(self) -> tuple[str, int]:
        now = self.clock()
        if self.ticket is None or self.ticket[1] <= now:
            self.ticket = secrets.token_hex(43), now + timedelta(seconds=7200)
        return self.ticket[0], int((self.ticket[1] - now).total_seconds())

    # What people do on their phones; each returns what became of the push

    async def follow(self, person: Person, code: SceneCode | None = None) -> Push | None:
        """None if they follow already."""
        if person.id in self.following:
            return None
        self.following[person.id] = self.clock()
        self._grant(person, AFTER_ACTION)
        scanned: dict[str, str | int] = (
            {"EventKey": f"qrscene_{code.scene}", "Ticket": code.ticket} if code else {"EventKey": ""}
        )
        return await self._event(person, "subscribe", scanned)

    async def unfollow(self, person: Person) -> Push | None:
        """None if they do not follow."""
        if self.following.pop(person.id, None) is None:
            return None
        self.chats.clear(person.id)
        return await self._event(person, "unsubscribe", {"EventKey": ""})

    async def say(self, person: Person, text: str) -> Push:
        self._grant(person, AFTER_MESSAGE)
        self.chats.add_text(person.id, "person", text)
        return await self._push(person, {"MsgType": "text", "Content": text, "MsgId": self._message_id()})

    async def show(self, person: Person, media_type: str, picture: bytes) -> Push:
        """Send a picture."""
        self._grant(person, AFTER_MESSAGE)
        key = secrets.token_urlsafe(32)
        self.media[key] = media_type, picture
        self.chats.add(person.id, "person", "image", url=f"/media/{key}")
        address = f"{self.config.url}/media/{key}"
        elements: dict[str, str | int] = {
            "MsgType": "image",
            "PicUrl": address,
            "MediaId": key,
            "MsgId": self._message_id(),
        }
        return await self._push(person, elements)

    async def click(self, person: Person, key: str) -> Push:
        self._grant(person, AFTER_ACTION)
        return await self._event(person, "CLICK", {"EventKey": key})

    async def view(self, person: Person, url: str) -> Push:
        return await self._event(person, "VIEW", {"EventKey": url})

    async def scan(self, person: Person, code: SceneCode) -> Push | None:
        """Scan a parametric code: a follower sends SCAN, any other person follows by it."""
        if person.id not in self.following:
            return await self.follow(person, code)
        self._grant(person, AFTER_ACTION)
        return await self._event(person, "SCAN", {"EventKey": code.scene, "Ticket": code.ticket})

    def button(self, path: list[int]) -> dict[str, Any] | None:
        return leaf(self.menu or {}, path)

    # Inside

    async def _event(self, person: Person, name: str, more: Mapping[str, str | int]) -> Push:
        self.changed()
        return await self._push(person, {"MsgType": "event", "Event": name, **more})

    async def _push(self, person: Person, elements: Mapping[str, str | int]) -> Push:
        push = await self.callbacks.push(person.id, self.ids.openid(person.id), elements)
        if push.outcome in {"no_answer", "bad_reply"}:
            if elements.get("Event") not in UNSPOKEN:
                self.chats.add(person.id, "system", "notice", text=OUT_OF_ORDER)
        elif push.reply and person.id in self.following:
            self._show_reply(person, push.reply)
        return push

    def _show_reply(self, person: Person, reply: Mapping[str, Any]) -> None:
        if reply["kind"] == "text":
            self.chats.add_text(person.id, "account", reply["text"])
        elif reply["kind"] == "news":
            self.chats.add(person.id, "account", "news", articles=reply["articles"])

    async def _report(self, person: Person, number: int, status: str) -> None:
        """Tell the service what became of a template message."""
        await asyncio.sleep(self.config.report_seconds)
        report: dict[str, str | int] = {"MsgID": number, "Status": status}
        await self._event(person, "TEMPLATESENDJOBFINISH", report)

    def later(self, work: Coroutine[Any, Any, object]) -> None:
        """Start a task that nobody waits for."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def _grant(self, person: Person, what: tuple[int, timedelta]) -> None:
        self.chats.chat(person.id).allowance.grant(*what, self.clock())

    def _message_id(self) -> int:
        self.number += 1
        return 24_000_000_000_000_000 + self.number

    def _sent_before(self, message: Mapping[str, Any]) -> int | None:
        sent = self.sent.get((str(message["touser"]), str(message.get("client_msg_id"))))
        return sent[1] if sent and self.clock() - sent[0] < SAME_FOR else None

    def _remember(self, message: Mapping[str, Any]) -> int:
        self.number += 1
        if message.get("client_msg_id"):
            key = str(message["touser"]), str(message["client_msg_id"])
            self.sent[key] = self.clock(), self.number
        return self.number

    def _custom(self, kind: str, content: Mapping[str, Any]) -> str:
        """The words to show."""
        if kind == "image" and content.get("media_id") not in self.media:
            raise PlatformError(40007)
        if kind == "news" and not (isinstance(content.get("articles"), list) and content["articles"]):
            raise PlatformError(47001)
        words = {
            "text": content.get("content"),
            "msgmenu": _menu_words(content) if kind == "msgmenu" else None,
            "link": f"{content.get('title', '')}\n{content.get('url', '')}",
        }.get(kind, "")
        if kind == "text" and not (isinstance(words, str) and words):
            raise PlatformError(44002)
        if len(str(words).encode()) > LONGEST_CUSTOM:
            raise PlatformError(45002)
        return str(words)


def _menu_words(content: Mapping[str, Any]) -> str:
    lines = [str(each.get("content", "")) for each in content.get("list", [])]
    ends = (str(content.get("head_content", "")), str(content.get("tail_content", "")))
    return re.sub(r"\n+", "\n", "\n".join([ends[0], *lines, ends[1]])).strip()
