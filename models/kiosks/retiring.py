"""How a kiosk retires: proposed by the system with evidence or by its department's letter, decided by a
person, on an agreed day (article 21, item 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from models.errors import BadInput, Conflict
from models.events import Cause, Channel, Plan
from models.guides import Guides
from models.kiosks.actions import STEPS, Action
from models.kiosks.consequences import Consequences, Foresight
from models.kiosks.contacts import Contacts
from models.kiosks.document import LIVE, Ground, Kiosk, Letter, Retirement
from models.kiosks.files import GivenLetter, KioskFiles
from models.kiosks.retirement import Facts, Reason, Service, reasons
from models.kiosks.rules import KioskNotFound, words_of
from models.kiosks.store import RETIREMENT, TELL, Kiosks, ended, nothing_came_of
from models.kiosks.suspension import announced, outages_of
from models.schedule import Due
from models.staff import Member
from models.store import ChangedMeanwhile, Document
from models.workdays import Workdays, local_date, local_moment


class RetirementUnderWay(Conflict):
    code = "retirement_under_way"
    message = "该终端已有待处理的退出建议或已商定撤离时间"


class RetirementOtherwise(Conflict):
    code = "retirement_otherwise"
    message = "该退出建议已处理，请刷新后查看"


class LeavingDayWrong(BadInput):
    code = "leaving_day_wrong"
    message = "撤离日期须晚于今天"
    field = "leaves_on"


@dataclass(frozen=True)
class Retiring:
    kiosks: Kiosks
    contacts: Contacts
    guides: Guides
    files: KioskFiles
    calendar: Workdays
    foresight: Foresight

    async def propose_all(self, by: Cause) -> int:
        """Propose, of each kiosk, the first ground that holds and was not dismissed; returns how many."""
        proposed = 0
        for found in await self.kiosks.to_look_at():
            reason = await self.reason_for(found, by)
            if reason is not None:
                proposed += await self._propose(found, reason, by)
        return proposed

    async def reason_for(self, kiosk: Kiosk, by: Cause) -> Reason | None:
        """The first ground on which a kiosk is to retire, those left out that a person dismissed."""
        facts = Facts(
            date.fromisoformat(kiosk["use_until"]),
            await self._services(kiosk),
            outages_of(kiosk),
            announced(kiosk),
            kiosk["findings"],
            by.at,
        )
        dismissed = {(one["ground"], one["occasion"]) for one in kiosk["dismissed"]}
        found = reasons(facts, self.calendar)
        return next((one for one in found if (one.ground, one.occasion) not in dismissed), None)

    async def withdraw(self, key: str, reason: str, given: GivenLetter, member: Member, by: Cause) -> Kiosk:
        """A department asks by letter that its kiosk leaves.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            Refused: `not_the_contact`.
            BadInput: `kiosk_words_missing`; the file cannot be taken.
            Conflict: `retirement_under_way`.
        """
        found = await self.kiosks.within(key, member, Action.WITHDRAW)
        await self.contacts.check(found["department"], member)
        words = words_of(reason)
        async with self.files.letter(found["department"], key, given, by) as letter:
            number = letter["number"] if letter else ""
            proposal = _proposal(Reason(Ground.WITHDRAWN, number, {}), by, letter=letter, words=words)
            return await self._put(Action.WITHDRAW, found, proposal, by)

    async def dismiss(self, key: str, reason: str, member: Member, by: Cause) -> Kiosk:
        """Nothing comes of a proposal; on the same occasion the system does not propose it again.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `kiosk_words_missing`.
            Conflict: `retirement_otherwise`.
        """
        proposal = await self._proposed(key, member, Action.DISMISS)
        words = words_of(reason)
        return await self.kiosks.take(
            Action.DISMISS,
            key,
            by,
            expects=_the_same(proposal),
            sets={"retirement": None, "undecided": False},
            update={"$push": nothing_came_of(proposal, words, by)},
            data={"ground": proposal["ground"].value, "occasion": proposal["occasion"]},
            plans=(Plan(TELL, by.at),),
            reason=words,
            otherwise=RetirementOtherwise,
        )

    async def foresee(self, key: str, leaves_on: date, member: Member, by: Cause) -> Consequences:
        """What is to be confirmed before a day is agreed on.

        Raises:
            see `agree`.
        """
        kiosk = await self.kiosks.within(key, member, Action.AGREE)
        if kiosk["retirement"] is None or kiosk["state"] not in STEPS[Action.AGREE].before:
            raise RetirementOtherwise
        if leaves_on <= local_date(by.at):
            raise LeavingDayWrong
        return await self.foresight.of(kiosk, local_moment(leaves_on, time.min), None)

    async def agree(
        self, key: str, leaves_on: date, member: Member, by: Cause, seen: str | None = None
    ) -> Kiosk:
        """It retires at the beginning of a day on which all have agreed; said again, on another day. `seen`
        is the mark of the consequences that were confirmed, None where none were shown.

        Raises:
            Forbidden: `scope_missing`.
            NotFound: `kiosk_not_found`.
            BadInput: `leaving_day_wrong`.
            Conflict: `retirement_otherwise`, `consequences_changed`.
        """
        proposal = await self._proposed(key, member, Action.AGREE)
        (await self.foresee(key, leaves_on, member, by)).check(seen)
        day, at = leaves_on.isoformat(), local_moment(leaves_on, time.min)
        return await self.kiosks.take(
            Action.AGREE,
            key,
            by,
            expects=_the_same(proposal),
            sets={"retirement.leaves_on": day, "retirement.leaves_at": at, "undecided": False},
            data={"ground": proposal["ground"].value, "leaves_on": day},
            plans=(Plan(RETIREMENT, at), Plan(TELL, by.at)),
            otherwise=RetirementOtherwise,
        )

    async def retire(self, due: Due, by: Cause) -> bool:
        """The agreed day has come: it serves no more, and its device is not known any more.

        Raises:
            Conflict: `changed_meanwhile`.
        """
        found = await self.kiosks.find(due.about)
        leaving = found["retirement"] if found and found["state"] in LIVE else None
        if found is None or leaving is None or leaving["leaves_at"] != due.at:
            return False
        await self.kiosks.take(
            Action.RETIRE,
            due.about,
            by,
            expects={"retirement.leaves_at": due.at, "outages": found["outages"]},
            sets={"suspension": None, "unposted": False, "commands": [], "outages": ended(found, due.at)},
            update={"$unset": {"device_key": ""}},
            event=due.event(STEPS[Action.RETIRE].event, by),
            otherwise=ChangedMeanwhile,
        )
        return True

    async def _propose(self, found: Kiosk, reason: Reason, by: Cause) -> bool:
        """False where something else was proposed or dismissed meanwhile, or what it rests on has changed."""
        same = {name: found[name] for name in ("use_until", "outages", "suspensions", "findings")}
        contact = await self.contacts.find(found["department"])
        told = {"contact": contact["member"]} if contact else {}
        try:
            await self._put(Action.PROPOSE_RETIREMENT, found, _proposal(reason, by), by, same, told)
        except (RetirementUnderWay, KioskNotFound):
            return False
        return True

    async def _put(
        self,
        action: Action,
        found: Kiosk,
        proposal: Retirement,
        by: Cause,
        same: Document | None = None,
        told: Document | None = None,
    ) -> Kiosk:
        """`same` is what must be as it was read, `told` what the event says besides: the `contact`."""
        ground = proposal["ground"].value
        return await self.kiosks.take(
            action,
            found["_id"],
            by,
            expects={"retirement": None, "dismissed": {"$size": len(found["dismissed"])}, **(same or {})},
            sets={"retirement": {**proposal, "ground": ground}, "undecided": True},
            data={"ground": ground, "occasion": proposal["occasion"], **(told or {})},
            reason=proposal["reason"],
            otherwise=RetirementUnderWay,
        )

    async def _proposed(self, key: str, member: Member, action: Action) -> Retirement:
        found = await self.kiosks.within(key, member, action)
        if found["retirement"] is None:
            raise RetirementOtherwise
        return found["retirement"]

    async def _services(self, kiosk: Kiosk) -> Mapping[str, Service]:
        """How each item of a kiosk stands."""
        services: dict[str, Service] = {}
        for item in kiosk["items"]:
            try:
                guide = await self.guides.published(item)
            except self.guides.missing:
                services[item] = Service.ABOLISHED
            else:
                offered = guide.offered_in(Channel.KIOSK)
                services[item] = Service.OFFERED if offered else Service.NOT_HERE
        return services


def _proposal(reason: Reason, by: Cause, *, letter: Letter | None = None, words: str = "") -> Retirement:
    return Retirement(
        ground=reason.ground,
        occasion=reason.occasion,
        evidence=reason.evidence,
        reason=words,
        letter=letter,
        proposed_by=by.actor,
        proposed_at=by.at,
        leaves_on=None,
        leaves_at=None,
    )


def _the_same(proposal: Retirement) -> Document:
    """That it is still the proposal that was looked at."""
    return {"retirement.proposed_at": proposal["proposed_at"], "retirement.leaves_at": proposal["leaves_at"]}
