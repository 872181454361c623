"""How often the changes that most people make ask the database: they have no call to spare."""

from tests.handlers.api.test_visits import FIRST, THIRD, booked, times
from tests.handlers.test_round_trips import watched
from tests.house.api import Service, a_photo

BOOKING = {
    "aggregate sessions": 1,  # with the account
    "query applicants": 1,
    "query guides": 1,
    "query halls": 1,
    "query appointments": 1,
    "insert appointments": 1,
    "findAndModify uses": 1,  # for which nobody waits
}
SUBMISSION = {
    "aggregate sessions": 1,
    "query applicants": 1,
    "query applications": 2 + 1,  # one looked up by the test: the version that is handed in
    "query halls": 1,  # that the receipt names
    "query bans": 1,
    "findAndModify applications": 1,
}


async def test_a_booking(api: Service) -> None:
    client = await api.citizen("chen")
    start = (await times(api, FIRST))[0]
    async with watched(api) as calls:
        await booked(client, FIRST, start)
        await api.services.uses.written()
    assert calls == BOOKING


async def test_a_submission(api: Service) -> None:
    client = await api.citizen("chen")
    draft = (await client.post("/applications", {"item": THIRD})).json["id"]
    kept = (await client.get(f"/applications/{draft}")).json["answers"]
    answers = kept | {"address": "桥南街2号", "housing": "own"}
    await client.put(f"/applications/{draft}/answers", {"answers": answers})
    await client.upload(draft, "permit", a_photo())
    async with watched(api) as calls:
        sent = await client.submit(draft, how="courier", address="番禺区桥南街福愉东路2号 陈建国 13900010001")
    assert sent.status == 201, sent.json
    assert calls == SUBMISSION
