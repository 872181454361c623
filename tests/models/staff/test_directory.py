"""The list of members: who is in it, page by page, and how little of the database that takes."""

from itertools import pairwise, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymongo import ASCENDING, DESCENDING

from models.paging import ENOUGH
from models.staff.directory import Directory, Wanted
from models.staff.document import Standing
from models.staff.scopes import Role
from models.store import Document
from tests.house.guides import OTHER, USCC
from tests.house.house import House
from tests.house.staff import Post

SURNAMES = "陈李张黄"


def member(number: int) -> Document:
    """Of 400 each in another place: four surnames, three roles, two departments, one in five has left."""
    username, name = f"clerk{number:03}", f"{SURNAMES[number % 4]}{'甲乙丙丁戊'[number % 5]}Ａnn"
    roles = [[Role.WINDOW], [Role.REVIEWER, Role.APPROVER], [Role.CONTACT]][number % 3]
    left = number % 5 == 4
    return {
        "_id": username,
        "name": name,
        "password_hash": "-",
        "department": (USCC, OTHER)[number % 2],
        "roles": [] if left else [role.value for role in roles],
        "halls": [],
        "listed": {
            "standing": "left" if left else "present",
            "text": f"{username} {name.replace('Ａ', 'a')}".casefold(),
            "roles": f" {'' if left else ' '.join(role.value for role in roles)} ",
        },
    }


@pytest.fixture
async def directory(house: House) -> Directory:
    staff = house.stores.staff
    await staff.documents.delete_many({})
    await staff.documents.insert_many([member(number) for number in range(400)])
    return Directory(staff)


def fits(one: Document, wanted: Wanted) -> bool:
    return (
        one["listed"]["standing"] == wanted.standing
        and (not wanted.role or wanted.role in one["roles"])
        and wanted.department in ("", one["department"])
        and wanted.text.casefold() in one["listed"]["text"]
    )


WANTED = st.builds(
    Wanted,
    st.sampled_from([Standing.PRESENT, Standing.LEFT]),
    st.sampled_from(["", "陈", "李乙", "clerk1", "RK02", "ann", ".*", "clerk007", "乙"]),
    st.sampled_from([None, Role.WINDOW, Role.APPROVER]),
    st.sampled_from(["", USCC, OTHER]),
)


@given(WANTED, st.integers(1, 40))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_pages_lead_there_and_back(directory: Directory, wanted: Wanted, limit: int) -> None:
    expected = [one["_id"] for one in map(member, range(400)) if fits(one, wanted)]
    page = await directory.page(wanted, limit)
    pages = [page]
    assert page.previous == ""
    while page.next:
        page = await directory.page(wanted, limit, after=page.next)
        pages.append(page)
    assert [one["_id"] for each in pages for one in each.rows] == expected
    assert await directory.count(wanted) == len(expected)
    for earlier, later in pairwise(pages):
        back = await directory.page(wanted, limit, before=later.previous)
        assert [one["_id"] for one in back.rows] == [one["_id"] for one in earlier.rows]
        assert back.next == earlier.next


async def test_few_documents_are_examined(directory: Directory) -> None:
    texts, roles = ("", "陈", "clerk39", "nobody"), (None, Role.APPROVER)
    standings = (Standing.PRESENT, Standing.LEFT)
    for standing, text, role, department in product(standings, texts, roles, ("", OTHER)):
        wanted = Wanted(standing, text, role, department)
        for direction, place in ((ASCENDING, {"$gt": "clerk100"}), (DESCENDING, {"$lt": "clerk300"})):
            query = {**wanted.query, "_id": place}
            found = directory.staff.documents.find(query, {"events": 0}).sort("_id", direction).limit(31)
            plan = await found.explain()
            stats = plan["executionStats"]
            assert stats["totalDocsExamined"] <= 3 * stats["nReturned"], (wanted, stats)
            assert "'SORT'" not in str(plan["queryPlanner"]["winningPlan"]), wanted


async def test_a_text_is_found_as_it_is_typed(house: House) -> None:
    directory = Directory(house.stores.staff)
    await house.member("li.ming", Post((Role.WINDOW,)))

    async def names(text: str, standing: Standing = Standing.PRESENT) -> list[str]:
        return [one["_id"] for one in (await directory.page(Wanted(standing, text), 10)).rows]

    for text in ("li.ming", " Li.Ming ", "ｌｉ．ｍ", "ng的姓", "的姓名"):
        assert await names(text) == ["li.ming"], text
    assert await names("li-ming") == []
    assert await names("x" * 500) == []
    await house.stores.employment.suspend("li.ming", house.by("cli"))
    assert (await names("ming"), await names("ming", Standing.SUSPENDED)) == ([], ["li.ming"])
    await house.stores.employment.reset("li.ming", "three small stones", house.by("cli"))
    assert await names("ming") == ["li.ming"]
    await house.stores.employment.leave("li.ming", house.by("cli"))
    assert await names("ming", Standing.LEFT) == ["li.ming"]


async def test_counting_ends(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ENOUGH == 1000
    monkeypatch.setattr("models.paging.ENOUGH", 50)
    assert await directory.count(Wanted()) == 51
