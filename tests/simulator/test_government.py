"""The government's systems: signatures, one record a key, and what a review must say."""

import hmac
import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from tests.simulator.conftest import CONFIG, Peer

REVIEW = {
    "areaCode": "440113",
    "deptCode": "11440113007500012E",
    "taskCode": "11440113007500012E4442011001000",
    "taskName": "居住证签注",
    "projectNo": "PY20261124-0001-A",
    "proStatus": "3",
    "userName": "李*明",
    "userProp": "1",
    "satisfaction": "5",
    "evalDetail": "510,513",
    "writingEvaluation": "",
    "assessTime": "2026-11-24 10:00:00",
    "assessNumber": "1",
    "pf": "2",
    "revision": "1",
    "assessState": "1",
    "tagsVersion": "1",
}
REPORT = {
    "serial": "PY20261124-0001-A",
    "item": "11440113007500012E4442011001000",
    "department": "11440113007500012E",
    "state": "accepted",
    "at": "2026-11-24T02:00:00+00:00",
}


def headers(peer: Peer, path: str, body: bytes, key: str, secret: str, late: int) -> dict[str, str]:
    stamp = str(int(peer.clock.now().timestamp()) - late)
    text = f"{stamp}\n{path}\n".encode() + body
    return {
        "Content-Type": "application/json",
        "X-App-Id": CONFIG.government_app_id,
        "X-Timestamp": stamp,
        "X-Signature": hmac.new(secret.encode(), text, sha256).hexdigest(),
        "Idempotency-Key": key,
    }


async def tell(
    peer: Peer,
    path: str,
    body: Any,
    key: str = "d1",
    *,
    secret: str = CONFIG.government_secret,
    late: int = 0,
) -> tuple[int, dict[str, Any]]:
    path, content = f"/government/{path}", json.dumps(body, ensure_ascii=False).encode()
    signed = headers(peer, path, content, key, secret, late)
    response = await peer.fetch(path, content, headers=signed)
    return response.code, json.loads(response.body)


async def error(peer: Peer, body: Any, key: str = "d1") -> str:
    _, answer = await tell(peer, "reviews", body, key)
    return str(answer.get("error", ""))


async def test_what_is_told_is_kept_once(peer: Peer) -> None:
    for _ in range(2):
        assert await tell(peer, "acceptance/applications", REPORT) == (200, {"ok": True})
    [kept] = await peer.listed("acceptance")
    assert (kept["body"], kept["key"]) == (REPORT, "d1")
    reused = await tell(peer, "acceptance/applications", REPORT | {"state": "concluded"})
    assert reused == (409, {"ok": False, "error": "idempotency_key_reused"})
    assert (await tell(peer, "acceptance/applications", REPORT, ""))[1]["error"] == "idempotency_key_missing"


async def test_strangers_are_refused(peer: Peer) -> None:
    assert await tell(peer, "reviews", REVIEW, secret="wrong") == (
        401,
        {"ok": False, "error": "signature_invalid"},
    )
    assert (await tell(peer, "reviews", REVIEW, late=301))[1]["error"] == "timestamp_stale"
    assert (await tell(peer, "reviews", REVIEW, late=-301))[1]["error"] == "timestamp_stale"
    assert (await tell(peer, "reviews", REVIEW, late=299))[0] == 200


@pytest.mark.parametrize(
    ("changes", "error_code"),
    [
        ({}, ""),
        ({"satisfaction": "1", "evalDetail": "115"}, ""),
        ({"satisfaction": "2", "evalDetail": "", "writingEvaluation": "等了很久"}, ""),
        ({"satisfaction": "2", "evalDetail": "", "writingEvaluation": " "}, "bad_rating_without_reason"),
        ({"satisfaction": "1", "evalDetail": ""}, "bad_rating_without_reason"),
        ({"satisfaction": "4"}, "field_invalid: evalDetail"),
        ({"satisfaction": "6"}, "field_invalid: satisfaction"),
        ({"projectNo": ""}, "field_missing: projectNo"),
        ({"deptCode": "番禺区公安分局"}, "field_invalid: deptCode"),
        ({"phone": "13900010002"}, "field_unknown: phone"),
        ({"assessNumber": "2"}, "follow_up_without_first"),
        ({"revision": "0"}, "field_invalid: revision"),
        ({"revision": ""}, "field_missing: revision"),
        ({"assessState": "3"}, "field_invalid: assessState"),
        ({"tagsVersion": "2"}, "field_invalid: tagsVersion"),
    ],
)
async def test_reviews(peer: Peer, changes: dict[str, str], error_code: str) -> None:
    assert await error(peer, REVIEW | changes) == error_code
    assert len(await peer.listed("reviews")) == (not error_code)


async def test_one_review_and_one_follow_up_for_each_matter(peer: Peer) -> None:
    assert await error(peer, REVIEW, "d1") == ""
    assert await error(peer, REVIEW | {"assessNumber": "2"}, "d3") == ""
    assert await error(peer, REVIEW | {"projectNo": "PY20261124-0002-B"}, "d4") == ""
    assert len(await peer.listed("reviews")) == 3


@pytest.mark.parametrize(
    ("changes", "error_code"),
    [
        ({}, ""),
        ({"userName": "李**"}, "revision_reused"),
        ({"revision": "1"}, "revision_stale"),
        ({"revision": "1", "userName": "李**"}, "revision_stale"),
        ({"revision": "3", "assessState": "2"}, ""),
        ({"revision": "10", "satisfaction": "2"}, "field_invalid: evalDetail"),
    ],
)
async def test_a_later_revision_takes_the_place_of_an_earlier_one(
    peer: Peer, changes: dict[str, str], error_code: str
) -> None:
    """And the same one is taken once, by whatever key it comes."""
    known, told = REVIEW | {"revision": "2"}, REVIEW | {"revision": "2"} | changes
    assert await error(peer, known, "d1") == ""
    assert await error(peer, told, "d2") == error_code
    kept = [each["body"] for each in await peer.listed("reviews")]
    assert kept == ([known, told] if changes and not error_code else [known])


async def listed(peer: Peer, day: str, after: str = "") -> dict[str, Any]:
    status, answer = await tell(peer, "reviews/list", {"day": day, "after": after})
    assert status == 200, answer
    return answer


async def test_the_latest_of_each_review_of_a_day_are_listed_page_by_page(peer: Peer) -> None:
    for number in range(60):
        assert await error(peer, REVIEW | {"projectNo": f"PY{number:03}"}, f"a{number}") == ""
    later = REVIEW | {"projectNo": "PY000", "assessNumber": "2", "assessTime": "2026-11-25 09:00:00"}
    corrected = REVIEW | {"projectNo": "PY007", "revision": "2", "assessState": "2"}
    assert [await error(peer, told, f"b{told['revision']}") for told in (later, corrected)] == ["", ""]
    first = await listed(peer, "2026-11-24")
    assert (len(first["items"]), first["next"]) == (50, "PY049:1")
    assert first["items"][7] == corrected
    second = await listed(peer, "2026-11-24", first["next"])
    assert ([each["projectNo"] for each in second["items"]], second["next"]) == (
        [f"PY{number:03}" for number in range(50, 60)],
        "",
    )
    assert await listed(peer, "2026-11-25") == {"ok": True, "items": [later], "next": ""}
    status, answer = await tell(peer, "reviews/list", {"day": "yesterday"})
    assert (status, answer["error"]) == (422, "field_invalid: day")


@pytest.mark.parametrize(
    ("way", "left"),
    [
        ("forgotten", []),
        ("altered", [REVIEW | {"satisfaction": "4"}]),
        ("invented", [REVIEW, REVIEW | {"projectNo": "PY20261124-0001-A-X"}]),
    ],
)
async def test_it_can_be_made_to_hold_something_else(
    peer: Peer, way: str, left: list[dict[str, str]]
) -> None:
    asked = {"projectNo": REVIEW["projectNo"], "assessNumber": "1", "satisfaction": "4"}
    assert (await peer.call(f"/control/reviews/{way}", asked))["status"] == 404
    assert await error(peer, REVIEW) == ""
    await peer.call(f"/control/reviews/{way}", asked)
    held = (await listed(peer, "2026-11-24"))["items"]
    assert sorted(held, key=lambda body: str(body["projectNo"])) == left


@pytest.mark.parametrize(
    ("kind", "name", "number", "result"),
    [
        ("passport", "john  smith", "533380006", "match"),
        ("passport", "Jane Smith", "533380006", "mismatch"),
        ("social_security", "吴秀英", "B04117362", "match"),
        ("foreign_permanent_resident_id", "阮德明", "944704198505200176", "match"),
        ("passport", "阮德明", "944704198505200176", "no_record"),
    ],
)
async def test_persons(peer: Peer, kind: str, name: str, number: str, result: str) -> None:
    asked = {"kind": kind, "name": name, "number": number}
    assert await tell(peer, "sharing/persons/verify", asked) == (200, {"ok": True, "result": result})


async def test_bodies_come_with_their_legal_representative(peer: Peer) -> None:
    asked = {"kind": "uscc", "name": "广州市番禺味美食品有限公司", "number": "91440113MA59K2XT4M"}
    status, answer = await tell(peer, "sharing/bodies/verify", asked)
    assert (status, answer["result"]) == (200, "match")
    assert answer["legal_representative"] == {"name": "梁志强", "number": "440113197201051914"}
    _, other = await tell(peer, "sharing/bodies/verify", asked | {"name": "别家"})
    assert other == {"ok": True, "result": "mismatch"}
    assert (await tell(peer, "sharing/bodies/verify", asked | {"kind": "passport"}))[0] == 422


async def test_failures_on_order(peer: Peer) -> None:
    await peer.call("/control/faults", {"operation": "reviews", "http": 503})
    assert (await peer.fetch("/government/reviews", b"{}")).code == 503
    await peer.call("/control/faults", {"operation": "reviews", "errcode": "closed"})
    assert await error(peer, REVIEW) == "closed"
    assert await error(peer, REVIEW) == ""
    peer.clock.advance(timedelta(minutes=1))
    assert await error(peer, REVIEW) == ""


DECISION = {
    "number": "番政管〔2026〕1号",
    "name": "番禺味美食品有限公司",
    "kind": "uscc",
    "code": "91440113MA59K2XT4M",
    "ground": "恶意投诉、评价",
    "basis": "办法第二十八条",
    "office": "番禺区政务服务数据管理局",
    "state": "published",
    "until": "2027-02-24",
    "at": "2026-11-24T02:00:00+00:00",
}


async def test_a_decision_is_published_once_and_not_after_it_was_withdrawn(peer: Peer) -> None:
    at = "disclosure/decisions"
    withdrawn = DECISION | {"state": "withdrawn"}
    taken = await tell(peer, at, DECISION, "d1")
    assert taken == (200, {"ok": True, "receipt": "GS20261124000001"})
    assert await tell(peer, at, DECISION, "d1") == taken
    [kept] = await peer.listed("disclosure")
    assert kept["receipt"] == taken[1]["receipt"]
    assert (await tell(peer, at, DECISION, "d2"))[1]["error"] == "decision_exists"
    assert (await tell(peer, at, withdrawn, "d3"))[0] == 200
    assert await tell(peer, at, DECISION, "d4") == (409, {"ok": False, "error": "decision_withdrawn"})
    unknown = withdrawn | {"number": "番政管〔2026〕2号"}
    assert (await tell(peer, at, unknown, "d5"))[0] == 200
    late = DECISION | {"number": "番政管〔2026〕2号"}
    assert (await tell(peer, at, late, "d6"))[1]["error"] == "decision_withdrawn"


@pytest.mark.parametrize(
    ("system", "changes", "said"),
    [
        ("disclosure", {"kind": "resident_id"}, "not_an_entity"),
        ("credit", {"kind": "resident_id"}, ""),
        ("credit", {"state": "kept"}, "field_invalid: state"),
        ("credit", {"number": "1"}, "field_invalid: number"),
        ("credit", {"until": ""}, "field_missing: until"),
        ("credit", {"more": "x"}, "field_unknown: more"),
    ],
)
async def test_decisions(peer: Peer, system: str, changes: dict[str, str], said: str) -> None:
    _, answer = await tell(peer, f"{system}/decisions", DECISION | changes)
    assert answer.get("error", "") == said
    assert len(await peer.listed(system)) == (not said)
