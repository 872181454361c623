"""Those who come: who they are, how they sign in, what they say in the chat."""

from dataclasses import dataclass

from models.chat import Dialogues, Inbox
from models.pairings import KioskUses, PairedSessions, Pairings
from models.people import (
    Accounts,
    Agencies,
    Applicants,
    Binding,
    Correspondents,
    ElectronicService,
    Followers,
    Joining,
    PhoneCodes,
    Verifier,
)
from models.sessions import Sessions
from models.stores.ground import Ground
from models.window import Window


@dataclass(frozen=True, kw_only=True)
class People:
    verifier: Verifier
    binding: Binding
    joining: Joining
    window: Window
    accounts: Accounts
    correspondents: Correspondents
    sessions: Sessions
    pairings: Pairings
    paired: PairedSessions
    kiosk_uses: KioskUses
    phone_codes: PhoneCodes
    applicants: Applicants
    electronic_service: ElectronicService
    agencies: Agencies
    inbox: Inbox
    dialogues: Dialogues


def people(on: Ground, verifier: Verifier, followers: Followers) -> People:
    database, privacy, counters = on.database, on.privacy, on.counters
    applicants, agencies = Applicants(database, privacy), Agencies(database)
    phone_codes = PhoneCodes(database, privacy, counters, on.sms, on.closures)
    binding = Binding(applicants, agencies, phone_codes, verifier, counters)
    accounts, sessions = Accounts(database), Sessions(database)
    dialogues = Dialogues(database, privacy)
    pairings, kiosk_uses = Pairings(database, privacy, counters), KioskUses(database)
    return People(
        verifier=verifier,
        binding=binding,
        joining=Joining(accounts, binding, sessions, followers),
        window=Window(applicants),
        accounts=accounts,
        correspondents=Correspondents(accounts, dialogues),
        sessions=sessions,
        pairings=pairings,
        paired=PairedSessions(pairings, sessions, kiosk_uses),
        kiosk_uses=kiosk_uses,
        phone_codes=phone_codes,
        applicants=applicants,
        electronic_service=ElectronicService(applicants),
        agencies=agencies,
        inbox=Inbox(database, privacy),
        dialogues=dialogues,
    )
