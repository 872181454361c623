"""A phone and a screen: the code of a kiosk or a PC that was scanned, what goes on at a kiosk, and where one
is signed in."""

from typing import Any

from handlers.web.base import BadRequest
from handlers.web.pages import DOCUMENT_ID, CitizenPage
from handlers.web.pairing import FOLLOWED, HOW, PairingNews
from handlers.web.visitor import signed_in
from models.errors import BadInput, Conflict
from models.kiosks import Kiosk
from models.pairings import Pairing, state_at
from models.places import Hall

CODE = "([2-9A-HJ-NP-Z]{16})"
"""The form of a code."""


class PhonePage(CitizenPage):
    """Of a pairing that this phone has a part in."""

    async def own(self, key: str) -> Pairing:
        return await self.services.pairings.own(key, self.signed_in_account()["_id"])

    async def where(self, pairings: list[Pairing]) -> dict[str, tuple[Kiosk, Hall | None]]:
        """The kiosks of these pairings, with their halls."""
        kiosks = [await self.services.kiosks.get(one) for one in {p["kiosk"] for p in pairings} - {""}]
        halls = {one.code: one for one in await self.services.halls.those([k["hall"] or "" for k in kiosks])}
        return {kiosk["_id"]: (kiosk, halls.get(kiosk["hall"] or "")) for kiosk in kiosks}


class ScannedPage(CitizenPage):
    """GET /pair/{code}: the phone has scanned what a screen shows; of several phones the first counts."""

    @signed_in
    async def get(self, code: str) -> None:
        account = self.signed_in_account()["_id"]
        pairing = await self.services.pairings.scan(code, account, self.by_account())
        self.redirect(f"/pairing/{pairing['_id']}")


class PairingPage(PhonePage):
    """GET and POST /pairing/{id}: which screen asks, where it stands and what it will get; then the two
    digits that it shows. What is offered to a kiosk shows its code first."""

    @signed_in
    async def get(self, key: str) -> None:
        await self.show_pairing(await self.own(key))

    @signed_in
    async def post(self, key: str) -> None:
        account, digits = self.signed_in_account()["_id"], self.get_body_argument("digits", "")
        try:
            await self.services.pairings.give(key, account, digits, self.by_account())
        except (BadInput, Conflict) as error:
            return await self.show_pairing(await self.own(key), error=error, errors=self.errors_of(error))
        return self.see_other(f"/pairing/{key}")

    async def show_pairing(self, pairing: Pairing, **more: Any) -> None:
        pairings, kiosks = self.services.pairings, await self.where([pairing])
        self.show(
            "citizen/pairing.html",
            pairing=pairing,
            state=state_at(pairing, self.now).value,
            left=int((pairing["expires_at"] - self.now).total_seconds()) + 1,
            short=pairings.short_of(pairing["_id"]),
            **dict(zip(("kiosk", "hall"), kiosks.get(pairing["kiosk"], (None, None)), strict=True)),
            **more,
        )


class OfferedCode(PhonePage):
    """GET /pairing/{id}/code.png: what the scanner of a kiosk reads."""

    @signed_in
    async def get(self, key: str) -> None:
        pairing = await self.own(key)
        code = self.services.pairings.code_of(pairing["_id"])
        self.picture(f"{self.services.site.base_url}/pair/{code}", kept=False)


class PhoneNews(PhonePage, PairingNews):
    """GET /pairing/{id}/state and /pairing/{id}/events"""

    key = ""

    @signed_in
    async def get(self, key: str, how: str) -> None:
        self.key = key
        await self.tell_news(how)

    async def followed(self) -> str:
        return (await self.own(self.key))["_id"]


class EndPairing(PhonePage):
    """POST /pairing/{id}/end: both sides leave at once."""

    @signed_in
    async def post(self, key: str) -> None:
        account = self.signed_in_account()["_id"]
        await self.services.paired.end_by_phone(key, account, self.by_account())
        self.see_other("/me/devices")


class OfferPage(PhonePage):
    """POST /continue: what is open on the phone goes on at a kiosk."""

    @signed_in
    async def post(self) -> None:
        page = self.get_body_argument("page", "")
        if not FOLLOWED.fullmatch(page):
            raise BadRequest
        account = self.signed_in_account()["_id"]
        offered = await self.services.pairings.offer(account, f"/kiosk{page}", self.by_account())
        self.see_other(f"/pairing/{offered['_id']}")


class DevicesPage(PhonePage):
    """GET /me/devices: where one is signed in by this phone, each to be ended."""

    @signed_in
    async def get(self) -> None:
        found = await self.services.paired.of_account(self.signed_in_account()["_id"], self.now)
        here: Any = self.session
        self.show(
            "citizen/devices.html",
            devices=found,
            where=await self.where([one.pairing for one in found]),
            here=here.get("pairing", ""),
        )


ROUTES = [
    (rf"/pair/{CODE}", ScannedPage),
    (rf"/pairing/{DOCUMENT_ID}", PairingPage),
    (rf"/pairing/{DOCUMENT_ID}/code\.png", OfferedCode),
    (rf"/pairing/{DOCUMENT_ID}/end", EndPairing),
    (rf"/pairing/{DOCUMENT_ID}/{HOW}", PhoneNews),
    (r"/continue", OfferPage),
    (r"/me/devices", DevicesPage),
]
