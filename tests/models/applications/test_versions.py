"""What is handed in is what was seen: every change makes a version, and a stale one changes nothing."""

import asyncio
from random import Random

import pytest

from models.applications import DraftChanged, State
from tests.house.desk import ANSWERS, Desk

pytestmark = pytest.mark.article("11.receipt")


async def test_what_was_changed_after_it_was_confirmed_is_not_handed_in(desk: Desk) -> None:
    confirmed = await desk.filled()
    other = {**ANSWERS, "account": "6222 9999 9999"}
    kept = await desk.save(confirmed, other)
    with pytest.raises(DraftChanged) as stale:
        await desk.hand_in(confirmed)
    assert stale.value.version == kept["version"] == confirmed["version"] + 1
    found = await desk.stores.applications.get(confirmed["_id"])
    assert (found["state"], found["serial"]) == (State.DRAFT, None)
    assert (await desk.hand_in(kept))["state"] == State.SUBMITTED


async def test_a_file_that_came_after_it_was_confirmed_is_not_handed_in(desk: Desk) -> None:
    confirmed = await desk.filled()
    await desk.attach(confirmed["_id"], "id_card")
    with pytest.raises(DraftChanged):
        await desk.hand_in(confirmed)
    confirmed = await desk.stores.applications.get(confirmed["_id"])
    await desk.detach(confirmed["_id"], "id_card")
    with pytest.raises(DraftChanged):
        await desk.hand_in(confirmed)


async def test_answers_that_come_late_do_not_come_back(desk: Desk) -> None:
    seen = await desk.begun()
    key, older = seen["_id"], {**ANSWERS, "account": "older"}
    kept = await desk.save(seen)
    with pytest.raises(DraftChanged):
        await desk.save(seen, older)
    assert await desk.stores.applications.get(key) == await desk.stores.applications.get(key) | kept
    again = await desk.save(seen)
    assert again["version"] == kept["version"]  # its answer was lost: keeping the same again is no change


async def test_of_many_who_saw_the_same_version_one_changes_it(desk: Desk) -> None:
    seen = await desk.begun()
    given = [{**ANSWERS, "account": str(number)} for number in range(12)]
    results = await asyncio.gather(
        *(desk.save(seen, one) for one in given),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert {type(result) for result in results} == {dict, DraftChanged}
    told = {result.version for result in results if isinstance(result, DraftChanged)}
    assert told == {seen["version"] + 1}


@pytest.mark.article("12.answer")
async def test_a_supplement_is_of_what_was_seen(desk: Desk) -> None:
    key = (await desk.submitted())["_id"]
    await desk.request_supplement(key, ["id_card"], [], "不清楚")
    seen = await desk.stores.applications.get(key)
    for _ in range(2):
        await desk.attach(key, "id_card")
    now = await desk.stores.applications.get(key)
    with pytest.raises(DraftChanged):
        await desk.supplement(key, {}, seen["version"])
    done = await desk.supplement(key, {}, now["version"])
    assert done["state"] == State.SUBMITTED


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_two_tabs_do_nobody_undoes_what_they_have_not_seen(desk: Desk, seed: int) -> None:
    """A tab writes over what it has seen or not at all, and versions only grow."""
    random, draft = Random(seed), await desk.begun()
    key, tabs, truth = draft["_id"], [draft["version"]] * 2, (draft["version"], "")
    for _ in range(60):
        tab, what = random.randrange(2), random.choice(["look", "write", "write", "upload"])
        if what == "look":
            tabs[tab] = (await desk.stores.applications.get(key))["version"]
        elif what == "upload":
            await desk.attach(key, "photo")
            truth = (truth[0] + 1, truth[1])
        else:
            text = str(random.randrange(3))
            try:
                kept = await desk.save({**draft, "version": tabs[tab]}, {**ANSWERS, "account": text})
            except DraftChanged as stale:
                assert (tabs[tab] < truth[0], text == truth[1]) == (True, False)
                assert stale.version == truth[0]
            else:
                assert tabs[tab] == truth[0] or text == truth[1]
                truth = (truth[0] + (text != truth[1]), text)
                tabs[tab] = kept["version"]
        found = await desk.stores.applications.get(key)
        assert (found["version"], desk.stores.applications.answers(found).get("account", "")) == truth
