"""A bad review on the phone: given, disputed, what is done about it, the fix rated (article 17)."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from models.voices.rectifications import Verb
from tests.browser.test_citizen_pages import phone_of
from tests.house.applying import concluded
from tests.house.reviewed import POSTS, due
from tests.house.town import Town

pytestmark = pytest.mark.browser
PICTURES = os.environ.get("REVIEWS_PICTURES", "")


@pytest.mark.article("17.rectification", "17.dispute")
async def test_the_life_of_a_bad_review_on_the_phone(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    phone = await phone_of(town, chromium, citizen, "chinese")
    page = phone.page

    async def look(name: str) -> None:
        await phone.look(name)
        if PICTURES:
            await page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)

    await phone.open(f"{path}/review")
    await page.click("label.face_1")
    await page.check("input[value='108']")
    await page.fill("#words", "等了一天，还要另交材料")
    await page.click("form button.weui-btn_primary")
    matter = f"application:{path.rpartition('/')[2]}"
    review = await town.stores.reviews.get(matter)
    await town.stores.rectifying.open(due(review), town.by())
    await phone.open(f"/reviews/{matter}")
    await look("given")
    supervisor = await town.member("supervisor", POSTS["supervisor"])
    disputes, by = town.stores.disputes, town.by_staff("supervisor")
    await disputes.raise_(review["ref"], supervisor, "本人材料不齐", "窗口收件记录", by)
    management = await town.member("management", POSTS["management"])
    await disputes.ask(review["ref"], management, town.by_staff("management"))
    await phone.open(f"/reviews/{matter}")
    await page.fill("#dispute-word", "清单上没有这一份")
    await look("disputed")
    await page.click("form[action$='/word'] button")
    await page.wait_for_load_state()
    decided = await disputes.decide(
        review["ref"], management, "清单确无此项", town.by_staff("management"), set_aside=False
    )
    assert decided["dispute"]
    assert decided["dispute"]["word"] == "清单上没有这一份"
    officer = await town.member("rectifier", POSTS["rectifier"])
    for verb, words in ((Verb.CONTACT, "已电话联系"), (Verb.FIX, "已不再要求这份材料")):
        await town.stores.rectifying.take(review["ref"], verb, officer, words, town.by_staff("rectifier"))
    await phone.open(f"/reviews/{matter}")
    await page.click("summary:has-text('整改')")
    await look("fixed")
    await page.click("form[action$='/rate'] label.face_4")
    await page.click("form[action$='/rate'] button")
    await page.wait_for_load_state()
    found = await town.stores.rectifications.get(matter)
    assert found["rating"]
    assert found["rating"]["level"] == 4
    await look("rated")
    assert phone.faults == [], "\n".join(phone.faults)
    await phone.context.close()
