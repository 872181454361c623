"""The board: how the kiosks of all places stand now, and who wants help. It renews itself every 15 s."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.admin.kiosks.pages import KioskRows
from handlers.admin.kiosks.words import said_words
from handlers.admin.panel import FormAction
from handlers.web.pages import DOCUMENT_ID
from handlers.web.places import seen, shortened
from handlers.web.schematic import Schematic, Spot, Town, overseen
from handlers.web.staff import needs
from models.errors import DomainError
from models.kiosks import HelpCall, Kiosk, Standing, Stands
from models.kiosks.board import counted
from models.kiosks.document import Custody
from models.places import Near
from models.staff import Scope, scopes_of
from models.workdays import local

WANT_SOMEBODY = (Standing.OFFLINE, Standing.FAULT, Standing.LOW)


LETTERS: Mapping[Standing, str] = {
    Standing.OFFLINE: "离",
    Standing.FAULT: "故",
    Standing.LOW: "缺",
    Standing.REPAIR: "修",
    Standing.SUSPENDED: "停",
    Standing.AWAY: "撤",
    Standing.UNHEARD: "未",
    Standing.WORKING: "好",
}
"""On the map: how the kiosk of a place stands that wants somebody most."""


@dataclass(frozen=True)
class Place:
    """A hall, and its kiosks: those that want somebody first."""

    code: str
    name: str
    township: str
    kiosks: Sequence[Stands]


def places(kiosks: Sequence[Stands], halls: Mapping[str, str]) -> list[Place]:
    """By township and name, those first where something wants somebody."""
    by_hall: dict[str, list[Stands]] = {}
    for one in kiosks:
        by_hall.setdefault(one.kiosk["hall"] or "", []).append(one)
    made = [
        Place(hall, halls.get(hall, "—"), stood[0].kiosk["township"] or "", sorted(stood, key=_urgency))
        for hall, stood in by_hall.items()
    ]
    return sorted(made, key=lambda place: (_urgency(place.kiosks[0])[0] > 2, place.township, place.name))


def device_words(one: Stands) -> list[str]:
    """What the device says is wrong, in people's words; nothing of a device that is silent now."""
    heard = one.heartbeat.get("said") if one.heartbeat else None
    if heard is None or one.standing is Standing.OFFLINE:
        return []
    software = [f"软件 {heard['software']}"] if heard["software"] else []
    return said_words(heard) + software


def until(one: Stands) -> str:
    """When a suspension is to end, in words; "" where there is none."""
    told = one.kiosk["suspension"]
    if told is None or one.standing not in (Standing.SUSPENDED, Standing.AWAY):
        return ""
    return "须重新进驻" if told["custody"] is Custody.REMOVED else f"预计 {local(told['end'])} 恢复"


def drawn(halls: Sequence[Near], shown: Sequence[Place]) -> Schematic:
    """All places, and how the kiosks stand at those that are shown."""
    spots = [
        Spot(
            place.code,
            LETTERS[worst],
            f"{place.name}：{worst.label}",
            f"#place-{place.code}",
            worst.value,
        )
        for place in shown
        for worst in (place.kiosks[0].standing,)
    ]
    names = dict.fromkeys(near.hall.township for near in halls)
    return overseen(halls, spots, [Town(name, name, shortened(name), "") for name in names])


@dataclass(frozen=True)
class Waiting:
    """Somebody waits for help at a kiosk; `hall` is the name of its place."""

    call: HelpCall
    kiosk: Kiosk
    hall: str


class BoardPage(KioskRows):
    """GET /admin/kiosk-board?show=&part=: with `part` only what is renewed."""

    @needs(Scope.KIOSKS_READ)
    async def get(self) -> None:
        await self.board()

    async def board(self, error: DomainError | None = None) -> None:
        kiosks = await self.services.board.read(self.signed_in_member())
        show = self.get_query_argument("show", "")
        chosen = Standing(show) if show in tuple(Standing) else None
        shown = [one for one in kiosks if chosen in (None, one.standing)]
        halls = await seen(self.services, self.now)
        names = {near.hall.code: near.hall.name for near in halls}
        found = places(shown, names)
        part = bool(self.get_query_argument("part", ""))
        self.show(
            "admin/kiosks/board_places.html" if part else "admin/kiosks/board.html",
            counts=counted(kiosks),
            total=len(kiosks),
            chosen=chosen,
            places=found,
            map=await asyncio.to_thread(drawn, halls, found) if found else None,
            letters=LETTERS,
            device_words=device_words,
            until=until,
            want=WANT_SOMEBODY,
            renewed=self.now,
            waiting=await self.waiting(names),
            error=error,
        )

    async def waiting(self, halls: Mapping[str, str]) -> list[Waiting]:
        """Where the member could go; nowhere, if that is not their work."""
        member = self.signed_in_member()
        if Scope.ALERTS_HANDLE not in scopes_of(member):
            return []
        calls = await self.services.help_calls.waiting(member)
        kiosks = {one["_id"]: one for one in await self.services.kiosks.those(one["kiosk"] for one in calls)}
        return [Waiting(one, kiosks[one["kiosk"]], halls.get(one["hall"], "—")) for one in calls]


class GoHandler(FormAction, BoardPage):
    """POST /admin/help-calls/{id}/go: the member goes there."""

    def form_page(self) -> str:
        return "/admin/kiosk-board"

    @needs(Scope.ALERTS_HANDLE)
    async def post(self, key: str) -> None:
        calls = self.services.help_calls
        try:
            await calls.take(key, self.signed_in_member(), self.by_member())
        except calls.missing:
            raise
        except DomainError as error:
            return await self.board(error)
        return self.see_other(self.form_page(), said="已告诉求助的人您正在过去。")


def _urgency(one: Stands) -> tuple[int, str]:
    return list(Standing).index(one.standing), one.kiosk["name"]


ROUTES = [
    ("/admin/kiosk-board", BoardPage),
    (rf"/admin/help-calls/{DOCUMENT_ID}/go", GoHandler),
]
