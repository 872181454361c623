"""Stylesheets, scripts, templates: nothing forgotten, nothing missing, kept as long as it holds, readable."""

import re
from pathlib import Path

import pytest

from handlers.web.assets import SHEETS, STATIC, stylesheet
from tests.house.town import Town

TEMPLATES = STATIC.parent / "templates"
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
    own = [part for part in SHEETS[door] if "/" not in part]
    assert sorted(own) == sorted(path.stem for path in (STATIC / door).glob("*.css"))
    sent = stylesheet(door).decode()
    assert sent.startswith((STATIC / "shared/tokens.css").read_text("utf-8"))
    parts = [part if "/" in part else f"{door}/{part}" for part in SHEETS[door]]
    assert all((STATIC / f"{part}.css").read_text("utf-8") in sent for part in parts)


@pytest.mark.parametrize("door", DOORS)
def test_every_token_that_is_used_is_set(door: str) -> None:
    sent = stylesheet(door).decode()
    used, known = set(re.findall(r"var\((--[\w-]+)", sent)), set(re.findall(r"^\s*(--[\w-]+):", sent, re.M))
    assert used <= known


def test_every_module_has_a_page_and_runs_once() -> None:
    """One that is both named and imported would run twice: its two addresses are two modules."""
    assert MODULES.keys() == NAMED | IMPORTED
    assert not NAMED & IMPORTED


@pytest.mark.parametrize("door", DOORS)
async def test_a_stylesheet_is_kept_until_it_changes(town: Town, door: str) -> None:
    page = (
        await town.browser().get({"citizen": "/", "kiosk": "/kiosk", "admin": "/admin/sign-in"}[door])
    ).text
    address = re.search(rf'href="(/styles/{door}\.css\?v=[0-9a-f]{{16}})"', page)
    assert address
    sent = await town.browser().get(address[1])
    assert (sent.status, sent.content) == (200, stylesheet(door))
    assert sent.headers["Content-Type"].startswith("text/css")
    assert sent.headers["Cache-Control"] == "max-age=31536000"


async def test_a_module_without_a_version_is_asked_for_anew(town: Town) -> None:
    """It is imported by others, which must be of the same release."""
    browser = town.browser()
    imported = await browser.get("/static/shared/post.js")
    assert imported.headers["Cache-Control"] == "no-cache"
    kept = await browser.get("/static/shared/post.js", **{"If-None-Match": imported.headers["Etag"]})
    assert kept.status == 304
    named = await browser.get("/static/shared/once.js?v=1")
    assert named.headers["Cache-Control"].startswith("max-age=")


@pytest.mark.parametrize(
    "path",
    [path for door in ("citizen", "kiosk") for path in sorted((TEMPLATES / door).rglob("*.html"))],
    ids=lambda path: path.relative_to(TEMPLATES).as_posix(),
)
def test_lines_of_templates_can_be_read(path: Path) -> None:
    assert max(map(len, path.read_text("utf-8").splitlines())) <= 140
