"""WeChat's server API, at the platform's own paths."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from tornado.web import HTTPError

from simulator.errors import WECHAT, PlatformError
from simulator.web import PlatformHandler
from simulator.wechat.menus import check_menu
from simulator.wechat.service import WeChat


class WeChatHandler(PlatformHandler):
    """Errors come as `errcode` and `errmsg` with HTTP 200."""

    def operation(self) -> str:
        return self.request.path.removeprefix("/cgi-bin/").lstrip("/")

    @property
    def wechat(self) -> WeChat:
        return self.simulator.wechat

    def refuse(self, error: PlatformError) -> None:
        code = int(error.code) if str(error.code).lstrip("-").isdigit() else -1
        words = f"{WECHAT.get(code, 'unknown')} {error.detail}".strip()
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.write(json.dumps({"errcode": code, "errmsg": f"{words} rid: simulator"}))

    def asked(self) -> dict[str, Any]:
        """
        Raises:
            PlatformError: 44002, 47001.
        """
        if not self.request.body:
            raise PlatformError(44002)
        document = self.document()
        if document is None:
            raise PlatformError(47001)
        return document

    def get(self) -> None:
        raise PlatformError(43002)

    def post(self) -> None:
        raise PlatformError(43001)

    def check_account(self, given: Mapping[str, Any]) -> None:
        self.check_app(given, self.simulator.config.wechat_appid, self.simulator.config.wechat_secret)

    def check_app(self, given: Mapping[str, Any], appid: str, secret: str) -> None:
        """
        Raises:
            PlatformError: 41002, 41004, 40013, 40125.
        """
        if not given.get("appid"):
            raise PlatformError(41002)
        if not given.get("secret"):
            raise PlatformError(41004)
        if given["appid"] != appid:
            raise PlatformError(40013)
        if given["secret"] != secret:
            raise PlatformError(40125)

    def queried(self) -> dict[str, str]:
        return {name: values[-1].decode() for name, values in self.request.query_arguments.items()}

    def ok(self, **more: Any) -> None:
        self.reply({"errcode": 0, "errmsg": "ok", **more})


class AccountHandler(WeChatHandler):
    """Needs the account's access token, and counts towards the quota of the day."""

    async def prepare(self) -> None:
        await super().prepare()
        if not self._finished:
            self.wechat.tokens.check(self.get_query_argument("access_token", ""))
            self.wechat.count(self.operation())


class TokenHandler(WeChatHandler):
    """GET /cgi-bin/token"""

    def get(self) -> None:
        given = self.queried()
        if given.get("grant_type") != "client_credential":
            raise PlatformError(40002)
        self.check_account(given)
        self.wechat.count("token")
        token, seconds = self.wechat.tokens.legacy()
        self.reply({"access_token": token, "expires_in": seconds})


class StableTokenHandler(WeChatHandler):
    """POST /cgi-bin/stable_token"""

    def post(self) -> None:
        given = self.asked()
        if given.get("grant_type") != "client_credential":
            raise PlatformError(40002)
        self.check_account(given)
        self.wechat.count("stable_token")
        token, seconds = self.wechat.tokens.stable(given.get("force_refresh") is True)
        self.reply({"access_token": token, "expires_in": seconds})


class MenuCreateHandler(AccountHandler):
    """POST /cgi-bin/menu/create"""

    def post(self) -> None:
        self.wechat.menu = check_menu(self.asked())
        self.simulator.changed()
        self.ok()


class MenuGetHandler(AccountHandler):
    """GET /cgi-bin/menu/get"""

    def get(self) -> None:
        if self.wechat.menu is None:
            raise PlatformError(46003)
        self.reply({"menu": self.wechat.menu})


class MenuDeleteHandler(AccountHandler):
    """GET /cgi-bin/menu/delete"""

    def get(self) -> None:
        self.wechat.menu = None
        self.simulator.changed()
        self.ok()


class TemplateSendHandler(AccountHandler):
    """POST /cgi-bin/message/template/send"""

    def post(self) -> None:
        self.ok(msgid=self.wechat.send_template(self.asked()))


class CustomSendHandler(AccountHandler):
    """POST /cgi-bin/message/custom/send"""

    def post(self) -> None:
        self.wechat.send_custom(self.asked())
        self.ok()


class QrCreateHandler(AccountHandler):
    """POST /cgi-bin/qrcode/create"""

    def post(self) -> None:
        self.reply(self.wechat.codes.create(self.asked()))


class ShowQrHandler(WeChatHandler):
    """GET /cgi-bin/showqrcode: the picture; by its ticket alone, without a token."""

    def get(self) -> None:
        picture = self.wechat.codes.picture(self.get_query_argument("ticket", ""))
        if picture is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "image/png")
        self.finish(picture)


class UserInfoHandler(AccountHandler):
    """GET /cgi-bin/user/info"""

    def get(self) -> None:
        self.reply(self.wechat.user(self.get_query_argument("openid", "")))


class TicketHandler(AccountHandler):
    """GET /cgi-bin/ticket/getticket?type=jsapi"""

    def get(self) -> None:
        if self.get_query_argument("type", "") != "jsapi":
            raise PlatformError(40097)
        ticket, seconds = self.wechat.jsapi_ticket()
        self.ok(ticket=ticket, expires_in=seconds)


class MediaHandler(AccountHandler):
    """GET /cgi-bin/media/get: a picture that somebody sent."""

    def get(self) -> None:
        found = self.wechat.media.get(self.get_query_argument("media_id", ""))
        if found is None:
            raise PlatformError(40007)
        self.set_header("Content-Type", found[0])
        self.finish(found[1])


class OauthTokenHandler(WeChatHandler):
    """GET /sns/oauth2/access_token: who a code of a page stands for."""

    def get(self) -> None:
        given = self.queried()
        self.check_account(given)
        if given.get("grant_type") != "authorization_code":
            raise PlatformError(40002)
        code = self.wechat.signins.redeem(given.get("code", ""), miniprogram=False)
        ids, more = self.wechat.ids, dict[str, Any]()
        if code.scope == "snsapi_userinfo":
            more["unionid"] = ids.unionid(code.person)
        if code.snapshot:
            more["is_snapshotuser"] = 1
        self.reply(
            {
                "access_token": self.wechat.signins.grant(code),
                "expires_in": 7200,
                "refresh_token": "",
                "openid": ids.openid(code.person),
                "scope": code.scope,
                **more,
            }
        )


class OauthUserHandler(WeChatHandler):
    """GET /sns/userinfo: what somebody who agreed lets a page know."""

    def get(self) -> None:
        grant = self.wechat.signins.granted(self.get_query_argument("access_token", ""))
        openid = self.wechat.ids.openid(grant.person)
        if self.get_query_argument("openid", "") != openid:
            raise PlatformError(40003)
        self.reply(
            {
                "openid": openid,
                "nickname": self.wechat.person(openid).name,
                "sex": 0,
                "province": "",
                "city": "",
                "country": "",
                "headimgurl": "",
                "privilege": [],
                "unionid": self.wechat.ids.unionid(grant.person),
            }
        )


class MiniprogramHandler(WeChatHandler):
    """GET /sns/jscode2session: who a code of the mini-program stands for."""

    SESSION_KEY: ClassVar[str] = "c2ltdWxhdG9yLXNlc3Npb24ta2V5Lg=="

    def get(self) -> None:
        given, config = self.queried(), self.simulator.config
        self.check_app(given, config.miniprogram_appid, config.miniprogram_secret)
        if given.get("grant_type") != "authorization_code":
            raise PlatformError(40002)
        code = self.wechat.signins.redeem(given.get("js_code", ""), miniprogram=True)
        self.reply(
            {
                "openid": self.wechat.ids.miniprogram_openid(code.person),
                "session_key": self.SESSION_KEY,
                "unionid": self.wechat.ids.unionid(code.person),
            }
        )


class UnknownHandler(WeChatHandler):
    """Any other path under /cgi-bin/"""

    def get(self) -> None:
        raise PlatformError(40066)

    post = get


ROUTES = [
    ("/cgi-bin/token", TokenHandler),
    ("/cgi-bin/stable_token", StableTokenHandler),
    ("/cgi-bin/menu/create", MenuCreateHandler),
    ("/cgi-bin/menu/get", MenuGetHandler),
    ("/cgi-bin/menu/delete", MenuDeleteHandler),
    ("/cgi-bin/message/template/send", TemplateSendHandler),
    ("/cgi-bin/message/custom/send", CustomSendHandler),
    ("/cgi-bin/qrcode/create", QrCreateHandler),
    ("/cgi-bin/showqrcode", ShowQrHandler),
    ("/cgi-bin/user/info", UserInfoHandler),
    ("/cgi-bin/ticket/getticket", TicketHandler),
    ("/cgi-bin/media/get", MediaHandler),
    ("/sns/oauth2/access_token", OauthTokenHandler),
    ("/sns/userinfo", OauthUserHandler),
    ("/sns/jscode2session", MiniprogramHandler),
]
UNKNOWN = ("/cgi-bin/.*", UnknownHandler)
OPERATIONS = frozenset(path.removeprefix("/cgi-bin/").lstrip("/") for path, _ in ROUTES)
