"""What the stories of the demo share: who is in them, and when each step was taken."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from uuid import uuid4

from models.events import Cause, Channel
from models.people import ApplicantKind, CredentialKind, Party, PlatformUser, check_credential
from models.stores import Stores
from models.workdays import Workdays, local_date, local_moment

STEPS_AT = time(10, 30)
"""When, in Panyu, each step was taken."""


@dataclass(frozen=True)
class Person:
    openid: str
    name: str
    number: str
    phone: str


@dataclass(frozen=True)
class Scene:
    """A story that began before `now`."""

    stores: Stores
    now: datetime

    def by(self, actor: str, days: int, channel: Channel = Channel.WINDOW) -> Cause:
        at = days_before(self.stores.calendar, self.now, days)
        return Cause(actor, at, channel, f"demo-{uuid4().hex[:12]}")


async def bound(stores: Stores, person: Person, by: Cause) -> Party:
    """The person, bound a while ago to an account of the mini-program."""
    account = await stores.accounts.arrive_miniprogram(PlatformUser(person.openid), by)
    if not (found := await stores.applicants.find_by_account(account["_id"])):
        kind, of = CredentialKind.RESIDENT_ID, ApplicantKind.PERSON
        found = await stores.applicants.bind(
            check_credential(of, kind, person.number, local_date(by.at)),
            name=person.name,
            phone=person.phone,
            account=account["_id"],
            verified_by="register",
            by=by,
        )
    return Party(found, found, account["_id"])


def days_before(calendar: Workdays, now: datetime, days: int) -> datetime:
    """The time of a step so many working days before today, which is not counted, worked or not."""
    day = local_date(now)
    while days:
        day -= timedelta(days=1)
        days -= calendar.worked(day)
    return local_moment(day, STEPS_AT)
