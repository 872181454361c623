"""What staff do with an application: acceptance, supplements, the decision."""

from dataclasses import dataclass
from typing import Any

from models import typed
from models.applications import clocks, rules
from models.applications.actions import ASK_REVIEW, PAPER, PROCEDURES, SERVED, Action, Procedure, State
from models.applications.case import StaffCase
from models.applications.document import (
    Application,
    Decision,
    PaperState,
    Refusal,
    Result,
    ServedPaper,
    Supplement,
)
from models.applications.handed_in import received
from models.applications.identity import differing, known_to
from models.applications.store import Applications
from models.asking import when_to_ask
from models.clocks import resumed
from models.errors import Refused
from models.events import Cause, Plan
from models.guides import Guides, Question
from models.materials.store import KeptFile
from models.people import Applicants, Party
from models.schedule import Due, Overtaken
from models.staff import Member, Scope, check_scope
from models.store import Document, entry
from models.workdays import Workdays


class MaterialsToFollow(Refused):
    code = "materials_to_follow"
    message = "尚有容后补交的材料，补齐后才能办结"


@dataclass(frozen=True)
class CaseHandling:
    """The staff's side; every step checks that the case's member may take it, else `Forbidden`."""

    applications: Applications
    applicants: Applicants
    guides: Guides
    calendar: Workdays

    async def case(self, key: str, member: Member) -> StaffCase:
        """An application that a member may read, with the guide under which it was made.

        Raises:
            Forbidden: `scope_missing`.
            ApplicationNotFound: there is none, it has not been handed in, or the member does not reach its
                department.
        """
        check_scope(member, Scope.APPLICATIONS_READ)
        found = await self.applications.get(key)
        return StaffCase(found, await self.guides.version(found["guide"]), member)

    async def reveal(self, case: StaffCase, whose: str, reason: str, by: Cause) -> dict[str, Any]:
        """The whole identity of a party to the case, by id; who saw it, and why, is recorded.

        Raises:
            BadInput: `reason_required`.
        """
        if whose not in (case.application["applicant"], case.application["agent"]):
            raise AssertionError("only of those whose case it is")
        return await self.applicants.reveal(whose, reason, by, case.key)

    async def receive(self, case: StaffCase, remark: str, by: Cause) -> StaffCase:
        """收件: the form that was printed and signed is there with its papers; acceptance is due from now.

        Raises:
            Conflict: `application_moved_on`, here and below.
        """
        begun = received(case.guide, by.at, self.calendar)
        return await self._take(case, Action.RECEIVE, by, begun.sets, plans=begun.plans, reason=remark)

    async def accept(self, case: StaffCase, by: Cause) -> StaffCase:
        """受理; the limit for the decision begins.

        Raises:
            Conflict: `already_submitted` or `application_moved_on`.
        """
        running = clocks.decision_clock(case.guide, by.at, self.calendar)
        sets = {"accepted_at": by.at, "clocks.decision": running, "due_at": running["due"]}
        return await self._take(case, Action.ACCEPT, by, sets)

    async def accept_by_silence(self, due: Due, by: Cause) -> Application:
        """Nobody answered an application for a permit in time: it is accepted from the day on which it was
        received, and the limit for the decision runs from then (行政许可法 32).

        Raises:
            Overtaken: it was answered, or all of it was received anew since.
        """
        found = await self.applications.get(due.about)
        silence = found["clocks"]["silence"]
        if found["state"] is not State.SUBMITTED or silence is None or silence["due"] != due.at:
            raise Overtaken
        guide = await self.guides.version(found["guide"])
        running = clocks.decision_clock(guide, silence["began"], self.calendar)
        sets = {"accepted_at": silence["began"], "clocks.decision": running, "due_at": running["due"]}
        expects = {"clocks.silence.due": due.at}
        return await self.applications.move(
            found, Action.ACCEPT_BY_SILENCE, by, sets, expects=expects, due=due
        )

    async def request_supplement(
        self, case: StaffCase, materials: list[str], fields: list[str], reason: str, by: Cause
    ) -> StaffCase:
        """Ask once, for everything, within the guide; see `rules.check_supplement`."""
        rules.check_action(case.member, case.application, Action.REQUEST_SUPPLEMENT)
        rules.check_supplement(case.guide, materials, fields, reason)
        papers = case.application["materials"]
        asked = Supplement(
            at=by.at,
            by=by.actor,
            materials=materials,
            fields=fields,
            reason=typed.words(reason),
            files={paper["code"]: paper["file"] for paper in papers if paper["code"] in materials},
            answered_at=None,
        )
        return await self._take(
            case,
            Action.REQUEST_SUPPLEMENT,
            by,
            {"due_at": None},
            update={"$push": {"supplements": self.applications.kept(case.key, asked)}},
            expects=_unchanged(asked["files"]),
            reason=reason,
        )

    async def not_accept(self, case: StaffCase, reason: str, basis: str, by: Cause) -> StaffCase:
        """不予受理, with reason, legal basis, and so the way to have it reconsidered."""
        self.check_not_accept(case, reason, basis)
        refusal = Refusal(reason=typed.words(reason), basis=typed.words(basis))
        sets = {"refusal": self.applications.kept(case.key, refusal), "due_at": None}
        return await self._take(case, Action.NOT_ACCEPT, by, sets, reason=reason, plans=(Plan(PAPER, by.at),))

    async def pause(self, case: StaffCase, procedure: str, reason: str, by: Cause) -> StaffCase:
        """Stop the clock of the decision while a `Procedure` is held (行政许可法 45)."""
        rules.check_action(case.member, case.application, Action.PAUSE)
        rules.check_procedure(procedure)
        rules.check_reason(reason)
        running = case.application["clocks"]["decision"]
        still = running and clocks.paused_for(running, Procedure(procedure), by.at)
        words = f"{PROCEDURES[Procedure(procedure)]}：{typed.words(reason)}"
        sets = {"clocks.decision": still, "due_at": None}
        return await self._take(case, Action.PAUSE, by, sets, reason=words)

    async def resume(self, case: StaffCase, remark: str, by: Cause) -> StaffCase:
        """The procedure has ended; the clock of the decision runs on from the next day."""
        rules.check_action(case.member, case.application, Action.RESUME)
        rules.next_state(case.state, Action.RESUME)
        still = case.application["clocks"]["decision"]
        running = still and resumed(still, by.at, self.calendar)
        sets = {"clocks.decision": running, "due_at": running and running["due"]}
        return await self._take(case, Action.RESUME, by, sets, reason=remark)

    async def return_(self, case: StaffCase, reason: str, by: Cause) -> StaffCase:
        """退件"""
        self.check_return(case, reason)
        return await self._take(case, Action.RETURN, by, {"due_at": None}, reason=reason)

    async def conclude(
        self, case: StaffCase, decision: str, reason: str, deliverable: KeptFile | None, by: Cause
    ) -> StaffCase:
        """办结: `decision` is a `Decision`, as it was sent."""
        self.check_conclude(case, decision, reason, deliverable)
        result = Result(
            decision=Decision(decision),
            reason=typed.words(reason),
            deliverable=deliverable["_id"] if deliverable else None,
            file_name=deliverable["name"] if deliverable else None,
        )
        kept = self.applications.kept(case.key, result)
        sets = {"result": kept, "concluded_at": by.at, "due_at": None}
        plans = [Plan(ASK_REVIEW, when_to_ask(by.at))]
        if result["decision"] is Decision.DENIED:
            plans.append(Plan(PAPER, by.at))
        return await self._take(case, Action.CONCLUDE, by, sets, reason=reason, plans=tuple(plans))

    async def served(self, key: str, served: ServedPaper, due: Due, by: Cause) -> Application:
        """The paper in which it ended has reached the applicant.

        Raises:
            Overtaken: that has been noted.
        """
        event = due.event_about(key, SERVED, by, dict(served))
        return await self.applications.change(
            key,
            expects={"served": {"$exists": False}},
            sets={"served": dict(served)},
            update={"$push": {"timeline": self.applications.kept(key, entry(event))}},
            event=event,
            otherwise=Overtaken,
        )

    def check_not_accept(self, case: StaffCase, reason: str, basis: str) -> None:
        """What `not_accept` demands, before the member is asked once more; and so below."""
        rules.check_action(case.member, case.application, Action.NOT_ACCEPT)
        rules.next_state(case.state, Action.NOT_ACCEPT)
        rules.check_reason(reason, basis)

    def check_return(self, case: StaffCase, reason: str) -> None:
        rules.check_action(case.member, case.application, Action.RETURN)
        rules.next_state(case.state, Action.RETURN)
        rules.check_reason(reason)

    def check_conclude(
        self, case: StaffCase, decision: str, reason: str, deliverable: KeptFile | None
    ) -> None:
        """See `rules.check_conclusion`.

        Raises:
            MaterialsToFollow
        """
        rules.check_action(case.member, case.application, Action.CONCLUDE)
        rules.next_state(case.state, Action.CONCLUDE)
        rules.check_conclusion(case.guide, decision, reason, deliverable)
        to_follow = any(paper["state"] is PaperState.TO_FOLLOW for paper in case.application["materials"])
        if to_follow and decision == Decision.APPROVED:
            raise MaterialsToFollow

    async def unlike_binding(self, case: StaffCase) -> list[Question]:
        """The questions of one's own identity whose answer is not what the binding says now."""
        found = case.application
        applicant, agent = [await self.applicants.get(found[who]) for who in ("applicant", "agent")]
        known = known_to(self.applications.privacy, Party(applicant, agent, found["account"]), case.guide)
        return differing(case.guide.form, self.applications.answers(found), known)

    async def _take(
        self,
        case: StaffCase,
        action: Action,
        by: Cause,
        sets: Document,
        *,
        expects: Document | None = None,
        **more: Any,
    ) -> StaffCase:
        """Take one step, if the clocks are still those of the case: an application that was taken further
        since, and back into the same state, has others."""
        rules.check_action(case.member, case.application, action)
        rules.check_answered_in_time(case.application, by.at)
        same = {"clocks": case.application["clocks"], **(expects or {})}
        moved = await self.applications.move(case.application, action, by, sets, expects=same, **more)
        return case.changed_to(moved)


def _unchanged(files: dict[str, str | None]) -> Document:
    """The query: the materials with these codes still have these files; other materials may have changed."""
    each = [{"$elemMatch": {"code": code, "file": file}} for code, file in files.items()]
    return {"materials": {"$all": each}} if each else {}
