"""Electronic service: agreed to at a moment, through a door, to known words; revocable; barring nothing."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from models.events import Channel
from models.own_data import own_data
from models.people import CURRENT_WORDING, agreed_at, agreed_now
from models.people.electronic import WORDINGS, Wording
from tests.house.clock import cause_at
from tests.house.house import House

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def test_what_was_said_is_kept_with_its_words_moment_and_door(house: House) -> None:
    party, service = await house.applicant(), house.stores.electronic_service
    assert not agreed_now(party.applicant)
    actor = f"applicant:{party.id}"
    await service.agree(party.id, CURRENT_WORDING, cause_at(NOON, actor, Channel.MINIPROGRAM))
    person = await service.revoke(party.id, cause_at(NOON + HOUR, actor, Channel.H5))
    said = [(one["agreed"], one["at"], one["channel"]) for one in service.export(person)]
    assert said == [(False, NOON + HOUR, Channel.H5), (True, NOON, Channel.MINIPROGRAM)]
    assert {one["wording"] for one in service.export(person)} == {CURRENT_WORDING}
    told = await own_data(house.stores, person, house.stores.clock())
    assert [one["agreed"] for one in told["electronic_service"]] == [False, True]


@pytest.mark.parametrize(
    ("hours", "agreed"), [(-1.0, False), (0.0, True), (0.5, True), (1.0, False), (9.0, False)]
)
async def test_it_holds_from_the_agreement_until_it_is_taken_back(
    house: House, hours: float, agreed: bool
) -> None:
    party, service = await house.applicant(), house.stores.electronic_service
    await service.agree(party.id, CURRENT_WORDING, cause_at(NOON))
    person = await service.revoke(party.id, cause_at(NOON + HOUR))
    assert agreed_at(person, NOON + hours * HOUR) is agreed


async def test_saying_the_same_again_changes_nothing(house: House) -> None:
    party, service = await house.applicant(), house.stores.electronic_service
    assert service.export(await service.revoke(party.id, house.by())) == []
    await asyncio.gather(*(service.agree(party.id, CURRENT_WORDING, house.by()) for _ in range(5)))
    person = await house.stores.applicants.get(party.id)
    assert len(service.export(person)) == 1
    await asyncio.gather(*(service.revoke(party.id, house.by()) for _ in range(5)))
    person = await house.stores.applicants.get(party.id)
    assert [one["agreed"] for one in service.export(person)] == [False, True]


def test_every_wording_has_its_words() -> None:
    assert set(WORDINGS) == set(Wording)
    assert CURRENT_WORDING is list(Wording)[-1]
