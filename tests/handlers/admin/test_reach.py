"""Every route of the panel with ids that exist: of one's own department, hall and township, and of others'.

What is expected follows from the declarations (`rights.Door`), which the table by hand confirms.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from models.applications.holding import NotHolder
from models.blacklist import Reference
from models.guides import Guide
from models.kiosks import CommandName, Fault, Outcome, Trouble
from models.kiosks.document import Command
from models.places import Hall
from models.staff import CENTRE, Reach, Role
from tests.files import a_pdf, on_disk
from tests.handlers.admin.rights import Door, by_hand, doors
from tests.house.browser import Browser, Page
from tests.house.guides import OTHER, USCC, plain_guide
from tests.house.kiosks import kiosked
from tests.house.listing import Listing
from tests.house.office import Office
from tests.house.places import HALL, hall
from tests.house.reviewed import bad_review_of_guide, due
from tests.house.served import on_its_way
from tests.house.staff import Post
from tests.house.town import Town

TOWNSHIP = "南村镇"
DOORS = [pytest.param(door, id=str(door)) for door in doors()]
SCOPED = [param for param in DOORS if param.values[0].scopes]  # type: ignore[union-attr]
FIELDS: Mapping[str, dict[str, str]] = {
    "place": {"hall": HALL.code, "position": "一楼9号位"},
    "ending": {"ending": "served", "seen": "booked"},
    "verdict": {"decision": "kept", "reason": "证据确凿"},
    "decision": {"decision": "kept", "reason": "记录属实"},
}
"""What a form must say before anything is looked at, by the last part of its address."""


@dataclass(frozen=True)
class Thing:
    """Something that exists: its ids, by the part of an address before them, where its document is, and the
    reaches that come as far as it."""

    ids: Mapping[str, str]
    at: tuple[str, str]
    within: frozenset[Reach]


@dataclass(frozen=True)
class World:
    office: Office
    desks: Mapping[Role, Browser]
    things: Mapping[str, list[Thing]]

    async def document(self, thing: Thing) -> Any:
        collection, key = thing.at
        return await self.office.town.services.database[collection].find_one({"_id": key})

    async def ask(self, role: Role, door: Door, path: str) -> Page:
        """Ask by a door at a path; the form says the least that it can."""
        desk = self.desks[role]
        if door.served.method == "GET":
            return await desk.get(path)
        return await desk.post(path, FIELDS.get(path.rpartition("/")[2], {}))


@pytest.fixture(scope="module")
async def world(office: Office) -> World:
    """Everything twice: a member of each role has a department, a hall and a township on record."""
    town, desks = office.town, {}
    for role in Role:
        await town.member(f"only-{role.value}", Post((role,), USCC, (HALL.code,), (TOWNSHIP,)))
        desks[role] = await office.desk(f"only-{role.value}")
    for username in ("theirs", "anothers"):
        await town.member(username, Post((Role.REVIEWER,), USCC if username == "theirs" else OTHER))
    halls = (HALL, hall("wanbo", township=TOWNSHIP), hall("shawan", township="沙湾街道"))
    guides = [plain_guide(2, places=[one.code for one in halls]), plain_guide(3, department=OTHER)]
    for one in halls:
        await town.stores.halls.put(one, town.by())
    await town.publish(*guides)
    own, other = [await town.desk(await town.applicant()).submitted(guide) for guide in guides]
    visits = [await town.booking(await town.applicant(), one, guides[0]) for one in halls]
    everywhere = frozenset({Reach.DISTRICT})
    return World(
        office,
        desks,
        {
            "applications": [
                application(own, everywhere | {Reach.DEPARTMENT}),
                application(other, everywhere),
            ],
            "appointments": [
                appointment(visit, everywhere | within)
                for visit, within in zip(
                    visits, ({Reach.HALLS}, {Reach.TOWNSHIP}, frozenset[Reach]()), strict=True
                )
            ],
            "servings": [
                Thing({"servings": key}, ("servings", key), within)
                for key, within in zip(
                    [await on_its_way(town, one) for one in (own, other)],
                    (everywhere | {Reach.DEPARTMENT}, everywhere),
                    strict=True,
                )
            ],
            **{
                place: [
                    Thing({place: ref, "evidence": "1"}, (place, matter), within)
                    for (matter, ref), within in zip(
                        [await reviewed(town, guide) for guide in guides],
                        (everywhere | {Reach.DEPARTMENT}, everywhere),
                        strict=True,
                    )
                ]
                for place in ("reviews", "rectifications")
            },
            **await listed(town),
            "kiosks": await standing(town),
            "alerts": [
                await alerted(town, one, everywhere | within)
                for one, within in zip(
                    halls, ({Reach.HALLS}, {Reach.TOWNSHIP}, frozenset[Reach]()), strict=True
                )
            ],
            "help-calls": [
                await called(town, one, everywhere | within)
                for one, within in zip(
                    halls, ({Reach.HALLS}, {Reach.TOWNSHIP}, frozenset[Reach]()), strict=True
                )
            ],
            "halls": [
                Thing({"halls": one.code}, ("halls", one.code), everywhere | within)
                for one, within in zip(
                    halls, ({Reach.HALLS}, {Reach.TOWNSHIP}, frozenset[Reach]()), strict=True
                )
            ],
            "objections": [appointment(visit, everywhere) for visit in visits],
            "members": [
                Thing({"members": username}, ("staff", username), everywhere)
                for username in ("theirs", "anothers")
            ],
        },
    )


async def reviewed(town: Town, guide: Guide) -> tuple[str, str]:
    """A bad review of a guide with its rectification and a dispute with a file; what staff know it by."""
    review = await bad_review_of_guide(town, await town.applicant(), guide)
    await town.stores.rectifying.open(due(review), town.by())
    name = f"raises-{guide.department[-4:].lower()}"
    member, by = await town.member(name, Post((Role.SUPERVISOR,), guide.department)), town.by_staff(name)
    await town.stores.disputes.raise_(review["ref"], member, "评错部门", "叫号记录", by)
    with on_disk(a_pdf()) as file:
        await town.stores.dispute_files.attach(review["ref"], member, file, by)
    return review["_id"], review["ref"]


async def listed(town: Town) -> dict[str, list[Thing]]:
    """A flag with a file, a proposal, and a decision with an appeal that has a file."""
    party, everywhere = await town.applicant(), frozenset({Reach.DISTRICT})
    case = (await town.application(party=party, guide=plain_guide(9)))["_id"]
    listing = Listing(town, party.id, (Reference("application", case),))
    flag = await listing.flagged(with_file=True)
    appealed = await listing.appealed(party)
    assert appealed["appeal"]
    other = await town.applicant()
    theirs = (await town.application(party=other, guide=plain_guide(9)))["_id"]
    paper = (await town.file(other.id, theirs, "id_card"))["_id"]
    proposed = await Listing(town, other.id, (Reference("file", paper),)).proposed()
    key, files = appealed["_id"], {"files": appealed["appeal"]["files"][0]["file"]}
    flagged = {"flags": flag["_id"], "files": flag["files"][0]["file"]}
    bans = {"bans": proposed["_id"], "evidence": "1", "files": str(proposed["evidence"][0]["copy"])}
    return {
        "flags": [Thing(flagged, ("flags", flag["_id"]), everywhere)],
        "bans": [Thing(bans, ("bans", proposed["_id"]), everywhere)],
        "appeals": [Thing({"appeals": key, "evidence": "1", **files}, ("bans", key), everywhere)],
        "blacklist": [Thing({"blacklist": party.id}, ("applicants", party.id), everywhere)],
    }


async def standing(town: Town) -> list[Thing]:
    """Kiosks of two departments, in a hall and townships of which one is the members' own, and one without a
    place."""
    everywhere, kiosks = frozenset({Reach.DISTRICT}), town.stores.kiosks
    made = await kiosked(town)
    pattern: Any = await kiosks.documents.find_one({"_id": (await made.in_service())["_id"]})
    found = []
    for department, where, within in (
        (USCC, {"hall": "shawan", "township": "沙湾街道"}, everywhere | {Reach.DEPARTMENT}),
        (OTHER, {"hall": HALL.code, "township": HALL.township}, everywhere | {Reach.HALLS}),
        (OTHER, {"hall": "wanbo", "township": TOWNSHIP}, everywhere | {Reach.TOWNSHIP}),
        (OTHER, {"hall": None, "township": None}, everywhere),
    ):
        one = {**pattern, **where, "_id": uuid4().hex, "department": department, "spot": uuid4().hex}
        await kiosks.documents.insert_one(one)
        command = Command(
            id=uuid4().hex,
            name=CommandName.LOGS,
            argument="",
            at=town.clock.now(),
            until=town.clock.now(),
            by="staff:theirs",
        )
        answers = town.stores.device_answers
        await answers.keep(one["_id"], command, Outcome.DONE, "日志", b"", town.clock.now())
        ids = {
            "kiosks": one["_id"],
            "files": next(iter(one["papers"].values())),
            "answers": command["id"],
        }
        found.append(Thing(ids, ("kiosks", one["_id"]), within))
    return found


async def alerted(town: Town, where: Hall, within: frozenset[Reach]) -> Thing:
    """A hall with a kiosk in trouble, of which a member was told who is none of the world's."""
    alerts, trouble = town.stores.alerts, Trouble(uuid4().hex, Fault.OFFLINE, town.clock.now())
    await alerts.open(where, CENTRE, [trouble], "theirs", town.by())
    (found,) = [one for one in await alerts.going_on() if one["hall"] == where.code]
    return Thing({"alerts": found["_id"]}, ("alerts", found["_id"]), within)


async def called(town: Town, where: Hall, within: frozenset[Reach]) -> Thing:
    """Somebody waits for help at a kiosk there; a member was told who is none of the world's."""
    kiosk: Any = await town.stores.kiosks.documents.find_one({"hall": where.code})
    call = await town.stores.help_calls.open(kiosk, where, CENTRE.key, ["theirs"], town.by())
    return Thing({"help-calls": call["_id"]}, ("help_calls", call["_id"]), within)


def application(found: Any, within: frozenset[Reach]) -> Thing:
    files = {"applications": found["_id"], "files": found["materials"][0]["file"], "pages": "1"}
    return Thing(files, ("applications", found["_id"]), within)


def appointment(found: Any, within: frozenset[Reach]) -> Thing:
    return Thing(
        {"appointments": found["_id"], "objections": found["_id"]}, ("appointments", found["_id"]), within
    )


def filled(path: str, ids: Mapping[str, str]) -> str:
    """The path with the ids of a thing."""
    parts = path.split("/")
    for place, part in enumerate(parts):
        if part[:1] in ("{", "("):
            assert parts[place - 1] in ids, f"say in `world` which {parts[place - 1]} exist, for {path}"
            parts[place] = ids[parts[place - 1]]
    return "/".join(parts)


def refused(answer: Page) -> bool:
    """By who the member is; that a case is another's to hand over is no matter of rights."""
    return answer.status in (403, 404) and NotHolder.message not in answer.text


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("door", DOORS)
def test_what_is_declared_is_what_was_written_by_hand(door: Door) -> None:
    """A new route has no line in `rights.BY_HAND` yet: write it from the product's description."""
    assert by_hand().get(str(door)) == door.declared


def test_every_line_by_hand_is_a_route() -> None:
    assert set(by_hand()) == {str(param.values[0]) for param in DOORS}


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("door", [param for param in SCOPED if "{" in str(param.values[0])])
async def test_a_role_comes_as_far_as_its_reach(world: World, door: Door) -> None:
    """And what a refused request asked for is not done."""
    things = world.things.get(door.path.split("/")[2])
    assert things, f"say in `world` what exists at {door.path}"
    for role in Role:
        for thing in things:
            before = await world.document(thing)
            answer = await world.ask(role, door, filled(door.path, thing.ids))
            comes = door.reach(role) in thing.within
            assert refused(answer) == (not comes), (role, thing.at, answer.status)
            assert answer.status < 500
            if not comes:
                assert await world.document(thing) == before, (role, thing.at)


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("door", [param for param in SCOPED if "{" not in str(param.values[0])])
async def test_a_page_of_no_single_thing_is_for_those_who_have_a_right_there(
    world: World, door: Door
) -> None:
    for role in Role:
        answer = await world.ask(role, door, door.path)
        assert (answer.status == 403) == (door.reach(role) is None), role
        assert answer.status < 500


@pytest.mark.article("5.duties")
@pytest.mark.parametrize("door", [param for param in SCOPED if "/applications/{id}" in str(param.values[0])])
async def test_anothers_application_answers_as_one_that_does_not_exist(world: World, door: Door) -> None:
    """Nothing tells that there is one: not the status, not the words, not where it leads."""
    ids = world.things["applications"][1].ids
    there = await world.ask(Role.APPROVER, door, filled(door.path, ids))
    nowhere = await world.ask(
        Role.APPROVER, door, filled(door.path, {**dict.fromkeys(ids, "0" * 32), "pages": "1"})
    )
    assert (there.status, words(there)) == (nowhere.status, words(nowhere)) == (404, words(nowhere))


def words(answer: Page) -> str:
    """The main part of a page, without the addresses in it."""
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert main
    return main.replace(answer.headers["X-Request-Id"], "")
