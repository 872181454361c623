"""Kiosks in the panel: who sees which, and each action by role and state (articles 18, 20 and 21)."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from handlers.admin.kiosks.forms import FORMS
from handlers.admin.kiosks.words import TOLD
from handlers.chat.envelope import Message
from handlers.chat.places import Nearby
from handlers.chat.telling import locale_of
from models.foreseen import ConsequencesChanged
from models.kiosks import CommandName, DeviceState, Heard, Kiosks, Outcome, State
from models.kiosks.actions import STEPS, Action
from models.kiosks.commands import KioskServing
from models.kiosks.contacts import NotTheContact
from models.kiosks.heartbeats import Nonce
from models.kiosks.suspending import Wanted
from models.outgoing.notices import plan
from models.workdays import PANYU
from tests.files import a_pdf
from tests.handlers.admin.test_blacklist import sent
from tests.handlers.test_round_trips import watched
from tests.house.browser import Browser, Page
from tests.house.guides import USCC
from tests.house.kiosks import GUIDE, NOT_HERE, POSTS, Kiosked, kiosked
from tests.house.office import Office
from tests.house.places import HALL

Making = Callable[[Kiosked], Awaitable[Any]]
TWO = {"contact", "second"}
KEEPERS = {"centre", "township"}
IN_HALL = {State.IN_SERVICE, State.SUSPENDED, State.UNDER_REPAIR, State.TAKEN_AWAY}


@dataclass(frozen=True)
class Case:
    """Who may, of the people of `POSTS`; from which states; how a kiosk is made with which it can be done;
    its state then; what is sent."""

    who: set[str]
    states: set[State]
    made: Making
    after: State
    fields: Mapping[str, str]
    file: bool = False


def at(state: State) -> Making:
    return lambda kiosks: kiosks.brought_to(state)


def suspended(days: int) -> Making:
    async def made(kiosks: Kiosked) -> Any:
        return await kiosks.suspended((await kiosks.in_service())["_id"], days)

    return made


async def announced(kiosks: Kiosked) -> Any:
    start = kiosks.stores.clock() + timedelta(days=10)
    wanted = Wanted(start, start + timedelta(hours=1), "系统升级")
    return await kiosks.planned((await kiosks.in_service())["_id"], wanted)


async def leaving(kiosks: Kiosked) -> Any:
    return await kiosks.withdrawn((await kiosks.in_service())["_id"])


CASES: Mapping[Action, Case] = {
    Action.REVIEW: Case({"digital"}, {State.REQUESTED}, at(State.REQUESTED), State.REVIEWED, {}),
    Action.PLACE: Case(
        {"digital"},
        {State.REVIEWED},
        at(State.REVIEWED),
        State.PLACED,
        {"hall": HALL.code, "position": "二楼1号位"},
    ),
    Action.DECLINE: Case(
        {"digital"},
        {State.REQUESTED, State.REVIEWED},
        at(State.REVIEWED),
        State.DECLINED,
        {"reason": "没有空位"},
    ),
    Action.GIVE_PAPER: Case(
        TWO,
        {State.REQUESTED, State.REVIEWED, State.PLACED} | IN_HALL,
        at(State.IN_SERVICE),
        State.IN_SERVICE,
        {"paper": "instructions"},
        file=True,
    ),
    Action.ISSUE_CODE: Case({"digital"}, {State.PLACED}, at(State.PLACED), State.PLACED, {}),
    Action.COMMAND: Case(
        {"digital"},
        IN_HALL,
        at(State.IN_SERVICE),
        State.IN_SERVICE,
        {"command": "update", "argument": "2.1.0"},
    ),
    Action.REVOKE_KEY: Case({"digital"}, IN_HALL, at(State.IN_SERVICE), State.IN_SERVICE, {}),
    Action.REPORT_FAULT: Case(
        TWO | KEEPERS,
        {State.IN_SERVICE},
        at(State.IN_SERVICE),
        State.UNDER_REPAIR,
        {"cause": "own", "words": "不出纸"},
    ),
    Action.REPAIR: Case(TWO | KEEPERS, {State.UNDER_REPAIR}, at(State.UNDER_REPAIR), State.IN_SERVICE, {}),
    Action.PLAN_SUSPENSION: Case(
        {"contact"},
        {State.IN_SERVICE},
        at(State.IN_SERVICE),
        State.IN_SERVICE,
        {"reason": "系统升级", "letter_number": "番函2号"},
        file=True,
    ),
    Action.CALL_OFF_SUSPENSION: Case({"contact"}, set(), announced, State.IN_SERVICE, {}),
    Action.POST_SUSPENSION: Case(
        KEEPERS, {State.SUSPENDED, State.TAKEN_AWAY}, announced, State.IN_SERVICE, {}
    ),
    Action.RESUME: Case({"contact"}, {State.SUSPENDED}, at(State.SUSPENDED), State.IN_SERVICE, {}),
    Action.TAKE_AWAY: Case(KEEPERS, set(), suspended(14), State.TAKEN_AWAY, {}),
    Action.BRING_BACK: Case(KEEPERS, {State.TAKEN_AWAY}, at(State.TAKEN_AWAY), State.IN_SERVICE, {}),
    Action.REMOVE: Case(KEEPERS, set(), suspended(15), State.REMOVED, {}),
    Action.ATTRIBUTE: Case(
        {"digital"},
        {State.SUSPENDED, State.UNDER_REPAIR, State.TAKEN_AWAY},
        at(State.UNDER_REPAIR),
        State.UNDER_REPAIR,
        {"cause": "third_party", "reason": "全楼停电"},
    ),
    Action.FIND: Case(
        TWO | {"digital"},
        IN_HALL,
        at(State.UNDER_REPAIR),
        State.UNDER_REPAIR,
        {"finding": "beyond_repair", "words": "主板烧毁"},
    ),
    Action.PROLONG: Case(
        {"digital"},
        {State.PLACED} | IN_HALL,
        at(State.IN_SERVICE),
        State.IN_SERVICE,
        {"use_until": "2035-01-01"},
    ),
    Action.AGREE: Case({"digital"}, set(), leaving, State.IN_SERVICE, {"leaves_on": "2035-01-01"}),
    Action.DISMISS: Case({"digital"}, set(), leaving, State.IN_SERVICE, {"reason": "仍有使用需求"}),
    Action.WITHDRAW: Case(
        {"contact"},
        IN_HALL,
        at(State.IN_SERVICE),
        State.IN_SERVICE,
        {"reason": "更新换代", "letter_number": "番函1号"},
        file=True,
    ),
    Action.HAND_BACK: Case(
        KEEPERS, {State.RETIRED}, at(State.RETIRED), State.HANDED_BACK, {"words": "已交还王工"}
    ),
}
"""By hand. `states` are those of kiosks that `brought_to` makes, of which nothing else was announced."""
REQUEST: Mapping[str, Any] = {
    "name": "居住证自助机",
    "maker": "番禺电子",
    "model": "PY-100",
    "peripherals": ["printer", "reader"],
    "items": [GUIDE.item],
    "supplier_a4_paper": "centre",
    "supplier_bills": "department",
    "network": "dedicated",
    "network_name": "公安网",
    "owner": "department",
    "use_until": "2035-12-31",
    "card_procedure": "按住退卡键五秒",
    "card_name": "陈工",
    "card_phone": "13500135000",
    "card_minutes": "60",
}


@pytest.fixture(scope="module")
async def kiosks(office: Office) -> Kiosked:
    return await kiosked(office.town)


async def desks(office: Office) -> dict[str, Browser]:
    """Signed in now: the clock goes on by weeks while a kiosk is brought into its state."""
    return {username: await office.desk(username) for username in POSTS}


def offered(page: Page, key: str) -> set[str]:
    return set(re.findall(rf'action="/admin/kiosks/{key}/(\w+)"', page.text))


async def kept(kiosks: Kiosked, key: str) -> Any:
    return await kiosks.stores.kiosks.documents.find_one({"_id": key})


async def send(
    kiosks: Kiosked, desk: Browser, key: str, action: Action, changes: Mapping[str, str] | None = None
) -> Page:
    """The form as it should be filled, but for `changes`."""
    case, found = CASES[action], await kiosks.get(key)
    fields = dict(case.fields)
    if action is Action.ATTRIBUTE and found["outages"]:
        fields["start"] = found["outages"][-1]["start"].isoformat()
    if action is Action.PLAN_SUSPENSION:
        start = kiosks.stores.clock().astimezone(PANYU) + timedelta(days=20)
        fields |= {"start": f"{start:%Y-%m-%dT%H:%M}", "end": f"{start + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    file, address = a_pdf() if case.file else b"", f"/admin/kiosks/{key}/{action}"
    fields |= changes or {}
    if FORMS[action].asks:
        fields["step"] = "confirm"
    if FORMS[action].foresee is None:
        return await sent(desk, address, fields, file)
    shown = await sent(desk, address, fields)
    seen = re.search(r'name="seen" value="(\w+)"', shown.text)
    return await sent(desk, address, {**fields, "seen": seen[1]}, file) if seen else shown


def test_each_action_of_people_has_its_form() -> None:
    """But for a request, which has a page of its own."""
    ours = {action for action, step in STEPS.items() if step.scopes}
    assert set(FORMS) == set(CASES) == ours - {Action.REQUEST, Action.REQUEST_AGAIN}
    assert set(TOLD) == {*Kiosks.tells}


@pytest.mark.article("5.duties", "21.1", "21.supervision", "21.7")
@pytest.mark.parametrize("action", FORMS)
async def test_those_who_may_send_a_form_and_nobody_else(
    office: Office, kiosks: Kiosked, action: Action
) -> None:
    """It is on their page alone; another's request changes nothing; theirs is done and told once."""
    case, key = CASES[action], (await CASES[action].made(kiosks))["_id"]
    people, before = await desks(office), await kept(kiosks, key)
    for username in people.keys() - case.who:
        page = await people[username].get(f"/admin/kiosks/{key}")
        assert page.status in (200, 403, 404)
        assert action.value not in offered(page, key), username
        refused = await send(kiosks, people[username], key, action)
        assert refused.status in (403, 404) or NotTheContact.message in refused.text, username
        assert await kept(kiosks, key) == before, username
    for username in case.who:
        assert action.value in offered(await people[username].get(f"/admin/kiosks/{key}"), key), username
    done = await send(kiosks, people[min(case.who)], key, action)
    assert done.status == (200 if action is Action.ISSUE_CODE else 303), done.text
    after = await kiosks.get(key)
    assert (after["state"], after["timeline"][-1]["what"]) == (case.after, STEPS[action].event)
    assert len(after["timeline"]) == len(before["timeline"]) + 1
    page = await people[min(case.who)].get(f"/admin/kiosks/{key}")
    assert (page.status, FORMS[action].said in page.text) == (200, True)
    assert TOLD[STEPS[action].event] in page.text


@pytest.mark.parametrize("action", [action for action, case in CASES.items() if case.fields])
async def test_what_a_form_does_not_know_is_said_beside_it(
    office: Office, kiosks: Kiosked, action: Action
) -> None:
    """Nothing, nonsense, and too much of it: each is refused with what was typed, and changes nothing."""
    case, key = CASES[action], (await CASES[action].made(kiosks))["_id"]
    desk, before = await office.desk(min(case.who)), await kept(kiosks, key)
    names = [one.name for one in FORMS[action].fields if one.kind != "file" and one.required]
    for name in names:
        for text in ("", "没有的", "9" * 2100):
            if (name, action) == ("position", Action.PLACE) and text == "没有的":
                continue
            free = name in ("reason", "words", "letter_number")
            if free and text == "没有的":
                continue
            refused = await send(kiosks, desk, key, action, {name: text})
            assert 400 <= refused.status < 500, (name, text)
            assert 'id="fault"' in refused.text, (name, text)
            assert await kept(kiosks, key) == before, (name, text)


@pytest.mark.article("21.1")
@pytest.mark.parametrize("state", State)
async def test_what_is_offered_in_a_state_and_what_is_refused(
    office: Office, kiosks: Kiosked, state: State
) -> None:
    key = (await kiosks.brought_to(state))["_id"]
    people, before = await desks(office), await kept(kiosks, key)
    pages = {username: await desk.get(f"/admin/kiosks/{key}") for username, desk in people.items()}
    for action, case in CASES.items():
        for username in case.who:
            may = state in case.states
            assert (action.value in offered(pages[username], key)) == may, (username, action)
            if not may and action is not Action.ATTRIBUTE:
                refused = await send(kiosks, people[username], key, action)
                assert 400 <= refused.status < 500, (username, action)
                assert await kept(kiosks, key) == before, (username, action)


@pytest.mark.article("18.1", "21.7")
async def test_who_sees_which(office: Office, kiosks: Kiosked) -> None:
    requested = (await kiosks.requested(name="0还没有位置的"))["_id"]
    standing = (await kiosks.in_service(name="0在大厅的"))["_id"]
    both, none = {requested, standing}, set[str]()
    seen = {"contact": both, "second": both, "head": both, "digital": both, "other": none, "elsewhere": none}
    seen |= {"centre": {standing}, "township": {standing}}
    for username, keys in seen.items():
        desk = await office.desk(username)
        page = await desk.get("/admin/kiosks")
        assert page.status == 200
        for key, name in ((requested, "0还没有位置的"), (standing, "0在大厅的")):
            assert (name in page.text) == (key in keys), (username, name)
            assert (await desk.get(f"/admin/kiosks/{key}")).status == (200 if key in keys else 404)
    assert (await (await office.desk("window")).get("/admin/kiosks")).status == 403


async def test_the_list_is_narrowed(office: Office, kiosks: Kiosked) -> None:
    await kiosks.requested(name="0甲机")
    await kiosks.in_service(name="0乙机")
    desk = await office.desk("digital")
    for query, shown, hidden in (
        ("show=entering", "0甲机", "0乙机"),
        ("show=in_service", "0乙机", "0甲机"),
        (f"hall={HALL.code}", "0乙机", "0甲机"),
        (f"department={USCC}", "0甲机", "没有的"),
    ):
        page = await desk.get(f"/admin/kiosks?{query}")
        assert (shown in page.text, hidden in page.text) == (True, False), query
    for query in ("show=x", "hall=x", "department=x", "after=x", f"after={'0' * 32}"):
        assert (await desk.get(f"/admin/kiosks?{query}")).status < 500, query


@pytest.mark.article("18.3", "21.1", "21.6", "21.card")
async def test_a_request_and_one_more(office: Office, kiosks: Kiosked) -> None:
    """Asked for by the contact, seen by digital affairs, declined, and asked for again as it was."""
    desk = await office.desk("contact")
    form = await desk.get("/admin/kiosks/new")
    assert (GUIDE.item in form.text, NOT_HERE.item in form.text) == (True, False)
    made = await sent(desk, "/admin/kiosks/new", REQUEST)
    assert made.status == 303, made.text
    key = made.location.split("/")[3]
    page = await (await office.desk("digital")).get(f"/admin/kiosks/{key}")
    for words in (GUIDE.name, "专网：公安网", "票据由业务主管部门提供", "陈工 13500135000，60分钟内解决"):
        assert words in page.text
    await kiosks.stores.entering.decline(key, "没有空位", *kiosks.who("digital"))
    assert f"/admin/kiosks/{key}/request_again" in (await desk.get(f"/admin/kiosks/{key}")).text
    again = await desk.get(f"/admin/kiosks/{key}/request_again")
    assert all(f'value="{REQUEST[name]}"' in again.text for name in ("name", "network_name", "card_phone"))
    for username in ("second", "other", "head", "digital", "centre"):
        refused = await sent(await office.desk(username), f"/admin/kiosks/{key}/request_again", REQUEST)
        assert refused.status in (403, 404) or NotTheContact.message in refused.text, username
        assert (await kiosks.get(key))["state"] is State.DECLINED
    assert (await sent(desk, f"/admin/kiosks/{key}/request_again", REQUEST)).status == 303
    assert (await kiosks.get(key))["state"] is State.REQUESTED
    assert (await sent(desk, f"/admin/kiosks/{key}/request_again", REQUEST)).status == 409


@pytest.mark.parametrize("name", REQUEST)
@pytest.mark.parametrize("text", ["", "没有的", "9" * 2100])
async def test_a_request_that_cannot_be_is_shown_again(
    office: Office, kiosks: Kiosked, name: str, text: str
) -> None:
    """What may be said in any words, or need not be said, is let through by the model."""
    desk = await office.desk("contact")
    answer = await sent(desk, "/admin/kiosks/new", {**REQUEST, name: text})
    assert answer.status in (303, 400, 403, 404, 409, 422)
    if answer.status != 303:
        assert 'id="fault"' in answer.text
    strict = {"items", "network", "owner", "use_until", "card_minutes"}
    assert answer.status != 303 or name not in strict


@pytest.mark.article("21.7")
async def test_a_request_is_the_contacts(office: Office, kiosks: Kiosked) -> None:
    count = kiosks.stores.kiosks.documents.count_documents
    before = await count({})
    for username in POSTS.keys() - {"contact"}:
        refused = await sent(await office.desk(username), "/admin/kiosks/new", REQUEST)
        assert refused.status == 403 or NotTheContact.message in refused.text, username
    assert await count({}) == before


@pytest.mark.article("21.7")
async def test_who_answers_for_a_department_names_its_contact(office: Office, kiosks: Kiosked) -> None:
    head = await office.desk("head")
    assert 'value="second"' in (await head.get("/admin/kiosk-contact")).text
    for username, status in (("nobody", 404), ("other", 422), ("head", 422), ("", 404)):
        refused = await head.post("/admin/kiosk-contact", {"member": username})
        assert refused.status == status, username
        assert 'id="fault"' in refused.text
    assert (await head.post("/admin/kiosk-contact", {"member": "second"})).status == 303
    contact = await kiosks.stores.contacts.find(USCC)
    assert contact
    assert contact["member"] == "second"
    await kiosks.stores.contacts.name(USCC, "contact", *kiosks.who("head"))


async def test_what_a_device_did_is_told_as_its_own(office: Office, kiosks: Kiosked) -> None:
    key = (await kiosks.in_service())["_id"]
    page = await (await office.desk("digital")).get(f"/admin/kiosks/{key}")
    assert re.search(r"设备激活，开始服务</strong><br><span[^>]*>[^<]* · 设备</span>", page.text)
    assert "申请人" not in page.text


@pytest.mark.article("20.3")
async def test_a_paper_is_shown_to_those_who_see_its_kiosk(office: Office, kiosks: Kiosked) -> None:
    found = await kiosks.in_service()
    key, file = found["_id"], next(iter(found["papers"].values()))
    strange = next(iter((await kiosks.in_service())["papers"].values()))
    for username, status in (("contact", 200), ("centre", 200), ("other", 404), ("window", 403)):
        desk = await office.desk(username)
        assert (await desk.get(f"/admin/kiosks/{key}/files/{file}")).status == status, username
    assert (await (await office.desk("contact")).get(f"/admin/kiosks/{key}/files/{strange}")).status == 404


async def test_what_a_device_answered_is_shown(office: Office, kiosks: Kiosked) -> None:
    """Who ordered what and when, and the outcome, to all who see the kiosk; what was sent, on record, to who
    gives commands alone."""
    found = await kiosks.in_service()
    key, picture = found["_id"], b"\x89PNG picture"
    for name, text, content in (
        (CommandName.SCREENSHOT, "", picture),
        (CommandName.LOGS, "重新载入 <b>", b"<svg>"),
        (CommandName.RELOAD, "", b""),
    ):
        kiosks.set(kiosks.stores.clock() + timedelta(seconds=1))
        ordered = await kiosks.stores.commands.order(key, name, "", *kiosks.who("digital"))
        if name is not CommandName.RELOAD:
            now = kiosks.stores.clock()
            nonce = Nonce(nonce=f"answer-{name}", until=now + timedelta(minutes=10))
            [command] = [one["id"] for one in ordered["commands"]]
            by = kiosks.house.by(f"kiosk:{key}")
            await kiosks.stores.commands.answer(ordered, nonce, command, Outcome.DONE, text, content, by)
    stores = kiosks.stores
    await stores.outbox.relay([stores.kiosks], stores.deliveries, stores.schedule, plan, stores.clock())
    desk = await office.desk("digital")
    page = await desk.get(f"/admin/kiosks/{key}")
    cells = r'指令">(.*?)</td>.*?下达">(.*?)</td>.*?结果">(.*?)</td>'
    rows = re.findall(f'<td data-name="{cells}', page.text, re.DOTALL)
    assert [name for name, _, _ in rows] == ["重新载入页面", "取回日志", "屏幕截图"]
    assert all(kiosks.members["digital"]["name"] in ordered for _, ordered, _ in rows)
    assert "等待设备执行" in rows[0][2]
    assert all("已执行" in outcome for _, _, outcome in rows[1:])
    logs, screen = re.findall(rf"/admin/kiosks/{key}/answers/[0-9a-f]{{32}}", page.text)
    assert "重新载入 &lt;b&gt;" in (shown := await desk.get(logs)).text
    assert "data:" not in shown.text.split("<main")[1]
    assert f"data:image/png;base64,{b64encode(picture).decode()}" in (await desk.get(screen)).text
    assert (await desk.get(f"/admin/kiosks/{key}/answers/{'0' * 32}")).status == 404
    strange = (await kiosks.in_service())["_id"]
    assert (await desk.get(screen.replace(key, strange))).status in (404, 409)
    viewed = await kiosks.stores.device_answers.documents.find_one({"_id": screen.rpartition("/")[2]})
    assert [event["name"] for event in viewed["events"]] == ["device_answer.viewed"]
    for username in ("contact", "centre", "other", "window"):
        desk = await office.desk(username)
        assert "/answers/" not in (await desk.get(f"/admin/kiosks/{key}")).text
        assert (await desk.get(screen)).status == 403, username


@pytest.mark.article("21.4")
async def test_a_suspension_is_confirmed_with_what_it_does(office: Office, kiosks: Kiosked) -> None:
    """What the law asks, and whom it touches; nothing is saved before, and what was typed stays."""
    key, start = (await kiosks.in_service())["_id"], kiosks.stores.clock().astimezone(PANYU)
    desk, address = await office.desk("contact"), f"/admin/kiosks/{key}/plan_suspension"
    for days, words, letter in (
        (1, ("提前2个工作日", "第二十一条第（四）项", "留在原位"), False),
        (13, ("提前5个工作日", "以工作联络单或公函", "暂时撤离"), True),
        (20, ("提前5个工作日", "期限由本平台设定", "重新进驻"), True),
    ):
        end = start + timedelta(days=20 + days)
        fields = {"start": f"{start + timedelta(days=20):%Y-%m-%dT%H:%M}", "end": f"{end:%Y-%m-%dT%H:%M}"}
        fields["reason"] = "系统<升级>"
        page = await sent(desk, address, fields)
        assert page.status == 200
        assert [word for word in words if word not in page.text] == []
        assert ('name="letter_number"' in page.text) == letter
        assert "系统&lt;升级&gt;" in page.text
        assert (await kiosks.get(key))["suspension"] is None
    back = await sent(desk, address, {**fields, "seen": "x", "step": "edit"})
    assert ('value="' + fields["start"] in back.text, 'id="fault"' in back.text) == (True, False)
    other = await sent(desk, address, {**fields, "seen": "x", "letter_number": "番函9号"}, a_pdf())
    assert (other.status, ConsequencesChanged.message in other.text) == (409, True)
    assert 'value="番函9号"' in other.text
    lacking = await sent(desk, address, {**fields, "seen": "x"})
    assert (lacking.status, "请填写文号并上传文件" in lacking.text) == (422, True)
    assert (await kiosks.get(key))["suspension"] is None


@pytest.mark.article("21.announced")
async def test_the_hall_finds_what_it_has_to_put_up(office: Office, kiosks: Kiosked) -> None:
    """On its home page and in the list, until it says that it hangs; with the notice to be printed."""
    key = (await announced(kiosks))["_id"]
    other = (await kiosks.in_service())["_id"]
    centre = await office.desk("centre")
    assert "待张贴的暂停公告" in (await centre.get("/admin")).text
    listed = (await centre.get("/admin/kiosks?show=unposted")).text
    assert (key in listed, other in listed) == (True, False)
    assert f"/admin/kiosks/{key}/notice" in (await centre.get(f"/admin/kiosks/{key}")).text
    notice = await centre.get(f"/admin/kiosks/{key}/notice")
    for words in ("暂停服务", "系统升级", HALL.phone, "最近可以办事的网点", "data:image/png;base64,"):
        assert words in notice.text
    assert (await centre.get(f"/admin/kiosks/{other}/notice")).status == 409
    assert (await (await office.desk("other")).get(f"/admin/kiosks/{key}/notice")).status == 404
    assert (await send(kiosks, centre, key, Action.POST_SUSPENSION)).status == 303
    assert key not in (await centre.get("/admin/kiosks?show=unposted")).text


async def test_no_command_while_somebody_is_served(office: Office, kiosks: Kiosked) -> None:
    key, now = (await kiosks.in_service())["_id"], kiosks.stores.clock()
    nonce = Nonce(nonce="serving", until=now + timedelta(minutes=10))
    said = Heard(state=DeviceState.SERVING, session=True, software="1")
    await kiosks.stores.heartbeats.hear(key, nonce, kiosks.house.by(f"kiosk:{key}"), said)
    desk = await office.desk("digital")
    assert "正在为群众办理，办完以前不能下达指令" in (await desk.get(f"/admin/kiosks/{key}")).text
    refused = await send(kiosks, desk, key, Action.COMMAND)
    assert (refused.status, KioskServing.message in refused.text) == (409, True)
    assert 'value="2.1.0"' in refused.text


@pytest.mark.article("18.1")
async def test_the_board_shows_what_a_member_reaches(office: Office, kiosks: Kiosked) -> None:
    """Whole, and as the part that renews itself; narrowed to those that stand alike."""
    key = (await kiosks.in_service(name="0看板上的"))["_id"]
    said = Heard(state=DeviceState.FAULT, session=False, software="1", printer=["media-jam-error"], paper=7.0)
    now = kiosks.stores.clock()
    nonce = Nonce(nonce="board", until=now + timedelta(minutes=10))
    await kiosks.stores.heartbeats.hear(key, nonce, kiosks.house.by(f"kiosk:{key}"), said)
    seen = {"contact": True, "digital": True, "centre": True, "township": True, "other": False}
    for username, sees in seen.items():
        desk = await office.desk(username)
        for part in ("", "?part=1"):
            page = await desk.get(f"/admin/kiosk-board{part}")
            assert (page.status, "0看板上的" in page.text) == (200, sees), username
            assert ("<html" in page.text) == (not part)
    desk = await office.desk("digital")
    page = await desk.get("/admin/kiosk-board?show=fault")
    assert "打印：卡纸" in page.text
    assert "纸 7%" in page.text
    assert (
        f'<a class="spot spot_fault" href="#place-{HALL.code}" aria-label="{HALL.name}：故障">' in page.text
    )
    assert f'<section class="board__place" id="place-{HALL.code}">' in page.text
    assert "0看板上的" not in (await desk.get("/admin/kiosk-board?show=working")).text
    assert "0看板上的" in (await desk.get("/admin/kiosk-board?show=nothing")).text


@pytest.mark.article("18.1")
async def test_how_much_of_its_time_a_kiosk_served(office: Office, kiosks: Kiosked) -> None:
    """By kiosk, place and department, as a table, and on its own page; another's is as none."""
    now = (kiosks.stores.clock() + timedelta(days=31)).replace(day=15)
    kiosks.set(now)
    key = (await kiosks.in_service(name="0可用率的"))["_id"]
    kiosks.set(now + timedelta(hours=10))
    offline = {"kiosk": key, "kind": "offline", "start": now + timedelta(hours=4)}
    await kiosks.stores.spells.documents.insert_one({"_id": f"{key}:offline", **offline})
    seen = {"contact": True, "digital": True, "centre": True, "township": True, "other": False}
    for username, sees in seen.items():
        desk = await office.desk(username)
        for path in ("/admin/kiosk-availability", "/admin/kiosk-availability.csv"):
            page = await desk.get(path)
            assert (page.status, "0可用率的" in page.text) == (200, sees), (username, path)
    desk = await office.desk("digital")
    table = (await desk.get("/admin/kiosk-availability.csv")).text.splitlines()
    [row] = [one for one in table if one.startswith("0可用率的")]
    assert ",40.0%,10.0,0,0,0,0,6.0,0,4.0" in row
    assert table[-1].startswith("合计,")
    for by, name in (("hall", HALL.name), ("department", "公安")):
        assert f">{name}</a>" in (await desk.get(f"/admin/kiosk-availability?by={by}")).text
    page = await desk.get(f"/admin/kiosks/{key}")
    assert "离线 6.0" in page.text
    assert "40.0%" in page.text


@pytest.mark.article("18.near")
async def test_every_door_tells_what_kiosks_offer_now(office: Office, kiosks: Kiosked) -> None:
    """In three round trips besides the place itself: kiosks, heartbeats, names of items; and one for the
    suspensions that are announced."""
    town, told = office.town, "自助终端现在可办"
    await kiosks.stores.kiosks.documents.update_many({}, {"$set": {"state": "retired"}})
    key = (await kiosks.in_service(name="0大家的"))["_id"]
    here = {"lat": "22.937", "lng": "113.384"}

    async def asked() -> list[str]:
        visitor = town.browser()
        message = Message("o", "gh", "location", "0", latitude="22.937", longitude="113.384")
        nearby = Nearby(town.services, lambda _, words: words, locale_of(english=False))
        pages = [
            await visitor.get(path) for path in ("/halls", f"/halls/{HALL.code}", f"/kiosk/halls/{HALL.code}")
        ]
        pages.append(await visitor.post("/halls", here))
        return [page.text for page in pages] + [await nearby.answer(message, town.clock.now())]

    assert not any(told in text for text in await asked())
    now = kiosks.stores.clock()
    heard = Heard(state=DeviceState.IDLE, session=False, software="1")
    nonce = Nonce(nonce="doors", until=now + timedelta(minutes=10))
    await kiosks.stores.heartbeats.hear(key, nonce, kiosks.house.by(f"kiosk:{key}"), heard)
    assert all(told in text and GUIDE.name in text for text in await asked())
    async with watched(town) as calls:
        await town.browser().get("/halls")
    mine = ("kiosks", "heartbeats", "halls", "guides")
    assert {call: count for call, count in calls.items() if call.split()[1] in mine} == {
        f"query {one}": 1 + (one == "kiosks") for one in mine
    }


@pytest.mark.article("21.5")
async def test_what_a_department_asks_for_is_no_advice_of_the_system(office: Office, kiosks: Kiosked) -> None:
    key = (await kiosks.withdrawn((await kiosks.in_service())["_id"]))["_id"]
    page = (await (await office.desk("digital")).get(f"/admin/kiosks/{key}")).text
    assert ("部门申请撤离，待商定日期" in page, "建议退出" in page) == (True, False)
