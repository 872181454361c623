"""Whom and what the panel names: members, the agent of a body, a decision as it was (articles 7, 12)."""

import re
from typing import Any

import pytest

from models.applications import State
from models.people import Party
from tests.house.guides import USCC, form_guide
from tests.house.kiosks import at_kiosk
from tests.house.office import Office, conclude
from tests.house.people import WEIMEI

DENIED = {"decision": "denied", "reason": "未居住满半年"}


def timeline(page: str) -> list[tuple[str, str]]:
    """What was done and by whom, the latest first."""
    part = page.split('<ol class="timeline')[1].split("</ol>", maxsplit=1)[0]
    return re.findall(r"<strong>([^<]*)</strong><br>\s*<span[^>]*>[^<]* · ([^<]*)</span>", part)


async def test_members_are_called_by_their_names(office: Office) -> None:
    path = await office.accepted()
    desk = await office.desk("window")
    assert timeline((await desk.get(path)).text)[0] == ("予以受理", "approver的姓名")
    await office.town.services.applications.documents.update_one(
        {"_id": path.split("/")[3]}, {"$set": {"timeline.2.actor": "staff:who-has-left"}}
    )
    assert timeline((await desk.get(path)).text)[0] == ("予以受理", "已离岗人员（who-has-left）")


async def test_the_applicant_reads_of_the_department_not_of_the_member(office: Office) -> None:
    path, citizen = await office.handed_in()
    assert (await (await office.desk("approver")).post(f"{path}/accept")).status == 303
    own = (await citizen.get(path.removeprefix("/admin"))).text
    line = own.split('timeline__what">予以受理')[1].split("</li>")[0]
    assert "广州市公安局番禺区分局" in line
    assert "approver" not in own
    assert "approver" not in (await citizen.get("/me/export")).text


@pytest.mark.article("12.denial")
async def test_a_denial_is_no_plain_end(office: Office) -> None:
    """In every timeline: of staff, of the applicant, of whoever has the serial number, at the kiosk too."""
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    assert (await desk.post(f"{path}/accept")).status == 303
    assert (await conclude(desk, path, DENIED)).status == 303
    assert timeline((await desk.get(path)).text)[0][0] == "不予办理"
    serial = (await office.application(path))["serial"]
    own = (await citizen.get(path.removeprefix("/admin"))).text
    assert re.search(r'timeline__what">不予办理</p>', own)
    anybody = office.town.browser()
    for page in (
        await anybody.get(f"/verify/{serial}"),
        await anybody.get(f"/progress?serial={serial}"),
        await (await at_kiosk(office.town)).post("/kiosk/progress", {"serial": serial}),
    ):
        steps = page.text.split('<ol class="timeline')[1].split("</ol>")[0]
        assert "不予办理" in steps
        assert "办结" not in steps


async def of_a_body(office: Office) -> tuple[str, Party]:
    """The page of an application that a person made for a company."""
    town: Any = office.town
    agent = await town.applicant("钱七七")
    body = await town.body()
    guide = form_guide(77, department=USCC, audience=["person", "enterprise"])
    found = await town.application(
        State.SUBMITTED, party=Party(body, agent.applicant, agent.account), guide=guide
    )
    return f"/admin/applications/{found['_id']}", agent


@pytest.mark.article("7.agent")
async def test_the_agent_of_a_body_is_shown(office: Office) -> None:
    """Masked as the applicant is, and in the clear with the applicant, on record."""
    path, agent = await of_a_body(office)
    desk = await office.desk("window")
    person, applicants = agent.applicant, office.town.services.applicants
    page = (await desk.get(path)).text
    for text in ("经办人", person["masked_name"], person["credential"]["masked"], person["masked_phone"]):
        assert text in page, text
    assert applicants.name(person) not in page
    shown = (await desk.post(f"{path}/reveal", {"reason": "核对经办人"})).text
    for text in (
        WEIMEI[0],
        applicants.name(person),
        applicants.number(person),
        str(applicants.phone(person)),
    ):
        assert text in shown, text
    event = (await applicants.get(person["_id"]))["events"][-1]
    assert (event["name"], event["actor"]) == ("applicant.revealed", "staff:window")
    assert event["data"]["application"] == path.split("/")[3]
    own, _ = await office.handed_in()
    assert "经办人" not in (await desk.get(own)).text
