"""What the API says of itself is so, and whoever asks wrongly is told what was wrong."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tornado.web import RequestHandler

from handlers import api as doors
from handlers.api.contract import METHODS, Endpoint, PageQuery, Resource, page
from handlers.api.openapi import describe
from handlers.web.visitor import Auth
from models.errors import BadInput
from tests.house.api import Service
from tests.house.guides import USCC

ROOT = Path(__file__).parents[3]
SAMPLES = {
    "item": USCC + "0000000000001",
    "hall": "district",
    "agency": f"{'0' * 32}:{'0' * 32}",
    "appointment": "0" * 32,
    "visit": "0" * 32,
    "application": "0" * 32,
    "decision": "0" * 32,
    "command": "0" * 32,
    "code": "permit",
    "serial": "2026",
}
OPERATIONS = [
    pytest.param(endpoint, method, operation, id=f"{method} {endpoint.path}")
    for endpoint in doors.ENDPOINTS
    for method, operation in endpoint.operations()
]


def address(endpoint: Endpoint) -> str:
    return endpoint.path.format(**SAMPLES)


@pytest.mark.parametrize(("endpoint", "method", "operation"), OPERATIONS)
async def test_who_is_not_signed_in_or_bound_is_told(
    api: Service, endpoint: Endpoint, method: str, operation: Any
) -> None:
    if operation.auth is Auth.ANYONE:
        assert operation.all_errors(method, endpoint.path).get(401, []) in ([], ["sign_in_code_invalid"])
        return
    if operation.auth is Auth.DEVICE:
        reply = await api.client().send(method.upper(), address(endpoint), None)
        assert (reply.status, reply.code) == (401, "device_unsigned")
        return
    for token in ("", "invented"):
        reply = await api.client(token).send(method.upper(), address(endpoint), None)
        assert (reply.status, reply.code) == (401, "not_signed_in")
    if operation.auth is Auth.APPLICANT:
        unbound = await api.sign_in("wu")
        reply = await unbound.send(method.upper(), address(endpoint), None)
        assert (reply.status, reply.code) == (403, "not_bound")


def test_every_method_of_every_resource_is_declared() -> None:
    assert len({endpoint.path for endpoint in doors.ENDPOINTS}) == len(doors.ENDPOINTS)
    for endpoint in doors.ENDPOINTS:
        assert re.fullmatch(endpoint.pattern, f"/api/v1{address(endpoint)}")
        served = {m for m in METHODS if getattr(endpoint.handler, m) is not getattr(RequestHandler, m)}
        assert served == {method for method, _ in endpoint.operations()} != set()
    assert {endpoint.handler for endpoint in doors.ENDPOINTS} < set(_family(Resource))


def _family(kind: type) -> list[type]:
    children: list[type] = kind.__subclasses__()
    return [kind] + [each for child in children for each in _family(child)]


async def test_the_description_is_served_and_whole(api: Service) -> None:
    served = (await api.client().get("/openapi.json")).json
    assert served == json.loads(json.dumps(describe(doors.ENDPOINTS, api.services.site)))
    assert served["openapi"] == "3.1.0"
    described = {(path, m) for path, item in served["paths"].items() for m in METHODS if m in item}
    assert described == {(param.values[0].path, param.values[1]) for param in OPERATIONS}  # type: ignore[union-attr]
    names = set(re.findall(r"#/components/schemas/([\w.-]+)", json.dumps(served)))
    assert names <= served["components"]["schemas"].keys()
    operations = [served["paths"][path][method] for path, method in described]
    assert len({each["operationId"] for each in operations}) == len(operations)
    assert all(each["summary"] and each["responses"] for each in operations)
    booking = served["paths"]["/appointments"]["post"]
    assert booking["security"] == [{"session": []}]
    assert booking["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/Booking")
    codes = booking["responses"]["409"]["content"]["application/json"]["schema"]["allOf"][1]
    assert codes["properties"]["error"]["properties"]["code"]["enum"] == [
        "slot_full",
        "already_booked",
        "changed_meanwhile",
    ]
    audience = next(p for p in served["paths"]["/guides"]["get"]["parameters"] if p["name"] == "audience")
    assert audience["schema"]["enum"] == ["person", "enterprise", "organization"]


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        (b"", "input_invalid", "code"),
        (b"{", "json_invalid", None),
        (b"\xff\xfe", "json_invalid", None),
        (b"[" * 60_000, "json_invalid", None),
        (b"[]", "input_invalid", "body"),
        (b"null", "input_invalid", "body"),
        (b'{"code": ' + b"9" * 5000 + b"}", "json_invalid", None),
        (b'{"code": 1}', "input_invalid", "code"),
        (b'{"code": ""}', "input_invalid", "code"),
        (b'{"code": "\\ud800"}', "json_invalid", None),
        (b'{"code": "\xed\xa0\x80"}', "json_invalid", None),
        (b'{"\\ud800": "x"}', "json_invalid", None),
        (b'{"code": "x", "extra": {"$gt": 1}}', "input_invalid", "extra"),
    ],
)
async def test_malformed_requests_have_stable_codes(
    api: Service, body: bytes, code: str, field: str | None
) -> None:
    reply = await api.client().send("POST", "/session", body)
    assert (reply.status, reply.code) == (400, code)
    assert reply.json["error"].get("field") == field


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("/guides?limit=0", "limit"),
        ("/guides?limit=x", "limit"),
        ("/guides?audience=cat", "audience"),
        ("/guides?pages=2", "pages"),
        ("/halls?kind=shop", "kind"),
        ("/halls/district/slots", "item"),
        (f"/halls/district/slots?item={SAMPLES['item']}&day=tomorrow", "day"),
        (f"/halls/district/slots?item={SAMPLES['item']}&day=0001-01-01", "day"),
    ],
)
async def test_malformed_queries_name_their_field(api: Service, query: str, field: str) -> None:
    reply = await api.client().get(query)
    assert (reply.code, reply.json["error"]["field"]) == ("input_invalid", field)


async def test_bodies_with_dangerous_values_are_refused(api: Service) -> None:
    client = await api.citizen("liang")
    key = (await client.post("/applications", {"item": SAMPLES["item"]})).json["id"]
    at = f"/applications/{key}/answers"
    for value in ({"$ne": 1}, None, [["x"]], True, [{"a": 1}]):
        reply = await client.put(at, {"answers": {"address": value}})
        assert reply.code == "input_invalid", value
    odd = {"$where": "x", "a.b": "y", "\0": "z"}
    refused = await client.put(at, {"answers": odd})
    assert (refused.status, refused.code) == (400, "form_invalid")
    assert set(refused.json["error"]["fields"]) == set(odd)
    kept = await client.put(at, {"answers": {"address": "桥南街\u0000\u202e"}})
    assert set(kept.json["answers"]) == {"name", "number", "address"}
    for raw in (b'"\\ud800"', b'["\\ud800"]', b'"\xed\xa0\x80"'):
        assert (await client.put(at, b'{"answers": {"address": ' + raw + b"}}")).code == "json_invalid"
    listed = await client.put(at, {"answers": {"housing": ["own"]}})
    assert listed.json["unfinished"]["housing"] == "请选择列出的选项"
    assert (await client.put("/me/acting", b'{"body": "\\ud800"}')).code == "json_invalid"
    for start in ("0001-01-01T00:00:00+14:00", "1999-12-31T00:00:00Z", "9999-12-31T23:59:59-14:00"):
        far = {"item": SAMPLES["item"], "hall": "district", "start": start}
        assert (await client.post("/appointments", far)).code == "input_invalid"


async def test_elsewhere_is_json_too(api: Service) -> None:
    anybody = api.client()
    for path in ("/nothing", "/guides/short", "/applications/1/receiptxpng", "/"):
        reply = await anybody.get(path)
        assert (reply.status, reply.code) == (404, "not_found")
    for method, path, allowed in (
        ("DELETE", "/guides", "GET, HEAD"),
        ("HEAD", "/session", "DELETE, POST"),
        ("OPTIONS", f"/applications/{'0' * 32}/materials/permit", "DELETE, GET, HEAD, PUT"),
    ):
        reply = await anybody.send(method, path, None)
        assert (reply.status, reply.headers["Allow"]) == (405, allowed)
    assert (await anybody.delete("/guides")).code == "method_not_allowed"
    named = await anybody.get("/guides?limit=0", X_Request_Id="request-of-mine")
    assert named.json["request"] != "request-of-mine"


async def test_head_is_get_without_its_body(api: Service) -> None:
    client = await api.citizen("liang")
    for path in ("/guides", "/me", "/openapi.json", "/applications?limit=2", f"/applications/{'0' * 32}"):
        whole, head = await client.get(path), await client.send("HEAD", path, None)
        assert (head.status, head.content) == (whole.status, b"")
        for name in ("Content-Type", "Content-Length"):
            assert head.headers[name] == whole.headers[name]
    unknown = await client.send("HEAD", "/guides?pages=2", None)
    assert unknown.status == 400
    assert (await api.client().send("HEAD", "/me", None)).status == 401


def test_pages_follow_one_another() -> None:
    everything = [str(number) for number in range(5)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        part, after = page(everything, str, PageQuery(limit=2, after=after))
        seen += part
    assert seen == everything
    assert page([], str, PageQuery()) == ([], None)
    with pytest.raises(BadInput):
        page(everything, str, PageQuery(after="7"))
