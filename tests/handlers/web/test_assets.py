"""Stylesheets, scripts, templates: none forgotten or missing, small, kept as long as they hold, readable."""

import gzip
import re
from pathlib import Path

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from handlers.web.bundle import SHEETS, STATIC, address_of, bundle, stylesheet
from tests.house.town import Town

TEMPLATES = STATIC.parent / "templates"
CUT = STATIC / "vendor/weui.min.css"
WHOLE = STATIC.parent / "node_modules/weui/dist/style/weui.min.css"
DOORS = sorted(SHEETS)
MODULES = {
    path.relative_to(STATIC).as_posix(): path.read_text("utf-8")
    for folder in (*DOORS, "shared")
    for path in (STATIC / folder).glob("*.js")
}
PAGES = [path.read_text("utf-8") for path in TEMPLATES.rglob("*.html")]
NAMED = {name for page in PAGES for name in re.findall(r"static_url\('([\w/]+\.js)'\)", page)}
IMPORTED = {
    (STATIC / name).parent.joinpath(source).resolve().relative_to(STATIC).as_posix()
    for name, text in MODULES.items()
    for source in re.findall(r'from "(\.[^"]+)"', text)
}


@pytest.mark.parametrize("door", DOORS)
def test_every_part_of_a_stylesheet_is_sent(door: str) -> None:
    parts = {name if "/" in name else f"{door}/{name}" for name in SHEETS[door]}
    assert {"shared/tokens", *(f"{door}/{path.stem}" for path in (STATIC / door).glob("*.css"))} <= parts
    sent = stylesheet(door).decode()
    assert all((STATIC / f"{part}.css").read_text("utf-8") in sent for part in parts)


@pytest.mark.parametrize("door", DOORS)
def test_every_token_that_is_used_is_set(door: str) -> None:
    sent = stylesheet(door).decode()
    used, known = set(re.findall(r"var\((--[\w-]+)", sent)), set(re.findall(r"(--[\w-]+):", sent))
    assert used <= known


def test_doors_show_no_templates_of_each_other() -> None:
    """What two of them show is in `shared`."""
    shown = {
        (path.relative_to(TEMPLATES).parts[0], path.parent.joinpath(name).resolve().relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'{% (?:include|extends) "([^"]+)" %}', path.read_text("utf-8"))
    }
    assert len(shown) > 100
    assert {(door, part) for door, part in shown if part.parts[0] not in (door, "shared")} == set()


def test_every_module_has_a_page() -> None:
    assert MODULES.keys() == NAMED | IMPORTED


@pytest.mark.parametrize("home", ["/", "/kiosk", "/admin/sign-in"])
async def test_what_a_page_names_is_kept_for_a_year(town: Town, home: str) -> None:
    """Its address changes with any of what is there, so that a page never runs modules of two releases: those
    that a module imports, by relative addresses, are of its own release."""
    page = (await town.browser().get(home)).text
    named = re.findall(r'(?:href|src)="(/static/[^"]+)"', page)
    assert len(named) >= 3
    assert {name.split("/")[2] for name in named} == {bundle().release}
    for address in named:
        sent = await ask(town, address)
        assert (sent.code, sent.headers["Cache-Control"]) == (200, "public, max-age=31536000, immutable")


@pytest.mark.parametrize("release", ["", "0123456789abcdef/"])
async def test_another_release_is_asked_for_anew(town: Town, release: str) -> None:
    address = f"/static/{release}shared/post.js"
    sent = await ask(town, address)
    assert (sent.code, sent.headers["Cache-Control"]) == (200, "no-cache")
    again = await ask(town, address, If_None_Match=sent.headers["Etag"])
    assert (again.code, again.body) == (304, b"")
    changed = await ask(town, address, If_None_Match='"other"')
    assert changed.code == 200


def test_another_content_has_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    before = address_of("kiosk.css")
    monkeypatch.setitem(SHEETS, "kiosk", SHEETS["kiosk"][:-1])
    bundle.cache_clear()
    assert address_of("kiosk.css") != before
    monkeypatch.undo()
    bundle.cache_clear()
    assert address_of("kiosk.css") == before


@pytest.mark.parametrize("name", ["citizen.css", "kiosk.css", "admin.css", "citizen/draft.js"])
async def test_files_are_sent_packed_to_a_browser_that_unpacks(town: Town, name: str) -> None:
    plain = await ask(town, address_of(name))
    packed = await ask(town, address_of(name), Accept_Encoding="br, gzip")
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) * 0.6
    for sent in (plain, packed):
        assert sent.headers["Vary"] == "Accept-Encoding"
        assert sent.headers["Content-Length"] == str(len(sent.body))
        assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert plain.headers["Etag"] != packed.headers["Etag"]
    kept = await ask(town, address_of(name), Accept_Encoding="gzip", If_None_Match=packed.headers["Etag"])
    assert (kept.code, kept.headers["Vary"]) == (304, "Accept-Encoding")
    head = await ask(town, address_of(name), "HEAD", Accept_Encoding="gzip")
    assert (head.code, head.body) == (200, b"")
    assert head.headers["Content-Length"] == packed.headers["Content-Length"]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "gzip; q=0.0, br"])
async def test_nothing_is_packed_for_who_cannot_unpack(town: Town, accepted: str) -> None:
    sent = await ask(town, address_of("citizen.css"), Accept_Encoding=accepted)
    assert "Content-Encoding" not in sent.headers
    assert sent.body == bundle().assets["citizen.css"].content


async def test_a_part_is_of_the_file_as_it_is(town: Town) -> None:
    whole = bundle().assets["citizen.css"].content
    address = address_of("citizen.css")
    for asked, part in (("bytes=10-19", whole[10:20]), ("bytes=10-", whole[10:])):
        sent = await ask(town, address, Range=asked, Accept_Encoding="gzip")
        last = 10 + len(part) - 1
        assert (sent.code, sent.body) == (206, part)
        assert sent.headers["Content-Range"] == f"bytes 10-{last}/{len(whole)}"
    for asked in ("bytes=99999999-", "bytes=0-1,4-5", "lines=1-2", "bytes=9-3", f"bytes={'9' * 5000}-"):
        assert (await ask(town, address, Range=asked)).code == 200, asked[:20]
    changed = await ask(town, address, Range="bytes=10-19", If_Range='"another"')
    assert (changed.code, changed.body) == (200, whole)


@pytest.mark.parametrize(
    "name",
    ["nowhere.js", "%00", "../README.md", "..%2f..%2f.env.example", "vendor/jsQR.js", "kiosk/pad.css"],
)
async def test_nothing_else_is_served(town: Town, name: str) -> None:
    answer = await ask(town, f"/static/{name}")
    assert (answer.code, answer.body.decode()) == (404, "没有找到您要的页面")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-store"


async def test_little_comes_before_the_first_paint(town: Town) -> None:
    """At 400 kbit/s and 400 ms a round trip, each answer costs 0.4 s and each kilobyte 0.02 s: a page and one
    stylesheet (scripts wait) are there in 1.2 s; with a connection over https, in 2.4 s."""
    page = await town.browser().get("/")
    head = page.text.split("</head>")[0]
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', head)
    assert all('type="module"' in script for script in re.findall("<script[^>]*>", page.text))
    assert not re.findall(r'src="(?!/static/)[^"]*"', page.text)
    dressed = await ask(town, sheet, Accept_Encoding="gzip")
    assert len(page.content) + len(dressed.body) < 20_000


def test_all_that_pages_name_of_weui_is_there() -> None:
    """The sheet is cut to what pages name; `scripts/run` and `scripts/test` cut it again when they change."""
    named = set(re.findall(r"weui-[\w-]*\w", "".join(PAGES)))
    known, whole = (set(re.findall(r"\.(weui-[\w-]+)", path.read_text("utf-8"))) for path in (CUT, WHOLE))
    assert named & whole <= known
    assert {"weui-btn_primary", "weui-btn_default", "weui-btn_warn", "weui-cell"} <= known
    assert len(CUT.read_bytes()) < 12_000


async def ask(town: Town, address: str, method: str = "GET", **headers: str) -> HTTPResponse:
    """As it goes over the wire."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return await AsyncHTTPClient().fetch(
        town.url + address, method=method, headers=sent, decompress_response=False, raise_error=False
    )


@pytest.mark.parametrize(
    "path",
    [path for door in ("citizen", "kiosk", "shared") for path in sorted((TEMPLATES / door).rglob("*.html"))],
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)
def test_lines_of_templates_can_be_read(path: Path) -> None:
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 140
