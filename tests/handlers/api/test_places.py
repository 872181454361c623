"""Places by the API: the nearest, and one with what it offers."""

from typing import Any

import pytest

from models.places import Position, to_gcj02
from tests.house.api import Service
from tests.house.guides import USCC
from tests.house.places import hall

FIRST = f"{USCC}{1:013}"
HERE = {"lat": 22.9405, "lng": 113.3660}
NEAR = hall(
    "dexing",
    kind="station",
    name="德兴社区公共服务站",
    location={"coordinates": [113.3672, 22.9389]},
    windows=None,
    staffed=[["09:00", "12:00"]],
    manager={"name": "陈志明", "phone": "020-84812143"},
    access={"step_free": True, "way": "在一楼，门口有坡道", "parking": "院内可以停车，有无障碍车位"},
)


@pytest.fixture
async def places(api: Service) -> Service:
    await api.services.halls.put(NEAR, api.by())
    return api


@pytest.mark.article("18.near")
async def test_the_nearest(places: Service) -> None:
    found = (await places.client("").post("/halls/nearest", {**HERE, "limit": 1})).json["places"]
    [one] = found
    assert one["hall"]["code"] == "dexing"
    assert one["metres"] == 216
    assert one["way"] == {"on_foot": 5, "by_bicycle": 2, "within_circle": True}
    assert one["hall"]["manager"] == {"name": "陈志明", "phone": "020-84812143"}
    assert one["working"]["self_service"] is True
    shown = to_gcj02(NEAR.position)
    assert one["gcj02"] == {"latitude": round(shown.latitude, 6), "longitude": round(shown.longitude, 6)}
    assert one["directions"]["amap"].startswith("https://uri.amap.com/marker?position=113.37")


@pytest.mark.article("18.near")
async def test_a_position_in_another_datum(places: Service) -> None:
    shown = to_gcj02(Position(HERE["lat"], HERE["lng"]))
    asked = {"lat": shown.latitude, "lng": shown.longitude, "datum": "gcj02"}
    found = (await places.client("").post("/halls/nearest", asked)).json["places"]
    assert found[0]["metres"] == 216


async def test_only_where_an_item_is_handled(places: Service) -> None:
    asked = {**HERE, "item": FIRST}
    found = (await places.client("").post("/halls/nearest", asked)).json["places"]
    assert [one["hall"]["code"] for one in found] == ["district"]
    missing = {**HERE, "item": f"{USCC}{9999:013}"}
    assert (await places.client("").post("/halls/nearest", missing)).code == "guide_not_found"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lat": 90.5}, "lat"),
        ({"lng": "east"}, "lng"),
        ({"datum": "bd09"}, "datum"),
        ({"limit": 51}, "limit"),
        ({"accuracy": 5}, "accuracy"),
    ],
)
async def test_what_is_no_position(places: Service, wrong: dict[str, Any], field: str) -> None:
    refused = await places.client("").post("/halls/nearest", {**HERE, **wrong})
    assert (refused.status, refused.code) == (400, "input_invalid")
    assert refused.json["error"]["field"] == field


async def test_a_position_goes_into_no_address(places: Service) -> None:
    refused = await places.client("").get("/halls?lat=22.94&lng=113.36")
    assert (refused.status, refused.code) == (400, "input_invalid")
    assert (await places.client("").get("/halls/nearest?lat=22.94&lng=113.36")).status in (404, 405)


@pytest.mark.article("18.4", "18.5")
async def test_a_place_and_what_it_offers(places: Service) -> None:
    client = places.client("")
    shown = (await client.get("/halls/district")).json
    assert FIRST in [item["item"] for item in shown["items"]]
    assert (await client.get("/halls/dexing")).json["items"] == []
    assert (await client.get("/halls/nowhere")).code == "hall_not_found"
    english = await client.send("GET", "/halls/dexing", None, {"Accept-Language": "en"})
    assert english.json["hall"]["access"]["way"] == "On the ground floor, with a ramp at the door"
