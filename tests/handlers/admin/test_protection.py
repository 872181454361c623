"""What another site, another's link or another's text can do in the panel: nothing. On every page, made from
the routes."""

import csv
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from inspect import getsource, unwrap
from io import StringIO
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from handlers import admin
from handlers.admin.lists import PanelList
from handlers.routes import PAGES, Served, served
from handlers.web.base import BaseHandler
from models.staff import Role
from models.staff.second_factor import code_of
from tests.handlers.admin.test_lists import declared
from tests.handlers.admin.test_reach import reviewed
from tests.handlers.admin.test_rights import addresses
from tests.house.browser import Browser, Fields, Page
from tests.house.guides import plain_guide
from tests.house.office import Office
from tests.house.staff import PASSWORD, SECRET, Post


def each_of(routes: Any, *methods: str) -> list[Any]:
    return [
        pytest.param(each, path, id=f"{each.method} {path}")
        for each in served(routes)
        if each.method in methods
        for path in addresses(each.pattern)
    ]


CHANGING = each_of(admin.ROUTES, "POST", "PUT", "PATCH", "DELETE")
SHOWN = each_of(PAGES, "GET")


@pytest.fixture(scope="module")
async def all_rights(office: Office) -> Browser:
    """The browser of a member who may do everything, so that rights are in nobody's way."""
    await office.town.member("all-rights", Post(tuple(Role), None))
    return await office.desk("all-rights")


async def contents(office: Office) -> dict[str, list[Any]]:
    """All that the database holds, but for what is written of sessions."""
    stores = [store for store in office.town.services.all() if store.collection != "sessions"]
    return {store.collection: await store.documents.find({}).to_list() for store in stores}


@pytest.mark.parametrize("token", ["none", "wrong", "another's", "in the address"])
async def test_no_form_of_another_site_does_anything(office: Office, all_rights: Browser, token: str) -> None:
    """CSRF: every address of the panel that changes something, without the token of this browser's own."""
    stranger = office.town.browser()
    sent = {
        "none": "reason=x",
        "wrong": "_xsrf=2%7C00000000%7C00000000000000000000000000000000%7C1700000000&reason=x",
        "another's": f"_xsrf={await stranger.token()}&reason=x",
        "in the address": "reason=x",
    }[token]
    before = await contents(office)
    for each, path in (param.values for param in CHANGING):
        assert isinstance(each, Served)
        asked = f"{path}?_xsrf={await stranger.token()}" if token == "in the address" else path
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await all_rights.send(asked, each.method, sent.encode(), form)
        assert (answer.status, "页面已过期" in answer.text) == (403, True), path
    assert await contents(office) == before
    assert (await all_rights.get("/admin/account")).status == 200  # still signed in


def planted(browser: Browser, value: str) -> Browser:
    """Another has set this browser's cookie before its owner signs in."""
    browser.cookies["staff"] = value
    return browser


async def test_a_session_that_was_planted_is_not_used(office: Office) -> None:
    """Fixation: neither an id that was made up nor that of another member's session becomes one's own."""
    other = (await office.desk("approver")).cookies["staff"]
    for value in ("made-up-by-another", other):
        desk = planted(office.town.browser(), value)
        await desk.post("/admin/sign-in", {"username": "window", "password": PASSWORD, "next": "/admin"})
        assert desk.cookies["staff"] != value
        attacker = planted(office.town.browser(), value)
        assert (await attacker.get("/admin/account")).status == 302  # what was known opens nothing any more


async def test_the_session_has_another_token_after_every_proof(office: Office) -> None:
    """A password, a code, another password, an authenticator: what was known before is worth nothing."""
    clock = office.town.clock
    await office.town.member("proves", Post((Role.SERVICE_MANAGEMENT,)))
    desk = office.town.browser()
    given: Fields = {"username": "proves", "password": PASSWORD, "code": code_of(SECRET, clock.now())}
    seen: list[str] = []

    async def changed(answer: Page) -> None:
        assert answer.status in (200, 303), answer.text
        assert desk.cookies["staff"] not in seen
        for token in seen:
            assert (await planted(office.town.browser(), token).get("/admin/account")).status == 302
        assert (await desk.get("/admin/account")).status == 200
        seen.append(desk.cookies["staff"])

    await changed(await desk.post("/admin/sign-in", given))
    clock.advance(timedelta(seconds=30))
    await changed(await desk.post("/admin/confirm", {"code": code_of(SECRET, clock.now())}))
    other = "another password of the tests"
    await changed(
        await desk.post("/admin/password", {"current": PASSWORD, "password": other, "again": other})
    )


async def test_an_authenticator_that_is_bound_changes_the_token_too(office: Office) -> None:
    await office.town.services.staff.enrol(
        "binds",
        name="要绑定的人",
        password=PASSWORD,
        department=None,
        roles=[Role.SERVICE_MANAGEMENT],
        by=office.town.by_staff("admin"),
    )
    desk = await office.desk("binds")
    before = desk.cookies["staff"]
    await desk.post("/admin/second-factor/begin")
    secret = re.search(r">((?:[A-Z2-7]{1,4} ?){6,})<", (await desk.get("/admin/second-factor")).text)
    assert secret
    code = code_of(secret[1].replace(" ", ""), office.town.clock.now())
    assert "恢复码" in (await desk.post("/admin/second-factor", {"code": code})).text
    assert desk.cookies["staff"] != before
    assert (await planted(office.town.browser(), before).get("/admin/account")).status == 302
    assert (await desk.get("/admin/objections")).status == 200


@pytest.mark.parametrize(("each", "path"), SHOWN)
async def test_no_page_is_shown_in_a_frame(
    office: Office, all_rights: Browser, each: Served, path: str
) -> None:
    """Clickjacking: every page of every door, for strangers and members, the faults too."""
    for browser in (all_rights, office.town.browser()):
        answer = await browser.get(path)
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], answer.status
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.status < 500


async def test_a_file_is_not_shown_in_a_frame_either(office: Office) -> None:
    path, citizen_browser = await office.handed_in()
    file = (await office.application(path))["materials"][0]["file"]
    desk = await office.desk("approver")
    for browser, shown in ((desk, f"{path}/files/{file}"), (citizen_browser, f"/materials/{file}")):
        answer = await browser.get(shown)
        if answer.status == 200:
            assert answer.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert (await desk.get(f"{path}/files/{file}")).status == 200


async def test_the_panel_is_in_no_frame_where_the_site_may_be(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demo shows the citizens' pages in the frame of a phone; the panel stays by itself."""
    site = replace(office.town.services.site, frame_ancestors="https://phone.example")
    monkeypatch.setattr(BaseHandler, "services", replace(office.town.services, site=site))
    panel = await office.town.browser().get("/admin/sign-in")
    home = await office.town.browser().get("/")
    assert "frame-ancestors 'none'" in panel.headers["Content-Security-Policy"]
    assert "frame-ancestors https://phone.example" in home.headers["Content-Security-Policy"]
    assert "X-Frame-Options" not in home.headers


ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/admin",
    "javascript:alert(1)",
    "data:text/html,x",
    "/%09/evil.example",
    "/\t/evil.example",
    " //evil.example",
    "/admin\\@evil.example",
    "/admin\r\nLocation: https://evil.example",
    "/admin\nSet-Cookie: staff=x",
    "/admin\x00//evil.example",
    "//evil.example/%2e%2e/admin",
    "evil.example/admin",
    "@evil.example",
    "",
]
GETS = ("/admin/sign-in", "/admin/confirm", "/binding", "/sign-in", "/sign-in/wechat", "/kiosk/sign-in")
FORMS: Mapping[str, Fields] = {
    "/admin/sign-in": {"username": "window", "password": PASSWORD},
    "/admin/confirm": {"code": "000000"},
    "/settings": {"language": "zh_CN"},
    "/kiosk/language": {"language": "zh_CN"},
    "/binding": {"name": ""},
    "/binding/code": {"phone": ""},
    "/binding/preferences": {"language": "zh_CN"},
    "/acting": {"body": ""},
    "/sign-in/code": {},
    "/kiosk/sign-in/code": {},
}
"""The pages that take a `next`, and the least that their forms say."""


def leaves(location: str) -> bool:
    """Whether a browser that is sent there comes to another site; it drops controls and turns slashes."""
    seen = re.sub(r"[\x00-\x20]", "", location).replace("\\", "/")
    return bool(seen) and not re.match(r"/(?!/)", seen)


@pytest.mark.parametrize("to", ELSEWHERE)
async def test_no_link_leads_through_us_to_another_site(office: Office, all_rights: Browser, to: str) -> None:
    """Open redirect: every way on that a page takes, for members and citizens, signed in or not."""
    person = await office.town.citizen()
    browsers = (all_rights, person, office.town.browser())
    answers = [await one.get(f"{path}?{urlencode({'next': to})}") for one in browsers for path in GETS]
    answers += [
        await one.post(path, {**fields, "next": to})
        for one in (office.town.browser(), person)
        for path, fields in FORMS.items()
    ]
    for answer in answers:
        location = answer.location
        if location.startswith("https://open.weixin.qq.com/"):
            [back] = parse_qs(urlsplit(location).query)["redirect_uri"]
            assert back.startswith(f"{office.town.url}/sign-in/wechat?")
            location = parse_qs(urlsplit(back).query)["next"][0]
        assert not leaves(location), location
        assert "evil.example" not in str(answer.headers.get_list("Set-Cookie"))
        assert not [link for link in re.findall(r'href="([^"]*)"', answer.text) if "evil.example" in link]


def test_every_page_that_leads_on_is_tried() -> None:
    """As the source of its handler says that it reads `next`."""
    reads = {
        (each.method, each.pattern)
        for each in served(PAGES)
        if re.search(r"\bnext\b(?!\()", getsource(unwrap(getattr(each.handler, each.method.lower()))))
    }
    assert reads == {("GET", path) for path in GETS} | {("POST", path) for path in FORMS}


EXPORTED = {one.table: one for one in declared() if one.export}
FORMULAS = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", "  =1"),
    *("\u3000=1", "\u200b=1", "\ufeff=1", "\xa0＝1", '=HYPERLINK("https://evil.example","点")'),
    *('"=1"', "a\n=1", '","=1', "\t1"),
]


WORST: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "/admin/applications.csv": (
        "window",
        "applications",
        ("item_name", "masked_name", "department_name"),
    ),
    "/admin/members.csv": ("admin", "staff", ("name",)),
    "/admin/reviews.csv": ("management", "reviews", ("item_name",)),
}
"""Table taken away → who may, and the collection and the fields of what people write in it."""


@pytest.mark.parametrize("each", EXPORTED.values(), ids=EXPORTED)
async def test_no_cell_of_a_table_taken_away_is_a_formula(office: Office, each: PanelList[object]) -> None:
    """On the real route, with the worst texts in every column that has one."""
    username, collection, fields = WORST[each.table]
    path, _ = await office.handed_in()
    keys = {"applications": path.split("/")[3], "staff": "approver"}
    key = keys.get(collection) or (await reviewed(office.town, plain_guide()))[0]
    desk, first = await office.desk(username), next(iter(each.filters))
    shows = "all" if "all" in each.filters else first
    for text in FORMULAS:
        worst = {"$set": dict.fromkeys(fields, text)}
        await office.town.services.database[collection].update_one({"_id": key}, worst)
        table = (await desk.get(f"{each.table}?show={shows}")).text.removeprefix("\ufeff")
        rows = list(csv.reader(StringIO(table, newline="")))
        assert {len(row) for row in rows} == {len(each.columns)}
        cells = [cell for row in rows for cell in row if text in cell]
        assert len(cells) >= len(fields), text
        assert not any(is_formula(cell) for cell in cells), cells


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet may take it for one: after spaces and what is not seen, in either width."""
    return bool(re.match(r"[\s\u200b\ufeff]*[=+@＝＋＠－-]", cell))
