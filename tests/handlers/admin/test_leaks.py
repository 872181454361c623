"""Nothing about another department leaks: by search, counts, exports, places in lists, files or errors."""

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import Any
from urllib.parse import urlencode

import pytest

from handlers.admin.queue import QUEUE
from models.people import Party
from models.staff import Role
from tests.handlers.admin.test_queue import lines
from tests.house.browser import Browser
from tests.house.guides import OTHER, plain_guide
from tests.house.office import Office, conclude
from tests.house.people import new_number, new_phone
from tests.house.staff import Post

pytestmark = pytest.mark.article("5.duties")
NAME, NUMBER, PHONE, ITEM = "欧阳隐", new_number(), new_phone(), "别部门的事项"


@dataclass(frozen=True)
class Other:
    """A case of another department, to which the member at the `desk` must not come, and one of the own."""

    office: Office
    desk: Browser
    party: Party
    case: Any
    own: Any

    def says_nothing(self, text: str) -> None:
        for secret in (self.case["_id"], self.case["serial"], self.case["masked_name"], ITEM, NAME):
            assert secret not in text, secret


@pytest.fixture(scope="module")
async def other(office: Office) -> Other:
    town = office.town
    guide = plain_guide(3, department=OTHER, name=ITEM)
    await town.publish(guide)
    party = await town.applicant(NAME, number=NUMBER, phone=PHONE)
    case = await town.desk(party).submitted(guide)
    await town.staff.note(case["_id"], "只给本部门看的备注", "civil")
    path, _ = await office.handed_in("王小明")
    return Other(office, await office.desk("approver"), party, case, await office.application(path))


@pytest.mark.parametrize("what", ["serial", "scanned", "phone", "number", "name"])
async def test_no_search_finds_it(other: Other, what: str) -> None:
    serial = other.case["serial"]
    texts = {"serial": serial, "phone": PHONE, "number": NUMBER, "name": NAME}
    texts["scanned"] = f"https://somewhere.example/receipts/{serial}"
    sent = await other.desk.post("/admin/applications/search", {"q": texts[what]})
    page = await other.desk.get(sent.location)
    assert (lines(page.text), "没有找到。" in page.text) == ([], True)
    assert set(re.findall(r'class="filters__count">([^<]*)<', page.text)) == {"0"}
    typed = page.text.replace(texts[what], "")
    other.says_nothing(typed.replace(NAME, ""))
    table = await other.desk.get(QUEUE.table + sent.location.removeprefix(QUEUE.address))
    assert table.text.count("\n") == 1  # the head


@pytest.mark.parametrize(
    "asked",
    [
        {"show": "all"},
        {"show": "all", "item": "{item}"},
        {"show": "all", "department": OTHER},
        {"show": "all", "department": OTHER, "item": "{item}"},
        {"show": "submitted", "holder": "nobody"},
        {"show": "mine"},
    ],
)
async def test_no_choice_lists_counts_or_exports_it(other: Other, asked: dict[str, str]) -> None:
    """A choice that the member does not have is as if it had not been made."""
    filled = {name: value.format(item=other.case["item"]) for name, value in asked.items()}
    page, own = await other.desk.get(QUEUE.at(**filled)), await other.desk.get(QUEUE.at(show=asked["show"]))
    assert lines(page.text) == lines(own.text) == [other.own["_id"]]
    counts = r'class="filters__count">([^<]*)<'
    assert re.findall(counts, page.text) == re.findall(counts, own.text)
    assert set(re.findall(counts, page.text)) == {"0", "1"}
    other.says_nothing(page.text)
    table = await other.desk.get(f"{QUEUE.table}?{urlencode(filled)}")
    rows = list(csv.reader(StringIO(table.text.removeprefix("\ufeff"))))
    assert [row[0] for row in rows[1:]] == [other.own["serial"]]
    other.says_nothing(table.text)


async def test_no_place_in_a_list_leads_to_it(other: Other, monkeypatch: pytest.MonkeyPatch) -> None:
    """Places of pages that a member of the whole district was given lead on in one's own list alone."""
    monkeypatch.setattr("handlers.admin.lists.ROWS_A_PAGE", 1)
    wide = await other.office.desk("window")
    first = (await wide.get(QUEUE.at(show="all"))).text
    place = re.search(r"(after=[^&\"]+)", first)
    assert place
    second = (await wide.get(f"{QUEUE.at(show='all')}&{place[1]}")).text
    back = re.search(r"(before=[^&\"]+)", second)
    assert back
    for one in (place[1], back[1]):
        page = await other.desk.get(f"{QUEUE.at(show='all')}&{one}")
        other.says_nothing(page.text.replace(one.partition("=")[2], ""))  # but for what was asked
        assert set(lines(page.text)) <= {other.own["_id"]}


async def test_a_file_is_not_seen_under_another_case(other: Other) -> None:
    file = other.case["materials"][0]["file"]
    own, theirs = (f"/admin/applications/{one['_id']}" for one in (other.own, other.case))
    answers = [await other.desk.get(f"{case}/files/{key}") for case, key in (
        (own, file), (own, "0" * 32), (theirs, file),
    )]  # fmt: skip
    assert [answer.status for answer in answers] == [404] * 3
    seen = await other.office.town.services.materials.get(file)
    assert "material.viewed" not in [event["name"] for event in seen["events"]]


async def test_a_result_kept_for_another_case_concludes_none(other: Other) -> None:
    town = other.office.town
    await town.staff.accept(other.case["_id"], "civil")
    kept = await town.staff.result(other.case["_id"])
    own = await other.office.accepted()
    refused = await conclude(other.desk, own, {"decision": "approved", "reason": "", "kept": kept["_id"]})
    assert refused.status == 404
    assert await other.office.state(own) == "accepted"


async def test_only_those_who_may_handle_it_are_named_to_hand_over_to(other: Other) -> None:
    for username, department in (("reviewer-there", OTHER), ("reviewer-here", other.own["department"])):
        await other.office.town.member(username, Post((Role.REVIEWER,), department))
    path = f"/admin/applications/{other.own['_id']}"
    assert (await other.desk.post(f"{path}/take")).status == 303
    page = (await other.desk.get(path)).text
    assert "reviewer-here的姓名" in page
    assert "reviewer-there的姓名" not in page
    given = await other.desk.post(f"{path}/hand_over", {"to": "reviewer-there", "reason": "请办理"})
    nobody = await other.desk.post(f"{path}/hand_over", {"to": "no-such-member", "reason": "请办理"})
    assert (given.status, nobody.status) == (422, 422)
    assert "reviewer-there的姓名" not in given.text


async def test_a_ticked_case_of_others_is_not_told_apart_from_none(other: Other) -> None:
    chosen = [f"{key}:{version}" for key in (other.case["_id"], "0" * 32) for version in (1, 4)]
    for one in chosen:
        page = await other.desk.post("/admin/applications/accept", {"chosen": one})
        assert (page.status, "没有找到该办件" in page.text) == (200, True)
        other.says_nothing(page.text.replace(one.partition(":")[0], ""))


async def test_signing_in_leads_to_no_case_of_others(other: Other) -> None:
    path = f"/admin/applications/{other.case['_id']}"
    entered = await other.office.sign_in("approver", to=path)
    assert entered.location == path  # it is what was asked for
    page = await other.desk.get(path)
    assert page.status == 404
    other.says_nothing(page.text)
