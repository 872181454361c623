"""The first page of a kiosk: what most people come for, and one's own things once one is signed in."""

import pytest

from tests.house.applying import concluded, key_of
from tests.house.guides import rich_guide
from tests.house.kiosks import at_kiosk, person_at_kiosk
from tests.house.town import Town

OWN = ("/kiosk/applications", "/kiosk/appointments", "/kiosk/reviews")
LARGE = 'class="elder"'


@pytest.mark.article("23.4")
async def test_most_used_guides_stand_on_the_first_page(town: Town) -> None:
    page = (await (await at_kiosk(town)).get("/kiosk")).text
    assert f'href="/kiosk/guides/{rich_guide().item}"' in page
    assert not any(f'href="{path}"' in page for path in OWN)
    assert "/kiosk/end" not in page.split("</header>")[0]


@pytest.mark.article("23.7")
async def test_who_is_signed_in_finds_what_is_their_own(town: Town) -> None:
    phone = await town.citizen("欧阳小明")
    case = key_of(await concluded(town, phone))
    screen = await person_at_kiosk(town, phone)
    page = (await screen.get("/kiosk")).text
    assert all(f'href="{path}"' in page for path in OWN)
    head = page.split("</header>")[0]
    assert "欧***" in head
    assert "小明" not in page
    assert 'href="/kiosk/end"' in head
    assert "1 件等您评价" in page
    review = f"/kiosk/applications/{case}/review"
    assert f'href="{review}"' in (await screen.get("/kiosk/reviews")).text
    assert (await screen.post(review, {"level": "5"})).status == 303
    assert "没有等待评价的事项" in (await screen.get("/kiosk")).text
    assert review not in (await screen.get("/kiosk/reviews")).text


@pytest.mark.article("23.3")
async def test_large_text_is_the_persons_and_ends_with_them(town: Town) -> None:
    phone = await town.citizen()
    await phone.post("/settings", {"elder": "1"})
    screen = await person_at_kiosk(town, phone)
    assert LARGE in (await screen.get("/kiosk")).text
    await screen.get("/kiosk/end")
    assert LARGE not in (await screen.get("/kiosk")).text
    await screen.post("/kiosk/settings", {"elder": "1", "next": "/kiosk/guides"})
    assert LARGE in (await screen.get("/kiosk/guides")).text
    await screen.get("/kiosk/end")
    assert LARGE not in (await screen.get("/kiosk/guides")).text
