"""What reviews come to, through the API: the same as on the page, and nothing of few."""

from datetime import timedelta

import pytest

from models.voices.periods import Period, days_of, months_before
from models.workdays import local_date
from tests.house.api import Service
from tests.house.figured import at, count
from tests.house.guides import OTHER, USCC, api_guide
from tests.house.places import HALL

ITEM = f"{USCC}{75:013}"
ONE_DAY = timedelta(days=1)
"""What is shown are days that are over."""


@pytest.fixture
async def figured(api: Service) -> Service:
    theirs = api_guide(item=f"{OTHER}{76:013}", department=OTHER, name="结婚登记")
    await api.publish(api_guide(item=ITEM, name="居住证换领", name_en="Renewal"), theirs)
    stores, today = api.stores, local_date(api.stores.clock()) - ONE_DAY
    await stores.figures.documents.delete_many({})
    here = at(USCC, ITEM, HALL.code, day=today)
    await count(stores, here, level_5=6, level_1=2, tag_115=2, again_4=1, opened=2, in_time=1)
    await count(stores, at(USCC, ITEM, HALL.code, "", day=today), finished=16, reviewed=8)
    await count(stores, at(USCC, ITEM, day=months_before(today.replace(day=1), 2)), level_3=3)
    await count(stores, at(OTHER, theirs.item, channel="chat", day=today), level_1=2)
    return api


@pytest.mark.article("17.statistics")
async def test_anybody_may_ask(figured: Service) -> None:
    answer = (await figured.client().get("/satisfaction")).json
    total = answer["total"]
    first, last = days_of(Period.TWELVE_MONTHS, local_date(figured.stores.clock()) - ONE_DAY)
    asked_for = [answer[name] for name in ("least", "first", "last")]
    assert asked_for == [5, first.isoformat(), last.isoformat()]
    assert (total["count"], total["levels"]["5"], total["rate"]) == (13, 6, 0.5)
    assert total["reasons"] == [{"code": "115", "name": "态度差，办得慢", "count": 2}]
    assert total["rectifications"] == {"opened": 2, "in_time": 1, "overdue": 0, "timeliness": 1.0}
    divisions = {one["by"]: one for one in answer["divisions"]}
    assert list(divisions) == ["month", "department", "hall", "channel", "item"]
    assert divisions["department"]["groups"] == [], "the other one's two could be worked out"
    assert divisions["department"]["others"]["count"] == 13
    assert divisions["hall"]["groups"][0]["code"] == HALL.code


async def test_of_a_part(figured: Service) -> None:
    """Of thirteen, the eleven of one department would tell the two of the other."""
    for part in (f"item={ITEM}", f"department={USCC}"):
        answer = (await figured.client().get(f"/satisfaction?{part}")).json
        assert (answer["total"], answer["divisions"]) == (None, [])
    theirs = at(OTHER, f"{OTHER}{76:013}", day=local_date(figured.stores.clock()) - ONE_DAY)
    await count(figured.stores, theirs, level_5=4)
    answer = (await figured.client().get(f"/satisfaction?item={ITEM}")).json
    assert (answer["total"]["count"], answer["divisions"]) == (11, [])
    answer = (await figured.client().get(f"/satisfaction?department={USCC}")).json
    assert [one["by"] for one in answer["divisions"]] == ["item"]
    await count(figured.stores, theirs, level_5=-4)
    few = (await figured.client().get(f"/satisfaction?department={OTHER}")).json
    assert (few["total"], few["divisions"]) == (None, [])
    elsewhere = (await figured.client().get("/satisfaction?hall=none")).json
    assert elsewhere["total"]["count"] == 5


async def test_names_are_in_the_language_asked_for(figured: Service) -> None:
    answer = await figured.client().get("/satisfaction", Accept_Language="en")
    halls = {one["by"]: one for one in answer.json["divisions"]}["item"]["groups"]
    assert [one["name"] for one in halls] == ["Renewal"] * len(halls)
    assert answer.json["total"]["reasons"][0]["name"] != "态度差，办得慢"


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"item={ITEM}&hall={HALL.code}", 400),
        ("of=people", 400),
        ("who=me", 400),
        ("hall=nowhere", 404),
        (f"item={'9' * 31}", 404),
    ],
)
async def test_what_cannot_be_asked(figured: Service, query: str, status: int) -> None:
    assert (await figured.client().get(f"/satisfaction?{query}")).status == status
