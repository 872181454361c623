"""Decisions of the blacklist on oneself, and the appeal against one (article 28)."""

from datetime import datetime

from pydantic import Field

from handlers.api.contract import Answer, Asked, Endpoint, Expected, Resource, Said, operation
from handlers.api.materials import NOT_TAKEN, UPLOAD
from handlers.web.uploads import Upload
from handlers.web.visitor import Auth, bound
from models.blacklist import (
    APPEAL_STATES,
    AppealState,
    Ban,
    Ground,
    State,
    can_appeal,
    is_malice,
    number_of,
    paper_of,
    status_of,
)
from models.blacklist.rules import (
    LONGEST,
    AlreadyAppealed,
    AppealDecided,
    AppealTooLate,
    AppealWordsRequired,
    BanNotFound,
    NothingToAppeal,
    TooManyFiles,
)
from models.events import Cause
from models.serving import How, Paper


class Line(Answer):
    id: str
    number: str
    status: Said
    state: State
    decided_at: datetime
    until: datetime | None = Field(
        description="from this moment on one may apply online again; null before delivery"
    )


class Lines(Answer):
    decisions: list[Line]


class Appeal(Answer):
    state: AppealState
    label: Said
    words: str
    files: list[str] = Field(description="what they are called")
    at: datetime
    due_at: datetime
    expected: Expected
    reason: str
    decided_at: datetime | None


class Decision(Line):
    ground: Ground
    facts: str
    basis: str
    evidence: list[str]
    effect: Said
    remedy: Said
    office: Said
    delivered_how: How | None
    delivered_at: datetime | None
    appeal_until: datetime | None
    can_appeal: bool
    appeal: Appeal | None
    reason: str = Field(description="why it was delisted")
    malice: str | None = Field(description="why two officers found it to be malice, if they did")


class Words(Asked):
    words: str = Field(max_length=2 * LONGEST)


APPEALING = (BanNotFound, AppealWordsRequired, AppealTooLate, AlreadyAppealed, NothingToAppeal)


class DecisionBase(Resource):
    def shown(self, ban: Ban) -> Decision:
        paper, delivered = paper_of(ban), ban["delivered"]
        return Decision(
            **self.line(ban).model_dump(),
            ground=ban["ground"],
            facts=paper.facts,
            basis=paper.basis,
            evidence=list(paper.evidence),
            effect=paper.effect,
            remedy=paper.remedy,
            office=paper.office,
            delivered_how=delivered["how"] if delivered else None,
            delivered_at=delivered["at"] if delivered else None,
            appeal_until=ban["appeal_until"],
            can_appeal=can_appeal(ban, self.now),
            appeal=self.appeal(ban),
            reason=ban["reason"],
            malice=ban["malice"]["facts"] if is_malice(ban) else None,
        )

    def line(self, ban: Ban) -> Line:
        return Line(
            id=ban["_id"],
            number=number_of(ban),
            status=status_of(ban, self.now),
            state=ban["state"],
            decided_at=ban["confirmed_at"] or ban["proposed_at"],
            until=ban["until"],
        )

    def appeal(self, ban: Ban) -> Appeal | None:
        if (made := ban["appeal"]) is None:
            return None
        return Appeal(
            state=made["state"],
            label=APPEAL_STATES[made["state"]],
            words=made["words"],
            files=[each["name"] for each in made["files"]],
            at=made["at"],
            due_at=made["due_at"],
            expected=self.expects(made["due_at"]),
            reason=made["reason"],
            decided_at=made["decided_at"],
        )


class DecisionsResource(DecisionBase):
    @operation("One's decisions of the blacklist, the latest first", auth=Auth.APPLICANT, answers=Lines)
    async def get(self) -> Lines:
        found = await self.services.decisions.of_party(self.bound_party())
        return Lines(decisions=[self.line(each) for each in found])


class DecisionResource(DecisionBase):
    @operation(
        "A decision; who opens it has it, and its periods begin",
        auth=Auth.APPLICANT,
        answers=Decision,
        errors=(BanNotFound,),
    )
    async def get(self, key: str) -> Decision:
        decisions, party = self.services.decisions, self.bound_party()
        if self.request.method == "HEAD":
            return self.shown(await decisions.own(key, party))
        opened = await decisions.opened(key, party, self.by_party())
        await self.services.servings.opened(Paper.BAN, key, self.by_party())
        return self.shown(opened)


class AppealResource(DecisionBase):
    @operation(
        "Appeal, once, within 30 working days",
        auth=Auth.APPLICANT,
        asks=Words,
        answers=Decision,
        status=201,
        errors=APPEALING,
    )
    async def post(self, key: str, asked: Words) -> Decision:
        party = self.bound_party()
        return self.shown(await self.services.appeals.appeal(key, party, asked.words, self.by_party()))


class AppealFilesResource(Upload, DecisionBase):
    plain = True

    @bound
    async def permit(self, key: str) -> None:
        await self.services.appeals.open_own(key, self.bound_party())

    def by_sender(self) -> Cause:
        return self.by_party()

    @operation(
        "Add a file to an appeal that waits",
        auth=Auth.APPLICANT,
        asks=UPLOAD,
        answers=Decision,
        status=201,
        errors=(
            BanNotFound,
            AppealDecided,
            TooManyFiles,
            *NOT_TAKEN,
        ),
    )
    async def post(self, key: str) -> Decision:
        party, file = self.bound_party(), self.received_file()
        return self.shown(await self.services.appeals.attach(key, party, file, self.by_party()))


ENDPOINTS = [
    Endpoint("/blacklist", DecisionsResource),
    Endpoint("/blacklist/{decision}", DecisionResource),
    Endpoint("/blacklist/{decision}/appeal", AppealResource),
    Endpoint("/blacklist/{decision}/appeal/files", AppealFilesResource),
]
