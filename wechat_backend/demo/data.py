"""What the demo begins with: Panyu's items and halls, and people to work in the panel."""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from models.events import Cause, Channel
from models.staff import Role, SecondFactors, Staff, needs_second_factor
from wechat_backend.database.connection import Database, connect
from wechat_backend.database.migrations import ALL
from wechat_backend.database.migrations.runner import migrate
from wechat_backend.demo import alerts, blacklist, calendar, cases, kiosks, past, reviews, schedules, visits
from wechat_backend.demo import env as demo_env
from wechat_backend.demo.peer import Devices
from wechat_backend.gateways import Gateways
from wechat_backend.loading import loader, writer
from wechat_backend.settings import Settings, load_settings
from wechat_backend.wiring import build_stores, privacy_of, utc_now


@dataclass(frozen=True)
class Member:
    """`department` is its short name; `everywhere` says that they record at all windows. `stands_in_for` is
    who is away at first (`cases`)."""

    username: str
    name: str
    role: Role
    department: str | None = None
    everywhere: bool = False
    township: str | None = None
    stands_in_for: str = ""


STAFF = (
    Member("admin", "冯国强", Role.ADMINISTRATOR),
    Member("window", "陈嘉敏", Role.WINDOW, everywhere=True),
    Member("management", "黄慧仪", Role.SERVICE_MANAGEMENT),
    Member("management2", "演示员乙", Role.SERVICE_MANAGEMENT),
    Member("management3", "演示员丙", Role.SERVICE_MANAGEMENT),
    Member("digital", "何俊杰", Role.DIGITAL_AFFAIRS),
    Member("digital2", "演示员己", Role.DIGITAL_AFFAIRS),
    Member("centre", "周淑贞", Role.SERVICE_CENTRE, everywhere=True),
    Member("centre2", "演示员庚", Role.SERVICE_CENTRE, everywhere=True),
    Member("township", "罗永康", Role.TOWNSHIP, township="南村镇"),
    Member("approver", "李国栋", Role.APPROVER, "公安分局"),
    Member("supervisor", "黎建明", Role.SUPERVISOR, "民政局"),
    Member("supervisor2", "演示员丁", Role.SUPERVISOR, "公安分局"),
    Member("contact", "区淑仪", Role.CONTACT, "民政局"),
    Member("contact2", "演示员戊", Role.CONTACT, "公安分局"),
    Member("reviewer", "许慧敏", Role.REVIEWER, "民政局"),
    Member("civil", "苏婉玲", Role.APPROVER, "民政局"),
    Member("deputy", "邱雅雯", Role.REVIEWER, "民政局", stands_in_for="civil"),
    Member("hr", "叶俊杰", Role.APPROVER, "人社局"),
    Member("medical", "邓丽华", Role.APPROVER, "医保分局"),
    Member("market", "谢伟文", Role.APPROVER, "市场监管局"),
    Member("housing", "冼少强", Role.APPROVER, "住建局"),
    Member("land", "莫秋霞", Role.APPROVER, "规自分局"),
    Member("health", "潘美仪", Role.APPROVER, "卫健局"),
    Member("education", "温国华", Role.APPROVER, "教育局"),
    Member("disabled", "韩雪梅", Role.APPROVER, "残联"),
    Member("veterans", "骆建军", Role.APPROVER, "退役军人局"),
    Member("transport", "区志明", Role.APPROVER, "交通运输局"),
    Member("justice", "伍静雯", Role.APPROVER, "司法局"),
    Member("urban", "屈文辉", Role.APPROVER, "城管局"),
    Member("culture", "植敏仪", Role.APPROVER, "文广旅体局"),
    Member("agriculture", "麦根生", Role.APPROVER, "农业农村局"),
    Member("emergency", "江海涛", Role.APPROVER, "应急管理局"),
    Member("environment", "蓝青云", Role.APPROVER, "生态环境分局"),
    Member("tax", "关淑芬", Role.APPROVER, "税务局"),
    Member("data", "岑宇航", Role.APPROVER, "政数局"),
)
"""Each department decides its own items, so each has an approver; of one who is away at first another one
acts in their place. Service management has three, as a decision of the blacklist takes two of them, and an
appeal against it a third. Digital affairs and the service centre have two each, as one stands behind another
(`alerts`)."""


async def furnish(
    variables: Mapping[str, str],
    *,
    reset: bool,
    say: Callable[[str], None],
    clock: Callable[[], datetime] = utc_now,
    devices: Devices | None = None,
) -> list[str]:
    """Bring the database to the newest migration, load the data, enrol the staff and, where there are no
    applications, make some cases, and likewise decisions of the blacklist, reviews, kiosks and alerts; can be
    repeated. `devices` keeps the keys of the kiosks' devices that are played. Returns the activation codes of
    the kiosks that wait.

    Raises:
        DatabaseUnreachable, MigrationError, loading.DataError
    """
    os.environ.update(variables)
    settings = load_settings()
    database = await connect(
        settings.mongo_uri.get_secret_value(), settings.mongo_database, settings.mongo_driver
    )
    try:
        if reset:
            await database.drop()
        for name in ("tokens", "leases"):
            await database[name].delete_many({})  # the simulator knows none of an earlier start
        await migrate(database, ALL, clock, say, privacy_of(settings))
        by = Cause("system", clock(), Channel.SYSTEM, f"demo-{uuid4().hex[:12]}")
        data = await _load(database, by, say)
        second_factors = SecondFactors(Staff(database), privacy_of(settings))
        await _enrol(second_factors, data, variables, by)
        return await _make_cases(settings, database, data, variables, clock, say, devices)
    finally:
        await database.close()


async def _load(database: Database, by: Cause, say: Callable[[str], None]) -> loader.Data:
    say("Loading Panyu's items and halls …")
    data = await asyncio.to_thread(loader.load)
    counts = await writer.store(data, await writer.prepared(database), by)
    say(f"  new: {counts.departments} departments, {counts.halls} halls, {counts.guides} items")
    for line in counts.differing:
        say(f"  left as it is: {line}")
    return data


async def _enrol(
    second_factors: SecondFactors, data: loader.Data, variables: Mapping[str, str], by: Cause
) -> None:
    """Add the members who are not there yet, with an authenticator where their role needs one."""
    staff = second_factors.staff
    await staff.prepare()
    codes = {department.short: department.code for department in data.departments}
    with_windows = [hall.code for hall in data.halls if hall.windows]
    for member in STAFF:
        await staff.enrol(
            member.username,
            name=member.name,
            password=variables["PANYU_DEMO_STAFF_PASSWORD"],
            department=codes[member.department] if member.department else None,
            roles=[member.role],
            halls=with_windows if member.everywhere else [],
            townships=[member.township] if member.township else [],
            by=by,
        )
        if needs_second_factor(await staff.get(member.username)):
            await second_factors.give(member.username, variables[demo_env.STAFF_SECRET], by)


async def _make_cases(
    settings: Settings,
    database: Database,
    data: loader.Data,
    variables: Mapping[str, str],
    clock: Callable[[], datetime],
    say: Callable[[str], None],
    devices: Devices | None,
) -> list[str]:
    items = {guide.name: guide.item for guide in data.guides}
    gateways = Gateways(settings, database, privacy_of(settings), clock)
    try:
        stores = build_stores(settings, database, gateways, clock)
        await stores.prepare()
        await stores.calendar_years.refresh()
        if await cases.make_once(stores, items, clock()):
            say("  new: six cases to look at in the staff panel")
        if await schedules.make_once(stores, items, clock()):
            say("  new: a hall with windows that several item groups share, and a visit that does not fit it")
        if await visits.make_once(stores, items, clock()):
            say("  new: a visit with two matters, of 许文轩")
        if await blacklist.make_once(stores, clock()):
            say("  new: a flag, a decision and an appeal of the blacklist, for management, management2 and 3")
        if await reviews.make_once(stores, items, clock()):
            say("  new: some dozens of reviews, of five bad ones what has become of them")
        if await kiosks.make_once(stores, items, clock(), devices):
            say("  new: kiosks in every state, three of which wait for their devices")
        if await past.make_once(stores, clock()):
            say("  new: what the kiosks' devices did in the last four weeks")
        if await alerts.make_once(stores, clock()):
            say("  new: rosters of three sections, and three alerts of kiosks")
        if await calendar.make_once(stores, clock()):
            say("  new: the first days of next year in the calendar, for management to go on with")
        kept = [code for code in variables.get(demo_env.CODES, "").split(",") if code]
        return await kiosks.codes(stores, kept, clock())
    finally:
        gateways.close()
