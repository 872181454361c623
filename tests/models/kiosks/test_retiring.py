"""How a kiosk retires (article 21, item 5): proposed with evidence, decided by a person, on an agreed day."""

import asyncio
from datetime import date, datetime, timedelta

import pytest

from models.kiosks import Sought, State
from models.kiosks.document import Finding, Ground, OutageCause
from models.kiosks.store import WAITING
from tests.house.clock import START
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.kiosks import GUIDE, Kiosked

DAY = timedelta(days=1)


@pytest.fixture
async def kiosk(kiosks: Kiosked) -> str:
    return (await kiosks.in_service())["_id"]


async def proposals(kiosks: Kiosked, at: datetime) -> int:
    """How many the worker makes at a moment."""
    kiosks.set(at)
    return await kiosks.stores.retiring.propose_all(kiosks.house.by())


async def ground(kiosks: Kiosked, kiosk: str) -> tuple[Ground, str] | None:
    found = (await kiosks.get(kiosk))["retirement"]
    return (found["ground"], found["occasion"]) if found else None


@pytest.mark.article("21.outage")
async def test_a_week_out_of_service_is_proposed_with_its_evidence(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    """From Saturday 5 December on, so that the week is there before the fifth working day has passed."""
    saturday = START + 11 * DAY
    kiosks.set(saturday)
    await kiosks.fault(kiosk)
    assert await proposals(kiosks, saturday + 5 * DAY) == 0
    assert await proposals(kiosks, saturday + 7 * DAY) == 1
    found = (await kiosks.get(kiosk))["retirement"]
    assert found
    assert (found["ground"], found["proposed_by"]) == (Ground.OUTAGE, "system")
    assert found["evidence"]["start"] == saturday
    assert found["evidence"]["end"] == saturday + 7 * DAY
    assert found["occasion"] == "running:2026-12-05T10:00+08:00"
    assert (await kiosks.get(kiosk))["state"] is State.UNDER_REPAIR
    assert await proposals(kiosks, saturday + 8 * DAY) == 0


@pytest.mark.article("21.outage")
async def test_third_parties_and_announced_suspensions_are_left_out(kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.fault(kiosk, OutageCause.THIRD_PARTY)
    other = (await kiosks.in_service())["_id"]
    await kiosks.suspended(other, 14)
    assert await proposals(kiosks, START + 24 * DAY) == 0
    await kiosks.fire("end")
    assert await proposals(kiosks, START + 60 * DAY) == 0
    digital = kiosks.who("digital")
    await kiosks.stores.keeping.attribute(kiosk, START, OutageCause.OWN, "非停电所致", *digital)
    assert await proposals(kiosks, START + 61 * DAY) == 1
    assert await ground(kiosks, other) is None


@pytest.mark.article("21.outage")
async def test_what_overruns_a_suspension_is_proposed(kiosks: Kiosked, kiosk: str) -> None:
    """Announced for two weeks from 4 December; on Friday 18 at ten it should have been back."""
    await kiosks.suspended(kiosk, 14)
    await kiosks.stores.suspending.take_away(kiosk, *kiosks.who("centre"))
    end = START + 24 * DAY
    assert await proposals(kiosks, end) == 0
    assert await proposals(kiosks, end + 5 * DAY) == 0
    assert await proposals(kiosks, end + 6 * DAY) == 1
    assert await ground(kiosks, kiosk) == (Ground.OUTAGE, "month:2026-12")


async def test_a_worker_that_is_late_makes_no_overrun(kiosks: Kiosked, kiosk: str) -> None:
    """The end of a suspension in place was announced; that no worker has looked at it yet is our own."""
    await kiosks.suspended(kiosk, 5)
    assert await proposals(kiosks, START + 60 * DAY) == 0


@pytest.mark.article("21.expired")
async def test_what_is_used_up_is_proposed_unless_it_is_prolonged(kiosks: Kiosked, kiosk: str) -> None:
    short = (await kiosks.in_service(use_until=date(2026, 12, 31)))["_id"]
    assert await proposals(kiosks, datetime.fromisoformat("2026-12-31T15:59:59+00:00")) == 0
    assert await proposals(kiosks, datetime.fromisoformat("2026-12-31T16:00:00+00:00")) == 1
    assert await ground(kiosks, short) == (Ground.EXPIRED, "expired:2026-12-31")
    digital = kiosks.who("digital")
    await kiosks.stores.retiring.dismiss(short, "续用两年", *digital)
    await kiosks.stores.keeping.prolong(short, date(2028, 12, 31), *digital)
    assert await proposals(kiosks, START + 60 * DAY) == 0
    assert await ground(kiosks, kiosk) is None


@pytest.mark.article("21.expired")
async def test_abolished_services_are_proposed(kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.stores.guides.documents.delete_many({"item": GUIDE.item})
    assert await proposals(kiosks, START) == 1
    assert await ground(kiosks, kiosk) == (Ground.EXPIRED, "abolished")


@pytest.mark.article("21.broken")
async def test_what_is_beyond_repair_is_proposed(kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.stores.keeping.find(kiosk, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    assert await proposals(kiosks, START) == 1
    assert await ground(kiosks, kiosk) == (Ground.BROKEN, "found:2026-11-24T10:00+08:00")


@pytest.mark.article("21.unfit")
async def test_what_fits_no_more_and_cannot_be_updated_is_proposed(
    house: House, kiosks: Kiosked, kiosk: str
) -> None:
    await kiosks.stores.keeping.find(kiosk, Finding.NOT_UPDATABLE, "厂家停产", *kiosks.who("digital"))
    assert await proposals(kiosks, START) == 0
    await house.publish(plain_guide(31, version=2, channels=["h5", "window"]))
    assert await proposals(kiosks, START) == 1
    found = await ground(kiosks, kiosk)
    assert found
    assert found[0] is Ground.UNFIT


@pytest.mark.article("21.5")
async def test_a_letter_and_an_agreed_day(house: House, kiosks: Kiosked, kiosk: str) -> None:
    retiring, digital = house.stores.retiring, kiosks.who("digital")
    withdrawn = (await kiosks.withdrawn(kiosk))["retirement"]
    assert withdrawn
    assert withdrawn["letter"]
    assert (withdrawn["ground"], withdrawn["letter"]["number"]) == (Ground.WITHDRAWN, "番公函〔2026〕12号")
    assert await said(kiosks.withdrawn(kiosk)) == "retirement_under_way"
    assert await said(retiring.agree(kiosk, date(2026, 11, 24), *digital)) == "leaving_day_wrong"
    await retiring.agree(kiosk, date(2026, 11, 30), *digital)
    await retiring.agree(kiosk, date(2026, 12, 2), *digital)
    kiosks.set(START + 7 * DAY)
    assert await kiosks.fire("retirement") == [False]
    assert (await kiosks.get(kiosk))["state"] is State.IN_SERVICE
    kiosks.set(START + 8 * DAY)
    assert sorted(await kiosks.fire("retirement")) == [False, True]
    found = await kiosks.get(kiosk)
    assert found["state"] is State.RETIRED
    assert "device_key" not in found
    assert (
        await said(retiring.agree(kiosk, date(2026, 12, 5), *kiosks.who("digital"))) == "retirement_otherwise"
    )


async def test_a_worker_that_is_late_retires_it_from_its_day_on(kiosks: Kiosked, kiosk: str) -> None:
    """What began after the day had come ends with it, and what was over before stays as it was."""
    await kiosks.fault(kiosk)
    kiosks.set(START + timedelta(hours=1))
    await kiosks.stores.keeping.repair(kiosk, *kiosks.who("centre"))
    await kiosks.withdrawn(kiosk)
    await kiosks.stores.retiring.agree(kiosk, (START + DAY).date(), *kiosks.who("digital"))
    kiosks.set(START + DAY)
    await kiosks.fault(kiosk)
    kiosks.set(START + 2 * DAY)
    assert await kiosks.fire("retirement") == [True]
    times = [(one["start"], one["end"]) for one in (await kiosks.get(kiosk))["outages"]]
    assert times == [(START, START + timedelta(hours=1)), (START + DAY, START + DAY)]


@pytest.mark.article("21.8")
async def test_it_is_handed_back_to_its_owner(house: House, kiosks: Kiosked) -> None:
    kiosk = await kiosks.brought_to(State.HANDED_BACK)
    kept = await house.stores.kiosks.documents.find_one({"_id": kiosk["_id"]})
    last = kept["events"][-1]
    assert (last["name"], last["data"]) == ("kiosk.handed_back", {"owner": "department"})
    assert kiosk["timeline"][-1]["reason"] == "已交还王工，外观完好"
    assert "spot" not in kept


@pytest.mark.article("21.5")
async def test_a_person_decides(kiosks: Kiosked, kiosk: str) -> None:
    """What was dismissed is not proposed on the same occasion again, but on another."""
    retiring = kiosks.stores.retiring
    assert await said(retiring.dismiss(kiosk, "不同意", *kiosks.who("digital"))) == "retirement_otherwise"
    await kiosks.stores.keeping.find(kiosk, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    assert await proposals(kiosks, START) == 1
    for username in kiosks.members.keys() - {"digital"}:
        assert await said(retiring.dismiss(kiosk, "不同意", *kiosks.who(username))) in {
            "scope_missing",
            "kiosk_not_found",
        }
    assert await said(retiring.dismiss(kiosk, " ", *kiosks.who("digital"))) == "kiosk_words_missing"
    await retiring.dismiss(kiosk, "已换主板", *kiosks.who("digital"))
    assert await proposals(kiosks, START + DAY) == 0
    await kiosks.stores.keeping.find(kiosk, Finding.BEYOND_REPAIR, "又烧毁", *kiosks.who("contact"))
    assert await proposals(kiosks, START + 2 * DAY) == 1


async def test_workers_at_once_propose_once(house: House, kiosks: Kiosked, kiosk: str) -> None:
    await kiosks.stores.keeping.find(kiosk, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    retiring = house.stores.retiring
    made = await asyncio.gather(*(retiring.propose_all(house.by()) for _ in range(5)))
    assert sum(made) == 1
    kept = await house.stores.kiosks.documents.find_one({"_id": kiosk})
    assert [event["name"] for event in kept["events"]].count("kiosk.retirement_proposed") == 1


@pytest.mark.parametrize("mark", WAITING)
async def test_what_waits_is_found_by_its_own_index(kiosks: Kiosked, mark: str) -> None:
    documents = kiosks.stores.kiosks.documents
    await documents.insert_many([{"_id": f"{mark}{number}", "state": "in_service"} for number in range(50)])
    waiting = [{"_id": f"{mark}{number}", "state": "in_service", mark: True} for number in range(50, 53)]
    await documents.insert_many(waiting)
    plan = await documents.find(Sought((State.IN_SERVICE,), waiting=mark).query).explain()
    assert f"'indexName': '{mark}'" in str(plan["queryPlanner"]["winningPlan"])
    assert plan["executionStats"]["totalDocsExamined"] == len(waiting)


async def test_one_that_is_removed_is_proposed_no_more(kiosks: Kiosked) -> None:
    kiosk = (await kiosks.brought_to(State.REMOVED))["_id"]
    assert await proposals(kiosks, START + 5000 * DAY) == 0
    assert await ground(kiosks, kiosk) is None
