"""The figures of reviews follow from what is true, whatever comes twice, late, in another order or dies."""

from collections import Counter
from dataclasses import replace
from datetime import date, time, timedelta
from typing import Any

import pytest

from models.applications import State
from models.appointments import Ending
from models.appointments.document import UPHELD
from models.people import Party
from models.stores import Stores, told
from models.voices import Figures, GivenReview
from models.voices.figures import COUNTED
from models.voices.stages import Verb
from models.voices.ticks import BOXES, ticks_of
from models.workdays import local_date, local_moment
from tests.house.clock import START
from tests.house.guides import USCC, plain_guide
from tests.house.house import House
from tests.house.places import HALL
from tests.house.reviewed import POSTS, bad_review, bad_review_of_guide, due


async def sums(figures: Figures) -> Counter[str]:
    """What stands in each box, by the kind of what was reviewed."""
    found: Counter[str] = Counter()
    async for cell in figures.documents.find({}):
        found.update({f"{cell['kind']} {box}": number for box, number in cell["n"].items()})
    return +found


async def relayed(stores: Stores) -> None:
    """All that waits is seen to by a worker."""
    telling = [store for store in stores.all() if store.tells]
    follow, now = stores.counting.follow, stores.clock()
    done = await stores.outbox.relay(telling, stores.deliveries, stores.schedule, lambda *_: (), now, follow)
    assert done.stuck == {}


async def check(stores: Stores) -> None:
    """Rebuilding finds the same."""
    found = await stores.recount.run(replace=False)
    assert (found.differences, found.waiting) == ({}, set())


async def rectified(house: House, review: GivenReview, *, after: timedelta) -> None:
    """Its rectification is opened, and fixed so long after its limit."""
    rectifying, reviews = house.stores.rectifying, house.stores.reviews
    assert await rectifying.open(due(review), house.by())
    case = await house.stores.rectifications.get(review["_id"])
    member = await house.member("rectifier", POSTS["rectifier"])
    by = replace(house.by_staff("rectifier"), at=case["fix_due"] + after)
    for verb in (Verb.CONTACT, Verb.FIX):
        await rectifying.take((await reviews.get(review["_id"]))["ref"], verb, member, "已处理", by)


@pytest.mark.article("17.statistics")
async def test_what_is_counted_of_a_review_through_all_its_life(house: House, party: Party) -> None:
    stores = house.stores
    review = await bad_review(house, party, 1)
    await relayed(stores)
    assert await sums(stores.figures) == {
        "service finished": 1,
        "service reviewed": 1,
        "service level_1": 1,
        "service tag_108": 1,
    }
    await rectified(house, review, after=timedelta())
    by = house.by(f"applicant:{party.id}")
    await stores.reviews.follow_up(review["_id"], party, 5, [], "改好了", by)
    await relayed(stores)
    assert await sums(stores.figures) == {
        "service finished": 1,
        "service reviewed": 1,
        "service level_1": 1,
        "service tag_108": 1,
        "service again_5": 1,
        "service opened": 1,
        "service in_time": 1,
    }
    await check(stores)


@pytest.mark.article("17.statistics")
async def test_each_round_of_a_rectification_counts(house: House, party: Party) -> None:
    """The first was fixed in time; a bad follow-up opened it anew, and that one is not fixed."""
    stores = house.stores
    review = await bad_review(house, party)
    await rectified(house, review, after=timedelta())
    later = replace(house.by(f"applicant:{party.id}"), at=review["at"] + timedelta(days=30))
    given = await stores.reviews.follow_up(review["_id"], party, 2, ["214"], "", later)
    assert await stores.rectifying.open(due(given, at=later.at), house.by())
    await relayed(stores)
    counted = await sums(stores.figures)
    names = ("opened", "due", "in_time", "late", "again_2")
    assert [counted[f"service {name}"] for name in names] == [2, 1, 1, 0, 1]
    await check(stores)


async def test_two_rounds_of_one_day_are_two(house: House, party: Party) -> None:
    """Fixed in an hour, found bad again the same day, and fixed again."""
    stores = house.stores
    review = await bad_review(house, party)
    found: Any = {"opened_at": START, "fix_due": START + timedelta(days=21), "done": {"fix": {"at": START}}}
    await stores.rectifications.documents.insert_one(
        {"_id": review["_id"], "ref": review["ref"], **found, "earlier": [found]}
    )
    await stores.counting.count(review["_id"])
    counted = await sums(stores.figures)
    assert (counted["service opened"], counted["service in_time"]) == (2, 2)
    await relayed(stores)
    await check(stores)


@pytest.mark.article("17.statistics")
async def test_what_is_fixed_a_second_too_late_is_late(house: House, party: Party) -> None:
    await rectified(house, await bad_review(house, party), after=timedelta(seconds=1))
    await relayed(house.stores)
    counted = await sums(house.stores.figures)
    assert (counted["service due"], counted["service late"], counted["service in_time"]) == (1, 1, 0)
    await check(house.stores)


@pytest.mark.article("17.statistics")
async def test_a_review_of_a_guide_is_counted_apart(house: House, party: Party) -> None:
    await bad_review_of_guide(house, party, plain_guide())
    await relayed(house.stores)
    assert await sums(house.stores.figures) == {"guide level_1": 1, "guide tag_108": 1}
    await check(house.stores)


@pytest.mark.article("17.statistics")
async def test_words_that_are_held_do_not_hold_up_the_level(house: House, party: Party) -> None:
    await house.stores.uncivil.documents.insert_one({"_id": "混蛋", "used": True})
    visit = await house.served(await house.booking(party))
    by, matter = house.by(f"applicant:{party.id}"), f"appointment:{visit['_id']}"
    given = await house.stores.reviews.give(matter, party, 2, [], "一群混蛋", by, visit)
    assert given["words_state"] == "held"
    await relayed(house.stores)
    assert (await sums(house.stores.figures))["service level_2"] == 1


async def test_the_cell_says_where_and_when(house: House, party: Party) -> None:
    review = await bad_review(house, party)
    await relayed(house.stores)
    visit = await house.stores.appointments.get(review["_id"].partition(":")[2])
    cells = {one["channel"]: one async for one in house.stores.figures.documents.find({})}
    said, done = cells["h5"], cells[""]
    for cell in (said, done):
        place = [cell[name] for name in ("kind", "department", "item", "hall")]
        assert place == ["service", USCC, visit["item"], HALL.code]
    assert said["day"] == review["day"]
    assert done["day"] == local_moment(local_date(visit["start"]), time())


async def test_a_concluded_application_could_be_reviewed(house: House) -> None:
    found = await house.application(State.CONCLUDED)
    await house.application(State.ACCEPTED)
    await relayed(house.stores)
    [cell] = [one async for one in house.stores.figures.documents.find({})]
    assert (cell["n"], cell["hall"], cell["item"]) == ({"finished": 1}, "", found["item"])
    assert local_date(cell["day"]) == local_date(found["concluded_at"])
    await check(house.stores)


async def test_a_record_that_is_corrected_takes_its_tick_back(house: House, party: Party) -> None:
    served = await house.served(await house.booking(party))
    await relayed(house.stores)
    assert await sums(house.stores.figures) == {"service finished": 1}
    centre = await house.stores.staff.get("centre")
    by = replace(house.by_staff("centre"), at=served["start"] + timedelta(hours=1))
    await house.stores.endings.record(served["_id"], centre, Ending.NO_SHOW, by, seen=served["state"])
    await relayed(house.stores)
    assert await sums(house.stores.figures) == {}
    await check(house.stores)


def test_every_event_that_ends_a_visit_or_undoes_its_end_is_followed() -> None:
    """Else a visit would be counted by the command alone."""
    followed = {name for name in COUNTED if name.startswith("appointment.")}
    assert followed == {f"appointment.{ending}" for ending in Ending} | {UPHELD}
    assert set(COUNTED) <= set(told())


def test_no_code_parts_a_cells_key() -> None:
    tick = "2026-11-24|service|1144|0617001|centre|h5|level_5"
    about = {"department": "1144", "item": "0617001", "hall": "centre"}
    day = local_moment(date(2026, 11, 24), time())
    review: Any = {**about, "day": day, "channel": "h5", "level": 5, "tags": [], "marks": [], "again": None}
    assert ticks_of("appointment:a", None, review, None) == (tick,)
    assert len(set(BOXES)) == len(BOXES)
