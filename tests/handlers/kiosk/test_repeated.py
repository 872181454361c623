"""A kiosk whose answer was lost sends its form again (article 23): the second of two equal posts leads to
where the first one led, and nothing happens twice."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from tornado.web import RequestHandler

from handlers.kiosk import ROUTES
from models.people import CURRENT_WORDING
from models.workdays import local_date, local_moment
from tests.files import photo
from tests.house.applying import ANSWERS, concluded, draft, key_of, serial_of, submitted
from tests.house.browser import Browser, Fields
from tests.house.clock import START
from tests.house.guides import USCC, rich_guide
from tests.house.house import BOOKED_FOR
from tests.house.kiosks import at_kiosk, person_at_kiosk
from tests.house.town import Town

ITEM = f"{USCC}{79:013}"
"""Offered at kiosks."""


@dataclass(frozen=True)
class Sent:
    """A form that is about to be sent from a screen."""

    screen: Browser
    path: str
    fields: Fields


Prepare = Callable[[Town], Awaitable[Sent]]


def alone(path: str, **fields: str) -> Prepare:
    """A form for which nobody is signed in."""

    async def prepare(town: Town) -> Sent:
        return Sent(await at_kiosk(town), path, {**fields})

    return prepare


async def agreed(town: Town) -> Sent:
    """The phone has given the digits of the screen."""
    screen, phone = await at_kiosk(town), await town.citizen()
    await screen.post("/kiosk/sign-in/code", {"next": "/kiosk/guides"})
    pairings, key = town.services.pairings, screen.cookies["pairing"].partition(".")[0]
    scanned = await phone.get(f"/pair/{pairings.code_of(key)}")
    await phone.post(scanned.location, {"digits": (await pairings.get(key))["digits"]})
    return Sent(screen, "/kiosk/sign-in/join", {})


async def begun(town: Town) -> Sent:
    screen = await person_at_kiosk(town, await town.citizen())
    return Sent(screen, "/kiosk/applications", {"item": ITEM})


def case(action: str, at: Callable[[Browser], Awaitable[str]], fields: Fields | None = None) -> Prepare:
    """A form of an application, with the version that its page showed; `at` brings it there on the phone."""

    async def prepare(town: Town) -> Sent:
        phone = await town.citizen()
        path = f"/kiosk{await at(phone)}{action}"
        screen = await person_at_kiosk(town, phone)
        return Sent(screen, path, {**await town.version(path), **(fields or {})})

    return prepare


async def of_item(phone: Browser) -> str:
    return await draft(phone, item=ITEM)


async def with_file(phone: Browser) -> str:
    path = await of_item(phone)
    assert (await phone.upload(f"{path}/materials/permit", "permit.jpg", photo())).status == 303
    return path


async def handed_in(phone: Browser) -> str:
    return await submitted(phone, item=ITEM)


async def asked_again(phone: Browser) -> str:
    path = await handed_in(phone)
    await phone.town.staff.request_supplement(key_of(path), [], ["address"], "请核对住址")
    return path


async def finished(phone: Browser) -> str:
    return await concluded(phone.town, phone)


async def wanted(town: Town, after: int = 1) -> Sent:
    """A visit so many working days from now."""
    screen = await person_at_kiosk(town, await town.citizen())
    day = town.services.calendar.after(local_date(START), after)
    start = local_moment(day, BOOKED_FOR).isoformat()
    return Sent(screen, "/kiosk/appointments", {"item": ITEM, "hall": "district", "start": start})


async def booked(town: Town) -> Sent:
    sent = await wanted(town, after=2)
    made = await sent.screen.post(sent.path, sent.fields)
    return Sent(sent.screen, f"{made.location}/cancel", {})


async def sought(town: Town) -> Sent:
    serial = await serial_of(town, await handed_in(await town.citizen()))
    return Sent(await at_kiosk(town), "/kiosk/progress", {"serial": serial})


PROMISED: Fields = {"how": "window", "hall": "district", "promise": "yes", "electronic": CURRENT_WORDING}
MINE = "/kiosk/applications/{id}"
REPEATED: Mapping[str, Prepare] = {
    "/kiosk/settings": alone("/kiosk/settings", language="en", elder="1", next="/kiosk/notes"),
    "/kiosk/help": alone("/kiosk/help?part=1"),
    "/kiosk/progress": sought,
    "/kiosk/continue": alone("/kiosk/continue", code="12345"),
    "/kiosk/sign-in/code": alone("/kiosk/sign-in/code", next="/kiosk/guides"),
    "/kiosk/sign-in/join": agreed,
    "/kiosk/applications": begun,
    f"{MINE}/form": case("/form?part=1", of_item, {**ANSWERS, "part": "1", "phone": "13900139000"}),
    f"{MINE}/materials/{{code}}/remove": case("/materials/permit/remove", with_file),
    f"{MINE}/confirm": case("/confirm", with_file, PROMISED),
    f"{MINE}/supplement": case("/supplement", asked_again, {"address": "番禺区市桥街2号"}),
    f"{MINE}/withdraw": case("/withdraw", handed_in),
    f"{MINE}/delete": case("/delete", with_file),
    "/kiosk/appointments": wanted,
    "/kiosk/appointments/{id}/cancel": booked,
    "/kiosk/(applications|appointments)/{id}/review": case("/review", finished, {"level": "5"}),
}
ANEW = {
    "/kiosk/sign-in/code": "each touch asks for another code; one whose answer was lost is in no browser, "
    "and runs out",
}
"""What a second post does once more, and why it may."""


def address(pattern: str) -> str:
    """A route as people write it."""
    return pattern.replace("([0-9a-f]{32})", "{id}").replace("([a-z0-9_]+)", "{code}")


def posts() -> set[str]:
    """The routes of kiosks that take a form."""
    return {address(pattern) for pattern, page in ROUTES if page.post is not RequestHandler.post}


def test_every_form_of_a_kiosk_is_sent_twice_here() -> None:
    assert posts() == REPEATED.keys()
    assert ANEW.keys() <= REPEATED.keys()


async def told(town: Town) -> Counter[str]:
    """How often each event has been told of, in all collections."""
    database = town.services.applications.database
    native: Any = database
    names = [
        event["name"]
        for collection in await native.native.list_collection_names()
        async for one in database[collection].find({"events.0": {"$exists": True}}, {"events.name": 1})
        for event in one["events"]
    ]
    return Counter(names)


@pytest.fixture(scope="module", autouse=True)
async def offered(town: Town) -> None:
    await town.publish(rich_guide(item=ITEM, channels=["h5", "kiosk", "window"]))


@pytest.fixture(autouse=True)
def at_ten(town: Town) -> None:
    town.clock.set(START)


@pytest.mark.article("23.5")
@pytest.mark.parametrize("form", sorted(REPEATED))
async def test_a_form_whose_answer_was_lost_is_sent_again(town: Town, form: str) -> None:
    """Before the first one is answered, and after that: with the cookies of before, since the answer's are
    lost with it, and with the answer's own, where it has arrived after all."""
    sent = await REPEATED[form](town)
    fields = {**sent.fields, "_xsrf": await sent.screen.token()}
    same, start = [Browser(town, dict(sent.screen.cookies)) for _ in range(3)], await told(town)
    answers = await asyncio.gather(*(one.post(sent.path, fields) for one in same[:2]))
    once = await told(town) - start
    answers += [await one.post(sent.path, fields) for one in (same[2], same[0])]
    assert {(one.status, one.location) for one in answers} == {(answers[0].status, answers[0].location)}
    assert answers[0].status in (200, 303), answers[0].text
    assert form in ANEW or await told(town) - start == once
    assert form in ANEW or set(once.values()) <= {1}


@pytest.mark.article("23.5", "28.2")
async def test_what_is_refused_and_asked_for_again_is_counted_once(town: Town) -> None:
    """A refusal whose answer was lost is asked for again."""
    phone = await town.citizen()
    await handed_in(phone)
    screen = await person_at_kiosk(town, phone)
    start = await told(town)
    answers = [await screen.post("/kiosk/applications", {"item": ITEM}) for _ in range(2)]
    assert [one.status for one in answers] == [409, 409]
    assert (await told(town) - start)["application.repeat_refused"] == 1
