"""How a paper is served: what the schedule sees to. Each is a model's change, and can be looked at again."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from models.applications import ServedPaper
from models.blacklist import State as BanState
from models.blacklist import number_of
from models.blacklist.rules import NothingToDeliver
from models.events import Cause
from models.outgoing import Delivery, DeliveryState, Via
from models.schedule import Due, held
from models.serving import How, Paper, Serving, ToServe
from models.serving.papers import to_serve
from models.stores import Stores

VIAS: Mapping[How, Via] = {How.WECHAT: Via.WECHAT, How.SMS: Via.SMS}
HOWS = {via: how for how, via in VIAS.items()}
NOT_SENT = frozenset({DeliveryState.SKIPPED, DeliveryState.FAILED})

Effect = Callable[[Stores, Serving, Due, Cause], Awaitable[bool]]


async def serve_application(stores: Stores, due: Due, by: Cause) -> bool:
    """Begins to serve the paper in which an application ended against its applicant."""
    found = await stores.applications.get(due.about)
    serve = to_serve(found, due.event_id)
    return serve is not None and await stores.servings.begin(serve, due, by)


async def serve_ban(stores: Stores, due: Due, by: Cause) -> bool:
    """Begins to serve a decision of the blacklist, or stops where it is no decision any more."""
    ban = await stores.bans.get(due.about)
    if ban["state"] is not BanState.CONFIRMED:
        return await stores.servings.drop(Paper.BAN, ban["_id"], due, by)
    if ban["delivered"]:
        return False
    serve = ToServe(
        paper=Paper.BAN,
        about=ban["_id"],
        title=f"{Paper.BAN.label}（{number_of(ban)}）",
        applicant=ban["applicant"],
        agent="",
        department="",
        event=due.event_id,
    )
    return await stores.servings.begin(serve, due, by)


async def go_on(stores: Stores, due: Due, by: Cause) -> bool:
    """Takes the next step towards a paper's person, or counts it as delivered by its public notice."""
    serving = await stores.servings.get(due.about)
    sent = {one["channel"]: one for one in await stores.deliveries.of_event(serving["event"])}
    if serving["step"] is How.WECHAT:
        await stores.deliveries.also_by_fallback(serving["event"], by.at)
    via = VIAS.get(serving["step"])
    return await stores.servings.go_on(due, _failure(sent.get(via)) if via else "", by)


async def report(stores: Stores, due: Due, by: Cause) -> bool:
    """Counts a paper as delivered where a report of WeChat's or the carrier's says so and was agreed to."""
    delivery = await stores.deliveries.get(due.about)
    reached_at = delivery.get("reached_at")
    code = "" if reached_at else delivery.get("outcome", "")
    sent_at = delivery.get("settled_at", delivery["created_at"])
    how = HOWS[delivery["channel"]]
    return await stores.servings.reported(delivery["event"], how, code, sent_at, reached_at, by)


async def take_effect(stores: Stores, due: Due, by: Cause) -> bool:
    """Tells the matter that its paper was delivered, how and when: what follows begins with that."""
    serving = await stores.servings.get(due.about)
    return await EFFECTS[serving["paper"]](stores, serving, due, by)


async def _on_application(stores: Stores, serving: Serving, due: Due, by: Cause) -> bool:
    delivered = serving["delivered"]
    assert delivered
    served = ServedPaper(how=delivered["how"].value, at=delivered["at"])
    about = serving["about"]
    return await held(stores.handling.served(about, served, due, by), stores.applications.missing)


async def _on_ban(stores: Stores, serving: Serving, _due: Due, by: Cause) -> bool:
    delivered = serving["delivered"]
    assert delivered
    with suppress(NothingToDeliver):
        await stores.decisions.delivered(serving["about"], delivered["how"], delivered["at"], by)
        return True
    return False


EFFECTS: Mapping[Paper, Effect] = {
    Paper.NON_ACCEPTANCE: _on_application,
    Paper.DENIAL: _on_application,
    Paper.BAN: _on_ban,
}


def _failure(delivery: Delivery | None) -> str:
    """Why a message never went out; "" if it did, or is still tried."""
    if delivery is None or delivery["state"] not in NOT_SENT:
        return ""
    return delivery.get("code") or delivery["state"].value
