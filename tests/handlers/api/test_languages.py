"""What is known in English is said in English to who asks for it, and in Chinese to all others."""

import re
from collections.abc import Iterator
from typing import Any

import tornado.locale

from tests.house.api import Client, Service
from tests.house.guides import USCC, rich_guide

ITEM = f"{USCC}{3:013}"
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
KEYS = {"topics", "keywords", "topic"}
"""What is sent back as it is, and what people search by."""


def texts(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an answer, with the name of its field."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from texts(each, key)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each, name)
    elif isinstance(value, str):
        yield name, value


async def in_english(client: Client, path: str) -> Any:
    reply = await client.send("GET", path, None, ENGLISH)
    assert (reply.status, reply.headers["Content-Language"]) == (200, "en")
    return reply.json


async def test_nothing_known_in_english_stays_chinese(api: Service) -> None:
    client = await api.citizen("wu")
    await api.publish(rich_guide(item=ITEM, version=2, topics=["户籍"]))
    key = await client.begin(ITEM)
    serial = (await client.submit(key)).json["serial"]
    days = (await client.get(f"/halls/district/slots?item={ITEM}")).json["days"]
    slots = (await client.get(f"/halls/district/slots?item={ITEM}&day={days[2]}")).json["slots"]
    booking = {"item": ITEM, "hall": "district", "start": slots[-1]["start"]}
    booked = (await client.post("/appointments", booking)).json["id"]
    english, chinese = tornado.locale.get("en"), re.compile("[\u4e00-\u9fff]")
    seen = 0
    for path in (
        *("/guides", f"/guides/{ITEM}", "/departments", "/halls", "/review-levels", "/me", "/topics"),
        *(f"/progress/{serial}", f"/verification/{serial}", f"/applications/{key}", "/applications"),
        *(f"/applications/{key}/receipt", f"/appointments/{booked}", "/appointments"),
    ):
        for name, text in texts(await in_english(client, path)):
            seen += 1
            known = chinese.search(text) and name not in KEYS and english.translate(text) != text
            assert not known, f"{path} says {name}: {text}"
    assert seen > 300
    line = (await in_english(client, "/applications"))["applications"][0]
    assert line["item_name"] == rich_guide().name_en
    assert line["status"] == english.translate("已提交，待受理") != "已提交，待受理"
    shown = await in_english(client, f"/appointments/{booked}")
    assert (shown["item_name"], shown["hall_name"]) == (
        rich_guide().name_en,
        "Panyu District Government Service Centre",
    )
    assert (await in_english(client, "/topics"))["labels"]["户籍"] == english.translate("户籍")
    receipt = await in_english(client, f"/applications/{key}/receipt")
    assert (receipt["item"], receipt["place"]) == (shown["item_name"], shown["hall_name"])
    assert (await client.post(f"/applications/{key}/withdrawal")).status == 200


async def test_chinese_is_what_is_said_unasked(api: Service) -> None:
    client = await api.citizen("wu")
    levels = (await client.get("/review-levels")).json["levels"]
    assert {level["label"] for level in levels} >= {"满意"}
    lines = (await client.get("/applications")).json["applications"]
    assert {line["item_name"] for line in lines} <= {f"居住证签注{n}" for n in range(1, 7)} | {"居住证签注"}
    plain = await client.get("/guides")
    assert plain.headers["Content-Language"] == "zh-CN"


async def test_the_accounts_own_language_comes_first(api: Service) -> None:
    client = await api.citizen("chen")
    await client.patch("/me/preferences", {"language": "en"})
    assert (await client.get("/me")).json["person"]["credential_label"] == "Resident ID card"
    await client.patch("/me/preferences", {"language": "zh_CN"})
    assert (await client.send("GET", "/me", None, ENGLISH)).headers["Content-Language"] == "zh-CN"
