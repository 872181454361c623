"""A house: all stores, and people, members, bookings and files in it, made through the models alone."""

from collections.abc import Awaitable, Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

from models.applications import Application, State
from models.appointments import Appointment, Ending
from models.errors import DomainError
from models.events import Cause, Channel
from models.guides import Guide, Referral
from models.guides.publishing import Publishing
from models.materials.store import KeptFile
from models.people import (
    Account,
    Agency,
    Applicant,
    ApplicantKind,
    CredentialKind,
    Party,
    PlatformUser,
)
from models.places import Hall
from models.staff import Member, needs_second_factor
from models.stores import Stores
from models.voices import GivenReview
from models.workdays import local_date, local_moment
from tests.files import a_pdf, on_disk
from tests.house.clock import cause_at
from tests.house.desk import Desk, StaffDesk
from tests.house.guides import DEPARTMENT, OTHER_DEPARTMENT, plain_guide
from tests.house.outside import Register
from tests.house.people import BOSS, ELDER, PHONE, WEIMEI, credential, new_number, new_phone
from tests.house.places import HALL
from tests.house.staff import PASSWORD, POSTS, SECRET, USUALLY, Post
from tests.house.stores import ADDRESS

BOOKED_FOR = time(9, 30)


async def said(doing: Awaitable[object]) -> str:
    """How a call ends: the code of its error, or "done"."""
    try:
        await doing
    except DomainError as error:
        return error.code
    return "done"


class House:
    """Every change is caused now; what a test does not say, is made up."""

    def __init__(self, stores: Stores, register: Register | None = None) -> None:
        self.stores, self.register = stores, register or Register()

    def by(self, actor: str = "system", channel: Channel = Channel.H5) -> Cause:
        return cause_at(self.stores.clock(), actor, channel)

    def by_staff(self, username: str = USUALLY) -> Cause:
        return self.by(f"staff:{username}", Channel.WINDOW)

    async def publish(self, *guides: Guide) -> None:
        """Guides in force, and the departments that they name; what is there already stays as it is."""
        known = {one.code for one in await self.stores.departments.all()}
        for department in (DEPARTMENT, OTHER_DEPARTMENT):
            if department.code in {guide.department for guide in guides} - known:
                await self.stores.departments.put(department, self.by())
        for guide in guides:
            await Publishing(self.stores.guides).put(guide, self.by())

    async def furnish(self, *guides: Guide, hall: Hall = HALL) -> None:
        """Guides in force, and one hall."""
        await self.publish(*guides)
        await self.stores.halls.put(hall, self.by())

    async def refer(self, referral: Referral) -> None:
        """What others do, to be found beside the guides."""
        await Publishing(self.stores.guides).refer(self.stores.referrals, referral, self.by())

    async def account(self, openid: str | None = None, *, follows: bool = False) -> Account:
        openid = openid or f"openid-{uuid4().hex[:8]}"
        account = await self.stores.accounts.arrive(PlatformUser(openid), self.by())
        return await self.stores.accounts.follow(openid, self.by()) if follows else account

    async def applicant(
        self,
        name: str = ELDER[0],
        *,
        number: str | None = None,
        phone: str | None = None,
        openid: str | None = None,
        follows: bool = False,
    ) -> Party:
        """A person, bound to an account of their own."""
        account = await self.account(openid, follows=follows)
        return await self.bound(account, name, number=number, phone=phone)

    async def bound(
        self, account: Account, name: str = ELDER[0], *, number: str | None = None, phone: str | None = None
    ) -> Party:
        """A person whom the register knows, bound to an account that is there already."""
        person = await self.stores.applicants.bind(
            credential(number or new_number()),
            name=name,
            phone=phone or new_phone(),
            account=account["_id"],
            verified_by="register",
            by=self.by(),
        )
        return Party(person, person, account["_id"])

    async def renamed(self, applicant: str, name: str) -> Party:
        """A person who binds again under another name, with the same credential and phone."""
        applicants = self.stores.applicants
        person = await applicants.get(applicant)
        account = await self.stores.accounts.get(person["account"])
        known = {"number": applicants.number(person), "phone": applicants.phone(person)}
        return await self.bound(account, name, **known)

    async def body(
        self, representative: str = BOSS[1], *, name: str = WEIMEI[0], number: str = WEIMEI[1]
    ) -> Applicant:
        """An enterprise; `representative` is the number that the register gives."""
        return await self.stores.applicants.register_body(
            ApplicantKind.ENTERPRISE,
            credential(number, CredentialKind.USCC, ApplicantKind.ENTERPRISE),
            name=name,
            representative=self.stores.applicants.number_index(representative),
            by=self.by(),
        )

    async def for_weimei(self, agent: Applicant, by: Cause, **changes: Any) -> Agency:
        """Ask to act for an enterprise; returns the agency."""
        asked: dict[str, Any] = {
            "applicant_kind": ApplicantKind.ENTERPRISE,
            "kind": CredentialKind.USCC,
            "name": WEIMEI[0],
            "number": WEIMEI[1],
        }
        return await self.stores.binding.body(agent, by=by, **{**asked, **changes})

    async def confirmed(self, agent: Party, body: Applicant, boss: Party) -> Agency:
        """The agency of an agent for a body, which its representative has confirmed."""
        agency = await self.stores.agencies.request(agent.agent, body, self.by())
        return await self.stores.agencies.decide(agency["_id"], boss.agent, confirmed=True, by=self.by())

    async def bind(
        self, account: str, by: Cause, who: tuple[str, str] = ELDER, phone: str = PHONE
    ) -> Applicant:
        """What a person does: ask for a code, as if none had been asked for before, and hand in the form."""
        await self.stores.phone_codes.documents.delete_many({})
        return await self.enter(account, by, await self.ask_code(phone, account, by), who, phone)

    async def enter(
        self,
        account: str,
        by: Cause,
        code: str,
        who: tuple[str, str] = ELDER,
        phone: str = PHONE,
        kind: CredentialKind = CredentialKind.RESIDENT_ID,
    ) -> Applicant:
        """Hand in the form with a code."""
        return await self.stores.binding.person(
            account, kind=kind, name=who[0], number=who[1], phone=phone, code=code, consent=True, by=by
        )

    async def ask_code(self, phone: str, account: str, by: Cause | None = None) -> str:
        """The code that an account is sent to a phone."""
        codes = self.stores.phone_codes
        await codes.request(phone, account=account, address=ADDRESS, by=by or self.by())
        return await self.code_sent(phone)

    async def code_sent(self, phone: str) -> str:
        """The last code that was sent to a phone."""
        codes = self.stores.phone_codes
        return codes.secret(await codes.get(codes.privacy.index(phone, "phone")))[1]

    async def reachable(self, username: str, post: Post | None = None) -> Member:
        """A member whose phone was shown to be in their hands."""
        member, phones, phone = await self.member(username, post), self.stores.staff_phones, new_phone()
        by = self.by_staff(username)
        await phones.ask(member, phone, address=ADDRESS, by=by)
        return await phones.keep(member, phone, await self.code_sent(phone), by)

    async def member(self, username: str, post: Post | None = None) -> Member:
        """One of `POSTS`, unless a `post` is given; signs in with `PASSWORD`, and where the role needs it
        with an authenticator of `SECRET`."""
        given = post or POSTS[username]
        await self.stores.staff.enrol(
            username,
            name=f"{username}的姓名",
            password=PASSWORD,
            department=given.department,
            roles=list(given.roles),
            halls=list(given.halls),
            townships=list(given.townships),
            by=self.by_staff(username),
        )
        member = await self.stores.staff.get(username)
        if needs_second_factor(member):
            await self.stores.second_factors.give(username, SECRET, self.by_staff(username))
        return await self.stores.staff.get(username)

    async def booking(self, party: Party, hall: Hall = HALL, guide: Guide | None = None) -> Appointment:
        """On the next working day at half past nine."""
        calendar, today = self.stores.calendar, local_date(self.stores.clock())
        start = local_moment(calendar.after(today, 1), BOOKED_FOR)
        return await self.stores.appointments.book(
            party, guide or plain_guide(), hall, start, calendar, self.by()
        )

    async def party_of(self, booked: Appointment) -> Party:
        """Whose appointment it is, acting for themselves."""
        person = await self.stores.applicants.get(booked["applicant"])
        return Party(person, person, booked["account"])

    async def served(self, booked: Appointment) -> Appointment:
        """A booking whose time came, and whose applicant was served."""
        return await self.recorded(booked, Ending.SERVED)

    async def recorded(
        self, booked: Appointment, ending: Ending, material: str | None = None, **later: float
    ) -> Appointment:
        """A booking of which staff recorded, so much `later` than its start, how it ended."""
        at = booked["start"] + timedelta(**later)
        by = replace(self.by_staff("centre"), at=at)
        return await self.stores.endings.record(
            booked["_id"], await self.member("centre"), ending, by, seen=booked["state"], material=material
        )

    async def review(self, party: Party, kind: str, about: Mapping[str, Any], level: int = 5) -> GivenReview:
        """Of a finished matter; `kind` is `application` or `appointment`."""
        return await self.stores.reviews.give(
            f"{kind}:{about['_id']}", party, level, [], "很快", self.by(f"applicant:{party.id}"), about
        )

    @property
    def staff(self) -> StaffDesk:
        return StaffDesk(self)

    def desk(self, party: Party) -> Desk:
        return Desk(self, party)

    async def application(
        self, state: State = State.SUBMITTED, *, party: Party | None = None, guide: Guide | None = None
    ) -> Application:
        """Of a guide that is published if it is not there yet, and of an applicant of its own."""
        desk = self.desk(party or await self.applicant())
        return await desk.brought_to(state, guide or plain_guide())

    async def file(
        self,
        applicant: str,
        application: str,
        code: str,
        name: str = "材料",
        content: bytes | None = None,
        by: Cause | None = None,
    ) -> KeptFile:
        """A file that is kept for a material, or for the result."""
        given: Any = a_pdf() if content is None else content
        with on_disk(given) as file:
            return await self.stores.materials.keep(applicant, application, code, name, file, by or self.by())
