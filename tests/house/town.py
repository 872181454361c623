"""The citizens' site over real HTTP and a real database: a house that has opened its doors."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import tornado.locale
from tornado.testing import bind_unused_port
from tornado.web import Application

from handlers.routes import PAGES
from handlers.web import assets
from handlers.web.html import NotFoundPage
from handlers.web.protection import form_tokens
from handlers.web.request_limits import ANY, BoundedApplication
from handlers.web.services import Services
from handlers.web.site import Site
from models.store import Database
from tests.house.browser import Browser, Fields
from tests.house.clock import Clock
from tests.house.guides import rich_guide
from tests.house.house import House
from tests.house.outside import Register, SignIns
from tests.house.people import new_number, new_phone
from tests.house.server import serving
from tests.house.stores import stores_over

ROOT = Path(__file__).parents[2]


class Town(House):
    """The running site, and what the tests play with."""

    def __init__(
        self, services: Services, *, url: str, clock: Clock, sign_ins: SignIns, register: Register
    ) -> None:
        super().__init__(services, register)
        self.services, self.url, self.clock = services, url, clock
        self.sign_ins = sign_ins

    async def version(self, path: str) -> Fields:
        """The hidden field of a page that hands in what it showed."""
        of = re.fullmatch(
            r"(?:/kiosk)?/applications/([0-9a-f]{32})/(form|draft|confirm|supplement)(?:\?.*)?", path
        )
        found = await self.services.applications.documents.find_one({"_id": of[1]}) if of else None
        return {"version": str(found["version"])} if found else {}

    def back_from_wechat(self, asked: str, openid: str | None) -> str:
        """Where WeChat sends a visitor who was sent there by the address `asked`: with a new code if they
        agree to sign in as `openid`, without one if they do not."""
        query = parse_qs(urlsplit(asked).query)
        back = urlsplit(query["redirect_uri"][0])
        code = {"code": self.sign_ins.agree(openid)} if openid else {}
        added = urlencode({**code, "state": query["state"][0]})
        return f"{back.path}?{'&'.join(filter(None, (back.query, added)))}"

    def browser(self, agent: str = "") -> Browser:
        return Browser(self, agent=agent)

    async def citizen(self, name: str = "王小明") -> Browser:
        """The browser of someone new, who has signed in and bound themselves."""
        browser = self.browser()
        await browser.sign_in(f"openid-{uuid4().hex[:8]}")
        bound = await browser.bind(name, new_number(), new_phone())
        assert bound.status == 303, bound.text
        return browser


@asynccontextmanager
async def opened(database: Database, oauth_url: str = "https://open.weixin.qq.com") -> AsyncIterator[Town]:
    """With one hall and one guide, until its server is stopped."""
    clock, sign_ins, register = Clock(), SignIns(), Register()
    bound = bind_unused_port()
    site = Site(f"http://127.0.0.1:{bound[1]}", "020-12345", "wx0123456789abcdef", oauth_url)
    services = Services.over(stores_over(database, clock.now, register), site=site, identity=sign_ins)
    await services.prepare()
    async with serving(citizen_app(services), bound, max_body_size=ANY, xheaders=True) as url:
        town = Town(services, url=url, clock=clock, sign_ins=sign_ins, register=register)
        await town.furnish(rich_guide())
        yield town


def citizen_app(services: Services) -> Application:
    tornado.locale.load_gettext_translations(str(ROOT / "locale"), "panyu")
    tornado.locale.set_default_locale("zh_CN")
    return BoundedApplication(
        PAGES,
        services=services,
        default_handler_class=NotFoundPage,
        **assets.SETTINGS,
        **form_tokens(services.site),
    )
