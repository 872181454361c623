"""Forms that are brought on paper, and procedures whose time does not count (article 12; 行政许可法 45)."""

from datetime import UTC, datetime, timedelta

import pytest

from models.applications import PaperState, State
from models.errors import Conflict, Forbidden, Refused
from tests.house.clock import Clock
from tests.house.desk import Desk
from tests.house.guides import form_guide


def panyu_evening(month: int, day: int) -> datetime:
    """The last instant of a day of 2026 in Panyu."""
    return datetime(2026, month, day, 15, 59, 59, tzinfo=UTC)


@pytest.mark.article("12.1")
async def test_a_generated_form_has_no_clock_until_it_is_there_on_paper(desk: Desk, clock: Clock) -> None:
    of = form_guide(handling="form_generation", visits=1)
    found = await desk.submitted_bare(of)
    key = found["_id"]
    assert (found["state"], found["due_at"]) == (State.GENERATED, None)
    assert found["serial"]
    assert found["clocks"] == dict.fromkeys(("acceptance", "silence", "decision"))
    receipt = await desk.stores.filing.receipt(await desk.own(found["_id"]), "")
    assert receipt.running is None
    with pytest.raises(Conflict):
        await desk.accept(key)
    clock.advance(timedelta(days=30))
    received = await desk.receive(key)
    assert received["state"] == State.SUBMITTED
    # Thursday 24 December; 25, 28 to 31
    assert received["due_at"] == panyu_evening(12, 31)
    assert received["received_at"] == clock.now()
    with pytest.raises(Conflict):
        await desk.receive(key)
    assert (await desk.accept(key))["state"] == State.ACCEPTED


@pytest.mark.article("12.1")
async def test_a_generated_form_can_be_taken_back_and_is_received_by_those_who_accept(desk: Desk) -> None:
    key = (await desk.submitted_bare(form_guide(handling="form_generation", visits=1)))["_id"]
    with pytest.raises(Forbidden):
        await desk.receive(key, "management")
    assert (await desk.withdraw(key))["state"] == State.WITHDRAWN


async def test_a_hearing_stops_the_clock_and_is_told(desk: Desk, clock: Clock) -> None:
    key = (await desk.submitted(form_guide(time_limit={"decision": 5})))["_id"]
    accepted = await desk.accept(key)
    assert accepted["due_at"] == panyu_evening(12, 1)  # Tuesday 24 November; 25 to 27, 30, 1
    clock.advance(timedelta(days=2))
    still = await desk.pause(key)
    assert (still["state"], still["due_at"]) == (State.PAUSED, None)
    assert still["timeline"][-1]["reason"] == "听证：请于周五参加"
    with pytest.raises(Conflict):
        await desk.approve(key)
    with pytest.raises(Conflict):
        await desk.pause(key)
    clock.advance(timedelta(days=5))
    again = await desk.resume(key)
    # 25 November counted; Thursday 26 to Tuesday 1 December stood still; 2, 3, 4, 7
    assert (again["state"], again["due_at"]) == (State.ACCEPTED, panyu_evening(12, 7))
    decision = again["clocks"]["decision"]
    assert decision
    (pause,) = decision["pauses"]
    assert (pause["why"], pause["until"]) == ("听证", clock.now())
    clock.advance(timedelta(days=1))
    await desk.pause(key, "appraisal")
    clock.advance(timedelta(hours=1))
    twice = await desk.resume(key)
    assert twice["due_at"] == panyu_evening(12, 8)
    assert (await desk.approve(key))["state"] == State.CONCLUDED


async def test_a_pause_is_for_a_procedure_of_the_law_with_its_reason(desk: Desk) -> None:
    key = (await desk.submitted())["_id"]
    await desk.accept(key)
    for procedure, reason in (("holiday", "人手不足"), ("hearing", " ")):
        with pytest.raises(Refused):
            await desk.pause(key, procedure, reason)
    with pytest.raises(Forbidden):
        await desk.stores.handling.pause(await desk.at(key, "window"), "hearing", "请参加", desk.house.by())
    assert (await desk.stores.applications.get(key))["state"] == State.ACCEPTED


async def test_what_is_to_follow_still_comes_during_a_procedure_and_it_can_be_withdrawn(desk: Desk) -> None:
    found = await desk.submitted_bare(form_guide(trust_first=True))
    key = found["_id"]
    await desk.accept(key)
    await desk.pause(key)
    await desk.attach(key, "id_card")
    assert (await desk.withdraw(key))["due_at"] is None


@pytest.mark.article("12.1")
async def test_what_comes_with_the_printed_form_is_not_waited_for_online(desk: Desk) -> None:
    of = form_guide(handling="form_generation", visits=1, trust_first=True)
    found = await desk.submitted_bare(of)
    states = {paper["code"]: paper["state"] for paper in found["materials"]}
    assert states["id_card"] is PaperState.PAPER
    await desk.receive(found["_id"])
    await desk.accept(found["_id"])
    assert (await desk.approve(found["_id"]))["state"] is State.CONCLUDED
