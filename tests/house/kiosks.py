"""A house with a kiosk: the people around it, and the way that brings it into a state."""

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from models.events import Cause, Channel
from models.guides import Guide
from models.kiosks import GivenLetter, Kiosk, KioskFiles, Request, Signed, State, Wanted
from models.kiosks.document import Consumable, Network, OutageCause, Owner, Paper, Peripheral, Supplier
from models.pairings import Kind, Ticket
from models.schedule import Due
from models.staff import Member, Role
from tests.files import a_pdf, on_disk
from tests.house.browser import COMPUTER, Browser
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.house import House
from tests.house.outside import TakesAll
from tests.house.places import HALL, hall
from tests.house.staff import Post
from tests.house.town import Town

POSTS: Mapping[str, Post] = {
    "contact": Post((Role.CONTACT,), USCC),
    "second": Post((Role.CONTACT,), USCC),
    "other": Post((Role.CONTACT,), OTHER),
    "head": Post((Role.SUPERVISOR,), USCC),
    "digital": Post((Role.DIGITAL_AFFAIRS,)),
    "centre": Post((Role.SERVICE_CENTRE,), halls=(HALL.code,)),
    "township": Post((Role.TOWNSHIP,), townships=(HALL.township,)),
    "elsewhere": Post((Role.TOWNSHIP,), townships=("南村镇",)),
    "window": Post((Role.WINDOW,), halls=(HALL.code,)),
}
GUIDE = plain_guide(31, channels=["h5", "kiosk", "window"])
NOT_HERE = plain_guide(32, channels=["h5", "window"])
ADDRESS = "192.0.2.7"


@cache
def device_key(number: int = 0) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def spki(number: int = 0) -> bytes:
    return device_key(number).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def spki_text(number: int = 0) -> str:
    return b64encode(spki(number)).decode()


def a_request(**changes: Any) -> Request:
    """Of a kiosk that prints."""
    given = Request(
        name="居住证自助机",
        maker="番禺电子",
        model="PY-100",
        peripherals=[Peripheral.PRINTER],
        items=[GUIDE.item],
        consumables={Consumable.A4_PAPER: Supplier.CENTRE, Consumable.BILLS: Supplier.DEPARTMENT},
        network=Network.GOVERNMENT,
        network_name="",
        owner=Owner.DEPARTMENT,
        use_until=date(2029, 12, 31),
    )
    return replace(given, **changes)


@contextmanager
def a_letter(number: str = "番公函〔2026〕12号") -> Iterator[GivenLetter]:
    with on_disk(a_pdf()) as file:
        yield GivenLetter(number, file)


class Kiosked:
    """What happens to kiosks, by those who do it; `members` by user name."""

    def __init__(self, house: House, members: Mapping[str, Member]) -> None:
        self.house, self.stores, self.members = house, house.stores, members
        self.placed = 0

    def who(self, username: str) -> tuple[Member, Cause]:
        return self.members[username], self.house.by_staff(username)

    async def requested(self, **changes: Any) -> Kiosk:
        return await self.stores.entering.request(a_request(**changes), *self.who("contact"))

    async def paper(self, kiosk: str, paper: Paper, username: str = "contact") -> Kiosk:
        with on_disk(a_pdf()) as file:
            return await self.stores.entering.give_paper(kiosk, paper, file, *self.who(username))

    async def with_papers(self, **changes: Any) -> Kiosk:
        """Requested, with all that is to be given along."""
        kiosk = await self.requested(**changes)
        for paper in Paper:
            kiosk = await self.paper(kiosk["_id"], paper)
        return kiosk

    async def placed_one(self, position: str = "", **changes: Any) -> Kiosk:
        self.placed += 1
        key = (await self.with_papers(**changes))["_id"]
        await self.stores.entering.review(key, *self.who("digital"))
        where = position or f"一楼A区{self.placed}号位"
        return await self.stores.entering.place(key, HALL.code, where, *self.who("digital"))

    async def activated(self, kiosk: str, number: int = 0) -> Kiosk:
        code = await self.stores.activations.issue(kiosk, *self.who("digital"))
        return await self.activate(code, number)

    async def activate(self, code: str, number: int = 0) -> Kiosk:
        by = self.house.by("device")
        return await self.stores.activations.activate(code, spki(number), {}, ADDRESS, by)

    async def in_service(self, **changes: Any) -> Kiosk:
        return await self.activated((await self.placed_one(**changes))["_id"])

    async def fault(self, kiosk: str, cause: OutageCause = OutageCause.OWN) -> Kiosk:
        return await self.stores.keeping.report_fault(kiosk, "打印机故障", cause, *self.who("centre"))

    async def planned(self, kiosk: str, wanted: Wanted) -> Kiosk:
        return await self.stores.suspending.plan(kiosk, wanted, *self.who("contact"))

    async def suspended(self, kiosk: str, days: int) -> Kiosk:
        """In ten days, for so many; its beginning has come."""
        start = self.house.stores.clock() + timedelta(days=10)
        with a_letter() as letter:
            await self.planned(kiosk, Wanted(start, start + timedelta(days=days), "系统升级", letter))
        self.set(start)
        await self.fire("begin")
        return await self.get(kiosk)

    def set(self, time: datetime) -> None:
        """Move the clock of the house, which is that of the test."""
        self.house.stores.clock.__self__.set(time)  # type: ignore[attr-defined]

    async def get(self, kiosk: str) -> Kiosk:
        return await self.stores.kiosks.get(kiosk)

    async def dues(self) -> Sequence[Due]:
        """All plans that the events of kiosks have made."""
        found = await self.stores.kiosks.documents.find({}).to_list()
        return [
            Due(f"{event['id']}:{plan['what']}", plan["what"], event["about"], plan["at"], 1, "lease")
            for one in found
            for event in one["events"]
            for plan in event.get("plans", ())
        ]

    async def fire(self, what: str) -> list[bool]:
        """Look at all plans of a kind whose moment has come: `begin`, `end` or `retirement`."""
        verbs: Mapping[str, Any] = {
            "begin": self.stores.suspending.begin,
            "end": self.stores.suspending.end,
            "retirement": self.stores.retiring.retire,
        }
        now = self.stores.clock()
        dues = [due for due in await self.dues() if due.what.endswith(what) and due.at <= now]
        return [await verbs[what](due, self.house.by()) for due in dues]

    async def brought_to(self, state: State, **changes: Any) -> Kiosk:
        """A new kiosk in this state."""
        stores, digital, centre = self.stores, self.who("digital"), self.who("centre")
        if state is State.REQUESTED:
            return await self.with_papers(**changes)
        if state in (State.REVIEWED, State.DECLINED):
            key = (await self.with_papers(**changes))["_id"]
            if state is State.REVIEWED:
                return await stores.entering.review(key, *digital)
            return await stores.entering.decline(key, "场地不足", *digital)
        if state is State.PLACED:
            return await self.placed_one(**changes)
        key = (await self.in_service(**changes))["_id"]
        if state is State.UNDER_REPAIR:
            await self.fault(key)
        elif state is State.SUSPENDED:
            await self.suspended(key, 1)
        elif state is State.TAKEN_AWAY:
            await self.suspended(key, 14)
            await stores.suspending.take_away(key, *self.who("centre"))
        elif state is State.REMOVED:
            await self.suspended(key, 15)
            await stores.suspending.remove(key, *self.who("centre"))
        elif state in (State.RETIRED, State.HANDED_BACK):
            await self.retired(key)
            if state is State.HANDED_BACK:
                await stores.keeping.hand_back(key, "已交还王工，外观完好", *centre)
        return await self.get(key)

    async def withdrawn(self, kiosk: str, username: str = "contact") -> Kiosk:
        with a_letter() as letter:
            return await self.stores.retiring.withdraw(kiosk, "更新换代", letter, *self.who(username))

    async def retired(self, kiosk: str) -> Kiosk:
        """Withdrawn by letter, for tomorrow; tomorrow has come."""
        await self.withdrawn(kiosk)
        now = self.stores.clock()
        await self.stores.retiring.agree(kiosk, (now + timedelta(days=1)).date(), *self.who("digital"))
        self.set(now + timedelta(days=1))
        await self.fire("retirement")
        return await self.get(kiosk)


async def kiosked(house: House) -> Kiosked:
    """The guides and halls, the people, and the contact of the department."""
    await house.furnish(GUIDE, NOT_HERE, hall=HALL)
    await house.furnish(hall=hall("nancun", township="南村镇"))
    members = {name: await house.member(name, post) for name, post in POSTS.items()}
    made = Kiosked(house, members)
    await house.stores.contacts.name(USCC, "contact", *made.who("head"))
    return made


STANDING: Mapping[str, Post] = {"screen-contact": POSTS["contact"], "screen-digital": POSTS["digital"]}
"""Who brings in the kiosk of a town that has none of its own."""
HEAD, STANDS, WHERE = "screen-head", "屏幕测试机", "大厅入口旁"
STAYS = frozenset({"device_session", "kiosk", "place"})
"""Cookies that are the kiosk's own."""


class Offered:
    """Takes every item for one that kiosks offer."""

    async def published(self, _item: str) -> Guide:
        return GUIDE


class Standing(Kiosked):
    """The one kiosk of a town, without guides, halls or people that a test would see."""

    def __init__(self, house: House, members: Mapping[str, Member]) -> None:
        super().__init__(house, members)
        entering = self.stores.entering
        materials = copy(self.stores.materials)
        materials.inspector = TakesAll()
        given: Any = {"guides": Offered(), "files": KioskFiles(materials)}
        self.stores = replace(self.stores, entering=replace(entering, **given))

    def who(self, username: str) -> tuple[Member, Cause]:
        return super().who(f"screen-{username}")


async def standing(town: Town) -> Kiosk:
    """A kiosk in service in the district's centre; the same one each time. Its device has the key 0."""
    if found := await town.stores.kiosks.one_of({"name": STANDS}):
        return found
    members = {one: await town.member(one, post) for one, post in STANDING.items()}
    made = Standing(town, {**members, HEAD: await town.member(HEAD, POSTS["head"])})
    await town.stores.contacts.name(USCC, "screen-contact", *made.who("head"))
    return await made.in_service(name=STANDS, position=WHERE)


async def token_of(house: House, kiosk: Kiosk, number: int = 0) -> str:
    """A session that the device of a kiosk opens, for the cookie `device_session`."""
    by = house.by(f"kiosk:{kiosk['_id']}")
    one = signed(house, kiosk, number=number, path="/api/v1/devices/session")
    return await house.stores.kiosk_sessions.open(await house.stores.devices.known(one, by), one, by)


async def at_kiosk(town: Town, kiosk: Kiosk | None = None) -> Browser:
    """The browser of a kiosk, of `standing` by default: it lasts for ten minutes of the town's clock."""
    return Browser(town, {"device_session": await token_of(town, kiosk or await standing(town))})


async def person_at_kiosk(town: Town, phone: Browser) -> Browser:
    """The browser of a kiosk at which the person has signed in who is signed in on this phone."""
    session = await town.stores.sessions.find(phone.cookies["session"], "account", town.by())
    assert session
    return await account_at_kiosk(town, session["subject"].removeprefix("account:"))


async def account_at_kiosk(town: Town, account: str) -> Browser:
    """The browser of a kiosk at which an account has signed in just now, by six digits."""
    screen, kiosk = await at_kiosk(town), await standing(town)
    stores, by = town.stores, town.by(channel=Channel.KIOSK)
    offered = await stores.pairings.offer(account, "/kiosk/applications", by)
    code, secret = stores.pairings.code_of(offered["_id"]), Ticket.new().secret
    ticket = await stores.pairings.take(code, secret, kiosk["_id"], by)
    digits = (await stores.pairings.get(ticket.key))["digits"]
    await stores.pairings.give(ticket.key, account, digits, by)
    screen.cookies["person"] = (await stores.paired.join(ticket, kiosk["_id"], by)).token
    return screen


async def account_at_pc(town: Town, account: str) -> Browser:
    """The browser of a PC that the account's phone has signed in just now."""
    screen, stores, by = town.browser(COMPUTER), town.stores, town.by()
    ticket = await stores.pairings.ask(Kind.PC, "", "/me", "", by)
    code = stores.pairings.code_of(ticket.key)
    await stores.pairings.scan(code, account, by)
    digits = (await stores.pairings.get(ticket.key))["digits"]
    await stores.pairings.give(ticket.key, account, digits, by)
    screen.cookies["session"] = (await stores.paired.join(ticket, "", by)).token
    return screen


def signed(
    house: House,
    kiosk: Kiosk,
    *,
    at: datetime | None = None,
    number: int = 0,
    path: str = "/api/v1/devices/heartbeat",
    body: bytes = b"{}",
) -> Signed:
    """A request that the device with key `number` has signed."""
    return signed_with(device_key(number), kiosk["_id"], at or house.stores.clock(), path, body)


def signed_with(key: ec.EllipticCurvePrivateKey, kiosk: str, at: datetime, path: str, body: bytes) -> Signed:
    unsigned = Signed(kiosk, str(int(at.timestamp())), uuid4().hex, "", "POST", path, body)
    r, s = decode_dss_signature(key.sign(unsigned.message, ec.ECDSA(SHA256())))
    return replace(unsigned, signature=b64encode(r.to_bytes(32) + s.to_bytes(32)).decode())


def headers_of(one: Signed) -> dict[str, str]:
    return {
        "X-Kiosk": one.kiosk,
        "X-Timestamp": one.timestamp,
        "X-Nonce": one.nonce,
        "X-Signature": one.signature,
    }
