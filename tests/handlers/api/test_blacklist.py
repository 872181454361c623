"""The blacklist as clients of the API meet it (article 28)."""

import pytest

from models.blacklist import Reference
from tests.house.api import Service, a_photo
from tests.house.guides import USCC, plain_guide
from tests.house.listing import FACTS, WORDS, Listing

FIRST, SECOND = (f"{USCC}{number:013}" for number in (1, 2))


@pytest.mark.article("28.months", "28.appeal")
async def test_refused_with_a_date_and_appealed(api: Service) -> None:
    client = await api.sign_in("li")
    await client.bind(api.person("li"))
    account = await api.stores.accounts.documents.find_one({})
    party = await api.stores.binding.party(await api.stores.accounts.get(account["_id"]))
    assert party
    found = await api.application(party=party, guide=plain_guide(9))
    draft = await client.begin(FIRST)
    ban = await Listing(api, party.id, (Reference("application", found["_id"]),)).confirmed()
    at = f"/blacklist/{ban['_id']}"
    [line] = (await client.get("/blacklist")).json["decisions"]
    assert (line["id"], line["status"], line["until"]) == (ban["_id"], "待查收", None)
    assert (await client.send("HEAD", at, None)).status == 200
    assert (await client.get("/blacklist")).json["decisions"][0]["until"] is None  # seen by nobody

    opened = (await client.get(at)).json
    assert (opened["facts"], opened["delivered_how"], opened["can_appeal"]) == (FACTS, "own_page", True)
    for refused in (await client.post("/applications", {"item": SECOND}), await client.submit(draft)):
        assert (refused.status, refused.code) == (403, "blacklisted")
        until = refused.json["error"]["until"]
        assert until.replace("+00:00", "Z") == opened["until"]
    stranger = await api.sign_in("chen")
    await stranger.bind(api.person("chen"))
    assert (await stranger.get(at)).code == "ban_not_found"

    assert (await client.post(f"{at}/appeal/files", a_photo(), Content_Type="image/jpeg")).code == (
        "appeal_decided"
    )
    made = await client.post(f"{at}/appeal", {"words": WORDS})
    assert (made.status, made.json["appeal"]["state"]) == (201, "open")
    assert (await client.post(f"{at}/appeal", {"words": WORDS})).code == "already_appealed"
    added = await client.post(f"{at}/appeal/files", a_photo(), Content_Type="image/jpeg")
    assert (added.status, added.json["appeal"]["files"]) == (201, ["申诉材料1.jpg"])
    [kept] = (await client.get("/me/export")).json["blacklist"]
    assert kept["appeal"]["words"] == WORDS
