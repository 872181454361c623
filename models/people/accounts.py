"""A user of the chat platform: one account, whether seen in the official account or the mini-program."""

from contextlib import suppress
from datetime import datetime
from typing import ClassVar, Literal, NotRequired
from uuid import uuid4

from models.errors import NotFound, Unauthenticated, Unavailable
from models.events import Cause, Event, Plan
from models.people.verification import PlatformUser
from models.sessions import Session, Sessions
from models.store import ChangedMeanwhile, Document, Record, Store, unique_text


class SignInSnapshot(Unauthenticated):
    code = "sign_in_snapshot"
    message = "当前为微信快照页，请点击右下角「使用完整服务」后再登录"


class SignInCodeInvalid(Unauthenticated):
    code = "sign_in_code_invalid"
    message = "登录已失效，请重新登录"


class WechatUnavailable(Unavailable):
    code = "wechat_unavailable"
    message = "微信登录服务暂时无法使用，请稍后再试"


class AccountNotFound(NotFound):
    code = "account_not_found"
    message = "没有找到该账号"


ASK_UNIONID = "account.ask_unionid"
"""What is planned when somebody follows: to ask whose the openid is (`models.people.joining`)."""
MOST_OVERTAKEN = 5
"""How often another first contact of the same user (by page, by mini-program, by following) can come between
the reading and the writing."""
FOLLOWING = ("following", "following_since")
Language = Literal["zh_CN", "en"]


class Account(Record):
    """`openid` is the official account's.

    `acting` is the id of the enterprise or organization that the account's person acts for just now;
    `absorbed` are ids of accounts that turned out to be the same user's. `elder` asks for large text.
    """

    openid: NotRequired[str]
    miniprogram_openid: NotRequired[str]
    unionid: NotRequired[str]
    following: NotRequired[bool]
    following_since: NotRequired[datetime]
    seen_at: datetime
    language: NotRequired[Language]
    elder: bool
    acting: NotRequired[str | None]
    absorbed: NotRequired[list[str]]


class Accounts(Store[Account]):
    collection = "accounts"
    missing = AccountNotFound
    tells = (
        "account.arrived",
        "account.followed",
        "account.unfollowed",
        "account.joined",
        "account.preferred",
        "account.acting_changed",
        "account.absorbed",
        "account.merged",
    )
    plans = (ASK_UNIONID,)
    indexes: ClassVar = [unique_text("openid"), unique_text("miniprogram_openid"), unique_text("unionid")]

    async def signed_in(
        self, sessions: Sessions, token: str, by: Cause
    ) -> tuple[Session, Account | None] | None:
        """The live session of a token, and whose it is, in one round trip; None where there is none. The
        account of a session may be gone."""
        found = await sessions.find_with_account(token, by)
        if found is None:
            return None
        session, account = found
        return session, None if account is None else self.shaped(account)

    async def find(self, openid: str) -> Account | None:
        """The account of a user of the official account, if it is known."""
        return await self._first({"openid": openid})

    async def follow(self, openid: str, by: Cause, at: datetime | None = None) -> Account:
        """Note that the user follows the account; `at` is when it happened, if not now. An old report that
        comes late changes nothing."""
        plans = (Plan(ASK_UNIONID, by.at),)
        return await self._following(openid, True, "account.followed", by, at, plans)

    async def unfollow(self, openid: str, by: Cause, at: datetime | None = None) -> Account:
        return await self._following(openid, False, "account.unfollowed", by, at)

    async def find_by_openid(self, openid: str) -> Account | None:
        """The account of a follower of the official account, if there is one."""
        return await self._first({"openid": openid})

    async def arrive(self, user: PlatformUser, by: Cause) -> Account:
        """The account of a user who came through the official account."""
        return await self._arrive("openid", user, by)

    async def arrive_miniprogram(self, user: PlatformUser, by: Cause) -> Account:
        """The account of a user who came through the mini-program."""
        return await self._arrive("miniprogram_openid", user, by)

    async def prefer(self, account: str, by: Cause, **preferences: str | bool) -> Account:
        """Keep `language` or `elder` (large text) for the next visit."""
        return await self.change(
            account,
            expects={},
            sets=preferences,
            event=Event("account.preferred", account, by, dict(preferences)),
            otherwise=self.missing,
        )

    async def act_for(self, account: str, body: str | None, by: Cause) -> Account:
        """Act for a body from now on, or for oneself (`None`); `Binding.acting` checks that this is
        allowed."""
        return await self.change(
            account,
            expects={},
            sets={"acting": body},
            event=Event("account.acting_changed", account, by, {"body": body}),
            otherwise=self.missing,
        )

    async def _following(
        self,
        openid: str,
        following: bool,
        name: str,
        by: Cause,
        at: datetime | None,
        plans: tuple[Plan, ...] = (),
    ) -> Account:
        at = at or by.at
        match = {"openid": openid, "following_since": {"$not": {"$gt": at}}}
        try:
            return await self._upsert(match, {"following": following, "following_since": at}, name, by, plans)
        except ChangedMeanwhile:  # something later is known already
            return self.shaped(await self.documents.find_one({"openid": openid}))

    async def _arrive(self, field: str, user: PlatformUser, by: Cause) -> Account:
        for _ in range(MOST_OVERTAKEN):
            with suppress(ChangedMeanwhile):
                return await self._place(field, user, by)
        return await self._place(field, user, by)

    async def _place(self, field: str, user: PlatformUser, by: Cause) -> Account:
        known = await self._first({field: user.openid})
        if known and (user.unionid is None or known.get("unionid") == user.unionid):
            return known
        if user.unionid is None:
            return await self._upsert({field: user.openid}, {}, "account.arrived", by)
        twin = await self._first({"unionid": user.unionid})
        if twin is None:
            return await self._upsert({field: user.openid}, {"unionid": user.unionid}, "account.arrived", by)
        if known:
            await self._absorb(twin, known, by)
            await self._release(known, field, by)
        following = {name: value for name, value in (known or {}).items() if name in FOLLOWING}
        return await self._upsert(
            {"unionid": user.unionid}, {field: user.openid, **following}, "account.joined", by
        )

    async def _absorb(self, twin: Account, known: Account, by: Cause) -> None:
        """Note which account the twin replaces, so that `Binding.keep_bound` finds the person bound to it."""
        await self.change(
            twin["_id"],
            expects={},
            update={"$addToSet": {"absorbed": known["_id"]}},
            event=Event("account.absorbed", twin["_id"], by, {"account": known["_id"]}),
            otherwise=self.missing,
        )

    async def _release(self, known: Account, field: str, by: Cause) -> None:
        """Free an openid that turned out to belong to another account of the same user.

        If the process dies here, the next arrival finds that account by its unionid and goes on.
        """
        await self.change(
            known["_id"],
            expects={},
            update={"$unset": {field: ""}},
            event=Event("account.merged", known["_id"], by),
            otherwise=self.missing,
        )

    async def _upsert(
        self, match: Document, sets: Document, name: str, by: Cause, plans: tuple[Plan, ...] = ()
    ) -> Account:
        """
        Raises:
            ChangedMeanwhile: the account does not fulfil `match`, or another has what it is to get.
        """
        return await self.upsert(
            match,
            sets={**sets, "seen_at": by.at},
            update={"$setOnInsert": {"_id": uuid4().hex, "elder": False}},
            event=Event(name, next(iter(match.values())), by, plans=plans),
            otherwise=ChangedMeanwhile,
        )
