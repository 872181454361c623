"""What a proposal rests on: of the person alone, as it is just now, and sealed (article 28)."""

import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from models.applications import State as Stage
from models.blacklist import Reference
from models.people import Party
from tests.house.barred import BEGUN, cast_of
from tests.house.guides import form_guide, plain_guide
from tests.house.house import House, said
from tests.house.listing import Listing
from tests.house.reviewed import set_aside


async def frozen(house: House, party: Party, reference: Reference) -> Any:
    """The one piece of evidence of a proposal, as it is stored."""
    ban = await Listing(house, party.id, (reference,)).proposed()
    stored: Any = await house.stores.bans.documents.find_one({"_id": ban["_id"]})
    [evidence] = stored["evidence"]
    return ban, evidence


@pytest.mark.article("28.decision")
async def test_a_record_is_kept_with_its_answers_sealed_with_its_hash(house: House, party: Party) -> None:
    filed = await house.desk(party).submitted(form_guide())
    ban, evidence = await frozen(house, party, Reference("application", filed["_id"]))
    text = house.stores.privacy.opened(evidence["content"], f"ban:{ban['_id']}:evidence")
    assert evidence["sha256"] == sha256(text.encode()).hexdigest()
    assert json.loads(text)["answers"] == house.stores.applications.answers(filed)
    assert "陈建国" not in str(evidence)
    assert evidence["title"] == f"办件 {filed['serial']}：{filed['item_name']}"


@pytest.mark.article("28.3", "28.decision")
async def test_a_review_is_evidence_of_who_gave_it_alone(house: House, party: Party) -> None:
    done = await house.application(Stage.CONCLUDED, party=party)
    review = await house.review(party, "application", done, level=5)
    stranger = await house.applicant("李四")
    of_review = Reference("review", review["_id"])
    for whom in (party.id, stranger.id):
        told = await said(Listing(house, whom, (of_review,)).proposed())
        assert told == "review_not_found", "who gave one that counts is not told"
    await set_aside(house, review, party)
    assert await said(Listing(house, stranger.id, (of_review,)).proposed()) == "evidence_of_another"
    ban, evidence = await frozen(house, party, of_review)
    [kept] = ban["evidence"]
    opened = await house.stores.decisions.freezer.opened(kept, ban["_id"])
    assert (opened.record["level"], opened.record["words"]) == (5, "很快")
    assert opened.unchanged
    assert evidence["title"] == f"评价：{review['item_name']}"


@pytest.mark.article("28.decision")
async def test_what_an_agent_did_for_a_body_is_evidence_of_either(house: House) -> None:
    cast = await cast_of(house)
    agent = cast.parties["a colleague, for the body"]
    filed = await house.desk(agent).submitted(BEGUN)
    of_record = Reference("application", filed["_id"])
    assert await said(Listing(house, cast.body, (of_record,)).proposed()) == "done"
    assert await said(Listing(house, agent.agent["_id"], (of_record,)).proposed()) == "done"
    assert await said(Listing(house, cast.person, (of_record,)).proposed()) == "evidence_of_another"


@pytest.mark.article("28.1", "28.decision")
async def test_a_file_is_copied_and_is_of_the_person(house: House, party: Party) -> None:
    filed = await house.desk(party).submitted(plain_guide(9))
    [file] = [paper["file"] for paper in filed["materials"] if paper["file"]]
    stranger = await house.applicant("李四")
    of_file = Reference("file", file)
    assert await said(Listing(house, stranger.id, (of_file,)).proposed()) == "evidence_of_another"
    ban = await replace(Listing(house, party.id, ()), evidence=(of_file, of_file)).proposed()
    [kept] = ban["evidence"]
    assert kept["copy"]
    assert kept["copy"] != file
    original = (await house.stores.materials.get(file))["sha256"]
    assert kept["sha256"] == original
    assert kept["content"] is None


async def test_of_one_who_is_listed_already_no_file_is_copied(house: House, party: Party) -> None:
    filed = await house.desk(party).submitted(plain_guide(9))
    [file] = [paper["file"] for paper in filed["materials"] if paper["file"]]
    listing = Listing(house, party.id, (Reference("file", file),))
    assert await said(listing.proposed()) == "done"
    assert await said(listing.proposed()) == "already_listed"
    assert await house.stores.materials.documents.count_documents({"code": "evidence"}) == 1
