"""What the system looks out for: how often, whose words, and in which answers (article 28, item 2)."""

from datetime import timedelta
from typing import Any

import pytest

from models.applications import LOOK
from models.blacklist import FlagReason, Ground, Reference
from models.people import Party
from models.schedule import Due
from models.staff import Role
from tests.house.barred import BEGUN, FOR_ALL, cast_of
from tests.house.clock import Clock
from tests.house.guides import USCC, plain_guide
from tests.house.house import House, said
from tests.house.listing import FACTS, LI, Listing, officer, open_flags
from tests.house.people import new_phone

UNCIVIL = "傻逼"
FORM: Any = {
    "sections": [
        {
            "title": "本人",
            "questions": [
                {"name": "name", "label": "姓名", "kind": "name", "prefill": "name"},
                {
                    "name": "housing",
                    "label": "住房",
                    "kind": "choice",
                    "options": [{"value": "own", "label": "自有"}, {"value": UNCIVIL, "label": "其他"}],
                },
                {"name": "address", "label": "住址", "kind": "long_text"},
            ],
        }
    ]
}


async def looked(house: House, application: str, number: int = 1) -> None:
    """Twice by the same plan."""
    due = Due(f"event{number}:{LOOK}", LOOK, application, house.stores.clock(), 1, "lease")
    for _ in range(2):
        assert await house.stores.watch.look(due, house.by())


@pytest.mark.article("28.2")
@pytest.mark.parametrize(
    ("name", "housing", "address", "flagged"),
    [
        ("王小明", "own", "市桥街1号", False),
        ("王小明", "own", f"你们{UNCIVIL}", True),
        ("王小明", UNCIVIL, "市桥街1号", False),  # a code, which nobody writes
        (UNCIVIL, "own", "市桥街1号", False),  # as the binding has it, which nobody writes here
    ],
)
async def test_what_is_written_is_read_and_nothing_else(
    house: House, *, name: str, housing: str, address: str, flagged: bool
) -> None:
    await house.stores.uncivil.learn([UNCIVIL], house.by())
    party = await house.applicant(name, phone=new_phone())
    desk = house.desk(party)
    begun = await desk.begun(plain_guide(71, form=FORM, materials=[]))
    answers = {"name": name, "housing": housing, "address": address}
    handed_in = await desk.hand_in(await desk.save(begun, answers))
    await looked(house, handed_in["_id"])
    assert bool(await open_flags(house.stores.flags)) is flagged


@pytest.mark.article("28.2")
async def test_of_a_body_who_wrote_is_looked_at(house: House) -> None:
    await house.stores.uncivil.learn([UNCIVIL], house.by())
    agent = (await cast_of(house)).parties["a colleague, for the body"]
    desk = house.desk(agent)
    handed_in = await desk.hand_in(await desk.save(await desk.begun(BEGUN), {"address": UNCIVIL}))
    await looked(house, handed_in["_id"])
    [flag] = await open_flags(house.stores.flags)
    assert flag["applicant"] == agent.agent["_id"]


async def often(house: House, party: Party, times: int, **changes: Any) -> str:
    """One item handed in, and all but the last withdrawn; the id of the last."""
    desk, guide = house.desk(party), plain_guide(72, **{**FOR_ALL, **changes})
    for _ in range(times // 2):
        await desk.withdraw((await desk.submitted(guide))["_id"])
    return str((await desk.submitted(guide))["_id"])


@pytest.mark.article("28.2")
@pytest.mark.parametrize(("days", "flagged"), [(29, True), (31, False)])
async def test_more_than_eight_within_thirty_days(
    house: House, party: Party, clock: Clock, days: int, flagged: bool
) -> None:
    """Handed in and withdrawn four times, and once more so many days later: that is nine."""
    guide, desk = plain_guide(72, **FOR_ALL), house.desk(party)
    for _ in range(4):
        await desk.withdraw((await desk.submitted(guide))["_id"])
    clock.advance(timedelta(days=days))
    last = await desk.submitted(guide)
    await looked(house, last["_id"])
    assert bool(await open_flags(house.stores.flags)) is flagged


@pytest.mark.article("28.2")
async def test_one_flag_is_open_for_an_item_and_what_was_looked_at_does_not_count_again(
    house: House, party: Party, clock: Clock
) -> None:
    last = await often(house, party, 8)
    await looked(house, last, 1)
    clock.advance(timedelta(hours=1))
    await house.desk(party).withdraw(last)
    clock.advance(timedelta(hours=1))
    again = (await house.desk(party).submitted(plain_guide(72, **FOR_ALL)))["_id"]
    await looked(house, again, 2)  # of another application of the same item
    [flag] = await open_flags(house.stores.flags)
    clock.advance(timedelta(hours=1))
    await house.stores.flags.dismiss(flag["_id"], LI, "确有需要", Listing(house, party.id, ()).by(LI))
    clock.advance(timedelta(hours=1))
    await looked(house, again, 3)
    assert await open_flags(house.stores.flags) == []
    await house.desk(party).withdraw(again)
    last = await often(house, party, 6)
    await looked(house, last, 4)  # eight since then: the withdrawal, three of each, and one
    assert await open_flags(house.stores.flags) == []
    await house.desk(party).withdraw(last)
    await looked(house, last, 5)
    [second] = await open_flags(house.stores.flags)
    assert second["_id"] != flag["_id"]


@pytest.mark.article("28.1", "28.2")
@pytest.mark.parametrize(
    ("role", "told"),
    [
        (Role.WINDOW, "done"),
        (Role.REVIEWER, "done"),
        (Role.APPROVER, "done"),
        (Role.SUPERVISOR, "done"),
        (Role.SERVICE_MANAGEMENT, "done"),
        (Role.SERVICE_CENTRE, "scope_missing"),
        (Role.DIGITAL_AFFAIRS, "scope_missing"),
        (Role.ADMINISTRATOR, "scope_missing"),
        (Role.TOWNSHIP, "scope_missing"),
        (Role.CONTACT, "scope_missing"),
    ],
)
async def test_who_may_flag_what_an_agent_handed_in(house: House, role: Role, told: str) -> None:
    agent = (await cast_of(house)).parties["a colleague, for the body"]
    filed = await house.desk(agent).submitted(BEGUN)
    member = officer("member", role, department=USCC)
    by, flags = Listing(house, agent.agent["_id"], ()).by(member), house.stores.flags
    about = [filed["_id"]]
    raised = flags.raise_by_member(member, agent.agent["_id"], FlagReason.FALSE_MATERIALS, about, FACTS, by)
    assert await said(raised) == told


async def test_a_flag_that_was_taken_says_where_to(house: House, party: Party) -> None:
    clerk = officer("clerk", Role.WINDOW)
    found = await house.application(party=party, guide=plain_guide(9))
    listing = Listing(house, party.id, ())
    flag = await house.stores.flags.raise_by_member(
        clerk, party.id, FlagReason.SEEN, (), "当场辱骂工作人员", listing.by(clerk)
    )
    ban = await house.stores.decisions.propose(
        party.id,
        LI,
        Ground.DISORDER,
        FACTS,
        [Reference("application", found["_id"])],
        listing.by(LI),
        flag=flag["_id"],
    )
    taken = await house.stores.flags.get(flag["_id"])
    assert (taken["ban"], ban["flag"]) == (ban["_id"], flag["_id"])
    assert await said(house.stores.flags.dismiss(flag["_id"], LI, "不成立", listing.by(LI))) == "flag_closed"
    again = await house.stores.flags.raise_by_member(
        clerk, party.id, FlagReason.SEEN, (), "又一次", listing.by(clerk)
    )
    assert again["_id"] != flag["_id"]
