"""What is refused is refused with the way on: to the application that there is, to the role it is for."""

import pytest

from models.people import ApplicantKind
from tests.files import photo
from tests.house.applying import ITEM, draft, submitted
from tests.house.browser import Browser, Fields
from tests.house.guides import USCC, rich_guide
from tests.house.people import BOSS, new_phone
from tests.house.places import HALL
from tests.house.town import Town

ENTERPRISES = f"{USCC}{71:013}"


@pytest.mark.article("10.twice")
async def test_the_second_application_leads_to_the_first(town: Town) -> None:
    citizen = await town.citizen()
    item = f"{USCC}{70:013}"
    await town.publish(rich_guide(item=item))
    waiting = await draft(citizen, item=item)
    await citizen.upload(f"{waiting}/materials/permit", "permit.jpg", photo())
    await town.publish(rich_guide(item=item, version=2))
    first = await submitted(citizen, item=item)
    begun = await citizen.get(f"/applications/new?item={item}")
    assert f'href="{first}"' in begun.text
    assert "开始填写" not in begun.text
    refused = await citizen.post("/applications", {"item": item})
    assert (refused.status, f'href="{first}"' in refused.text) == (409, True)
    confirmed: Fields = {"how": "window", "hall": HALL.code, "promise": "yes"}
    refused = await citizen.post(f"{waiting}/confirm", confirmed)
    assert (refused.status, f'href="{first}"' in refused.text) == (409, True)
    assert 'value="yes" required checked' in refused.text  # nothing of the form is lost
    await citizen.post(f"{first}/withdraw")
    assert "开始填写" in (await citizen.get(f"/applications/new?item={item}")).text


async def test_of_an_item_for_several_another_can_be_begun(town: Town) -> None:
    citizen, item = await town.citizen(), f"{USCC}{72:013}"
    await town.publish(rich_guide(item=item, several=True))
    first = await submitted(citizen, item=item)
    page = (await citizen.get(f"/applications/new?item={item}")).text
    assert f'href="{first}"' in page
    assert "要为另一处" in page
    assert "开始填写" in page
    assert await submitted(citizen, item=item) != first


async def boss_of_a_body(town: Town) -> tuple[Browser, str]:
    boss = town.browser()
    await boss.sign_in("openid-boss")
    await boss.bind(*BOSS, new_phone())
    body = await town.body(BOSS[1])
    person = await town.services.applicants.find_by_number_index(body["representative"])
    assert person
    await town.services.agencies.request(person, body, town.by())
    return boss, body["_id"]


@pytest.mark.article("10.guide", "7.agent")
async def test_the_wrong_role_is_one_tap_from_the_right_one(town: Town) -> None:
    await town.publish(rich_guide(item=ENTERPRISES, audience=[ApplicantKind.ENTERPRISE]))
    start, stranger = f"/applications/new?item={ENTERPRISES}", await town.citizen()
    refused = await stranger.get(start)
    assert (refused.status, 'href="/enterprises"' in refused.text) == (422, True)
    assert "绑定单位" in refused.text
    boss, body = await boss_of_a_body(town)
    for page in (start, f"/appointments/new?item={ENTERPRISES}"):
        await boss.post("/acting", {"body": ""})
        refused = await boss.get(page)
        assert refused.status == 422
        assert "为番禺味美食品有限公司办理" in refused.text
        assert refused.hidden("next").replace("&amp;", "&") == page
        switched = await boss.post("/acting", {"body": body, "next": page})
        assert (switched.status, switched.location) == (303, page)
        assert (await boss.get(page)).status == 200
    back = await boss.get(f"/applications/new?item={ITEM}")
    assert (back.status, "为本人办理" in back.text) == (422, True)
    assert 'name="body" value=""' in back.text


async def test_the_switch_leads_nowhere_else(town: Town) -> None:
    citizen = await town.citizen()
    assert (await citizen.post("/acting", {"next": "//evil.example"})).location == "/"
    assert (await citizen.post("/acting")).location == "/me"
