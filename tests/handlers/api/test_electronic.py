"""Electronic service by the API: asked for where the pages ask, read and taken back."""

from models.people import CURRENT_WORDING
from tests.house.api import Service

PATH = "/me/electronic-service"


async def test_it_is_agreed_to_read_and_taken_back(api: Service) -> None:
    client = await api.citizen("li")
    told = (await client.get(PATH)).json
    assert (told["agreed"], told["wording"], told["history"]) == (False, CURRENT_WORDING, [])
    assert len(told["words"]) == 4
    agreed = await client.put(PATH, {"wording": told["wording"]})
    assert agreed.json["agreed"]
    assert agreed.json["history"][0]["channel"] == "miniprogram"
    assert (await client.put(PATH, {"wording": "1999-01"})).status == 400
    assert not (await client.delete(PATH)).json["agreed"]
    exported = (await client.get("/me/export")).json["electronic_service"]
    assert [one["agreed"] for one in exported] == [False, True]


async def test_binding_and_hand_in_ask(api: Service) -> None:
    client = await api.sign_in("chen")
    if (await client.get("/me")).json["bound"]:
        await client.delete("/binding")
    bound = await client.bind(api.person("chen"), electronic_service=CURRENT_WORDING)
    assert bound.status == 201
    assert (await client.get(PATH)).json["agreed"]
    await client.delete(PATH)
    draft = await client.begin((await client.get("/guides")).json["guides"][0]["item"])
    assert (await client.submit(draft, electronic_service=CURRENT_WORDING)).status == 201
    assert (await client.get(PATH)).json["agreed"]
