"""A kiosk's life: who does what, from which state into which, with which event (article 21)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from models.errors import BadInput
from models.kiosks import Kiosk, State
from models.kiosks.actions import STEPS, Action
from models.kiosks.document import (
    CardHelp,
    Consumable,
    Finding,
    Network,
    OutageCause,
    Owner,
    Paper,
    Peripheral,
    Supplier,
)
from models.kiosks.entering import SpotTaken
from models.kiosks.rules import (
    CardHelpMissing,
    ConsumablesMissing,
    ItemNotForKiosks,
    ItemsMissing,
    KioskWordsMissing,
    KioskWordsTooLong,
    NetworkUnnamed,
    PapersMissing,
    SupplierWrong,
    UseOver,
    check_request,
)
from models.kiosks.suspending import Wanted
from models.staff import Role
from tests.house.guides import OTHER, USCC
from tests.house.house import House, said
from tests.house.kiosks import GUIDE, NOT_HERE, Kiosked, a_request
from tests.house.places import HALL
from tests.shapes import faults

Doing = Callable[[Kiosked, str, str], Awaitable[Any]]


def suspension(kiosks: Kiosked) -> Wanted:
    start = kiosks.stores.clock() + timedelta(days=10)
    return Wanted(start, start + timedelta(hours=1), "系统升级")


def day(kiosks: Kiosked) -> date:
    return kiosks.stores.clock().date() + timedelta(days=3)


DOES: Mapping[Action, Doing] = {
    Action.REQUEST: lambda k, key, who: k.stores.entering.request(a_request(), *k.who(who)),
    Action.REQUEST_AGAIN: lambda k, key, who: k.stores.entering.request_again(key, a_request(), *k.who(who)),
    Action.GIVE_PAPER: lambda k, key, who: k.paper(key, Paper.INSTRUCTIONS, who),
    Action.REVIEW: lambda k, key, who: k.stores.entering.review(key, *k.who(who)),
    Action.DECLINE: lambda k, key, who: k.stores.entering.decline(key, "场地不足", *k.who(who)),
    Action.PLACE: lambda k, key, who: k.stores.entering.place(key, HALL.code, f"{key}号位", *k.who(who)),
    Action.ISSUE_CODE: lambda k, key, who: k.stores.activations.issue(key, *k.who(who)),
    Action.PLAN_SUSPENSION: lambda k, key, who: k.stores.suspending.plan(key, suspension(k), *k.who(who)),
    Action.RESUME: lambda k, key, who: k.stores.suspending.resume(key, *k.who(who)),
    Action.TAKE_AWAY: lambda k, key, who: k.stores.suspending.take_away(key, *k.who(who)),
    Action.BRING_BACK: lambda k, key, who: k.stores.suspending.bring_back(key, *k.who(who)),
    Action.REMOVE: lambda k, key, who: k.stores.suspending.remove(key, *k.who(who)),
    Action.REPORT_FAULT: lambda k, key, who: k.stores.keeping.report_fault(
        key, "不出纸", OutageCause.OWN, *k.who(who)
    ),
    Action.REPAIR: lambda k, key, who: k.stores.keeping.repair(key, *k.who(who)),
    Action.FIND: lambda k, key, who: k.stores.keeping.find(
        key, Finding.BEYOND_REPAIR, "主板烧毁", *k.who(who)
    ),
    Action.PROLONG: lambda k, key, who: k.stores.keeping.prolong(key, date(2031, 1, 1), *k.who(who)),
    Action.WITHDRAW: lambda k, key, who: k.withdrawn(key, who),
    Action.HAND_BACK: lambda k, key, who: k.stores.keeping.hand_back(key, "已交还王工", *k.who(who)),
}
"""The actions that need nothing of a kiosk but its state."""
IN_HALL = {State.IN_SERVICE, State.SUSPENDED, State.UNDER_REPAIR, State.TAKEN_AWAY}
WAYS: Mapping[Action, tuple[set[State], State | None]] = {
    Action.REQUEST_AGAIN: ({State.DECLINED, State.REMOVED}, State.REQUESTED),
    Action.GIVE_PAPER: ({State.REQUESTED, State.REVIEWED, State.PLACED} | IN_HALL, None),
    Action.REVIEW: ({State.REQUESTED}, State.REVIEWED),
    Action.DECLINE: ({State.REQUESTED, State.REVIEWED}, State.DECLINED),
    Action.PLACE: ({State.REVIEWED}, State.PLACED),
    Action.ISSUE_CODE: ({State.PLACED}, None),
    Action.PLAN_SUSPENSION: ({State.IN_SERVICE}, None),
    Action.RESUME: ({State.SUSPENDED}, State.IN_SERVICE),
    Action.TAKE_AWAY: (set(), None),  # asks for a suspension of its own length; see test_suspending
    Action.BRING_BACK: ({State.TAKEN_AWAY}, State.IN_SERVICE),
    Action.REMOVE: (set(), None),
    Action.REPORT_FAULT: ({State.IN_SERVICE}, State.UNDER_REPAIR),
    Action.REPAIR: ({State.UNDER_REPAIR}, State.IN_SERVICE),
    Action.FIND: (IN_HALL, None),
    Action.PROLONG: ({State.PLACED} | IN_HALL, None),
    Action.WITHDRAW: (IN_HALL, None),
    Action.HAND_BACK: ({State.RETIRED}, State.HANDED_BACK),
}
"""By hand: from which states, into which (None: it stays)."""
MAY: Mapping[Action, set[str]] = {
    Action.REQUEST: {"contact"},
    Action.REQUEST_AGAIN: {"contact"},
    Action.GIVE_PAPER: {"contact", "second"},
    Action.REVIEW: {"digital"},
    Action.DECLINE: {"digital"},
    Action.PLACE: {"digital"},
    Action.ISSUE_CODE: {"digital"},
    Action.PLAN_SUSPENSION: {"contact"},
    Action.RESUME: {"contact"},
    Action.BRING_BACK: {"centre", "township"},
    Action.REPORT_FAULT: {"centre", "township", "contact", "second"},
    Action.REPAIR: {"centre", "township", "contact", "second"},
    Action.FIND: {"digital", "contact", "second"},
    Action.PROLONG: {"digital"},
    Action.WITHDRAW: {"contact"},
    Action.HAND_BACK: {"centre", "township"},
}
"""By hand: who may, of the people of `POSTS`."""
REFUSED = {"kiosk_moved_on", "kiosk_not_in_service", "suspension_otherwise", "retirement_under_way"}


async def named(house: House, kiosk: str) -> list[str]:
    found = await house.stores.kiosks.documents.find_one({"_id": kiosk})
    return [event["name"] for event in found["events"]]


@pytest.mark.parametrize("state", State)
async def test_from_which_state_what_leads_where(house: House, kiosks: Kiosked, state: State) -> None:
    other = (await kiosks.brought_to(state))["_id"]
    for action, (before, after) in WAYS.items():
        who = min(MAY.get(action, {"centre"}))
        if state in before:
            key = (await kiosks.brought_to(state))["_id"]
            assert await said(DOES[action](kiosks, key, who)) == "done", action
            assert (await kiosks.get(key))["state"] is (after or state), action
            assert (await named(house, key))[-1] == STEPS[action].event
        else:
            told = await named(house, other)
            refusal = await said(DOES[action](kiosks, other, who))
            unplaced = who == "centre" and (await kiosks.get(other))["hall"] is None
            assert refusal in (REFUSED if not unplaced else {"kiosk_not_found"}), (action, refusal)
            assert await named(house, other) == told
            assert (await kiosks.get(other))["state"] is state


@pytest.mark.parametrize("action", MAY)
@pytest.mark.article("21.1", "21.supervision", "5.duties")
async def test_who_may(kiosks: Kiosked, action: Action) -> None:
    states = WAYS[action][0] if action is not Action.REQUEST else {State.IN_SERVICE}
    key = (await kiosks.brought_to(min(states)))["_id"]
    for username in kiosks.members.keys() - MAY[action]:
        refusal = await said(DOES[action](kiosks, key, username))
        assert refusal in {"scope_missing", "kiosk_not_found", "not_the_contact"}, username
    for username in MAY[action]:
        kiosk = (await kiosks.brought_to(min(states)))["_id"]
        assert await said(DOES[action](kiosks, kiosk, username)) == "done", username


HELP = CardHelp(
    procedure="按住退卡键五秒", contact={"name": "陈工", "phone": "13500135000"}, within_minutes=60
)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        pytest.param({"name": " "}, KioskWordsMissing),
        pytest.param({"model": "长" * 51}, KioskWordsTooLong),
        pytest.param({"items": []}, ItemsMissing),
        pytest.param({"consumables": {}}, ConsumablesMissing, marks=pytest.mark.article("21.6")),
        pytest.param({"consumables": {Consumable.BILLS: Supplier.CENTRE}}, SupplierWrong),
        pytest.param({"consumables": {Consumable.SPECIAL_PAPER: Supplier.CENTRE}}, SupplierWrong),
        pytest.param({"network": Network.DEDICATED}, NetworkUnnamed),
        pytest.param({"peripherals": [Peripheral.READER]}, CardHelpMissing),
        pytest.param(
            {"peripherals": [Peripheral.READER], "card": {**HELP, "within_minutes": 0}}, CardHelpMissing
        ),
        pytest.param(
            {"peripherals": [Peripheral.READER], "card": {**HELP, "contact": {"name": "陈工", "phone": " "}}},
            CardHelpMissing,
        ),
        pytest.param({"use_until": date(2026, 11, 24)}, UseOver),
    ],
)
@pytest.mark.article("21.6", "21.card")
def test_what_a_request_must_say(changes: dict[str, Any], refusal: type[BadInput]) -> None:
    today = date(2026, 11, 24)
    check_request(a_request(), today)
    with pytest.raises(refusal):
        check_request(a_request(**changes), today)


@pytest.mark.parametrize(
    "changes",
    [
        {"consumables": {Consumable.A4_PAPER: Supplier.CENTRE, Consumable.TONER: Supplier.CENTRE}},
        {"consumables": {Consumable.BILLS: Supplier.DEPARTMENT}},
        {"peripherals": [], "consumables": {}},
        {"network": Network.DEDICATED, "network_name": "公安网"},
        {"peripherals": [Peripheral.READER], "card": HELP},
        {"use_until": date(2026, 11, 25)},
    ],
)
@pytest.mark.article("21.6", "21.card")
def test_what_a_request_may_say(changes: dict[str, Any]) -> None:
    check_request(a_request(**changes), date(2026, 11, 24))


@pytest.mark.article("18.3", "21.8")
async def test_a_request_is_kept_as_it_was_made(kiosks: Kiosked) -> None:
    kiosk = await kiosks.requested(
        owner=Owner.RENTED, peripherals=[Peripheral.READER, Peripheral.PRINTER], card=HELP
    )
    found = await kiosks.get(kiosk["_id"])
    assert (found["department"], found["owner"], found["use_until"]) == (USCC, Owner.RENTED, "2029-12-31")
    assert found["device"]["peripherals"] == [Peripheral.PRINTER, Peripheral.READER]
    assert found["consumables"] == {
        Consumable.A4_PAPER: Supplier.CENTRE,
        Consumable.BILLS: Supplier.DEPARTMENT,
    }
    assert found["card"] == HELP
    kept = await kiosks.stores.kiosks.documents.find_one({"_id": kiosk["_id"]})
    assert HELP["contact"]["phone"] not in str(kept)
    assert HELP["contact"]["name"] not in str(kept)


async def test_who_was_named_and_has_the_post_no_more_asks_for_nothing(kiosks: Kiosked) -> None:
    contact, by = kiosks.who("contact")
    entering = kiosks.stores.entering
    for changed in ({"roles": [Role.APPROVER]}, {"department": None}):
        member: Any = {**contact, **changed}
        assert await said(entering.request(a_request(), member, by)) == "scope_missing"


async def test_an_item_must_be_done_at_kiosks(kiosks: Kiosked) -> None:
    assert await said(kiosks.requested(items=[])) == "kiosk_items_missing"
    for item in (NOT_HERE.item, "11440113007500002X9999999999999"):
        with pytest.raises(ItemNotForKiosks):
            await kiosks.requested(items=[GUIDE.item, item])


@pytest.mark.article("20.3", "21.manual")
async def test_no_place_without_instructions_and_fault_manual(kiosks: Kiosked) -> None:
    key = (await kiosks.requested())["_id"]
    await kiosks.stores.entering.review(key, *kiosks.who("digital"))
    missing = ["使用说明、基本故障排查手册", "基本故障排查手册"]
    for words, paper in zip(missing, Paper, strict=True):
        with pytest.raises(PapersMissing, match=words):
            await DOES[Action.PLACE](kiosks, key, "digital")
        await kiosks.paper(key, paper)
    await DOES[Action.PLACE](kiosks, key, "digital")


@pytest.mark.article("20.3")
async def test_a_new_paper_replaces_the_one_before(kiosks: Kiosked) -> None:
    key = (await kiosks.requested())["_id"]
    first = (await kiosks.paper(key, Paper.INSTRUCTIONS))["papers"][Paper.INSTRUCTIONS]
    second = (await kiosks.paper(key, Paper.INSTRUCTIONS))["papers"][Paper.INSTRUCTIONS]
    assert await said(kiosks.stores.materials.read(first)) == "file_not_found"
    assert (await kiosks.stores.materials.read(second))[0]["application"] == key
    assert await kiosks.stores.kiosks.files_held({key}) == {second}


async def test_a_paper_that_comes_too_late_is_not_kept(kiosks: Kiosked) -> None:
    key = (await kiosks.brought_to(State.HANDED_BACK))["_id"]
    files = await kiosks.stores.materials.documents.count_documents({"dropped_at": None})
    assert await said(kiosks.paper(key, Paper.INSTRUCTIONS)) == "kiosk_moved_on"
    assert await kiosks.stores.materials.documents.count_documents({"dropped_at": None}) == files


@pytest.mark.article("21.1")
async def test_one_place_is_given_to_one(kiosks: Kiosked) -> None:
    keys = [(await kiosks.brought_to(State.REVIEWED))["_id"] for _ in range(4)]

    async def place(key: str) -> bool:
        try:
            await kiosks.stores.entering.place(key, HALL.code, "一楼 A区1号位", *kiosks.who("digital"))
        except SpotTaken:
            return False
        return True

    assert sum(await asyncio.gather(*(place(key) for key in keys))) == 1
    states = [(await kiosks.get(key))["state"] for key in keys]
    assert sorted(states) == [State.PLACED, *[State.REVIEWED] * 3]


@pytest.mark.article("21.1")
async def test_a_place_is_in_a_hall_that_there_is(kiosks: Kiosked) -> None:
    key = (await kiosks.brought_to(State.REVIEWED))["_id"]
    place, digital = kiosks.stores.entering.place, kiosks.who("digital")
    assert await said(place(key, "nowhere", "一楼", *digital)) == "hall_not_found"
    assert await said(place(key, HALL.code, " ", *digital)) == "kiosk_words_missing"
    placed = await place(key, HALL.code, "一楼A区1号位", *digital)
    assert (placed["hall"], placed["township"]) == (HALL.code, HALL.township)


@pytest.mark.article("21.7")
async def test_a_department_has_one_contact(house: House, kiosks: Kiosked) -> None:
    contacts = house.stores.contacts
    head = kiosks.who("head")
    await asyncio.gather(*(contacts.name(USCC, name, *head) for name in ("contact", "second") * 3))
    assert await contacts.documents.count_documents({"_id": USCC}) == 1
    await contacts.name(USCC, "second", *head)
    assert await said(kiosks.requested()) == "not_the_contact"
    assert await said(DOES[Action.REQUEST](kiosks, "", "second")) == "done"


@pytest.mark.parametrize("username", ["other", "head", "digital"])
@pytest.mark.article("21.7")
async def test_a_contact_is_one_of_the_department(kiosks: Kiosked, username: str) -> None:
    contacts, head = kiosks.stores.contacts, kiosks.who("head")
    assert await said(contacts.name(USCC, username, *head)) == "cannot_be_contact"
    assert await said(contacts.name(USCC, "nobody", *head)) == "staff_not_found"


async def test_who_names_a_contact(kiosks: Kiosked) -> None:
    contacts = kiosks.stores.contacts
    for username in kiosks.members.keys() - {"head"}:
        assert await said(contacts.name(USCC, "second", *kiosks.who(username))) == "scope_missing"
    assert await said(contacts.name(OTHER, "other", *kiosks.who("head"))) == "scope_missing"


async def test_a_department_without_a_contact_brings_nothing_in(kiosks: Kiosked) -> None:
    assert await said(DOES[Action.REQUEST](kiosks, "", "other")) == "not_the_contact"


@pytest.mark.article("21.supervision")
async def test_another_departments_kiosk_is_as_none(kiosks: Kiosked) -> None:
    key = (await kiosks.in_service())["_id"]
    await kiosks.stores.contacts.name(USCC, "contact", *kiosks.who("head"))
    assert await said(DOES[Action.PLAN_SUSPENSION](kiosks, key, "other")) == "kiosk_not_found"
    assert await said(DOES[Action.REPORT_FAULT](kiosks, key, "elsewhere")) == "kiosk_not_found"


@pytest.mark.article("18.7", "19.1", "20.2", "21.2")
async def test_a_repair_begins_and_ends_a_time_out_of_service(house: House, kiosks: Kiosked) -> None:
    key, start = (await kiosks.in_service())["_id"], house.stores.clock()
    await kiosks.fault(key, OutageCause.THIRD_PARTY)
    assert [(one["end"], one["cause"]) for one in (await kiosks.get(key))["outages"]] == [
        (None, OutageCause.THIRD_PARTY)
    ]
    kiosks.set(start + timedelta(hours=3))
    await DOES[Action.REPAIR](kiosks, key, "contact")
    [outage] = (await kiosks.get(key))["outages"]
    assert outage == {
        "start": start,
        "end": start + timedelta(hours=3),
        "cause": OutageCause.THIRD_PARTY,
        "reason": "打印机故障",
    }
    kiosks.set(start + timedelta(hours=5))
    await kiosks.fault(key)
    kiosks.set(start + timedelta(hours=6))
    await DOES[Action.REPAIR](kiosks, key, "contact")
    ends = [one["end"] for one in (await kiosks.get(key))["outages"]]
    assert ends == [start + timedelta(hours=3), start + timedelta(hours=6)]


@pytest.mark.article("18.7")
async def test_of_many_who_report_a_fault_one_begins_it(kiosks: Kiosked) -> None:
    key = (await kiosks.in_service())["_id"]
    told = await asyncio.gather(*(said(kiosks.fault(key)) for _ in range(5)))
    assert sorted(told) == ["done", *["kiosk_moved_on"] * 4]
    assert len((await kiosks.get(key))["outages"]) == 1


async def test_whose_fault_it_was_is_put_right(house: House, kiosks: Kiosked) -> None:
    key, start = (await kiosks.in_service())["_id"], house.stores.clock()
    await kiosks.fault(key)
    attribute, digital = kiosks.stores.keeping.attribute, kiosks.who("digital")
    await attribute(key, start, OutageCause.THIRD_PARTY, "全楼停电", *digital)
    assert (await kiosks.get(key))["outages"][0]["cause"] is OutageCause.THIRD_PARTY
    other = start - timedelta(days=1)
    assert await said(attribute(key, other, OutageCause.OWN, "无", *digital)) == "outage_not_found"
    contact = kiosks.who("contact")
    assert await said(attribute(key, start, OutageCause.OWN, "无", *contact)) == "scope_missing"


@pytest.mark.parametrize("state", State)
async def test_a_kiosk_is_kept_in_its_shape(house: House, kiosks: Kiosked, state: State) -> None:
    changes = {"peripherals": [Peripheral.READER, Peripheral.PRINTER], "card": HELP}
    key = (await kiosks.brought_to(state, **changes))["_id"]
    kept = await house.stores.kiosks.documents.find_one({"_id": key})
    kept["card"]["contact"] = HELP["contact"]
    assert list(faults(kept, Kiosk)) == []
