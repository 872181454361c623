"""好差评 in the chat: a number from 5 to 1 after a matter is finished, then, where it is bad, the reason."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from handlers.chat.callers import party_of
from handlers.chat.numbers import Numbers
from handlers.chat.once import Once
from handlers.web.services import Services
from models.events import Cause
from models.law import Term, in_force
from models.people import Party
from models.voices import LEVELS, can_review, is_bad, tags_on
from models.voices.rules import ASKED_FOR, AlreadyReviewed
from models.workdays import local_date

ASKS = frozenset({"评价", "我要评价", "好差评"})
NEVER_MIND = frozenset({"不评了", "算了", "取消"})
NOBODY = "请先在公众号实名认证，再评价。"
NOTHING = "目前没有等您评价的事项。以前办的事，可在“我的办件”或“我的预约”里评价。"
SCALE = "、".join(f"{level} {name}" for level, name in LEVELS.items())
CHOSEN = re.compile(r"[1-8](?:[\s,，、]*[1-8])*")
CALLED = "部门会在{days}个工作日内与您联系；办理过这件事的工作人员看不到是您的评价。"
HELD = "您写的文字要先由工作人员审核；满意程度已经计入。"


@dataclass(frozen=True)
class Finished:
    """A matter that can be reviewed: its key there, the document, its page and when it was finished."""

    matter: str
    about: Any
    page: str
    at: datetime


@dataclass(frozen=True)
class Opinions:
    """`link` makes an address of ours and words into a link of the chat."""

    services: Services
    link: Callable[[str, str], str]
    numbers: Numbers
    once: Once

    async def answer(self, sender: str, words: str, by: Cause) -> str | None:
        """The reply to a reason that was asked for, and to the wish to review; None to all else."""
        if words in ASKS:
            return await self.invite(sender, by)
        asked = (await self.once.conversation(sender, by.at)).question
        if asked is None:
            return None
        if words in NEVER_MIND:
            await self.services.dialogues.answered(sender)
            return "好的，这次没有评价。"
        tags = list(tags_on(local_date(by.at)).tags[asked["level"]])
        numbers = re.findall(r"[1-8]", words) if CHOSEN.fullmatch(words) else []
        chosen = [tags[int(number) - 1] for number in dict.fromkeys(numbers)]
        try:
            return await self.give(
                sender, asked["matter"], asked["level"], chosen, "" if chosen else words, by
            )
        except AlreadyReviewed:
            await self.services.dialogues.answered(sender)
            raise

    async def invite(self, sender: str, by: Cause) -> str:
        if (party := await party_of(self.services, sender)) is None:
            return NOBODY
        finished = await self.finished(party, by.at)
        if finished is None:
            return NOTHING
        self.numbers.choices = []
        return f"{self.named(finished)}\n请回复数字评价：{SCALE}。"

    async def waiting(self, sender: str, level: int, by: Cause) -> Finished | None:
        """What a number alone could be the level of."""
        party = await party_of(self.services, sender) if level in LEVELS else None
        return await self.finished(party, by.at) if party else None

    async def rate(self, finished: Finished, sender: str, level: int, by: Cause) -> str:
        """Keep a level; a bad one is kept with its reason, which is asked for."""
        if not is_bad(level):
            return await self.give(sender, finished.matter, level, [], "", by)
        await self.services.dialogues.ask(sender, {"matter": finished.matter, "level": level}, by.at)
        tags = tags_on(local_date(by.at)).tags[level]
        reasons = [f"{number}. {tag.words}" for number, tag in enumerate(tags.values(), 1)]
        return "\n".join(
            [
                f"{self.named(finished)}\n您选的是“{LEVELS[level]}”，请告诉我们原因，才能记录这个评价：",
                *reasons,
                "回复前面的数字（可多个），或直接写几句；不想评价了，回复“算了”。",
            ]
        )

    async def give(self, sender: str, matter: str, level: int, tags: list[str], words: str, by: Cause) -> str:
        """Keep it, and say so.

        Raises:
            DomainError: see `models.voices.Reviews.give`.
        """
        party = await party_of(self.services, sender)
        finished = party and await self.one(party, matter)
        if not party or not finished:
            return NOTHING
        by = replace(by, actor=f"applicant:{party.agent['_id']}")
        given = await self.services.reviews.give(matter, party, level, tags, words, by, finished.about)
        await self.services.dialogues.answered(sender)
        days = in_force(Term.CONTACT, local_date(by.at)).number
        bad = f"\n{CALLED.format(days=days)}" if is_bad(level) else ""
        held = f"\n{HELD}" if given["words_state"] == "held" else ""
        return f"{self.named(finished)}\n已记下您的评价：{LEVELS[level]}。谢谢！{bad}{held}"

    async def finished(self, party: Party, now: datetime) -> Finished | None:
        """What was finished last, has no review yet, and not long ago."""
        found = [one for one in await self.all_finished(party) if now - one.at <= ASKED_FOR]
        for one in sorted(found, key=lambda one: one.at, reverse=True):
            if await self.services.reviews.find(one.matter) is None:
                return one
        return None

    async def one(self, party: Party, matter: str) -> Finished | None:
        return next((one for one in await self.all_finished(party) if one.matter == matter), None)

    async def all_finished(self, party: Party) -> list[Finished]:
        mine: dict[str, list[Any]] = {
            "application": [*await self.services.applications.of_applicant(party.id)],
            "appointment": [*await self.services.appointments.of_applicant(party.id)],
        }
        return [
            Finished(f"{kind}:{one['_id']}", one, f"/{kind}s/{one['_id']}/review", one["timeline"][-1]["at"])
            for kind, documents in mine.items()
            for one in documents
            if can_review(kind, one["state"])
        ]

    def named(self, finished: Finished) -> str:
        return self.link(finished.page, finished.about["item_name"])
