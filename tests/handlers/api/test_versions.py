"""A draft's version over the API: `ETag`, `If-Match`, 428 and 409 (articles 7, 11)."""

import asyncio
from typing import Any

import pytest

from tests.house.api import Client, Service, a_photo
from tests.house.guides import USCC

ITEM = f"{USCC}{4:013}"
HANDING_IN = {"how": "electronic", "promise": True}


async def begun(client: Client) -> tuple[str, dict[str, Any]]:
    key = await client.begin(ITEM)
    return f"/applications/{key}", (await client.get(f"/applications/{key}")).json


@pytest.mark.article("11.receipt")
async def test_every_change_says_which_version_it_is_for(api: Service) -> None:
    client = await api.citizen("smith")
    at, seen = await begun(client)
    answers = {"answers": seen["answers"] | {"address": "桥南街9号"}}
    for named in ("", "*", str(seen["version"]), '"x"', f'"{seen["version"]}", "1"'):
        for reply in (
            await client.put(f"{at}/answers", answers, If_Match=named),
            await client.post(f"{at}/submission", HANDING_IN, If_Match=named),
            await client.post(f"{at}/supplement", answers, If_Match=named),
        ):
            assert (reply.status, reply.code) == (428, "precondition_required"), named
    now = await client.get(at)
    assert (now.json, now.headers["ETag"]) == (seen, f'"{seen["version"]}"')
    saved = await client.put(f"{at}/answers", answers, If_Match=now.headers["ETag"])
    assert (saved.json["version"], saved.headers["ETag"]) == (
        seen["version"] + 1,
        f'"{seen["version"] + 1}"',
    )


@pytest.mark.article("11.receipt")
async def test_a_stale_version_is_told_what_there_is_now(api: Service) -> None:
    client = await api.citizen("smith")
    at, confirmed = await begun(client)
    tag = f'"{confirmed["version"]}"'
    other = confirmed["answers"] | {"address": "别处改的地址1号"}
    await client.put(f"{at}/answers", {"answers": other}, If_Match=tag)
    mine = confirmed["answers"] | {"address": "后到的地址2号"}
    for reply in (
        await client.post(f"{at}/submission", HANDING_IN, If_Match=tag),
        await client.put(f"{at}/answers", {"answers": mine}, If_Match=tag),
    ):
        assert (reply.status, reply.code) == (409, "draft_changed")
        assert reply.json["error"]["version"] == confirmed["version"] + 1
        assert reply.headers["ETag"] == f'"{confirmed["version"] + 1}"'
    now = (await client.get(at)).json
    assert (now["state"], now["answers"]["address"]) == ("draft", "别处改的地址1号")
    weak = f'W/"{now["version"]}"'  # as a proxy that packs answers makes of it
    assert (await client.post(f"{at}/submission", HANDING_IN, If_Match=weak)).status == 201
    assert (await client.post(f"{at}/withdrawal")).status == 200


@pytest.mark.article("14.kept")
async def test_files_need_no_version_but_make_one(api: Service) -> None:
    client = await api.citizen("smith")
    at, confirmed = await begun(client)
    key = at.rsplit("/", 1)[1]
    uploaded = await client.upload(key, "permit", a_photo())
    assert uploaded.json["version"] == confirmed["version"] + 1
    tag = f'"{confirmed["version"]}"'
    assert (await client.post(f"{at}/submission", HANDING_IN, If_Match=tag)).code == "draft_changed"
    removed = await client.delete(f"{at}/materials/permit")
    assert removed.json["version"] == uploaded.json["version"] + 1


@pytest.mark.article("7.identity")
async def test_ones_own_identity_is_listed_and_what_is_sent_for_it_dropped(api: Service) -> None:
    client = await api.citizen("smith")
    asked = (await client.get(f"/guides/{ITEM}")).json["form"]["sections"][0]["questions"]
    told = {each["name"]: (each["prefill"], each["locked"]) for each in asked}
    assert told == {
        "name": ("name", True),
        "number": ("credential_number", True),
        "phone": ("phone", False),
    }
    at, seen = await begun(client)
    forged = seen["answers"] | {"name": "李四", "number": "11010519491231002X", "phone": "13800138000"}
    kept = (await client.put(f"{at}/answers", {"answers": forged})).json["answers"]
    assert kept == seen["answers"] | {"phone": "13800138000"}
    assert kept["name"] == api.person("smith").name
    nothing = (await client.put(f"{at}/answers", {"answers": {}})).json
    assert {"name", "number"} == set(nothing["answers"])
    assert not {"name", "number"} & set(nothing["unfinished"])
    assert (await client.delete(at)).status == 204


@pytest.mark.article("11.receipt")
async def test_of_two_who_saw_the_same_one_changes_it(api: Service) -> None:
    client = await api.citizen("smith")
    at, seen = await begun(client)
    tag = f'"{seen["version"]}"'
    replies = await asyncio.gather(
        *(
            client.put(f"{at}/answers", {"answers": {"address": f"桥南街{n}号"}}, If_Match=tag)
            for n in range(6)
        )
    )
    assert sorted(reply.status for reply in replies) == [200, *[409] * 5]
    told = {reply.json["error"]["version"] for reply in replies if reply.status == 409}
    assert told == {seen["version"] + 1}


async def test_the_description_names_the_header(api: Service) -> None:
    paths = (await api.client().get("/openapi.json")).json["paths"]
    for path, method in (("answers", "put"), ("submission", "post"), ("supplement", "post")):
        described = paths[f"/applications/{{application}}/{path}"][method]
        [header] = [each for each in described["parameters"] if each["name"] == "If-Match"]
        assert (header["in"], header["required"]) == ("header", True)
        assert {"409", "428"} <= set(described["responses"])
    read = paths["/applications/{application}"]["get"]["responses"]["200"]
    assert set(read["headers"]) == {"ETag"}
