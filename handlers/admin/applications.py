"""One 办件 in the panel: all that staff see of it, and on record the whole (articles 10, 14)."""

from typing import Any

from handlers.admin.panel import STAFF, FormAction, PanelPage, doer, doers
from handlers.admin.queue import AT, light, status_for_staff, way_back
from handlers.admin.viewer import viewed
from handlers.admin.way import way_of
from handlers.web.answers import readable
from handlers.web.pages import DOCUMENT_ID
from handlers.web.paper import paper_of
from handlers.web.staff import needs
from models.applications import (
    ERRANDS,
    INTERNAL,
    STEPS,
    Action,
    Application,
    ApplicationMovedOn,
    StaffCase,
    Step,
    Who,
    by_staff,
    can_hold,
    can_invite,
    can_nudge,
    decision_text,
    decision_words,
    handles,
    has_paper,
    invitations_of,
    invited_at,
    is_nudged,
    may,
    may_invite,
    needs_reason,
    nudges_of,
    open_invitations,
    steps_from,
    visits_in_letters,
    visits_of,
    way_text,
)
from models.applications.progress import open_supplement
from models.applications.store import NOTED, UNINVITED
from models.errors import DomainError, NotFound
from models.guides import Guide, mask_answer
from models.materials.inspection.kinds import LARGEST
from models.materials.store import KeptFile
from models.people import Applicant
from models.staff import Scope, reaches

CONFIRM, EDIT = "confirm", "edit"
NUDGES = {"nudge": "can_nudge", "answer_nudge": "can_answer"}
"""The forms of the card 督办, by the last part of their address → what says that the form is there."""


class ApplicationPage(PanelPage):
    """GET /admin/applications/{id}"""

    @needs(Scope.APPLICATIONS_READ)
    async def get(self, key: str) -> None:
        await self.page(key)

    def get_template_namespace(self) -> dict[str, Any]:
        return super().get_template_namespace() | {"needs_reason": needs_reason}

    @property
    def way_back(self) -> str:
        """The query of the way that forms and links of the case carry along."""
        return way_back(self, self.get_query_argument(AT, ""))

    async def load(self, key: str) -> StaffCase:
        return await self.services.handling.case(key, self.signed_in_member())

    async def page(self, key: str, error: DomainError | None = None, acted: str = "") -> None:
        case = await self.load(key)
        found, guide = case.application, case.guide
        applicant = await self.services.applicants.get(found["applicant"])
        acts = found["agent"] != found["applicant"]
        steps, internal = self.steps(found), await self.internal(found)
        forms = {*steps, *(verb for verb, allowed in NUDGES.items() if internal[allowed])}
        self.show(
            "admin/application.html",
            application=found,
            agent=await self.services.applicants.get(found["agent"]) if acts else None,
            **internal,
            **await self.inviting(case),
            guide=guide,
            current=await self.current(guide),
            way=await way_of(self, key),
            way_back=self.way_back,
            status=status_for_staff(found),
            names=names_of(guide),
            handed_in={m["code"]: m["file"] for m in found["materials"]},
            largest=LARGEST,
            sections=readable(guide, masked(guide, self.services.applications.answers(found), applicant)),
            unlike=[question.label for question in await self.services.handling.unlike_binding(case)],
            due=light(found, self),
            place=self.place(case),
            coming=visits_in_letters(visits_of(case)),
            has_paper=has_paper(case),
            stopped=open_supplement(found) is not None,
            actions=by_staff(),
            steps=steps,
            idle=idle(found["state"]),
            asked_once=self.asked_once(found),
            acted=acted,
            error=error,
            given=self.given(),
            typed=self.typed(guide.type) if acted not in forms and acted in (*STEPS, *NUDGES) else [],
            **await viewed(self, case, self.way_back),
        )

    async def internal(self, found: Application) -> dict[str, Any]:
        """What staff alone see: whose it is, to whom it can be given, their trail and their notes."""
        member, lines = self.signed_in_member(), found.get("internal", [])
        holder, department = found.get("assigned", ""), found["department"]
        mine, is_open = holder == member["_id"], bool(steps_from(found["state"]))
        supervises = reaches(member, Scope.APPLICATIONS_SUPERVISE, department)
        gives = is_open and (mine or supervises)
        notes = [line for line in lines if line["what"] == NOTED]
        steps = [*found["timeline"], *(line for line in lines if line["what"] in INTERNAL)]
        trail = sorted(steps, key=lambda line: line["at"])
        given = {f"{STAFF}{line['to']}" for line in lines if line.get("to")}
        holders = {f"{STAFF}{holder}"} if holder else set[str]()
        who = await self.called(doers((*found["timeline"], *lines)) | given | holders)
        return {
            "who": who,
            "by": lambda line: doer(line, who),
            "trail": trail,
            "holder": holder,
            "held_by": await self.held_by({holder} - {""}),
            "holds": mine,
            "can_take": is_open and not holder and can_hold(member, department),
            "can_assign": is_open and supervises,
            "can_hand_over": is_open and mine,
            "able": await self.services.holding.able(department) if gives else [],
            "notes": notes,
            "nudges": [(one, one.waited(self.now, self.services.calendar)) for one in nudges_of(found)],
            "can_nudge": can_nudge(member, found),
            "can_answer": is_nudged(found) and handles(member, found),
        }

    async def inviting(self, case: StaffCase) -> dict[str, Any]:
        """For what the applicant was and can be invited, and the visits of the item that are booked."""
        made, able = invitations_of(case.application), can_invite(case, self.now, booked=False)
        visits = await self.services.inviting.booked(case, self.now) if able or made else []
        able = can_invite(case, self.now, booked=bool(visits))
        return {
            "errands": {one: ERRANDS[one] + "（再次邀请）" * bool(invited_at(case, one)) for one in able},
            "withdrawable": {one: ERRANDS[one] for one in open_invitations(case) if may_invite(case)},
            "invitations": made,
            "uninvited": UNINVITED,
            "visits": visits,
        }

    def steps(self, found: Application) -> dict[Action, Step]:
        """What the member may do now."""
        return {action: step for action, step in STEPS.items() if may(self.signed_in_member(), found, action)}

    def asked_once(self, found: Application) -> Action | None:
        """The action that only a supervisor may do again (article 12), where the member is none."""
        asking = Action.REQUEST_SUPPLEMENT
        again = asking in steps_from(found["state"]) and found["supplements"]
        return asking if again and asking not in self.steps(found) else None

    async def current(self, guide: Guide) -> int | None:
        """The version of the guide that everybody reads now."""
        try:
            return (await self.services.guides.published(guide.item)).version
        except NotFound:
            return None

    def place(self, case: StaffCase) -> str:
        """How the result is received; the postal address is seen on record alone."""
        return way_text(case, self.services.applications.postal_address(case) and "地址见完整信息")


class ApplicationAction(FormAction, ApplicationPage):
    """What is sent from the page of an application. What cannot be taken back is sent twice: a `step` of the
    form, "" at first, is `CONFIRM` or `EDIT` on the page that asks once more."""

    def form_page(self) -> str:
        return f"/admin/applications/{self.path_args[0]}{self.way_back}"

    def confirmed(self, action: Action) -> bool:
        """Whether the member has been asked, or need not be."""
        form = STEPS[action].form
        return not (form and form.asks) or self.word("step") == CONFIRM

    async def ask(self, case: StaffCase, action: Action, file: KeptFile | None = None) -> None:
        """Show what will be done, and ask once more; `file` is the result, kept for it."""
        form = STEPS[action].form
        assert form
        decisions = decision_words(case.guide.type)
        texts = ((field, self.word(field.name)) for field in form.fields)
        hidden = {name: values for name, values in self.given().items() if name != "step"}
        self.show(
            "admin/confirm.html",
            application=case.application,
            form=form,
            address=f"/admin/applications/{case.key}/{action}{self.way_back}",
            chosen=[(field.label, decisions.get(text, text)) for field, text in texts if text],
            file=file,
            hidden=hidden | ({"kept": [file["_id"]]} if file else {}),
            unlike=[question.label for question in await self.services.handling.unlike_binding(case)],
        )

    def done(self, action: Action, case: StaffCase) -> None:
        """Back to the page, which says that it is done."""
        form = STEPS[action].form
        assert form
        decision = decision_text(case.application) or ""
        self.see_other(self.form_page(), said=form.success.format(decision=decision))

    def as_seen(self, case: StaffCase) -> StaffCase:
        """The case, if it is still as the page that was sent showed it.

        Raises:
            ApplicationMovedOn
        """
        if self.word("version") not in ("", str(case.application["version"])):
            raise ApplicationMovedOn
        return case

    def word(self, name: str) -> str:
        return self.get_body_argument(name, "")


class RevealHandler(ApplicationAction):
    """POST /admin/applications/{id}/reveal: the identity and the answers in the clear, on record."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str) -> None:
        case = await self.load(key)
        found = case.application
        try:
            parties = dict.fromkeys((found["applicant"], found["agent"]))
            seen = [await self.reveal(case, applicant) for applicant in parties]
        except DomainError as error:
            return await self.page(key, error, "reveal")
        answers = self.services.applications.answers(found)
        return self.show(
            "admin/identity.html",
            application=found,
            way_back=self.way_back,
            seen=list(zip(("申请人（实名认证）", "经办人（实名认证）"), seen, strict=False)),
            sections=readable(case.guide, answers),
            unlike=[question.label for question in await self.services.handling.unlike_binding(case)],
            place=way_text(case, self.services.applications.postal_address(case)),
        )

    async def reveal(self, case: StaffCase, applicant: str) -> dict[str, Any]:
        reason = self.get_body_argument("reason", "")
        return await self.services.handling.reveal(case, applicant, reason, self.by_member())


class PrintHandler(ApplicationAction):
    """POST /admin/applications/{id}/print: the form on paper, as the window prints it, on record."""

    @needs(Scope.APPLICATIONS_READ)
    async def post(self, key: str) -> None:
        case = await self.load(key)
        if not has_paper(case):
            return self.see_other(self.form_page())
        applicant = case.application["applicant"]
        await self.services.handling.reveal(case, applicant, "窗口打印申请表", self.by_member())
        return self.show(
            "admin/print.html",
            application=case.application,
            way_back=self.way_back,
            **await paper_of(case, self.services),
        )


def masked(guide: Guide, answers: dict[str, Any], applicant: Applicant) -> dict[str, Any]:
    """Answers as staff see them first, by the kinds of their questions."""
    questions = {question.name: question for question in guide.form.questions()}
    whose = applicant["kind"]
    return {name: mask_answer(questions[name], value, whose) for name, value in answers.items()}


def idle(state: str) -> str:
    """Why a member can do nothing in this state."""
    whose = {step.who for step in steps_from(state).values()}
    if Who.STAFF in whose:
        return "您的岗位不能办理这一步，请由承办人员处理。"
    return "等待申请人补齐补正，当前没有可进行的操作。" if whose else "办件已结束，没有可进行的操作。"


def names_of(guide: Guide) -> dict[str, str]:
    """What the materials and the questions of a guide are called, by their codes."""
    materials = {material.code: material.name for material in guide.materials}
    return materials | {question.name: question.label for question in guide.form.questions()}


ROUTES = [
    (rf"/admin/applications/{DOCUMENT_ID}", ApplicationPage),
    (rf"/admin/applications/{DOCUMENT_ID}/reveal", RevealHandler),
    (rf"/admin/applications/{DOCUMENT_ID}/print", PrintHandler),
]
