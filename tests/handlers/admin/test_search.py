"""Looking for 办件 in the panel: what is typed stands in no address, and the list narrows by choices."""

import csv
import re
from io import StringIO
from urllib.parse import parse_qs, urlsplit

import pytest

from handlers.admin import lists
from handlers.admin.queue import QUEUE
from models.applications import OPEN, SEEN, can_hold
from models.staff import Role
from tests.handlers.admin.test_queue import lines, search
from tests.house.guides import OTHER, USCC
from tests.house.office import Office
from tests.house.people import new_phone
from tests.house.staff import Post


async def test_a_search_stays_while_the_list_is_narrowed_and_taken_away(office: Office) -> None:
    path, _ = await office.handed_in("慕容清")
    other, _ = await office.handed_in("诸葛亮")
    desk = await office.desk("approver")
    sent = await desk.post("/admin/applications/search", {"q": "慕容 清"})
    page = (await desk.get(sent.location)).text
    assert lines(page) == [path.split("/")[3]]
    assert re.search(r'name="q"[^>]*value="慕容 ?清"', page)
    who = parse_qs(urlsplit(sent.location).query)["who"][0]
    closed = (await desk.get(QUEUE.at(show="closed", who=who))).text
    assert "没有找到。" in closed
    assert 'aria-label="查找：慕容' in closed
    table = (await desk.get(f"{QUEUE.table}?{urlsplit(sent.location).query}")).text
    serials = [row[0] for row in csv.reader(StringIO(table.removeprefix("\ufeff")))][1:]
    assert serials == [(await office.application(path))["serial"]]
    stranger = await (await office.desk("window")).get(sent.location)
    assert (stranger.status, "没有找到这次查找" in stranger.text) == (400, True)
    assert other.split("/")[3] not in page


async def test_nothing_of_a_search_stands_in_the_log(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    phone = new_phone()
    await search(await office.desk("approver"), phone)
    assert caplog.records
    assert phone not in caplog.text


async def test_choices_are_chips_that_can_be_taken_off(office: Office) -> None:
    path, _ = await office.handed_in()
    key, item = path.split("/")[3], (await office.application(path))["item"]
    desk = await office.desk("window")
    page = (await desk.get(QUEUE.at(show="submitted", item=item, holder="nobody"))).text
    assert key in lines(page)
    chips = re.findall(r'<li><a href="([^"]*)" aria-label="([^"]*)，去掉"', page)
    assert [label for _, label in chips] == ["承办：无人承办", "事项：居住证签注"]
    assert chips[0][0].replace("&amp;", "&") == QUEUE.at(show="submitted", item=item)
    assert key not in lines((await desk.get(QUEUE.at(show="submitted", due="overdue"))).text)
    assert key not in lines((await desk.get(QUEUE.at(show="submitted", channel="kiosk"))).text)
    plain = (await desk.get(QUEUE.at(show="submitted", channel="nowhere", due="x"))).text
    assert key in lines(plain)
    assert 'class="chips"' not in plain


async def test_a_department_is_chosen_only_by_who_reads_others(office: Office) -> None:
    await office.handed_in()
    for username, may_choose in (("window", True), ("approver", False)):
        page = (await (await office.desk(username)).get(QUEUE.address)).text
        assert ('name="department"' in page) == may_choose
    civil = (await (await office.desk("civil")).get(QUEUE.at(show="all", department="x"))).text
    assert lines(civil) == []
    assert "居住证签注" not in civil
    assert re.findall(r'class="filters__count">([^<]*)<', civil) == ["0"] * 8


async def test_pages_lead_on_and_back(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        await office.handed_in()
    desk = await office.desk("approver")
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 2)
    seen, address, way = [], QUEUE.at(show="all"), "下一页"
    pages = []
    while address:
        page = (await desk.get(address)).text
        pages.append(lines(page))
        link = re.search(rf'href="([^"]*)">{way}', page)
        address = link[1].replace("&amp;", "&") if link else ""
        if way == "下一页" and (not address or len(pages) == 3):
            seen, way = pages[:-1], "上一页"
            address = re.findall(r'href="([^"]*)">上一页', page)[0].replace("&amp;", "&")
            pages = []
    assert pages == seen[::-1]


async def test_counts_end_where_counting_ends(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        await office.handed_in()
    desk = await office.desk("approver")

    async def counted(show: str) -> dict[str, str]:
        page = (await desk.get(QUEUE.at(show=show))).text
        found = re.findall(r'<a href="/admin/applications\?show=(\w+)"[^>]*>.*?</a>', page, re.DOTALL)
        texts = re.findall(r'<a href="/admin/applications\?show=\w+"[^>]*>(.*?)</a>', page, re.DOTALL)
        numbers = [re.findall(r"filters__count\">([^<]*)<", text) for text in texts]
        return {key: (number or [""])[0] for key, number in zip(found, numbers, strict=True)}

    number = int((await counted("submitted"))["submitted"])
    assert number >= 3
    assert (await counted("submitted"))["closed"] == ""
    assert (await counted("closed"))["closed"] != ""
    monkeypatch.setattr("models.applications.queue.ENOUGH", 1)
    monkeypatch.setattr("handlers.admin.lists.ENOUGH", 1)
    assert (await counted("submitted"))["submitted"] == "1+"


def test_no_state_is_lost_from_every_filter() -> None:
    """Each has a filter of its own besides that of all."""
    narrow = {
        state for key, one in QUEUE.filters.items() if key not in ("all", "open") for state in one.states
    }
    assert narrow == set(SEEN)
    assert set(OPEN) <= narrow


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.REVIEWER])
async def test_who_reads_one_department_chooses_among_its_items(office: Office, role: Role) -> None:
    """A role that reaches what is entrusted to the member alone adds nothing to it."""
    path, _ = await office.handed_in()
    key, item = path.split("/")[3], (await office.application(path))["item"]
    for department, shown in ((USCC, {item}), (OTHER, set())):
        name = f"{role}-{department[-2:].lower()}"
        member = await office.town.member(name, Post((role, Role.KIOSK_MAINTAINER), department))
        page = (await (await office.desk(name)).get(QUEUE.at(show="all"))).text
        selects = dict(re.findall(r'<select name="(\w+)">(.*?)</select>', page, re.DOTALL))
        assert "department" not in selects
        assert set(re.findall(r'value="(\w+)"', selects["item"])) == shown
        assert (key in lines(page)) == bool(shown)
        assert can_hold(member, USCC) == (role is Role.REVIEWER and department == USCC)
    alone = await office.town.member("maintainer", Post((Role.KIOSK_MAINTAINER,), USCC))
    assert not can_hold(alone, USCC)
    assert (await (await office.desk("maintainer")).get(QUEUE.address)).status == 403
