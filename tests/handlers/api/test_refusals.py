"""What the API refuses, it refuses with the way on, as fields (articles 7, 10)."""

import pytest

from models.people import ApplicantKind, CredentialKind
from tests.house.api import Service
from tests.house.guides import USCC

FIFTH, FOR_BODIES = f"{USCC}{5:013}", f"{USCC}{81:013}"


@pytest.mark.article("10.twice")
async def test_the_second_application_names_the_first(api: Service) -> None:
    client = await api.citizen("he")
    key = await client.begin(FIFTH)
    receipt = (await client.submit(key)).json
    refused = await client.post("/applications", {"item": FIFTH})
    assert (refused.status, refused.code) == (409, "already_under_way")
    told = refused.json["error"]
    assert (told["application"], told["serial"]) == (key, receipt["serial"])
    assert (await client.post(f"/applications/{key}/withdrawal")).status == 200
    assert (await client.post("/applications", {"item": FIFTH})).status == 200


@pytest.mark.article("10.guide", "7.agent")
async def test_the_wrong_role_names_those_one_may_act_for(api: Service) -> None:
    guide = await api.services.guides.published(FIFTH)
    only = {"item": FOR_BODIES, "audience": [ApplicantKind.ENTERPRISE]}
    await api.publish(guide.model_copy(update=only))
    liang = await api.citizen("liang")
    begun = await liang.post("/applications", {"item": FOR_BODIES})
    assert (begun.status, begun.code, begun.json["error"]["acting"]) == (422, "not_for_applicant", [])
    [body] = [each for each in api.simulator.simulator.people.bodies if each.id == "weimei"]
    asked = {"credential_kind": CredentialKind.USCC, "name": body.name, "number": body.credentials[0].number}
    agency = (await liang.post("/enterprises", asked)).json
    assert agency["state"] == "confirmed"  # its own representative
    refused = (await liang.post("/applications", {"item": FOR_BODIES})).json["error"]
    [other] = refused["acting"]
    assert other == {"body": agency["body"]["id"], "name": body.name, "kind": "enterprise"}
    assert (await liang.put("/me/acting", {"body": other["body"]})).status == 200
    assert (await liang.post("/applications", {"item": FOR_BODIES})).status == 200
    person = {"item": f"{USCC}{82:013}", "audience": [ApplicantKind.PERSON]}
    await api.publish(guide.model_copy(update=person))
    [oneself] = (await liang.post("/applications", {"item": person["item"]})).json["error"]["acting"]
    assert (oneself["body"], oneself["kind"]) == (None, "person")
    assert (await liang.put("/me/acting", {"body": None})).status == 200
