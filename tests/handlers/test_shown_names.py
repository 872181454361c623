"""What strangers see of a name (articles 11, 13): on each page and answer that asks nobody who they are."""

import pytest

from models.applications import check_serial
from tests.house.applying import serial_of, submitted
from tests.house.kiosks import at_kiosk
from tests.house.office import Office, staffed
from tests.house.town import Town

NAMES = {
    "古丽·艾山": "古***",
    "欧阳㛃": "欧**",
    "Li Na": "L* N*",
    "Siobhán O'Brien": "S****** O******",
}


@pytest.mark.article("11.genuine", "13.serial")
@pytest.mark.parametrize(("name", "masked"), NAMES.items())
async def test_strangers_see_no_more_than_first_letters(town: Town, name: str, masked: str) -> None:
    citizen = await town.citizen(name)
    serial = check_serial(await serial_of(town, await submitted(citizen)))
    for path in (f"/verify/{serial}", f"/progress?serial={serial}"):
        shown = (await town.browser().get(path)).text
        assert f"<dd>{masked}</dd>" in shown, path
        assert name not in shown
    kiosk = await at_kiosk(town)
    assert f"<dd>{masked}</dd>" in (await kiosk.post("/kiosk/progress", {"serial": serial})).text


@pytest.mark.article("7.sealed")
async def test_staff_see_an_applicants_name_masked_wherever_it_stands(town: Town) -> None:
    office: Office = await staffed(town)
    path, _ = await office.handed_in("Li Na")
    desk = await office.desk("approver")
    for address in (path, "/admin/applications"):
        shown = (await desk.get(address)).text
        assert "L* N*" in shown
