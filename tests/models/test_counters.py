"""Limits that all processes share."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.counters import Counters, Limit, Per, Use, network_of
from models.errors import TooMany
from models.outgoing.sms import NOT_LEGAL, Purpose, SmsDays, SmsLimits, SmsUsedUp, Spent
from models.privacy import Privacy
from tests.house.clock import START
from tests.house.house import House
from wechat_backend.database.connection import connect


class Refusal(TooMany):
    code = "refusal"
    message = "太多"


TEN = Limit("ten", 10, Per.DAY, Refusal)
THREE = Limit("three", 3, Per.HOUR, Refusal)


@pytest.fixture
def counters(house: House) -> Counters:
    return house.stores.counters


async def used(counters: Counters) -> dict[str, int]:
    return {each["_id"].split(":")[0]: each["used"] async for each in counters.documents.find({})}


@pytest.mark.parametrize(
    ("per", "now", "begin", "end"),
    [
        (Per.HOUR, "2026-11-24T02:59:59", "2026-11-24T02:00:00", "2026-11-24T03:00:00"),
        (Per.DAY, "2026-11-24T15:59:59", "2026-11-23T16:00:00", "2026-11-24T16:00:00"),
        (Per.DAY, "2026-11-24T16:00:00", "2026-11-24T16:00:00", "2026-11-25T16:00:00"),
    ],
)
def test_a_day_is_a_day_in_panyu(per: Per, now: str, begin: str, end: str) -> None:
    at, *around = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, begin, end))
    assert per.around(at) == tuple(around)


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
    ],
)
def test_of_ipv6_the_network_counts(address: str, counts_as: str) -> None:
    assert network_of(address) == counts_as


async def test_many_at_once_in_two_processes_get_exactly_what_there_is(
    mongo_uri: str, indexed: Any, counters: Counters, privacy: Privacy
) -> None:
    """200 at once over two connections, of which each began with an empty collection."""
    beside = await connect(mongo_uri, indexed.name, "pymongo")
    others = Counters(beside, privacy)
    taking = [each.take([Use(TEN, "a1")], START) for _ in range(100) for each in (counters, others)]
    outcomes = await asyncio.gather(*taking, return_exceptions=True)
    await beside.close()
    assert outcomes.count(None) == 10
    assert {type(each) for each in outcomes} == {type(None), Refusal}
    assert await used(counters) == {"ten": 10}


async def test_all_are_taken_or_none(counters: Counters) -> None:
    uses = [Use(TEN, "a1"), Use(THREE, "203.0.113.9")]
    for _ in range(3):
        await counters.take(uses, START)
    with pytest.raises(Refusal) as refused:
        await counters.take(uses, START)
    assert refused.value.retry_after == timedelta(hours=1).total_seconds() + 1
    assert await used(counters) == {"ten": 3, "three": 3}
    await counters.take(uses, START + timedelta(hours=1))


async def test_what_fails_is_given_back(counters: Counters) -> None:
    with pytest.raises(KeyError):
        async with counters.taken([Use(TEN, "a1")], START):
            raise KeyError
    assert await used(counters) == {"ten": 0}


async def test_subjects_do_not_stand_in_the_clear_and_windows_go(counters: Counters) -> None:
    await counters.take([Use(TEN, "203.0.113.9")], START)
    [kept] = [each async for each in counters.documents.find({})]
    assert "203.0.113.9" not in str(kept)
    assert kept["purge_at"] == Per.DAY.around(START)[1]
    assert "purge" in await counters.documents.index_information()


LIMITS = SmsLimits(a_day=20, codes_share=0.5, courtesy_share=0.2)


@pytest.fixture
def days(house: House) -> SmsDays:
    house.stores.sms.limits = LIMITS
    return house.stores.sms


async def take(days: SmsDays, purpose: Purpose, count: int, at: datetime = START) -> int:
    """How many of so many at once are allowed."""
    taking = [days.take(purpose, at) for _ in range(count)]
    outcomes = await asyncio.gather(*taking, return_exceptions=True)
    assert {type(each) for each in outcomes} <= {type(None), SmsUsedUp}
    return outcomes.count(None)


@pytest.mark.article("11.forms")
async def test_receipts_keep_what_codes_and_courtesies_may_not_use(days: SmsDays) -> None:
    assert await take(days, Purpose.CODE, 40) == 10
    assert await take(days, Purpose.COURTESY, 40) == 4
    assert await take(days, Purpose.LEGAL, 40) == 6
    assert [each.used for each in await days.spent(START)] == [20, 10, 4]
    assert await take(days, Purpose.CODE, 1, START + timedelta(days=1)) == 1


async def test_codes_stop_when_legal_notices_have_used_the_day(days: SmsDays) -> None:
    assert await take(days, Purpose.LEGAL, 40) == 20
    assert await take(days, Purpose.CODE, 1) == 0
    await days.give_back(Purpose.LEGAL, START)
    assert await take(days, Purpose.CODE, 2) == 1


@pytest.mark.parametrize(("used", "level"), [(0, 0), (79, 0), (80, 80), (99, 80), (100, 100), (101, 100)])
def test_when_staff_are_told(used: int, level: int) -> None:
    assert Spent("all", used, 100).level == level


def test_something_is_always_left_for_the_law() -> None:
    assert sum(SmsLimits().most(purpose) for purpose in NOT_LEGAL) < SmsLimits().a_day
