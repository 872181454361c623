"""A visit of several matters through the API (article 9): planned, booked, moved and cancelled as a whole."""

import pytest

from tests.handlers.api.test_visits import FIRST, SECOND, times
from tests.house.api import Client, Service


async def planned(client: Client, start: str, *also: str) -> list[dict[str, str]]:
    more = "".join(f"&also={item}" for item in also)
    asked = f"/appointments/plan?item={FIRST}&hall=district&start={start.replace('+', '%2B')}{more}"
    found = await client.get(asked)
    assert found.status == 200, found.json
    return [{"item": one["item"], "start": one["start"]} for one in found.json["matters"]]


@pytest.mark.article("9.booking", "9.place", "9.abandon")
async def test_a_visit_as_a_whole(two_halls: Service) -> None:
    li, chen = await two_halls.citizen("li"), await two_halls.citizen("chen")
    first, second, third = [one.isoformat() for one in (await times(two_halls, FIRST))[:3]]
    one, *also = await planned(li, first, SECOND)
    booking = {**one, "hall": "district", "also": also}
    made = await li.post("/appointments", booking)
    assert (made.status, made.json["item"]) == (201, FIRST)
    at = f"/visits/{made.json['visit']}"
    whole = (await li.get(at)).json
    assert [each["item"] for each in whole["appointments"]] == [FIRST, SECOND]
    assert {each["visit"] for each in whole["appointments"]} == {made.json["visit"]} != {made.json["id"]}
    assert (await chen.get(at)).code == "appointment_not_found"
    assert (await chen.post(f"{at}/cancellation")).code == "appointment_not_found"
    assert (await li.post("/appointments", booking)).code == "already_booked"

    twice = await li.post("/appointments", {**one, "hall": "district", "also": [one]})
    assert (twice.status, twice.code) == (400, "item_twice")
    matters = [{"item": FIRST, "start": second}, {"item": SECOND, "start": third}]
    lacking = await li.post(f"{at}/move", {"matters": matters[:1]})
    assert (lacking.status, lacking.code) == (409, "visit_changed")
    moved = (await li.post(f"{at}/move", {"matters": matters})).json
    assert [each["start"] for each in moved["appointments"]] == [
        each["start"] for each in moved["appointments"] if each["moves"] == 1
    ]
    cancelled = (await li.post(f"{at}/cancellation")).json
    assert [each["state"] for each in cancelled["appointments"]] == ["cancelled", "cancelled"]
    assert (await li.post(f"{at}/cancellation")).code == "appointment_ended"


async def test_what_does_not_fit_is_named(two_halls: Service) -> None:
    li = await two_halls.citizen("li")
    last = max(one for one in await times(two_halls, FIRST))
    full = f"/appointments/plan?item={FIRST}&hall=district&start={last.isoformat().replace('+', '%2B')}"
    refused = await li.get(f"{full}&also={SECOND}")
    assert (refused.status, refused.code) == (409, "visit_does_not_fit")
    assert (await li.get(f"{full}&also={FIRST}")).code == "item_twice"
    assert (await li.get(full)).status == 200
