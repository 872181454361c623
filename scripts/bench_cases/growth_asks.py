"""The hot reads and writes of the four collections that grow, each as its door or the worker asks for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from uuid import uuid4

from handlers.admin.queue import QUEUE
from models.applications import Application, Sought
from models.appointments import Visits
from models.outgoing import Via
from models.outgoing.deliveries import Plan, Stage
from models.people import Party
from models.staff import Member, Role
from models.voices.sought import Sought as SoughtReviews
from models.workdays import local_date
from tests.house.desk import Desk
from tests.house.guides import USCC, plain_guide
from tests.house.places import WHOLE_DAY, with_windows
from tests.house.staff import Post
from tests.house.worker import World

OPTIONAL = {"materials": [{"code": "photo", "name": "照片", "kinds": ["electronic"], "required": False}]}
GUIDE = plain_guide(901, **OPTIONAL)
HALL = with_windows(60, WHOLE_DAY)
ROWS = 30
"""Of a page of a list."""


@dataclass(frozen=True)
class Life:
    """What one person has who is there at each size, and the staff who look at it."""

    world: World
    desk: Desk
    draft: Application
    submitted: Application
    concluded: Application
    clerk: Member
    manager: Member

    @property
    def party(self) -> Party:
        return self.desk.party


Ask = Callable[[Life], Awaitable[object]]


async def prepared(world: World, lives: int) -> list[Life]:
    """So many people, each with a draft, one handed in, one that is done and no booking."""
    clerk = await world.member("clerk-of-the-bench", Post((Role.WINDOW,), USCC))
    manager = await world.member("manager-of-the-bench", Post((Role.SERVICE_MANAGEMENT,), USCC))
    await world.furnish(GUIDE, hall=HALL)
    others = [plain_guide(902 + number, **OPTIONAL) for number in range(2)]
    await world.publish(*others)
    made = []
    for _ in range(lives):
        desk = world.desk(await world.applicant())
        done = await desk.submitted_bare(others[1])
        await desk.accept(done["_id"])
        draft = await desk.save(await desk.begun(GUIDE))
        submitted = await desk.submitted_bare(others[0])
        made.append(Life(world, desk, draft, submitted, await desk.approve(done["_id"]), clerk, manager))
    return made


async def of_serial(life: Life) -> object:
    return await life.world.stores.applications.get_by_serial(str(life.submitted["serial"]))


async def own_applications(life: Life) -> object:
    return await life.world.stores.applications.page_of(life.party.id, ROWS)


async def queue(life: Life) -> object:
    first = next(iter(QUEUE.filters.values()))
    sought = Sought(first.states, mine=first.mine)
    return await life.world.stores.queue.page(life.clerk, sought, life.world.clock(), ROWS)


async def hand_in(life: Life) -> object:
    return await life.desk.hand_in(life.draft)


async def accept(life: Life) -> object:
    return await life.desk.accept(life.submitted["_id"])


async def days(life: Life) -> object:
    stores = life.world.stores
    return await stores.appointments.days_left(HALL, "general", stores.calendar, life.world.by())


async def book(life: Life) -> object:
    return await life.world.booking(life.party, HALL, GUIDE)


async def own_bookings(life: Life) -> object:
    return await life.world.stores.appointments.of_applicant(life.party.id)


async def cancel(life: Life) -> object:
    [booked] = await life.world.stores.appointments.of_applicant(life.party.id)
    by = life.world.by(f"applicant:{life.party.id}")
    return await life.world.stores.appointments.cancel(booked["_id"], life.party, by)


async def visits(life: Life) -> object:
    stores, today = life.world.stores, local_date(life.world.clock())
    day = stores.calendar.after(today, 1)
    return await stores.appointments.of_day([HALL.code], day, Visits.ALL, ROWS)


async def review(life: Life) -> object:
    return await life.world.review(life.party, "application", life.concluded)


async def own_review(life: Life) -> object:
    return await life.world.stores.reviews.find(f"application:{life.concluded['_id']}")


async def reviews(life: Life) -> object:
    return await life.world.stores.reviews.page(life.manager, SoughtReviews(), ROWS)


async def send(life: Life) -> object:
    deliveries, now = life.world.stores.deliveries, life.world.clock()
    event = {"id": uuid4().hex, "request": "request-of-the-bench"}
    await deliveries.plan(event, [Plan(Via.WECHAT, "booked", life.party.id)], now)
    claimed = await deliveries.claim(now)
    assert claimed
    await deliveries.sent(claimed, uuid4().hex, now)
    return await deliveries.of_event(event["id"])


async def next_due(life: Life) -> object:
    return await life.world.stores.deliveries.next_due()


async def failed(life: Life) -> object:
    return await life.world.stores.deliveries.page(Stage.FAILED, ROWS)


ASKS: Mapping[str, Ask] = {
    "application by its serial number": of_serial,
    "own applications": own_applications,
    "queue of a clerk": queue,
    "hand in": hand_in,
    "accept": accept,
    "days of a hall": days,
    "book": book,
    "own bookings": own_bookings,
    "visits of a day": visits,
    "cancel": cancel,
    "review": review,
    "own review": own_review,
    "reviews of an office": reviews,
    "plan, claim and record a delivery": send,
    "when the next delivery is due": next_due,
    "failed deliveries": failed,
}
"""In the order in which each life asks them."""
WRITES = frozenset({"hand in", "accept", "book", "cancel", "review"})
"""What each life can do once."""
