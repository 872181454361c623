"""Real-name binding, acting for bodies, and one's own data, through the pages (article 7)."""

import re

import pytest

from tests.house.applying import concluded
from tests.house.browser import CODE_PAUSE
from tests.house.guides import rich_guide
from tests.house.people import BOSS, new_number, new_phone
from tests.house.town import Town

ITEM = rich_guide().item

BOUND_PAGES = [
    "/me",
    "/enterprises",
    "/appointments",
    "/applications",
    "/me/export",
    "/me/unbind",
]


@pytest.mark.article("7.first")
@pytest.mark.parametrize("path", BOUND_PAGES)
async def test_own_pages_ask_for_sign_in_then_binding(town: Town, path: str) -> None:
    visitor = town.browser()
    assert (await visitor.get(path)).location == f"/sign-in?next={path.replace('/', '%2F')}"
    await visitor.sign_in("openid-unbound")
    assert (await visitor.get(path)).location == f"/binding?next={path.replace('/', '%2F')}"


@pytest.mark.article("7.registration", "7.sealed")
async def test_binding_leads_on(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-binds")
    assert (await visitor.get("/binding?next=/appointments/new")).hidden("next") == "/appointments/new"
    number = new_number()
    done = await visitor.bind("陈大文", number, new_phone(), next="/appointments/new")
    assert (done.status, done.location) == (303, "/appointments/new")
    page = (await visitor.get("/me")).text
    assert "陈**" in page
    assert number not in page
    assert "陈大文" not in page
    assert f"{number[:4]}**********{number[-4:]}" in page


async def test_consent_is_asked_for_and_input_is_kept(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-consent")
    number = new_number()
    page = await visitor.bind("何晓彤", number, new_phone(), consent="")
    assert page.status == 400
    assert "请先阅读并勾选同意处理敏感个人信息" in page.text
    assert f'value="{number}"' in page.text
    assert 'value="何晓彤"' in page.text
    assert '<a href="#consent">请先阅读并勾选同意' in page.text
    assert (await visitor.get("/me")).status == 302


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("number", "440113199003070000", "身份证号填得不对"),
        ("number", "4401131990030700", "身份证号应为18位，您填了16位"),
        ("number", "\u202d\u202c", "请填写身份证号"),
        ("phone", "12345", "手机号码有误"),
        ("code", "000000x", "验证码不对，请核对短信后重填"),
        ("name", "<b>", "请填写证件上的姓名"),
    ],
)
async def test_each_error_is_beside_its_field(town: Town, field: str, value: str, message: str) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-errors")
    page = await visitor.bind("何晓彤", new_number(), new_phone(), **{field: value})
    assert page.status == 400
    assert re.search(rf'id="{field}-error">{message}', page.text)
    assert re.search(rf'id="{field}"[^>]*aria-describedby="{field}-help {field}-error"', page.text)
    assert "<b>" not in page.text


async def test_mismatch_is_explained_in_english(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-mismatch")
    visitor.cookies["language"] = "en"
    number = new_number()
    town.register.names[number] = "何晓桐"
    page = await visitor.bind("何晓彤", number, new_phone())
    assert page.status == 422
    assert "do not belong together" in page.text


async def test_code_with_and_without_a_script(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-code")
    town.clock.advance(CODE_PAUSE)
    phone = new_phone()
    page = await visitor.post("/binding/code", {"phone": phone, "name": "何晓彤"})
    assert "验证码已发送" in page.text
    assert 'value="何晓彤"' in page.text
    soon = await visitor.post("/binding/code", {"phone": phone}, X_Requested_With="fetch")
    assert soon.status == 429
    assert 0 < int(soon.headers["Retry-After"]) <= 61
    assert "秒后再获取验证码" in soon.json["message"]
    town.clock.advance(CODE_PAUSE)
    assert (await visitor.post("/binding/code", {"phone": phone}, X_Requested_With="fetch")).json == {
        "seconds": 60
    }


async def test_an_account_that_asks_too_often_is_led_to_a_window(town: Town) -> None:
    visitor = town.browser()
    await visitor.sign_in("openid-bombing")
    for _ in range(town.services.sms.limits.codes_per_account):
        assert "验证码已发送" in (await visitor.post("/binding/code", {"phone": new_phone()})).text
    refused = await visitor.post("/binding/code", {"phone": new_phone(), "name": "何晓彤"})
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "请明天再试，或携带证件到任一政务服务窗口办理" in refused.text
    assert 'value="何晓彤"' in refused.text


async def test_code_needs_a_sign_in(town: Town) -> None:
    assert (await town.browser().post("/binding/code", {"phone": new_phone()})).status == 401


@pytest.mark.article("7.agent")
async def test_agent_acts_after_the_representative_confirms(town: Town) -> None:
    agent = await town.citizen("钱七")
    asked = await agent.post(
        "/enterprises", {"credential": "enterprise:uscc", "name": "番禺小店有限公司", "number": uscc()}
    )
    assert asked.status == 303, asked.text
    page = (await agent.get("/enterprises")).text
    assert "番禺小店有限公司" in page
    assert "等待法定代表人确认" in page
    agency = re.search(r"/enterprises/([0-9a-f:]{65})/end", page)
    assert agency
    body = agency[1].split(":")[1]
    assert (await agent.post("/acting", {"body": body})).status == 403
    assert (await agent.post(f"/enterprises/{agency[1]}/confirm")).status == 409

    boss = town.browser()
    await boss.sign_in("openid-boss")
    assert (await boss.bind(*BOSS, new_phone())).status == 303
    assert "有 1 位经办人等您确认" in (await boss.get("/me")).text
    assert (await boss.post(f"/enterprises/{agency[1]}/confirm")).status == 303
    exported = (await agent.get("/me/export")).json["agencies"]
    assert exported == [{"body": "番禺小店有限公司", "state": "confirmed"}]
    assert (await agent.post("/acting", {"body": body})).status == 303
    assert "<span>番禺小店有限公司</span>" in (await agent.get("/me")).text
    refused = await agent.post("/applications", {"item": ITEM})
    assert refused.status == 422
    assert "为本人办理" in refused.text
    assert "您正在为 番禺小店有限公司 办事" in (await agent.get("/me")).text
    await boss.post(f"/enterprises/{agency[1]}/end")
    meant_for_the_body = await agent.post("/applications", {"item": rich_guide().item})
    assert (meant_for_the_body.status, "您不是该单位" in meant_for_the_body.text) == (403, True)
    assert "您正在为" not in (await agent.get("/me")).text
    assert "/applications/" not in (await agent.get("/applications")).text.replace("/applications/new", "")


async def test_wrong_body_number_keeps_input(town: Town) -> None:
    agent = await town.citizen()
    page = await agent.post(
        "/enterprises", {"credential": "enterprise:uscc", "name": "某公司", "number": "123"}
    )
    assert page.status == 400
    assert 'value="某公司"' in page.text
    assert page.text.count("统一社会信用代码应为18位，您填了3位") == 2  # at the top and beside the field
    assert re.search(r'id="error".*<a href="#number">统一社会信用代码应为18位', page.text, re.S)
    choices = re.findall(r'<option value="([a-z_:]+)"', page.text)
    assert choices[0] == "enterprise:uscc"


async def test_export_holds_ones_own_data(town: Town) -> None:
    citizen = town.browser()
    await citizen.sign_in("openid-export")
    number = new_number()
    await citizen.bind("林小美", number, new_phone())
    file = await citizen.get("/me/export")
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.json["identity"]["credential_number"] == number
    assert file.json["identity"]["name"] == "林小美"
    assert file.json["applications"] == []


async def test_export_holds_all_and_no_names_of_staff(town: Town) -> None:
    citizen = await town.citizen()
    path = await concluded(town, citizen, address="王小明 13800138000 番禺区市桥街1号")
    assert (await citizen.post(f"{path}/review", {"level": "5", "words": "很快"})).status == 303
    data = (await citizen.get("/me/export")).json
    (application,) = data["applications"]
    assert application["place"]["address"] == "王小明 13800138000 番禺区市桥街1号"
    assert application["answers"]["address"] == "番禺区市桥街繁华路1号"
    own = application["timeline"][0]["actor"]
    assert {line["actor"] for line in application["timeline"]} == {own, "staff"}
    assert "clerk" not in str(data)
    assert [(review["level"], review["words"]) for review in data["reviews"]] == [(5, "很快")]
    assert data["agencies"] == []


async def test_unbinding_asks_first(town: Town) -> None:
    citizen = await town.citizen()
    assert "确定解除实名绑定吗" in (await citizen.get("/me/unbind")).text
    assert (await citizen.get("/me")).status == 200
    done = await citizen.post("/me/unbind")
    assert "已解除绑定" in (await citizen.get(done.location)).text
    assert (await citizen.get("/me")).location.startswith("/binding")
    assert (await citizen.post("/me/unbind")).location == done.location  # tapped twice


def uscc() -> str:
    """91440113 + 9 characters + the check character of GB 32100."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91440113MA59A1B2X"
    total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(body))
    return body + alphabet[-total % 31]


async def test_changing_the_language_keeps_what_was_typed(town: Town) -> None:
    """Without a script too: the page's tools belong to its form."""
    visitor = town.browser()
    await visitor.sign_in("openid-changes-language")
    page = (await visitor.get("/binding?next=/appointments")).text
    assert re.search(r'<button[^>]* form="binding" formaction="/binding/preferences"[^>]*>English', page)
    number = new_number()
    typed = {"name": "何晓彤", "number": number, "phone": "13912345678", "kind": "residence_permit"}
    changed = await visitor.post("/binding/preferences", {**typed, "language": "en", "next": "/appointments"})
    assert changed.status == 200
    assert '<html lang="en"' in changed.text
    assert 'value="何晓彤"' in changed.text
    assert f'value="{number}"' in changed.text
    assert changed.hidden("next") == "/appointments"
    assert 'role="alert"' not in changed.text
    assert visitor.cookies["language"] == "en"
    larger = await visitor.post("/binding/preferences", {**typed, "elder": "1"})
    assert 'class="elder"' in larger.text
    assert 'value="何晓彤"' in larger.text
    assert (await visitor.get("/binding/preferences")).location == "/binding"
    assert (await town.browser().post("/binding/preferences", {**typed, "language": "en"})).status == 401
