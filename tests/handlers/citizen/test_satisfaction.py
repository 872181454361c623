"""服务评价统计: what everybody may see of the reviews, and what nobody sees."""

import csv
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from io import StringIO

import pytest

from models.voices import Kind
from models.workdays import local_date
from tests.house.figured import at, count
from tests.house.guides import OTHER, USCC, plain_guide, rich_guide
from tests.house.places import HALL
from tests.house.town import Town

ITEM, SECOND = rich_guide().item, plain_guide(71).item
ELSEWHERE = plain_guide(72, item=f"{OTHER}0000000000072", department=OTHER)


@pytest.fixture
async def figured(town: Town) -> AsyncIterator[Town]:
    """Ten reviews of one item, six of another, two of another department; some in other months."""
    stores = town.services
    await town.publish(plain_guide(71, name="居住证换领", name_en="Renewal"), ELSEWHERE)
    here = at(USCC, ITEM, HALL.code)
    await count(stores, here, level_5=7, level_1=2, level_2=1, tag_108=2, tag_207=1, opened=3, in_time=2)
    await count(stores, at(USCC, ITEM, HALL.code, ""), finished=40, reviewed=10)
    await count(stores, at(USCC, ITEM, day=date(2026, 10, 9)), due=1)
    await count(stores, at(USCC, SECOND, channel="chat", day=date(2026, 9, 1)), level_4=6, again_2=1)
    await count(stores, at(OTHER, ELSEWHERE.item), level_1=2, set_aside=1)
    await count(stores, at(USCC, ITEM, day=date(2025, 11, 30)), level_1=50)
    await count(stores, at(USCC, ITEM, kind=Kind.GUIDE), level_3=5)
    yield town
    await stores.figures.documents.delete_many({})


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.article("17.statistics")
async def test_the_whole_is_shown_to_everybody(figured: Town) -> None:
    page = await figured.browser().get("/satisfaction")
    text = words(page.text)
    assert page.status == 200
    assert "72.2% 18 条评价" in text, "13 of 18; what is older than twelve months is left out"
    assert "参评率 25.0%" in text
    assert "1 条经复核不计入统计" in text
    assert "1 条追评" in text
    assert "66.7% 按时整改" in text
    assert "指南外新增条件" not in text, "reasons are said as people say them"
    assert re.search("要求了指南上没有的条件 2 ", text)
    for drawn in ("bar", "columns"):
        assert f'<svg class="chart chart_{drawn}"' in page.text
    for divided in ("满意程度", "月份", "原因", "大厅", "评价渠道"):
        assert re.search(rf"<(th|h2)[^>]*>{divided}<", page.text), divided
    assert not re.search(r"<style|\sstyle=", page.text)


@pytest.mark.article("17.statistics")
async def test_few_are_never_shown_by_themselves(figured: Town) -> None:
    """The other department has two: they could be worked out if the first one's were shown."""
    text = (await figured.browser().get("/satisfaction")).text
    assert f"/satisfaction?department={USCC}" not in text
    assert f"/satisfaction?department={OTHER}" not in text
    hidden = await figured.browser().get(f"/satisfaction?department={OTHER}")
    assert "评价还不到 5 条" in hidden.text
    assert "<table" not in hidden.text
    await count(figured.services, at(OTHER, ELSEWHERE.item), level_5=3)
    text = (await figured.browser().get("/satisfaction")).text
    assert f"/satisfaction?department={OTHER}" in text


@pytest.mark.article("17.statistics")
@pytest.mark.parametrize("query", [f"department={USCC}", f"item={ITEM}", f"item={SECOND}"])
@pytest.mark.parametrize("table", ["", ".csv"])
async def test_no_page_shows_what_another_leaves_out(figured: Town, query: str, table: str) -> None:
    """The two of the other department are the whole without what is the first one's."""
    whole = words((await figured.browser().get("/satisfaction")).text)
    assert "18 条评价" in whole
    page = words((await figured.browser().get(f"/satisfaction{table}?{query}")).text)
    assert not re.search(r"\b(16|10|6)\b", page.split("怎么算的")[0])


@pytest.mark.article("17.statistics")
async def test_an_item_that_is_left_out_is_not_what_its_department_has_besides(figured: Town) -> None:
    await count(figured.services, at(OTHER, ELSEWHERE.item), level_5=30)
    await count(figured.services, at(OTHER, f"{OTHER}0000000000073"), level_5=3)
    visitor = figured.browser()
    for page in ("", f"?department={OTHER}"):
        text = words((await visitor.get(f"/satisfaction.csv{page}")).text)
        assert f"{ELSEWHERE.name},32," not in text, "35 of the department, so that three would be left"
    few = await visitor.get(f"/satisfaction?item={ELSEWHERE.item}")
    assert "暂不公布" in few.text


@pytest.mark.article("17.statistics")
async def test_a_part_is_not_cut_by_months(figured: Town) -> None:
    """Two in November and six in September, of ten and six: what is left of a month would be another's."""
    await count(figured.services, at(OTHER, ELSEWHERE.item), level_5=3)
    for part in (f"department={USCC}", f"item={ITEM}", f"hall={HALL.code}", "channel=h5"):
        text = (await figured.browser().get(f"/satisfaction.csv?{part}")).text
        assert "\n月份" not in text


async def test_each_part_leads_to_its_own_page(figured: Town) -> None:
    await count(figured.services, at(OTHER, ELSEWHERE.item), level_5=3)
    visitor = figured.browser()
    item = words((await visitor.get(f"/satisfaction?item={ITEM}")).text)
    assert "70.0% 10 条评价" in item
    whole = (await visitor.get("/satisfaction")).text
    assert all(re.search(f"<h2[^>]*>{divided}<", whole) for divided in ("部门", "事项"))
    department = words((await visitor.get(f"/satisfaction?department={USCC}")).text)
    assert "81.2% 16 条评价" in department
    assert f"/satisfaction?item={SECOND}" in (await visitor.get(f"/satisfaction?department={USCC}")).text
    assert "100.0% 6 条评价" in words((await visitor.get("/satisfaction?channel=chat")).text)
    assert "10 条评价" in words((await visitor.get(f"/satisfaction?hall={HALL.code}")).text)
    assert "81.8% 11 条评价" in words((await visitor.get("/satisfaction?hall=none")).text)


@pytest.mark.article("17.statistics")
async def test_a_day_is_shown_when_it_is_over(figured: Town) -> None:
    """Who handles cases cannot watch the page to see which person just reviewed."""
    today = local_date(figured.clock.now())
    await count(figured.services, at(USCC, ITEM, HALL.code, day=today), level_1=1)
    await count(figured.services, at(USCC, ITEM, HALL.code, "", day=today), finished=1, reviewed=1)
    page = words((await figured.browser().get("/satisfaction")).text)
    assert "18 条评价" in page
    assert f"{today - timedelta(days=1)} 的评价" in page


async def test_guides_are_shown_apart(figured: Town) -> None:
    page = words((await figured.browser().get("/satisfaction?of=guide")).text)
    assert "100.0% 5 条评价" in page
    assert "参评率 " not in page.split("怎么算的")[0]


@pytest.mark.parametrize("query", ["item=0000000", "department=x", "hall=nowhere", "channel=pigeon"])
async def test_what_there_is_not_is_not_found(figured: Town, query: str) -> None:
    assert (await figured.browser().get(f"/satisfaction?{query}")).status == 404


async def test_an_unknown_kind_is_refused(figured: Town) -> None:
    assert (await figured.browser().get("/satisfaction?of=people")).status == 400


async def test_nothing_to_show_says_so(town: Town) -> None:
    page = await town.browser().get("/satisfaction")
    assert "为保护评价人，暂不公布" in page.text
    assert "<svg" not in page.text.split("<main")[1]


async def test_the_table_has_what_the_page_shows(figured: Town) -> None:
    answer = await figured.browser().get("/satisfaction.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    lines = list(csv.reader(StringIO(answer.text.removeprefix("\ufeff"))))
    assert lines[0][:4] == ["类别", "名称", "评价", "满意度"]
    assert lines[1][:4] == ["合计", "", "18", "72.2%"]
    assert ["月份", "2026-11", "12", "58.3%"] in [line[:4] for line in lines]
    assert not any(line[2] == "2" for line in lines), "nobody's two"
    empty = await figured.browser().get(f"/satisfaction.csv?department={OTHER}")
    assert len(empty.text.splitlines()) == 1


async def test_it_is_said_in_english(figured: Town) -> None:
    page = await figured.browser().get("/satisfaction", Accept_Language="en")
    assert '<html lang="en"' in page.text
    main = page.text.split("<main")[1].split("</main")[0]
    assert "Satisfaction" in main
    for word in ("满意度", "评价", "部门", "其他"):
        assert word not in main
    table = await figured.browser().get("/satisfaction.csv", Accept_Language="en")
    assert not re.search(r"[\u4e00-\u9fff]", "\n".join(table.text.splitlines()[:3]))
