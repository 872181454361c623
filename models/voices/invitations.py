"""Asking for a review: once for each matter, a while after it was finished (article 17).

Who is asked may let it be.

The short message has a link by which that one matter is reviewed without signing in. Its token follows from
the matter and our key, so that a message that is sent again has the same one; only its SHA-256 is kept.
To look at the form uses nothing up: what is used up is that a matter can be reviewed.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel
from pymongo.errors import DuplicateKeyError

from models.applications import Applications
from models.appointments import ASK_REVIEW, REVIEW_WAITS, Appointment, Appointments, till_done
from models.appointments import State as Visit
from models.asking import when_to_ask
from models.counters import Counters, Limit, Per, Use, network_of
from models.errors import Conflict, NotFound, Refused, TooMany
from models.events import Cause, Event, Plan
from models.people import Applicant, ApplicantKind, Binding, Party
from models.privacy import Privacy
from models.schedule import Due
from models.store import ChangedMeanwhile, Database, Document, Record, Store, part
from models.voices.document import GivenReview
from models.voices.platforms import Invitation
from models.voices.reviews import Reviews
from models.voices.rules import ASKED_FOR, AlreadyReviewed, can_review, check_reviewable

MADE = "invitation.made"
TOKEN = 32
"""Hexadecimal digits: a parameter of a short message holds 35 characters."""


class LinkUnknown(NotFound):
    code = "review_link_unknown"
    message = "评价链接有误，请核对短信里的链接是否完整"


class LinkOver(Refused):
    code = "review_link_over"
    message = "评价链接已过期。您仍可登录后在“我的办件”或“我的预约”里评价"


class LinkUsed(Conflict):
    code = "review_link_used"
    message = "您的评价已收到，谢谢。这个链接只能用一次"


class ReviewedOtherwise(Conflict):
    code = "reviewed_otherwise"
    message = "您已通过其他方式评价过这件事，不用再评，谢谢"


class LinkTries(TooMany):
    code = "review_link_tries"
    message = "打开的评价链接有误次数过多，请稍后再试"


MISSES = Limit("review_link_missed", 30, Per.HOUR, LinkTries)
"""Links that there are not, opened from one network. A link that there is, is always opened: many phones
share one address, and nobody guesses 128 bits."""


class Asked(Record):
    """`_id` is the matter, as of a review. `agent` is the person who is asked, `link` the SHA-256 of the
    token, `until` when the link is over."""

    applicant: str
    agent: str
    item_name: str
    at: datetime
    link: str
    until: datetime


class Invitations(Store[Asked]):
    collection = "invitations"
    missing = LinkUnknown
    tells = (MADE,)
    indexes: ClassVar = [
        IndexModel("link", unique=True, name="link"),
        IndexModel([("applicant", ASCENDING), ("at", ASCENDING)], name="applicant"),
    ]

    def __init__(self, database: Database, privacy: Privacy) -> None:
        super().__init__(database)
        self.privacy = privacy

    def token(self, matter: str) -> str:
        """What the link of a matter ends with; for its person alone."""
        return self.privacy.index(matter, "review_link")[:TOKEN]

    async def find(self, matter: str) -> Asked | None:
        return await self._first({"_id": matter})

    async def find_by_token(self, token: str) -> Asked | None:
        return await self._first({"link": hashed(token)})

    async def export(self, applicant: str) -> list[Document]:
        """All that an applicant was asked."""
        found = self.documents.find({"applicant": applicant}, {"events": 0}).sort("at", ASCENDING)
        return [part(one, frozenset({"applicant", "agent", "link"})) for one in await self._each(found)]


@dataclass(frozen=True)
class Invited:
    """A link that is good: whom it asks, and the finished application or appointment that it is about."""

    asked: Asked
    party: Party
    about: Any


@dataclass(frozen=True)
class Asking:
    invitations: Invitations
    reviews: Reviews
    applications: Applications
    appointments: Appointments
    binding: Binding
    counters: Counters

    async def ask(self, due: Due, by: Cause) -> bool:
        """What a finished application or appointment plans: its person is asked, unless it was reviewed,
        or is not finished any more, or nobody is known to ask. Of a visit of several matters they are asked
        once, of all that were served, when the last of them is over."""
        matter = f"{due.what.partition('.')[0]}:{due.about}"
        about = await self.about(matter)
        if not can_review(kind_of(matter), about["state"]) or await self.reviews.find(matter):
            return False
        person = await self.binding.hears(about["applicant"], about["agent"])
        if person["kind"] is not ApplicantKind.PERSON:
            return False
        if kind_of(matter) == "appointment" and about["visit"] != about["_id"]:
            return await till_done(lambda: self._ask_of_visit(about, person["_id"], due, by))
        event = due.event_about(matter, MADE, by)
        try:
            await self.invitations.add(self._asked(matter, about, person["_id"], by), event)
        except DuplicateKeyError:
            return False
        return True

    async def _ask_of_visit(self, about: Appointment, person: str, due: Due, by: Cause) -> bool:
        """
        Raises:
            Conflict: `changed_meanwhile`.
        """
        visit = (await self._together(about)) or [about]
        ends = [one["end"] for one in visit if one["state"] is Visit.BOOKED]
        if ends and by.at < (later := when_to_ask(max(ends))):
            waits = due.event(REVIEW_WAITS, by, plans=(Plan(ASK_REVIEW, later),))
            await self.appointments.note(about["_id"], waits)
            return True
        matters = {f"appointment:{one['_id']}": one for one in visit}
        before = await self.invitations.parts(matters, ())
        left = [key for key in matters if key not in before and await self._waits(key, matters[key])]
        if f"appointment:{about['_id']}" not in left:
            return False
        try:
            async with self.invitations.database.transaction() as session:
                for number, key in enumerate(left):
                    told = before or number
                    data = {"with": next(iter(before), left[0])} if told else {"together": left}
                    event = Event(MADE, key, by, data)
                    asked = self._asked(key, matters[key], person, by)
                    await self.invitations.add(asked, event, session)
        except DuplicateKeyError:
            raise ChangedMeanwhile from None
        return True

    async def _waits(self, matter: str, about: Any) -> bool:
        """Whether it can be reviewed, and has not been."""
        return can_review(kind_of(matter), about["state"]) and not await self.reviews.find(matter)

    async def _together(self, about: Appointment) -> list[Appointment]:
        """All of its visit at that hall and day, in the order of their times."""
        found = await self.appointments.of_visit(about["visit"], about["applicant"])
        return [one for one in found if (one["hall"], one["day"]) == (about["hall"], about["day"])]

    async def next_of(self, token: str, at: datetime) -> Asked | None:
        """Who reviewed a matter by a link is led to the next of the same visit that waits for a review."""
        asked = await self.invitations.find_by_token(token)
        if asked is None or kind_of(asked["_id"]) != "appointment":
            return None
        for one in await self._together(await self.about(asked["_id"])):
            matter = f"appointment:{one['_id']}"
            other = await self.invitations.find(matter)
            open_to = other and other["agent"] == asked["agent"] and at <= other["until"]
            if open_to and await self._waits(matter, one):
                return other
        return None

    def _asked(self, matter: str, about: Any, person: str, by: Cause) -> Document:
        return {
            "_id": matter,
            "applicant": about["applicant"],
            "agent": person,
            "item_name": about["item_name"],
            "at": by.at,
            "link": hashed(self.invitations.token(matter)),
            "until": by.at + ASKED_FOR,
        }

    async def open(self, token: str, address: str, at: datetime) -> Invited:
        """
        Raises:
            NotFound: `review_link_unknown`, also where the person acts for that body no more.
            Refused: `review_link_over`, `not_finished`.
            Conflict: `review_link_used`, `reviewed_otherwise`.
            TooMany: `review_link_tries`.
        """
        asked = await self.invitations.find_by_token(token)
        person = await self._still_asked(asked) if asked else None
        if asked is None or person is None:
            await self.counters.take([Use(MISSES, network_of(address))], at)
            raise LinkUnknown
        if given := await self.reviews.find(asked["_id"]):
            raise answered(given)
        if at > asked["until"]:
            raise LinkOver
        about = await self.about(asked["_id"])
        check_reviewable(kind_of(asked["_id"]), about["state"])
        applicant = await self.binding.applicants.get(asked["applicant"])
        return Invited(asked, Party(applicant, person, person["account"] or ""), about)

    async def answer(
        self, token: str, address: str, level: int, tags: list[str], words: str, by: Cause
    ) -> GivenReview:
        """Give the review that a link asks for, in the name of the person who was asked.

        Raises:
            see `open` and `models.voices.Reviews.give`.
        """
        invited = await self.open(token, address, by.at)
        matter, party = invited.asked["_id"], invited.party
        by = replace(by, actor=f"applicant:{party.agent['_id']}")
        try:
            return await self.reviews.give(
                matter, party, level, tags, words, by, invited.about, Invitation.SMS
            )
        except AlreadyReviewed:
            raise answered(await self.reviews.get(matter)) from None

    async def _still_asked(self, asked: Asked) -> Applicant | None:
        person = await self.binding.hears(asked["applicant"], asked["agent"])
        return person if person["_id"] == asked["agent"] else None

    async def about(self, matter: str) -> Any:
        """The application or appointment that a matter names."""
        store: Store[Any] = self.applications if kind_of(matter) == "application" else self.appointments
        return await store.get(matter.partition(":")[2])


def where_and_when(matter: str, about: Any) -> tuple[str, datetime]:
    """At which hall, or by which department, a finished matter was seen to, and when."""
    if kind_of(matter) == "application":
        return about["department_name"], about["concluded_at"]
    return about["hall_name"], about["start"]


def answered(given: GivenReview) -> Conflict:
    """What who opens a link is told of the review that there is."""
    return LinkUsed() if given.get("invitation") is Invitation.SMS else ReviewedOtherwise()


def kind_of(matter: str) -> str:
    return matter.partition(":")[0]


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()
