"""Those who apply and those who decide, and applications as far as a test needs them."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from models.applications import (
    Application,
    Applications,
    CaseHandling,
    Filing,
    How,
    OwnCase,
    Place,
    StaffCase,
)
from models.applications.papers import Papers
from models.events import Channel
from models.guides import Department, Departments, Guide, Guides
from models.guides.publishing import Publishing
from models.materials.store import KeptFile, Materials
from models.people.applicants import Applicants
from models.people.parties import Party
from models.places.halls import Halls
from models.privacy import Privacy
from models.staff import Member
from models.staff.scopes import Role
from models.store import Database
from models.workdays import Workdays
from tests.conftest import MakeCause
from tests.models.guides import guide as plain_guide
from tests.models.standing_in import a_file, a_member

CALENDAR = Workdays()
ONLINE = Place(How.ELECTRONIC)
OFFICE = "11440113007512345A"
DEPARTMENT = Department(code=OFFICE, name="民政局", short="民政", phone="020-84600001", address="番禺区")
APPROVER = a_member("su", Role.APPROVER, department=OFFICE)
WINDOW = a_member("chen", Role.WINDOW)
SUPERVISOR = a_member("huang", Role.SERVICE_MANAGEMENT)
STRANGER = a_member("x", Role.APPROVER, department="another")
ANSWERS = {"name": "陈建国", "kind": "new", "account": "6222 0000 1111", "ways": ["a", "b"]}
PDF = a_file("f" * 32, name="敬老卡.pdf")


def guide(**changes: Any) -> Guide:
    """A guide of an item of its own: what is published never changes."""
    questions = [
        {"name": "name", "label": "姓名", "kind": "text", "prefill": "name"},
        {
            "name": "kind",
            "label": "类型",
            "kind": "choice",
            "options": [{"value": "new", "label": "首次"}, {"value": "lost", "label": "补领"}],
        },
        {"name": "lost_on", "label": "遗失日期", "kind": "date"}
        | {"when": {"question": "kind", "values": ["lost"]}},
        {"name": "account", "label": "账号", "kind": "text", "sensitive": True},
        {
            "name": "ways",
            "label": "方式",
            "kind": "choices",
            "sensitive": True,
            "options": [{"value": value, "label": value} for value in "abc"],
        },
    ]
    form = {"sections": [{"title": "-", "questions": questions}]}
    item = OFFICE + hashlib.sha256(repr(changes).encode()).hexdigest()[:13].upper()
    return plain_guide(**{"item": item, "form": form, "deliverable": "敬老卡", **changes})


def file(of: Application, key: str = "0" * 32) -> KeptFile:
    """A file that was kept for an application."""
    return a_file(key, applicant=of["applicant"], application=of["_id"], name="id.jpg")


@dataclass(frozen=True)
class Desk:
    """Both sides of the counter: `party` applies, members act by name; each step reads what there is."""

    applications: Applications
    filing: Filing
    papers: Papers
    handling: CaseHandling
    guides: Guides
    party: Party
    cause: MakeCause

    @classmethod
    async def over(cls, database: Database, privacy: Privacy, party: Party, cause: MakeCause) -> Self:
        applications, calendar = Applications(database, privacy), CALENDAR
        guides, departments = Guides(database), Departments(database)
        filing = Filing(applications, guides, departments, Halls(database), calendar)
        papers = Papers(applications, filing, Materials(database, privacy))
        handling = CaseHandling(applications, Applicants(database, privacy), guides, calendar)
        for store in (applications, guides, departments):
            await store.prepare()
        await departments.put(DEPARTMENT, cause())
        return cls(applications, filing, papers, handling, guides, party, cause)

    async def clear(self) -> None:
        for store in (self.applications, self.guides, self.filing.departments, self.handling.applicants):
            await store.documents.delete_many({})

    def of(self, party: Party) -> Self:
        return replace(self, party=party)

    async def own(self, key: str) -> OwnCase:
        return await self.filing.case(key, self.party)

    async def at(self, key: str, member: Member) -> StaffCase:
        return await self.handling.case(key, member)

    async def begun(self, of: Guide | None = None, channel: Channel = Channel.H5) -> Application:
        of = of or guide()
        await Publishing(self.guides).put(of, self.cause())
        return (await self.filing.start(self.party, of.item, self.cause(channel=channel))).application

    async def save(self, seen: Application, answers: Mapping[str, Any] = ANSWERS) -> Application:
        case = await self.own(seen["_id"])
        return (await self.filing.save(case, answers, seen["version"], self.cause())).application

    async def filled(self, of: Guide | None = None) -> Application:
        draft = await self.begun(of)
        await self.save(draft)
        await self.attach(draft["_id"], "id_card", file(draft))
        return await self.applications.get(draft["_id"])

    async def hand_in(
        self, seen: Application, place: Place = ONLINE, *, promised: bool = True
    ) -> Application:
        case = await self.own(seen["_id"])
        done = await self.filing.submit(case, seen["version"], place, self.cause(), promised=promised)
        return done.application

    async def submitted(self, of: Guide | None = None) -> Application:
        return await self.hand_in(await self.filled(of))

    async def submitted_bare(self, of: Guide) -> Application:
        """Handed in with its answers and no file."""
        return await self.hand_in(await self.save(await self.begun(of)))

    async def attach(self, key: str, code: str, material: KeptFile) -> str | None:
        return await self.papers.attach(await self.own(key), code, material, self.cause())

    async def detach(self, key: str, code: str) -> str | None:
        return await self.papers.detach(await self.own(key), code, self.cause())

    async def supplement(self, key: str, given: Mapping[str, Any], version: int | None = None) -> Application:
        """Answer what was asked for, having seen what there is."""
        case = await self.own(key)
        seen = case.application["version"] if version is None else version
        return (await self.filing.supplement(case, given, seen, self.cause())).application

    async def withdraw(self, key: str) -> Application:
        return (await self.filing.withdraw(await self.own(key), self.cause())).application

    async def accept(self, key: str, member: Member = WINDOW) -> Application:
        return (await self.handling.accept(await self.at(key, member), self.cause())).application

    async def present(self, seen: Application) -> Mapping[str, Any]:
        return self.filing.present_answers(await self.own(seen["_id"]))

    async def unlike_binding(self, key: str, member: Member = APPROVER) -> list[str]:
        """Labels of the answers of which staff are warned."""
        found = await self.handling.unlike_binding(await self.at(key, member))
        return [question.label for question in found]

    async def receive(self, key: str, member: Member = WINDOW) -> Application:
        return (await self.handling.receive(await self.at(key, member), "", self.cause())).application

    async def pause(self, key: str, procedure: str = "hearing", reason: str = "请于周五参加") -> Application:
        case = await self.at(key, APPROVER)
        return (await self.handling.pause(case, procedure, reason, self.cause())).application

    async def resume(self, key: str) -> Application:
        return (await self.handling.resume(await self.at(key, APPROVER), "", self.cause())).application

    async def request_supplement(
        self, key: str, member: Member, materials: list[str], fields: list[str], reason: str
    ) -> Application:
        case = await self.at(key, member)
        asked = await self.handling.request_supplement(case, materials, fields, reason, self.cause())
        return asked.application

    async def not_accept(self, key: str, member: Member, reason: str, basis: str) -> Application:
        case = await self.at(key, member)
        return (await self.handling.not_accept(case, reason, basis, self.cause())).application

    async def conclude(
        self,
        key: str,
        member: Member,
        decision: str = "approved",
        reason: str = "",
        deliverable: KeptFile | None = PDF,
    ) -> Application:
        case = await self.at(key, member)
        done = await self.handling.conclude(case, decision, reason, deliverable, self.cause())
        return done.application
