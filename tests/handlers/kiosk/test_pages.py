"""The kiosk's pages (article 23; 20.5 and 20.7; 13): all is found without signing in, and nothing stays."""

import re
from datetime import date, timedelta
from html import unescape
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image
from pymongo.errors import AutoReconnect

from models.applications.serials import new_serial
from tests.handlers.kiosk.addresses import PAGES
from tests.house.applying import concluded, serial_of, submitted
from tests.house.browser import Browser
from tests.house.guides import DEPARTMENT, USCC, plain_guide, rich_guide
from tests.house.kiosks import STANDS, STAYS, WHERE, at_kiosk
from tests.house.places import HALL
from tests.house.town import Town

ITEM = rich_guide().item
WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
PRINTED = USCC + "0000000000077"
ABROAD = USCC + "0000000000078"


async def kiosk(town: Town, language: str = "zh_CN") -> Browser:
    browser = await at_kiosk(town)
    await browser.get("/kiosk")
    if language != "zh_CN":
        await browser.post("/kiosk/settings", {"language": language, "next": "/kiosk"})
    return browser


def links(page: str, *beginnings: str) -> list[str]:
    return [one for one in map(unescape, re.findall(r'href="([^"]+)"', page)) if one.startswith(beginnings)]


@pytest.mark.article("20.5")
@pytest.mark.parametrize("page", PAGES)
async def test_every_page_shows_the_help_phone(town: Town, page: str) -> None:
    shown = await (await kiosk(town)).get(f"/kiosk{page}", Accept_Language="en-US")
    assert shown.status == 200
    assert "020-12345" in shown.text
    assert 'lang="zh-CN"' in shown.text  # the browser is the kiosk's: its own language says nothing
    assert "default-src 'none'" in shown.headers["Content-Security-Policy"]
    assert "form-action 'self';" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"] == "no-store"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", shown.text)


@pytest.mark.article("23.4")
async def test_guide_is_found_by_name_pinyin_and_topic(town: Town) -> None:
    browser = await kiosk(town)
    for query in ("q=居住证", "q=JZZ", "q=juzhuzheng", "topic=户籍"):
        found = links((await browser.get(f"/kiosk/guides?{query}")).text, f"/kiosk/guides/{ITEM}")
        assert len(found) == 1, query
    assert links((await browser.get("/kiosk/guides?topic=社保")).text, f"/kiosk/guides/{ITEM}") == []
    long = (await browser.get(f"/kiosk/guides?q={'居' * 50}&topic={'户' * 50}")).text
    assert ("居" * 40 in long, "居" * 41 in long) == (True, False)
    back = (await browser.get(f"/kiosk/guides/{ITEM}?topic={'户' * 50}")).text
    assert f"topic={quote('户' * 40)}#" in back, "what is sought is no longer than its field"
    nothing = await browser.get("/kiosk/guides?q=zzzz")
    assert nothing.status == 200
    assert "没有找到" in nothing.text
    assert 'value="zzzz"' in nothing.text


@pytest.mark.article("23.4")
@pytest.mark.parametrize(
    "query", ["", "?q=%E5%B1%85%E4%BD%8F%E8%AF%81", "?topic=%E6%88%B7%E7%B1%8D", "?q=%22%3Cb%3E%26"]
)
async def test_guide_leads_back_to_where_it_was_found(town: Town, query: str) -> None:
    """With the words that were looked for, and to its own place in the list."""
    browser = await kiosk(town)
    for path in links((await browser.get(f"/kiosk/guides{query}")).text, "/kiosk/guides/") or [
        f"/kiosk/guides/{ITEM}{query}"
    ]:
        [back] = links((await browser.get(path)).text, "/kiosk/guides?", "/kiosk/guides#")
        assert back == f"/kiosk/guides{query}#{ITEM}"
    results = (await browser.get(f"/kiosk/guides{query}")).text
    if "没有找到" not in results:
        assert f'id="{ITEM}"' in results


@pytest.mark.article("20.3", "23.4")
async def test_guide_says_what_article_23_4_asks_for(town: Town) -> None:
    page = (await (await kiosk(town)).get(f"/kiosk/guides/{ITEM}")).text
    requirements = ("在番禺区居住满半年", "持有有效的广东省居住证", "10 个工作日", "不收费", "粤发改价格")
    process = ("网上办理", "窗口办理", "网上申请 → 办结", "受理")
    materials = ("居住证原件照片", "原件的照片或扫描件", "租赁合同", "非必要", "1 份")
    for text in (*requirements, *process, *materials, HALL.address, "居住证签注凭证", "居住证暂行条例"):
        assert text in page, text
    assert "可以网上办理" in page


async def test_a_guide_begins_with_what_people_ask_first(town: Town) -> None:
    """As on the phone: who may, what to bring, how, how long, where; the law and its numbers come last."""
    page = (await (await kiosk(town)).get(f"/kiosk/guides/{ITEM}")).text.split('class="next"')[1]
    assert re.findall(r"<h2>([^<]+)<", page)[1:] == [
        *("谁可以办", "要准备什么", "怎么办", "多久办好，收多少钱", "到哪里办", "咨询和投诉", "法律依据")
    ]


@pytest.mark.article("23.elsewhere")
async def test_what_is_not_self_service_names_another_way(town: Town) -> None:
    guide = plain_guide(item=PRINTED, name="房屋租赁备案", handling="form_generation", visits=1)
    await town.publish(guide)
    page = (await (await kiosk(town)).get(f"/kiosk/guides/{PRINTED}")).text
    assert "不能全程自助办理" in page
    assert "到窗口提交" in page
    assert HALL.address in page


@pytest.mark.article("12.3", "23.elsewhere")
async def test_what_is_signed_at_a_window_is_not_called_done_online(town: Town) -> None:
    guide = plain_guide(601, handling="pre_acceptance", visits=1)
    await town.publish(guide)
    page = (await (await kiosk(town)).get(f"/kiosk/guides/{guide.item}")).text
    assert "可以网上办理" not in page
    assert "在手机上填表、上传材料，审批通过后按通知到窗口签字盖章" in page


@pytest.mark.article("23.3")
async def test_phone_goes_on_from_a_qr(town: Town) -> None:
    browser = await kiosk(town)
    for picture in (f"/kiosk/guides/{ITEM}/code.png", "/kiosk/phone/code.png"):
        code = await browser.get(picture)
        assert code.headers["Content-Type"] == "image/png"
        assert Image.open(BytesIO(code.content)).width > 200
        assert picture in (await browser.get(picture.removesuffix("/code.png"))).text
    assert (await browser.get(f"/kiosk/guides/{USCC}9999999999999/code.png")).status == 404


@pytest.mark.article("13.serial", "23.6")
async def test_progress_by_serial_number(town: Town) -> None:
    citizen = await town.citizen("王小明")
    serial = await serial_of(town, await submitted(citizen))
    browser = await kiosk(town)
    found = await browser.post("/kiosk/progress", {"serial": f" {serial.lower()[:8]} {serial.lower()[8:]}"})
    for text in ("已提交，待受理", "王**", "居住证签注", "已提交申请"):
        assert text in found.text, text
    assert "王小明" not in found.text
    assert "13800138000" not in found.text
    done = await serial_of(town, await concluded(town, await town.citizen()))
    assert "同意办理" in (await browser.post("/kiosk/progress", {"serial": done})).text


@pytest.mark.article("13.serial")
async def test_progress_takes_the_receipts_own_code(town: Town) -> None:
    """A scanner types what the QR says: the receipt's address, in the keyboard's case and width."""
    serial = await serial_of(town, await submitted(await town.citizen()))
    browser = await kiosk(town)
    address = f"{town.services.site.base_url}/verify/{serial}"
    for typed in (address, address.upper(), address.translate(WIDE)):
        found = await browser.post("/kiosk/progress", {"serial": typed})
        assert "已提交，待受理" in found.text, typed
    foreign = await browser.post("/kiosk/progress", {"serial": f"https://evil.example/verify/{serial}"})
    assert foreign.status == 400
    assert "不是申请回执上的二维码" in foreign.text
    assert "已提交，待受理" not in foreign.text
    length = re.search(r'<input id="serial"[^>]*maxlength="(\d+)"', foreign.text)
    assert length
    assert int(length[1]) >= 2 * len(address)


async def test_wrong_serial_keeps_what_was_typed(town: Town) -> None:
    browser = await kiosk(town)
    wrong = await browser.post("/kiosk/progress", {"serial": "2026112400"})
    assert wrong.status == 400
    assert 'value="2026112400"' in wrong.text
    assert "请核对回执后重新输入" in wrong.text
    unknown = await browser.post("/kiosk/progress", {"serial": "20260105QC8T7TMRZX6"})
    assert unknown.status in (400, 404)
    assert 'role="alert"' in unknown.text
    missing = await browser.post("/kiosk/progress", {"serial": new_serial(date(2026, 1, 5))})
    assert (missing.status, 'id="serial"' in missing.text) == (404, True)


@pytest.mark.article("20.7")
async def test_notes_on_serving_oneself(town: Town) -> None:
    page = (await (await kiosk(town)).get("/kiosk/notes")).text
    for text in ("备齐所需证件和材料", "带好", "自动结束并清除内容", "出现故障", "谨防诈骗", "老年人"):
        assert text in page, text


@pytest.mark.article("20.7")
@pytest.mark.parametrize("page", PAGES)
async def test_pages_speak_only_of_what_the_kiosk_offers(town: Town, page: str) -> None:
    """It takes no card, prints nothing, opens no menu of WeChat's, and leads to no page but its own."""
    shown = (await (await kiosk(town)).get(f"/kiosk{page}")).text
    for text in ("插卡", "吞卡", "打印件", "菜单", "点击链接"):
        assert text not in shown, text
    led = re.findall(r'(?:href|action)="([^"]+)"', shown)
    assert [one for one in led if not one.startswith(("/kiosk", "/static", "data:"))] == []


async def test_session_ends_by_itself(town: Town) -> None:
    """The script counts; where it cannot run, a refresh leads out."""
    browser = await kiosk(town)
    page = (await browser.get("/kiosk/progress")).text
    assert 'data-idle="60"' in page
    assert re.search(r'<noscript><meta http-equiv="refresh" content="\d+; url=/kiosk/end"></noscript>', page)
    assert "data-home" in (await browser.get("/kiosk")).text
    assert "data-home" not in page


async def test_the_end_wipes_everything(town: Town) -> None:
    browser = await kiosk(town, "en")
    await browser.sign_in("openid-left-at-the-kiosk")
    left = dict(browser.cookies)
    assert {"session", "language"} <= left.keys()
    over = await browser.get("/kiosk/end")
    assert over.location == "/kiosk"
    assert browser.cookies.keys() <= STAYS
    assert "cache" in over.headers["Clear-Site-Data"]
    thief = town.browser()
    thief.cookies = left
    assert (await thief.get("/me")).location.startswith("/sign-in")
    assert 'lang="zh-CN"' in (await browser.get("/kiosk")).text


async def test_nothing_of_the_last_session_can_be_sent_again(town: Town) -> None:
    """Going back to a result sends its form again; the token it was sent with is gone."""
    citizen = await town.citizen()
    serial = await serial_of(town, await submitted(citizen))
    browser = await kiosk(town)
    before = await browser.token()
    assert serial in (await browser.post("/kiosk/progress", {"serial": serial})).text
    await browser.get("/kiosk/end")
    await browser.get("/kiosk")
    again = await browser.post("/kiosk/progress", {"serial": serial, "_xsrf": before})
    assert (again.status, again.location) == (303, "/kiosk/end")


@pytest.mark.parametrize("where", ["same-origin", "none", ""])
async def test_the_end_is_the_kiosks_own(town: Town, where: str) -> None:
    browser = await kiosk(town, "en")
    await browser.sign_in("openid-at-the-end")
    await browser.get("/kiosk/end", **({"Sec_Fetch_Site": where} if where else {}))
    assert browser.cookies.keys() <= STAYS


@pytest.mark.parametrize("where", ["cross-site", "same-site"])
async def test_link_on_another_site_ends_nothing(town: Town, where: str) -> None:
    citizen = await town.citizen()
    before = dict(citizen.cookies)
    led = await citizen.get("/kiosk/end", Sec_Fetch_Site=where)
    assert led.location == "/kiosk"
    assert "Clear-Site-Data" not in led.headers
    assert citizen.cookies == before
    assert (await citizen.get("/me")).status == 200


async def test_unknown_page_stays_in_the_kiosk(town: Town) -> None:
    lost = await (await kiosk(town)).get("/kiosk/nowhere/at/all")
    assert lost.status == 404
    for text in ("没有找到您要的页面", 'data-idle="60"', "020-12345", 'href="/kiosk"', "kiosk/idle.js"):
        assert text in lost.text, text


async def test_kiosk_keeps_no_cookie_of_anybody(town: Town) -> None:
    citizen = await town.citizen()
    serial = await serial_of(town, await submitted(citizen))
    browser = await kiosk(town)
    for page in PAGES:
        await browser.get(f"/kiosk{page}")
    await browser.post("/kiosk/progress", {"serial": serial})
    assert browser.cookies.keys() == {
        "_xsrf",
        "pairing",
        *STAYS,
    }  # the last of a screen's secret, of nobody yet
    await browser.post("/kiosk/settings", {"language": "en", "next": "/kiosk"})
    kept = next(line for line in browser.set_cookies if line.startswith("language="))
    assert "expires" not in kept.lower()
    assert "HttpOnly" in kept


async def test_a_language_and_a_size_are_those_that_there_are(town: Town) -> None:
    screen = await kiosk(town)
    await screen.post("/kiosk/settings", {"language": "fr", "elder": "2"})
    assert (screen.cookies["language"], screen.cookies["elder"]) == ("zh_CN", "0")
    await screen.post("/kiosk/settings", {"elder": "1"})
    assert (screen.cookies["language"], screen.cookies["elder"]) == ("zh_CN", "1")


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example", "/admin", "/me"])
async def test_language_stays_in_the_kiosk(town: Town, path: str) -> None:
    answer = await (await kiosk(town)).post("/kiosk/settings", {"language": "en", "next": path})
    assert answer.location == "/kiosk"


async def test_progress_needs_the_token(town: Town) -> None:
    body = b"serial=2026112400"
    answer = await town.browser().send("/kiosk/progress", "POST", body, {})
    assert (answer.status, answer.location) == (303, "/kiosk/end")


async def test_unknown_guide_leads_back(town: Town) -> None:
    page = await (await kiosk(town)).get(f"/kiosk/guides/{USCC}9999999999999")
    assert page.status == 404
    assert 'href="/kiosk"' in page.text
    assert "020-12345" in page.text


async def test_all_pages_in_english(town: Town) -> None:
    browser = await kiosk(town, "en")
    data = {*town_words(), "中文", STANDS, WHERE}
    for page in (*PAGES, "/guides?q=zzzz"):
        text = (await browser.get(f"/kiosk{page}")).text
        for word in sorted(data, key=len, reverse=True):
            text = text.replace(word, "")
        assert not re.findall(r"[\u4e00-\u9fff]+", text), page


async def test_a_guide_in_english_says_what_is_known_in_english(town: Town) -> None:
    named = DEPARTMENT.model_copy(update={"name_en": "Public Security Branch"})
    await town.services.departments.put(named, town.by())
    changed = plain_guide(
        item=ABROAD, materials=[{"code": "id", "name": "申请人有效身份证件", "kinds": ["copy"], "copies": 1}]
    )
    await town.publish(changed)
    page = (await (await kiosk(town, "en")).get(f"/kiosk/guides/{ABROAD}")).text
    await town.services.departments.put(DEPARTMENT, town.by())
    assert "Public Security Branch" in page
    assert "<li>Applicant's valid ID" in unescape(page)
    assert "；" not in page
    assert '<span lang="zh-CN">' in page


def town_words() -> list[str]:
    """What a guide or a hall says in its own words."""
    texts = [rich_guide().model_dump_json(), HALL.model_dump_json(), plain_guide().model_dump_json()]
    said: list[str] = re.findall(r'"([^"]*[\u4e00-\u9fff][^"]*)"', "".join(texts))
    return [*said, "广州市公安局番禺区分局", "房屋租赁备案"]


async def test_later_visitor_sees_nothing(town: Town) -> None:
    """Progress is a page of its own, never cached, never in an address."""
    citizen = await town.citizen()
    serial = await serial_of(town, await submitted(citizen))
    browser = await kiosk(town)
    shown = await browser.post("/kiosk/progress", {"serial": serial})
    assert shown.headers["Cache-Control"] == "no-store"
    town.clock.advance(timedelta(minutes=1))
    assert serial not in (await browser.get("/kiosk/progress")).text
    assert "已提交" not in (await browser.get(f"/kiosk/progress?serial={serial}")).text


async def test_what_the_database_could_not_tell_can_be_asked_again(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cut_off(*_: object, **__: object) -> None:
        raise AutoReconnect("stepped down")

    visitor = await kiosk(town)
    with monkeypatch.context() as away:
        away.setattr(town.services.guides, "published", cut_off)
        page = await visitor.get(f"/kiosk/guides/{ITEM}")
    assert page.status == 503
    assert f'href="/kiosk/guides/{ITEM}">再试一次' in page.text
