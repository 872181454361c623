"""Files of a dispute: who adds and sees them, until when, and that they stay (article 17)."""

import asyncio
from io import BytesIO
from typing import Any

import pytest

from models.errors import Forbidden
from models.people import Party
from models.staff import Member, Role
from models.voices import DisputeFiles, GivenReview
from models.voices.evidence import (
    MOST_FILES,
    DisputeFileNotFound,
    EvidenceFrozen,
    EvidenceNotShown,
    TooMuchEvidence,
)
from models.voices.rules import ReviewNotFound
from tests.files import a_pdf, on_disk
from tests.house.guides import OTHER
from tests.house.house import House, said
from tests.house.outside import TakesAll
from tests.house.reviewed import POSTS, bad_review
from tests.house.staff import Post


@pytest.fixture
def files(house: House) -> DisputeFiles:
    house.stores.materials.inspector = TakesAll()
    return house.stores.dispute_files


@pytest.fixture
async def supervisor(house: House) -> Member:
    return await house.member("supervisor", POSTS["supervisor"])


@pytest.fixture
async def review(house: House, party: Party, supervisor: Member) -> GivenReview:
    """Disputed by its department."""
    given = await bad_review(house, party)
    by = house.by_staff("supervisor")
    return await house.stores.disputes.raise_(given["ref"], supervisor, "评错部门", "叫号记录", by)


async def attached(house: House, files: DisputeFiles, ref: str, member: Member, content: Any = None) -> str:
    by = house.by_staff(member["_id"])
    with on_disk(content or a_pdf()) as file:
        return await said(files.attach(ref, member, file, by))


@pytest.mark.article("17.dispute")
async def test_a_file_is_kept_sealed_with_its_digest_and_seen_on_record(
    house: House, files: DisputeFiles, review: GivenReview, supervisor: Member
) -> None:
    assert await attached(house, files, review["ref"], supervisor) == "done"
    dispute = (await house.stores.reviews.get(review["_id"]))["dispute"]
    assert dispute
    [line] = dispute["files"]
    management, by = await house.member("management"), house.by_staff("management")
    kept, content = await files.view(review["ref"], 1, management, by)
    assert (kept["sha256"], kept["_id"], BytesIO(content).read(4)) == (line["sha256"], line["file"], b"%PDF")
    seen = await house.stores.materials.documents.find_one({"_id": kept["_id"]})
    assert (seen["events"][-1]["name"], seen["events"][-1]["actor"]) == (
        "material.viewed",
        "staff:management",
    )
    with pytest.raises(DisputeFileNotFound):
        await files.view(review["ref"], 2, management, by)


@pytest.mark.article("17.contact", "17.dispute")
async def test_others_of_the_department_and_other_departments_see_none(
    house: House, files: DisputeFiles, review: GivenReview, supervisor: Member
) -> None:
    await attached(house, files, review["ref"], supervisor)
    rectifier = await house.member("rectifier", POSTS["rectifier"])
    other = await house.member("other", Post((Role.SUPERVISOR,), OTHER))
    for member, error in ((rectifier, EvidenceNotShown), (other, ReviewNotFound)):
        with pytest.raises(error):
            await files.view(review["ref"], 1, member, house.by_staff(member["_id"]))
    with pytest.raises(Forbidden):
        await files.check_open(review["ref"], rectifier)
    with pytest.raises(ReviewNotFound):
        await files.check_open(review["ref"], other)


@pytest.mark.article("17.dispute")
async def test_five_at_most_also_at_once(
    house: House, files: DisputeFiles, review: GivenReview, supervisor: Member
) -> None:
    results = await asyncio.gather(
        *(attached(house, files, review["ref"], supervisor) for _ in range(MOST_FILES + 3))
    )
    assert results.count("done") == MOST_FILES
    with pytest.raises(TooMuchEvidence):
        await files.check_open(review["ref"], supervisor)
    held = await house.stores.reviews.files_held([review["_id"]])
    kept = await house.stores.materials.documents.find(
        {"application": review["_id"], "dropped_at": None}
    ).to_list()
    assert held == {one["_id"] for one in kept}


@pytest.mark.article("17.dispute")
async def test_frozen_once_the_person_is_asked(
    house: House, files: DisputeFiles, review: GivenReview, supervisor: Member
) -> None:
    management = await house.member("management")
    await house.stores.disputes.ask(review["ref"], management, house.by_staff("management"))
    with pytest.raises(EvidenceFrozen):
        await files.check_open(review["ref"], supervisor)
    assert await attached(house, files, review["ref"], supervisor) == "evidence_frozen"


async def test_without_a_dispute_there_is_none(
    house: House, files: DisputeFiles, party: Party, supervisor: Member
) -> None:
    given = await bad_review(house, party)
    with pytest.raises(EvidenceFrozen):
        await files.check_open(given["ref"], supervisor)


async def test_its_person_is_given_no_file(
    house: House, files: DisputeFiles, review: GivenReview, supervisor: Member
) -> None:
    await attached(house, files, review["ref"], supervisor)
    [own] = await house.stores.reviews.export(review["applicant"])
    assert {"files", "people"} & own["dispute"].keys() == set()
