"""Who may have how many codes sent: a stranger's phone is nobody's toy, and nobody locks another out."""

import asyncio
from datetime import timedelta

import pytest

from models.outgoing.sms import SmsLimits
from tests.house.api import Service
from tests.house.people import new_phone

A_CALL = "/phone-codes"


@pytest.mark.article("7.registration")
async def test_one_account_bombs_nobody(api: Service) -> None:
    """200 codes asked for at once, each for another stranger's phone."""
    client = await api.sign_in("chen")
    answers = await asyncio.gather(*(client.post(A_CALL, {"phone": new_phone()}) for _ in range(200)))
    sent = [answer for answer in answers if answer.status == 202]
    assert len(sent) == SmsLimits().codes_per_account
    refused = next(answer for answer in answers if answer.status != 202)
    assert (refused.status, refused.code) == (429, "phone_code_account_limit")
    assert "窗口" in refused.json["error"]["message"]
    assert 0 < int(refused.headers["Retry-After"]) <= timedelta(days=1).total_seconds()
    assert await api.services.phone_codes.documents.count_documents({}) == len(sent)


@pytest.mark.article("7.registration")
async def test_a_stranger_keeps_nobody_from_binding(api: Service) -> None:
    """All that one account can do to a phone: its owner still gets a code, and it counts."""
    stranger, victim, person = await api.sign_in("liang"), await api.sign_in("wang"), api.person("wang")
    while (answer := await stranger.post(A_CALL, {"phone": person.phone})).status == 202:
        api.clock.advance(timedelta(seconds=60))
    assert answer.code == "phone_code_hour_limit"
    assert (await victim.post(A_CALL, {"phone": person.phone})).status == 202
    codes = api.services.phone_codes
    sent = codes.secret(await codes.get(codes.privacy.index(person.phone, "phone")))[1]
    asked = {
        "kind": person.credentials[0].kind,
        "name": person.name,
        "number": person.credentials[0].number,
        "phone": person.phone,
        "consent": True,
    }
    for _ in range(6):
        assert (await stranger.post("/binding", asked | {"code": "000000"})).code == "phone_code_wrong"
    assert (await stranger.post("/binding", asked | {"code": sent})).code == "phone_code_wrong"
    assert (await victim.post("/binding", asked | {"code": sent})).status == 201
