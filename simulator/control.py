"""The control API for tests and demonstrations; docs/simulator.md describes it with examples."""

from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from tornado.web import HTTPError

from simulator.aliyun import service as aliyun
from simulator.api import government as government_api
from simulator.api import wechat as wechat_api
from simulator.faults import Fault
from simulator.people import Person
from simulator.state import Simulator
from simulator.web import Handler
from simulator.wechat.callbacks import Push
from simulator.wechat.oauth import Scope
from simulator.wechat.qrcodes import ADDRESS

Document = dict[str, Any]


class ControlHandler(Handler):
    """Changes take JSON only, which no page of another origin can send without being asked first."""

    def asked(self) -> Document:
        """The JSON body; {} where there is none.

        Raises:
            HTTPError: 415, 400.
        """
        if not self.request.body:
            return {}
        if not self.request.headers.get("Content-Type", "").startswith("application/json"):
            raise HTTPError(415)
        if (document := self.document()) is None:
            raise HTTPError(400)
        return document

    def prepare(self) -> None:
        site = self.request.headers.get("Sec-Fetch-Site", "none")
        if self.request.method != "GET" and site not in {"none", "same-origin"}:
            raise HTTPError(403)

    def write_error(self, status_code: int, **_details: Any) -> None:
        self.finish({"status": status_code, "error": self._reason})


OPERATIONS = wechat_api.OPERATIONS | aliyun.VERSIONS.keys() | government_api.OPERATIONS
"""What can be told to fail."""

LISTS: Mapping[str, Callable[[Simulator], list[Document]]] = {
    "template-messages": lambda simulator: simulator.wechat.template_messages,
    "custom-messages": lambda simulator: simulator.wechat.custom_messages,
    "sms": lambda simulator: simulator.aliyun.messages,
    "verifications": lambda simulator: [
        *simulator.aliyun.verifications,
        *simulator.government.verifications,
    ],
    "acceptance": lambda simulator: simulator.government.records["acceptance"],
    "reviews": lambda simulator: simulator.government.records["reviews"],
    "disclosure": lambda simulator: simulator.government.records["disclosure"],
    "credit": lambda simulator: simulator.government.records["credit"],
    "callbacks": lambda simulator: [push.document() for push in simulator.wechat.callbacks.log],
    "people": lambda simulator: [person_document(simulator, person) for person in simulator.people.people],
    "bodies": lambda simulator: [body.model_dump(mode="json") for body in simulator.people.bodies],
}
"""What GET /control/… lists, in the order in which it came."""


class ListHandler(ControlHandler):
    """GET /control/{list}: `items`; the query picks by equality, as `?person=li`."""

    def get(self, name: str) -> None:
        wanted = {key: values[-1].decode() for key, values in self.request.query_arguments.items()}
        items = LISTS[name](self.simulator)
        chosen = [item for item in items if all(str(item.get(key)) == wanted[key] for key in wanted)]
        self.reply({"items": chosen})


class OverviewHandler(ControlHandler):
    """GET /control: the menu, the callback's address and how often each operation was called."""

    def get(self) -> None:
        simulator = self.simulator
        self.reply(
            {
                "callback_url": simulator.wechat.callbacks.url,
                "callback_encrypted": simulator.wechat.callbacks.envelope.encrypted,
                "menu": simulator.wechat.menu,
                "calls": dict(simulator.calls),
                "lists": sorted([*LISTS, "faults"]),
            }
        )


class FaultsHandler(ControlHandler):
    """GET, POST and DELETE /control/faults"""

    def get(self) -> None:
        self.reply({"items": [fault.document() for fault in self.simulator.faults.waiting]})

    def post(self) -> None:
        try:
            fault = Fault.model_validate(self.asked())
        except ValidationError as error:
            self.reply({"error": error.errors(include_url=False, include_context=False)}, 400)
        if fault.operation not in OPERATIONS:
            self.reply({"error": f"operation is one of: {', '.join(sorted(OPERATIONS))}"}, 400)
        self.simulator.faults.order(fault)
        self.reply(fault.document(), 201)

    def delete(self) -> None:
        self.simulator.faults.clear()
        self.reply({"items": []})


class SpoilHandler(ControlHandler):
    """POST /control/reviews/forgotten, …/altered and …/invented: 好差评 does not hold what it was told."""

    def post(self, way: str) -> None:
        asked = self.asked()
        fields = {name: value for name, value in asked.items() if name not in ("projectNo", "assessNumber")}
        project, number = given(asked, "projectNo"), given(asked, "assessNumber")
        if not self.simulator.government.spoil(way, project, number, fields):
            raise HTTPError(404)
        self.reply({"ok": True})


class TokensHandler(ControlHandler):
    """POST /control/tokens/expire and /control/tokens/invalidate"""

    def post(self, what: str) -> None:
        tokens = self.simulator.wechat.tokens
        {"expire": tokens.expire, "invalidate": tokens.invalidate}[what]()
        self.reply({"tokens": len(tokens.issued)})


class ResetHandler(ControlHandler):
    """POST /control/reset"""

    def post(self) -> None:
        self.simulator.reset()
        self.reply({"ok": True})


class CallbackHandler(ControlHandler):
    """POST /control/callback: where to push to from now on, and how; …/check: WeChat's GET check."""

    async def post(self, check: str) -> None:
        callbacks, asked = self.simulator.wechat.callbacks, self.asked()
        if check:
            self.reply({"ok": await callbacks.check()})
        encrypted = asked.get("encrypted", callbacks.envelope.encrypted)
        if not isinstance(encrypted, bool):
            raise HTTPError(400, reason="encrypted is true or false")
        if "url" in asked or "encrypted" not in asked:
            callbacks.url = given(asked, "url")
        callbacks.envelope.encrypted = encrypted
        self.reply({"url": callbacks.url, "encrypted": encrypted})


class AgainHandler(ControlHandler):
    """POST /control/callbacks/{number}/again: WeChat sends this message once more."""

    async def post(self, number: str) -> None:
        push = await self.simulator.wechat.callbacks.again(int(number))
        if push is None:
            raise HTTPError(404)
        self.reply(push.document())


class PersonHandler(ControlHandler):
    """GET /control/people/{id}: a person with their chat and their short messages."""

    def get(self, key: str) -> None:
        simulator, person = self.simulator, found(self.simulator, key)
        chat = simulator.wechat.chats.chat(person.id)
        self.reply(
            {
                **person_document(simulator, person),
                "chat": [entry.document() for entry in chat.entries],
                "sms": simulator.aliyun.inbox(person.phone),
            }
        )


class DeedHandler(ControlHandler):
    """POST /control/people/{id}/{deed}: what a person does; answers when the service has been told."""

    async def post(self, key: str, deed: str) -> None:
        person = found(self.simulator, key)
        check_following(self.simulator, person, deed)
        self.reply(await DEEDS[deed](self.simulator, person, self.asked()))


async def _follow(simulator: Simulator, person: Person, _asked: Document) -> Document:
    return pushed(await simulator.wechat.follow(person))


async def _unfollow(simulator: Simulator, person: Person, _asked: Document) -> Document:
    return pushed(await simulator.wechat.unfollow(person))


async def _text(simulator: Simulator, person: Person, asked: Document) -> Document:
    return pushed(await simulator.wechat.say(person, given(asked, "text")))


async def _image(simulator: Simulator, person: Person, asked: Document) -> Document:
    picture = decoded(given(asked, "base64"))
    return pushed(await simulator.wechat.show(person, asked.get("media_type", "image/png"), picture))


async def _click(simulator: Simulator, person: Person, asked: Document) -> Document:
    return pushed(await simulator.wechat.click(person, given(asked, "key")))


async def _view(simulator: Simulator, person: Person, asked: Document) -> Document:
    return pushed(await simulator.wechat.view(person, given(asked, "url")))


async def _scan(simulator: Simulator, person: Person, asked: Document) -> Document:
    return await scan(simulator, person, given(asked, "text"))


async def _block(simulator: Simulator, person: Person, asked: Document) -> Document:
    """Template messages are accepted, but reported as `failed:user block`."""
    blocked = asked.get("blocked", True)
    (simulator.wechat.blocking.add if blocked else simulator.wechat.blocking.discard)(person.id)
    simulator.changed()
    return {"blocked": bool(blocked)}


async def _sms_reports(simulator: Simulator, person: Person, asked: Document) -> Document:
    """What the carrier reports of messages to the person's phone: see `aliyun.REPORTS`."""
    way = given(asked, "way")
    if way not in aliyun.REPORTS:
        raise HTTPError(400, reason=f"way is one of: {', '.join(aliyun.REPORTS)}")
    simulator.aliyun.reports[person.phone] = way
    simulator.changed()
    return {"way": way}


async def _miniprogram_code(simulator: Simulator, person: Person, _asked: Document) -> Document:
    return {"code": simulator.wechat.signins.code(person.id, "miniprogram")}


async def _oauth_code(simulator: Simulator, person: Person, asked: Document) -> Document:
    scope: Scope = "snsapi_userinfo" if asked.get("scope") == "snsapi_userinfo" else "snsapi_base"
    return {"code": simulator.wechat.signins.code(person.id, scope, bool(asked.get("snapshot")))}


FOLLOWERS_ONLY = frozenset({"text", "image", "click", "view", "menu"})
"""Who does not follow has no chat to do these in."""

DEEDS: Mapping[str, Callable[[Simulator, Person, Document], Any]] = {
    "follow": _follow,
    "unfollow": _unfollow,
    "text": _text,
    "image": _image,
    "click": _click,
    "view": _view,
    "scan": _scan,
    "block": _block,
    "sms-reports": _sms_reports,
    "code": _miniprogram_code,
    "oauth-code": _oauth_code,
}


async def scan(simulator: Simulator, person: Person, text: str) -> Document:
    """Scan what a code says: `open` is an address to show, `notice` words, `callback` what was pushed."""
    text = text.strip()
    code = simulator.wechat.codes.of_text(text)
    if code and simulator.wechat.codes.valid(code):
        return {"chat": True, **pushed(await simulator.wechat.scan(person, code))}
    if text.startswith(ADDRESS):
        return {"notice": "该二维码已过期或无效"}
    if text.startswith(("http://", "https://")):
        return {"open": text}
    return {"notice": f"不是网址，也不是微信的二维码：{text}" if text else "没有识别到二维码"}


def given(asked: Document, name: str) -> str:
    """
    Raises:
        HTTPError: 400, `name` is missing.
    """
    if not isinstance(asked.get(name), str):
        raise HTTPError(400, reason=f"{name} is missing")
    return str(asked[name])


def decoded(picture: str) -> bytes:
    """
    Raises:
        HTTPError: 400, it is empty or no base64.
    """
    try:
        content = b64decode(picture, validate=True)
    except ValueError:
        content = b""
    if not content:
        raise HTTPError(400, reason="not a picture in base64")
    return content


def check_following(simulator: Simulator, person: Person, deed: str) -> None:
    """
    Raises:
        HTTPError: 409.
    """
    if deed in FOLLOWERS_ONLY and person.id not in simulator.wechat.following:
        raise HTTPError(409, reason="does not follow")


def pushed(push: Push | None) -> Document:
    return {"callback": push.document() if push else None}


def found(simulator: Simulator, key: str) -> Person:
    """
    Raises:
        HTTPError: 404.
    """
    person = simulator.people.person(key)
    if person is None:
        raise HTTPError(404)
    return person


def person_document(simulator: Simulator, person: Person) -> Document:
    ids = simulator.wechat.ids
    return {
        **person.model_dump(mode="json"),
        **person.credentials[0].model_dump(mode="json"),
        "openid": ids.openid(person.id),
        "miniprogram_openid": ids.miniprogram_openid(person.id),
        "unionid": ids.unionid(person.id),
        "following": person.id in simulator.wechat.following,
    }


ROUTES = [
    ("/control", OverviewHandler),
    ("/control/faults", FaultsHandler),
    (r"/control/tokens/(expire|invalidate)", TokensHandler),
    ("/control/reviews/(forgotten|altered|invented)", SpoilHandler),
    ("/control/reset", ResetHandler),
    (r"/control/callback(/check)?", CallbackHandler),
    (r"/control/callbacks/(\d{1,9})/again", AgainHandler),
    (rf"/control/people/(\w+)/({'|'.join(DEEDS)})", DeedHandler),
    (r"/control/people/(\w+)", PersonHandler),
    (rf"/control/({'|'.join(LISTS)})", ListHandler),
]
