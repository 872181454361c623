"""The queue of the panel: its lights, filters, pages and table (article 10)."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest

from handlers.admin import lists
from handlers.web import tables
from tests.house.browser import Browser, Fields
from tests.house.office import Office


@pytest.mark.article("12.limits")
async def test_queue_shows_what_waits_with_its_light(office: Office) -> None:
    path, _ = await office.handed_in("王小明")
    serial = (await office.application(path))["serial"]
    desk = await office.desk("approver")
    page = (await desk.get("/admin/applications")).text
    row = page[page.index(serial) :].split("</tr>")[0]
    for text in ("居住证签注", "王**", "已提交，待受理", "light_green", "剩5个工作日"):
        assert text in row, text
    assert "王小明" not in page
    for days, colour, words in (
        (3, "yellow", "剩2个工作日"),
        (7, "yellow", "今天到期"),
        (8, "red", "已超期"),
    ):
        office.town.clock.advance(timedelta(days=days))
        row = (await desk_page(office)).partition(serial)[2].split("</tr>")[0]
        office.town.clock.advance(-timedelta(days=days))
        assert f"light_{colour}" in row
        assert words in row


async def desk_page(office: Office) -> str:
    return (await (await office.desk("approver")).get("/admin/applications")).text


async def test_queue_filters_and_finds(office: Office) -> None:
    path, _ = await office.handed_in()
    serial = (await office.application(path))["serial"]
    desk = await office.desk("approver")
    assert serial in (await desk.get("/admin/applications?show=submitted")).text
    for show in ("supplement", "accepted", "closed"):
        assert serial not in (await desk.get(f"/admin/applications?show={show}")).text, show
    for typed in (serial, serial.lower(), f"{serial[:8]}-{serial[8:]}", f"{office.town.url}/verify/{serial}"):
        found = await search(desk, typed)
        assert lines(found) == [path.split("/")[3]], typed
    nothing = await search(desk, "2026112400000000000")
    assert "没有找到。请核对流水号" in nothing


async def search(desk: Browser, text: str) -> str:
    """The page that the search for a text leads to."""
    sent = await desk.post("/admin/applications/search", {"q": text})
    assert (sent.status, text in sent.location) == (303, False)
    return (await desk.get(sent.location)).text


@pytest.mark.parametrize("show", ["open", "supplement", "closed"])
async def test_queue_goes_on_page_by_page(office: Office, monkeypatch: pytest.MonkeyPatch, show: str) -> None:
    desk = await office.desk("approver")
    for _ in range(3):
        path, citizen = await office.handed_in()
        if show == "supplement":
            asked: Fields = {"materials": "permit", "reason": "缺背面"}
            assert (await desk.post(f"{path}/request_supplement", asked)).status == 303
        if show == "closed":
            await citizen.post(f"{path.removeprefix('/admin')}/withdraw")
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 2)
    seen: list[str] = []
    address = f"/admin/applications?show={show}"
    while address:
        page = (await desk.get(address)).text
        rows = re.findall(r'href="/admin/applications/([0-9a-f]{32})\?', page)
        assert 0 < len(rows) <= 2
        seen += rows
        link = re.search(r'href="([^"]*after=[^"]*)">下一页', page)
        address = link[1].replace("&amp;", "&") if link else ""
    assert len(seen) == len(set(seen)) >= 3


async def test_back_leads_to_the_same_page_of_the_queue(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await office.desk("approver")
    for _ in range(3):
        await office.handed_in()
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 2)
    first = (await desk.get("/admin/applications?show=submitted")).text
    second = re.findall(r'href="([^"]*)">下一页', first)[0].replace("&amp;", "&")
    address = re.findall(r'href="(/admin/applications/[0-9a-f]{32}[^"]*)"', (await desk.get(second)).text)[0]
    page = (await desk.get(address.replace("&amp;", "&"))).text
    after = second.split("after=")[1]
    back = f"/admin/applications?show=submitted&amp;after={after}"
    assert f'<a href="{back}">← 返回办件列表</a>' in page
    accept = re.findall(r'action="([^"]*/accept[^"]*)"', page)[0].replace("&amp;", "&")
    done = await desk.post(accept)
    assert f'href="{back}"' in (await desk.get(done.location)).text


async def table(desk: Browser, show: str) -> list[list[str]]:
    answer = await desk.get(f"/admin/applications.csv?show={show}")
    assert answer.status == 200
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="applications-')
    return list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))


@pytest.mark.article("12.limits")
async def test_what_is_shown_can_be_taken_away(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    path, _ = await office.handed_in("王小明")
    desk = await office.desk("approver")
    assert (
        'href="/admin/applications.csv?show=submitted"'
        in (await desk.get("/admin/applications?show=submitted")).text
    )
    monkeypatch.setattr(lists, "ROWS_A_CHUNK", 1)
    head, *rows = await table(desk, "submitted")
    assert head[:4] == ["流水号", "事项", "申请人", "部门"]
    serial = (await office.application(path))["serial"]
    row = next(row for row in rows if row[0] == serial)
    assert row[1:4] == ["居住证签注", "王**", "广州市公安局番禺区分局"]
    assert row[4].startswith("2026-11-24 10:")
    assert row[-2:] == ["已提交，待受理", "剩5个工作日"]
    monkeypatch.setattr(lists, "ROWS_A_TABLE", 1)
    assert len(await table(desk, "submitted")) == 2
    assert await table(await office.desk("civil"), "submitted") == [head]
    assert (await (await office.desk("digital")).get("/admin/applications.csv")).status == 403


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert next(csv.reader(StringIO(tables.line([cell, "a"]), newline=""))) == [f"'{cell}", "a"]


def lines(page: str) -> list[str]:
    """The applications that a page of the queue shows."""
    return re.findall(r'href="/admin/applications/([0-9a-f]{32})\?', page)


async def test_the_next_page_goes_on_though_its_last_line_has_moved(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another member accepts it meanwhile: due weeks later, it would take the rest of the list with it."""
    for _ in range(4):
        await office.handed_in()
        office.town.clock.advance(timedelta(days=1))
    desk = await office.desk("approver")
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 2)
    first = (await desk.get("/admin/applications?show=open")).text
    last = lines(first)[-1]
    further = re.findall(r'href="([^"]*)">下一页', first)[0].replace("&amp;", "&")
    expected = lines((await desk.get(further)).text)
    assert (await desk.post(f"/admin/applications/{last}/accept")).status == 303
    assert lines((await desk.get(further)).text) == expected
    await office.town.services.applications.documents.delete_one({"_id": last})
    gone = await desk.get(further)
    assert (gone.status, lines(gone.text)) == (200, expected)


async def test_a_place_in_the_list_that_no_page_said(office: Office) -> None:
    strange = await (await office.desk("approver")).get(f"/admin/applications?after={'0' * 32}")
    assert (strange.status, "请从头查看" in strange.text) == (400, True)


async def test_the_first_filter_is_what_the_member_can_act_on(office: Office) -> None:
    waiting, _ = await office.handed_in()
    accepted = await office.accepted()
    shown = {}
    for username in ("window", "approver", "civil", "both", "management"):
        page = (await (await office.desk(username)).get("/admin/applications")).text
        assert '<a href="/admin/applications?show=mine" aria-current="page">待我处理' in page
        shown[username] = {name for name, path in (("w", waiting), ("a", accepted)) if path in page}
    assert shown == {
        "window": {"w"},
        "approver": {"w", "a"},
        "civil": set(),
        "both": {"w", "a"},
        "management": set(),
    }
    empty = (await (await office.desk("civil")).get("/admin/applications")).text
    assert "没有等您处理的办件" in empty
    everything = (await (await office.desk("window")).get("/admin/applications?show=open")).text
    assert waiting in everything
    assert accepted in everything
    serial = (await office.application(accepted))["serial"]
    assert serial not in str(await table(await office.desk("window"), "mine"))
    assert serial in str(await table(await office.desk("window"), "open"))
