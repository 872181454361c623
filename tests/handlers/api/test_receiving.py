"""How a result is received, through the API (articles 11, 16)."""

from typing import Any

import pytest

from models.applications import How, offered
from models.guides import Guide
from tests.house.api import Service
from tests.house.guides import USCC, api_guide
from tests.house.places import HALL

QUESTIONS = {"address": "桥南街1号", "housing": "own"}
ADDRESS = "李建军 13900010001 番禺区桥南街1号"


def guide(number: int, **changes: object) -> Guide:
    return api_guide(item=f"{USCC}{number:013}", name=f"受理事项{number}", materials=[], **changes)


@pytest.mark.article("11.contents", "16.result")
@pytest.mark.parametrize(
    ("number", "changes", "visits"),
    [
        (41, {}, [[], [], ["collect"]]),
        (42, {"deliverable_in": ["electronic"]}, [[]]),
        (
            43,
            {"handling": "form_generation", "visits": 1},
            [["hand_in"], ["hand_in"], ["hand_in", "collect"]],
        ),
        (44, {"handling": "pre_acceptance", "visits": 1}, [["sign_and_collect"]]),
    ],
)
async def test_clients_see_the_ways_and_what_one_comes_for(
    api: Service, number: int, changes: dict[str, object], visits: list[list[str]]
) -> None:
    of = guide(number, **changes)
    await api.publish(of)
    client = await api.citizen("wang")
    read = (await client.get(f"/guides/{of.item}")).json
    assert [way["visits"] for way in read["receiving"]] == visits
    draft = (await client.post("/applications", {"item": of.item})).json
    assert draft["receiving"] == read["receiving"]
    answers = {"answers": {**draft["answers"], **QUESTIONS}}
    await client.put(f"/applications/{draft['id']}/answers", answers)
    for how in set(How) - set(offered(of)):
        refused = await client.submit(draft["id"], how=how, address=ADDRESS)
        assert (refused.status, refused.code) == (400, "way_not_offered")
        assert refused.json["error"]["field"] == "how"
    last = read["receiving"][-1]
    sent = (await client.submit(draft["id"], how=last["how"], address=ADDRESS)).json
    assert [stop["visit"] for stop in sent["stops"]] == last["visits"]
    assert {hall["code"] for stop in sent["stops"] for hall in stop["halls"]} <= {HALL.code}
    assert ("无需到场" in sent["place"]) == (not sent["stops"])
    seen = (await client.get(f"/progress/{sent['serial']}")).json
    assert seen["visit"] == ("hand_in" if "hand_in" in last["visits"] else None)
    assert (seen["deadline"] is None) == ("hand_in" in last["visits"])


@pytest.mark.article("13.serial")
async def test_no_deadline_is_told_while_no_clock_runs(api: Service) -> None:
    of = guide(45)
    await api.publish(of)
    client = await api.citizen("wang")
    draft = (await client.post("/applications", {"item": of.item})).json
    answers = {"answers": {**draft["answers"], **QUESTIONS}}
    await client.put(f"/applications/{draft['id']}/answers", answers)
    serial = (await client.submit(draft["id"], how="electronic")).json["serial"]

    async def deadline() -> Any:
        return (await client.get(f"/progress/{serial}")).json["deadline"]

    received = await deadline()
    await api.staff.accept(draft["id"])
    accepted = await deadline()
    assert received
    assert accepted
    assert accepted > received
    await api.staff.pause(draft["id"])
    assert await deadline() is None
    await api.staff.resume(draft["id"])
    await api.staff.approve(draft["id"])
    assert await deadline() is None
