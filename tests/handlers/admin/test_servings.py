"""The room of papers on their way: calls, letters and notices are worked there."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from models.applications import State
from models.blacklist import Reference, paper_of
from models.schedule import Due
from models.serving import How, Serving, Word
from models.serving.papers import to_serve
from models.workdays import local
from tests.house.browser import Browser, Page
from tests.house.clock import cause_at
from tests.house.guides import plain_guide
from tests.house.listing import Listing
from tests.house.office import PDF, Office, conclude
from tests.house.served import NOT_TOLD, on_its_way
from wechat_backend.worker.serving import serve_ban

MINUTE = timedelta(minutes=1)


async def paper_at(
    office: Office, how: How, place: Mapping[str, str] | None = None
) -> tuple[Serving, Browser]:
    """A paper that waits for a clerk at a step, and the browser of its applicant."""
    services = office.town.services
    path, citizen = await office.handed_in(**(place or {}))
    done = await (await office.desk("approver")).post(
        f"{path}/not_accept", {"reason": "不符合条件", "basis": "办法第二条", "step": "confirm"}
    )
    assert done.status == 303, done.text
    found = await services.applications.get(path.split("/")[3])
    return await brought(office, await on_its_way(office.town, found), how), citizen


async def decision_at(office: Office, how: How) -> Serving:
    """A decision of the blacklist that waits for a clerk at a step."""
    town, party = office.town, await office.town.applicant()
    case = await town.application(State.SUBMITTED, party=party, guide=plain_guide(61))
    ban = await Listing(town, party.id, (Reference("application", case["_id"]),)).confirmed()
    due = Due(f"{ban['_id']}:ban.paper", "ban.paper", ban["_id"], town.clock.now(), 1, "lease")
    assert await serve_ban(town.stores, due, town.by())
    return await brought(office, f"{ban['_id']}:ban", how)


async def brought(office: Office, key: str, how: How) -> Serving:
    """The paper, once it has come to this step."""
    services, clock = office.town.services, office.town.clock
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
    return serving


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


async def printed(desk: Browser, serving: Serving, reason: str = "装入信封") -> Page:
    return await desk.post(f"/admin/servings/{serving['_id']}/print", {"reason": reason})


async def test_a_letter_is_printed_whole_with_its_slip_and_on_record(office: Office) -> None:
    address = "王小明 番禺区市桥街1号"
    serving, citizen = await paper_at(office, How.LETTER, {"how": "courier", "address": address})
    services, desk = office.town.services, await office.desk("window")
    path = f"/admin/servings/{serving['_id']}"
    page = (await desk.get(path)).text
    assert f'action="{path}/print"' in page
    assert address not in page
    refused = await printed(desk, serving, " ")
    assert (refused.status, "请填写查看完整信息的理由" in refused.text) == (400, True)
    paper = await printed(desk, serving)
    found = await services.applications.get(serving["about"])
    person = await services.applicants.get(serving["applicant"])
    remedy = "如果不服本决定，可以自收到之日起60日内申请行政复议"
    subject = f"account:{person['account']}"
    citizen.cookies["session"] = await services.sessions.open(subject, office.town.by(subject))
    own = (await citizen.get(f"/applications/{serving['about']}")).text
    for said in ("不符合条件", "办法第二条", str(found["serial"]), remedy):
        assert (said in paper.text, said in own) == (True, True), said
    for said in ("不予受理通知书", "王小明", address, "送达回证", "邮寄送达", "收到日期"):
        assert said in paper.text, said
    assert services.applicants.number(person) not in paper.text
    assert paper.headers["Cache-Control"] == "no-store"
    stored = await services.servings.documents.find_one({"_id": serving["_id"]})
    told = [event for event in stored["events"] if event["name"] == "serving.printed"]
    assert [(one["actor"], one["data"]["applicant"]) for one in told] == [
        ("staff:window", serving["applicant"])
    ]
    reason = services.privacy.opened(told[0]["data"]["reason"], f"serving:{serving['_id']}:reason")
    assert reason == "装入信封"


async def test_a_denial_is_printed_with_the_name_of_its_file(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("approver")
    denied = {"decision": "denied", "reason": "未居住满半年"}
    assert (await conclude(desk, path, denied, ("决定书.pdf", PDF))).status == 303
    found = await office.application(path)
    serve = to_serve(found, NOT_TOLD)
    assert serve
    due = Due(f"{found['_id']}:paper", "application.paper", serve.about, office.town.clock.now(), 1, "lease")
    assert await office.town.services.servings.begin(serve, due, office.town.by())
    serving = await brought(office, serve.key, How.CALL)
    paper = (await printed(await office.desk("approver"), serving, "电话宣读")).text
    for said in (serve.title.partition("（")[0], "未居住满半年", "决定书.pdf", found["department_name"]):
        assert said in paper, said


@pytest.mark.article("28.notice")
async def test_a_decision_of_the_blacklist_is_printed_in_the_words_of_its_page(office: Office) -> None:
    services = office.town.services
    serving = await decision_at(office, How.LETTER)
    ban = await services.bans.get(serving["about"])
    number = services.applicants.number(await services.applicants.get(serving["applicant"]))
    for username, status in (("approver", 404), ("centre", 403)):
        assert (await printed(await office.desk(username), serving)).status == status
    text = (await printed(await office.desk("window"), serving)).text
    paper = paper_of(ban)
    for said in (paper.title, paper.number, paper.office, number, "没有登记地址"):
        assert said in text, said
    for part in paper.parts:
        assert part.title in text
        assert all(line in text for line in part.lines), part.title


@pytest.mark.parametrize(
    ("username", "how", "status"),
    [
        ("civil", How.CALL, 404),
        ("centre", How.CALL, 403),
        ("approver", How.PUBLIC_NOTICE, 200),
        ("approver", How.OWN_PAGE, 409),
    ],
)
async def test_a_paper_is_printed_by_who_serves_it_while_a_clerk_does(
    office: Office, username: str, how: How, status: int
) -> None:
    serving, _ = await paper_at(office, how)
    desk = await office.desk(username)
    assert (await printed(desk, serving)).status == status
    stored = await office.town.services.servings.documents.find_one({"_id": serving["_id"]})
    names = [event["name"] for event in stored["events"]]
    assert names.count("serving.printed") == (status == 200)
    if username == "approver":
        page = (await desk.get(f"/admin/servings/{serving['_id']}")).text
        assert ("打印文书" in page) == (status == 200)


async def test_a_paper_that_has_arrived_is_printed_no_more(office: Office) -> None:
    serving, _ = await paper_at(office, How.LETTER)
    await office.town.services.servings.opened(serving["paper"], serving["about"], office.town.by())
    assert (await printed(await office.desk("window"), serving)).status == 409
