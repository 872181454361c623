"""Kiosks in the panel that wait for somebody: on the home page of those who see to them, and in the list."""

import re

import pytest

from models.kiosks.document import Finding
from tests.handlers.admin.test_home import numbers, rows
from tests.house.kiosks import Kiosked, kiosked
from tests.house.office import Office

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
