"""People who are registered while the simulator runs are people like the others."""

import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.people.credentials import ApplicantKind, CredentialKind, check_credential
from models.people.phone_codes import check_phone
from models.typed import same_name
from simulator.names import plain
from simulator.numbers import Kind, check_digit
from simulator.people import load
from tests.models.pasting import pasted
from tests.simulator.conftest import Peer

TODAY = date(2026, 11, 24)
KNOWN = len(load().people)
FIRST = "44011319900307001"
ZHAO = {
    "name": "赵四",
    "kind": "resident_id",
    "number": FIRST + check_digit(FIRST),
    "phone": "13900020001",
}
NAMES = [
    "古丽·艾山",
    "欧阳㛃",
    "O'Brien",
    "SMITH John Test",
    "Anne-Marie Ngô",
    "番禺味美食品（集团）有限公司",
]


def verified(peer: Peer, name: str, number: str) -> str:
    """What Id2MetaVerify finds; "1" is a match."""
    asked = {"ParamType": "normal", "UserName": name, "IdentifyNum": number}
    return str(peer.running.simulator.aliyun.verify(asked)["ResultObject"]["BizCode"])


async def register(peer: Peer, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = await peer.fetch("/control/people", {**ZHAO, **changes})
    return answer.code, json.loads(answer.body)


async def test_a_registered_person_lives_like_the_others(peer: Peer) -> None:
    status, zhao = await register(peer, name="古丽•艾山")
    assert status == 201
    key = zhao["id"]
    [listed] = [each for each in await peer.listed("people") if each["id"] == key]
    assert listed == zhao
    assert len({zhao["openid"], zhao["miniprogram_openid"], zhao["unionid"]}) == 3
    assert verified(peer, "古丽·艾山", ZHAO["number"]) == "1"
    await peer.do(key, "follow")
    assert (await peer.api("user/info", openid=zhao["openid"]))["subscribe"] == 1
    assert (await peer.do(key, "code"))["code"]
    taken = {"Cookie": f"simulator_person={key}"}
    phone = json.loads((await peer.fetch("/phone/state", headers=taken)).body)
    assert (phone["person"]["id"], phone["following"]) == (key, True)
    assert key in {each["id"] for each in phone["people"]}
    await peer.call("/control/reset", {})
    assert (await peer.fetch(f"/control/people/{key}")).code == 404


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": FIRST + ("1" if check_digit(FIRST) != "1" else "2")}, "check digit"),
        ({"number": "123"}, "check digit"),
        ({"kind": "library_card"}, "kind"),
        ({"kind": "uscc", "number": "91440113MA59K2XT4M"}, "/control/bodies"),
        ({"phone": "12345"}, "phone"),
        ({"phone": ["13900020001"]}, "phone"),
        ({"name": "\u200b "}, "name"),
        ({"age": 7}, "age"),
    ],
)
async def test_who_cannot_be_is_not_registered(peer: Peer, changes: dict[str, Any], reason: str) -> None:
    status, answer = await register(peer, **changes)
    assert status == 400
    assert reason in answer["error"]
    assert "Value error" not in answer["error"]  # ours alone, not the library's


async def test_nobody_is_registered_twice(peer: Peer) -> None:
    assert (await register(peer))[0] == 201
    assert await register(peer, phone="13900020002") == (
        409,
        {"status": 409, "error": "somebody has this number"},
    )
    other = {"kind": "passport", "number": "E1234567"}
    assert await register(peer, **other) == (409, {"status": 409, "error": "somebody has this phone"})
    assert (await register(peer, **other, phone="13900020002"))[0] == 201
    assert len(await peer.listed("people")) == KNOWN + 2


async def test_a_registered_body_has_its_representative(peer: Peer) -> None:
    asked = {"name": "番禺新店", "kind": "uscc", "number": "91440101MA5AKT0000", "representative": "li"}
    numbers = (asked["number"][:17] + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY")
    for number in numbers:
        answer = await peer.fetch("/control/bodies", asked | {"number": number})
        if answer.code == 201:
            break
    body = json.loads(answer.body)
    assert (body["kind"], body["representative"]) == ("enterprise", "li")
    finding, boss = peer.running.simulator.people.check_body("uscc", "番禺新店", number)
    assert (finding, boss and boss.id) == ("match", "li")
    assert (await peer.fetch("/control/bodies", asked | {"number": number})).code == 409
    for wrong in ({"representative": "nobody"}, {"kind": "passport", "number": "E1234567"}):
        assert (await peer.fetch("/control/bodies", asked | {"number": number} | wrong)).code == 400


async def test_a_crowd_is_of_possible_people(peer: Peer) -> None:
    answer = await peer.fetch("/control/crowd", {"count": 1000})
    crowd = json.loads(answer.body)["items"]
    assert (answer.code, len(crowd)) == (201, 1000)
    for person in crowd:
        [credential] = person["credentials"]
        check_credential(
            ApplicantKind.PERSON, CredentialKind(credential["kind"]), credential["number"], TODAY
        )
        assert check_phone(person["phone"]) == person["phone"]
    for values in (
        {person["id"] for person in crowd},
        {person["phone"] for person in crowd},
        {person["openid"] for person in crowd},
        {person["credentials"][0]["number"] for person in crowd},
    ):
        assert len(values) == 1000
    last = crowd[-1]
    assert verified(peer, last["name"], last["credentials"][0]["number"]) == "1"
    await peer.do(last["id"], "follow")
    assert (await peer.call(f"/control/people/{last['id']}"))["following"]
    more = await peer.call("/control/crowd", {"count": 2})
    assert not {person["id"] for person in more["items"]} & {person["id"] for person in crowd}


@pytest.mark.parametrize("count", [0, -1, 10_001, "5", 1.5, True, None])
async def test_a_crowd_has_a_size(peer: Peer, count: Any) -> None:
    answer = await peer.fetch("/control/crowd", {"count": count})
    assert answer.code == 400
    assert "count" in json.loads(answer.body)["error"]
    assert len(await peer.listed("people")) == KNOWN


def test_the_largest_crowd_and_the_people_do_not_collide() -> None:
    registry = load()
    registry.add(registry.crowd(10_000))
    registry.add(registry.crowd(10_000))
    assert len(registry.people) == KNOWN + 20_000
    assert len(registry.added().people) == 20_000


@given(st.sampled_from(NAMES), st.sampled_from(NAMES), st.data())
def test_registers_compare_names_as_the_service_does(one: str, other: str, data: st.DataObject) -> None:
    text = data.draw(pasted(one)).swapcase()
    assert (plain(text) == plain(other)) is same_name(text, other) is (one == other)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_a_comparison(one: str, other: str) -> None:
    if plain(one) == plain(other):
        assert plain(plain(one)) == plain(other)


@pytest.mark.parametrize(
    "name", ["O'Brien", "O’BRIEN", "Anne-Marie", "Anne‑Marie", "古丽・艾山", "J. R. Smith"]
)
async def test_cloudauth_takes_hyphens_apostrophes_and_dots(peer: Peer, name: str) -> None:
    assert (await register(peer, name=name))[0] == 201
    assert verified(peer, name, ZHAO["number"]) == "1"


def test_kinds_are_the_service_s() -> None:
    assert {kind.value for kind in Kind} == {kind.value for kind in CredentialKind}
