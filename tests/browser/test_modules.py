"""The browser's modules, each by itself in one page."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect

from tests.browser.test_citizen_pages import phone_of
from tests.house.applying import concluded
from tests.house.town import Town

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
async def page(town: Town, chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context()
    page = await context.new_page()
    await page.goto(town.url)
    yield page
    await context.close()


async def test_post_sends_the_forms_token(page: Page) -> None:
    token = await page.input_value(".top__tools [name=_xsrf]")
    async with page.expect_request("**/nowhere") as sent:
        status = await page.evaluate("""async () => {
            const { fields, post } = await import("/static/shared/post.js");
            return (await post("/nowhere", fields(document.querySelector(".top__tools")))).status;
        }""")
    request = await sent.value
    assert status == 404  # not 403: the token was taken
    assert request.headers["x-requested-with"] == "fetch"
    assert token in str(request.post_data).replace("%7C", "|")


async def test_live_region_says_what_is_good_and_what_is_bad(page: Page) -> None:
    said = await page.evaluate("""async () => {
        const { speaker } = await import("/static/shared/live.js");
        const region = document.createElement("p");
        const say = speaker(region);
        const shown = () => [region.textContent, region.className];
        return [["没有网络", true], ["已保存"], [""]].map((words) => { say(...words); return shown(); });
    }""")
    assert said == [["没有网络", "bad"], ["已保存", ""], ["", ""]]


@pytest.mark.parametrize(
    ("sizes", "largest", "large"), [([], "3", False), ([3], "3", False), ([1, 4], "3", True)]
)
async def test_file_beyond_the_largest_is_too_large(
    page: Page, sizes: list[int], largest: str, large: bool
) -> None:
    found = await page.evaluate(
        """async ([sizes, largest]) => (await import("/static/shared/files.js"))
            .tooLarge(sizes.map((size) => ({ size })), largest)""",
        [sizes, largest],
    )
    assert found is large


async def test_only_the_reasons_of_the_chosen_level_are_offered(town: Town, chromium: Chromium) -> None:
    citizen = await town.citizen()
    done = await concluded(town, citizen)
    phone = await phone_of(town, chromium, citizen, "chinese")
    reasons = phone.page.locator("[data-level]:visible")
    await phone.page.goto(f"{town.url}{done}/review")
    await expect(reasons).to_have_count(0)
    for level in ("2", "5"):
        await phone.page.locator(f".face_{level}").click()
        await expect(reasons).to_have_count(1)
        assert await reasons.get_attribute("data-level") == level
    assert await phone.page.locator("[data-level='2'] input").first.is_disabled()
    assert phone.faults == []
    await phone.context.close()
