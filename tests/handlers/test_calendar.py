"""Past the published calendar a computed date is 「预计」; who keeps it is warned in time."""

from datetime import UTC, datetime

import pytest

from tests.handlers.admin.test_queue import table
from tests.house.applying import ITEM, serial_of
from tests.house.office import Office

WARNING = "工作日历只到2026年底"


@pytest.fixture
def unpublished(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the notice of the year 2026 were still to come."""
    monkeypatch.setattr(office.town.services.calendar, "through", 2025)


@pytest.mark.usefixtures("unpublished")
async def test_citizens_pages_say_that_a_date_is_only_expected(office: Office) -> None:
    path, citizen = await office.handed_in()
    own = path.removeprefix("/admin")
    assert "个工作日，预计到12月1日</dd>" in (await citizen.get(own)).text
    assert "个工作日，预计到12月1日</dd>" in (await citizen.get(f"{own}/receipt")).text
    await citizen.post("/settings", {"language": "en", "next": own})
    assert "expected until" in (await citizen.get(own)).text
    assert "expected until" in (await citizen.get(f"{own}/receipt")).text
    days = (await citizen.get(f"/appointments/new?item={ITEM}&hall=district")).text
    assert days.count("<span>expected") == 7


@pytest.mark.usefixtures("unpublished")
async def test_the_panel_says_that_a_date_is_only_expected(office: Office) -> None:
    path, _ = await office.handed_in()
    desk = await office.desk("approver")
    assert (await desk.post(f"{path}/accept")).status == 303
    page = (await desk.get(path)).text
    assert "<dt>受理期限</dt><dd>自2026年11月24日起5个工作日，预计到12月1日</dd>" in page
    assert "个工作日，预计到12月" in page[page.index("<dt>办结期限</dt>") :].split("</dd>")[0]
    serial = await serial_of(office.town, path.removeprefix("/admin"))
    row = next(row for row in (await table(desk, "accepted")) if row[0] == serial)
    assert row[6].startswith("预计 2026-1")
    assert row[-1].startswith("预计 剩")


async def test_what_the_calendar_reaches_is_plain(office: Office) -> None:
    path, citizen = await office.handed_in()
    desk = await office.desk("approver")
    for text in (
        (await citizen.get(path.removeprefix("/admin"))).text,
        (await citizen.get(f"/appointments/new?item={ITEM}&hall=district")).text,
        (await desk.get(path)).text,
        (await desk.get("/admin/applications")).text,
    ):
        assert "预计" not in text


@pytest.mark.parametrize(("month", "warned"), [(9, False), (10, True), (11, True)])
async def test_who_keeps_the_calendar_is_warned_in_the_last_quarter(
    office: Office, month: int, warned: bool
) -> None:
    now = office.town.clock.now()
    office.town.clock.set(datetime(2026, month, 1, 2, tzinfo=UTC))
    try:
        desk = await office.desk("management")
        assert (WARNING in (await desk.get("/admin/applications")).text) is warned
        assert WARNING not in (await (await office.desk("approver")).get("/admin/applications")).text
    finally:
        office.town.clock.set(now)
