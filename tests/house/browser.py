"""A visitor's browser, small: cookies, forms, uploads."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import uuid4

from tornado.httpclient import AsyncHTTPClient, HTTPResponse

if TYPE_CHECKING:
    from tests.house.town import Town

CODE_PAUSE = timedelta(seconds=61)
"""After it another code may be sent to the same phone."""
PHONE = "13800138000"
PHONE_IN_WECHAT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Mobile/15E148 MicroMessenger/8.0.60(0x18003c2f) NetType/WIFI Language/zh_CN"
)
COMPUTER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""What WeChat's own browser, and another, call themselves."""
Fields = dict[str, str | list[str]]


@dataclass
class Page:
    status: int
    headers: Any
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def location(self) -> str:
        return str(self.headers.get("Location", ""))

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    def hidden(self, name: str) -> str:
        """The value of a field of the last form that has it."""
        found = re.findall(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name}"
        return str(found[-1])


@dataclass
class Browser:
    town: "Town"
    cookies: dict[str, str] = field(default_factory=dict)
    set_cookies: list[str] = field(default_factory=list)
    agent: str = ""
    """What it calls itself."""

    async def get(self, path: str, **headers: str) -> Page:
        return await self.send(path, "GET", None, headers)

    async def post(
        self, path: str, fields: Mapping[str, str | list[str]] | None = None, **headers: str
    ) -> Page:
        """Hand in a form, with its hidden fields as a page opened just now has them."""
        hidden = {"_xsrf": await self.token(), **await self.town.version(path)}
        body = urlencode({**hidden, **(fields or {})}, doseq=True)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self.send(path, "POST", body.encode(), headers | form)

    async def upload(self, path: str, name: str, content: bytes, **headers: str) -> Page:
        line = uuid4().hex
        begin = f"--{line}\r\nContent-Disposition: form-data; name="
        parts = [
            f'{begin}"_xsrf"\r\n\r\n{await self.token()}\r\n'.encode(),
            f'{begin}"file"; filename="{name}"\r\nContent-Type: image/jpeg\r\n\r\n'.encode(),
            content,
            f"\r\n--{line}--\r\n".encode(),
        ]
        form = {"Content-Type": f"multipart/form-data; boundary={line}"}
        return await self.send(path, "POST", b"".join(parts), headers | form)

    async def token(self) -> str:
        if "_xsrf" not in self.cookies:
            await self.get("/progress")
        return self.cookies["_xsrf"]

    async def send(self, path: str, method: str, body: bytes | None, headers: dict[str, str]) -> Page:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        sent |= {"User-Agent": self.agent} if self.agent else {}
        answer: HTTPResponse = await AsyncHTTPClient().fetch(
            self.town.url + path,
            method=method,
            body=body,
            headers={"Cookie": cookies, "Accept-Language": "zh-CN", **sent},
            follow_redirects=False,
            raise_error=False,
        )
        self.keep(answer.headers.get_list("Set-Cookie"))
        return Page(answer.code, answer.headers, answer.body)

    def keep(self, lines: list[str]) -> None:
        self.set_cookies += lines
        for line in lines:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]

    async def sign_in(self, openid: str, to: str = "/me") -> Page:
        """As WeChat does it: out with a state, back with it and a code; on a computer where that is asked."""
        here = {"here": "1"} if self.agent == COMPUTER else {}
        left = await self.get(f"/sign-in?{urlencode({'next': to, **here})}")
        return await self.get(self.town.back_from_wechat(left.location, openid))

    async def bind(self, name: str, number: str, phone: str = PHONE, /, **changes: str) -> Page:
        """Ask for a code, read the SMS, hand in the form."""
        self.town.clock.advance(CODE_PAUSE)
        await self.post("/binding/code", {"phone": phone})
        filled: Fields = {
            "kind": "resident_id",
            "name": name,
            "number": number,
            "phone": phone,
            "code": await self.town.code_sent(phone),
            "consent": "yes",
        }
        return await self.post("/binding", {**filled, **changes})
