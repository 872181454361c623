"""What goes out because of an event, and who sends it."""

from models.outgoing.arrivals import Arrivals
from models.outgoing.closures import Closure, Closures
from models.outgoing.deliveries import REPORT, Deliveries, Delivery, DeliveryState, Plan, Stage, Via
from models.outgoing.early import EarlyReports
from models.outgoing.outbox import Outbox
from models.outgoing.sms import PER_PHONE, Purpose, SmsDays, SmsLimits, Spent
from models.outgoing.workers import Heartbeat, JobState, Workers

__all__ = [
    "PER_PHONE",
    "REPORT",
    "Arrivals",
    "Closure",
    "Closures",
    "Deliveries",
    "Delivery",
    "DeliveryState",
    "EarlyReports",
    "Heartbeat",
    "JobState",
    "Outbox",
    "Plan",
    "Purpose",
    "SmsDays",
    "SmsLimits",
    "Spent",
    "Stage",
    "Via",
    "Workers",
]
