"""The link of a short message: one review, without signing in (article 17)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models.appointments import Matter
from models.places import slots
from models.schedule import Due
from models.voices import Invitation
from models.voices.platforms import SMS, platform
from tests.house.applying import ITEM, concluded
from tests.house.guides import plain_guide, rich_guide
from tests.house.places import MORNING, with_windows
from tests.house.town import Town


async def link_to(town: Town) -> tuple[str, str]:
    """Of an application that was concluded: its path, and the link."""
    path = await concluded(town, await town.citizen())
    key = path.rpartition("/")[2]
    due = Due("plan:application.ask_review", "application.ask_review", key, town.clock.now(), 1, "lease")
    assert await town.stores.asking.ask(due, town.by())
    return path, f"/r/{town.stores.invitations.token(f'application:{key}')}"


@pytest.mark.article("17.asked")
async def test_who_is_signed_in_nowhere_gives_that_one_review(town: Town) -> None:
    path, link = await link_to(town)
    key, visitor = path.rpartition("/")[2], town.browser()
    found = await town.stores.applications.get(key)
    for _ in range(3):  # what looks at links beforehand
        page = await visitor.get(link)
        assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert found["item_name"] in page.text
    for secret in (found["serial"], key, found["masked_name"], found["applicant"], "王小明", "1380"):
        assert str(secret) not in page.text
    refused = await visitor.post(link, {"level": "1", "words": " "})
    assert (refused.status, "请同时说明原因" in refused.text) == (422, True)
    assert (await visitor.post(link, {})).status == 400
    given = await visitor.post(link, {"level": "2", "tags": "214", "words": "等得久"})
    assert (given.status, given.location) == (303, link)
    assert "这个链接只能用一次" in (await visitor.get(link)).text
    again = await visitor.post(link, {"level": "5"})
    assert (again.status, "这个链接只能用一次" in again.text) == (409, True)
    review = await town.stores.reviews.get(f"application:{key}")
    assert (review["level"], review["words"], review["channel"]) == (2, "等得久", "web")
    assert review["invitation"] is Invitation.SMS
    assert platform(review["channel"], review["invitation"]) == SMS


@pytest.mark.article("17.asked")
async def test_who_reviewed_one_matter_of_a_visit_is_led_to_the_next(town: Town) -> None:
    stores, party = town.stores, await town.applicant()
    guides = [plain_guide(number, name=f"事项{number}") for number in range(71, 73)]
    await town.furnish(*guides, hall=with_windows(2, MORNING))
    hall = await stores.halls.get("district")
    free = await stores.appointments.days_left(hall, "general", stores.calendar, town.by())
    first = slots(hall, "general", max(free), stores.calendar)[:2]
    matters = [Matter(guide, slot.start) for guide, slot in zip(guides, first, strict=True)]
    visit = await stores.several.book(party, matters, hall, stores.calendar, town.by())
    for one in visit:
        await town.served(one)
    what = "appointment.ask_review"
    due = Due(f"plan:{what}", what, visit[0]["_id"], first[1].end, 1, "lease")
    assert await stores.asking.ask(due, replace(town.by(), at=first[1].end + timedelta(hours=1)))
    link, other = (f"/r/{stores.invitations.token('appointment:' + each['_id'])}" for each in visit)
    visitor = town.browser()
    assert (await visitor.post(link, {"level": "5"})).location == link
    thanks = await visitor.get(link)
    assert (f'href="{other}"' in thanks.text, "事项72" in thanks.text) == (True, True)
    assert (await visitor.post(other, {"level": "5"})).status == 303
    assert "评价下一个事项" not in (await visitor.get(other)).text


async def test_a_link_that_there_is_not(town: Town) -> None:
    page = await town.browser().get(f"/r/{'0' * 32}")
    assert (page.status, "评价链接有误" in page.text) == (404, True)


async def test_who_is_asked_in_wechat_comes_to_the_form(town: Town) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    matter = f"application:{path.rpartition('/')[2]}"
    assert (await citizen.get(f"/reviews/{matter}")).location == f"{path}/review"
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 303
    assert (await citizen.get(f"/reviews/{matter}")).status == 200


@pytest.mark.article("17.review")
async def test_a_stranger_is_not_told_whether_a_case_was_reviewed(town: Town) -> None:
    """Who handled it knows its address, and may ask here with a WeChat of their own."""
    citizen, stranger = await town.citizen(), await town.citizen("李小红")
    path = await concluded(town, citizen)
    matter = f"application:{path.rpartition('/')[2]}"
    verbs = ("again", "wish", "rate", "word")

    async def told() -> list[tuple[int, str]]:
        pages = [await stranger.get(f"/reviews/{matter}"), await stranger.get(f"{path}/review")]
        pages += [await stranger.post(f"/reviews/{matter}/{verb}", {"level": "5"}) for verb in verbs]
        return [(page.status, page.location) for page in pages]

    before = await told()
    assert (await citizen.post(f"{path}/review", {"level": "5"})).status == 303
    assert await told() == before


@pytest.mark.parametrize("kind", ["application", "guide"])
async def test_ones_own_review_is_shown_in_english_too(town: Town, kind: str) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen)
    about = path if kind == "application" else f"/guides/{ITEM}"
    assert (await citizen.post(f"{about}/review", {"level": "5"})).status == 303
    found = await town.stores.applications.get(path.rpartition("/")[2])
    guide = f"guide:{found['guide'].replace('@', ':')}:{found['applicant']}"
    matter = guide if kind == "guide" else f"application:{found['_id']}"
    citizen.cookies["language"] = "en"
    page = await citizen.get(f"/reviews/{matter}")
    assert (page.status, rich_guide().name_en in page.text) == (200, True)
