"""A case that was read before others took it further and back: what was seen decides nothing any more."""

from datetime import timedelta

import pytest

from models.applications import ApplicationMovedOn, State
from models.errors import Conflict, Forbidden
from tests.house.clock import Clock
from tests.house.desk import ANSWERS, Desk


@pytest.mark.article("12.supplement")
async def test_a_second_supplement_is_not_asked_for_with_a_case_read_before_the_first(
    desk: Desk, clock: Clock
) -> None:
    key = (await desk.submitted())["_id"]
    stale = await desk.at(key, "approver")
    await desk.request_supplement(key, [], ["kind"], "请核对类型")
    clock.advance(timedelta(hours=1))
    await desk.supplement(key, ANSWERS)
    with pytest.raises(ApplicationMovedOn):
        await desk.stores.handling.request_supplement(
            stale, [], ["account"], "请核对账号", desk.house.by_staff()
        )
    assert (await desk.get(key))["state"] is State.SUBMITTED


async def test_what_was_supplemented_since_is_not_refused_unread(desk: Desk, clock: Clock) -> None:
    key = (await desk.submitted())["_id"]
    stale = await desk.at(key, "approver")
    await desk.request_supplement(key, [], ["kind"], "请核对类型")
    clock.advance(timedelta(hours=1))
    await desk.supplement(key, ANSWERS)
    with pytest.raises(ApplicationMovedOn):
        await desk.stores.handling.not_accept(stale, "类型不符", "办法第二条", desk.house.by_staff())


async def test_a_procedure_is_not_lost_to_a_case_read_before_it(desk: Desk, clock: Clock) -> None:
    key = (await desk.submitted())["_id"]
    await desk.accept(key)
    accepted = await desk.at(key, "approver")
    await desk.pause(key)
    first = await desk.at(key, "approver")
    clock.advance(timedelta(days=5))
    kept = await desk.resume(key)
    with pytest.raises(ApplicationMovedOn):
        await desk.stores.handling.pause(accepted, "appraisal", "鉴定", desk.house.by_staff())
    assert (await desk.get(key))["clocks"] == kept["clocks"]
    clock.advance(timedelta(days=3))
    second = await desk.pause(key)
    with pytest.raises(ApplicationMovedOn):
        await desk.stores.handling.resume(first, "", desk.house.by_staff())
    assert (await desk.get(key))["clocks"] == second["clocks"]


async def test_what_never_stood_still_cannot_be_resumed(desk: Desk) -> None:
    key = (await desk.submitted())["_id"]
    for _ in range(2):  # first submitted, then accepted
        with pytest.raises(Forbidden):
            await desk.stores.handling.resume(await desk.at(key, "window"), "", desk.house.by_staff())
        with pytest.raises(Conflict):
            await desk.resume(key)
        if (await desk.get(key))["state"] is State.SUBMITTED:
            await desk.accept(key)
