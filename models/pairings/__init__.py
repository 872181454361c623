"""Pairings of a screen (a kiosk, a PC) with a phone: who stands at the screen is signed in by their phone, or
goes on at a kiosk with what was begun on the phone (article 23)."""

from models.pairings.changes import Changes, rung
from models.pairings.document import (
    DIGITS,
    OPEN,
    SHORT,
    TO_SCAN,
    Kind,
    Pairing,
    State,
    Ticket,
    Way,
    joins_again,
    state_at,
)
from models.pairings.faults import (
    OVER,
    DigitsMalformed,
    DigitsWrong,
    PairingElsewhere,
    PairingExpired,
    PairingForPhone,
    PairingForScreen,
    PairingNotAgreed,
    PairingNotFound,
    PairingRefused,
    PairingTaken,
    PairingUsed,
    ShortMalformed,
    TooManyPairings,
)
from models.pairings.paired import Joined, PairedSession, PairedSessions
from models.pairings.scanning import PREFIX, SceneCodes, SceneCodesUnavailable, scene_of
from models.pairings.store import Pairings
from models.pairings.uses import KioskUses

__all__ = [
    "DIGITS",
    "OPEN",
    "OVER",
    "PREFIX",
    "SHORT",
    "TO_SCAN",
    "Changes",
    "DigitsMalformed",
    "DigitsWrong",
    "Joined",
    "Kind",
    "KioskUses",
    "PairedSession",
    "PairedSessions",
    "Pairing",
    "PairingElsewhere",
    "PairingExpired",
    "PairingForPhone",
    "PairingForScreen",
    "PairingNotAgreed",
    "PairingNotFound",
    "PairingRefused",
    "PairingTaken",
    "PairingUsed",
    "Pairings",
    "SceneCodes",
    "SceneCodesUnavailable",
    "ShortMalformed",
    "State",
    "Ticket",
    "TooManyPairings",
    "Way",
    "joins_again",
    "rung",
    "scene_of",
    "state_at",
]
