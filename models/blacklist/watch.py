"""What the system looks out for after something was handed in, withdrawn or refused (article 28, item 2), and
after a review was set aside (item 3).

It looks when the worker finds the plan, so that nobody waits for it; it raises flags and decides nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from models.applications import Application, ApplicationNotFound, Applications
from models.blacklist.flags import SAME_ITEM, SET_ASIDE, Flags, Often, Reason
from models.blacklist.rules import in_force_on
from models.events import Cause
from models.guides import Form, Guides, Kind
from models.schedule import Due
from models.uncivil import UncivilWords
from models.voices import Reviews
from models.workdays import local_date

FLAGS = UUID("0d6f1c9e-5d0b-4c58-9a53-7a3c0d1b8f42")
"""The name space of the ids of flags: looking again at the same plan raises the same flag."""
WRITTEN = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.NAME, Kind.ADDRESS})
"""Questions that are answered in one's own words."""


@dataclass(frozen=True)
class Watch:
    flags: Flags
    applications: Applications
    reviews: Reviews
    guides: Guides
    uncivil: UncivilWords

    async def look(self, due: Due, by: Cause) -> bool:
        """Look at an application, and at all of its item by the same applicant; False if it is gone."""
        try:
            found = await self.applications.get(due.about)
        except ApplicationNotFound:
            return False
        await self._count(found, due, by)
        await self._read(found, due, by)
        return True

    async def look_at_review(self, due: Due, by: Cause) -> bool:
        """Look at all reviews of the person who wrote one, since it was set aside; False if it is gone."""
        found = await self.reviews.find(due.about)
        if found is None:
            return False
        agent = found["agent"]
        limit = in_force_on(SET_ASIDE, local_date(due.at))
        subject = f"{agent}:{Reason.REVIEWS_SET_ASIDE}"
        about = await self.reviews.set_aside(agent, await self._since(limit, subject, due), due.at)
        if len(about) > limit.times:
            words = f"{limit.days}日内有{len(about)}条评价经异议核实不计入"
            key = _id(due, Reason.REVIEWS_SET_ASIDE)
            await self.flags.raise_by_system(key, agent, Reason.REVIEWS_SET_ASIDE, subject, about, words, by)
        return True

    async def _since(self, limit: Often, subject: str, due: Due) -> datetime:
        """From when on it counts: what was looked at before does not."""
        since = due.at - timedelta(days=limit.days)
        looked = await self.flags.last_closed(subject)
        return max(since, looked) if looked else since

    async def _count(self, found: Application, due: Due, by: Cause) -> None:
        """The same item very often, since it was looked at last."""
        limit = in_force_on(SAME_ITEM, local_date(due.at))
        subject = f"{found['applicant']}:{Reason.SAME_ITEM}:{found['item']}"
        since = await self._since(limit, subject, due)
        times, about = await self.applications.tried(found["applicant"], found["item"], since)
        if times > limit.times:
            words = f"“{found['item_name']}”{limit.days}日内提交、撤回和重复申请共{times}次"
            await self.flags.raise_by_system(
                _id(due, Reason.SAME_ITEM), found["applicant"], Reason.SAME_ITEM, subject, about, words, by
            )

    async def _read(self, found: Application, due: Due, by: Cause) -> None:
        """Uncivil words in what the person who acts has written."""
        guide, words = await self.guides.version(found["guide"]), await self.uncivil.filter()
        answers = self.applications.answers(found)
        hits = [hit for name in _written(guide.form) for hit in words.found_in(str(answers.get(name, "")))]
        if hits:
            subject = f"{found['agent']}:{Reason.UNCIVIL_WORDS}:{found['_id']}"
            said = f"“{found['item_name']}”的表单中有：{'、'.join(dict.fromkeys(hits))}"
            key, about = _id(due, Reason.UNCIVIL_WORDS), [found["_id"]]
            await self.flags.raise_by_system(
                key, found["agent"], Reason.UNCIVIL_WORDS, subject, about, said, by
            )


def _written(form: Form) -> Iterator[str]:
    return (one.name for one in form.questions() if one.kind in WRITTEN and not one.locked)


def _id(due: Due, reason: Reason) -> str:
    return uuid5(FLAGS, f"{due.key}:{reason}").hex
