"""自助终端: their life, from the request until they are handed back (articles 18, 20 and 21)."""

from models.kiosks.activation import ActivationRefused, Activations, TooManyActivations
from models.kiosks.alerting import Alerting
from models.kiosks.alerts import LOOK, Alert, Alerts, AlertState, WantedAlerts
from models.kiosks.announcing import Announced, Announcing, Stopped, stop_of
from models.kiosks.answers import DeviceAnswers
from models.kiosks.board import Board, Standing, Stands
from models.kiosks.commands import CommandNotFound, Commands
from models.kiosks.consequences import Consequences, Foresight
from models.kiosks.contacts import CannotBeContact, Contacts
from models.kiosks.devices import (
    DeviceClockStale,
    DeviceUnsigned,
    KeyRevoked,
    KioskDevices,
    SignatureInvalid,
    Signed,
)
from models.kiosks.document import OUT, CommandName, Kiosk, Outcome, State
from models.kiosks.entering import Entering
from models.kiosks.files import GivenLetter, KioskFiles
from models.kiosks.heartbeats import (
    DeviceRefused,
    DeviceState,
    Heard,
    Heartbeat,
    Heartbeats,
    NonceUsed,
    TooManySignals,
)
from models.kiosks.help import (
    HELP_OVER,
    HelpCall,
    HelpCalls,
    Helping,
    HelpState,
)
from models.kiosks.keeping import Keeping
from models.kiosks.listening import PULSE, Listening
from models.kiosks.lists import KioskLists, Sought
from models.kiosks.reckoning import Past, Reckoned, Reckoning
from models.kiosks.retiring import Retiring
from models.kiosks.rules import Request
from models.kiosks.self_service import SelfService
from models.kiosks.sessions import SESSION_LIFETIME, KioskSessions
from models.kiosks.signatures import DeviceKeyInvalid
from models.kiosks.spells import Spell, SpellKind, Spells
from models.kiosks.store import BEGIN, END, RETIREMENT, TELL, Kiosks
from models.kiosks.suspending import Foreseen, Suspending, Wanted
from models.kiosks.suspension import announcement, notice_of
from models.kiosks.telling import Telling
from models.kiosks.troubles import Fault, Trouble
from models.kiosks.watching import Watching

__all__ = [
    "BEGIN",
    "END",
    "HELP_OVER",
    "LOOK",
    "OUT",
    "PULSE",
    "RETIREMENT",
    "SESSION_LIFETIME",
    "TELL",
    "ActivationRefused",
    "Activations",
    "Alert",
    "AlertState",
    "Alerting",
    "Alerts",
    "Announced",
    "Announcing",
    "Board",
    "CannotBeContact",
    "CommandName",
    "CommandNotFound",
    "Commands",
    "Consequences",
    "Contacts",
    "DeviceAnswers",
    "DeviceClockStale",
    "DeviceKeyInvalid",
    "DeviceRefused",
    "DeviceState",
    "DeviceUnsigned",
    "Entering",
    "Fault",
    "Foreseen",
    "Foresight",
    "GivenLetter",
    "Heard",
    "Heartbeat",
    "Heartbeats",
    "HelpCall",
    "HelpCalls",
    "HelpState",
    "Helping",
    "Keeping",
    "KeyRevoked",
    "Kiosk",
    "KioskDevices",
    "KioskFiles",
    "KioskLists",
    "KioskSessions",
    "Kiosks",
    "Listening",
    "NonceUsed",
    "Outcome",
    "Past",
    "Reckoned",
    "Reckoning",
    "Request",
    "Retiring",
    "SelfService",
    "SignatureInvalid",
    "Signed",
    "Sought",
    "Spell",
    "SpellKind",
    "Spells",
    "Standing",
    "Stands",
    "State",
    "Stopped",
    "Suspending",
    "Telling",
    "TooManyActivations",
    "TooManySignals",
    "Trouble",
    "Wanted",
    "WantedAlerts",
    "Watching",
    "announcement",
    "notice_of",
    "stop_of",
]
