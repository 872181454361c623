"""Reviews and the replies to them, as anybody's client reads them (article 17)."""

import pytest

from models.voices.stages import STEPS
from tests.house.api import Service
from tests.house.reviewed import POSTS, bad_review, due


@pytest.mark.article("17.rectification")
async def test_replies_are_for_everybody_page_by_page(api: Service) -> None:
    member, reviews = await api.member("rectifier", POSTS["rectifier"]), []
    for _ in range(3):
        reviews.append(await bad_review(api, await api.applicant()))
        await api.stores.rectifying.open(due(reviews[-1]), api.by())
        for verb in STEPS:
            by = api.by_staff("rectifier")
            await api.stores.rectifying.take(reviews[-1]["ref"], verb, member, f"{verb}：已改", by)
    item = reviews[0]["item"]
    first = (await api.client().get(f"/replies?item={item}&limit=2")).json
    rest = (await api.client().get(f"/replies?item={item}&limit=2&after={first['next']}")).json
    assert (len(first["reviews"]), len(rest["reviews"]), rest["next"]) == (2, 1, None)
    [one] = rest["reviews"]
    assert one["opinions"][0]["tags"] == {"108": "要求了指南上没有的条件"}
    assert [reply["words"] for reply in one["replies"]] == ["close：已改"]
    assert one.keys() == {
        *("day", "item", "item_name", "department", "opinions", "replies", "set_aside"),
    }
    assert (await api.client().get("/replies?kind=guide")).json == {"reviews": [], "next": None}
    assert (await api.client().get("/replies?after=x")).code == "page_unknown"
