"""Numbers on forms and on the page to confirm: in part, and whole when one asks to see them (article 7)."""

import re

import pytest

from tests.house.applying import draft
from tests.house.browser import Fields
from tests.house.guides import rich_guide
from tests.house.people import new_number, new_phone
from tests.house.town import Town

SPOUSE = new_number("19880808")
PHONE = "13912345678"
QUESTIONS = [
    {"name": "own", "label": "证件号码", "kind": "credential", "prefill": "credential_number"},
    {"name": "spouse", "label": "配偶身份证号", "kind": "credential"},
    {"name": "contact", "label": "联系电话", "kind": "phone"},
    {"name": "account", "label": "银行账号", "kind": "reference"},
    {"name": "landline", "label": "固定电话", "kind": "phone", "required": False},
]
GUIDE = rich_guide(
    item=f"{rich_guide().department}{77:013}", form={"sections": [{"title": "家庭", "questions": QUESTIONS}]}
)
ACCOUNT = "6222021234567890"
FILLED: Fields = {"spouse": SPOUSE, "contact": PHONE, "account": ACCOUNT}
PLACE: Fields = {"how": "window", "hall": "district", "promise": "yes"}
LOOK = re.compile(r'<details class="look">.*?</details>', re.S)


def in_sight(page: str) -> str:
    """What the page shows before anything is pressed; hidden fields are seen by nobody."""
    page = LOOK.sub(lambda found: found[0].split("</summary>")[0], page)
    return re.sub(r'<input type="hidden"[^>]*>', "", page)


@pytest.mark.article("7.sealed")
@pytest.mark.parametrize("page", ["form", "confirm"])
async def test_numbers_are_shown_in_part_and_whole_on_demand(town: Town, page: str) -> None:
    await town.publish(GUIDE)
    citizen = town.browser()
    own = new_number()
    await citizen.sign_in(f"openid-masked-{page}")
    assert (await citizen.bind("何晓彤", own, new_phone())).status == 303
    path = await draft(citizen, FILLED, GUIDE.item)
    shown = (await citizen.get(f"{path}/{page}")).text
    assert own not in shown
    for number, part in (
        (SPOUSE, f"{SPOUSE[:4]}**********{SPOUSE[-4:]}"),
        (PHONE, "139****5678"),
        (ACCOUNT, "6222********7890"),
    ):
        assert part in in_sight(shown)
        assert number not in in_sight(shown)
        assert sum(number in look for look in LOOK.findall(shown)) == 1


async def test_what_is_wrong_or_empty_lies_open(town: Town) -> None:
    await town.publish(GUIDE)
    citizen = await town.citizen()
    path = await draft(citizen, FILLED, GUIDE.item)
    page = (await citizen.post(f"{path}/form", {**FILLED, "contact": "13912345"})).text
    assert 'value="13912345"' in in_sight(page)
    assert SPOUSE in page
    assert SPOUSE not in in_sight(page)
    assert 'name="landline" value=""' in in_sight(page)


async def test_what_has_changed_is_shown_in_part_too(town: Town) -> None:
    await town.publish(GUIDE)
    citizen = await town.citizen()
    path = await draft(citizen, FILLED, GUIDE.item)
    seen = (await citizen.get(f"{path}/confirm")).hidden("seen").replace("&quot;", '"')
    await citizen.post(f"{path}/form", {**FILLED, "contact": "13812340000"})
    page = await citizen.post(f"{path}/confirm", {**PLACE, "version": "1", "seen": seen})
    assert page.status == 409
    assert "138****0000" in in_sight(page.text)
    assert "139****5678" in in_sight(page.text)
    for number in (PHONE, "13812340000"):
        assert number not in in_sight(page.text)


async def test_two_states_of_a_draft_beside_each_other(town: Town) -> None:
    await town.publish(GUIDE)
    citizen = await town.citizen()
    path = await draft(citizen, FILLED, GUIDE.item)
    page = await citizen.post(f"{path}/form", {**FILLED, "contact": "13812340000", "version": "1"})
    assert "138****0000" in in_sight(page.text)
    assert "139****5678" in in_sight(page.text)
    for number in (PHONE, "13812340000"):
        assert number not in in_sight(page.text)
        assert number in page.text


async def test_binding_shows_again_in_part_what_is_not_at_fault(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-binding-masked")
    number, phone = new_number(), new_phone()
    page = await visitor.bind("何晓彤", number, phone, code="000000")
    assert page.status == 400
    for whole in (number, phone):
        assert f'value="{whole}"' in page.text
        assert whole not in in_sight(page.text)
    wrong = await visitor.bind("何晓彤", number[:-1], phone)
    assert f'value="{number[:-1]}"' in in_sight(wrong.text)
