"""The search on the pages of citizens and kiosks: our own, what others do, and what to do without a hit."""

from urllib.parse import quote

import pytest

from tests.house.guides import CARD
from tests.house.town import Town

PAGES = ("/guides?q=", "/appointments/new?q=", "/kiosk/guides?q=")


@pytest.mark.parametrize("page", PAGES)
async def test_what_others_do_is_told_and_not_applied_for(town: Town, page: str) -> None:
    await town.refer(CARD)
    shown = (await (await town.citizen()).get(page + quote("办社保卡"))).text
    for said in ("不在这里办", CARD.name, CARD.who, CARD.where, CARD.phone):
        assert said in shown, said
    assert f"/guides/{CARD.code}" not in shown
    assert "applications/new" not in shown
    assert "item=" not in shown


@pytest.mark.parametrize("page", PAGES)
async def test_what_is_only_near_is_asked_about(town: Town, page: str) -> None:
    citizen = await town.citizen()
    near, exact = [(await citizen.get(page + quote(typed))).text for typed in ("居注证", "办居住证")]
    assert "居住证签注" in near
    assert "居住证签注" in exact
    assert "您要找的是不是" in near
    assert "您要找的是不是" not in exact


@pytest.mark.parametrize("page", PAGES)
async def test_without_a_hit_hotline_and_topics_lead_on(town: Town, page: str) -> None:
    shown = (await (await town.citizen()).get(page + quote("火箭发射"))).text
    assert "没有找到" in shown
    assert "12345" in shown
    assert f'{quote("户籍")}"' in shown


async def test_on_an_english_page_a_referral_is_in_english(town: Town) -> None:
    await town.refer(CARD)
    page = await town.browser().get("/guides?q=social+security+card", Accept_Language="en")
    assert "Social Security Card" in page.text
    assert "Not done here" in page.text
