"""From case to case of the queue: the neighbours in the head, and the next one after an action."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from handlers.admin import lists
from tests.handlers.test_round_trips import watched
from tests.house.browser import Browser
from tests.house.office import Office

NEXT, PREVIOUS = "下一件", "上一件"
Way = dict[str, str]


@pytest.fixture
async def waiting(office: Office) -> AsyncIterator[list[str]]:
    """The panel's paths of three applications, the most urgent first, of a channel of their own."""
    documents, paths = office.town.services.applications.documents, []
    for days, name in enumerate(("甲一", "乙二", "丙三"), 1):
        path = (await office.handed_in(name))[0]
        due = office.town.clock.now() + timedelta(days=days)
        await documents.update_one({"_id": path.split("/")[3]}, {"$set": {"channel": "app", "due_at": due}})
        paths.append(path)
        office.town.clock.advance(timedelta(minutes=1))
    yield paths
    await documents.delete_many({"channel": "app"})


def ways(page: str) -> Way:
    """The links in the head, by their words."""
    head = page.split('<header class="case">')[1].partition("</header>")[0]
    return {
        words: link.replace("&amp;", "&") for link, words in re.findall(r'href="([^"]*)"[^>]*>([^<]*)<', head)
    }


def said(page: str) -> Way:
    """What is offered beside the word of success; "" is the word itself."""
    box = page.split('<div class="done">')[1].partition("</div>")[0]
    links = re.findall(r'<a class="([^"]*)"[^>]* href="([^"]*)"( autofocus)?>([^<]*)<', box)
    offered = {words: link.replace("&amp;", "&") for _, link, _, words in links}
    assert ["button_main" in looks for looks, _, focused, _ in links if focused] == [True]
    return {"": " ".join(re.sub(r"<[^>]*>", " ", box.split("</p>")[0]).split()), **offered}


HERE = "show=submitted&channel=app"


async def listed(desk: Browser, path: str, at: str = f"/admin/applications?{HERE}") -> str:
    """The link of a case in a list."""
    page = (await desk.get(at)).text
    link = re.search(rf'href="({path}\?[^"]*)"', page)
    assert link, page
    return link[1].replace("&amp;", "&")


async def opened(desk: Browser, path: str, asked: str = HERE) -> str:
    """The page of a case, opened from a list."""
    return (await desk.get(await listed(desk, path, f"/admin/applications?{asked}"))).text


async def test_neighbours_are_those_of_the_list_that_one_comes_from(
    office: Office, waiting: list[str]
) -> None:
    desk = await office.desk("approver")
    page = await opened(desk, waiting[0])
    seen = []
    while link := ways(page).get(NEXT):
        assert "show=submitted&channel=app&at=" in link
        seen.append(link.split("?")[0])
        page = (await desk.get(link)).text
    assert seen == waiting[1:]
    assert ways(page)["← 返回办件列表"] == "/admin/applications?show=submitted&channel=app"
    back = (await desk.get(ways(page)[PREVIOUS])).text
    assert ways(back)[PREVIOUS].startswith(waiting[0])
    assert ways(back)[NEXT].startswith(waiting[2])
    latest_first = await opened(desk, waiting[1], "show=all&channel=app")
    assert ways(latest_first)[NEXT].startswith(waiting[0])


async def test_neighbours_go_beyond_a_page_and_within_a_search(
    office: Office, waiting: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await office.desk("approver")
    monkeypatch.setattr(lists, "ROWS_A_PAGE", 1)
    assert ways(await opened(desk, waiting[0]))[NEXT].startswith(waiting[1])
    serial = (await office.application(waiting[0]))["serial"]
    found = (await desk.post("/admin/applications/search", {"q": serial})).location
    alone = ways(await opened(desk, waiting[0], found.partition("?")[2]))
    assert NEXT not in alone
    assert PREVIOUS not in alone


async def test_after_an_action_the_next_case_is_offered(office: Office, waiting: list[str]) -> None:
    """Though the case has left the list, and another member has taken what was the next one."""
    desk = await office.desk("approver")
    page = await opened(desk, waiting[0])
    await (await office.desk("both")).post(f"{waiting[1]}/accept")
    accept = re.findall(r'action="([^"]*/accept[^"]*)"', page)[0].replace("&amp;", "&")
    page = (await desk.get((await desk.post(accept)).location)).text
    offered = said(page)
    assert "已受理" in offered[""]
    assert offered["返回列表"] == "/admin/applications?show=submitted&channel=app"
    assert offered[NEXT].startswith(waiting[2])
    assert ways(page)[NEXT] == offered[NEXT]
    last = (await desk.get(offered[NEXT])).text
    assert '<div class="done">' not in last
    take = re.findall(r'action="([^"]*/take[^"]*)"', last)[0].replace("&amp;", "&")
    done = said((await desk.get((await desk.post(take)).location)).text)
    assert done == {
        "": "本件已由您承办。 这个列表里没有别的办件了。",
        "返回列表": "/admin/applications?show=submitted&channel=app",
    }


async def test_the_question_before_the_end_of_a_case_keeps_the_way(
    office: Office, waiting: list[str]
) -> None:
    desk = await office.desk("approver")
    page = await opened(desk, waiting[2])
    address = re.findall(r'action="([^"]*/not_accept[^"]*)"', page)[0].replace("&amp;", "&")
    written = {"reason": "不在番禺居住", "basis": "条例第九条"}
    for step in ("", "edit", ""):
        asked = (await desk.post(address, {**written, "step": step})).text
        assert address in asked.replace("&amp;", "&")
    refused = (await desk.post(address, {"basis": "条例第九条"})).text
    assert ways(refused)[PREVIOUS].startswith(waiting[1])
    done = said((await desk.get((await desk.post(address, {**written, "step": "confirm"})).location)).text)
    assert "这个列表后面没有了，前面还有办件。" in done[""]
    assert done[PREVIOUS].startswith(waiting[1])
    assert NEXT not in done


@pytest.mark.parametrize(
    "asked",
    ["", "?show=submitted&channel=app", "?at=x", "?at=none-{other}", "?at=1-{own}&who=forged", "?at={own}"],
)
async def test_a_way_that_no_list_has_said_leads_nowhere(
    office: Office, waiting: list[str], asked: str
) -> None:
    own = waiting[0].split("/")[3]
    desk = await office.desk("approver")
    page = await desk.get(waiting[0] + asked.format(own=own, other="0" * 32))
    assert page.status == 200
    assert NEXT not in page.text
    assert PREVIOUS not in page.text


async def test_what_a_member_may_not_read_is_no_neighbour(office: Office, waiting: list[str]) -> None:
    """Whatever the address says of filters and departments."""
    keys = [path.split("/")[3] for path in waiting]
    documents = office.town.services.applications.documents
    other = (await office.town.services.staff.get("civil"))["department"]
    await documents.update_one({"_id": keys[1]}, {"$set": {"department": other}})
    desk = await office.desk("approver")
    place = (await listed(desk, waiting[0])).partition("at=")[2]
    for asked in ("channel=app", f"department={other}", "show=all&item=none", "due=never&channel=app"):
        page = (await desk.get(f"{waiting[0]}?{asked}&at={place}")).text
        assert keys[1] not in page, asked
    assert ways(page)[NEXT].startswith(waiting[2])


async def test_the_list_of_the_home_page_is_a_way_too(office: Office, waiting: list[str]) -> None:
    desk = await office.desk("approver")
    link = await listed(desk, waiting[0], at="/admin")
    assert ways((await desk.get(link)).text)[NEXT].startswith(waiting[1])


async def test_neighbours_are_one_question_each(office: Office, waiting: list[str]) -> None:
    desk = await office.desk("approver")
    link = await listed(desk, waiting[1])
    async with watched(office.town) as plain:
        await desk.get(waiting[1])
    async with watched(office.town) as beside:
        await desk.get(link)
    assert beside - plain == {"query applications": 2}
