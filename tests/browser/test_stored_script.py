"""What people write runs nowhere: every text field of citizens and staff is filled with script, and every
page that shows it is opened in a real browser."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import ConsoleMessage, Dialog, Page

from handlers.admin.queue import QUEUE
from models.applications import How as Received
from models.applications import Place
from models.appointments import Ending, State
from models.blacklist import FlagReason, Ground, Reference
from models.calendar import LONGEST as LONGEST_REASON
from models.calendar import Days, Kind
from models.guides import Guide
from models.kiosks.document import OutageCause
from models.kiosks.rules import LONGEST_NAME
from models.people import Party
from models.serving import How, Word
from models.staff import Member, Role
from models.staff.views import LONGEST
from models.voices import GivenReview
from models.voices.stages import Verb
from tests.house.desk import Desk
from tests.house.guides import plain_guide
from tests.house.kiosks import at_kiosk, kiosked
from tests.house.listing import CLERK, LI, WANG, ZHAO, Listing
from tests.house.office import Office, staffed
from tests.house.places import HALL, with_windows
from tests.house.reviewed import POSTS, due
from tests.house.served import Served, on_its_way
from tests.house.staff import PASSWORD, SECRET
from tests.house.town import Town

pytestmark = pytest.mark.browser
SCRIPT = (
    """{}"'><x-hit onclick="hit=1"></x-hit><script>hit=1</script><img src="x" onerror="hit=1">{{{{7*7}}}}"""
)
LINK = "javascript:hit=1//"
FOUND = """() => ({
    hit: window.hit ?? null,
    elements: [...document.querySelectorAll("x-hit, [onerror], [onclick], [href^='javascript:' i]")]
        .map((one) => one.outerHTML),
    scripts: [...document.scripts].filter((one) => !one.src).map((one) => one.outerHTML),
    text: document.body.innerText + [...document.querySelectorAll("input, textarea")].map((one) => one.value),
})"""
FORMS = """() => [...document.forms]
    .map((form, n) => [n, [...form.elements].filter(TEXT).map((one) => one.name), form.action])
    .filter(([, names]) => names.length)"""
SEND = """([n, text]) => {
    const form = document.forms[n];
    for (const one of [...form.elements].filter(TEXT)) {
        one.type = one.tagName === "INPUT" ? "text" : one.type;
        one.removeAttribute("maxlength");
        one.value = text;
    }
    HTMLFormElement.prototype.submit.call(form);
}"""
TEXT = """(one) => one.name && (one.tagName === "TEXTAREA" ||
    (one.tagName === "INPUT" && ["text", "search", "tel", "email", "number", "date"].includes(one.type)))"""
KEPT: Mapping[str, tuple[str, ...]] = {
    "admin/application/holder.html": ("handed_over",),
    "admin/application/notes.html": ("note",),
    "admin/application/nudges.html": ("nudge", "nudge_answer"),
    "admin/blacklist/appeal.html": ("appeal_kept",),
    "admin/blacklist/ban.html": ("delisted", "malice"),
    "admin/blacklist/flag.html": ("dismissed",),
    "admin/blacklist/new_ban.html": ("facts",),
    "admin/blacklist/new_flag.html": ("flagged",),
    "admin/calendar/year.html": ("calendar",),
    "admin/cells/objection.html": ("kept",),
    "admin/fields/line.html": ("basis",),
    "admin/fields/text.html": ("supplement", "refusal", "pause", "resumed", "returned", "denied"),
    "admin/kiosks/field.html": ("kiosk", "kiosk_fault"),
    "admin/members/new.html": ("member",),
    "admin/rectifications/rectification.html": ("contact", "fix"),
    "admin/reviews/review.html": ("grounds", "evidence", "upheld"),
    "admin/serving.html": ("called",),
    "admin/views.html": ("view",),
    "citizen/appointments/show.html": ("objection",),
    "citizen/blacklist/show.html": ("appeal",),
    "citizen/parts/dispute.html": ("word",),
    "citizen/parts/field.html": ("applicant",),
    "citizen/parts/question.html": ("answer",),
    "citizen/parts/rectified.html": ("rated",),
    "kiosk/question.html": ("answer",),
    "shared/answer.html": ("answer",),
    "shared/opinion_fields.html": ("review",),
    "shared/receiving.html": ("address",),
}
"""Template with a field for text → the texts of it that are kept, by what the world calls them."""
ELSEWHERE = ("file",)
"""Texts that are kept and have no field in a template: a file's name."""
CASE = "/admin/applications/{case}"
TYPED: Mapping[str, Mapping[str, str]] = {
    "panel": {
        "admin/absences/form.html": "/admin/account/absence",
        "admin/account/phone_form.html": "/admin/account/phone",
        "admin/application/facts.html": CASE,
        "admin/blacklist/new_flag.html": "/admin/new-flag",
        "admin/application/holder.html": CASE,
        "admin/application/notes.html": CASE,
        "admin/application/nudges.html": CASE,
        "admin/appointments.html": "/admin/appointments",
        "admin/cells/objection.html": "/admin/objections",
        "admin/calendar/year.html": "/admin/calendar",
        "admin/confirm_identity.html": "/admin/confirm",
        "admin/duty.html": "/admin/duty",
        "admin/figures.html": "/admin/figures",
        "admin/halls/openings.html": "/admin/halls/district/schedule",
        "admin/halls/schedule.html": "/admin/halls/district/schedule",
        "admin/kiosks/field.html": "/admin/kiosks/new",
        "admin/members/list.html": "/admin/members",
        "admin/members/new.html": "/admin/new-member",
        "admin/queue.html": "/admin/applications",
        "admin/uncivil.html": "/admin/uncivil",
        "admin/verify.html": "/admin/verify",
        "admin/views.html": "/admin/applications?show=all",
    },
    "stranger": {
        "admin/sign_in.html": "/admin/sign-in",
        "citizen/parts/search.html": "/guides",
        "citizen/progress.html": "/progress",
    },
    "kiosk": {
        "kiosk/guides.html": "/kiosk/guides",
        "kiosk/home.html": "/kiosk",
        "kiosk/progress.html": "/kiosk/progress",
    },
    "person": {
        "citizen/binding.html": "/binding",
        "citizen/parts/field.html": "/enterprises",
    },
}
"""Who is shown again what they typed: template with a field for text → the page that has it."""
SECRET_FIELDS = {
    *("admin/password.html", "admin/second_factor.html", "admin/account/wechat_form.html"),
    "admin/typed.html",
    *("kiosk/activate.html", "kiosk/continue.html", "citizen/pairing.html"),
}
"""Templates whose fields take secrets and codes, which are neither kept nor shown, and one that shows what
was typed and cannot be typed in."""
TEMPLATES = Path(__file__).parents[2] / "templates"
FIELD = re.compile(
    r'<textarea|<input(?![^>]*type="(?:hidden|radio|checkbox|file|submit|\{\{ kind \}\})")[^>]*\bname='
)


def test_every_field_for_text_is_tried() -> None:
    """A template that has one is named above, with what is kept of it or who is shown it again."""
    shown = {template for pages in TYPED.values() for template in pages}
    fields = {
        str(path.relative_to(TEMPLATES))
        for path in TEMPLATES.rglob("*.html")
        if FIELD.search(path.read_text("utf-8"))
    }
    assert fields == {*KEPT, *shown, *SECRET_FIELDS}


def script(name: str) -> str:
    return SCRIPT.format(name)


@dataclass
class Watch:
    """What pages have shown and done."""

    page: Page
    faults: list[str] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    async def look(self) -> None:
        """At the page that is open."""
        found = await self.page.evaluate(FOUND)
        if found["hit"] or found["elements"] or found["scripts"]:
            self.faults.append(f"{self.page.url}: {found['hit']} {found['elements']} {found['scripts']}")
        shown = re.findall(r"(\w+)\"'><x-hit", found["text"])
        self.seen |= set(shown)

    async def open(self, address: str) -> None:
        await self.page.goto(address)
        await self.look()

    async def fill(self, address: str) -> int:
        """Send every form of a page that has a text field, all of them script; how many there were."""
        await self.open(address)
        forms = await self.page.evaluate(FORMS.replace("TEXT", TEXT))
        for number, names, action in forms:
            assert action.startswith(address[: address.index("/", 8)]), action
            for text in (script("typed"), LINK) if "reason" not in names else (script("typed"),):
                await self.page.goto(address)
                async with self.page.expect_navigation():
                    await self.page.evaluate(SEND.replace("TEXT", TEXT), [number, text])
                await self.look()
        return len(forms)


@dataclass(frozen=True)
class World:
    """Ids of what is full of script, and whose it is."""

    office: Office
    party: Party
    cases: dict[str, str]
    visits: list[str]
    day: str
    ban: str
    flag: str
    review: GivenReview
    paper: str
    kiosk: str


@pytest.fixture(scope="module")
async def world(town: Town) -> World:
    office = await staffed(town)
    questions = [{"name": "words", "label": "说明", "kind": "long_text"}]
    guide = plain_guide(50, several=True, form={"sections": [{"title": "-", "questions": questions}]})
    await town.publish(guide)
    await town.services.staff.enrol(
        "marked",
        name=script("member"),
        password=PASSWORD,
        department=guide.department,
        roles=list(Role),
        halls=[HALL.code],
        by=town.by_staff(),
    )
    await town.services.second_factors.give("marked", SECRET, town.by_staff())
    marked, party = await town.services.staff.get("marked"), await town.applicant(script("applicant"))
    kiosk = await broken(town)
    cases = await marked_cases(town.desk(party), guide, marked)
    visits = [await objected(town, await town.applicant(script("applicant"))) for _ in range(2)]
    manager, by = await town.member("management"), town.by_staff("management")
    await town.services.endings.decide(visits[1], manager, script("kept"), by, upheld=False)
    day = (await town.services.appointments.get(visits[0]))["day"]
    ban = await listed(town, party, cases["denied"])
    flag = await flagged(town, party, cases["denied"])
    review = await disputed(town, party, f"application:{cases['denied']}")
    paper = await called(town, party, cases["refusal"])
    return World(office, party, cases, visits, day, ban, flag, review, paper, kiosk)


async def marked_cases(desk: Desk, guide: Guide, marked: Member) -> dict[str, str]:
    """Cases by what was written of each last; every text of an applicant's or a member's is script."""
    house, cases = desk.house, {}
    for name in ("draft", "supplement", "refusal", "pause", "resumed", "returned", "denied", "handed_over"):
        saved = await desk.save(await desk.begun(guide), {"words": script("answer")})
        key = cases[name] = saved["_id"]
        await desk.attach(key, "id_card", await house.file(desk.party.id, key, "id_card", script("file")))
        if name != "draft":
            await desk.hand_in(await desk.get(key), Place(Received.COURIER, address=script("address")))
    await desk.request_supplement(cases["supplement"], ["id_card"], [], script("supplement"), marked)
    await desk.not_accept(cases["refusal"], script("refusal"), script("basis"), marked)
    for name in ("pause", "resumed", "returned", "denied"):
        await desk.accept(cases[name], marked)
    await desk.pause(cases["pause"], reason=script("pause"))
    await desk.pause(cases["resumed"])
    by = house.by_staff("marked")
    await desk.stores.handling.resume(await desk.at(cases["resumed"], marked), script("resumed"), by)
    await desk.return_(cases["returned"], script("returned"), marked)
    denied = await desk.conclude(cases["denied"], "denied", script("denied"), None, marked)
    await desk.stores.reviews.give(
        f"application:{denied['_id']}", desk.party, 1, [], script("review"), house.by(), denied
    )
    await desk.note(cases["handed_over"], script("note"), marked)
    await desk.take(cases["handed_over"], marked)
    await desk.nudge(cases["handed_over"], script("nudge"), marked)
    case = await desk.at(cases["handed_over"], marked)
    await desk.stores.nudges.answer(case, script("nudge_answer"), by)
    case = await desk.at(cases["handed_over"], marked)
    await desk.stores.holding.hand_over(case, "approver", script("handed_over"), by)
    why, saturday = script("calendar")[:LONGEST_REASON], date(2026, 12, 26)
    await desk.stores.calendar_years.set_days(Days(saturday, saturday, Kind.OFF, why), 0, marked, by)
    await desk.stores.views.keep(marked, QUEUE.address, script("view")[:LONGEST], {"show": "all"}, by)
    return cases


async def listed(town: Town, party: Party, case: str) -> str:
    """A listing on the blacklist, told, appealed against and kept, proposed to be malice, and ended."""
    stores, listing = town.services, Listing(town, party.id, (Reference("application", case),))
    proposed = await stores.decisions.propose(
        party.id, LI, Ground.FALSEHOOD, script("facts"), list(listing.evidence), listing.by(LI)
    )
    key = proposed["_id"]
    await stores.decisions.confirm(key, WANG, listing.by(WANG))
    await stores.decisions.delivered(key, How.LETTER, stores.clock(), listing.by(LI))
    await stores.appeals.appeal(key, party, script("appeal"), town.by(f"applicant:{party.id}"))
    await stores.appeals.decide(key, ZHAO, script("appeal_kept"), listing.by(ZHAO), lifted=False)
    await stores.malice.propose(key, LI, script("malice"), listing.by(LI))
    await stores.decisions.delist(key, LI, script("delisted"), listing.by(LI))
    return key


async def flagged(town: Town, party: Party, case: str) -> str:
    """A flag that was dismissed."""
    flags, by = town.services.flags, Listing(town, party.id, ()).by(CLERK)
    seen = FlagReason.SEEN
    flag = await flags.raise_by_member(CLERK, party.id, seen, [case], script("flagged"), by)
    await flags.dismiss(flag["_id"], LI, script("dismissed"), by)
    return flag["_id"]


async def disputed(town: Town, party: Party, matter: str) -> GivenReview:
    """A bad review that was rectified, rated, disputed, answered and upheld."""
    stores, review = town.services, await town.services.reviews.get(matter)
    person, ref = town.by(f"applicant:{party.id}"), review["ref"]
    members = {username: await town.member(username, post) for username, post in POSTS.items()}
    await stores.rectifying.open(due(review), town.by())
    for verb in (Verb.CONTACT, Verb.FIX):
        by = town.by_staff("rectifier")
        await stores.rectifying.take(ref, verb, members["rectifier"], script(verb), by)
    await stores.rectifying.rate(matter, party, 1, script("rated"), person)
    by, words = town.by_staff("supervisor"), (script("grounds"), script("evidence"))
    await stores.disputes.raise_(ref, members["supervisor"], *words, by)
    by, manager = town.by_staff("management"), members["management"]
    await stores.disputes.ask(ref, manager, by)
    await stores.disputes.word(matter, party, script("word"), person)
    return await stores.disputes.decide(ref, manager, script("upheld"), by, set_aside=False)


async def called(town: Town, party: Party, case: str) -> str:
    """A paper of which a clerk has noted a call that nobody answered."""
    application = await town.services.applications.get(case)
    paper = Served(town, party, application, await on_its_way(town, application))
    while (await paper.get())["step"] is not How.CALL:
        await paper.go_on()
    await paper.record(Word.NO_ANSWER, words=script("called"))
    return paper.key


async def broken(town: Town) -> str:
    """A kiosk that waits for its repair."""
    kiosks = await kiosked(town)
    key = (await kiosks.in_service(name=script("kiosk")[:LONGEST_NAME]))["_id"]
    fault, own = script("kiosk_fault"), OutageCause.OWN
    await town.services.keeping.report_fault(key, fault, own, *kiosks.who("centre"))
    return key


async def objected(town: Town, party: Party) -> str:
    """An appointment of which the person says that it was recorded wrongly."""
    number = await town.services.appointments.documents.count_documents({})
    booked = await town.booking(party, with_windows(2), plain_guide(60 + number))
    await town.recorded(booked, Ending.NO_SHOW, minutes=15)
    by, words = town.by(f"applicant:{party.id}"), script("objection")
    await town.services.endings.object(booked["_id"], party, State.NO_SHOW, words, by)
    return booked["_id"]


async def watched(chromium: Chromium, url: str, cookies: Mapping[str, str]) -> Watch:
    """A page that notes what would have run."""
    context = await chromium.new_context(locale="zh-CN")
    await context.add_cookies([{"name": n, "value": v, "url": url} for n, v in cookies.items()])
    page = await context.new_page()
    page.set_default_timeout(15_000)
    watch = Watch(page)

    async def dialog(shown: Dialog) -> None:
        watch.faults.append(f"{page.url}: {shown.message}")
        await shown.dismiss()

    def said(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            watch.faults.append(f"{page.url}: {message.text}")

    page.on("dialog", dialog)
    page.on("console", said)
    return watch


async def test_what_is_written_runs_nowhere(world: World, chromium: Chromium) -> None:
    """Every page of the panel and of the citizen's that shows what was kept."""
    town, url = world.office.town, world.office.town.url
    panel = await watched(chromium, url, (await world.office.desk("marked")).cookies)
    for page in (
        "/admin/applications?show=all",
        *(f"/admin/applications/{key}" for name, key in world.cases.items() if name != "draft"),
        f"/admin/appointments?hall={HALL.code}&day={world.day}",
        "/admin/objections",
        "/admin/objections?show=decided",
        *("/admin/reviews", f"/admin/reviews/{world.review['ref']}"),
        *("/admin/rectifications", f"/admin/rectifications/{world.review['ref']}"),
        *("/admin/servings", f"/admin/servings/{world.paper}"),
        *("/admin/flags?show=dismissed", f"/admin/flags/{world.flag}", f"/admin/new-ban?flag={world.flag}"),
        *("/admin/bans?show=ended", f"/admin/bans/{world.ban}", f"/admin/bans/{world.ban}/evidence/1"),
        *("/admin/appeals?show=decided", f"/admin/appeals/{world.ban}", f"/admin/blacklist/{world.party.id}"),
        *("/admin/kiosks", f"/admin/kiosks/{world.kiosk}"),
        *("/admin/calendar", "/admin/deliveries"),
        "/admin/members",
        "/admin/members/marked",
        "/admin/account",
    ):
        await panel.open(url + page)
    await panel.page.goto(f"{url}/admin/applications/{world.cases['pause']}")
    reveal = panel.page.locator("form[action*='/reveal']")
    await reveal.locator("[name=reason]").evaluate("(one, text) => { one.value = text }", script("typed"))
    async with panel.page.expect_navigation():
        await reveal.evaluate("form => HTMLFormElement.prototype.submit.call(form)")
    await panel.look()
    await panel.page.goto(f"{url}/admin/servings/{world.paper}")
    printing = panel.page.locator("form[action$='/print']")
    await printing.locator("[name=reason]").fill("邮寄送达")
    async with panel.page.expect_navigation():
        await printing.locator("button").click()
    assert "送达回证" in await panel.page.content()
    await panel.look()
    subject = f"account:{world.party.account}"
    person = await watched(
        chromium, url, {"session": await town.services.sessions.open(subject, town.by(subject))}
    )
    for page in (
        *("/", "/me", "/applications", "/appointments", "/enterprises"),
        *("/blacklist", f"/blacklist/{world.ban}"),
        *(f"/applications/{key}" for key in world.cases.values()),
        f"/applications/{world.cases['draft']}/form",
        f"/applications/{world.cases['draft']}/materials",
        f"/applications/{world.cases['draft']}/confirm",
        f"/applications/{world.cases['supplement']}/supplement",
        f"/applications/{world.cases['denied']}/receipt",
        f"/applications/{world.cases['denied']}/review",
        f"/reviews/{world.review['_id']}",
    ):
        await person.open(url + page)
    for watch in (panel, person):
        assert watch.faults == []
        await watch.page.context.close()
    kept = {name for names in KEPT.values() for name in names} | {*ELSEWHERE}
    assert kept - panel.seen - person.seen == set()


async def test_what_is_typed_runs_nowhere_when_it_is_shown_again(world: World, chromium: Chromium) -> None:
    """Every form with a text field, of every door, is sent as a refused one is."""
    town, url = world.office.town, world.office.town.url
    subject = f"account:{(await town.account())['_id']}"
    person = {"session": await town.services.sessions.open(subject, town.by(subject))}
    panel, kiosk = (await world.office.desk("marked")).cookies, (await at_kiosk(town)).cookies
    cookies = {"panel": panel, "stranger": {}, "kiosk": kiosk, "person": person}
    for who, pages in TYPED.items():
        watch = await watched(chromium, url, cookies[who])
        for page in dict.fromkeys(pages.values()):
            assert await watch.fill(url + page.format(case=world.cases["handed_over"])), page
        assert watch.faults == []
        assert "typed" in watch.seen
        await watch.page.context.close()
