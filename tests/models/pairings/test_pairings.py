"""A screen and a phone: a code is good once, for one screen and one phone, and whoever else comes with it is
told why it is worth nothing; nothing happens to anybody."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from models.events import Channel
from models.pairings import Kind, PairedSessions, Pairing, Pairings, State, Ticket, state_at
from models.pairings.document import TO_GIVE, TO_SCAN
from models.sessions import LIFETIME, Sessions
from tests.house.clock import Clock
from tests.house.house import House, said

HERE, THERE = "1" * 32, "2" * 32
PAGE = "/kiosk/guides/GD-0001/apply"
MOST = timedelta(seconds=1)


@dataclass(frozen=True)
class Street:
    """Screens and phones; each verb says how it ended."""

    house: House

    @property
    def pairings(self) -> Pairings:
        return self.house.stores.pairings

    @property
    def paired(self) -> PairedSessions:
        return self.house.stores.paired

    @property
    def sessions(self) -> Sessions:
        return self.house.stores.sessions

    async def ask(self, kiosk: str = HERE) -> tuple[Ticket, str]:
        """The screen's ticket, and the code that it shows."""
        by = self.house.by(f"kiosk:{kiosk}", Channel.KIOSK if kiosk else Channel.WEB)
        ticket = await self.pairings.ask(Kind.KIOSK if kiosk else Kind.PC, kiosk, PAGE, "192.0.2.7", by)
        return ticket, self.pairings.code_of(ticket.key)

    async def scan(self, code: str, account: str = "wang") -> Pairing:
        return await self.pairings.scan(code, account, self.house.by(f"account:{account}"))

    async def give(self, ticket: Ticket, account: str = "wang", *, right: bool = True) -> Pairing:
        shown = (await self.pairings.get(ticket.key))["digits"] or "11"
        digits = shown if right else ("11" if shown != "11" else "12")
        return await self.pairings.give(ticket.key, account, digits, self.house.by(f"account:{account}"))

    async def take(self, given: str, kiosk: str = HERE, screen: Ticket | None = None) -> Ticket:
        """A kiosk takes an offer; in a browser that has a secret already, or in another one."""
        by = self.house.by(f"kiosk:{kiosk}", Channel.KIOSK)
        return await self.pairings.take(given, (screen or Ticket.new()).secret, kiosk, by)

    async def join(self, ticket: Ticket, kiosk: str = HERE) -> str:
        by = self.house.by(f"kiosk:{kiosk}", Channel.KIOSK if kiosk else Channel.WEB)
        return (await self.paired.join(ticket, kiosk, by)).token

    async def brought(self, kiosk: str = HERE, account: str = "wang") -> tuple[Ticket, str]:
        """A screen that is signed in: its ticket and its token."""
        ticket, code = await self.ask(kiosk)
        await self.scan(code, account)
        await self.give(ticket, account)
        return ticket, await self.join(ticket, kiosk)

    async def who(self, token: str, kiosk: str = HERE) -> str:
        """Who is signed in with a token at a kiosk; "" where it is nobody."""
        session = await self.sessions.find(token, "account", self.house.by())
        held = session is not None and await self.paired.holds(session, kiosk)
        return session["subject"] if session and held else ""


@pytest.fixture
def street(house: House) -> Street:
    return Street(house)


async def both(*works: Awaitable[Any]) -> list[str]:
    return sorted(await asyncio.gather(*(said(work) for work in works)))


async def test_a_kiosk_goes_on_signed_in_and_nowhere_else(street: Street) -> None:
    ticket, code = await street.ask()
    scanned = await street.scan(code)
    assert (scanned["state"], scanned["kiosk"], len(scanned["digits"])) == (State.SCANNED, HERE, 2)
    assert await said(street.join(ticket)) == "pairing_not_agreed"
    await street.give(ticket)
    token = await street.join(ticket)
    assert await street.join(ticket) == token  # the answer was lost
    assert await street.who(token) == "account:wang"
    assert await street.who(token, THERE) == await street.who(token, "") == ""
    assert await street.sessions.documents.count_documents({}) == 1
    [use] = await street.house.stores.kiosk_uses.of_kiosk(HERE)
    assert (use["signed_in"], set(use)) == (1, {"_id", "kiosk", "day", "signed_in"})
    kept = str(await street.pairings.get(ticket.key))
    assert not [secret for secret in (ticket.secret, code, token) if secret in kept]


async def test_who_gives_up_at_the_screen_is_not_signed_in_by_an_answer_that_was_lost(street: Street) -> None:
    """The end is on its way before the answer that brings the token."""
    ticket, token = await street.brought()
    await street.pairings.cancel(ticket, street.house.by(f"kiosk:{HERE}", Channel.KIOSK))
    assert await street.who(token) == ""
    assert await said(street.join(ticket)) == "pairing_used"


async def test_who_comes_with_a_used_code_is_told_so(street: Street) -> None:
    ticket, code = await street.ask()
    await street.scan(code)
    assert await said(street.scan(code, "friend")) == "pairing_taken"
    assert await said(street.give(ticket, "friend")) == "pairing_not_found"
    assert (await street.scan(code))["state"] is State.SCANNED  # the same phone, the page fetched anew
    await street.give(ticket)
    token = await street.join(ticket)
    assert await said(street.scan(code, "friend")) == "pairing_taken"
    await street.paired.sign_out(token, street.house.by())
    assert await said(street.scan(code)) == "pairing_used"
    assert await said(street.give(ticket)) == "pairing_used"
    assert await said(street.join(ticket)) == "pairing_used"
    assert await said(street.scan("A" * 16)) == await said(street.scan("")) == "pairing_not_found"


async def test_a_screenshot_sent_to_a_friend_signs_nobody_in(street: Street) -> None:
    """The friend does not see the screen; the digits that they try are wrong, once."""
    ticket, code = await street.ask()
    await street.scan(code, "friend")
    assert await said(street.scan(code)) == "pairing_taken"  # who stands there asks for another code
    for malformed in ("", "7", "123", "ab"):
        given = street.pairings.give(ticket.key, "friend", malformed, street.house.by())
        assert await said(given) == "digits_malformed"
    assert await said(street.give(ticket, "friend", right=False)) == "digits_wrong"
    assert await said(street.give(ticket, "friend")) == "pairing_refused"
    assert await said(street.join(ticket)) == "pairing_refused"
    assert await said(street.scan(code, "friend")) == "pairing_refused"
    assert await street.sessions.documents.count_documents({}) == 0


async def test_each_step_has_its_time(street: Street, clock: Clock) -> None:
    ticket, code = await street.ask()
    clock.advance(TO_SCAN)
    assert await said(street.scan(code)) == await said(street.join(ticket)) == "pairing_expired"
    ticket, code = await street.ask()
    clock.advance(TO_SCAN - MOST)
    await street.scan(code)
    clock.advance(TO_GIVE)
    assert await said(street.give(ticket)) == "pairing_expired"
    ticket, code = await street.ask()
    await street.scan(code)
    await street.give(ticket)
    clock.advance(TO_GIVE)
    assert await said(street.join(ticket)) == "pairing_expired"
    assert await street.sessions.documents.count_documents({}) == 0


async def test_a_ticket_is_good_at_its_own_screen_alone(street: Street) -> None:
    ticket, code = await street.ask()
    other, _ = await street.ask(THERE)
    await street.scan(code)
    await street.give(ticket)
    stolen = Ticket(ticket.key, other.secret)
    assert await said(street.join(stolen)) == "pairing_elsewhere"
    assert (
        await said(street.join(ticket, THERE)) == await said(street.join(ticket, "")) == "pairing_elsewhere"
    )
    assert await street.who(await street.join(ticket)) == "account:wang"
    assert Ticket.read(str(ticket)) == ticket
    assert Ticket.read("x") is Ticket.read(None) is None


async def test_a_phone_goes_on_at_a_kiosk(street: Street) -> None:
    offered = await street.pairings.offer("wang", "/kiosk/applications/1", street.house.by("account:wang"))
    code, short = street.pairings.code_of(offered["_id"]), street.pairings.short_of(offered["_id"])
    assert await said(street.scan(code)) == await said(street.scan(code, "friend")) == "pairing_for_screen"
    by = street.house.by(f"kiosk:{HERE}", Channel.KIOSK)
    ticket = await street.take(f" {short[:3]} {short[3:]} ")
    for again in (short, code, f"https://panyu.test/pair/{code}"):
        assert await said(street.take(again, THERE)) == "pairing_taken"
    assert await said(street.give(ticket, "friend")) == "pairing_not_found"
    await street.give(ticket)
    joined = await street.paired.join(ticket, HERE, by)
    assert (joined.page, await street.who(joined.token)) == ("/kiosk/applications/1", "account:wang")
    assert await said(street.take(short, THERE)) == "pairing_used"


async def test_what_a_kiosk_takes_wrongly_is_told_and_counted(street: Street, clock: Clock) -> None:
    by = street.house.by(f"kiosk:{HERE}", Channel.KIOSK)
    _, code = await street.ask()
    assert await said(street.take(code, THERE)) == "pairing_for_phone"
    for malformed in ("", "12345", "abc"):
        assert await said(street.take(malformed)) == "pairing_code_malformed"
    offered = await street.pairings.offer("wang", PAGE, by)
    short = street.pairings.short_of(offered["_id"])
    clock.advance(TO_SCAN)
    later = street.house.by(f"kiosk:{HERE}", Channel.KIOSK)
    assert await said(street.take(short)) == "pairing_expired"
    wrong = f"{(int(short) + 1) % 10**6:06}"
    ends = [await said(street.take(wrong)) for _ in range(20)]
    assert ends[0] == "pairing_not_found"
    assert ends[-1] == "too_many_pairings"
    for _ in range(59):
        await street.pairings.offer("wang", PAGE, later)
    assert await said(street.pairings.offer("wang", PAGE, later)) == "too_many_pairings"


async def test_a_kiosk_asks_for_no_more_than_240_codes_an_hour(street: Street) -> None:
    """WeChat gives 100,000 a day to all of them."""
    await street.ask(THERE)
    ends = [await said(street.ask()) for _ in range(241)]
    assert ends == ["done"] * 240 + ["too_many_pairings"]
    assert await said(street.ask(THERE)) == "done"


@pytest.mark.article("23.3")
@pytest.mark.parametrize("end", ["phone", "screen"])
async def test_either_side_ends_it_for_both(street: Street, end: str) -> None:
    ticket, token = await street.brought()
    other, kept = await street.brought("", "wang")
    listed = await street.paired.of_account("wang", street.house.by().at)
    assert {one.pairing["_id"] for one in listed} == {ticket.key, other.key}
    await street.paired.end_by_phone(ticket.key, "friend", street.house.by())  # not theirs
    assert await street.who(token) == "account:wang"
    if end == "phone":
        await street.paired.end_by_phone(ticket.key, "wang", street.house.by())
    else:
        await street.paired.sign_out(token, street.house.by())
    assert await street.who(token) == ""
    assert (await street.pairings.get(ticket.key))["state"] is State.ENDED
    [left] = await street.paired.of_account("wang", street.house.by().at)
    assert (left.pairing["_id"], await street.who(kept, "")) == (other.key, "account:wang")


async def test_a_session_counts_no_more_once_its_pairing_has_ended(street: Street) -> None:
    """A process died between the two writes of the end."""
    ticket, token = await street.brought()
    await street.pairings.end(ticket.key, {"account": "wang"}, street.house.by())
    assert await street.who(token) == ""
    assert await street.paired.of_account("wang", street.house.by().at) == []


async def test_a_kiosk_in_use_stays_signed_in(street: Street, clock: Clock) -> None:
    _, token = await street.brought()
    for _ in range(4):
        clock.advance(LIFETIME[Channel.KIOSK] * 0.6)
        session = await street.sessions.find(token, "account", street.house.by())
        assert session is not None
        await street.paired.go_on(session, street.house.by())
    [listed] = await street.paired.of_account("wang", street.house.by().at)
    assert listed.until == clock.now() + LIFETIME[Channel.KIOSK]
    assert state_at(listed.pairing, clock.now()) is State.JOINED
    clock.advance(LIFETIME[Channel.KIOSK])
    assert await street.who(token) == ""


async def test_of_several_at_once_one_comes_first(street: Street) -> None:
    for _ in range(4):
        ticket, code = await street.ask()
        assert await both(street.scan(code), street.scan(code, "friend")) == ["done", "pairing_taken"]
        first = (await street.pairings.get(ticket.key))["account"]
        assert await both(street.scan(code, first), street.scan(code, first)) == ["done", "done"]
        tries = await both(street.give(ticket, first), street.give(ticket, first, right=False))
        assert tries in (["done", "done"], ["digits_wrong", "pairing_refused"])
    ticket, code = await street.ask()
    await street.scan(code)
    await street.give(ticket)
    before = await street.sessions.documents.count_documents({})
    assert await both(*(street.join(ticket) for _ in range(5))) == ["done"] * 5
    assert await street.sessions.documents.count_documents({}) == before + 1
    [use] = await street.house.stores.kiosk_uses.of_kiosk(HERE)
    assert use["signed_in"] == 1
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code = street.pairings.code_of(offered["_id"])
    takes = (street.take(code, kiosk) for kiosk in (HERE, THERE))
    assert await both(*takes) == ["done", "pairing_taken"]


async def test_an_end_at_the_moment_of_signing_in_holds(street: Street) -> None:
    for _ in range(6):
        ticket, code = await street.ask()
        await street.scan(code)
        await street.give(ticket)
        end = street.paired.end_by_phone(ticket.key, "wang", street.house.by())
        joined, _ = await asyncio.gather(street.join(ticket), end, return_exceptions=True)
        if isinstance(joined, str):
            assert await street.who(joined) == ""
    assert await street.paired.of_account("wang", street.house.by().at) == []


async def test_who_waits_is_rung_whoever_makes_the_change(street: Street) -> None:
    ticket, code = await street.ask()
    other, _ = await street.ask(THERE)
    changes = street.pairings.changes
    with changes.of(ticket.key) as bell, changes.of(other.key) as elsewhere:
        await changes.look()  # opens the stream, and rings all
        assert bell.is_set()
        bell.clear()
        elsewhere.clear()
        await street.scan(code)
        await changes.look()
        assert (bell.is_set(), elsewhere.is_set()) == (True, False)
        bell.clear()
        await changes.end()
        await street.give(ticket)
        await changes.look()  # what was missed meanwhile
        assert bell.is_set()
    assert changes.waiting == {}
    await changes.end()
