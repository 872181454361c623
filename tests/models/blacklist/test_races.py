"""What two ask of one decision at one instant: one is first, the other is told why not, and nothing is half
written (article 28)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from models.applications import State as Stage
from models.blacklist import EXPIRY, Ban, Blacklisted, FlagReason, Ground, Reference, State
from models.blacklist.document import OVER, AppealState
from models.people import CredentialKind, Party
from models.schedule import Due
from models.staff import Role
from tests.files import a_pdf, on_disk
from tests.house.guides import plain_guide
from tests.house.house import House, said
from tests.house.listing import FACTS, LI, WANG, WORDS, ZHAO, Listing, officer
from tests.house.meanwhile import after
from tests.house.people import credential, new_number

QIAN = officer("qian")
LATE = "late"
"""What a worker finds done already."""


@dataclass(frozen=True)
class Case:
    """One decision, and what may be asked of it; each verb says how it ended."""

    house: House
    listing: Listing
    party: Party
    key: str

    async def confirm(self) -> str:
        return await said(self.house.stores.decisions.confirm(self.key, WANG, self.listing.by(WANG)))

    async def confirm_too(self) -> str:
        return await said(self.house.stores.decisions.confirm(self.key, ZHAO, self.listing.by(ZHAO)))

    async def decline(self) -> str:
        by = self.listing.by(ZHAO)
        return await said(self.house.stores.decisions.decline(self.key, ZHAO, "证据不足", by))

    async def open(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        return await said(self.house.stores.decisions.opened(self.key, self.party, by))

    async def delist(self) -> str:
        return await said(self.house.stores.decisions.delist(self.key, LI, "非故意", self.listing.by(LI)))

    async def delist_too(self) -> str:
        by = self.listing.by(ZHAO)
        return await said(self.house.stores.decisions.delist(self.key, ZHAO, "非故意", by))

    async def expire(self) -> str:
        until = (await self.ban())["until"]
        assert until
        due = Due(f"event:{EXPIRY}", EXPIRY, self.key, until, 1, "lease")
        return "done" if await self.house.stores.decisions.expire(due, self.house.by()) else LATE

    async def appeal(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        return await said(self.house.stores.appeals.appeal(self.key, self.party, WORDS, by))

    async def lift(self) -> str:
        by = self.listing.by(ZHAO)
        return await said(self.house.stores.appeals.decide(self.key, ZHAO, "属实", by, lifted=True))

    async def keep(self) -> str:
        by = self.listing.by(QIAN)
        return await said(self.house.stores.appeals.decide(self.key, QIAN, "不成立", by, lifted=False))

    async def malice(self) -> str:
        return await said(self.house.stores.malice.propose(self.key, LI, "屡教不改", self.listing.by(LI)))

    async def malice_too(self) -> str:
        by = self.listing.by(WANG)
        return await said(self.house.stores.malice.propose(self.key, WANG, "屡教不改", by))

    async def ban(self) -> Ban:
        return await self.house.stores.bans.get(self.key)


Verb = Callable[[Case], Awaitable[str]]
RACES: Mapping[str, tuple[list[str], Verb, Verb, set[tuple[str, str]]]] = {
    # what was done before, what two ask, and how both may end
    "two confirm": ([], Case.confirm, Case.confirm_too, {("done", "ban_decided"), ("ban_decided", "done")}),
    "one confirms, one declines": (
        [],
        Case.confirm,
        Case.decline,
        {("done", "ban_decided"), ("ban_decided", "done")},
    ),
    "two delist": (
        ["confirm", "open"],
        Case.delist,
        Case.delist_too,
        {("done", "ban_decided"), ("ban_decided", "done")},
    ),
    "one delists, it expires": (  # also what has expired is delisted
        ["confirm", "open"],
        Case.delist,
        Case.expire,
        {("done", LATE), ("done", "done")},
    ),
    "one delists, the person opens it": (
        ["confirm"],
        Case.delist,
        Case.open,
        {("done", "done"), ("done", "nothing_to_deliver")},
    ),
    "two decide an appeal": (
        ["confirm", "open", "appeal"],
        Case.lift,
        Case.keep,
        {("done", "appeal_decided"), ("appeal_decided", "done")},
    ),
    "one lifts, one delists": (
        ["confirm", "open", "appeal"],
        Case.lift,
        Case.delist,
        {("done", "ban_decided"), ("appeal_decided", "done")},
    ),
    "one keeps, one delists": (  # after the appeal a delisting may come at any time
        ["confirm", "open", "appeal"],
        Case.keep,
        Case.delist,
        {("done", "ban_decided"), ("appeal_decided", "done"), ("done", "done")},
    ),
    "one lifts, it expires": (
        ["confirm", "open", "appeal"],
        Case.lift,
        Case.expire,
        {("done", LATE), ("done", "done")},
    ),
    "two appeals": (
        ["confirm", "open"],
        Case.appeal,
        Case.appeal,
        {("done", "already_appealed"), ("already_appealed", "done")},
    ),
    "one appeals, one delists": (
        ["confirm", "open"],
        Case.appeal,
        Case.delist,
        {("done", "ban_decided"), ("nothing_to_appeal", "done"), ("done", "done")},
    ),
    "one appeals, it expires": (  # of what has expired one may appeal all the same
        ["confirm", "open"],
        Case.appeal,
        Case.expire,
        {("done", "done")},
    ),
    "two find malice": (
        ["confirm", "open"],
        Case.malice,
        Case.malice_too,
        {("done", "finding_decided"), ("finding_decided", "done")},
    ),
    "one finds malice, one delists": (
        ["confirm", "open"],
        Case.malice,
        Case.delist,
        {("done", "done"), ("finding_decided", "done")},
    ),
}


async def case_of(house: House, before: list[str]) -> Case:
    party = await house.applicant()
    found = await house.application(party=party, guide=plain_guide(9))
    listing = Listing(house, party.id, (Reference("application", found["_id"]),))
    case = Case(house, listing, party, (await listing.proposed())["_id"])
    for verb in before:
        assert await getattr(case, verb)() == "done"
    return case


async def check_whole(case: Case) -> None:
    """That what is kept of a decision fits together."""
    kept: Any = await case.house.stores.bans.documents.find_one({"_id": case.key})
    names = [event["name"] for event in kept["events"]]
    assert [line["what"] for line in kept["timeline"]] == names
    over = State(kept["state"]) in OVER
    assert over is ("running" not in kept)
    assert over is (kept["ended_at"] is not None)
    assert (kept["delivered"] is None) is (kept["until"] is None) is (kept["appeal_until"] is None)
    assert (names.count("ban.confirmed") == 1) is ("sequence" in kept) is bool(kept["confirmed_by"])
    ends = ("ban.declined", "ban.delisted", "ban.lifted", "ban.expired")
    after = names[-2:] in (["ban.expired", "ban.lifted"], ["ban.expired", "ban.delisted"])
    assert sum(names.count(name) for name in ends) == over + after
    if appeal := kept["appeal"]:
        answered = appeal["state"] != AppealState.OPEN
        assert answered is (appeal["decided_at"] is not None) is bool(appeal["decided_by"])
        possible = {
            AppealState.OPEN.value: {State.CONFIRMED, State.EXPIRED},
            AppealState.KEPT.value: {State.CONFIRMED, State.EXPIRED, State.DELISTED},
            AppealState.LIFTED.value: {State.LIFTED, State.DELISTED},
        }
        assert State(kept["state"]) in possible[appeal["state"]]


@pytest.mark.article("28.appeal", "28.delisting")
@pytest.mark.parametrize("race", RACES)
async def test_of_two_at_once(house: House, race: str) -> None:
    """Twice, with the other one asked first."""
    before, first, second, allowed = RACES[race]
    for turned in (False, True):
        case = await case_of(house, before)
        asked = (second, first) if turned else (first, second)
        ended = tuple(await asyncio.gather(*(verb(case) for verb in asked)))
        assert (ended[::-1] if turned else ended) in allowed
        await check_whole(case)


@pytest.mark.article("28.appeal", "28.delisting")
@pytest.mark.parametrize("race", [race for race in RACES if "malice" not in race])  # it is not read first
async def test_of_two_of_whom_one_comes_between_reading_and_writing(
    house: House, monkeypatch: pytest.MonkeyPatch, race: str
) -> None:
    before, first, second, allowed = RACES[race]
    case, ended = await case_of(house, before), []

    async def happens() -> None:
        ended.append(await second(case))

    after(monkeypatch, house.stores.bans, "get", happens)
    told = await first(case)
    assert (told, *ended) in allowed
    await check_whole(case)


async def test_the_tenth_file_of_an_appeal_is_the_last(house: House) -> None:
    case = await case_of(house, ["confirm", "open", "appeal"])

    async def attach() -> str:
        with on_disk(a_pdf()) as file:
            by = house.by(f"applicant:{case.party.id}")
            return await said(house.stores.appeals.attach(case.key, case.party, file, by))

    for _ in range(8):
        assert await attach() == "done"
    ended = await asyncio.gather(*(attach() for _ in range(4)))
    assert sorted(ended) == ["done", "done", "too_many_files", "too_many_files"]
    appeal = (await case.ban())["appeal"]
    assert appeal
    assert len({one["file"] for one in appeal["files"]}) == 10
    dropped = house.stores.materials.documents.count_documents(
        {"application": case.key, "code": "appeal", "dropped_at": {"$exists": True}}
    )
    assert await dropped == 2


async def test_a_file_that_comes_after_the_answer_is_told_so(house: House) -> None:
    case = await case_of(house, ["confirm", "open", "appeal", "keep"])
    with on_disk(a_pdf()) as file:
        by = house.by(f"applicant:{case.party.id}")
        told = await said(house.stores.appeals.attach(case.key, case.party, file, by))
    assert told == "appeal_decided"
    kept = house.stores.materials.documents.count_documents({"application": case.key, "code": "appeal"})
    assert await kept == 0


async def test_who_dies_between_the_flag_and_the_proposal_leaves_neither(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await case_of(house, ["decline"])
    flags, clerk, add = house.stores.flags, officer("clerk", Role.WINDOW), house.stores.bans.add
    flag = await flags.raise_by_member(
        clerk, case.party.id, FlagReason.SEEN, (), "当场辱骂工作人员", case.listing.by(clerk)
    )

    async def dies(*what: Any) -> Ban:
        await add(*what)
        raise RuntimeError

    monkeypatch.setattr(house.stores.bans, "add", dies)
    evidence, by = list(case.listing.evidence), case.listing.by(LI)
    with pytest.raises(RuntimeError):
        await house.stores.decisions.propose(
            case.party.id, LI, Ground.DISORDER, FACTS, evidence, by, flag=flag["_id"]
        )
    assert (await flags.get(flag["_id"]))["state"] == "open"
    assert await house.stores.bans.documents.count_documents({}) == 1  # the one that was declined


@pytest.mark.article("28.decision")
async def test_one_person_under_two_cards_is_listed_once(house: House) -> None:
    """By two officers at once, each from another card."""
    number, phone = new_number(), "13900000888"
    one = await house.applicant("陈国强", number=number, phone=phone)
    account = await house.account()
    again = await house.stores.applicants.bind(
        credential("E12345679", CredentialKind.PASSPORT),
        name="陈国强",
        phone=phone,
        account=account["_id"],
        verified_by="register",
        by=house.by(),
    )
    other = Party(again, again, account["_id"])
    assert other.id != one.id
    listings = []
    for party, guide in ((one, plain_guide(8)), (other, plain_guide(9))):
        found = await house.application(party=party, guide=guide)
        listings.append(Listing(house, party.id, (Reference("application", found["_id"]),)))
    ended = await asyncio.gather(
        said(listings[0].proposed(Ground.FALSEHOOD, LI)), said(listings[1].proposed(Ground.MALICE, WANG))
    )
    assert sorted(ended) == ["already_listed", "done"]
    assert await house.stores.bans.documents.count_documents({}) == 1


async def test_two_flags_on_one_person_lead_to_one_decision(house: House) -> None:
    """The flag of who was second stays open."""
    case = await case_of(house, ["decline"])
    flags, clerk = house.stores.flags, officer("clerk", Role.WINDOW)
    keys = []
    for words in ("当场辱骂工作人员", "多次重复申请"):
        raised = await flags.raise_by_member(
            clerk, case.party.id, FlagReason.SEEN, (), words, case.listing.by(clerk)
        )
        keys.append(raised["_id"])

    async def propose(key: str) -> str:
        evidence = list(case.listing.evidence)
        by = case.listing.by(LI)
        return await said(
            house.stores.decisions.propose(case.party.id, LI, Ground.DISORDER, FACTS, evidence, by, flag=key)
        )

    ended = dict(zip(keys, await asyncio.gather(*map(propose, keys)), strict=True))
    assert sorted(ended.values()) == ["already_listed", "done"]
    for key, how in ended.items():
        flag = await flags.get(key)
        assert (flag["state"], bool(flag["ban"])) == (("taken", True) if how == "done" else ("open", False))


@pytest.mark.article("28.online")
@pytest.mark.parametrize("listed", ["the person", "the agent's body"])
async def test_submissions_beside_the_delivery_are_in_or_refused(house: House, listed: str) -> None:
    """Whatever is first: what was handed in is in, and what was not is still the draft that it was."""
    boss = await house.applicant("梁志强", number=(number := new_number()))
    body = await house.body(number, number="91440113MA59K2XT4M")
    party = boss if listed == "the person" else Party(body, boss.agent, boss.account)
    if listed != "the person":
        await house.confirmed(boss, body, boss)
    desk = house.desk(party)
    guides = [plain_guide(n, audience=["person", "enterprise"]) for n in range(1, 5)]
    drafts = [await desk.filled(guide) for guide in guides]
    evidence = await desk.submitted(plain_guide(9, audience=["person", "enterprise"]))
    listing = Listing(house, party.id, (Reference("application", evidence["_id"]),))
    ban = await listing.confirmed()
    by = house.by(f"applicant:{party.id}")
    *ended, _ = await asyncio.gather(
        *(said(desk.hand_in(draft)) for draft in drafts),
        house.stores.decisions.opened(ban["_id"], party, by),
    )
    for draft, how in zip(drafts, ended, strict=True):
        found = await desk.get(draft["_id"])
        if how == "done":
            assert (found["state"], bool(found["serial"])) == (Stage.SUBMITTED, True)
        else:
            assert how == "blacklisted"
            assert (found["state"], found["serial"]) == (Stage.DRAFT, None)
            with pytest.raises(Blacklisted):
                await desk.hand_in(found)
