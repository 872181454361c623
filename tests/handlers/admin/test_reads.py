"""What the database reads for the lists of the panel that are not of applications, and for every home page.

Lists and filters are taken from what the panel declares: each must be full here (`full`), so that a new list
says what it has many of. Applications have 100,000 of their own (`test_many.py`).
"""

from collections.abc import AsyncIterator, Callable, Sequence
from copy import deepcopy
from datetime import timedelta
from typing import Any

import pytest

from handlers.admin.absences import ABSENCES
from handlers.admin.lists import ROWS_A_PAGE, PanelList
from handlers.admin.queue import QUEUE
from models.appointments import Ending, State
from models.blacklist import Reference
from models.kiosks import AlertState, Fault, Trouble, Wanted
from models.kiosks import State as KioskState
from models.outgoing import Stage
from models.outgoing.deliveries import Plan, Via
from models.serving import How as HowServed
from models.staff import CENTRE, Role
from models.store import Document
from models.voices import Mark
from models.voices.stages import State as Progress
from models.workdays import local_date
from tests.handlers.admin.test_home import rows
from tests.handlers.admin.test_lists import declared
from tests.handlers.admin.test_many import MOST, get, links
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.kiosks import kiosked
from tests.house.listing import Listing
from tests.house.office import Office
from tests.house.places import HALL, with_windows
from tests.house.reviewed import rectification
from tests.house.served import on_its_way
from tests.house.staff import Post

COPIES = 95
"""Of each kind of line: three pages, and a few."""
LISTS = {one.address: one for one in declared() if one.address != QUEUE.address}


def key(number: int) -> str:
    return f"{number:032x}"


def copies(patterns: Sequence[Document], **alone: Callable[[int], Any]) -> list[Document]:
    """So many of each pattern, under ids of their own; `alone` are fields that differ, by the number."""
    return [
        {**deepcopy(pattern), "_id": key(number * len(patterns) + which), "events": []}
        | {name: of(number) for name, of in alone.items()}
        for which, pattern in enumerate(patterns)
        for number in range(COPIES)
    ]


async def visits(office: Office) -> None:
    """Today's, booked, arrived and ended, and objections to how they ended, open and decided."""
    town, hall = office.town, with_windows(9)
    appointments, endings = town.services.appointments, town.services.endings
    found = [await town.booking(await town.applicant(), hall) for _ in range(4)]
    town.clock.set(found[0]["start"] + timedelta(hours=1))
    await endings.arrive(found[1]["_id"], await town.member("centre"), town.by_staff("centre"))
    for number in (2, 3):
        one = await town.recorded(found[number], Ending.NO_SHOW, minutes=15)
        party = await town.party_of(one)
        by = town.by(f"applicant:{party.id}")
        await endings.object(one["_id"], party, State.NO_SHOW, "我到场了", by)
    manager, by = await town.member("management"), town.by_staff("management")
    await endings.decide(found[3]["_id"], manager, "记录属实", by, upheld=False)
    ids = {"$in": [one["_id"] for one in found]}
    patterns = await appointments.documents.find({"_id": ids}, {"claims": 0}).sort("_id", 1).to_list()
    made: list[Any] = copies(patterns)
    for one in made:
        one["visit"] = one["_id"]
        words = appointments.sealed(one["_id"], "我到场了")  # as it is sealed for this one alone
        for part in filter(None, (one["objection"], *one["timeline"])):
            part |= {name: words for name in ("words", "reason") if name in part}
    await appointments.documents.insert_many(made)


async def deliveries(office: Office) -> None:
    """Failed, tried again and not tried yet."""
    kept, now = office.town.services.deliveries, office.town.clock.now()
    plans = [Plan(Via.SMS, "progress", str(stage)) for stage in Stage]
    await kept.plan({"id": key(0), "request": "-"}, plans, now)
    for settle in (kept.failed_for_good, kept.failed_for_now):
        claimed = await kept.claim(now)
        assert claimed
        await settle(claimed, "no_answer", now)
    await kept.documents.insert_many(copies(await kept.documents.find({}).to_list()))


async def members(office: Office) -> None:
    """Present, locked and gone, of two departments; of those present every third is away, and most of them
    were away before."""
    staff, today = office.town.services.staff, local_date(office.town.clock.now())
    by = office.town.by("cli")
    for username in ("anyone", "locked", "gone"):
        await office.town.member(username, Post((Role.REVIEWER,), USCC))
    await office.town.services.employment.suspend("locked", by)
    await office.town.services.employment.leave("gone", by)
    patterns = await staff.documents.find({"_id": {"$in": ["anyone", "locked", "gone"]}}).to_list()

    def absence(number: int, first: int) -> Document:
        days = {"first": str(today + timedelta(first)), "last": str(today + timedelta(first + 5))}
        return {"id": key(number), "substitute": "anyone", **days, "set_by": "cli", "ended_at": None}

    def absences(number: int) -> list[Document]:
        return [absence(number, -90), *([absence(number, 0)] if number % 3 == 0 else [])]

    departments = (USCC, OTHER)
    await staff.documents.insert_many(
        copies(patterns, department=lambda number: departments[number % 2], absences=absences)
    )


async def papers(office: Office) -> None:
    """On their way at each step, and delivered."""
    town = office.town
    application = await town.desk(await town.applicant()).submitted(plain_guide(4))
    found = await on_its_way(town, application)
    pattern = await town.services.servings.documents.find_one({"_id": found})
    steps = [{**pattern, "step": how.value} for how in HowServed]
    patterns = [*steps, {**pattern, "state": "delivered"}]
    await town.services.servings.documents.insert_many(copies(patterns))


async def voices(office: Office) -> None:
    """Reviews with every mark, and rectifications in every state; they are late and escalated."""
    town = office.town
    reviews, cases = town.stores.reviews, town.stores.rectifications
    opened = await rectification(town, await town.applicant())
    pattern: Any = await reviews.documents.find_one({"_id": opened["_id"]})
    made = copies([{**pattern, "marks": [mark.value]} for mark in Mark])
    for number, one in enumerate(made):
        one |= {"ref": key(number), "words": reviews.seal(one["_id"], "words", "等了一天")}
        one["reason"] = reviews.seal(one["_id"], "words:reason", "")
    await reviews.documents.insert_many(made)
    pattern = await cases.documents.find_one({"_id": opened["_id"]})
    late = pattern["day"] - timedelta(days=30)
    made = copies(
        [{**pattern, "state": state.value, "escalated": "supervisor", "due_at": late} for state in Progress]
    )
    await cases.documents.insert_many([{**one, "ref": key(number)} for number, one in enumerate(made)])


async def listed(office: Office) -> None:
    """Flags and decisions in every state, and appeals that wait, are late, and are answered."""
    town = office.town
    party = await town.applicant()
    case = (await town.application(party=party, guide=plain_guide(9)))["_id"]
    listing = Listing(town, party.id, (Reference("application", case),))
    flags, bans = town.services.flags, town.services.bans
    pattern: Any = await flags.documents.find_one({"_id": (await listing.flagged())["_id"]})
    closed = {"by": "cli", "at": pattern["at"], "reason": pattern["words"]}
    patterns = [{**pattern, "state": state, "closed": closed} for state in ("dismissed", "taken")]
    made = copies([without(one, "key") for one in (pattern, *patterns)])
    for one in made:
        one["words"] = flags.sealed(one["_id"], "当场辱骂")
        one["closed"] = one["closed"] and {**one["closed"], "reason": one["words"]}
    await flags.documents.insert_many(made)
    pattern = await bans.documents.find_one({"_id": (await listing.appealed(party))["_id"]})
    alone = {**without(pattern, "running", "sequence", "year"), "appeal": None}
    unread = {**alone, "delivered": None, "until": None}
    ended = [{**alone, "state": state} for state in ("proposed", "declined", "lifted", "delisted", "expired")]
    late = pattern["proposed_at"] - timedelta(days=1)
    kept = {**pattern["appeal"], "state": "kept", "decided_at": late}
    appeals = [{**alone, "appeal": one} for one in ({**pattern["appeal"], "due_at": late}, kept)]
    made = copies([unread, alone, *ended, *appeals])
    for one in made:
        words = bans.sealed(one["_id"], "事实")
        one |= {"facts": words, "reason": words}
        one["appeal"] = one["appeal"] and {**one["appeal"], "words": words, "reason": words}
    await bans.documents.insert_many(made)


async def kiosks(office: Office) -> None:
    """In every state, and such as wait for a notice to be put up, or for a decision."""
    made, store = await kiosked(office.town), office.town.services.kiosks
    pattern: Any = await store.documents.find_one({"_id": (await made.in_service())["_id"]})
    patterns = [{**without(pattern, "spot", "activation"), "state": state.value} for state in KioskState]
    start = office.town.clock.now() + timedelta(days=10)
    planned = Wanted(start, start + timedelta(hours=1), "系统升级")
    key = (await made.planned((await made.in_service())["_id"], planned))["_id"]
    coming: Any = await store.documents.find_one({"_id": key})
    key = (await made.withdrawn((await made.in_service())["_id"]))["_id"]
    asked: Any = await store.documents.find_one({"_id": key})
    patterns += [without(one, "spot", "activation") for one in (coming, asked)]
    await store.documents.insert_many(copies(patterns))


async def alerts(office: Office) -> None:
    """Open, taken on and over, of places with one kiosk."""
    store, stores, now = office.town.services.alerts, office.town.services, office.town.clock.now()
    key = (await stores.kiosks.documents.find_one({"hall": HALL.code}))["_id"]
    await store.open(HALL, CENTRE, [Trouble(key, Fault.OFFLINE, now)], "centre", office.town.by())
    pattern: Any = await store.documents.find_one({})
    patterns = [{**without(pattern, "place"), "state": state.value} for state in AlertState]
    moments = {"opened_at": lambda number: now - timedelta(hours=number)}
    await store.documents.insert_many(copies(patterns, **moments))


def without(document: Document, *names: str) -> Document:
    return {name: value for name, value in document.items() if name not in names}


@pytest.fixture(scope="module")
async def full(office: Office) -> AsyncIterator[Office]:
    for role in Role:
        await office.town.member(f"only.{role}", Post((role,), USCC, (HALL.code,), (HALL.township,)))
    await office.town.member("all-rights", Post(tuple(Role), USCC, (HALL.code,)))
    for fill in (visits, deliveries, members, papers, voices, listed, kiosks, alerts):
        await fill(office)
    await told(office)
    yield office
    await native(office).command("profile", 0)


def native(office: Office) -> Any:
    return office.town.services.appointments.documents.database


async def told(office: Office) -> list[Document]:
    """What the database has done since this was asked last."""
    database = native(office)
    await database.command("profile", 0)
    found: list[Document] = await database["system.profile"].find({"docsExamined": {"$gt": 0}}).to_list()
    await database["system.profile"].drop()
    await database.create_collection("system.profile", capped=True, size=50_000_000)
    await database.command("profile", 2)
    return found


def faults(done: Sequence[Document]) -> list[str]:
    """The queries that read more than they gave; a count gives nothing, and reads nothing but an index. What
    a list can be narrowed by are all guides."""
    return [
        f"{one['ns']}: {one['docsExamined']} for {one.get('nreturned', 0)}, {one['command']}"
        for one in done
        if not one["ns"].endswith(".guides")
        if one["docsExamined"] > max(1, MOST * ("aggregate" not in one["command"]) * one.get("nreturned", 0))
    ]


@pytest.mark.parametrize("each", LISTS.values(), ids=LISTS)
async def test_a_list_reads_little_more_than_it_shows(full: Office, each: PanelList[object]) -> None:
    """Each filter, with the page behind it and the way back."""
    desk = await full.desk("all-rights")
    for show in each.filters or ("",):
        await told(full)
        page = await get(desk, each.at(show=show))
        assert rows(page) >= ROWS_A_PAGE, f"make many for {each.at(show=show)} in `full`"
        for address in links(page, "下一页"):
            for back in links(await get(desk, address), "上一页"):
                await get(desk, back)
        assert faults(await told(full)) == []


@pytest.mark.parametrize("role", Role)
async def test_a_home_page_reads_little_more_than_it_shows(full: Office, role: Role) -> None:
    desk = await full.desk(f"only.{role}")
    await told(full)
    await get(desk, "/admin")
    done = await told(full)
    assert faults(done) == []
    assert sum(one["docsExamined"] for one in done) < COPIES


async def test_who_answers_for_a_department_reads_its_absences_alone(full: Office) -> None:
    desk = await full.desk(f"only.{Role.SUPERVISOR}")
    await told(full)
    shown = rows(await get(desk, ABSENCES.address))
    read = [
        one for one in await told(full) if one["ns"].endswith(".staff") and "absences" in str(one["command"])
    ]
    assert 0 < shown < ROWS_A_PAGE
    assert all(one["docsExamined"] <= MOST * shown for one in read), read
