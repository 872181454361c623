"""Applications (articles 10 to 16), in MongoDB with both drivers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymongo.errors import DuplicateKeyError

from models.applications import (
    TRANSITIONS,
    Action,
    Applications,
    Place,
    State,
    current_files,
    files_of,
    may,
    next_state,
)
from models.errors import BadInput, Conflict, DomainError, Forbidden, InvalidForm, NotFound, Refused
from models.events import Cause, Channel, Event
from models.items import Guide
from models.parties import Party
from models.privacy import Privacy
from models.staff import Role
from models.store import Database, Document
from models.workdays import Workdays
from tests.conftest import Clock
from tests.models.test_appointments import guide as plain_guide

MakeCause = Callable[..., Cause]
CALENDAR = Workdays()
ONLINE = Place(how="electronic")
OFFICE: Document = {"_id": "11440113007512345A", "name": "民政局"}
APPROVER: Document = {"_id": "su", "roles": [Role.APPROVER.value], "department": OFFICE["_id"]}
WINDOW: Document = {"_id": "chen", "roles": [Role.WINDOW.value], "department": None}
SUPERVISOR: Document = {"_id": "huang", "roles": [Role.SERVICE_MANAGEMENT.value], "department": None}
STRANGER: Document = {"_id": "x", "roles": [Role.APPROVER.value], "department": "another"}
ANSWERS = {"name": "陈建国", "kind": "new", "account": "6222 0000 1111", "ways": ["a", "b"]}
PDF: Document = {"_id": "f" * 32, "name": "敬老卡.pdf", "media_type": "application/pdf"}


def guide(**changes: Any) -> Guide:
    questions = [
        {"name": "name", "label": "姓名", "kind": "text", "prefill": "name"},
        {
            "name": "kind",
            "label": "类型",
            "kind": "choice",
            "options": [{"value": "new", "label": "首次"}, {"value": "lost", "label": "补领"}],
        },
        {"name": "lost_on", "label": "遗失日期", "kind": "date"}
        | {"when": {"question": "kind", "values": ["lost"]}},
        {"name": "account", "label": "账号", "kind": "text", "sensitive": True},
        {
            "name": "ways",
            "label": "方式",
            "kind": "choices",
            "sensitive": True,
            "options": [{"value": value, "label": value} for value in "abc"],
        },
    ]
    form = {"sections": [{"title": "-", "questions": questions}]}
    return plain_guide(**{"form": form, "deliverable": "敬老卡", **changes})


@pytest.fixture
def party(privacy: Privacy) -> Party:
    person = {
        "_id": "p1",
        "kind": "person",
        "masked_name": "陈**",
        "name": privacy.seal("陈建国", "applicant:p1:name"),
        "credential": {"masked": "4401**********0036"},
    }
    return Party(person, person, "a1")


@pytest.fixture
async def applications(any_database: Database, privacy: Privacy) -> AsyncIterator[Applications]:
    store = Applications(any_database, privacy)
    await store.prepare()
    yield store
    await store.documents.delete_many({})


async def filled(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    of = of or guide()
    draft = await begun(applications, party, cause, of)
    await applications.save(draft["_id"], party, of, ANSWERS, cause())
    await applications.attach(draft["_id"], party, of, "id_card", file(draft, party), cause())
    return await applications.get(draft["_id"])


async def begun(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    return await applications.start(party, of or guide(), OFFICE, cause(channel=Channel.WECHAT))


def file(draft: Document, party: Party, key: str = "0" * 32) -> Document:
    return {"_id": key, "applicant": party.id, "application": draft["_id"], "name": "id.jpg"}


async def submitted(
    applications: Applications, party: Party, cause: MakeCause, of: Guide | None = None
) -> Document:
    draft = await filled(applications, party, cause, of)
    return await applications.submit(draft["_id"], party, of or guide(), CALENDAR, cause(), ONLINE)


async def test_a_draft_is_prefilled_and_one_for_each_guide(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    drafts = await asyncio.gather(*(begun(applications, party, cause) for _ in range(10)))
    assert len({draft["_id"] for draft in drafts}) == 1
    assert applications.answers(drafts[0]) == {"name": "陈建国"}


async def test_sensitive_answers_are_sealed_and_come_back_as_they_were(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    assert "6222" not in str(draft["answers"])
    assert "陈建国" not in str(draft["answers"])
    assert applications.answers(draft) == ANSWERS


@pytest.mark.article(11)
async def test_a_receipt_has_all_that_article_11_asks_for(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    receipt = applications.receipt(found, "https://example.org")
    assert receipt.serial.startswith("20261124")
    assert (receipt.applicant, receipt.credential) == ("陈**", "4401**********0036")
    assert (receipt.item, receipt.department) == ("老年人优待证申领", "民政局")
    assert receipt.materials == [("身份证", "submitted"), ("照片", "missing")]
    assert (receipt.handling, receipt.place) == ("fully_online", "网上办理，无需到场")
    # five working days after Tuesday 24 November
    assert receipt.deadline == datetime(2026, 12, 1, 15, 59, 59, tzinfo=UTC)
    assert receipt.verify_url == f"https://example.org/verify/{receipt.serial}"


async def test_a_postal_address_is_sealed_but_on_the_receipt(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    place = Place(how="courier", address="陈建国 13900010001 沙湾街道紫坭村1号")
    found = await applications.submit(draft["_id"], party, guide(), CALENDAR, cause(), place)
    assert "紫坭村" not in str(found)
    assert "紫坭村" in applications.receipt(found, "").place


@pytest.mark.article(11)
async def test_twenty_submissions_at_once_give_one_serial_number(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    results = await asyncio.gather(
        *(applications.submit(draft["_id"], party, guide(), CALENDAR, cause(), ONLINE) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(result, dict) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 19
    stored = await applications.get(draft["_id"])
    assert [e["name"] for e in stored["events"]].count("application.submitted") == 1


@pytest.mark.article(12)
async def test_nothing_incomplete_is_handed_in(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await begun(applications, party, cause)
    with pytest.raises(InvalidForm) as wrong:
        await applications.submit(draft["_id"], party, guide(), CALENDAR, cause(), ONLINE)
    assert set(wrong.value.fields) == {"kind", "account", "ways"}
    await applications.save(draft["_id"], party, guide(), ANSWERS, cause())
    with pytest.raises(Refused) as lacking:
        await applications.submit(draft["_id"], party, guide(), CALENDAR, cause(), ONLINE)
    assert lacking.value.code == "materials_missing"
    assert (await applications.get(draft["_id"]))["serial"] is None


@pytest.mark.article(4)
async def test_trust_first_takes_materials_later_but_does_not_conclude_without(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    trusting = guide(trust_first=True)
    draft = await begun(applications, party, cause, trusting)
    await applications.save(draft["_id"], party, trusting, ANSWERS, cause())
    found = await applications.submit(draft["_id"], party, trusting, CALENDAR, cause(), ONLINE)
    assert found["materials"][0]["state"] == "to_follow"
    await applications.accept(found["_id"], APPROVER, trusting, CALENDAR, cause())
    with pytest.raises(Refused) as refused:
        await applications.conclude(found["_id"], APPROVER, trusting, "approved", "", PDF, cause())
    assert refused.value.code == "materials_to_follow"


@pytest.mark.article(4)
async def test_what_was_to_follow_is_handed_in_after_acceptance_and_then_it_concludes(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    trusting = guide(trust_first=True)
    draft = await begun(applications, party, cause, trusting)
    await applications.save(draft["_id"], party, trusting, ANSWERS, cause())
    found = await applications.submit(draft["_id"], party, trusting, CALENDAR, cause(), ONLINE)
    with pytest.raises(Conflict):  # the optional one was not promised
        await applications.attach(found["_id"], party, trusting, "photo", file(draft, party), cause())
    await applications.accept(found["_id"], APPROVER, trusting, CALENDAR, cause())
    await applications.attach(found["_id"], party, trusting, "id_card", file(draft, party), cause())
    handed_in = await applications.get(found["_id"])
    assert handed_in["materials"][0]["state"] == "submitted"
    assert handed_in["timeline"][-1]["what"] == "application.material_followed"
    for again in (
        applications.attach(found["_id"], party, trusting, "id_card", file(draft, party), cause()),
        applications.detach(found["_id"], party, "id_card", cause()),
    ):
        with pytest.raises(Conflict):
            await again
    concluded = await applications.conclude(found["_id"], APPROVER, trusting, "approved", "", PDF, cause())
    assert concluded["state"] == State.CONCLUDED


@pytest.mark.article(14)
async def test_paper_is_named_as_such_and_a_supplement_of_it_needs_no_file(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    original = {"code": "original", "name": "原件", "kinds": ["paper"]}
    of = guide(materials=[original])
    draft = await begun(applications, party, cause, of)
    await applications.save(draft["_id"], party, of, ANSWERS, cause())
    found = await applications.submit(draft["_id"], party, of, CALENDAR, cause(), ONLINE)
    assert [m["state"] for m in found["materials"]] == ["paper"]
    await applications.request_supplement(found["_id"], APPROVER, of, ["original"], [], "请交原件", cause())
    answered = await applications.supplement(found["_id"], party, of, {}, CALENDAR, cause())
    assert answered["state"] == State.SUBMITTED


@pytest.mark.article(14)
async def test_only_materials_of_the_guide_are_taken(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await begun(applications, party, cause)
    with pytest.raises(Refused) as beyond:
        await applications.attach(draft["_id"], party, guide(), "diary", file(draft, party), cause())
    assert beyond.value.code == "beyond_guide"
    other = {**file(draft, party), "applicant": "p2"}
    with pytest.raises(Refused) as not_theirs:
        await applications.attach(draft["_id"], party, guide(), "id_card", other, cause())
    assert not_theirs.value.code == "material_not_yours"


@pytest.mark.article(14)
@pytest.mark.parametrize(("materials", "fields"), [(["diary"], []), ([], ["income"]), (["id_card", "x"], [])])
async def test_nobody_is_asked_for_more_than_the_guide(
    applications: Applications,
    party: Party,
    cause: MakeCause,
    materials: list[str],
    fields: list[str],
) -> None:
    found = await submitted(applications, party, cause)
    with pytest.raises(Refused) as refused:
        await applications.request_supplement(
            found["_id"], APPROVER, guide(), materials, fields, "请补", cause()
        )
    assert refused.value.code == "beyond_guide"
    assert (await applications.get(found["_id"]))["state"] == State.SUBMITTED


@pytest.mark.article(12)
async def test_a_supplement_is_asked_once_answered_whole_and_restarts_the_clock(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    await applications.request_supplement(
        key, APPROVER, guide(), ["id_card"], ["kind"], "身份证不清楚", cause()
    )
    given: dict[str, Any] = {"kind": "lost", "lost_on": "2026-11-01"}
    with pytest.raises(Refused):  # the same file as before
        await applications.supplement(key, party, guide(), given, CALENDAR, cause())
    new = file(found, party, "1" * 32)
    await applications.attach(key, party, guide(), "id_card", new, cause())
    with pytest.raises(Refused):  # was not asked for
        await applications.attach(key, party, guide(), "photo", new, cause())
    clock.advance(timedelta(days=1))
    again = await applications.supplement(key, party, guide(), {"kind": "new"}, CALENDAR, cause())
    assert again["state"] == State.SUBMITTED
    assert again["deadlines"]["acceptance"] == datetime(2026, 12, 2, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(Refused) as twice:
        await applications.request_supplement(key, APPROVER, guide(), ["photo"], [], "再补", cause())
    assert twice.value.code == "supplement_asked_once"
    with pytest.raises(Refused) as unreasoned:
        await applications.request_supplement(key, SUPERVISOR, guide(), ["photo"], [], " ", cause())
    assert unreasoned.value.code == "reason_required"
    again = await applications.request_supplement(
        key, SUPERVISOR, guide(), ["photo"], [], "照片须更换", cause()
    )
    assert (again["state"], len(again["supplements"])) == (State.SUPPLEMENT_REQUESTED, 2)


BOTH: Document = {**APPROVER, "roles": [Role.WINDOW.value, Role.APPROVER.value]}
ALL_DEPARTMENTS: Document = {**APPROVER, "department": None}
FIRST = {Action.ACCEPT, Action.REQUEST_SUPPLEMENT, Action.NOT_ACCEPT}
DECISION = {Action.RETURN, Action.CONCLUDE}


@pytest.mark.article(5, 12)
@pytest.mark.parametrize(
    ("member", "department", "submitted", "again", "accepted"),
    [
        (APPROVER, "own", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (APPROVER, "other", set(), set(), set()),
        (ALL_DEPARTMENTS, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (WINDOW, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, set()),
        (BOTH, "own", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, DECISION),
        (BOTH, "other", FIRST, {Action.ACCEPT, Action.NOT_ACCEPT}, set()),
        (SUPERVISOR, "other", set(), {Action.REQUEST_SUPPLEMENT}, set()),
    ],
)
def test_what_a_member_may_do_now(
    member: Document,
    department: str,
    submitted: set[Action],
    again: set[Action],
    accepted: set[Action],
) -> None:
    def allowed(state: State, supplements: list[Document]) -> set[Action]:
        of = OFFICE["_id"] if department == "own" else "yet another"
        application = {"state": state.value, "department": of, "supplements": supplements}
        return {action for action in Action if may(member, application, action)}

    assert allowed(State.SUBMITTED, []) == submitted
    assert allowed(State.SUBMITTED, [{"materials": []}]) == again
    assert allowed(State.ACCEPTED, [{"materials": []}]) == accepted
    assert allowed(State.CONCLUDED, []) == set()


@pytest.mark.article(5)
async def test_the_windows_wide_view_decides_nothing(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    both = {**BOTH, "department": "another"}
    await applications.accept(found["_id"], both, guide(), CALENDAR, cause())
    with pytest.raises(Forbidden) as other:
        await applications.conclude(found["_id"], both, guide(), "approved", "", PDF, cause())
    assert other.value.code == "other_department"
    await applications.conclude(found["_id"], BOTH, guide(), "approved", "", PDF, cause())


@pytest.mark.article(12)
async def test_a_supplement_is_not_answered_by_saying_nothing(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    asked = ["kind", "lost_on", "account"]
    await applications.request_supplement(key, APPROVER, guide(), [], asked, "请核对", cause())
    with pytest.raises(InvalidForm) as silent:
        await applications.supplement(key, party, guide(), {"name": "别人"}, CALENDAR, cause())
    assert set(silent.value.fields) == {"kind", "account"}  # the date is asked for only where it was lost
    lost = {"kind": "lost", "account": ANSWERS["account"]}
    with pytest.raises(InvalidForm) as half:
        await applications.supplement(key, party, guide(), lost, CALENDAR, cause())
    assert set(half.value.fields) == {"lost_on"}
    assert (await applications.get(key))["state"] == State.SUPPLEMENT_REQUESTED
    same = {name: ANSWERS[name] for name in ("kind", "account")}
    answered = await applications.supplement(key, party, guide(), same, CALENDAR, cause())
    assert (answered["state"], applications.answers(answered)) == (State.SUBMITTED, ANSWERS)


@pytest.mark.article(14)
async def test_what_the_department_had_stays_what_it_had_not_goes(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    key, names = draft["_id"], ["0" * 32, "1" * 32, "2" * 32, "3" * 32]

    async def attach(name: str) -> str | None:
        return await applications.attach(key, party, guide(), "id_card", file(draft, party, name), cause())

    assert await attach(names[1]) == names[0]
    await applications.submit(key, party, guide(), CALENDAR, cause(), ONLINE)
    await applications.request_supplement(key, APPROVER, guide(), ["id_card"], [], "不清楚", cause())
    assert await attach(names[2]) is None
    assert await attach(names[3]) == names[2]
    await applications.supplement(key, party, guide(), {}, CALENDAR, cause())
    await applications.accept(key, APPROVER, guide(), CALENDAR, cause())
    ended = await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())
    assert current_files(ended) == {names[3], PDF["_id"]}
    assert files_of(ended) == {names[1], names[3], PDF["_id"]}
    assert await applications.files_held({key, "x"}) == files_of(ended)


async def test_of_files_handed_in_at_once_each_but_the_last_is_told_to_be_needed_no_more(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    draft = await filled(applications, party, cause)
    names = [str(number) * 32 for number in range(1, 9)]
    told = await asyncio.gather(
        *(
            applications.attach(draft["_id"], party, guide(), "id_card", file(draft, party, name), cause())
            for name in names
        ),
        return_exceptions=True,
    )
    refused = {name for name, result in zip(names, told, strict=True) if isinstance(result, Conflict)}
    gone = [result for result in told if isinstance(result, str)]
    (stands,) = current_files(await applications.get(draft["_id"]))
    assert sorted([*gone, *refused, stands]) == ["0" * 32, *names]


@pytest.mark.article(24)
async def test_an_item_is_begun_only_where_its_guide_offers_it(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    for channel in (Channel.MINIPROGRAM, Channel.SYSTEM):
        with pytest.raises(Refused) as elsewhere:
            await applications.start(party, guide(channels=["wechat"]), OFFICE, cause(channel=channel))
        assert elsewhere.value.code == "channel_not_offered"
    assert set(get_args(Guide.model_fields["channels"].annotation)[0].__args__) == set(Channel) - {"system"}


async def test_beginning_while_the_draft_is_handed_in_begins_anew(
    applications: Applications, party: Party, cause: MakeCause, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, tries = applications.add, iter([True, False])

    async def taken_once(document: Document, event: Event) -> Document:
        if next(tries):
            raise DuplicateKeyError("the other one was handed in before we could look")
        return await add(document, event)

    monkeypatch.setattr(applications, "add", taken_once)
    assert (await begun(applications, party, cause))["state"] == State.DRAFT

    async def always_taken(*_: object) -> Document:
        raise DuplicateKeyError("again")

    monkeypatch.setattr(applications, "add", always_taken)
    with pytest.raises(Conflict):
        await begun(applications, party, cause, guide(version=2))


@pytest.mark.article(13)
async def test_pages_of_ones_own_follow_each_other_without_answers(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    keys = []
    for number in range(5):
        draft = await begun(applications, party, cause, guide(item=f"{OFFICE['_id']}{number:013}"))
        keys.append((clock.now(), draft["_id"]))
        clock.advance(timedelta(milliseconds=number % 2))  # some at the same moment
    expected = [key for _, key in sorted(keys, reverse=True)]
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        page, after = await applications.page_of("p1", 2, after)
        assert all("answers" not in one for one in page)
        seen += [one["_id"] for one in page]
    assert seen == expected
    for wrong in ("x", "1-2", f"-1-{'0' * 32}", f"{'9' * 20}-{'0' * 32}"):
        with pytest.raises(BadInput):
            await applications.page_of("p1", 2, wrong)
    query = {"applicant": "p1", "changed_at": {"$lte": clock.now()}}
    plan = await applications.documents.find(query).sort([("changed_at", -1), ("_id", -1)]).explain()
    assert plan["queryPlanner"]["winningPlan"]["stage"] != "SORT"


@pytest.mark.article(12)
async def test_non_acceptance_needs_reason_and_basis(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    for reason, basis in (("", "法"), ("不符合", " ")):
        with pytest.raises(Refused):
            await applications.not_accept(found["_id"], WINDOW, reason, basis, cause())
    ended = await applications.not_accept(found["_id"], WINDOW, "未满60周岁", "办法第二条", cause())
    assert ended["state"] == State.NOT_ACCEPTED
    assert ended["timeline"][-1]["reason"] == "未满60周岁"


@pytest.mark.article(15)
async def test_a_result_is_electronic_before_it_is_handed_over(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    key = found["_id"]
    await applications.accept(key, WINDOW, guide(), CALENDAR, cause())
    with pytest.raises(Refused) as missing:
        await applications.conclude(key, APPROVER, guide(), "approved", "", None, cause())
    assert missing.value.code == "deliverable_missing"
    with pytest.raises(Refused) as silent:
        await applications.conclude(key, APPROVER, guide(), "denied", " ", None, cause())
    assert silent.value.code == "reason_required"
    ended = await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())
    assert (ended["state"], ended["result"]["deliverable"]) == (State.CONCLUDED, PDF["_id"])
    for _ in range(2):
        with pytest.raises(Conflict):
            await applications.conclude(key, APPROVER, guide(), "approved", "", PDF, cause())


async def test_scopes_and_departments(applications: Applications, party: Party, cause: MakeCause) -> None:
    found = await submitted(applications, party, cause)
    with pytest.raises(Forbidden) as other:
        await applications.accept(found["_id"], STRANGER, guide(), CALENDAR, cause())
    assert other.value.code == "other_department"
    await applications.accept(found["_id"], WINDOW, guide(), CALENDAR, cause())
    with pytest.raises(Forbidden) as scope:
        await applications.conclude(found["_id"], WINDOW, guide(), "approved", "", PDF, cause())
    assert scope.value.code == "scope_missing"


async def test_an_applicant_withdraws_until_it_is_decided(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    other = Party({"_id": "p2"}, {"_id": "p2"}, "a2")
    with pytest.raises(NotFound):
        await applications.withdraw(found["_id"], other, cause())
    assert (await applications.withdraw(found["_id"], party, cause()))["state"] == State.WITHDRAWN
    with pytest.raises(Conflict):
        await applications.accept(found["_id"], APPROVER, guide(), CALENDAR, cause())


@pytest.mark.article(13)
async def test_with_the_serial_number_one_sees_progress_but_no_identity(
    applications: Applications, party: Party, cause: MakeCause
) -> None:
    found = await submitted(applications, party, cause)
    view = applications.public_view(await applications.by_serial(found["serial"]))
    assert (view["applicant"], view["status"]) == ("陈**", "已提交，待受理")
    assert not {"陈建国", "p1", "a1"} & set(map(str, view.values()))
    with pytest.raises(NotFound):
        await applications.by_serial("20261124AAAAAAAAAAA")


async def test_the_queue_is_the_departments_own_earliest_deadline_first(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    keys = []
    for number in range(3):
        found = await submitted(applications, party, cause, guide(item=f"{OFFICE['_id']}{number:013}"))
        keys.append(found["_id"])
        clock.advance(timedelta(days=1))
    assert [one["_id"] for one in await applications.queue(APPROVER)] == keys
    assert await applications.queue(STRANGER) == []
    first = await applications.queue(WINDOW, limit=1)
    rest = await applications.queue(WINDOW, after=first[0]["_id"])
    assert [one["_id"] for one in (*first, *rest)] == keys
    assert all("answers" not in one for one in rest)


@pytest.mark.article(10)
async def test_what_no_clock_runs_for_is_listed_latest_change_first(
    applications: Applications, party: Party, cause: MakeCause, clock: Clock
) -> None:
    keys: list[str] = []
    for number in range(5):
        found = await submitted(applications, party, cause, guide(item=f"{OFFICE['_id']}{number:013}"))
        keys.insert(0, found["_id"])
    for key in reversed(keys[:4]):
        clock.advance(timedelta(hours=1))
        await applications.withdraw(key, party, cause())
    # at the same time as the last withdrawal
    await applications.not_accept(keys[4], WINDOW, "不在番禺居住", "条例第九条", cause())
    ended = (State.WITHDRAWN, State.NOT_ACCEPTED)
    latest = sorted([keys[0], keys[4]], reverse=True)
    order = [*latest, *keys[1:4]]
    seen: list[str] = []
    while page := await applications.queue(APPROVER, ended, 2, seen[-1] if seen else None):
        seen += [one["_id"] for one in page]
    assert seen == order
    assert [one["_id"] async for one in applications.listed(WINDOW, ended, 3)] == order[:3]
    assert [one async for one in applications.listed(STRANGER, ended, 3)] == []


@pytest.mark.parametrize("member", [WINDOW, APPROVER])
@pytest.mark.parametrize("states", [("supplement_requested",), ("concluded", "returned", "withdrawn")])
async def test_a_list_without_clocks_is_read_in_its_order(
    applications: Applications, clock: Clock, member: Document, states: tuple[str, ...]
) -> None:
    times = [clock.now() - timedelta(minutes=number) for number in range(200)]
    bare = [
        dict.fromkeys(("_id", "serial", "draft"), f"{number}")
        | {"state": states[number % len(states)], "changed_at": time, "due_at": None}
        | {"department": OFFICE["_id"]}
        for number, time in enumerate(times)
    ]
    await applications.documents.insert_many(bare)
    for after in (None, "90"):
        query, order = await applications.selection(member, states, after)
        explained = await applications.documents.find(query).sort(order).limit(30).explain()
        plan = str(explained["queryPlanner"]["winningPlan"])
        assert "IXSCAN" in plan
        assert "'stage': 'SORT'" not in plan


async def test_hot_paths_use_indexes(applications: Applications, party: Party, cause: MakeCause) -> None:
    await submitted(applications, party, cause)
    for query in (
        {"serial": "20261124AAAAAAAAAAA"},
        {"applicant": "p1"},
        {"draft": "p1:x"},
        {"department": OFFICE["_id"], "state": {"$in": ["submitted"]}},
        {"state": {"$in": ["submitted", "accepted"]}},
        {"events.0.id": {"$exists": True}},
    ):
        plan = await applications.documents.find(query).explain()
        assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"]), query


@given(st.lists(st.sampled_from(Action), max_size=12))
def test_no_sequence_of_actions_leaves_the_table(actions: list[Action]) -> None:
    state = State.DRAFT
    for action in actions:
        try:
            after = next_state(state, action)
        except DomainError:
            assert action not in TRANSITIONS[state]
        else:
            assert after in TRANSITIONS
            assert TRANSITIONS[state], "a final state led on"
            state = after
