"""Screens and phones in any order, with any delay: each move ends as plain sentences say, and a screen is
signed in as long as they say, as the one whom they name (article 23)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.events import Channel
from models.pairings.document import TO_GIVE, TO_SCAN, Ticket
from models.sessions import LIFETIME
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.house.outside import Register
from tests.house.stores import stores_over
from tests.models.pairings.test_pairings import HERE, PAGE, THERE, Street
from wechat_backend.database.connection import Database

SCREENS = (HERE, THERE, "")
"""Two kiosks and a PC."""


@dataclass
class Believed:
    """What plain sentences say of one code."""

    ticket: Ticket
    screen: str
    until: datetime
    offered_by: str = ""
    phone: str = ""
    over: str = ""
    agreed: bool = False
    token: str = ""
    joined_at: datetime | None = None

    def state(self, now: datetime) -> str:
        if self.over:
            return self.over
        if now >= self.until:
            return "pairing_expired"
        return "live"

    def scan(self, phone: str, now: datetime) -> str:
        if self.offered_by:
            return "pairing_for_screen"
        if self.phone not in ("", phone):
            return "pairing_taken"
        if self.state(now) != "live":
            return self.state(now)
        if not self.phone:
            self.phone, self.until = phone, now + TO_GIVE
        return "done"

    def give(self, phone: str, now: datetime, *, right: bool) -> str:
        if phone != (self.phone or self.offered_by):
            return "pairing_not_found"
        if self.state(now) != "live":
            return self.state(now)
        if self.offered_by and not self.screen:
            return "pairing_used"
        if self.agreed:
            return "done"
        if not right:
            self.over = "pairing_refused"
            return "digits_wrong"
        self.agreed, self.until = True, now + TO_GIVE
        return "done"

    def join(self, screen: str, now: datetime) -> str:
        if screen != self.screen or not self.ticket.secret:
            return "pairing_elsewhere"
        if self.state(now) != "live":
            return self.state(now)
        if not self.agreed:
            return "pairing_not_agreed"
        if self.joined_at and now - self.joined_at >= TO_GIVE:
            return "pairing_used"
        if not self.joined_at:
            self.joined_at = now
            self.until = now + LIFETIME[Channel.KIOSK if screen else Channel.WEB]
        return "done"

    def take(self, screen: str, now: datetime, *, again: bool = False) -> str:
        """`again` by the browser that has taken it, in which the answer of before was lost."""
        if not self.offered_by:
            return "pairing_for_phone"
        if self.state(now) != "live":
            return self.state(now)
        if self.joined_at:
            return "pairing_used"
        if self.screen:
            return "done" if again and screen == self.screen else "pairing_taken"
        self.screen, self.until = screen, now + TO_GIVE
        return "done"

    def end(self, phone: str) -> None:
        if phone == (self.phone or self.offered_by) and not self.over:
            self.over = "pairing_used"

    def signed_in(self, now: datetime) -> str:
        live = self.joined_at and self.state(now) == "live"
        return f"account:{self.phone or self.offered_by}" if live else ""


CODES, PHONES = st.integers(0, 5), st.sampled_from(["wang", "li"])
MOVES = st.one_of(
    st.tuples(st.just("ask"), st.sampled_from(SCREENS)),
    st.tuples(st.just("sign_in"), st.sampled_from(SCREENS), PHONES),
    st.tuples(st.just("offer"), PHONES),
    st.tuples(st.just("scan"), CODES, PHONES),
    st.tuples(st.just("scan"), CODES, PHONES),
    st.tuples(st.just("give"), CODES, PHONES, st.sampled_from([True, True, True, False])),
    st.tuples(st.just("give"), CODES, PHONES, st.just(True)),
    st.tuples(st.just("join"), CODES, st.sampled_from(SCREENS)),
    st.tuples(st.just("come_back"), CODES),
    st.tuples(st.just("come_back"), CODES),
    st.tuples(st.just("take"), CODES, st.sampled_from([HERE, THERE])),
    st.tuples(st.just("take_again"), CODES, st.sampled_from([HERE, HERE, THERE])),
    st.tuples(st.just("end"), CODES, PHONES),
    st.tuples(st.just("sign_out"), CODES),
    st.tuples(st.just("wait"), st.sampled_from([TO_GIVE / 2, TO_GIVE, TO_SCAN, LIFETIME[Channel.KIOSK]])),
)


class World:
    def __init__(self, street: Street, clock: Clock) -> None:
        self.street, self.clock = street, clock
        self.codes: list[Believed] = []

    async def move(self, name: str, *given: object) -> None:
        if name not in ("ask", "offer", "sign_in", "wait"):
            if not self.codes:
                return
            given = (self.codes[int(str(given[0])) % len(self.codes)], *given[1:])
        await getattr(self, name)(*given)

    async def ask(self, screen: str) -> None:
        ticket, _ = await self.street.ask(screen)
        self.codes.append(Believed(ticket, screen, self.clock.now() + TO_SCAN))

    async def offer(self, phone: str) -> None:
        offered = await self.street.pairings.offer(phone, PAGE, self.street.house.by())
        none_yet = Ticket(offered["_id"], "")
        self.codes.append(Believed(none_yet, "", self.clock.now() + TO_SCAN, offered_by=phone))

    async def sign_in(self, screen: str, phone: str) -> None:
        """Step by step, as it should be."""
        await self.ask(screen)
        code = self.codes[-1]
        await self.scan(code, phone)
        await self.give(code, phone, True)
        await self.join(code, screen)

    async def scan(self, code: Believed, phone: str) -> None:
        done = await said(self.street.scan(self.street.pairings.code_of(code.ticket.key), phone))
        assert done == code.scan(phone, self.clock.now())

    async def give(self, code: Believed, phone: str, right: bool) -> None:
        done = await said(self.street.give(code.ticket, phone, right=right))
        assert done == code.give(phone, self.clock.now(), right=right)

    async def join(self, code: Believed, screen: str) -> None:
        believed = code.join(screen, self.clock.now())
        if believed != "done":
            assert await said(self.street.join(code.ticket, screen)) == believed
            return
        token = await self.street.join(code.ticket, screen)
        assert code.token in ("", token)
        code.token = token

    async def come_back(self, code: Believed) -> None:
        """To the very screen where it began."""
        await self.join(code, code.screen)

    async def take(self, code: Believed, screen: str) -> None:
        believed = code.take(screen, self.clock.now())
        shown = self.street.pairings.code_of(code.ticket.key)
        await self.street.house.stores.counters.documents.delete_many({})
        if believed == "done":
            code.ticket = await self.street.take(shown, screen)
        else:
            assert await said(self.street.take(shown, screen)) == believed

    async def take_again(self, code: Believed, screen: str) -> None:
        if not code.ticket.secret or not code.offered_by:
            return
        believed = code.take(screen, self.clock.now(), again=True)
        shown = self.street.pairings.code_of(code.ticket.key)
        await self.street.house.stores.counters.documents.delete_many({})
        if believed == "done":
            assert await self.street.take(shown, screen, code.ticket) == code.ticket
        else:
            assert await said(self.street.take(shown, screen, code.ticket)) == believed

    async def end(self, code: Believed, phone: str) -> None:
        await self.street.paired.end_by_phone(code.ticket.key, phone, self.street.house.by())
        code.end(phone)

    async def sign_out(self, code: Believed) -> None:
        if code.token and code.signed_in(self.clock.now()):
            await self.street.paired.sign_out(code.token, self.street.house.by())
            code.over = "pairing_used"

    async def wait(self, time: timedelta) -> None:
        self.clock.advance(time)

    async def check(self) -> None:
        """Each token signs in whom it should, at its own screen alone; the phones' lists say the same."""
        now = self.clock.now()
        for code in self.codes:
            for screen in SCREENS if code.token else ():
                right = code.signed_in(now) if screen == code.screen else ""
                assert await self.street.who(code.token, screen) == right
        for phone in ("wang", "li"):
            listed = await self.street.paired.of_account(phone, now)
            believed = {one.ticket.key for one in self.codes if one.signed_in(now) == f"account:{phone}"}
            assert {one.pairing["_id"] for one in listed} == believed


@pytest.fixture(scope="module")
async def prepared(database: Database) -> Database:
    await stores_over(database, Clock().now, Register()).prepare()
    return database


@pytest.mark.article("23.3")
@settings(max_examples=60)
@given(moves=st.lists(MOVES, min_size=6, max_size=24))
async def test_whatever_happens_in_whatever_order(
    prepared: Database, moves: list[tuple[object, ...]]
) -> None:
    clock = Clock()
    house = House(stores_over(prepared, clock.now, Register()))
    world = World(Street(house), clock)
    for name, *given_ in moves:
        await world.move(str(name), *given_)
    await world.check()
    await empty_of(house)


async def empty_of(house: House) -> None:
    for store in (house.stores.pairings, house.stores.sessions, house.stores.counters):
        await store.documents.delete_many({})
