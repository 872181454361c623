"""What is handed in is what was seen: every change makes a version, and a stale one changes nothing."""

import asyncio
from random import Random

import pytest

from models.applications import Applications, DraftChanged, State
from models.people.parties import Party
from tests.conftest import MakeCause
from tests.models.applying import ANSWERS, APPROVER, CALENDAR, begun, file, filled, guide, hand_in, submitted

pytestmark = pytest.mark.article(11)


async def test_what_was_changed_after_it_was_confirmed_is_not_handed_in(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    confirmed = await filled(applications, party, cause)
    other = {**ANSWERS, "account": "6222 9999 9999"}
    kept = await applications.save(confirmed["_id"], party, guide(), other, confirmed["version"], cause())
    with pytest.raises(DraftChanged) as stale:
        await hand_in(applications, confirmed, party, cause)
    assert stale.value.version == kept["version"] == confirmed["version"] + 1
    found = await applications.get(confirmed["_id"])
    assert (found["state"], found["serial"]) == (State.DRAFT, None)
    assert (await hand_in(applications, kept, party, cause))["state"] == State.SUBMITTED


async def test_a_file_that_came_after_it_was_confirmed_is_not_handed_in(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    confirmed = await filled(applications, party, cause)
    new = file(confirmed, party, "1" * 32)
    await applications.attach(confirmed["_id"], party, guide(), "id_card", new, cause())
    with pytest.raises(DraftChanged):
        await hand_in(applications, confirmed, party, cause)
    confirmed = await applications.get(confirmed["_id"])
    await applications.detach(confirmed["_id"], party, "id_card", cause())
    with pytest.raises(DraftChanged):
        await hand_in(applications, confirmed, party, cause)


async def test_answers_that_come_late_do_not_come_back(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    seen = await begun(applications, party, cause)
    key, older = seen["_id"], {**ANSWERS, "account": "older"}
    kept = await applications.save(key, party, guide(), ANSWERS, seen["version"], cause())
    with pytest.raises(DraftChanged):
        await applications.save(key, party, guide(), older, seen["version"], cause())
    assert await applications.get(key) == await applications.get(key) | kept
    again = await applications.save(key, party, guide(), ANSWERS, seen["version"], cause())
    assert again["version"] == kept["version"]  # its answer was lost: keeping the same again is no change


async def test_of_many_who_saw_the_same_version_one_changes_it(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    seen = await begun(applications, party, cause)
    given = [{**ANSWERS, "account": str(number)} for number in range(12)]
    results = await asyncio.gather(
        *(applications.save(seen["_id"], party, guide(), one, seen["version"], cause()) for one in given),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert {type(result) for result in results} == {dict, DraftChanged}
    told = {result.version for result in results if isinstance(result, DraftChanged)}
    assert told == {seen["version"] + 1}


@pytest.mark.article(12)
async def test_a_supplement_is_of_what_was_seen(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    key = (await submitted(applications, party, cause))["_id"]
    await applications.request_supplement(key, APPROVER, guide(), ["id_card"], [], "不清楚", cause())
    seen = await applications.get(key)
    for name in ("1", "2"):
        await applications.attach(key, party, guide(), "id_card", file(seen, party, name * 32), cause())
    now = await applications.get(key)
    with pytest.raises(DraftChanged):
        await applications.supplement(key, party, guide(), {}, seen["version"], CALENDAR, cause())
    done = await applications.supplement(key, party, guide(), {}, now["version"], CALENDAR, cause())
    assert done["state"] == State.SUBMITTED


@pytest.mark.parametrize("seed", range(3))
async def test_whatever_two_tabs_do_nobody_undoes_what_they_have_not_seen(
    applications: Applications, party: Party, cause: MakeCause, seed: int
) -> None:
    """A tab writes over what it has seen or not at all, and versions only grow."""
    random, draft = Random(seed), await begun(applications, party, cause)
    key, tabs, truth = draft["_id"], [draft["version"]] * 2, (draft["version"], "")
    for step in range(60):
        tab, what = random.randrange(2), random.choice(["look", "write", "write", "upload"])
        if what == "look":
            tabs[tab] = (await applications.get(key))["version"]
        elif what == "upload":
            await applications.attach(
                key, party, guide(), "photo", file(draft, party, f"{step:032}"), cause()
            )
            truth = (truth[0] + 1, truth[1])
        else:
            text = str(random.randrange(3))
            try:
                kept = await applications.save(
                    key, party, guide(), {**ANSWERS, "account": text}, tabs[tab], cause()
                )
            except DraftChanged as stale:
                assert (tabs[tab] < truth[0], text == truth[1]) == (True, False)
                assert stale.version == truth[0]
            else:
                assert tabs[tab] == truth[0] or text == truth[1]
                truth = (truth[0] + (text != truth[1]), text)
                tabs[tab] = kept["version"]
        found = await applications.get(key)
        assert (found["version"], applications.answers(found).get("account", "")) == truth
