"""The blacklist in the panel: each action by role and state, and two officers at once (article 28)."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from models.blacklist import EXPIRY, Ban, FlagState, Reference, State
from models.outgoing.deliveries import Plan, Via
from models.people import Party
from models.schedule import Due
from models.staff import Role
from tests.files import a_pdf
from tests.house.browser import Browser, Page
from tests.house.guides import USCC, plain_guide
from tests.house.listing import FACTS, SEEN, WORDS, Listing
from tests.house.office import Office
from tests.house.staff import Post

OFFICERS = ("li", "wang", "zhao", "qian")
"""As in `house.listing`; the last one has no part in any decision."""
DECIDES = frozenset({Role.SERVICE_MANAGEMENT})
FLAGS = DECIDES | {Role.WINDOW, Role.REVIEWER, Role.APPROVER, Role.SUPERVISOR}


@pytest.fixture(scope="module")
async def bureau(office: Office) -> Office:
    """Three officers and one more, and a member of each role at the department."""
    for username in OFFICERS:
        await office.town.member(username, Post((Role.SERVICE_MANAGEMENT,)))
    for role in Role:
        await office.town.member(f"only.{role}", Post((role,), USCC))
    return office


class Listed:
    """A person with an application, and the desks of the officers."""

    def __init__(self, office: Office, party: Party, case: Any) -> None:
        self.office, self.party, self.case = office, party, case
        self.listing = Listing(office.town, party.id, (Reference("application", case["_id"]),))

    async def at(self, state: str) -> str:
        """The id of a decision in a state of its life."""
        if state == "proposed":
            return (await self.listing.proposed())["_id"]
        if state == "confirmed":
            return (await self.listing.confirmed())["_id"]
        if state == "appealed":
            return (await self.listing.appealed(self.party))["_id"]
        delivered = await self.listing.delivered()
        key, stores, by = delivered["_id"], self.office.town.stores, self.listing.by
        li = await stores.staff.get("li")
        if state == "malice":
            await stores.malice.propose(key, li, FACTS, by(li))
        if state == "expired":
            assert delivered["until"]
            by_worker = replace(by(li), at=delivered["until"])
            due = Due(f"{key}:{EXPIRY}", EXPIRY, key, delivered["until"], 1, "lease")
            assert await stores.decisions.expire(due, by_worker)
        if state == "delisted":
            await stores.decisions.delist(key, li, "非故意", by(li))
        return key

    async def ban(self, key: str) -> Ban:
        return await self.office.town.stores.bans.get(key)


@pytest.fixture
async def listed(bureau: Office) -> Listed:
    """Later than those of the tests before, so that lists of the latest begin with it."""
    bureau.town.clock.advance(timedelta(minutes=1))
    party = await bureau.town.applicant()
    return Listed(bureau, party, await bureau.town.application(party=party, guide=plain_guide(9)))


async def sent(desk: Browser, path: str, fields: Mapping[str, Any], file: bytes = b"") -> Page:
    """A form that may have a file."""
    line, given = uuid4().hex, {"_xsrf": await desk.token(), **fields}
    many = {name: value if isinstance(value, list) else [value] for name, value in given.items()}
    pairs = [(name, value) for name, values in many.items() for value in values]
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in pairs
    ]
    head = f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="x.pdf"\r\n'
    parts += [f"{head}Content-Type: application/pdf\r\n\r\n".encode(), file, b"\r\n"]
    body = b"".join([*parts, f"--{line}--\r\n".encode()])
    kind = {"Content-Type": f"multipart/form-data; boundary={line}"}
    return await desk.send(path, "POST", body, kind)


@pytest.mark.article("28.1")
async def test_from_what_a_department_found_to_a_decision(listed: Listed) -> None:
    """Flagged from the case with a file, proposed with it, confirmed by another; each says what is next."""
    office, key = listed.office, listed.case["_id"]
    clerk, li, wang = [await office.desk(name) for name in ("approver", "li", "wang")]
    case = f"/admin/applications/{key}"
    assert f'href="/admin/new-flag?case={key}"' in (await clerk.get(case)).text
    form = await clerk.get(f"/admin/new-flag?case={key}")
    assert listed.case["masked_name"] in form.text
    fields = {"serial": listed.case["serial"], "whom": "", "reason": "false_materials", "words": FACTS}
    path = f"/admin/new-flag?case={key}"
    refused = await sent(clerk, path, fields | {"words": " "})
    assert refused.status == 400
    assert "请写明事实和理由" in refused.text
    assert re.search('value="false_materials" required checked', refused.text)
    raised = await sent(clerk, path, fields, a_pdf())
    assert (raised.status, raised.location) == (303, case)
    assert "线索已提交" in (await clerk.get(case)).text
    queue = (await li.get("/admin/flags")).text
    [flag] = re.findall(r'href="/admin/flags/([0-9a-f]{32})"', queue)
    page = (await li.get(f"/admin/flags/{flag}")).text
    for said in ("提供虚假材料或信息", FACTS, listed.case["serial"], "approver的姓名"):
        assert said in page
    [file] = set(re.findall(rf"/admin/flags/{flag}/files/([0-9a-f]{{32}})", page))
    assert (await li.get(f"/admin/flags/{flag}/files/{file}")).status == 200
    form = await li.get(f"/admin/new-ban?flag={flag}")
    ticked = re.findall(r'name="evidence" value="([^"]*)" checked', form.text)
    assert ticked == [f"file:{file}", f"application:{key}"]
    fields = {"ground": "falsehood", "facts": FACTS, "evidence": ticked}
    empty = await sent(li, f"/admin/new-ban?flag={flag}", fields | {"evidence": []})
    assert empty.status == 422
    assert FACTS in empty.text
    proposed = await sent(li, f"/admin/new-ban?flag={flag}", fields, a_pdf())
    assert re.fullmatch("/admin/bans/[0-9a-f]{32}", proposed.location)
    page = (await li.get(proposed.location)).text
    assert "处理决定已提出，待另一位同事复核。" in page
    assert "须由另一位同事复核" in page
    assert page.count("SHA-256") == 3
    assert (await li.post(f"{proposed.location}/confirm")).status == 422
    for number, said in ((1, "打开文件"), (2, listed.case["item_name"]), (3, "打开文件")):
        evidence = (await wang.get(f"{proposed.location}/evidence/{number}")).text
        assert "核对一致" in evidence
        assert said in evidence
    assert (await wang.get(f"{proposed.location}/evidence/4")).status == 404
    assert (await wang.post(f"{proposed.location}/confirm")).location == proposed.location
    page = (await wang.get(proposed.location)).text
    assert "决定已作出" in page
    assert re.search(r"番政管〔\d{4}〕\d+号", page)
    assert "li的姓名" in page
    assert "已提出处理决定" in (await li.get(f"/admin/flags/{flag}")).text


async def test_evidence_that_was_changed_says_so(listed: Listed) -> None:
    key = await listed.at("proposed")
    bans = listed.office.town.stores.bans
    await bans.documents.update_one({"_id": key}, {"$set": {"evidence.0.sha256": "0" * 64}})
    page = (await (await listed.office.desk("wang")).get(f"/admin/bans/{key}/evidence/1")).text
    assert "核对不一致" in page
    [*_, event] = (await bans.documents.find_one({"_id": key}))["events"]
    assert (event["name"], event["actor"]) == ("ban.evidence_viewed", "staff:wang")


@pytest.mark.article("28.1", "28.2")
@pytest.mark.parametrize("role", Role)
async def test_who_flags(listed: Listed, role: Role) -> None:
    desk = await listed.office.desk(f"only.{role}")
    fields = {"serial": listed.case["serial"], "reason": "seen", "words": SEEN}
    answer = await sent(desk, "/admin/new-flag", fields)
    assert answer.status == (303 if role in FLAGS else 403)
    flags = listed.office.town.stores.flags
    assert len(await flags.of_applicants([listed.party.id])) == (role in FLAGS)


async def test_a_flag_on_another_departments_case_is_as_on_none(listed: Listed) -> None:
    civil = await listed.office.desk("civil")
    fields = {"serial": listed.case["serial"], "reason": "seen", "words": SEEN}
    unknown = await sent(civil, "/admin/new-flag", fields | {"serial": "440113261125000000000"})
    for words in (SEEN, ""):
        refused = await sent(civil, "/admin/new-flag", fields | {"words": words})
        assert refused.status == 404
        assert "没有找到" in refused.text
    assert unknown.status in (400, 404)
    assert (await civil.get(f"/admin/new-flag?case={listed.case['_id']}")).text.count("王小明") == 0
    assert await listed.office.town.stores.flags.of_applicants([listed.party.id]) == []


ACTIONS: Mapping[str, tuple[dict[str, str], frozenset[str]]] = {
    "confirm": ({}, frozenset({"proposed"})),
    "decline": ({"reason": "证据不足"}, frozenset({"proposed"})),
    "delist": ({"reason": "非故意"}, frozenset({"confirmed", "delivered", "appealed", "malice", "expired"})),
    "malice": ({"facts": FACTS}, frozenset({"delivered", "appealed", "expired"})),
    "malice-confirm": ({}, frozenset({"malice"})),
    "malice-decline": ({}, frozenset({"malice"})),
}
"""What is sent, and the states of a decision's life in which it is done."""
STATES = ("proposed", "confirmed", "delivered", "appealed", "malice", "expired", "delisted")


@pytest.mark.parametrize("state", [*STATES])
@pytest.mark.parametrize("action", ACTIONS)
async def test_what_is_done_in_which_state(listed: Listed, action: str, state: str) -> None:
    """Refused it changes nothing, says why, and keeps what was written."""
    fields, states = ACTIONS[action]
    key = await listed.at(state)
    before = await listed.ban(key)
    answer = await (await listed.office.desk("qian")).post(f"/admin/bans/{key}/{action}", fields)
    if state in states:
        assert answer.location == f"/admin/bans/{key}"
        assert len((await listed.ban(key))["timeline"]) == len(before["timeline"]) + 1
    else:
        assert answer.status == 409
        assert "请刷新后查看" in answer.text or "已不再执行" in answer.text
        assert await listed.ban(key) == before


@pytest.mark.article("28.delisting")
@pytest.mark.parametrize("state", STATES)
async def test_where_it_is_done_there_is_a_form(listed: Listed, state: str) -> None:
    key = await listed.at(state)
    page = (await (await listed.office.desk("qian")).get(f"/admin/bans/{key}")).text
    assert {name for name in ACTIONS if f'action="/admin/bans/{key}/{name}"' in page} == {
        name for name, (_, states) in ACTIONS.items() if state in states
    }


@pytest.mark.parametrize("role", [role for role in Role if role not in DECIDES])
async def test_nobody_else_sees_or_does_anything(listed: Listed, role: Role) -> None:
    """Nor is anything of it found by the search of cases or on the page of one."""
    key, desk = await listed.at("appealed"), await listed.office.desk(f"only.{role}")
    before = await listed.ban(key)
    for path in ("/admin/blacklist", f"/admin/blacklist/{listed.party.id}", "/admin/flags", "/admin/bans"):
        assert (await desk.get(path)).status == 403
    for path in (f"/admin/bans/{key}", f"/admin/appeals/{key}", f"/admin/bans/{key}/evidence/1"):
        assert (await desk.get(path)).status == 403
    for action, (fields, _) in ACTIONS.items():
        assert (await desk.post(f"/admin/bans/{key}/{action}", fields)).status == 403
    verdict = {"decision": "lifted", "reason": "成立"}
    assert (await desk.post(f"/admin/appeals/{key}/verdict", verdict)).status == 403
    assert await listed.ban(key) == before
    case = (await desk.get(f"/admin/applications/{listed.case['_id']}")).text
    for said in ("番政管", FACTS, "黑名单决定", f"/admin/blacklist/{listed.party.id}"):
        assert said not in case


@pytest.mark.parametrize("action", ["decline", "delist", "malice"])
async def test_a_refusal_keeps_what_was_written(listed: Listed, action: str) -> None:
    key = await listed.at("proposed" if action == "decline" else "delivered")
    field = next(iter(ACTIONS[action][0]))
    desk = await listed.office.desk("wang")
    assert (await desk.post(f"/admin/bans/{key}/{action}", {field: " "})).status == 400
    long = "很长" * 1001
    refused = await desk.post(f"/admin/bans/{key}/{action}", {field: long})
    assert refused.status == 400
    assert long in refused.text


@pytest.mark.article("28.appeal")
async def test_a_third_officer_answers_an_appeal(listed: Listed) -> None:
    key = await listed.at("appealed")
    path, fields = f"/admin/appeals/{key}", {"decision": "kept", "reason": "证据确凿"}
    for username in ("li", "wang"):
        desk = await listed.office.desk(username)
        assert "须由另一位同事答复" in (await desk.get(path)).text
        refused = await desk.post(f"{path}/verdict", fields)
        assert refused.status == 422
        assert "请交由另一位同事处理" in refused.text
    zhao = await listed.office.desk("zhao")
    assert f"/admin/appeals/{key}" in (await zhao.get("/admin/appeals")).text
    page = (await zhao.get(path)).text
    assert WORDS in page
    [file] = set(re.findall(rf"{path}/files/([0-9a-f]{{32}})", page))
    assert (await zhao.get(f"{path}/files/{file}")).status == 200
    assert (await zhao.get(f"{path}/files/{'0' * 32}")).status == 404
    assert "核对一致" in (await zhao.get(f"{path}/evidence/1")).text
    assert (await zhao.post(f"{path}/verdict", {"decision": "kept"})).status == 400
    assert (await zhao.post(f"{path}/verdict", {"reason": "x"})).status == 400
    assert (await zhao.post(f"{path}/verdict", fields)).location == path
    page = (await zhao.get(path)).text
    assert "已答复：申诉不成立，维持原决定" in page
    assert "证据确凿" in page
    assert "zhao的姓名" in page
    again = await zhao.post(f"{path}/verdict", fields | {"decision": "lifted"})
    assert again.status == 409
    assert "该申诉已作出答复" in again.text
    assert path in (await zhao.get("/admin/appeals?show=decided")).text


async def test_an_appeal_that_is_late_is_found(listed: Listed) -> None:
    key = await listed.at("appealed")
    zhao, clock = await listed.office.desk("zhao"), listed.office.town.clock
    assert key not in (await zhao.get("/admin/appeals?show=overdue")).text
    before = clock.now()
    try:
        clock.advance(timedelta(days=60))
        page = (await (await listed.office.desk("zhao")).get("/admin/appeals?show=overdue")).text
    finally:
        clock.set(before)
    assert key in page
    assert "已超期" in page


async def at_once(desks: list[Browser], path: str, forms: list[dict[str, str]]) -> Page:
    """What the one was told who came second; the first was led on."""
    for desk in desks:
        await desk.token()
    pages = await asyncio.gather(*(desk.post(path, form) for desk, form in zip(desks, forms, strict=True)))
    assert sorted(page.status for page in pages) == [303, 409]
    return next(page for page in pages if page.status == 409)


async def test_of_two_officers_who_close_a_flag_at_once_one_is_told(listed: Listed) -> None:
    flag = (await listed.listing.flagged())["_id"]
    desks = [await listed.office.desk(name) for name in ("li", "wang")]
    reasons = [{"reason": "不成立"}, {"reason": "已核实"}]
    told = await at_once(desks, f"/admin/flags/{flag}/dismiss", reasons)
    assert "这条线索刚刚已由其他同事处理" in told.text
    found = await listed.office.town.stores.flags.get(flag)
    assert found["state"] is FlagState.DISMISSED
    assert found["closed"]
    assert found["closed"]["reason"] in told.text  # and sees by whom and why
    [_, event] = (await listed.office.town.stores.flags.documents.find_one({"_id": flag}))["events"]
    assert event["name"] == "flag.dismissed"


async def test_of_two_officers_who_take_a_flag_at_once_one_is_told(listed: Listed) -> None:
    flag = (await listed.listing.flagged())["_id"]
    desks = [await listed.office.desk(name) for name in ("li", "wang")]
    fields = {"ground": "disorder", "facts": FACTS, "evidence": [f"application:{listed.case['_id']}"]}
    for desk in desks:
        await desk.token()
    path = f"/admin/new-ban?flag={flag}"
    pages = await asyncio.gather(*(sent(desk, path, fields) for desk in desks))
    assert sorted(page.status for page in pages) == [303, 409]
    [told] = [page for page in pages if page.status == 409]
    assert "已由其他同事处理" in told.text or "正在办理或生效中的黑名单决定" in told.text
    bans = listed.office.town.stores.bans
    assert await bans.documents.count_documents({"applicant": listed.party.id}) == 1


async def test_of_two_officers_who_answer_an_appeal_at_once_one_is_told(listed: Listed) -> None:
    key = await listed.at("appealed")
    desks = [await listed.office.desk(name) for name in ("zhao", "qian")]
    forms = [{"decision": "lifted", "reason": "成立"}, {"decision": "kept", "reason": "不成立"}]
    told = await at_once(desks, f"/admin/appeals/{key}/verdict", forms)
    assert "该申诉已作出答复" in told.text
    appeal = (await listed.ban(key))["appeal"]
    assert appeal
    assert appeal["reason"] in told.text


async def test_of_two_officers_who_decide_a_proposal_at_once_one_is_told(listed: Listed) -> None:
    key = await listed.at("proposed")
    desks = [await listed.office.desk(name) for name in ("wang", "zhao")]
    told = await at_once(desks, f"/admin/bans/{key}/confirm", [{}, {}])
    assert "已由其他同事处理" in told.text
    assert (await listed.ban(key))["state"] is State.CONFIRMED


@pytest.mark.article("28.delisting")
async def test_all_of_a_person_on_one_page_and_what_is_counted(listed: Listed) -> None:
    office = listed.office
    flag = (await listed.listing.flagged())["_id"]
    key = await listed.at("appealed")
    desk = await office.desk("qian")
    person = (await desk.get(f"/admin/blacklist/{listed.party.id}")).text
    for path in (f"/admin/flags/{flag}", f"/admin/bans/{key}", f"/admin/appeals/{key}"):
        assert path in person
    assert "提出处理决定</a>" not in person  # one at a time
    assert (await desk.post(f"/admin/bans/{key}/delist", {"reason": "非故意"})).status == 303
    assert "提出处理决定</a>" in (await desk.get(f"/admin/blacklist/{listed.party.id}")).text
    figures = (await desk.get("/admin/blacklist")).text
    found = re.findall(r'href="(/admin/(?:flags|bans|appeals)\?[^"]*)">(?:<strong>)?(\d+)<', figures)
    assert len(found) == 6 + 6 + 12
    for address, count in found:
        shown = (await desk.get(address.replace("&amp;", "&"))).text
        rows = len(re.findall("<tr", shown.partition("<tbody>")[2].split("</tbody>")[0]))
        assert rows == min(int(count), 30), address
    assert any(count != "0" for _, count in found)


async def test_what_was_sent_to_other_systems_and_taken_back_is_shown(listed: Listed) -> None:
    key = await listed.at("delivered")
    stores, now = listed.office.town.stores, listed.office.town.clock.now()
    for number, name in enumerate(("ban.malice_confirmed", "ban.delisted")):
        event = {"_id": f"{number}{key[1:]}", "name": name, "about": key, "at": now, "actor": "system"}
        more = {"channel": "system", "request": "r", "data": {}}
        await stores.outbox.documents.insert_one(event | more)
        plans = [Plan(Via.GOVERNMENT, "credit", "credit")]
        await stores.deliveries.plan({"id": event["_id"], "request": "r"}, plans, now)
    claimed = await stores.deliveries.claim(now)
    assert claimed
    await stores.deliveries.sent(claimed, "RECEIPT-1", now)
    page = (await (await listed.office.desk("qian")).get(f"/admin/bans/{key}")).text
    assert "社会信用体系" in page
    assert "RECEIPT-1" in page
    assert "等待报送" in page
    assert page.count('data-name="内容">撤回') == 1


async def test_lists_are_narrowed(listed: Listed) -> None:
    key = await listed.at("delivered")
    desk = await listed.office.desk("qian")
    month = (await listed.ban(key))["proposed_at"].strftime("%Y-%m")
    for asked, there in (
        ("show=in_force&ground=falsehood", True),
        ("show=in_force&ground=malice", False),
        (f"show=made&month={month}", True),
        ("show=made&month=2025-13", True),  # no month of the list: not narrowed
        ("show=unread", False),
        ("show=ended", False),
    ):
        assert (key in (await desk.get(f"/admin/bans?{asked}")).text) == there, asked
    flag = (await listed.listing.flagged())["_id"]
    assert flag in (await desk.get("/admin/flags?reason=seen")).text
    assert flag not in (await desk.get("/admin/flags?reason=same_item")).text
