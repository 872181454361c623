"""Rules of a pairing that no walk through a whole one shows: what is counted, what is drawn, and how long it
is kept (article 23)."""

import secrets
from dataclasses import replace
from datetime import timedelta

import pytest

from models.events import Channel
from models.pairings import Kind, State, Ticket, store
from models.pairings.document import KEPT, TO_GIVE
from models.pairings.store import TRIED
from models.sessions import LIFETIME
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.models.pairings.test_pairings import HERE, PAGE, THERE, Street, both


@pytest.fixture
def street(house: House) -> Street:
    return Street(house)


async def taken(street: Street, kiosk: str = HERE) -> Ticket:
    """A kiosk takes the six digits of a phone."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    by = street.house.by(f"kiosk:{kiosk}", Channel.KIOSK)
    return await street.pairings.take(street.pairings.short_of(offered["_id"]), kiosk, by)


async def test_a_page_that_is_fetched_twice_at_once_is_one_scan(street: Street) -> None:
    for _ in range(6):
        ticket, code = await street.ask()
        assert await both(*(street.scan(code) for _ in range(3))) == ["done"] * 3
        assert (await street.pairings.get(ticket.key))["state"] is State.SCANNED


@pytest.mark.article("23.3")
async def test_who_types_their_digits_rightly_has_not_tried(street: Street) -> None:
    """A kiosk at which many go on all day is not shut; wrong codes at one shut no other."""
    for _ in range(TRIED.most + 1):
        await taken(street)
    by = street.house.by(f"kiosk:{HERE}", Channel.KIOSK)
    nobodys = "2" * 16
    ends = [await said(street.pairings.take(nobodys, HERE, by)) for _ in range(TRIED.most + 1)]
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
    clock.advance(timedelta(seconds=1))
    second, _ = await street.brought(THERE)
    clock.advance(timedelta(seconds=1))
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
    ticket = await street.pairings.take(code.lower(), HERE, street.house.by())
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
