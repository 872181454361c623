"""Kiosks in the panel that wait for somebody: on the home page of those who see to them, and in the list."""

import re
from datetime import timedelta

import pytest

from handlers.admin.kiosks.forms import FORMS
from models.kiosks import DeviceState, Heard, Sought, State
from models.kiosks.actions import STEPS, Action
from models.kiosks.document import Finding
from models.kiosks.heartbeats import Nonce
from tests.handlers.admin.test_home import numbers, rows
from tests.handlers.admin.test_kiosks import announced
from tests.house.guides import USCC
from tests.house.kiosks import Kiosked, kiosked
from tests.house.office import Office
from tests.house.places import HALL

UNDECIDED, OUT = "/admin/kiosks?show=undecided", "/admin/kiosks?show=out"


@pytest.fixture(scope="module")
async def kiosks(office: Office) -> Kiosked:
    return await kiosked(office.town)


async def proposed(kiosks: Kiosked) -> str:
    """One that the system proposes to retire."""
    key = (await kiosks.in_service())["_id"]
    await kiosks.stores.keeping.find(key, Finding.BEYOND_REPAIR, "主板烧毁", *kiosks.who("contact"))
    assert await kiosks.stores.retiring.propose_all(kiosks.house.by()) == 1
    return key


async def homes(office: Office) -> dict[str, dict[str, str]]:
    """The numbers of home pages by address: of those who decide, and of the contact of the department."""
    pages = {name: (await (await office.desk(name)).get("/admin")).text for name in ("digital", "contact")}
    return {name: {address: figure for address, figure, _ in numbers(page)} for name, page in pages.items()}


@pytest.mark.article("21.5", "21.7")
async def test_what_is_to_retire_is_found_until_it_is_decided(office: Office, kiosks: Kiosked) -> None:
    """By who decides and by the contact; another department's contact finds nothing of it."""
    system, asked = await proposed(kiosks), (await kiosks.in_service())["_id"]
    await kiosks.withdrawn(asked)
    for name, shown in (await homes(office)).items():
        listed = (await (await office.desk(name)).get(UNDECIDED)).text
        assert (shown[UNDECIDED], rows(listed)) == ("2", 2), name
        assert (system in listed, asked in listed) == (True, True)
    assert rows((await (await office.desk("other")).get(UNDECIDED)).text) == 0
    digital = kiosks.who("digital")
    await kiosks.stores.retiring.dismiss(system, "已换主板", *digital)
    day = kiosks.stores.clock().date().replace(year=2035)
    await kiosks.stores.retiring.agree(asked, day, *digital)
    assert [shown[UNDECIDED] for shown in (await homes(office)).values()] == ["0", "0"]


@pytest.mark.article("21.7")
async def test_the_contact_finds_what_is_out_of_service(office: Office, kiosks: Kiosked) -> None:
    key = (await kiosks.in_service())["_id"]
    before = int((await homes(office))["contact"][OUT])
    await kiosks.fault(key)
    assert (await homes(office))["contact"][OUT] == str(before + 1)
    listed = (await (await office.desk("contact")).get(OUT)).text
    assert re.search(rf'href="/admin/kiosks/{key}"', listed)


async def test_the_list_says_which_are_offline_or_have_a_fault(office: Office, kiosks: Kiosked) -> None:
    """Not of one that a person has taken out of service: its state says more."""
    well, silent, failing, repaired = keys = [(await kiosks.in_service())["_id"] for _ in range(4)]
    heartbeats, now = kiosks.stores.heartbeats, kiosks.stores.clock()
    for number, key in enumerate(keys):
        state = DeviceState.FAULT if key in (failing, repaired) else DeviceState.IDLE
        nonce = Nonce(nonce=f"list-{number}", until=now + timedelta(minutes=10))
        said = Heard(state=state, session=False, software="1")
        await heartbeats.hear(key, nonce, kiosks.house.by(f"kiosk:{key}"), said)
    await heartbeats.documents.update_one({"_id": silent}, {"$set": {"offline_since": now}})
    await kiosks.fault(repaired)
    page = (await (await office.desk("digital")).get("/admin/kiosks")).text
    found = {key: re.search(rf'href="/admin/kiosks/{key}".*?</tr>', page, re.DOTALL) for key in keys}
    lights = {key: re.findall(r'light_red">([^<]*)<', line[0]) for key, line in found.items() if line}
    assert lights == {well: [], silent: ["离线"], failing: ["故障"], repaired: []}


@pytest.mark.article("18.1")
async def test_the_list_is_narrowed_to_what_a_member_reaches(office: Office, kiosks: Kiosked) -> None:
    """Of departments and halls only those of kiosks that the member sees."""
    await kiosks.in_service()
    expected = {name: {USCC, HALL.code} for name in ("contact", "digital", "centre", "township")}
    for name, offered in (expected | {"other": set[str]()}).items():
        page = (await (await office.desk(name)).get("/admin/kiosks")).text
        form = page.partition('<form class="choices"')[2].partition("</form>")[0]
        assert set(re.findall(r'<option value="([^"]+)"', form)) == offered, name


@pytest.mark.article("21.5", "18.1")
async def test_what_waits_is_narrowed_by_department_and_hall(office: Office, kiosks: Kiosked) -> None:
    """Its tabs say as many as are listed; of another hall, none."""
    await kiosks.withdrawn((await kiosks.in_service())["_id"])
    await announced(kiosks)
    desk = await office.desk("digital")
    for mark in ("undecided", "unposted"):
        address = f"/admin/kiosks?show={mark}&department={USCC}&hall="
        here = (await desk.get(address + HALL.code)).text
        number = re.search(rf'href="[^"]*show={mark}[^"]*"[^>]*>[^<]*<[^>]*>(\d+)<', here)
        assert (number and number[1], rows(here) > 0) == (str(rows(here)), True), mark
        stores = kiosks.stores
        apart = Sought(tuple(State), USCC, "nancun", mark)
        assert await stores.kiosk_lists.count(kiosks.members["digital"], apart) == 0


@pytest.mark.article("21.4", "21.announced")
@pytest.mark.parametrize(
    ("action", "username"), [(Action.CALL_OFF_SUSPENSION, "contact"), (Action.POST_SUSPENSION, "centre")]
)
async def test_what_cannot_be_taken_back_is_asked_once_more(
    office: Office, kiosks: Kiosked, action: Action, username: str
) -> None:
    key, desk = (await announced(kiosks))["_id"], await office.desk(username)
    before, address = await kiosks.get(key), f"/admin/kiosks/{key}/{action}"
    asked = await desk.post(address)
    assert (asked.status, FORMS[action].asks in asked.text, "系统升级" in asked.text) == (200, True, True)
    assert f'action="{address}"' in (await desk.post(address, {"step": "edit"})).text
    assert await kiosks.get(key) == before
    assert (await desk.post(address, {"step": "confirm"})).status == 303
    assert (await kiosks.get(key))["timeline"][-1]["what"] == STEPS[action].event
    assert (await desk.post(address)).status == 409, "what cannot be done is not asked for"
