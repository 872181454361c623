"""What the API takes at most, each refusal in JSON."""

import json

from handlers.web.request_limits import LARGEST, MOST_VALUES
from tests.files import photo
from tests.house.api import Service

ITEM = "permit"


async def test_body_is_refused_in_json(api: Service) -> None:
    client = api.client()
    for path in ("/session", "/nowhere"):
        large = await client.post(path, {"code": "x" * LARGEST})
        assert (large.status, large.code) == (413, "too_large")
        assert large.json["error"]["message"].startswith("提交的内容超过64 KB")


async def test_as_many_values_are_taken_as_nobody_needs(api: Service) -> None:
    client = api.client()
    many = await client.post("/session", {f"key{n}": 0 for n in range(MOST_VALUES)})
    assert (many.status, many.json["error"]["field"]) == (400, "code")
    more = await client.post("/session", {f"key{n}": 0 for n in range(MOST_VALUES + 2)})
    assert (more.status, more.code) == (413, "too_many_values")


async def test_nesting_is_bounded(api: Service) -> None:
    deep = b'{"code":' + b"[" * 30_000 + b"]" * 30_000 + b"}"
    reply = await api.client().send("POST", "/session", deep)
    assert (reply.status, reply.code) == (400, "json_invalid")


async def test_file_beyond_everything_is_refused_in_json(api: Service) -> None:
    client = await api.citizen("li")
    path = f"/applications/{'0' * 32}/materials/permit"
    large = await client.send("PUT", path, bytes(25 * 1024 * 1024), {"Content-Type": "image/jpeg"})
    assert (large.status, large.code) == (413, "too_large")
    strange = await client.send("PUT", path, photo(), {"Content-Type": "image/jpeg"})
    assert (strange.status, strange.code) == (404, "application_not_found")
    anybody = await api.client().send("PUT", path, photo(), {"Content-Type": "image/jpeg"})
    assert (anybody.status, anybody.code) == (401, "not_signed_in")
    assert json.loads(anybody.content)
