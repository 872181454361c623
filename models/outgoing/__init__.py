"""What goes out because of an event, and who sends it."""

from models.outgoing.closures import Closure, Closures
from models.outgoing.deliveries import Deliveries, Delivery, DeliveryState, Plan, Stage, Via
from models.outgoing.outbox import Outbox
from models.outgoing.sendings import Sendings
from models.outgoing.sms import PER_PHONE, Purpose, SmsDays, SmsLimits, Spent
from models.outgoing.workers import Heartbeat, JobState, Workers

__all__ = [
    "PER_PHONE",
    "Closure",
    "Closures",
    "Deliveries",
    "Delivery",
    "DeliveryState",
    "Heartbeat",
    "JobState",
    "Outbox",
    "Plan",
    "Purpose",
    "Sendings",
    "SmsDays",
    "SmsLimits",
    "Spent",
    "Stage",
    "Via",
    "Workers",
]
