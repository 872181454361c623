"""Several applications accepted at once: each has an outcome of its own (article 12)."""

import asyncio

import pytest

from models.applications import State, accept_each
from models.applications.bulk import MOST_AT_ONCE, NothingChosen, Outcome, TooManyChosen
from tests.house.desk import Desk
from tests.house.guides import OTHER, form_guide, plain_guide


async def accepted(desk: Desk, chosen: dict[str, int], member: str = "approver") -> list[Outcome]:
    known, by = await desk.known(member), desk.house.by_staff(member)
    sent = {key: str(version) for key, version in chosen.items()}
    return await accept_each(desk.stores.handling, known, sent, by)


@pytest.mark.article("12.limits")
async def test_each_has_its_own_outcome(desk: Desk) -> None:
    plain, other = await desk.submitted(form_guide(1)), await desk.submitted(form_guide(2, department=OTHER))
    over, changed = await desk.submitted(form_guide(3)), await desk.submitted(form_guide(4))
    await desk.withdraw(over["_id"])
    chosen = {one["_id"]: one["version"] for one in (over, other, changed, plain)}
    chosen |= {over["_id"]: over["version"] + 1, changed["_id"]: changed["version"] - 1, "0" * 32: 1}
    outcomes = await accepted(desk, chosen)
    codes = [one.error.code if one.error else "" for one in outcomes]
    assert codes == [
        "application_moved_on",
        "application_not_found",
        "application_moved_on",
        "",
        "application_not_found",
    ]
    assert [one.application is None for one in outcomes] == [False, True, False, False, True]
    states = [(await desk.get(one["_id"]))["state"] for one in (plain, other, changed)]
    assert states == [State.ACCEPTED, State.SUBMITTED, State.SUBMITTED]


async def test_of_two_who_accept_the_same_at_once_each_is_accepted_once(desk: Desk) -> None:
    made = [await desk.submitted(plain_guide(several=True)) for _ in range(3)]
    chosen = {one["_id"]: one["version"] for one in made}
    both = await asyncio.gather(accepted(desk, chosen), accepted(desk, chosen, "window"))
    for one, other in zip(*both, strict=True):
        assert (one.error is None) != (other.error is None)
    for key in chosen:
        timeline = (await desk.get(key))["timeline"]
        assert [line["what"] for line in timeline].count("application.accepted") == 1


async def test_nothing_and_more_than_a_page_are_refused(desk: Desk) -> None:
    made = await desk.submitted(form_guide())
    with pytest.raises(NothingChosen):
        await accepted(desk, {})
    many = {f"{number:032x}": 1 for number in range(MOST_AT_ONCE)}
    with pytest.raises(TooManyChosen):
        await accepted(desk, {made["_id"]: made["version"], **many})
    assert (await desk.get(made["_id"]))["state"] is State.SUBMITTED
