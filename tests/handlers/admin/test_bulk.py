"""Ticking 办件 on a page of the queue, and accepting them at once (article 12)."""

import re

from handlers.admin import lists
from models.applications.bulk import MOST_AT_ONCE
from tests.house.browser import Browser
from tests.house.office import Office

SUBMITTED, BULK = "/admin/applications?show=submitted", "/admin/applications/accept?show=submitted"


async def ticks(desk: Browser, address: str = SUBMITTED) -> dict[str, str]:
    """The values that can be ticked, by application."""
    page = (await desk.get(address)).text
    return {value.split(":")[0]: value for value in re.findall(r'name="chosen" value="([^"]*)"', page)}


async def test_what_is_ticked_is_accepted(office: Office) -> None:
    paths = [(await office.handed_in())[0] for _ in range(3)]
    desk = await office.desk("approver")
    offered = await ticks(desk)
    chosen = [offered[path.split("/")[3]] for path in paths[:2]]
    sent = await desk.post(BULK, {"chosen": chosen})
    assert (sent.status, sent.location) == (303, SUBMITTED)
    assert "已受理2件，系统会通知申请人。" in (await desk.get(sent.location)).text
    assert [await office.state(path) for path in paths] == ["accepted", "accepted", "submitted"]


async def test_what_another_was_first_with_is_told_by_itself(office: Office) -> None:
    paths = [(await office.handed_in())[0] for _ in range(2)]
    desk, other = await office.desk("approver"), await office.desk("both")
    offered = await ticks(desk)
    assert (await other.post(f"{paths[0]}/accept")).status == 303
    told = await desk.post(BULK, {"chosen": [offered[path.split("/")[3]] for path in paths]})
    assert told.status == 200
    assert "已受理1件，1件没有受理" in told.text
    row = told.text[told.text.index(f"{paths[0]}?show=submitted") :].split("</tr>")[0]
    assert "该办件刚刚有变动" in row
    assert await office.state(paths[1]) == "accepted"


async def test_nothing_ticked_shows_the_list_again(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    for fields in ({}, {"chosen": ["x", "x:y", f"{path.split('/')[3]}:"]}):
        answer = await desk.post(BULK, fields)
        assert (answer.status, "请先勾选要受理的办件" in answer.text, path in answer.text) == (
            400,
            True,
            True,
        )


async def test_what_was_seen_can_be_a_number_of_any_length(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    told = await desk.post(BULK, {"chosen": [f"{path.split('/')[3]}:{'9' * 5000}"]})
    assert (told.status, "已受理0件，1件没有受理" in told.text) == (200, True)
    assert await office.state(path) == "submitted"


async def test_only_who_may_accept_can_tick(office: Office) -> None:
    path, _ = await office.handed_in()
    key = path.split("/")[3]
    assert key not in await ticks(await office.desk("management"))
    civil = await office.desk("civil")
    assert await ticks(civil) == {}
    version = (await office.application(path))["version"]
    refused = await civil.post(BULK, {"chosen": f"{key}:{version}"})
    assert "没有找到该办件" in refused.text
    assert (await office.application(path))["serial"] not in refused.text
    assert await office.state(path) == "submitted"
    accepted = await office.accepted()
    assert accepted.split("/")[3] not in await ticks(
        await office.desk("approver"), "/admin/applications?show=all"
    )


def test_a_page_can_be_accepted_whole() -> None:
    assert lists.ROWS_A_PAGE <= MOST_AT_ONCE
