"""Rules of a pairing that no walk through a whole one shows: what is counted, what is drawn, and how long it
is kept (article 23)."""

import asyncio
import secrets
from dataclasses import replace
from datetime import timedelta

import pytest
from pymongo.errors import DuplicateKeyError

from models.events import Channel
from models.pairings import Kind, State, Ticket, store
from models.pairings.document import KEPT, TO_GIVE, TO_SCAN
from models.pairings.store import TRIED
from models.sessions import LIFETIME
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.models.pairings.test_pairings import HERE, PAGE, THERE, Street, both

SECOND = timedelta(seconds=1)


@pytest.fixture
def street(house: House) -> Street:
    return Street(house)


async def taken(street: Street, kiosk: str = HERE) -> Ticket:
    """A kiosk takes the six digits of a phone."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    return await street.take(street.pairings.short_of(offered["_id"]), kiosk)


async def test_a_page_that_is_fetched_twice_at_once_is_one_scan(street: Street) -> None:
    for _ in range(6):
        ticket, code = await street.ask()
        assert await both(*(street.scan(code) for _ in range(3))) == ["done"] * 3
        assert (await street.pairings.get(ticket.key))["state"] is State.SCANNED


@pytest.mark.article("23.3")
@pytest.mark.parametrize("given", ["agreed", "not yet"])
async def test_a_kiosk_that_did_not_hear_that_it_has_taken_an_offer_takes_it_again(
    street: Street, given: str
) -> None:
    """The same screen is answered as the first time, with one event and the same two digits; what another
    browser there or another kiosk comes with is worth nothing."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code, screen = street.pairings.code_of(offered["_id"]), Ticket.new()
    ticket = await street.take(code, HERE, screen)
    digits = (await street.pairings.get(ticket.key))["digits"]
    if given == "agreed":
        await street.give(ticket)
    for shown in (code, street.pairings.short_of(ticket.key)):
        assert await street.take(shown, HERE, screen) == ticket
        assert await said(street.take(shown)) == "pairing_taken"
        assert await said(street.take(shown, THERE, screen)) == "pairing_taken"
    kept = await street.pairings.get(ticket.key)
    told = [event["name"] for event in kept["events"]]
    assert (kept["digits"], told.count("pairing.taken")) == (digits, 1)


async def test_a_kiosk_that_sends_an_offer_twice_at_once_takes_it_once(street: Street) -> None:
    for _ in range(6):
        offered = await street.pairings.offer("wang", PAGE, street.house.by())
        code, screen = street.pairings.code_of(offered["_id"]), Ticket.new()
        first, second = await asyncio.gather(*(street.take(code, HERE, screen) for _ in range(2)))
        assert first == second


async def test_an_answer_that_is_asked_for_anew_is_no_try(street: Street) -> None:
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code, screen = street.pairings.code_of(offered["_id"]), Ticket.new()
    for _ in range(TRIED.most + 2):
        await street.take(code, HERE, screen)


@pytest.mark.article("23.3")
async def test_who_types_their_digits_rightly_has_not_tried(street: Street) -> None:
    """A kiosk at which many go on all day is not shut; wrong codes at one shut no other."""
    for _ in range(TRIED.most + 1):
        await taken(street)
    nobodys = "2" * 16
    ends = [await said(street.take(nobodys)) for _ in range(TRIED.most + 1)]
    assert ends == ["pairing_not_found"] * TRIED.most + ["too_many_pairings"]
    assert (await taken(street, THERE)).key


async def test_codes_are_counted_at_a_kiosk_or_for_a_network_of_pcs(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "ASKED", replace(store.ASKED, most=2))

    async def asked(kiosk: str, address: str = "192.0.2.7") -> str:
        kind = Kind.KIOSK if kiosk else Kind.PC
        return await said(street.pairings.ask(kind, kiosk, PAGE, address, street.house.by()))

    assert [await asked(HERE) for _ in range(3)] == ["done", "done", "too_many_pairings"]
    assert [await asked(THERE), await asked("")] == ["done", "done"], "behind the same address"
    assert [await asked(""), await asked("")] == ["done", "too_many_pairings"]
    assert await asked("", "192.0.2.8") == "done"


@pytest.mark.parametrize(("drawn", "digits"), [("least", "10"), ("most", "99")])
async def test_the_digits_are_drawn_and_are_always_two(
    street: Street, monkeypatch: pytest.MonkeyPatch, drawn: str, digits: str
) -> None:
    monkeypatch.setattr(secrets, "randbelow", lambda n: 0 if drawn == "least" else n - 1)
    ticket, code = await street.ask()
    assert (await street.scan(code))["digits"] == digits
    ticket = await taken(street)
    assert (await street.pairings.get(ticket.key))["digits"] == digits


@pytest.mark.article("23.3")
async def test_it_is_kept_a_day_beyond_its_end_and_no_longer(street: Street, clock: Clock) -> None:
    ticket, code = await street.ask()
    assert (await street.pairings.get(ticket.key))["purge_at"] == clock.now() + KEPT
    await street.scan(code)
    await street.give(ticket)
    token = await street.join(ticket)
    until = clock.now() + LIFETIME[Channel.KIOSK]
    joined = await street.pairings.get(ticket.key)
    assert (joined["expires_at"], joined["purge_at"]) == (until, until + KEPT)
    clock.advance(LIFETIME[Channel.KIOSK] * 0.4)
    session = await street.sessions.find(token, "account", street.house.by())
    assert session is not None
    await street.paired.go_on(session, street.house.by())
    early = await street.pairings.get(ticket.key)
    assert early["expires_at"] == until, "not every request writes"
    clock.advance(LIFETIME[Channel.KIOSK] * 0.2)
    await street.paired.go_on(session, street.house.by())
    until = clock.now() + LIFETIME[Channel.KIOSK]
    assert (await street.pairings.get(ticket.key))["purge_at"] == until + KEPT
    await street.pairings.end(ticket.key, {}, street.house.by())
    await street.pairings.last(ticket.key, until + KEPT)  # a request that was on its way
    assert (await street.pairings.get(ticket.key))["purge_at"] == until + KEPT


ALONE = ("asked", "scanned", "agreed")
GOES = {
    "asked": (),
    "scanned": ("take",),
    "agreed": ("take", "give"),
    "joined": ("take", "give", "join"),
    "refused": ("take", "wrong"),
    "ended": ("end",),
    "expired": ("wait",),
    "expired when taken": ("take", "wait"),
}
"""How an offer goes on, by where it ends."""


@pytest.mark.article("23.3")
@pytest.mark.parametrize("ends", GOES)
async def test_six_digits_are_one_offers_alone_while_it_is_open(
    street: Street, clock: Clock, monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    """From then on they may be another's, who is then the one whom they mean."""
    monkeypatch.setattr(store.Pairings, "short_of", lambda _self, _key: "123456")
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    ticket = Ticket(offered["_id"], Ticket.new().secret)
    for step in GOES[ends]:
        match step:
            case "take":
                await street.take("123456", HERE, ticket)
            case "give" | "wrong":
                await said(street.give(ticket, right=step == "give"))
            case "join":
                await street.join(ticket)
            case "end":
                await street.paired.end_by_phone(ticket.key, "wang", street.house.by())
            case "wait":
                clock.advance(TO_SCAN)
    if ends in ALONE:
        with pytest.raises(DuplicateKeyError):
            await street.pairings.offer("li", PAGE, street.house.by())
        return
    assert await said(street.take("123456", THERE)) in ("pairing_used", "pairing_refused", "pairing_expired")
    clock.advance(SECOND)
    another = await street.pairings.offer("li", PAGE, street.house.by())
    assert (await street.take("123456", THERE)).key == another["_id"]


async def test_an_offer_that_was_taken_has_its_minute(street: Street, clock: Clock) -> None:
    ticket = await taken(street)
    clock.advance(TO_GIVE)
    assert await said(street.give(ticket)) == "pairing_expired"


async def test_only_the_screen_itself_gives_up(street: Street) -> None:
    """Who knows the id of a pairing, as its phone does, has not the screen's secret."""
    ticket, token = await street.brought()
    await street.pairings.cancel(Ticket(ticket.key, Ticket.new().secret), street.house.by())
    assert await street.who(token) == "account:wang"


async def test_the_phone_lists_first_where_it_signed_in_last(street: Street, clock: Clock) -> None:
    first, _ = await street.brought()
    clock.advance(SECOND)
    second, _ = await street.brought(THERE)
    clock.advance(SECOND)
    third, _ = await street.brought("")
    listed = await street.paired.of_account("wang", clock.now())
    assert [one.pairing["_id"] for one in listed] == [third.key, second.key, first.key]


async def test_what_ran_out_can_still_be_ended(street: Street, clock: Clock) -> None:
    """Who touches the end a moment too late has ended it."""
    ticket, code = await street.ask()
    await street.scan(code)
    clock.advance(TO_GIVE)
    await street.paired.end_by_phone(ticket.key, "wang", street.house.by())
    assert (await street.pairings.get(ticket.key))["state"] is State.ENDED
    assert await said(street.give(ticket)) == "pairing_used"


async def test_a_code_is_read_however_its_letters_are_sent(street: Street) -> None:
    """A scanner that types may have no shift key."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code = street.pairings.code_of(offered["_id"])
    ticket = await street.take(code.lower())
    assert ticket.key == offered["_id"]
    for cut in (f"{ticket.key}.", str(ticket)[:-1], f"{ticket}0", ticket.key):
        assert Ticket.read(cut) is None


@pytest.mark.article("23.3")
@pytest.mark.parametrize("end", ["phone", "screen"])
async def test_of_an_ended_session_nothing_is_left(street: Street, end: str) -> None:
    ticket, token = await street.brought()
    await street.paired.end_by_phone(ticket.key, "friend", street.house.by())
    assert await street.sessions.documents.count_documents({}) == 1, "not theirs"
    if end == "phone":
        await street.paired.end_by_phone(ticket.key, "wang", street.house.by())
    else:
        await street.paired.sign_out(token, street.house.by())
    assert await street.sessions.documents.count_documents({}) == 0


async def test_of_what_is_done_at_a_pc_no_kiosk_counts_a_use(street: Street) -> None:
    await street.brought("")
    assert await street.house.stores.kiosk_uses.documents.count_documents({}) == 0
