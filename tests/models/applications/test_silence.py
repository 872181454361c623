"""Silence accepts an application for a permit (行政许可法 32), and nothing else."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.admin.queue import status_for_staff
from models.applications import SILENCE, Application, State
from models.applications.rules import AcceptedBySilence
from models.errors import Conflict
from models.guides import Guide, ItemType
from models.schedule import Due, Overtaken
from tests.house.clock import Clock
from tests.house.desk import Desk
from tests.house.guides import form_guide

pytestmark = pytest.mark.article("12.silence")


def permit(**changes: Any) -> Guide:
    """Promised within one day; the legal period is five."""
    limits = {"acceptance": 1, "decision": 10}
    return form_guide(**{"type": ItemType.PERMIT, "time_limit": limits, **changes})


def panyu_evening(month: int, day: int) -> datetime:
    """The last instant of a day of 2026 in Panyu."""
    return datetime(2026, month, day, 15, 59, 59, tzinfo=UTC)


async def planned(desk: Desk, key: str) -> list[Due]:
    """When silence is to accept an application, as its events plan it; the latest last."""
    found = await desk.stores.applications.documents.find_one({"_id": key})
    return [
        Due(f"{event['id']}:{plan['what']}", plan["what"], key, plan["at"], 1, "lease")
        for event in found["events"]
        for plan in event.get("plans", ())
        if plan["what"] == SILENCE
    ]


async def silent_until(desk: Desk, clock: Clock, found: Application) -> Application:
    """The worker looks when the last plan is due."""
    due = (await planned(desk, found["_id"]))[-1]
    clock.advance(due.at - clock.now() + timedelta(seconds=1))
    return await desk.stores.handling.accept_by_silence(due, desk.house.by())


async def test_after_exactly_five_working_days_it_is_accepted_from_the_day_received(
    desk: Desk, clock: Clock
) -> None:
    received = clock.now()
    found = await desk.submitted(permit())
    (due,) = await planned(desk, found["_id"])
    # Tuesday 24 November; 25, 26, 27, 30, 1 December, though one day was promised
    assert (due.what, due.at) == (SILENCE, panyu_evening(12, 1))
    assert found["due_at"] == panyu_evening(11, 25)
    accepted = await silent_until(desk, clock, found)
    assert (accepted["state"], accepted.get("accepted_at")) == (State.ACCEPTED, received)
    assert accepted["timeline"][-1]["what"] == "application.accepted_by_silence"
    assert status_for_staff(accepted) == "已受理，办理中（逾期视为受理）"
    assert accepted["due_at"] == panyu_evening(12, 8)  # ten working days from the day received
    with pytest.raises(Overtaken):
        await desk.stores.handling.accept_by_silence(due, desk.house.by())
    assert (await desk.approve(found["_id"]))["state"] == State.CONCLUDED


@pytest.mark.parametrize("kind", [kind for kind in ItemType if kind is not ItemType.PERMIT])
async def test_what_is_no_permit_becomes_overdue(desk: Desk, clock: Clock, kind: ItemType) -> None:
    found = await desk.submitted(permit(type=kind))
    assert (found["clocks"]["silence"], await planned(desk, found["_id"])) == (None, [])
    clock.advance(timedelta(days=30))
    assert (await desk.accept(found["_id"]))["state"] == State.ACCEPTED


async def test_silence_never_accepts_a_generated_form(desk: Desk) -> None:
    of = permit(handling="form_generation", visits=1)
    key = (await desk.submitted_bare(of))["_id"]
    received = await desk.receive(key)
    assert (received["clocks"]["silence"], await planned(desk, key)) == (None, [])


async def test_the_period_begins_anew_with_a_supplement(desk: Desk, clock: Clock) -> None:
    found = await desk.submitted(permit())
    key = found["_id"]
    await desk.request_supplement(key, ["id_card"], [], "不清楚")
    (first,) = await planned(desk, key)
    clock.advance(timedelta(days=14))  # silent on the applicant's side
    with pytest.raises(Overtaken):
        await desk.stores.handling.accept_by_silence(first, desk.house.by())
    await desk.attach(key, "id_card")
    again = await desk.supplement(key, {})
    _, second = await planned(desk, key)
    assert second.at == panyu_evening(12, 15)  # Tuesday 8 December
    with pytest.raises(Overtaken):
        await desk.stores.handling.accept_by_silence(first, desk.house.by())
    accepted = await silent_until(desk, clock, again)
    assert accepted.get("accepted_at") == again.get("received_at") == found["started_at"] + timedelta(days=14)


async def test_what_was_answered_in_time_is_left_alone(desk: Desk, clock: Clock) -> None:
    found = await desk.submitted(permit())
    accepted = await desk.accept(found["_id"])
    for due in await planned(desk, found["_id"]):
        with pytest.raises(Overtaken):
            await desk.stores.handling.accept_by_silence(due, desk.house.by())
    assert (
        (await desk.stores.applications.get(found["_id"]))["accepted_at"]
        == accepted["accepted_at"]
        == clock.now()
    )


async def test_what_silence_accepted_is_not_refused_though_no_worker_has_recorded_it(
    desk: Desk, clock: Clock
) -> None:
    found = await desk.submitted(permit())
    key = found["_id"]
    clock.advance(panyu_evening(12, 1) - clock.now())
    clock.advance(timedelta(seconds=1))
    late = (
        desk.not_accept(key, "不符合条件", "办法第二条"),
        desk.request_supplement(key, ["id_card"], [], "不清楚"),
        desk.accept(key),
    )
    for step in late:
        with pytest.raises(AcceptedBySilence):
            await step
    assert (await desk.withdraw(key))["state"] == State.WITHDRAWN


async def test_at_the_last_instant_it_can_still_be_answered(desk: Desk, clock: Clock) -> None:
    found = await desk.submitted(permit())
    clock.advance(panyu_evening(12, 1) - clock.now())
    await desk.not_accept(found["_id"], "不符合条件", "办法第二条")
    (due,) = await planned(desk, found["_id"])
    with pytest.raises(Conflict):
        await desk.stores.handling.accept_by_silence(due, desk.house.by())
