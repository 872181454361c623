"""What a legal representative sees of who asks to act for their body (article 7)."""

import re
from datetime import timedelta

import pytest

from models.people import mask_phone
from models.workdays import local
from tests.house.browser import Browser
from tests.house.people import BOSS, WEIMEI, new_number, new_phone
from tests.house.town import Town


async def asked(town: Town, name: str) -> tuple[Browser, Browser, str, str]:
    """The browsers of who asks and of who is asked, the phone of the former and the path of the agency."""
    agent, boss, phone = town.browser(), town.browser(), new_phone()
    await agent.sign_in(f"openid-asks-{phone}")
    assert (await agent.bind(name, new_number(), phone)).status == 303
    given = {"credential": "enterprise:uscc", "name": WEIMEI[0], "number": WEIMEI[1]}
    assert (await agent.post("/enterprises", {**given})).status == 303
    await boss.sign_in("openid-is-asked")
    if (await boss.get("/me")).status != 200:
        assert (await boss.bind(*BOSS, "13700137000")).status == 303
    path = re.search(r"/enterprises/[0-9a-f:]{65}", (await agent.get("/enterprises")).text)
    assert path
    return agent, boss, phone, path[0]


@pytest.mark.article("7.agent")
async def test_who_is_asked_sees_whom_since_when_and_for_what(town: Town) -> None:
    when = local(town.clock.now() + timedelta(seconds=61))
    agent, boss, phone, path = await asked(town, "欧阳小红")
    page = (await boss.get("/enterprises")).text
    card = page.split(f'action="{path}/confirm"')[0].rpartition('<div class="card">')[2]
    assert "欧阳小红" in card
    assert mask_phone(phone) in card
    assert phone not in page
    assert when in card
    assert WEIMEI[0] in card
    assert "预约" in card
    assert "欧阳小红" not in (await agent.get("/enterprises")).text.split("我是经办人")[1]


@pytest.mark.article("7.agent")
async def test_nobody_else_sees_it(town: Town) -> None:
    _, _, phone, _ = await asked(town, "诸葛小明")
    page = (await (await town.citizen()).get("/enterprises")).text
    assert "诸葛小明" not in page
    assert mask_phone(phone) not in page


async def test_a_decision_tapped_twice_or_gone_back_to_leads_on(town: Town) -> None:
    agent, boss, _, path = await asked(town, "钱小七")
    for _ in range(2):
        assert (await boss.post(f"{path}/confirm")).location == "/enterprises"
    for _ in range(2):
        assert (await agent.post(f"{path}/end")).location == "/enterprises"
    late = await boss.post(f"{path}/confirm")  # it is not what the agent wants any more
    assert late.status == 409
    stranger = await town.citizen()
    assert (await stranger.post(f"{path}/end")).status == 409
    assert (await stranger.post(f"{path}/confirm")).status == 409
