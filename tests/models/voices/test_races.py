"""What two ask of one review, rectification or dispute at one instant, or one between another's reading and
writing: one is first, the other is told why not, and nothing is half written (article 17)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from models.events import Cause
from models.law import Term
from models.people import Party
from models.schedule import Due
from models.staff import Member
from models.store import ChangedMeanwhile
from models.voices import (
    CONTACT_DUE,
    END,
    FIX_DUE,
    FURTHER,
    DisputeState,
    GivenReview,
    Mark,
    Rectification,
    Said,
    WordsState,
)
from models.voices.stages import STEPS, Escalated, State, Verb
from tests.house.house import House, said
from tests.house.meanwhile import after
from tests.house.reviewed import POSTS, due

UNCIVIL = "这帮王八蛋，等了一天"
OTHERWISE = "otherwise"
"""What a worker finds done already."""


@dataclass(frozen=True)
class Case:
    """One bad review with uncivil words, its rectification, and who has to do with it."""

    house: House
    party: Party
    review: GivenReview
    members: Mapping[str, Member]

    def by(self, name: str) -> Cause:
        return self.house.by_staff(name)

    async def follow_up(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        reviews, matter = self.house.stores.reviews, self.review["_id"]
        return await said(reviews.follow_up(matter, self.party, 1, [], UNCIVIL, by))

    async def moderate(self, *, shown: bool, which: Said = Said.FIRST, name: str = "management") -> str:
        decide, member = self.house.stores.moderation.decide, self.members["management"]
        return await said(decide(self.review["ref"], which, member, "辱骂", self.by(name), shown=shown))

    async def show(self) -> str:
        return await self.moderate(shown=True)

    async def withhold(self) -> str:
        return await self.moderate(shown=False, name="another")

    async def withhold_again(self) -> str:
        return await self.moderate(shown=False, which=Said.AGAIN)

    async def take(self, verb: Verb, name: str = "rectifier") -> str:
        rectifying, member = self.house.stores.rectifying, self.members[name]
        return await said(rectifying.take(self.review["ref"], verb, member, "情况", self.by(name)))

    async def contact(self) -> str:
        return await self.take(Verb.CONTACT)

    async def contact_by_management(self) -> str:
        return await self.take(Verb.CONTACT, "management")

    async def fix(self) -> str:
        return await self.take(Verb.FIX)

    async def reveal(self) -> str:
        rectifying, by = self.house.stores.rectifying, self.by("rectifier")
        return await said(rectifying.reveal(self.review["ref"], self.members["rectifier"], "联系", by))

    async def wish(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        return await said(self.house.stores.rectifying.wish(self.review["_id"], self.party, by))

    async def rate(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        return await said(self.house.stores.rectifying.rate(self.review["_id"], self.party, 2, "没改", by))

    def _due(self, what: str) -> Due:
        """At the moment for which it is planned."""
        contact = self.house.stores.rectifications.due(Term.CONTACT, self.review["at"])
        later = self.house.stores.calendar.deadline(contact, 1)
        return due(self.review, what, later if what == FURTHER else contact)

    async def escalate(self) -> str:
        return await self._look(self._due(CONTACT_DUE))

    async def escalate_further(self) -> str:
        return await self._look(self._due(FURTHER))

    async def escalate_fix(self) -> str:
        fix = self.house.stores.rectifications.due(Term.RECTIFICATION, self.review["at"])
        return await self._look(due(self.review, FIX_DUE, fix))

    async def _look(self, due: Due) -> str:
        """As workers do it: again where somebody has written meanwhile."""
        escalate = self.house.stores.rectifying.escalate
        try:
            done = await escalate(due, self.house.by())
        except ChangedMeanwhile:
            done = await escalate(due, self.house.by())
        return "done" if done else OTHERWISE

    async def end(self) -> str:
        done = await self.house.stores.rectifying.end(self._due(END), self.house.by())
        return "done" if done else OTHERWISE

    async def dispute(self) -> str:
        disputes, member = self.house.stores.disputes, self.members["supervisor"]
        by = self.by("supervisor")
        return await said(disputes.raise_(self.review["ref"], member, "未到窗口", "叫号记录", by))

    async def ask(self) -> str:
        disputes, member = self.house.stores.disputes, self.members["management"]
        return await said(disputes.ask(self.review["ref"], member, self.by("management")))

    async def word(self) -> str:
        by = self.house.by(f"applicant:{self.party.id}")
        disputes, matter = self.house.stores.disputes, self.review["_id"]
        return await said(disputes.word(matter, self.party, "我有取号单", by))

    async def decide(self, name: str, *, set_aside: bool) -> str:
        disputes, member = self.house.stores.disputes, self.members["management"]
        decided = disputes.decide(self.review["ref"], member, "理由", self.by(name), set_aside=set_aside)
        return await said(decided)

    async def uphold(self) -> str:
        return await self.decide("management", set_aside=False)

    async def set_aside(self) -> str:
        return await self.decide("another", set_aside=True)


Verbs = Callable[[Case], Awaitable[str]]
Ends = set[tuple[str, str]]


def either(told: str) -> Ends:
    """One of both is done, and the other is told so."""
    return {("done", told), (told, "done")}


HEARD = ["dispute", "ask", "word"]
RACES: Mapping[str, tuple[list[str], Verbs, Verbs, Ends]] = {
    # what was done before, what two ask, and how both may end
    "two moderate": ([], Case.show, Case.withhold, either("already_moderated")),
    "one moderates, the person follows up": (
        [],
        Case.show,
        Case.follow_up,
        {("done", "done"), ("already_moderated", "done")},
    ),
    "each opinion is moderated": (
        ["follow_up"],
        Case.show,
        Case.withhold_again,
        {("done", "done"), *either("already_moderated")},
    ),
    "two take a step": ([], Case.contact, Case.contact_by_management, either("rectification_moved_on")),
    "one contacts, the person wishes": (
        [],
        Case.contact,
        Case.wish,
        {
            ("done", "too_late_to_wish"),
            ("rectification_moved_on", "done"),
            ("management_calls", "done"),
        },
    ),
    "one reveals, the person wishes": (
        [],
        Case.reveal,
        Case.wish,
        {("done", "done"), ("rectification_moved_on", "done"), ("management_calls", "done")},
    ),
    "one reveals, it ends": (
        [],
        Case.reveal,
        Case.end,
        {("done", "done"), ("rectification_moved_on", "done")},
    ),
    "one takes a step, it ends": (
        ["contact"],
        Case.fix,
        Case.end,
        {("done", "done"), ("rectification_moved_on", "done")},
    ),
    "it is late, one contacts": ([], Case.escalate, Case.contact, {("done", "done"), (OTHERWISE, "done")}),
    "it is late still, the person is not content": (
        ["contact", "fix"],
        Case.escalate_further,
        Case.rate,
        {(OTHERWISE, "done")},
    ),
    "the person rates twice": (["contact", "fix"], Case.rate, Case.rate, either("already_rated")),
    "it ends twice": ([], Case.end, Case.end, either(OTHERWISE)),
    "two dispute": ([], Case.dispute, Case.dispute, either("already_disputed")),
    "two ask for a word": (["dispute"], Case.ask, Case.ask, either("dispute_moved_on")),
    "two words": (["dispute", "ask"], Case.word, Case.word, either("word_not_asked")),
    "two decide a dispute": (HEARD, Case.uphold, Case.set_aside, either("dispute_moved_on")),
    "one decides, the person follows up": (HEARD, Case.set_aside, Case.follow_up, {("done", "done")}),
}


async def case_of(house: House, before: list[str]) -> Case:
    await house.stores.uncivil.learn(["王八蛋"], house.by())
    party = await house.applicant()
    visit = await house.served(await house.booking(party))
    matter, by = f"appointment:{visit['_id']}", house.by(f"applicant:{party.id}")
    review = await house.stores.reviews.give(matter, party, 1, [], UNCIVIL, by, visit)
    assert await house.stores.rectifying.open(due(review), house.by())
    members = {name: await house.member(name, POSTS[name]) for name in ("rectifier", "supervisor")}
    case = Case(house, party, review, {**members, "management": await house.member("management")})
    for verb in before:
        assert await getattr(case, verb)() == "done"
    return case


async def check_whole(case: Case) -> None:
    """That what is kept of a review and its rectification fits together."""
    review = await case.house.stores.reviews.get(case.review["_id"])
    parts = [review, *([review["again"]] if review["again"] else [])]
    assert (Mark.HELD in review["marks"]) is any(one["words_state"] is WordsState.HELD for one in parts)
    assert Mark.BAD in review["marks"]
    dispute = review["dispute"]
    state = dispute["state"] if dispute else None
    assert (Mark.DISPUTED in review["marks"]) is (state in (DisputeState.RAISED, DisputeState.ASKED))
    assert (Mark.SET_ASIDE in review["marks"]) is (state is DisputeState.SET_ASIDE)
    if dispute:
        decided = state in (DisputeState.UPHELD, DisputeState.SET_ASIDE)
        assert decided is (dispute["decided_at"] is not None) is bool(dispute["reason"])
    stored: Any = await case.house.stores.rectifications.documents.find_one({"_id": case.review["_id"]})
    found: Rectification = await case.house.stores.rectifications.get(case.review["_id"])
    names = [event["name"] for event in stored["events"]]
    assert [line["what"] for line in found["timeline"]] == [
        name for name in names if name != "rectification.contact_revealed"
    ]
    for verb, step in STEPS.items():
        assert names.count(step.event) == (verb in found["done"])
    if "rectification.ended" in names:
        assert found["state"] is State.CLOSED
    assert (found["due_at"] is None) is (found["state"] not in (State.OPEN, State.CONTACTED))
    assert (found["rating"] is not None) is ("rectification.rated" in names)
    if found["rating"]:
        assert found["escalated"] is Escalated.MANAGEMENT


@pytest.mark.article("17.dispute", "17.rectification")
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


class Meanwhile:
    """Something happens just after it was looked whether a member handled the matter."""

    def __init__(self, house: House, happens: Callable[[], Awaitable[object]]) -> None:
        self.looks, self.happens, self.pending = house.stores.disputes.involved, happens, True

    async def check(self, matter: str, by: Cause) -> None:
        await self.looks.check(matter, by)
        if self.pending:
            self.pending = False
            await self.happens()


@pytest.mark.article("17.dispute", "17.rectification")
@pytest.mark.parametrize(
    "race",
    [
        "two moderate",
        "one moderates, the person follows up",
        "each opinion is moderated",
        "two take a step",
        "one contacts, the person wishes",
        "one reveals, the person wishes",
        "one reveals, it ends",
        "one takes a step, it ends",
        "two decide a dispute",
        "one decides, the person follows up",
    ],
)
async def test_of_two_of_whom_one_comes_between_reading_and_writing(house: House, race: str) -> None:
    before, first, second, allowed = RACES[race]
    case, ended = await case_of(house, before), []

    async def happens() -> None:
        ended.append(await second(case))

    stores: Any = house.stores
    look: Any = Meanwhile(house, happens)
    names = ("moderation", "rectifying", "disputes")
    over = replace(stores, **{name: replace(getattr(stores, name), involved=look) for name in names})
    told = await first(replace(case, house=House(over, house.register)))
    assert (told, *ended) in allowed
    assert told != "done" or race == "one decides, the person follows up"
    await check_whole(case)


@pytest.mark.article("17.rectification")
@pytest.mark.parametrize(
    ("look", "told", "escalated"),
    [
        pytest.param(Case.escalate, OTHERWISE, Escalated.NO, id="contact"),
        pytest.param(Case.escalate_fix, "done", Escalated.SUPERVISOR, id="fix"),
    ],
)
async def test_who_is_talked_to_just_before_the_look_writes(
    house: House, monkeypatch: pytest.MonkeyPatch, look: Verbs, told: str, escalated: Escalated
) -> None:
    """What was done is not taken higher; what is late still is."""
    case = await case_of(house, [])
    store, talked = house.stores.rectifications, list[str]()

    async def contact() -> None:
        talked.append(await case.contact())

    after(monkeypatch, store, "find", contact)
    assert await look(case) == told
    assert talked == ["done"]
    assert (await store.get(case.review["_id"]))["escalated"] is escalated
