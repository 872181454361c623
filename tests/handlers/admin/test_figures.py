"""评价统计 in the panel: by period and place, down to the reviews, as far as one reads them."""

import csv
import re
from collections.abc import AsyncIterator
from datetime import date
from html import unescape
from io import StringIO

import pytest

from models.staff import Role
from models.voices import Kind
from tests.house.figured import at, count
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.office import Office
from tests.house.places import HALL
from tests.house.reviewed import POSTS, bad_review, bad_review_of_guide
from tests.house.staff import Post

HERE = plain_guide(73, name="居住证换领")
THERE = plain_guide(74, item=f"{OTHER}0000000000074", department=OTHER, name="结婚登记")


@pytest.fixture
async def figured(office: Office) -> AsyncIterator[Office]:
    town, stores = office.town, office.town.services
    await town.publish(HERE, THERE)
    for username, post in {**POSTS, "over-there": Post((Role.SUPERVISOR,), OTHER)}.items():
        if not await stores.staff.documents.find_one({"_id": username}):
            await town.member(username, post)
    await stores.figures.documents.delete_many({})
    here = at(USCC, HERE.item, HALL.code)
    await count(stores, here, level_5=3, level_1=1, tag_108=1, opened=1, in_time=1, set_aside=2)
    await count(stores, at(USCC, HERE.item, HALL.code, ""), finished=10, reviewed=4)
    await count(stores, at(USCC, HERE.item, day=date(2026, 10, 2)), level_2=2, due=2, late=1)
    await count(stores, at(USCC, HERE.item, day=date(2026, 11, 24)), due=1)
    await count(stores, at(OTHER, THERE.item, channel="chat"), level_4=1)
    await count(stores, at(USCC, HERE.item, kind=Kind.GUIDE), level_5=1)
    yield office
    await stores.figures.documents.delete_many({})


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def links(html: str, name: str) -> list[str]:
    return [unescape(one) for one in re.findall(rf'<a href="([^"]+)"[^>]*>{name}</a>', html)]


@pytest.mark.article("17.statistics")
async def test_the_chief_sees_all_and_drills_down(figured: Office) -> None:
    desk = await figured.desk("management")
    page = await desk.get("/admin/figures")
    text = words(page.text)
    assert "7 计入的评价" in text
    assert "57.1% 满意度" in text
    assert "40.0% 参评率（4/10）" in text
    assert "33.3% 按时整改（1/3）" in text, "what is due today is not late yet"
    assert "2 不计入" in text
    assert re.search(r"要求了指南上没有的条件 1 ", text), "the reason of a bad one"
    for drawn in ("bar", "columns", "line"):
        assert f'<svg class="chart chart_{drawn}"' in page.text
    [chat], [month] = links(page.text, "公众号对话"), links(page.text, "2026-10")
    assert "1 计入的评价" in words((await desk.get(chat)).text)
    assert "2 计入的评价" in words((await desk.get(month)).text)
    assert not re.search(r"<style|\sstyle=", page.text)
    [department] = links(page.text, "广州市公安局番禺区分局")
    page = await desk.get(department)
    assert "6 计入的评价" in words(page.text)
    [item] = links(page.text, "居住证换领")
    page = await desk.get(item)
    [hall] = links(page.text, HALL.name)
    text = words((await desk.get(hall)).text)
    assert "4 计入的评价" in text
    assert "部门：广州市公安局番禺区分局 ×" in text


async def test_a_period_is_chosen(figured: Office) -> None:
    desk = await figured.desk("management")
    for query, found in {
        "days=month": 5,
        "days=last_month": 2,
        "days=2026-10-01..2026-10-02": 2,
        "from=2026-11-01&to=2026-11-30": 5,
        "days=2026-13-01..2026-13-02": 7,
        "days=2026-11-02..2026-11-01": 7,
        "days=nonsense": 7,
    }.items():
        assert f"{found} 计入的评价" in words((await desk.get(f"/admin/figures?{query}")).text), query
    page = (await desk.get("/admin/figures?days=last_month")).text
    assert "每天的评价" in page
    assert "days=2026-10-02..2026-10-02" in page
    assert "2025-01" not in (await desk.get("/admin/figures?days=2026-01-01..2026-11-30")).text


async def test_guides_are_apart(figured: Office) -> None:
    text = words((await (await figured.desk("management")).get("/admin/figures?of=guide")).text)
    assert "1 计入的评价" in text
    assert "参评率（" not in text


@pytest.mark.article("17.statistics")
async def test_a_department_sees_its_own_alone(figured: Office) -> None:
    for username in ("supervisor", "rectifier"):
        desk = await figured.desk(username)
        text = words((await desk.get(f"/admin/figures?department={OTHER}")).text)
        assert "6 计入的评价" in text
        assert "结婚登记" not in text
        assert "结婚登记" not in (await desk.get("/admin/figures.csv")).text
    desk = await figured.desk("over-there")
    assert "1 计入的评价" in words((await desk.get("/admin/figures")).text)
    assert "0 计入的评价" in words((await desk.get(f"/admin/figures?item={HERE.item}")).text)


@pytest.mark.article("17.statistics")
@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("days=2026-11-01..2026-11-30", "4/10"),
        ("days=twelve_months", "4/11"),
        ("days=2026-11-20..2026-11-20", ""),
        ("days=2026-10-15..2026-11-30", ""),
        ("days=2026-11-01..2026-11-20", ""),
        ("days=2026-10-01..2026-10-31", ""),
    ],
)
async def test_whether_one_case_was_reviewed_is_not_told(figured: Office, asked: str, told: str) -> None:
    """Who handled the one case that was concluded on a day would know that its person has reviewed it."""
    stores = figured.town.services
    await count(stores, at(USCC, HERE.item, HALL.code, "", date(2026, 10, 9)), finished=1)
    desk = await figured.desk("supervisor")
    text = words((await desk.get(f"/admin/figures?item={HERE.item}&{asked}")).text)
    assert re.findall(r"参评率（(.*?)）", text) == ([told] if told else [])
    table = (await desk.get(f"/admin/figures.csv?item={HERE.item}&{asked}")).text
    for line in csv.DictReader(StringIO(table.removeprefix("\ufeff"))):
        if line["类别"] == "日期" or not told or line["名称"] == "2026-10":
            assert (line["可评价"], line["已评价"], line["参评率"]) == ("'—", "'—", "'—")


async def test_nothing_says_so(figured: Office) -> None:
    desk = await figured.desk("management")
    page = await desk.get("/admin/figures?days=2020-01-01..2020-01-31")
    assert "可以换一个期间" in page.text
    assert "<svg" not in page.text.split("<main")[1]


async def test_long_tables_have_pages(figured: Office) -> None:
    stores, desk = figured.town.services, await figured.desk("management")
    for number in range(40):
        await count(stores, at(USCC, f"{USCC}{number + 1000:013}"), level_5=100 - number)
    page = (await desk.get("/admin/figures")).text
    assert f"{USCC}{1029:013}<" in page
    assert f"{USCC}{1030:013}<" not in page
    [further] = links(page, "下一页")[:1] or re.findall(r'rel="next" href="([^"]+)"', page)
    second = (await desk.get(unescape(further).partition("#")[0])).text
    assert f"{USCC}{1030:013}<" in second
    assert 'rel="prev"' in second
    for odd in ("-1", "9999", "x", "٣", "1" * 5000):
        assert (await desk.get(f"/admin/figures?page_item={odd}")).status == 200


async def test_the_table_has_every_group(figured: Office) -> None:
    answer = await (await figured.desk("management")).get("/admin/figures.csv?days=twelve_months")
    lines = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert lines[0][:3] == ["类别", "名称", "评价"]
    assert lines[1][:4] == ["合计", "", "7", "57.1%"]
    assert ["部门", "番禺区民政局", "1", "100.0%"] in [one[:4] for one in lines]
    assert ["月份", "2026-10", "2", "0.0%"] in [one[:4] for one in lines]


async def reviewed(office: Office) -> None:
    """Two bad reviews, one of them set aside, one good with a bad follow-up; and one of a guide."""
    town, stores = office.town, office.town.services
    given = [await bad_review(town, await town.applicant(), level) for level in (1, 2)]
    party = await town.applicant()
    visit = await town.served(await town.booking(party))
    good = await town.review(party, "appointment", visit)
    by = town.by(f"applicant:{party.id}")
    await stores.reviews.follow_up(good["_id"], party, 1, ["108"], "", by)
    guide = await bad_review_of_guide(town, party, plain_guide())
    marks = {"$set": {"marks": ["bad", "set_aside"]}}
    await stores.reviews.documents.update_one({"_id": given[0]["_id"]}, marks)
    for one in (*given, good, guide):
        await stores.counting.count(one["_id"])


@pytest.mark.article("17.statistics")
async def test_each_number_is_that_of_its_list(office: Office) -> None:
    await office.town.services.figures.documents.delete_many({})
    await office.town.services.reviews.documents.delete_many({})
    await reviewed(office)
    desk = await office.desk("management")
    for query, least in (("", 8), ("?of=guide", 5), ("?days=month", 8)):
        page = (await desk.get(f"/admin/figures{query}")).text
        numbers = re.findall(r'<a[^>]* href="(/admin/reviews[^"]*)">\s*(?:<strong>)?(\d+)<', page)
        assert len(numbers) > least
        for address, number in set(numbers):
            shown = (await desk.get(unescape(address))).text
            rows = len(re.findall(r'href="/admin/reviews/[0-9a-f]{32}"', shown))
            assert rows == int(number), (address, number)


async def test_the_list_of_reviews_is_narrowed_and_taken_away(office: Office) -> None:
    desk = await office.desk("management")
    for query, rows in {
        "counted=yes": 3,
        "level=1": 2,
        "level=bad": 3,
        "level=bad&tag=108": 2,
        "of=guide": 1,
        "of=service": 3,
        f"hall={HALL.code}": 3,
        "hall=none": 1,
        "channel=h5": 4,
        "channel=chat": 0,
        "days=month": 4,
        "days=last_month": 0,
        f"department={USCC}": 4,
        "days=x&level=9&of=z&tag=y&hall=q": 4,
    }.items():
        assert (await desk.get(f"/admin/reviews?{query}")).text.count('data-name="评价"') == rows, query
        table = (await desk.get(f"/admin/reviews.csv?{query}")).text
        assert len(table.splitlines()) == rows + 1, query
    chips = (await desk.get("/admin/reviews?level=bad&days=month")).text
    assert "评价：差评 ×" in chips
    assert "期间：本月 ×" in chips
