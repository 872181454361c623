"""A decision of the blacklist as the person it concerns meets it on the phone (article 28)."""

from dataclasses import dataclass

import pytest

from models.blacklist import Reference, State
from models.people import Party
from tests.files import photo
from tests.house.applying import ITEM, draft, submitted
from tests.house.browser import Browser
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


@pytest.mark.article("28.notice", "28.months", "28.appeal")
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
