"""A suspension from its announcement to the kiosk's return (article 21, item 4), in the stores."""

import asyncio
from datetime import datetime, timedelta

import pytest

from models.kiosks import CommandName, GivenLetter, Kiosk, State, Wanted
from models.kiosks.document import Custody, Outage, OutageCause
from tests.house.clock import START
from tests.house.house import House, said
from tests.house.kiosks import Kiosked, a_letter, a_request

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SOON = START + timedelta(days=10)
"""Friday 4 December 2026, eight working days after the house's Tuesday."""


@pytest.fixture
async def kiosk(kiosks: Kiosked) -> str:
    return (await kiosks.in_service())["_id"]


def an_hour(start: datetime = SOON) -> Wanted:
    return Wanted(start, start + HOUR, "系统升级")


async def told_events(house: House, kiosk: str) -> list[str]:
    found = await house.stores.kiosks.documents.find_one({"_id": kiosk})
    return [event["name"] for event in found["events"]]


def outages(kiosk: Kiosk) -> list[tuple[datetime, datetime | None]]:
    return [(one["start"], one["end"]) for one in kiosk["outages"]]


@pytest.mark.article("21.4", "21.announced")
async def test_one_hour_stays_in_place_and_comes_back(house: House, kiosks: Kiosked, kiosk: str) -> None:
    planned = (await kiosks.planned(kiosk, an_hour()))["suspension"]
    assert planned
    assert (planned["custody"], planned["told_at"], planned["told_by"]) == (
        Custody.IN_PLACE,
        START,
        "staff:contact",
    )
    assert [(due.what, due.at) for due in await kiosks.dues()] == [
        ("kiosk.suspension_begin", SOON),
        ("kiosk.suspension_end", SOON + HOUR),
        ("kiosk.tell_visitors", START),
    ]
    kiosks.set(SOON)
    assert await kiosks.fire("begin") == [True]
    assert (await kiosks.get(kiosk))["state"] is State.SUSPENDED
    kiosks.set(SOON + HOUR)
    assert await kiosks.fire("end") == [True]
    found = await kiosks.get(kiosk)
    assert (found["state"], found["suspension"]) == (State.IN_SERVICE, None)
    assert outages(found) == [(SOON, SOON + HOUR)]
    assert [(one["start"], one["end"]) for one in found["suspensions"]] == [(SOON, SOON + HOUR)]
    assert (await told_events(house, kiosk))[-3:] == [
        "kiosk.suspension_planned",
        "kiosk.suspended",
        "kiosk.resumed",
    ]


@pytest.mark.article("21.4")
async def test_looked_at_twice_and_late_it_happens_once_at_its_time(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    await kiosks.planned(kiosk, an_hour())
    kiosks.set(SOON + 30 * DAY)
    assert await kiosks.fire("begin") == [True]
    assert await kiosks.fire("end") == [True]
    assert [*await kiosks.fire("begin"), *await kiosks.fire("end")] == [False, False]
    found = await kiosks.get(kiosk)
    assert outages(found) == [(SOON, SOON + HOUR)]
    assert (await told_events(house, kiosk)).count("kiosk.suspended") == 1


@pytest.mark.article("21.4")
async def test_told_too_late_or_without_a_letter_it_is_refused(kiosks: Kiosked, kiosk: str) -> None:
    tomorrow = START + DAY
    assert await said(kiosks.planned(kiosk, Wanted(tomorrow, tomorrow + 2 * HOUR, "网络调整"))) == (
        "suspension_too_late"
    )
    assert await said(kiosks.planned(kiosk, Wanted(SOON, SOON + WEEK, "网络调整"))) == (
        "suspension_needs_letter"
    )
    with a_letter() as letter:
        numberless = GivenLetter(" ", letter.file)
        refused = await said(kiosks.planned(kiosk, Wanted(SOON, SOON + WEEK, "网络调整", numberless)))
    assert refused == "kiosk_words_missing"
    assert await said(kiosks.planned(kiosk, Wanted(SOON, SOON + HOUR, " "))) == "kiosk_words_missing"
    assert (await kiosks.get(kiosk))["suspension"] is None
    assert await said(kiosks.planned(kiosk, Wanted(tomorrow, tomorrow + HOUR, "网络调整"))) == "done"


async def test_the_letter_is_kept_with_its_file(kiosks: Kiosked, kiosk: str) -> None:
    with a_letter() as letter:
        planned = await kiosks.planned(kiosk, Wanted(SOON, SOON + WEEK, "网络调整", letter))
    suspension = planned["suspension"]
    assert suspension
    assert suspension["letter"]
    assert suspension["letter"]["number"] == "番公函〔2026〕12号"
    file = suspension["letter"]["file"]
    assert file in await kiosks.stores.kiosks.files_held({kiosk})
    assert (await kiosks.stores.materials.read(file))[1].startswith(b"%PDF")


async def test_of_many_at_once_one_is_planned(kiosks: Kiosked, kiosk: str) -> None:
    async def ask() -> str:
        with a_letter() as letter:
            return await said(kiosks.planned(kiosk, Wanted(SOON, SOON + WEEK, "网络调整", letter)))

    told = await asyncio.gather(*(ask() for _ in range(20)))
    assert sorted(told) == ["done", *["kiosk_not_in_service"] * 19]
    files = kiosks.stores.materials.documents
    assert await files.count_documents({"code": "letter", "dropped_at": None}) == 1


@pytest.mark.article("21.away")
async def test_over_three_days_it_is_taken_away_and_brought_back(kiosks: Kiosked, kiosk: str) -> None:
    suspending, centre = kiosks.stores.suspending, kiosks.who("centre")
    suspended = await kiosks.suspended(kiosk, 14)
    assert suspended["suspension"]
    assert suspended["suspension"]["custody"] is Custody.TAKEN_AWAY
    assert await said(suspending.remove(kiosk, *centre)) == "suspension_otherwise"
    away = await suspending.take_away(kiosk, *centre)
    assert (away["state"], away["spot"]) == (State.TAKEN_AWAY, f"{away['hall']}:{away['position']}")  # type: ignore[typeddict-item]
    end = SOON + 2 * WEEK
    kiosks.set(end)
    assert await kiosks.fire("end") == [False]
    kiosks.set(end + 2 * DAY)
    back = await suspending.bring_back(kiosk, *kiosks.who("centre"))
    assert back["state"] is State.IN_SERVICE
    assert outages(back) == [(SOON, end + 2 * DAY)]
    assert [(one["start"], one["end"]) for one in back["suspensions"]] == [(SOON, end)]


@pytest.mark.article("21.away")
async def test_over_two_weeks_it_comes_back_by_a_new_installation_alone(kiosks: Kiosked, kiosk: str) -> None:
    suspending, centre = kiosks.stores.suspending, kiosks.who("centre")
    suspended = await kiosks.suspended(kiosk, 15)
    assert suspended["suspension"]
    assert suspended["suspension"]["custody"] is Custody.REMOVED
    assert await said(suspending.take_away(kiosk, *centre)) == "suspension_otherwise"
    assert await said(suspending.resume(kiosk, *kiosks.who("contact"))) == "suspension_otherwise"
    kiosks.set(SOON + 15 * DAY)
    assert await kiosks.fire("end") == [False]
    removed = await suspending.remove(kiosk, *kiosks.who("centre"))
    assert removed["state"] is State.REMOVED
    assert "device_key" not in removed
    assert outages(removed) == [(SOON, SOON + 15 * DAY)]
    assert await said(suspending.bring_back(kiosk, *kiosks.who("centre"))) == "suspension_otherwise"


@pytest.mark.article("21.away")
async def test_what_is_still_in_its_place_at_the_end_serves_again(kiosks: Kiosked, kiosk: str) -> None:
    """Nobody has said that it was taken away."""
    await kiosks.suspended(kiosk, 14)
    kiosks.set(SOON + 2 * WEEK)
    assert await kiosks.fire("end") == [True]
    assert (await kiosks.get(kiosk))["state"] is State.IN_SERVICE


@pytest.mark.article("21.4", "21.5")
@pytest.mark.parametrize("leaves", ["removed", "retired"])
async def test_who_leaves_leaves_nothing_to_do(kiosks: Kiosked, kiosk: str, leaves: str) -> None:
    """Neither commands nor a suspension, nor a time out of service that lasts; what is removed is proposed to
    retire no more, since it is out already."""
    stores = kiosks.stores
    await kiosks.suspended(kiosk, 15)
    await kiosks.withdrawn(kiosk)
    await stores.commands.order(kiosk, CommandName.RELOAD, "", *kiosks.who("digital"))
    if leaves == "removed":
        await stores.suspending.remove(kiosk, *kiosks.who("centre"))
    else:
        tomorrow = stores.clock() + DAY
        await stores.retiring.agree(kiosk, tomorrow.date(), *kiosks.who("digital"))
        kiosks.set(tomorrow)
        await kiosks.fire("retirement")
    found = await kiosks.get(kiosk)
    assert found["state"].value == leaves
    assert (found["commands"], found["suspension"]) == ([], None)
    assert bool(found["retirement"]) is (leaves == "retired")
    assert all(one["end"] for one in found["outages"])
    assert "device_key" not in found


@pytest.mark.article("21.4", "21.5", "21.away")
async def test_letters_stay_when_it_comes_in_anew(kiosks: Kiosked, kiosk: str) -> None:
    """That of the suspension by which it was removed, and that of a withdrawal of which nothing came."""
    await kiosks.suspended(kiosk, 15)
    await kiosks.withdrawn(kiosk)
    before = await kiosks.stores.kiosks.files_held({kiosk})
    await kiosks.stores.suspending.remove(kiosk, *kiosks.who("centre"))
    assert await kiosks.stores.kiosks.files_held({kiosk}) == before
    await kiosks.stores.entering.request_again(kiosk, a_request(), *kiosks.who("contact"))
    assert await kiosks.stores.kiosks.files_held({kiosk}) == before
    found = await kiosks.get(kiosk)
    assert (found["state"], found["outages"], found["retirement"]) == (State.REQUESTED, [], None)


@pytest.mark.article("21.away")
async def test_a_removed_ones_place_is_free(kiosks: Kiosked) -> None:
    first = await kiosks.in_service(name="旧机")
    await kiosks.suspended(first["_id"], 15)
    await kiosks.stores.suspending.remove(first["_id"], *kiosks.who("centre"))
    again = await kiosks.placed_one(first["position"])
    assert (again["hall"], again["position"]) == (first["hall"], first["position"])


async def test_called_off_it_does_not_take_place(kiosks: Kiosked, kiosk: str) -> None:
    call_off, contact = kiosks.stores.suspending.call_off, kiosks.who("contact")
    assert await said(call_off(kiosk, *contact)) == "suspension_otherwise"
    await kiosks.planned(kiosk, an_hour())
    for username, code in (("second", "not_the_contact"), ("centre", "scope_missing")):
        assert await said(call_off(kiosk, *kiosks.who(username))) == code
    await call_off(kiosk, *contact)
    await kiosks.planned(kiosk, an_hour(SOON + DAY))
    kiosks.set(SOON + DAY)  # the moment of its beginning, at which no worker has looked yet
    assert await said(call_off(kiosk, *kiosks.who("contact"))) == "suspension_otherwise"
    assert sorted(await kiosks.fire("begin")) == [False, True]
    assert await said(call_off(kiosk, *kiosks.who("contact"))) == "suspension_otherwise"
    assert outages(await kiosks.get(kiosk)) == [(SOON + DAY, None)]


async def test_one_that_comes_back_early_was_announced_until_then(kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.suspended(kiosk, 3)
    kiosks.set(SOON + HOUR)
    back = await kiosks.stores.suspending.resume(kiosk, *kiosks.who("contact"))
    assert back["state"] is State.IN_SERVICE
    assert [(one["start"], one["end"]) for one in back["suspensions"]] == [(SOON, SOON + HOUR)]
    kiosks.set(SOON + 3 * DAY)
    assert await kiosks.fire("end") == [False]
    assert outages(await kiosks.get(kiosk)) == [(SOON, SOON + HOUR)]


async def test_one_that_is_broken_is_suspended_too(kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.planned(kiosk, an_hour())
    await kiosks.fault(kiosk)
    kiosks.set(SOON)
    assert await kiosks.fire("begin") == [True]
    kiosks.set(SOON + HOUR)
    assert await kiosks.fire("end") == [True]
    found = await kiosks.get(kiosk)
    assert (found["state"], outages(found)) == (State.IN_SERVICE, [(START, SOON + HOUR)])


async def test_a_repair_and_a_beginning_at_one_instant(kiosks: Kiosked, kiosk: str) -> None:
    """Whichever comes first, there is one time out of service at a time, and none is forgotten."""
    for _ in range(10):
        now = kiosks.stores.clock()
        await kiosks.fault(kiosk)
        await kiosks.stores.keeping.repair(kiosk, *kiosks.who("centre"))
        start = now + 10 * DAY
        await kiosks.planned(kiosk, an_hour(start))
        await kiosks.fault(kiosk)
        kiosks.set(start)
        repair = kiosks.stores.keeping.repair(kiosk, *kiosks.who("centre"))
        await asyncio.gather(said(repair), said(kiosks.fire("begin")))
        await kiosks.fire("begin")
        found = await kiosks.get(kiosk)
        assert found["state"] is State.SUSPENDED
        lasting: list[Outage] = [one for one in found["outages"] if one["end"] is None]
        assert len(lasting) == 1
        kiosks.set(start + HOUR)
        await kiosks.fire("end")
        assert all(one["end"] for one in (await kiosks.get(kiosk))["outages"])
        assert all(one["cause"] is OutageCause.OWN for one in found["outages"])


@pytest.mark.article("21.announced")
async def test_the_hall_says_once_that_its_notice_is_up(house: House, kiosks: Kiosked, kiosk: str) -> None:
    post = house.stores.suspending.post
    assert await said(post(kiosk, *kiosks.who("centre"))) == "suspension_otherwise"
    await kiosks.planned(kiosk, an_hour())
    for username, code in (("contact", "scope_missing"), ("elsewhere", "kiosk_not_found")):
        assert await said(post(kiosk, *kiosks.who(username))) == code
    posted = (await post(kiosk, *kiosks.who("township")))["suspension"]
    assert posted
    assert posted["posted_at"] == START
    assert await said(post(kiosk, *kiosks.who("centre"))) == "suspension_otherwise"
