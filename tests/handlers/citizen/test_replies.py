"""公开回复 as everybody reads them, by page and by the API (article 17)."""

import pytest

from models.voices.stages import STEPS
from tests.house.applying import ITEM, concluded
from tests.house.reviewed import POSTS, due
from tests.house.town import Town


@pytest.mark.article("17.rectification", "17.contact")
async def test_anybody_reads_the_reply_from_the_guide_on(town: Town) -> None:
    citizen = await town.citizen("欧阳小明")
    path = await concluded(town, citizen)
    said = {"level": "1", "tags": "108", "words": "要的材料清单上没有"}
    assert (await citizen.post(f"{path}/review", said)).status == 303
    review = await town.stores.reviews.get(f"application:{path.rpartition('/')[2]}")
    await town.stores.rectifying.open(due(review), town.by())
    member = await town.member("rectifier", POSTS["rectifier"])
    anybody = town.browser()
    assert f'href="/replies?item={ITEM}"' in (await anybody.get(f"/guides/{ITEM}")).text
    assert "还没有公开回复" in (await anybody.get(f"/replies?item={ITEM}")).text
    for verb in STEPS:
        by = town.by_staff("rectifier")
        await town.stores.rectifying.take(review["ref"], verb, member, f"{verb}：不再要求", by)
    for address in ("/replies", f"/replies?item={ITEM}"):
        page = (await anybody.get(address)).text
        for words in ("非常不满意", "要的材料清单上没有", "要求了指南上没有的条件", "close：不再要求"):
            assert words in page
        for secret in (review["applicant"], review["_id"], review["ref"], "欧阳", "contact：", "call_back："):
            assert secret not in page
    anybody.cookies["language"] = "en"
    assert "Endorsement of the residence permit" in (await anybody.get("/replies")).text
    anybody.cookies["language"] = "zh_CN"
    assert "还没有公开回复" in (await anybody.get("/replies?kind=guide")).text
    assert (await anybody.get("/replies?kind=nobody")).status == 400
    assert (await anybody.get(f"/replies?item={'9' * 31}")).status == 404
