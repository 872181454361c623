"""Who scans the QR of a kiosk is led to the page on which they sign in there (models.pairings)."""

from collections.abc import Callable
from dataclasses import dataclass

from handlers.web.names import title_of
from handlers.web.services import Services
from models.errors import NotFound
from models.events import Cause
from models.pairings import PREFIX, Pairing, State, state_at
from models.people import Account

FOLLOWED = "qrscene_"
"""Before the scene, where a newcomer follows the account by scanning."""
ASKS = {
    False: "{screen}请求用您的微信登录。\n您在这个屏幕前吗？请点：{link}（2分钟内有效）"
    "\n屏幕不在您面前的，请不要点。",
    True: "{screen} asks to sign you in.\nAre you standing in front of it? Tap here: {link}"
    " (valid for 2 minutes)\nIf that screen is not in front of you, do not tap.",
}
CONFIRM = {False: "核对并登录", True: "Check and sign in"}
OVER = {
    False: "这个二维码已经用过或已过期。请在屏幕上点“换一个码”，再扫一次。",
    True: "This QR code has been used or has expired. Please touch “New code” on the screen and scan again.",
}
KIOSK = {False: "自助终端“{name}”{place}", True: "The kiosk “{name}”{place}"}
PLACE = {False: "（{hall}）", True: " ({hall})"}


def scene_in(event_key: str) -> str:
    """The scene that a scan has brought; "" where it brought none."""
    return event_key.removeprefix(FOLLOWED)


@dataclass(frozen=True)
class Screens:
    services: Services
    anchor: Callable[[str, str], str]

    async def answer(self, scene: str, openid: str, by: Cause) -> str | None:
        """What is said of a scene; None for one that is of no screen."""
        if not scene.startswith(PREFIX):
            return None
        english = speaks_english(await self.services.correspondents.find(openid))
        code = scene.removeprefix(PREFIX)
        try:
            pairing = await self.services.pairings.by_code(code)
        except NotFound:
            return OVER[english]
        if state_at(pairing, by.at) not in (State.ASKED, State.SCANNED):
            return OVER[english]
        link = self.anchor(f"/pair/{code}", CONFIRM[english])
        return ASKS[english].format(screen=await self.named(pairing, english=english), link=link)

    async def named(self, pairing: Pairing, *, english: bool) -> str:
        kiosk = await self.services.kiosks.get(pairing["kiosk"])
        halls = await self.services.shown.halls.those([kiosk["hall"] or ""])
        language = "en" if english else "zh_CN"
        place = PLACE[english].format(hall=title_of(halls[0], language)) if halls else ""
        return KIOSK[english].format(name=kiosk["name"], place=place)


def speaks_english(account: Account | None) -> bool:
    return bool(account and account.get("language") == "en")
