"""Both sides of the counter: a party applies, members of staff decide, and each step reads what there is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from models.applications import (
    CLOCKED,
    Application,
    How,
    OwnCase,
    Place,
    Sought,
    StaffCase,
    State,
    lacking,
    offered,
)
from models.events import Channel
from models.guides import Guide
from models.materials.store import KeptFile
from models.people import Party
from models.staff import Member
from models.stores import Stores
from tests.house.guides import form_guide
from tests.house.staff import USUALLY

if TYPE_CHECKING:
    from tests.house.house import House

ADDRESS = "陈建国 13900010001 沙湾街道紫坭村1号"
ANSWERS = {"name": "陈建国", "kind": "new", "account": "6222 0000 1111", "ways": ["a", "b"]}
"""To the questions of `form_guide`."""
ALL_ANSWERS = ANSWERS | {
    "address": "番禺区市桥街繁华路1号",
    "housing": "own",
    "phone": "13800138000",
}
"""To the questions of all guides of the tests."""
Named = str | Member
"""A user name of `POSTS`, or a member as the store has them."""
REASON, BASIS = "不符合条件", "办法第二条"


def answers_to(guide: Guide) -> dict[str, Any]:
    asked = {question.name for question in guide.form.questions()}
    return {name: answer for name, answer in ALL_ANSWERS.items() if name in asked}


def place_of(guide: Guide, how: How) -> Place:
    """A way of receiving the result, with all that it needs."""
    return Place(how, hall=guide.places[0], address=ADDRESS)


@dataclass(frozen=True)
class StaffDesk:
    """Members of staff at work; where a test does not say who, it is the `approver`."""

    house: "House"

    @property
    def stores(self) -> Stores:
        return self.house.stores

    async def get(self, key: str) -> Application:
        return await self.stores.applications.get(key)

    async def known(self, member: Named) -> Member:
        return await self.house.member(member) if isinstance(member, str) else member

    async def at(self, key: str, member: Named) -> StaffCase:
        """The case before a member who may read it."""
        return await self.stores.handling.case(key, await self.known(member))

    async def unlike_binding(self, key: str, member: Named = USUALLY) -> list[str]:
        """Labels of the answers of which staff are warned."""
        found = await self.stores.handling.unlike_binding(await self.at(key, member))
        return [question.label for question in found]

    async def accept(self, key: str, member: Named = USUALLY) -> Application:
        case = await self.at(key, member)
        return (await self.stores.handling.accept(case, self.house.by_staff())).application

    async def request_supplement(
        self, key: str, materials: list[str], fields: list[str], reason: str, member: Named = USUALLY
    ) -> Application:
        case, by = await self.at(key, member), self.house.by_staff()
        asked = await self.stores.handling.request_supplement(case, materials, fields, reason, by)
        return asked.application

    async def not_accept(self, key: str, reason: str, basis: str, member: Named = USUALLY) -> Application:
        case, by = await self.at(key, member), self.house.by_staff()
        return (await self.stores.handling.not_accept(case, reason, basis, by)).application

    async def return_(self, key: str, reason: str, member: Named = USUALLY) -> Application:
        case = await self.at(key, member)
        return (await self.stores.handling.return_(case, reason, self.house.by_staff())).application

    async def receive(self, key: str, member: Named = USUALLY) -> Application:
        """The form that was generated, on paper."""
        case = await self.at(key, member)
        return (await self.stores.handling.receive(case, "", self.house.by_staff())).application

    async def pause(self, key: str, procedure: str = "hearing", reason: str = "请于周五参加") -> Application:
        case = await self.at(key, USUALLY)
        return (await self.stores.handling.pause(case, procedure, reason, self.house.by_staff())).application

    async def resume(self, key: str) -> Application:
        case = await self.at(key, USUALLY)
        return (await self.stores.handling.resume(case, "", self.house.by_staff())).application

    async def take(self, key: str, member: Named = USUALLY) -> Application:
        case, by = await self.at(key, member), self.house.by_staff()
        return (await self.stores.holding.take(case, by)).application

    async def note(self, key: str, words: str, member: Named = USUALLY) -> Application:
        """What the applicant must not see."""
        case, by = await self.at(key, member), self.house.by_staff()
        return (await self.stores.holding.note(case, words, by)).application

    async def nudge(self, key: str, words: str, member: Named = "management") -> Application:
        """What the applicant must not see either."""
        case = await self.at(key, member)
        by = self.house.by_staff(case.member["_id"])
        return (await self.stores.nudges.nudge(case, words, by)).application

    async def queue(
        self,
        member: Named,
        states: Sequence[str] = CLOCKED,
        limit: int = 50,
        after: str = "",
        **asked: Any,
    ) -> tuple[list[Application], str]:
        """A page of what is asked for as `Sought` has it, and `after` of the next one."""
        known, sought = await self.known(member), Sought(tuple(states), **asked)
        now = self.stores.clock()
        page = await self.stores.queue.page(known, sought, now, limit, after=after)
        return page.rows, page.next

    async def result(self, key: str, content: bytes | None = None) -> KeptFile:
        """The result's file, as staff hand it in."""
        owner, by = (await self.get(key))["applicant"], self.house.by_staff()
        return await self.house.file(owner, key, "result", "凭证", content, by)

    async def conclude(
        self,
        key: str,
        decision: str,
        reason: str,
        deliverable: KeptFile | None,
        member: Named = USUALLY,
    ) -> Application:
        case, by = await self.at(key, member), self.house.by_staff()
        return (await self.stores.handling.conclude(case, decision, reason, deliverable, by)).application

    async def approve(self, key: str, member: Named = USUALLY) -> Application:
        """Conclude with a result."""
        return await self.conclude(key, "approved", "", await self.result(key), member)


@dataclass(frozen=True)
class Desk(StaffDesk):
    """The same with a party who applies."""

    party: Party

    def of(self, party: Party) -> Self:
        return replace(self, party=party)

    async def own(self, key: str) -> OwnCase:
        return await self.stores.filing.case(key, self.party)

    async def brought_to(self, state: State, of: Guide) -> Application:
        """An application in a state, by the shortest way that leads there."""
        return await self.taken_to(state, await self.filled(of))

    async def taken_to(self, state: State, draft: Application) -> Application:
        """A complete draft, taken to a state by the shortest way."""
        if state is State.DRAFT:
            return draft
        before, step = WAYS[state]
        await step(self, await self.taken_to(before, draft))
        return await self.get(draft["_id"])

    async def begun(self, of: Guide | None = None, channel: Channel = Channel.H5) -> Application:
        of = of or form_guide()
        await self.house.publish(of)
        case = await self.stores.filing.start(self.party, of.item, self.house.by(channel=channel))
        return case.application

    async def save(self, seen: Application, answers: Mapping[str, Any] | None = None) -> Application:
        case = await self.own(seen["_id"])
        given = answers_to(case.guide) if answers is None else answers
        kept = await self.stores.filing.save(case, given, seen["version"], self.house.by())
        return kept.application

    async def filled(self, of: Guide | None = None) -> Application:
        """With its answers, and with the files that are required."""
        draft = await self.save(await self.begun(of))
        case = await self.own(draft["_id"])
        for material in lacking(case.guide, draft):
            await self.attach(draft["_id"], material.code)
        return await self.get(draft["_id"])

    async def hand_in(
        self, seen: Application, place: Place | None = None, *, promised: bool = True
    ) -> Application:
        """The result is received as the guide offers first, unless a test says how."""
        case, by = await self.own(seen["_id"]), self.house.by()
        place = place or place_of(case.guide, offered(case.guide)[0])
        done = await self.stores.filing.submit(case, seen["version"], place, by, promised=promised)
        return done.application

    async def submitted(self, of: Guide | None = None) -> Application:
        return await self.hand_in(await self.filled(of))

    async def submitted_bare(self, of: Guide) -> Application:
        """Handed in with its answers and no file."""
        return await self.hand_in(await self.save(await self.begun(of)))

    async def file(self, key: str, code: str = "id_card") -> KeptFile:
        """A file of the party's that is kept for a material."""
        return await self.house.file(self.party.id, key, code)

    async def attach(self, key: str, code: str, material: KeptFile | None = None) -> str | None:
        material = material or await self.file(key, code)
        return await self.stores.papers.attach(await self.own(key), code, material, self.house.by())

    async def detach(self, key: str, code: str) -> str | None:
        return await self.stores.papers.detach(await self.own(key), code, self.house.by())

    async def supplement(self, key: str, given: Mapping[str, Any], version: int | None = None) -> Application:
        """Answer what was asked for, having seen what there is."""
        case = await self.own(key)
        seen = case.application["version"] if version is None else version
        done = await self.stores.filing.supplement(case, given, seen, self.house.by())
        return done.application

    async def withdraw(self, key: str) -> Application:
        case = await self.own(key)
        return (await self.stores.filing.withdraw(case, self.house.by())).application

    async def present(self, seen: Application) -> Mapping[str, Any]:
        return self.stores.filing.present_answers(await self.own(seen["_id"]))

    async def discard(self, key: str) -> None:
        await self.stores.papers.discard(key, self.party, self.house.by())


WAYS: Mapping[State, tuple[State, Callable[[Desk, Application], Awaitable[object]]]] = {
    State.DISCARDED: (State.DRAFT, lambda desk, found: desk.discard(found["_id"])),
    State.GENERATED: (State.DRAFT, lambda desk, found: desk.hand_in(found)),
    State.SUBMITTED: (State.DRAFT, lambda desk, found: desk.hand_in(found)),
    State.SUPPLEMENT_REQUESTED: (
        State.SUBMITTED,
        lambda desk, found: desk.request_supplement(
            found["_id"], [paper["code"] for paper in found["materials"]], [], REASON
        ),
    ),
    State.NOT_ACCEPTED: (State.SUBMITTED, lambda desk, found: desk.not_accept(found["_id"], REASON, BASIS)),
    State.WITHDRAWN: (State.SUBMITTED, lambda desk, found: desk.withdraw(found["_id"])),
    State.ACCEPTED: (State.SUBMITTED, lambda desk, found: desk.accept(found["_id"])),
    State.PAUSED: (State.ACCEPTED, lambda desk, found: desk.pause(found["_id"])),
    State.RETURNED: (State.ACCEPTED, lambda desk, found: desk.return_(found["_id"], REASON)),
    State.CONCLUDED: (State.ACCEPTED, lambda desk, found: desk.approve(found["_id"])),
}
"""From which state each is reached, and by what; a form is generated where the guide says so."""
