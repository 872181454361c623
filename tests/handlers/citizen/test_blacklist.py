"""A decision of the blacklist as the person it concerns meets it on the phone (article 28)."""

import re
from dataclasses import dataclass

import pytest

from models.applications import State as Stage
from models.blacklist import Ground, Reference, State
from models.people import Party
from tests.files import photo
from tests.house.applying import ITEM, draft, submitted
from tests.house.barred import BEGUN, HANDED_IN, LAST_DAY, LISTED, cast_of, listing_of, wrong_at
from tests.house.browser import COMPUTER, PHONE_IN_WECHAT, Browser, Fields
from tests.house.guides import plain_guide
from tests.house.listing import FACTS, WORDS, ZHAO, Listing
from tests.house.people import new_number, new_phone
from tests.house.town import Town


@dataclass(frozen=True)
class Listed:
    """A citizen with something under way and a draft, and the decision that waits."""

    browser: Browser
    party: Party
    under_way: str
    draft: str
    listing: Listing
    ban: str

    @property
    def page(self) -> str:
        return f"/blacklist/{self.ban}"


@pytest.fixture
async def listed(town: Town) -> Listed:
    browser, openid = town.browser(), f"openid-{new_phone()}"
    await browser.sign_in(openid)
    await browser.bind("王小明", new_number(), new_phone())
    account = await town.services.accounts.find(openid)
    assert account
    party = await town.services.binding.party(account)
    assert party
    path = await submitted(browser)
    under_way = path.split("/")[2]
    listing = Listing(town, party.id, (Reference("application", under_way),))
    await town.desk(party).withdraw(under_way)
    begun = await draft(browser)
    ban = await listing.confirmed()
    return Listed(browser, party, path, begun, listing, ban["_id"])


@pytest.mark.article("28.notice", "28.months", "28.online", "28.appeal")
async def test_from_the_decision_to_its_lifting(town: Town, listed: Listed) -> None:
    browser = listed.browser
    me = (await browser.get("/me")).text
    assert "您有一份处理决定书待查收" in me
    assert listed.page in me
    overview = (await browser.get("/blacklist")).text
    assert "待查收" in overview
    assert FACTS not in overview
    assert (await browser.get(f"/applications/new?item={ITEM}")).status == 200  # it is not delivered yet

    page = (await browser.get(listed.page)).text
    for part in (
        FACTS,
        "番政管〔2026〕",
        "第二十八条第一款第（一）项",
        "自您收到本决定之日起三个月内",
        "2027-02-24",
    ):
        assert part in page
    found = await town.services.bans.get(listed.ban)
    assert found["delivered"]
    assert found["delivered"]["how"] == "own_page"

    for refused in (
        await browser.get(f"/applications/new?item={ITEM}"),
        await browser.post("/applications", {"item": ITEM}),
        await browser.post(
            f"{listed.draft}/confirm", {"how": "window", "hall": "district", "promise": "yes"}
        ),
    ):
        assert refused.status == 403
        for part in ("2027-02-24（含当日）以前不能在线申请", "/appointments/new", "/blacklist"):
            assert part in refused.text
    for open_page in (f"{listed.draft}/form", listed.under_way, f"/appointments/new?item={ITEM}", "/me"):
        assert (await browser.get(open_page)).status == 200

    empty = await browser.post(f"{listed.page}/appeal", {"words": " "})
    assert (empty.status, "请写明申诉的事实和理由" in empty.text) == (400, True)
    made = await browser.post(f"{listed.page}/appeal", {"words": WORDS})
    assert (made.status, made.location) == (303, f"{listed.page}#appeal")
    assert (await browser.post(f"{listed.page}/appeal", {"words": WORDS})).status == 303  # tapped twice
    uploaded = await browser.upload(f"{listed.page}/appeal/files", "proof.jpg", photo())
    assert uploaded.status == 303, uploaded.text
    waiting = (await browser.get(listed.page)).text
    for part in ("申诉处理中", WORDS, "申诉材料1.jpg", "答复期限"):
        assert part in waiting
    appeal = (await town.services.bans.get(listed.ban))["appeal"]
    assert appeal
    file = f"{listed.page}/files/{appeal['files'][0]['file']}"
    assert (await browser.get(file)).status == 200

    by = listed.listing.by(ZHAO)
    await town.services.appeals.decide(listed.ban, ZHAO, "查明属实，予以撤销", by, lifted=True)
    after = (await browser.get(listed.page)).text
    assert "申诉成立，已撤销" in after
    assert "查明属实，予以撤销" in after
    assert (await browser.get(f"/applications/new?item={ITEM}")).status == 200
    late = await browser.upload(f"{listed.page}/appeal/files", "proof.jpg", photo())
    assert (late.status, "该申诉已作出答复" in late.text) == (409, True)


async def test_it_is_nobody_elses(town: Town, listed: Listed) -> None:
    stranger = await town.citizen("李四")
    assert (await stranger.get(listed.page)).status == 404
    assert (await stranger.post(f"{listed.page}/appeal", {"words": WORDS})).status == 404
    assert "没有针对您的处理决定" in (await stranger.get("/blacklist")).text
    assert "处理决定" not in (await stranger.get("/me")).text
    found = await town.services.bans.get(listed.ban)
    assert (found["delivered"], found["state"]) == (None, State.CONFIRMED)


async def test_a_page_in_english(listed: Listed) -> None:
    await listed.browser.post("/settings", {"language": "en", "next": "/me"})
    page = (await listed.browser.get(listed.page)).text
    assert "For three months from the day on which you receive this decision" in page
    refused = (await listed.browser.post("/applications", {"item": ITEM})).text
    assert "You are on the blacklist of online services" in refused


async def entered(town: Town, party: Party, agent: str) -> Browser:
    """The browser in which somebody has signed in just now, for themselves or for a body."""
    account = await town.services.accounts.get(party.account)
    body = party.id if party.for_body else None
    await town.services.accounts.act_for(party.account, body, town.by())
    browser = town.browser(agent)
    await browser.sign_in(account["openid"])
    return browser


@pytest.mark.article("28.1", "28.2", "28.3", "28.months", "28.online")
@pytest.mark.parametrize("agent", [PHONE_IN_WECHAT, COMPUTER], ids=["in WeChat", "in a browser"])
@pytest.mark.parametrize("listed", LISTED, ids=str)
async def test_exactly_who_is_barred_is_barred_and_only_so_long(
    town: Town, listed: tuple[str, Ground], agent: str
) -> None:
    async def begins(party: Party) -> bool:
        browser = await entered(town, party, agent)
        page = await browser.get(f"/applications/new?item={BEGUN.item}")
        begun = await browser.post("/applications", {"item": BEGUN.item})
        assert (page.status, begun.status) in ((200, 303), (403, 403))
        assert (LAST_DAY in page.text and LAST_DAY in begun.text) is (page.status == 403)
        return begun.status == 303

    async def hands_in(party: Party, draft: str) -> bool:
        browser = await entered(town, party, agent)
        where: Fields = {"how": "window", "hall": "district", "promise": "yes"}
        sent = await browser.post(f"/applications/{draft}/confirm", where)
        assert sent.status in (303, 403), sent.text
        assert (LAST_DAY in sent.text) is (sent.status == 403)
        return sent.status == 303

    assert await wrong_at(town, town.clock, listed, begins, hands_in) == []


@pytest.mark.article("28.online")
@pytest.mark.parametrize(("whom", "day"), [("a person", "2026-11-25"), ("a body", "2026-11-26")])
async def test_all_else_goes_on(town: Town, whom: str, day: str) -> None:
    """Booking, progress, reviews, what is under way, a supplement, and what was not handed in yet."""
    cast = await cast_of(town)
    listing, party = await listing_of(town, cast, whom), cast.listed(whom)
    desk = town.desk(party)
    asked = await desk.brought_to(
        Stage.SUPPLEMENT_REQUESTED, plain_guide(63, audience=["person", "enterprise"])
    )
    done = await desk.brought_to(Stage.CONCLUDED, BEGUN)
    begun = await desk.brought_to(Stage.DRAFT, HANDED_IN)
    await listing.delivered()
    browser = await entered(town, party, PHONE_IN_WECHAT)
    at = {name: f"/applications/{found['_id']}" for name, found in (("asked", asked), ("done", done))}
    for page in (
        "/",
        "/me",
        "/me/export",
        "/applications",
        "/appointments",
        f"/guides/{BEGUN.item}",
        f"/progress?serial={asked['serial']}",
        f"/appointments/new?item={BEGUN.item}",
        at["asked"],
        f"{at['asked']}/receipt",
        f"{at['asked']}/supplement",
        f"{at['done']}/review",
        f"/applications/{begun['_id']}/form",
        f"/applications/{begun['_id']}/materials",
    ):
        assert (await browser.get(page)).status == 200, page
    for code in ("id_card", "photo"):
        sent = await browser.upload(f"{at['asked']}/materials/{code}", "new.jpg", photo())
        assert sent.status == 303, sent.text
    assert (await browser.post(f"{at['asked']}/supplement", {})).status == 303
    assert (await town.services.applications.get(asked["_id"]))["state"] is Stage.SUBMITTED
    assert (await browser.post(f"{at['asked']}/withdraw", {})).status == 303
    assert (await browser.post(f"{at['done']}/review", {"level": "1", "tags": "108"})).status == 303
    kept = await browser.post(f"/applications/{begun['_id']}/draft", {"address": "市桥街1号"})
    assert kept.status in (200, 303)
    booking: Fields = {"item": BEGUN.item, "hall": "district"}
    slots = await browser.get(f"/appointments/new?item={BEGUN.item}&hall=district&day={day}")
    free = re.findall(r'name="start" value="([^"]+)"', slots.text)
    assert (await browser.post("/appointments", {**booking, "start": free[-1]})).status == 303
