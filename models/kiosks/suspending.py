"""What is done with a suspension, from its announcement to the kiosk's return (article 21, item 4)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from models.errors import Conflict
from models.events import Cause, Plan
from models.kiosks.actions import PRESENT, STEPS, Action
from models.kiosks.consequences import Consequences, Foresight
from models.kiosks.contacts import Contacts
from models.kiosks.document import Custody, Kiosk, OutageCause, State, Suspension
from models.kiosks.files import GivenLetter, KioskFiles
from models.kiosks.rules import words_of
from models.kiosks.store import BEGIN, END, TELL, Kiosks, ended, nothing_came_of, opened_outage
from models.kiosks.suspension import Asked, Notice, check_notice, comes_back, what_is_asked
from models.schedule import Due
from models.staff import Member
from models.store import ChangedMeanwhile, Document
from models.workdays import Workdays

REMOVED = "已撤离，恢复时须重新进驻"
"""Why nothing came of a proposal to retire what is removed."""


class KioskNotInService(Conflict):
    code = "kiosk_not_in_service"
    message = "该终端不在服务状态，或已安排暂停"


class SuspensionOtherwise(Conflict):
    code = "suspension_otherwise"
    message = "该终端没有这样的暂停安排，请刷新后查看"


@dataclass(frozen=True)
class Wanted:
    """A suspension as a department asks for it; `seen` is the mark of the consequences that it confirmed,
    None where it was not shown any."""

    start: datetime
    end: datetime
    reason: str
    letter: GivenLetter | None = None
    seen: str | None = None


@dataclass(frozen=True)
class Foreseen:
    """What a suspension asks for, the working days that it touches, and what it does to people."""

    asked: Asked
    days: list[date]
    consequences: Consequences


@dataclass(frozen=True)
class Suspending:
    kiosks: Kiosks
    contacts: Contacts
    files: KioskFiles
    calendar: Workdays
    foresight: Foresight

    async def foresee(self, key: str, wanted: Wanted, member: Member, by: Cause) -> Foreseen:
        """What is to be confirmed before the hall is told.

        Raises:
            see `plan`; not of the letter.
        """
        found = await self.kiosks.within(key, member, Action.PLAN_SUSPENSION)
        await self.contacts.check(found["department"], member)
        if found["state"] is not State.IN_SERVICE or found["suspension"]:
            raise KioskNotInService
        asked = what_is_asked(by.at, wanted.start, wanted.end, self.calendar)
        asked.check_day(wanted.start)
        words_of(wanted.reason)
        days = self.calendar.touched(wanted.start, wanted.end)
        return Foreseen(asked, days, await self._consequences(found, wanted, asked.notice))

    async def _consequences(self, kiosk: Kiosk, wanted: Wanted, notice: Notice) -> Consequences:
        end = None if notice.custody is Custody.REMOVED else wanted.end
        return await self.foresight.of(kiosk, wanted.start, end)

    async def plan(self, key: str, wanted: Wanted, member: Member, by: Cause) -> Kiosk:
        """Tell the hall, now, that a kiosk in service will stop.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Refused: `not_the_contact`, `suspension_too_late`, `suspension_needs_letter`.
            BadInput: `suspension_times_wrong`, `suspension_too_long`, `kiosk_words_missing`; the file cannot
                be taken.
            Conflict: `kiosk_not_in_service`; `consequences_changed`, since they were confirmed.
        """
        found = await self.kiosks.within(key, member, Action.PLAN_SUSPENSION)
        await self.contacts.check(found["department"], member)
        start, end, given = wanted.start, wanted.end, wanted.letter
        notice, period = check_notice(by.at, start, end, self.calendar, letter=given is not None)
        reason = words_of(wanted.reason)
        consequences = await self._consequences(found, wanted, notice)
        consequences.check(wanted.seen)
        async with self.files.letter(found["department"], key, given, by) as letter:
            planned = Suspension(
                start=start,
                end=end,
                reason=reason,
                custody=notice.custody,
                letter=letter,
                told_at=by.at,
                told_by=by.actor,
                notice=period,
                posted_at=None,
            )
            told = {"hall": found["hall"], "start": start, "end": end, "custody": notice.custody.value}
            return await self.kiosks.take(
                Action.PLAN_SUSPENSION,
                key,
                by,
                expects={"suspension": None},
                sets={"suspension": kept(planned), "unposted": True},
                data=told | {"reason": reason, "notice": period, "visits": len(consequences.visits)},
                plans=(Plan(BEGIN, start), Plan(END, end), Plan(TELL, by.at)),
                reason=reason,
                otherwise=KioskNotInService,
            )

    async def call_off(self, key: str, member: Member, by: Cause) -> Kiosk:
        """A suspension that has not begun does not take place.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Refused: `not_the_contact`.
            Conflict: `suspension_otherwise`.
        """
        found = await self.kiosks.within(key, member, Action.CALL_OFF_SUSPENSION)
        await self.contacts.check(found["department"], member)
        return await self.kiosks.take(
            Action.CALL_OFF_SUSPENSION,
            key,
            by,
            expects={"suspension.start": {"$gt": by.at}},
            sets={"suspension": None, "unposted": False},
            plans=(Plan(TELL, by.at),),
            otherwise=SuspensionOtherwise,
        )

    async def post(self, key: str, member: Member, by: Cause) -> Kiosk:
        """The hall has put up its notice of a suspension.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `suspension_otherwise`, also where it said so before.
        """
        await self.kiosks.within(key, member, Action.POST_SUSPENSION)
        return await self.kiosks.take(
            Action.POST_SUSPENSION,
            key,
            by,
            expects={"suspension.told_at": {"$exists": True}, "suspension.posted_at": None},
            sets={"suspension.posted_at": by.at, "unposted": False},
            otherwise=SuspensionOtherwise,
        )

    async def begin(self, due: Due, by: Cause) -> bool:
        """What was announced begins; one that is under repair is suspended too.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        found = await self.kiosks.find(due.about)
        if found is None or found["state"] not in PRESENT or not _is(found, "start", due):
            return False
        update: Document = {}
        if found["state"] is State.IN_SERVICE and found["suspension"]:
            update["$push"] = opened_outage(due.at, OutageCause.OWN, found["suspension"]["reason"])
        await self.kiosks.take(
            Action.SUSPEND,
            due.about,
            by,
            expects={"state": found["state"].value, "suspension.start": due.at},
            update=update,
            event=due.event(STEPS[Action.SUSPEND].event, by),
            otherwise=ChangedMeanwhile,
        )
        return True

    async def end(self, due: Due, by: Cause) -> bool:
        """A kiosk that has stayed in its place serves again; one that was to be removed does not.

        Raises:
            Conflict: `changed_meanwhile`, also where the beginning was not looked at yet.
        """
        found = await self.kiosks.find(due.about)
        if found is None or not _is(found, "end", due):
            return False
        if found["state"] in PRESENT:
            raise ChangedMeanwhile
        if not comes_back(found):
            return False
        await self.kiosks.take(
            Action.RESUME,
            due.about,
            by,
            expects={"suspension.end": due.at, "outages": found["outages"]},
            **_over(found, due.at),
            event=due.event(STEPS[Action.RESUME].event, by),
            otherwise=ChangedMeanwhile,
        )
        return True

    async def resume(self, key: str, member: Member, by: Cause) -> Kiosk:
        """It serves again before the announced end.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Refused: `not_the_contact`.
            Conflict: `suspension_otherwise`, also of one that comes back only by a new installation.
        """
        found = await self.kiosks.within(key, member, Action.RESUME)
        await self.contacts.check(found["department"], member)
        if not comes_back(found):
            raise SuspensionOtherwise
        return await self._back(Action.RESUME, found, by)

    async def take_away(self, key: str, member: Member, by: Cause) -> Kiosk:
        """It is taken out of the public's sight for the time of a suspension of over three working days.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `suspension_otherwise`.
        """
        await self.kiosks.within(key, member, Action.TAKE_AWAY)
        return await self.kiosks.take(
            Action.TAKE_AWAY,
            key,
            by,
            expects={"suspension.custody": Custody.TAKEN_AWAY.value},
            otherwise=SuspensionOtherwise,
        )

    async def bring_back(self, key: str, member: Member, by: Cause) -> Kiosk:
        """It stands in its place again, and serves.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `suspension_otherwise`.
        """
        found = await self.kiosks.within(key, member, Action.BRING_BACK)
        return await self._back(Action.BRING_BACK, found, by)

    async def remove(self, key: str, member: Member, by: Cause) -> Kiosk:
        """A kiosk that is suspended for over two weeks leaves its hall, and with it what it was let in by;
        nothing comes of a proposal to retire it.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Conflict: `suspension_otherwise`.
        """
        found = await self.kiosks.within(key, member, Action.REMOVE)
        over, proposal = _over(found, by.at), found["retirement"]
        pushed = over["update"].get("$push", {})
        if proposal:
            pushed = pushed | nothing_came_of(proposal, REMOVED, by)
        return await self.kiosks.take(
            Action.REMOVE,
            key,
            by,
            expects={
                "suspension.custody": Custody.REMOVED.value,
                "outages": found["outages"],
                "retirement.proposed_at": proposal["proposed_at"] if proposal else None,
            },
            sets={**over["sets"], "retirement": None, "undecided": False, "commands": []},
            update={"$push": pushed, "$unset": {"spot": "", "device_key": ""}},
            data={"hall": found["hall"], "position": found["position"]},
            otherwise=SuspensionOtherwise,
        )

    async def _back(self, action: Action, found: Kiosk, by: Cause) -> Kiosk:
        return await self.kiosks.take(
            action,
            found["_id"],
            by,
            expects={"outages": found["outages"]},
            **_over(found, by.at),
            plans=(Plan(TELL, by.at),),
            otherwise=SuspensionOtherwise,
        )


def kept(suspension: Suspension) -> Document:
    return {**suspension, "custody": suspension["custody"].value}


def _is(found: Kiosk, moment: Literal["start", "end"], due: Due) -> bool:
    """Whether the suspension is the one whose beginning or end was planned."""
    told = found["suspension"]
    return told is not None and told[moment] == due.at


def _over(found: Kiosk, at: datetime) -> dict[str, Any]:
    """What a suspension that is over leaves: it was announced until its end, or until it ended before."""
    told = found["suspension"]
    sets: Document = {"suspension": None, "unposted": False, "outages": ended(found, at)}
    if told is None:
        return {"sets": sets, "update": {}}
    over = kept({**told, "end": min(told["end"], at)})
    return {"sets": sets, "update": {"$push": {"suspensions": over}}}
