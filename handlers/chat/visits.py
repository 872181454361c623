"""What a person says in the chat about a visit: whether they give it up, and that its record is wrong."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from handlers.chat.callers import party_of
from handlers.web.services import Services
from models.appointments import LABELS, Appointment, can_object, is_asked_to_give_up
from models.events import Cause
from models.people import Party
from models.workdays import local

CONFIRMED, DENIED = "确认放弃", "没有放弃"
OBJECTION = re.compile(r"(?:我有|提出)?异议(?:[\s:：,，。]+(.*))?", re.DOTALL)
"""Without words of its own it asks how; 「异议登记」 is an item, and no objection."""
NOBODY = "请先在公众号实名认证，再回复。"
NOTHING_ASKED = "没有需要您确认的放弃预约。"
NOTHING_RECORDED = "没有可以提出异议的预约记录。"
HOW = "如与事实不符，请回复“异议”和实际情况，例如：\n异议 我九点二十就在大厅取了号"
TAKEN = "您的异议已收到，区政务管理部门核实后会通知您。"


@dataclass(frozen=True)
class Visits:
    """`link` makes an address of ours and words into a link of the chat."""

    services: Services
    link: Callable[[str, str], str]

    async def answer(self, sender: str, words: str, by: Cause) -> str | None:
        """The reply; None where the words are about something else."""
        if words in (CONFIRMED, DENIED):
            return await self.give_up(sender, by, confirmed=words == CONFIRMED)
        if objection := OBJECTION.fullmatch(words):
            return await self.object(sender, objection[1] or "", by)
        return None

    async def give_up(self, sender: str, by: Cause, *, confirmed: bool) -> str:
        """Answer what staff have asked; where they asked of several visits, the pages tell them apart."""
        if (party := await party_of(self.services, sender)) is None:
            return NOBODY
        asked = [one for one in await self.mine(party) if is_asked_to_give_up(one)]
        if len(asked) != 1:
            return "\n".join([NOTHING_ASKED] if not asked else map(self.named, asked))
        [visit] = asked
        by = replace(by, actor=f"applicant:{party.agent['_id']}")
        await self.services.endings.answer(visit["_id"], party, by, confirmed=confirmed)
        done = "已确认放弃，随时可以重新预约。" if confirmed else "已记下您没有放弃，预约照常。"
        return f"{self.named(visit)}\n{done}"

    async def object(self, sender: str, words: str, by: Cause) -> str:
        """Object to the latest record; to earlier ones the pages do."""
        if (party := await party_of(self.services, sender)) is None:
            return NOBODY
        visit = next((one for one in await self.mine(party) if can_object(one)), None)
        if visit is None:
            return NOTHING_RECORDED
        about = f"{self.named(visit)}\n记录：{LABELS[visit['state']]}"
        if not words.strip():
            return f"{about}\n{HOW}"
        by = replace(by, actor=f"applicant:{party.agent['_id']}")
        await self.services.endings.object(visit["_id"], party, visit["state"], words, by)
        return f"{about}\n{TAKEN}"

    async def mine(self, party: Party) -> list[Appointment]:
        return await self.services.appointments.of_applicant(party.id)

    def named(self, visit: Appointment) -> str:
        when = local(visit["start"])
        return self.link(f"/appointments/{visit['_id']}", f"{when} {visit['item_name']}")
