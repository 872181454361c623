"""Whom a decision of the blacklist keeps from applying online, and when: a table by hand, against which each
door is held (article 28)."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stdnum.cn import uscc

from models.applications import State
from models.blacklist import Ground, Reference
from models.people import Party
from models.workdays import PANYU
from tests.house.clock import Clock
from tests.house.guides import plain_guide
from tests.house.house import House
from tests.house.listing import Listing
from tests.house.people import new_number

BARRED: Mapping[str, Mapping[str, bool]] = {
    # who is listed → who applies, and for whom → is it barred?
    "a person": {
        "the person": True,
        "the person, for the body": True,
        "a colleague": False,
        "a colleague, for the body": False,
        "the representative, for the body": False,
    },
    "a body": {
        "the person": False,
        "the person, for the body": True,
        "a colleague": False,
        "a colleague, for the body": True,
        "the representative, for the body": True,
    },
}
DELIVERED = "2026-11-30T10:00"
IN_FORCE: Mapping[str, bool] = {
    # of a decision that was delivered then
    "2026-11-29T10:00": False,
    "2026-11-30T09:59": False,
    "2026-11-30T10:00": True,
    "2027-02-28T23:59": True,  # there is no 30 February
    "2027-03-01T00:00": False,
}
LISTED: Sequence[tuple[str, Ground]] = (
    ("a person", Ground.FALSEHOOD),
    ("a person", Ground.MALICE),
    ("a body", Ground.DISORDER),
)
LAST_DAY, UNTIL = "2027-02-28（含当日）以前不能在线申请", "2027-02-28T16:00:00"
"""As people and programs are told it."""
FOR_ALL: dict[str, Any] = {
    "audience": ["person", "enterprise"],
    "materials": [],
    "channels": ["h5", "miniprogram", "kiosk", "window"],
}
EVIDENCE, BEGUN, HANDED_IN = (
    plain_guide(number, name=name, **FOR_ALL)
    for number, name in ((60, "占道备案"), (61, "开工备案"), (62, "竣工备案"))
)
"""What a decision rests on, what is begun at each moment, and what is handed in as soon as may be."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PANYU)


@dataclass(frozen=True)
class Cast:
    """Those who apply, by what the table calls them."""

    parties: Mapping[str, Party]
    person: str
    body: str

    def listed(self, whom: str) -> Party:
        return self.parties["the person" if whom == "a person" else "the person, for the body"]


async def cast_of(house: House) -> Cast:
    number = new_number("19600101")
    boss = await house.applicant("梁志强", number=number)
    person, colleague = await house.applicant("王小明"), await house.applicant("李晓红")
    first = f"91440113MA5{number[-7:-1]}"
    code = first + uscc.calc_check_digit(first)
    body = await house.body(number, name=f"番禺味美第{number[-7:-1]}分公司", number=code)
    for agent in (person, colleague, boss):
        await house.confirmed(agent, body, boss)
    parties = {"the person": person, "a colleague": colleague, "the representative": boss}
    for_body = {f"{name}, for the body": Party(body, who.agent, who.account) for name, who in parties.items()}
    return Cast({**parties, **for_body}, person.id, body["_id"])


async def listing_of(house: House, cast: Cast, whom: str) -> Listing:
    party = cast.listed(whom)
    found = await house.application(party=party, guide=EVIDENCE)
    return Listing(house, party.id, (Reference("application", found["_id"]),))


Begins = Callable[[Party], Awaitable[bool]]
"""Whether a party may begin `BEGUN` through a door just now."""
HandsIn = Callable[[Party, str], Awaitable[bool]]
"""Whether it may hand in this draft of `HANDED_IN`."""


async def wrong_at(
    house: House, clock: Clock, listed: tuple[str, Ground], begins: Begins, hands_in: HandsIn | None = None
) -> list[tuple[str, str, str]]:
    """The cells of the table in which a door says otherwise: the moment, who applies, and what."""
    before = clock.now()
    try:
        return await _wrong_at(house, clock, listed, begins, hands_in)
    finally:
        clock.set(before)


async def _wrong_at(
    house: House, clock: Clock, listed: tuple[str, Ground], begins: Begins, hands_in: HandsIn | None
) -> list[tuple[str, str, str]]:
    (whom, ground), wrong = listed, []
    clock.set(at("2026-11-28T09:00"))
    await house.publish(BEGUN, HANDED_IN)
    cast = await cast_of(house)
    listing = await listing_of(house, cast, whom)
    drafts: dict[str, str] = {}
    for name in BARRED[whom]:
        filled = await house.desk(cast.parties[name]).brought_to(State.DRAFT, HANDED_IN)
        drafts[name] = filled["_id"]
    ban = await listing.confirmed(ground)
    for moment, in_force in IN_FORCE.items():
        clock.set(at(moment))
        if moment == DELIVERED:
            await house.stores.decisions.opened(ban["_id"], cast.listed(whom), house.by())
        for name, barred in BARRED[whom].items():
            party, bars = cast.parties[name], barred and in_force
            if await begins(party) is bars:
                wrong.append((moment, name, "begins"))
            if hands_in and moment >= DELIVERED and name in drafts:
                done = await hands_in(party, drafts[name])
                if done is bars:
                    wrong.append((moment, name, "hands in"))
                if done:  # the draft of the body is one for all who act for it
                    drafts = {n: key for n, key in drafts.items() if key != drafts[name]}
    assert not (hands_in and drafts)
    return wrong
