"""Panyu's data: what it must hold, how its faults are told, and that loading it twice changes nothing."""

import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.events import Cause, Channel
from models.guides import Guide, Handling, ItemType, Kind, Search
from models.guides.publishing import Publishing
from models.law import Term, latest
from models.people.credentials import ApplicantKind
from models.places import HallKind, Position
from models.staff import Role
from models.store import Store
from tests.house.clock import START
from wechat_backend.database.connection import Database
from wechat_backend.demo import env as demo_env
from wechat_backend.demo.data import STAFF
from wechat_backend.loading import loader
from wechat_backend.loading.calendar import Calendar
from wechat_backend.loading.loader import Data, DataError, load
from wechat_backend.loading.writer import Counts, Shelves, prepared, store

BY = Cause("system", START, Channel.SYSTEM, "request-data")
SCRIPT = loader.FOLDER.parent / "scripts" / "load-data"
ELDERLY = "老年人优待证（敬老卡）申领"
STREETS = "市桥 沙头 东环 桥南 小谷围 大石 洛浦 石壁 钟村 大龙 沙湾"
TOWNS = "南村 新造 化龙 石楼 石碁"
NOTHING = Counts(0, 0, 0, 0)
HERE = Position(22.94, 113.38)


@pytest.fixture(scope="module")
def data() -> Data:
    return load()


@pytest.fixture(scope="module")
async def shelves(database: Database, data: Data) -> Shelves:
    """With all data in them."""
    found = await prepared(database)
    await store(data, found, BY)
    return found


@pytest.fixture(scope="module")
def search(shelves: Shelves) -> Search:
    return Search(shelves.guides, shelves.referrals)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(loader.FOLDER, tmp_path / "data"))


def faults(folder: Path) -> list[str]:
    with pytest.raises(DataError) as error:
        load(folder)
    return str(error.value).splitlines()


@pytest.mark.article("18.1", "18.5", "20.1")
def test_the_service_circle_is_complete(data: Data) -> None:
    kinds = Counter(hall.kind for hall in data.halls)
    assert kinds == {"centre": 1, "hall": 6, "township": 16, "special": 3, "station": 80}
    circle = [hall for hall in data.halls if hall.kind in ("centre", "hall", "station")]
    assert all(hall.all_day for hall in circle)
    assert all(hall.phone for hall in data.halls)
    names = " ".join(hall.name for hall in data.halls if hall.kind == "hall")
    for place in ("万博", "大学城", "长隆", "汽车城", "南站", "基盛万科"):
        assert place in names


@pytest.mark.article("18.1")
def test_stations_are_in_every_township(data: Data) -> None:
    expected = {f"{name}街道" for name in STREETS.split()} | {f"{name}镇" for name in TOWNS.split()}
    stations = [hall for hall in data.halls if hall.kind == "station"]
    assert {hall.township for hall in stations} == expected
    assert all(hall.township in hall.address for hall in stations)
    assert len({hall.location.coordinates for hall in stations}) == 80


@pytest.mark.article("18.1")
def test_every_township_has_a_service_centre_where_something_is_handled(data: Data) -> None:
    centres = [hall for hall in data.halls if hall.kind == "township"]
    stations = {hall.township for hall in data.halls if hall.kind == "station"}
    assert {hall.township for hall in centres} == stations
    handled = {place for guide in data.guides for place in guide.places}
    assert handled >= {hall.code for hall in data.halls if hall.windows}


@pytest.mark.article("18.4", "18.5")
def test_every_place_has_a_manager_and_says_how_one_gets_in(data: Data) -> None:
    for hall in data.halls:
        assert hall.manager, hall.name
        assert hall.manager.phone not in ("", hall.phone), hall.name
        assert hall.access, hall.name
        assert hall.access.way, hall.name
        assert hall.access.parking, hall.name
    assert {hall.access.step_free for hall in data.halls if hall.access} == {True, False}


@pytest.mark.parametrize(
    ("field", "fault"),
    [
        ("manager", "has no manager"),
        ("access", "does not say how one gets in"),
        ("windows", "does not say when people serve there"),
    ],
)
def test_a_place_that_lacks_what_people_need(folder: Path, field: str, fault: str) -> None:
    file = folder / "halls" / "townships.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["defaults"].pop(field, None)
    content["halls"][0].pop(field, None)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    assert any(fault in one for one in faults(folder))


def test_items_of_every_kind(data: Data) -> None:
    assert len(data.guides) >= 42
    assert {guide.handling for guide in data.guides} == set(Handling)
    assert {kind for guide in data.guides for kind in guide.audience} == set(ApplicantKind)
    assert any(guide.trust_first for guide in data.guides)
    assert {question.kind for guide in data.guides for question in guide.form.questions()} == set(Kind)
    assert len(data.departments) == 20


def test_items_of_every_type(data: Data) -> None:
    assert {guide.type for guide in data.guides} == set(ItemType)


def test_what_is_made_up_says_so(data: Data) -> None:
    """Phones of departments and halls stand for the real ones; those of referrals are real."""
    assert data.made_up == {
        "Department.code": len(data.departments),
        "Department.phone": len(data.departments),
        **{f"Hall.{field}": len(data.halls) for field in ("phone", "manager", "access")},
        **{f"Hall.{field}": 16 + 3 for field in ("address", "location")},
        "Guide.consult_phone": len(data.guides),
    }


def test_no_two_departments_are_said_to_be_at_one_address(data: Data) -> None:
    """Nobody has written theirs yet: an address that is not known is not told."""
    told = [one.address for one in data.departments if one.address]
    assert len(told) == len(set(told))


def test_every_item_has_a_demand(data: Data) -> None:
    assert {item for item, times in data.demand.items() if times > 0} == {one.item for one in data.guides}


def test_a_name_that_says_the_type_is_right(data: Data) -> None:
    said = {"许可": ItemType.PERMIT, "备案": ItemType.RECORD_FILING, "津贴": ItemType.BENEFIT}
    named = [(guide, kind) for guide in data.guides for word, kind in said.items() if word in guide.name]
    assert len(named) > 10
    assert [guide.name for guide, kind in named if guide.type is not kind] == []


def test_a_permit_that_may_take_longer_says_by_which_law(data: Data) -> None:
    """行政许可法 42."""
    usual = latest(Term.DECISION)
    assert usual
    permits = [guide for guide in data.guides if guide.type is ItemType.PERMIT]
    longer = {guide.name: guide.time_limit for guide in permits if guide.time_limit.legal > usual.number}
    assert {name: limit.legal for name, limit in longer.items()} == {
        "社会团体成立登记": 60,
        "教师资格认定": 30,
        "建设项目环境影响报告表审批": 30,
    }
    assert all(limit.basis.startswith("《") for limit in longer.values())


def test_what_people_tell_of_themselves_and_others_is_masked(data: Data) -> None:
    kinds = {(question.name, question.kind) for guide in data.guides for question in guide.form.questions()}
    expected = {
        Kind.NAME: "name contact agent_name owners partner_name child baby landlord spouse child_names",
        Kind.ADDRESS: "address site house central_address",
        Kind.REFERENCE: "bank_account permit title_no licence_no",
        Kind.MONEY: "income rent price",
        Kind.HEALTH: "disease ill stage",
    }
    assert {(name, kind) for kind, names in expected.items() for name in names.split()} <= kinds


@pytest.mark.article("14.beyond")
def test_the_contact_of_a_body_is_suggested_and_not_asked(data: Data) -> None:
    """Who acts for it is the contact, unless they say another."""
    asked = [q for guide in data.guides for q in guide.form.questions() if "联系人姓名" in q.label]
    assert len(asked) > 15
    assert {question.prefill for question in asked} == {"contact"}


@pytest.mark.article("7.sealed")
@pytest.mark.parametrize(
    ("question", "label"),
    [
        ("agent_name: {label: 代办人姓名, kind: name", "代办人姓名"),
        ("agent_name: {label: 代办人姓名, kind: name", "谁"),
        ("address: {label: 现居住地址, kind: address", "现居住地址"),
        ("site: {label: 经营场所地址, kind: address", "在哪里"),
        ("bank_account: {label: 银行账号, kind: reference", "银行账号"),
        ("agent_phone: {label: 代办人电话, kind: phone", "代办人电话"),
        ("agent_phone: {label: 代办人电话, kind: phone", "代办人"),
    ],
)
def test_a_question_that_asks_for_something_private_is_of_such_a_kind(
    folder: Path, question: str, label: str
) -> None:
    """Its label or its name tells."""
    library = folder / "library.yaml"
    right = library.read_text(encoding="utf-8")
    assert question in right
    plain = f"{question.partition(':')[0]}: {{label: {label}, kind: text"
    library.write_text(right.replace(question, plain), encoding="utf-8")
    assert any(f"「{label}」" in line for line in faults(folder))


@pytest.mark.article("24.contents")
def test_guides_say_what_the_article_lists(data: Data) -> None:
    for guide in data.guides:
        assert all((guide.name_en, guide.summary, guide.conditions, guide.basis)), guide.name
        assert guide.fees.amount == "不收费" or guide.fees.basis, guide.name
        assert all(one.sample or one.blank or one.note for one in guide.materials), guide.name
        assert guide.keywords, guide.name
        assert 4 <= len(list(guide.form.questions())) <= 15, guide.name


OF_MANY_KINDS = {"广告效果图", "演员名单和艺术表演能力证明", "安全生产规章制度目录"}
"""What looks different each time: a picture of one would mislead."""


@pytest.mark.article("24.contents")
def test_what_is_uploaded_has_a_sample_or_an_empty_form_as_picture(data: Data) -> None:
    asked = [one for guide in data.guides for one in guide.online_materials() if one.uploads]
    assert {one.name for one in asked if not (one.sample_file or one.blank_file)} == OF_MANY_KINDS


def test_the_item_that_the_demo_walks_through(data: Data) -> None:
    (guide,) = (guide for guide in data.guides if guide.name == ELDERLY)
    assert guide.audience == [ApplicantKind.PERSON]
    assert guide.handling is Handling.FULLY_ONLINE
    assert [m.uploads for m in guide.online_materials() if m.required] == [True]
    assert sum(question.when is not None for question in guide.form.questions()) == 1


async def test_loading_twice_writes_once(any_database: Database, data: Data) -> None:
    shelves = await prepared(any_database)
    written = Counts(20, 106, len(data.guides), len(data.referrals))
    assert await store(data, shelves, BY) == written
    before = [await everything(one) for one in shelves]
    assert await store(data, shelves, BY) == NOTHING
    assert [await everything(one) for one in shelves] == before


async def test_the_calendar_is_filled_once_and_then_only_compared(shelves: Shelves, data: Data) -> None:
    first, second = date(2027, 2, 8), date(2027, 2, 9)
    entered = replace(only(data.guides[0]), calendar=Calendar(days={first: False}))
    assert await store(entered, shelves, BY) == NOTHING
    more = replace(entered, calendar=Calendar(days={first: False, second: False}))
    assert (await store(more, shelves, BY)).differing == [
        "calendar.yaml: 2027-02-09: False here, not entered in the database"
    ]
    assert [*(await shelves.calendar.of_year(2027))["days"]] == ["2027-02-08"]


async def everything(one: Store[Any]) -> list[dict[str, Any]]:
    return [document async for document in one.documents.find().sort("_id", 1)]


@pytest.mark.article("24.version")
async def test_a_changed_guide_needs_a_new_version(shelves: Shelves, data: Data) -> None:
    guide = next(guide for guide in data.guides if guide.name == ELDERLY)
    changed = guide.model_copy(update={"summary": "改了"})
    with pytest.raises(DataError, match=rf"{guide.key}.*版本"):
        await store(only(changed), shelves, BY)
    assert await shelves.guides.published(guide.item) == guide


async def test_a_newer_version_than_the_files_have_stays(shelves: Shelves, data: Data) -> None:
    guide = data.guides[0]
    newer = guide.model_copy(update={"version": guide.version + 1, "summary": "在管理台修改"})
    await Publishing(shelves.guides).publish(newer, BY)
    assert await store(only(guide), shelves, BY) == NOTHING
    assert await shelves.guides.published(guide.item) == newer


def only(guide: Guide) -> Data:
    return Data([], [], [guide], [], [], {}, Calendar(), {})


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("departments.yaml", "11440113007512308F", "11440113007512308G", "民政局: code 11440113007512308G"),
        ("departments.yaml", "slug: hr", "slug: civil", "slug civil is there twice"),
        ("departments.yaml", "020-84610100", "8461-0100", "phone 8461-0100"),
        ("departments.yaml", "short: 人社局", "short: 民政局", "short 民政局 is there 2 times"),
        ("halls/main.yaml", "code: wanbo", "code: centre", "code centre is there 2 times"),
        ("halls/main.yaml", "113.3478", "131.3478", "万博24小时智慧政务大厅: location 131.3478"),
        ("halls/main.yaml", "kind: hall", "kind: hotel", "kind: Input should be"),
        (
            "halls/stations/dashi.yaml",
            "all_day: true",
            "all_day: true\n  all_day: true",
            "all_day is there twice",
        ),
        (
            "halls/stations/dashi.yaml",
            "halls:",
            "places:",
            "dashi.yaml: file: is not written as it should be",
        ),
        ("library.yaml", "sections:", "sections: [", "library.yaml: line"),
        ("calendar.yaml", "\ndays: {}", "\ndays: {2026-13-45: true}", "calendar.yaml"),
        ("calendar.yaml", "\ndays: {}", "\ndays: {2026-09-24: closed}", "calendar.yaml: days."),
        ("calendar.yaml", "\ndays: {}", "\nclosed: 2026-09-24", "calendar.yaml: closed"),
        ("calendar.yaml", "\ndays: {}", "\nthrough: 2101", "calendar.yaml: through: Value error, no day of"),
        ("departments.yaml", "11440113007512308F", "11440113007512300N", "are no organization code"),
        ("departments.yaml", "[code, phone]", "[code, fax]", "there is no field fax"),
        (
            "items/civil.yaml",
            "basis: [《婚姻登记条例》, ",
            "basis: [婚姻登记条例, ",
            "does not name the law in 《》",
        ),
        (
            "items/civil.yaml",
            "handling: pre_acceptance",
            "handling: pre_acceptance\n  channels: [kiosk]",
            "不能在自助终端办理",
        ),
        ("referrals.yaml", "who: 公证处", "whom: 公证处", "公证（继承、委托、学历等）: who: Field required"),
        ("items/civil.yaml", "demand: 380", "demand: many", "is not written as an item is"),
        ("items/civil.yaml", "department: civil", "department: zoo", "there is no department zoo"),
        (
            "items/civil.yaml",
            "places: [centre, wanbo",
            "places: [moon, wanbo",
            f"{ELDERLY}: there is no hall moon",
        ),
        ("items/civil.yaml", "group: general", "group: police", "hall wanbo has no window for police"),
        ("items/civil.yaml", 'code: "0111002"', 'code: "0111001"', "is there 2 times"),
        ("items/civil.yaml", "name: 结婚登记", f"name: {ELDERLY}", f"name {ELDERLY} is there 2 times"),
        ("items/civil.yaml", "steps: short", "steps: long", f"{ELDERLY}: 'long' is missing"),
        (
            "items/civil.yaml",
            "materials: [id_card]",
            "materials: [passport]",
            f"{ELDERLY}: 'passport' is missing",
        ),
        (
            "items/civil.yaml",
            "when: {card_kind: [replace]}",
            "when: {card: [replace]}",
            "not asked for before",
        ),
        ("items/civil.yaml", "summary: 年满60", "sumary: 年满60", f"{ELDERLY}: summary: Field required"),
        ("items/civil.yaml", "type: public_service", "kind: gift", f"{ELDERLY}: 'type' is missing"),
        ("items/civil.yaml", "type: public_service", "type: gift", f"{ELDERLY}: type: Input should be"),
        (
            "items/civil.yaml",
            ", basis: 《社会团体登记管理条例》第十二条",
            "",
            "社会团体成立登记: 行政许可的法定时限",
        ),
        ("items/medical.yaml", "  deliverable: 异地就医备案回执\n", "", "异地就医备案: 须写明办理结果"),
        ("items/civil.yaml", "visits: 0", "visits: 1", f"{ELDERLY}: 1 visits do not go with fully_online"),
        (
            "items/civil.yaml",
            "materials: [id_card]",
            "materials: [signed_form]",
            "is fully online, but needs paper",
        ),
        ("items/civil.yaml", "commitment, signed_form]", "commitment]", "nothing is left to sign or seal"),
        ("items/civil.yaml", "020-84610110", "020-846", "consult_phone 020-846"),
    ],
)
def test_a_fault_is_told_with_its_place(folder: Path, file: str, old: str, new: str, said: str) -> None:
    path = folder / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = [line for line in faults(folder) if said in line]
    assert found, faults(folder)
    assert all(line.count(": ") >= 2 or line.startswith("calendar") for line in found)


@pytest.mark.article("15.electronic")
def test_every_item_ends_with_a_result(data: Data) -> None:
    assert [guide.name for guide in data.guides if not guide.deliverable] == []


@pytest.mark.article("10.steps", "14.window")
def test_what_may_not_be_published_is_not_loaded(folder: Path) -> None:
    library = folder / "library.yaml"
    short = "online: [申请, 受理, 办结]"
    extra = "online: [申请, 受理, 审查, 复核, 办结]"
    library.write_text(
        library.read_text().replace(short, extra).replace("photo: {name", "photo: {asked: [online], name")
    )
    found = faults(folder)
    assert any(ELDERLY in line and "环节" in line for line in found)
    assert any("结婚登记" in line and "近期免冠彩色照片" in line for line in found)


def test_all_faults_at_once(folder: Path) -> None:
    (folder / "calendar.yaml").unlink()
    (folder / "halls" / "main.yaml").write_text("- code: Centre\n")
    (folder / "items" / "police.yaml").write_text(
        "department: police\nitems: [{name: 甲}, {name: 乙, code: '1'}]"
    )
    found = "\n".join(faults(folder))
    for said in ("calendar.yaml: file: is not there", "Centre: code:", "police.yaml: 甲", "police.yaml: 乙"):
        assert said in found


async def queries_of(database: Database, asked: Callable[[], Awaitable[Any]]) -> list[str]:
    """How the server found what `asked` asks for: the plan of each round trip."""
    await database.native.command("profile", 2)
    try:
        await asked()
    finally:
        await database.native.command("profile", 0)
    seen = database.native["system.profile"].find(
        {"planSummary": {"$exists": True}, "ns": {"$not": {"$regex": "profile"}}}
    )
    plans = [entry["planSummary"] async for entry in seen]
    await database.native["system.profile"].drop()
    return plans


Ask = Callable[[Shelves, Guide], Awaitable[Any]]
QUERIES: list[tuple[str, Ask]] = [
    ("IXSCAN { state: 1, item: 1, version: 1 }", lambda shelves, _: shelves.guides.in_force()),
    ("IXSCAN { _id: 1 }", lambda shelves, guide: shelves.guides.entries([guide.key, "another"])),
    ("IDHACK", lambda shelves, guide: shelves.guides.version(guide.key)),
    ("IXSCAN { item: 1 }", lambda shelves, guide: shelves.guides.published(guide.item)),  # known by then
    ("IXSCAN { kind: 1, township: 1 }", lambda shelves, _: shelves.halls.all()),
    ("IXSCAN { kind: 1, township: 1 }", lambda shelves, _: shelves.halls.all(HallKind.STATION)),
    ("IXSCAN { groups: 1 }", lambda shelves, _: shelves.halls.offering("police")),
    ("IXSCAN { _id: 1 }", lambda shelves, _: shelves.halls.offering("police", ["centre", "wanbo"])),
    ("IDHACK", lambda shelves, _: shelves.halls.get("centre")),
    ("IXSCAN { _id: 1 }", lambda shelves, _: shelves.halls.those(["centre", "wanbo"])),
    ('GEO_NEAR_2DSPHERE { location: "2dsphere" }', lambda shelves, _: shelves.halls.near(HERE, 5)),
    ('GEO_NEAR_2DSPHERE { location: "2dsphere" }', lambda shelves, _: shelves.halls.near(HERE)),
    (
        'GEO_NEAR_2DSPHERE { location: "2dsphere" }',
        lambda shelves, guide: shelves.halls.near(HERE, group=guide.group, places=guide.places),
    ),
]


def test_the_demos_township_has_windows_of_its_own(data: Data) -> None:
    [township] = [member for member in STAFF if member.role is Role.TOWNSHIP]
    own = [hall.code for hall in data.halls if hall.windows and hall.township == township.township]
    assert own == ["wanbo", "changlong", "nancun"]


def test_the_demo_has_an_approver_for_every_item(data: Data) -> None:
    codes = {department.short: department.code for department in data.departments}
    approvers = [codes[one.department or ""] for one in STAFF if one.role is Role.APPROVER]
    assert {guide.department for guide in data.guides} <= set(approvers)
    assert len(approvers) == len(set(approvers))


@pytest.mark.parametrize(("plan", "ask"), QUERIES)
async def test_every_query_has_an_index(
    database: Database, shelves: Shelves, data: Data, plan: str, ask: Ask
) -> None:
    plans = await queries_of(database, lambda: ask(shelves, data.guides[5]))
    assert plans
    assert plans[0].startswith(plan), plans
    assert all(used == "IXSCAN { _id: 1 }" for used in plans[1:]), plans


EVERYDAY = {
    "办居住证": "居住证",
    "居住证 续期": "居住证签注",
    "居注证": "居住证",
    "参保证明": "社会保险参保缴费证明",
    "医药费报销": "基本医疗保险医疗费用报销",
    "退伍补贴": "自主就业退役士兵一次性经济补助",
    "孩子上学": "义务教育学校入学报名",
    "社保卡": "社会保障卡",
    "我要开店": "个体工商户设立登记",
    "开奶茶店要什么手续": "食品经营许可",
    "怎么给孩子上户口": "出生登记",
    "失业了怎么办": "失业保险金申领",
    "老人坐公交免费": ELDERLY,
    "长者卡": ELDERLY,
    "老年卡": ELDERLY,
    "学位": "义务教育学校入学报名（来穗人员随迁子女）",
    "敬老咔": ELDERLY,
    "生小孩": "生育登记",
    "小孩医保": "城乡居民基本医疗保险参保登记",
    "异地看病报销": "异地就医备案",
    "高血压": "门诊特定病种待遇认定",
    "公积金": "住房公积金",
    "护照": "普通护照",
    "驾照换证": "机动车驾驶证",
    "身份证丢了": "居民身份证",
    "老人去世注销户口": "户口迁移",
    "改名字": "户口迁移",
    "个税退税": "个人所得税",
    "打疫苗": "预防接种",
    "去香港": "往来港澳通行证首次申领",
    "租房合同备案": "房屋租赁登记备案",
    "买房交税": "二手房交易税费预申报",
    "打官司没钱": "法律援助申请",
    "养狗": "养犬登记",
    "网约车": "网络预约出租汽车驾驶员证申请",
    "注册公司": "有限责任公司设立登记",
    "jlk": ELDERLY,
    "gaoxueya": "门诊特定病种待遇认定",
    "ju zhu zheng": "居住证",
    "residence permit": "居住证",
    "residense permit": "居住证",
    "driving licence": "机动车驾驶证",
}
"""What people type → how the name of what they mean begins."""


@pytest.mark.parametrize("typed", EVERYDAY)
@pytest.mark.article("24.published")
async def test_people_find_what_they_mean(search: Search, typed: str) -> None:
    first = [hit.name for hit in (await search.find(typed)).hits[:3]]
    assert first
    assert first[0].startswith(EVERYDAY[typed]), first


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PANYU_")}
    return subprocess.run(
        [str(SCRIPT), *arguments],
        env={**own, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_script_only_checks(folder: Path) -> None:
    assert run("--check").stdout.startswith("20 departments, 106 halls")
    (folder / "departments.yaml").unlink()
    broken = run("--check", "--folder", str(folder))
    assert broken.returncode == 1
    assert "departments.yaml: file: is not there" in broken.stderr


async def test_the_script_loads(database: Database, mongo_uri: str) -> None:
    variables = demo_env.complete({}) | demo_env.addresses(8888, 8889, mongo_uri)
    variables["PANYU_MONGO_DATABASE"] = f"{database.name}_script"
    try:
        first, second = run(**variables), run(**variables)
        assert first.returncode == 0, first.stderr
        assert "written: 20 departments, 106 halls" in first.stdout
        assert "written: 0 departments, 0 halls, 0 items, 0 referrals" in second.stdout
    finally:
        await database.client.drop_database(variables["PANYU_MONGO_DATABASE"])
    unset = run()
    assert unset.returncode == 1
    assert "PANYU_MONGO_URI" in unset.stderr
