"""What staff find an application by: its parties' whole name, number and phone, and nothing in part."""

from typing import Any

import pytest

from models.applications import SEEN, Holder, Sought, State
from models.applications.queue import SearchUnknown
from models.applications.sought import sought_text
from models.people import Party
from tests.house.desk import Desk
from tests.house.guides import OTHER, form_guide, plain_guide
from tests.house.house import House
from tests.house.people import BOSS, WEIMEI, new_number, new_phone
from tests.house.stores import PRIVACY


async def found(desk: Desk, text: str, member: str = "window") -> list[str]:
    known, now = await desk.known(member), desk.stores.clock()
    page = await desk.stores.queue.page(known, desk.stores.queue.found(text), now, 50)
    return [one["_id"] for one in page.rows]


@pytest.mark.parametrize(
    "text",
    [
        "欧阳若兰",
        " 欧阳 若兰",
        "{number}",
        "身份证号：{number}",
        "{phone}",
        "+86 {phone}",
        "{spaced}",
        "{serial}",
    ],
)
async def test_it_is_found_as_people_type_it(house: House, text: str) -> None:
    number, phone = new_number(), new_phone()
    desk = house.desk(await house.applicant("欧阳若兰", number=number, phone=phone))
    made = await desk.submitted(form_guide())
    spaced = f"{phone[:3]} {phone[3:7]}-{phone[7:]}"
    typed = text.format(number=number, phone=phone, spaced=spaced, serial=made["serial"])
    assert await found(desk, typed) == [made["_id"]]
    assert await found(desk, typed, "approver") == [made["_id"]]
    assert await found(desk, typed, "civil") == []


async def test_nothing_is_found_in_part_nor_before_it_is_handed_in(house: House) -> None:
    number, phone = new_number(), new_phone()
    desk = house.desk(await house.applicant("欧阳若兰", number=number, phone=phone))
    await desk.filled(form_guide(2))
    assert await found(desk, "欧阳若兰") == []
    made = await desk.submitted(form_guide())
    for part in ("欧阳", "欧阳若", number[:-1], phone[:7], phone[-4:], str(made["serial"])[:-1], "", "？"):
        assert await found(desk, part) == [], part


async def test_a_body_is_found_by_itself_and_by_who_acted(house: House) -> None:
    agent = await house.applicant("郭小川")
    boss, body = await house.applicant("周建国", number=BOSS[1]), await house.body()
    await house.confirmed(agent, body, boss)
    party = Party(body, agent.agent, agent.account)
    made = await house.desk(party).submitted(plain_guide(audience=["enterprise"]))
    desk = house.desk(party)
    for text in (*WEIMEI, "郭小川", str(house.stores.applicants.phone(agent.agent))):
        assert await found(desk, text) == [made["_id"]], text
    assert await found(desk, "周建国") == []


def test_hashes_of_different_fields_do_not_meet() -> None:
    keys = sought_text(PRIVACY, "13800138000").keys
    assert len(set(keys)) == 3
    assert not set(keys) & {PRIVACY.index("13800138000", what) for what in ("phone", "credential_number")}


async def test_what_was_searched_is_noted_without_its_text(house: House) -> None:
    desk = house.desk(await house.applicant())
    member, by = await desk.known("window"), house.by_staff("window")
    sealed = await house.stores.queue.search(member, "欧阳若兰", by)
    assert "欧阳" not in sealed
    assert house.stores.queue.searched(member, sealed) == "欧阳若兰"
    kept = await house.stores.staff.documents.find_one({"_id": "window"})
    told = kept["events"][-1]
    assert (told["name"], told["actor"], told["data"]) == ("staff.searched", "staff:window", {"by": "party"})
    other = await desk.known("approver")
    for unknown in (sealed[:-6], "x", "test.!", "欧"):
        with pytest.raises(SearchUnknown):
            house.stores.queue.searched(member, unknown)
    with pytest.raises(SearchUnknown):
        house.stores.queue.searched(other, sealed)


async def test_choices_narrow_and_never_widen(desk: Desk) -> None:
    """A department that the member may not read is one with nothing in it."""
    own = await desk.submitted(form_guide(1))
    other = await desk.submitted(form_guide(2, department=OTHER))
    await desk.stores.applications.documents.update_one(
        {"_id": own["_id"]}, {"$set": {"assigned": "approver"}}
    )
    answers: dict[tuple[str, tuple[tuple[str, Any], ...]], set[str]] = {
        ("window", ()): {own["_id"], other["_id"]},
        ("window", (("department", OTHER),)): {other["_id"]},
        ("approver", ()): {own["_id"]},
        ("approver", (("department", OTHER),)): set(),
        ("window", (("item", other["item"]),)): {other["_id"]},
        ("approver", (("item", other["item"]),)): set(),
        ("approver", (("holder", Holder.ME),)): {own["_id"]},
        ("civil", (("holder", Holder.ME),)): set(),
        ("window", (("holder", Holder.NOBODY),)): {other["_id"]},
        ("window", (("channel", "kiosk"),)): set(),
        ("window", (("handling", own["handling"].value),)): {own["_id"], other["_id"]},
    }
    for (member, asked), keys in answers.items():
        rows, _ = await desk.queue(member, **dict(asked))
        assert {one["_id"] for one in rows} == keys, (member, asked)
        known, now = await desk.known(member), desk.stores.clock()
        assert await desk.stores.queue.count(known, Sought(**dict(asked)), now) == len(keys)


async def test_every_state_that_staff_see_is_in_a_list_of_all(desk: Desk) -> None:
    made = await desk.brought_to(State.PAUSED, form_guide())
    rows, _ = await desk.queue("approver", SEEN)
    assert [one["_id"] for one in rows] == [made["_id"]]
