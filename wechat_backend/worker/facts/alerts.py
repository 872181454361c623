"""The facts of notices about kiosks in trouble, and about calls for help there, to members of the staff."""

from dataclasses import dataclass

from models.events import KeptEvent
from models.kiosks import AlertState, Fault, HelpState
from models.outgoing import Delivery
from models.stores import Stores
from models.workdays import local
from wechat_backend.worker.facts.letter import Facts, Gathered
from wechat_backend.worker.facts.recipients import TIME, member_told
from wechat_backend.worker.sender import Overtaken


@dataclass(frozen=True)
class AlertFacts(Facts):
    """`trouble` says how many kiosks of the `hall` are in which; `time` is that of the event."""

    hall: str
    trouble: str
    time: str


async def about_alert(stores: Stores, delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the member's own WeChat or phone.

    Raises:
        Overtaken: `alert_over`, or `member_left`, also of one who is locked out.
    """
    if (await stores.alerts.get(event["about"]))["state"] is AlertState.CLOSED:
        raise Overtaken("alert_over")
    ways = await member_told(stores, delivery)
    [hall] = await stores.halls.those([event["data"]["hall"]])
    counts = [(event["data"][what.value], what.label) for what in Fault]
    trouble = "、".join(f"{count}台终端{label}" for count, label in counts if count)
    facts = AlertFacts(hall=hall.name, trouble=trouble, time=local(event["at"], TIME))
    return Gathered(facts, **ways)


@dataclass(frozen=True)
class HelpFacts(Facts):
    """Where somebody needs help; who they are nobody has asked."""

    hall: str
    kiosk: str
    position: str
    time: str


async def about_help(stores: Stores, delivery: Delivery, event: KeptEvent) -> Gathered:
    """To the member's own WeChat or phone.

    Raises:
        Overtaken: `help_over`, also where somebody goes there already; `member_left`.
    """
    if (await stores.help_calls.get(event["about"]))["state"] is not HelpState.OPEN:
        raise Overtaken("help_over")
    ways = await member_told(stores, delivery)
    kiosk = await stores.kiosks.get(event["data"]["kiosk"])
    hall = await stores.halls.get(event["data"]["hall"])
    facts = HelpFacts(
        hall=hall.name,
        kiosk=kiosk["name"],
        position=kiosk["position"] or "",
        time=local(event["at"], TIME),
    )
    return Gathered(facts, **ways)
