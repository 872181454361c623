"""What devices answered to commands: who ordered it and when, what came of it, and what the device sent."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from handlers.admin.panel import PanelPage
from handlers.web.pages import DOCUMENT_ID
from handlers.web.services import Services
from handlers.web.staff import needs
from models.events import KeptEvent
from models.kiosks import Kiosk
from models.kiosks.answers import LATEST, DeviceAnswer
from models.kiosks.document import Command
from models.staff import Scope

ORDERED = "kiosk.commanded"
PICTURES: Mapping[bytes, str] = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG": "image/png"}
"""How a picture begins, and its kind; what begins otherwise is not shown."""


@dataclass(frozen=True)
class Reply:
    """A command and what came of it; `answer` is None where the device has not said. `ordered_by` is empty
    where the record of the order has not been moved on yet."""

    name: str
    argument: str
    ordered_at: datetime | None
    ordered_by: str
    answer: DeviceAnswer | None
    late: bool = False

    @property
    def outcome(self) -> str:
        if self.answer:
            return self.answer["outcome"].label
        return "设备没有在1小时内执行，已作废" if self.late else "等待设备执行"


async def replies(services: Services, kiosk: Kiosk, now: datetime) -> list[Reply]:
    """The last commands of a kiosk, those that wait first."""
    answers = await services.device_answers.latest(kiosk["_id"])
    orders = await services.outbox.latest(kiosk["_id"], ORDERED, LATEST * 2)
    by_command = {one["data"]["command"]: one for one in orders}
    open_ones = [_open(one, now) for one in reversed(kiosk["commands"])]
    return [*open_ones, *(_answered(one, by_command.get(one["_id"])) for one in answers)]


def _open(command: Command, now: datetime) -> Reply:
    label, late = command["name"].label, command["until"] <= now
    return Reply(label, command["argument"], command["at"], command["by"], None, late)


def _answered(answer: DeviceAnswer, order: KeptEvent | None) -> Reply:
    if order is None:
        return Reply(answer["name"].label, "", None, "", answer)
    return Reply(answer["name"].label, order["data"]["argument"], order["at"], order["actor"], answer)


def picture_of(content: bytes) -> str:
    """A picture for a page; empty where it is none that a browser should be given."""
    kind = next((kind for start, kind in PICTURES.items() if content.startswith(start)), "")
    return f"data:{kind};base64,{b64encode(content).decode()}" if kind else ""


class AnswerPage(PanelPage):
    """GET /admin/kiosks/{id}/answers/{command}: what the device sent; each time is on record."""

    @needs(Scope.KIOSKS_APPROVE)
    async def get(self, key: str, command: str) -> None:
        member = self.signed_in_member()
        found = await self.services.kiosk_lists.seen(key, member)
        answer = await self.services.device_answers.view(key, command, member, self.by_member())
        text, content = self.services.device_answers.opened(answer)
        self.show(
            "admin/kiosks/answer.html",
            kiosk=found,
            path=f"/admin/kiosks/{key}",
            answer=answer,
            text=text,
            picture=picture_of(content),
            unreadable=bool(content) and not picture_of(content),
        )


ROUTES = [(rf"/admin/kiosks/{DOCUMENT_ID}/answers/{DOCUMENT_ID}", AnswerPage)]
