"""How a kiosk comes in: asked for by its department, reviewed, and given its place (article 21, items 1, 2, 6
to 8)."""

from dataclasses import dataclass
from typing import BinaryIO
from uuid import uuid4

from pymongo.errors import DuplicateKeyError

from models.errors import Conflict
from models.events import Cause, Channel, Event
from models.guides import Guides
from models.kiosks.actions import STEPS, Action
from models.kiosks.contacts import Contacts
from models.kiosks.document import Kiosk, Paper
from models.kiosks.files import KioskFiles
from models.kiosks.rules import (
    ItemNotForKiosks,
    Request,
    card_of,
    check_papers,
    check_request,
    line_of,
    short,
    words_of,
)
from models.kiosks.store import Kiosks
from models.places import Halls
from models.staff import Member, Scope, ScopeMissing, reaches
from models.store import Document, entry
from models.workdays import local_date


class SpotTaken(Conflict):
    code = "spot_taken"
    message = "该位置已有其他终端"


@dataclass(frozen=True)
class Entering:
    kiosks: Kiosks
    contacts: Contacts
    guides: Guides
    halls: Halls
    files: KioskFiles

    async def request(self, request: Request, member: Member, by: Cause) -> Kiosk:
        """Ask for a new kiosk of the member's department.

        Raises:
            Forbidden: `scope_missing`.
            Refused: `not_the_contact`.
            BadInput: see `check_request`; `item_not_for_kiosks`.
        """
        department = member["department"]
        if department is None or not reaches(member, Scope.KIOSKS_REQUEST, department):
            raise ScopeMissing
        await self._check(request, department, member, by)
        key = uuid4().hex
        event = Event(STEPS[Action.REQUEST].event, key, by, {"department": department})
        new = {"_id": key, "department": department, "papers": {}, "timeline": [entry(event)]}
        return await self.kiosks.add({**new, **self._asked(key, request), **AT_FIRST, **NEVER_HERE}, event)

    async def request_again(self, key: str, request: Request, member: Member, by: Cause) -> Kiosk:
        """Ask anew for one that was declined, or removed for longer than two weeks.

        Raises:
            see `request`.
            NotFound: `kiosk_not_found`.
            Conflict: `kiosk_moved_on`.
        """
        found = await self.kiosks.within(key, member, Action.REQUEST_AGAIN)
        await self._check(request, found["department"], member, by)
        with_letters = [{**one, "ground": one["ground"].value} for one in found["dismissed"] if one["letter"]]
        sets = {**self._asked(key, request), **AT_FIRST, "dismissed": with_letters}
        return await self.kiosks.take(Action.REQUEST_AGAIN, key, by, sets=sets)

    async def give_paper(self, key: str, paper: Paper, file: BinaryIO, member: Member, by: Cause) -> Kiosk:
        """Keep its instructions or its fault manual, in the place of the one before.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: the file cannot be taken.
            Conflict: `kiosk_moved_on`.
        """
        found = await self.kiosks.within(key, member, Action.GIVE_PAPER)
        before = found["papers"].get(paper)
        async with self.files.paper(found["department"], key, paper, file, by) as kept:
            changed = await self.kiosks.take(
                Action.GIVE_PAPER,
                key,
                by,
                expects={f"papers.{paper.value}": before},
                sets={f"papers.{paper.value}": kept},
                data={"paper": paper.value},
            )
        if before:
            await self.files.drop(before, by)
        return changed

    async def review(self, key: str, member: Member, by: Cause) -> Kiosk:
        """
        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `kiosk_moved_on`.
        """
        await self.kiosks.within(key, member, Action.REVIEW)
        return await self.kiosks.take(Action.REVIEW, key, by)

    async def decline(self, key: str, reason: str, member: Member, by: Cause) -> Kiosk:
        """
        Raises:
            see `review`.
            BadInput: `kiosk_words_missing`.
        """
        await self.kiosks.within(key, member, Action.DECLINE)
        return await self.kiosks.take(Action.DECLINE, key, by, reason=words_of(reason))

    async def place(self, key: str, hall: str, position: str, member: Member, by: Cause) -> Kiosk:
        """Approve its place: the hall, and the position in the hall's layout.

        Raises:
            see `review`.
            NotFound: `hall_not_found`.
            BadInput: `kiosk_words_missing`.
            Refused: `kiosk_papers_missing`.
            Conflict: `spot_taken`.
        """
        found = await self.kiosks.within(key, member, Action.PLACE)
        check_papers(found)
        where, position = await self.halls.get(hall), line_of(position, "position")
        sets = {"hall": hall, "township": where.township, "position": position, "spot": f"{hall}:{position}"}
        data = {"hall": hall, "position": position}
        try:
            return await self.kiosks.take(Action.PLACE, key, by, sets=sets, data=data)
        except DuplicateKeyError:
            raise SpotTaken from None

    async def _check(self, request: Request, department: str, member: Member, by: Cause) -> None:
        await self.contacts.check(department, member)
        check_request(request, local_date(by.at))
        for item in dict.fromkeys(request.items):
            try:
                guide = await self.guides.published(item)
            except self.guides.missing:
                raise ItemNotForKiosks(item=item) from None
            if not guide.offered_in(Channel.KIOSK):
                raise ItemNotForKiosks(item=guide.name)

    def _asked(self, key: str, request: Request) -> Document:
        """What is asked for, as it is kept."""
        card = card_of(request.card) if request.card else None
        return {
            "name": line_of(request.name, "name"),
            "device": {
                "maker": line_of(request.maker, "maker"),
                "model": line_of(request.model, "model"),
                "peripherals": sorted({one.value for one in request.peripherals}),
            },
            "items": list(dict.fromkeys(request.items)),
            "consumables": {what.value: who.value for what, who in request.consumables.items()},
            "network": request.network.value,
            "network_name": short(request.network_name, "network_name"),
            "owner": request.owner.value,
            "card": {**card, "contact": self.kiosks.seal_contact(key, card["contact"])} if card else None,
            "use_until": request.use_until.isoformat(),
        }


AT_FIRST: Document = {
    "state": STEPS[Action.REQUEST].after,
    "hall": None,
    "township": None,
    "position": "",
    "suspension": None,
    "outages": [],
    "findings": {},
    "retirement": None,
    "commands": [],
}
"""Of a kiosk that is asked for, also where it was here before: its history is in the audit record, and its
letters stay with it."""
NEVER_HERE: Document = {"suspensions": [], "dismissed": []}
