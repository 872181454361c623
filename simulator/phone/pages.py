"""The phone: a page, the little JSON that feeds it, and WeChat's sign-in pages. A cookie says whose phone
it is."""

from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from tornado.web import Finish, HTTPError, StaticFileHandler
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from simulator.control import ControlHandler, check_following, decoded, found, scan
from simulator.cookies import PERSON
from simulator.people import Person
from simulator.web import Handler, simulator_of
from simulator.wechat.oauth import Scope

HERE = Path(__file__).parent
VENDOR = HERE.parent.parent / "static" / "vendor"
LARGEST_PICTURE = 8 * 1024 * 1024
LISTED = 300
"""People to pick from on the page, at most."""
SCAN_TYPES = frozenset({"scancode_push", "scancode_waitmsg"})


class PhoneHandler(ControlHandler):
    def whose(self) -> Person | None:
        return self.simulator.people.person(self.get_cookie(PERSON, "") or "")

    def person(self) -> Person:
        """
        Raises:
            HTTPError: 409, nobody was picked yet.
        """
        if (person := self.whose()) is None:
            raise HTTPError(409)
        return person

    def page(self, template: str, **values: Any) -> NoReturn:
        """Render a page; nothing inline runs, and forms lead only here and to the service."""
        service = urlsplit(self.simulator.wechat.callbacks.url)
        policy = {
            "default-src": "'self'",
            "img-src": "'self' data: blob:",
            "frame-src": "http: https:",
            "form-action": f"'self' {service.scheme}://{service.netloc}",
            "object-src": "'none'",
            "base-uri": "'none'",
            "frame-ancestors": "'self'",
        }
        self.set_header("Content-Security-Policy", "; ".join(f"{key} {policy[key]}" for key in policy))
        self.set_header("Referrer-Policy", "no-referrer")
        self.render(template, **values)
        raise Finish


class IndexHandler(PhoneHandler):
    """GET /: the page."""

    def get(self) -> None:
        config = self.simulator.config
        self.page("phone.html", account=config.account_name)


class StateHandler(PhoneHandler):
    """GET /phone/state: all that the page shows."""

    def get(self) -> None:
        person, simulator = self.whose(), self.simulator
        everybody = [
            {"id": each.id, "name": each.name, "about": each.about, "colour": each.colour}
            for each in simulator.people.people[:LISTED]
        ]
        if person is None:
            self.reply({"person": None, "people": everybody})
        chat = simulator.wechat.chats.chat(person.id)
        self.reply(
            {
                "person": person.model_dump(mode="json"),
                "bodies": [body.model_dump(mode="json") for body in simulator.people.bodies],
                "people": everybody,
                "account": simulator.config.account_name,
                "service": "{0.scheme}://{0.netloc}".format(urlsplit(simulator.wechat.callbacks.url)),
                "following": person.id in simulator.wechat.following,
                "menu": simulator.wechat.menu,
                "chat": [entry.document() for entry in chat.entries],
                "chat_unread": chat.unread,
                "sms": simulator.aliyun.inbox(person.phone),
                "sms_unread": simulator.aliyun.unread(person.phone),
            }
        )


class ChangeHandler(PhoneHandler):
    """POST /phone/person {"id"}: take another person's phone, with its cookies."""

    def post(self) -> None:
        key = self.asked().get("id")
        new = found(self.simulator, str(key)).id if key else ""
        cookies = {name: morsel.value for name, morsel in self.request.cookies.items()}
        old = self.get_cookie(PERSON, "") or ""
        if new != old:
            for name, value in self.simulator.jars.change(old, new, cookies).items():
                self._keep(name, value)
            self._keep(PERSON, new or None)
            self.simulator.changed()
        self.reply({"person": new or None})

    def _keep(self, name: str, value: str | None) -> None:
        """Set a cookie's value as it is: it was encoded when it was set first."""
        if value is None:
            self.clear_cookie(name, path="/")
        else:
            self.set_cookie(name, value, path="/", httponly=True, samesite="Lax")


class DeedHandler(PhoneHandler):
    """POST /phone/{deed}: what the person does in the chat. Answers at once; the page sees the rest come."""

    async def post(self, deed: str) -> None:
        person = self.person()
        check_following(self.simulator, person, deed)
        self.reply(await getattr(self, f"_{deed}")(person, self.asked()) or {})

    async def _follow(self, person: Person, _asked: dict[str, Any]) -> None:
        await self.simulator.wechat.follow(person)

    async def _unfollow(self, person: Person, _asked: dict[str, Any]) -> None:
        await self.simulator.wechat.unfollow(person)

    async def _text(self, person: Person, asked: dict[str, Any]) -> None:
        if text := str(asked.get("text", "")):
            await self.simulator.wechat.say(person, text)

    async def _image(self, person: Person, asked: dict[str, Any]) -> None:
        head, _, data = str(asked.get("picture", "")).partition(",")
        media_type = head.removeprefix("data:").removesuffix(";base64")
        picture = decoded(data)
        if media_type not in {"image/png", "image/jpeg", "image/gif"} or len(picture) > LARGEST_PICTURE:
            raise HTTPError(400)
        await self.simulator.wechat.show(person, media_type, picture)

    async def _menu(self, person: Person, asked: dict[str, Any]) -> dict[str, Any]:
        button = self.simulator.wechat.button(list(asked.get("path", [])))
        if button is None:
            raise HTTPError(404)
        if button["type"] == "view":
            self.simulator.wechat.later(self.simulator.wechat.view(person, button["url"]))
            return {"open": button["url"]}
        if button["type"] in SCAN_TYPES:
            return {"scan": True}
        if button["type"] != "click":
            return {"notice": "模拟手机不支持这种菜单"}
        await self.simulator.wechat.click(person, button["key"])
        return {}

    async def _scan(self, person: Person, asked: dict[str, Any]) -> dict[str, Any]:
        return await scan(self.simulator, person, str(asked.get("text", "")))

    async def _seen(self, person: Person, asked: dict[str, Any]) -> None:
        if asked.get("what") == "sms":
            self.simulator.aliyun.read(person.phone)
        else:
            self.simulator.wechat.chats.seen(person.id)


class UpdatesHandler(WebSocketHandler):
    """GET /phone/updates: says `changed` after every change."""

    def open(self, *_args: str, **_named: str) -> None:
        simulator_of(self.application).listeners.add(self.tell)

    def on_close(self) -> None:
        simulator_of(self.application).listeners.discard(self.tell)

    def on_message(self, message: str | bytes) -> None:
        """Nothing: the page sends no messages that matter."""

    def tell(self) -> None:
        try:
            self.write_message("changed")
        except WebSocketClosedError:
            self.on_close()


class PictureHandler(Handler):
    """GET /media/{id}: a picture of the chat, as PicUrl has it."""

    def get(self, key: str) -> None:
        found = self.simulator.wechat.media.get(key)
        if found is None:
            raise HTTPError(404)
        self.set_header("Content-Type", found[0])
        self.finish(found[1])


class AuthorizeHandler(PhoneHandler):
    """GET and POST /connect/oauth2/authorize: silent, or after the person has agreed."""

    def get(self) -> None:
        scope = self._checked()
        person = self.person()
        if scope == "snsapi_base" or person.id in self.simulator.wechat.following:
            self._back(person, scope)
        self.page("consent.html", person=person, account=self.simulator.config.account_name)

    def post(self) -> None:
        scope, person = self._checked(), self.person()
        if self.get_body_argument("allow", "") == "1":
            self._back(person, scope)
        self._refuse("已取消登录", 200)

    def _checked(self) -> Scope:
        """The scope of a request that WeChat accepts; for any other request its error page is shown."""
        service = urlsplit(self.simulator.wechat.callbacks.url)
        target = urlsplit(self.get_query_argument("redirect_uri", ""))
        scope = self.get_query_argument("scope", "")
        if self.whose() is None:
            self._refuse("请在微信客户端打开链接", 403)
        if self.get_query_argument("appid", "") != self.simulator.config.wechat_appid:
            self._refuse("appid 参数错误，错误码:10013")
        if target.netloc != service.netloc or target.scheme not in {"http", "https"}:
            self._refuse("redirect_uri 域名与后台配置不一致，错误码:10003")
        if self.get_query_argument("response_type", "") != "code":
            self._refuse("response_type 参数错误")
        if scope not in {"snsapi_base", "snsapi_userinfo"}:
            self._refuse("Scope 参数错误或没有 Scope 权限，错误码:10005")
        return "snsapi_base" if scope == "snsapi_base" else "snsapi_userinfo"

    def _back(self, person: Person, scope: Scope) -> NoReturn:
        code = self.simulator.wechat.signins.code(person.id, scope)
        target = urlsplit(self.get_query_argument("redirect_uri"))
        query = [*parse_qsl(target.query, keep_blank_values=True), ("code", code)]
        query.append(("state", self.get_query_argument("state", "")))
        self.redirect(urlunsplit((*target[:3], urlencode(query), "")))
        raise Finish

    def _refuse(self, words: str, status: int = 400) -> NoReturn:
        self.set_status(status)
        self.page("refused.html", words=words)

    def prepare(self) -> None:
        super().prepare()
        if len(self.get_query_argument("state", "")) > 128:
            raise HTTPError(400)


ROUTES: list[Any] = [
    ("/phone/state", StateHandler),
    ("/phone/person", ChangeHandler),
    ("/phone/updates", UpdatesHandler),
    ("/phone/(follow|unfollow|text|image|menu|scan|seen)", DeedHandler),
    (r"/media/([\w-]+)", PictureHandler),
    ("/connect/oauth2/authorize", AuthorizeHandler),
    (r"/phone/static/(.*)", StaticFileHandler, {"path": str(HERE / "static")}),
    (r"/phone/vendor/(.*)", StaticFileHandler, {"path": str(VENDOR)}),
]
