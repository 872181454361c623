"""What is asked before something is done with a kiosk: to go back does nothing."""

import re
from datetime import timedelta

import pytest

from models.kiosks import Wanted
from models.kiosks.actions import Action
from models.kiosks.retiring import RetirementOtherwise
from models.workdays import PANYU
from tests.handlers.admin.test_kiosks import announced
from tests.house.kiosks import Kiosked, kiosked
from tests.house.office import Office


@pytest.fixture(scope="module")
async def kiosks(office: Office) -> Kiosked:
    return await kiosked(office.town)


@pytest.mark.article("21.4", "21.5")
@pytest.mark.parametrize(
    ("action", "username"), [(Action.PLAN_SUSPENSION, "contact"), (Action.AGREE, "digital")]
)
async def test_who_goes_back_from_what_follows_has_done_nothing(
    office: Office, kiosks: Kiosked, action: Action, username: str
) -> None:
    key, desk = (await kiosks.in_service())["_id"], await office.desk(username)
    await kiosks.withdrawn(key)
    start = (kiosks.stores.clock() + timedelta(days=10)).astimezone(PANYU)
    written = {"leaves_on": start.date().isoformat(), "reason": "系统升级"}
    times = {"start": start, "end": start + timedelta(hours=1)}
    fields = written | {name: f"{at:%Y-%m-%dT%H:%M}" for name, at in times.items()}
    before, address = await kiosks.get(key), f"/admin/kiosks/{key}/{action}"
    asked = await desk.post(address, fields)
    [seen] = re.findall(r'name="seen" value="(\w+)"', asked.text)
    back = await desk.post(address, {**fields, "seen": seen, "step": "edit"})
    assert await kiosks.get(key) == before
    assert (back.status, f'action="{address}"' in back.text) == (200, True)


@pytest.mark.article("21.announced")
async def test_what_is_confirmed_is_the_suspension_that_was_asked_about(
    office: Office, kiosks: Kiosked
) -> None:
    """That the notice hangs is not said of another one, announced since the question was asked."""
    first, desk = await announced(kiosks), await office.desk("centre")
    key, start = first["_id"], first["suspension"]["start"]
    address = f"/admin/kiosks/{key}/{Action.POST_SUSPENSION}"
    asked = (await desk.post(address)).text
    hidden = dict(re.findall(r'name="(about)" value="([^"]+)"', asked))
    kiosks.set(kiosks.stores.clock() + timedelta(minutes=1))
    await kiosks.stores.suspending.call_off(key, *kiosks.who("contact"))
    await kiosks.planned(key, Wanted(start + timedelta(days=1), start + timedelta(days=1, hours=1), "检修"))
    again = await desk.post(address, {**hidden, "step": "confirm"})
    assert (again.status, "检修" in again.text) == (200, True), "asked once more"
    told = (await kiosks.get(key))["suspension"]
    assert told
    assert told["posted_at"] is None


@pytest.mark.article("21.5")
async def test_what_another_officer_decided_is_not_undone_unseen(office: Office, kiosks: Kiosked) -> None:
    """A page that was opened before a day was agreed on does not dismiss the proposal."""
    key, desk = (await kiosks.in_service())["_id"], await office.desk("digital")
    await kiosks.withdrawn(key)
    page = (await desk.get(f"/admin/kiosks/{key}")).text
    address = f"/admin/kiosks/{key}/{Action.DISMISS}"
    form = page.partition(f'action="{address}"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'name="(about)" value="([^"]*)"', form))
    day = (kiosks.stores.clock() + timedelta(days=10)).date()
    agreed = await kiosks.stores.retiring.agree(key, day, *kiosks.who("digital"))
    late = await desk.post(address, {**hidden, "reason": "续用"})
    assert (late.status, RetirementOtherwise.message in late.text) == (409, True)
    assert await kiosks.get(key) == agreed
