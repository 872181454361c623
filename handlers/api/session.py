"""Signing in with the code of a mini-program's `wx.login`, and out again."""

from dataclasses import replace
from datetime import datetime
from typing import Literal

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Resource, operation
from handlers.web.visitor import Auth
from models.events import Channel
from models.people.accounts import SignInCodeInvalid, WechatUnavailable
from models.sessions import LIFETIME


class SignIn(Asked):
    code: str = Field(min_length=1, max_length=256, description="from wx.login; works once")
    client: Literal["miniprogram", "app"] = Field(
        "miniprogram", description="who signs in; recorded with all that is done in the session"
    )


class Session(Answer):
    token: str = Field(description="for `Authorization: Bearer …`")
    expires_at: datetime
    bound: bool = Field(description="whether the real name is bound (article 7)")


class SessionResource(Resource):
    @operation(
        "Sign in",
        asks=SignIn,
        answers=Session,
        status=201,
        errors=(SignInCodeInvalid, WechatUnavailable),
    )
    async def post(self, asked: SignIn) -> Session:
        user = await self.services.identity.miniprogram_session(asked.code)
        by = replace(self.cause(), channel=Channel(asked.client))
        account = await self.services.accounts.arrive_miniprogram(user, by)
        by = replace(by, actor=f"account:{account['_id']}")
        await self.services.binding.keep_bound(account, by)
        return Session(
            token=await self.services.sessions.open(by.actor, by),
            expires_at=by.at + LIFETIME[by.channel],
            bound=await self.services.applicants.find_by_account(account["_id"]) is not None,
        )

    @operation("Sign out", auth=Auth.ACCOUNT)
    async def delete(self) -> None:
        if token := await self.token():
            await self.services.paired.sign_out(token, self.cause())


ENDPOINTS = [Endpoint("/session", SessionResource)]
