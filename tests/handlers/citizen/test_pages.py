"""Home, guides, halls, preferences, and what every page promises."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from tornado.httpclient import AsyncHTTPClient

from handlers.web.base import SECONDS
from handlers.web.protection import form_tokens
from models.guides import Handling
from tests.house.guides import USCC, plain_guide, rich_guide
from tests.house.places import HALL
from tests.house.town import Town

ITEM = rich_guide().item
OPEN_PAGES = ["/", "/guides", f"/guides/{ITEM}", "/halls", "/progress"]


@pytest.mark.parametrize("path", OPEN_PAGES)
async def test_pages_are_safe(town: Town, path: str) -> None:
    page = await town.browser().get(path)
    assert page.status == 200
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["X-Content-Type-Options"] == "nosniff"
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert page.headers["Cache-Control"] == "no-store"
    assert "Server" not in page.headers
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\bsrc=)", page.text)


@pytest.mark.parametrize("path", OPEN_PAGES)
async def test_pages_speak_english(town: Town, path: str) -> None:
    page = await town.browser().get(path, Accept_Language="en-GB,en;q=0.9")
    assert '<html lang="en"' in page.text
    assert "Panyu Smart Government" in page.text
    for word in ("跳到正文", "搜索", "办理部门", "全部", "申请流水号"):
        assert word not in page.text


@pytest.mark.parametrize("asked", [{}, {"Accept_Language": "*"}, {"Accept_Language": "zh-HK,fr;q=0.3"}])
async def test_pages_speak_chinese_unless_asked(town: Town, asked: dict[str, str]) -> None:
    page = await town.browser().get("/", **asked)
    assert '<html lang="zh-CN"' in page.text


@pytest.mark.article("7.first", "24.published")
async def test_reading_needs_no_sign_in(town: Town) -> None:
    visitor = town.browser()
    for path in OPEN_PAGES:
        assert (await visitor.get(path)).status == 200
    assert "session" not in visitor.cookies


@pytest.mark.article("24.contents")
async def test_guide_has_every_field(town: Town) -> None:
    page = (await town.browser().get(f"/guides/{ITEM}")).text
    for text in (
        "居住证签注",
        ITEM,
        "广州市公安局番禺区分局",
        "在番禺区居住满半年",
        "5 个工作日",
        "10 个工作日",
        "20 个工作日",
        "不收费",
        "粤发改价格〔2018〕1号",
        "居住证原件照片",
        "四个角都拍到",
        "网上申请",
        "取号",
        "全流程网办",
        "居住证签注凭证",
        HALL.name,
        HALL.address,
        "窗口：周一至周五 9:00–12:00、13:00–17:00；自助服务区24小时开放",
        "居住证暂行条例",
        "020-84601234",
        "020-12345",
    ):
        assert text in page, text
    assert f"/applications/new?item={ITEM}" in page
    assert f"/appointments/new?item={ITEM}" in page


async def test_a_guide_begins_with_what_people_ask_first(town: Town) -> None:
    """Who may, what to bring, how, how long, where; the law and its numbers come last."""
    page = (await town.browser().get(f"/guides/{ITEM}")).text
    assert re.findall(r'card__title">([^<]+)<', page) == [
        *("谁可以办", "要准备什么", "怎么办", "多久办好，收多少钱", "到哪里办", "咨询和投诉", "法律依据")
    ]
    assert page.index(ITEM, page.index("法律依据")) < page.index("法定时限")


@pytest.mark.parametrize(
    ("handling", "visits", "said"),
    [
        (Handling.FULLY_ONLINE, 0, "在线办理"),
        (Handling.FORM_GENERATION, 1, "网上填表，到场 1 次"),
        (Handling.PRE_ACCEPTANCE, 1, "网上填表，到场 1 次"),
    ],
)
async def test_online_is_said_only_where_nobody_has_to_come(
    town: Town, handling: Handling, visits: int, said: str
) -> None:
    guide = plain_guide(500 + len(handling), handling=handling, visits=visits)
    await town.publish(guide)
    page = (await town.browser().get(f"/guides/{guide.item}")).text
    link = re.search(r'href="/applications/new[^>]*>([^<]*)<', page)
    assert link
    assert link[1] == said


async def test_samples_and_empty_forms_are_pictures_of_ours(town: Town) -> None:
    visitor = town.browser()
    page = (await visitor.get(f"/guides/{ITEM}")).text
    for file in ("certificate.svg", "commitment_blank.svg"):
        [path] = re.findall(rf'"(/static/[^"]*papers/{file}[^"]*)"', page)
        picture = await visitor.get(path)
        assert (picture.status, picture.headers["Content-Type"]) == (200, "image/svg+xml")


async def test_unknown_guide_says_what_to_do(town: Town) -> None:
    page = await town.browser().get(f"/guides/{USCC}0000000009999")
    assert page.status == 404
    assert "没有找到该事项的办事指南" in page.text
    assert 'href="/guides"' in page.text


@pytest.mark.parametrize("words", ["居住证", "juzhu", "jzz", "流动人口"])
async def test_guides_are_found(town: Town, words: str) -> None:
    page = await town.browser().get(f"/guides?{urlencode({'q': words})}")
    assert f"/guides/{ITEM}" in page.text


async def test_filters_and_empty_list(town: Town) -> None:
    visitor = town.browser()
    assert ITEM in (await visitor.get("/guides?audience=person&topic=%E6%88%B7%E7%B1%8D")).text
    empty = await visitor.get("/guides?audience=enterprise")
    assert f"/guides/{ITEM}" not in empty.text
    assert "没有找到符合条件的事项" in empty.text


async def test_search_words_are_shown_harmlessly(town: Town) -> None:
    query = urlencode({"q": '"><script>alert(1)</script>'})
    page = await town.browser().get(f"/guides?{query}")
    assert "<script>alert" not in page.text


async def test_halls_by_kind(town: Town) -> None:
    visitor = town.browser()
    assert HALL.phone in (await visitor.get("/halls?kind=centre")).text
    assert "没有符合条件的网点" in (await visitor.get("/halls?kind=station")).text


async def test_preferences_of_somebody_unknown(town: Town) -> None:
    visitor = town.browser()
    done = await visitor.post("/settings", {"elder": "1", "language": "en", "next": "/guides?q=a"})
    assert (done.status, done.location) == (303, "/guides?q=a")
    page = (await visitor.get("/")).text
    assert '<html lang="en" class="elder"' in page
    assert "HttpOnly" in "".join(visitor.set_cookies)


async def test_large_text_by_one_link(town: Town) -> None:
    """The link that the chat and its menu give."""
    visitor = town.browser()
    assert (await visitor.get("/elder")).location == "/"
    assert 'class="elder"' in (await visitor.get("/guides")).text


async def test_preferences_stay_with_the_account(town: Town) -> None:
    citizen = await town.citizen()
    await citizen.post("/settings", {"elder": "1"})
    session = citizen.cookies["session"]
    elsewhere = town.browser()
    elsewhere.cookies["session"] = session
    assert 'class="elder"' in (await elsewhere.get("/")).text


@pytest.mark.parametrize(
    "to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_preferences_lead_nowhere_else(town: Town, to: str) -> None:
    assert (await town.browser().post("/settings", {"elder": "1", "next": to})).location == "/"


async def test_forms_of_other_sites_are_refused(town: Town) -> None:
    visitor = town.browser()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    page = await visitor.send("/settings", "POST", b"elder=1", form)
    assert page.status == 403
    assert "elder" not in visitor.cookies
    assert "页面已过期" in page.text


async def test_the_request_id_is_ours(town: Town) -> None:
    page = await town.browser().get("/", X_Request_Id="request-of-theirs")
    assert re.fullmatch("[0-9a-f]{32}", page.headers["X-Request-Id"])


async def test_invented_methods_make_no_label(town: Town) -> None:
    await AsyncHTTPClient().fetch(
        town.url, method="INVENTED", raise_error=False, allow_nonstandard_methods=True
    )
    labels = {sample.labels["method"] for metric in SECONDS.collect() for sample in metric.samples}
    assert "GET" in labels
    assert "INVENTED" not in labels


@pytest.mark.parametrize(
    ("base_url", "name"), [("https://p.test", "__Host-_xsrf"), ("http://p.test", "_xsrf")]
)
def test_the_cookie_of_forms_is_of_this_host_alone(town: Town, base_url: str, name: str) -> None:
    settings = form_tokens(replace(town.services.site, base_url=base_url))
    assert settings["xsrf_cookies"] is True
    assert settings["xsrf_cookie_name"] == name
    assert settings["xsrf_cookie_kwargs"]["secure"] == base_url.startswith("https")


async def test_unknown_page(town: Town) -> None:
    page = await town.browser().get("/nowhere")
    assert page.status == 404
    assert "返回首页" in page.text


@pytest.mark.parametrize("path", ["/me", "/applications", "/sign-in", "/admin"])
async def test_no_redirect_is_kept(town: Town, path: str) -> None:
    page = await town.browser().get(path)
    assert page.status == 302
    assert page.headers["Cache-Control"] == "no-store"


async def test_names_of_fields_are_for_programs(town: Town) -> None:
    page = await town.browser().get("/guides?audience=nobody")
    assert page.status == 400
    assert "填写的内容有误或不完整" in page.text
    assert "audience" not in page.text.split("<main")[1]


async def test_what_is_refused_leads_back_to_where_it_was_asked(town: Town) -> None:
    citizen = await town.citizen()
    asked_at = f"{town.url}/me?from=chat"
    refused = await citizen.post("/me/preferences", {"_xsrf": "old"}, Referer=asked_at)
    assert refused.status == 403
    assert 'href="/me?from=chat">返回刚才的页面' in refused.text
    elsewhere = await citizen.post("/me/preferences", {"_xsrf": "old"}, Referer="https://a.example//b")
    assert 'href="/me">返回刚才的页面' in elsewhere.text  # what is nearest above the form's address
    assert "返回刚才的页面" not in (await citizen.post("/sign-out", {"_xsrf": "old"})).text


async def test_a_place_that_is_alone_lists_no_others(town: Town) -> None:
    alone = (await town.browser().get("/halls/district")).text
    assert "图上1号就是这里" in alone
    assert "附近的其他网点" not in alone
