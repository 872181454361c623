"""Applying at a kiosk: one group of questions a screen, materials from the phone (article 23)."""

import asyncio
from typing import Any
from urllib.parse import quote

import pytest

from tests.files import photo
from tests.house.applying import ANSWERS, concluded, draft, submitted
from tests.house.browser import Browser, Fields
from tests.house.guides import USCC, rich_guide
from tests.house.kiosks import at_kiosk, person_at_kiosk, standing, token_of
from tests.house.scanned import read_qr
from tests.house.town import Town

ROOT = "/kiosk/applications"
ITEM = f"{USCC}{77:013}"
PARTED = f"{USCC}{78:013}"
"""Its second group asks only who rents, its third only who owns; its last asks who rents one thing more."""
OPTIONS = [{"value": "own", "label": "自有"}, {"value": "rent", "label": "租赁"}]
GROUPS: list[dict[str, Any]] = [
    {
        "title": "住房",
        "questions": [
            {"name": "housing", "label": "住房类型", "kind": "choice", "options": OPTIONS},
            {"name": "address", "label": "现住址", "kind": "long_text"},
        ],
    },
    *(
        {
            "title": label,
            "questions": [
                {
                    "name": name,
                    "label": label,
                    "kind": "name",
                    "when": {"question": "housing", "values": [value]},
                }
            ],
        }
        for name, label, value in (("landlord", "出租人姓名", "rent"), ("owner", "产权人姓名", "own"))
    ),
    {
        "title": "同住人",
        "questions": [
            {"name": "other", "label": "同住人姓名", "kind": "name"},
            {
                "name": "tenant",
                "label": "承租人姓名",
                "kind": "name",
                "when": {"question": "housing", "values": ["rent"]},
            },
        ],
    },
]
OWNED: Fields = {"housing": "own", "address": "繁华路1号", "owner": "李四", "other": "李五"}
PROMISED: Fields = {"how": "window", "hall": "district", "promise": "yes"}


@pytest.fixture(scope="module", autouse=True)
async def offered(town: Town) -> None:
    channels = ["h5", "kiosk", "window"]
    await town.publish(rich_guide(item=ITEM, channels=channels))
    await town.publish(rich_guide(item=PARTED, channels=channels, form={"sections": GROUPS}))


async def begun(screen: Browser, item: str = ITEM) -> str:
    """The path of an application that was begun at a kiosk."""
    done = await screen.post(ROOT, {"item": item})
    assert done.status == 303, done.text
    return done.location.removesuffix("/form")


async def filled(screen: Browser, path: str) -> str:
    """The path to which the last group of questions leads."""
    where = f"{path}/form"
    while "/form" in where:
        shown = await screen.get(where)
        part = shown.hidden("part")
        asked = {name: value for name, value in ANSWERS.items() if f'name="{name}"' in shown.text}
        done = await screen.post(f"{path}/form?part={part}", {"part": part, **asked})
        assert done.status == 303, done.text
        where = done.location
    return where


@pytest.mark.article("23.5", "23.6")
async def test_who_has_signed_in_applies_from_the_guide_to_the_receipt(town: Town) -> None:
    phone = await town.citizen("王小明")
    screen = await person_at_kiosk(town, phone)
    assert "王**" in (await screen.get(f"{ROOT}/new?item={ITEM}")).text
    path = await begun(screen)
    assert "第 1 组，共 2 组" in (await screen.get(f"{path}/form")).text
    assert await filled(screen, path) == f"{path}/materials"
    assert "还没有收到" in (await screen.get(f"{path}/materials")).text
    assert (await screen.get(f"{path}/papers")).json == {"files": ""}
    taken = await phone.upload(f"{path.removeprefix('/kiosk')}/materials/permit", "permit.jpg", photo())
    assert taken.status == 303
    assert (await screen.get(f"{path}/papers")).json["files"]
    assert "已收到" in (await screen.get(f"{path}/materials")).text
    done = await screen.post(f"{path}/confirm", PROMISED)
    assert (done.status, done.location) == (303, f"{path}/receipt"), done.text
    serial = str((await town.services.applications.get(path.split("/")[3]))["serial"])
    assert serial in (await screen.get(f"{path}/receipt")).text
    assert serial in (await screen.get(ROOT)).text
    assert serial in (await phone.get(path.removeprefix("/kiosk"))).text


@pytest.mark.article("23.5")
async def test_what_is_wrong_on_a_screen_is_said_there_and_the_rest_stays(town: Town) -> None:
    screen = await person_at_kiosk(town, await town.citizen())
    path = await begun(screen)
    shown = await screen.get(f"{path}/form")
    part = shown.hidden("part")
    asked = {name: value for name, value in ANSWERS.items() if f'name="{name}"' in shown.text}
    refused = await screen.post(f"{path}/form?part={part}", {"part": part, **asked, "phone": "12"})
    assert refused.status == 400
    assert 'value="12"' in refused.text
    assert "手机号码有误" in refused.text
    assert (
        "有1处需要修改" in refused.text
    )  # the next screen's questions are not answered yet, which is no fault


@pytest.mark.article("23.5")
async def test_a_group_that_asks_nothing_is_left_out(town: Town) -> None:
    """And an address that names it, or none that there is, leads to the first one."""
    screen = await person_at_kiosk(town, await town.citizen())
    form = f"{await begun(screen, PARTED)}/form"
    sent: Fields = {"part": "1", "housing": "own", "address": "繁华路1号"}
    first = await screen.post(f"{form}?part=1", sent)
    assert first.location == f"{form}?part=3"
    assert "第 2 组，共 3 组" in (await screen.get(first.location)).text
    for named in ("0", "2", "5", "x", ""):
        assert "第 1 组，共 3 组" in (await screen.get(f"{form}?part={named}")).text, named
    last = (await screen.post(first.location, {"part": "3", "owner": "李四"})).location
    assert last == f"{form}?part=4"
    shown = (await screen.get(last)).text
    assert ('name="other"' in shown, 'name="tenant"' in shown) == (True, False)
    done = await screen.post(last, {"part": "4", "other": "李五"})
    assert done.location == form.replace("/form", "/materials")


async def test_what_depends_on_an_answer_of_the_same_screen_is_there_with_it(town: Town) -> None:
    """The page shows it once that is chosen."""
    screen = await person_at_kiosk(town, await town.citizen())
    shown = (await screen.get(f"{await begun(screen)}/form?part=2")).text
    assert ('name="housing"' in shown, 'name="landlord"' in shown) == (True, True)


@pytest.mark.article("23.5")
async def test_a_screen_answers_for_its_own_questions_alone(town: Town) -> None:
    """What it leaves empty is empty, whatever was there before; what others ask it can neither clear nor
    fill; and only what is wrong here is said here."""
    screen = await person_at_kiosk(town, await town.citizen())
    form = f"{await begun(screen, PARTED)}/form"
    here = await screen.post(f"{form}?part=1", {"part": "1", "housing": "rent"})
    assert (here.status, 'href="#address"' in here.text, 'href="#landlord"' in here.text) == (
        400,
        True,
        False,
    )
    sent: Fields = {"part": "1", "housing": "rent", "address": "繁华路1号", "landlord": "李四"}
    assert (await screen.post(f"{form}?part=1", sent)).location == f"{form}?part=2"
    applications = town.services.applications
    kept = applications.answers(await applications.get(form.split("/")[3]))
    assert kept == {"housing": "rent", "address": "繁华路1号"}
    assert (await screen.post(f"{form}?part=2", {"part": "2", "landlord": "李四"})).status == 303
    assert applications.answers(await applications.get(form.split("/")[3])) == {**kept, "landlord": "李四"}
    bare = await screen.post(f"{form}?part=1", {"part": "1", "address": "繁华路2号"})
    assert (bare.status, 'href="#housing"' in bare.text) == (400, True)


async def test_the_form_of_what_was_handed_in_leads_to_where_it_stands(town: Town) -> None:
    phone = await town.citizen()
    path = await submitted(phone, item=ITEM)
    screen = await person_at_kiosk(town, phone)
    assert (await screen.get(f"/kiosk{path}/form")).location == f"/kiosk{path}"


@pytest.mark.article("23.3")
async def test_what_is_a_persons_is_not_kept_and_is_sent_by_them_alone(town: Town) -> None:
    phone = await town.citizen()
    path = await draft(phone, item=ITEM)
    screen = await person_at_kiosk(town, phone)
    code = await screen.get(f"/kiosk{path}/papers.png")
    assert (code.status, code.headers["Cache-Control"]) == (200, "no-store")
    nobody = await at_kiosk(town)
    assert (await nobody.post(f"/kiosk{path}/withdraw")).status == 401
    back = quote(f"/kiosk{path}/form?part=2", safe="")
    assert (await nobody.get(f"/kiosk{path}/form?part=2")).location == f"/kiosk/sign-in?next={back}"


@pytest.mark.article("23.5")
async def test_the_phone_is_led_to_where_files_are_handed_in(town: Town) -> None:
    """By a QR on the screen, which waits for as long as that takes."""
    phone = await town.citizen()
    path = await submitted(phone, item=ITEM)
    await town.staff.request_supplement(path.split("/")[2], ["permit"], [], "缺背面")
    begun_too = await draft(phone, item=PARTED, answers=OWNED)
    screen = await person_at_kiosk(town, phone)
    for case, page in ((path, "supplement"), (begun_too, "materials")):
        shown = await screen.get(f"/kiosk{case}/{page}")
        assert (shown.status, 'data-idle="180"' in shown.text) == (200, True)
        code = await screen.get(f"/kiosk{case}/papers.png")
        assert await read_qr(code.content) == f"{town.services.site.base_url}{case}/{page}"
    assert (await phone.get(f"{path}/supplement")).status == 200


@pytest.mark.article("23.3")
async def test_who_is_not_bound_yet_is_sent_to_the_phone(town: Town) -> None:
    phone = town.browser()
    await phone.sign_in("openid-unbound")
    screen = await person_at_kiosk(town, phone)
    shown = await screen.get(ROOT)
    assert (shown.status, "请先在手机上完成实名认证" in shown.text) == (403, True)


async def test_a_draft_goes_on_at_the_kiosk_and_back_on_the_phone(town: Town) -> None:
    phone = await town.citizen()
    path = await draft(phone, item=ITEM)
    screen = await person_at_kiosk(town, phone)
    again = await begun(screen)
    assert again == f"/kiosk{path}", "it is the same draft"
    assert await filled(screen, again) == f"{again}/materials"
    assert 'value="李四"' in (await phone.get(f"{path}/form")).text


async def test_what_was_written_on_two_screens_is_chosen_from(town: Town) -> None:
    phone = await town.citizen()
    path = await draft(phone, item=ITEM)
    screen = await person_at_kiosk(town, phone)
    shown = await screen.get(f"/kiosk{path}/form")
    part, old = shown.hidden("part"), {"version": shown.hidden("version")}
    asked = {name: value for name, value in ANSWERS.items() if f'name="{name}"' in shown.text}
    await phone.post(f"{path}/form", ANSWERS | {"phone": "13900139000"})
    both = await screen.post(f"/kiosk{path}/form?part={part}", {"part": part, **asked, **old})
    assert both.status == 409
    assert "核对两处内容" in both.text
    chosen = {**ANSWERS, "address": "繁华路9号", "use-phone": "kept", "version": both.hidden("version")}
    assert (await screen.post(f"/kiosk{path}/form", chosen)).status == 303
    kept = (await phone.get(f"{path}/form")).text
    assert ("繁华路9号" in kept, 'value="13900139000"' in kept) == (True, True)


@pytest.mark.article("23.5")
async def test_handed_in_again_because_the_answer_was_lost_it_is_one_application(town: Town) -> None:
    phone = await town.citizen()
    path = await draft(phone, item=ITEM)
    await phone.upload(f"{path}/materials/permit", "permit.jpg", photo())
    screen = await person_at_kiosk(town, phone)
    page = await screen.get(f"/kiosk{path}/confirm")
    sent = {**PROMISED, "version": page.hidden("version")}
    answers = await asyncio.gather(*(screen.post(f"/kiosk{path}/confirm", sent) for _ in range(3)))
    answers += [await screen.post(f"/kiosk{path}/confirm", sent)]
    assert {(one.status, one.location) for one in answers} == {(303, f"/kiosk{path}/receipt")}
    listed = (await screen.get(ROOT)).text
    assert listed.count("list__one") == 1


@pytest.mark.article("23.3")
async def test_a_persons_session_counts_at_its_own_kiosk_alone(town: Town) -> None:
    phone = await town.citizen()
    path = await submitted(phone, item=ITEM)
    screen = await person_at_kiosk(town, phone)
    assert (await screen.get(f"/kiosk{path}")).status == 200
    elsewhere = town.browser()
    elsewhere.cookies["session"] = screen.cookies["person"]
    assert (await elsewhere.get(path)).status == 302, "on no phone and no computer"
    assert (await elsewhere.get(f"/kiosk{path}")).status == 403
    alone = await at_kiosk(town)
    assert (await alone.get(f"/kiosk{path}")).location.startswith("/kiosk/sign-in?next=")
    alone.cookies.pop("device_session")
    alone.cookies["person"] = phone.cookies["session"]
    assert "kiosk/person.js" not in (await alone.get("/kiosk/guides")).text, "where no kiosk is, nobody is"
    assert "kiosk/person.js" in (await screen.get("/kiosk/guides")).text
    screen.cookies.pop("device_session")
    assert (await screen.get(f"/kiosk{path}")).status == 403
    screen.cookies["device_session"] = await token_of(town, await standing(town))
    assert (await screen.get(f"/kiosk{path}")).status == 200


@pytest.mark.article("7.own")
async def test_somebody_elses_is_not_found_at_a_kiosk(town: Town) -> None:
    path = await submitted(await town.citizen(), item=ITEM)
    screen = await person_at_kiosk(town, await town.citizen())
    pages = (
        "",
        "/form",
        "/materials",
        "/papers",
        "/papers.png",
        "/confirm",
        "/receipt",
        "/supplement",
        "/review",
    )
    for page in pages:
        assert (await screen.get(f"/kiosk{path}{page}")).status == 404, page
    for action in ("/form", "/confirm", "/withdraw", "/supplement", "/delete", "/review"):
        assert (await screen.post(f"/kiosk{path}{action}", {"promise": "yes", "level": "5"})).status == 404, (
            action
        )


@pytest.mark.article("23.7")
async def test_a_bad_level_says_why_at_a_kiosk_too(town: Town) -> None:
    phone = await town.citizen()
    going_on, path = await submitted(phone, item=ITEM), await concluded(town, phone)
    screen = await person_at_kiosk(town, phone)
    assert (await screen.post(f"/kiosk{going_on}/review", {"level": "5"})).status == 422
    bare = await screen.post(f"/kiosk{path}/review", {"level": "1"})
    assert bare.status == 422
    done = await screen.post(f"/kiosk{path}/review", {"level": "1", "words": "等得太久"})
    assert (done.status, done.location) == (303, f"/kiosk{path}/review")
    review = await town.services.reviews.find(f"application:{path.split('/')[2]}")
    assert review
    assert (review["level"], review["channel"]) == (1, "kiosk")
