"""Which pages stand open to a browser that is no kiosk, and what the others say to it."""

from tests.house.kiosks import at_kiosk
from tests.house.town import Town


async def test_a_kiosk_is_known_by_the_session_of_its_device(town: Town) -> None:
    screen, stranger = await at_kiosk(town), town.browser()
    assert (await screen.get("/kiosk")).status == 200
    turned_away = await stranger.get("/kiosk")
    assert turned_away.status == 403
    assert "此屏幕还没有激活为自助终端" in turned_away.text
