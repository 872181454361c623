"""A member's own WeChat, for what is told to them.

The panel shows a QR; the WeChat that opens it and says that it is the member's is shown a code, which the
member enters in the panel. So a QR that another one has photographed binds nothing: their code is on their
phone alone, and the member's says that the QR has been used.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from pymongo.errors import DuplicateKeyError

from models import typed
from models.errors import BadInput, Conflict, NotFound
from models.events import Cause, Event
from models.privacy import Privacy
from models.staff.document import Linking, Member, is_let_in
from models.staff.members import MemberLeft, Staff

VALID = timedelta(minutes=5)
DIGITS = 4
TRIES = 5
"""At the code of one QR."""


class LinkGone(NotFound):
    code = "staff_wechat_link_gone"
    message = "二维码已失效，请回到工作人员平台“我的账号”，换一个二维码再扫"


class LinkTaken(Conflict):
    code = "staff_wechat_link_taken"
    message = "这个二维码已由另一个微信使用。不是您本人扫的，请在工作人员平台换一个二维码"


class LinkNotOpened(Conflict):
    code = "staff_wechat_not_opened"
    message = "请先用微信扫描二维码，并在手机上点“这是我的微信”"


class LinkOver(Conflict):
    code = "staff_wechat_link_over"
    message = "二维码已过期，或校验码多次填错，请换一个二维码再扫"


class LinkCodeWrong(BadInput):
    code = "staff_wechat_code_wrong"
    message = "校验码不对，请照手机上显示的4位数字填写"
    field = "code"


class WechatTaken(Conflict):
    code = "staff_wechat_taken"
    message = "这个微信已绑定另一位工作人员，请先由对方解除绑定，或换一个微信"


@dataclass(frozen=True)
class Invited:
    """What the page in WeChat shows: whose working WeChat it will be, and, to the WeChat that has taken it,
    the code."""

    member: Member
    code: str = ""


@dataclass(frozen=True)
class StaffWechats:
    staff: Staff
    privacy: Privacy

    async def begin(self, member: Member, by: Cause) -> str:
        """Open a way to bind a WeChat, and return its token, which only the QR knows; another way that was
        open is closed.

        Raises:
            MemberLeft: at the same moment.
        """
        token = secrets.token_urlsafe(32)
        await self.staff.change(
            member["_id"],
            expects={"left_at": None},
            sets={"linking": {"token": _digest(token), "until": by.at + VALID, "tries": 0}},
            event=Event("staff.wechat_begun", member["_id"], by),
            otherwise=MemberLeft,
        )
        return token

    async def invited(self, token: str, openid: str, now: datetime) -> Invited:
        """What a QR is for, as the WeChat `openid` sees it.

        Raises:
            LinkGone
            LinkTaken: by another WeChat.
        """
        member = await self.staff.first({"linking.token": _digest(token)})
        if member is None or not is_let_in(member) or member["linking"]["until"] <= now:
            raise LinkGone
        linking = member["linking"]
        if "index" not in linking:
            return Invited(member)
        if linking["index"] != self._index(openid):
            raise LinkTaken
        return Invited(member, self._open(member, linking.get("code", ""), "code"))

    async def take(self, token: str, openid: str, by: Cause) -> None:
        """The user of this WeChat says that the member of the QR is they. Of two who do so at once one does.

        Raises:
            LinkGone, LinkTaken
            WechatTaken: it is another member's.
        """
        invited = await self.invited(token, openid, by.at)
        if invited.code:
            return
        member, index = invited.member, self._index(openid)
        other = await self.staff.first({"wechat.index": index})
        if other and other["_id"] != member["_id"]:
            raise WechatTaken
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
        await self.staff.change(
            member["_id"],
            expects={"linking.token": _digest(token), "linking.index": None},
            sets={
                "linking.openid": self._seal(member, openid, "openid"),
                "linking.index": index,
                "linking.code": self._seal(member, code, "code"),
            },
            event=Event("staff.wechat_scanned", member["_id"], by),
            otherwise=LinkTaken,
        )

    async def finish(self, member: Member, code: str, by: Cause) -> Member:
        """Keep the WeChat that showed this code, in place of another one.

        Raises:
            LinkOver, LinkNotOpened, LinkCodeWrong
            WechatTaken: it has become another member's meanwhile.
        """
        linking = await self._tried(member, by)
        given, shown = typed.digits(code), self._open(member, linking.get("code", ""), "code")
        if not secrets.compare_digest(given.encode(), shown.encode()):
            raise LinkCodeWrong
        wechat = {"openid": linking["openid"], "index": linking["index"], "since": by.at}
        try:
            return await self.staff.change(
                member["_id"],
                expects={"linking.token": linking["token"], "left_at": None},
                sets={"wechat": wechat},
                update={"$unset": {"linking": ""}},
                event=Event("staff.wechat_kept", member["_id"], by),
                otherwise=LinkOver,
            )
        except DuplicateKeyError:
            raise WechatTaken from None

    async def remove(self, member: Member, by: Cause) -> None:
        """Keep the WeChat no more. Doing it again changes nothing."""
        event = Event("staff.wechat_removed", member["_id"], by)
        await self.staff.drop(member["_id"], {"wechat": {"$ne": None}}, ("wechat", "linking"), event)

    async def forget(self, openid: str, by: Cause) -> None:
        """The user of this WeChat has taken back what let us know the openid: it is kept for no member."""
        index = self._index(openid)
        for field in ("wechat", "linking"):
            theirs = {f"{field}.index": index}
            while member := await self.staff.first(theirs):
                event = Event("staff.wechat_removed", member["_id"], by)
                await self.staff.drop(member["_id"], theirs, (field,), event)

    def openid(self, member: Member) -> str:
        """Of the member's WeChat, for what sends to it; "" where there is none."""
        wechat = member.get("wechat")
        return self._open(member, wechat["openid"], "openid") if wechat else ""

    async def _tried(self, member: Member, by: Cause) -> Linking:
        """The way that a WeChat has taken, with one more try at its code counted.

        Raises:
            LinkOver, LinkNotOpened
        """
        if not can_link(member, by.at):
            raise LinkOver
        linking = member["linking"]
        if "index" not in linking:
            raise LinkNotOpened
        await self.staff.change(
            member["_id"],
            expects={"linking.token": linking["token"], "linking.tries": {"$lt": TRIES}},
            update={"$inc": {"linking.tries": 1}},
            event=Event("staff.wechat_tried", member["_id"], by),
            otherwise=LinkOver,
        )
        return linking

    def _index(self, openid: str) -> str:
        return self.privacy.index(openid, "staff_wechat")

    def _seal(self, member: Member, text: str, what: str) -> str:
        return self.privacy.seal(text, f"staff:{member['_id']}:wechat:{what}")

    def _open(self, member: Member, sealed: str, what: str) -> str:
        return self.privacy.open(sealed, f"staff:{member['_id']}:wechat:{what}")


def can_link(member: Member, now: datetime) -> bool:
    """Whether a QR of the member's can still bind."""
    return "linking" in member and now < member["linking"]["until"]


def _digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()
