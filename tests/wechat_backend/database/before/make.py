# mypy: ignore-errors
"""Makes a2ce5b9.jsonl: a database as the code of commit a2ce5b9 kept it, before there were migrations.

It runs with the code of that commit, and shows how the fixture was made; nothing else uses it:

    git worktree add ../old a2ce5b9 && cd ../old
    PYTHONPATH=. python …/tests/wechat_backend/database/before/make.py OUTPUT

Everything in it was made by the stores of that time. Its people are invented; its keys are `PRIVACY`.
"""

import asyncio
import json
import random
import shutil
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bson import json_util

from models.applications import How, Place
from models.appointments.booking import Ending, slots
from models.events import Cause, Channel
from models.guides import Guide
from models.outgoing import notices
from models.outgoing.sms import SmsLimits
from models.people.credentials import ApplicantKind, Credential, CredentialKind
from models.people.parties import Party
from models.people.verification import PlatformUser
from models.privacy import Privacy
from models.staff.scopes import Role
from models.store import Document
from models.stores import Stores, assemble
from models.workdays import PANYU, Workdays, local_date
from tests.files import a_pdf, on_disk
from tests.models.house import BOSS, ELDER, USCC, Register
from wechat_backend.database.connection import connect
from wechat_backend.database.mongod import Mongod
from wechat_backend.loading import loader

PRIVACY = Privacy({"test": bytes(range(32))}, b"index key of the tests, 32 bytes")
CALENDAR = Workdays()
ITEMS = ("老年人优待证（敬老卡）申领", "最低生活保障申请", "结婚登记", "临时救助申请", "食品经营许可变更")
HALLS = ("centre", "wanbo")
ANSWERS = {
    "text": "番禺区市桥街道光明北路1号",
    "long_text": "法定代表人变更",
    "number": "3",
    "date": "2026-01-05",
    "phone": "13900000001",
    "credential": ELDER[1],
    "yes_no": "no",
}
REASON = "材料所载地址与登记的地址不一致"


class Town:
    """`now` moves only when told."""

    def __init__(self, stores: Stores, data: loader.Data) -> None:
        self.stores = stores
        self.guides = {guide.name: guide for guide in data.guides if guide.name in ITEMS}
        self.halls = {hall.code: hall for hall in data.halls if hall.code in HALLS}
        self.departments = [
            one
            for one in data.departments
            if one.code in {guide.department for guide in self.guides.values()}
        ]
        self.now = datetime(2026, 11, 9, 10, 0, tzinfo=PANYU)
        self.requests = 0

    def by(self, actor: str = "system", channel: Channel = Channel.WECHAT) -> Cause:
        self.requests += 1
        self.now += timedelta(seconds=7)
        return Cause(actor, self.now, channel, f"request-{self.requests:04}")

    async def furnish(self) -> None:
        stores, by = self.stores, self.by(channel=Channel.SYSTEM)
        for department in self.departments:
            await stores.departments.put(department, by)
        for hall in self.halls.values():
            await stores.halls.put(hall, by)
        for guide in self.guides.values():
            await stores.guides.put(guide, by)
        civil = next(one.code for one in self.departments if one.short == "民政局")
        for name, role, department in (
            ("window", Role.WINDOW, None),
            ("approver", Role.APPROVER, None),
            ("civil", Role.APPROVER, civil),
            ("management", Role.SERVICE_MANAGEMENT, None),
            ("digital", Role.DIGITAL_AFFAIRS, None),
        ):
            password = f"{name}-of-the-tests"
            await stores.staff.enrol(
                name, name="陈嘉敏", password=password, department=department, roles=[role], by=by
            )
        self.window = await stores.staff.sign_in("window", "window-of-the-tests", self.by("staff:window"))
        self.approver = await stores.staff.get("approver")

    async def people(self) -> None:
        """A person with an account in both apps, one by the mini-program alone, and a body of theirs."""
        stores = self.stores
        account = await stores.accounts.arrive(PlatformUser("openid-elder", "union-elder"), self.by())
        await stores.accounts.follow("openid-elder", self.by("openid:openid-elder"))
        await stores.accounts.prefer(account["_id"], self.by(f"account:{account['_id']}"), elder=True)
        elder = await self.bound(account, ELDER, "13900000001")
        self.elder = Party(elder, elder, account["_id"])
        other = await stores.accounts.arrive_miniprogram(
            PlatformUser("mini-boss", "union-boss"), self.by(channel=Channel.MINIPROGRAM)
        )
        boss = await self.bound(other, BOSS, "13900000002")
        self.boss = Party(boss, boss, other["_id"])
        await stores.applicants.verify_at_window(
            ApplicantKind.PERSON,
            Credential(CredentialKind.RESIDENT_ID, "440113199001010016"),
            name="古丽·艾山",
            phone="13900000003",
            by=self.by("staff:window", Channel.WINDOW),
        )
        agencies, body = stores.agencies, await self.body(BOSS[1])
        await stores.agencies.request(boss, body, self.by(f"applicant:{boss['_id']}", Channel.MINIPROGRAM))
        asked = await agencies.request(elder, body, self.by(f"applicant:{elder['_id']}"))
        await agencies.decide(asked["_id"], boss, confirmed=True, by=self.by(f"applicant:{boss['_id']}"))
        other_body = await self.body(BOSS[1], "91440101MA5CKUT42J", "广州番禺糕点有限公司")
        waiting = await agencies.request(elder, other_body, self.by(f"applicant:{elder['_id']}"))
        assert waiting["state"] == "requested"
        await agencies.request(boss, other_body, self.by(f"applicant:{boss['_id']}"))
        ended = await agencies.get(f"{boss['_id']}:{other_body['_id']}")
        await agencies.end(ended["_id"], boss, self.by(f"applicant:{boss['_id']}"))
        self.firm = Party(body, elder, account["_id"])
        await stores.accounts.act_for(account["_id"], body["_id"], self.by(f"account:{account['_id']}"))

    async def bound(self, account: Document, who: tuple[str, str], phone: str) -> Document:
        await self.stores.phone_codes.request(
            phone, account=account["_id"], address="192.0.2.1", by=self.by(f"account:{account['_id']}")
        )
        return await self.stores.applicants.bind(
            Credential(CredentialKind.RESIDENT_ID, who[1]),
            name=who[0],
            phone=phone,
            account=account["_id"],
            verified_by="register",
            by=self.by(f"account:{account['_id']}"),
        )

    async def body(
        self, representative: str, uscc: str = USCC, name: str = "番禺味美食品有限公司"
    ) -> Document:
        return await self.stores.applicants.register_body(
            ApplicantKind.ENTERPRISE,
            Credential(CredentialKind.USCC, uscc),
            name=name,
            representative=self.stores.applicants.number_index(representative),
            by=self.by(),
        )

    def of(self, party: Party, channel: Channel = Channel.WECHAT) -> Cause:
        return self.by(f"applicant:{party.id}", channel)

    def staff(self, name: str = "approver") -> Cause:
        return self.by(f"staff:{name}", Channel.WINDOW)

    async def draft(self, item: str, party: Party, channel: Channel = Channel.WECHAT) -> Document:
        """Begun, answered, and with all its files."""
        stores, guide = self.stores, self.guides[item]
        department = await stores.departments.get(guide.department)
        found = await stores.applications.start(party, guide, department, self.of(party, channel))
        found = await stores.applications.save(
            found["_id"], party, guide, answers(guide), found["version"], self.of(party, channel)
        )
        for material in guide.online_materials():
            if material.uploads and material.required:
                with on_disk(a_pdf(material.code)) as file:
                    name = f"{material.code}.pdf"
                    by = self.of(party, channel)
                    await stores.papers.hand_in(party, found, guide, material.code, name, file, by)
        return await stores.applications.get(found["_id"])

    async def submitted(
        self, item: str, party: Party, channel: Channel = Channel.WECHAT, place: Place | None = None
    ) -> Document:
        draft = await self.draft(item, party, channel)
        self.now += timedelta(hours=1)
        return await self.stores.applications.submit(
            draft["_id"],
            party,
            self.guides[item],
            draft["version"],
            CALENDAR,
            self.of(party, channel),
            place or Place(How.ELECTRONIC),
            promised=True,
        )

    async def accepted(self, item: str, party: Party, **more: Any) -> Document:
        found = await self.submitted(item, party, **more)
        self.now += timedelta(hours=2)
        return await self.stores.applications.accept(
            found["_id"], self.approver, self.guides[item], CALENDAR, self.staff()
        )

    async def concluded(self, item: str, party: Party, decision: str, **more: Any) -> Document:
        found, guide = await self.accepted(item, party, **more), self.guides[item]
        self.now += timedelta(days=1)
        result = None
        if decision == "approved" and guide.deliverable:
            with on_disk(a_pdf(guide.deliverable)) as file:
                name = f"{guide.deliverable}.pdf"
                keep = self.stores.materials.keep
                result = await keep(found["applicant"], found["_id"], "result", name, file, self.staff())
        reason = "" if decision == "approved" else REASON
        return await self.stores.applications.conclude(
            found["_id"], self.approver, guide, decision, reason, result, self.staff()
        )

    async def asked(self, item: str, party: Party, fields: list[str]) -> Document:
        found = await self.submitted(item, party)
        return await self.stores.applications.request_supplement(
            found["_id"], self.approver, self.guides[item], ["id_card"], fields, REASON, self.staff()
        )

    async def answered(self, item: str, party: Party) -> Document:
        found, guide = await self.asked(item, party, ["address"]), self.guides[item]
        with on_disk(a_pdf("better")) as file:
            papers = self.stores.papers
            await papers.hand_in(party, found, guide, "id_card", "id_card.pdf", file, self.of(party))
        found = await self.stores.applications.get(found["_id"])
        given = {"address": "番禺区市桥街道光明北路2号"}
        return await self.stores.applications.supplement(
            found["_id"], party, guide, given, found["version"], CALENDAR, self.of(party)
        )

    async def applications(self) -> None:
        """In every state, handled in every way, through every door, received in every way."""
        stores, card, income, wedding, relief, food = self.stores, *ITEMS
        elder, boss, firm = self.elder, self.boss, self.firm
        await self.draft(relief, boss, Channel.MINIPROGRAM)
        await stores.papers.discard(
            boss, (await self.draft(card, boss, Channel.MINIPROGRAM))["_id"], self.of(boss)
        )
        await self.submitted(card, boss, Channel.MINIPROGRAM)
        place = Place(How.WINDOW, hall="centre", hall_name="番禺区政务服务中心")
        await self.submitted(relief, elder, place=place)
        await self.submitted(wedding, elder, Channel.WINDOW)
        await self.asked(card, elder, ["address"])
        await self.answered(income, elder)
        await self.accepted(card, elder, channel=Channel.WINDOW)
        await self.accepted(income, boss, channel=Channel.MINIPROGRAM)
        await self.accepted(wedding, elder)
        refused = await self.submitted(income, elder)
        await stores.applications.not_accept(
            refused["_id"], self.approver, REASON, "《社会救助暂行办法》第九条", self.staff()
        )
        for_nothing = await self.accepted(food, firm)
        await stores.applications.return_(for_nothing["_id"], self.approver, REASON, self.staff())
        address = "番禺区市桥街道光明北路1号 陈建国 13900000001"
        done = await self.concluded(card, elder, "approved", place=Place(How.COURIER, address=address))
        await self.concluded(food, firm, "denied")
        await self.concluded(income, elder, "approved")
        for begin in (self.submitted(card, boss), self.accepted(relief, elder), self.asked(card, boss, [])):
            found = await begin
            party = elder if found["applicant"] == elder.id else boss
            await stores.applications.withdraw(found["_id"], party, self.of(party))
        await stores.materials.view(done["result"]["deliverable"], self.of(elder))
        await stores.reviews.give(
            f"application:{done['_id']}", elder, 5, ["513"], "很方便", self.of(elder), done
        )

    async def appointments(self) -> None:
        """In every state; the two to come are booked at last."""
        ended, party = [], self.elder
        day = CALENDAR.after(local_date(self.now), 1)
        for number, name in enumerate(("cancelled", *Ending)):
            guide = self.guides[ITEMS[number % 4]]
            who = party if number < 3 else self.boss
            ended.append((name, who, guide, await self.booked(who, guide, day, number)))
        name, who, _, first = ended.pop(0)
        await self.stores.appointments.cancel(first["_id"], who, self.of(who))
        self.now = max(found["start"] for *_, found in ended) + timedelta(hours=1)
        for name, who, guide, found in ended:
            material = guide.materials[0].code if name is Ending.MISSING_MATERIAL else None
            done = await self.stores.appointments.end(
                found["_id"], self.window, name, guide, self.staff("window"), material
            )
            if name is Ending.SERVED:
                await self.stores.reviews.give(
                    f"appointment:{done['_id']}", who, 1, ["109"], "要了指南外的材料", self.of(who), done
                )
        day = CALENDAR.after(local_date(self.now), 2)
        await self.booked(party, self.guides[ITEMS[2]], day, 1)
        await self.booked(self.firm, self.guides[ITEMS[4]], day, 2)

    async def booked(self, party: Party, guide: Guide, day: Any, number: int) -> Document:
        hall = self.halls["centre"]
        slot = slots(hall, guide.group, day, CALENDAR)[number]
        return await self.stores.appointments.book(party, guide, hall, slot.start, CALENDAR, self.of(party))

    async def relay(self) -> None:
        stores = self.stores
        telling = [store for store in stores.all() if store.tells]
        done = await stores.outbox.relay(telling, stores.deliveries, notices.plan, self.now)
        assert not done.stuck, done.stuck

    async def send(self) -> None:
        """Deliveries in every state, and some that are under way."""
        deliveries = self.stores.deliveries
        for number in range(20):
            claimed = await deliveries.claim(self.now)
            assert claimed
            outcome = number % 6
            if outcome < 2:
                await deliveries.sent(claimed, f"provider-{number}", self.now)
            elif outcome == 2:
                await deliveries.failed_for_good(claimed, "isv.MOBILE_NUMBER_ILLEGAL", self.now)
            elif outcome == 3:
                await deliveries.failed_for_now(claimed, "unreachable", self.now)
            elif outcome == 4 and not await deliveries.fall_back(claimed, "43004", self.now):
                await deliveries.skipped(claimed, "overtaken", self.now)

    async def passing(self) -> None:
        """What is not kept for long."""
        stores, now = self.stores, self.now
        for subject, channel in (
            (f"account:{self.elder.account}", Channel.WECHAT),
            (f"account:{self.boss.account}", Channel.MINIPROGRAM),
            ("staff:window", Channel.WINDOW),
        ):
            await stores.sessions.open(subject, self.by(subject, channel))
        await stores.inbox.begin("message-1", "nonce-1", now, "holder")
        await stores.inbox.finish("message-1", "您好", "holder")
        await stores.inbox.offer("openid-elder", ["guides"], now)
        await stores.workers.beat("1-worker", now, [], relayed=1, sent=1)
        lease = await stores.leases.take("menu:wx0123456789abcdef", now, now + timedelta(minutes=1))
        assert lease
        await stores.leases.keep(lease, published="-")
        await stores.closures.close("sms", "isv.OUT_OF_SERVICE", now + timedelta(minutes=5))


def answers(guide: Guide) -> dict[str, Any]:
    """Right ones to every question."""
    return {
        question.name: question.options[0].value if question.options else ANSWERS[question.kind]
        for question in guide.form.questions()
    }


async def lines(database: Any) -> list[str]:
    """Each index and each document, in extended JSON."""
    found = []
    for name in sorted(await database.native.list_collection_names()):
        for index in await (await database[name].list_indexes()).to_list():
            if index["name"] != "_id_":
                found.append({"collection": name, "index": {k: v for k, v in index.items() if k != "v"}})
        async for document in database[name].find({}).sort("_id", 1):
            found.append({"collection": name, "document": document})
    return [
        json.dumps(
            json.loads(json_util.dumps(one, json_options=json_util.RELAXED_JSON_OPTIONS)), ensure_ascii=False
        )
        for one in found
    ]


async def make(uri: str) -> list[str]:
    database = await connect(uri, "old")
    town: Town
    stores = assemble(
        database,
        clock=lambda: town.now,
        calendar=CALENDAR,
        privacy=PRIVACY,
        verifier=Register(),
        sms_limits=SmsLimits(codes_per_address_hour=10_000, codes_per_address=10_000),
    )
    town = Town(stores, loader.load())
    await stores.prepare()
    await town.furnish()
    await town.people()
    await town.applications()
    await town.relay()
    await town.send()
    await town.appointments()  # the events of this and of what follows stay in their documents
    await town.accepted(ITEMS[0], town.elder)
    await town.passing()
    made = await lines(database)
    await database.close()
    return made


def main() -> None:
    random.seed(1)
    folder = Path(tempfile.mkdtemp())
    server = Mongod(folder / "mongo").wait()
    try:
        made = asyncio.run(make(server.uri))
        Path(sys.argv[1]).write_text("\n".join(made) + "\n")
    finally:
        server.stop()
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
