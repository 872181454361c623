"""Each guard of a pairing where nothing else would hold: what is typed, what is told, and what comes at one
moment or a moment late (article 23)."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo.errors import DuplicateKeyError, PyMongoError

from models.events import Channel
from models.pairings import Changes, Kind, State, Ticket, rung, store
from models.pairings.document import TO_GIVE, TO_SCAN
from models.pairings.store import TRIES
from models.pairings.uses import KioskUses
from models.sessions import LIFETIME
from models.store import Document
from tests.house.clock import Clock
from tests.house.house import House, said
from tests.models.pairings.test_pairings import HERE, PAGE, THERE, Street, both
from tests.models.pairings.test_rules import SECOND

pytestmark = pytest.mark.article("23.3")


@pytest.fixture
def street(house: House) -> Street:
    return Street(house)


async def test_digits_count_however_they_are_typed(street: Street) -> None:
    ticket, code = await street.ask()
    digits = (await street.scan(code))["digits"]
    wide = chr(ord(digits[0]) + ord("０") - ord("0"))
    given = await street.pairings.give(ticket.key, "wang", f" {wide} {digits[1]} ", street.house.by())
    assert given["state"] is State.AGREED


async def test_each_step_tells_of_which_kind_and_where(street: Street) -> None:
    """Those of an offer, from when a kiosk has taken it; nothing tells whose it is."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    ticket = await street.take(street.pairings.short_of(offered["_id"]))
    await street.give(ticket)
    await street.join(ticket)
    await street.paired.end_by_phone(ticket.key, "wang", street.house.by())
    kept = await street.pairings.get(ticket.key)
    here = {"kind": "kiosk", "kiosk": HERE}
    assert [(event["name"], event["data"]) for event in kept["events"]] == [
        ("pairing.offered", {}),
        ("pairing.taken", here),
        ("pairing.agreed", here),
        ("pairing.joined", here),
        ("pairing.ended", here),
    ]


async def test_what_both_sides_end_at_once_is_ended_once(street: Street) -> None:
    """Neither is told of the other, and an end that comes again changes nothing."""
    for _ in range(4):
        ticket, token = await street.brought()
        by = street.house.by()
        ends = (street.paired.end_by_phone(ticket.key, "wang", by), street.paired.sign_out(token, by))
        assert await both(*ends, street.pairings.cancel(ticket, by)) == ["done"] * 3
        await street.paired.end_by_phone(ticket.key, "wang", by)
        told = [event["name"] for event in (await street.pairings.get(ticket.key))["events"]]
        assert told.count("pairing.ended") == 1


async def test_the_screen_asks_again_within_a_minute(street: Street, clock: Clock) -> None:
    ticket, token = await street.brought()
    clock.advance(TO_GIVE - SECOND)
    assert await street.join(ticket) == token
    clock.advance(SECOND)
    assert await said(street.join(ticket)) == "pairing_used"


async def test_a_code_is_found_as_a_scanner_types_it_and_no_other_text_finds_any(street: Street) -> None:
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code = street.pairings.code_of(offered["_id"])
    for text in ("\ud800" * 16, code[:-1], f"{code}A", f" {code}"):
        assert await said(street.scan(text)) == "pairing_not_found"
    assert (await street.take(f" https://panyu.test/pair/{code}\n")).key == offered["_id"]


async def test_what_is_over_is_removed_by_itself_and_no_code_is_there_twice(street: Street) -> None:
    kept = await street.pairings.documents.index_information()
    assert kept["purge"]["expireAfterSeconds"] == 0
    assert (kept["purge"]["key"], kept["code"]["unique"]) == ([("purge_at", 1)], True)


async def test_the_phone_that_signed_a_screen_in_finds_it_so_when_it_comes_again(street: Street) -> None:
    """Its page is fetched anew, or the answer to its digits was lost."""
    ticket, code = await street.ask()
    await street.scan(code)
    await street.give(ticket)
    assert (await street.give(ticket))["state"] is State.AGREED
    await street.join(ticket)
    assert (await street.scan(code))["state"] is State.JOINED
    assert (await street.give(ticket, right=False))["state"] is State.JOINED, "it is no try any more"


async def test_each_step_has_a_minute_of_its_own(street: Street, clock: Clock) -> None:
    """Who scans late, and gives the digits late, still has the time that the next step takes."""
    ticket, code = await street.ask()
    clock.advance(TO_SCAN - SECOND)
    await street.scan(code)
    clock.advance(TO_GIVE - SECOND)
    await street.give(ticket)
    clock.advance(TO_GIVE - SECOND)
    assert await street.who(await street.join(ticket)) == "account:wang"


async def test_offers_are_counted_by_account_and_codes_of_pcs_by_network(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("OFFERED", "ASKED"):
        monkeypatch.setattr(store, limit, replace(getattr(store, limit), most=1))
    offers = [await said(street.pairings.offer(who, PAGE, street.house.by())) for who in ("wang", "li", "li")]
    assert offers == ["done", "done", "too_many_pairings"]
    by = street.house.by()
    asked = [
        await said(street.pairings.ask(Kind.PC, "", PAGE, address, by))
        for address in ("2001:db8::1", "2001:db8::2", "2001:db8:1::1")
    ]
    assert asked == ["done", "too_many_pairings", "done"]


async def test_what_wechat_gave_for_a_qr_is_kept_sealed(street: Street) -> None:
    ticket, _ = await street.ask()
    assert street.pairings.link_of(await street.pairings.get(ticket.key)) == ""
    link = "http://weixin.qq.com/q/abc"
    await street.pairings.show(ticket.key, link)
    kept = await street.pairings.get(ticket.key)
    assert (street.pairings.link_of(kept), link in str(kept)) == (link, False)


async def test_of_what_is_asked_for_and_not_scanned_no_screen_is_signed_in(street: Street) -> None:
    ticket, _ = await street.ask()
    assert await said(street.join(ticket)) == "pairing_not_agreed"


async def test_who_was_refused_or_came_too_late_is_told_the_same_at_a_kiosk(
    street: Street, clock: Clock
) -> None:
    """By its own screen as by another one."""
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code = street.pairings.code_of(offered["_id"])
    ticket = await street.take(code)
    await said(street.give(ticket, right=False))
    assert await said(street.take(code, HERE, ticket)) == "pairing_refused"
    assert await said(street.take(code, THERE)) == "pairing_refused"
    offered = await street.pairings.offer("wang", PAGE, street.house.by())
    code = street.pairings.code_of(offered["_id"])
    ticket = await street.take(code)
    clock.advance(TO_GIVE)
    assert await said(street.take(code, HERE, ticket)) == "pairing_expired"


async def test_the_screens_secret_is_its_tickets_alone(street: Street) -> None:
    """A token follows from the secret: who knows the pairing's id makes none."""
    ticket, token = await street.brought()
    assert street.pairings.privacy.index(ticket.key, "pairing_token") != token
    assert street.pairings.privacy.index(str(Ticket(ticket.key, "0" * 64)), "pairing_token") != token


async def test_a_session_of_before_the_phones_goes_on_and_ends_alone(street: Street) -> None:
    """One that was opened in WeChat has no pairing, and counts at no kiosk."""
    sessions, by = street.sessions, street.house.by(channel=Channel.H5)
    token = await sessions.open("account:wang", by)
    assert [await street.who(token, ""), await street.who(token, HERE)] == ["account:wang", ""]
    await street.paired.sign_out(token, by)
    assert await street.who(token, "") == ""


async def test_whose_time_is_over_is_told_so_also_where_they_were_signed_in(
    street: Street, clock: Clock
) -> None:
    ticket, token = await street.brought()
    [listed] = await street.paired.of_account("wang", clock.now())
    assert "events" not in listed.pairing
    clock.advance(LIFETIME[Channel.KIOSK])
    assert await said(street.join(ticket)) == "pairing_expired"
    assert await street.who(token) == ""


async def test_digits_that_are_held_are_drawn_anew(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """For as many times as they are tried; where all are held nothing is offered, and nothing is lost."""
    drawn = iter(["123456"] * TRIES + ["654321"] + ["123456"] * TRIES)
    monkeypatch.setattr(street.pairings, "short_of", lambda _key: next(drawn))
    first = await street.pairings.offer("wang", PAGE, street.house.by())
    second = await street.pairings.offer("li", PAGE, street.house.by())
    assert (await street.take("654321")).key == second["_id"]
    with pytest.raises(DuplicateKeyError):
        await street.pairings.offer("li", PAGE, street.house.by())
    assert (await street.take("123456")).key == first["_id"]


async def test_digits_are_free_from_the_moment_at_which_their_offer_is_over(
    street: Street, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(street.pairings, "short_of", lambda _key: "123456")
    await street.pairings.offer("wang", PAGE, street.house.by())
    clock.advance(TO_SCAN)
    second = await street.pairings.offer("li", PAGE, street.house.by())
    assert (await street.take("123456")).key == second["_id"]


async def test_uses_are_counted_by_local_day_and_kiosk(street: Street) -> None:
    uses: KioskUses = street.house.stores.kiosk_uses
    late, early = datetime(2026, 11, 24, 15, 59, tzinfo=UTC), datetime(2026, 11, 24, 16, tzinfo=UTC)
    for at in (early, late, late):
        await uses.count(HERE, at)
    await uses.count(THERE, late)
    counted = [(one["kiosk"], one["day"], one["signed_in"]) for one in await uses.of_kiosk(HERE)]
    assert counted == [(HERE, "2026-11-24", 2), (HERE, "2026-11-25", 1)]


class Lost:
    """A change stream that is lost when it is looked at, or has come to its end."""

    def __init__(self, *, raises: bool) -> None:
        self.raises, self.alive, self.closed = raises, raises, 0

    async def try_next(self) -> Document | None:
        if self.raises:
            raise PyMongoError("lost")
        return None

    async def close(self) -> None:
        self.closed += 1
        raise PyMongoError("lost, too")


class Streams:
    """A database whose streams are lost, each a different one."""

    def __init__(self, *, raises: bool) -> None:
        self.opened, self.raises = list[Lost](), raises

    async def watch(self, _pipeline: object, _seconds: float) -> Lost:
        self.opened.append(Lost(raises=self.raises))
        return self.opened[-1]


@pytest.mark.parametrize("raises", [True, False])
async def test_a_stream_that_is_lost_is_closed_and_another_is_opened(*, raises: bool) -> None:
    """Whoever waits is rung then, as something may have been missed."""
    streams: Any = Streams(raises=raises)
    changes = Changes(streams, "pairings")
    with changes.of("key") as bell:
        for looks in (1, 2):
            bell.clear()
            try:
                await changes.look()
            except PyMongoError:
                assert raises
            assert (len(streams.opened), bell.is_set()) == (looks, True)
            assert changes.stream is None
    assert [one.closed for one in streams.opened] == [1, 1]


async def test_who_waits_waits_no_longer_than_told() -> None:
    changes: Any = Changes(Any, "pairings")  # type: ignore[arg-type]
    with changes.of("key") as bell, changes.of("key"):
        await rung(bell, 0.01)
        assert not bell.is_set()
        await asyncio.sleep(0)
        assert not [one for one in asyncio.all_tasks() if "Event.wait" in repr(one.get_coro())], (
            "nobody waits on"
        )
    assert changes.waiting == {}
