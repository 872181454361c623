"""A whole service over one database and one peer, and some people in it."""

import json
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from models.appointments import Appointment
from models.events import Cause, Channel
from models.guides import Department
from models.guides.publishing import Publishing
from models.outgoing.deliveries import Via
from models.outgoing.notices import sent_by
from models.people.accounts import Account
from models.people.applicants import Applicant, Applicants
from models.people.credentials import Credential, CredentialKind
from models.people.parties import Party
from models.people.verification import PlatformUser
from models.places import Hall
from models.workdays import Workdays, local_date, local_moment
from tests.handlers.guides import USCC, a_guide
from wechat_backend.app import build_services
from wechat_backend.gateways import Gateways
from wechat_backend.settings import Settings
from wechat_backend.wiring import privacy_of
from wechat_backend.worker import build
from wechat_backend.worker.job import Elsewhere

PHONE = "13800138000"
OPENID = "openid-of-wang"
HALL = Hall.model_validate(
    {
        "code": "district",
        "kind": "centre",
        "name": "番禺区政务服务中心",
        "address": "番禺区桥南街福愉东路319号",
        "township": "桥南街",
        "location": {"coordinates": (113.36, 22.92)},
        "all_day": False,
        "hours": "周一至周五 9:00-17:00",
        "phone": "020-84601234",
        "windows": {"weekday_hours": [("09:00", "12:00")], "capacity": {"general": 3}},
    }
)


def environment(peer: str, mongo_uri: str, database: str) -> dict[str, str]:
    """The settings of a service whose outside is `peer`."""
    return {
        "PANYU_BASE_URL": "https://panyu.test",
        "PANYU_MONGO_URI": mongo_uri,
        "PANYU_MONGO_DATABASE": database,
        "PANYU_ENCRYPTION_KEYS": f"test:{b64encode(bytes(range(32))).decode()}",
        "PANYU_INDEX_KEY": "index key of the tests, 32 bytes",
        "PANYU_WECHAT_APPID": "wx0123456789abcdef",
        "PANYU_WECHAT_SECRET": "secret",
        "PANYU_WECHAT_TOKEN": "token-of-the-tests",
        "PANYU_WECHAT_AES_KEY": "k" * 42 + "A",
        "PANYU_WECHAT_API_URL": peer,
        "PANYU_WECHAT_TEMPLATES": json.dumps({name: f"TM_{name.upper()}" for name in sent_by(Via.WECHAT)}),
        "PANYU_MINIPROGRAM_APPID": "wxmini",
        "PANYU_MINIPROGRAM_SECRET": "mini",
        "PANYU_ALIYUN_KEY_ID": "key-id",
        "PANYU_ALIYUN_KEY_SECRET": "key-secret",
        "PANYU_ALIYUN_SMS_URL": peer,
        "PANYU_ALIYUN_REALNAME_URL": peer,
        "PANYU_SMS_TEMPLATES": json.dumps({name: f"SMS_{name.upper()}" for name in sent_by(Via.SMS)}),
        "PANYU_GOVERNMENT_URL": f"{peer}/government",
        "PANYU_GOVERNMENT_APP_ID": "panyu",
        "PANYU_GOVERNMENT_SECRET": "government-secret",
    }


class World:
    """`clock` moves only when told; `work` is one worker until nothing is due."""

    def __init__(self, settings: Settings, database: Any, clock: Callable[[], datetime]) -> None:
        self.settings, self.clock, self.database = settings, clock, database
        self.gateways = Gateways(settings, database, privacy_of(settings), clock)
        self.services = build_services(settings, database, self.gateways, clock)
        self.worker = build(settings, self.services, self.gateways, clock)

    async def prepare(self) -> None:
        await self.services.prepare()

    def by(self, actor: str = "system", channel: Channel = Channel.H5) -> Cause:
        return Cause(actor, self.clock(), channel, "request-1")

    async def work(self) -> None:
        while await self.worker.relay.once() or await self.worker.deliver.once():
            pass

    async def do(self, job: str) -> None:
        """One round of a job, if it is this worker's turn."""
        with suppress(Elsewhere):
            await self.worker.loop(job).job.run()

    async def publish(self) -> None:
        """The department, its guide and the hall."""
        bureau = Department(
            code=USCC, name="番禺区来穗人员服务管理局", short="区来穗局", phone="", address=""
        )
        await self.services.departments.put(bureau, self.by())
        await Publishing(self.services.guides).publish(a_guide(), self.by())

    async def person(
        self, openid: str = OPENID, phone: str = PHONE, number: str = "440113199001010016"
    ) -> Party:
        """A follower, bound by the real name."""
        account = await self.services.accounts.arrive(PlatformUser(openid), self.by())
        await self.services.accounts.follow(openid, self.by())
        person = await self.bind(account, phone, number)
        return Party(person, person, account["_id"])

    async def bind(self, account: Account, phone: str, number: str) -> Applicant:
        applicants: Applicants = self.services.applicants
        return await applicants.bind(
            Credential(CredentialKind.RESIDENT_ID, number),
            name="古丽·艾山",
            phone=phone,
            account=account["_id"],
            verified_by="register",
            by=self.by(),
        )

    async def book(self, party: Party, hall: Hall = HALL) -> Appointment:
        """On the next working day at half past nine."""
        calendar = Workdays()
        start = local_moment(calendar.after(local_date(self.clock()), 1), time(9, 30))
        return await self.services.appointments.book(party, a_guide(), hall, start, calendar, self.by())
