"""The whole service in one process: every door over one database, a worker, the platforms outside.

All that it keeps and says can be searched.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import structlog
from bson import json_util
from structlog.testing import capture_logs
from tornado.httpclient import AsyncHTTPClient
from tornado.testing import bind_unused_port

from handlers.web.services import Services
from handlers.web.site import Site
from models.people import PlatformUser
from models.store import Database
from tests.house.api import Client, Service
from tests.house.clock import Clock
from tests.house.office import Office
from tests.house.outside import Register, SignIns
from tests.house.peer import listening
from tests.house.platforms import Platforms
from tests.house.server import serving
from tests.house.settings import environment, settings_of
from tests.house.stores import stores_over
from tests.house.town import Town
from tests.house.wechat import message, signature
from wechat_backend.app import make_app, make_operations_app
from wechat_backend.gateways import Gateways
from wechat_backend.wiring import privacy_of
from wechat_backend.worker import build
from wechat_backend.worker.worker import Worker


class OneUser(SignIns):
    """Who signs in at the official account and in the mini-program is one user, with one unionid."""

    async def exchange(self, code: str) -> PlatformUser:
        user = await super().exchange(code)
        return PlatformUser(user.openid, f"unionid-of-{user.openid}")

    miniprogram_session = exchange


@dataclass
class Whole:
    """`logged` is every line that was written since it was opened."""

    town: Town
    worker: Worker
    database: Database
    operations: str
    logged: list[MutableMapping[str, Any]] = field(default_factory=list)

    @property
    def office(self) -> Office:
        return Office(self.town)

    def client(self, token: str = "") -> Client:
        nobody: Any = None
        return Client(Service(self.town.services, self.town.url, nobody, self.town.clock), token)

    async def say(self, openid: str, text: str) -> str:
        """What the account answers to a message in the chat."""
        stamp, nonce = str(int(self.town.clock.now().timestamp())), uuid4().hex[:10]
        query = {"timestamp": stamp, "nonce": nonce, "signature": signature(stamp, nonce)}
        answer = await AsyncHTTPClient().fetch(
            f"{self.town.url}/wechat/callback?{urlencode(query)}",
            method="POST",
            body=message(text, FromUserName=openid),
        )
        return answer.body.decode()

    async def work(self) -> None:
        """Relay and send until nothing is left."""
        while await self.worker.relay.once() or await self.worker.deliver.once():
            pass

    async def everything(self) -> dict[str, str]:
        """All that is kept or said, by where it is: collections, bytes of files, log, figures."""
        native: Any = self.database
        found: dict[str, str] = {}
        for name in sorted(await native.native.list_collection_names()):
            documents = await self.database[name].find({}).to_list()
            found[name] = json_util.dumps(documents, ensure_ascii=False)
            if name == "files.chunks":
                found["bytes of files"] = "".join(bytes(one["data"]).decode("latin-1") for one in documents)
        found["log"] = "\n".join(str(dict(line)) for line in self.logged)
        figures = await AsyncHTTPClient().fetch(f"{self.operations}/metrics")
        found["figures"] = figures.body.decode()
        return found


def in_the_clear(everything: Mapping[str, str], private: Mapping[str, str]) -> Iterator[str]:
    """Where something private can be read: as it is, or as it is in an address."""
    for place, content in everything.items():
        for what, text in private.items():
            in_bytes = text.encode().decode("latin-1")
            in_address = urlencode({"": text})[1:]
            if any(form in content for form in (text, in_bytes, in_address)):
                yield f"{place}: {what}"


@asynccontextmanager
async def opened(mongo_uri: str, database: Any, clock: Clock) -> AsyncIterator[Whole]:
    sign_ins, register, bound = OneUser(), Register(), bind_unused_port()
    async with listening() as peer:
        Platforms(peer)
        given = environment(peer.url, mongo_uri, database.name) | {"PANYU_WECHAT_MODE": "compatible"}
        settings = settings_of(given)
        gateways = Gateways(settings, database, privacy_of(settings), clock.now)
        site = Site(f"http://127.0.0.1:{bound[1]}", "020-12345", settings.wechat_appid, peer.url)
        stores = stores_over(database, clock.now, register)
        services = Services.over(stores, site=site, identity=sign_ins)
        await services.prepare()
        with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logged:
            async with (
                serving(make_app(services, settings), bound) as url,
                serving(make_operations_app(services)) as operations,
            ):
                town = Town(services, url=url, clock=clock, sign_ins=sign_ins, register=register)
                worker = build(settings, services, gateways, clock.now)
                yield Whole(town, worker, database, operations, logged)
        gateways.close()
