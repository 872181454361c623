"""WeChat's server API: template messages, sign-in, menu, users, QRs with a parameter.

Satisfies `Identity` and `Followers` of `models.people.verification`, and `SceneCodes` of `models.pairings`.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar
from urllib.parse import urlencode

from models.pairings import SceneCodesUnavailable
from models.people import PlatformUser
from models.people.accounts import SignInCodeInvalid, SignInSnapshot, WechatUnavailable
from wechat_backend.gateways.base import GatewayError, JsonGateway, Remedy, as_json
from wechat_backend.gateways.tokens import Tokens
from wechat_backend.settings import Settings

STALE_TOKEN = frozenset({"40001", "40014", "42001"})
BAD_CODE = frozenset({"40029", "40163", "41008", "42003", "40226"})
"""Codes of a sign-in that are invented, used, missing, expired, or of a user WeChat blocks."""
NO_MENU = "46003"
NO_USER = frozenset({Remedy.FALL_BACK, Remedy.GIVE_UP})
"""Of a question about a user: there is none of ours, whenever it is asked."""


@dataclass(frozen=True)
class App:
    """An official account or a mini-program."""

    appid: str
    secret: str


class WeChat(JsonGateway):
    provider = "wechat"
    remedies: ClassVar[Mapping[str, Remedy]] = {
        "40003": Remedy.FALL_BACK,  # not a follower's openid
        "43004": Remedy.FALL_BACK,  # not following
        "43019": Remedy.FALL_BACK,  # on the account's blacklist
        "43101": Remedy.FALL_BACK,  # refuses messages
        "45009": Remedy.WAIT,
        "45011": Remedy.WAIT,
        "40164": Remedy.WAIT,  # our address is not on its list
        "48001": Remedy.WAIT,  # the account may not do this
        "40013": Remedy.WAIT,  # bad appid
        "40037": Remedy.GIVE_UP,  # bad template id
        "40125": Remedy.WAIT,  # bad secret
        "41028": Remedy.GIVE_UP,
        "41030": Remedy.GIVE_UP,
        "47001": Remedy.GIVE_UP,
        "47003": Remedy.GIVE_UP,  # a field does not fit the template
    }

    def __init__(self, url: str, account: App, miniprogram: App, tokens: Tokens) -> None:
        super().__init__(url)
        self.account, self.miniprogram, self.tokens = account, miniprogram, tokens

    @classmethod
    def of(cls, settings: Settings, tokens: Tokens) -> "WeChat":
        return cls(
            settings.wechat_api_url,
            App(settings.wechat_appid, settings.wechat_secret.get_secret_value()),
            App(settings.miniprogram_appid, settings.miniprogram_secret.get_secret_value()),
            tokens,
        )

    async def send_template(
        self, openid: str, template: str, fields: Mapping[str, str], url: str, delivery: str
    ) -> str:
        """Send a template message; WeChat drops a second one of the same delivery for 10 minutes.

        Returns WeChat's message id.

        Raises:
            GatewayError
        """
        message = {
            "touser": openid,
            "template_id": template,
            "url": url,
            "client_msg_id": sha256(delivery.encode()).hexdigest()[:32],
            "data": {name: {"value": value} for name, value in fields.items()},
        }
        async with self.watched("template"):
            answer = await self._call("/cgi-bin/message/template/send", body=message)
        return str(answer.get("msgid", ""))

    async def exchange(self, code: str) -> PlatformUser:
        """Who an OAuth code (`snsapi_base`) stands for; see `models.people.verification.Identity`.

        That scope does not bring the `unionid`, which joins this user with the mini-program's: it is asked
        for, and done without where WeChat does not tell.
        """
        query = {
            "appid": self.account.appid,
            "secret": self.account.secret,
            "code": code,
            "grant_type": "authorization_code",
        }
        answer = await self._sign_in("oauth", "/sns/oauth2/access_token", query)
        if answer.get("is_snapshotuser") == 1:
            raise SignInSnapshot
        user = _user(answer)
        unionid = user.unionid
        if unionid is None:
            with suppress(WechatUnavailable):
                unionid = await self.unionid(user.openid)
        return PlatformUser(user.openid, unionid)

    async def unionid(self, openid: str) -> str | None:
        """Whose an openid is; see `models.people.verification.Followers`."""
        try:
            return (await self.user(openid)).get("unionid") or None
        except GatewayError as error:
            if error.remedy in NO_USER:
                return None
            raise WechatUnavailable from error

    async def miniprogram_session(self, code: str) -> PlatformUser:
        """Who a code of `wx.login` stands for; see `models.people.verification.Identity`."""
        query = {
            "appid": self.miniprogram.appid,
            "secret": self.miniprogram.secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return _user(await self._sign_in("jscode2session", "/sns/jscode2session", query))

    async def user(self, openid: str) -> dict[str, Any]:
        """What WeChat tells of a user: `subscribe` 0 or 1, `unionid`, `language`, …"""
        async with self.watched("user"):
            return await self._call("/cgi-bin/user/info", query={"openid": openid, "lang": "zh_CN"})

    async def scene_code(self, scene: str, seconds: int) -> str:
        """What a QR must say whose scan brings `scene`; see `models.pairings.scanning.SceneCodes`."""
        asked = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        try:
            async with self.watched("qr_create"):
                answer = await self._call("/cgi-bin/qrcode/create", body=asked)
        except GatewayError as error:
            raise SceneCodesUnavailable from error
        return str(answer["url"])

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        async with self.watched("menu_create"):
            await self._call("/cgi-bin/menu/create", body=menu)

    async def menu(self) -> dict[str, Any] | None:
        """The menu as WeChat has it, None where there is none."""
        try:
            async with self.watched("menu_get"):
                answer = await self._call("/cgi-bin/menu/get")
        except GatewayError as error:
            if error.code == NO_MENU:
                return None
            raise
        menu: dict[str, Any] = answer["menu"]
        return menu

    async def _call(
        self, path: str, *, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Call with the access token; a token that turns out stale is replaced, once. Where a new one is
        refused too, the fault is ours, and WeChat is not asked again for a while."""
        token = await self.tokens.get(self.account.appid, self._fetch_token)
        try:
            return await self._ask(path, {**(query or {}), "access_token": token}, body)
        except GatewayError as error:
            if error.code not in STALE_TOKEN:
                raise
        token = await self.tokens.get(self.account.appid, self._fetch_token, failed=token)
        try:
            return await self._ask(path, {**(query or {}), "access_token": token}, body)
        except GatewayError as error:
            if error.code not in STALE_TOKEN:
                raise
            raise GatewayError(self.provider, error.code, Remedy.WAIT) from None

    async def _ask(
        self, path: str, query: Mapping[str, str], body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        content = None if body is None else as_json(body)
        _, answer = await self.fetch(f"{path}?{urlencode(query)}" if query else path, content)
        if answer.get("errcode", 0) != 0:
            raise self.error(str(answer["errcode"]))
        return answer

    async def _fetch_token(self, force: bool) -> tuple[str, int]:
        async with self.watched("stable_token"):
            answer = await self._ask(
                "/cgi-bin/stable_token",
                {},
                {
                    "grant_type": "client_credential",
                    "appid": self.account.appid,
                    "secret": self.account.secret,
                    "force_refresh": force,
                },
            )
        return str(answer["access_token"]), int(answer["expires_in"])

    async def _sign_in(self, operation: str, path: str, query: Mapping[str, str]) -> dict[str, Any]:
        try:
            async with self.watched(operation):
                return await self._ask(path, query)
        except GatewayError as error:
            if error.code in BAD_CODE:
                raise SignInCodeInvalid from None
            raise WechatUnavailable from error


def _user(answer: Mapping[str, Any]) -> PlatformUser:
    return PlatformUser(str(answer["openid"]), answer.get("unionid") or None)
