"""What devices sent back when they were told to: logs and pictures of their screens, sealed, for a while."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar, TypedDict

from pymongo import DESCENDING, IndexModel

from models.errors import NotFound
from models.events import Cause, Event
from models.kiosks.document import Command, CommandName, Outcome
from models.privacy import Privacy, Sealed
from models.staff import Member, Scope, check_scope
from models.store import Database, Document, Store, insert_new

KEPT = timedelta(days=30)
LATEST = 20
"""As many, at most, are listed of one kiosk."""


class AnswerNotFound(NotFound):
    code = "device_answer_not_found"
    message = "没有找到设备的这次回复，或保存期已过"


class DeviceAnswer(TypedDict):
    """`_id` is that of the command. `text` and `picture` (of the screen, with the name of the key that sealed
    it) are sealed where they are stored."""

    _id: str
    kiosk: str
    name: CommandName
    outcome: Outcome
    at: datetime
    text: Sealed
    picture: bytes
    key: str
    purge_at: datetime


VIEWED = "device_answer.viewed"


class DeviceAnswers(Store[DeviceAnswer]):
    collection = "device_answers"
    missing = AnswerNotFound
    tells = (VIEWED,)
    indexes: ClassVar = [
        IndexModel([("kiosk", DESCENDING), ("at", DESCENDING)], name="kiosk"),
        IndexModel("purge_at", name="purge", expireAfterSeconds=0),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    def shaped(self, document: Document) -> DeviceAnswer:
        name, outcome = CommandName(document["name"]), Outcome(document["outcome"])
        return super().shaped({**document, "name": name, "outcome": outcome})

    async def keep(
        self, kiosk: str, command: Command, outcome: Outcome, text: str, picture: bytes, at: datetime
    ) -> None:
        """Keep an answer; safe to repeat, the first one stays."""
        about = f"device_answer:{command['id']}"
        answer = DeviceAnswer(
            _id=command["id"],
            kiosk=kiosk,
            name=command["name"],
            outcome=outcome,
            at=at,
            text=self.privacy.sealed(text, about),
            picture=self.privacy.seal_bytes(picture, about) if picture else b"",
            key=self.privacy.current,
            purge_at=at + KEPT,
        )
        await insert_new(self.documents, [{**answer}])

    async def lately(
        self, kiosks: Iterable[str], names: Iterable[CommandName], since: datetime
    ) -> list[tuple[str, datetime]]:
        """When these kiosks did one of these, from a moment on."""
        query = {"kiosk": {"$in": sorted(kiosks)}, "at": {"$gte": since}, "name": {"$in": sorted(names)}}
        found = self.documents.find(query, {"kiosk": 1, "at": 1})
        return [(one["kiosk"], one["at"]) async for one in found]

    async def latest(self, kiosk: str) -> list[DeviceAnswer]:
        """What a kiosk's device answered, the last first; without what it sent."""
        found = self.documents.find({"kiosk": kiosk}, {"picture": 0, "events": 0})
        return await self._each(found.sort([("kiosk", DESCENDING), ("at", DESCENDING)]).limit(LATEST))

    async def view(self, kiosk: str, command: str, member: Member, by: Cause) -> DeviceAnswer:
        """An answer with what was sent, for those who give commands; each time is on record.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `device_answer_not_found`.
        """
        check_scope(member, Scope.KIOSKS_APPROVE)
        return await self.change(
            command,
            expects={"kiosk": kiosk},
            event=Event(VIEWED, command, by, {"kiosk": kiosk}),
            otherwise=AnswerNotFound,
        )

    def opened(self, answer: DeviceAnswer) -> tuple[str, bytes]:
        """The text and the picture, each empty where there is none."""
        about = f"device_answer:{answer['_id']}"
        picture = answer["picture"]
        content = self.privacy.open_bytes(picture, about, answer["key"]) if picture else b""
        return str(self.privacy.opened(answer["text"], about)), content
