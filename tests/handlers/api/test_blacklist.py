"""The blacklist as clients of the API meet it (article 28)."""

import pytest

from models.applications import State
from models.blacklist import Ground, Reference
from models.events import Channel
from models.people import Party
from tests.house.api import Client, Reply, Service, a_photo
from tests.house.barred import BEGUN, HANDED_IN, LISTED, UNTIL, cast_of, listing_of, wrong_at
from tests.house.clock import cause_at
from tests.house.guides import USCC, plain_guide
from tests.house.listing import FACTS, WORDS, Listing

FIRST, SECOND = (f"{USCC}{number:013}" for number in (1, 2))


@pytest.mark.article("28.online", "28.appeal")
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


async def entered(api: Service, party: Party, channel: Channel) -> Client:
    """The client in which somebody has signed in just now, for themselves or for a body."""
    body = party.id if party.for_body else None
    await api.stores.accounts.act_for(party.account, body, api.by())
    by = cause_at(api.clock.now(), channel=channel)
    return api.client(await api.services.sessions.open(f"account:{party.account}", by))


@pytest.mark.article("28.1", "28.2", "28.3", "28.months", "28.online")
@pytest.mark.parametrize("channel", [Channel.MINIPROGRAM, Channel.APP])
@pytest.mark.parametrize("listed", LISTED, ids=str)
async def test_exactly_who_is_barred_is_barred_and_only_so_long(
    api: Service, listed: tuple[str, Ground], channel: Channel
) -> None:
    def done(reply: Reply) -> bool:
        if reply.status < 300:
            return True
        assert (reply.status, reply.code) == (403, "blacklisted"), reply.json
        assert reply.json["error"]["until"].startswith(UNTIL)
        return False

    async def begins(party: Party) -> bool:
        client = await entered(api, party, channel)
        return done(await client.post("/applications", {"item": BEGUN.item}))

    async def hands_in(party: Party, draft: str) -> bool:
        return done(await (await entered(api, party, channel)).submit(draft))

    assert await wrong_at(api, api.clock, listed, begins, hands_in) == []


@pytest.mark.article("28.online")
@pytest.mark.parametrize("whom", ["a person", "a body"])
async def test_all_else_goes_on(api: Service, whom: str) -> None:
    """Booking, progress, reviews, what is under way, a supplement, and what was not handed in yet."""
    cast = await cast_of(api)
    listing, party = await listing_of(api, cast, whom), cast.listed(whom)
    desk = api.desk(party)
    asked = await desk.brought_to(
        State.SUPPLEMENT_REQUESTED, plain_guide(63, audience=["person", "enterprise"])
    )
    done = await desk.brought_to(State.CONCLUDED, BEGUN)
    begun = await desk.brought_to(State.DRAFT, HANDED_IN)
    await listing.delivered()
    client = await entered(api, party, Channel.MINIPROGRAM)
    for path in (
        "/me",
        "/me/export",
        "/applications",
        "/appointments",
        "/blacklist",
        f"/guides/{BEGUN.item}",
        f"/applications/{asked['_id']}",
        f"/applications/{asked['_id']}/receipt",
        f"/applications/{begun['_id']}",
    ):
        assert (await client.get(path)).status == 200, path
    for code in ("id_card", "photo"):
        assert (await client.upload(asked["_id"], code, a_photo())).status == 200
    answered = await client.post(f"/applications/{asked['_id']}/supplement", {"answers": {}})
    assert (answered.status, answered.json["state"]) == (200, "submitted")
    assert (await client.post(f"/applications/{asked['_id']}/withdrawal")).status == 200
    reviewed = await client.post(f"/applications/{done['_id']}/review", {"level": 1, "tags": ["108"]})
    assert reviewed.status == 201
    kept = await client.put(f"/applications/{begun['_id']}/answers", {"answers": {"address": "市桥街1号"}})
    assert kept.status == 200
    days = (await client.get(f"/halls/district/slots?item={BEGUN.item}")).json["days"]
    slots = (await client.get(f"/halls/district/slots?item={BEGUN.item}&day={days[1]}")).json["slots"]
    start = next(slot["start"] for slot in slots if slot["left"])
    booked = await client.post("/appointments", {"item": BEGUN.item, "hall": "district", "start": start})
    assert booked.status == 201
