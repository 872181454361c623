"""A paper goes step by step until it is known to have reached its person; each step is recorded, once."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from models.serving import How, Outcome, Paper, State, Word
from models.serving.rules import ServingMovedOn, ServingNotFound, ServingTimeWrong, WordsRequired
from models.staff import Role, ScopeMissing
from models.store import ChangedMeanwhile
from tests.house.clock import cause_at
from tests.house.guides import OTHER_DEPARTMENT, USCC
from tests.house.house import House
from tests.house.meanwhile import before
from tests.house.served import NOT_TOLD, Served, served
from tests.house.staff import POSTS, Post

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


async def one(house: House, **how: Any) -> Served:
    return await served(house, **how)


async def to(house: House, how: How, **agreed: bool) -> Served:
    """A paper that has come to a step, since nothing was known of any before."""
    paper = await served(house, **agreed)
    ways = {How.PUBLIC_NOTICE: [Word.SENT, Word.RETURNED]}
    while (await paper.get())["step"] is not how:
        if (await paper.get())["step"] is How.LETTER:
            for word in ways[How.PUBLIC_NOTICE]:
                await paper.record(word, words="EMS 1234")
        else:
            await paper.go_on()
    return paper


def taken(found: Any) -> list[tuple[str, str]]:
    return [(step["how"], step["outcome"]) for step in found["steps"]]


async def test_every_step_is_taken_and_recorded_until_a_notice_delivers(house: House) -> None:
    paper = await to(house, How.PUBLIC_NOTICE)
    found = await paper.record(Word.PUBLISHED, words="在公告栏发布")
    assert (found["state"], found["delivered"]) == (State.UNDERWAY, None)
    assert found["published_at"] == found["changed_at"]
    found = await paper.go_on()
    assert found["delivered"]
    assert (found["state"], found["delivered"]["how"]) == (State.DELIVERED, How.PUBLIC_NOTICE)
    assert found["delivered"]["at"] - found["published_at"] >= 29 * DAY
    assert taken(found) == [
        ("wechat", "no_word"),
        ("sms", "no_word"),
        ("own_page", "no_word"),
        ("call", "no_word"),
        ("letter", "not_reached"),
        ("public_notice", "reached"),
    ]
    names = [
        event["name"]
        for event in (await house.stores.servings.documents.find_one({"_id": paper.key}))["events"]
    ]
    assert names.count("serving.step_taken") == 5
    assert names.count("serving.delivered") == 1


async def test_sent_is_not_delivered(house: House) -> None:
    paper = await to(house, How.LETTER)
    assert (await paper.get())["next_at"] is None
    found = await paper.record(Word.SENT, words="EMS 1234")
    assert (found["state"], found["delivered"]) == (State.UNDERWAY, None)
    found = await paper.record(Word.SIGNED, words="本人签收")
    assert found["delivered"]
    assert found["delivered"]["how"] is How.LETTER


@pytest.mark.parametrize("how", [How.WECHAT, How.SMS])
@pytest.mark.parametrize("agreed", [True, False])
async def test_a_report_delivers_who_agreed(house: House, how: How, agreed: bool) -> None:
    paper = await to(house, how, agreed=agreed)
    servings, found = house.stores.servings, await paper.get()
    at = found["changed_at"] + MINUTE
    report = (NOT_TOLD, how, "", at, at, cause_at(at))
    assert await servings.reported(*report)
    found = await paper.get()
    assert taken(found)[-1] == (how, Outcome.REACHED)
    assert (found["delivered"] is not None) is agreed
    assert not await servings.reported(*report)
    assert (await paper.get())["version"] == found["version"]
    if not agreed:
        assert (await paper.go_on())["step"] is not how


async def test_a_report_that_comes_late_delivers_all_the_same(house: House) -> None:
    paper = await to(house, How.CALL)
    sent, at = paper.application["changed_at"] + MINUTE, (await paper.get())["changed_at"] + MINUTE
    assert not await house.stores.servings.reported(NOT_TOLD, How.SMS, "MK:0001", sent, None, cause_at(at))
    assert await house.stores.servings.reported(NOT_TOLD, How.SMS, "", sent, at, cause_at(at))
    found = await paper.get()
    assert found["delivered"]
    assert (found["delivered"]["how"], found["delivered"]["at"]) == (How.SMS, at)


async def test_a_message_that_did_not_arrive_leads_on_at_once(house: House) -> None:
    paper = await one(house)
    at = (await paper.get())["changed_at"] + MINUTE
    servings = house.stores.servings
    assert await servings.reported(NOT_TOLD, How.WECHAT, "failed:user block", at, None, cause_at(at))
    found = await paper.get()
    assert taken(found) == [("wechat", "not_reached"), ("sms", "waiting")]
    assert found["steps"][0]["code"] == "failed:user block"


async def test_what_is_taken_back_on_the_way_delivers_nothing(house: House) -> None:
    paper = await one(house)
    found = await paper.get()
    at = found["changed_at"] + MINUTE
    await house.stores.electronic_service.revoke(paper.party.id, cause_at(at))
    assert await house.stores.servings.reported(
        NOT_TOLD, How.WECHAT, "", found["changed_at"], at, cause_at(at)
    )
    assert (await paper.get())["delivered"] is None


@pytest.mark.parametrize("how", list(How))
async def test_opening_the_own_page_delivers_whatever_the_step(house: House, how: How) -> None:
    paper = await to(house, how, agreed=False)
    by = cause_at((await paper.get())["changed_at"] + MINUTE, f"applicant:{paper.party.id}")
    await house.stores.servings.opened(Paper.NON_ACCEPTANCE, paper.application["_id"], by)
    found = await paper.get()
    assert found["delivered"] == {"how": How.OWN_PAGE, "at": by.at, "noted_at": by.at, "by": by.actor}
    await house.stores.servings.opened(
        Paper.NON_ACCEPTANCE, paper.application["_id"], replace(by, at=by.at + DAY)
    )
    assert (await paper.get())["delivered"] == found["delivered"]


async def test_three_calls_that_nobody_answers_are_enough(house: House) -> None:
    paper = await to(house, How.CALL)
    for _ in range(2):
        assert (await paper.record(Word.NO_ANSWER, words="无人接听"))["step"] is How.CALL
    found = await paper.record(Word.NO_ANSWER, words="无人接听")
    assert found["step"] is How.LETTER
    assert [note["words"] for note in found["steps"][3]["notes"]] == ["无人接听"] * 3


async def test_a_call_delivers_with_its_date_and_its_clerk(house: House) -> None:
    paper = await to(house, How.CALL, agreed=False)
    found = await paper.record(Word.READ_OUT, words="本人接听，已告知内容和救济途径")
    assert found["delivered"]
    assert (found["delivered"]["how"], found["delivered"]["by"]) == (How.CALL, "staff:approver")
    assert found["steps"][3]["notes"][0]["words"] == "本人接听，已告知内容和救济途径"
    stored = await house.stores.servings.documents.find_one({"_id": paper.key})
    assert "sealed" in stored["steps"][3]["notes"][0]["words"]


@pytest.mark.parametrize(
    ("how", "word"),
    [
        (How.WECHAT, Word.READ_OUT),
        (How.CALL, Word.SIGNED),
        (How.CALL, Word.PUBLISHED),
        (How.LETTER, Word.SIGNED),  # before it was sent
        (How.LETTER, Word.RETURNED),
        (How.PUBLIC_NOTICE, Word.SENT),
    ],
)
async def test_a_word_fits_its_step_alone(house: House, how: How, word: Word) -> None:
    paper = await to(house, how)
    with pytest.raises(ServingMovedOn):
        await paper.record(word)


async def test_a_letter_is_sent_and_a_notice_published_once(house: House) -> None:
    for how, word in ((How.LETTER, Word.SENT), (How.PUBLIC_NOTICE, Word.PUBLISHED)):
        paper = await to(house, how)
        await paper.record(word)
        with pytest.raises(ServingMovedOn):
            await paper.record(word)


async def test_what_is_noted_has_words_and_a_time_that_can_be(house: House) -> None:
    paper = await to(house, How.CALL)
    with pytest.raises(WordsRequired):
        await paper.record(Word.NO_ANSWER, words=" \u200b")
    member, found = await house.member("approver"), await paper.get()
    now = found["changed_at"] + DAY
    for at in (found["changed_at"] - DAY, now + MINUTE):
        with pytest.raises(ServingTimeWrong):
            await house.stores.servings.record(
                paper.key, member, Word.NO_ANSWER, at, "无人接听", found["version"], cause_at(now)
            )


async def test_another_department_and_another_role_serve_nothing(house: House) -> None:
    paper = await to(house, How.CALL)
    other = await house.member("other", replace(POSTS["approver"], department=OTHER_DEPARTMENT.code))
    for refusal, member in ((ServingNotFound, other), (ScopeMissing, await house.member("centre"))):
        with pytest.raises(refusal):
            await house.stores.servings.reveal(paper.key, member, house.by_staff())
    for member in (await house.member("centre"), await house.member("chief", Post((Role.SUPERVISOR,), USCC))):
        with pytest.raises(ScopeMissing):
            await house.stores.servings.count(member, [How.CALL])
        with pytest.raises(ScopeMissing):
            await house.stores.servings.page(member, [How.CALL], 30)
    name, phone = await house.stores.servings.reveal(
        paper.key, await house.member("window"), house.by_staff()
    )
    assert (name, phone) == (
        house.stores.applicants.name(paper.party.applicant),
        house.stores.applicants.phone(paper.party.applicant),
    )
    stored = await house.stores.servings.documents.find_one({"_id": paper.key})
    assert [event["name"] for event in stored["events"]].count("serving.revealed") == 1


async def test_of_all_that_come_at_once_one_delivers(house: House) -> None:
    paper = await to(house, How.CALL)
    found, member = await paper.get(), await house.member("approver")
    servings, at = house.stores.servings, found["changed_at"] + MINUTE
    by = cause_at(at, "staff:approver")

    async def called() -> None:
        await servings.record(paper.key, member, Word.READ_OUT, at, "本人接听", found["version"], by)

    came = await asyncio.gather(
        *(called() for _ in range(3)),
        *(servings.opened(Paper.NON_ACCEPTANCE, paper.application["_id"], by) for _ in range(3)),
        *(servings.reported(NOT_TOLD, How.SMS, "", at, at, by) for _ in range(3)),
        *(servings.go_on(paper.due(found["next_at"] or at), "", by) for _ in range(3)),
        return_exceptions=True,
    )
    assert {type(each) for each in came if isinstance(each, Exception)} <= {ServingMovedOn, ChangedMeanwhile}
    stored = await servings.documents.find_one({"_id": paper.key})
    names = [event["name"] for event in stored["events"]]
    assert names.count("serving.delivered") == 1
    assert names.count("serving.step_taken") <= 4


async def test_a_plan_of_before_changes_nothing(house: House) -> None:
    paper = await one(house)
    first = (await paper.get())["next_at"]
    assert first
    await paper.go_on()
    found = await paper.get()
    assert not await house.stores.servings.go_on(paper.due(first), "", cause_at(first))
    assert await paper.get() == found


async def test_a_step_that_a_clerk_notes_meanwhile_is_over_all_the_same(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call that nobody answered is noted while the time for calls ends: it is looked at again."""
    paper = await to(house, How.CALL)
    found, servings = await paper.get(), house.stores.servings
    assert found["next_at"]
    due, by = paper.due(found["next_at"]), cause_at(found["next_at"])
    before(monkeypatch, servings, "change", lambda: paper.record(Word.NO_ANSWER))
    with pytest.raises(ChangedMeanwhile):
        await servings.go_on(due, "", by)
    assert await servings.go_on(due, "", by)
    assert (await paper.get())["step"] is How.LETTER
