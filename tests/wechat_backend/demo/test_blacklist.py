"""What the demo has of the blacklist: on whatever day it begins, something for each of the three to do."""

from datetime import date, datetime

import pytest

from models.blacklist import AppealState, FlagState, State, Wanted, WantedAppeals, WantedFlags, is_barring
from models.blacklist.officers import SameOfficer
from models.events import Cause, Channel
from models.people import ApplicantKind, CredentialKind
from models.people.credentials import check_credential
from models.serving import How, Paper
from simulator.people import load
from tests.wechat_backend.demo.test_cases import DAYS, Demo, demo
from wechat_backend.demo import blacklist, data

__all__ = ["demo"]


async def made(demo: Demo, at: datetime) -> None:
    await demo.begin_again(at)
    assert await blacklist.make_once(demo.stores, at)
    assert not await blacklist.make_once(demo.stores, at)
    await demo.work()


@pytest.mark.parametrize("day", DAYS.values(), ids=DAYS)
async def test_a_flag_a_decision_and_an_appeal_wait(demo: Demo, day: datetime) -> None:
    await made(demo, day)
    stores, member = demo.stores, await demo.stores.staff.get("management3")
    [flag] = (await stores.flags.page(member, WantedFlags((FlagState.OPEN,)), 9)).rows
    assert flag["about"]
    assert flag["files"]
    in_force = (await stores.bans.page(member, Wanted((State.CONFIRMED,), barring_at=day), 9)).rows
    assert len({one["applicant"] for one in in_force}) == len(blacklist.PEOPLE)
    for one in in_force:
        assert is_barring(one, day)
        serving = await stores.servings.find(Paper.BAN, one["_id"])
        assert serving
        assert serving["delivered"]
        assert serving["delivered"]["how"] is How.OWN_PAGE
        assert one["delivered"]
        assert one["delivered"]["at"] == serving["delivered"]["at"]
        times = [line["at"] for line in one["timeline"]]
        assert times == sorted(times)
        assert times[-1] < day
    [appealed] = (await stores.bans.appeals(member, WantedAppeals((AppealState.OPEN,)), 9)).rows
    assert appealed["appeal"]
    assert appealed["appeal"]["due_at"] > day
    assert len(appealed["appeal"]["files"]) == 1


async def test_the_third_of_them_answers_the_appeal(demo: Demo) -> None:
    await made(demo, demo.clock.now())
    stores = demo.stores
    [found] = (
        await stores.bans.appeals(await stores.staff.get("management"), WantedAppeals((AppealState.OPEN,)), 9)
    ).rows

    async def answer(username: str) -> State:
        by = Cause(f"staff:{username}", demo.clock.now(), Channel.WINDOW, "test")
        member = await stores.staff.get(username)
        return (await stores.appeals.decide(found["_id"], member, "成立", by, lifted=True))["state"]

    for username in (blacklist.PROPOSES, blacklist.CONFIRMS):
        with pytest.raises(SameOfficer):
            await answer(username)
    assert await answer(blacklist.ANSWERS) is State.LIFTED


def test_who_is_listed_lives_in_the_simulator() -> None:
    people = {person.name: person for person in load().people}
    for person in blacklist.PEOPLE:
        check_credential(ApplicantKind.PERSON, CredentialKind.RESIDENT_ID, person.number, date(2026, 11, 24))
        known = people[person.name]
        assert (known.phone, known.credentials[0].number) == (person.phone, person.number)


def test_names_that_are_new_are_marked_as_the_demos_own() -> None:
    names = {one.name for one in data.STAFF if one.username in (blacklist.CONFIRMS, blacklist.ANSWERS)}
    assert all("演示" in name for name in (*names, *(person.name for person in blacklist.PEOPLE)))
