"""The room of papers on their way: calls, letters and notices are worked there."""

from datetime import timedelta

import pytest

from models.schedule import Due
from models.serving import How, Serving, Word
from models.workdays import local
from tests.house.browser import Browser, Page
from tests.house.clock import cause_at
from tests.house.office import Office
from tests.house.served import on_its_way

MINUTE = timedelta(minutes=1)


async def paper_at(office: Office, how: How) -> tuple[Serving, Browser]:
    """A paper that waits for a clerk at a step, and the browser of its applicant."""
    services, clock = office.town.services, office.town.clock
    path, citizen = await office.handed_in()
    done = await (await office.desk("approver")).post(
        f"{path}/not_accept", {"reason": "不符合条件", "basis": "办法第二条", "step": "confirm"}
    )
    assert done.status == 303, done.text
    found = await services.applications.get(path.split("/")[3])
    key = await on_its_way(office.town, found)
    serving = await services.servings.get(key)
    member = await services.staff.get("window")
    while serving["step"] is not how:
        if serving["step"] is How.LETTER:
            for word in (Word.SENT, Word.RETURNED):
                at = serving["changed_at"] + MINUTE
                serving = await services.servings.record(
                    key, member, word, at, "EMS 1234", serving["version"], cause_at(at)
                )
            continue
        at = serving["next_at"] or clock.now()
        await services.servings.go_on(
            Due(f"{serving['version']}:next", "serving.next", key, at, 1, "lease"), "", cause_at(at)
        )
        serving = await services.servings.get(key)
    clock.set(max(clock.now(), serving["changed_at"] + 2 * MINUTE))
    return serving, citizen


async def noted(office: Office, desk: Browser, serving: Serving, **filled: str) -> Page:
    at = local(office.town.clock.now(), "%Y-%m-%dT%H:%M")
    path = f"/admin/servings/{serving['_id']}"
    given = {"at": at, "words": "本人接听", "version": str(serving["version"]), **filled}
    return await desk.post(f"{path}/record", given)


async def test_a_call_is_noted_and_the_paper_is_delivered(office: Office) -> None:
    serving, _ = await paper_at(office, How.CALL)
    desk = await office.desk("window")
    path = f"/admin/servings/{serving['_id']}"
    assert path in (await desk.get("/admin/servings")).text
    page = await desk.get(path)
    person = await office.town.services.applicants.get(serving["applicant"])
    phone = office.town.services.applicants.phone(person)
    assert phone
    assert phone not in page.text
    assert phone in (await desk.post(f"{path}/reveal")).text
    wrong = await noted(office, desk, serving, what="read_out", words=" ")
    assert (wrong.status, "请写明情况" in wrong.text, " checked" in wrong.text) == (400, True, True)
    done = await noted(office, desk, serving, what="read_out")
    assert (done.status, done.location) == (303, path)
    shown = (await desk.get(path)).text
    assert "已登记" in shown
    assert "已接通，本人知悉内容：本人接听（window的姓名）" in shown
    late = await noted(office, desk, serving, what="no_answer")
    assert (late.status, "刚刚有了新的进展" in late.text) == (409, True)
    assert path in (await desk.get("/admin/servings?show=delivered")).text


async def test_a_notice_is_published_for_everybody_and_names_nobody(office: Office) -> None:
    serving, _ = await paper_at(office, How.PUBLIC_NOTICE)
    stranger, desk = office.town.browser(), await office.desk("window")
    before = (await stranger.get("/announcements")).text.count("<section")
    assert (await noted(office, desk, serving, what="published", words="番禺政府网")).status == 303
    page = (await stranger.get("/announcements")).text
    assert page.count("<section") == before + 1
    assert serving["masked_name"] in page
    person = await office.town.services.applicants.get(serving["applicant"])
    assert office.town.services.applicants.name(person) not in page
    found = await office.town.services.servings.get(serving["_id"])
    assert (found["delivered"], found["next_at"] is not None) == (None, True)


@pytest.mark.parametrize("opened", ["", "/receipt"])
async def test_the_page_of_the_paper_delivers_and_no_other(office: Office, opened: str) -> None:
    serving, citizen = await paper_at(office, How.WECHAT)
    await citizen.get(f"/applications/{serving['about']}{opened}")
    found = await office.town.services.servings.get(serving["_id"])
    how = found["delivered"]["how"] if found["delivered"] else None
    assert how is (None if opened else How.OWN_PAGE)
    stranger = await office.town.citizen()
    assert (await stranger.get(f"/applications/{serving['about']}")).status == 404


@pytest.mark.parametrize(("username", "status"), [("civil", 404), ("approver", 200), ("centre", 403)])
async def test_another_department_opens_none(office: Office, username: str, status: int) -> None:
    serving, _ = await paper_at(office, How.CALL)
    desk = await office.desk(username)
    path = f"/admin/servings/{serving['_id']}"
    assert (await desk.get(path)).status == status
    assert (await desk.post(f"{path}/reveal")).status == status
    if username == "civil":
        assert path not in (await desk.get("/admin/servings")).text
